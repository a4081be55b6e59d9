//! What is invoked, recorded and paid for, and that nobody counted.

use crate::code::{Code, Coded};
use crate::count::count;
use crate::finding::Audit;
use cloudtrail::resource::ResourceType;
use recording::State;

/// What may be invoked, recorded and paid for, and is in no figure because nobody counted it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Uncounted {
    /// Functions whose invocations are not known.
    functions: usize,
    /// Web functions and MicroVM images that may be recorded: no metric of theirs is read.
    others: usize,
    /// Accounts and Regions of which resources were not listed to the end.
    unlisted: usize,
}

impl Uncounted {
    pub(crate) fn of(audit: &Audit<'_>) -> Self {
        let mut all = Self::default();
        for (at, place) in audit.places.iter().enumerate() {
            all.unlisted += usize::from(place.planes.iter().any(|plane| !plane.gaps.is_empty()));
            for plane in &place.planes {
                let recorded = |home| audit.state(home) != State::NotRecorded;
                let counted = |arn: &str| crate::backout::invocations(audit.inventory, arn).is_some();
                match plane.kind {
                    ResourceType::Function => {
                        all.functions += plane.rows.iter().filter(|row| !counted(row.arn)).count();
                    }
                    _ => {
                        all.others +=
                            audit.at_home(at, plane.kind).filter(|(home, _)| recorded(*home)).count()
                    }
                }
            }
        }
        all
    }

    pub(super) fn joined(self, other: &Self) -> Self {
        Uncounted {
            functions: self.functions.max(other.functions),
            others: self.others.max(other.others),
            unlisted: self.unlisted.max(other.unlisted),
        }
    }

    pub(crate) fn is_empty(self) -> bool {
        self == Self::default()
    }

    /// One sentence for each kind.
    pub(crate) fn to_sentences(self) -> Vec<Coded> {
        let mut sentences = Vec::new();
        if self.functions > 0 {
            let n = count(self.functions, "function");
            sentences.push(
                Code::InvocationsUnknown
                    .says(format!("the invocations of {n} are not known and not counted")),
            );
        }
        if self.others > 0 {
            sentences.push(Code::NewerKindsUncounted.says(format!(
                "the invocations of {} of the newer kinds (web functions, MicroVM images) are not known and not counted",
                count(self.others, "resource")
            )));
        }
        if self.unlisted > 0 {
            let n = self.unlisted;
            let places =
                if n == 1 { "1 account and Region".to_owned() } else { format!("{n} accounts and Regions") };
            sentences.push(Code::UnlistedUncounted.says(format!(
                "the resources of {places} were not listed to the end, and the rest is not counted"
            )));
        }
        sentences
    }

    /// Those beside functions whose invocations are not known, which are told elsewhere.
    pub(crate) fn beside_functions(self) -> Self {
        Uncounted { functions: 0, ..self }
    }
}
