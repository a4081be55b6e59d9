//! The answer of an audit. What a headline says, what documents hold and what an exit code tells come from it and from nothing else.

use crate::controls::names::is_about_invocations;
use crate::finding::{Audit, ControlResult, Status, Weight};
use crate::framework::Framework;

/// An answer in one word, from the best to the worst: a no wins over ignorance, ignorance over a yes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Conclusion {
    /// There is nothing that was asked about.
    Nothing,
    /// It is so.
    Yes,
    /// A gap decides.
    Undetermined,
    /// It is not so.
    No,
}

impl Conclusion {
    /// The word that documents hold as `answer`. It never changes.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Yes => "yes",
            Self::Undetermined => "undetermined",
            Self::No => "no",
        }
    }

    /// The worse of the two.
    #[must_use]
    pub fn worse(self, other: Self) -> Self {
        self.max(other)
    }
}

impl Status {
    /// The answer of a control by itself.
    #[must_use]
    pub const fn conclusion(self) -> Conclusion {
        match self {
            Self::Fail => Conclusion::No,
            Self::Undetermined => Conclusion::Undetermined,
            Self::Pass => Conclusion::Yes,
            Self::NotApplicable => Conclusion::Nothing,
        }
    }
}

/// The answer, as all required controls give it: a no wins over ignorance, ignorance over a yes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer<'a> {
    /// Every required control passes, or there is nothing that it could be about.
    Yes,
    /// These required controls fail.
    No(Vec<&'a ControlResult>),
    /// None fails, and of these it is not known whether they pass.
    Undetermined(Vec<&'a ControlResult>),
}

impl Answer<'_> {
    /// It in one word.
    #[must_use]
    pub const fn conclusion(&self) -> Conclusion {
        match self {
            Self::Yes => Conclusion::Yes,
            Self::No(_) => Conclusion::No,
            Self::Undetermined(_) => Conclusion::Undetermined,
        }
    }
}

impl Audit<'_> {
    /// The answer.
    #[must_use]
    pub fn answer(&self) -> Answer<'_> {
        let required = |status: Status| -> Vec<&ControlResult> {
            let of = |one: &&ControlResult| one.weight == Weight::Required && one.status == status;
            self.every_control().filter(of).collect()
        };
        match (required(Status::Fail), required(Status::Undetermined)) {
            (failing, _) if !failing.is_empty() => Answer::No(failing),
            (_, open) if !open.is_empty() => Answer::Undetermined(open),
            _ => Answer::Yes,
        }
    }

    /// What the controls about invocations say, which is a part of the answer: other controls may be worse.
    #[must_use]
    pub fn about_invocations(&self) -> Conclusion {
        if self.looked_at_nothing() {
            return Conclusion::Nothing;
        }
        let about = self.every_control().filter(|control| is_about_invocations(control.id));
        about.map(|control| control.status.conclusion()).max().unwrap_or(Conclusion::Nothing)
    }

    /// Nothing judged is no pass, but there is no gap to look for either.
    fn looked_at_nothing(&self) -> bool {
        self.places.is_empty() && self.gaps.is_empty()
    }
}

/// True iff the control supports a requirement of one of them.
#[must_use]
pub fn supports(frameworks: &[Framework], control: &str) -> bool {
    frameworks.iter().any(|framework| framework.supported_by(control).next().is_some())
}

impl<'a> Audit<'a> {
    /// Narrows what is shown to the controls that these frameworks rest on, and to required ones that do not pass: a build server that
    /// sees nothing else would show green where the answer is no. The answer stays: all controls give it.
    pub fn narrow(&mut self, frameworks: &'a [Framework]) {
        self.frameworks = frameworks;
        if frameworks.is_empty() {
            return;
        }
        let decides = |one: &ControlResult| {
            one.weight == Weight::Required && matches!(one.status, Status::Fail | Status::Undetermined)
        };
        let wanted = |one: &ControlResult| decides(one) || supports(frameworks, one.id);
        let (shown, left_out) = std::mem::take(&mut self.controls).into_iter().partition(wanted);
        self.controls = shown;
        self.left_out = left_out;
    }

    /// Those that are shown, and those that are left out.
    pub fn every_control(&self) -> impl Iterator<Item = &ControlResult> {
        self.controls.iter().chain(&self.left_out)
    }
}
