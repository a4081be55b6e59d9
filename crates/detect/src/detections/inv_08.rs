//! INV-08: refused calls, then one that is not.

use super::inv_shared::{tell, whole, within};
use crate::baseline::{Book, Kind, Principal, Use, count, few, incidents};
use crate::detection::{Detection, Threshold};
use crate::finding::{Finding, Severity};
use crate::grouped::Call;
use crate::view::View;
use cloudtrail::time::{DAY_MILLIS, HOUR_MILLIS};
use std::collections::BTreeSet;

/// See the module.
pub(super) const DETECTION: Detection = Detection {
    id: "INV-08",
    title: "A principal was refused many times, then called a function",
    severity: Severity::Medium,
    attack: &["T1526", "T1078.004"],
    fields: &["errorCode", "userIdentity", "resources.ARN"],
    page: include_str!("inv_08.md"),
    thresholds: &[Threshold {
        key: "refused",
        default: 10.0,
        meaning: "Refused calls in an hour that are many even of one function.",
    }],
    find,
};

/// How long refused calls belong together: slow ones come by days.
const SPAN: i64 = 7 * DAY_MILLIS;
/// Functions that refused the principal: fewer, and it may just want a permission.
const FUNCTIONS: usize = 3;
/// Functions that refused the principal, without any that it called in the end.
const SWEEP: usize = 5;

fn find(view: &View<'_>) -> Vec<Finding> {
    let book = view.book();
    let mut found = Vec::new();
    for (principal, uses) in book.by_principal() {
        let refused: Vec<&Use<'_>> = uses.iter().filter(|one| one.kind == Kind::Refused).collect();
        for incident in incidents(&refused, |one| one.time(), SPAN) {
            found.extend(of_incident(view, book, principal, uses, incident));
        }
    }
    found
}

fn of_incident<'f>(
    view: &View<'f>,
    book: &Book<'f>,
    principal: &Principal<'f>,
    uses: &[Use<'f>],
    refused: &[&Use<'f>],
) -> Option<Finding> {
    let from = refused.first()?.time();
    let functions: BTreeSet<u32> = refused.iter().map(|one| one.call.key.function).collect();
    let calls: u64 = refused.iter().map(|one| one.call.count()).sum();
    let burst = refused.iter().flat_map(|one| one.call.hours()).map(|(_, count)| count).max().unwrap_or(0);
    let least = whole(view, DETECTION.id, "refused");
    let many = functions.len() >= FUNCTIONS || burst >= least;
    if !many || is_habit(uses, from) || book.deploys.is_usual(principal.caller.name, from) {
        return None;
    }
    let last = refused.last()?.call.cell.last;
    let after = within(uses, from, last + DAY_MILLIS).iter().filter(|one| one.kind == Kind::Direct);
    let had: BTreeSet<u32> = uses
        .iter()
        .take_while(|one| one.time() < from)
        .filter(|one| one.kind == Kind::Direct)
        .map(|one| one.call.key.function)
        .collect();
    let opened: Vec<Call<'f>> =
        after.map(|one| one.call).filter(|call| !had.contains(&call.key.function)).collect();
    let released = opened.iter().all(|call| is_granted(book, call, from));
    if functions.len() < FUNCTIONS && (opened.is_empty() || released) {
        return None;
    }
    let severity = match (opened.is_empty(), functions.len() >= SWEEP) {
        (false, _) => DETECTION.severity,
        (true, true) => Severity::Low,
        (true, false) => Severity::Note,
    };
    let name = principal.caller.name;
    let names = |calls: &[Call<'f>]| few(super::inv_shared::functions(book, calls));
    let mut involved: Vec<Call<'f>> = refused.iter().map(|one| one.call).collect();
    let sweep = format!("{calls} calls of {} by {name} were refused", count(functions.len(), "function"));
    let seen = if opened.is_empty() {
        format!("{sweep}: {}.", names(&involved))
    } else {
        format!("{sweep}. Then it called {}.", names(&opened))
    };
    involved.extend(opened);
    let normal = "On most days before, no call was refused.".to_owned();
    Some(tell(view, DETECTION.id, severity, principal, &involved, seen)?.normally(normal))
}

/// True iff the principal was refused on many of its days before: it lacks a permission that it never had.
fn is_habit(uses: &[Use<'_>], before: i64) -> bool {
    let past =
        uses.iter().take_while(|one| one.time().div_euclid(DAY_MILLIS) < before.div_euclid(DAY_MILLIS));
    let (mut all, mut refused) = (BTreeSet::new(), BTreeSet::new());
    for one in past {
        all.insert(one.call.key.day);
        if one.kind == Kind::Refused {
            refused.insert(one.call.key.day);
        }
    }
    refused.len() >= 3 && refused.len() * 5 > all.len()
}

/// True iff somebody who deploys opened the function after it was refused, or made it new.
fn is_granted(book: &Book<'_>, call: &Call<'_>, from: i64) -> bool {
    let Some(known) = book.numbered(call.key.function) else { return false };
    let until = call.time() + HOUR_MILLIS;
    let changes = book.deploys.of_function(known.arn, from - DAY_MILLIS, until);
    known.first + crate::baseline::NEW_FUNCTION > from
        || changes.into_iter().any(|one| book.deploys.is_regular(one))
}
