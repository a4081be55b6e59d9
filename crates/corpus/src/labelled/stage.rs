//! What every attack story is played on: who attacks, how fast, on what, and which records that leaves.

use super::actor::{Actor, Kind, command_line};
use super::company::{Company, Function, Home, Trigger};
use super::drawn::{number, refs, whole};
use super::networks::host;
use super::record::{Deed, How, Rec, invoke, manage};
use crate::rng::Rng;
use std::collections::BTreeSet;

/// How fast, and how much of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pace {
    Loud,
    Slow,
    Quiet,
}

impl Pace {
    pub(super) fn name(self) -> &'static str {
        match self {
            Pace::Loud => "loud",
            Pace::Slow => "slow",
            Pace::Quiet => "quiet",
        }
    }
}

/// By what an attacker acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    /// The credentials of a role's session, from elsewhere.
    Stolen,
    /// A user's long-term key, from elsewhere.
    Key,
    /// A person of the company, from its own network.
    Trusted,
    /// A role of an account outside of the organization.
    Foreign,
    /// A role of the account that a vendor's account may take.
    Vendor,
    /// Code that runs in a function, or a program at its usual place.
    Inside,
    /// Nothing: anybody may.
    Nothing,
}

impl Access {
    pub(super) fn name(self) -> &'static str {
        match self {
            Access::Stolen => "stolen role session",
            Access::Key => "user key",
            Access::Trusted => "trusted network",
            Access::Foreign => "role of another account",
            Access::Vendor => "vendor's role",
            Access::Inside => "from inside",
            Access::Nothing => "nothing",
        }
    }
}

/// A time without records of a trail.
#[derive(Clone, Debug)]
pub(super) struct Hush {
    pub(super) from: i64,
    pub(super) until: i64,
    /// Whether it is the trail of one account, not the organization's.
    pub(super) local: bool,
    /// Whether management events are recorded all the same.
    pub(super) data: bool,
    /// Iff only this function is left out: its ARN.
    pub(super) function: Option<String>,
}

impl Hush {
    /// True iff it swallows `record`.
    pub(super) fn swallows(&self, record: &Rec, local: bool) -> bool {
        let within = self.local == local && (self.from..self.until).contains(&record.at);
        within
            && (record.data || !self.data)
            && self.function.as_ref().is_none_or(|arn| record.text.contains(&format!("\"{arn}\"")))
    }
}

/// A story while it is played.
pub(super) struct Stage<'a> {
    pub(super) company: &'a Company,
    pub(super) rng: Rng,
    pub(super) pace: Pace,
    pub(super) access: Access,
    /// The day on which it begins.
    pub(super) day: i64,
    /// Which of its kind it is.
    pub(super) turn: usize,
    /// Records of the story.
    pub(super) records: Vec<Rec>,
    /// Records of those who repair.
    pub(super) asides: Vec<Rec>,
    pub(super) principals: BTreeSet<String>,
    pub(super) functions: BTreeSet<String>,
    /// Times of other stories in which nothing is recorded.
    pub(super) hushed: &'a [Hush],
    pub(super) hushes: Vec<Hush>,
    /// Where attackers come from in this story.
    pub(super) lair: String,
    /// Iff it has several steps: what all of them are about, and by whom.
    pub(super) plot: Option<Plot<'a>>,
}

/// What joins the steps of one story.
#[derive(Default)]
pub(super) struct Plot<'a> {
    function: Option<&'a Function>,
    actor: Option<Actor>,
    /// When the last step ended; 0 before the first.
    after: i64,
}

impl<'a> Stage<'a> {
    pub(super) fn new(
        company: &'a Company,
        mut rng: Rng,
        pace: Pace,
        access: Access,
        day: i64,
        turn: usize,
        hushed: &'a [Hush],
    ) -> Self {
        let networks = if rng.permille(250) { &company.networks.cloud } else { &company.networks.hostile };
        let lair = host(rng.pick(&refs(networks)), &mut rng);
        Stage {
            company,
            rng,
            pace,
            access,
            day,
            turn,
            records: Vec::new(),
            asides: Vec::new(),
            principals: BTreeSet::new(),
            functions: BTreeSet::new(),
            hushed,
            hushes: Vec::new(),
            lair,
            plot: None,
        }
    }

