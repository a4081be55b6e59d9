//! Why a first call of a function is not strange.

use super::book::Book;
use super::names::{is_break_glass, stem};
use super::places::{CallOrigin, place};
use super::tools::{family, is_interactive};
use super::uses::{Known, Principal, Use};
use crate::arn::{account_of, name_of};
use crate::grouped::{Call, Grouped};
use cloudtrail::time::{DAY_MILLIS, HOUR_MILLIS};
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// The excuse of principals that look around: it explains one function, not many at once.
pub(crate) const EXPLORES: &str = "the principal calls functions now and then that it did not call before";

/// Milliseconds in which a function is new: anyone's first call is not strange.
pub(crate) const NEW_FUNCTION: i64 = 7 * DAY_MILLIS;

/// Hours of a day in which a caller calls steadily.
const STEADY: usize = 6;
/// Functions that a role which is rolled out calls from its first day.
const ROLLED_OUT: usize = 5;

/// What a principal did before a moment.
pub(super) struct Past<'a, 'f> {
    principal: &'a Principal<'f>,
    first: i64,
    /// All its calls, by function: of later ones only those of the day that follows are asked about.
    calls: &'a BTreeMap<u32, Vec<&'a Use<'f>>>,
    /// By function: the last day with calls, and how many days had any.
    days: BTreeMap<u32, (i32, usize)>,
    /// Days on which it first called a function that was not new.
    novelty: Vec<i64>,
    /// Days with calls, and the last of them.
    active: usize,
    last: i32,
    places: BTreeSet<CallOrigin>,
    families: BTreeSet<String>,
    /// Ways whose place and tool are entered.
    ways: HashSet<u32>,
    /// True iff its first call was explained; `None` iff there was none to explain.
    began: Option<bool>,
}

impl<'a, 'f> Past<'a, 'f> {
    pub(super) fn new(
        principal: &'a Principal<'f>,
        first: i64,
        calls: &'a BTreeMap<u32, Vec<&'a Use<'f>>>,
    ) -> Past<'a, 'f> {
        Past {
            principal,
            first,
            calls,
            days: BTreeMap::new(),
            novelty: Vec::new(),
            active: 0,
            last: i32::MIN,
            places: BTreeSet::new(),
            families: BTreeSet::new(),
            ways: HashSet::new(),
            began: None,
        }
    }

    pub(super) fn is_first(&self, function: u32) -> bool {
        !self.days.contains_key(&function)
    }

    pub(super) fn is_new(&self, at: i64) -> bool {
        self.first + DAY_MILLIS > at
    }

    pub(super) fn functions(&self) -> usize {
        self.days.len()
    }

    pub(super) fn judged(&mut self, at: i64, explained: bool) {
        if self.is_new(at) {
            // One call that nothing explains is enough.
            self.began = Some(explained && self.began != Some(false));
        }
    }

    pub(super) fn enter_function(&mut self, function: u32, at: i64, old: bool) {
        self.days.insert(function, (i32::MIN, 0));
        if old && !self.is_new(at) && self.novelty.last() != Some(&at.div_euclid(DAY_MILLIS)) {
            self.novelty.push(at.div_euclid(DAY_MILLIS));
        }
    }

    pub(super) fn enter(&mut self, view: &Grouped<'f>, call: &Call<'f>) {
        if self.ways.insert(call.key.way) {
            let way = view.way(call);
            self.places.insert(place(&way, view.settings));
            self.families.insert(family(way.agent));
        }
        if self.last != call.key.day {
            (self.last, self.active) = (call.key.day, self.active + 1);
        }
        if let Some((last, days)) = self.days.get_mut(&call.key.function)
            && *last != call.key.day
        {
            (*last, *days) = (call.key.day, *days + 1);
        }
    }

    /// True iff it calls the function in many hours of the day from that moment on.
    fn is_steady(&self, function: u32, from: i64, hours: usize) -> bool {
        let calls = self.calls.get(&function).map(Vec::as_slice).unwrap_or_default();
        let begin = calls.partition_point(|one| i64::from(one.call.key.day) < from.div_euclid(DAY_MILLIS));
        let day = from.div_euclid(HOUR_MILLIS)..(from + DAY_MILLIS).div_euclid(HOUR_MILLIS);
        let near =
            calls.get(begin..).unwrap_or_default().iter().take_while(|one| one.time() < from + DAY_MILLIS);
        let seen: BTreeSet<i64> = near
            .flat_map(|one| one.call.hours())
            .map(|(hour, _)| hour)
            .filter(|hour| day.contains(hour))
            .collect();
        seen.len() >= hours
    }

