//! A setting before and after, line by line.

use audit::change::{Change, NewTrail, Setting, State, Turn};
use serde_json::Value;
use similar::{ChangeTag, TextDiff};

/// How many unchanged lines are shown around a changed one.
const CONTEXT: usize = 3;

/// A line of a difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    /// It is there before and after.
    Same(String),
    /// It is there before alone.
    Before(String),
    /// It is there after alone.
    After(String),
    /// So many lines that are the same are left out.
    Skipped(usize),
}

/// What the setting is called.
pub(super) fn title(setting: &Setting) -> &'static str {
    match setting {
        Setting::Bucket(Turn { before: None, .. }) => "create its bucket",
        Setting::Bucket(_) => "delete its bucket, if it is empty",
        Setting::Trail(Turn { before: None, .. }) => "create it",
        Setting::Trail(_) => "delete it",
        Setting::MultiRegion(_) => "reach of Regions",
        Setting::LogFileValidation(_) => "log file validation",
        Setting::Selectors(_) => "event selectors",
        Setting::Logging(_) => "logging",
    }
}

/// As [`difference`], with selectors as lines of their own form instead of JSON, where that shows all of what differs.
#[must_use]
pub(super) fn difference_in_brief(change: &Change) -> Vec<Line> {
    match &change.setting {
        Setting::Selectors(turn) => selectors_differ(&turn.before, &turn.after),
        _ => difference(change),
    }
}

/// What differs between two documents of selectors.
fn selectors_differ(before: &str, after: &str) -> Vec<Line> {
    match in_brief(before).zip(in_brief(after)) {
        Some((was, is)) if was != is => lines(&was, &is),
        _ => lines(&pretty(before), &pretty(after)),
    }
}

/// The selectors of a document as lines; `None` where they hold what we do not understand, which only the document shows.
fn in_brief(document: &str) -> Option<String> {
    let read = cloudtrail::selector_json::from_str(document).ok()?;
    let understood = read.list.iter().all(|selector| selector.doubts().is_empty());
    let lines = read.list.iter().flat_map(crate::selectors::whole);
    understood.then(|| lines.map(|line| line + "\n").collect())
}

/// What differs between before and after, as lines with a few unchanged ones around them.
#[must_use]
pub fn difference(change: &Change) -> Vec<Line> {
    let (before, after) = match &change.setting {
        Setting::Bucket(turn) => both(turn, |bucket| {
            bucket
                .as_ref()
                .map_or_else(String::new, |one| format!("bucket: {}\n{}", one.name, pretty(&one.policy)))
        }),
        Setting::Trail(turn) => both(turn, |trail| {
            trail.as_ref().map_or_else(String::new, |one| {
                format!(
                    "bucket: {}\norganization trail: {}\nmulti-Region: {}\nlog file validation: {}\n",
                    one.bucket,
                    on(one.organization),
                    on(one.multi_region),
                    on(one.log_file_validation)
                )
            })
        }),
        Setting::MultiRegion(turn) => both(turn, |one| format!("multi-Region: {}\n", on(*one))),
        Setting::LogFileValidation(turn) => both(turn, |one| format!("log file validation: {}\n", on(*one))),
        Setting::Selectors(turn) => both(turn, |document| pretty(document)),
        Setting::Logging(turn) => both(turn, |one| format!("logging: {}\n", on(*one))),
    };
    lines(&before, &after)
}

/// What differs between two states of one setting.
#[must_use]
pub fn difference_of_states(before: &State, after: &State) -> Vec<Line> {
    if let (State::Selectors(before), State::Selectors(after)) = (before, after) {
        return selectors_differ(before, after);
    }
    let told = |state: &State| match state {
        State::Bucket(bucket) => bucket
            .as_ref()
            .map_or_else(String::new, |one| format!("bucket: {}\n{}", one.name, pretty(&one.policy))),
        State::Trail(trail) => {
            let set = |one: &NewTrail| {
                one.of_others.iter().map(|set| format!("{set} is set\n")).collect::<String>()
            };
            trail.as_ref().map_or_else(String::new, |one| format!("a trail to {}\n{}", one.bucket, set(one)))
        }
        State::Flag(flag) => format!("{}\n", on(*flag)),
        State::Selectors(document) => pretty(document),
        State::Gone => "nothing: it does not exist\n".to_owned(),
    };
    lines(&told(before), &told(after))
}

fn both<T>(turn: &Turn<T>, told: impl Fn(&T) -> String) -> (String, String) {
    (told(&turn.before), told(&turn.after))
}

fn on(value: bool) -> &'static str {
    if value { "on" } else { "off" }
}

/// JSON with one value a line; what is no JSON stays as it is.
fn pretty(document: &str) -> String {
    let value: Option<Value> = serde_json::from_str(document).ok();
    let text = value.and_then(|value| serde_json::to_string_pretty(&value).ok());
    let mut text = text.unwrap_or_else(|| document.to_owned());
    text.push('\n');
    text
}

/// What differs between two texts.
fn lines(before: &str, after: &str) -> Vec<Line> {
    let diff = TextDiff::from_lines(before, after);
    let (mut told, mut at) = (Vec::new(), 0);
    for group in diff.grouped_ops(CONTEXT) {
        let from = group.first().map_or(at, |op| op.old_range().start);
        skip(&mut told, from.saturating_sub(at));
        for op in &group {
            for change in diff.iter_changes(op) {
                let text = change.value().trim_end_matches('\n').to_owned();
                told.push(match change.tag() {
                    ChangeTag::Equal => Line::Same(text),
                    ChangeTag::Delete => Line::Before(text),
                    ChangeTag::Insert => Line::After(text),
                });
            }
            at = op.old_range().end;
        }
    }
    skip(&mut told, before.lines().count().saturating_sub(at));
    told
}

fn skip(told: &mut Vec<Line>, lines: usize) {
    if lines > 0 {
        told.push(Line::Skipped(lines));
    }
}

#[cfg(test)]
mod tests {
    use super::{Line, lines};

    #[test]
    fn what_is_the_same_far_away_is_left_out_and_counted() {
        let before: String = (0..20).map(|n| format!("{n}\n")).collect();
        let after = before.replace("10\n", "10\nnew\n");
        let told = lines(&before, &after);
        assert_eq!(told.first(), Some(&Line::Skipped(8)));
        assert!(told.contains(&Line::After("new".to_owned())));
        assert_eq!(told.last(), Some(&Line::Skipped(6)));
        assert_eq!(told.len(), 3 + 3 + 1 + 2);
    }

    #[test]
    fn out_of_nothing_everything_is_new() {
        assert_eq!(lines("", "a\nb\n"), [Line::After("a".to_owned()), Line::After("b".to_owned())]);
    }
}
