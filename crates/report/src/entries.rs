//! An audit as single findings, for systems that keep one record of each: a control at an account and Region, and the verdict on a
//! resource. Both keep their name from one audit to the next, so that what was mended is seen to be.

use super::finding_text::{self, FindingText};
use super::recorder_sentences;
use super::verdict_words;
use super::verdict_words::verdict_sentence;
use audit::code::Code;
use audit::controls::{ABOUT_INVOCATIONS, is_about_invocations};
use audit::exception::Accepted;
use audit::finding::{Audit, ControlResult, Finding, Proof, Status, Weight};
use audit::of_verdict;
use audit::remedy::remedy;
use audit::resource_ref::ResourceRef;
use cloudtrail::resource::ResourceType;
use recording::State;
use std::collections::BTreeMap;
use text::visible::visible;

/// Where the ARN of a resource stands in a text. What comes from outside is visible, so it holds none.
pub(super) const ARN: char = '\u{0}';

/// One finding.
pub(super) struct Entry<'a> {
    /// The control that asks.
    pub(super) control: &'a ControlResult,
    /// Position in [`Audit::places`].
    pub(super) place: usize,
    /// The status there.
    pub(super) status: Status,
    /// The exception under which it is accepted: it still holds.
    pub(super) accepted: Option<&'a Accepted<'a>>,
    /// The code of the reason; `None` where there is nothing to say.
    pub(super) code: Option<Code>,
    /// In one sentence; of a resource, with [`ARN`] where its own stands.
    pub(super) headline: String,
    /// What there is to say of it, all of it visible.
    pub(super) text: FindingText,
    /// What it is about.
    pub(super) subject: Subject,
}

/// What a finding is about.
pub(super) enum Subject {
    /// A resource, by the row where it is at home, with its verdict over all Regions and the proof.
    Resource { kind: ResourceType, state: State, proof: Proof },
    /// An account and Region, and recorders as positions in the inventory.
    Place { recorders: Vec<usize> },
}

impl Entry<'_> {
    /// How much it weighs: accepted and passed findings are for information.
    pub(super) fn weight(&self) -> Option<Weight> {
        let open = matches!(self.status, Status::Fail | Status::Undetermined) && self.accepted.is_none();
        open.then_some(self.control.weight)
    }
}

