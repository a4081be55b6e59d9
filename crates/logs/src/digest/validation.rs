//! What digests prove: for each window of time a state, with all reasons, and in sum.

use crate::digest::document::Refusal;
use crate::digest::keys::KeyRefusal;
use crate::digest::lacking::Lacking;
use crate::digest::name::Chain;
use std::collections::BTreeSet;

/// What may be said of a window. The greater is the worse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// The digest is signed by CloudTrail and fits to its neighbours, and every log file it lists is as it was delivered.
    Valid,
    /// Nobody can say: something was not read, not signed for us, or no digest is about that time.
    NotAssertable,
    /// Something was changed, moved into another's place or taken away.
    Invalid,
}

/// Why a window is not valid. Keys are those of objects; a digest is named by the key under which it was found.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum Reason {
    /// *Invalid*: not there, though listed a moment ago or named by a signed successor.
    #[error("digest {key} is not there{}", named_by.as_ref().map_or_else(String::new, |by| format!("; {by} names it as the one before (it, and any digest before it)")))]
    Missing {
        /// The digest that is not there.
        key: String,
        /// The successor that names it.
        named_by: Option<String>,
    },
    /// *Invalid*: the gzip data is not as it was delivered.
    #[error("the digest is damaged: {why}")]
    Damaged {
        /// In words.
        why: String,
    },
    /// *Invalid*: not what a digest is.
    #[error("the file is not a digest: {0}")]
    NotADigest(Refusal),
    /// *Invalid*: a digest lies in the place of another.
    #[error("the digest says that it is {bucket}/{key}")]
    Place {
        /// `digestS3Bucket`
        bucket: String,
        /// `digestS3Object`
        key: String,
    },
    /// *Invalid*: it is about another account than its key says.
    #[error("the digest says that it is of account {account}")]
    Account {
        /// `awsAccountId`
        account: String,
    },
    /// *Invalid*: two copies of the digest, two contents.
    #[error("two copies of the digest hold different bytes")]
    CopiesDiffer,
    /// *Invalid*: two copies of the digest, two signatures in their metadata.
    #[error("two copies of the digest have different signatures")]
    SignaturesDiffer,
    /// *Invalid*: the signature is not one of this content.
    #[error("the signature{} is not one of the digest's content", held_by.as_ref().map_or_else(String::new, |by| format!(" that {by} holds")))]
    Signature {
        /// The successor that holds it; `None` iff it is the one of the digest's own metadata.
        held_by: Option<String>,
    },
    /// *Invalid*: a signed successor holds another hash of this digest.
    #[error("digest {successor} holds another hash of this one")]
    PredecessorHash {
        /// Which one.
        successor: String,
    },
    /// *Invalid*: a signed successor holds another signature of this digest.
    #[error("digest {successor} holds another signature of this one")]
    PredecessorSignature {
        /// Which one.
        successor: String,
    },
    /// *Invalid*: what this digest, unverified, holds of its predecessor is not so.
    #[error("the digest holds another hash or signature of {predecessor} than that one has")]
    NotItsPredecessor {
        /// Which one.
        predecessor: String,
    },
    /// *Invalid*: a log file is gone.
    #[error("log file {key} is not there")]
    FileMissing {
        /// As the digest has it.
        key: String,
    },
    /// *Invalid*: a log file is not what was delivered.
    #[error("log file {key} was changed: its SHA-256 is {found}, the digest has {expected}")]
    FileDiffers {
        /// As the digest has it; of one of several copies, the copy's own.
        key: String,
        /// Hexadecimal.
        expected: String,
        /// Hexadecimal.
        found: String,
    },
    /// *Invalid*: a log file cannot be inflated as it was delivered.
    #[error("log file {key} is damaged: {why}")]
    FileDamaged {
        /// As the digest has it.
        key: String,
        /// In words.
        why: String,
    },
    /// *Not assertable*: a log file could not be read.
    #[error("log file {key} was not read: {why}")]
    FileUnread {
        /// As the digest has it.
        key: String,
        /// In words.
        why: String,
    },
    /// *Not assertable*: a log file was not found where not everything was listed.
    #[error("log file {key} was not found, and it may be there: {why}")]
    FileUnlisted {
        /// As the digest has it.
        key: String,
        /// What was not listed, in words.
        why: String,
    },
    /// *Not assertable*: the digest before this one was not found where not everything was listed.
    #[error("digest {key}, which {named_by} names, was not found, and it may be there: {why}")]
    Unlisted {
        /// The digest that was not found.
        key: String,
        /// The successor that names it.
        named_by: String,
        /// What was not listed, in words.
        why: String,
    },
    /// *Not assertable*: the digest could not be read.
    #[error("the digest was not read: {why}")]
    Unread {
        /// In words.
        why: String,
    },
    /// *Not assertable*: it uses an algorithm that we do not know.
    #[error("the digest cannot be verified: {0}")]
    Algorithm(Refusal),
    /// *Not assertable*: it names a key that we do not have.
    #[error(
        "public key {fingerprint} is not known; `aws cloudtrail list-public-keys` in the digest's Region has it"
    )]
    KeyUnknown {
        /// Of the key.
        fingerprint: String,
    },
    /// *Not assertable*: it names a key that we do not use.
    #[error("public key {fingerprint} is not used: {why}")]
    KeyRefused {
        /// Of the key.
        fingerprint: String,
        /// Why.
        why: KeyRefusal,
    },
    /// *Not assertable*: a copy without metadata, and no successor that holds its signature.
    #[error("the digest's signature is not there: neither its metadata nor a later digest holds it")]
    NoSignature,
    /// *Not assertable*: an unverified digest names a predecessor that is not there.
    #[error("digest {key} is not there; {named_by}, which is not verified, names it")]
    MissingPerhaps {
        /// The digest that is not there.
        key: String,
        /// The one that names it.
        named_by: String,
    },
    /// *Not assertable*: the chain starts again. What is delivered while validation or logging is off is in no digest, ever.
    #[error("no digest: the chain starts again after it (validation or logging was off)")]
    Restarted,
    /// *Not assertable*: two digests that follow each other leave time between.
    #[error("no digest: the next one starts later than the previous one ends")]
    Between,
    /// *Not assertable*: before the first digest.
    #[error("no digest: it lies before the first of the chain")]
    Before,
    /// *Not assertable*: behind the newest digest. If later ones were deleted, nothing shows it.
    #[error("no digest: it lies after the newest of the chain")]
    After,
    /// *Not assertable*: there are digests of backfill, and of the chain of each hour, which is always there, none.
    #[error("no digest of the hour: only digests of backfill are here")]
    OnlyBackfill,
}

