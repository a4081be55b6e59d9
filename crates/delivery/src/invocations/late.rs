//! How far deliveries were looked at, where the question has an end: CloudTrail delivers for thirty days. Later files are read where
//! digests say that they hold events of the time asked about; that alone is cheap.

use super::LaterFiles;
use crate::delivered::{Holes, delivered_alone, found, may_hold, unusable};
use crate::reader::Reader;
use crate::sources::{Survey, Window};
use audit::evidence::DELIVERED_FOR;
use cloudtrail::time::DAY_MILLIS;
use logs::Filter;
use logs::digest::Expected;

/// Digests, up to which reading them by the way is cheap.
const CHEAP: usize = 5_000;

/// Takes later files of the time asked about into the survey; `None` iff all that could be delivered by now is in it anyway. What could
/// not be listed or read of later deliveries is there too, and what digests list of them that is gone: it may be about the time.
pub(super) fn later(
    survey: &mut Survey<'_>,
    filter: &Filter,
    reader: &Reader<'_>,
    now: i64,
) -> Option<(LaterFiles, Holes)> {
    let until = filter.until?;
    // The window has the day after the last one.
    let first =
        ((until - 1).saturating_add(DAY_MILLIS).div_euclid(DAY_MILLIS) + 1).checked_mul(DAY_MILLIS)?;
    let bound = until.saturating_add(DELIVERED_FOR).min(now);
    if first >= bound {
        return None;
    }
    let later = Filter {
        accounts: filter.accounts.clone(),
        regions: filter.regions.clone(),
        since: Some(first),
        until: Some(bound - DAY_MILLIS),
        ..Filter::default()
    };
    let window = Window::of(&later).with_digests();
    let mut files = delivered_alone(survey.sources(), &window, reader);
    let cheap = files.digests.len() <= CHEAP;
    let digests = if cheap { found(&files, reader) } else { Vec::new() };
    let expected = Expected::of(&digests);
    let asked = filter.since.unwrap_or(i64::MIN)..until;
    let named = |key: &str| {
        let claims = expected.claims(key);
        !claims.is_empty() && may_hold(claims, &asked, false)
    };
    let mut holes = std::mem::take(&mut files.holes);
    // Digests of the first hours list files of the day before, which is in the survey.
    holes.merge(files.gone(&expected, &asked, first));
    holes.merge(unusable(&digests));
    let digests_unread = if cheap { 0 } else { files.digests.len() as u64 };
    files.retain_found();
    files.logs.retain(|item| named(&item.key));
    let read = files.logs.len() as u64;
    for item in &files.logs {
        survey.add(files.as_found(item));
    }
    Some((LaterFiles { delivered: first, read, digests_unread }, holes))
}
