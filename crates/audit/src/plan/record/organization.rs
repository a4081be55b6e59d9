//! One trail for a whole organization: which account can make it, and what is said where none can.

use super::super::after::after;
use super::super::create::{self, new_trail};
use super::super::skeleton::{lacking, of_account, weight};
use super::{Apart, Offer, Planner};
use crate::code::Code;
use crate::count::count;
use crate::inventory::{Account, GapKind, Inventory, Organization};
use crate::plan::Refusal;
use cloudtrail::recorder::{Recorder, RecorderKind, Seen};
use std::collections::{BTreeMap, BTreeSet};

/// The account in which calls about the recorder are made: its owner's; for a trail of an organization whose management account
/// was not visited, that of the delegated administrator.
pub(super) fn caller(inventory: &Inventory, recorder: &Recorder) -> String {
    let organizations = inventory.accounts.iter().filter_map(|one| one.organization.known()?.as_ref());
    let mut of = organizations.filter(|one| one.management_account == recorder.account);
    let maker = match of.next() {
        Some(of) if recorder.organization && recorder.kind == RecorderKind::Trail => {
            maker(inventory, of).ok()
        }
        _ => None,
    };
    maker.unwrap_or(&recorder.account).to_owned()
}

/// The visited account that can create and change trails of the organization: the management account, or else a delegated
/// administrator for CloudTrail.
///
/// # Errors
/// Why there is none, in words.
fn maker<'a>(inventory: &'a Inventory, organization: &'a Organization) -> Result<&'a str, String> {
    let management = organization.management_account.as_str();
    if inventory.account(management).is_some_and(|one| visited(inventory, one)) {
        return Ok(management);
    }
    let unvisited = format!("its management account {management} was not visited");
    let administrators = match inventory.extra.administrators.get(&organization.id) {
        None => return Err(format!("{unvisited}, and nobody asked for its delegated administrators")),
        Some(Seen::Unread(gap)) => {
            let refused = inventory.gaps.get(*gap).is_some_and(|gap| gap.kind == GapKind::Refused);
            let list = "organizations:ListDelegatedAdministrators";
            return Err(match refused {
                true => format!("{unvisited}, and AWS refused {list}"),
                false => format!("{unvisited}, and {list} gave no answer"),
            });
        }
        Some(Seen::Known(ids)) => ids,
    };
    let mut known = administrators.iter().filter_map(|id| inventory.account(id));
    match known.find(|one| visited(inventory, one)) {
        Some(account) => Ok(&account.id),
        None if administrators.is_empty() => {
            Err(format!("{unvisited}, and it has no delegated administrator for CloudTrail"))
        }
        None => Err(format!(
            "{unvisited}, nor was its delegated administrator for CloudTrail, {}",
            administrators.join(" or ")
        )),
    }
}

/// False iff nobody could work in the account: no role could be assumed there, or AWS closed it.
fn visited(inventory: &Inventory, account: &Account) -> bool {
    let closed = matches!(account.state.as_deref(), Some("SUSPENDED" | "CLOSED" | "PENDING_ACTIVATION"));
    let gap = account.regions.gap().and_then(|gap| inventory.gaps.get(gap));
    !closed && gap.is_none_or(|gap| gap.call != "sts:AssumeRole")
}

/// What is said of places that a trail of the organization would serve, where nobody can make it.
pub(super) fn refusal(reason: String, places: Vec<(String, String)>) -> Refusal {
    Refusal {
        places,
        recorder: None,
        reason: Code::NobodyCanCreate.says(reason),
        nearest: Code::OtherCredentials.says("plan with credentials of the management account or of the delegated administrator for CloudTrail; or ask for one trail in each account: invoketrail plan --per-account"),
    }
}

/// What one trail would change for the accounts of an organization.
struct Served<'a> {
    gaining: BTreeSet<&'a str>,
    paying: BTreeSet<&'a str>,
    /// Whether they pay takes more steps to find than the work limit.
    open: BTreeSet<&'a str>,
}

