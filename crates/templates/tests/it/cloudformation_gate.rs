//! Templates and change sets of CloudFormation, from their text to the answer.

use crate::cloudformation::{document, stack, with};
use crate::plan::{Change, applied, arn, every, function, judged, trail};
use audit::answer::Conclusion;
use audit::inventory::Inventory;
use recording::State;
use serde_json::json;
use templates::cloudformation::{Options, between};
use templates::document::{About, Document};
use templates::gate::Gate;

const EVERY: &str = "EventSelectors: [{ReadWriteType: All, IncludeManagementEvents: true, \
     DataResources: [{Type: 'AWS::Lambda::Function', Values: ['arn:aws:lambda']}]}]";

fn a_trail(selectors: &str) -> String {
    format!(
        "  Trail:\n    Type: AWS::CloudTrail::Trail\n    Properties:\n      TrailName: main\n      S3BucketName: acme-logs\n      \
         IsLogging: true\n      IsMultiRegionTrail: true\n      EnableLogFileValidation: true\n      {selectors}\n"
    )
}

fn a_function(id: &str, name: &str) -> String {
    format!("  {id}:\n    Type: AWS::Lambda::Function\n    Properties: {{FunctionName: {name}}}\n")
}

fn only(function: &str) -> String {
    EVERY.replace("'arn:aws:lambda'", &format!("'{}'", arn(function)))
}

fn template(resources: &[String]) -> String {
    format!(
        "Parameters:\n  Open: {{Type: String}}\nConditions:\n  Maybe: !Equals [!Ref Open, x]\nResources:\n{}",
        resources.concat()
    )
}

fn alone(resources: &[String]) -> Gate {
    judged(&document(&template(resources), &stack()), None).1
}

fn over(resources: &[String], inventory: &Inventory) -> Gate {
    judged(&document(&template(resources), &stack()), Some(inventory)).1
}

fn compared(before: &[String], after: &[String]) -> Document {
    between(template(before).as_bytes(), template(after).as_bytes(), &stack()).unwrap()
}

/// An account with a trail that records every function, and two functions.
fn acme() -> Inventory {
    applied(&[
        Change::keep("aws_cloudtrail.a", trail("main", every())),
        Change::keep("aws_lambda_function.orders", function("orders")),
        Change::keep("aws_lambda_function.payroll", function("payroll")),
    ])
}

fn codes(gate: &Gate) -> Vec<&'static str> {
    gate.doubts.iter().map(|doubt| doubt.about.code()).collect()
}

#[test]
fn a_template_alone_is_all_there_is() {
    let gate = alone(&[a_trail(EVERY), a_function("Orders", "orders")]);
    assert_eq!((gate.conclusion, codes(&gate)), (Conclusion::Yes, vec![]));
    assert_eq!((gate.starts.len(), gate.stops.len()), (1, 0));
    assert_eq!((gate.functions[0].state, gate.faults.len()), (State::Recorded, 0));
    let gate = alone(&[a_trail(&only("orders")), a_function("Orders", "orders"), a_function("New", "new")]);
    let states: Vec<State> = gate.functions.iter().map(|one| one.state).collect();
    assert_eq!((gate.conclusion, states), (Conclusion::No, vec![State::Recorded, State::NotRecorded]));
    assert_eq!(gate.functions[1].witness.as_ref().unwrap().resource.as_ref().unwrap().arn, arn("new"));
    assert_eq!(alone(&[a_function("Orders", "orders")]).conclusion, Conclusion::No);
}

#[test]
fn a_template_over_an_inventory_changes_what_has_its_name() {
    let gate = over(&[a_trail(&only("orders"))], &acme());
    assert_eq!(gate.conclusion, Conclusion::No);
    let [stop] = gate.stops.as_slice() else { panic!("{:?}", gate.stops) };
    assert!(stop.certain && stop.resource == Some(0));
    let lost: Vec<&str> = gate.turns.iter().filter_map(|turn| turn.arn.as_deref()).collect();
    assert_eq!(lost, [arn("payroll")]);
    let gate = over(&[a_trail(EVERY)], &acme());
    assert_eq!((gate.conclusion, gate.stops.len()), (Conclusion::Nothing, 0));
    // The trail of the inventory records what the template makes.
    let gate = over(&[a_function("New", "new")], &acme());
    assert_eq!((gate.conclusion, gate.functions[0].state), (Conclusion::Yes, State::Recorded));
}

