//! Two sides that are in doubt, each for itself: that they look alike says nothing. What a change certainly loses once everything is known is never called
//! well where a part of it is unknown.

use crate::cloudformation::stack;
use crate::plan::{Change, advanced, arn, basic, document, every, judged, trail, with};
use audit::answer::Conclusion;
use serde_json::{Value, json};
use templates::cloudformation::between;
use templates::pair::of_selectors;

/// Trails of one name, as the provider plans them.
fn trails() -> Vec<Value> {
    let (orders, payroll) = (arn("orders"), arn("payroll"));
    let both = [orders.as_str(), payroll.as_str()];
    let selectors = [
        every(),
        basic(&[&orders]),
        basic(&both),
        advanced("", &[]),
        advanced("equals", &[&orders]),
        advanced("equals", &both),
        advanced("not_equals", &[&orders]),
        advanced("not_equals", &both),
    ];
    let mut all: Vec<Value> = selectors.into_iter().map(|one| trail("main", one)).collect();
    for flag in ["enable_logging", "is_multi_region_trail", "include_global_service_events"] {
        all.push(with(trail("main", every()), json!({ (flag): false })));
    }
    all
}

/// Marks of the provider for what is secret.
fn marks() -> Vec<Value> {
    let selectors = json!({"event_selector": true, "advanced_event_selector": true});
    let values =
        json!([{}, {"field_selector": [false, false, {"equals": true, "not_equals": [true, true]}]}]);
    let basic = json!([{"data_resource": [{"values": [true, true]}]}]);
    vec![
        selectors.clone(),
        json!({"advanced_event_selector": values, "event_selector": basic}),
        json!({"enable_logging": true}),
        json!({"is_multi_region_trail": true}),
        json!({"include_global_service_events": true}),
        with(selectors, json!({"enable_logging": true, "is_multi_region_trail": true})),
    ]
}

fn is_well(conclusion: Conclusion) -> bool {
    matches!(conclusion, Conclusion::Nothing | Conclusion::Yes)
}

#[test]
fn what_is_secret_before_and_after_hides_no_loss() {
    let (mut lost, mut same) = (0, 0);
    for was in &trails() {
        for is in &trails() {
            let change = Change::update(
                "aws_cloudtrail.a",
                was.clone(),
                with(is.clone(), json!({"tags": {"a": "b"}})),
            );
            let known = judged(&document(std::slice::from_ref(&change)), None).1.conclusion;
            for mark in marks() {
                let marked = json!({"change": {"before_sensitive": mark, "after_sensitive": mark}});
                let hidden = judged(&document(&[change.clone().more(marked)]), None).1.conclusion;
                if known == Conclusion::No {
                    lost += 1;
                    assert!(!is_well(hidden), "{hidden:?}: {mark}\n{was}\n{is}");
                }
                // The plan holds the values beside the marks, and they are the same.
                if was == is {
                    same += 1;
                    assert!(is_well(hidden), "{hidden:?}: {mark}\n{was}");
                }
            }
        }
    }
    assert!(lost > 200 && same > 60, "{lost} {same}");
}

/// A template with a trail that has a condition on names, each of them a name or an export of another stack.
fn template(operator: &str, names: &[&str], logs: &str, value_of: &dyn Fn(&str) -> String) -> String {
    let values: Vec<String> = names.iter().map(|name| value_of(name)).collect();
    format!(
        "Resources:\n  T:\n    Type: AWS::CloudTrail::Trail\n    Properties:\n      TrailName: main\n      S3BucketName: b\n      IsLogging: {}\n      \
         AdvancedEventSelectors:\n        - FieldSelectors:\n            - {{Field: eventCategory, Equals: [Data]}}\n            \
         - {{Field: resources.type, Equals: ['AWS::Lambda::Function']}}\n            - {{Field: resources.ARN, {operator}: [{}]}}\n",
        value_of(logs),
        values.join(", ")
    )
}

