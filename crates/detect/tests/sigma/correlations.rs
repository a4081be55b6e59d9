//! What correlations find: windows, groups, values, orders; the same for any order of hits, and copies count once.

use crate::{error, rules};
use detect::sigma::{Correlated, Hit, Level, RuleId, Rules};
use proptest::prelude::{ProptestConfig, Strategy, prop, prop_assert_eq, proptest};
use serde_json::{Value, json};

const BASE: &str = "\
title: Fail
id: 00000000-0000-4000-8000-000000000001
name: fail
logsource: {product: aws, service: cloudtrail}
detection:
  sel:
    eventName: Fail
  condition: sel
---
title: Win
name: win
logsource: {product: aws, service: cloudtrail}
detection:
  sel:
    eventName: Win
  condition: sel
---
title: Odd
name: odd
logsource: {product: aws, service: cloudtrail}
detection:
  sel:
    eventName: Odd
  condition: sel
";

fn with(correlation: &str) -> String {
    format!("{BASE}---\ntitle: C\nname: c\nlevel: high\ncorrelation:\n{correlation}")
}

/// Seconds, name, who, and an address.
type Event = (i64, &'static str, &'static str, &'static str);

fn hits(rules: &Rules, events: &[Event]) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (number, (second, name, user, address)) in events.iter().enumerate() {
        let record = json!({"eventName": name, "user": {"name": user}, "ip": address});
        for rule in rules.matches(&record) {
            hits.extend(rules.hit(rule, &record, second * 1000, &format!("e{number}")));
        }
    }
    hits
}

/// What is found, which no order and no copy may change.
fn found(rules: &Rules, events: &[Event]) -> Vec<Correlated> {
    let hits = hits(rules, events);
    let found = rules.correlate(&hits);
    let mut mixed = hits.clone();
    for turn in 0..hits.len() {
        mixed.rotate_left(turn);
        mixed.reverse();
        mixed.extend_from_slice(&hits[turn..]);
        assert_eq!(rules.correlate(&mixed), found, "turn {turn}");
        mixed.truncate(hits.len());
        mixed.clone_from(&hits);
        mixed.rotate_right(turn);
    }
    found
}

/// From second, until second, count, and the first value of the group.
fn brief(found: &[Correlated]) -> Vec<(i64, i64, u64, Option<&str>)> {
    found
        .iter()
        .map(|one| {
            (
                one.first_ms / 1000,
                one.last_ms / 1000,
                one.count,
                one.group.first().and_then(|(_, value)| value.as_deref()),
            )
        })
        .collect()
}

#[test]
fn events_are_counted_by_group_in_a_window_that_slides() {
    let rules = rules(&with(
        "  type: event_count\n  rules: fail\n  group-by: user.name\n  timespan: 1m\n  condition: {gte: 3}\n",
    ));
    let events = [
        (0, "Fail", "ann", ""),
        (30, "Fail", "ann", ""),
        (60, "Fail", "ann", ""), // the window has both its ends
        (61, "Fail", "bob", ""),
        (62, "Fail", "bob", ""),
        (200, "Fail", "ann", ""),
        (261, "Fail", "ann", ""),
        (262, "Fail", "ann", ""),
        (300, "Win", "ann", ""),
    ];
    let all = found(&rules, &events);
    assert_eq!(brief(&all), [(0, 60, 3, Some("ann"))]);
    assert_eq!(all[0].rule, RuleId(3));
    assert_eq!(all[0].group, [("user.name".to_owned(), Some("ann".to_owned()))]);
    assert_eq!(all[0].events, [(0, "e0".to_owned()), (30_000, "e1".to_owned()), (60_000, "e2".to_owned())]);
    assert_eq!(rules.rule(RuleId(3)).unwrap().level, Level::High);
}

#[test]
fn windows_that_overlap_are_one_and_those_that_do_not_are_two() {
    let rules = rules(&with("  type: event_count\n  rules: [fail]\n  timespan: 10s\n  condition: {gt: 1}\n"));
    let at = |second| (second, "Fail", "u", "");
    let events: Vec<Event> = [0, 5, 14, 20, 100, 101, 102, 300].map(at).to_vec();
    assert_eq!(brief(&found(&rules, &events)), [(0, 20, 2, None), (100, 102, 3, None)]);
}