#[test]
fn what_two_templates_change_is_judged() {
    let of = |before: &[String], after: &[String]| judged(&compared(before, after), Some(&acme())).1;
    let one = a_trail(EVERY);
    let full = std::slice::from_ref(&one);
    assert_eq!(of(full, full).conclusion, Conclusion::Nothing);
    let gate = of(full, &[a_trail(&only("orders"))]);
    assert!(gate.conclusion == Conclusion::No && gate.stops[0].certain);
    let gate = of(full, &[a_function("New", "new")]);
    assert!(gate.conclusion == Conclusion::No && gate.stops[0].certain);
    let kept = one.replace("    Type", "    DeletionPolicy: Retain\n    Type");
    let gate = of(&[kept], &[a_function("New", "new")]);
    assert_eq!((gate.conclusion, gate.stops.len()), (Conclusion::Yes, 0));
    // The new one is there before the old one goes.
    let gate = of(full, &[one.replace("TrailName: main", "TrailName: second")]);
    assert_eq!((gate.conclusion, gate.stops.len(), gate.interruptions.len()), (Conclusion::Yes, 0, 0));
    let stopped = one.replace("IsLogging: true", "IsLogging: false");
    assert_eq!(of(full, &[stopped]).conclusion, Conclusion::No);
}

#[test]
fn two_templates_alone_are_before_and_after() {
    let (was, is) = (a_trail(EVERY), a_trail(&only("orders")));
    let functions = [a_function("Orders", "orders"), a_function("Payroll", "payroll")].concat();
    let gate = judged(&compared(&[was, functions.clone()], &[is, functions]), None).1;
    assert_eq!((gate.conclusion, gate.functions.len()), (Conclusion::No, 0));
    let lost: Vec<&str> = gate.turns.iter().filter_map(|turn| turn.arn.as_deref()).collect();
    assert_eq!(lost, [arn("payroll")]);
}

#[test]
fn a_parameter_without_a_value_is_never_guessed() {
    let text =
        template(&[a_trail(&EVERY.replace("'arn:aws:lambda'", "!Ref Open")), a_function("Orders", "orders")]);
    let gate = judged(&document(&text, &stack()), None).1;
    assert_eq!((gate.conclusion, gate.functions[0].state), (Conclusion::Undetermined, State::Undetermined));
    assert_eq!(codes(&gate), ["parameter_without_value"]);
    let gate = judged(&document(&text, &with(&[("Open", "arn:aws:lambda")])), None).1;
    assert_eq!((gate.conclusion, codes(&gate)), (Conclusion::Yes, vec![]));
}

#[test]
fn what_may_not_be_there_is_neither_a_yes_nor_a_no() {
    let maybe = |text: String| text.replacen("    Type", "    Condition: Maybe\n    Type", 1);
    let gate = alone(&[maybe(a_trail(EVERY)), a_function("Orders", "orders")]);
    assert_eq!((gate.conclusion, gate.functions[0].state), (Conclusion::Undetermined, State::Undetermined));
    // A function that may be made, and would not be recorded.
    for gate in [
        alone(&[a_trail(&only("orders")), maybe(a_function("New", "new"))]),
        over(
            &[maybe(a_function("New", "new"))],
            &applied(&[Change::keep("aws_cloudtrail.a", trail("main", json!({})))]),
        ),
    ] {
        assert_eq!(gate.conclusion, Conclusion::Undetermined);
        assert!(gate.functions[0].conditional && gate.functions[0].state != State::Recorded);
    }
    let gate = over(&[maybe(a_function("New", "new"))], &acme());
    assert_eq!((gate.conclusion, gate.functions[0].state), (Conclusion::Undetermined, State::Recorded));
}

#[test]
fn what_is_not_looked_into_keeps_the_answer_from_being_yes() {
    let nested = "  More: {Type: 'AWS::CloudFormation::Stack', Properties: {TemplateURL: 'https://x'}}\n";
    let gate = over(&[nested.to_owned()], &acme());
    assert_eq!((gate.conclusion, codes(&gate)), (Conclusion::Undetermined, vec!["not_looked_into"]));
    let macros = format!("Transform: Mine\n{}", template(&[a_function("New", "new")]));
    let gate = judged(&document(&macros, &stack()), None).1;
    // The macro may add a trail.
    assert_eq!(gate.conclusion, Conclusion::Undetermined);
}

#[test]
fn without_account_and_region_something_stands_for_them() {
    let text = template(&[a_trail(EVERY), a_function("Orders", "orders")]);
    let (proposal, gate) = judged(&document(&text, &Options::default()), None);
    assert!(proposal.assumed.account && proposal.assumed.region);
    assert_eq!((gate.conclusion, gate.functions[0].state), (Conclusion::Yes, State::Recorded));
    let named = template(&[a_trail(&only("orders")), a_function("Orders", "orders")]);
    let gate = judged(&document(&named, &Options::default()), None).1;
    assert_eq!(gate.conclusion, Conclusion::Undetermined);
    assert!(codes(&gate).contains(&"selectors_name_a_home"));
    // Over an inventory nothing is assumed.
    let gate = judged(&document(&text, &Options::default()), Some(&acme())).1;
    assert_eq!(gate.conclusion, Conclusion::Undetermined);
}

