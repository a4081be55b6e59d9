//! A remainder told in words.

use crate::invocations::CONTRADICTED;
use crate::remainder::{Cell, Part};
use crate::values::Label;
use cloudtrail::event::Field;
use std::collections::BTreeSet;

/// How many parts of a remainder, and how many values of a part, are told before "and N more".
const TOLD: usize = 3;

/// How sure we are of what a sentence says.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sureness {
    /// The cells certainly escape.
    Certain,
    /// Nobody knows.
    Open,
    /// AWS's pages contradict each other on whether such events exist.
    Contradicted,
}

/// What is said where only contradicted names escape.
pub(crate) const NAMES_CONTRADICT: &str =
    "AWS's pages contradict each other about the names of some invocations";

/// The sentence where every invocation escapes.
pub(crate) const NO_INVOCATION: &str = "no invocation is recorded";

/// One sentence where telling everything takes too much work.
pub(crate) fn of_an_example(noun: &str, sureness: Sureness) -> String {
    let some = match sureness {
        Sureness::Certain => format!("some {noun} are not recorded"),
        Sureness::Open => format!("some {noun} are not certainly recorded"),
        Sureness::Contradicted => {
            format!("{NAMES_CONTRADICT} (U-1), and some of these are not certainly recorded")
        }
    };
    format!("{some}, such as the example; too many selectors overlap to describe them all")
}

/// One sentence for all cells: what of `noun` (`invocations`, `management events`) is not recorded, or may not be.
pub(crate) fn sentence(cells: &[Cell], noun: &str, sureness: Sureness) -> String {
    let mut parts: Vec<String> = Vec::new();
    for cell in cells {
        let told = describe(cell, noun);
        if !parts.contains(&told) {
            parts.push(told);
        }
    }
    let one = noun.strip_suffix('s').unwrap_or(noun);
    match parts.as_slice() {
        [only] if only == noun => match sureness {
            Sureness::Certain => format!("no {one} is recorded"),
            Sureness::Open => format!("it is unknown whether any {one} is recorded"),
            Sureness::Contradicted => {
                let names = CONTRADICTED.map(|name| format!("`{name}`")).join(", ");
                format!("{NAMES_CONTRADICT} (U-1): {noun} under the names {names} are not certainly recorded")
            }
        },
        [] => format!("all {noun} are recorded"),
        _ => {
            let more = parts.len().saturating_sub(TOLD);
            parts.truncate(TOLD);
            let tail = if more == 0 { String::new() } else { format!("; and {more} more such sets") };
            let told = format!("{}{tail}", parts.join("; "));
            match sureness {
                Sureness::Certain => format!("{told} are not recorded"),
                Sureness::Open => format!("it is unknown whether {told} are recorded"),
                Sureness::Contradicted => {
                    format!("{NAMES_CONTRADICT} (U-1): {told} are not certainly recorded")
                }
            }
        }
    }
}

fn describe(cell: &Cell, noun: &str) -> String {
    let limited =
        |field: Field| cell.parts.iter().find(|part| part.field == field && !part.outside.is_empty());
    // What could only be read-only is told as that, too: an invocation is usually a write.
    let mut told = match cell.parts.iter().find(|part| part.field == Field::ReadOnly) {
        Some(part) if only_true(part) => format!("read-only {noun}"),
        Some(part) if !part.outside.is_empty() => format!("write {noun}"),
        _ => noun.to_owned(),
    };
    if let Some(part) = limited(Field::EventName) {
        told.push_str(&format!(" whose eventName{}", values(part)));
    }
    if let Some(part) = limited(Field::EventSource) {
        told.push_str(&format!(" whose eventSource{}", values(part)));
    }
    if let Some(part) = limited(Field::EventType) {
        told.push_str(&format!(" whose eventType{}", values(part)));
    }
    if let Some(part) = limited(Field::ResourcesArn) {
        told.push_str(&format!(" of resources whose ARN{}", values(part)));
    }
    if let Some(part) = limited(Field::UserIdentityArn) {
        told.push_str(&principals(part));
    }
    if let Some(part) = limited(Field::SessionCredentialFromConsole) {
        told.push_str(if only_true(part) {
            " made in a console session"
        } else {
            " not made in a console session"
        });
    }
    told
}

