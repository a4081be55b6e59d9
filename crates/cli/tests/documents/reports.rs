//! The reports keep their promises whatever the inventory holds.

use crate::worlds;
use audit::Counted;
use audit::answer::Answer;
use audit::finding::Audit;
use audit::inventory::{Inventory, Resource, Serving};
use audit::resource_ref::ResourceRef;
use report::{self, Layout, Stamp};
use serde_json::Value;
use text::visible::acts;

pub(crate) const STAMP: Stamp<'static> =
    Stamp { version: "0.0.0-test", generated_at: "2026-11-23T18:00:00Z", counted: Counted::All, drift: None };

pub(crate) const WIDE: Layout =
    Layout { width: 100, colour: false, rows: 20, whole: true, all: true, links: false };

pub(crate) fn audited(inventory: &Inventory) -> Audit<'_> {
    audit::audit(inventory, &audit::Options::default())
}

pub(crate) fn text_of(write: impl FnOnce(&mut Vec<u8>) -> std::io::Result<()>) -> String {
    let mut out = Vec::new();
    write(&mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn terminal(audit: &Audit<'_>, layout: &Layout) -> String {
    text_of(|out| report::write_terminal(audit, layout, out))
}

pub(crate) fn json(audit: &Audit<'_>) -> String {
    text_of(|out| report::write_json(audit, &STAMP, None, out))
}

pub(crate) fn jsonl(audit: &Audit<'_>) -> String {
    text_of(|out| report::write_jsonl(audit, &STAMP, out))
}

/// Every explanation of every resource, and of any, at every place.
pub(crate) fn explanations<'a>(audit: &'a Audit<'a>) -> Vec<report::Explanation<'a>> {
    let mut all = Vec::new();
    for (place, of) in audit.places.iter().enumerate() {
        for (plane, of) in of.planes.iter().enumerate() {
            all.push(report::explain_future(audit, place, plane));
            let rows = (0..of.rows.len()).map(|row| ResourceRef { place, plane, row });
            all.extend(rows.map(|resource| report::explain_resource(audit, resource)));
        }
    }
    all
}

#[test]
fn nothing_from_an_inventory_acts_on_a_terminal() {
    let inventory = worlds::acme();
    let audit = audited(&inventory);
    let mut texts = vec![
        terminal(&audit, &WIDE),
        terminal(&audit, &Layout { all: false, ..WIDE }),
        text_of(|out| report::write_markdown(&audit, out)),
        json(&audit),
        jsonl(&audit),
    ];
    for one in explanations(&audit) {
        texts.push(report::explanation_text(&one, &WIDE));
        texts.push(report::explanation_json(&one, &STAMP));
    }
    for text in texts {
        let acting: Vec<char> = text.chars().filter(|one| *one != '\n' && acts(*one)).collect();
        assert!(acting.is_empty(), "{text}: {acting:?}");
    }
}

#[test]
fn colours_and_links_change_nothing_but_colours_and_links() {
    let inventory = worlds::acme();
    let audit = audited(&inventory);
    let linked = terminal(&audit, &Layout { links: true, ..WIDE });
    let link = "\u{1b}]8;;https://invoketrail.dev/docs/reference/controls.html#lambda-invocations-recorded\u{1b}\\lambda-invocations-recorded\u{1b}]8;;\u{1b}\\";
    assert!(linked.contains(link), "{linked}");
    let page =
        |id: &str| format!("\u{1b}]8;;https://invoketrail.dev/docs/reference/controls.html#{id}\u{1b}\\");
    let bare = audit.controls.iter().fold(linked, |text, control| text.replace(&page(control.id), ""));
    // Each of these is a row of the page.
    let rows = include_str!("../../../../docs/reference/controls.md");
    assert!(audit.controls.iter().all(|control| rows.contains(&format!("<a id=\"{}\"></a>", control.id))));
    assert_eq!(bare.replace("\u{1b}]8;;\u{1b}\\", ""), terminal(&audit, &WIDE));
    let mut text = terminal(&audit, &Layout { colour: true, ..WIDE });
    assert!(text.contains("\u{1b}[31m"));
    for code in [1, 2, 31, 32, 33, 0] {
        text = text.replace(&format!("\u{1b}[{code}m"), "");
    }
    assert_eq!(text, terminal(&audit, &WIDE));
}

#[test]
fn lines_keep_to_the_width() {
    let inventory = worlds::acme();
    let audit = audited(&inventory);
    let at_terminal = Layout { whole: false, ..WIDE };
    let mut text = terminal(&audit, &at_terminal);
    text.push_str(&terminal(&audit, &Layout { all: false, ..at_terminal }));
    for one in explanations(&audit) {
        text.push_str(&report::explanation_text(&one, &at_terminal));
    }
    for line in text.lines() {
        // A single word, such as an ARN, is not cut. Cells of tables are broken between words.
        let words = line.trim().split(' ').map(|word| word.chars().count());
        let wide = words.max().unwrap_or(0) > 40;
        assert!(line.chars().count() <= 100 || wide, "{line}");
    }
}

#[test]
fn the_answer_comes_first() {
    let acme = worlds::acme();
    let audit = audited(&acme);
    assert!(matches!(audit.answer(), Answer::No(_)));
    let first = |audit: &Audit<'_>| terminal(audit, &WIDE).lines().next().unwrap().to_owned();
    let no = "Not every Lambda invocation is recorded: 2 of 7 functions, 2 of 2 web functions and 1 of 1 MicroVM image escape.";
    assert!(no.starts_with(&first(&audit)), "{}", first(&audit));
    assert!(text_of(|out| report::write_markdown(&audit, out)).starts_with(&format!("**{no}**\n")));

    let healthy = worlds::healthy();
    let audit = audited(&healthy);
    assert_eq!(audit.answer(), Answer::Yes);
    let yes = "Every invocation of all 3 functions and of new functions is recorded.";
    assert!(first(&audit).starts_with(yes), "{}", first(&audit));

    let mut unlogged = worlds::healthy();
    unlogged.places[0].trails = cloudtrail::recorder::Seen::Unread(1);
    unlogged.places[1].functions.resources.clear();
    let audit = audited(&unlogged);
    assert!(matches!(audit.answer(), Answer::Undetermined(_)));
    let open = "Cannot tell whether every Lambda invocation is recorded for 1 of 1 function: ";
    assert!(first(&audit).starts_with(open), "{}", first(&audit));

    let empty = worlds::empty();
    assert!(first(&audited(&empty)).starts_with("There is nothing to audit"));
}

#[test]
fn a_future_function_that_escapes_is_a_no() {
    let mut inventory = worlds::healthy();
    let names = |place: &audit::inventory::Place| {
        let arns: Vec<String> =
            place.functions.resources.iter().map(|one| serde_json::to_string(&one.arn).unwrap()).collect();
        arns.join(",")
    };
    let listed: Vec<String> = inventory.places.iter().map(names).collect();
    let document = format!(
        r#"{{"AdvancedEventSelectors": [{{"FieldSelectors": [{{"Field": "eventCategory", "Equals": ["Data"]}},
            {{"Field": "resources.type", "Equals": ["AWS::Lambda::Function"]}},
            {{"Field": "resources.ARN", "Equals": [{}]}}]}}]}}"#,
        listed.join(",")
    );
    inventory.recorders[0].selectors =
        cloudtrail::recorder::Seen::Known(cloudtrail::selector_json::from_str(&document).unwrap());
    let audit = audited(&inventory);
    let text = terminal(&audit, &WIDE);
    let wanted =
        "Not every Lambda invocation is recorded: those of 3 functions are, but not of all new functions.";
    assert!(text.starts_with(wanted), "{text}");
    assert!(text.contains("New functions will not be recorded."), "{text}");
}

