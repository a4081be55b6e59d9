//! The collector: reads accounts of AWS into an inventory, and asks which permissions the caller holds.
//!
//! It is the only crate that names the SDK of AWS, and nothing of the SDK leaves it. Only `apply` calls operations that
//! write to what is recorded, only `notify` tells others of findings, and only [`Session::invoke`], at the user's word, invokes a function; none
//! of them is called by anything here. Whatever could not be read becomes a gap of the inventory; an error is only what makes everything impossible.

mod activity;
mod apply;
mod beside;
mod body;
mod bounded;
mod call;
mod canary;
mod collect;
mod endpoint;
mod error;
mod gap;
mod locations;
mod lock;
mod metrics;
mod notify;
mod objects;
mod one_line;
mod options;
mod pace;
pub mod permissions;
mod public_keys;
mod raw;
mod raw_answers;
mod series;
mod session;
mod stop;
mod wire;

pub use activity::{Activity, OnTheWay};
pub use apply::{Carried, Orders, Site, Stopped};
pub use beside::Wants;
pub use canary::{Aim, CanaryError, CanaryTrouble, Sent};
pub use collect::{Collected, Progress};
pub use error::CollectError;
pub use locations::{Location, Locations};
pub use metrics::Hours;
pub use notify::{Webhook, WebhookError};
pub use objects::{Listed, Metadata, Object, ObjectError, ObjectTrouble, Objects, Page, Pages};
pub use options::{Accounts, Keys, Limits, Options, Pace};
pub use public_keys::PublicKey;
pub use raw_answers::{CollectedAgain, collect_again};
pub use session::Session;
pub use stop::Stop;
