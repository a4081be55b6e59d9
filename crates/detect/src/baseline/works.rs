//! Where and with what each principal works, as its calls and its changes show. One that works from places of its own with programs of its
//! own is strange with another program from another place, however often it moved: who takes a session takes neither with it.

use super::habit::{person, person_of};
use super::places::{CallOrigin, of_address, place};
use super::tools::family;
use super::uses::{Kind, Use};
use crate::change::Change;
use crate::grouped::Grouped;
use cloudtrail::time::DAY_MILLIS;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// Days with calls or changes before it is known where a principal works.
const ACTIVE: usize = 5;
/// Days since the first of them.
const KNOWN: i64 = 7;
/// A place of its own is one that it was seen at on one day of so many.
const OWN: usize = 5;
/// Days on which it was seen elsewhere with another program, after which that is a place of its own, too.
const SETTLED: usize = 2;
/// Days at one place after which it is one of its own, however often it was at others.
const LONG: usize = 10;

/// Where a principal was seen, and with what.
#[derive(Debug, Default)]
struct Whereabouts {
    /// All days, in order.
    days: Vec<i64>,
    /// By place and program, the days, in order.
    pairs: BTreeMap<(u32, u32), Vec<i64>>,
    /// Places that it came to late, and was at on few days, though it has others where it works.
    away: BTreeSet<u32>,
}

/// A principal in a session.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Session<'a> {
    /// The name of the principal.
    pub(crate) principal: &'a str,
    /// The name of the session.
    pub(crate) name: &'a str,
}

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Works<'f> {
    /// By principal; of a role that people share, by person.
    by: HashMap<&'f str, HashMap<&'f str, Whereabouts>>,
    /// By principal: the first day of all.
    first: HashMap<&'f str, i64>,
    places: HashMap<CallOrigin, u32>,
    tools: HashMap<String, u32>,
    /// Changes from elsewhere with another program.
    foreign: HashSet<&'f str>,
}

