//! The windows of time in which a correlation is true: a function of the set of hits, whatever order they came in.

use super::super::{Correlated, Hit, RuleId};
use super::Kind;
use super::link::{Carried, Correlation};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// One match of a rule or of a correlation.
#[derive(Debug, Clone)]
struct Occurrence {
    time: i64,
    /// The same for copies of the same record.
    key: String,
    values: Vec<Option<String>>,
    events: Vec<(i64, String)>,
}

/// What a correlation sees of an occurrence.
struct Entry<'a> {
    time: i64,
    /// What is counted once: an event, a value, or a rule; none iff the value is missing.
    token: Option<usize>,
    /// Which of the correlation's rules it is of.
    part: usize,
    occurrence: &'a Occurrence,
}

/// From when to when it is true, and the count at its highest.
#[derive(Clone, Copy)]
struct Span {
    from: i64,
    until: i64,
    count: u64,
}

/// All that the correlations find, by correlation, then time, then group.
pub(crate) fn correlate(correlations: &[Correlation], carried: &Carried, hits: &[Hit]) -> Vec<Correlated> {
    let mut occurrences = settled(hits);
    let mut found = Vec::new();
    for correlation in correlations {
        let mut fresh = Vec::new();
        for (group, entries) in grouped(correlation, &occurrences) {
            for span in spans(correlation, &entries) {
                let begin = entries.partition_point(|entry| entry.time < span.from);
                let end = entries.partition_point(|entry| entry.time <= span.until);
                let inside = entries.get(begin..end).unwrap_or_default();
                let events: BTreeSet<(i64, String)> =
                    inside.iter().flat_map(|entry| entry.occurrence.events.iter().cloned()).collect();
                let events: Vec<(i64, String)> = events.into_iter().collect();
                fresh.push(Occurrence {
                    time: span.until,
                    key: format!("{}\n{}\n{}\n{group:?}", correlation.rule, span.from, span.until),
                    values: carried
                        .of(correlation.rule)
                        .iter()
                        .map(|field| named(correlation, &group, field))
                        .collect(),
                    events: events.clone(),
                });
                found.push(Correlated {
                    rule: RuleId(correlation.rule),
                    group: correlation.group_by.iter().cloned().zip(group.iter().cloned()).collect(),
                    first_ms: events.first().map_or(span.from, |(time, _)| *time),
                    last_ms: span.until,
                    count: span.count,
                    events,
                });
            }
        }
        occurrences.insert(correlation.rule, fresh);
    }
    found.sort();
    found
}

fn named(correlation: &Correlation, group: &[Option<String>], field: &str) -> Option<String> {
    let place = correlation.group_by.iter().position(|name| name == field)?;
    group.get(place).cloned().flatten()
}

/// Hits by rule, copies of a record once. Of copies that differ the least is taken, so the order of hits does not matter.
fn settled(hits: &[Hit]) -> BTreeMap<usize, Vec<Occurrence>> {
    let mut least: BTreeMap<(usize, &str), &Hit> = BTreeMap::new();
    for hit in hits {
        let kept = least.entry((hit.rule.0, &hit.event_id)).or_insert(hit);
        *kept = (*kept).min(hit);
    }
    let mut occurrences: BTreeMap<usize, Vec<Occurrence>> = BTreeMap::new();
    for ((rule, key), hit) in least {
        occurrences.entry(rule).or_default().push(Occurrence {
            time: hit.time_ms,
            key: key.to_owned(),
            values: hit.values.clone(),
            events: vec![(hit.time_ms, key.to_owned())],
        });
    }
    occurrences
}

type Groups<'a> = BTreeMap<Vec<Option<String>>, Vec<Entry<'a>>>;

/// What a correlation is about, by group, in the order of time.
fn grouped<'a>(correlation: &Correlation, occurrences: &'a BTreeMap<usize, Vec<Occurrence>>) -> Groups<'a> {
    let mut groups: Groups<'a> = BTreeMap::new();
    let mut tokens: HashMap<&'a str, usize> = HashMap::new();
    for (number, part) in correlation.parts.iter().enumerate() {
        for occurrence in occurrences.get(&part.rule).into_iter().flatten() {
            let value = |place: usize| occurrence.values.get(place).and_then(Option::as_deref);
            let mut numbered = |text: &'a str| {
                let next = tokens.len();
                *tokens.entry(text).or_insert(next)
            };
            let token = match correlation.kind {
                Kind::Events => Some(numbered(&occurrence.key)),
                Kind::Values => part.value.and_then(value).map(numbered),
                Kind::Rules | Kind::Ordered => Some(number),
            };
            let group = part.group.iter().map(|place| value(*place).map(str::to_owned)).collect();
            groups.entry(group).or_default().push(Entry {
                time: occurrence.time,
                token,
                part: number,
                occurrence,
            });
        }
    }
    for entries in groups.values_mut() {
        entries.sort_by(|a, b| (a.time, a.part, &a.occurrence.key).cmp(&(b.time, b.part, &b.occurrence.key)));
    }
    groups
}

