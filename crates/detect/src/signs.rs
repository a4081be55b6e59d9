//! Weak signs: what says little by itself, and much beside another of the same principal. A person calls from a new place, or calls a new
//! function; who took a person's session does both within a day.

use crate::finding::{Finding, Severity};
use std::collections::BTreeMap;

/// Milliseconds within which signs belong together.
const WITHIN: i64 = 24 * 3_600_000;

/// Which side of what a principal does is strange.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    /// What it calls.
    What,
    /// From where.
    Where,
    /// At which hour.
    When,
    /// How often.
    Often,
    /// What it changes.
    Change,
}

impl Side {
    fn words(self) -> &'static str {
        match self {
            Side::What => "a call that is new for it",
            Side::Where => "a place that is new for it",
            Side::When => "an hour that is unusual for it",
            Side::Often => "more calls than usual",
            Side::Change => "a change of a function",
        }
    }
}

fn side(detection: &str) -> Option<Side> {
    Some(match detection {
        "INV-01" | "INV-07" | "INV-15" => Side::What,
        "INV-03" => Side::Where,
        "INV-12" => Side::When,
        "INV-04" => Side::Often,
        "LAM-05" | "LAM-07" | "INV-06" => Side::Change,
        _ => return None,
    })
}

/// The findings, with notes of one principal that show two sides within a day raised to findings. Several signs of one side are one: whoever
/// calls a new function calls a version that is new for it, too.
pub(crate) fn joined(mut found: Vec<Finding>) -> Vec<Finding> {
    let mut of: BTreeMap<&str, Vec<(usize, Side, i64, i64)>> = BTreeMap::new();
    for (at, one) in found.iter().enumerate() {
        if let (Severity::Note, Some(side), Some(who)) = (one.severity, side(&one.detection), &one.principal)
        {
            of.entry(who).or_default().push((at, side, one.time, one.until));
        }
    }
    let mut raised: BTreeMap<usize, Side> = BTreeMap::new();
    for signs in of.values() {
        for (at, side, time, until) in signs {
            let near = |other: &&(usize, Side, i64, i64)| {
                let (_, beside, from, end) = other;
                beside != side && *from <= until.saturating_add(WITHIN) && *time <= end.saturating_add(WITHIN)
            };
            if let Some((_, beside, ..)) = signs.iter().find(near) {
                raised.insert(*at, *beside);
            }
        }
    }
    for (at, beside) in raised {
        if let Some(one) = found.get_mut(at) {
            one.severity = Severity::Low;
            let more = format!("Within a day, this principal shows another weak sign: {}.", beside.words());
            one.remark =
                Some(one.remark.take().map_or_else(|| more.clone(), |told| format!("{told} {more}")));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::joined;
    use crate::finding::{Finding, Severity};

    fn note(detection: &str, hours: i64, who: &str) -> Finding {
        Finding {
            id: String::new(),
            detection: detection.to_owned(),
            severity: Severity::Note,
            time: hours * 3_600_000,
            until: hours * 3_600_000,
            account: String::new(),
            region: String::new(),
            function: None,
            principal: Some(who.to_owned()),
            address: None,
            seen: String::new(),
            normal: None,
            remark: None,
            events: 1,
            proofs: Vec::new(),
        }
    }

    fn raised(notes: Vec<Finding>) -> Vec<bool> {
        joined(notes).iter().map(|one| one.severity > Severity::Note && one.remark.is_some()).collect()
    }

    #[test]
    fn two_sides_within_a_day_are_a_finding() {
        let both =
            raised(vec![note("INV-01", 0, "eve"), note("INV-03", 20, "eve"), note("INV-03", 9, "bob")]);
        assert_eq!(both, [true, true, false]);
    }

    #[test]
    fn one_side_is_not_however_often() {
        assert_eq!(raised(vec![note("INV-01", 0, "eve"), note("INV-15", 0, "eve")]), [false, false]);
        assert_eq!(raised(vec![note("INV-01", 0, "eve"), note("INV-03", 30, "eve")]), [false, false]);
        assert_eq!(raised(vec![note("TRL-02", 0, "eve"), note("INV-03", 0, "eve")]), [false, false]);
    }
}
