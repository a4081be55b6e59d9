//! A plan: the changes that make the control pass, what each gains, costs and may break, and what could not be planned.
//!
//! Pure and deterministic: the same inventory and options give the same plan. Nothing is left to choose when it is
//! carried out.

mod after;
mod conduct;
mod copies;
mod create;
mod declared;
mod finish;
mod gained;
mod may_record;
mod narrowing;
mod owner;
mod record;
mod reduce;
mod restore;
mod retold;
mod skeleton;
mod theirs;
mod undone;

pub use after::after;
pub use conduct::{Misconduct, conduct, conduct_on, conduct_over, unbegun};
pub use copies::{drop_copies, drop_copies_within};
pub use declared::{Declaring, TakenBack, ended_by, is_over, still_needed};
use finish::finish;
pub use narrowing::{Narrowing, narrowings, narrowings_between};
pub use owner::owner;
pub use record::record;
pub use reduce::{Reduction, backout};
pub use restore::{restore, still_excused};
pub use retold::retold;
pub use theirs::{Stranger, stranger};
pub use undone::{
    Around, around, begun, changed_since, first_changed, is_taken_back, relied_on, still_to_come, taken_back,
    takes_back_all, takes_back_only, undo, watched,
};

use crate::answer::Conclusion;
use crate::change::Change;
use crate::code::{Code, Coded};
use crate::controls::names::{REQUIRED, is_about_invocations};
use crate::cost::{CostTurn, Prices};
use crate::exception::Exception;
use crate::finding::Status;
use crate::{Counted, Options};
use cloudtrail::recorder::{Recorder, RecorderKind};
use std::collections::BTreeSet;

/// A change and why it is made.
type Reasoned = (Change, Coded);

/// What a plan may be told.
#[derive(Clone, Copy, Debug, Default)]
pub struct PlanOptions<'a> {
    /// How the audit judges.
    pub audit: Options<'a>,
    /// Records web functions and MicroVMs too where there are none yet.
    pub all_kinds: bool,
    /// Makes a trail in each account that needs one, also where one trail of the organization would do.
    pub per_account: bool,
    /// Records management events too that a recorder leaves out on purpose (AWS KMS, RDS Data API).
    pub all_management: bool,
    /// What recording costs; without it no cost is told.
    pub prices: Option<&'a Prices>,
    /// What is known of the names of buckets; without it each is taken for free.
    pub buckets: Option<&'a Buckets>,
}

/// Names that a bucket of a new trail could have, as they were found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Buckets {
    /// There as a plan wanted them, in the account that it wanted them in: they are used.
    pub ready: BTreeSet<String>,
    /// Another bucket has the name: another name is taken.
    pub taken: BTreeSet<String>,
}

impl PlanOptions<'_> {
    fn counts(&self, kind: RecorderKind) -> bool {
        match self.audit.recorders {
            Counted::All => true,
            Counted::Trails => kind == RecorderKind::Trail,
        }
    }
}

/// A plan.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// What it is for.
    pub purpose: Purpose,
    /// What it was computed from: it must be carried out there and nowhere else.
    pub scope: Scope,
    /// In the order in which they are carried out.
    pub steps: Vec<Step>,
    /// What was wanted and could not be planned, with the nearest that can.
    pub refusals: Vec<Refusal>,
    /// What the whole plan adds to what is recorded, in words; one for each kind.
    pub gained: Vec<Coded>,
    /// What is recorded before and will not be after: empty unless the purpose is a reduction.
    pub losses: Vec<Loss>,
    /// How trails were found that it starts, or lets record more Regions: an undo looks whether others set them up since.
    pub found: Vec<FoundTrail>,
    /// The status of every control before and after, in the order of the audit.
    pub outlook: Vec<Outlook>,
    /// What recording Lambda costs before and after; `None` where the invocations are not known.
    pub cost: Option<CostTurn>,
}

/// What a plan found of a trail, and leaves as it is; in an undo, what the steps would have found that it does not take back. A trail is there more
/// than once where either is expected: the first is what the plan found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundTrail {
    /// Its ARN.
    pub arn: String,
    /// What it selected, as a request sets it; `None` where the plan sets that.
    pub selectors: Option<String>,
    /// `IsMultiRegionTrail`; `None` where the plan sets that.
    pub multi_region: Option<bool>,
    /// Whether it logged; `None` where the plan sets that, or it did.
    pub logging: Option<bool>,
}

impl Plan {
    /// Whether what was wanted can be done: no iff something of it was refused and leaves a place, or everything, as it is; undetermined where only
    /// gaps are why. A plan to record reaches its end only where the audit afterwards says so, which is today's where nothing changes.
    #[must_use]
    pub fn answer(&self) -> Conclusion {
        let at_places = || self.refusals.iter().filter(|one| !one.places.is_empty());
        let is_gap = |one: &Refusal| one.reason.code == Code::HangsOnGaps;
        let on_gaps = at_places().any(is_gap);
        let nothing_is_done = self.steps.is_empty() && !self.refusals.is_empty();
        match self.purpose {
            _ if at_places().any(|one| !is_gap(one)) || nothing_is_done && !on_gaps => Conclusion::No,
            Purpose::Record if self.required_after(Status::Fail).next().is_some() => Conclusion::No,
            // What only a gap leaves open no change closes.
            _ if on_gaps => self.invocations_after().max(Conclusion::Undetermined),
            Purpose::Record if self.required_after(Status::Undetermined).next().is_some() => {
                Conclusion::Undetermined
            }
            Purpose::Record => self.invocations_after().max(Conclusion::Yes),
            _ => Conclusion::Yes,
        }
    }

