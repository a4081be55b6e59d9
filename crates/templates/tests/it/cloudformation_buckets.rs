//! Buckets of trails in templates and change sets: with names that AWS makes up, that hang on parameters, or that the file does not hold.

use crate::cloudformation::{after, document, stack, with};
use crate::plan::{Change, applied, every, function, judged, trail};
use audit::answer::Conclusion;
use audit::inventory::{Inventory, TrailStatus};
use cloudtrail::recorder::Seen;
use serde_json::{Value, json};
use templates::cloudformation::{Options, between};
use templates::document::property;
use templates::gate::Gate;

pub(crate) const LETS: &str = "cloudtrail.amazonaws.com";
const HEAD: &str = "Parameters:\n  P: {Type: String}\nMappings:\n  M: {a: {Name: x}, b: {Name: y}}\n\
     Conditions:\n  C: !Equals [!Ref P, x]\nResources:\n  Queue: {Type: 'AWS::SQS::Queue'}\n";

pub(crate) fn bucket(id: &str, properties: &str) -> String {
    format!("  {id}:\n    Type: AWS::S3::Bucket\n    Properties: {{{properties}}}\n")
}

pub(crate) fn policy(bucket: &str, service: &str) -> String {
    format!(
        "  Policy:\n    Type: AWS::S3::BucketPolicy\n    Properties:\n      Bucket: {bucket}\n      \
         PolicyDocument: {{Statement: [{{Effect: Allow, Principal: {{Service: {service}}}, Action: 's3:PutObject', Resource: '*'}}]}}\n"
    )
}

pub(crate) fn a_trail(name: &str, bucket: &str) -> String {
    format!(
        "  Trail:\n    Type: AWS::CloudTrail::Trail\n    Properties:\n      TrailName: {name}\n      S3BucketName: {bucket}\n      \
         IsLogging: true\n      IsMultiRegionTrail: true\n      EnableLogFileValidation: true\n      \
         EventSelectors: [{{ReadWriteType: All, IncludeManagementEvents: true, \
         DataResources: [{{Type: 'AWS::Lambda::Function', Values: ['arn:aws:lambda']}}]}}]\n"
    )
}

pub(crate) fn template(resources: &[String]) -> String {
    format!("{HEAD}{}", resources.concat())
}

/// An account with a trail that records every function and delivers to `acme-logs`, and a function.
pub(crate) fn acme() -> Inventory {
    applied(&[
        Change::keep("aws_cloudtrail.a", trail("main", every())),
        Change::keep("aws_lambda_function.orders", function("orders")),
    ])
}

pub(crate) fn between_of(before: &[String], after: &[String], options: &Options) -> [Gate; 2] {
    let all = between(template(before).as_bytes(), template(after).as_bytes(), options).unwrap();
    [None, Some(&acme())].map(|inventory| judged(&all, inventory).1)
}

pub(crate) fn codes(gate: &Gate) -> Vec<String> {
    let of = |doubt: &templates::document::Doubt| {
        format!("{} {} {}", doubt.address.as_deref().unwrap_or("*"), doubt.about.code(), doubt.path)
    };
    gate.doubts.iter().map(of).collect()
}

pub(crate) fn in_doubt(gate: &Gate, doubt: &str) {
    assert_eq!((gate.conclusion, codes(gate)), (Conclusion::Undetermined, vec![doubt.to_owned()]));
    assert!(gate.stops.iter().all(|stop| !stop.certain));
}

pub(crate) fn unharmed(gate: &Gate, about: &str) {
    assert!(gate.conclusion <= Conclusion::Yes, "{about}: {:?} {:?}", gate.conclusion, codes(gate));
}

/// How a template may say which bucket it is, without anybody knowing its name.
const BUCKETS: [(&str, &str); 9] = [
    ("", "!Ref Logs"),
    ("", "!Sub '${Logs}'"),
    ("BucketName: !Ref P", "!Ref Logs"),
    ("BucketName: !Sub 'logs-${P}'", "!Ref Logs"),
    ("BucketName: !Sub 'logs-${P}'", "!Sub 'logs-${P}'"),
    ("BucketName: !Join ['-', [logs, !Ref P]]", "!Ref Logs"),
    ("BucketName: !If [C, one, two]", "!If [C, one, two]"),
    ("BucketName: !FindInMap [M, !Ref P, Name]", "!Ref Logs"),
    ("BucketName: !If [C, !Ref P, !Ref 'AWS::NoValue']", "!Ref Logs"),
];

