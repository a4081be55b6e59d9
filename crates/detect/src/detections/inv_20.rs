//! INV-20: a person does several things on one day that are each rare for that person.

use super::inv_shared::{functions, whole};
use crate::baseline::habit::person_of;
use crate::baseline::{
    Book, CallOrigin, Kind, NEW_FUNCTION, Use, count, family, few, is_break_glass, of_address, place, when,
};
use crate::change::Change;
use crate::detection::{Detection, Threshold};
use crate::finding::{Finding, Proof, Severity};
use crate::grouped::Call;
use crate::view::View;
use cloudtrail::time::{DAY_MILLIS, HOUR_MILLIS};
use std::collections::{BTreeMap, BTreeSet};

/// See the module.
pub(super) const DETECTION: Detection = Detection {
    id: "INV-20",
    title: "A person did several things on one day that are new for that person",
    severity: Severity::Low,
    attack: &["T1078.004", "T1648"],
    fields: &["userIdentity.arn", "sourceIPAddress", "userAgent", "resources.ARN", "eventName", "eventTime"],
    page: include_str!("inv_20.md"),
    thresholds: &[
        Threshold {
            key: "days",
            default: 5.0,
            meaning: "Days with calls or changes of a person before anything is new for that person.",
        },
        Threshold {
            key: "rarity",
            default: 300.0,
            meaning: "What is new must come together on at most one day in so many, as the person's own past has it.",
        },
    ],
    find,
};

/// Days since the first of a person before it is known what is new.
const KNOWN: i64 = 7;
/// Hours around an hour in which the person did nothing before.
const APART: i64 = 3;
/// Principals that call from a place, for it to be one of the organization.
const OFFICE: usize = 3;

/// A side of what a person does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Side {
    Function,
    Place,
    Program,
    Hour,
    Change,
}

impl Side {
    const ALL: [Side; 5] = [Side::Function, Side::Place, Side::Program, Side::Hour, Side::Change];

    fn words(self) -> &'static str {
        match self {
            Side::Function => "a function that the person never called",
            Side::Place => "a network that the person never worked from",
            Side::Program => "a program that the person never used",
            Side::Hour => "an hour at which the person never worked",
            Side::Change => "a kind of change that the person never made",
        }
    }
}

/// One thing that a person did.
enum Deed<'u, 'f> {
    Called(&'u Use<'f>),
    Changed(&'f Change),
}

impl Deed<'_, '_> {
    fn time(&self) -> i64 {
        match self {
            Deed::Called(one) => one.time(),
            Deed::Changed(change) => change.time,
        }
    }
}

/// What was known of a person before a day.
#[derive(Default)]
struct Past<'f> {
    first: Option<i64>,
    days: u64,
    /// Days on which a side could have been new.
    judged: u64,
    /// By side the days on which it was.
    novel: BTreeMap<Side, u64>,
    functions: BTreeSet<u32>,
    places: BTreeSet<CallOrigin>,
    programs: BTreeSet<String>,
    hours: BTreeSet<i64>,
    changes: BTreeSet<&'f str>,
}

impl Past<'_> {
    /// One day in how many is new on that side, by Laplace's rule of succession.
    fn rarity(&self, side: Side) -> u64 {
        (self.judged + 2) / (self.novel.get(&side).copied().unwrap_or(0) + 1)
    }
}

fn find(view: &View<'_>) -> Vec<Finding> {
    let book = view.book();
    let offices = offices(view, book);
    let mut found = Vec::new();
    for (person, mut deeds) in by_person(view, book) {
        deeds.sort_by_key(Deed::time);
        let mut past = Past::default();
        for day in deeds
            .chunk_by(|one, other| one.time().div_euclid(DAY_MILLIS) == other.time().div_euclid(DAY_MILLIS))
        {
            found.extend(of_day(view, book, person, day, &mut past, &offices));
        }
    }
    found
}

