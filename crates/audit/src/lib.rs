//! What was seen of accounts, judged: an inventory in, findings out.
//!
//! Pure: no clock (the time is an argument), no I/O, no SDK type, no wire format. Ignorance is data: what could not be
//! read is a [`inventory::Gap`], and a finding that rests on one is undetermined, never a pass.
//!
//! ```text
//! Inventory --candidates--> who may record at a place --judge--> a verdict for every resource --controls--> findings
//! ```

pub mod accepted;
pub mod again;
pub mod answer;
pub mod backout;
mod candidates;
mod cause;
pub mod change;
pub mod code;
pub mod controls;
pub mod cost;
mod count;
pub mod drift;
pub mod edit;
pub mod elsewhere;
pub mod evidence;
pub mod exception;
mod exclusion;
pub mod extra_facts;
pub mod finding;
pub mod framework;
pub mod inputs;
pub mod inventory;
pub mod journal;
mod judge;
pub mod keepers;
pub mod lint;
pub mod named;
pub mod plan;
pub mod raw_answers;
pub mod reach;
pub mod remedy;
pub mod resource_ref;
pub mod served;
mod state;

pub use cause::{of_verdict, of_why};
use cost::Prices;
use exception::Exception;
use finding::{Audit, Summary};
use inventory::Inventory;

/// What an audit may be told.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Options<'a> {
    /// Which recorders count.
    pub recorders: Counted,
    /// Declared reductions: functions under one that holds do not fail a control.
    pub exceptions: &'a [Exception],
    /// The day of the audit, `YYYY-MM-DD`, UTC: exceptions hold until their own.
    pub today: &'a str,
    /// What recording costs; without it no price is named.
    pub prices: Option<&'a Prices>,
}

/// Which recorders count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Counted {
    /// Trails and event data stores.
    #[default]
    All,
    /// Trails alone: the letter of the control.
    Trails,
}

/// Audits an inventory. The same inventory and options always give the same answer.
#[must_use]
pub fn audit<'a>(inventory: &'a Inventory, options: &Options<'a>) -> Audit<'a> {
    let mut audit = judge::judge(inventory, options);
    audit.summary = summary(&audit);
    audit.controls = controls::all(&audit, options.prices);
    accepted::tell_matched(&mut audit);
    controls::warn_unmatched(&mut audit);
    audit
}

fn summary(audit: &Audit<'_>) -> Summary {
    (0..audit.places.len()).map(|place| audit.summary_of(place)).fold(Summary::default(), |all, here| {
        Summary {
            resources: all.resources + here.resources,
            recorded: all.recorded + here.recorded,
            partially_recorded: all.partially_recorded + here.partially_recorded,
            not_recorded: all.not_recorded + here.not_recorded,
            undetermined: all.undetermined + here.undetermined,
        }
    })
}