#[test]
fn what_is_written_alike_is_one_bucket() {
    for (name, said) in BUCKETS {
        let (logs, trail) = (bucket("Logs", name), a_trail("main", said));
        let whole = [logs.clone(), policy(said, LETS), trail.clone()];
        for gate in between_of(&whole, &[logs.clone(), trail.clone()], &stack()) {
            in_doubt(&gate, "Policy policy_deleted $");
        }
        let denied = [logs.clone(), policy(said, "logs.amazonaws.com"), trail.clone()];
        for gate in between_of(&whole, &denied, &stack()) {
            in_doubt(&gate, "Policy policy_without_cloudtrail $");
        }
        for gate in between_of(&whole, &[logs.clone(), policy("other", LETS), trail.clone()], &stack()) {
            in_doubt(&gate, "Policy policy_deleted $");
        }
        // The same again, the stack anew, and the template alone.
        for gate in between_of(&whole, &whole, &stack()) {
            assert_eq!((gate.conclusion, codes(&gate)), (Conclusion::Nothing, vec![]), "{name} {said}");
        }
        for gate in between_of(&[], &whole, &stack()) {
            unharmed(&gate, said);
        }
        for inventory in [None, Some(&acme())] {
            unharmed(&judged(&document(&template(&whole), &stack()), inventory).1, said);
            let gate = judged(&document(&template(&denied), &stack()), inventory).1;
            assert_eq!(gate.conclusion, Conclusion::Undetermined, "{name} {said}");
        }
    }
}

#[test]
fn a_bucket_without_a_name_that_is_deleted_takes_its_trail_with_it() {
    let trail = a_trail("main", "!Ref Logs");
    let [alone, over] =
        between_of(&[bucket("Logs", ""), trail.clone()], &[bucket("Logs", ""), trail], &stack());
    assert_eq!((alone.conclusion, over.conclusion), (Conclusion::Nothing, Conclusion::Nothing));
    // A trail that stays at the bucket by the name that AWS made up.
    let whole = [bucket("Logs", ""), a_trail("main", "!Ref Logs")];
    let [_, over] = between_of(&whole, &[a_trail("main", "acme-logs")], &stack());
    assert_eq!((over.conclusion, over.stops[0].certain), (Conclusion::No, true), "{:?}", codes(&over));
    // It is that of no other trail.
    let [_, over] =
        between_of(&[whole[0].clone(), a_trail("main", "!Ref Logs")], &[a_trail("main", "next")], &stack());
    unharmed(&over, "next");
}

#[test]
fn two_buckets_of_one_template_are_two() {
    let logs = [bucket("Logs", ""), bucket("App", ""), a_trail("main", "!Ref Logs")];
    let mut with_policy = logs.to_vec();
    with_policy.push(policy("!Ref App", "logs.amazonaws.com"));
    for gate in
        between_of(&with_policy, &logs, &stack()).iter().chain(&between_of(&logs, &with_policy, &stack()))
    {
        assert_eq!((gate.conclusion, codes(gate)), (Conclusion::Nothing, vec![]));
    }
    // A new bucket without a name is that of no trail that is there.
    let app = [bucket("App", ""), policy("!Ref App", "logs.amazonaws.com")];
    for gate in between_of(&[], &app, &stack()) {
        unharmed(&gate, "new");
    }
}

#[test]
fn what_nobody_knows_may_be_the_bucket_of_any_trail() {
    let over = |before: &[String], after: &[String], options: &Options| {
        let [_, over] = between_of(before, after, options);
        over
    };
    in_doubt(&over(&[bucket("Logs", "")], &[], &stack()), "Logs not_said $.BucketName");
    let lets = policy("!Ref P", LETS);
    let gate = over(std::slice::from_ref(&lets), &[], &stack());
    in_doubt(&gate, "Policy parameter_without_value $.BucketName");
    // The value settles it.
    assert_eq!(
        over(std::slice::from_ref(&lets), &[], &with(&[("P", "other")])).conclusion,
        Conclusion::Nothing
    );
    in_doubt(
        &over(std::slice::from_ref(&lets), &[], &with(&[("P", "acme-logs")])),
        "Policy policy_deleted $",
    );
    let gate = over(&[lets], &[policy("!Sub '${P}-x'", LETS)], &stack());
    in_doubt(&gate, "Policy parameter_without_value $.BucketName");
    let export = policy("!ImportValue logs", "logs.amazonaws.com");
    in_doubt(&over(&[], &[export], &stack()), "Policy not_in_the_file $.BucketName");
}

