//! Where a question is asked that names no place: where the trails deliver to.

use crate::problem::{Problem, say};
use crate::session::Session;
use crate::sources::{Place, Trails, delivered_by};
use anyhow::Result;
use audit::inventory::{Gap, GapKind};
use aws::Location;
use logs::Filter;
use logs::scan::Account;
use std::collections::BTreeSet;

/// The places, and what could not be seen of the trails: there may be more.
#[derive(Debug, Default)]
pub(super) struct Located {
    pub(super) places: Vec<Place>,
    pub(super) gaps: Vec<Gap>,
}

/// Where the trails deliver to that may hold what the filter leaves over.
///
/// # Errors
/// [`Problem`] iff there is no such trail.
pub(super) fn by_trails(session: &Session, filter: &Filter) -> Result<Located> {
    let trails = Trails::of(session, &filter.regions);
    let places = trails.folders(&filter.accounts, |location| is_wanted(location, filter));
    if places.is_empty() {
        return Err(nowhere(trails.gaps.first()).into());
    }
    let names: Vec<String> = places.iter().map(Place::typed).collect();
    say("note", &format!("reading where the trails deliver to: {}", names.join(" ")));
    Ok(Located { places, gaps: trails.gaps })
}

fn is_wanted(location: &Location, filter: &Filter) -> bool {
    let any = |asked: &[String], own: &str, may: &dyn Fn(&str) -> bool| match asked {
        [] => may(own),
        asked => asked.iter().any(|one| may(one)),
    };
    any(&filter.accounts, &location.account, &|account| {
        any(&filter.regions, &location.home_region, &|region| delivered_by(location, account, region))
    })
}

fn nowhere(gap: Option<&Gap>) -> Problem {
    match gap {
        Some(gap) => {
            Problem::new(format!("cannot tell where trails deliver to: {}: {}", gap.call, gap.error))
                .help(format!("{}, or name the bucket: s3://BUCKET/PREFIX", help(gap)))
        }
        None => Problem::new("no trail that the caller sees delivers what was asked for")
            .help("name the bucket: s3://BUCKET/PREFIX"),
    }
}

fn help(gap: &Gap) -> String {
    match gap.kind {
        GapKind::Refused => format!("grant the caller {} (`invoketrail permissions evidence`)", gap.call),
        _ => "try again".to_owned(),
    }
}

/// Enters the gaps in the account of what was read, and what to do about them.
pub(super) fn enter(gaps: &[Gap], account: &mut Account, helps: &mut BTreeSet<String>) {
    for gap in gaps {
        let place = gap.region.as_ref().map(|region| format!(" in {region}")).unwrap_or_default();
        account.enter_unread(&format!("{}{place}", gap.call), &gap.error);
        helps.extend((gap.kind == GapKind::Refused).then(|| help(gap)));
    }
}
