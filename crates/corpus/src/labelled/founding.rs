//! A company, drawn from a seed.

use super::actor::{Actor, Kind, command_line, program};
use super::clock::Clock;
use super::company::{ARCHIVE, Account, Company, Team};
use super::drawn::{hex, number, refs, whole};
use super::names::{self, Style};
use super::networks::{Networks, host};
use super::{Plan, functions};
use crate::rng::{Rng, UPPER};

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

/// The company of a plan.
pub(super) fn founded(plan: &Plan) -> Company {
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
    let teams = (0..count)
        .map(|at| team(TeamNumber { at, count, offset }, plan.days, &style, &accounts, &networks, rng));
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

/// Which of the teams it is.
struct TeamNumber {
    at: usize,
    /// How many there are.
    count: usize,
    /// Where their names begin.
    offset: usize,
}

fn team(
    TeamNumber { at, count, offset }: TeamNumber,
    days: i64,
    style: &Style,
    accounts: &[Account],
    networks: &Networks,
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
