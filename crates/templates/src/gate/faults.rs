//! What is wrong with the trails of a document, whatever they record.

use crate::document::{Document, Kind, Language};
use crate::proposal::Proposal;
use audit::inventory::Inventory;

/// Something that is wrong with a trail.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    /// The ARN of the trail.
    pub trail: String,
    /// The resource that is at fault: the trail, or its bucket. A position in [`Document::resources`].
    pub resource: usize,
    /// What is wrong.
    pub kind: FaultKind,
    /// True iff it is so before the change, too.
    pub was_so: bool,
}

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FaultKind {
    /// Log file validation is off: nobody can prove that its files are unchanged.
    NoValidation,
    /// Whether log file validation is on is not known before the change is applied.
    ValidationOpen,
    /// It records one Region alone.
    OneRegion,
    /// The document deletes its bucket: the name.
    BucketDeleted {
        /// The name of the bucket.
        bucket: String,
    },
    /// The document deletes its bucket and makes one of the same name.
    BucketMadeAnew {
        /// The name of the bucket.
        bucket: String,
    },
}

impl FaultKind {
    /// The stable code of it in documents.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NoValidation => "validation_off",
            Self::ValidationOpen => "validation_unknown",
            Self::OneRegion => "one_region",
            Self::BucketDeleted { .. } => "bucket_deleted",
            Self::BucketMadeAnew { .. } => "bucket_made_anew",
        }
    }
}

/// The faults of the trails of the document, by the position of the resource.
pub(super) fn of(document: &Document, proposal: &Proposal) -> Vec<Fault> {
    let mut all = Vec::new();
    // Selectors alone say nothing of the rest of their trail.
    let trails = proposal.touched.iter().filter(|_| document.language != Language::Selectors);
    for touched in trails {
        let Some(one) = document.resources.get(touched.resource) else { continue };
        let (Kind::Trail, Some(arn)) = (&one.kind, &touched.after) else { continue };
        let was = touched.before.as_deref().map(|arn| kinds(&proposal.before, arn)).unwrap_or_default();
        for kind in kinds(&proposal.after, arn) {
            let was_so = was.contains(&kind);
            all.push(Fault { trail: arn.clone(), resource: touched.resource, kind, was_so });
        }
    }
    for lost in &proposal.buckets {
        let bucket = lost.bucket.clone();
        let kind = match lost.made_anew {
            true => FaultKind::BucketMadeAnew { bucket },
            false => FaultKind::BucketDeleted { bucket },
        };
        all.push(Fault { trail: lost.trail.clone(), resource: lost.resource, kind, was_so: false });
    }
    all.sort_by(|one, other| (one.resource, one).cmp(&(other.resource, other)));
    all
}

fn kinds(inventory: &Inventory, arn: &str) -> Vec<FaultKind> {
    let Some(at) = inventory.recorder(arn) else { return Vec::new() };
    let trail = &inventory.recorders[at];
    let mut all = match trail.log_file_validation {
        Some(true) => Vec::new(),
        Some(false) => vec![FaultKind::NoValidation],
        None => vec![FaultKind::ValidationOpen],
    };
    if !trail.multi_region {
        all.push(FaultKind::OneRegion);
    }
    all
}
