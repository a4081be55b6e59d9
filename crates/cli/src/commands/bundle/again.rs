//! A bundle's audit, collected again: the collector reads AWS's raw answers out of the bundle, and asks AWS nothing.

use super::VERSION;
use anyhow::Result;
use audit::again::differences;
use audit::inputs::Inputs;
use audit::raw_answers::{Asked, Recall};
use report::RawAnswers;
use std::path::Path;
use std::sync::Arc;
use store::{Answers, Bundle};
use surroundings::problem::Problem;
use surroundings::saved::unread;
use text::visible::excerpt;

/// Differences that are named.
const NAMED: usize = 50;

/// Characters of each.
const LONGEST: usize = 400;

/// What the raw answers of a bundle give, held against its inventory, and the inputs with what they give instead of that where they
/// differ. `None` iff the bundle holds no raw answers.
///
/// # Errors
/// [`Problem`] iff the answers cannot be read as such.
pub(super) fn collect(
    path: &Path,
    bundle: &Bundle,
    inputs: &Inputs,
) -> Result<Option<(RawAnswers, Option<Inputs>)>> {
    let Some(answers) = bundle.answers().map_err(|error| unread(path, &error))? else { return Ok(None) };
    let answers = Arc::new(answers);
    // Time and nothing else: no socket can be opened in it.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
    let runtime = runtime.map_err(|error| Problem::new(format!("cannot start: {error}")))?;
    let recall = Arc::clone(&answers) as Arc<dyn Recall>;
    let kept = &inputs.inventory;
    let work = aws::collect_again(recall, &answers.collection, &kept.collected_at, &inputs.exceptions);
    let mut raw = RawAnswers { count: answers.len(), differences: Vec::new() };
    let collected = match runtime.block_on(work) {
        Err(error) => {
            raw.differences.push(format!("nothing can be collected from the answers: {error}"));
            return Ok(Some((raw, None)));
        }
        Ok(collected) => collected,
    };
    match &collected.inventory {
        Some(again) => raw.differences.extend(differences(kept, again)),
        None => raw.differences.push("so many answers are missing that collecting was given up".to_owned()),
    }
    named(&mut raw.differences, collected.missing.len(), &collected.missing, "no answer to");
    let (count, unused) = never_asked(&answers, collected.inventory.is_some());
    named(&mut raw.differences, count, &unused, "the collector never asks for");
    let version = &bundle.decided.version;
    if !raw.differences.is_empty() && version != VERSION {
        let line = format!(
            "invoketrail {version} collected this, and {VERSION} may ask for more: verify it with that version"
        );
        raw.differences.insert(0, line);
    }
    let more = raw.differences.len().saturating_sub(NAMED);
    if more > 0 {
        raw.differences.truncate(NAMED);
        raw.differences.push(format!("and {more} more"));
    }
    // Whoever made the answers chose what they name.
    raw.differences.iter_mut().for_each(|line| *line = excerpt(line, LONGEST));
    let inputs = match collected.inventory {
        Some(inventory) if !raw.differences.is_empty() => Some(Inputs { inventory, ..inputs.clone() }),
        _ => None,
    };
    Ok(Some((raw, inputs)))
}

/// Where collecting was given up, nobody can tell what it would have asked.
fn never_asked(answers: &Answers, whole: bool) -> (usize, Vec<Asked>) {
    if whole { answers.never_asked(MENTIONED) } else { (0, Vec::new()) }
}

/// Questions that are named of each kind.
const MENTIONED: usize = 10;

fn named(to: &mut Vec<String>, count: usize, some: &[Asked], what: &str) {
    for Asked { account, region, operation, subject, .. } in some.iter().take(MENTIONED) {
        let account = if account.is_empty() { "the caller's account" } else { account };
        let about = subject.as_ref().map_or_else(String::new, |subject| format!(" about {subject}"));
        to.push(format!("{what} {operation}{about} in {account} {region}"));
    }
    let more = count.saturating_sub(MENTIONED);
    if more > 0 {
        to.push(format!("{what} {more} more"));
    }
}