/// Somebody who uses a role.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Person<'f> {
    role: &'f str,
    /// The name of the session.
    name: &'f str,
}

type Deeds<'u, 'f> = BTreeMap<Person<'f>, Vec<Deed<'u, 'f>>>;

/// What each person did.
fn by_person<'u, 'f>(view: &View<'f>, book: &'u Book<'f>) -> Deeds<'u, 'f> {
    let mut all = Deeds::new();
    for (principal, uses) in book.by_principal() {
        let name = principal.caller.name;
        if is_break_glass(name) {
            continue;
        }
        for one in uses.iter().filter(|one| matches!(one.kind, Kind::Direct | Kind::Refused | Kind::Dry)) {
            if let Some(person) = person_of(name, view.way(&one.call).session) {
                all.entry(Person { role: name, name: person }).or_default().push(Deed::Called(one));
            }
        }
    }
    for change in view.changes().iter().copied().filter(|change| change.who.service.is_empty()) {
        let known = person_of(&change.who.name, &change.who.session);
        if let Some(person) = known.filter(|_| !is_break_glass(&change.who.name)) {
            let person = Person { role: &change.who.name, name: person };
            all.entry(person).or_default().push(Deed::Changed(change));
        }
    }
    all
}

/// By place: the first day of each principal that calls from there, in order.
fn offices(view: &View<'_>, book: &Book<'_>) -> BTreeMap<CallOrigin, Vec<i64>> {
    let mut all: BTreeMap<CallOrigin, Vec<i64>> = BTreeMap::new();
    for (_, uses) in book.by_principal() {
        let mut own: BTreeMap<CallOrigin, i64> = BTreeMap::new();
        for one in uses.iter().filter(|one| one.kind == Kind::Direct) {
            own.entry(place(&view.way(&one.call), view.settings))
                .or_insert(one.time().div_euclid(DAY_MILLIS));
        }
        own.into_iter().for_each(|(place, day)| all.entry(place).or_default().push(day));
    }
    all.values_mut().for_each(|days| days.sort_unstable());
    all
}

/// What is new on a day, and on which calls and changes that rests.
#[derive(Default)]
struct Today<'f> {
    sides: BTreeSet<Side>,
    /// True iff the account of any of it was known for long enough.
    learned: bool,
    calls: Vec<Call<'f>>,
    changes: Vec<&'f Change>,
}

fn of_day<'f>(
    view: &View<'f>,
    book: &Book<'f>,
    person: Person<'f>,
    day: &[Deed<'_, 'f>],
    past: &mut Past<'f>,
    offices: &BTreeMap<CallOrigin, Vec<i64>>,
) -> Option<Finding> {
    let number = day.first()?.time().div_euclid(DAY_MILLIS);
    let least = whole(view, DETECTION.id, "days");
    let known = past.days >= least && past.first.is_some_and(|first| first + KNOWN <= number);
    let mut today = Today::default();
    if known {
        day.iter().for_each(|deed| judge(view, book, deed, past, offices, &mut today));
    }
    let rarity = today.sides.iter().fold(1_u64, |all, side| all.saturating_mul(past.rarity(*side)));
    let found = (today.learned && today.sides.len() >= 2 && rarity >= whole(view, DETECTION.id, "rarity"))
        .then(|| tell_of(view, book, person, past, &today))
        .flatten();
    learn(view, day, past);
    past.first = past.first.or(Some(number));
    past.days += 1;
    if known {
        past.judged += 1;
        for side in Side::ALL.iter().filter(|side| today.sides.contains(side)) {
            *past.novel.entry(*side).or_default() += 1;
        }
    }
    found
}

