//! What detections over calls share: findings about principals.

use crate::baseline::{Book, Hours, Kind, Known, Novel, Principal, Use, incidents, is_of_people};
use crate::finding::{Finding, Severity};
use crate::grouped::Call;
use crate::view::View;
use cloudtrail::time::DAY_MILLIS;
use std::collections::BTreeSet;

/// A finding about calls by one principal.
pub(super) fn tell(
    view: &View<'_>,
    id: &str,
    severity: Severity,
    principal: &Principal<'_>,
    calls: &[Call<'_>],
    seen: String,
) -> Option<Finding> {
    let finding = Finding::of_calls(id, severity, calls, view, seen)?;
    let name = Some(principal.caller.name.to_owned()).filter(|name| !name.is_empty());
    Some(Finding { principal: name, ..finding })
}

/// How many functions these calls are of, and their names.
pub(super) fn functions<'f>(book: &Book<'f>, calls: &[Call<'f>]) -> Vec<&'f str> {
    let all: BTreeSet<&str> =
        calls.iter().filter_map(|call| book.function(call)).map(|one| one.arn).collect();
    all.into_iter().collect()
}

/// The number that counts, as a count of things.
pub(super) fn whole(view: &View<'_>, id: &str, key: &str) -> u64 {
    let set = view.settings.threshold(id, key).clamp(0.0, 1e12);
    // The fraction of a count says nothing.
    format!("{set:.0}").parse().unwrap_or(u64::MAX)
}

/// First calls by each principal that fulfil the condition, put together by days.
pub(super) fn novelties<'b, 'f>(
    view: &'b View<'f>,
    wanted: impl Fn(&Principal<'f>, &Novel<'f>, &Known<'f>) -> bool,
) -> Vec<(&'b Principal<'f>, Vec<&'b Novel<'f>>)> {
    let book = view.book();
    let mut all = Vec::new();
    for own in view.novel().chunk_by(|one, other| one.who == other.who) {
        let Some(principal) = own.first().and_then(|one| book.principals().get(one.who)) else { continue };
        let strange: Vec<&Novel<'f>> = own
            .iter()
            .filter(|one| book.numbered(one.function).is_some_and(|known| wanted(principal, one, known)))
            .collect();
        let groups = incidents(&strange, |one| one.time, DAY_MILLIS);
        all.extend(groups.into_iter().map(|group| (principal, group.to_vec())));
    }
    all
}

/// How much strange calls matter: of a role that people take less than of others, because people try now this and now that, unless
/// they call more often than they ever did.
pub(super) fn by_hand(
    book: &Book<'_>,
    principal: &Principal<'_>,
    calls: &[Call<'_>],
    severity: Severity,
) -> Severity {
    let ordinary = is_of_people(principal.caller.name) && !is_busy(book, principal, calls);
    if ordinary { Severity::Note } else { severity }
}

/// Calls in an hour that a person makes one by one.
const BY_HAND: u64 = 10;

/// True iff in an hour there are more of the calls than a person makes, and more than twice as many as all of the principal's in any
/// hour of the four weeks before.
fn is_busy(book: &Book<'_>, principal: &Principal<'_>, calls: &[Call<'_>]) -> bool {
    let mut now = Hours::default();
    calls.iter().for_each(|call| now.add(call.hours()));
    let mut all = Hours::default();
    let direct = book.uses_of(principal).iter().filter(|one| one.kind == Kind::Direct);
    direct.for_each(|one| all.add(one.call.hours()));
    now.iter().any(|(hour, count)| count > BY_HAND && count > 2 * all.usual(hour).most)
}

/// The uses of the principal that belong to these first calls: of the same functions, within a day of the first.
pub(super) fn around<'f>(book: &Book<'f>, principal: &Principal<'f>, group: &[&Novel<'f>]) -> Vec<Call<'f>> {
    let from = group.iter().map(|one| one.time).min().unwrap_or(0);
    let functions: BTreeSet<u32> = group.iter().map(|one| one.function).collect();
    let own = within(book.uses_of(principal), from, from + DAY_MILLIS);
    own.iter().map(|one| one.call).filter(|call| functions.contains(&call.key.function)).collect()
}

/// The uses, which are in order of time, from one moment to before another.
pub(super) fn within<'u, 'f>(uses: &'u [Use<'f>], from: i64, until: i64) -> &'u [Use<'f>] {
    let begin = uses.partition_point(|one| one.time() < from);
    let end = uses.partition_point(|one| one.time() < until);
    uses.get(begin..end.max(begin)).unwrap_or_default()
}
