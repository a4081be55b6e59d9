//! What digests prove of delivered log files: everything that it rests on, found, read and hashed.

use crate::delivered::{Delivered, Keys, Proven, Unsigned, delivered, found, hash_all, weigh};
use crate::evidence::Scope;
use crate::reader::Reader;
use crate::sources::{LogSource, Trails, Window, delivers, live};
use aws::Location;
use cloudtrail::time::HOUR_MILLIS;
use logs::digest::{Asked, Found};
use logs::{Filter, LeftOut};
use std::ops::Range;

/// What is asked.
#[derive(Clone, Copy, Debug)]
pub struct ToProve<'a> {
    /// Where the files are; where the trails deliver to, if none was named.
    pub sources: &'a [LogSource],
    /// Accounts and Regions that are asked about.
    pub scope: Scope<'a>,
    /// Which time is asked about.
    pub asked: &'a Asked,
    /// Whose keys.
    pub keys: &'a Keys,
    /// Milliseconds since 1970.
    pub now: i64,
}

/// What came of it.
#[derive(Debug)]
pub struct Proved {
    /// What digests prove.
    pub proven: Proven,
    /// Where it was looked for, in words.
    pub sources: Vec<String>,
    /// What could not be looked into, in words.
    pub unseen: Vec<String>,
    /// What was found and not looked at.
    pub left_out: LeftOut,
    /// Digests of a copy that lack their signatures.
    pub unsigned: Vec<Unsigned>,
}

/// Lists, reads, hashes, and holds digests against it all.
#[must_use]
pub fn prove(wanted: &ToProve<'_>, reader: &Reader<'_>) -> Proved {
    let ToProve { sources, scope, asked, keys, now } = *wanted;
    let (delivered, trails) = listed(wanted, reader);
    let found = found(&delivered, reader);
    let weighed = weigh(&found, keys, sources, signed(asked, &found), reader.door);
    let (seen, _) = hash_all(&delivered, &weighed.expected(), reader);
    let mut proven = weighed.prove(&seen, asked, &delivered);
    let validation = &mut proven.validation;
    validation.expect(scope.accounts, scope.regions.unwrap_or_default());
    if let Some((trails, door)) = trails.as_ref().zip(reader.door) {
        let members = delivered.members();
        let places = |location: &Location| delivers(location, scope.accounts, &members, &trails.regions);
        let trails = live(door, &trails.locations, places);
        validation.hold_against(&trails, asked, now);
    }
    delivered.excuse(validation);
    let unsigned = delivered.unsigned(&found, validation);
    let unseen = delivered.holes.in_words().into_iter().chain(std::mem::take(&mut proven.unseen)).collect();
    let sources = delivered.sources.iter().map(LogSource::typed).collect();
    Proved { proven, sources, unseen, left_out: delivered.left_out, unsigned }
}

/// The time of the digests whose keys are needed.
fn signed(asked: &Asked, found: &[Found]) -> Option<Range<i64>> {
    let all = all(found);
    let from = asked.from.or(all.as_ref().map(|all| all.start))?;
    Some(from..asked.to.or(all.map(|all| all.end))?)
}

/// The time that digests are about.
fn all(found: &[Found]) -> Option<Range<i64>> {
    let digests = || found.iter().filter_map(Found::digest);
    let from = digests().map(|digest| digest.start).min()?;
    Some(from..digests().map(|digest| digest.end).max()?)
}

/// The files that are looked for.
fn window(wanted: &ToProve<'_>) -> Window {
    // The digest of the hour before lists files of the first minutes, and the one behind proves the last.
    let filter = Filter {
        accounts: wanted.scope.accounts.to_vec(),
        regions: wanted.scope.regions.unwrap_or_default().to_vec(),
        since: wanted.asked.from.map(|from| from.saturating_sub(2 * HOUR_MILLIS)),
        until: wanted.asked.to.map(|to| to.saturating_add(2 * HOUR_MILLIS)),
        ..Filter::default()
    };
    Window::of(&filter).with_digests()
}

/// What lies in the places; in those of the trails, and these, where none was named.
fn listed(wanted: &ToProve<'_>, reader: &Reader<'_>) -> (Delivered, Option<Trails>) {
    let window = window(wanted);
    let Some(door) = reader.door.filter(|_| wanted.sources.is_empty()) else {
        return (delivered(wanted.sources, &window, reader), None);
    };
    let trails = Trails::of(door, wanted.scope.regions.unwrap_or_default());
    let mut files = delivered(&trails.roots(|_| true), &window, reader);
    files.gaps(&trails.gaps);
    (files, Some(trails))
}
