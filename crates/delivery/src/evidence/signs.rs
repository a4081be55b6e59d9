//! What shows that a trail delivered to what was read, on which days: its digests, which it writes whether or not anything was recorded.

use super::late::Place;
use super::listed::{Pile, days_without};
use crate::delivered::Delivered;
use crate::sources;
use logs::ObjectKey;
use logs::digest::DigestName;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

const DAY: i64 = 24 * 3_600_000;

/// A trail's name and its home Region.
type Trail = (String, String);

/// By account and Region.
#[derive(Default)]
pub(super) struct Signs {
    by: BTreeMap<Place, OfPlace>,
}

#[derive(Default)]
struct OfPlace {
    /// The ends of the hours of all digests.
    all: Pile,
    of: BTreeMap<Trail, Pile>,
}

/// Buckets of which all was read, and whether there was anything else.
pub(super) struct Looked {
    pub(super) buckets: BTreeSet<String>,
    pub(super) copies: bool,
}

impl Signs {
    /// The digests of these files, by name.
    pub(super) fn of(files: &Delivered) -> Signs {
        let mut signs = Signs::default();
        let names = files.digests.iter().filter_map(|item| DigestName::parse(&ObjectKey::parse(&item.key)?));
        for name in names {
            let place = signs.by.entry((name.chain.account, name.chain.region)).or_default();
            let end = name.end - 1;
            place.all.delivered.insert(end);
            let of = place.of.entry((name.chain.trail, name.chain.home_region)).or_default();
            of.delivered.insert(end);
        }
        signs
    }

    /// The digests of the account and Region, whoever wrote them.
    pub(super) fn at(&self, place: &Place) -> Option<&Pile> {
        self.by.get(place).map(|of| &of.all)
    }

    /// The first day of the window without a digest of that trail: `YYYY-MM-DD`.
    pub(super) fn day_without(&self, place: &Place, trail: &str, window: &Range<i64>) -> Option<String> {
        let mut parts = trail.split(':').skip(3);
        let home = parts.next().unwrap_or_default().to_owned();
        let name = trail.rsplit('/').next().unwrap_or_default().to_owned();
        let pile = self.by.get(place).and_then(|of| of.of.get(&(name, home)));
        let days = whole_days(window);
        days_without(&[pile], days.start, days.end)
    }
}

/// The window, and the rest of its last day.
pub(super) fn whole_days(window: &Range<i64>) -> Range<i64> {
    window.start..(window.end - 1).div_euclid(DAY).saturating_add(1).saturating_mul(DAY)
}

/// The buckets that the files are of, those of a lake among them.
pub(super) fn looked_into(files: &Delivered) -> Looked {
    let mut all = Looked { buckets: BTreeSet::new(), copies: false };
    for place in &files.places {
        match place {
            sources::Place::Objects { bucket, prefix } if prefix.is_empty() => {
                all.buckets.insert(bucket.clone());
            }
            // A part of a lake's source, of a bucket, or a copy does not say which trails' it is.
            _ => all.copies = true,
        }
    }
    all
}
