//! Laws: JSON and YAML say the same, less knowledge never gives another answer, and no bytes are too strange.

use crate::cloudformation::{short, stack, with};
use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop, prop_oneof, proptest};
use serde_json::{Value as Json, json};
use templates::cloudformation::{Options, between, read};
use templates::document::Document;

/// An expression that gives a text, or is unknown for a reason.
fn expression() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        "[a-z]{1,4}".prop_map(Json::from),
        (0..99u32).prop_map(Json::from),
        any::<bool>().prop_map(Json::from),
        prop_oneof![
            Just("P"),
            Just("Q"),
            Just("Bucket"),
            Just("AWS::Region"),
            Just("AWS::StackName"),
            Just("Gone")
        ]
        .prop_map(|name| json!({ "Ref": name })),
        Just(json!({"Fn::GetAtt": ["Bucket", "Arn"]})),
        Just(json!({"Fn::Sub": "${P}-${AWS::AccountId}-${!x}"})),
        Just(json!({"Fn::FindInMap": ["M", {"Ref": "P"}, "k", {"DefaultValue": "d"}]})),
    ];
    leaf.prop_recursive(4, 24, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 1..3).prop_map(|items| json!({"Fn::Join": ["-", items]})),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| json!({"Fn::If": ["C", a, b]})),
            inner.clone().prop_map(|a| json!({"Fn::Sub": ["<${v}>", {"v": a}]})),
            inner.clone().prop_map(|a| json!({"Fn::Select": [0, {"Fn::Split": ["-", a]}]})),
            inner.prop_map(|a| json!({"Fn::Base64": a})),
        ]
    })
}

fn template(name: &Json, bucket: &Json, logging: &Json, left: &Json) -> Json {
    json!({
        "Parameters": {"P": {"Type": "String"}, "Q": {"Type": "String", "Default": "q"}},
        "Mappings": {"M": {"p": {"k": "mapped"}}},
        "Conditions": {"C": {"Fn::Equals": [left, {"Ref": "P"}]}},
        "Resources": {
            "Bucket": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "b"}},
            "T": {"Type": "AWS::CloudTrail::Trail", "Condition": "C", "Properties": {
                "TrailName": name, "S3BucketName": bucket, "IsLogging": logging,
                "EventSelectors": [{"DataResources": [{"Type": "AWS::Lambda::Function", "Values": [bucket]}]}]}},
            "F": {"Type": "AWS::Lambda::Function", "Properties": {"FunctionName": name}},
        }
    })
}

/// True iff the JSON is a function.
fn is_function(value: &Json) -> bool {
    let only =
        value.as_object().filter(|members| members.len() == 1).and_then(|members| members.keys().next());
    only.is_some_and(|name| name == "Ref" || name.starts_with("Fn::"))
}

/// The JSON as YAML, with short forms; a short form may not follow another.
fn yaml(value: &Json, indent: usize, out: &mut String) {
    let start = |out: &mut String| {
        out.push('\n');
        out.push_str(&" ".repeat(indent));
    };
    match value {
        Json::Object(members) => {
            if let Some((name, inner)) = members.iter().next()
                && is_function(value)
                && !is_function(inner)
            {
                out.push('!');
                out.push_str(name.strip_prefix("Fn::").unwrap_or(name));
                out.push(' ');
                return yaml(inner, indent, out);
            }
            for (name, inner) in members {
                start(out);
                out.push_str(name);
                out.push_str(": ");
                yaml(inner, indent + 2, out);
            }
        }
        Json::Array(items) => {
            for item in items {
                start(out);
                out.push_str("- ");
                yaml(item, indent + 2, out);
            }
        }
        Json::String(text) => {
            out.push('\'');
            out.push_str(text);
            out.push('\'');
        }
        other => out.push_str(&other.to_string()),
    }
}

/// What a document says, except lines and columns; or its error without them.
fn said(bytes: &[u8], options: &Options) -> Result<Vec<String>, String> {
    let mut document = read(bytes, options).map_err(|error| error.code().to_owned())?;
    document.resources.iter_mut().for_each(|one| one.at = None);
    document.doubts.iter_mut().for_each(|one| one.at = None);
    Ok(lines(&document))
}

