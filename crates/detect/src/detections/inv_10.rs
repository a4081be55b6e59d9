//! INV-10: a tool that is odd for calls of functions.

use super::inv_shared::{functions, tell};
use crate::baseline::{
    Book, Kind, Principal, Use, count, family, few, incidents, is_break_glass, is_interactive, offensive,
    plain,
};
use crate::detection::Detection;
use crate::finding::{Finding, Severity};
use crate::grouped::Call;
use crate::view::View;
use cloudtrail::time::DAY_MILLIS;
use std::collections::{BTreeSet, HashMap, HashSet};

/// See the module.
pub(super) const DETECTION: Detection = Detection {
    id: "INV-10",
    title: "A tool of attackers, or one that is odd for the principal, called a function",
    severity: Severity::Medium,
    attack: &["T1648"],
    fields: &["userAgent", "userIdentity"],
    page: include_str!("inv_10.md"),
    thresholds: &[],
    find,
};

/// Days that a principal is known before a tool is new for it.
const KNOWN: i64 = 7 * DAY_MILLIS;

/// By way, the tool that it names.
type Tools = HashMap<u32, Option<&'static str>>;

fn find(view: &View<'_>) -> Vec<Finding> {
    let book = view.book();
    let mut found = Vec::new();
    let mut tools = Tools::new();
    for (principal, uses) in book.by_principal() {
        found.extend(of_attackers(view, book, principal, uses, &mut tools));
        if !is_break_glass(principal.caller.name) {
            found.extend(of_odd(view, book, principal, uses));
        }
    }
    found
}

/// Tools that attackers use, whoever calls with them.
fn of_attackers<'f>(
    view: &View<'f>,
    book: &Book<'f>,
    principal: &Principal<'f>,
    uses: &[Use<'f>],
    tools: &mut Tools,
) -> Vec<Finding> {
    let named = uses.iter().filter(|one| one.kind != Kind::Service).filter_map(|one| {
        let agent = || view.way(&one.call).agent;
        let tool = *tools.entry(one.call.key.way).or_insert_with(|| offensive(agent()));
        tool.map(|tool| (one, tool, agent()))
    });
    let named: Vec<_> = named.collect();
    let groups = incidents(&named, |(one, ..)| one.time(), DAY_MILLIS);
    let found = groups.into_iter().filter_map(|group| {
        let (first, tool, agent) = group.first()?;
        let calls: Vec<Call<'f>> = group.iter().map(|(one, ..)| one.call).collect();
        // The whole internet looks at addresses that are open to it.
        let severity = if first.kind == Kind::Anonymous { Severity::Note } else { Severity::High };
        let names = few(functions(book, &calls));
        let seen = format!("{} called {names} with {tool} (user agent {agent}).", principal.caller.name);
        tell(view, DETECTION.id, severity, principal, &calls, seen)
    });
    found.collect()
}

/// Tools for use by hand that a principal never used: one that has called with a single kind of program so far.
fn of_odd<'f>(view: &View<'f>, book: &Book<'f>, principal: &Principal<'f>, uses: &[Use<'f>]) -> Vec<Finding> {
    let direct: Vec<&Use<'f>> =
        uses.iter().filter(|one| matches!(one.kind, Kind::Direct | Kind::Refused | Kind::Dry)).collect();
    let Some(first) = direct.first().map(|one| one.time()) else { return Vec::new() };
    let (mut families, mut ways): (BTreeSet<String>, HashSet<u32>) = Default::default();
    let (mut days, mut calls) = (BTreeSet::new(), 0);
    let mut odd: Vec<(&Use<'f>, String, usize)> = Vec::new();
    for one in direct {
        days.insert(one.call.key.day);
        calls += one.call.count();
        if !ways.insert(one.call.key.way) {
            continue;
        }
        let way = view.way(&one.call);
        let family = family(way.agent);
        let known = families.contains(&family) || family.is_empty() || way.is_url();
        if !known && is_interactive(&family) && days.len() > 3 && calls > 10 && first + KNOWN <= one.time() {
            let machine = families.iter().all(|known| !is_interactive(known));
            let learned = book
                .function(&one.call)
                .is_some_and(|function| book.has_learned(view, function.account, one.time()));
            if learned
                && (machine || plain(&family))
                && !book.deploys.is_usual(principal.caller.name, one.time())
            {
                odd.push((one, family.clone(), days.len() - 1));
            }
        }
        families.insert(family);
    }
    let groups = incidents(&odd, |(one, ..)| one.time(), DAY_MILLIS);
    let found = groups.into_iter().filter_map(|group| {
        let (first, family, days) = group.first()?;
        let tools: BTreeSet<&str> = group.iter().map(|(_, family, _)| family.as_str()).collect();
        let same = uses.iter().filter(|one| (first.time()..first.time() + DAY_MILLIS).contains(&one.time()));
        let calls: Vec<Call<'f>> = same
            .map(|one| one.call)
            .filter(|call| tools.contains(self::family(view.way(call).agent).as_str()))
            .collect();
        let names = few(functions(book, &calls));
        let seen = format!("{} called {names} with {family}.", principal.caller.name);
        let normal = format!("On {} with calls before, it never used this tool.", count(*days, "day"));
        Some(tell(view, DETECTION.id, Severity::Low, principal, &calls, seen)?.normally(normal))
    });
    found.collect()
}
