//! All calls by principal and by function, each with what kind of call it is.

use super::deploys::Deploys;
use super::uses::{Kind, Known, Principal, Use};
use super::works::Works;
use crate::arn::{account_of, region_of};
use crate::call::{Caller, Way};
use crate::grouped::{Call, Grouped};
use cloudtrail::time::DAY_MILLIS;
use std::collections::{BTreeMap, HashMap};

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Book<'f> {
    /// By principal, then by time.
    uses: Vec<Use<'f>>,
    principals: Vec<Principal<'f>>,
    functions: HashMap<u32, Known<'f>>,
    /// Positions among the uses, by function, then by time.
    of_functions: Vec<usize>,
    /// By account: when the first call was.
    accounts: BTreeMap<&'f str, i64>,
    /// Who deploys.
    pub(crate) deploys: Deploys<'f>,
    /// Where and with what principals work.
    pub(crate) works: Works<'f>,
}

impl<'f> Book<'f> {
    /// Of all calls.
    pub(crate) fn of(view: &Grouped<'f>) -> Book<'f> {
        let names = numbered(view);
        let mut uses: Vec<Use<'f>> = Vec::with_capacity(view.calls().len());
        for call in view.calls() {
            let Some(who) = names.get(&call.key.caller).copied() else { continue };
            uses.push(Use { call: *call, kind: kind(&view.caller(call), &view.way(call)), who });
        }
        uses.sort_unstable_by_key(|one| (one.who, one.time(), one.call.key));
        let works = Works::of(view, &uses);
        let mut book = Book { uses, deploys: Deploys::of(view, &works), works, ..Book::default() };
        let mut from = 0;
        for group in book.uses.chunk_by(|one, other| one.who == other.who) {
            let range = from..from + group.len();
            from = range.end;
            // The numbers of principals are their places: each has a call.
            let caller = group.first().map(|one| view.caller(&one.call));
            let caller = caller.unwrap_or(Caller { kind: "", account: "", name: "" });
            book.principals.push(Principal { caller, range });
        }
        book.enter_functions(view);
        book
    }

    fn enter_functions(&mut self, view: &Grouped<'f>) {
        let uses = &self.uses;
        let mut order: Vec<usize> = (0..uses.len()).collect();
        let key = |at: &usize| uses.get(*at).map(|one| (one.call.key.function, one.time(), one.call.key));
        order.sort_unstable_by_key(key);
        let function = |at: &usize| uses.get(*at).map(|one| one.call.key.function);
        let mut from = 0;
        for group in order.chunk_by(|one, other| function(one) == function(other)) {
            let range = from..from + group.len();
            from = range.end;
            let Some(first) = group.first().and_then(|at| uses.get(*at)) else { continue };
            let arn = view.function(&first.call);
            let made = view.made(arn).unwrap_or(i64::MAX);
            let account = account_of(arn);
            let known = Known { arn, account, first: first.time().min(made), range };
            let since = self.accounts.entry(account).or_insert(first.time());
            *since = (*since).min(first.time());
            self.functions.insert(first.call.key.function, known);
        }
        self.of_functions = order;
    }

    /// All principals; their numbers are their places.
    pub(crate) fn principals(&self) -> &[Principal<'f>] {
        &self.principals
    }

    /// The uses of each principal in order of time.
    pub(crate) fn by_principal(&self) -> impl Iterator<Item = (&Principal<'f>, &[Use<'f>])> {
        self.principals.iter().map(|one| (one, self.uses_of(one)))
    }

    /// The uses of a principal in order of time.
    pub(crate) fn uses_of(&self, principal: &Principal<'f>) -> &[Use<'f>] {
        self.uses.get(principal.range.clone()).unwrap_or_default()
    }

    /// The function of a call.
    pub(crate) fn function(&self, call: &Call<'f>) -> Option<&Known<'f>> {
        self.functions.get(&call.key.function)
    }

    /// The function of that number.
    pub(crate) fn numbered(&self, function: u32) -> Option<&Known<'f>> {
        self.functions.get(&function)
    }

    /// All functions, by the numbers of their names.
    pub(crate) fn functions(&self) -> Vec<&Known<'f>> {
        let mut all: Vec<(&u32, &Known<'f>)> = self.functions.iter().collect();
        all.sort_unstable_by_key(|(number, _)| **number);
        all.into_iter().map(|(_, known)| known).collect()
    }

    /// The uses of a function in order of time.
    pub(crate) fn calls_of(&self, function: &Known<'f>) -> impl DoubleEndedIterator<Item = &Use<'f>> {
        let at = self.of_functions.get(function.range.clone()).unwrap_or_default();
        at.iter().filter_map(|at| self.uses.get(*at))
    }

    /// True iff calls in the account were recorded for as long as baselines have to learn, before that moment.
    pub(crate) fn has_learned(&self, view: &Grouped<'_>, account: &str, at: i64) -> bool {
        let since = self.accounts.get(account).copied().unwrap_or(i64::MAX);
        view.has_learned(account, at) && since.saturating_add(view.settings.learning() * DAY_MILLIS) <= at
    }

    /// Since when calls in the account are recorded.
    pub(crate) fn since(&self, account: &str) -> Option<i64> {
        self.accounts.get(account).copied()
    }

    /// Regions in which the account has calls, each with the first.
    pub(crate) fn regions(&self) -> BTreeMap<(&'f str, &'f str), i64> {
        let mut regions = BTreeMap::new();
        for function in self.functions.values() {
            let first = self.calls_of(function).next().map_or(i64::MAX, Use::time);
            let known = regions.entry((function.account, region_of(function.arn))).or_insert(first);
            *known = first.min(*known);
        }
        regions
    }
}

/// By the number of a caller, the number of the principal: sessions of an account that is not one's own are one.
fn numbered(view: &Grouped<'_>) -> HashMap<u32, usize> {
    let mut known: BTreeMap<(&str, &str), Vec<u32>> = BTreeMap::new();
    let mut seen = std::collections::HashSet::new();
    for call in view.calls() {
        if seen.insert(call.key.caller) {
            let caller = view.caller(call);
            known.entry((caller.account, lasting(caller.name))).or_default().push(call.key.caller);
        }
    }
    let numbered = known.into_values().enumerate();
    numbered.flat_map(|(at, callers)| callers.into_iter().map(move |caller| (caller, at))).collect()
}

/// `AROAEXAMPLE:session` without its session.
fn lasting(name: &str) -> &str {
    if name.starts_with("AROA") { name.split(':').next().unwrap_or(name) } else { name }
}

fn kind(caller: &Caller<'_>, way: &Way<'_>) -> Kind {
    let service = |text: &str| text.ends_with(".amazonaws.com");
    if way.is_execution() || caller.kind == "AWSService" || !way.service.is_empty() {
        return Kind::Service;
    }
    if caller.is_anonymous() {
        return Kind::Anonymous;
    }
    let of_aws = service(caller.name) || service(way.address) || caller.name.contains("/aws-service-role/");
    if of_aws || caller.name.is_empty() || way.agent.starts_with("awslambda-worker") {
        return Kind::Service;
    }
    if way.is_dry_run() {
        return Kind::Dry;
    }
    let missing = way.error.contains("ResourceNotFound");
    if missing || way.is_denied() { Kind::Refused } else { Kind::Direct }
}