fn spans(correlation: &Correlation, entries: &[Entry<'_>]) -> Vec<Span> {
    match (correlation.kind, correlation.range.max) {
        (Kind::Ordered, _) => joined(ordered(correlation, entries)),
        // With a maximum a window that slides would be true on its way to too many.
        (Kind::Events | Kind::Values, Some(_)) => apart(correlation, entries),
        _ => joined(sliding(correlation, entries)),
    }
}

/// Every window that ends with an entry and is true.
fn sliding(correlation: &Correlation, entries: &[Entry<'_>]) -> Vec<Span> {
    let mut spans = Vec::new();
    let mut counts: HashMap<usize, usize> = HashMap::new();
    let mut oldest = entries.iter().peekable();
    for together in entries.chunk_by(|a, b| a.time == b.time) {
        let Some(until) = together.first().map(|entry| entry.time) else { continue };
        for token in together.iter().filter_map(|entry| entry.token) {
            *counts.entry(token).or_default() += 1;
        }
        while let Some(gone) = oldest.next_if(|entry| until.saturating_sub(entry.time) > correlation.span_ms)
        {
            if let Some(token) = gone.token
                && let Some(count) = counts.get_mut(&token)
            {
                *count -= 1;
                if *count == 0 {
                    counts.remove(&token);
                }
            }
        }
        let count = u64::try_from(counts.len()).unwrap_or(u64::MAX);
        if count >= correlation.range.min {
            spans.push(Span { from: oldest.peek().map_or(until, |entry| entry.time), until, count });
        }
    }
    spans
}

/// Windows one after another, each from the first entry that is in none before.
fn apart(correlation: &Correlation, entries: &[Entry<'_>]) -> Vec<Span> {
    let mut spans = Vec::new();
    let mut rest = entries;
    while let Some(from) = rest.first().map(|entry| entry.time) {
        let inside = rest.partition_point(|entry| entry.time.saturating_sub(from) <= correlation.span_ms);
        let (window, later) = rest.split_at(inside);
        let tokens: BTreeSet<usize> = window.iter().filter_map(|entry| entry.token).collect();
        let count = u64::try_from(tokens.len()).unwrap_or(u64::MAX);
        if correlation.range.has(count) {
            spans.push(Span { from, until: window.last().map_or(from, |entry| entry.time), count });
        }
        rest = later;
    }
    spans
}

/// Chains of all rules in order. CloudTrail's times are whole seconds, so what happened in the same one may be in order.
fn ordered(correlation: &Correlation, entries: &[Entry<'_>]) -> Vec<Span> {
    let mut spans = Vec::new();
    // By rule: the latest beginning of a chain that has reached it.
    let mut reached: Vec<Option<i64>> = vec![None; correlation.parts.len()];
    for together in entries.chunk_by(|a, b| a.time == b.time) {
        let Some(until) = together.first().map(|entry| entry.time) else { continue };
        let present: BTreeSet<usize> = together.iter().map(|entry| entry.part).collect();
        let mut before = Some(until);
        for (number, reached) in reached.iter_mut().enumerate() {
            if present.contains(&number) {
                *reached = (*reached).max(before);
            }
            before = *reached;
        }
        let last = correlation.parts.len().saturating_sub(1);
        if present.contains(&last)
            && let Some(from) = before.filter(|from| until.saturating_sub(*from) <= correlation.span_ms)
        {
            let count = u64::try_from(correlation.parts.len()).unwrap_or(u64::MAX);
            spans.push(Span { from, until, count });
        }
    }
    spans
}

/// Windows that overlap are one: a stream of calls is one finding, not one for each call.
fn joined(spans: Vec<Span>) -> Vec<Span> {
    let mut joined: Vec<Span> = Vec::new();
    for mut span in spans {
        while let Some(before) = joined.pop_if(|before| span.from <= before.until) {
            span = Span {
                from: span.from.min(before.from),
                until: span.until.max(before.until),
                count: span.count.max(before.count),
            };
        }
        joined.push(span);
    }
    joined
}
