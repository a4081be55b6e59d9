//! What is out of the ordinary and no attack: tests, incidents, nights on call, new roles, a load test.

mod habits;

use super::Benign;
use super::actor::{Actor, Kind};
use super::changes::{code, permission, platform};
use super::company::{Company, Function, Home, SECURITY, Trigger};
use super::drawn::{refs, whole};
use super::networks::host;
use super::record::{DENIED, Deed, How, Rec, invoke, manage};
use crate::calendar::stamp;
use crate::rng::Rng;
use serde_json::json;

/// Plans windows, and makes their records.
pub(super) struct Windows<'a> {
    company: &'a Company,
    rng: Rng,
    pub(super) records: Vec<Rec>,
    pub(super) benign: Vec<Benign>,
}

impl<'a> Windows<'a> {
    pub(super) fn new(company: &'a Company) -> Self {
        let mut windows =
            Windows { company, rng: Rng::new(company.seed, 0xB1), records: Vec::new(), benign: Vec::new() };
        windows.penetration_test();
        windows.incident();
        windows.on_call();
        windows.load_test();
        windows.new_role();
        windows.own_accounts();
        windows.decommissioning();
        windows.habits();
        windows
    }

    /// A day in the middle part of `parts` parts of the time after the first third.
    fn day(&mut self) -> i64 {
        let third = self.company.days / 3;
        third + whole(&mut self.rng, (self.company.days * 2 / 3 - 6).max(1))
    }

    fn note(&mut self, what: &'static str, suspicious: bool, from: i64, until: i64, actors: &[&Actor]) {
        let principals = actors.iter().map(|one| one.known_as()).collect();
        self.benign.push(Benign { what, suspicious, from: stamp(from), until: stamp(until), principals });
    }