#[test]
fn the_lines_are_the_document() {
    for inventory in [worlds::acme(), worlds::healthy(), worlds::empty()] {
        let audit = audited(&inventory);
        let whole: Value = serde_json::from_str(&json(&audit)).unwrap();
        let mut rebuilt = serde_json::Map::new();
        for list in ["resources", "recorders", "gaps", "places"] {
            rebuilt.insert(list.to_owned(), Value::Array(Vec::new()));
        }
        for line in jsonl(&audit).lines() {
            let Value::Object(mut members) = serde_json::from_str(line).unwrap() else { panic!("{line}") };
            let record = members.remove("record").unwrap();
            match record.as_str().unwrap() {
                "audit" => rebuilt.extend(members),
                other => {
                    let list = rebuilt.get_mut(&format!("{other}s")).and_then(Value::as_array_mut);
                    list.unwrap().push(Value::Object(members));
                }
            }
        }
        assert_eq!(Value::Object(rebuilt), whole);
    }
}

#[test]
fn the_members_stand_in_the_promised_order() {
    let inventory = worlds::acme();
    let text = json(&audited(&inventory));
    let order = [
        "{\"format\":",
        "\"tool\":",
        "\"generated_at\":",
        "\"scope\":",
        "\"controls\":",
        "\"summary\":",
        "\n\"resources\":",
        "\n\"recorders\":",
        "\n\"gaps\":",
        "\n\"places\":",
    ];
    let found: Vec<usize> = order.iter().map(|member| text.find(member).unwrap()).collect();
    assert!(found.is_sorted(), "{found:?}");
}