    /// The moment at which it begins: people of the company at work, others at any time.
    pub(super) fn begin(&mut self) -> i64 {
        if let Some(after) = self.plot.as_ref().map(|plot| plot.after).filter(|after| *after > 0) {
            let wait = self.by_pace(600, 40_000, 5000);
            return after + 60 + whole(&mut self.rng, wait);
        }
        let start = self.company.day(self.day);
        if self.access == Access::Trusted {
            self.company.clock.at_work(start, &mut self.rng)
        } else {
            start + 3600 + whole(&mut self.rng, 76_000)
        }
    }

    /// Moments from `from` on: all `loud` within minutes, some over days, or one or two.
    pub(super) fn times(&mut self, from: i64, loud: i64) -> Vec<i64> {
        let rng = &mut self.rng;
        let mut times: Vec<i64> = match self.pace {
            Pace::Loud => (0..loud).map(|_| from + whole(rng, 900)).collect(),
            Pace::Slow => {
                // Never past the end.
                let days = (self.company.days - 1 - self.day).clamp(1, 5);
                (0..(loud / 3).clamp(2, 12)).map(|_| from + whole(rng, days * 86_400 - 80_000)).collect()
            }
            Pace::Quiet => (0..loud.min(1 + whole(rng, 2))).map(|_| from + whole(rng, 3600)).collect(),
        };
        times.sort_unstable();
        times
    }

    /// By pace: loud, slow or quiet.
    pub(super) fn by_pace<T>(&self, loud: T, slow: T, quiet: T) -> T {
        match self.pace {
            Pace::Loud => loud,
            Pace::Slow => slow,
            Pace::Quiet => quiet,
        }
    }

