//! The decision procedure: every event of a space is recorded, or here is one that is not.
//!
//! Pure and synchronous; it never reads AWS's JSON, a clock, a file or the network. Its one question is [`decide`]: do
//! the selectors of all recorders, *taken together*, admit every event that an invocation of this resource can give rise
//! to? The way there is one noun per file:
//!
//! ```text
//! selectors --clauses--> boxes of events        invocations --> the space of events, with provenance
//!     values: the classes one field can still take  ->  remainder: what no clause takes  ->  witness: one event of it
//! ```

mod anywhere;
mod clauses;
mod decide;
mod inclusion;
mod index;
mod invocations;
mod places;
mod remainder;
mod values;
mod witness;
mod words;

pub use anywhere::{Anywhere, anywhere};
pub use clauses::Candidate;
pub use decide::{
    ClassId, Decider, Escape, SelectorRef, State, Subject, TurnedAwayBy, Verdict, Why, any_arn, arn_prefix,
    decide, decide_space,
};
pub use inclusion::{Inclusion, included};
pub use invocations::{Provenance, Space, data_events, invocations, management_events};
pub use places::Place;
pub use values::{Alphabet, Domain};
