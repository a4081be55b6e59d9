//! `lambda-invocations-recorded`: every invocation of every function, current and future, is recorded. And the same for
//! web functions and MicroVM images, each a plane of its own because selectors for one do not cover the others.

use super::{About, about_places, exceptions, group};
use crate::code::{Code, Coded};
use crate::count::count;
use crate::finding::{Audit, ControlResult, Finding, Status, Weight};
use crate::remedy::remedy;
use cloudtrail::resource::ResourceType;
use recording::State;

const FUNCTIONS: About = About {
    id: "lambda-invocations-recorded",
    title: "Every invocation of every Lambda function, current and future, is recorded by CloudTrail",
    weight: Weight::Required,
};
const WEB_FUNCTIONS: About = About {
    id: "lambda-web-function-invocations-recorded",
    title: "Every invocation of every Lambda web function is recorded in each Region that serves it",
    weight: Weight::Required,
};
const MICROVM_IMAGES: About = About {
    id: "lambda-microvm-invocations-recorded",
    title: "Every run of, and token for, a Lambda MicroVM is recorded by CloudTrail",
    weight: Weight::Required,
};

/// The main control: it passes iff every function seen is recorded, and so would be any function that may ever exist at
/// any place that was to be audited. A listing of functions that broke off cannot turn it: what was not listed is one of those.
pub(super) fn functions(audit: &Audit<'_>) -> ControlResult {
    const PLANE: usize = ResourceType::Function as usize;
    let mut findings = group::rows(audit, PLANE, |state| state != State::Recorded);
    let future = group::places(
        audit,
        |place| audit.places[place].planes[PLANE].any_accepted,
        |_, state| state != State::Recorded,
    );
    for finding in future {
        tell_future(&mut findings, finding);
    }
    say_how_to_mend(audit, &mut findings);
    findings.extend(exceptions::findings(audit, PLANE));
    let new = exceptions::of_new_functions(audit);
    let no_new_functions = !new.is_empty();
    findings.extend(new);
    findings.extend(warnings(audit, PLANE));
    let seen = rows(audit, PLANE);
    let reason = match seen {
        0 if unlisted_places(audit, PLANE) > 0 => Code::AllUnlistedRecorded
            .says("not every function could be listed, but any function, listed or not, would be recorded"),
        0 => {
            Code::AnyRecorded.says("there is no function yet, and any that will be created would be recorded")
        }
        n => Code::AllRecorded
            .says(format!("every invocation of {} and of new functions is recorded", count(n, "function"))),
    };
    let reason = match exceptions::excused(audit) {
        0 => reason,
        n => reason.code.says(format!("{reason}, except {} under accepted exceptions", count(n, "function"))),
    };
    let reason = match no_new_functions {
        true => Code::AllAccepted
            .says("every invocation is recorded, except what exceptions accept, now and of new functions"),
        false => reason,
    };
    if audit.places.is_empty() {
        let reason = "the inventory holds no account and Region, so nothing was judged";
        findings.push(open(Code::NoPlaces.says(reason), Vec::new(), Vec::new()));
    }
    FUNCTIONS.answer(audit, findings, Status::Pass, reason)
}

/// Adds what is to be said of new functions: to the finding that says the same of those that exist, else alone.
fn tell_future(findings: &mut Vec<Finding>, mut future: Finding) {
    let same = |other: &&mut Finding| {
        let known = other.places.iter().all(|place| future.places.contains(place));
        known
            && other.status == future.status
            && other.reason.words == future.reason.words
            && !other.resources.is_empty()
    };
    if let Some(existing) = findings.iter_mut().find(same) {
        existing.reason.words = match future.status {
            Status::Undetermined => format!("{}, now or for new functions", future.reason),
            _ => format!("{}, and new functions will not be either", existing.reason),
        };
        existing.places = future.places;
        return;
    }
    future.reason.words = match future.status {
        Status::Fail => of_new_functions(&future.reason),
        _ => format!("of new functions, {}", future.reason),
    };
    findings.push(future);
}

