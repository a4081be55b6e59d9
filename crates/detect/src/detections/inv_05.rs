//! INV-05: one principal calls many functions at once.

use super::inv_shared::{functions, tell, whole};
use crate::baseline::{
    Book, EXPLORES, Kind, NEW_FUNCTION, Principal, Use, count, few, incidents, is_break_glass, when,
};
use crate::detection::{Detection, Threshold};
use crate::finding::{Finding, Severity};
use crate::grouped::Call;
use crate::view::View;
use cloudtrail::time::{DAY_MILLIS, HOUR_MILLIS};
use std::collections::{BTreeMap, BTreeSet};

/// See the module.
pub(super) const DETECTION: Detection = Detection {
    id: "INV-05",
    title: "A principal called many functions within an hour or a day",
    severity: Severity::Medium,
    attack: &["T1526", "T1648"],
    fields: &["userIdentity", "resources.ARN", "errorCode"],
    page: include_str!("inv_05.md"),
    thresholds: &[Threshold {
        key: "functions-an-hour",
        default: 10.0,
        meaning: "Functions in an hour, or twice as many in a day, from which on calls of one principal are a look around.",
    }],
    find,
};

/// Functions among them that the principal had not called before.
const STRANGE: usize = 5;

/// By hour or day: the functions that were called.
type Sets = BTreeMap<i64, BTreeSet<u32>>;

/// An hour or a day with many functions.
struct Wide {
    from: i64,
    until: i64,
    functions: BTreeSet<u32>,
    most: usize,
}

fn find(view: &View<'_>) -> Vec<Finding> {
    let book = view.book();
    let mut found = Vec::new();
    for (who, (principal, uses)) in book.by_principal().enumerate() {
        found.extend(of_principal(view, book, who, principal, uses));
    }
    found
}

fn of_principal<'f>(
    view: &View<'f>,
    book: &Book<'f>,
    who: usize,
    principal: &Principal<'f>,
    uses: &[Use<'f>],
) -> Vec<Finding> {
    let in_an_hour = usize::try_from(whole(view, DETECTION.id, "functions-an-hour")).unwrap_or(usize::MAX);
    let calls: Vec<&Use<'f>> =
        uses.iter().filter(|one| matches!(one.kind, Kind::Direct | Kind::Refused)).collect();
    let mut firsts: BTreeMap<u32, &Use<'f>> = BTreeMap::new();
    for one in &calls {
        firsts.entry(one.call.key.function).or_insert(one);
    }
    if firsts.len() < in_an_hour || is_break_glass(principal.caller.name) {
        return Vec::new();
    }
    let (mut hours, mut days): (Sets, Sets) = (Sets::new(), Sets::new());
    for one in &calls {
        let function = one.call.key.function;
        days.entry(i64::from(one.call.key.day)).or_default().insert(function);
        for (hour, _) in one.call.hours() {
            hours.entry(hour).or_default().insert(function);
        }
    }
    let mut wide = wide(hours, in_an_hour, HOUR_MILLIS);
    wide.extend(self::wide(days, in_an_hour.saturating_mul(2), DAY_MILLIS));
    wide.retain(|one| is_strange(view, book, who, principal, &firsts, one));
    wide.sort_by_key(|one| {
        (one.from.div_euclid(DAY_MILLIS), std::cmp::Reverse(one.functions.len()), one.from)
    });
    let groups = incidents(&wide, |one| one.from.div_euclid(DAY_MILLIS), 1);
    groups.into_iter().filter_map(|group| tell_of(view, book, principal, &calls, group.first()?)).collect()
}

/// Hours or days with many more functions than any before its day had.
fn wide(sets: Sets, least: usize, span: i64) -> Vec<Wide> {
    let sizes: Vec<(i64, usize)> = sets.iter().map(|(at, set)| (at * span, set.len())).collect();
    let (mut before, mut most) = (sizes.iter().peekable(), 0);
    let mut all = Vec::new();
    for (at, functions) in sets {
        let from = at * span;
        while let Some((_, size)) =
            before.next_if(|(other, _)| other.div_euclid(DAY_MILLIS) < from.div_euclid(DAY_MILLIS))
        {
            most = most.max(*size);
        }
        if functions.len() >= least && functions.len() > most * 2 {
            all.push(Wide { from, until: from + span, functions, most });
        }
    }
    all
}

/// True iff enough of the functions are new for the principal, for no reason that is known.
fn is_strange<'f>(
    view: &View<'f>,
    book: &Book<'f>,
    who: usize,
    principal: &Principal<'f>,
    firsts: &BTreeMap<u32, &Use<'f>>,
    wide: &Wide,
) -> bool {
    let deploys = book.deploys.is_usual(principal.caller.name, wide.from);
    let day = wide.from.div_euclid(DAY_MILLIS) * DAY_MILLIS;
    let strange = wide.functions.iter().filter(|function| {
        let Some(first) = firsts.get(function).filter(|first| first.time() >= day) else { return false };
        let Some(known) = book.numbered(**function) else { return false };
        let refused = || {
            let old = known.first + NEW_FUNCTION <= first.time() || known.first == first.time();
            first.kind == Kind::Refused && old && book.has_learned(view, known.account, first.time())
        };
        // Whoever deploys tries what was deployed.
        let tried = deploys && book.deploys.is_released(known.arn, first.time(), DAY_MILLIS);
        let novelty = view.novelty(who, **function);
        let new = novelty.is_some_and(|one| deploys || one.excuse.is_none_or(|why| why == EXPLORES));
        !tried && (new || refused())
    });
    strange.count() >= STRANGE
}

fn tell_of<'f>(
    view: &View<'f>,
    book: &Book<'f>,
    principal: &Principal<'f>,
    calls: &[&Use<'f>],
    wide: &Wide,
) -> Option<Finding> {
    let in_time = |call: &Call<'f>| {
        let hours = wide.from.div_euclid(HOUR_MILLIS)..wide.until.div_euclid(HOUR_MILLIS);
        call.hours().any(|(hour, _)| hours.contains(&hour))
    };
    let involved: Vec<Call<'f>> = calls.iter().map(|one| one.call).filter(in_time).collect();
    let names = functions(book, &involved);
    let span = if wide.until - wide.from == HOUR_MILLIS { "hour" } else { "day" };
    let seen = format!(
        "{} called {} in the {span} from {}: {}.",
        principal.caller.name,
        count(wide.functions.len(), "function"),
        when(wide.from),
        few(names)
    );
    let normal = format!("Before, it called {} in one {span} at most.", count(wide.most, "function"));
    Some(tell(view, DETECTION.id, DETECTION.severity, principal, &involved, seen)?.normally(normal))
}
