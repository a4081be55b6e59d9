//! INV-02: a foreign account calls a function.

use super::inv_shared::{functions, within};
use crate::baseline::{Book, Kind, Principal, Use, few, when};
use crate::detection::Detection;
use crate::finding::{Finding, Severity};
use crate::grouped::Call;
use crate::view::View;
use cloudtrail::time::DAY_MILLIS;
use std::collections::{BTreeMap, BTreeSet};

/// See the module.
pub(super) const DETECTION: Detection = Detection {
    id: "INV-02",
    title: "An account that is not yours called a function",
    severity: Severity::High,
    attack: &["T1648", "T1199"],
    fields: &["userIdentity.accountId", "recipientAccountId", "resources.accountId", "sharedEventID"],
    page: include_str!("inv_02.md"),
    thresholds: &[],
    find,
};

/// By the account of the caller and that of the function: the calls.
type Foreign<'b, 'f> = BTreeMap<(&'f str, &'f str), Vec<(&'b Principal<'f>, &'b Use<'f>)>>;

fn find(view: &View<'_>) -> Vec<Finding> {
    let book = view.book();
    let newest = view.facts.newest().unwrap_or(0);
    let mut foreign: Foreign<'_, '_> = BTreeMap::new();
    for (principal, uses) in book.by_principal() {
        let account = principal.caller.account;
        let is_account = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
        if !is_account || view.is_allowed(account) {
            continue;
        }
        for one in uses.iter().filter(|one| one.kind == Kind::Direct) {
            let own = book.function(&one.call).map_or("", |known| known.account);
            if !own.is_empty() && own != account {
                foreign.entry((account, own)).or_default().push((principal, one));
            }
        }
    }
    let found = foreign.into_iter().filter_map(|((account, own), mut calls)| {
        calls.sort_by_key(|(_, one)| (one.time(), one.call.key));
        let learned = book.since(own)? + view.settings.learning() * DAY_MILLIS;
        // A partner is known only once the window is over in which it may show.
        if newest < learned || is_partner(&calls, learned, view.settings.learning()) {
            return None;
        }
        tell_of(view, book, account, &calls)
    });
    found.collect()
}

/// True iff the account called all along while there was to learn.
fn is_partner(calls: &[(&Principal<'_>, &Use<'_>)], learned: i64, learning: i64) -> bool {
    let early = calls.iter().filter(|(_, one)| one.time() < learned);
    let days: BTreeSet<i32> = early.map(|(_, one)| one.call.key.day).collect();
    let span = days.last().zip(days.first()).map_or(0, |(last, first)| i64::from(last - first));
    days.len() >= 2 && span * 3 >= learning
}

fn tell_of<'f>(
    view: &View<'f>,
    book: &Book<'f>,
    account: &str,
    calls: &[(&Principal<'f>, &Use<'f>)],
) -> Option<Finding> {
    let (principal, first) = calls.first()?;
    let from = first.time();
    let incident: Vec<Call<'f>> =
        calls.iter().take_while(|(_, one)| one.time() < from + DAY_MILLIS).map(|(_, one)| one.call).collect();
    let names = functions(book, &incident);
    let granted = names.iter().all(|name| book.deploys.is_granted(name, from));
    let severity = if granted { Severity::Note } else { DETECTION.severity };
    let seen = format!("Account {account} called {}. It is not one of yours.", few(names));
    let normal = match book.function(&first.call).and_then(|known| book.since(known.account)) {
        Some(since) => format!("From {} to {} this account did not call regularly.", when(since), when(from)),
        None => String::new(),
    };
    let all = within(book.uses_of(principal), from, from + DAY_MILLIS).len();
    let finding = Finding::of_calls(DETECTION.id, severity, &incident, view, seen)?.normally(normal);
    let one = all >= incident.len();
    let finding = Finding { principal: Some(principal.caller.name.to_owned()).filter(|_| one), ..finding };
    let remark = "somebody who deploys granted calls of the function shortly before";
    Some(if granted { finding.remarked(remark) } else { finding })
}
