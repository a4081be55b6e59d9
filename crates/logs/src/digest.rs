//! CloudTrail's digest files: what they say of log files and of one another, and how much of it is proven.
//!
//! A digest lists what was *delivered* within an hour to one bucket for one trail, account and Region, with the hash of each
//! log file; it is signed, and holds hash and signature of the digest before it (user guide, "CloudTrail digest file
//! structure"). A valid digest and a log file of its hash prove that the file is as it was delivered. Without a valid digest
//! nothing can be said of its time: neither that a file is genuine nor that none is missing.
//!
//! [`Found`] takes what was read, [`Expected`] says which log files to hash, [`judge`] says what is proven; [`Weighing`] says which
//! digests are to be trusted before any log file is read.

mod asked;
mod document;
mod expected;
mod files;
mod found;
mod judge;
mod keys;
mod lacking;
mod links;
mod live;
mod name;
mod signature;
mod unlisted;
mod validation;
mod windows;

pub use asked::Asked;
pub use document::{Digest, LogFile, Previous, Refusal};
pub use expected::{Claim, Expected, Seen, Standing};
pub use found::{Found, Unread};
pub use judge::{Weighing, judge};
pub use keys::{KeyRefusal, KeySource, KeysError, PublicKey, PublicKeys, Validity};
pub use lacking::{Lack, Lacking, LackingPlace};
pub use live::{LiveTrail, Logging};
pub use name::{Chain, DigestName};
pub use unlisted::{Absent, Unlisted};
pub use validation::{
    Files, Note, Reason, State, Totals, Unproven, UnprovenFile, ValidatedChain, Validation, Window, Without,
};
