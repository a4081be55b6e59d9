//! The findings of an audit that people are told of: those that are open, and those that an exception accepts.

use crate::entries::{self, ARN, Entry, OfPlaces, Part, Subject};
use audit::controls::is_about_invocations;
use audit::exception::Accepted;
use audit::finding::{Audit, Status, Weight, verdict_word};
use std::collections::BTreeMap;
use std::convert::Infallible;
use text::visible::visible;

/// A finding that fails or is undetermined.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenFinding {
    /// The control that asks.
    pub control: &'static str,
    /// True iff the control is required.
    pub required: bool,
    /// Where it is.
    pub account: String,
    /// Where it is.
    pub region: String,
    /// The ARN of a resource; `None` iff it is about the account and Region.
    pub resource: Option<String>,
    /// `fail` or `undetermined`.
    pub status: &'static str,
    /// In one sentence.
    pub headline: String,
    /// What to do.
    pub fix: Option<String>,
    /// Of a resource: what of its calls escapes, in words; of a place: why, for everything that is wrong there.
    pub reason: String,
    /// The id of the exception that accepts it, and its last day; `None` iff it is open.
    pub accepted: Option<(String, String)>,
    /// What else it says: the verdict, the code of the reason, an example of what escapes.
    pub(super) rest: Vec<String>,
    /// The name of the finding of which it is a part: that which others keep a record of.
    pub(super) entry: String,
}

/// Findings that are open or accepted, by a name that stays the same from one audit to the next: the control, and the resource, or the
/// account and Region with the recorder that it is about.
pub type OpenFindings = BTreeMap<String, OpenFinding>;

/// Those of an audit.
#[must_use]
pub fn open_findings(audit: &Audit<'_>) -> OpenFindings {
    let mut all = OpenFindings::new();
    let of_places = OfPlaces::new(audit);
    for at in 0..audit.places.len() {
        of_places.findings_at(at, &mut |one| one.enter(audit, at, &mut all));
    }
    let gathered = entries::each(audit, |entry, arn| {
        if let Some(one) = of_resource(audit, entry, arn) {
            all.insert(one.entry.clone(), one);
        }
        Ok::<(), Infallible>(())
    });
    match gathered {
        Ok(()) => all,
        Err(never) => match never {},
    }
}

impl OpenFinding {
    /// True iff both say the same of the same thing.
    pub(super) fn says_as(&self, other: &OpenFinding) -> bool {
        let said =
            |one: &OpenFinding| (one.status, one.headline.clone(), one.reason.clone(), one.rest.clone());
        said(self) == said(other)
    }
}

fn is_open(status: Status) -> bool {
    matches!(status, Status::Fail | Status::Undetermined)
}

fn by(accepted: &Accepted<'_>) -> (String, String) {
    let exception = accepted.exception;
    (visible(&exception.id).into_owned(), visible(&exception.until).into_owned())
}

fn of_resource(audit: &Audit<'_>, entry: &Entry<'_>, arn: &str) -> Option<OpenFinding> {
    let Subject::Resource { state, .. } = entry.subject else { return None };
    if !is_open(entry.status) {
        return None;
    }
    let (place, arn) = (&audit.places[entry.place], visible(arn));
    let with_arn = |text: &str| text.replace(ARN, &arn);
    let code = entry.code.map(|code| code.as_str().to_owned());
    let example = entry.text.example.as_deref().map(with_arn);
    let rest = [Some(verdict_word(state).to_owned()), code, example];
    Some(OpenFinding {
        control: entry.control.id,
        required: entry.control.weight == Weight::Required,
        account: place.account.to_owned(),
        region: place.region.to_owned(),
        resource: Some(arn.to_string()),
        status: entry.status.as_str(),
        headline: with_arn(&entry.headline),
        fix: entry.text.fix.as_deref().map(with_arn),
        reason: with_arn(&entry.text.reason),
        accepted: entry.accepted.map(by),
        rest: rest.into_iter().flatten().collect(),
        entry: entries::name_of(audit, entry, &arn),
    })
}

impl Part<'_> {
    /// Enters it for each recorder that it is about, and where that is no matter, once. What is there already is worse or as bad.
    fn enter(&self, audit: &Audit<'_>, at: usize, all: &mut OpenFindings) {
        let place = &audit.places[at];
        let entry = format!("{}/{}/{}", self.control.id, place.account, place.region);
        // Copies are a matter of all recorders that make them, and what nobody records there one of the place: a recorder that comes and does not record
        // it either changes why.
        const OF_A_PLACE: [&str; 4] = [
            "paid-copies",
            "management-events-recorded",
            "lambda-data-events-current",
            "lambda-data-events-future",
        ];
        let whole = is_about_invocations(self.control.id)
            || OF_A_PLACE.contains(&self.control.id)
            || !self.finding.resources.is_empty();
        let arns = self.finding.recorders.iter().map(|one| audit.inventory.recorders[*one].arn.as_str());
        let names: Vec<String> = match whole || self.finding.recorders.is_empty() {
            true => vec![entry.clone()],
            false => arns.map(|arn| format!("{entry}/{}", visible(arn))).collect(),
        };
        let code = self.finding.reason.code.as_str();
        for name in names {
            match all.get_mut(&name) {
                // What is open beside what is accepted is open.
                Some(known) if known.accepted.is_some() || self.accepted.is_none() => {
                    if known.accepted.is_some() && self.accepted.is_none() {
                        *known = self.told_at(audit, at, &entry);
                    } else {
                        known.rest.push(format!("{code} {}", self.text.reason));
                    }
                }
                Some(_) => {}
                None => _ = all.insert(name, self.told_at(audit, at, &entry)),
            }
        }
    }

    fn told_at(&self, audit: &Audit<'_>, at: usize, entry: &str) -> OpenFinding {
        let place = &audit.places[at];
        let status = if self.accepted.is_some() { Status::Fail } else { self.finding.status };
        let where_it_is = crate::recorder_sentences::places(audit, &[at]).unwrap_or_default();
        OpenFinding {
            control: self.control.id,
            required: self.control.weight == Weight::Required,
            account: place.account.to_owned(),
            region: place.region.to_owned(),
            resource: None,
            status: status.as_str(),
            headline: format!("{}: {}", visible(&where_it_is), self.text.reason),
            fix: self.text.fix.clone(),
            reason: self.text.reason.clone(),
            accepted: self.accepted.map(by),
            rest: vec![self.finding.reason.code.as_str().to_owned()],
            entry: entry.to_owned(),
        }
    }
}