/// Whatever the exports are, the same before and after: where one choice of them loses something for certain, the change is not called well.
#[test]
fn what_another_stack_exports_hides_no_loss() {
    let lists: [&[&str]; 7] =
        [&["X"], &["X", "Y"], &["X", "f"], &["f"], &["f", "g"], &["Y"], &["X", "Y", "f"]];
    let names = ["f", "g", "nobody"];
    let known = |x: &str, y: &str, logs: bool| {
        let (x, y) = (arn(x), arn(y));
        move |name: &str| match name {
            "X" => format!("'{x}'"),
            "Y" => format!("'{y}'"),
            "L" => logs.to_string(),
            "true" | "false" => name.to_owned(),
            other => format!("'{}'", arn(other)),
        }
    };
    let open = |name: &str| match name {
        "X" | "Y" | "L" => format!("{{'Fn::ImportValue': {name}}}"),
        "true" | "false" => name.to_owned(),
        other => format!("'{}'", arn(other)),
    };
    let judge = |before: &str, after: &str| {
        judged(&between(before.as_bytes(), after.as_bytes(), &stack()).unwrap(), None).1.conclusion
    };
    let mut lost = 0;
    for operator in [["Equals", "Equals"], ["NotEquals", "NotEquals"], ["NotEquals", "Equals"]] {
        for was in lists {
            for is in lists {
                for logs in [["true", "true"], ["L", "L"], ["L", "false"]] {
                    let of = |value_of: &dyn Fn(&str) -> String| {
                        let side =
                            |at: usize, names: &[&str]| template(operator[at], names, logs[at], value_of);
                        judge(&side(0, was), &side(1, is))
                    };
                    let hidden = of(&open);
                    if !is_well(hidden) {
                        continue;
                    }
                    for (x, y) in names.iter().flat_map(|x| names.iter().map(move |y| (x, y))) {
                        lost += 1;
                        let told = of(&known(x, y, true));
                        assert!(is_well(told), "{operator:?} {was:?} {is:?} {logs:?}: {x} {y}");
                    }
                }
            }
        }
    }
    assert!(lost > 50, "{lost}");
    // The same expressions are the same values.
    for was in lists {
        let side = || template("Equals", was, "L", &open);
        assert!(is_well(judge(&side(), &side())), "{was:?}");
    }
}

/// What a resource gives may be made from anything, and change with it; the ARN of a function follows that function.
#[test]
fn what_a_resource_gives_is_the_same_where_that_is_a_function() {
    let with = |kind: &str, trail: &str| {
        format!(
            "Resources:\n  R: {{Type: '{kind}', Properties: {{}}}}\n  T:\n    Type: AWS::CloudTrail::Trail\n    Properties:\n      TrailName: main\n      \
             S3BucketName: b\n      IsLogging: true\n      {trail}\n      EventSelectors: [{{ReadWriteType: All, \
             DataResources: [{{Type: 'AWS::Lambda::Function', Values: [!GetAtt R.Arn]}}]}}]\n"
        )
    };
    for (kind, well) in [("AWS::Lambda::Function", true), ("Custom::Lister", false)] {
        let [before, after] =
            ["IsMultiRegionTrail: false", "IsMultiRegionTrail: true"].map(|one| with(kind, one));
        let read = between(before.as_bytes(), after.as_bytes(), &stack()).unwrap();
        assert_eq!(is_well(judged(&read, None).1.conclusion), well, "{kind}");
    }
}

/// Selectors that name an account, in a file that does not say its own: the recorder is at home in one place, before and after.
#[test]
fn selectors_that_are_narrowed_are_narrowed_wherever_they_are() {
    let (f, g) = (arn("f"), arn("g"));
    let condition = |operator: &str, values: &[&str]| json!({"Field": "resources.ARN", operator: values});
    let caller = |values: &[&str]| json!({"Field": "userIdentity.arn", "NotEquals": values});
    let lists = [
        vec![condition("Equals", &[&f])],
        vec![condition("Equals", &[&f, &g])],
        vec![condition("NotEquals", &[&f])],
        vec![condition("NotEquals", &[&f, &g])],
        vec![condition("Equals", &[&f]), caller(&["arn:aws:iam::111122223333:role/a"])],
        vec![
            condition("Equals", &[&f]),
            caller(&["arn:aws:iam::111122223333:role/a", "arn:aws:iam::111122223333:role/b"]),
        ],
    ];
    let document = |more: &[Value], arn: Option<&str>| {
        let mut fields = vec![
            json!({"Field": "eventCategory", "Equals": ["Data"]}),
            json!({"Field": "resources.type", "Equals": ["AWS::Lambda::Function"]}),
        ];
        fields.extend(more.iter().cloned());
        json!({"TrailARN": arn, "AdvancedEventSelectors": [{"FieldSelectors": fields}]}).to_string()
    };
    for was in &lists {
        for is in &lists {
            let of = |arn: Option<&str>| {
                let read = of_selectors(Some(&document(was, arn)), &document(is, arn)).unwrap();
                judged(&read, None).1
            };
            let home = "arn:aws:cloudtrail:eu-west-1:111122223333:trail/main";
            let (known, open) = (of(Some(home)), of(None));
            assert_eq!(
                known.conclusion == Conclusion::No,
                open.conclusion == Conclusion::Undetermined,
                "{was:?} {is:?}"
            );
            let example = |gate: &templates::gate::Gate| {
                gate.stops.first().is_some_and(|loss| loss.narrowing.event.is_some())
            };
            assert_eq!(example(&known), example(&open), "{was:?} {is:?}");
        }
    }
}

