//! INV-03: a principal calls from a network that is new for it.

use super::inv_shared::tell;
use crate::baseline::{
    Book, CallOrigin, Kind, Principal, Session, Use, count, family, incidents, is_break_glass, is_of_people,
    place,
};
use crate::detection::Detection;
use crate::finding::{Finding, Severity};
use crate::grouped::Call;
use crate::view::View;
use cloudtrail::time::DAY_MILLIS;
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// See the module.
pub(super) const DETECTION: Detection = Detection {
    id: "INV-03",
    title: "A principal called from a place that is new for it",
    severity: Severity::Medium,
    attack: &["T1078.004"],
    fields: &["userIdentity", "sourceIPAddress", "vpcEndpointId"],
    page: include_str!("inv_03.md"),
    thresholds: &[],
    find,
};

/// Days that a principal is known before a place is new for it.
const KNOWN: i64 = 7 * DAY_MILLIS;
/// Principals that share a new place: rather the place changed than each of them was stolen.
const MOVED: usize = 4;

/// Principals that call from a place, for it to be one of the organization.
const OFFICE: usize = 3;

/// Places of a role of many people, or of somebody on the road: there a new place must be far from all of them.
const MANY: usize = 3;

/// Days on which a principal calls from a place for it to be there at all, where a machine that never moved is asked about.
const LIVED: usize = 2;

/// Days with calls before it is known that a machine works from one place.
const SETTLED: usize = 10;

/// A call from a new place.
struct Strange<'b, 'f> {
    principal: &'b Principal<'f>,
    call: Call<'f>,
    place: CallOrigin,
    days: usize,
    places: usize,
    /// The program, iff that is new, too.
    with: Option<String>,
}

fn find(view: &View<'_>) -> Vec<Finding> {
    let book = view.book();
    let shared = Shared::of(view, book);
    let mut strange: Vec<Strange<'_, '_>> = Vec::new();
    for (principal, uses) in book.by_principal() {
        if !is_break_glass(principal.caller.name) {
            of_principal(view, book, principal, uses, &shared, &mut strange);
            of_foreign(view, book, principal, uses, &shared, &mut strange);
        }
    }
    strange.sort_by(|one, other| {
        (&one.place, one.call.time(), one.call.key).cmp(&(&other.place, other.call.time(), other.call.key))
    });
    let mut found = Vec::new();
    for of_place in strange.chunk_by(|one, other| one.place == other.place) {
        for incident in incidents(of_place, |one| one.call.time(), DAY_MILLIS) {
            let mut by_principal: BTreeMap<&str, Vec<&Strange<'_, '_>>> = BTreeMap::new();
            for one in incident {
                by_principal.entry(one.principal.caller.name).or_default().push(one);
            }
            if by_principal.len() >= MOVED {
                found.extend(tell_of_all(view, incident, by_principal.len()));
            } else {
                found.extend(by_principal.values().filter_map(|own| tell_of_one(view, book, own)));
            }
        }
    }
    found
}

/// By place: of each principal that called from it the days.
type Callers = BTreeMap<CallOrigin, Vec<BTreeSet<i32>>>;

/// Who calls from where.
#[derive(Default)]
struct Shared {
    /// Roles that run functions: Lambda's own addresses are everybody's, so they make no place one of the organization.
    functions: Callers,
    /// All others.
    rest: Callers,
}

impl Shared {
    fn of(view: &View<'_>, book: &Book<'_>) -> Shared {
        let mut shared = Shared::default();
        for (principal, uses) in book.by_principal() {
            let mut own: BTreeMap<CallOrigin, BTreeSet<i32>> = BTreeMap::new();
            let mut ways = HashSet::new();
            let new = |one: &&Use<'_>| ways.insert((one.call.key.day, one.call.key.way));
            for one in uses.iter().filter(|one| one.kind == Kind::Direct).filter(new) {
                let place = place(&view.way(&one.call), view.settings);
                own.entry(place).or_default().insert(one.call.key.day);
            }
            let runs = view.run_by(principal.caller.name).is_some();
            let all = if runs { &mut shared.functions } else { &mut shared.rest };
            for (place, days) in own {
                all.entry(place).or_default().push(days);
            }
        }
        shared
    }