#[test]
fn a_greatest_number_is_asked_of_windows_one_after_another() {
    let at = |second| (second, "Fail", "u", "");
    let events: Vec<Event> = [0, 1, 2, 3, 100, 101, 200].map(at).to_vec();
    for (condition, wanted) in [
        ("{eq: 2}", vec![(100, 101, 2, None)]),
        ("{lt: 3}", vec![(100, 101, 2, None), (200, 200, 1, None)]),
        ("{lte: 1}", vec![(200, 200, 1, None)]),
        ("{gt: 1, lte: 4}", vec![(0, 3, 4, None), (100, 101, 2, None)]),
        ("{gte: 5}", vec![]),
    ] {
        let rules = rules(&with(&format!(
            "  type: event_count\n  rules: [fail]\n  timespan: 10s\n  condition: {condition}\n"
        )));
        assert_eq!(brief(&found(&rules, &events)), wanted, "{condition}");
    }
}

#[test]
fn values_are_counted_each_once() {
    let rules = rules(&with(
        "  type: value_count\n  rules: [fail, win]\n  group-by: [user.name]\n  timespan: 1h\n  condition:\n    field: ip\n    gte: 3\n",
    ));
    let events = [
        (0, "Fail", "ann", "1.1.1.1"),
        (1, "Fail", "ann", "1.1.1.1"),
        (2, "Win", "ann", "2.2.2.2"),
        (3, "Fail", "bob", "3.3.3.3"),
        (4, "Fail", "ann", "3.3.3.3"),
    ];
    assert_eq!(brief(&found(&rules, &events)), [(0, 4, 3, Some("ann"))]);
    assert_eq!(brief(&found(&rules, &events[..4])), []);
}

#[test]
fn rules_together_in_any_order() {
    let rules =
        rules(&with("  type: temporal\n  rules: [fail, win]\n  group-by: [user.name]\n  timespan: 5m\n"));
    let events =
        [(0, "Win", "ann", ""), (100, "Fail", "bob", ""), (300, "Fail", "ann", ""), (900, "Win", "bob", "")];
    assert_eq!(brief(&found(&rules, &events)), [(0, 300, 2, Some("ann"))]);
    let two = crate::rules(&with(
        "  type: temporal\n  rules: [fail, win, odd]\n  timespan: 5m\n  condition: {gte: 2}\n",
    ));
    assert_eq!(
        brief(&found(&two, &[(0, "Win", "a", ""), (10, "Win", "b", ""), (20, "Odd", "c", "")])),
        [(0, 20, 2, None)]
    );
    assert_eq!(found(&two, &[(0, "Win", "a", ""), (10, "Win", "b", "")]), []);
}

#[test]
fn rules_together_in_their_order() {
    let rules = rules(&with(
        "  type: temporal_ordered\n  rules: [fail, odd, win]\n  group-by: user.name\n  timespan: 1m\n",
    ));
    let in_order = [(0, "Fail", "a", ""), (10, "Odd", "a", ""), (20, "Win", "a", "")];
    assert_eq!(brief(&found(&rules, &in_order)), [(0, 20, 3, Some("a"))]);
    assert_eq!(found(&rules, &[(0, "Win", "a", ""), (10, "Odd", "a", ""), (20, "Fail", "a", "")]), []);
    // The latest beginning counts: the one at 0 is too long ago.
    let twice = [(0, "Fail", "a", ""), (30, "Fail", "a", ""), (40, "Odd", "a", ""), (90, "Win", "a", "")];
    assert_eq!(brief(&found(&rules, &twice)), [(30, 90, 3, Some("a"))]);
    // Of the same second nobody knows the order.
    let same = [(7, "Win", "a", ""), (7, "Odd", "a", ""), (7, "Fail", "a", "")];
    assert_eq!(brief(&found(&rules, &same)), [(7, 7, 3, Some("a"))]);
    assert_eq!(found(&rules, &[(0, "Fail", "a", ""), (10, "Odd", "b", ""), (20, "Win", "a", "")]), []);
    assert_eq!(found(&rules, &[(0, "Fail", "a", ""), (10, "Odd", "a", ""), (61, "Win", "a", "")]), []);
}

#[test]
fn aliases_name_other_fields_for_each_rule() {
    let rules = rules(&with(
        "  type: temporal\n  rules: [fail, win]\n  group-by: [who]\n  timespan: 1m\n  aliases:\n    who:\n      fail: user.name\n      win: ip\n",
    ));
    let events = [(0, "Fail", "ann", "x"), (1, "Win", "bob", "ann"), (2, "Win", "ann", "y")];
    let all = found(&rules, &events);
    assert_eq!(brief(&all), [(0, 1, 2, Some("ann"))]);
    assert_eq!(all[0].group[0].0, "who");
}

