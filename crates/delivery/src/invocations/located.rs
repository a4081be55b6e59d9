//! Where a question is asked that names no source: where the trails deliver to.

use crate::door::Door;
use crate::sources::{LogSource, Trails, delivered_by};
use audit::inventory::Gap;
use aws::Location;
use logs::Filter;

/// The sources, and what could not be seen of the trails: there may be more.
#[derive(Debug, Default)]
pub struct Located {
    /// None iff no trail delivers what is asked for, as far as they were seen.
    pub sources: Vec<LogSource>,
    /// What could not be seen.
    pub gaps: Vec<Gap>,
}

/// Where the trails deliver to that may hold what the filter leaves over.
#[must_use]
pub fn located(door: &Door, filter: &Filter) -> Located {
    let trails = Trails::of(door, &filter.regions);
    let sources = trails.folders(&filter.accounts, |location| is_wanted(location, filter));
    Located { sources, gaps: trails.gaps }
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
