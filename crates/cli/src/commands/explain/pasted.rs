//! `explain --selectors`: what escapes the selectors of one recorder, without any AWS account.

use super::places::{self, Place, places};
use super::{called, ending, show, subject};
use crate::args::Format;
use crate::commands::Context;
use crate::outcome::Outcome;
use crate::output::read_within;
use crate::problem::{Problem, say};
use anyhow::Result;
use cli::report;
use cloudtrail::json::SelectorsError;
use cloudtrail::resource::ResourceType;
use cloudtrail::selector::Selectors;
use recording::{Candidate, State, Subject, Verdict, decide};
use std::collections::BTreeSet;
use std::path::Path;

pub(super) fn run(path: &Path, function: Option<&str>, format: Format, context: &Context) -> Result<Outcome> {
    let function = function.map(subject::read).transpose()?;
    let selectors = read(path)?;
    let candidate = [Candidate { selectors: Some(&selectors.list), certain: true }];
    let proof;
    let state;
    let place;
    match &function {
        Some((kind, arn)) => {
            let subject = Subject::Named(*kind, arn);
            let verdict = decide(&candidate, subject);
            state = verdict.state;
            proof = report::explain_selectors(&selectors, subject, &verdict);
            show(&[proof], format, &context.now)?;
        }
        None => {
            let verdict;
            (place, verdict) = worst(&selectors, &candidate);
            state = verdict.state;
            proof = report::explain_selectors(&selectors, subject_at(&place), &verdict);
            show(&[proof], format, &context.now)?;
        }
    }
    say(
        "next",
        "invoketrail audit  # judges them together with all other recorders, and whether these log and deliver",
    );
    Ok(ending(state))
}

fn subject_at(place: &Place) -> Subject<'_> {
    let Place { partition, region, account } = place;
    Subject::Any { kind: ResourceType::Function, partition, account, region }
}

/// The place at which the selectors record least of any function, and the verdict there: whoever names no function asks about
/// all of them, wherever they are.
fn worst(selectors: &Selectors, candidate: &[Candidate<'_>]) -> (Place, Verdict) {
    let (places, too_many) = places(&selectors.list, partition(selectors));
    let badness = |state: State| match state {
        State::Recorded => 0,
        State::Undetermined => 1,
        State::PartiallyRecorded => 2,
        State::NotRecorded => 3,
    };
    let mut judged: Vec<(Place, Verdict)> = Vec::with_capacity(places.len());
    for place in places {
        let verdict = decide(candidate, subject_at(&place));
        judged.push((place, verdict));
    }
    let all = judged.len();
    let states: BTreeSet<State> = judged.iter().map(|(_, verdict)| verdict.state).collect();
    // The first of the worst, which is the example place where that is one of them.
    let worst = judged.iter().map(|(_, verdict)| badness(verdict.state)).max().unwrap_or_default();
    let found = judged.into_iter().find(|(_, verdict)| badness(verdict.state) == worst);
    let (place, verdict) = found.unwrap_or_else(|| {
        let place = Place {
            partition: "aws".to_owned(),
            region: places::REGION.to_owned(),
            account: places::ACCOUNT.to_owned(),
        };
        let verdict = decide(candidate, subject_at(&place));
        (place, verdict)
    });
    let at = format!("{} in {}", place.account, place.region);
    let told = if states.len() == 1 && !too_many {
        format!(
            "judged for any function in any account and Region, shown for {at}; name one with --function ARN"
        )
    } else {
        format!(
            "it depends on account and Region ({all} kinds were tried): this is the worst, {at}; name a function with --function ARN"
        )
    };
    say("note", &told);
    if too_many {
        say("note", "the selectors name more accounts and Regions than were tried");
    }
    (place, verdict)
}

fn read(path: &Path) -> Result<Selectors> {
    let bytes = read_within(path, &cli::limits::SELECTORS)?;
    let name = called(path);
    let text = std::str::from_utf8(&bytes).map_err(|error| {
        Problem::new(format!(
            "cannot read {name} as event selectors: it is not UTF-8 text (byte {})",
            error.valid_up_to()
        ))
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let help = |error: &SelectorsError| match error {
        SelectorsError::NotJson { .. } | SelectorsError::NoSelectors { .. } => {
            "`aws cloudtrail get-event-selectors --trail-name NAME` prints the selectors of a trail"
        }
        SelectorsError::WrongType { .. }
        | SelectorsError::NotAllowed { .. }
        | SelectorsError::Twice { .. } => {
            "AWS would refuse it too: compare with `aws cloudtrail get-event-selectors --trail-name NAME`"
        }
    };
    cloudtrail::json::from_str(text).map_err(|error| {
        Problem::new(format!("cannot read {name} as event selectors: {error}")).help(help(&error)).into()
    })
}

/// The partition that the selectors are about, where they say so.
fn partition(selectors: &Selectors) -> &'static str {
    let named = |partition: &&&str| selectors.document.contains(&format!("\"arn:{partition}:lambda"));
    cloudtrail::arn::PARTITIONS.iter().find(named).copied().unwrap_or("aws")
}