    fn some(&mut self, day: i64) -> &'a Function {
        let company = self.company;
        let fit = |one: &&Function| company.is_there(one, day) && one.trigger != Trigger::Dormant;
        let all: Vec<&Function> = company.functions.iter().filter(fit).collect();
        all.get(self.rng.index(all.len())).copied().unwrap_or(&company.functions[0])
    }

    fn call(&mut self, function: &Function, actor: &Actor, at: i64, how: &How<'_>) {
        invoke(self.company, function, actor, at, how, &mut self.rng, &mut self.records);
    }

    fn penetration_test(&mut self) {
        let company = self.company;
        let first = self.day();
        let role = self.rng.pick(&["pentest", "redteam-assessment", "ExternalAuditor"]);
        let agent = self.rng.pick(&[
            "Boto3/1.40.1 md/Botocore#1.40.1 ua/2.1 os/linux#6.6-kali md/arch#x86_64",
            "pacu/1.6.1",
            "aws-cli/2.27.1 ua/2.1 os/linux#6.12.0-parrot",
        ]);
        let address = host(self.rng.pick(&refs(&company.networks.homes)), &mut self.rng);
        let id = &company.accounts[SECURITY].id;
        let actor =
            Actor::new(Kind::Session, id, role, &address, agent).with_session("assessor-1".to_owned());
        let begin = company.clock.at_work(company.day(first), &mut self.rng);
        let days = 2 + whole(&mut self.rng, 2);
        for day in 0..days {
            let mut at = begin + day * 86_400;
            for _ in 0..20 + self.rng.below(20) {
                let function = self.some(first);
                let actor = actor.in_account(&company.accounts[function.account].id);
                let how = match self.rng.below(4) {
                    0 | 1 => How { error: Some(DENIED), ..How::plain() },
                    2 => How { kind: "DryRun", ..How::plain() },
                    _ => How::plain(),
                };
                self.call(function, &actor, at, &how);
                at += 10 + whole(&mut self.rng, 200);
            }
        }
        let all: Vec<Actor> = company.accounts.iter().map(|one| actor.in_account(&one.id)).collect();
        self.note(
            "penetration test",
            true,
            begin - 3600,
            begin + days * 86_400,
            &all.iter().collect::<Vec<_>>(),
        );
    }

    fn incident(&mut self) {
        let company = self.company;
        let day = self.day();
        let begin = company.clock.at_night(company.day(day), &mut self.rng);
        let crew = &company.teams[0];
        let account = &company.accounts[crew.account].id;
        let address = host(self.rng.pick(&refs(&company.networks.homes)), &mut self.rng);
        let person = crew.people[0].session.clone();
        let actor = Actor::new(Kind::Session, account, "BreakGlass", &address, &crew.people[0].agent);
        let actor = actor.with_session(person).in_console();
        let mut at = begin;
        for function in company.functions.iter().filter(|one| one.team == 0 && one.born == 0).take(40) {
            self.call(function, &actor, at, &How::plain());
            at += 15 + whole(&mut self.rng, 90);
        }
        self.note("incident response", true, begin - 600, at + 3600, &[&actor]);
    }

    fn on_call(&mut self) {
        let company = self.company;
        for day in 1..company.days {
            if !self.rng.permille(350) {
                continue;
            }
            let crew = &company.teams[self.rng.index(company.teams.len())];
            if crew.born > 0 {
                continue;
            }
            let home = &company.networks.homes[crew.name.len()];
            let person = crew.people[self.rng.index(crew.people.len())].in_console();
            let actor = person.from(&host(home, &mut self.rng), crate::lambda::BROWSER);
            let begin = company.clock.at_night(company.day(day), &mut self.rng);
            let mine = company.functions.iter().filter(|one| company.teams[one.team].name == crew.name);
            let mine: Vec<&Function> =
                mine.filter(|one| company.is_there(one, day) && one.trigger != Trigger::Dormant).collect();
            for turn in 0..1 + whole(&mut self.rng, 3) {
                let Some(function) = mine.get(self.rng.index(mine.len())) else { continue };
                let how = How { version: function.version, ..How::plain() };
                self.call(function, &actor, begin + 200 * turn, &how);
            }
            self.note("on-call night", false, begin - 600, begin + 3600, &[&actor]);
        }
    }

    fn load_test(&mut self) {
        let company = self.company;
        let day = self.day();
        let Some(function) =
            company.functions.iter().find(|one| one.trigger == Trigger::Direct && one.born == 0)
        else {
            return;
        };
        let begin = company.clock.at_work(company.day(day), &mut self.rng);
        let actor = company.backend(function, &mut self.rng).with_session("loadtest".to_owned());
        for _ in 0..2500 {
            let at = begin + whole(&mut self.rng, 3000);
            let error = self.rng.permille(60).then_some(super::record::THROTTLED);
            let how = How { version: function.version, qualifier: function.alias, error, ..How::plain() };
            self.call(function, &actor, at, &how);
        }
        self.note("load test", true, begin - 60, begin + 3600, &[&actor]);
    }

    /// A team changes its pipeline for a new one.
    fn new_role(&mut self) {
        let company = self.company;
        let day = self.day();
        let begin = company.clock.at_work(company.day(day), &mut self.rng);
        let team = self.rng.index(company.teams.len() - 1);
        let old = company.pipeline(team, &mut self.rng);
        let actor = Actor { name: format!("{}-v2", old.name), ..old };
        let account = company.teams[team].account;
        let terraform = platform(company, account, &mut self.rng);
        let deed = Deed::new("iam", "CreateRole", json!({"roleName": actor.name}));
        manage(
            company,
            Home::first_of(account),
            &terraform,
            begin - 3600,
            &deed,
            &mut self.rng,
            &mut self.records,
        );
        let mut at = begin;
        for function in company.functions.iter().filter(|one| one.team == team && one.born == 0).take(6) {
            let (request, response) = code(function, &mut self.rng);
            let deed = Deed::new("lambda", "UpdateFunctionCode20150331v2", request).answered(response);
            let home = function.home();
            manage(company, home, &actor, at, &deed, &mut self.rng, &mut self.records);
            self.call(function, &actor, at + 40, &How::plain());
            at += 7000 + whole(&mut self.rng, 40_000);
        }
        self.note("new deployment role", false, begin - 3600, at, &[&actor]);
    }

    /// Permissions for the organization's own accounts and for services.
    fn own_accounts(&mut self) {
        let company = self.company;
        for _ in 0..8 {
            let day = whole(&mut self.rng, company.days - 1);
            let function = self.some(day);
            let at = company.clock.at_work(company.day(day), &mut self.rng);
            let actor = company.pipeline(function.team, &mut self.rng);
            let id = company.accounts[4 + self.rng.index(company.accounts.len() - 4)].id.clone();
            let principal = match self.rng.below(3) {
                0 => id.clone(),
                1 => format!("arn:aws:iam::{id}:root"),
                _ => "s3.amazonaws.com".to_owned(),
            };
            let deed = permission(function, &principal, Some(&id), &mut self.rng);
            let home = function.home();
            manage(company, home, &actor, at, &deed, &mut self.rng, &mut self.records);
        }
    }

    /// Functions that nobody calls any more are deleted, over some days.
    fn decommissioning(&mut self) {
        let company = self.company;
        let day = self.day();
        for function in company.functions.iter().filter(|one| one.trigger == Trigger::Dormant).take(2) {
            let at = company.clock.at_work(company.day(day), &mut self.rng);
            let actor = company.pipeline(function.team, &mut self.rng);
            let deed = Deed::new("lambda", "DeleteFunction20150331", json!({"functionName": function.name}));
            let home = function.home();
            manage(company, home, &actor, at, &deed, &mut self.rng, &mut self.records);
        }
    }
}
