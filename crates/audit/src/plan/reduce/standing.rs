//! How the functions stand today that a reduction was asked to leave out.

use super::KIND;
use crate::backout::Choice;
use crate::code::{Code, Coded};
use crate::finding::{Audit, Proof};
use crate::inventory::GapKind;
use crate::plan::Refusal;
use recording::State;
use std::collections::{BTreeMap, BTreeSet};

/// How the functions that were chosen stand today.
pub(super) struct Standing<'a> {
    /// All that are recorded in full or in part, chosen or not.
    pub(super) recorded: BTreeSet<&'a str>,
    /// Of some that were chosen it is not known.
    pub(super) is_open: bool,
    /// Why some that were chosen are not dropped.
    pub(super) refusals: Vec<Refusal>,
}

impl<'a> Standing<'a> {
    pub(super) fn of(before: &Audit<'a>, choice: &Choice) -> Self {
        let recorded = recorded(before);
        let chosen: BTreeSet<&str> = choice.dropped.iter().map(|one| one.arn.as_str()).collect();
        let open = open(before, |arn| chosen.contains(arn));
        let refusal =
            |reason: Coded, nearest: Coded| Refusal { places: Vec::new(), recorder: None, reason, nearest };
        let mut refusals = Vec::new();
        for (why, arns) in &open {
            let (who, is) = (named(arns), if arns.len() == 1 { "is" } else { "are" });
            let reason = format!("it is not known whether {who} {is} recorded today: {why}");
            let nearest = "make it readable (invoketrail permissions audit --check) and plan again, or see invoketrail explain ARN";
            refusals.push(refusal(Code::RecordedTodayUnknown.says(reason), Code::GrantCall.says(nearest)));
        }
        let unknown: BTreeSet<&str> = open.values().flatten().copied().collect();
        let absent = chosen.iter().filter(|arn| !recorded.contains(*arn) && !unknown.contains(*arn));
        refusals.extend(absent.map(|arn| {
            let reason = format!("{arn} is not recorded today, so there is nothing to drop");
            let nearest = Code::SeeAudit.says("invoketrail audit --format jsonl shows what is recorded");
            refusal(Code::NotRecordedToday.says(reason), nearest)
        }));
        Standing { recorded, is_open: !open.is_empty(), refusals }
    }
}

/// The functions of which it is not known whether they are recorded, by why not.
pub(super) fn open<'a>(audit: &Audit<'a>, wanted: impl Fn(&str) -> bool) -> BTreeMap<String, Vec<&'a str>> {
    let mut open: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for (at, place) in audit.places.iter().enumerate() {
        for row in &place.planes[KIND as usize].rows {
            if audit.verdicts[row.verdict].state == State::Undetermined && wanted(row.arn) {
                open.entry(unknown(audit, Proof { place: at, verdict: row.verdict }))
                    .or_default()
                    .push(row.arn);
            }
        }
    }
    open
}

/// The first of them, and how many more.
pub(super) fn named(arns: &[&str]) -> String {
    match arns {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [first, rest @ ..] => format!("{first} and {} more", rest.len()),
    }
}

/// What an undetermined verdict hangs on, in words.
fn unknown(before: &Audit<'_>, proof: Proof) -> String {
    let gaps = before.deciding_gaps(proof);
    match gaps.first().map(|at| &before.gaps[*at]) {
        Some(gap) if gap.kind == GapKind::AfterApply => gap.why(),
        Some(gap) => format!("{} could not be read ({})", gap.call, gap.kind.as_str().replace('_', " ")),
        None => before.remainder(proof.verdict).unwrap_or("nobody can say").to_owned(),
    }
}

/// The functions that are recorded in full or in part.
pub(super) fn recorded<'a>(audit: &Audit<'a>) -> BTreeSet<&'a str> {
    let rows = audit.places.iter().flat_map(|place| &place.planes[KIND as usize].rows);
    let some =
        |verdict: usize| matches!(audit.verdicts[verdict].state, State::Recorded | State::PartiallyRecorded);
    rows.filter(|row| some(row.verdict)).map(|row| row.arn).collect()
}
