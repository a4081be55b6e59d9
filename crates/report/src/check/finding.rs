//! A finding of a check, in words that every format takes.

use audit::answer::Conclusion;
use templates::document::Location;

/// What a finding is. Its word never changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Code {
    /// A recorder stops recording something that nothing else records.
    StopsRecording,
    /// The same, where something that is open decides.
    MayStopRecording,
    /// Not recorded while a recorder is made anew.
    Interrupted,
    /// The same, where something that is open decides.
    MayInterrupt,
    /// A resource, or what may be created later, is recorded less than before.
    RecordedLess,
    /// The same, where something that is open decides.
    MayBeRecordedLess,
    /// A new function is not recorded in full.
    NewNotRecorded,
    /// Whether a new function is recorded is open.
    NewMayNotBeRecorded,
    /// A required control fails that did not.
    ControlFails,
    /// A required control is undetermined after the change.
    ControlUndetermined,
    /// What is wrong with a trail: the code of the gate.
    Fault(&'static str),
    /// Recorders record the same.
    PaidCopies,
    /// What is open: the code of the doubt.
    Open(&'static str),
}

/// Where a finding is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Section {
    Stops,
    New,
    Controls,
    Faults,
    Copies,
    Open,
}

impl Section {
    pub(super) const ALL: [Section; 6] =
        [Self::Stops, Self::New, Self::Controls, Self::Faults, Self::Copies, Self::Open];

    pub(super) const fn title(self) -> &'static str {
        match self {
            Self::Stops => "What stops being recorded",
            Self::New => "New functions",
            Self::Controls => "Required controls",
            Self::Faults => "Trails",
            Self::Copies => "Paid copies",
            Self::Open => "What is open",
        }
    }
}

impl Code {
    /// The stable word for it.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::StopsRecording => "stops_recording",
            Self::MayStopRecording => "may_stop_recording",
            Self::Interrupted => "interrupted",
            Self::MayInterrupt => "may_be_interrupted",
            Self::RecordedLess => "recorded_less",
            Self::MayBeRecordedLess => "may_be_recorded_less",
            Self::NewNotRecorded => "new_not_recorded",
            Self::NewMayNotBeRecorded => "new_may_not_be_recorded",
            Self::ControlFails => "control_fails",
            Self::ControlUndetermined => "control_undetermined",
            Self::Fault(code) | Self::Open(code) => code,
            Self::PaidCopies => "paid_copies",
        }
    }

    /// What findings of this kind are, for a list of rules and the title of an annotation.
    pub(super) const fn title(self) -> &'static str {
        match self {
            Self::StopsRecording => "A recorder stops recording",
            Self::MayStopRecording => "A recorder may stop recording",
            Self::Interrupted => "Recording is interrupted",
            Self::MayInterrupt => "Recording may be interrupted",
            Self::RecordedLess => "Recorded less than before",
            Self::MayBeRecordedLess => "May be recorded less than before",
            Self::NewNotRecorded => "A new function is not recorded",
            Self::NewMayNotBeRecorded => "A new function may not be recorded",
            Self::ControlFails => "A required control fails",
            Self::ControlUndetermined => "A required control is undetermined",
            Self::Fault(_) => "A trail has a fault",
            Self::PaidCopies => "The same is recorded and paid more than once",
            Self::Open(_) => "Something is open before the change is applied",
        }
    }

    pub(super) const fn section(self) -> Section {
        match self {
            Self::StopsRecording
            | Self::MayStopRecording
            | Self::Interrupted
            | Self::MayInterrupt
            | Self::RecordedLess
            | Self::MayBeRecordedLess => Section::Stops,
            Self::NewNotRecorded | Self::NewMayNotBeRecorded => Section::New,
            Self::ControlFails | Self::ControlUndetermined => Section::Controls,
            Self::Fault(_) => Section::Faults,
            Self::PaidCopies => Section::Copies,
            Self::Open(_) => Section::Open,
        }
    }
}

