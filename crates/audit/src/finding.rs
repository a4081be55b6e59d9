//! What an audit answers: controls with statuses, findings with proofs, a verdict for every resource.
//!
//! Everything a reader sees (status, reason, evidence, exit code) is a function of one [`Audit`] value.

use crate::code::{Code, Coded};
use crate::exception::Accepted;
use crate::framework::Framework;
use crate::inventory::{Gap, Inventory};
use crate::resource_ref::ResourceRef;
use crate::served::Served;
use cloudtrail::resource::ResourceType;
use recording::{State, Verdict, Why};
use std::collections::BTreeMap;

/// The status of a control or of one finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Status {
    /// The answer is no, and no gap could turn it.
    Fail,
    /// A gap decides.
    Undetermined,
    /// The answer is yes, and no gap could turn it.
    Pass,
    /// There is nothing the control could be about.
    NotApplicable,
}

impl Status {
    /// The word for it in our formats.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Fail => "fail",
            Self::Undetermined => "undetermined",
            Self::Pass => "pass",
            Self::NotApplicable => "not_applicable",
        }
    }

    /// The status of that word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Fail, Self::Undetermined, Self::Pass, Self::NotApplicable]
            .into_iter()
            .find(|status| status.as_str() == word)
    }
}

/// The word for a verdict's state in our formats.
#[must_use]
pub const fn verdict_word(state: State) -> &'static str {
    match state {
        State::Recorded => "recorded",
        State::PartiallyRecorded => "partially_recorded",
        State::NotRecorded => "not_recorded",
        State::Undetermined => "undetermined",
    }
}

/// How much a control weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Weight {
    /// The control itself or a sentence of its test plan: decides the exit code.
    Required,
    /// Good practice: shown, never decides the exit code.
    Advisory,
}

/// One control, answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ControlResult {
    /// Stable name: `lambda-invocations-recorded`.
    pub id: &'static str,
    /// What it asks, as a statement that is true iff it passes.
    pub title: &'static str,
    /// Whether it decides the exit code.
    pub weight: Weight,
    /// The worst status of its findings, or pass, or not applicable.
    pub status: Status,
    /// Why, in one sentence.
    pub reason: Coded,
    /// Each distinct reason once, worst first.
    pub findings: Vec<Finding>,
}

/// One reason why a control has its status, with all it applies to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Fail or undetermined; pass iff it is a warning that changes nothing.
    pub status: Status,
    /// One sentence.
    pub reason: Coded,
    /// The places it is about, as positions in [`Audit::places`], ascending.
    pub places: Vec<usize>,
    /// The resources it is about, ascending.
    pub resources: Vec<ResourceRef>,
    /// The recorders it is about, as positions in [`Inventory::recorders`], ascending.
    pub recorders: Vec<usize>,
    /// The verdict it rests on, at one of its places.
    pub proof: Option<Proof>,
    /// The gaps it rests on, as positions in [`Audit::gaps`], ascending. Not empty iff undetermined because of gaps.
    pub gaps: Vec<usize>,
    /// What to do next, in one sentence.
    pub help: Option<Coded>,
    /// The exception that it is about, as a position in [`Audit::accepted`], whether that one holds or not.
    pub exception: Option<usize>,
}

impl Finding {
    /// Sorts what it lists and drops repetitions.
    pub(crate) fn tidy(&mut self) {
        for list in [&mut self.places, &mut self.recorders, &mut self.gaps] {
            list.sort_unstable();
            list.dedup();
        }
        self.resources.sort_unstable();
        self.resources.dedup();
    }
}

/// A verdict and the place it was reached at: the place says which recorders its candidates are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Proof {
    /// Position in [`Audit::places`].
    pub place: usize,
    /// Position in [`Audit::verdicts`].
    pub verdict: usize,
}

/// The whole answer.
#[derive(Clone, Debug)]
pub struct Audit<'a> {
    /// What it is about.
    pub inventory: &'a Inventory,
    /// All controls, the main one first; where frameworks narrow what is shown, those that they rest on.
    pub controls: Vec<ControlResult>,
    /// Controls that no framework of `frameworks` rests on: not shown, and as much a part of the answer.
    pub left_out: Vec<ControlResult>,
    /// The frameworks to which the report is narrowed; empty iff it is not.
    pub frameworks: &'a [Framework],
    /// Resources by verdict.
    pub summary: Summary,
    /// One for each place of the inventory, in the same order.
    pub places: Vec<PlaceAudit<'a>>,
    /// The exceptions that were declared, in their own order.
    pub accepted: Vec<Accepted<'a>>,
    /// Every distinct verdict; others point here by index.
    pub verdicts: Vec<Verdict>,
    /// For each position in `verdicts` that is about the invocations of a resource, the position of the verdict about
    /// *all* data events of that resource, read and write: what the control's test plan ticks.
    pub data_events: BTreeMap<usize, usize>,
    /// For each position in `verdicts` that is undetermined only because of Regions that serve its resources and were not
    /// looked at, what it hangs on.
    pub open: BTreeMap<usize, Open>,
    /// Which rows are about one web function.
    pub served: Served,
    /// The gaps behind which accounts and Regions hide that were to be audited, as positions in `gaps`, ascending; empty
    /// iff every place that was asked for is among the places.
    pub unseen: Vec<usize>,
    /// The gaps of the inventory, and behind them what the audit itself found to be missing.
    pub gaps: Vec<Gap>,
}