impl<'a> Session<'a> {
    fn of(change: &'a Change) -> Session<'a> {
        Session { principal: &change.who.name, name: &change.who.session }
    }
}

impl<'f> Works<'f> {
    pub(super) fn of(view: &Grouped<'f>, uses: &[Use<'f>]) -> Works<'f> {
        let mut works = Works::default();
        let mut entries: BTreeSet<((&'f str, &'f str), i64, u32, u32)> = BTreeSet::new();
        let mut ways: HashMap<u32, Option<(u32, u32)>> = HashMap::new();
        for one in uses.iter().filter(|one| matches!(one.kind, Kind::Direct | Kind::Refused | Kind::Dry)) {
            let way = view.way(&one.call);
            let pair = *ways
                .entry(one.call.key.way)
                .or_insert_with(|| works.pair(place(&way, view.settings), family(way.agent)));
            if let Some((place, tool)) = pair {
                let name = view.caller(&one.call).name;
                let who = (name, person_of(name, way.session).unwrap_or_default());
                entries.insert((who, i64::from(one.call.key.day), place, tool));
            }
        }
        for change in view.changes().iter().copied().filter(|change| change.who.service.is_empty()) {
            let place = of_address(&change.address, view.settings);
            if let Some((place, tool)) = works.pair(place, family(&change.agent)) {
                let who = (change.who.name.as_str(), person(&change.who).unwrap_or_default());
                entries.insert((who, change.time.div_euclid(DAY_MILLIS), place, tool));
            }
        }
        for (who, day, place, tool) in entries {
            let first = works.first.entry(who.0).or_insert(day);
            *first = day.min(*first);
            let known = works.by.entry(who.0).or_default().entry(who.1).or_default();
            if known.days.last() != Some(&day) {
                known.days.push(day);
            }
            known.pairs.entry((place, tool)).or_default().push(day);
        }
        let all = works.by.values_mut().flat_map(HashMap::values_mut);
        all.for_each(|one| one.away = one.far_places());
        let foreign = view.changes().iter().copied().filter(|change| works.is_change_foreign(view, change));
        works.foreign = foreign.map(|change| change.id.as_str()).collect();
        works
    }

    /// The numbers of a place and a program; `None` for AWS itself and for places that are not told.
    fn pair(&mut self, place: CallOrigin, tool: String) -> Option<(u32, u32)> {
        if place == CallOrigin::Unknown {
            return None;
        }
        let next = u32::try_from(self.places.len()).unwrap_or(u32::MAX);
        let place = *self.places.entry(place).or_insert(next);
        let next = u32::try_from(self.tools.len()).unwrap_or(u32::MAX);
        Some((place, *self.tools.entry(tool).or_insert(next)))
    }

    fn is_change_foreign(&self, view: &Grouped<'_>, change: &Change) -> bool {
        let place = of_address(&change.address, view.settings);
        let told = change.who.service.is_empty() && !view.settings.is_trusted(&change.address);
        told && self.is_foreign(Session::of(change), &place, &change.agent, change.time)
    }

    /// True iff whoever made the change works elsewhere and with other programs.
    pub(crate) fn has_foreign(&self, change: &Change) -> bool {
        self.foreign.contains(change.id.as_str())
    }

    /// True iff whoever made the change has places of its own and this is none of them, in all records: what somebody did on some days from
    /// elsewhere under its name is no habit.
    pub(crate) fn is_away(&self, view: &Grouped<'_>, change: &Change) -> bool {
        let place = self.places.get(&of_address(&change.address, view.settings));
        let known = self.whereabouts(Session::of(change));
        let far = known.zip(place).is_some_and(|(known, place)| known.away.contains(place));
        far && !view.settings.is_trusted(&change.address)
    }

    fn whereabouts(&self, who: Session<'_>) -> Option<&Whereabouts> {
        self.by.get(who.principal)?.get(person_of(who.principal, who.name).unwrap_or_default())
    }

    /// True iff the principal called or changed anything on a day before.
    pub(crate) fn was_seen(&self, name: &str, at: i64) -> bool {
        self.first.get(name).is_some_and(|first| *first < at.div_euclid(DAY_MILLIS))
    }

    /// True iff the principal was there with that program on days before.
    pub(crate) fn is_usual(&self, who: Session<'_>, place: &CallOrigin, agent: &str, at: i64) -> bool {
        let (place, tool) = (self.places.get(place), self.tools.get(&family(agent)));
        let (Some(known), Some(place), Some(tool)) = (self.whereabouts(who), place, tool) else {
            return false;
        };
        let days = known.pairs.get(&(*place, *tool)).map(Vec::as_slice).unwrap_or_default();
        days.partition_point(|one| *one < at.div_euclid(DAY_MILLIS)) >= ACTIVE
    }

    /// True iff the principal has places of its own, and this is none of them, and the program is none that it uses there.
    pub(crate) fn is_foreign(&self, who: Session<'_>, place: &CallOrigin, agent: &str, at: i64) -> bool {
        let Some(known) = self.whereabouts(who) else { return false };
        let (Some(place), Some(tool)) = (self.places.get(place), self.tools.get(&family(agent))) else {
            return false;
        };
        known.is_foreign(*place, *tool, at.div_euclid(DAY_MILLIS))
    }
}

impl Whereabouts {
    /// See [`Whereabouts::away`].
    fn far_places(&self) -> BTreeSet<u32> {
        let mut places: BTreeMap<u32, BTreeSet<i64>> = BTreeMap::new();
        for ((place, _), days) in &self.pairs {
            places.entry(*place).or_default().extend(days);
        }
        let (Some(first), Some(known)) = (self.days.first(), self.days.get(ACTIVE)) else {
            return BTreeSet::new();
        };
        let known = (*known).max(first + KNOWN);
        let is_own =
            |days: &BTreeSet<i64>| days.len() >= LONG || days.first().is_some_and(|day| *day < known);
        let (own, mut far): (BTreeMap<_, _>, BTreeMap<_, _>) =
            places.into_iter().partition(|(_, days)| is_own(days));
        let at_home: BTreeSet<i64> = own.into_values().flatten().collect();
        far.retain(|_, days| {
            let others = || self.days.iter().filter(|day| !days.contains(day));
            let home = others().filter(|day| at_home.contains(day)).count();
            // Whoever is everywhere is nowhere away.
            home >= ACTIVE && home * 10 >= others().count() * 8
        });
        far.into_keys().collect()
    }

