//! The published lists of controls and codes against what they list.

use crate::world::World;
use audit::code::{Code, Room};
use audit::finding::Weight;
use audit::{Options, audit};
use std::collections::BTreeSet;

#[test]
fn every_control_is_described_as_it_is() {
    let page = include_str!("../../../../docs/reference/controls.md");
    let world = World::member();
    let told = audit(&world.inventory, &Options::default());
    let rows: Vec<String> = told
        .controls
        .iter()
        .map(|control| {
            let weight = match control.weight {
                Weight::Required => "required",
                Weight::Advisory => "advisory",
            };
            format!("| <a id=\"{0}\"></a>`{0}` | {weight} | {1} |", control.id, control.title)
        })
        .collect();
    let published: Vec<&str> = page.lines().filter(|line| line.starts_with("| <a id=")).collect();
    assert_eq!(published, rows);
}

/// The page of codes, from the one list of them.
fn page_of_codes() -> String {
    let mut page = String::from(
        "# Codes\n\n\
         Every reason, gap, risk and remedy has a code. In JSON it is beside the words (`code` beside `reason`, `help_code` beside `help`,\n\
         `risk_codes` beside `risks`, and so on). Words may be said better in a later version. A code keeps its name and its meaning; later\n\
         versions may add codes. `uncoded` is there where a plan was read from a file of a version without codes.\n",
    );
    for room in Room::ALL {
        page.push_str(&format!("\n## {}\n\n| Code | What it means |\n|---|---|\n", room.heading()));
        for code in room.codes() {
            page.push_str(&format!("| `{code}` | {} |\n", code.meaning()));
        }
    }
    page
}

/// `TRYCMD=overwrite` writes the page.
#[test]
fn every_code_is_on_the_page_with_its_meaning() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/reference/codes.md");
    if std::env::var("TRYCMD").is_ok_and(|value| value == "overwrite") {
        std::fs::write(path, page_of_codes()).unwrap();
    }
    assert_eq!(std::fs::read_to_string(path).unwrap_or_default(), page_of_codes());
}

#[test]
fn codes_are_unique_and_in_kebab_case() {
    let all: Vec<Code> = Room::ALL.iter().flat_map(|room| room.codes()).copied().collect();
    let names: BTreeSet<&str> = all.iter().map(|code| code.as_str()).collect();
    assert_eq!(names.len(), all.len(), "two codes share a name");
    assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len(), "a code has two meanings");
    for code in all {
        let part = |part: &str| {
            !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        };
        assert!(code.as_str().split('-').all(part), "{code}");
        assert!(code.meaning().ends_with('.') && !code.meaning().contains('|'), "{code}: {}", code.meaning());
        assert_eq!(Code::parse(code.as_str()), code);
    }
    assert_eq!(Code::parse("of-a-later-version"), Code::Uncoded);
}