#[test]
fn a_correlation_may_be_about_correlations() {
    let text = format!(
        "{}---\ntitle: D\nlevel: critical\ncorrelation:\n  type: temporal_ordered\n  rules: [c, win]\n  group-by: user.name\n  timespan: 1h\n",
        with(
            "  type: event_count\n  rules: fail\n  group-by: [ip, user.name]\n  timespan: 1m\n  condition: {gte: 2}\n"
        )
    );
    let rules = rules(&text);
    let events = [
        (0, "Win", "a", "1"),
        (10, "Fail", "a", "1"),
        (20, "Fail", "a", "1"),
        (30, "Fail", "b", "1"),
        (40, "Win", "a", "2"),
        (50, "Win", "b", "2"),
    ];
    let all = found(&rules, &events);
    assert_eq!(brief(&all), [(10, 20, 2, Some("1")), (10, 40, 2, Some("a"))]);
    assert_eq!(all[1].rule, RuleId(4));
    assert_eq!(
        all[1].events,
        [(10_000, "e1".to_owned()), (20_000, "e2".to_owned()), (40_000, "e4".to_owned())]
    );
    // The inner one is there for the outer one.
    assert!(!rules.rule(RuleId(3)).unwrap().reported);
    assert!(rules.rule(RuleId(4)).unwrap().reported);
}

#[test]
fn records_without_the_groups_field_are_a_group_of_their_own() {
    let rules = rules(&with(
        "  type: event_count\n  rules: fail\n  group-by: nowhere\n  timespan: 1m\n  condition: {gte: 2}\n",
    ));
    let all = found(&rules, &[(0, "Fail", "a", ""), (1, "Fail", "b", "")]);
    assert_eq!(brief(&all), [(0, 1, 2, None)]);
    assert_eq!(all[0].group, [("nowhere".to_owned(), None)]);
}

#[test]
fn who_is_reported_alone() {
    let correlation = "  type: event_count\n  rules: fail\n  timespan: 1m\n  condition: {gte: 2}\n";
    for (generate, wanted) in
        [("", [false, true, true, true]), ("  generate: true\n", [true, true, true, true])]
    {
        let rules = rules(&with(&format!("{correlation}{generate}")));
        assert_eq!(rules.rules().map(|(_, rule)| rule.reported).collect::<Vec<_>>(), wanted);
        let record: Value = json!({"eventName": "Win"});
        assert_eq!(rules.hit(RuleId(1), &record, 0, "e"), None, "no correlation is about it");
        assert!(rules.hit(RuleId(0), &record, 0, "e").is_some());
    }
}

#[test]
fn a_correlation_refers_by_id_and_before_it_is_read() {
    let text = format!(
        "title: C\ncorrelation:\n  type: event_count\n  rules: 00000000-0000-4000-8000-000000000001\n  timespan: 90m\n  condition: {{gte: 1}}\n---\n{BASE}"
    );
    let rules = rules(&text);
    assert_eq!(brief(&found(&rules, &[(5, "Fail", "a", "")])), [(5, 5, 1, None)]);
}

#[test]
fn copies_of_a_record_that_differ_count_once_in_any_order() {
    let rules = rules(&with(
        "  type: event_count\n  rules: fail\n  group-by: ip\n  timespan: 1m\n  condition: {gte: 2}\n",
    ));
    let hit = |id: &str, ms: i64, ip: &str| Hit {
        rule: RuleId(0),
        event_id: id.to_owned(),
        time_ms: ms,
        values: vec![Some(ip.to_owned())],
    };
    let mut hits = vec![hit("a", 0, "1"), hit("a", 5, "2"), hit("b", 7, "1"), hit("a", 0, "3")];
    let found = rules.correlate(&hits);
    assert_eq!(brief(&found), [(0, 0, 2, Some("1"))]);
    hits.reverse();
    assert_eq!(rules.correlate(&hits), found);
}

#[test]
fn hits_of_no_rule_of_ours_do_nothing() {
    let rules = rules(&with(
        "  type: event_count\n  rules: fail\n  group-by: ip\n  timespan: 1m\n  condition: {gte: 1}\n",
    ));
    let hit = Hit { rule: RuleId(99), event_id: String::new(), time_ms: i64::MIN, values: Vec::new() };
    assert_eq!(rules.correlate(&[hit]), []);
    let far = |ms| Hit { rule: RuleId(0), event_id: format!("{ms}"), time_ms: ms, values: Vec::new() };
    assert_eq!(rules.correlate(&[far(i64::MIN), far(i64::MAX), far(0)]).len(), 3);
}