    /// How many principals called from there on so many days before, as far as they say something of this one.
    fn others(
        &self,
        view: &View<'_>,
        principal: &Principal<'_>,
        place: &CallOrigin,
        day: i32,
        least: usize,
    ) -> usize {
        let before = |callers: &Vec<BTreeSet<i32>>| {
            callers.iter().filter(|days| days.range(..day).take(least).count() >= least).count()
        };
        let of = |all: &Callers| all.get(place).map_or(0, before);
        let runs = view.run_by(principal.caller.name).is_some();
        of(&self.rest) + if runs { of(&self.functions) } else { 0 }
    }
}

fn of_principal<'b, 'f>(
    view: &View<'f>,
    book: &'b Book<'f>,
    principal: &'b Principal<'f>,
    uses: &[Use<'f>],
    shared: &Shared,
    strange: &mut Vec<Strange<'b, 'f>>,
) {
    let direct: Vec<&Use<'f>> = uses.iter().filter(|one| one.kind == Kind::Direct).collect();
    let Some(first) = direct.first().map(|one| one.time()) else { return };
    let (mut near, mut wide) = (Past::default(), Past::default());
    let mut days: BTreeSet<i32> = BTreeSet::new();
    let (mut today, mut ways) = (i32::MIN, HashSet::new());
    for one in direct {
        // The same way on the same day tells nothing new.
        if today != one.call.key.day {
            today = one.call.key.day;
            ways.clear();
        }
        if !ways.insert(one.call.key.way) {
            continue;
        }
        let way = view.way(&one.call);
        let place = place(&way, view.settings);
        let day = one.call.key.day;
        let machine = !is_of_people(principal.caller.name);
        let known = near.has(&place) || place == CallOrigin::Unknown;
        let old = first + KNOWN <= one.time();
        if !known && old && days.len() >= 3 && !view.settings.is_trusted(way.address) {
            let learned = book
                .function(&one.call)
                .is_some_and(|function| book.has_learned(view, function.account, one.time()));
            // Who steals several machines' sessions uses each from the same place, but does not come back with each.
            let settled = machine && near.is_settled(days.len());
            let least = if settled { LIVED } else { 1 };
            let others = shared.others(view, principal, &place, day, least);
            let is_new = if settled {
                true
            } else if near.places.len() >= MANY {
                !wide.has(&place.wide()) && !wide.roams(days.len(), day)
            } else {
                !near.roams(days.len(), day)
            };
            if learned && others < OFFICE && is_new {
                let places = near.places.len();
                strange.push(Strange {
                    principal,
                    call: one.call,
                    place: place.clone(),
                    days: days.len(),
                    places,
                    with: None,
                });
            }
        }
        wide.enter(place.wide(), day, old);
        near.enter(place, day, old);
        days.insert(day);
    }
}

/// Calls from elsewhere with a program that is new for the principal, whether they were carried out or not: even of one that moves.
fn of_foreign<'b, 'f>(
    view: &View<'f>,
    book: &'b Book<'f>,
    principal: &'b Principal<'f>,
    uses: &[Use<'f>],
    shared: &Shared,
    strange: &mut Vec<Strange<'b, 'f>>,
) {
    let (mut ways, mut today, mut days) = (HashSet::new(), i32::MIN, 0);
    let mut places = BTreeSet::new();
    for one in uses.iter().filter(|one| matches!(one.kind, Kind::Direct | Kind::Refused | Kind::Dry)) {
        if today != one.call.key.day {
            (today, days) = (one.call.key.day, days + 1);
            ways.clear();
        }
        if !ways.insert(one.call.key.way) {
            continue;
        }
        let way = view.way(&one.call);
        let place = place(&way, view.settings);
        let learned = book
            .function(&one.call)
            .is_some_and(|function| book.has_learned(view, function.account, one.time()));
        let name = principal.caller.name;
        let session = Session { principal: name, name: way.session };
        let foreign = || book.works.is_foreign(session, &place, way.agent, one.time());
        // An office of many, where one of them was not yet. Who steals several machines' sessions uses them from one place, too.
        let office =
            is_of_people(name) && shared.others(view, principal, &place, one.call.key.day, 1) >= OFFICE;
        if learned && !office && !way.is_url() && !view.settings.is_trusted(way.address) && foreign() {
            let with = Some(family(way.agent));
            let (days, places) = (days - 1, places.len());
            strange.push(Strange { principal, call: one.call, place: place.clone(), days, places, with });
        }
        places.insert(place);
    }
}

/// Places that a principal called from.
#[derive(Default)]
struct Past {
    /// On how many days each was seen, and the last of them.
    places: BTreeMap<CallOrigin, (usize, i32)>,
    /// Days with a new one, after the first week.
    moves: BTreeSet<i32>,
}

impl Past {
    fn has(&self, place: &CallOrigin) -> bool {
        self.places.contains_key(place)
    }

    fn enter(&mut self, place: CallOrigin, day: i32, old: bool) {
        if old && !self.has(&place) {
            self.moves.insert(day);
        }
        let seen = self.places.entry(place).or_insert((0, i32::MIN));
        if seen.1 != day {
            *seen = (seen.0 + 1, day);
        }
    }

    /// True iff it works from one place on nearly all days, and elsewhere on few: single days elsewhere make no habit of moving.
    fn is_settled(&self, days: usize) -> bool {
        let home = self.places.values().map(|(days, _)| *days).max().unwrap_or(0);
        let rare = self.places.values().filter(|(seen, _)| seen * 5 < days);
        let away: usize = rare.map(|(days, _)| *days).sum();
        days >= SETTLED && home * 10 >= days * 9 && away * 5 < days
    }

    /// True iff new places are usual: two new ones in three weeks, or one to be expected within two weeks (Good and Turing's estimate
    /// of what was never seen: as often as what was seen once).
    fn roams(&self, days: usize, day: i32) -> bool {
        let once = self.places.values().filter(|(days, _)| *days == 1).count();
        self.moves.range(day - 21..day).count() >= 2 || (once >= 2 && once * 15 > days)
    }
}

fn tell_of_one<'f>(view: &View<'f>, book: &Book<'f>, own: &[&Strange<'_, 'f>]) -> Option<Finding> {
    let first = own.first()?;
    let from = first.call.time();
    let uses = book.uses_of(first.principal).iter();
    let same = uses.filter(|one| (from..from + DAY_MILLIS).contains(&one.time()));
    let calls: Vec<Call<'f>> = same
        .map(|one| one.call)
        .filter(|call| place(&view.way(call), view.settings) == first.place)
        .collect();
    let with = own.iter().find_map(|one| one.with.as_deref()).filter(|tool| !tool.is_empty());
    let (name, there) = (first.principal.caller.name, first.place.to_words());
    let seen = match with {
        Some(tool) => format!("{name} called from {there} with {tool}. Both are new for it."),
        None => format!("{name} called from {there} for the first time."),
    };
    // People travel and work from home: that alone says little.
    let travels = is_of_people(name) && own.iter().all(|one| one.with.is_none());
    let severity = if travels { Severity::Note } else { DETECTION.severity };
    let normal = format!(
        "On {} with calls before, it called from {}.",
        count(first.days, "day"),
        count(first.places, "other place")
    );
    Some(tell(view, DETECTION.id, severity, first.principal, &calls, seen)?.normally(normal))
}

fn tell_of_all(view: &View<'_>, incident: &[Strange<'_, '_>], principals: usize) -> Option<Finding> {
    let calls: Vec<Call<'_>> = incident.iter().map(|one| one.call).collect();
    let place = incident.first()?.place.to_words();
    let seen = format!("{principals} principals called from {place} for the first time within a day.");
    let normal = "Each of them was known for a week or more, and none had called from there.".to_owned();
    let remark =
        "So many at once: either the exit of a network changed, or several principals are in the same hands.";
    let finding = Finding::of_calls(DETECTION.id, DETECTION.severity, &calls, view, seen)?;
    Some(Finding { function: None, principal: None, ..finding }.normally(normal).remarked(remark))
}
