//! Buckets that a template makes: which expressions may give them, and whether they are there already.

use crate::cloudformation::{document, stack};
use crate::cloudformation_buckets::{
    LETS, a_trail, acme, between_of, bucket, codes, in_doubt, policy, template, unharmed,
};
use crate::plan::judged;
use audit::answer::Conclusion;
use cloudtrail::recorder::Seen;
use templates::gate::Gate;

const NOBODY: &str = "logs.amazonaws.com";

/// Expressions that may give a bucket, and are not written as a plain reference to it.
const EXPRESSIONS: [&str; 6] = [
    "!If [C, !Ref New, !Ref P]",
    "!Join ['', [!Ref New]]",
    "!Select [0, [!Ref New, x]]",
    "!Select [5, !Split [':', !GetAtt New.Arn]]",
    "!Select [0, !Split ['.', !GetAtt New.DomainName]]",
    "!Sub ['${B}', {B: !Ref New}]",
];

fn another(policy: &str) -> String {
    policy.replace("  Policy:", "  Other:")
}

/// The template alone, over an inventory.
fn declared(resources: &[String]) -> Gate {
    judged(&document(&template(resources), &stack()), Some(&acme())).1
}

#[test]
fn a_new_bucket_may_be_what_any_expression_gives_that_mentions_it() {
    let before = [bucket("Logs", ""), policy("!Ref Logs", LETS), a_trail("main", "!Ref Logs")];
    let kept = &before[..2];
    for said in EXPRESSIONS {
        // The trail comes to it, and its policy does not name CloudTrail.
        let after = [kept, &[bucket("New", ""), another(&policy("!Ref New", NOBODY)), a_trail("main", said)]]
            .concat();
        // The policy says it so.
        let other = [kept, &[bucket("New", ""), another(&policy(said, NOBODY)), a_trail("main", "!Ref New")]]
            .concat();
        for after in [after, other] {
            for gate in between_of(&before, &after, &stack()) {
                assert_eq!(gate.conclusion, Conclusion::Undetermined, "{said} {:?}", codes(&gate));
                assert!(gate.stops.iter().all(|stop| !stop.certain));
            }
        }
    }
    // Neither another bucket, nor what a parameter says before there is one.
    for said in ["!Ref App", "!Join ['', [!Ref NewApp]]", "!Ref P", "!Sub 'x-${P}'"] {
        let after = [
            bucket("App", ""),
            bucket("NewApp", ""),
            bucket("New", ""),
            another(&policy(said, NOBODY)),
            a_trail("main", "!Ref New"),
        ];
        let [alone, _] = between_of(&[], &after, &stack());
        unharmed(&alone, said);
    }
}

/// A template alone does not say whether its stack is there.
#[test]
fn a_bucket_of_a_template_may_be_the_one_that_the_inventory_shows() {
    let denied = |service: &str| [bucket("Logs", ""), policy("!Ref Logs", service)];
    let with_trail = |name: &str| [denied(NOBODY).concat(), a_trail(name, "!Ref Logs")];
    // The trail delivers there, so the bucket has its name, and any other trail that delivers there has the same.
    in_doubt(&declared(&with_trail("main")), "Policy policy_without_cloudtrail $");
    let mut inventory = acme();
    let mut second = inventory.recorders[0].clone();
    second.arn = second.arn.replace("trail/main", "trail/second");
    second.name = "second".to_owned();
    inventory.recorders.push(second);
    for place in &mut inventory.places {
        let Seen::Known(trails) = &mut place.trails else { panic!("{place:?}") };
        let mut second = trails[0].clone();
        second.trail = second.trail.replace("trail/main", "trail/second");
        trails.push(second);
    }
    let gate = judged(&document(&template(&with_trail("main")), &stack()), Some(&inventory)).1;
    in_doubt(&gate, "Policy policy_without_cloudtrail $");
    // Its other bucket is another one.
    let two = [
        denied(LETS).concat(),
        a_trail("main", "!Ref Logs"),
        bucket("App", ""),
        another(&policy("!Ref App", NOBODY)),
    ];
    unharmed(&declared(&two), "App");
    // Without a trail nobody knows which bucket it is.
    in_doubt(&declared(&denied(NOBODY)), "Policy not_said $.BucketName");
    // A stack whose trails are not there is new, and so are its buckets.
    let gate = declared(&with_trail("next"));
    assert!(gate.conclusion <= Conclusion::Yes, "{:?} {:?}", gate.conclusion, codes(&gate));
}