#[test]
fn an_inventory_of_another_account_is_no_yes() {
    let other = Options { account: Some("444455556666".to_owned()), ..stack() };
    for resources in [vec![a_trail(EVERY)], vec![a_function("New", "new")]] {
        let gate = judged(&document(&template(&resources), &other), Some(&acme())).1;
        assert_eq!((gate.conclusion, codes(&gate)), (Conclusion::Undetermined, vec!["outside_inventory"]));
    }
    let frankfurt = Options { region: Some("eu-central-1".to_owned()), ..stack() };
    let gate = judged(&document(&template(&[a_function("New", "new")]), &frankfurt), Some(&acme())).1;
    assert_eq!((gate.conclusion, codes(&gate)), (Conclusion::Undetermined, vec!["outside_inventory"]));
}

#[test]
fn a_change_set_is_judged_over_the_inventory() {
    let of = |action: &str, more: serde_json::Value| {
        let mut change = json!({
            "Action": action, "LogicalResourceId": "Trail", "PhysicalResourceId": "main",
            "ResourceType": "AWS::CloudTrail::Trail", "Replacement": "False",
        });
        change.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let set = json!({
            "ChangeSetName": "c", "StackName": "s", "Status": "CREATE_COMPLETE",
            "ChangeSetId": "arn:aws:cloudformation:eu-west-1:111122223333:changeSet/c/1",
            "StackId": "arn:aws:cloudformation:eu-west-1:111122223333:stack/s/1",
            "Changes": [{"Type": "Resource", "ResourceChange": change}],
        });
        judged(&document(&set.to_string(), &Options::default()), Some(&acme())).1
    };
    let gate = of("Remove", json!({"PolicyAction": "Delete"}));
    assert!(gate.conclusion == Conclusion::No && gate.stops[0].certain, "{:?}", gate.doubts);
    assert_eq!(of("Remove", json!({"PolicyAction": "Retain"})).conclusion, Conclusion::Nothing);
    let context = |more: serde_json::Value| {
        let mut properties = json!({"TrailName": "main", "S3BucketName": "acme-logs", "IsLogging": "true", "IsMultiRegionTrail": "true",
            "EnableLogFileValidation": "true"});
        properties.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({"Properties": properties}).to_string()
    };
    let selectors = |value: &str| {
        json!({"EventSelectors": [{"ReadWriteType": "All", "IncludeManagementEvents": "true",
            "DataResources": [{"Type": "AWS::Lambda::Function", "Values": [value]}]}]})
    };
    let (was, is) = (context(selectors("arn:aws:lambda")), context(selectors(&arn("orders"))));
    let gate = of("Modify", json!({"BeforeContext": was, "AfterContext": is}));
    assert!(gate.conclusion == Conclusion::No && gate.stops[0].certain, "{:?}", gate.doubts);
    // Without the values, only names are known.
    let gate = of("Modify", json!({}));
    assert_eq!(gate.conclusion, Conclusion::Undetermined);
    let elsewhere = |about: &About| about.code() == "not_in_the_file";
    assert!(gate.doubts.iter().any(|doubt| elsewhere(&doubt.about)), "{:?}", gate.doubts);
}

#[test]
fn stack_sets_are_judged_where_they_are_deployed() {
    let body = format!("Resources:\n{}", a_function("F", "f"));
    let inner = serde_json::to_string(&body).unwrap();
    let set = format!(
        "  Set:\n    Type: AWS::CloudFormation::StackSet\n    Properties:\n      StackSetName: s\n      PermissionModel: SELF_MANAGED\n      \
         TemplateBody: {inner}\n      StackInstancesGroup: [{{DeploymentTargets: {{Accounts: ['111122223333']}}, Regions: [eu-west-1, eu-north-1]}}]\n"
    );
    let gate = over(&[set], &acme());
    let states: Vec<State> = gate.functions.iter().map(|one| one.state).collect();
    // Nobody looked into eu-north-1.
    assert_eq!(states, [State::Undetermined, State::Recorded]);
    assert_eq!(gate.conclusion, Conclusion::Undetermined);
}

#[test]
fn faults_have_the_line_of_their_trail() {
    let bare = a_trail(EVERY)
        .replace("IsMultiRegionTrail: true", "IsMultiRegionTrail: false")
        .replace("EnableLogFileValidation: true", "EnableLogFileValidation: false");
    let document = document(&template(&[bare]), &stack());
    let gate = judged(&document, None).1;
    let told: Vec<(&str, usize)> = gate
        .faults
        .iter()
        .map(|one| (one.kind.code(), document.resources[one.resource].at.unwrap().line))
        .collect();
    assert_eq!(told, [("validation_off", 6), ("one_region", 6)]);
}