/// The name that the inventory has for the bucket of a trail is that of the bucket that the template means.
#[test]
fn the_inventory_says_which_bucket_a_reference_is() {
    let mut inventory = acme();
    let mut second = inventory.recorders[0].clone();
    second.arn = second.arn.replace("trail/main", "trail/second");
    second.name = "second".to_owned();
    second.destination = Some("elsewhere".to_owned());
    inventory.recorders.push(second);
    let whole = [bucket("Logs", ""), policy("!Ref Logs", LETS), a_trail("main", "!Ref Logs")];
    let fewer = [whole[0].clone(), whole[2].clone()];
    for place in &mut inventory.places {
        let Seen::Known(trails) = &mut place.trails else { panic!("{place:?}") };
        let mut second = trails[0].clone();
        second.trail = second.trail.replace("trail/main", "trail/second");
        trails.push(second);
    }
    let all = between(template(&whole).as_bytes(), template(&fewer).as_bytes(), &stack()).unwrap();
    let (proposal, gate) = judged(&all, Some(&inventory));
    // The other one delivers elsewhere, and goes on recording.
    assert_eq!(
        (gate.conclusion, codes(&gate)),
        (Conclusion::Yes, vec!["Policy policy_deleted $".to_owned()])
    );
    let in_doubt = |name: &str| {
        let trails = proposal.after.places[0].trails.known().unwrap();
        trails.iter().find(|one| one.trail.ends_with(name)).unwrap().status.gap().is_some()
    };
    assert!(in_doubt("trail/main") && !in_doubt("trail/second"));
}

fn change_sets(changes: &[Value]) -> Gate {
    let each = changes.iter().map(|change| json!({"Type": "Resource", "ResourceChange": change}));
    let set = json!({
        "ChangeSetName": "c", "StackName": "s", "Status": "CREATE_COMPLETE",
        "StackId": "arn:aws:cloudformation:eu-west-1:111122223333:stack/s/1",
        "Changes": each.collect::<Vec<_>>(),
    });
    judged(&document(&set.to_string(), &Options::default()), Some(&acme())).1
}

#[test]
fn change_sets_say_where_a_policy_was_and_where_it_comes() {
    let of = |action: &str, more: Value| {
        let mut change = json!({
            "Action": action, "LogicalResourceId": "P", "PhysicalResourceId": "s-P-1A2B",
            "ResourceType": "AWS::S3::BucketPolicy",
        });
        change.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        change_sets(&[change])
    };
    let context = |bucket: &str, service: &str| {
        let policy = json!({"Statement": [{"Principal": {"Service": service}}]});
        json!({"Properties": {"Bucket": bucket, "PolicyDocument": policy}}).to_string()
    };
    let moves = |to: &str, service: &str| {
        of(
            "Modify",
            json!({"Replacement": "True", "BeforeContext": context("acme-logs", LETS), "AfterContext": context(to, service)}),
        )
    };
    in_doubt(&moves("other", LETS), "P policy_deleted $");
    in_doubt(&moves("{{changeSet:KNOWN_AFTER_APPLY}}", LETS), "P policy_deleted $");
    // Without values nobody knows which bucket it was.
    in_doubt(&of("Remove", json!({"PolicyAction": "Delete"})), "P not_in_the_file $.BucketName");
    in_doubt(&of("Modify", json!({"Replacement": "True"})), "P not_in_the_file $.BucketName");
    let nowhere = json!({"PhysicalResourceId": null, "PolicyAction": "Delete"});
    in_doubt(&of("Remove", nowhere), "P not_said $.BucketName");
    // What is let go stays, and what comes to a bucket that is not there yet harms nobody.
    let gate = of("Remove", json!({"PolicyAction": "Retain"}));
    assert_eq!((gate.conclusion, codes(&gate)), (Conclusion::Nothing, vec![]));
    let open = context("{{changeSet:KNOWN_AFTER_APPLY}}", "logs.amazonaws.com");
    let made = json!({"Action": "Add", "LogicalResourceId": "New", "ResourceType": "AWS::S3::Bucket",
        "AfterContext": "{\"Properties\":{}}"});
    let comes = json!({"Action": "Add", "LogicalResourceId": "P", "ResourceType": "AWS::S3::BucketPolicy",
        "AfterContext": open});
    assert_eq!(change_sets(&[made, comes]).conclusion, Conclusion::Nothing);
    // None is made: it may be any.
    in_doubt(&of("Add", json!({"AfterContext": open})), "P known_after_apply $.BucketName");
}

