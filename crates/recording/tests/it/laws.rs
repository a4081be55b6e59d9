//! What must hold of `decide` whatever it is asked.

use crate::common::{any, ask, candidates, certainly_escapes, certainly_recorded, without_doubts};
use cloudtrail::event::{Event, Field};
use cloudtrail::resource::ResourceType;
use cloudtrail::selector::{AdvancedSelector, Condition, FieldSelector, Selector};
use cloudtrail::{Answer, records};
use oracle::subject::Subject;
use oracle::translate::to_advanced;
use oracle::worlds::{
    PLACE, Recorder, World, basic_selectors, kinds, questions, selectors, subjects, worlds,
};
use proptest::prelude::{Just, ProptestConfig, Strategy, any as anything, proptest};
use proptest::sample::Index;
use recording::{Escape, Open, State, Why, decide};

/// A question, and one more selector.
fn one_more() -> impl Strategy<Value = (Subject, World, Selector)> {
    kinds().prop_flat_map(|kind| (subjects(kind), worlds(kind), selectors(kind)))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn the_witness_replays((subject, world) in questions()) {
        let (verdict, candidates) = (ask(&world, &subject), candidates(&world));
        if let Some(escape) = &verdict.escape {
            let contradicted = verdict.open == Some(Open::Names);
            assert_in_the_space(&subject, &escape.witness, contradicted);
            assert!(!certainly_recorded(&candidates, &escape.witness), "{world:#?}\n{verdict:#?}");
            let certain = verdict.state != State::Undetermined;
            let escapes = certainly_escapes(&candidates, &escape.witness);
            assert!(contradicted || escapes == certain, "{world:#?}\n{verdict:#?}");
            assert_reasons_are_true(&world, escape);
        }
        if let Some(escape) = &verdict.possible {
            assert_eq!(verdict.state, State::Recorded);
            assert!(!certainly_recorded(&candidates, &escape.witness), "{world:#?}\n{verdict:#?}");
            assert_reasons_are_true(&world, escape);
        }
    }

    /// "No invocations are recorded" is told iff none is.
    #[test]
    fn the_words_do_not_say_none_where_some_are((subject, world) in questions()) {
        let verdict = ask(&world, &subject);
        let none = verdict.escape.as_ref().is_some_and(|escape| escape.remainder == "no invocation is recorded");
        let settled = world.recorders.iter().all(|one| {
            one.certain && one.selectors.as_ref().is_some_and(|all| all.iter().all(without_doubts))
        });
        match verdict.state {
            State::PartiallyRecorded | State::Recorded => assert!(!none, "{world:#?}\n{verdict:#?}"),
            State::NotRecorded if settled => assert!(none, "{world:#?}\n{verdict:#?}"),
            State::NotRecorded | State::Undetermined => {}
        }
        let warned = verdict.possible.map(|escape| escape.remainder);
        assert_ne!(warned.as_deref(), Some("no invocation is recorded"), "{world:#?}");
    }

    #[test]
    fn the_cover_suffices_and_no_selector_of_it_can_be_left_out((subject, world) in questions()) {
        let verdict = ask(&world, &subject);
        assert_eq!(verdict.cover.is_empty(), verdict.state != State::Recorded);
        if verdict.state != State::Recorded {
            return Ok(());
        }
        let only = |left_out: Option<usize>| {
            let kept = verdict.cover.iter().enumerate().filter(|(at, _)| Some(*at) != left_out);
            let of = |one: &recording::SelectorRef| {
                let recorder = &world.recorders[one.candidate];
                assert!(recorder.certain);
                recorder.selectors.as_ref().expect("a cover is of recorders that were read")[one.selector].clone()
            };
            World { recorders: vec![Recorder { selectors: Some(kept.map(|(_, one)| of(one)).collect()), certain: true }] }
        };
        assert_eq!(ask(&only(None), &subject).state, State::Recorded, "{world:#?}\n{verdict:#?}");
        for left_out in 0..verdict.cover.len() {
            let state = ask(&only(Some(left_out)), &subject).state;
            assert_ne!(state, State::Recorded, "without {left_out}: {world:#?}\n{verdict:#?}");
        }
    }

    #[test]
    fn adding_a_selector_never_unrecords((subject, world, more) in one_more(), at in anything::<Index>()) {
        let before = ask(&world, &subject).state;
        let mut after = world.clone();
        let recorder = at.index(after.recorders.len());
        match &mut after.recorders[recorder].selectors {
            Some(selectors) => selectors.push(more),
            None => after.recorders.push(Recorder { selectors: Some(vec![more]), certain: true }),
        }
        let state = ask(&after, &subject).state;
        // What is recorded stays recorded, and what does not certainly escape does not come to.
        let allowed = match before {
            State::Recorded => state == State::Recorded,
            State::PartiallyRecorded => state != State::NotRecorded,
            State::NotRecorded => true,
            State::Undetermined => matches!(state, State::Recorded | State::Undetermined),
        };
        assert!(allowed, "{before:?} became {state:?}: {after:#?}");
    }

    #[test]
    fn order_and_duplicates_do_not_matter(
        (subject, world) in questions(),
        (shuffled, twice) in (anything::<Index>(), anything::<Index>()),
    ) {
        let mut other = world.clone();
        let turn = shuffled.index(other.recorders.len());
        other.recorders.rotate_left(turn);
        for selectors in other.recorders.iter_mut().filter_map(|one| one.selectors.as_mut()) {
            selectors.reverse();
            if !selectors.is_empty() {
                selectors.push(selectors[twice.index(selectors.len())].clone());
            }
        }
        let (before, same_recorders) = (ask(&world, &subject), ask(&other, &subject));
        assert_eq!(before.state, same_recorders.state, "{world:#?}\n{other:#?}");
        assert_eq!(before.possible.is_some(), same_recorders.possible.is_some());
        assert_eq!(before.copies.len(), same_recorders.copies.len(), "{world:#?}\n{other:#?}");
        let again = other.recorders[twice.index(other.recorders.len())].clone();
        other.recorders.push(again);
        assert_eq!(before.state, ask(&other, &subject).state, "{world:#?}\n{other:#?}");
    }

    #[test]
    fn splitting_a_selector_changes_nothing(
        (subject, world) in questions(),
        field in proptest::sample::select(vec![
            Field::ReadOnly, Field::UserIdentityArn, Field::EventName, Field::ResourcesArn, Field::SessionCredentialFromConsole,
        ]),
    ) {
        let mut other = world.clone();
        for selectors in other.recorders.iter_mut().filter_map(|one| one.selectors.as_mut()) {
            *selectors = selectors.iter().flat_map(|one| split(one, field)).collect();
        }
        let (before, after) = (ask(&world, &subject), ask(&other, &subject));
        assert_eq!(before.state, after.state, "{world:#?}\n{other:#?}");
        assert_eq!(before.possible.is_some(), after.possible.is_some(), "{world:#?}\n{other:#?}");
        assert_eq!(before.copies, after.copies, "{world:#?}\n{other:#?}");
    }

    #[test]
    fn a_basic_selector_and_its_translation_get_the_same_verdict(
        basic in proptest::collection::vec(basic_selectors(), 1..=3),
        subject in kinds().prop_flat_map(subjects),
    ) {
        let translated = basic.iter().flat_map(to_advanced).collect();
        let world = |selectors| World { recorders: vec![Recorder { selectors: Some(selectors), certain: true }] };
        let one = ask(&world(basic.into_iter().map(Selector::Basic).collect()), &subject);
        let other = ask(&world(translated), &subject);
        assert_eq!(one.state, other.state);
        assert_eq!(one.escape.map(|all| all.remainder), other.escape.map(|all| all.remainder));
    }

    #[test]
    fn copies_have_an_event_in_common((subject, world) in questions()) {
        let (verdict, candidates) = (ask(&world, &subject), candidates(&world));
        if verdict.copies.is_empty() || matches!(subject, Subject::Any(_)) {
            return Ok(());
        }
        let all_record = |event: &Event| {
            verdict.copies.iter().all(|at| certainly_recorded(&candidates[*at..=*at], event))
        };
        assert!(subject.events(5).iter().any(all_record), "{world:#?}\n{verdict:#?}");
    }

    #[test]
    fn the_same_question_has_the_same_answer((subject, world) in questions()) {
        assert_eq!(ask(&world, &subject), ask(&world.clone(), &subject));
    }

    #[test]
    fn what_holds_for_any_holds_for_each(
        (world, kind) in kinds().prop_flat_map(|kind| (worlds(kind), Just(kind))),
        name in "[abz]{1,3}",
    ) {
        let every = ask(&world, &Subject::Any(kind)).state;
        let this = ask(&world, &Subject::Named(kind, name)).state;
        match every {
            State::Recorded => assert_eq!(this, State::Recorded),
            State::NotRecorded => assert_ne!(this, State::Recorded),
            State::Undetermined => assert!(matches!(this, State::Recorded | State::Undetermined)),
            State::PartiallyRecorded => {}
        }
    }
}