    /// As [`Works::is_foreign`], by what was before that day.
    fn is_foreign(&self, place: u32, tool: u32, day: i64) -> bool {
        let before = |days: &Vec<i64>| days.partition_point(|one| *one < day);
        let active = before(&self.days);
        let known = active >= ACTIVE && self.days.first().is_some_and(|first| first + KNOWN <= day);
        if !known || self.pairs.get(&(place, tool)).is_some_and(|days| before(days) >= SETTLED) {
            return false;
        }
        let mut places: BTreeMap<u32, BTreeSet<i64>> = BTreeMap::new();
        for ((place, _), days) in &self.pairs {
            places.entry(*place).or_default().extend(days.iter().take_while(|one| **one < day));
        }
        places.retain(|_, days| days.len() >= 2 && days.len() * OWN >= active);
        let at_home: BTreeSet<i64> = places.values().flatten().copied().collect();
        if at_home.len() * 10 < active * 8 || places.contains_key(&place) {
            return false;
        }
        let had = |days: &Vec<i64>| before(days) > 0;
        let own: BTreeSet<u32> = self
            .pairs
            .iter()
            .filter(|((place, _), days)| places.contains_key(place) && had(days))
            .map(|((_, tool), _)| *tool)
            .collect();
        let visited = self.pairs.iter().any(|((other, tool), days)| {
            // On the road with its own program.
            *other == place && own.contains(tool) && had(days)
        });
        !own.contains(&tool) && !visited
    }
}

#[cfg(test)]
mod tests {
    use super::Whereabouts;
    use std::collections::BTreeSet;

    fn work(pairs: &[((u32, u32), &[i64])]) -> Whereabouts {
        let pairs: std::collections::BTreeMap<_, _> =
            pairs.iter().map(|(pair, days)| (*pair, days.to_vec())).collect();
        let mut days: Vec<i64> = pairs.values().flatten().copied().collect();
        days.sort_unstable();
        days.dedup();
        Whereabouts { days, pairs, away: BTreeSet::new() }
    }

    #[test]
    fn another_place_and_another_program_are_strange_together() {
        let all: Vec<i64> = (0..20).collect();
        let home = work(&[((1, 1), &all), ((2, 2), &[4, 9]), ((3, 3), &[6]), ((4, 1), &[8])]);
        assert!(home.is_foreign(9, 9, 15), "both are new");
        assert!(home.is_foreign(3, 3, 15), "what was strange once makes no habit");
        assert!(!home.is_foreign(2, 2, 15) && home.is_foreign(2, 2, 9), "twice is");
        assert!(!home.is_foreign(9, 1, 15), "on the road with its own program");
        assert!(!home.is_foreign(1, 9, 15), "a new program at home");
        assert!(!home.is_foreign(4, 9, 15), "a new program where it was with its own");
        assert!(!home.is_foreign(9, 9, 4), "not known yet");
    }

    #[test]
    fn few_days_at_a_place_make_it_none_of_its_own() {
        let all: Vec<i64> = (0..30).collect();
        let away = |days: &[i64]| work(&[((1, 1), &all), ((2, 1), days)]).far_places();
        assert_eq!(away(&[20, 21, 22]), BTreeSet::from([2]));
        assert_eq!(away(&all[20..29]), BTreeSet::from([2]));
        assert_eq!(away(&all[20..30]), BTreeSet::new(), "it moved");
        assert_eq!(away(&[5, 20, 21]), BTreeSet::new(), "it was there from the beginning");
        let everywhere: Vec<[i64; 1]> = (0..20).map(|day| [day]).collect();
        let pairs: Vec<((u32, u32), &[i64])> =
            everywhere.iter().map(|day| ((day[0] as u32, 1), day.as_slice())).collect();
        assert_eq!(work(&pairs).far_places(), BTreeSet::new());
    }

    #[test]
    fn whoever_is_everywhere_is_nowhere_strange() {
        let days: Vec<[i64; 1]> = (0..20).map(|day| [day]).collect();
        let pairs: Vec<((u32, u32), &[i64])> =
            days.iter().map(|day| ((day[0] as u32, 1), day.as_slice())).collect();
        assert!(!work(&pairs).is_foreign(99, 99, 19));
    }
}
