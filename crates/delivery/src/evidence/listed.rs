//! Where the records of the functions would be: places that were named, or where the trails deliver to.

use super::Sought;
use super::functions::{Functions, OwnTrails, pair};
use crate::delivered::{Delivered, Holes, delivered};
use crate::door::Door;
use crate::reader::Reader;
use crate::sources::{Trails, Window, delivered_by, live};
use audit::evidence::{Looked as Seen, Origin, RECORDED_BEFORE};
use aws::Location;
use cloudtrail::time::{DAY_MILLIS, HOUR_MILLIS};
use logs::digest::LiveTrail;
use logs::{Dimension, Filter, ObjectKey, Question, text_of};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// An account and a Region.
pub(super) type Place = (String, String);

/// What was found by name.
pub(super) struct Listed {
    pub(super) files: Delivered,
    pub(super) origin: Origin,
    /// The trails' locations; `None` iff places were named by hand.
    trails: Option<Vec<Location>>,
    /// Log files that could hold records of the window, by account and Region.
    pub(super) deliveries: BTreeMap<(String, String), Deliveries>,
    window: Range<i64>,
}

/// Log files of one account and Region.
#[derive(Debug, Default)]
pub(super) struct Deliveries {
    pub(super) files: u64,
    /// The ends of the minutes of their delivery, milliseconds since 1970.
    pub(super) delivered: BTreeSet<i64>,
}

/// A window's last records can be expected so long after it: delivery takes about five minutes on average (user guide, "How
/// CloudTrail works"). An account and Region in use have files that often, too.
const EXPECTED: i64 = HOUR_MILLIS / 2;

/// Until when the deliveries of the first reading go: an event is delivered within hours, a day is looked at, and days are listed whole.
/// What was delivered later is read on, see [`super::late`].
pub(super) const fn read_until(window: &Range<i64>) -> i64 {
    ((window.end - 1 + DAY_MILLIS).div_euclid(DAY_MILLIS) + 1) * DAY_MILLIS
}

/// The first day from `start` on, complete before `end`, on which nothing was delivered of an account and Region: `YYYY-MM-DD`.
pub(super) fn days_without(deliveries: &[Option<&Deliveries>], start: i64, end: i64) -> Option<String> {
    let days = start.div_euclid(DAY_MILLIS)..end.div_euclid(DAY_MILLIS);
    let delivered = |day: i64| {
        let of_day = |here: &&Deliveries| {
            here.delivered.range(day * DAY_MILLIS..(day + 1) * DAY_MILLIS).next().is_some()
        };
        deliveries.iter().flatten().any(of_day)
    };
    let first = days.into_iter().find(|day| !delivered(*day))?;
    text_of(first * DAY_MILLIS).get(..10).map(str::to_owned)
}

impl Deliveries {
    /// The log files by account and Region, as far as the time of their delivery is wanted.
    pub(super) fn by_place(
        files: &Delivered,
        within: impl Fn(i64) -> bool,
    ) -> BTreeMap<(String, String), Deliveries> {
        let mut deliveries: BTreeMap<_, Deliveries> = BTreeMap::new();
        for item in &files.logs {
            let Some(key) = ObjectKey::parse(&item.key) else { continue };
            // The name has the minute.
            let delivered = key.delivered().map(|at| at.saturating_add(59_999));
            if let Some(at) = delivered.filter(|at| within(*at)) {
                let here = deliveries.entry((key.account.to_owned(), key.region.to_owned())).or_default();
                here.files += 1;
                here.delivered.insert(at);
            }
        }
        deliveries
    }

    /// What was read of it, if it is a copy that somebody made: nothing says that it is whole but its files themselves.
    fn of_a_copy(&self, window: &Range<i64>) -> Seen {
        let files = self.files;
        let Some(newest) = self.delivered.last() else { return Seen::NoFile };
        if *newest < window.end.saturating_add(EXPECTED) {
            // Delivered in that minute: its beginning is what the name says.
            return Seen::CutOff { files, newest: text_of(*newest - 59_999) };
        }
        let days = window.start.div_euclid(DAY_MILLIS)..=(window.end - 1).div_euclid(DAY_MILLIS);
        let without =
            |day: &i64| self.delivered.range(day * DAY_MILLIS..(day + 1) * DAY_MILLIS).next().is_none();
        match days.into_iter().find(without) {
            Some(day) => Seen::Lacking {
                files,
                why: format!(
                    "no file of this account and Region was delivered on {}: is the copy complete?",
                    &text_of(day * DAY_MILLIS)[..10]
                ),
            },
            None => Seen::Whole { files },
        }
    }
}

/// What was seen, once everything is read.
pub(super) struct Reached<'a> {
    listed: &'a Listed,
    holes: Holes,
    own: &'a OwnTrails,
}

