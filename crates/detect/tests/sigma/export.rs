//! What we write reads back as what was meant, whatever the texts hold.

use crate::rules;
use detect::sigma::{Exported, ExportedValue, Level, export};
use serde_json::json;

fn exported(title: &str, value: ExportedValue) -> Exported {
    Exported {
        id: "0f0f0f0f-0000-4000-8000-000000000001".to_owned(),
        title: title.to_owned(),
        description: format!("About {title}"),
        author: "InvokeTrail".to_owned(),
        references: vec!["https://example.com/?a=b#c: d".to_owned()],
        tags: vec!["attack.t1685.002".to_owned(), "attack.defense-evasion".to_owned()],
        level: Level::Critical,
        falsepositives: vec!["Somebody: who may".to_owned()],
        selections: vec![
            (
                "selection".to_owned(),
                vec![
                    ("eventName".to_owned(), vec![value]),
                    ("errorCode".to_owned(), vec![ExportedValue::Null]),
                ],
            ),
            (
                "filter".to_owned(),
                vec![
                    (
                        "userIdentity.type".to_owned(),
                        vec![
                            ExportedValue::Text("AWSService".to_owned()),
                            ExportedValue::Text("yes".to_owned()),
                        ],
                    ),
                    ("requestParameters.count|gte".to_owned(), vec![ExportedValue::Number(-3)]),
                    ("requestParameters.on".to_owned(), vec![ExportedValue::Bool(true)]),
                    (
                        "sourceIPAddress|cidr".to_owned(),
                        vec![ExportedValue::Pattern("10.0.0.0/8".to_owned())],
                    ),
                ],
            ),
        ],
        condition: "selection and not filter".to_owned(),
    }
}

#[test]
fn what_is_written_reads_back_and_matches_what_was_meant() {
    let nasty = [
        "StopLogging",
        "a: b",
        "- x",
        "# no comment",
        "'\"'",
        "\\",
        "\\*",
        "*",
        "a?b*c",
        "\u{1b}[31m",
        "line\nline\r\n",
        "\u{85}\u{2028}\u{feff}",
        "\u{202e}rtl",
        "😀 é",
        "null",
        "true",
        "no",
        "1e3",
        "0x10",
        "~",
        "{a: [b]}",
        "%TAG",
        "---",
        "...",
        " trailing ",
        "",
        "!!str x",
        "&a *a",
        "${jndi:ldap://x}",
        "<script>",
        "@at",
        "`tick`",
        "|",
        ">",
        "\t",
        "\u{0}",
        "\u{7f}",
        "\u{fffe}",
    ];
    for text in nasty {
        let mut one = exported(text, ExportedValue::Text(text.to_owned()));
        if text.is_empty() {
            one.title = "T".to_owned();
        }
        let written = export(&[one.clone()]);
        assert!(written.is_ascii());
        let rules = rules(&written);
        let rule = crate::listed(&rules)[0];
        assert_eq!((&rule.title, rule.id.as_ref(), rule.level), (&one.title, Some(&one.id), one.level));
        assert_eq!(rule.description.as_ref(), Some(&one.description));
        assert_eq!(
            (&rule.tags, &rule.references, &rule.falsepositives),
            (&one.tags, &one.references, &one.falsepositives)
        );
        assert_eq!(rules.matches(&json!({ "eventName": text })).len(), 1, "{written}");
        assert_eq!(rules.matches(&json!({ "eventName": format!("{text}x") })).len(), 0, "{written}");
        let filtered = json!({
            "eventName": text, "userIdentity": {"type": "yes"}, "sourceIPAddress": "10.1.1.1", "requestParameters": {"count": 4, "on": true}
        });
        assert_eq!(rules.matches(&filtered).len(), 0, "{written}");
    }
}

#[test]
fn several_are_one_file() {
    let mut two = exported("Two", ExportedValue::Pattern("Get*".to_owned()));
    two.id = "0f0f0f0f-0000-4000-8000-000000000002".to_owned();
    let written = export(&[exported("One", ExportedValue::Text("Get*".to_owned())), two]);
    let rules = rules(&written);
    assert_eq!(
        rules.matches(&json!({"eventName": "GetFunction"})).iter().map(|rule| rule.0).collect::<Vec<_>>(),
        [1]
    );
    assert_eq!(rules.matches(&json!({"eventName": "Get*"})).len(), 2);
    assert_eq!(export(&[]), "");
}

#[test]
fn the_whole_of_one() {
    assert_eq!(
        export(&[exported("Logging stopped", ExportedValue::Text("StopLogging".to_owned()))]),
        "title: \"Logging stopped\"
id: \"0f0f0f0f-0000-4000-8000-000000000001\"
status: test
description: \"About Logging stopped\"
references:
    - \"https://example.com/?a=b#c: d\"
author: InvokeTrail
tags:
    - attack.t1685.002
    - \"attack.defense-evasion\"
logsource:
    product: aws
    service: cloudtrail
detection:
    selection:
        eventName: StopLogging
        errorCode: null
    filter:
        userIdentity.type:
            - AWSService
            - \"yes\"
        requestParameters.count|gte: -3
        requestParameters.on: true
        sourceIPAddress|cidr: \"10.0.0.0/8\"
    condition: \"selection and not filter\"
falsepositives:
    - \"Somebody: who may\"
level: critical
"
    );
}
