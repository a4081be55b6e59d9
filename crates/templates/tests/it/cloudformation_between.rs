//! Two templates of one stack: what becomes of each resource.

use crate::cloudformation::{doubts, find, short, stack, with};
use templates::cloudformation::{Options, Side, between};
use templates::document::{Action, Document};

fn trail(name: &str, more: &str) -> String {
    format!(
        "  T:\n    Type: AWS::CloudTrail::Trail\n    Properties: {{TrailName: {name}, S3BucketName: b, IsLogging: true{more}}}\n"
    )
}

fn compared(before: &str, after: &str) -> Document {
    let options = stack();
    between(format!("Resources:\n{before}").as_bytes(), format!("Resources:\n{after}").as_bytes(), &options)
        .expect("both templates must be read")
}

const NOTHING: &str = "  Q: {Type: 'AWS::SQS::Queue'}\n";

#[test]
fn what_becomes_of_a_trail() {
    let of = |before: &str, after: &str| {
        let compared = compared(before, after);
        let each = compared.resources.iter().map(|one| one.action);
        each.collect::<Vec<_>>()
    };
    let (one, other) = (trail("one", ""), trail("one", ", IsMultiRegionTrail: true"));
    assert_eq!(of(NOTHING, &one), [Action::Create]);
    assert_eq!(of(&one, NOTHING), [Action::Delete]);
    assert_eq!(of(&one, &one), [Action::Keep]);
    assert_eq!(of(&one, &other), [Action::Update]);
    assert_eq!(of(&one, &trail("two", "")), [Action::Replace { create_first: true }]);
    assert_eq!(of(&one, &trail("!Ref AWS::NoValue", "")), [Action::Replace { create_first: true }]);
    // AWS makes the name up once, and it stays.
    let nameless = trail("!Ref AWS::NoValue", "");
    assert_eq!(of(&nameless, &nameless), [Action::Update]);
    // Another type under the same logical id is another resource.
    assert_eq!(of(&one, "  T: {Type: 'AWS::S3::Bucket'}\n"), [Action::Create, Action::Delete]);
}

#[test]
fn both_values_are_there_with_the_line_of_the_second() {
    let read =
        compared(&trail("one", ""), &format!("{NOTHING}{}", trail("one", ", EnableLogFileValidation: true")));
    let one = find(&read, "T");
    let (before, after) = (one.before.as_ref().map(short), one.after.as_ref().map(short));
    assert!(before.is_some_and(|text| text.contains("EnableLogFileValidation:false")));
    assert!(after.is_some_and(|text| text.contains("EnableLogFileValidation:true")));
    assert_eq!(one.at.map(|at| at.line), Some(3));
}

#[test]
fn what_is_retained_stays() {
    let kept =
        |policy: &str, name: &str| trail(name, "").replace("    Type", &format!("    {policy}\n    Type"));
    let retain = kept("DeletionPolicy: Retain", "one");
    let gone = compared(&retain, NOTHING);
    assert_eq!(find(&gone, "T").action, Action::Forget);
    assert_eq!(find(&gone, "T").before, find(&gone, "T").after);
    let gone = compared(&kept("DeletionPolicy: RetainExceptOnCreate", "one"), NOTHING);
    assert_eq!(find(&gone, "T").action, Action::Forget);
    let gone = compared(&kept("DeletionPolicy: Delete", "one"), NOTHING);
    assert_eq!(find(&gone, "T").action, Action::Delete);
    // Only UpdateReplacePolicy says what becomes of a resource that is made anew.
    let made = compared(&retain, &kept("DeletionPolicy: Retain", "two"));
    assert_eq!(find(&made, "T").action, Action::Replace { create_first: true });
    let policy = "UpdateReplacePolicy: Retain";
    let made = compared(&kept(policy, "one"), &kept(policy, "two"));
    assert_eq!(
        made.resources.iter().map(|one| one.action).collect::<Vec<_>>(),
        [Action::Forget, Action::Create]
    );
}

#[test]
fn errors_name_the_side() {
    let good = "Resources: {}\n";
    let of = |before: &str, after: &str, options: &Options| {
        between(before.as_bytes(), after.as_bytes(), options).err().map(|(side, error)| (side, error.code()))
    };
    assert_eq!(of("Resources: []", good, &stack()), Some((Side::Before, "template_form")));
    assert_eq!(of(good, "", &stack()), Some((Side::After, "template_unreadable")));
    assert_eq!(of(good, good, &with(&[("P", "x")])), Some((Side::After, "parameter_not_declared")));
    let with_parameter = "Parameters: {P: {Type: String}}\nResources: {}\n";
    assert_eq!(of(good, with_parameter, &with(&[("P", "x")])), None);
    assert_eq!(of(with_parameter, good, &with(&[("P", "x")])), None);
}

#[test]
fn doubts_of_both_sides_count_once() {
    let stack = "  N: {Type: 'AWS::CloudFormation::Stack'}\n";
    assert_eq!(
        doubts(&compared(stack, &format!("{NOTHING}{stack}"))),
        ["N $ not_looked_into:AWS::CloudFormation::Stack line 3"]
    );
    assert_eq!(doubts(&compared(stack, NOTHING)), ["N $ not_looked_into:AWS::CloudFormation::Stack line 2"]);
}

#[test]
fn selectors_that_a_template_drops_are_not_the_default_again() {
    let selectors = "EventSelectors: [{ReadWriteType: All}]";
    let (with, without) = (trail("one", &format!(", {selectors}")), trail("one", ""));
    let shown = |before: &str, after: &str| {
        find(&compared(before, after), "T").after.as_ref().map(short).unwrap_or_default()
    };
    assert!(!shown(&with, &without).contains("Selectors"));
    assert!(shown(&without, &with).contains("[{ReadWriteType:'All'}]"));
    assert!(shown(&without, &without).contains("IncludeManagementEvents:true"));
    assert!(
        shown(&with, &trail("two", "")).contains("IncludeManagementEvents:true"),
        "a new trail has the default"
    );
}
