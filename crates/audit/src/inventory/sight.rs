//! How a trail would be seen in a Region that it comes to: what the inventory knows of it in the account.

use super::{Inventory, TrailStatus};
use cloudtrail::recorder::{Recorder, Seen};

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
