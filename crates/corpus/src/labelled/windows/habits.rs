//! More that is new and no attack: people who begin and travel, repairs by hand, an outage, a campaign, a new partner.

use super::Windows;
use crate::labelled::actor::{Actor, Kind, command_line, program};
use crate::labelled::changes::{code, permission};
use crate::labelled::company::{Function, Trigger};
use crate::labelled::drawn::{refs, whole};
use crate::labelled::names;
use crate::labelled::networks::host;
use crate::labelled::ordinary::browser;
use crate::labelled::record::{Deed, FAULT, How, manage};
use crate::labelled::stage::usual;
use serde_json::json;

impl<'a> Windows<'a> {
    pub(super) fn habits(&mut self) {
        for _ in 0..4 {
            self.newcomer();
            self.traveller();
        }
        self.hotfix();
        self.rollback();
        self.outage();
        self.campaign();
        self.new_partner();
    }

    /// Functions of `team` that programs or people may call on `day`.
    fn of_team(&self, team: usize, day: i64) -> Vec<&'a Function> {
        let company = self.company;
        let fit = |one: &&Function| {
            one.team == team && company.is_there(one, day) && one.trigger != Trigger::Dormant
        };
        company.functions.iter().filter(fit).collect()
    }

    /// Somebody begins in a team, and tries its functions on some days.
    fn newcomer(&mut self) {
        let (company, day) = (self.company, self.day());
        let team = self.rng.index(company.teams.len() - 1);
        let like = &company.teams[team].people[0];
        let name = company.style.person(&names::person(&mut self.rng));
        let address = host(self.rng.pick(&refs(&company.networks.office)), &mut self.rng);
        let actor = like.with_session(name).from(&address, &command_line(&mut self.rng));
        let mine = self.of_team(team, day);
        let (mut from, mut until) = (i64::MAX, 0);
        for next in day..company.days - 1 {
            let at = company.clock.at_work(company.day(next), &mut self.rng);
            if !company.clock.is_working_day(at) || self.rng.permille(500) {
                continue;
            }
            (from, until) = (from.min(at), until.max(at));
            let Some(function) = mine.get(self.rng.index(mine.len().min(3))) else { continue };
            self.call(function, &actor, at, &usual(function));
        }
        if until > 0 {
            self.note("newcomer", false, from, until, &[&actor]);
        }
    }

    /// Somebody works from a hotel for some days.
    fn traveller(&mut self) {
        let (company, day) = (self.company, self.day());
        let team = self.rng.index(company.teams.len() - 1);
        let people = &company.teams[team].people;
        let network = self.rng.pick(&refs(&company.networks.homes)).to_owned();
        let address = host(&network, &mut self.rng);
        let person = &people[self.rng.index(people.len())];
        let actor = person.from(&address, &person.agent);
        let mine = self.of_team(team, day);
        for next in 0..3 {
            let at = company.clock.at_work(company.day(day + next), &mut self.rng);
            let Some(function) = mine.get(self.rng.index(mine.len().min(4))) else { continue };
            self.call(function, &actor, at, &usual(function));
        }
        self.note("travel", false, company.day(day), company.day(day + 3), &[&actor]);
    }

    /// Somebody on call repairs production by hand.
    fn hotfix(&mut self) {
        let (company, day) = (self.company, self.day());
        let function = self.some(day);
        let crew = &company.teams[function.team];
        let actor = crew.people[0].clone();
        let at = company.clock.at_night(company.day(day), &mut self.rng);
        let (request, response) = code(function, &mut self.rng);
        let deed = Deed::new("lambda", "UpdateFunctionCode20150331v2", request).answered(response);
        let home = function.home();
        manage(company, home, &actor, at, &deed, &mut self.rng, &mut self.records);
        self.call(function, &actor, at + 90, &How::plain());
        self.note("hotfix by hand", true, at - 600, at + 3600, &[&actor]);
    }

    /// The pipeline goes back to the version before, and tries it.
    fn rollback(&mut self) {
        let (company, day) = (self.company, self.day());
        let Some(function) = company.functions.iter().find(|one| one.version > 3 && one.born == 0) else {
            return;
        };
        let actor = company.pipeline(function.team, &mut self.rng);
        let at = company.clock.at_work(company.day(day), &mut self.rng);
        let old = (function.version - 1).to_string();
        let request = json!({"functionName": function.name, "name": function.alias, "functionVersion": old});
        let deed = Deed::new("lambda", "UpdateAlias20150331", request);
        let home = function.home();
        manage(company, home, &actor, at, &deed, &mut self.rng, &mut self.records);
        let how = How { qualifier: &old, version: function.version - 1, ..How::plain() };
        self.call(function, &actor, at + 20, &how);
        self.note("rollback", false, at, at + 3600, &[&actor]);
    }

    /// What a function needs is down for an hour.
    fn outage(&mut self) {
        let (company, day) = (self.company, self.day());
        let direct = |one: &&Function| one.trigger == Trigger::Direct && one.born == 0;
        let Some(function) = company.functions.iter().filter(direct).nth(1) else { return };
        let begin = company.clock.at_work(company.day(day), &mut self.rng);
        let actor = company.backend(function, &mut self.rng);
        for _ in 0..150 {
            let at = begin + whole(&mut self.rng, 3600);
            let how = How { error: Some(FAULT), ..usual(function) };
            self.call(function, &actor, at, &how);
        }
        self.note("outage", true, begin - 60, begin + 3660, &[&actor]);
    }

    /// A campaign brings people to a public URL for a day.
    fn campaign(&mut self) {
        let (company, day) = (self.company, self.day());
        let Some(function) = company.functions.iter().find(|one| one.trigger == Trigger::Url) else { return };
        for _ in 0..900 {
            let Some(at) = company.clock.moment(company.day(day), true, &mut self.rng) else { continue };
            let actor = browser(company, &mut self.rng);
            self.call(function, &actor, at, &How { url: true, ..usual(function) });
        }
        let nobody = Actor::new(Kind::Anonymous, "", "", "", "");
        self.note("campaign", false, company.day(day), company.day(day + 1), &[&nobody]);
    }

    /// One of the partners is let in to another function, by the pipeline.
    fn new_partner(&mut self) {
        let (company, day) = (self.company, self.day());
        let function = self.some(day);
        let partner = company.partners[0].clone();
        let actor = company.pipeline(function.team, &mut self.rng);
        let mut at = company.clock.at_work(company.day(day), &mut self.rng);
        let principal = format!("arn:aws:iam::{}:root", partner.account);
        let deed = permission(function, &principal, None, &mut self.rng);
        let home = function.home();
        manage(company, home, &actor, at, &deed, &mut self.rng, &mut self.records);
        let (begin, agent) = (at, program(&mut self.rng));
        while at < company.day(company.days - 1) {
            at += 3000 + whole(&mut self.rng, 20_000);
            let partner = partner.from(&partner.address, &agent);
            self.call(function, &partner, at, &usual(function));
        }
        self.note("known partner at another function", false, begin, at, &[&actor, &partner]);
    }
}