/// What escapes of new functions. That their names are not among those listed goes without saying: they are new.
fn of_new_functions(remainder: &str) -> String {
    const LISTED: &str = " of resources whose ARN";
    const END: &str = " are not recorded";
    if remainder == "no invocation is recorded" {
        return "new functions will not be recorded".to_owned();
    }
    let bare = remainder.strip_suffix(END).and_then(|told| told.split_once(LISTED)).filter(|(_, values)| {
        // Other conditions follow the last value.
        let whole = |value: &str| value.ends_with('`') && value.matches('`').count() == 2;
        let one =
            |value: &str| value.starts_with(" is not `") && whole(value) || value.ends_with(" more values");
        values.split(" and").all(one)
    });
    match bare {
        Some(("invocations", _)) => "new functions will not be recorded".to_owned(),
        Some((what, _)) => format!("of new functions, {what}{END}"),
        None => format!("of new functions, {remainder}"),
    }
}

/// Says why it is unknown, and what to do, where a finding rests on a verdict.
fn say_how_to_mend(audit: &Audit<'_>, findings: &mut [Finding]) {
    for finding in findings {
        let Some(proof) = finding.proof else { continue };
        let gap = finding.gaps.first().map(|gap| &audit.gaps[*gap]);
        if let Some(gap) = gap.filter(|_| finding.status == Status::Undetermined) {
            finding.reason.words = format!("{}, because {}", finding.reason, gap.why());
        }
        finding.help = remedy(audit, proof);
    }
}

/// Passes iff every web function seen is recorded and all were seen, or any that may exist would be.
pub(super) fn web_functions(audit: &Audit<'_>) -> ControlResult {
    other_plane(audit, ResourceType::WebFunction, &WEB_FUNCTIONS)
}

/// As [`web_functions`], for MicroVM images.
pub(super) fn microvm_images(audit: &Audit<'_>) -> ControlResult {
    other_plane(audit, ResourceType::MicrovmImage, &MICROVM_IMAGES)
}

fn other_plane(audit: &Audit<'_>, kind: ResourceType, about: &About) -> ControlResult {
    let plane = kind as usize;
    let mut findings = group::rows(audit, plane, |state| state != State::Recorded);
    say_how_to_mend(audit, &mut findings);
    findings.extend(exceptions::findings(audit, plane));
    findings.extend(unlisted(audit, plane));
    let any_of = |place: usize| audit.places[place].planes[plane].any;
    let complete = |place: usize| audit.places[place].planes[plane].gaps.is_empty();
    let uncovered = group::places(audit, any_of, |place, state| state != State::Recorded && complete(place));
    let seen = rows(audit, plane);
    findings.extend(uncovered.into_iter().map(|mut finding| {
        finding.reason.words = match finding.status {
            Status::Undetermined => {
                format!("it is unknown whether a {} created here would be recorded", kind.noun())
            }
            _ => format!("a {} created here would not be fully recorded: {}", kind.noun(), finding.reason),
        };
        finding.status = Status::Pass;
        finding.gaps = Vec::new();
        finding.help = Some(
            Code::AddSelector
                .says(format!("add an advanced selector for {kind}; no basic selector can select it")),
        );
        finding
    }));
    findings.extend(warnings(audit, plane));
    let (otherwise, reason) = match seen {
        // What could not be listed may be there, and any would be recorded: else a finding says so.
        0 if unlisted_places(audit, plane) > 0 => {
            let noun = kind.noun();
            (
                Status::Pass,
                Code::AllUnlistedRecorded.says(format!(
                    "not every {noun} could be listed, but any, listed or not, would be recorded"
                )),
            )
        }
        0 => (Status::NotApplicable, Code::NoResources.says(format!("no {} exists", kind.noun()))),
        n => (
            Status::Pass,
            Code::AllRecorded.says(format!("every invocation of {} is recorded", count(n, kind.noun()))),
        ),
    };
    about.answer(audit, findings, otherwise, reason)
}