fn lines(document: &Document) -> Vec<String> {
    let resources = document.resources.iter().map(|one| {
        let shown = one.after.as_ref().map(short).unwrap_or_default();
        format!("{} {:?} {} {shown} {:?}", one.address, one.kind, one.action.code(), one.home)
    });
    let mut lines: Vec<String> =
        resources.chain(document.doubts.iter().map(|doubt| format!("{doubt:?}"))).collect();
    // serde_json sorts members, and a hand does not.
    lines.sort();
    lines
}

/// True iff `more` says nothing else than `less`, where `less` says anything.
fn agrees(less: &str, more: &str) -> bool {
    less.starts_with('?') || less == more
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn yaml_and_json_give_the_same_document(
        name in expression(), bucket in expression(), logging in expression(), left in expression(), given in any::<bool>(),
    ) {
        let json = template(&name, &bucket, &logging, &left);
        let mut text = String::new();
        yaml(&json, 0, &mut text);
        let options = if given { with(&[("P", "p")]) } else { stack() };
        let pretty = serde_json::to_string_pretty(&json).unwrap_or_default();
        let of_json = said(json.to_string().as_bytes(), &options);
        assert_eq!(&of_json, &said(pretty.as_bytes(), &options));
        assert_eq!(&of_json, &said(text.as_bytes(), &options), "{}", text);
        assert_eq!(of_json, said(text.replace('\n', "\r\n").as_bytes(), &options));
    }

    #[test]
    fn less_knowledge_never_gives_another_answer(name in expression(), bucket in expression(), left in expression()) {
        let json = template(&name, &bucket, &json!("true"), &left).to_string();
        let of = |options: &Options| read(json.as_bytes(), options).ok();
        let full = Options { stack_name: Some("s".to_owned()), ..with(&[("P", "p")]) };
        let Some(known) = of(&full) else { return Ok(()) };
        for less in [stack(), Options::default(), with(&[("P", "p")]), Options { account: None, ..full.clone() }] {
            let Some(unknown) = of(&less) else { continue };
            for one in &unknown.resources {
                let Some(other) = known.resources.iter().find(|other| other.address == one.address) else {
                    // It may not be there, and the document says so.
                    assert!(unknown.doubts.iter().any(|doubt| doubt.address.as_ref() == Some(&one.address)));
                    continue;
                };
                for property in ["Name", "Arn", "S3BucketName", "IsLogging", "FunctionName", "BucketName"] {
                    let of = |one: &templates::document::Proposed| {
                        one.after.as_ref().and_then(|value| value.get(property)).map_or("-".to_owned(), short)
                    };
                    assert!(agrees(&of(one), &of(other)), "{}.{property}: {} and {}", one.address, of(one), of(other));
                }
            }
            for other in &known.resources {
                assert!(unknown.resources.iter().any(|one| one.address == other.address), "{} must not be lost", other.address);
            }
        }
    }

    #[test]
    fn no_bytes_are_too_strange(bytes in prop::collection::vec(any::<u8>(), 0..200), cut in any::<prop::sample::Index>(), flip in any::<u8>()) {
        let _ = read(&bytes, &stack());
        let mut template = include_bytes!("templates/all.yaml").to_vec();
        let at = cut.index(template.len());
        template[at] = flip;
        let _ = read(&template, &stack());
        let _ = read(&template[..at], &stack());
        let _ = between(&template, &template[..at], &stack());
    }

    #[test]
    fn the_same_template_twice_changes_nothing_known(name in expression(), bucket in expression(), left in expression()) {
        let json = template(&name, &bucket, &json!(true), &left).to_string();
        let options = with(&[("P", "p")]);
        if let Ok(document) = between(json.as_bytes(), json.as_bytes(), &options) {
            for one in &document.resources {
                assert!(matches!(one.action.code(), "keep" | "update"), "{}: {}", one.address, one.action.code());
                assert_eq!(&one.before, &one.after);
            }
        }
    }
}