#[test]
fn every_resource_has_a_witness_of_its_own() {
    let inventory = worlds::acme();
    let whole: Value = serde_json::from_str(&json(&audited(&inventory))).unwrap();
    let resources = whole["resources"].as_array().unwrap();
    assert_eq!(resources.len(), 10);
    for one in resources {
        assert_eq!(one["verdict"] == "recorded", one["witness"].is_null(), "{one}");
        if let Some(witness) = one["witness"].as_object() {
            assert_eq!(witness["resources"][0]["ARN"], one["arn"]);
            assert_eq!(witness["resources"][0]["type"], one["type"]);
            assert_eq!(witness["awsRegion"], one["region"]);
            assert_eq!(witness["recipientAccountId"], one["account"]);
        }
    }
}

#[test]
fn the_same_audit_gives_the_same_bytes() {
    let inventory = worlds::acme();
    let (one, other) = (audited(&inventory), audited(&inventory));
    assert_eq!(json(&one), json(&other));
    assert_eq!(jsonl(&one), jsonl(&other));
    assert_eq!(terminal(&one, &WIDE), terminal(&other, &WIDE));
}

#[test]
fn many_functions_and_places_are_told_in_few_lines() {
    let mut inventory = worlds::acme();
    let template = inventory.places.iter().find(|place| place.account == "222222222222").unwrap().clone();
    inventory.places.retain(|place| place.account != "222222222222");
    inventory.recorders.iter_mut().for_each(|recorder| recorder.multi_region = true);
    for region in 0..60 {
        let mut place = template.clone();
        place.region = format!("zz-test-{region:02}");
        place.functions.resources = (0..50)
            .map(|at| {
                let arn = format!("arn:aws:lambda:{}:222222222222:function:f{at:03}", place.region);
                Resource { arn: arn.into(), serving: Serving::Home }
            })
            .collect();
        inventory.places.push(place);
    }
    inventory.places.sort_by(|a, b| (&a.account, &a.region).cmp(&(&b.account, &b.region)));
    let text = terminal(&audited(&inventory), &Layout { rows: 5, ..WIDE });
    assert!(text.contains("3,000 functions (f000, f001, f002 and 2,997 more)"), "{text}");
    assert!(
        text.contains("more account-Regions, where") || text.contains("account-Regions more, where"),
        "{text}"
    );
    assert!(text.lines().count() < 150, "{text}");
}

#[test]
fn a_resource_is_found_at_every_place_that_serves_it() {
    let inventory = worlds::acme();
    let audit = audited(&inventory);
    let found = report::find_resource(&audit, "arn:aws:lambda:us-east-1:111111111111:web-function/shop");
    assert_eq!(found.len(), 2);
    assert!(report::find_resource(&audit, "arn:aws:lambda:us-east-1:111111111111:function:none").is_empty());
}

#[test]
fn markdown_tables_keep_their_columns() {
    let inventory = worlds::acme();
    let text = text_of(|out| report::write_markdown(&audited(&inventory), out));
    let rows: Vec<&str> = text.lines().filter(|line| line.starts_with('|')).collect();
    assert!(rows.len() > 10, "{text}");
    let columns = |row: &str| row.replace("\\|", "").matches('|').count();
    let places = rows.iter().take_while(|row| !row.starts_with("| Status")).map(|row| columns(row));
    assert_eq!(places.collect::<Vec<_>>(), [9; 6]);
    let controls = rows.iter().skip_while(|row| !row.starts_with("| Status")).map(|row| columns(row));
    assert!(controls.into_iter().all(|columns| columns == 4), "{text}");
    assert!(text.contains("evil") && !text.contains("<script>"), "{text}");
}
