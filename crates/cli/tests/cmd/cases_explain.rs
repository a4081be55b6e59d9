//! Inputs on which the product was once wrong, with the right answers: `explain`, and what an audit says of itself.

use crate::run::{Finished, run, with_stdin};

const CASES: &str = "crates/cli/tests/cases";

fn selectors(name: &str, more: &[&str]) -> Finished {
    let path = format!("{CASES}/explain/{name}.json");
    run(&[&["explain", "--selectors", &path], more].concat())
}

fn inventory(command: &str, name: &str, more: &[&str]) -> Finished {
    let path = format!("{CASES}/audit/{name}.json");
    run(&[&[command, "--inventory", &path], more].concat())
}

#[test]
fn what_begins_with_the_shorter_and_not_with_the_longer_prefix_escapes() {
    let said = selectors("nested-prefixes", &[]);
    assert_eq!(said.code, Some(3), "{said:?}");
    assert!(said.stdout.contains("us-west-2") && said.stdout.starts_with("Not recorded"), "{said:?}");
    assert!(!said.stderr.contains("any account and Region"), "{said:?}");
}

#[test]
fn a_recorder_that_is_stopped_records_nothing_and_the_member_that_says_so_is_named() {
    for (name, member) in [
        ("stopped-store", "`$.Status` is `STOPPED_INGESTION`"),
        ("stopped-cloudformation", "`$.IsLogging` is `false`"),
        ("stopped-terraform", "`$.enable_logging` is `false`"),
    ] {
        let function = ["--function", "arn:aws:lambda:us-east-1:111122223333:function:orders"];
        for more in [&[][..], &function] {
            let said = selectors(name, more);
            assert_eq!(said.code, Some(3), "{said:?}");
            let stdout = said.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(stdout.contains(member) && stdout.starts_with("Not recorded"), "{said:?}");
            let json = selectors(name, &[more, &["--format", "json"]].concat());
            assert!(json.stdout.contains(r#""verdict":"not_recorded""#), "{json:?}");
            assert!(json.stdout.contains(r#""silent":true"#), "{json:?}");
        }
    }
}

#[test]
fn a_status_between_two_is_undetermined() {
    let text =
        std::fs::read_to_string(crate::run::root().join(format!("{CASES}/explain/stopped-store.json")));
    let text = text.unwrap();
    for status in ["STARTING_INGESTION", "STOPPING_INGESTION", "enabled"] {
        let said = with_stdin(
            &["explain", "--selectors", "-"],
            text.replace("STOPPED_INGESTION", status).as_bytes(),
        );
        assert_eq!(said.code, Some(4), "{said:?}");
    }
    let said =
        with_stdin(&["explain", "--selectors", "-"], text.replace("STOPPED_INGESTION", "ENABLED").as_bytes());
    assert_eq!(said.code, Some(0), "{said:?}");
}

#[test]
fn a_trail_for_one_region_is_not_told_to_record_all() {
    let of = |more: &str, function: Option<&str>| {
        let text = format!(
            r#"{{"EventSelectors":[{{"DataResources":[{{"Type":"AWS::Lambda::Function","Values":["arn:aws:lambda"]}}]}}],{more}}}"#
        );
        let arguments = ["explain", "--selectors", "-", "--function"];
        match function {
            Some(arn) => with_stdin(&[&arguments[..], &[arn]].concat(), text.as_bytes()),
            None => with_stdin(&arguments[..3], text.as_bytes()),
        }
    };
    let here = "arn:aws:lambda:eu-west-1:111122223333:function:orders";
    let there = "arn:aws:lambda:us-east-1:111122223333:function:orders";
    let one = r#""IsMultiRegionTrail":false,"HomeRegion":"eu-west-1""#;
    assert_eq!(of(one, Some(here)).code, Some(0));
    assert_eq!(of(one, Some(there)).code, Some(3));
    assert_eq!(of(one, None).code, Some(4));
    assert_eq!(of(r#""IsMultiRegionTrail":false"#, Some(here)).code, Some(4));
    assert_eq!(of(r#""IsMultiRegionTrail":true"#, None).code, Some(0));
}

#[test]
fn a_web_function_whose_serving_regions_were_not_read_is_undetermined_everywhere() {
    let name = "web-function-endpoints-unread";
    let arn = "arn:aws:lambda:us-east-1:111122223333:web-function/shop";
    for asked in [arn, "shop"] {
        let said = inventory("explain", name, &[asked]);
        assert_eq!(said.code, Some(4), "{said:?}");
        assert!(said.stdout.starts_with("Cannot tell"), "{said:?}");
        assert!(said.stdout.contains("lambda:ListWebFunctionEndpoints"), "{said:?}");
    }
    let json = inventory("explain", name, &[arn, "--format", "json"]);
    assert!(json.stdout.contains(r#""verdict":"undetermined","remainder":"a web function may"#), "{json:?}");
    for format in ["json", "jsonl"] {
        let said = inventory("audit", name, &["--format", format]);
        assert_eq!(said.stdout.matches(r#""verdict":"recorded""#).count(), 0, "{said:?}");
        let line = said.stdout.lines().find(|line| line.contains(&format!(r#""arn":"{arn}""#))).unwrap();
        assert!(
            line.contains(r#""verdict":"undetermined""#) && line.contains("ListWebFunctionEndpoints"),
            "{line}"
        );
    }
    let said = inventory("audit", name, &[]);
    assert!(said.stdout.starts_with("Cannot tell"), "{said:?}");
    assert!(said.stdout.contains("1 web function: 1 undetermined."), "{said:?}");
}

#[test]
fn a_web_function_that_nobody_has_seen_may_be_served_elsewhere() {
    let arn = "arn:aws:lambda:us-east-1:111122223333:web-function/shop-of-next-year";
    let said = inventory("explain", "web-function-endpoints-unread", &[arn]);
    assert_eq!(said.code, Some(4), "{said:?}");
}

#[test]
fn the_headline_names_the_required_control_that_fails() {
    for format in ["terminal", "markdown"] {
        let said = inventory("audit", "data-only-trail", &["--format", format]);
        assert_eq!(said.code, Some(3), "{said:?}");
        let headline = said.stdout.split("\n\n").next().unwrap().replace('\n', " ");
        assert!(headline.contains("management-events-recorded"), "{headline}");
    }
    let said = inventory("plan", "data-only-trail", &[]);
    let headline = said.stdout.split("\n\n").next().unwrap().replace('\n', " ");
    assert!(headline.contains("management-events-recorded"), "{headline}");
    assert!(!headline.contains("everything is recorded"), "{headline}");
}

/// The headline and the exit code are two forms of one value: a plain yes is told with 0 and with nothing else.
#[test]
fn a_headline_never_disagrees_with_the_exit_code() {
    let mut seen = 0;
    let root = crate::run::root();
    for folder in [
        "crates/cli/tests/cases/audit",
        "crates/cli/tests/cases/plan",
        "crates/cli/tests/cmd/files",
        "examples",
    ] {
        let Ok(files) = std::fs::read_dir(root.join(folder)) else { continue };
        for file in files {
            let path = file.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            let is_inventory = path.extension().is_some_and(|suffix| suffix == "json")
                && std::fs::read_to_string(&path).is_ok_and(|text| text.contains("invoketrail.inventory/1"));
            // Those are about time, elsewhere.
            if !is_inventory || name.starts_with("slow-") {
                continue;
            }
            let said = run(&["audit", "--inventory", &path.to_string_lossy()]);
            let headline = said.stdout.split("\n\n").next().unwrap().replace('\n', " ");
            let is_yes = (headline.contains("is recorded") || headline.contains("are recorded"))
                && !headline.contains("but a required")
                && !headline.contains("but required")
                && !headline.contains("not known whether")
                && !headline.starts_with("Not every Lambda")
                && !headline.starts_with("Cannot tell");
            assert_eq!(is_yes, said.code == Some(0), "{name}: {headline} {:?}", said.code);
            seen += 1;
        }
    }
    assert!(seen > 4, "{seen} inventories");
}

#[test]
fn an_account_that_is_not_active_is_listed_with_what_that_means() {
    for format in ["terminal", "markdown", "json", "jsonl"] {
        let said = inventory("audit", "suspended-account", &["--format", format]);
        assert_eq!(said.code, Some(0), "{said:?}");
        for part in ["333333333333", "SUSPENDED"] {
            assert!(said.stdout.contains(part), "{format}: {said:?}");
        }
        let words = said.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words.contains("Its trails go on"), "{format}: {said:?}");
    }
}

#[test]
fn a_function_is_found_by_its_name() {
    let said = inventory("explain", "suspended-account", &["aba"]);
    assert_eq!(said.code, Some(0), "{said:?}");
    assert!(said.stdout.contains("function aba in us-east-1 of account 111122223333"), "{said:?}");
    let said = inventory("explain", "suspended-account", &["abba"]);
    assert_eq!(said.code, Some(1), "{said:?}");
    assert_eq!(
        said.stderr,
        "error: no function is called `abba` in the inventory\nhelp: did you mean aba?\n"
    );
    // A version or alias is no part of the name.
    assert_eq!(inventory("explain", "suspended-account", &["aba:live"]).code, Some(0));
}

#[test]
fn a_name_that_several_functions_have_lists_their_arns() {
    let path = crate::run::root().join(format!("{CASES}/audit/suspended-account.json"));
    let text = std::fs::read_to_string(path).unwrap();
    let resource = r#""resources": [
     {
      "arn": "arn:aws:lambda:us-east-1:111122223333:function:aba"
     }
    ]"#;
    let both = r#""resources": [{"arn": "arn:aws:lambda:us-east-1:111122223333:function:aba"}]"#;
    let web = both.replace("function:aba", "web-function/aba");
    let text = text.replacen(resource, both, 1).replacen(r#""resources": []"#, &web, 1);
    let said = with_stdin(&["explain", "--inventory", "-", "aba"], text.as_bytes());
    assert_eq!(said.code, Some(1), "{said:?}");
    assert!(said.stderr.contains("2 functions are called `aba`"), "{said:?}");
    assert!(said.stderr.contains(":function:aba") && said.stderr.contains(":web-function/aba"), "{said:?}");
}

/// `get-event-selectors` names the trail, and not how far it reaches: what it records at home is not called unrecorded.
#[test]
fn what_escapes_only_in_part_is_not_called_unrecorded_where_the_reach_is_not_known() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("selectors.json");
    let explained = |condition: &str, code: i32| {
        let text = format!(
            r#"{{"TrailARN":"arn:aws:cloudtrail:eu-west-1:222233334444:trail/t","AdvancedEventSelectors":[{{"FieldSelectors":[
            {{"Field":"eventCategory","Equals":["Data"]}},
            {{"Field":"resources.type","Equals":["AWS::Lambda::Function"]}}{condition}]}}]}}"#
        );
        std::fs::write(&path, text).unwrap();
        let said = run(&["explain", "--selectors", path.to_str().unwrap()]);
        assert_eq!(said.code, Some(code), "{said:?}");
        said.stdout.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let part = explained(r#",{"Field":"eventName","Equals":["Invoke"]}"#, 3);
    assert!(part.starts_with("Partially recorded: "), "{part}");
    assert!(part.contains("in eu-west-1 of account 222233334444"), "{part}");
    // All of it is recorded at home, and elsewhere nobody knows.
    let all = explained("", 4);
    assert!(all.starts_with("Cannot tell"), "{all}");
}

#[test]
fn an_arn_that_no_function_can_have_is_refused() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(
        file.path(),
        r#"{"AdvancedEventSelectors":[{"FieldSelectors":[{"Field":"eventCategory","Equals":["Data"]},
        {"Field":"resources.type","Equals":["AWS::Lambda::Function"]}]}]}"#,
    )
    .unwrap();
    for arn in [
        "arn:aws:lambda:us-east-1:*:function:f",
        "arn:aws:lambda:*:111122223333:function:f",
        "arn:aws:lambda:us-east-1:111122223333:function:f*",
        "arn:aws:lambda:us-east-1:1111222233334:function:f",
        "arn:aws:lambda:us-east-1:11112222333\u{ff13}:function:f",
        "arn:aws:lambda:cn-north-1:111122223333:function:f",
    ] {
        let said = run(&["explain", "--selectors", file.path().to_str().unwrap(), "--function", arn]);
        assert_eq!((said.code, said.stdout.as_str()), (Some(1), ""), "{arn}: {said:?}");
        assert!(said.stderr.contains("help: a function is named arn:aws:lambda:REGION"), "{arn}: {said:?}");
    }
}
