//! INV-14: the role of a function calls from outside Lambda.

use super::inv_shared::{functions, tell};
use crate::arn::{account_of, name_of};
use crate::baseline::{
    Book, CallOrigin, Kind, Principal, Use, count, family, few, incidents, is_interactive, place,
};
use crate::call::Way;
use crate::detection::Detection;
use crate::finding::{Finding, Severity};
use crate::grouped::Call;
use crate::view::View;
use cloudtrail::time::DAY_MILLIS;
use std::collections::{BTreeMap, BTreeSet};

/// See the module.
pub(super) const DETECTION: Detection = Detection {
    id: "INV-14",
    title: "The execution role of a function was used outside Lambda",
    severity: Severity::High,
    attack: &["T1078.004", "T1550.001"],
    fields: &["userIdentity.sessionContext.sessionIssuer", "userAgent", "sourceIPAddress"],
    page: include_str!("inv_14.md"),
    thresholds: &[],
    find,
};

/// Days of a role before what it calls with is known.
const GRACE: i64 = 3 * DAY_MILLIS;

/// Calls that do not come out of Lambda.
struct Strange<'u, 'f> {
    one: &'u Use<'f>,
    place_is_new: bool,
    learned: bool,
    days: usize,
}

fn find(view: &View<'_>) -> Vec<Finding> {
    let book = view.book();
    let names: BTreeSet<(&str, &str)> =
        book.functions().into_iter().map(|known| (known.account, name_of(known.arn))).collect();
    let mut found = Vec::new();
    for (principal, uses) in book.by_principal() {
        let role = principal.caller.name;
        let account = account_of(role);
        let runs = view.run_by(role).is_some();
        let as_function = |way: &Way<'_>| !way.session.is_empty() && names.contains(&(account, way.session));
        if !runs && !uses.iter().any(|one| as_function(&view.way(&one.call))) {
            continue;
        }
        let strange = of_role(view, book, uses, |way| runs || as_function(way));
        for incident in incidents(&strange, |one| one.one.time(), DAY_MILLIS) {
            found.extend(tell_of(view, book, principal, incident));
        }
    }
    found
}

fn is_lambda(agent: &str) -> bool {
    agent.contains("exec-env/AWS_Lambda")
        || agent.contains("AWS_Lambda_")
        || agent.starts_with("awslambda-worker")
}

fn of_role<'u, 'f>(
    view: &View<'f>,
    book: &Book<'f>,
    uses: &'u [Use<'f>],
    is_role: impl Fn(&Way<'f>) -> bool,
) -> Vec<Strange<'u, 'f>> {
    let own: Vec<&Use<'f>> =
        uses.iter().filter(|one| matches!(one.kind, Kind::Direct | Kind::Refused | Kind::Dry)).collect();
    let Some(first) = own.first().map(|one| one.time()) else { return Vec::new() };
    // By tool used outside Lambda: the first day.
    let mut tools: BTreeMap<String, i32> = BTreeMap::new();
    let mut told: BTreeSet<String> = BTreeSet::new();
    let (mut places, mut days, mut lambda): (BTreeSet<CallOrigin>, BTreeSet<i32>, bool) = Default::default();
    let mut strange = Vec::new();
    for one in own {
        let way = view.way(&one.call);
        let place = place(&way, view.settings);
        let day = one.call.key.day;
        if is_lambda(way.agent) {
            lambda = true;
        } else if is_role(&way) && !way.agent.is_empty() {
            let tool = family(way.agent);
            let by_hand = is_interactive(&tool);
            let learned = book
                .function(&one.call)
                .is_some_and(|known| book.has_learned(view, known.account, one.time()));
            let fresh = first + GRACE > one.time() && !lambda && !by_hand;
            let sure = learned || (by_hand && lambda);
            // What was told of is told of again only where it comes from elsewhere.
            let known = tools.get(&tool).is_some_and(|since| *since < day)
                && (!told.contains(&tool) || places.contains(&place));
            if sure && !known && !fresh {
                let place_is_new = !places.contains(&place) && place != CallOrigin::Unknown;
                strange.push(Strange { one, place_is_new, learned, days: days.len() });
                told.insert(tool.clone());
            }
            tools.entry(tool).or_insert(day);
        }
        places.insert(place);
        days.insert(day);
    }
    strange
}

fn tell_of<'f>(
    view: &View<'f>,
    book: &Book<'f>,
    principal: &Principal<'f>,
    incident: &[Strange<'_, 'f>],
) -> Option<Finding> {
    let first = incident.first()?;
    let calls: Vec<Call<'f>> = incident.iter().map(|one| one.one.call).collect();
    let way = view.way(&first.one.call);
    let elsewhere = incident.iter().any(|one| one.place_is_new);
    let severity = if elsewhere && first.learned { DETECTION.severity } else { Severity::Medium };
    let from = if elsewhere { ", from a place that is new for it" } else { "" };
    let seen = format!(
        "{} runs functions, but called {} with {}{from}.",
        principal.caller.name,
        few(functions(book, &calls)),
        way.agent
    );
    let normal = format!(
        "On {} with calls before, it did not call with this tool. Inside Lambda, AWS's own libraries name Lambda in the user agent.",
        count(first.days, "day")
    );
    Some(tell(view, DETECTION.id, severity, principal, &calls, seen)?.normally(normal))
}