/// Places where something may escape that nobody looked at: resources that were not listed and would not surely be
/// recorded, and Regions that serve a resource but were not audited.
fn unlisted(audit: &Audit<'_>, plane: usize) -> Vec<Finding> {
    let (mut listing, mut elsewhere) = ((Vec::new(), Vec::new()), (Vec::new(), Vec::new()));
    for (at, place) in audit.places.iter().enumerate() {
        let here = &place.planes[plane];
        // A web function that was not listed may be served, and recorded, anywhere else.
        let discharged =
            audit.verdicts[here.any].state == State::Recorded && here.kind != ResourceType::WebFunction;
        if !here.gaps.is_empty() && !discharged {
            listing.0.push(at);
            listing.1.extend(&here.gaps);
        }
        // Those that are recorded at home are findings of their own.
        let told = |gap: &&usize| {
            here.rows
                .iter()
                .any(|row| audit.open.get(&row.verdict).is_some_and(|open| open.gaps.contains(gap)))
        };
        let untold: Vec<usize> = here.elsewhere.iter().filter(|gap| !told(gap)).copied().collect();
        if !untold.is_empty() {
            elsewhere.0.push(at);
            elsewhere.1.extend(untold);
        }
    }
    let noun = ResourceType::ALL[plane].noun();
    let told = [
        (Code::NotAllListed.says(format!("not every {noun} could be listed, and one may escape")), listing),
        (
            Code::RegionsNotAudited.says(format!("a {noun} may be served by Regions that were not audited")),
            elsewhere,
        ),
    ];
    let found = told.into_iter().filter(|(_, (places, _))| !places.is_empty());
    found.map(|(reason, (places, gaps))| open(reason, places, gaps)).collect()
}

fn open(reason: Coded, places: Vec<usize>, gaps: Vec<usize>) -> Finding {
    let mut finding = Finding { places, gaps, ..about_places(Status::Undetermined, reason) };
    finding.tidy();
    finding
}

/// What only a merely possible shape of event would escape: shown, never a fail.
fn warnings(audit: &Audit<'_>, plane: usize) -> Vec<Finding> {
    let possible = |verdict: usize| audit.verdicts[verdict].possible.as_ref();
    let any_of = |place: usize| audit.places[place].planes[plane].any;
    let mut found = group::rows(audit, plane, |state| state == State::Recorded);
    found.extend(group::places(audit, any_of, |_, state| state == State::Recorded));
    found.retain(|finding| finding.proof.is_some_and(|proof| possible(proof.verdict).is_some()));
    for finding in &mut found {
        let told =
            finding.proof.and_then(|proof| possible(proof.verdict)).map(|escape| escape.remainder.as_str());
        finding.reason = Code::EventNamesUnsettled.says(format!(
            "AWS does not settle under which names all invocations are recorded (U-1): if others exist, {}",
            told.unwrap_or_default()
        ));
        finding.help = Some(
            Code::RemoveNameCondition
                .says("a selector without a condition on eventName records them under any name"),
        );
    }
    // A reason that rows and future functions share is told once.
    let mut told: Vec<Finding> = Vec::new();
    for finding in found {
        match told.iter_mut().find(|other| other.reason == finding.reason) {
            Some(other) => {
                other.resources.extend(finding.resources);
                other.places.extend(finding.places);
                other.places.sort_unstable();
                other.places.dedup();
            }
            None => told.push(finding),
        }
    }
    told
}

/// Places at which not every resource of the plane was listed.
pub(super) fn unlisted_places(audit: &Audit<'_>, plane: usize) -> usize {
    audit.places.iter().filter(|place| !place.planes[plane].gaps.is_empty()).count()
}

fn rows(audit: &Audit<'_>, plane: usize) -> usize {
    audit.places.iter().map(|place| place.planes[plane].own).sum()
}