/// What makes two resources of one place and type the same finding, whatever their ARN.
pub(super) type Key = (Proof, &'static str, Option<usize>);

/// The key of a resource.
pub(super) fn key(audit: &Audit<'_>, home: ResourceRef) -> Key {
    let verdict = audit::finding::verdict_word(audit.state(home));
    (audit.proof_of(home), verdict, audit.row(home).exception)
}

/// The finding about a resource; `None` iff no control asks about its type.
pub(super) fn of_resource<'a>(audit: &'a Audit<'_>, home: ResourceRef) -> Option<Entry<'a>> {
    let kind = *ResourceType::ALL.get(home.plane)?;
    let id = ABOUT_INVOCATIONS.get(home.plane)?;
    let control = audit.controls.iter().find(|control| control.id == *id)?;
    let (state, proof) = (audit.state(home), audit.proof_of(home));
    let accepted = audit.row(home).exception.and_then(|at| audit.accepted.get(at)).filter(|one| one.holds);
    let accepted = accepted.filter(|_| matches!(state, State::PartiallyRecorded | State::NotRecorded));
    let status = match state {
        State::Recorded => Status::Pass,
        State::PartiallyRecorded | State::NotRecorded => Status::Fail,
        State::Undetermined => Status::Undetermined,
    };
    let escape = audit.verdicts[proof.verdict].escape.as_ref();
    let place = &audit.places[proof.place];
    let mut text = FindingText {
        reason: audit.remainder(proof.verdict).map(recorder_sentences::sentence).unwrap_or_default(),
        about: accepted.and_then(|one| sentence_of(audit, control, one)),
        example: None,
        turned_away: escape
            .map(|escape| recorder_sentences::turned_away(audit, place, escape))
            .unwrap_or_default(),
        gaps: finding_text::gaps(audit, &audit.deciding_gaps(proof)),
        fix: remedy(audit, proof).map(|fix| recorder_sentences::sentence(&fix)),
    };
    harmless(&mut text);
    let arn = ARN.to_string();
    text.example = escape.map(|escape| {
        let event = verdict_words::example(audit, place, escape, Some(&arn));
        // Our own mark is the first: what precedes it is a name of an event and of a type.
        let (before, after) = event.split_once(ARN).unwrap_or((&event, ""));
        let (before, after) = (visible(before), visible(after));
        format!("{}{before}{ARN}{after}", verdict_words::of_example(audit.verdicts[proof.verdict].state))
    });
    let headline = verdict_sentence(state, &format!("{} {ARN}", kind.noun()), false);
    let code = Some(of_verdict(audit, proof));
    let subject = Subject::Resource { kind, state, proof };
    Some(Entry { control, place: home.place, status, accepted, code, headline, text, subject })
}

/// What the control says of an exception.
fn sentence_of(audit: &Audit<'_>, control: &ControlResult, accepted: &Accepted<'_>) -> Option<String> {
    let mut findings = control.findings.iter();
    let of = |one: &&Finding| {
        finding_text::accepted(audit, one).is_some_and(|other| other.exception.is_same(accepted.exception))
    };
    findings.find(of).map(|one| recorder_sentences::sentence(&one.reason))
}

/// What it is about, in one name that stays the same from one audit to the next; `arn` is that of a resource.
pub(super) fn name_of(audit: &Audit<'_>, entry: &Entry<'_>, arn: &str) -> String {
    let place = &audit.places[entry.place];
    match entry.subject {
        Subject::Resource { .. } => format!("{}/{}", entry.control.id, visible(arn)),
        Subject::Place { .. } => format!("{}/{}/{}", entry.control.id, place.account, place.region),
    }
}

/// Every finding, place by place, with the ARN where it is about a resource.
///
/// # Errors
/// What `take` says.
pub(super) fn each<E>(
    audit: &Audit<'_>,
    mut take: impl FnMut(&Entry<'_>, &str) -> Result<(), E>,
) -> Result<(), E> {
    let of_places = OfPlaces::new(audit);
    for (at, place) in audit.places.iter().enumerate() {
        for entry in of_places.at(at) {
            take(&entry, "")?;
        }
        for plane in &place.planes {
            let mut known: BTreeMap<Key, Option<Entry<'_>>> = BTreeMap::new();
            for (home, row) in audit.at_home(at, plane.kind) {
                let entry = known.entry(key(audit, home)).or_insert_with(|| of_resource(audit, home));
                if let Some(entry) = entry {
                    take(entry, row.arn)?;
                }
            }
        }
    }
    Ok(())
}

/// One finding of a control, as it is at a place.
pub(super) struct Part<'a> {
    pub(super) control: &'a ControlResult,
    pub(super) finding: &'a Finding,
    pub(super) text: &'a FindingText,
    /// What accepts it.
    pub(super) accepted: Option<&'a Accepted<'a>>,
}

/// Findings about accounts and Regions. The sentences of a finding look at all of its resources, so each is worded once.
pub(super) struct OfPlaces<'a> {
    audit: &'a Audit<'a>,
    /// For each control, for each of its findings.
    texts: Vec<Vec<FindingText>>,
}

impl<'a> OfPlaces<'a> {
    pub(super) fn new(audit: &'a Audit<'a>) -> Self {
        let tell = |one: &Finding| {
            let mut text = finding_text::of_finding(audit, one);
            harmless(&mut text);
            text
        };
        let of = |control: &ControlResult| control.findings.iter().map(tell).collect();
        Self { audit, texts: audit.controls.iter().map(of).collect() }
    }

    /// Each finding that is open or accepted at that account and Region, the worst of each control first: the control, the finding, what
    /// there is to say of it, and what accepts it.
    pub(super) fn findings_at(&self, place: usize, take: &mut dyn FnMut(Part<'_>)) {
        for (control, texts) in self.audit.controls.iter().zip(&self.texts) {
            let here = control.findings.iter().zip(texts).filter(|(one, _)| is_about(self.audit, one, place));
            let mut here: Vec<(&Finding, &FindingText)> = here.collect();
            here.sort_by_key(|(finding, _)| finding.status);
            for (finding, text) in here {
                let accepted = finding_text::accepted(self.audit, finding).filter(|one| one.holds);
                match (finding.status, accepted) {
                    (Status::Fail | Status::Undetermined, _) => {
                        take(Part { control, finding, text, accepted: None })
                    }
                    (_, accepted @ Some(_)) => take(Part { control, finding, text, accepted }),
                    _ => {}
                }
            }
        }
    }

    /// The finding of each control that is applicable, at that account and Region.
    pub(super) fn at(&self, place: usize) -> impl Iterator<Item = Entry<'a>> {
        let controls = self.audit.controls.iter().zip(&self.texts);
        let applicable = controls.filter(|(control, _)| control.status != Status::NotApplicable);
        applicable.map(move |(control, texts)| of_place(self.audit, control, texts, place))
    }
}