/// Two selectors that together are the one.
fn split(selector: &Selector, field: Field) -> Vec<Selector> {
    let Selector::Advanced(advanced) = selector else { return vec![selector.clone()] };
    if advanced.condition(field).is_some() {
        return vec![selector.clone()];
    }
    let value = match field {
        Field::ReadOnly => {
            return parts(advanced, field, [Condition::equals(["true"]), Condition::equals(["false"])]);
        }
        Field::SessionCredentialFromConsole => "true".to_owned(),
        Field::EventName => "InvokeExecution".to_owned(),
        Field::ResourcesArn => PLACE.arn(ResourceType::Function, "a"),
        _ => "ab".to_owned(),
    };
    let not = Condition { not_equals: vec![value.clone()], ..Condition::default() };
    parts(advanced, field, [Condition::equals([value]), not])
}

fn parts(selector: &AdvancedSelector, field: Field, conditions: [Condition; 2]) -> Vec<Selector> {
    let part = |condition| {
        let mut part = selector.clone();
        part.fields.push(FieldSelector { field, condition });
        Selector::Advanced(part)
    };
    conditions.map(part).to_vec()
}

/// Every reason given for a selector is what the definition says of it, and no selector is passed over.
fn assert_reasons_are_true(world: &World, escape: &Escape) {
    let mut expected = 0;
    for recorder in &world.recorders {
        expected += recorder.selectors.as_ref().map_or(1, Vec::len);
    }
    assert_eq!(escape.turned_away.len(), expected);
    for reason in &escape.turned_away {
        let recorder = &world.recorders[reason.by.candidate];
        let Some(selectors) = &recorder.selectors else {
            assert_eq!(reason.why, Why::Unread);
            continue;
        };
        let selector = &selectors[reason.by.selector];
        let told = match records(selector, &escape.witness) {
            Answer::TurnedAway(by) => Why::Field(by),
            Answer::Undetermined(doubt) => Why::Doubt(doubt),
            Answer::Recorded => Why::Uncertain,
        };
        assert_eq!(reason.why, told);
        assert!(told != Why::Uncertain || (!recorder.certain && without_doubts(selector)));
    }
}

