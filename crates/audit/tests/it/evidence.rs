//! What records say of a function: each rule, and the laws over all that can be known.

use audit::evidence::{
    Doubt, Known, Looked, Metric, Near, Note, Origin, Outcome, PartlyUnproven, RECORDED_AFTER,
    RECORDED_BEFORE, Records, SETTLED_AFTER, Unproven, decide, is_settled, may_be_near, sums,
};
use proptest::prelude::*;

/// Invoked, everything read, nothing there.
fn missing() -> Known {
    Known {
        records: Records::default(),
        unproven: None,
        partly_unproven: None,
        metric: Metric::Known(7),
        looked: Looked::Whole { files: 3 },
        origin: Origin::ByHand,
        near: None,
        settled: true,
    }
}

fn seen(records: u64) -> Records {
    Records { records, calls: records, executions: records, first: 1, last: 2, ..Records::default() }
}

fn partly() -> Looked {
    Looked::Partly { unread: 1, first: "a.json.gz: damaged".to_owned() }
}

#[test]
fn invoked_and_nothing_recorded_is_missing() {
    let decided = decide(&missing());
    assert_eq!((decided.outcome, decided.doubts.len()), (Outcome::Missing, 0));
}

#[test]
fn what_was_seen_stays_seen_and_what_was_not_read_is_said() {
    let known = Known {
        records: seen(1),
        looked: partly(),
        metric: Metric::Unknown("x".to_owned()),
        settled: false,
        ..missing()
    };
    let decided = decide(&known);
    assert_eq!((decided.outcome, decided.doubts.len()), (Outcome::Evidenced, 0));
    assert!(decided.notes.iter().any(|note| matches!(note, Note::Unread { unread: 1, .. })));
    assert!(decided.notes.contains(&Note::Unsettled));
}

fn unproven() -> Option<Unproven> {
    Some(Unproven { first: "a.json.gz".to_owned(), why: "no digest lists it".to_owned() })
}

#[test]
fn records_that_no_digest_proves_are_neither_evidence_nor_missing() {
    let decided = decide(&Known { records: seen(9), unproven: unproven(), ..missing() });
    assert_eq!((decided.outcome, decided.doubts.len()), (Outcome::Undetermined, 1));
    assert!(decided.doubts[0].to_string().ends_with("the first: a.json.gz: no digest lists it"));
    // Where there is no record, none has to be proven.
    assert_eq!(decide(&Known { unproven: unproven(), ..missing() }).outcome, Outcome::Missing);
}

#[test]
fn records_beside_those_that_are_proven_are_counted_in_a_note_and_change_nothing() {
    let note = |all, files| {
        let partly_unproven = Some(PartlyUnproven { all, files, first: unproven().unwrap() });
        let decided = decide(&Known { records: seen(43), partly_unproven, ..missing() });
        assert_eq!(decided.outcome, Outcome::Evidenced);
        decided.notes.iter().map(ToString::to_string).find(|note| note.contains("proven")).unwrap()
    };
    let head = "records are proven, and only these are counted. The other";
    assert_eq!(note(51, 1), format!("43 of 51 {head} 8 are in 1 log file: no digest lists it"));
    assert_eq!(note(44, 2), format!("43 of 44 {head} 1 is in 2 log files (the first: no digest lists it)"));
}

#[test]
fn no_invocation_by_the_metric_is_idle() {
    for looked in [Looked::Whole { files: 1 }, partly(), Looked::NoFile] {
        let known = Known { metric: Metric::Known(0), looked, ..missing() };
        assert_eq!(decide(&known).outcome, Outcome::Idle);
    }
}

#[test]
fn what_could_not_be_read_is_never_missing() {
    let decided = decide(&Known { looked: partly(), ..missing() });
    assert_eq!(decided.outcome, Outcome::Undetermined);
    assert!(decided.doubts[0].to_string().contains("a.json.gz: damaged"));
}

#[test]
fn what_was_delivered_late_and_not_read_makes_nothing_missing_whoever_names_the_place() {
    for origin in [Origin::Trail, Origin::ByHand] {
        let looked = Looked::Late { files: 3, unread: 2, first: "b.json.gz".to_owned() };
        let decided = decide(&Known { looked, origin, ..missing() });
        assert_eq!(decided.outcome, Outcome::Undetermined);
        let told = decided.doubts[0].to_string();
        assert!(
            told.contains("up to 30 days late") && told.contains("2 files") && told.contains("b.json.gz"),
            "{told}"
        );
    }
}

