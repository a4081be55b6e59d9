//! INV-11: root, or a key that lasts, calls.

use super::inv_shared::{functions, tell};
use crate::baseline::{
    Book, CallOrigin, Kind, NEW_FUNCTION, Use, family, few, incidents, is_break_glass, place,
};
use crate::detection::Detection;
use crate::finding::{Finding, Severity};
use crate::grouped::Call;
use crate::view::View;
use cloudtrail::time::DAY_MILLIS;
use std::collections::{BTreeMap, BTreeSet};

/// See the module.
pub(super) const DETECTION: Detection = Detection {
    id: "INV-11",
    title: "Root, or a user with a lasting key, called a function, which is not its habit",
    severity: Severity::Medium,
    attack: &["T1078.004"],
    fields: &["userIdentity.type", "userIdentity.accessKeyId"],
    page: include_str!("inv_11.md"),
    thresholds: &[],
    find,
};

/// Days without a call after which a habit is over.
const OVER: i32 = 30;
/// Days with calls after which a key is used as a habit, also in a way that is new in part.
const HABIT: usize = 5;
/// Days with calls in one way after which even root is used as a habit.
const ROOT_HABIT: usize = 10;

/// Days with calls.
#[derive(Default)]
struct Days {
    all: BTreeSet<i32>,
    /// The same by place and program: two days that were strange make no habit of what comes from elsewhere with another program.
    ways: BTreeMap<(CallOrigin, String), BTreeSet<i32>>,
}

impl Days {
    fn of(view: &View<'_>, uses: &[&Use<'_>]) -> Days {
        let mut days = Days::default();
        for one in uses {
            days.all.insert(one.call.key.day);
            days.ways.entry(manner(view, one)).or_default().insert(one.call.key.day);
        }
        days
    }
}

impl Days {
    /// Days before with calls in the same way.
    fn alike(&self, view: &View<'_>, one: &Use<'_>) -> usize {
        let days = self.ways.get(&manner(view, one));
        days.map_or(0, |days| days.range(..one.call.key.day).count())
    }

    /// True iff calls before came from the same place or with the same program: five days that were strange, each in a way of its own,
    /// make no habit of a sixth.
    fn is_akin(&self, view: &View<'_>, one: &Use<'_>) -> bool {
        let (place, program) = manner(view, one);
        let before = |days: &BTreeSet<i32>| days.range(..one.call.key.day).next().is_some();
        self.ways.iter().any(|((at, with), days)| (*at == place || *with == program) && before(days))
    }
}

fn manner(view: &View<'_>, one: &Use<'_>) -> (CallOrigin, String) {
    let way = view.way(&one.call);
    (place(&way, view.settings), family(way.agent))
}

fn find(view: &View<'_>) -> Vec<Finding> {
    let book = view.book();
    let mut found = Vec::new();
    for (principal, uses) in book.by_principal() {
        let root = principal.caller.kind == "Root";
        let calls = uses.iter().filter(|one| matches!(one.kind, Kind::Direct | Kind::Dry));
        let lasting: Vec<&Use<'_>> =
            calls.filter(|one| root || !view.way(&one.call).key.is_empty()).collect();
        let days = Days::of(view, &lasting);
        let strange: Vec<&Use<'_>> = lasting
            .iter()
            .copied()
            .filter(|one| is_strange(view, book, principal.caller.name, root, one, &days))
            .collect();
        for incident in incidents(&strange, |one| one.time(), DAY_MILLIS) {
            let calls: Vec<Call<'_>> = incident.iter().map(|one| one.call).collect();
            let names = few(functions(book, &calls));
            let quiet = is_break_glass(principal.caller.name);
            let (severity, what) = match (root, quiet) {
                (true, _) => (Severity::High, "the root user"),
                (false, true) => (Severity::Low, "a key that lasts"),
                (false, false) => (DETECTION.severity, "a key that lasts"),
            };
            let seen = format!("{} called {names} with {what}.", principal.caller.name);
            let day = incident.first().map_or(0, |one| one.call.key.day);
            let before = days.all.range(..day).count();
            let normal = format!(
                "Before, it called on {}, so this is not a habit.",
                crate::baseline::count(before, "day")
            );
            let finding = tell(view, DETECTION.id, severity, principal, &calls, seen);
            found.extend(finding.map(|finding| finding.normally(normal)));
        }
    }
    found
}

/// True iff the call is no habit: on few days before, or after a long silence.
fn is_strange(view: &View<'_>, book: &Book<'_>, name: &str, root: bool, one: &Use<'_>, days: &Days) -> bool {
    let Some(known) = book.function(&one.call) else { return false };
    let day = one.call.key.day;
    let before = days.all.range(..day);
    let silent = before.clone().next_back().is_some_and(|last| day - last >= OVER);
    // Whoever calls on a third day in the same way was found on the first.
    let alike = days.alike(view, one);
    let habit = if root {
        alike >= ROOT_HABIT
    } else {
        alike >= 2 || (before.count() >= HABIT && days.is_akin(view, one))
    };
    if habit && !silent {
        return false;
    }
    let new = known.first + NEW_FUNCTION > one.time() && view.made(known.arn).is_some();
    root || (book.has_learned(view, known.account, one.time())
        && !new
        && !book.deploys.is_usual(name, one.time()))
}