    /// Functions that it first called within a day of that moment, with when.
    fn first_near(&self, at: i64) -> impl Iterator<Item = (u32, i64)> + '_ {
        let firsts =
            self.calls.iter().filter_map(|(function, calls)| Some((*function, calls.first()?.time())));
        firsts.filter(move |(_, first)| (at - DAY_MILLIS..at + DAY_MILLIS).contains(first))
    }

    /// True iff the principal calls whatever comes up: new functions on several days, or so many that were called on one day alone
    /// that another one is to be expected within two weeks (Good and Turing's estimate of what was never seen).
    fn is_explorer(&self, at: i64) -> bool {
        let recent = self.novelty.iter().filter(|day| **day >= at.div_euclid(DAY_MILLIS) - 30).count();
        // What it began today makes no habit of today.
        let today = at.div_euclid(DAY_MILLIS);
        let once = self.days.values().filter(|(last, days)| *days == 1 && i64::from(*last) < today).count();
        recent >= 2 || (once >= 2 && once * 15 > self.active)
    }
}

/// Why the first call of this function by the principal is not strange; `None` iff nothing explains it.
pub(super) fn excuse<'f>(
    view: &Grouped<'f>,
    book: &Book<'f>,
    past: &Past<'_, 'f>,
    one: &Use<'f>,
    function: &Known<'f>,
) -> Option<&'static str> {
    let (name, at) = (past.principal.caller.name, one.time());
    let deploys = &book.deploys;
    if is_break_glass(name) {
        return None;
    }
    let way = view.way(&one.call);
    if deploys.is_usual_of(name, way.session, way.address, at) {
        return Some("the principal deploys functions as a habit");
    }
    if deploys.is_granted(function.arn, at) {
        return Some("somebody who deploys granted calls of the function shortly before");
    }
    if deploys.has_just_changed(name, function.arn, at) {
        return Some("the principal had just changed the function, which is judged by itself");
    }
    let own = |run: &String| {
        let region = crate::arn::region_of(function.arn);
        let arn = format!("{}:{run}", prefix(function.arn, region, account_of(name)));
        deploys.is_released(&arn, at, 3 * DAY_MILLIS)
    };
    let runs = view.run_by(name);
    if !is_interactive(&family(way.agent)) && runs.is_some_and(|run| run.iter().any(own)) {
        return Some("the function that runs as this role was released shortly before");
    }
    if past.is_new(at) { of_new(book, past, one, function) } else { of_known(view, past, one) }
}

/// What stands before the name of a function in an ARN like this one.
fn prefix(like: &str, region: &str, account: &str) -> String {
    let partition = like.split(':').nth(1).unwrap_or("aws");
    format!("arn:{partition}:lambda:{region}:{account}:function")
}

fn of_new<'f>(
    book: &Book<'f>,
    past: &Past<'_, 'f>,
    one: &Use<'f>,
    function: &Known<'f>,
) -> Option<&'static str> {
    let (name, at) = (past.principal.caller.name, one.time());
    if book.deploys.is_role_rolled_out(name, at) {
        return Some("somebody who deploys created the role shortly before");
    }
    let (mut all, mut new, mut made) = (0, 0, false);
    for known in past.first_near(at).filter_map(|(function, _)| book.numbered(function)) {
        all += 1;
        if known.first + NEW_FUNCTION > at {
            new += 1;
            made |= book.deploys.is_released(known.arn, at, NEW_FUNCTION);
        }
    }
    if made || new * 2 >= all {
        return Some("the principal came with new functions");
    }
    let began: Vec<u32> = past.first_near(past.first).map(|(function, _)| function).collect();
    let steady = began.iter().filter(|function| past.is_steady(**function, past.first, STEADY)).count();
    if began.len() >= ROLLED_OUT && steady * 2 >= began.len() {
        return Some("the principal called several functions steadily from its first day");
    }
    let stem = stem(name_of(name))?;
    let mut before = book.calls_of(function).take_while(|other| other.time() < at);
    let renamed = before.any(|other| {
        let known = book.principals().get(other.who).map_or("", |known| known.caller.name);
        account_of(known) == account_of(name) && self::stem(name_of(known)) == Some(stem)
    });
    renamed.then_some("a role of the same name, except for its ending, called the function before")
}

fn of_known<'f>(view: &Grouped<'f>, past: &Past<'_, 'f>, one: &Use<'f>) -> Option<&'static str> {
    let at = one.time();
    if past.first + NEW_FUNCTION > at && past.began == Some(true) {
        return Some("the principal came with a new deployment shortly before");
    }
    if past.first + NEW_FUNCTION <= at && past.is_explorer(at) {
        return Some(EXPLORES);
    }
    let way = view.way(&one.call);
    let usual =
        past.places.contains(&place(&way, view.settings)) && past.families.contains(&family(way.agent));
    // As steadily as a caller of old: a release, not a look around.
    (usual && past.is_steady(one.call.key.function, at, STEADY + 2))
        .then_some("the principal calls the function steadily, from where and with what it always calls")
}