/// A policy that the file does not hold may not name CloudTrail.
#[test]
fn a_policy_that_the_file_does_not_hold_is_in_doubt() {
    let of = |action: &str, more: Value| {
        let mut change = json!({
            "Action": action, "LogicalResourceId": "P", "PhysicalResourceId": "acme-logs",
            "ResourceType": "AWS::S3::BucketPolicy",
        });
        change.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        change_sets(&[change])
    };
    in_doubt(&of("Modify", json!({"Replacement": "False"})), "P not_in_the_file $.BucketName");
    in_doubt(&of("Add", json!({})), "P not_in_the_file $.BucketName");
    let context = |statement: Value| {
        let all =
            json!({"Properties": {"Bucket": "acme-logs", "PolicyDocument": {"Statement": [statement]}}});
        json!({"Replacement": "False", "BeforeContext": all.to_string(), "AfterContext": all.to_string()})
    };
    // Which of its resources it is about does not matter; for whom it is does.
    let later = "arn:aws:s3:::{{changeSet:KNOWN_AFTER_APPLY}}/*";
    let gate = of("Modify", context(json!({"Principal": "*", "Effect": "Deny", "Resource": later})));
    in_doubt(&gate, "P policy_without_cloudtrail $");
    let gate = of("Modify", context(json!({"Principal": {"Service": later}})));
    in_doubt(&gate, "P known_after_apply $.PolicyDocument");
    let gate = of("Modify", context(json!({"Principal": {"Service": LETS}, "Resource": later})));
    assert_eq!((gate.conclusion, codes(&gate)), (Conclusion::Nothing, vec![]));
}

#[test]
fn which_bucket_it_is_is_no_name() {
    let all = document(&template(&[bucket("Logs", ""), a_trail("main", "!Ref Logs")]), &stack());
    assert_eq!(after(&all, "Trail", "S3BucketName"), "?known_after_apply");
    let proposal = judged(&all, None).0;
    assert_eq!(proposal.after.recorders[0].destination, None);
}

#[test]
fn each_stack_of_a_set_has_buckets_of_its_own() {
    let body = format!("Resources:\n{}{}", bucket("Logs", ""), policy("!ImportValue logs", LETS));
    let set = format!(
        "  Set:\n    Type: AWS::CloudFormation::StackSet\n    Properties:\n      StackSetName: s\n      PermissionModel: SELF_MANAGED\n      \
         TemplateBody: {}\n      StackInstancesGroup: [{{DeploymentTargets: {{Accounts: ['111122223333']}}, Regions: [eu-west-1, eu-north-1]}}]\n",
        serde_json::to_string(&body).unwrap()
    );
    let all = document(&template(&[set]), &stack());
    let same = |name: &str| {
        ["eu-west-1", "eu-north-1"]
            .map(|region| after(&all, &format!("Set/{name}@111122223333/{region}"), property::SAME_BUCKET))
    };
    for name in ["Logs", "Policy"] {
        let [one, other] = same(name);
        assert_ne!(one, other);
        assert!(one.ends_with(" in Set@111122223333/eu-west-1'"), "{one}");
    }
    assert!(same("Logs").iter().all(|one| one.starts_with("'bucket Logs ")));
}

#[test]
fn a_trail_that_moves_to_another_unknown_bucket_is_not_where_it_was() {
    let at = |before: &str, after: &str| {
        let (before, after) = ([a_trail("main", before)], [a_trail("main", after)]);
        let all = between(template(&before).as_bytes(), template(&after).as_bytes(), &stack()).unwrap();
        judged(&all, Some(&acme())).0.after.recorders[0].destination.clone()
    };
    assert_eq!(at("!Ref P", "!Ref P").as_deref(), Some("acme-logs"));
    assert_eq!(at("!Ref P", "!Sub '${P}-next'"), None);
}

/// AWS could not deliver to the bucket, and the template brings what lets it: nobody knows whether that mends it.
#[test]
fn a_policy_of_a_bucket_without_a_name_may_mend_its_trail() {
    let mut inventory = acme();
    for place in &mut inventory.places {
        let Seen::Known(trails) = &mut place.trails else { panic!("{place:?}") };
        let delivery_error = Some("AccessDenied".to_owned());
        trails[0].status =
            Seen::Known(TrailStatus { logging: true, delivery_error, ..TrailStatus::default() });
    }
    let whole =
        |service: &str| [bucket("Logs", ""), policy("!Ref Logs", service), a_trail("main", "!Ref Logs")];
    let f = "  F:\n    Type: AWS::Lambda::Function\n    Properties: {FunctionName: new}\n".to_owned();
    let answer = |service: &str| {
        let (before, after) =
            (template(&whole("logs.amazonaws.com")), template(&[whole(service).concat(), f.clone()]));
        let all = between(before.as_bytes(), after.as_bytes(), &stack()).unwrap();
        judged(&all, Some(&inventory)).1
    };
    let gate = answer(LETS);
    assert_eq!(gate.conclusion, Conclusion::Undetermined, "{:?}", codes(&gate));
    assert!(codes(&gate).contains(&"Policy delivery_may_be_mended $".to_owned()), "{:?}", codes(&gate));
}