impl Sought<'_> {
    /// What is counted: records of functions by the account to which they were delivered.
    pub(super) fn question(&self) -> Question {
        let filter = Filter {
            functions: self.patterns.to_vec(),
            regions: self.concerned().regions().to_vec(),
            since: Some(self.window.start),
            until: Some(self.window.end),
            ..Filter::default()
        };
        Question { by: vec![Dimension::Function, Dimension::Account], filter }
    }

    /// The files of the functions' accounts and Regions; of all of them where functions are not known.
    fn concerned(&self) -> Window {
        let pairs: Vec<(&str, &str)> = self.functions.arns.iter().filter_map(|arn| pair(arn)).collect();
        let distinct = |part: fn(&(&str, &str)) -> String| -> Vec<String> {
            pairs.iter().map(part).collect::<BTreeSet<_>>().into_iter().collect()
        };
        let mut accounts = distinct(|(account, _)| (*account).to_owned());
        let mut regions = distinct(|(_, region)| (*region).to_owned());
        if pairs.is_empty() {
            accounts = self.scope.accounts.to_vec();
            regions = self.scope.regions.unwrap_or_default().to_vec();
        }
        // A digest of the hour before lists files of the window's first minutes; and what ran then may have waited before.
        let earlier = RECORDED_BEFORE + 2 * HOUR_MILLIS;
        let since = self.window.start - if self.keys.is_some() { earlier } else { 0 };
        let filter = Filter {
            accounts,
            regions,
            since: Some(since),
            until: Some(self.window.end),
            ..Filter::default()
        };
        let window = Window::of(&filter);
        if self.keys.is_some() { window.with_digests() } else { window }
    }

    /// All names.
    pub(super) fn list(&self, reader: &Reader<'_>) -> Listed {
        let window = self.concerned();
        let (files, origin, trails) = match reader.door.filter(|_| self.sources.is_empty()) {
            None => (delivered(self.sources, &window, reader), Origin::ByHand, None),
            Some(door) => {
                let trails = trails(door, window.regions(), self.scope.regions);
                let pairs: Vec<(&str, &str)> =
                    self.functions.arns.iter().filter_map(|arn| pair(arn)).collect();
                let wanted = |location: &Location| {
                    pairs.iter().any(|(account, region)| delivered_by(location, account, region))
                };
                let mut files = delivered(&trails.roots(wanted), &window, reader);
                files.gaps(&trails.gaps);
                (files, Origin::Trail, Some(trails.locations))
            }
        };
        let deliveries = self.deliveries(&files);
        Listed { files, origin, trails, deliveries, window: self.window.clone() }
    }

    /// Log files by account and Region that could hold records of the window.
    fn deliveries(&self, files: &Delivered) -> BTreeMap<(String, String), Deliveries> {
        let time = self.window.start..read_until(self.window);
        Deliveries::by_place(files, |at| time.contains(&at))
    }
}

/// The trails of the Regions that matter.
fn trails(door: &Door, regions: &[String], others: Option<&[String]>) -> Trails {
    let mut asked: BTreeSet<String> = regions.iter().cloned().collect();
    asked.extend(others.into_iter().flatten().cloned());
    Trails::of(door, &asked.into_iter().collect::<Vec<_>>())
}

impl Listed {
    /// The trails that deliver the functions' records, asked whether they log; none where places were named by hand.
    pub(super) fn live(&self, functions: &Functions, door: Option<&Door>) -> Vec<LiveTrail> {
        let (Some(door), Some(trails)) = (door, &self.trails) else { return Vec::new() };
        let pairs: BTreeSet<(&str, &str)> = functions.arns.iter().filter_map(|arn| pair(arn)).collect();
        live(door, trails, |location| {
            let of_it = pairs.iter().filter(|(account, region)| delivered_by(location, account, region));
            of_it.map(|(account, region)| ((*account).to_owned(), (*region).to_owned())).collect()
        })
    }

    /// The trails whose folders were read; `None` iff places were named by hand.
    pub(super) fn located(&self) -> Option<BTreeSet<String>> {
        self.trails.as_ref().map(|trails| trails.iter().map(|one| one.trail.clone()).collect())
    }

    /// With what could not be read of the files themselves.
    pub(super) fn seen_of<'a>(&'a self, read: &Holes, own: &'a OwnTrails) -> Reached<'a> {
        let mut holes = self.files.holes.clone();
        holes.merge(read.clone());
        Reached { listed: self, holes, own }
    }
}

impl Reached<'_> {
    /// What was read of the files that could hold the function's records.
    pub(super) fn looked(&self, arn: &str) -> Seen {
        let Some((account, region)) = pair(arn) else {
            return Seen::NotLooked { why: "its ARN names no account and Region".to_owned() };
        };
        if let Some(hole) = self.holes.of(account, region) {
            let (name, why) = hole.first;
            return Seen::Partly { unread: hole.count, first: format!("{name}: {why}") };
        }
        let listed = self.listed;
        if let Some(why) = self.unseen_trail(account, region) {
            return Seen::NotLooked { why };
        }
        if let Some(here) = listed.deliveries.get(&(account.to_owned(), region.to_owned())) {
            return match &listed.trails {
                None => here.of_a_copy(&listed.window),
                Some(_) => Seen::Whole { files: here.files },
            };
        }
        let covers = |trails: &Vec<Location>| trails.iter().any(|one| delivered_by(one, account, region));
        match &listed.trails {
            Some(trails) if !covers(trails) => Seen::NotLooked {
                why:
                    "no trail that the caller sees records this account and Region; name its bucket as SOURCE"
                        .to_owned(),
            },
            _ => Seen::NoFile,
        }
    }

    /// Why a trail may deliver the account's records to a place that was not looked into: the trails are looked up as the caller,
    /// who does not see those that another account has for itself.
    fn unseen_trail(&self, account: &str, region: &str) -> Option<String> {
        let located = self.listed.trails.as_ref()?;
        match self.own.get(&(account.to_owned(), region.to_owned()))? {
            None => Some(format!("the trails of account {account} could not be listed")),
            Some(own) => {
                let unseen = own.iter().find(|arn| !located.iter().any(|one| one.trail == **arn))?;
                Some(format!(
                    "{unseen} may hold them, which the caller does not see; name its bucket as SOURCE"
                ))
            }
        }
    }

    /// What could not be listed, in words; files are in the account of reading.
    pub(super) fn unlisted_in_words(&self) -> Vec<String> {
        self.listed.files.holes.in_words()
    }
}

#[cfg(test)]
mod tests;