#[test]
fn what_a_correlation_has_wrong_is_named() {
    let start = "  type: event_count\n  rules: fail\n";
    for (correlation, said) in [
        (format!("{start}  timespan: 1m\n"), "`correlation: condition` is missing"),
        (format!("{start}  condition: {{gte: 1}}\n"), "`correlation: timespan` is missing"),
        ("  rules: fail\n".to_owned(), "`correlation: type` is missing"),
        ("  type: event_count\n".to_owned(), "`correlation: rules` is missing"),
        ("  type: value_avg\n".to_owned(), "the correlation type `value_avg` is not supported"),
        (format!("{start}  within: 1m\n"), "`within` of a correlation is not supported"),
        (format!("{start}  timespan: 1y\n  condition: {{gte: 1}}\n"),
            "correlation: `timespan: 1y` must be a number and s, m, h, d or w, such as 15m"),
        (format!("{start}  timespan: 99999999999999999d\n  condition: {{gte: 1}}\n"),
            "correlation: `timespan: 99999999999999999d` must be a number and s, m, h, d or w, such as 15m"),
        (format!("{start}  timespan: 1m\n  condition: {{neq: 1}}\n"), "`neq` in a correlation's condition is not supported"),
        (format!("{start}  timespan: 1m\n  condition: {{gte: many}}\n"), "correlation: `gte` needs a whole number"),
        (format!("{start}  timespan: 1m\n  condition: fail and win\n"),
            "a correlation's condition that is not a mapping such as `gte: 10` is not supported"),
        (format!("{start}  timespan: 1m\n  condition: {{eq: 0}}\n"),
            "correlation: the condition can never be true: what never happens is in no record"),
        (format!("{start}  timespan: 1m\n  condition: {{gte: 1, field: x}}\n"), "correlation: only `value_count` has a `field`"),
        ("  type: value_count\n  rules: fail\n  timespan: 1m\n  condition: {gte: 1}\n".to_owned(),
            "correlation: `value_count` needs a `field` in its condition"),
        ("  type: event_count\n  rules: nobody\n  timespan: 1m\n  condition: {gte: 1}\n".to_owned(),
            "correlation: no rule that was loaded has the id or name `nobody`"),
        ("  type: event_count\n  rules: c\n  timespan: 1m\n  condition: {gte: 1}\n".to_owned(),
            "correlation: it is about itself, directly or over others"),
        ("  type: event_count\n  rules: [fail, fail]\n  timespan: 1m\n  condition: {gte: 1}\n".to_owned(),
            "correlation: `rules` names `fail` twice"),
        ("  type: temporal\n  rules: [fail, win]\n  group-by: who\n  timespan: 1m\n  aliases: {who: {fail: x}}\n".to_owned(),
            "correlation: the alias `who` names no field for one of the rules"),
        ("  type: temporal_ordered\n  rules: [fail, win]\n  timespan: 1m\n  condition: {gte: 1}\n".to_owned(),
            "`temporal_ordered` with fewer rules than it lists is not supported"),
        (format!("{start}  timespan: 1m\n  generate: perhaps\n  condition: {{gte: 1}}\n"), "correlation: `generate` must be true or false"),
    ] {
        assert_eq!(error(&with(&correlation)), format!("r.yml:26: rule \"C\": {said}"));
    }
    let outer = format!(
        "{}---\ntitle: D\ncorrelation:\n  type: event_count\n  rules: c\n  group-by: ip\n  timespan: 1h\n  condition: {{gte: 2}}\n",
        with(
            "  type: event_count\n  rules: fail\n  group-by: user.name\n  timespan: 1m\n  condition: {gte: 2}\n"
        )
    );
    assert!(
        error(&outer)
            .ends_with("the field `ip` is not one that the correlation `c` groups by, so it is not known"),
        "{}",
        error(&outer)
    );
}

/// Hits of the three rules, with few times, ids and values, so that copies and ties are many.
fn some_hits() -> impl Strategy<Value = Vec<Hit>> {
    let hit = (0..3_usize, 0..40_i64, 0..25_u8, prop::option::of(0..3_u8), prop::option::of(0..4_u8));
    prop::collection::vec(hit, 0..60).prop_map(|hits| {
        let text = |number: Option<u8>| number.map(|number| number.to_string());
        hits.into_iter()
            .map(|(rule, second, id, user, ip)| Hit {
                rule: RuleId(rule),
                event_id: id.to_string(),
                time_ms: second * 1000,
                values: vec![text(user), text(ip)],
            })
            .collect()
    })
}