    /// What the controls about invocations say once it is carried out, as the answer of an audit says it.
    #[must_use]
    pub fn invocations_after(&self) -> Conclusion {
        let about = self.outlook.iter().filter(|one| is_about_invocations(&one.control));
        about.map(|one| one.after.conclusion()).max().unwrap_or(Conclusion::Undetermined)
    }

    /// True iff invocations, now or of new resources, are still not recorded once it is carried out because exceptions that hold accept it.
    #[must_use]
    pub fn leaves_excepted(&self) -> bool {
        self.outlook.iter().any(|one| one.excepted && is_about_invocations(&one.control))
    }

    /// The required controls that have this status once it is carried out.
    pub fn required_after(&self, status: Status) -> impl Iterator<Item = &Outlook> {
        let required = move |one: &&Outlook| REQUIRED.contains(&one.control.as_str());
        self.outlook.iter().filter(required).filter(move |one| one.after == status)
    }
}

/// What a plan is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Every invocation recorded.
    Record,
    /// The same recorded with fewer paid copies.
    DropCopies,
    /// A declared reduction.
    Backout(Exception),
    /// Full recording again, after the reductions of these exceptions, each known by its id, its functions and its plan.
    Restore(Vec<Exception>),
    /// What was changed, taken back.
    Undo,
}

/// Where a plan belongs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope {
    /// The partition.
    pub partition: String,
    /// The organization, where it is known to be one.
    pub organization: Option<String>,
    /// The accounts it was computed from, sorted.
    pub accounts: Vec<String>,
    /// When the inventory was collected: RFC 3339, UTC.
    pub collected_at: String,
    /// Which recorders counted: the plan is judged by the same where it is carried out.
    pub recorders: Counted,
}

/// One change with everything that is said of it. What is said explains and never decides.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// What is done.
    pub change: Change,
    /// Why this change, and why this recorder.
    pub because: Coded,
    /// Who manages the recorder.
    pub owner: Owner,
    /// What this step adds to what is recorded, in words; one for each kind. Judged after all steps before it.
    pub gained: Vec<Coded>,
    /// What it can break, in words.
    pub risks: Vec<Coded>,
    /// How it is taken back, in words.
    pub backout: Coded,
}

/// Who manages a recorder, so that a change made behind the owner's back would be reverted or refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Owner {
    /// Nobody that we can see: it was made by hand, or by something without marks.
    Nobody,
    /// Terraform or OpenTofu, by this tag.
    Terraform {
        /// The mark it was recognised by.
        mark: String,
    },
    /// Pulumi, by this tag.
    Pulumi {
        /// The mark it was recognised by.
        mark: String,
    },
    /// CloudFormation (StackSets too).
    CloudFormation {
        /// The stack, or the tag that it was recognised by.
        stack: String,
    },
    /// The AWS CDK, which deploys through CloudFormation.
    Cdk {
        /// The mark it was recognised by.
        mark: String,
    },
    /// The Landing Zone Accelerator.
    LandingZoneAccelerator {
        /// The mark it was recognised by.
        mark: String,
    },
    /// AWS Control Tower.
    ControlTower {
        /// The mark it was recognised by.
        mark: String,
    },
    /// Its tags were not read, so it may be anybody's: why.
    Unread(String),
}

/// Something wanted that was not planned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The places it is about, as account and Region; empty where it is about none in particular.
    pub places: Vec<(String, String)>,
    /// The recorder it is about, where there is one.
    pub recorder: Option<String>,
    /// Why not.
    pub reason: Coded,
    /// The nearest that can be done.
    pub nearest: Coded,
}

impl Refusal {
    /// One that is about this recorder and no place in particular.
    fn of(recorder: &Recorder, reason: Coded, nearest: Coded) -> Self {
        Refusal { places: Vec::new(), recorder: Some(recorder.arn.clone()), reason, nearest }
    }
}

/// Something that is recorded before and not after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loss {
    /// The recorder that drops it.
    pub recorder: String,
    /// The function's ARN.
    pub function: String,
    /// Why this one may be dropped, in words.
    pub because: Coded,
    /// What speaks for keeping it, the gravest first: the codes of what the words say.
    pub risks: Vec<Code>,
}

/// A control before and after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outlook {
    /// The control.
    pub control: String,
    /// Its status today.
    pub before: Status,
    /// Its status once the plan is carried out.
    pub after: Status,
    /// True iff it passes then, except what exceptions that hold accept.
    pub excepted: bool,
    /// Why, after.
    pub reason: Coded,
}
