//! Where a question is asked that names no place: where the trails deliver to.

use anyhow::Result;
use audit::inventory::{Gap, GapKind};
use delivery::{Located, LogSource, located};
use logs::Filter;
use surroundings::problem::{Problem, say};
use surroundings::session::Session;

/// Where the trails deliver to that may hold what the filter leaves over.
///
/// # Errors
/// [`Problem`] iff there is no such trail.
pub(crate) fn by_trails(session: &Session, filter: &Filter) -> Result<Located> {
    let found = located(session.door(), filter);
    if found.sources.is_empty() {
        return Err(nowhere(found.gaps.first()).into());
    }
    let names: Vec<String> = found.sources.iter().map(LogSource::typed).collect();
    say("note", &format!("reading where the trails deliver to: {}", names.join(" ")));
    Ok(found)
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

/// What to do about what could not be seen of the trails.
pub(super) fn helps(gaps: &[Gap]) -> impl Iterator<Item = String> {
    gaps.iter().filter(|gap| gap.kind == GapKind::Refused).map(help)
}