/// Two expressions that are unknown are the same only where they are written alike, down to how their parameters are declared.
#[test]
fn what_is_written_otherwise_is_not_the_same() {
    let with = |parameter: &str, logs: &str, more: &str| {
        format!(
            "Parameters:\n  L: {{{parameter}}}\nResources:\n  T:\n    Type: AWS::CloudTrail::Trail\n    Properties:\n      TrailName: main\n      \
             S3BucketName: b\n      IsLogging: {logs}\n      {more}\n"
        )
    };
    let all = "EventSelectors: [{ReadWriteType: All, DataResources: [{Type: 'AWS::Lambda::Function', Values: ['arn:aws:lambda']}]}]";
    let (text, ssm) = ("Type: String", "Type: 'AWS::SSM::Parameter::Value<String>', Default: /on");
    let pairs = [
        ((text, "'{{resolve:ssm:a:1}}'", all), (text, "'{{resolve:ssm:b:7}}'", all)),
        (
            (text, "!Join ['', ['{{resolve:ssm:a:1}}']]", all),
            (text, "!Join ['', ['{{resolve:ssm:b:1}}']]", all),
        ),
        ((ssm, "!Ref L", all), ("Type: 'AWS::SSM::Parameter::Value<String>', Default: /off", "!Ref L", all)),
        (
            ("Type: String, NoEcho: true, Default: 'true'", "!Ref L", all),
            ("Type: String, NoEcho: true, Default: 'false'", "!Ref L", all),
        ),
        (
            (text, "true", "EventSelectors: !ImportValue x"),
            (text, "true", "AdvancedEventSelectors: !ImportValue y"),
        ),
    ];
    for ((a, b, c), (x, y, z)) in pairs {
        let read = between(with(a, b, c).as_bytes(), with(x, y, z).as_bytes(), &stack()).unwrap();
        assert!(!is_well(judged(&read, None).1.conclusion), "{b} {y} {z}");
    }
    let list = "Type: 'AWS::SSM::Parameter::Value<CommaDelimitedList>', Default: /on";
    let key = "Type: 'AWS::SSM::Parameter::Name', Default: /on";
    // A stack keeps what it was given; of Systems Manager that is a name, and each update reads its value anew.
    let kept = [(text, "!Ref L"), (key, "!Ref L"), (ssm, "!ImportValue x")].map(|of| (of, true));
    let read_anew =
        [(ssm, "!Ref L"), (ssm, "!Sub '${L}'"), (list, "!Select [0, !Ref L]")].map(|of| (of, false));
    for ((parameter, logs), well) in kept.into_iter().chain(read_anew) {
        let same = with(parameter, logs, all);
        let read = between(same.as_bytes(), same.as_bytes(), &stack()).unwrap();
        assert_eq!(is_well(judged(&read, None).1.conclusion), well, "{parameter} {logs}");
    }
}

/// The provider never reads back whether a store is suspended; a value that is secret, or known later, may suspend it.
#[test]
fn a_store_may_stop_where_nobody_sees_it() {
    let store = |suspend: Value| {
        json!({"name": "lake", "arn": "arn:aws:cloudtrail:eu-west-1:111122223333:eventdatastore/1", "region": "eu-west-1",
            "multi_region_enabled": true, "organization_enabled": false, "suspend": suspend,
            "advanced_event_selector": advanced("", &[])["advanced_event_selector"]})
    };
    let change =
        |after: Value| Change::update("aws_cloudtrail_event_data_store.a", store(Value::Null), store(after));
    let secret = change(json!("true")).more(json!({"change": {"after_sensitive": {"suspend": true}}}));
    let later = change(Value::Null).unknown(json!({"suspend": true}));
    for change in [secret, later] {
        assert!(!is_well(judged(&document(&[change]), None).1.conclusion));
    }
    assert!(is_well(judged(&document(&[change(Value::Null)]), None).1.conclusion));
}

/// Where a recorder in doubt may still record what it did, nothing is certainly lost, and what was never recorded is no example.
#[test]
fn what_may_still_be_recorded_is_not_certainly_lost() {
    let (was, is) = (trail("main", basic(&[&arn("orders")])), trail("main", basic(&[&arn("orders")])));
    let change = Change::update("aws_cloudtrail.a", was, is).unknown(json!({"enable_logging": true}));
    let gate = judged(&document(&[change]), None).1;
    assert_eq!(gate.conclusion, Conclusion::Undetermined);
    let (was, is) = (
        trail("main", basic(&[&arn("orders")])),
        with(trail("main", basic(&[&arn("orders")])), json!({"enable_logging": false})),
    );
    let gate = judged(&document(&[Change::update("aws_cloudtrail.a", was, is)]), None).1;
    assert_eq!(gate.conclusion, Conclusion::No);
    assert!(gate.turns.iter().filter(|turn| turn.arn.is_none()).all(|turn| turn.witness.is_none()));
}
