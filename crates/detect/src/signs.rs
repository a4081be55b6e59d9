//! Weak signs: what says little by itself, and much beside another of the same principal. A person calls from a new place, or calls a new
//! function; who took a person's session does both within a day.

use crate::baseline::habit::network;
use crate::finding::{Finding, Severity};
use cloudtrail::time::DAY_MILLIS;
use std::collections::BTreeMap;

/// Milliseconds within which signs belong together.
const WITHIN: i64 = DAY_MILLIS;

/// Which side of what a principal does is strange.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    /// What it calls.
    What,
    /// From where.
    Where,
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
            Side::Often => "more calls than usual",
            Side::Change => "a change of a function",
        }
    }
}

fn side(detection: &str) -> Option<Side> {
    Some(match detection {
        "INV-01" | "INV-07" | "INV-15" => Side::What,
        "INV-03" => Side::Where,
        "INV-04" => Side::Often,
        "LAM-05" | "LAM-07" | "INV-06" => Side::Change,
        _ => return None,
    })
}

/// A note that is a sign.
#[derive(Clone, Copy)]
struct Sign {
    at: usize,
    side: Side,
    time: i64,
    until: i64,
}

/// The findings, with the first of notes raised to a finding where one principal shows two sides from one network within a day; it names what
/// the others rest on, too. Several signs of one side are one: whoever calls a new function calls a version that is new for it, too. What
/// others of the same role do elsewhere is not of the same hand.
pub(crate) fn joined(mut found: Vec<Finding>) -> Vec<Finding> {
    let mut of: BTreeMap<(&str, &str), Vec<Sign>> = BTreeMap::new();
    for (at, one) in found.iter().enumerate() {
        if let (Severity::Note, Some(side), Some(who)) = (one.severity, side(&one.detection), &one.principal)
        {
            let place = network(one.address.as_deref().unwrap_or_default());
            of.entry((who, place)).or_default().push(Sign { at, side, time: one.time, until: one.until });
        }
    }
    let mut groups: Vec<Vec<Sign>> = Vec::new();
    for signs in of.values_mut() {
        signs.sort_by_key(|sign| (sign.time, sign.at));
        let mut rest = signs.as_slice();
        while let Some(first) = rest.first() {
            let end = first.until.max(first.time).saturating_add(WITHIN);
            let (near, later) = rest.split_at(rest.partition_point(|sign| sign.time <= end).max(1));
            rest = later;
            if near.iter().any(|sign| sign.side != first.side) {
                groups.push(near.to_vec());
            }
        }
    }
    for group in groups {
        raise(&mut found, &group);
    }
    found
}

/// The first of them speaks for all.
fn raise(found: &mut [Finding], group: &[Sign]) {
    let Some(first) = group.first() else { return };
    let others = group.iter().filter(|sign| sign.side != first.side);
    let mut words: Vec<&str> = others.map(|sign| sign.side.words()).collect();
    words.sort_unstable();
    words.dedup();
    let proofs: Vec<_> =
        group.iter().filter_map(|sign| found.get(sign.at)).flat_map(|one| one.proofs.clone()).collect();
    let more = format!("Within a day, this principal shows another weak sign: {}.", words.join(", "));
    if let Some(one) = found.get_mut(first.at) {
        one.severity = Severity::Low;
        one.remark = Some(one.remark.take().map_or_else(|| more.clone(), |told| format!("{told} {more}")));
        *one = one.clone().with_proofs(proofs);
    }
}

#[cfg(test)]
mod tests {
    use super::joined;
    use crate::finding::{Finding, Severity};
    use std::collections::BTreeSet;

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
            more_addresses: BTreeSet::new(),
            further: Vec::new(),
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
        assert_eq!(both, [true, false, false], "one speaks for both");
        let elsewhere = Finding { address: Some("192.0.2.1".to_owned()), ..note("INV-03", 2, "eve") };
        assert_eq!(raised(vec![note("INV-01", 0, "eve"), elsewhere]), [false, false], "another of the role");
    }

    #[test]
    fn one_side_is_not_however_often() {
        assert_eq!(raised(vec![note("INV-01", 0, "eve"), note("INV-15", 0, "eve")]), [false, false]);
        assert_eq!(raised(vec![note("INV-01", 0, "eve"), note("INV-03", 30, "eve")]), [false, false]);
        assert_eq!(raised(vec![note("TRL-02", 0, "eve"), note("INV-03", 0, "eve")]), [false, false]);
    }
}