impl Reason {
    /// [`State::Invalid`] or [`State::NotAssertable`].
    #[must_use]
    pub fn state(&self) -> State {
        match self {
            Self::FileUnread { .. }
            | Self::FileUnlisted { .. }
            | Self::Unlisted { .. }
            | Self::Unread { .. }
            | Self::Algorithm(_)
            | Self::KeyUnknown { .. }
            | Self::KeyRefused { .. }
            | Self::NoSignature
            | Self::MissingPerhaps { .. }
            | Self::Restarted
            | Self::Between
            | Self::Before
            | Self::After
            | Self::OnlyBackfill => State::NotAssertable,
            _ => State::Invalid,
        }
    }
}

/// What is worth knowing of a window and changes no state.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum Note {
    /// A starting digest.
    #[error("the chain starts here")]
    Starts,
    /// The predecessor lies before what was read.
    #[error("the digest before it, {predecessor}, was not among those read")]
    BeginsBefore {
        /// Its key.
        predecessor: String,
    },
    /// It lists a file with an event from before its own time: something was delivered late.
    #[error("it lists events from before its own time: delivered late")]
    Late,
    /// It starts before the one before it ends.
    #[error("it overlaps the digest before it")]
    Overlaps,
    /// It was found elsewhere than CloudTrail delivered it.
    #[error("CloudTrail delivered it as {bucket}/{key}")]
    Moved {
        /// `digestS3Bucket`
        bucket: String,
        /// `digestS3Object`
        key: String,
    },
    /// The key that signed it is valid at another time, as AWS or the file of keys says.
    #[error("public key {fingerprint}, which signed it, is not of its time")]
    KeyOfAnotherTime {
        /// Of the key.
        fingerprint: String,
    },
    /// Its own signature was not there.
    #[error("its signature was taken from the next digest")]
    SignedBySuccessor,
}

/// Log files that one digest lists, by what was found.
///
/// `listed == proven + unproven + invalid + unread`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Files {
    /// All.
    pub listed: u64,
    /// As they were delivered: of the hash that a trustworthy digest holds.
    pub proven: u64,
    /// Of the hash that the digest holds, which is itself not trustworthy.
    pub unproven: u64,
    /// Missing, changed or damaged.
    pub invalid: u64,
    /// Not read, or not found where not everything was listed.
    pub unread: u64,
    /// Of those of the right hash: found only in another bucket or under another prefix than the digest names.
    pub moved: u64,
}

/// A stretch of time, and what may be said of the log files delivered within.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    /// Milliseconds since 1970. Of a digest that could not be read: the end of the one before, or an hour before `to`. Of time
    /// before the first digest where the beginning is open: an hour before `to`.
    pub from: i64,
    /// Milliseconds since 1970.
    pub to: i64,
    /// The digest's bucket and key as found; `None` iff no digest is about this time.
    pub digest: Option<(Option<String>, String)>,
    /// The worst state of the reasons; [`State::Valid`] iff there is none.
    pub state: State,
    /// Sorted.
    pub reasons: Vec<Reason>,
    /// Sorted.
    pub notes: Vec<Note>,
    /// Numbers of the log files that the digest lists.
    pub files: Files,
}

/// The windows of one chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValidatedChain {
    /// Which one.
    pub chain: Chain,
    /// By `to`, `from` and key. They may overlap where digests do.
    pub windows: Vec<Window>,
}