fn only_true(part: &Part) -> bool {
    part.inside.iter().all(|class| part.table.text(class.pick).as_deref() == Some("true"))
}

fn principals(part: &Part) -> String {
    let absent = labels(part, true).contains(&Label::Absent);
    let named = labels(part, true).iter().any(|label| *label != Label::Absent);
    match (absent, named) {
        (true, false) => " by callers without a principal ARN, such as AWS services".to_owned(),
        (false, true) => format!(" by principals whose ARN{}", values(part)),
        _ => format!(" by callers without a principal ARN and by principals whose ARN{}", values(part)),
    }
}

fn labels(part: &Part, inside: bool) -> BTreeSet<Label> {
    let classes = if inside { &part.inside } else { &part.outside };
    classes.iter().flat_map(|class| class.labels.iter().cloned()).collect()
}

/// ` starts with A or B`, or ` does not start with C` where all but a few values are in the part.
fn values(part: &Part) -> String {
    let inside = labels(part, true);
    let outside = labels(part, false);
    if inside.contains(&Label::Other) {
        let listed: Vec<_> = outside.iter().filter(|label| **label != Label::Absent).collect();
        return if listed.is_empty() { " is there".to_owned() } else { phrase(&listed, &inside, Tone::No) };
    }
    let listed: Vec<_> = inside.iter().filter(|label| **label != Label::Absent).collect();
    phrase(&listed, &outside, Tone::Yes)
}

#[derive(Clone, Copy)]
enum Tone {
    Yes,
    No,
}

/// The labels as one phrase; `against` holds the labels on the other side, which may be exceptions of these.
fn phrase(listed: &[&Label], against: &BTreeSet<Label>, tone: Tone) -> String {
    let one = |label: &Label| {
        let (yes, no, value) = match label {
            Label::Is(value) => ("is", "is not", format!("`{value}`")),
            Label::StartsWith(value) => ("starts with", "does not start with", format!("`{value}`")),
            Label::EndsWith(value) => ("ends with", "does not end with", format!("`{value}`")),
            Label::StartsAndEndsWith(start, end) => {
                ("starts with", "does not start with", format!("`{start}` and end with `{end}`"))
            }
            Label::Absent => ("is absent", "is there", String::new()),
            Label::Other => ("is any other", "is listed", String::new()),
        };
        let verb = match tone {
            Tone::Yes => yes,
            Tone::No => no,
        };
        format!(" {verb} {value}{}", exceptions(label, against))
    };
    let mut told: Vec<String> = listed.iter().take(TOLD).map(|label| one(label)).collect();
    if listed.len() > TOLD {
        told.push(format!(" {} more values", listed.len() - TOLD));
    }
    let joint = match tone {
        Tone::Yes => " or",
        Tone::No => " and",
    };
    told.join(joint)
}

/// ` (but not C)` where a listed value on the other side lies within this label.
fn exceptions(label: &Label, against: &BTreeSet<Label>) -> String {
    let within = |other: &Label| match (label, other) {
        (Label::StartsWith(outer), Label::StartsWith(inner) | Label::Is(inner)) => {
            (inner != outer && inner.starts_with(outer.as_str())).then(|| inner.clone())
        }
        (Label::EndsWith(outer), Label::EndsWith(inner) | Label::Is(inner)) => {
            (inner != outer && inner.ends_with(outer.as_str())).then(|| inner.clone())
        }
        _ => None,
    };
    let mut inner = against.iter().filter_map(within);
    match (inner.next(), inner.count()) {
        (None, _) => String::new(),
        (Some(one), 0) => format!(" (except `{one}`)"),
        (Some(one), more) => format!(" (except `{one}` and {more} more)"),
    }
}