/// Where a trail delivers now, it need not have delivered then.
#[test]
fn what_is_not_all_there_makes_nothing_missing_whoever_names_the_place() {
    let newest = "noon".to_owned();
    let why = "a day lacks".to_owned();
    let all = [
        (Looked::NoFile, Doubt::Elsewhere),
        (Looked::CutOff { files: 2, newest: newest.clone() }, Doubt::CutOff { newest }),
        (Looked::Lacking { files: 2, why: why.clone() }, Doubt::Lacking { why: why.clone() }),
        (Looked::NotLooked { why: why.clone() }, Doubt::NotLooked { why }),
    ];
    for origin in [Origin::Trail, Origin::ByHand] {
        for (looked, doubt) in &all {
            let decided = decide(&Known { looked: looked.clone(), origin, ..missing() });
            assert_eq!((decided.outcome, decided.doubts), (Outcome::Undetermined, vec![doubt.clone()]));
        }
        let whole = decide(&Known { looked: Looked::Whole { files: 0 }, origin, ..missing() });
        assert_eq!(whole.outcome, Outcome::Missing);
    }
}

#[test]
fn a_window_that_is_not_closed_long_enough_decides_nothing_against_a_function() {
    for metric in [0, 7] {
        let decided = decide(&Known { settled: false, metric: Metric::Known(metric), ..missing() });
        assert_eq!((decided.outcome, decided.doubts), (Outcome::Undetermined, vec![Doubt::Unsettled]));
    }
    assert!(is_settled(0, SETTLED_AFTER) && !is_settled(0, SETTLED_AFTER - 1) && !is_settled(i64::MAX, 0));
}

const HOUR: i64 = 3_600_000;
/// The window of a day, in hours.
const DAY: std::ops::Range<i64> = 24 * HOUR..48 * HOUR;

fn near_of(counted: &[i64], before: Option<i64>, after: Option<i64>) -> Near {
    let counted = counted.iter().map(|hour| hour * HOUR).collect();
    Near { counted, before, after, first: "then".to_owned() }
}

/// Of a call that began in the window and was recorded outside of it.
#[test]
fn records_just_outside_of_the_window_make_nothing_missing_that_they_may_be_of() {
    let end = DAY.end;
    for (near, outcome) in [
        // It began in the last hour, and completed after it.
        (near_of(&[47], None, Some(end)), Outcome::Undetermined),
        (near_of(&[47], None, Some(end + RECORDED_AFTER)), Outcome::Undetermined),
        (near_of(&[47], None, Some(end + RECORDED_AFTER + 1)), Outcome::Missing),
        (near_of(&[46], None, Some(end)), Outcome::Missing),
        (near_of(&[12, 47], None, Some(end)), Outcome::Missing),
        // It was accepted before, and ran hours later.
        (near_of(&[24], Some(DAY.start - 1), None), Outcome::Undetermined),
        (near_of(&[29], Some(DAY.start - 1), None), Outcome::Undetermined),
        (near_of(&[30], Some(DAY.start - 1), None), Outcome::Missing),
        (near_of(&[24], Some(DAY.start - RECORDED_BEFORE), None), Outcome::Undetermined),
        (near_of(&[25], Some(DAY.start - RECORDED_BEFORE), None), Outcome::Missing),
        // Both.
        (near_of(&[24, 47], Some(DAY.start - 1), Some(end)), Outcome::Undetermined),
        (near_of(&[24, 47], Some(DAY.start - 1), None), Outcome::Missing),
        (near_of(&[24, 47], None, None), Outcome::Missing),
        (near_of(&[], Some(DAY.start - 1), Some(end)), Outcome::Missing),
    ] {
        let decided = decide(&Known { near: Some(near.clone()), ..missing() });
        assert_eq!(decided.outcome, outcome, "{near:?}");
        if outcome == Outcome::Undetermined {
            assert_eq!(decided.doubts, [Doubt::JustOutside { first: "then".to_owned() }]);
            assert!(may_be_near(&near.counted, &DAY), "{near:?}: nobody would have looked");
        }
    }
    assert!(!may_be_near(&[30 * HOUR], &DAY) && !may_be_near(&[46 * HOUR], &DAY) && !may_be_near(&[], &DAY));
}

#[test]
fn without_a_metric_no_record_says_nothing() {
    let decided = decide(&Known { metric: Metric::Unknown("not asked for".to_owned()), ..missing() });
    assert_eq!(decided.outcome, Outcome::Undetermined);
    assert!(decided.doubts[0].to_string().contains("not asked for"));
}

#[test]
fn the_ratio_is_a_note_and_never_an_outcome() {
    for (executions, noted) in [(49, true), (50, false), (1_000, false)] {
        let known = Known { records: seen(executions), metric: Metric::Known(100), ..missing() };
        let decided = decide(&known);
        assert_eq!(decided.outcome, Outcome::Evidenced);
        let far = Note::FarFewer { executions, invocations: 100 };
        assert_eq!(decided.notes.contains(&far), noted, "{executions}");
    }
}

#[test]
fn the_worst_outcome_is_that_of_all() {
    use Outcome::{Evidenced, Idle, Missing, Undetermined};
    assert_eq!(sums([]).worst(), None);
    assert_eq!(sums([Evidenced, Idle]).worst(), Some(Idle));
    assert_eq!(sums([Evidenced, Undetermined, Idle]).worst(), Some(Undetermined));
    let all = sums([Evidenced, Missing, Undetermined, Idle]);
    assert_eq!((all.worst(), all.all()), (Some(Missing), 4));
}

