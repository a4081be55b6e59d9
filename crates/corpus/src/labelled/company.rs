//! A company, drawn from a seed: accounts, Regions, teams, people, networks and functions.

use super::actor::{Actor, Kind, command_line, program};
use super::clock::Clock;
use super::names::{self, Style};
use super::networks::{Networks, host};
use super::record::hex;
use super::{Plan, functions};
use crate::rng::{Rng, UPPER};

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

const REGIONS: [&str; 12] = [
    "eu-west-1",
    "us-east-1",
    "eu-central-1",
    "us-west-2",
    "ap-southeast-2",
    "ap-northeast-1",
    "eu-north-1",
    "us-east-2",
    "ca-central-1",
    "sa-east-1",
    "ap-south-1",
    "eu-west-3",
];

impl Company {
    pub(super) fn new(plan: &Plan) -> Self {
        let mut rng = Rng::new(plan.seed, 0xC0);
        let rng = &mut rng;
        let style = Style::new(rng);
        let from = 86_400 * (crate::calendar::seconds([2026, 1, 5], [0; 3]) / 86_400 + whole(rng, 200));
        let networks = Networks::new(rng);
        let accounts = accounts(&style, rng);
        let start = rng.index(REGIONS.len());
        let regions: Vec<String> =
            (0..5).map(|at| REGIONS[(start + at * 5) % REGIONS.len()].to_owned()).collect();
        let allowed = 2 + rng.index(2);
        let count = 4 + plan.functions / 45;
        let offset = rng.index(16);
        let teams =
            (0..count).map(|at| team((at, count, offset), plan.days, &style, (&accounts, &networks), rng));
        let teams: Vec<Team> = teams.collect();
        let partners = (0..2 + rng.index(3)).map(|at| partner(at, rng)).collect();
        let key = format!("arn:aws:kms:{}:{}:key/{}", regions[0], accounts[ARCHIVE].id, rng.uuid());
        let mut company = Company {
            seed: plan.seed,
            days: plan.days,
            from,
            organization: format!("o-{}", rng.text(b"abcdefghijklmnopqrstuvwxyz0123456789", 10)),
            opened: plan.days / 3 + whole(rng, plan.days / 4 + 1),
            clock: Clock::new(from, plan.days, rng),
            trail: rng
                .pick(&["organization-trail", "org-audit", "central-cloudtrail", "management-events"])
                .to_owned(),
            bucket: format!(
                "{}-cloudtrail-{}",
                rng.pick(&["aws", "central", "org", "audit"]),
                accounts[ARCHIVE].id
            ),
            key,
            growth: rng.unit() * 0.35,
            versions: [rng.pick(&["1.08", "1.09", "1.10"]), rng.pick(&["1.10", "1.11"])],
            url_name: rng.pick(&["Invoke", "InvokeFunctionUrl"]),
            twice: 4,
            accounts,
            regions,
            allowed,
            teams,
            functions: Vec::new(),
            networks,
            partners,
            style,
        };
        company.functions = functions::draw(&company, plan.functions, rng);
        // The quietest of those that have functions, so that copies stay few.
        let calls = |account: usize| {
            let mine = company.functions.iter().filter(|one| one.account == account);
            mine.map(|one| one.rate).sum::<f64>()
        };
        let used = (4..company.accounts.len()).filter(|account| calls(*account) > 0.0);
        company.twice = used.min_by(|one, other| calls(*one).total_cmp(&calls(*other))).unwrap_or(4);
        company
    }

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

/// What `Rng::pick` takes.
pub(super) fn refs(all: &[String]) -> Vec<&str> {
    all.iter().map(String::as_str).collect()
}

/// A whole number below `end`.
pub(super) fn whole(rng: &mut Rng, end: i64) -> i64 {
    i64::try_from(rng.below(u64::try_from(end).unwrap_or(0))).unwrap_or(0)
}

/// Twelve digits.
pub(super) fn number(rng: &mut Rng) -> String {
    format!("{:012}", 100_000_000_000 + rng.below(899_999_999_999))
}

fn accounts(style: &Style, rng: &mut Rng) -> Vec<Account> {
    let count = 4 + 2 + rng.index(4);
    let account = |at: usize| {
        let stage = match at {
            0 => "management",
            1 => "log-archive",
            2 => "security",
            3 => "tools",
            _ => style.stage((at - 4) % 3),
        };
        let network = Networks::cloud(rng);
        let nat = (0..2 + rng.below(2)).map(|_| host(&network, rng)).collect::<Vec<_>>();
        let id = number(rng);
        let user = |name: &str, rng: &mut Rng| Actor::new(Kind::User, &id, name, &nat[0], &program(rng));
        let users = (0..2 + rng.below(2)).map(|which| {
            let name = format!(
                "{}-{which}",
                rng.pick(&["legacy-app", "svc-reporting", "jenkins", "erp-connector", "terraform", "backup"])
            );
            user(&name, rng)
        });
        let users = users.collect();
        Account { id, stage, nat, users }
    };
    (0..count).map(account).collect()
}

fn team(
    (at, count, offset): (usize, usize, usize),
    days: i64,
    style: &Style,
    (accounts, networks): (&[Account], &Networks),
    rng: &mut Rng,
) -> Team {
    let name = names::team(offset, at);
    // The first of all has production; the last begins in the middle.
    let account = if at == 0 { 4 } else { 4 + rng.index(accounts.len() - 4) };
    let born = if at + 1 == count { days * 2 / 5 + whole(rng, 8) } else { 0 };
    let owner = &accounts[account].id;
    let deployer = style.role(&name, rng.pick(&["deploy", "ci-deploy", "github-actions", "pipeline"]));
    let agent = match rng.below(3) {
        0 => {
            "APN/1.0 HashiCorp/1.0 Terraform/1.12.2 (+https://www.terraform.io) terraform-provider-aws/6.9.0 aws-sdk-go-v2/1.38.0 ua/2.1 os/linux lang/go#1.24.5"
        }
        1 => {
            "aws-sdk-js/3.848.0 ua/2.1 os/linux#6.11 lang/js md/nodejs#22.17.0 api/lambda#3.848.0 exec-env/GitHubActions"
        }
        _ => {
            "aws-cli/2.27.55 md/awscrt#0.26.1 ua/2.1 os/linux#6.11.0 md/arch#x86_64 lang/python#3.13.4 exec-env/CodeBuild"
        }
    };
    let session = rng.pick(&["GitHubActions", "gitlab-runner", "AWSCodeBuild", "deploy"]);
    let pipeline = Actor::new(Kind::Session, owner, &deployer, "", agent).with_session(session.to_owned());
    let backends = (0..1 + rng.index(3)).map(|which| {
        let role = style.role(&name, ["backend", "batch-runner", "web-service"][which % 3]);
        (Actor::new(Kind::Session, owner, &role, "", &program(rng)), rng.below(6))
    });
    let backends = backends.collect();
    let set = rng.pick(&["PowerUser", "Developer", "AdministratorAccess", "ReadWrite"]);
    let role = format!("AWSReservedSSO_{set}_{}", hex(rng, 16));
    let people = (0..3 + rng.index(4)).map(|_| {
        let session = style.person(&names::person(rng));
        let network = if rng.permille(600) { &networks.office } else { &networks.vpn };
        let address = host(rng.pick(&refs(network)), rng);
        Actor::person(owner, &role, &session, &address, &command_line(rng))
    });
    let people = people.collect();
    Team { name, account, born, pipeline, dry: rng.permille(350), backends, people }
}

fn partner(at: usize, rng: &mut Rng) -> Actor {
    let role = rng.pick(&["integration-client", "connector", "partner-gateway", "edi-sender"]);
    let kind = if rng.permille(500) { Kind::Session } else { Kind::Stranger };
    let address = host(&Networks::cloud(rng), rng);
    let agent = program(rng);
    let session = format!("{}{at}", rng.text(UPPER, 4).to_lowercase());
    Actor::new(kind, &number(rng), role, &address, &agent).with_session(session)
}
