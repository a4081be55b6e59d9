//! LAM-07: a function is made or rewritten, and called at once by the same principal.

use super::deployers::{Deployers, Standing, is_person};
use super::incident::{HABIT_DAYS, hourly, who};
use super::roles::{Roles, role_in};
use crate::arn::name_of;
use crate::baseline::count;
use crate::change::Change;
use crate::detection::{Detection, Threshold};
use crate::finding::{Finding, Proof, Severity};
use crate::grouped::Call;
use crate::view::View;
use cloudtrail::time::DAY_MILLIS;
use std::collections::{BTreeMap, BTreeSet};

/// See the module.
pub(super) const DETECTION: Detection = Detection {
    id: "LAM-07",
    title: "A function was made or rewritten, and called at once",
    severity: Severity::High,
    attack: &["T1648", "T1078.004"],
    fields: &[
        "requestParameters.role",
        "requestParameters.functionName",
        "userIdentity",
        "resources.ARN",
        "eventTime",
    ],
    page: include_str!("lam_07.md"),
    thresholds: &[Threshold {
        key: "minutes",
        default: 30.0,
        meaning: "How long after the change a call by the same principal belongs to it.",
    }],
    find,
};

/// A change and a call that followed.
struct Pair<'v> {
    change: &'v Change,
    call: Call<'v>,
    function: String,
    /// What the function runs as.
    role: Option<String>,
    /// Why that role is strong, iff it is.
    strong: Option<String>,
}

fn find(view: &View<'_>) -> Vec<Finding> {
    let (deployers, roles) = (Deployers::of(view), Roles::of(view));
    let minutes = view.settings.threshold(DETECTION.id, "minutes").clamp(0.0, 1e7);
    let within = (minutes * 60_000.0) as i64;
    let changed =
        view.done("lambda", &["CreateFunction", "UpdateFunctionCode", "UpdateFunctionConfiguration"]);
    let pairs: Vec<Pair<'_>> = changed.filter_map(|change| pair(view, &roles, change, within)).collect();
    // Whoever tests with weak roles each day is not used to strong ones.
    let mut days: BTreeMap<(&str, bool), BTreeSet<i64>> = BTreeMap::new();
    for pair in &pairs {
        let day = pair.change.time.div_euclid(DAY_MILLIS);
        days.entry((pair.change.who.name.as_str(), pair.strong.is_some())).or_default().insert(day);
    }
    let found = pairs.iter().filter_map(|pair| {
        let days = days.get(&(pair.change.who.name.as_str(), pair.strong.is_some()))?;
        of(view, &deployers, &roles, pair, days)
    });
    hourly(found.collect())
}

fn pair<'v>(view: &'v View<'_>, roles: &Roles<'_>, change: &'v Change, within: i64) -> Option<Pair<'v>> {
    let of_configuration = change.name == "UpdateFunctionConfiguration";
    if of_configuration && crate::change::text_at(&change.asked(), "role").is_none() {
        return None;
    }
    let function = change.function()?;
    let until = change.time + within;
    let (from_day, until_day) = (change.time.div_euclid(DAY_MILLIS), until.div_euclid(DAY_MILLIS));
    let calls = view.calls_of(&function).iter().filter(|call| {
        let in_time = |time: i64| (change.time..=until).contains(&time);
        // A cell tells its first and last call: of a caller who called before, the last one may speak.
        (from_day..=until_day).contains(&i64::from(call.key.day))
            && (in_time(call.cell.first.time) || in_time(call.cell.last))
    });
    let calls = calls.filter(|call| {
        let way = view.way(call);
        view.caller(call).name == change.who.name
            && way.service.is_empty()
            && way.error.is_empty()
            && !way.is_dry_run()
            && !way.is_execution()
    });
    let call = calls.min_by_key(|call| call.cell.first.time).copied()?;
    let held = || roles.held(&function, change.time + 1).last().map(|role| (*role).to_owned());
    let role = role_in(change).or_else(held);
    let strong = role.as_deref().and_then(|role| roles.why_strong(role, change.time));
    Some(Pair { change, call, function, role, strong })
}

fn of(
    view: &View<'_>,
    deployers: &Deployers<'_>,
    roles: &Roles<'_>,
    pair: &Pair<'_>,
    days: &BTreeSet<i64>,
) -> Option<Finding> {
    let Pair { change, call, function, role, strong } = pair;
    let day = change.time.div_euclid(DAY_MILLIS);
    let learned = view.has_learned(&change.account, change.time);
    let before_days = days.iter().filter(|other| **other < day).count();
    // The smoke test of a pipeline, or whoever develops: as ever.
    if before_days >= HABIT_DAYS || (!learned && days.len() >= HABIT_DAYS + 2) {
        return None;
    }
    let standing = deployers.standing(change);
    let created = change.name == "CreateFunction";
    let shared = role.as_deref().is_some_and(|role| roles.is_run_by_others(role, function, change.time));
    let development = change.name == "UpdateFunctionCode" && deployers.is_development(change);
    // A pipeline that changes the code of a function gave it no role.
    let same_role = role_in(change).is_none() && !is_person(&change.who);
    let severity = match (standing.is_unusual(), strong.is_some()) {
        (_, false) if development => Severity::Note,
        (true, strong) if strong || shared || !created => DETECTION.severity,
        (true, _) => Severity::Medium,
        (false, _) if !is_person(&change.who) && standing != Standing::Successor && !learned => return None,
        (false, true) if learned && standing != Standing::Machine && !same_role => Severity::Medium,
        (false, _) if learned && is_person(&change.who) => Severity::Low,
        (false, _) => Severity::Note,
    };
    let did = match change.name.as_str() {
        "CreateFunction" => "made",
        "UpdateFunctionCode" => "changed the code of",
        _ => "changed the role of",
    };
    // Of a caller who called earlier that day the last call is the one that followed.
    let first = call.cell.first.time;
    let called = if first >= change.time { first } else { call.cell.last };
    let minutes = (called - change.time) / 60_000 + 1;
    let why = match (strong, role.as_deref().filter(|_| shared)) {
        (Some(why), _) => format!(" It runs as a strong role: {why}."),
        (None, Some(role)) => format!(" It runs as {}, the role of other functions.", name_of(role)),
        (None, None) => String::new(),
    };
    let name = name_of(function);
    let minutes = count(usize::try_from(minutes).unwrap_or(0), "minute");
    let seen = format!("{} {did} the function {name}, and called it within {minutes}.{why}", who(change));
    let normal = match before_days {
        0 => format!("This principal never did so before. {}", standing.words()),
        days => format!("This principal did so on {} before. {}", count(days, "day"), standing.words()),
    };
    let found = Finding::of_change(DETECTION.id, severity, change, seen);
    let proof = Proof::of(&call.cell.first, view);
    let time = change.time;
    let found = found.about(Some(function.clone())).normally(normal).with_proofs([proof]);
    Some(Finding { time, ..found })
}