/// What an undetermined verdict hangs on where it is not a recorder of the place. Such a verdict has no witness.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Open {
    /// In one sentence.
    pub reason: String,
    /// The gaps, as positions in [`Audit::gaps`], ascending.
    pub gaps: Vec<usize>,
    /// The verdict of the home Region alone: all that it serves is recorded. A position in [`Audit::verdicts`].
    pub home: usize,
}

/// Resources by verdict.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// All of them. A web function counts once, where it is at home, by the answer over all Regions that serve it.
    pub resources: usize,
    /// Verdict recorded.
    pub recorded: usize,
    /// Verdict partially recorded.
    pub partially_recorded: usize,
    /// Verdict not recorded.
    pub not_recorded: usize,
    /// Verdict undetermined.
    pub undetermined: usize,
}

impl Summary {
    /// Counts one resource more.
    pub fn count(&mut self, state: State) {
        self.resources += 1;
        *match state {
            State::Recorded => &mut self.recorded,
            State::PartiallyRecorded => &mut self.partially_recorded,
            State::NotRecorded => &mut self.not_recorded,
            State::Undetermined => &mut self.undetermined,
        } += 1;
    }
}

/// One account and Region, judged.
#[derive(Clone, Debug)]
pub struct PlaceAudit<'a> {
    /// Account id.
    pub account: &'a str,
    /// Region.
    pub region: &'a str,
    /// The recorders that record here or may do so, in the order that verdicts reached here count them.
    pub candidates: Vec<PlaceCandidate>,
    /// Recorders that certainly do not record here, with the reason: ascending by recorder.
    pub silent: Vec<Silent>,
    /// One for each [`ResourceType::ALL`], in that order.
    pub planes: Vec<Plane<'a>>,
    /// The verdict over all management events of this place, as a position in [`Audit::verdicts`].
    pub management: usize,
}

/// A recorder that records or may record at a place.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PlaceCandidate {
    /// Position in [`Inventory::recorders`]; `None` iff it is a recorder that may exist but could not be listed.
    pub recorder: Option<usize>,
    /// True iff it certainly exists, reaches the place, is active and delivers; its selectors may still be unread.
    pub certain: bool,
    /// The gaps that make it uncertain or its selectors unread.
    pub gaps: Vec<usize>,
}

/// A recorder that does not record at a place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Silent {
    /// Position in [`Inventory::recorders`].
    pub recorder: usize,
    /// Why.
    pub reason: SilentReason,
}

/// Why a recorder certainly records nothing at a place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum SilentReason {
    /// Its logging is off there.
    #[error("logging is off")]
    NotLogging,
    /// It logs, but cannot deliver.
    #[error("cannot deliver: {0}")]
    CannotDeliver(String),
    /// It is limited to another Region.
    #[error("records only {0}")]
    OtherRegion(String),
    /// It belongs to another account and is no organization recorder of this account's organization.
    #[error("belongs to account {0}")]
    OtherAccount(String),
    /// It or its shadow does not exist there.
    #[error("does not exist in this Region")]
    NotHere,
    /// The opt-in home Region trap: its home Region is opt-in and the account has not enabled it.
    #[error("its home Region {0} is opt-in and this account has not enabled it")]
    HomeRegionNotEnabled(String),
    /// An event data store that does not ingest.
    #[error("its status is {0}")]
    Idle(String),
    /// The audit was asked to count trails alone.
    #[error("only trails are counted (--recorders trails)")]
    NotCounted,
    /// A service-linked channel: a copy for another service, never counted.
    #[error("a channel of {0} is a compensating copy, not a recorder")]
    Compensating(String),
}

/// One type of resource at one place, judged.
#[derive(Clone, Debug)]
pub struct Plane<'a> {
    /// The type.
    pub kind: ResourceType,
    /// The verdict for any resource of the type that may ever exist here, as a position in [`Audit::verdicts`].
    pub any: usize,
    /// As `any`, but for the functions that an exception excuses; the same position where none does.
    pub any_other: usize,
    /// As `any_other`, also without the functions that the `match` of an exception accepts; the same position where none accepts any.
    pub any_accepted: usize,
    /// The exceptions that make the difference to `any_other`, as positions in [`Audit::accepted`], ascending.
    pub accepted_by: Vec<usize>,
    /// Every resource seen, with its verdict: the order of the listing, then those served here from another Region.
    pub rows: Vec<Row<'a>>,
    /// How many of `rows`, the first ones, are at home here.
    pub own: usize,
    /// Why there may be more than was seen, as positions in [`Audit::gaps`]; empty iff the listing is complete, or the
    /// type is not offered here.
    pub gaps: Vec<usize>,
    /// Why it is not known who records what other Regions serve of the resources at home here, as positions in
    /// [`Audit::gaps`]; empty iff every Region that serves one of them was audited.
    pub elsewhere: Vec<usize>,
}

