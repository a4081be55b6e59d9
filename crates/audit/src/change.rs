//! A change: one setting of one recorder, before and after, with its inverse. A plan is a list of them.
//!
//! A change leaves nothing to choose when it is carried out: it names the account and Region to call, what must be found
//! there, and what is set.

use cloudtrail::recorder::RecorderKind;
use std::borrow::Cow;

/// One setting of one recorder, before and after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Whose setting it is.
    pub target: Target,
    /// Which setting, from what to what.
    pub setting: Setting,
}

/// A recorder that is changed, with all that is needed to call its owner's account.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Target {
    /// Its ARN. For one that is to be created, the ARN it will have.
    pub arn: String,
    /// Its name.
    pub name: String,
    /// Trail or event data store; channels are never changed.
    pub kind: RecorderKind,
    /// Calls go there: the account that owns it, or for a trail of an organization the delegated administrator's.
    pub account: String,
    /// Its home Region: calls go there.
    pub home_region: String,
}

impl Target {
    /// The account that owns it, as its ARN says.
    #[must_use]
    pub fn owner(&self) -> &str {
        self.arn.split(':').nth(4).unwrap_or(&self.account)
    }
}

/// A value before and after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turn<T> {
    /// What must be found.
    pub before: T,
    /// What is set.
    pub after: T,
}

impl<T: Clone> Turn<T> {
    fn inverse(&self) -> Self {
        Turn { before: self.after.clone(), after: self.before.clone() }
    }

    /// From what is after to the same.
    fn made(&self) -> Self {
        Turn { before: self.after.clone(), after: self.after.clone() }
    }
}

/// The settings that we change. Each is set by one call of AWS, and unset by one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Setting {
    /// A bucket for log files, with its policy (S3 CreateBucket, PutPublicAccessBlock, PutBucketPolicy; undone by
    /// DeleteBucket iff it is empty). `None`: it does not exist.
    Bucket(Turn<Option<Bucket>>),
    /// A trail's existence (CreateTrail, DeleteTrail). It is created without logging and with AWS's default selectors.
    Trail(Turn<Option<NewTrail>>),
    /// `IsMultiRegionTrail` (UpdateTrail).
    MultiRegion(Turn<bool>),
    /// `LogFileValidationEnabled` (UpdateTrail).
    LogFileValidation(Turn<bool>),
    /// Event selectors (PutEventSelectors, UpdateEventDataStore), the whole set: canonical documents as
    /// [`cloudtrail::selector::Selectors::document`] holds them.
    Selectors(Turn<String>),
    /// Whether a trail logs (StartLogging, StopLogging), as GetTrailStatus says in its home Region.
    Logging(Turn<bool>),
}

/// A bucket that is to be created for a trail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bucket {
    /// Its name.
    pub name: String,
    /// Its policy, a JSON document.
    pub policy: String,
}

/// A trail that is to be created.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewTrail {
    /// The bucket it delivers to.
    pub bucket: String,
    /// `IsOrganizationTrail`
    pub organization: bool,
    /// `IsMultiRegionTrail`
    pub multi_region: bool,
    /// `EnableLogFileValidation`
    pub log_file_validation: bool,
    /// Members of the trail as it was found that no plan sets: others did. A plan and its file hold none.
    pub of_others: Vec<&'static str>,
}

impl Change {
    /// The change that takes this one back. The inverse of the inverse is the change itself.
    #[must_use]
    pub fn inverse(&self) -> Self {
        let setting = match &self.setting {
            Setting::Bucket(turn) => Setting::Bucket(turn.inverse()),
            Setting::Trail(turn) => Setting::Trail(turn.inverse()),
            Setting::MultiRegion(turn) => Setting::MultiRegion(turn.inverse()),
            Setting::LogFileValidation(turn) => Setting::LogFileValidation(turn.inverse()),
            Setting::Selectors(turn) => Setting::Selectors(turn.inverse()),
            Setting::Logging(turn) => Setting::Logging(turn.inverse()),
        };
        Change { target: self.target.clone(), setting }
    }
}

/// What a setting is at one moment: found in an account, or wanted.
///
/// Selectors are the same iff their requests are ([`cloudtrail::selector_json::request`]): an empty name, or a list that AWS writes
/// as `null`, makes no other state.
#[derive(Clone, Debug)]
pub enum State {
    /// A bucket and its policy, or none.
    Bucket(Option<Bucket>),
    /// A trail as it would be created, or none.
    Trail(Option<NewTrail>),
    /// On or off.
    Flag(bool),
    /// The request that sets these selectors, as they stand ([`cloudtrail::selector_json::as_found`]).
    Selectors(String),
    /// Nothing: a setting of a recorder that does not exist.
    Gone,
}

