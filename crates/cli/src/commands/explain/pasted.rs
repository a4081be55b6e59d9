//! `explain --selectors`: what escapes the selectors of one recorder, without any AWS account.

use super::{ending, show, subject};
use anyhow::Result;
use args::explain::Format;
use args::outcome::Outcome;
use audit::reach::{Reach, reach};
use cloudtrail::arn::Arn;
use cloudtrail::resource::ResourceType;
use cloudtrail::selector::Selectors;
use cloudtrail::selector_json::{RecorderFacts, SelectorsError};
use recording::{Anywhere, Candidate, Place, State, Subject, Verdict, anywhere, decide};
use std::path::Path;
use store::FileKind;
use surroundings::context::Context;
use surroundings::misread::misread;
use surroundings::output::read_within;
use surroundings::problem::say;

pub(super) fn run(path: &Path, function: Option<&str>, format: Format, context: &Context) -> Result<Outcome> {
    let function = function.map(subject::read).transpose()?;
    let selectors = read(path)?;
    let place = function.as_ref().and_then(|(_, arn)| Arn::parse(arn));
    let facts = cloudtrail::selector_json::recorder_facts(&selectors.document);
    let reach = reach(&facts, place);
    let certain = reach == Reach::Records;
    let candidate = [Candidate { selectors: Some(&selectors.list), certain }];
    // A recorder that records nothing here is as good as none.
    let candidates = if matches!(reach, Reach::Silent(_)) { &[][..] } else { &candidate[..] };
    let asked = match &function {
        Some((kind, arn)) => {
            let subject = Subject::Named(*kind, arn);
            let verdict = decide(candidates, subject);
            let proof = report::explain_selectors(&selectors, subject, &verdict).reaching(&reach);
            show(&[proof], format, &context.now)?;
            verdict.state
        }
        None => {
            let mut answer = anywhere(candidates, ResourceType::Function, facts.partition.as_deref());
            let mut reach = reach;
            // Where kinds of place differ, the worst of them is shown.
            let home = answer.alike.then(|| at_home(&selectors, &facts, &answer.place)).flatten();
            if let Some((place, verdict)) = home {
                // It says no at home, and so of any account and Region.
                (answer.place, answer.verdict, reach) = (place, verdict, Reach::Records);
            }
            tell(&answer);
            let subject = subject_at(&answer.place);
            let mut proof = report::explain_selectors(&selectors, subject, &answer.verdict);
            if !answer.complete {
                proof = proof.open(report::too_many_sentence(&answer));
            }
            show(&[proof.reaching(&reach)], format, &context.now)?;
            answer.verdict.state
        }
    };
    let next = match asked {
        State::Recorded => {
            "invoketrail audit  # once they are applied: judges all recorders together, and whether they log and deliver"
        }
        _ => "invoketrail audit  # whether other recorders record what these selectors do not",
    };
    say("next", next);
    Ok(ending(asked))
}

/// Where the recorder is at home, and what certainly escapes there; `None` iff nothing does, or the document does not say where
/// that is.
fn at_home(selectors: &Selectors, facts: &RecorderFacts, shown: &Place) -> Option<(Place, Verdict)> {
    let account = facts.account.clone()?;
    let region = facts.home_region.clone()?;
    let partition = facts.partition.clone().unwrap_or_else(|| shown.partition.clone());
    let place = Place { partition, region, account };
    let arn = format!("arn:{}:lambda:{}:{}:function:any", place.partition, place.region, place.account);
    if reach(facts, Arn::parse(&arn)) != Reach::Records {
        return None;
    }
    let verdict =
        decide(&[Candidate { selectors: Some(&selectors.list), certain: true }], subject_at(&place));
    matches!(verdict.state, State::PartiallyRecorded | State::NotRecorded).then_some((place, verdict))
}

fn subject_at(place: &Place) -> Subject<'_> {
    let Place { partition, region, account } = place;
    Subject::Any { kind: ResourceType::Function, partition, account, region }
}

/// Where the selectors were judged.
fn tell(answer: &Anywhere) {
    say("note", &report::anywhere_sentence(answer));
    if !answer.complete {
        say("note", &report::too_many_sentence(answer));
    }
}

/// What to do about a document without selectors.
const PRINTS: &str = "`aws cloudtrail get-event-selectors --trail-name NAME` prints the selectors of a trail";

fn read(path: &Path) -> Result<Selectors> {
    let bytes = read_within(path, &store::limits::SELECTORS)?;
    let text = std::str::from_utf8(&bytes).map_err(|error| {
        let why = format!("it is not UTF-8 text (byte {})", error.valid_up_to());
        misread(path, &bytes, FileKind::Selectors, "event selectors", &why, PRINTS)
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let help = |error: &SelectorsError| match error {
        SelectorsError::NotJson { .. } | SelectorsError::NoSelectors { .. } => PRINTS,
        SelectorsError::WrongType { .. }
        | SelectorsError::NotAllowed { .. }
        | SelectorsError::Twice { .. } => {
            "AWS would refuse it too: compare with `aws cloudtrail get-event-selectors --trail-name NAME`"
        }
    };
    cloudtrail::selector_json::from_str(text).map_err(|error| {
        misread(path, &bytes, FileKind::Selectors, "event selectors", &error, help(&error)).into()
    })
}