fn looked() -> impl Strategy<Value = Looked> {
    prop_oneof![
        (1..9_u64).prop_map(|files| Looked::Whole { files }),
        (1..9_u64).prop_map(|unread| Looked::Partly { unread, first: "x".to_owned() }),
        Just(Looked::NoFile),
        (1..9_u64).prop_map(|files| Looked::CutOff { files, newest: "z".to_owned() }),
        (1..9_u64).prop_map(|files| Looked::Lacking { files, why: "w".to_owned() }),
        Just(Looked::NotLooked { why: "y".to_owned() }),
        (0..9_u64).prop_map(|files| Looked::Late { files, unread: 1, first: "v".to_owned() }),
    ]
}

fn known() -> impl Strategy<Value = Known> {
    let metric = prop_oneof![
        (0..3_u64).prop_map(Metric::Known),
        (100..200_u64).prop_map(Metric::Known),
        Just(Metric::Unknown("z".to_owned()))
    ];
    let origin = prop_oneof![Just(Origin::Trail), Just(Origin::ByHand)];
    let hours = prop::collection::vec(24..48_i64, 0..3);
    let side = |at: i64| prop::option::of(prop_oneof![Just(at), Just(at - HOUR), Just(at + HOUR)]);
    let near = (hours, side(DAY.start - 1), side(DAY.end));
    let near = prop::option::of(near.prop_map(|(hours, before, after)| near_of(&hours, before, after)));
    (0..3_u64, metric, looked(), origin, any::<(bool, bool)>(), near).prop_map(
        |(records, metric, looked, origin, (settled, proven), near)| Known {
            records: seen(records),
            unproven: if proven { None } else { unproven() },
            partly_unproven: None,
            metric,
            looked,
            origin,
            near,
            settled,
        },
    )
}

/// The same with one fact less.
fn hidden(known: &Known) -> Vec<Known> {
    let why = "hidden".to_owned();
    let mut less = vec![
        Known { metric: Metric::Unknown(why.clone()), ..known.clone() },
        Known { looked: Looked::Partly { unread: 1, first: why.clone() }, ..known.clone() },
        Known { looked: Looked::NotLooked { why: why.clone() }, ..known.clone() },
        Known { looked: Looked::Late { files: 1, unread: 1, first: why }, ..known.clone() },
        Known { origin: Origin::ByHand, ..known.clone() },
        Known { settled: false, ..known.clone() },
        Known { unproven: unproven(), ..known.clone() },
    ];
    // Whoever did not read the records knows that something was not read.
    less.push(Known {
        records: Records::default(),
        looked: Looked::Partly { unread: 1, first: "hidden".to_owned() },
        ..known.clone()
    });
    less
}

proptest! {
    #[test]
    fn hiding_a_fact_never_turns_an_answer_into_another(known in known()) {
        let before = decide(&known);
        for less in hidden(&known) {
            let after = decide(&less);
            // The only other answer is idle, and only for what ran by nobody's count: its records were hidden.
            let idle = after.outcome == Outcome::Idle && less.metric == Metric::Known(0);
            let same = after.outcome == before.outcome || after.outcome == Outcome::Undetermined || idle;
            prop_assert!(same, "{before:?} became {after:?}");
            if before.outcome != Outcome::Missing {
                prop_assert_ne!(after.outcome, Outcome::Missing);
            } else {
                prop_assert!(matches!(after.outcome, Outcome::Missing | Outcome::Undetermined));
            }
        }
    }

    #[test]
    fn there_is_a_doubt_iff_it_is_undetermined(known in known()) {
        let decided = decide(&known);
        prop_assert_eq!(decided.doubts.is_empty(), decided.outcome != Outcome::Undetermined);
    }

    #[test]
    fn one_record_more_never_makes_a_no(known in known()) {
        let more = Known { records: seen(known.records.records + 1), ..known };
        let expected = if more.unproven.is_none() { Outcome::Evidenced } else { Outcome::Undetermined };
        prop_assert_eq!(decide(&more).outcome, expected);
    }

    #[test]
    fn a_record_just_outside_of_the_window_changes_nothing_but_what_is_missing(known in known()) {
        let (with, without) = (decide(&known), decide(&Known { near: None, ..known.clone() }));
        let hidden = without.outcome == Outcome::Missing && with.outcome == Outcome::Undetermined;
        prop_assert!(with.outcome == without.outcome || hidden, "{with:?} {without:?}");
    }

    #[test]
    fn missing_needs_every_fact(known in known()) {
        if decide(&known).outcome == Outcome::Missing {
            prop_assert!(known.settled && known.records.records == 0);
            prop_assert!(!known.near.as_ref().is_some_and(Near::explains));
            prop_assert!(matches!(known.metric, Metric::Known(1..)));
            let there = matches!(known.looked, Looked::Whole { .. });
            prop_assert!(there);
        }
    }
}