impl PartialEq for State {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Bucket(one), Self::Bucket(other)) => one == other,
            (Self::Trail(one), Self::Trail(other)) => one == other,
            (Self::Flag(one), Self::Flag(other)) => one == other,
            (Self::Selectors(one), Self::Selectors(other)) => one == other || plain(one) == plain(other),
            (Self::Gone, Self::Gone) => true,
            _ => false,
        }
    }
}

impl Eq for State {}

/// Selectors in the one form of all spellings; what cannot be read, or be written so, stays as it is.
fn plain(document: &str) -> Cow<'_, str> {
    let read = cloudtrail::selector_json::from_str(document).ok();
    match read.and_then(|selectors| cloudtrail::selector_json::request(&selectors).ok()) {
        Some(request) => Cow::Owned(request),
        None => Cow::Borrowed(document),
    }
}

impl Change {
    /// What must be found before it.
    #[must_use]
    pub fn before(&self) -> State {
        self.setting.state(|turn| &turn.before, |turn| turn.before, |turn| &turn.before, |turn| &turn.before)
    }

    /// What is found after it.
    #[must_use]
    pub fn after(&self) -> State {
        self.setting.state(|turn| &turn.after, |turn| turn.after, |turn| &turn.after, |turn| &turn.after)
    }

    /// As much of this change as has come to pass where AWS makes it in several calls and was stopped between two of them;
    /// `None` iff `found` is not such a state. The inverse takes exactly that back.
    #[must_use]
    pub fn so_far(&self, found: &State) -> Option<Change> {
        let (Setting::Bucket(Turn { before: None, after: Some(wanted) }), State::Bucket(Some(made))) =
            (&self.setting, found)
        else {
            return None;
        };
        // The policy is set last, so a bucket without any is one that was not finished.
        (made.name == wanted.name && made.policy.is_empty()).then(|| Change {
            target: self.target.clone(),
            setting: Setting::Bucket(Turn { before: None, after: Some(made.clone()) }),
        })
    }

    /// True iff it creates a bucket and `found` is that bucket, as it is wanted, or deletes what does not exist: then there is nothing
    /// to set, and nothing to take back either.
    #[must_use]
    pub fn is_there(&self, found: &State) -> bool {
        let deletes = matches!(self.after(), State::Bucket(None) | State::Trail(None));
        let creates_bucket = matches!(self.setting, Setting::Bucket(Turn { before: None, after: Some(_) }));
        (deletes || creates_bucket) && *found == self.after()
    }

    /// True iff nothing of what it set is left because what it was set on does not exist any more.
    #[must_use]
    pub fn is_gone(&self, found: &State) -> bool {
        let made = !matches!(self.after(), State::Bucket(None) | State::Trail(None));
        made && matches!(found, State::Gone | State::Bucket(None) | State::Trail(None))
    }

    /// The change that finds what this one sets, and leaves it so.
    #[must_use]
    pub(crate) fn made(&self) -> Self {
        let setting = match &self.setting {
            Setting::Bucket(turn) => Setting::Bucket(turn.made()),
            Setting::Trail(turn) => Setting::Trail(turn.made()),
            Setting::MultiRegion(turn) => Setting::MultiRegion(turn.made()),
            Setting::LogFileValidation(turn) => Setting::LogFileValidation(turn.made()),
            Setting::Selectors(turn) => Setting::Selectors(turn.made()),
            Setting::Logging(turn) => Setting::Logging(turn.made()),
        };
        Change { target: self.target.clone(), setting }
    }

    /// True iff both are about the same setting of the same recorder.
    #[must_use]
    pub fn same_setting(&self, other: &Change) -> bool {
        self.target.arn == other.target.arn
            && std::mem::discriminant(&self.setting) == std::mem::discriminant(&other.setting)
    }
}

impl Setting {
    fn state<'s>(
        &'s self,
        bucket: impl Fn(&'s Turn<Option<Bucket>>) -> &'s Option<Bucket>,
        flag: impl Fn(&'s Turn<bool>) -> bool,
        trail: impl Fn(&'s Turn<Option<NewTrail>>) -> &'s Option<NewTrail>,
        selectors: impl Fn(&'s Turn<String>) -> &'s String,
    ) -> State {
        match self {
            Self::Bucket(turn) => State::Bucket(bucket(turn).clone()),
            Self::Trail(turn) => State::Trail(trail(turn).clone()),
            Self::MultiRegion(turn) | Self::LogFileValidation(turn) | Self::Logging(turn) => {
                State::Flag(flag(turn))
            }
            Self::Selectors(turn) => State::Selectors(selectors(turn).clone()),
        }
    }
}

/// What takes a list of changes back: each inverted, the last first.
#[must_use]
pub fn undo(changes: &[Change]) -> Vec<Change> {
    changes.iter().rev().map(Change::inverse).collect()
}