impl Planner<'_> {
    /// A new trail for each organization of which several accounts still lack something: one trail and one bucket instead of
    /// one in each account.
    pub(super) fn organization_trails(&mut self, mut bare: Inventory) -> Inventory {
        if self.options.per_account {
            return bare;
        }
        let inventory = self.inventory;
        let known = inventory.accounts.iter().filter_map(|one| one.organization.known()?.as_ref());
        let organizations: BTreeSet<&Organization> = known.collect();
        for organization in organizations {
            if let Some(offer) = self.organization_trail(&bare, organization) {
                bare = self.take(offer);
            }
        }
        self.strangers(&bare);
        bare
    }

    /// `None` where fewer than two accounts would gain, more accounts would pay for copies than gain, or no account that was
    /// visited can make it. The last two are kept with the accounts, to be said.
    fn organization_trail(&mut self, bare: &Inventory, organization: &Organization) -> Option<Offer> {
        let inventory = self.inventory;
        let management = organization.management_account.as_str();
        let maker = maker(inventory, organization);
        let member = |id: &str| {
            let of = bare.account(id).and_then(|one| one.organization.known()?.as_ref());
            of.is_some_and(|of| of == organization)
        };
        let places = bare.places.iter().filter(|place| member(&place.account)).cloned().collect();
        let own = Inventory { places, ..bare.clone() };
        let (lacks, _) = lacking(&own, &self.needs, &mut self.prospects);
        let owner = create::Owner {
            account: management,
            maker: maker.as_deref().unwrap_or(management),
            organization: Some(&organization.id),
        };
        let (changes, because) = new_trail(&own, owner, &lacks, self.options.buckets)?;
        let then = after(bare, &changes);
        let Served { gaining, paying, open } = self.served(bare, &then, &own);
        if gaining.len() < 2 {
            return None;
        }
        let all = count(gaining.len(), "account");
        // An account of which it is not known may pay, too.
        if paying.len() + open.len() >= gaining.len() {
            let copies = count(paying.len() + open.len(), "account");
            let would = if open.is_empty() { "would" } else { "may" };
            let why = format!(
                "one trail of the organization would serve {all}, and {copies} {would} pay for a copy"
            );
            self.keep_apart(gaining, &Apart::Own(why));
            return None;
        }
        let maker = match maker {
            Ok(maker) => maker,
            Err(why) => {
                let why =
                    format!("one trail of organization {} would serve {all}, but {why}", organization.id);
                self.keep_apart(gaining, &Apart::Nobody(why));
                return None;
            }
        };
        if let Some(full) = create::full_of(bare, |id| id == management || member(id), None) {
            self.keep_apart(gaining, &Apart::Full(full));
            return None;
        }
        let by = match maker == management {
            true => String::new(),
            false => format!(
                "; {maker} creates it as the delegated administrator for CloudTrail and keeps its bucket, and the trail belongs to the management account {management}"
            ),
        };
        let copies = match paying.len() {
            0 => String::new(),
            n => format!("; {} already records its own, and pays for a copy", count(n, "account")),
        };
        let unlooked = match open.len() {
            0 => String::new(),
            n => format!(
                "; whether {} pays for a copy takes more steps to find than the work limit",
                count(n, "account")
            ),
        };
        Some(Offer {
            changes,
            rank: (false, 8, 0, std::cmp::Reverse(gaining.len()), String::new()),
            because: because.code.says(format!("{because}{by}{copies}{unlooked}")),
            after: then,
        })
    }

    /// Which accounts of `own` gain by what `then` adds to `bare`, and which only pay.
    fn served<'a>(&mut self, bare: &Inventory, then: &Inventory, own: &'a Inventory) -> Served<'a> {
        let mut served = Served { gaining: BTreeSet::new(), paying: BTreeSet::new(), open: BTreeSet::new() };
        let accounts: BTreeSet<&str> = own.places.iter().map(|place| place.account.as_str()).collect();
        for account in accounts {
            let (was, copies) = lacking(&of_account(bare, account), &self.needs, &mut self.prospects);
            let (is, more) = lacking(&of_account(then, account), &self.needs, &mut self.prospects);
            if weight(&is) < weight(&was) {
                served.gaining.insert(account);
                continue;
            }
            match more.beyond(&copies) {
                (0, 0) => {}
                (0, _) => drop(served.open.insert(account)),
                _ => drop(served.paying.insert(account)),
            }
        }
        served
    }

    /// Accounts whose organization is not known, where several still lack something: each gets a trail of its own, and why.
    fn strangers(&mut self, bare: &Inventory) {
        let call = |account: &Account| {
            let gap = self.inventory.gaps.get(account.organization.gap()?)?;
            Some((account.id.clone(), gap.call.clone()))
        };
        let mut calls: BTreeMap<String, String> =
            bare.accounts.iter().filter(|one| one.audited).filter_map(call).collect();
        if calls.len() < 2 {
            return;
        }
        let (lacks, _) = lacking(bare, &self.needs, &mut self.prospects);
        let failing = |id: &str| lacks.iter().any(|((of, _), lacks)| of == id && !lacks.failing.is_empty());
        calls.retain(|id, _| failing(id));
        if calls.len() < 2 {
            return;
        }
        for (id, call) in calls {
            let why = format!(
                "whether a trail of its organization would do is unknown, because {call} gave no answer"
            );
            self.keep_apart([id.as_str()].into(), &Apart::Own(why));
        }
    }

    fn keep_apart(&mut self, accounts: BTreeSet<&str>, why: &Apart) {
        self.apart.extend(accounts.into_iter().map(|account| (account.to_owned(), why.clone())));
    }
}
