//! INV-12: the console, or an hour, that is unusual for the principal.

use super::inv_shared::{functions, tell};
use crate::baseline::{Book, Kind, Principal, Use, count, few, incidents, is_break_glass, when};
use crate::detection::{Detection, Threshold};
use crate::finding::{Finding, Severity};
use crate::grouped::Call;
use crate::view::View;
use cloudtrail::time::{DAY_MILLIS, HOUR_MILLIS};
use std::collections::BTreeSet;

/// See the module.
pub(super) const DETECTION: Detection = Detection {
    id: "INV-12",
    title: "A principal called from the console or at an hour that is unusual for it",
    severity: Severity::Low,
    attack: &["T1648", "T1078.004"],
    fields: &["sessionCredentialFromConsole", "eventTime", "userIdentity"],
    page: include_str!("inv_12.md"),
    thresholds: &[Threshold {
        key: "days",
        default: 10.0,
        meaning: "Days with calls of a principal before its hours are known.",
    }],
    find,
};

/// Hours around an hour in which nothing was called before.
const APART: i64 = 3;

/// A call that is unusual, and why.
struct Strange<'u, 'f> {
    one: &'u Use<'f>,
    hour: Option<i64>,
    days: usize,
}

fn find(view: &View<'_>) -> Vec<Finding> {
    let book = view.book();
    let mut found = Vec::new();
    for (principal, uses) in book.by_principal() {
        if is_break_glass(principal.caller.name) || principal.caller.kind == "Root" {
            continue;
        }
        let strange = of_principal(view, book, principal, uses);
        for incident in incidents(&strange, |one| one.one.time(), DAY_MILLIS) {
            found.extend(tell_of(view, book, principal, incident));
        }
    }
    found
}

fn of_principal<'u, 'f>(
    view: &View<'f>,
    book: &Book<'f>,
    principal: &Principal<'f>,
    uses: &'u [Use<'f>],
) -> Vec<Strange<'u, 'f>> {
    let least = usize::try_from(super::inv_shared::whole(view, DETECTION.id, "days")).unwrap_or(usize::MAX);
    let direct: Vec<&Use<'f>> = uses.iter().filter(|one| one.kind == Kind::Direct).collect();
    if !direct.iter().any(|one| !view.way(&one.call).console.is_empty()) {
        return Vec::new();
    }
    let mut strange = Vec::new();
    let (mut days, mut hours, mut console) = (BTreeSet::new(), BTreeSet::new(), false);
    for of_day in direct.chunk_by(|one, other| one.call.key.day == other.call.key.day) {
        for one in of_day {
            let way = view.way(&one.call);
            let known = book.function(&one.call);
            let learned = known.is_some_and(|known| book.has_learned(view, known.account, one.time()));
            if way.console.is_empty() || !learned || days.len() < least {
                continue;
            }
            let odd = one.call.hours().map(|(hour, _)| hour).find(|hour| is_apart(&hours, *hour));
            let never = !console && !book.deploys.is_usual(principal.caller.name, one.time());
            if never || odd.is_some() {
                strange.push(Strange { one, hour: odd.filter(|_| console), days: days.len() });
            }
        }
        for one in of_day {
            days.insert(one.call.key.day);
            hours.extend(one.call.hours().map(|(hour, _)| hour.rem_euclid(24)));
            console |= !view.way(&one.call).console.is_empty();
        }
    }
    strange
}

/// True iff nothing was ever called within some hours of that hour of the day.
fn is_apart(hours: &BTreeSet<i64>, hour: i64) -> bool {
    (-APART..=APART).all(|near| !hours.contains(&(hour + near).rem_euclid(24)))
}

fn tell_of<'f>(
    view: &View<'f>,
    book: &Book<'f>,
    principal: &Principal<'f>,
    incident: &[Strange<'_, 'f>],
) -> Option<Finding> {
    let first = incident.first()?;
    let calls: Vec<Call<'f>> = incident.iter().map(|one| one.one.call).collect();
    let names = few(functions(book, &calls));
    let (name, days) = (principal.caller.name, count(first.days, "day"));
    let (seen, normal) = match first.hour {
        Some(hour) => (
            format!("{name} called {names} from the console in the hour from {}.", when(hour * HOUR_MILLIS)),
            format!(
                "On {days} with calls before, it called nothing within {APART} hours of that hour of the day."
            ),
        ),
        None => (
            format!("{name} called {names} from a session of the console."),
            format!("On {days} with calls before, it never called from the console."),
        ),
    };
    Some(tell(view, DETECTION.id, DETECTION.severity, principal, &calls, seen)?.normally(normal))
}
