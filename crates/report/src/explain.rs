//! The proof for one resource, brought together: every recorder, every selector, what it admits and what it did.

mod anywhere;
mod reach;

pub use anywhere::{anywhere_sentence, elsewhere_sentence, too_many_sentence};

use audit::finding::{Audit, PlaceCandidate, Silent, SilentReason};
use audit::inventory::Gap;
use audit::reach::Reach;
use audit::resource_ref::ResourceRef;
use cloudtrail::recorder::RecorderKind;
use cloudtrail::resource::ResourceType;
use cloudtrail::selector::{Selector, Selectors};
use reach::reach_sentence;
use recording::{Candidate, SelectorRef, Subject, Verdict, Why};

/// The proof for one resource at one place, or for pasted selectors.
#[derive(Clone, Debug)]
pub struct Explanation<'a> {
    /// The type of the resource.
    pub(super) kind: ResourceType,
    /// The resource; `None` iff it is any that may ever exist.
    pub(super) arn: Option<String>,
    /// The ARN that witnesses bear.
    pub(super) witness_arn: Option<String>,
    /// Account and Region; `None` iff only selectors were given.
    pub(super) place: Option<(&'a str, &'a str)>,
    /// What was decided.
    pub(super) verdict: &'a Verdict,
    /// The candidates of the verdict, in its order.
    pub(super) recorders: Vec<Part<'a>>,
    /// Recorders that certainly do not record here.
    pub(super) silent: Vec<SilentPart<'a>>,
    /// Why more resources may exist here than were seen.
    pub(super) gaps: Vec<&'a Gap>,
    /// What an undetermined verdict without a witness hangs on, in words.
    pub(super) open: Option<String>,
    /// Iff nobody has seen such a resource: the nearest name of one that was seen, if there is any.
    pub(super) unseen: Option<Option<String>>,
}

/// A recorder that records here or may do so.
#[derive(Clone, Debug)]
pub(super) struct Part<'a> {
    /// Its ARN; `None` iff it could not be listed, or only its selectors were given.
    pub(super) arn: Option<&'a str>,
    /// What it is called.
    pub(super) name: String,
    /// Whether it surely records what its selectors admit.
    pub(super) certain: bool,
    /// Its selectors; `None` iff they were not read.
    pub(super) selectors: Option<&'a [Selector]>,
    /// Why it is uncertain, or its selectors were not read.
    pub(super) gaps: Vec<&'a Gap>,
    /// What the document of pasted selectors says against it: whether it certainly records nothing, and why.
    pub(super) standing: Option<(bool, String)>,
}

/// A recorder that certainly does not record here.
#[derive(Clone, Debug)]
pub(super) struct SilentPart<'a> {
    /// Its ARN.
    pub(super) arn: &'a str,
    /// Trail, event data store or channel.
    pub(super) kind: RecorderKind,
    /// Its name.
    pub(super) name: &'a str,
    /// Why.
    pub(super) reason: &'a SilentReason,
}

impl Explanation<'_> {
    /// With what the document of pasted selectors says of their recorder.
    #[must_use]
    pub fn reaching(mut self, reach: &Reach) -> Self {
        let named = self.arn.is_some();
        let standing = match reach {
            Reach::Records => None,
            Reach::Silent(why) => Some((true, reach_sentence(why, named))),
            Reach::Open(why) => Some((false, reach_sentence(why, named))),
        };
        for part in &mut self.recorders {
            part.certain &= standing.is_none();
            part.standing.clone_from(&standing);
        }
        self
    }

    /// True iff it is about selectors that were given, and not about those of recorders.
    pub(super) fn is_pasted(&self) -> bool {
        self.recorders.iter().any(|part| part.arn.is_none() && part.selectors.is_some())
    }

    /// With what an undetermined verdict without a witness hangs on, in words.
    #[must_use]
    pub fn open(self, why: String) -> Self {
        Explanation { open: Some(why), ..self }
    }

    /// The same of a resource that nobody has seen, and the nearest name of one that was.
    #[must_use]
    pub fn unseen(self, near: Option<String>) -> Self {
        Explanation { unseen: Some(near), ..self }
    }

    /// What the selector did with the witness; `None` where there is none, or it is not about this selector.
    pub(super) fn did(&self, by: SelectorRef) -> Option<&Why> {
        let escape = self.verdict.escape.as_ref()?;
        escape.turned_away.iter().find(|one| one.by == by).map(|one| &one.why)
    }
}

/// Every place where the resource of that unqualified ARN was judged: one, or for a web function
/// each Region that serves it.
#[must_use]
pub fn find_resource(audit: &Audit<'_>, arn: &str) -> Vec<ResourceRef> {
    let mut found = Vec::new();
    for (place, of) in audit.places.iter().enumerate() {
        for (plane, of) in of.planes.iter().enumerate() {
            let rows = of.rows.iter().enumerate().filter(|(_, row)| row.arn == arn);
            found.extend(rows.map(|(row, _)| ResourceRef { place, plane, row }));
        }
    }
    found
}