/// The witness is an event that invoking the subject can give rise to, as semantics 1 and 14 state it.
fn assert_in_the_space(subject: &Subject, witness: &Event, contradicted: bool) {
    let resource = witness.resource.as_ref().expect("an invocation is about a resource");
    assert_eq!((witness.category.as_str(), witness.source.as_str()), ("Data", "lambda.amazonaws.com"));
    assert_eq!((witness.event_type.as_str(), witness.read_only), ("AwsApiCall", false));
    assert_eq!(resource.kind, subject.kind().as_str());
    let names: &[&str] = match subject.kind() {
        _ if contradicted => &["InvokeFunctionUrl", "InvokeWithResponseStream", "InvokeAsync"],
        ResourceType::Function => &["Invoke", "InvokeExecution"],
        ResourceType::WebFunction => &["InvokeWebFunctionEndpoint"],
        ResourceType::MicrovmImage => &[
            "RunMicrovm",
            "TerminateMicrovm",
            "SuspendMicrovm",
            "ResumeMicrovm",
            "CreateMicrovmAuthToken",
            "CreateMicrovmShellAuthToken",
        ],
    };
    assert!(names.contains(&witness.name.as_str()), "{}", witness.name);
    match subject {
        Subject::Named(kind, name) => assert_eq!(resource.arn, PLACE.arn(*kind, name)),
        Subject::Any(kind) => {
            let name = resource.arn.strip_prefix(&PLACE.arn(*kind, "")).expect("an ARN of this place");
            let allowed = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
            assert!(!name.is_empty() && name.chars().all(allowed), "{name}");
        }
    }
}

#[test]
fn nobody_records_where_there_is_no_recorder() {
    for kind in ResourceType::ALL {
        let verdict = decide(&[], any(kind));
        assert_eq!(verdict.state, State::NotRecorded);
        let escape = verdict.escape.expect("an escape");
        assert_eq!(escape.remainder, "no invocation is recorded");
        assert!(escape.turned_away.is_empty());
    }
}
