//! The page of detections in the reference: written out of the detections themselves.

use detect::detection::Detection;
use std::fmt::Write as _;
use std::path::PathBuf;

const HEAD: &str = "# Detections

What [`invoketrail detect`](detect.md) looks for. `invoketrail detect --list` lists them; `invoketrail detect --about ID` prints one page.
A threshold is set in [`invoketrail.toml`](detect.md#the-table-detect). This page is written by a test.
";

/// `TRL-01: what it finds` as the anchor that a heading gets.
fn anchor(one: &Detection) -> String {
    let text = format!("{}: {}", one.id, one.title).to_lowercase();
    let kept = text.chars().filter(|one| one.is_alphanumeric() || matches!(one, ' ' | '-' | '_'));
    kept.map(|one| if one == ' ' { '-' } else { one }).collect()
}

fn page() -> String {
    let mut text = HEAD.to_owned();
    text.push_str("\n| Id | Severity | What it finds | ATT&CK |\n|---|---|---|---|\n");
    for one in detect::detections::ALL {
        let attack = one.attack.join(", ");
        writeln!(text, "| [{}](#{}) | {} | {} | {attack} |", one.id, anchor(one), one.severity, one.title)
            .unwrap();
    }
    for one in detect::detections::ALL {
        section(one, &mut text);
    }
    text
}

fn section(one: &Detection, text: &mut String) {
    let fields: Vec<String> = one.fields.iter().map(|field| format!("`{field}`")).collect();
    let attack = if one.attack.is_empty() { "none".to_owned() } else { one.attack.join(", ") };
    write!(
        text,
        "\n## {}: {}\n\nSeverity {}. ATT&CK: {attack}. Fields: {}.\n",
        one.id,
        one.title,
        one.severity,
        fields.join(", ")
    )
    .unwrap();
    if !one.thresholds.is_empty() {
        text.push_str("\n| Threshold | Default | Meaning |\n|---|---|---|\n");
        for threshold in one.thresholds {
            writeln!(
                text,
                "| `{}.{}` | {} | {} |",
                one.id, threshold.key, threshold.default, threshold.meaning
            )
            .unwrap();
        }
    }
    let (_, body) = one.page.split_once('\n').unwrap();
    write!(text, "\n{}\n", body.trim()).unwrap();
}

/// `TRYCMD=overwrite` writes it.
#[test]
fn the_page_of_detections_is_what_the_detections_say() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/detections.md");
    let page = page();
    if std::env::var("TRYCMD").is_ok_and(|value| value == "overwrite") {
        std::fs::write(&path, &page).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    let other = page.lines().zip(kept.lines()).find(|(page, kept)| page != kept);
    assert!(page == kept, "TRYCMD=overwrite writes docs/reference/detections.md: {other:?}");
}

#[test]
fn every_detection_has_its_page() {
    for one in detect::detections::ALL {
        assert!(one.page.starts_with(&format!("# {}: ", one.id)), "{}", one.id);
        for part in
            ["**What it sees.**", "**Why it matters.**", "**What it may mistake.**", "**What to do first.**"]
        {
            assert!(one.page.contains(part), "{}: {part}", one.id);
        }
        assert!(!one.attack.is_empty() && !one.fields.is_empty() && !one.title.is_empty(), "{}", one.id);
        for attack in one.attack {
            assert!(one.page.contains(attack), "the page of {} does not name {attack}", one.id);
        }
    }
}