/// Something that a reader of a check has to know.
#[derive(Clone, Debug)]
pub(super) struct Finding {
    /// The same in each run, and for the same thing alone.
    pub(super) id: String,
    pub(super) code: Code,
    /// What it adds to the answer.
    pub(super) conclusion: Conclusion,
    /// What it is about, by name: `orders`.
    pub(super) name: String,
    /// What one, and several, of these are called; empty where the name says it.
    pub(super) noun: (&'static str, &'static str),
    /// Account and Region, where there is one; each empty iff nothing names it.
    pub(super) place: Option<(String, String)>,
    /// What is so, as the end of a sentence about it.
    pub(super) is: String,
    /// Why, one sentence each.
    pub(super) why: Vec<String>,
    /// An example of a call, as a sentence.
    pub(super) example: Option<String>,
    /// What to do.
    pub(super) fix: Option<String>,
    /// The ARN that it is about.
    pub(super) arn: Option<String>,
    /// The resource, by its address in the file.
    pub(super) address: Option<String>,
    /// Where in the file.
    pub(super) at: Option<Location>,
    /// Whether the baseline does not have it; `None` iff there is none.
    pub(super) is_new: Option<bool>,
}

impl Finding {
    /// One about that resource, without reasons.
    pub(super) fn new(
        code: Code,
        conclusion: Conclusion,
        name: impl Into<String>,
        is: impl Into<String>,
    ) -> Self {
        Finding {
            id: String::new(),
            code,
            conclusion,
            name: name.into(),
            noun: ("", ""),
            place: None,
            is: is.into(),
            why: Vec::new(),
            example: None,
            fix: None,
            arn: None,
            address: None,
            at: None,
            is_new: None,
        }
    }

    /// `the account`, `the Region`: which of them is not known of its resource; `None` iff it says something else.
    pub(super) fn home_of(&self) -> Option<&str> {
        let of_resource = self.address.as_deref()?;
        let subject = self.name.strip_suffix(of_resource)?.strip_suffix(" of ")?;
        matches!(subject, "the account" | "the Region").then_some(subject)
    }

    /// True iff it keeps the answer from being yes.
    pub(super) fn decides(&self) -> bool {
        matches!(self.conclusion, Conclusion::No | Conclusion::Undetermined)
    }

    /// The word that documents hold: how bad it is.
    pub(super) const fn level(&self) -> &'static str {
        match self.conclusion {
            Conclusion::No => "error",
            Conclusion::Undetermined => "warning",
            Conclusion::Nothing | Conclusion::Yes => "note",
        }
    }

    /// ` in 111122223333 eu-west-1`, or nothing.
    pub(super) fn place(&self) -> String {
        let (account, region) = self.place.as_ref().map_or(("", ""), |(account, region)| (account, region));
        match (account.is_empty(), region.is_empty()) {
            (true, true) => String::new(),
            (false, true) => format!(" in {account}"),
            (true, false) => format!(" in {region}"),
            (false, false) => format!(" in {account} {region}"),
        }
    }

    /// What it is about: `function orders in 111122223333 eu-west-1`.
    pub(super) fn about(&self) -> String {
        let noun = if self.noun.0.is_empty() { String::new() } else { format!("{} ", self.noun.0) };
        let address = self.address.as_deref();
        let is_said =
            |address: &&str| self.name != **address && !self.name.ends_with(&format!(" of {address}"));
        let address = address.filter(is_said);
        let address = address.map(|address| format!(" ({address})")).unwrap_or_default();
        format!("{noun}{}{address}{}", self.name, self.place())
    }

    /// It in one sentence, without its reasons.
    pub(super) fn sentence(&self) -> String {
        crate::recorder_sentences::sentence(&format!("{} {}", self.about(), self.is))
    }

    /// All of it, one sentence after the other.
    pub(super) fn whole(&self) -> String {
        let why = self.why.iter().map(|why| crate::recorder_sentences::sentence(why));
        let fix = self.fix.iter().map(|fix| format!("Fix: {}", crate::recorder_sentences::sentence(fix)));
        let example = self.example.iter().map(|example| crate::recorder_sentences::sentence(example));
        let all: Vec<String> =
            std::iter::once(self.sentence()).chain(why).chain(example).chain(fix).collect();
        all.join(" ")
    }
}