fn judge<'f>(
    view: &View<'f>,
    book: &Book<'f>,
    deed: &Deed<'_, 'f>,
    past: &Past<'f>,
    offices: &BTreeMap<CallOrigin, Vec<i64>>,
    today: &mut Today<'f>,
) {
    let mut sides = BTreeSet::new();
    let (from, agent, address, account) = match deed {
        Deed::Called(one) => {
            let way = view.way(&one.call);
            let function = book.function(&one.call);
            let old = function.is_some_and(|known| known.first + NEW_FUNCTION <= one.time());
            if old && !past.functions.contains(&one.call.key.function) {
                sides.insert(Side::Function);
            }
            let account = function.map_or("", |known| known.account);
            (place(&way, view.settings), way.agent, way.address, account)
        }
        Deed::Changed(change) => {
            if !past.changes.contains(change.name.as_str()) {
                sides.insert(Side::Change);
            }
            let from = of_address(&change.address, view.settings);
            (from, change.agent.as_str(), change.address.as_str(), change.account.as_str())
        }
    };
    // What is new before is counted, too: else the person would seem to be steadier than it is.
    today.learned |= view.has_learned(account, deed.time());
    let day = deed.time().div_euclid(DAY_MILLIS);
    let office = offices.get(&from).is_some_and(|days| days.partition_point(|one| *one < day) >= OFFICE);
    let told = from != CallOrigin::Unknown && !office && !view.settings.is_trusted(address);
    if told && !past.places.contains(&from) {
        sides.insert(Side::Place);
    }
    if !past.programs.contains(&family(agent)) {
        sides.insert(Side::Program);
    }
    let hour = deed.time().div_euclid(HOUR_MILLIS);
    if (-APART..=APART).all(|near| !past.hours.contains(&(hour + near).rem_euclid(24))) {
        sides.insert(Side::Hour);
    }
    if !sides.is_empty() {
        match deed {
            Deed::Called(one) => today.calls.push(one.call),
            Deed::Changed(change) => today.changes.push(change),
        }
    }
    today.sides.append(&mut sides);
}

fn learn<'f>(view: &View<'f>, day: &[Deed<'_, 'f>], past: &mut Past<'f>) {
    for deed in day {
        past.hours.insert(deed.time().div_euclid(HOUR_MILLIS).rem_euclid(24));
        let (from, agent) = match deed {
            Deed::Called(one) => {
                past.functions.insert(one.call.key.function);
                past.hours.extend(one.call.hours().map(|(hour, _)| hour.rem_euclid(24)));
                let way = view.way(&one.call);
                (place(&way, view.settings), way.agent)
            }
            Deed::Changed(change) => {
                past.changes.insert(&change.name);
                (of_address(&change.address, view.settings), change.agent.as_str())
            }
        };
        past.places.insert(from);
        past.programs.insert(family(agent));
    }
}

fn tell_of<'f>(
    view: &View<'f>,
    book: &Book<'f>,
    person: Person<'_>,
    past: &Past<'_>,
    today: &Today<'f>,
) -> Option<Finding> {
    let words: Vec<&str> = today.sides.iter().map(|side| side.words()).collect();
    let names = functions(book, &today.calls);
    let what = if names.is_empty() { String::new() } else { format!(" The calls were of {}.", few(names)) };
    let begin = today.calls.iter().map(Call::time).chain(today.changes.iter().map(|one| one.time)).min()?;
    let seen = format!("On one day, {} showed {}.{what}", person.name, words.join(", and "));
    let changes = today.changes.iter().map(|change| Proof::from(*change));
    let finding = match Finding::of_calls(DETECTION.id, DETECTION.severity, &today.calls, view, seen.clone())
    {
        Some(finding) => finding.with_proofs(changes),
        None => Finding::of_change(DETECTION.id, DETECTION.severity, today.changes.first()?, seen)
            .with_proofs(changes),
    };
    let days = usize::try_from(past.days).unwrap_or(usize::MAX);
    let normal = format!(
        "On {} with calls or changes before {}, this person showed none of it, or rarely something new.",
        count(days, "day"),
        when(begin)
    );
    Some(Finding { principal: Some(person.role.to_owned()), ..finding }.normally(normal))
}