/// What is true of `fail` by user and `least` in `span` seconds: every pair of an end and what is before it, looked at.
fn naive(hits: &[Hit], least: usize, span: i64) -> Vec<(Option<String>, i64, i64)> {
    let mut once: std::collections::BTreeMap<&str, &Hit> = std::collections::BTreeMap::new();
    for hit in hits.iter().filter(|hit| hit.rule == RuleId(0)) {
        let kept = once.entry(&hit.event_id).or_insert(hit);
        *kept = (*kept).min(hit);
    }
    let users: std::collections::BTreeSet<&Option<String>> =
        once.values().map(|hit| &hit.values[0]).collect();
    let mut found = Vec::new();
    for user in users {
        let mut times: Vec<i64> =
            once.values().filter(|hit| &hit.values[0] == user).map(|hit| hit.time_ms / 1000).collect();
        times.sort_unstable();
        // Which seconds are in some window that is true.
        let mut inside = std::collections::BTreeSet::new();
        for end in &times {
            let window: Vec<i64> =
                times.iter().copied().filter(|time| *time <= *end && end - time <= span).collect();
            if window.len() >= least {
                inside.extend(window[0]..*end);
                found.extend((window[0] == *end).then(|| (user.clone(), *end, *end)));
            }
        }
        let mut runs: Vec<(i64, i64)> = Vec::new();
        for second in inside {
            match runs.last_mut() {
                Some((_, until)) if *until == second => *until = second + 1,
                _ => runs.push((second, second + 1)),
            }
        }
        // A window of one second alone is none of its own where it touches another.
        found.retain(|(of, at, _)| of != user || !runs.iter().any(|(from, until)| from <= at && at <= until));
        found.extend(runs.into_iter().map(|(from, until)| (user.clone(), from, until)));
    }
    found.sort();
    found.dedup();
    found
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn no_order_and_no_copy_changes_what_is_found(hits in some_hits(), mixed in prop::collection::vec(0..1000_usize, 60)) {
        let of = |name: &str, body: &str| format!("---\ntitle: {name}\nname: {name}\ncorrelation:\n{body}");
        let text = [
            BASE.to_owned(),
            of("a", "  type: event_count\n  rules: [fail, win]\n  group-by: [user.name, ip]\n  timespan: 5s\n  condition: {gte: 2}\n"),
            of("b", "  type: value_count\n  rules: [fail, win]\n  group-by: user.name\n  timespan: 9s\n  condition: {gte: 2, field: ip}\n"),
            of("c", "  type: temporal\n  rules: [fail, win, odd]\n  group-by: user.name\n  timespan: 9s\n"),
            of("d", "  type: temporal_ordered\n  rules: [fail, win, odd]\n  group-by: user.name\n  timespan: 20s\n"),
            of("e", "  type: event_count\n  rules: fail\n  group-by: user.name\n  timespan: 9s\n  condition: {lte: 3}\n"),
            of("f", "  type: temporal\n  rules: [a, d]\n  group-by: user.name\n  timespan: 30s\n"),
        ]
        .concat();
        let rules = rules(&text);
        let found = rules.correlate(&hits);
        let mut shuffled: Vec<(usize, Hit)> = mixed.iter().copied().zip(hits.iter().cloned()).collect();
        shuffled.sort_by_key(|(place, _)| *place);
        let copies: Vec<Hit> = shuffled.iter().map(|(_, hit)| hit.clone()).chain(hits.iter().take(7).cloned()).collect();
        prop_assert_eq!(rules.correlate(&copies), found);
    }

    #[test]
    fn events_are_counted_as_a_naive_count_does(hits in some_hits(), least in 1..5_usize, span in 1..10_i64) {
        let text = format!("  type: event_count\n  rules: fail\n  group-by: user.name\n  timespan: {span}s\n  condition: {{gte: {least}}}\n");
        let found = rules(&with(&text)).correlate(&hits);
        let mut brief: Vec<(Option<String>, i64, i64)> =
            found.iter().map(|one| (one.group[0].1.clone(), one.first_ms / 1000, one.last_ms / 1000)).collect();
        brief.sort();
        prop_assert_eq!(brief, naive(&hits, least, span));
    }
}