/// The proof for a resource of the audit.
#[must_use]
pub fn explain_resource<'a>(audit: &'a Audit<'a>, resource: ResourceRef) -> Explanation<'a> {
    let row = audit.row(resource);
    let kind = audit.places[resource.place].planes[resource.plane].kind;
    let mut explanation =
        explain_at(audit, resource.place, kind, Some(row.arn), &audit.verdicts[row.verdict]);
    if let Some(open) = audit.open.get(&row.verdict) {
        explanation.gaps = open.gaps.iter().map(|gap| &audit.gaps[*gap]).collect();
        explanation.open = Some(open.reason.clone());
    }
    explanation
}

/// The proof for any resource of a plane that may ever exist at a place; both by position.
#[must_use]
pub fn explain_future<'a>(audit: &'a Audit<'a>, place: usize, plane: usize) -> Explanation<'a> {
    let of = &audit.places[place].planes[plane];
    let mut explanation = explain_at(audit, place, of.kind, None, &audit.verdicts[of.any]);
    explanation.witness_arn = Some(audit.any_arn(place, plane));
    explanation
}

/// The candidates of a place as the decision procedure takes them, in the order that its verdicts count them: for asking
/// about a resource that the inventory does not hold, see [`explain_at`].
#[must_use]
pub fn candidates<'a>(audit: &Audit<'a>, place: usize) -> Vec<Candidate<'a>> {
    let inventory = audit.inventory;
    let candidate = |one: &PlaceCandidate| Candidate {
        selectors: one
            .recorder
            .and_then(|position| inventory.recorders[position].selectors.known())
            .map(|selectors| selectors.list.as_slice()),
        certain: one.certain,
    };
    audit.places[place].candidates.iter().map(candidate).collect()
}

/// The proof for a resource that the inventory does not hold, from a verdict that was decided for it over the candidates of
/// that place. `arn` is `None` for any resource that may ever exist there.
#[must_use]
pub fn explain_at<'a>(
    audit: &'a Audit<'a>,
    place: usize,
    kind: ResourceType,
    arn: Option<&str>,
    verdict: &'a Verdict,
) -> Explanation<'a> {
    let at = &audit.places[place];
    let inventory = audit.inventory;
    let parts = at.candidates.iter().map(|candidate| {
        let recorder = candidate.recorder.map(|position| &inventory.recorders[position]);
        Part {
            arn: recorder.map(|recorder| recorder.arn.as_str()),
            name: recorder.map_or_else(
                || "recorders that could not be listed".to_owned(),
                |recorder| format!("{} {}", recorder.kind, recorder.name),
            ),
            certain: candidate.certain,
            selectors: recorder
                .and_then(|recorder| recorder.selectors.known())
                .map(|selectors| selectors.list.as_slice()),
            gaps: candidate.gaps.iter().map(|gap| &audit.gaps[*gap]).collect(),
            standing: None,
        }
    });
    let silent = |silent: &'a Silent| {
        let recorder = &inventory.recorders[silent.recorder];
        SilentPart {
            arn: recorder.arn.as_str(),
            kind: recorder.kind,
            name: recorder.name.as_str(),
            reason: &silent.reason,
        }
    };
    let listing = at.planes.iter().find(|plane| plane.kind == kind);
    Explanation {
        kind,
        arn: arn.map(str::to_owned),
        witness_arn: arn.map(str::to_owned),
        place: Some((at.account, at.region)),
        verdict,
        recorders: parts.collect(),
        silent: at.silent.iter().map(silent).collect(),
        gaps: listing.into_iter().flat_map(|plane| &plane.gaps).map(|gap| &audit.gaps[*gap]).collect(),
        open: None,
        unseen: None,
    }
}

/// The proof for the selectors of one recorder that a person pasted, taken as a recorder that is active unless [`Explanation::reaching`] says otherwise; `verdict` is what
/// was decided for `subject` over these selectors alone.
#[must_use]
pub fn explain_selectors<'a>(
    selectors: &'a Selectors,
    subject: Subject<'a>,
    verdict: &'a Verdict,
) -> Explanation<'a> {
    let (kind, arn, place) = match subject {
        Subject::Named(kind, arn) => {
            let parsed = cloudtrail::arn::Arn::parse(arn);
            (kind, Some(arn.to_owned()), parsed.map(|parsed| (parsed.account, parsed.region)))
        }
        Subject::Any { kind, account, region, .. } => (kind, None, Some((account, region))),
    };
    let part = Part {
        arn: None,
        name: "the selectors given".to_owned(),
        certain: true,
        selectors: Some(&selectors.list),
        gaps: Vec::new(),
        standing: None,
    };
    Explanation {
        kind,
        witness_arn: arn.clone(),
        arn,
        place,
        verdict,
        recorders: vec![part],
        silent: Vec::new(),
        gaps: Vec::new(),
        open: None,
        unseen: None,
    }
}
