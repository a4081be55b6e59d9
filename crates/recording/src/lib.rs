//! The decision procedure: every event of a space is recorded, or here is one that is not.
//!
//! Pure and synchronous; it never reads AWS's JSON, a clock, a file or the network. Its one question is [`decide`]: do
//! the selectors of all recorders, *taken together*, admit every event that an invocation of this resource can give rise
//! to? The way there is one noun per file:
//!
//! ```text
//! selectors --clauses--> boxes of events        invocations --> the space of events, with provenance
//!     table: what one field can be  ->  grid: all of them  ->  search: one event that no clause takes  ->  witness
//!                                                              remainder: all that no clause takes, for words
//! ```

mod anywhere;
mod bits;
mod callers;
mod clauses;
mod copies;
mod cover;
mod decide;
mod decider;
mod exits;
mod grammar;
mod grid;
mod inclusion;
mod index;
mod invocations;
mod places;
mod principal;
mod remainder;
mod remainder_words;
mod search;
mod steps;
mod subject;
mod table;
mod trie;
mod values;
mod verdict;
mod witness;

pub use anywhere::{Anywhere, anywhere, region_classes};
pub use clauses::Candidate;
pub use decide::{decide, decide_space};
pub use decider::{ClassId, Decider};
pub use inclusion::{Effort, Inclusion, included, included_within};
pub use invocations::{Provenance, Space, data_events, deciding_names, invocations, management_events};
pub use places::Place;
pub use steps::WORK_LIMIT;
pub use subject::{Subject, any_arn, arn_prefix};
pub use values::{Alphabet, Domain};
pub use verdict::{Escape, GivenUp, Open, SelectorRef, State, TurnedAwayBy, Verdict, Why};
