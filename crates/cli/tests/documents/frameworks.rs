//! Frameworks: their page, their list, and reports that are narrowed to them.

use crate::formats::{hostile, judged, sarif_problems, written};
use crate::schemas::{problems, schema};
use crate::worlds;
use audit::finding::{Status, Weight};
use audit::framework::Framework;
use report::AuditFormat;
use serde_json::Value;
use std::fmt::Write as _;

pub(crate) fn all() -> Vec<Framework> {
    store::built_in_frameworks().unwrap()
}

/// The table of the page, from the files.
fn table() -> String {
    let mut page = String::new();
    for framework in all() {
        let Framework { id, name, version, requirements } = framework;
        write!(page, "\n## `{id}`: {name}, {version}\n\n").unwrap();
        page.push_str(
            "| Requirement | Title | Strength | Controls | Note | Source |\n|---|---|---|---|---|---|\n",
        );
        for one in requirements {
            let doubt = if one.unconfirmed { ", unconfirmed" } else { "" };
            let controls: Vec<String> = one.controls.iter().map(|id| format!("`{id}`")).collect();
            let (strength, note) = (one.strength.as_str(), one.note.unwrap_or_default());
            let (id, title, source, controls) = (one.id, one.title, one.source, controls.join(", "));
            writeln!(page, "| {id} | {title} | {strength}{doubt} | {controls} | {note} | {source} |")
                .unwrap();
        }
    }
    page
}

/// `TRYCMD=overwrite` writes the page behind its introduction.
#[test]
fn every_requirement_is_on_the_page() {
    const BEGIN: &str = "<!-- From frameworks/*.toml; a test writes what follows. -->\n";
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/reference/frameworks.md");
    let page = std::fs::read_to_string(path).unwrap();
    let (introduction, _) = page.split_once(BEGIN).unwrap();
    let wanted = format!("{introduction}{BEGIN}{}", table());
    if std::env::var("TRYCMD").is_ok_and(|value| value == "overwrite") {
        std::fs::write(path, &wanted).unwrap();
    }
    assert_eq!(std::fs::read_to_string(path).unwrap(), wanted);
}

#[test]
fn the_list_as_json_is_as_the_schema_says() {
    let document = serde_json::from_str(&report::frameworks_json(&all())).unwrap();
    assert_eq!(problems(&schema("frameworks-1.schema.json"), &document), Vec::<String>::new());
}

#[test]
fn a_narrowed_report_has_the_same_answer_and_says_what_it_leaves_out() {
    let (inventory, exceptions) = hostile();
    let whole = judged(&inventory, &exceptions);
    for one in all() {
        let only = [one];
        let mut narrow = judged(&inventory, &exceptions);
        narrow.narrow(&only);
        assert_eq!(narrow.answer().conclusion(), whole.answer().conclusion());
        assert_eq!(narrow.about_invocations(), whole.about_invocations());
        assert_eq!(narrow.controls.len() + narrow.left_out.len(), whole.controls.len());
        let document: Value = serde_json::from_str(&written(&narrow, "json")).unwrap();
        assert_eq!(problems(&schema("audit-1.schema.json"), &document), Vec::<String>::new());
        let shown: Vec<&str> =
            document["controls"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect();
        let supported = |id: &str| only[0].supported_by(id).next().is_some();
        // What keeps the answer from yes is never left out: other tools see nothing else.
        let decides = |id: &str| {
            let one = narrow.every_control().find(|one| one.id == id).unwrap();
            one.weight == Weight::Required && matches!(one.status, Status::Fail | Status::Undetermined)
        };
        assert!(shown.iter().all(|id| supported(id) || decides(id)), "{}: {shown:?}", only[0].id);
        for one in document["controls_left_out"].as_array().unwrap() {
            let id = one["id"].as_str().unwrap();
            assert!(!supported(id) && !decides(id));
            for format in ["terminal", "markdown", "html"] {
                let text = written(&narrow, format).replace('\\', "");
                let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
                assert!(text.contains(&format!("{id} (")), "{format}: {id}");
            }
        }
    }
}

#[test]
fn a_report_supports_and_never_certifies() {
    let inventory = worlds::of_file();
    let frameworks = all();
    let mut audit = judged(&inventory, &[]);
    audit.narrow(&frameworks);
    for format in AuditFormat::ALL {
        let text = written(&audit, format.name()).to_lowercase();
        assert!(!text.contains("certifies") && !text.contains("compliant"), "{}", format.name());
        if ["terminal", "markdown", "html", "sarif", "junit", "oscal"].contains(&format.name()) {
            assert!(text.contains("supports an assessment of"), "{}", format.name());
        }
    }
    for format in ["ocsf", "asff", "oscal", "sarif", "json", "jsonl", "markdown", "html", "terminal"] {
        assert!(written(&audit, format).contains("CC7.2"), "{format}");
    }
    assert!(!written(&audit, "csv").contains("CC7.2"));
}

#[test]
fn formats_of_others_name_the_requirements_where_they_look_for_them() {
    let inventory = worlds::of_file();
    let frameworks: Vec<Framework> =
        all().into_iter().filter(|one| ["soc2", "nist-800-53"].contains(&one.id.as_str())).collect();
    let mut audit = judged(&inventory, &[]);
    audit.narrow(&frameworks);
    let sarif: Value = serde_json::from_str(&written(&audit, "sarif")).unwrap();
    assert_eq!(sarif_problems(&sarif), Vec::<String>::new());
    let rules = sarif["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap();
    assert!(rules[0]["properties"]["tags"].as_array().unwrap().contains(&Value::from("nist-800-53/AU-2")));
    assert!(rules.iter().all(|rule| rule["properties"]["tags"].as_array().unwrap().len() <= 20));
    let main = |text: &str, of: &dyn Fn(&Value) -> Value| {
        let events = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        events.map(|event| of(&event)).find(|one| one["main"] == true).unwrap()
    };
    let event = main(&written(&audit, "ocsf"), &|event| {
        let compliance = &event["compliance"];
        serde_json::json!({ "main": compliance["control"] == "lambda-invocations-recorded", "compliance": compliance })
    });
    let standards = event["compliance"]["standards"].as_array().unwrap();
    assert_eq!(standards.len(), 2, "{standards:?}");
    assert!(event["compliance"]["requirements"].as_array().unwrap().contains(&Value::from("SOC 2 CC7.2")));
    let finding = main(&written(&audit, "asff"), &|batch| {
        let compliance = &batch["Findings"][0]["Compliance"];
        let main = compliance["SecurityControlId"] == "lambda-invocations-recorded";
        serde_json::json!({ "main": main, "related": compliance["RelatedRequirements"] })
    });
    let related = finding["related"].as_array().unwrap();
    assert!(related.contains(&Value::from("NIST SP 800-53 AU-2")) && related.len() <= 32, "{related:?}");
    let oscal: Value = serde_json::from_str(&written(&audit, "oscal")).unwrap();
    let result = &oscal["assessment-results"]["results"][0];
    let selections = result["reviewed-controls"]["control-selections"].as_array().unwrap();
    let nist = selections[1]["include-controls"].as_array().unwrap();
    assert!(nist.contains(&serde_json::json!({ "control-id": "au-3.1" })), "{nist:?}");
    let props = result["findings"][0]["props"].as_array().unwrap();
    assert!(props.iter().any(|one| one["name"] == "supports" && one["value"] == "SOC 2 CC7.2"), "{props:?}");
}