/// A resource and its verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row<'a> {
    /// Its unqualified ARN.
    pub arn: &'a str,
    /// Position in [`Audit::verdicts`]. The witness there names another ARN of the same class: see
    /// [`recording::Escape::witness_for`].
    pub verdict: usize,
    /// The exception that names it, as a position in [`Audit::accepted`], whether that one still holds or not.
    pub exception: Option<usize>,
}

impl Audit<'_> {
    /// The resources of one place by verdict.
    #[must_use]
    pub fn summary_of(&self, place: usize) -> Summary {
        let mut summary = Summary::default();
        for kind in ResourceType::ALL {
            self.at_home(place, kind).for_each(|(home, _)| summary.count(self.state(home)));
        }
        summary
    }

    /// The gaps on which an undetermined verdict at this place hangs, ascending; empty for any other state.
    #[must_use]
    pub fn deciding_gaps(&self, proof: Proof) -> Vec<usize> {
        let verdict = &self.verdicts[proof.verdict];
        if verdict.state != State::Undetermined {
            return Vec::new();
        }
        let candidates = &self.places[proof.place].candidates;
        let open = verdict.escape.iter().flat_map(|escape| &escape.turned_away);
        let open = open.filter(|by| matches!(by.why, Why::Uncertain | Why::Unread));
        let mut gaps: Vec<usize> = open
            .filter_map(|by| candidates.get(by.by.candidate))
            .flat_map(|one| one.gaps.iter().copied())
            .collect();
        gaps.extend(self.open.get(&proof.verdict).into_iter().flat_map(|open| &open.gaps));
        gaps.sort_unstable();
        gaps.dedup();
        gaps
    }

    /// What escapes by that verdict, or what it hangs on, in words; `None` iff all is recorded.
    #[must_use]
    pub fn remainder(&self, verdict: usize) -> Option<&str> {
        let escape = self.verdicts[verdict].escape.as_ref().map(|escape| escape.remainder.as_str());
        escape.or_else(|| self.open.get(&verdict).map(|open| open.reason.as_str()))
    }

    /// The recorders that a recorded verdict at this place rests on, as positions in [`Inventory::recorders`].
    #[must_use]
    pub fn recorded_by(&self, proof: Proof) -> Vec<usize> {
        let candidates = &self.places[proof.place].candidates;
        let cover = self.verdicts[proof.verdict].cover.iter();
        let mut recorders: Vec<usize> =
            cover.filter_map(|by| candidates.get(by.candidate)).filter_map(|one| one.recorder).collect();
        recorders.dedup();
        recorders
    }

    /// The ARN that stands for any resource of the plane that may ever exist at the place, for use with
    /// [`recording::Escape::witness_for`]: the one in the verdict's own witness where that lies at the place.
    #[must_use]
    pub fn any_arn(&self, place: usize, plane: usize) -> String {
        let at = &self.places[place];
        let plane = &at.planes[plane];
        let prefix = recording::arn_prefix(plane.kind, &self.inventory.partition, at.account, at.region);
        let escape = self.verdicts[plane.any].escape.as_ref();
        let own = escape.and_then(|escape| escape.witness.resource.as_ref()).map(|resource| &resource.arn);
        match own.filter(|arn| arn.starts_with(&prefix)) {
            Some(arn) => arn.clone(),
            None => recording::any_arn(plane.kind, &prefix),
        }
    }

    /// True iff the resource stands under an exception that holds, and it is known how it stands: nobody accepted a gap.
    #[must_use]
    pub fn is_excused(&self, row: &Row<'_>) -> bool {
        let known = self.verdicts[row.verdict].state != State::Undetermined;
        known && row.exception.is_some_and(|at| self.accepted[at].holds)
    }

    /// True iff an exception that holds names the function, whatever a control asks of it.
    #[must_use]
    pub fn is_named(&self, row: &Row<'_>) -> bool {
        self.is_excused(row) && row.exception.is_some_and(|at| self.accepted[at].exception.matched.is_none())
    }

    /// The exception that a finding is about.
    #[must_use]
    pub fn exception_of(&self, finding: &Finding) -> Option<&Accepted<'_>> {
        self.accepted.get(finding.exception?)
    }

    /// True iff the finding would fail without an exception that holds.
    #[must_use]
    pub fn is_accepted(&self, finding: &Finding) -> bool {
        let matches = finding.reason.code != Code::ExceptionUnmatched;
        matches && finding.status == Status::Pass && self.exception_of(finding).is_some_and(|one| one.holds)
    }

    /// The row at that position.
    #[must_use]
    pub fn row(&self, resource: ResourceRef) -> Row<'_> {
        self.places[resource.place].planes[resource.plane].rows[resource.row]
    }
}