    /// A function that is long there and as `wanted`; any other where there is none.
    pub(super) fn target(&mut self, wanted: impl Fn(&Function) -> bool) -> &'a Function {
        if let Some(function) = self.plot.as_ref().and_then(|plot| plot.function) {
            return function;
        }
        let function = self.any(wanted);
        if let Some(plot) = &mut self.plot {
            plot.function = Some(function);
        }
        function
    }

    fn any(&mut self, wanted: impl Fn(&Function) -> bool) -> &'a Function {
        let company = self.company;
        let old =
            |one: &&Function| (one.born == 0 || one.born + 15 < self.day) && one.trigger != Trigger::Dormant;
        let all: Vec<&Function> = company.functions.iter().filter(old).collect();
        let fit: Vec<&Function> = all.iter().copied().filter(|one| wanted(one)).collect();
        let from = if fit.is_empty() { &all } else { &fit };
        from.get(self.rng.index(from.len())).copied().unwrap_or(&company.functions[0])
    }

    /// A function that nobody calls, another for each story.
    pub(super) fn sleeper(&self) -> &'a Function {
        // The first two are deleted some day.
        let company = self.company;
        let all: Vec<&Function> =
            company.functions.iter().filter(|one| one.trigger == Trigger::Dormant).skip(2).collect();
        all.get(self.turn % all.len().max(1)).copied().unwrap_or(&company.functions[0])
    }

    /// Another function of the same account.
    pub(super) fn neighbour(&mut self, function: &Function) -> &'a Function {
        let (account, arn) = (function.account, function.arn.clone());
        self.any(|one| one.account == account && one.arn != arn)
    }

    /// Who attacks things of `account`.
    pub(super) fn attacker(&mut self, account: usize) -> Actor {
        let id = &self.company.accounts[account].id;
        let known = self.plot.as_ref().and_then(|plot| plot.actor.clone());
        if let Some(actor) = known.filter(|actor| actor.account == *id) {
            return actor;
        }
        let actor = self.somebody(account);
        if let Some(plot) = &mut self.plot {
            plot.actor = Some(actor.clone());
        }
        actor
    }

    fn somebody(&mut self, account: usize) -> Actor {
        let company = self.company;
        let id = &company.accounts[account].id;
        let agent = command_line(&mut self.rng);
        let team = (0..company.teams.len())
            .find(|at| company.teams[*at].account == account && company.teams[*at].born < self.day);
        match (self.access, team) {
            (Access::Key, _) => {
                let users = &company.accounts[account].users;
                users[self.rng.index(users.len())].from(&self.lair, &agent)
            }
            (Access::Foreign, _) => self.stranger(),
            (Access::Vendor, _) => self.vendor(account),
            (Access::Trusted, team) => {
                let crew = &company.teams[team.unwrap_or(0)];
                crew.people[self.rng.index(crew.people.len())].in_account(id)
            }
            (_, Some(team)) => {
                let (actor, style) = &company.teams[team].backends[0];
                let session = super::actor::session(*style, &company.teams[team].name, &mut self.rng);
                actor.with_session(session).from(&self.lair, &agent)
            }
            (_, None) => {
                let role = self.rng.pick(&["OrganizationAccountAccessRole", "SecurityAudit-Write", "Admin"]);
                let session = format!("session-{}", self.rng.below(10_000));
                Actor::new(Kind::Session, id, role, &self.lair, &agent).with_session(session)
            }
        }
    }

    /// As [`Stage::attacker`], where a stranger's role could do nothing: a role of the account that strangers may take.
    pub(super) fn inside(&mut self, account: usize) -> Actor {
        if self.access == Access::Foreign {
            self.access = Access::Vendor;
        }
        self.attacker(account)
    }

    fn vendor(&mut self, account: usize) -> Actor {
        let company = self.company;
        let agent = command_line(&mut self.rng);
        let role = self.rng.pick(&["vendor-monitoring", "saas-integration", "cost-optimizer"]);
        let session = self.rng.text(crate::rng::HEX, 12);
        Actor::new(Kind::Session, &company.accounts[account].id, role, &self.lair, &agent)
            .with_session(session)
    }

    /// A role of an account that is not of the organization.
    pub(super) fn stranger(&mut self) -> Actor {
        let kind = if self.rng.permille(500) { Kind::Session } else { Kind::Stranger };
        let agent = command_line(&mut self.rng);
        let role =
            self.rng.pick(&["admin", "ops", "sync-role", "lambda-client", "OrganizationAccountAccessRole"]);
        let session = self.rng.pick(&[
            "aws-go-sdk-1761234567890",
            "test",
            "session1",
            "worker",
            "botocore-session-1761000001",
        ]);
        Actor::new(kind, &number(&mut self.rng), role, &self.lair, &agent).with_session(session.to_owned())
    }

    /// A person of the company other than those of `function`'s team, if there is one.
    pub(super) fn colleague(&mut self, function: &Function) -> Actor {
        let teams = self.company.teams.len() - 1;
        let at = (function.team + 1 + self.rng.index(teams.max(2) - 1)) % teams.max(1);
        let crew = &self.company.teams[at];
        crew.people[self.rng.index(crew.people.len())].in_account(&self.company.accounts[function.account].id)
    }

    /// A management call of the story.
    pub(super) fn manage(&mut self, home: Home, actor: &Actor, at: i64, deed: &Deed) {
        let mut made = Vec::new();
        manage(self.company, home, actor, at, deed, &mut self.rng, &mut made);
        self.keep(made, actor);
    }

    /// An invocation of the story.
    pub(super) fn call(&mut self, function: &Function, actor: &Actor, at: i64, how: &How<'_>) {
        let mut made = Vec::new();
        invoke(self.company, function, actor, at, how, &mut self.rng, &mut made);
        self.keep(made, actor);
        self.functions.insert(function.arn.clone());
    }

    /// A change of `function`.
    pub(super) fn change(&mut self, function: &Function, actor: &Actor, at: i64, deed: &Deed) {
        self.manage(function.home(), actor, at, deed);
        self.functions.insert(function.arn.clone());
    }

    /// The next step of a plot begins after all of this one.
    pub(super) fn next_step(&mut self) {
        let last = self.records.iter().map(|one| one.at).max().unwrap_or(0);
        self.plot.get_or_insert_default().after = last;
    }

    fn keep(&mut self, made: Vec<Rec>, actor: &Actor) {
        let end = self.company.day(self.company.days) - 4 * 3600;
        let hushed = |one: &Rec| self.hushed.iter().any(|hush| hush.swallows(one, false));
        let kept: Vec<Rec> = made
            .into_iter()
            .filter(|one| one.at < end && !hushed(one))
            .map(|one| Rec { kept: true, ..one })
            .collect();
        if !kept.is_empty() {
            self.principals.insert(actor.known_as());
        }
        self.records.extend(kept);
    }

    /// What the platform's own people put right afterwards: no part of the story.
    pub(super) fn repair(&mut self, home: Home, at: i64, deed: &Deed) {
        let actor = super::changes::platform(self.company, home.account, &mut self.rng);
        manage(self.company, home, &actor, at, deed, &mut self.rng, &mut self.asides);
    }
}

/// How a function is called when nothing is odd about it.
pub(super) fn usual(function: &Function) -> How<'_> {
    How { qualifier: function.alias, version: function.version, ..How::plain() }
}
