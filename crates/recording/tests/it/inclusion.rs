//! `included` says what looking at every event says.

use cloudtrail::event::{EventResource, Field};
use cloudtrail::selector::{
    AdvancedSelector, BasicSelector, Condition, Doubt, FieldSelector, Operator, Selector,
};
use cloudtrail::{Answer, records};
use oracle::inclusion::losses;
use oracle::translate::to_advanced;
use oracle::worlds::{basic_selectors, kinds, selectors};
use proptest::prelude::*;
use proptest::sample::Index;
use recording::{Inclusion, included};

/// Selectors, and others that are close to them: some of the first left out, widened, translated or split, and some more.
fn pairs() -> impl Strategy<Value = (Vec<Selector>, Vec<Selector>)> {
    kinds().prop_flat_map(|kind| {
        let first = proptest::collection::vec(selectors(kind), 0..=3);
        let more = proptest::collection::vec(selectors(kind), 0..=3);
        (first, more).prop_flat_map(|(first, more)| {
            let turns = proptest::collection::vec((0_u8..7, any::<Index>()), first.len());
            (Just(first), Just(more), turns).prop_map(|(first, mut more, turns)| {
                more.extend(first.iter().zip(turns).flat_map(|(one, (how, at))| near(one, how, at)));
                (first, more)
            })
        })
    })
}

/// Something near the selector.
fn near(selector: &Selector, how: u8, at: Index) -> Vec<Selector> {
    match (how, selector) {
        (0, _) => Vec::new(),
        (1, Selector::Basic(basic)) if basic.doubts.is_empty() => to_advanced(basic),
        (2, Selector::Advanced(advanced)) if advanced.fields.len() > 2 => {
            let mut wider = advanced.clone();
            wider.fields.remove(2 + at.index(advanced.fields.len() - 2));
            vec![Selector::Advanced(wider)]
        }
        (3, Selector::Advanced(advanced)) if advanced.condition(Field::ReadOnly).is_none() => {
            ["true", "false"]
                .map(|value| with(advanced, Field::ReadOnly, Condition::equals([value])))
                .to_vec()
        }
        (4, Selector::Advanced(advanced)) if advanced.condition(Field::UserIdentityArn).is_none() => {
            let not = Condition { not_starts_with: vec!["a".to_owned()], ..Condition::default() };
            let yes = Condition { starts_with: vec!["a".to_owned()], ..Condition::default() };
            [not, yes].map(|condition| with(advanced, Field::UserIdentityArn, condition)).to_vec()
        }
        (5, Selector::Advanced(advanced)) => {
            let mut narrower = advanced.clone();
            let at = at.index(narrower.fields.len().max(1));
            if let Some(field) = narrower.fields.get_mut(at) {
                field.condition.values_mut(Operator::NotEquals).push("ab".to_owned());
            }
            vec![Selector::Advanced(narrower)]
        }
        (_, one) => vec![one.clone()],
    }
}

fn with(selector: &AdvancedSelector, field: Field, condition: Condition) -> Selector {
    let mut selector = selector.clone();
    selector.fields.push(FieldSelector { field, condition });
    Selector::Advanced(selector)
}

/// An event has no room for these, and `included` looks at them all the same.
fn asks_of_the_network(selector: &Selector) -> bool {
    match selector {
        Selector::Basic(_) => false,
        Selector::Advanced(one) => {
            [Field::ErrorCode, Field::VpcEndpointId].iter().any(|field| one.condition(*field).is_some())
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { max_shrink_iters: 4_000, ..ProptestConfig::with_cases(10_000) })]

    #[test]
    fn included_agrees_with_looking_at_every_event((a, b) in pairs()) {
        let (answer, losses) = (included(&a, &b), losses(&a, &b));
        match &answer {
            Inclusion::Included => assert!(!losses.possible, "{a:#?}\n{b:#?}"),
            Inclusion::Lost { witness, selector } => {
                assert_eq!(records(&a[*selector], witness), Answer::Recorded, "{a:#?}\n{b:#?}");
                for other in &b {
                    let told = records(other, witness);
                    assert!(matches!(told, Answer::TurnedAway(_)), "{told:?}\n{witness:?}\n{a:#?}\n{b:#?}");
                }
                assert!(losses.certain);
            }
            Inclusion::Undetermined { .. } => {
                assert!(!losses.certain, "{a:#?}\n{b:#?}");
                assert!(losses.possible || a.iter().chain(&b).any(asks_of_the_network), "{a:#?}\n{b:#?}");
            }
        }
    }

    #[test]
    fn everything_includes_itself_and_the_order_does_not_matter((a, b) in pairs()) {
        assert_eq!(included(&a, &a), Inclusion::Included);
        let mut both = b.clone();
        both.extend(a.iter().cloned());
        assert_eq!(included(&a, &both), Inclusion::Included);
        let mut turned = b.clone();
        turned.reverse();
        let word = std::mem::discriminant;
        assert_eq!(word(&included(&a, &b)), word(&included(&a, &turned)), "{a:#?}\n{b:#?}");
    }

    #[test]
    fn a_basic_selector_and_its_translation_record_the_same(basic in basic_selectors()) {
        prop_assume!(basic.doubts.is_empty());
        let (before, after) = ([Selector::Basic(basic.clone())], to_advanced(&basic));
        prop_assert_eq!(included(&before, &after), Inclusion::Included);
        prop_assert_eq!(included(&after, &before), Inclusion::Included);
    }
}

