//! A company: accounts, Regions, teams, people, networks and functions.

use super::actor::{Actor, Kind};
use super::clock::Clock;
use super::drawn::refs;
use super::names::Style;
use super::networks::{Networks, host};
use crate::rng::Rng;

/// The accounts that are not for workloads: their places in [`Company::accounts`].
pub(super) const MANAGEMENT: usize = 0;
pub(super) const ARCHIVE: usize = 1;
pub(super) const SECURITY: usize = 2;
pub(super) const TOOLS: usize = 3;

/// An account of the organization.
#[derive(Debug)]
pub(super) struct Account {
    pub(super) id: String,
    /// `prod`, `dev` and the like.
    pub(super) stage: &'static str,
    /// Where its programs come from.
    pub(super) nat: Vec<String>,
    /// Old users with keys.
    pub(super) users: Vec<Actor>,
}

/// A team and who works for it.
#[derive(Debug)]
pub(super) struct Team {
    pub(super) name: String,
    pub(super) account: usize,
    /// The day on which it begins.
    pub(super) born: i64,
    pub(super) pipeline: Actor,
    /// Whether its pipeline asks with dry runs first.
    pub(super) dry: bool,
    /// Each with a style of session names.
    pub(super) backends: Vec<(Actor, u64)>,
    pub(super) people: Vec<Actor>,
}

/// What calls a function on an ordinary day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trigger {
    /// A rule, each so many seconds.
    Schedule(i64),
    /// Bucket or topic notifications.
    Notice(&'static str),
    Gateway,
    /// Step Functions, in a role.
    Steps,
    /// A backend of its team.
    Direct,
    /// Another function, in its execution role.
    Chained(usize),
    /// Browsers, at a URL that is public on purpose.
    Url,
    /// A backend, many times in one go at night.
    Batch,
    /// A backend, on the first days of a month.
    MonthEnd,
    /// A partner's role in another account.
    Partner(usize),
    /// Nobody any more, except in the first days.
    Dormant,
    /// A user with a key.
    Keyed,
}

/// An account and a Region of the company, by position.
#[derive(Clone, Copy, Debug)]
pub(super) struct Home {
    pub(super) account: usize,
    pub(super) region: usize,
}

impl Home {
    /// In the company's first Region.
    pub(super) fn first_of(account: usize) -> Self {
        Home { account, region: 0 }
    }
}

/// A function.
#[derive(Debug)]
pub(super) struct Function {
    pub(super) name: String,
    pub(super) arn: String,
    pub(super) account: usize,
    pub(super) region: usize,
    pub(super) team: usize,
    /// The day on which it is made; 0 for those that were there before.
    pub(super) born: i64,
    /// Calls on an ordinary day.
    pub(super) rate: f64,
    pub(super) trigger: Trigger,
    /// Whether it follows business hours.
    pub(super) business: bool,
    /// The version that runs on the first day.
    pub(super) version: u64,
    /// The alias that callers ask for.
    pub(super) alias: &'static str,
    /// The name of its execution role.
    pub(super) role: String,
    /// Whether callers give its name alone.
    pub(super) short: bool,
    /// `customerEniId`
    pub(super) interface: String,
    /// Of 1,000 calls, how many fail.
    pub(super) errors: u64,
    /// Which backend of its team calls it.
    pub(super) backend: usize,
}

impl Function {
    pub(super) fn home(&self) -> Home {
        Home { account: self.account, region: self.region }
    }
}

/// All of it.
#[derive(Debug)]
pub(super) struct Company {
    pub(super) seed: u64,
    pub(super) days: i64,
    pub(super) from: i64,
    pub(super) organization: String,
    pub(super) accounts: Vec<Account>,
    /// The first is home; those from `allowed` on are not to be used.
    pub(super) regions: Vec<String>,
    pub(super) allowed: usize,
    /// From this day on the last of the allowed Regions is used.
    pub(super) opened: i64,
    pub(super) teams: Vec<Team>,
    pub(super) functions: Vec<Function>,
    pub(super) clock: Clock,
    pub(super) networks: Networks,
    pub(super) partners: Vec<Actor>,
    /// The organization's trail, its bucket and its key.
    pub(super) trail: String,
    pub(super) bucket: String,
    pub(super) key: String,
    /// Growth of traffic over all days.
    pub(super) growth: f64,
    pub(super) style: Style,
    pub(super) versions: [&'static str; 2],
    /// `eventName` of calls of function URLs: documents differ.
    pub(super) url_name: &'static str,
    /// The account that has a trail of its own too.
    pub(super) twice: usize,
}

impl Company {
    /// The first moment of a day.
    pub(super) fn day(&self, day: i64) -> i64 {
        self.from + day * 86_400
    }

    /// ARN of the organization's trail.
    pub(super) fn trail_arn(&self) -> String {
        format!(
            "arn:aws:cloudtrail:{}:{}:trail/{}",
            self.regions[0], self.accounts[MANAGEMENT].id, self.trail
        )
    }

    /// The pipeline of a team at work, in the account of its functions.
    pub(super) fn pipeline(&self, team: usize, rng: &mut Rng) -> Actor {
        let pipeline = &self.teams[team].pipeline;
        let session = format!("{}-{}", pipeline.session, rng.below(100_000));
        pipeline
            .with_session(session)
            .from(&host(rng.pick(&refs(&self.networks.runners)), rng), &pipeline.agent)
    }

    /// A backend of a team at work.
    pub(super) fn backend(&self, function: &Function, rng: &mut Rng) -> Actor {
        let team = &self.teams[function.team];
        let (actor, style) = &team.backends[function.backend % team.backends.len()];
        let nat = &self.accounts[function.account].nat;
        let session = super::actor::session(*style, &team.name, rng);
        actor.with_session(session).from(rng.pick(&refs(nat)), &actor.agent)
    }

    /// A function's execution role, used by its code.
    pub(super) fn execution(&self, function: &Function, rng: &mut Rng) -> Actor {
        let account = &self.accounts[function.account];
        let agent = "Boto3/1.40.4 md/Botocore#1.40.4 ua/2.1 os/linux#5.10.244 md/arch#x86_64 lang/python#3.13.7 exec-env/AWS_Lambda_python3.13";
        let address = if function.interface.is_empty() {
            host(rng.pick(&refs(&self.networks.cloud)), rng)
        } else {
            rng.pick(&refs(&account.nat)).to_owned()
        };
        Actor::new(Kind::Session, &account.id, &function.role, &address, agent)
            .with_session(function.name.clone())
    }

    /// True iff `function` was there before `day`.
    pub(super) fn is_there(&self, function: &Function, day: i64) -> bool {
        function.born == 0 || function.born < day
    }
}
