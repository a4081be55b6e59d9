//! How a trail would be seen in a Region that it comes to: what the inventory knows of it in the account.

use super::{Inventory, TrailStatus};
use cloudtrail::recorder::{Recorder, Seen};
use std::collections::BTreeMap;

/// How a trail would be seen in a further Region of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sight {
    /// Not at all: it reaches the account, and its home Region there was listed without it.
    Absent,
    /// With this status.
    As(Seen<TrailStatus>),
    /// Nothing of it is seen anywhere: it is new.
    New,
}

impl Inventory {
    /// Where AWS cannot deliver to the bucket of a trail, with what it said, as far as trails show that: at the places where one of them fails, and,
    /// where none delivers to that bucket anywhere, at every place.
    #[must_use]
    pub fn bucket_errors(&self, trail: &Recorder) -> BTreeMap<(&str, &str), &str> {
        let Some(bucket) = trail.destination.as_deref() else { return BTreeMap::new() };
        let (mut errors, mut delivers) = (BTreeMap::new(), false);
        for place in &self.places {
            for one in place.trails.known().into_iter().flatten() {
                let Some(status) = one.status.known() else { continue };
                if !status.logging && status.delivery_error.is_none() {
                    continue;
                }
                let other = self.recorder(&one.trail).map(|at| &self.recorders[at]);
                if other.is_none_or(|other| other.destination.as_deref() != Some(bucket)) {
                    continue;
                }
                match status.delivery_error.as_deref() {
                    Some(error) => {
                        errors.entry((place.account.as_str(), place.region.as_str())).or_insert(error);
                    }
                    None => delivers = true,
                }
            }
        }
        if let Some(first) = errors.values().next().copied().filter(|_| !delivers) {
            for place in &self.places {
                errors.entry((place.account.as_str(), place.region.as_str())).or_insert(first);
            }
        }
        errors
    }

    /// How the trail would be seen in a further Region of the account. A trail of an organization is not taken to reach a member that was seen
    /// without it; what keeps it from delivering anywhere does so in the new Region, too, because its bucket is the same.
    #[must_use]
    pub fn sight(&self, trail: &Recorder, account: &str) -> Sight {
        let mut all = Vec::new();
        for place in &self.places {
            let listed = place.trails.known().into_iter().flatten();
            all.extend(listed.filter(|one| one.trail == trail.arn).map(|one| (place, &one.status)));
        }
        if all.is_empty() {
            return Sight::New;
        }
        let seen = |id: &str, region: Option<&str>| {
            let here = all.iter().filter(|(place, _)| place.account == id);
            here.filter(|(place, _)| region.is_none_or(|region| place.region == region))
                .map(|(_, status)| *status)
                .next()
        };
        let home = Some(trail.home_region.as_str());
        let at_home = self.places.iter().find(|one| one.account == account && Some(&*one.region) == home);
        let status = match (seen(account, home), at_home) {
            (Some(status), _) => status.clone(),
            // A list of its home Region says more of an account than what is seen elsewhere.
            (None, Some(place)) if account != trail.account => match &place.trails {
                Seen::Known(_) => return Sight::Absent,
                Seen::Unread(gap) => Seen::Unread(*gap),
            },
            (None, _) => {
                let owner = || seen(&trail.account, home).or_else(|| seen(&trail.account, None));
                seen(account, None).or_else(owner).unwrap_or(all[0].1).clone()
            }
        };
        let errors = || all.iter().find_map(|(_, status)| status.known()?.delivery_error.clone());
        Sight::As(match status {
            Seen::Unread(gap) => Seen::Unread(gap),
            Seen::Known(status) => Seen::Known(TrailStatus {
                logging: status.logging,
                delivery_error: status.delivery_error.or_else(errors),
                ..TrailStatus::default()
            }),
        })
    }
}