fn advanced(fields: &[(Field, &str)]) -> Selector {
    let fields = fields
        .iter()
        .map(|(field, value)| FieldSelector { field: *field, condition: Condition::equals([*value]) })
        .collect();
    Selector::Advanced(AdvancedSelector { name: String::new(), fields, doubts: Vec::new() })
}

#[test]
fn what_is_lost_is_told_by_an_event() {
    let s3 = advanced(&[(Field::EventCategory, "Data"), (Field::ResourcesType, "AWS::S3::Object")]);
    let lambda = advanced(&[(Field::EventCategory, "Data"), (Field::ResourcesType, "AWS::Lambda::Function")]);
    let Inclusion::Lost { witness, selector } = included(&[lambda.clone(), s3], &[lambda]) else {
        panic!("it is lost")
    };
    let resource: EventResource = witness.resource.expect("a data event is about a resource");
    assert_eq!((selector, witness.category.as_str(), resource.kind.as_str()), (1, "Data", "AWS::S3::Object"));
}

#[test]
fn a_new_trail_does_not_hold_other_categories() {
    let default = Selector::Basic(BasicSelector::of_a_new_trail());
    let everything = advanced(&[]);
    assert_eq!(
        included(std::slice::from_ref(&default), std::slice::from_ref(&everything)),
        Inclusion::Included
    );
    assert!(matches!(included(&[everything], &[default]), Inclusion::Lost { .. }));
}

#[test]
fn network_events_are_not_lost_unseen() {
    let category = (Field::EventCategory, "NetworkActivity");
    let denied = advanced(&[category, (Field::ErrorCode, "VpceAccessDenied")]);
    let all = advanced(&[category]);
    assert_eq!(included(std::slice::from_ref(&denied), std::slice::from_ref(&all)), Inclusion::Included);
    let answer = included(std::slice::from_ref(&denied), &[]);
    assert!(matches!(answer, Inclusion::Undetermined { selector: 0, doubt: None }), "{answer:?}");
    assert!(matches!(included(&[all], &[denied]), Inclusion::Lost { .. }));
}

#[test]
fn a_doubt_is_no_loss_and_no_proof() {
    let known = advanced(&[(Field::EventCategory, "Management")]);
    let mut doubtful = known.clone();
    doubtful.doubt(Doubt::Member { path: "$.Unheard".to_owned() });
    for (one, other) in [(&known, &doubtful), (&doubtful, &advanced(&[(Field::EventCategory, "Data")]))] {
        let answer = included(std::slice::from_ref(one), std::slice::from_ref(other));
        let Inclusion::Undetermined { doubt: Some(doubt), .. } = answer else { panic!("{answer:?}") };
        assert_eq!(doubt, Doubt::Member { path: "$.Unheard".to_owned() });
    }
    assert_eq!(included(std::slice::from_ref(&doubtful), &[known]), Inclusion::Included);
}

/// What only differs in fields that no witness shows must not hide what differs in others.
#[test]
fn a_loss_that_can_be_shown_is_shown() {
    let management = advanced(&[(Field::EventCategory, "Management")]);
    let Selector::Advanced(one) = &management else { panic!("it is advanced") };
    let not_denied = Condition { not_equals: vec!["VpceAccessDenied".to_owned()], ..Condition::default() };
    let writes = with(one, Field::ReadOnly, Condition::equals(["false"]));
    let Selector::Advanced(writes) = &writes else { panic!("it is advanced") };
    let after = with(writes, Field::ErrorCode, not_denied);
    let Inclusion::Lost { witness, .. } = included(&[management], &[after]) else { panic!("reads are lost") };
    assert!(witness.read_only);
}

#[test]
fn events_without_a_resource_are_not_lost_unseen() {
    let management = advanced(&[(Field::EventCategory, "Management")]);
    let Selector::Advanced(one) = &management else { panic!("it is advanced") };
    let any_arn = Condition { starts_with: vec![String::new()], ..Condition::default() };
    let answer = included(std::slice::from_ref(&management), &[with(one, Field::ResourcesArn, any_arn)]);
    let Inclusion::Lost { witness, .. } = answer else { panic!("{answer:?}") };
    assert_eq!(witness.resource, None);
}

/// A management event of a source is one that the source has.
#[test]
fn the_management_event_that_is_lost_is_one_of_its_service() {
    let management = advanced(&[(Field::EventCategory, "Management")]);
    let Selector::Advanced(one) = &management else { panic!("it is advanced") };
    let but = |source: &str| {
        let others = Condition { not_equals: vec![source.to_owned()], ..Condition::default() };
        vec![with(one, Field::EventSource, others)]
    };
    for (after, source, name) in [
        (vec![], "ec2.amazonaws.com", "RunInstances"),
        (but("kms.amazonaws.com"), "kms.amazonaws.com", "CreateKey"),
        (but("rdsdata.amazonaws.com"), "rdsdata.amazonaws.com", "ExecuteStatement"),
    ] {
        let answer = included(std::slice::from_ref(&management), &after);
        let Inclusion::Lost { witness, .. } = answer else { panic!("{answer:?}") };
        assert_eq!((witness.source.as_str(), witness.name.as_str()), (source, name));
    }
}