fn of_place<'a>(
    audit: &'a Audit<'_>,
    control: &'a ControlResult,
    texts: &[FindingText],
    place: usize,
) -> Entry<'a> {
    let here = control.findings.iter().zip(texts).filter(|(finding, _)| is_about(audit, finding, place));
    let worst = here.min_by_key(|(finding, _)| finding.status);
    let status = worst.map_or(Status::Pass, |(worst, _)| worst.status);
    let (code, text) = match worst {
        Some((worst, text)) => (Some(worst.reason.code), text.clone()),
        None if control.status == Status::Pass => {
            let reason = visible(&recorder_sentences::sentence(&control.reason)).into_owned();
            (Some(control.reason.code), FindingText { reason, ..FindingText::default() })
        }
        None => (None, FindingText::default()),
    };
    // What is true of one place may be false of another, so the sentence names it.
    let at = recorder_sentences::places(audit, &[place]).unwrap_or_default();
    let headline = match status {
        Status::Pass => format!("{}: {}.", visible(&at), control.title),
        _ => format!("{}: {}", visible(&at), text.reason),
    };
    let recorders = worst.map(|(worst, _)| worst.recorders.clone()).unwrap_or_default();
    let subject = Subject::Place { recorders };
    let mut entry = Entry { control, place, status, accepted: None, code, headline, text, subject };
    let accepted = worst.filter(|_| status == Status::Pass).and(accepted_here(audit, control, place));
    if let Some((finding, accepted)) = accepted {
        // It fails, as a resource under an exception does.
        entry.status = Status::Fail;
        entry.accepted = Some(accepted);
        entry.code = Some(finding.reason.code);
        entry.text = finding_text::of_finding(audit, finding);
        entry.text.about = Some(recorder_sentences::sentence(&finding.reason));
        harmless(&mut entry.text);
        entry.headline = format!("{}: {}", visible(&at), entry.text.reason);
        entry.subject = Subject::Place { recorders: finding.recorders.clone() };
    }
    entry
}

/// What an exception with a `match` accepts of the control at the place, where it is about no resource that has a finding of its own.
fn accepted_here<'a>(
    audit: &'a Audit<'_>,
    control: &'a ControlResult,
    place: usize,
) -> Option<(&'a Finding, &'a Accepted<'a>)> {
    let of_resources = |one: &Finding| is_about_invocations(control.id) && !one.resources.is_empty();
    control.findings.iter().find_map(|one| {
        let accepted =
            finding_text::accepted(audit, one).filter(|by| by.holds && by.exception.matched.is_some())?;
        (!of_resources(one) && is_about(audit, one, place)).then_some((one, accepted))
    })
}

/// True iff the finding says something of the place. One that names no place is about the accounts of its recorders, or about all.
fn is_about(audit: &Audit<'_>, finding: &Finding, place: usize) -> bool {
    if !finding.places.is_empty() {
        return finding.places.binary_search(&place).is_ok();
    }
    if !finding.resources.is_empty() {
        return finding.resources.iter().any(|one| one.place == place);
    }
    let account = |at: &usize| audit.inventory.recorders[*at].account.as_str();
    let mut accounts = finding.recorders.iter().map(account);
    let known = |id: &str| audit.places.iter().any(|place| place.account == id);
    finding.recorders.is_empty()
        || accounts.clone().any(|id| id == audit.places[place].account)
        || !accounts.any(known)
}

/// Everything from outside made visible.
fn harmless(text: &mut FindingText) {
    let texts = [Some(&mut text.reason), text.about.as_mut(), text.example.as_mut(), text.fix.as_mut()];
    let lists = text.turned_away.iter_mut().chain(&mut text.gaps);
    for text in texts.into_iter().flatten().chain(lists) {
        *text = visible(text).into_owned();
    }
}