/// Why a log file that is there is proven by nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unproven {
    /// Delivered behind the newest digest of its account and Region: the next may list it.
    Young,
    /// Only digests list it that are not trustworthy.
    Unverified,
    /// No digest lists it: backfill is pending, another trail without validation delivered it, or it is forged.
    Unreferenced,
    /// No digest that was read lists it, and not all digests of its account and Region could be listed and read.
    Unread,
}

/// A log file that no trustworthy digest lists.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct UnprovenFile {
    /// Where it is; `None` for a local copy.
    pub bucket: Option<String>,
    /// Its key.
    pub key: String,
    /// Why.
    pub why: Unproven,
}

/// An account, a Region, or one in the other, that was asked about by name and has no digest of the time asked about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Without {
    /// `None` iff it is so for all accounts.
    pub account: Option<String>,
    /// `None` iff it is so for all Regions.
    pub region: Option<String>,
}

/// All in numbers. Files are counted once for each digest that lists them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Chains.
    pub chains: u64,
    /// Windows that are those of digests.
    pub digests: u64,
    /// Windows by state.
    pub valid: u64,
    /// Windows by state.
    pub not_assertable: u64,
    /// Windows by state.
    pub invalid: u64,
    /// The log files that digests list.
    pub files: Files,
    /// Log files by why nothing proves them.
    pub young: u64,
    /// Log files by why nothing proves them.
    pub unverified: u64,
    /// Log files by why nothing proves them.
    pub unreferenced: u64,
    /// Log files by why nothing proves them.
    pub digests_unread: u64,
}

/// What digests prove.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Validation {
    /// Sorted by [`Chain`].
    pub chains: Vec<ValidatedChain>,
    /// Sorted. Log files, whatever they are called, and all on which an answer rests.
    pub unproven: Vec<UnprovenFile>,
    /// Keys that were handed over as those of digests and are not. Sorted.
    pub strangers: Vec<String>,
    /// See [`Validation::expect`]. Sorted.
    pub without: Vec<Without>,
    /// See [`Validation::hold_against`]. Sorted.
    pub lacking: Vec<Lacking>,
    /// What could not be listed, in words: whoever lists enters it. Nothing is valid beside it.
    pub unlisted: Vec<String>,
    /// All in numbers.
    pub totals: Totals,
}

impl Validation {
    /// Enters accounts and Regions that were asked about by name, and have no digest of the time asked about: whoever deletes all
    /// logs and all digests of one leaves nothing behind that would tell. Where only Regions are named, each account with such
    /// digests is held against each.
    pub fn expect(&mut self, accounts: &[String], regions: &[String]) {
        let there: BTreeSet<(&str, &str)> = self
            .chains
            .iter()
            .filter(|one| !one.chain.backfill && one.windows.iter().any(|window| window.digest.is_some()))
            .map(|one| (one.chain.account.as_str(), one.chain.region.as_str()))
            .collect();
        let has = |account: Option<&str>, region: Option<&str>| {
            let is = |asked: Option<&str>, one: &str| asked.is_none_or(|asked| asked == one);
            there.iter().any(|(a, r)| is(account, a) && is(region, r))
        };
        let named = accounts.iter().map(String::as_str);
        let known = there.iter().map(|(account, _)| *account).filter(|_| accounts.is_empty());
        let mut without = BTreeSet::new();
        let mut enter = |account: Option<&str>, region: Option<&str>| {
            let missing = !has(account, region);
            if missing {
                let (account, region) = (account.map(str::to_owned), region.map(str::to_owned));
                without.insert(Without { account, region });
            }
            missing
        };
        let empty: BTreeSet<&str> =
            regions.iter().map(String::as_str).filter(|region| enter(None, Some(region))).collect();
        for account in named.chain(known).collect::<BTreeSet<_>>() {
            if !enter(Some(account), None) {
                for region in regions.iter().filter(|region| !empty.contains(region.as_str())) {
                    enter(Some(account), Some(region));
                }
            }
        }
        self.without = without.into_iter().collect();
    }

    /// The worst state of all windows. [`State::Valid`] only where there is a window, every log file stands in a digest that is to be
    /// trusted, neither what was named nor a trail lacks digests, and everything could be listed.
    #[must_use]
    pub fn state(&self) -> State {
        let windows = self.chains.iter().flat_map(|chain| &chain.windows);
        let windows = windows.map(|window| window.state).max().unwrap_or(State::NotAssertable);
        // A file that nothing proves may be forged, and one behind the newest digest may have lost its own.
        let files = if self.unproven.is_empty() { State::Valid } else { State::NotAssertable };
        let named = if self.without.is_empty() && self.lacking.is_empty() && self.unlisted.is_empty() {
            State::Valid
        } else {
            State::NotAssertable
        };
        windows.max(files).max(named)
    }
}

impl Files {
    pub(super) fn add(&mut self, other: &Files) {
        self.listed += other.listed;
        self.proven += other.proven;
        self.unproven += other.unproven;
        self.invalid += other.invalid;
        self.unread += other.unread;
        self.moved += other.moved;
    }
}
