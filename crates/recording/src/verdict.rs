//! The answer with its proof.

use cloudtrail::TurnedAway;
use cloudtrail::event::Event;
use cloudtrail::selector::Doubt;

/// The answer in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum State {
    /// Every documented and observed event is certainly recorded.
    Recorded,
    /// Some event certainly escapes, and some is certainly recorded.
    PartiallyRecorded,
    /// Some event certainly escapes, and none is certainly recorded.
    NotRecorded,
    /// Neither: it hangs on something that was not read or that we do not understand, on an event name about which AWS's pages
    /// contradict each other, or it takes more work than [`crate::WORK_LIMIT`].
    Undetermined,
}

/// The answer with its proof.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The answer in one word.
    pub state: State,
    /// Iff recorded: selectors that together suffice, and of which none can be left out (as far as the work limit allowed
    /// to look for those).
    pub cover: Vec<SelectorRef>,
    /// Unless recorded: what escapes. If the state is partially or not recorded, the witness certainly escapes; if it is
    /// undetermined, the witness is not certainly recorded, and `turned_away` and `open` name what it hangs on. `None` where
    /// the work limit was reached before anything was found.
    pub escape: Option<Escape>,
    /// Iff recorded: what would escape if a merely possible shape of event existed. A warning, never a fail.
    pub possible: Option<Escape>,
    /// Candidates that all certainly record one same event, where there are at least two: each is a paid copy. See
    /// `given_up` for whether there may be more.
    pub copies: Vec<usize>,
    /// Iff undetermined for a reason that is not in `turned_away`.
    pub open: Option<Open>,
    /// What else was given up at the work limit.
    pub given_up: GivenUp,
}

/// Why a verdict is undetermined although nothing in the selectors or recorders is in doubt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Open {
    /// Only events escape whose name one page of AWS gives and another does not (U-1).
    Names,
    /// Deciding takes more than [`crate::WORK_LIMIT`] steps.
    Work,
}

/// What was not looked for to the end because of the work limit; it changes no verdict.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GivenUp {
    /// More candidates than [`Verdict::copies`] may record one same event.
    pub copies: bool,
    /// A merely possible shape of event may escape, although [`Verdict::possible`] names none.
    pub possible: bool,
}

/// A set of events that are not recorded, and one of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Escape {
    /// All of them, in words.
    pub remainder: String,
    /// One of them.
    pub witness: Event,
    /// For each selector of each candidate why it does not (certainly) record the witness.
    pub turned_away: Vec<TurnedAwayBy>,
}

impl Escape {
    /// True iff no invocation at all is certainly recorded, and that is certain.
    #[must_use]
    pub fn is_everything(&self) -> bool {
        self.remainder == crate::remainder_words::NO_INVOCATION
    }
}

/// A selector of a candidate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SelectorRef {
    /// Position among the candidates.
    pub candidate: usize,
    /// Position among the recorder's selectors.
    pub selector: usize,
}

/// What a selector did with a witness.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TurnedAwayBy {
    /// The selector; for a candidate whose selectors were not read, its position is 0.
    pub by: SelectorRef,
    /// What it did.
    pub why: Why,
}

/// Why a selector does not certainly record a witness.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// This turned the witness away.
    Field(TurnedAway),
    /// It may record the witness, but holds something we do not understand.
    Doubt(Doubt),
    /// It admits the witness, but whether its recorder records at this place is not known.
    Uncertain,
    /// The recorder's selectors were not read.
    Unread,
}

impl Verdict {
    /// The verdict without the candidates from position `own` on, which stand for what is not asked about and record nothing. `whole` is
    /// the state of all that is asked about, and of what they stand for.
    #[must_use]
    pub fn among(mut self, own: usize, whole: Option<State>) -> Self {
        if self.state == State::PartiallyRecorded && whole == Some(State::NotRecorded) {
            self.state = State::NotRecorded;
        }
        self.cover.retain(|one| one.candidate < own);
        self.copies.retain(|one| *one < own);
        if self.copies.len() < 2 {
            self.copies.clear();
        }
        for escape in self.escape.iter_mut().chain(&mut self.possible) {
            escape.turned_away.retain(|one| one.by.candidate < own);
        }
        self
    }
}

impl Escape {
    /// True iff every selector certainly turns the witness away.
    pub(crate) fn is_certain(&self) -> bool {
        self.turned_away.iter().all(|by| matches!(by.why, Why::Field(_)))
    }
}

impl Escape {
    /// The witness for another resource of the same class.
    #[must_use]
    pub fn witness_for(&self, arn: &str) -> Event {
        let mut witness = self.witness.clone();
        if let Some(resource) = &mut witness.resource {
            arn.clone_into(&mut resource.arn);
        }
        witness
    }
}

impl Verdict {
    /// A verdict that nobody could reach within the work limit.
    pub(crate) fn beyond_the_limit() -> Self {
        Verdict {
            state: State::Undetermined,
            cover: Vec::new(),
            escape: None,
            possible: None,
            copies: Vec::new(),
            open: Some(Open::Work),
            given_up: GivenUp { copies: true, possible: false },
        }
    }

    /// Why it is undetermined, in words, where that is not in the proof.
    #[must_use]
    pub fn open_reason(&self) -> Option<String> {
        match self.open? {
            Open::Names => Some(format!("{} (U-1)", crate::remainder_words::NAMES_CONTRADICT)),
            Open::Work => Some(format!(
                "deciding this takes more than {} steps, the work limit, because there are too many selectors and values that overlap",
                crate::WORK_LIMIT
            )),
        }
    }
}
