//! `invoketrail detect`: what is suspicious in delivered records, told as stories.

mod known;
mod learned;
mod other;

use super::fresh;
use super::showing::ending;
use super::verify::hours::now;
use anyhow::Result;
use args::detect::{Detect, Format, Severity as Word};
use args::outcome::Outcome;
use detect::exception::accepted;
use detect::finding::{Finding, Severity};
use detect::story::{WINDOW, stories};
use detect::view::View;
use known::Known;
use logs::Filter;
use report::{Detections, DetectionsFormat};
use std::collections::BTreeMap;
use surroundings::context::Context;
use surroundings::inputs::held_apart;
use surroundings::misread::nothing_read;
use surroundings::output::{layout_of, print, write_file};
use surroundings::problem::say;
use surroundings::settings;

/// Reads, looks, tells.
///
/// # Errors
/// [`Problem`] where a file that was named cannot be read, nothing could be read, or a state cannot be used.
pub(crate) fn run(typed: Detect, context: Context) -> Result<Outcome> {
    if let Some(text) = other::without_records(&typed)? {
        print(|out| out.write_all(text.as_bytes()))?;
        return Ok(Outcome::Well);
    }
    let baseline = typed.baseline.as_deref().map(fresh::findings_of).transpose()?;
    let known = Known::of(&typed, &context)?;
    let Some(learned) = learned::learn(&typed, &context, &known)? else {
        return Ok(Outcome::Interrupted);
    };
    learned.helps.iter().for_each(|help| say("help", help));
    // A run that goes on from a state may find nothing new.
    let goes_on = typed.state.is_some() && learned.account.files == 0;
    let is_empty = learned.facts.accounts.is_empty() && !goes_on;
    if let Some(problem) =
        nothing_read(&learned.account, &Filter::default(), &typed.sources).filter(|_| is_empty)
    {
        return Err(problem.into());
    }
    let mut settings = known.settings();
    if let Some(text) = other::about_thresholds(&typed, &learned.facts, &mut settings)? {
        print(|out| out.write_all(text.as_bytes()))?;
        return Ok(Outcome::Well);
    }
    let view = View::new(&learned.facts, &settings);
    let mut findings = detect::detected::detect(&view);
    if let Some(rules) = &known.rules {
        findings.extend(rules.findings(&learned.facts));
        findings.sort_by(|one, other| (one.time, &one.id).cmp(&(other.time, &other.id)));
    }
    let told = known.rules.as_ref().map(report::rules_told).unwrap_or_default();
    let all = findings.len();
    let (since, until) = asked(&typed, &context)?;
    let findings = within(findings, &typed, since, until);
    let stories = stories(&findings, WINDOW);
    let accepted = accepted(&findings, &known.exceptions, settings.now);
    let found = Detections {
        findings: &findings,
        not_asked_for: all - findings.len(),
        nothing_since: since.zip(learned.facts.newest()).filter(|(since, newest)| newest < since),
        stories: &stories,
        accepted: &accepted,
        exceptions: &known.exceptions,
        facts: &learned.facts,
        account: &learned.account,
        left_out: &learned.left_out,
        known: learned.known,
        learn_days: settings.learning(),
        rules: &told,
        now: settings.now,
        version: env!("CARGO_PKG_VERSION"),
    };
    if let Some(id) = &typed.show {
        return other::show(&found, id, &typed, &context);
    }
    tell(&found, typed, &context, baseline.as_ref())
}

fn tell(
    found: &Detections<'_>,
    typed: Detect,
    context: &Context,
    baseline: Option<&BTreeMap<String, Severity>>,
) -> Result<Outcome> {
    let why = "findings are not shown in that format";
    let layout = layout_of(typed.all);
    let outputs = settings::outputs(typed.output, &context.config, why);
    held_apart(outputs.iter().map(|output| output.path.as_path()))?;
    for output in outputs {
        write_file(&output.path, |out| output.format.0.write(found, &layout, out))?;
        say("wrote", &output.path.display().to_string());
    }
    let format = settings::format(typed.format, &context.config, why);
    let Format(format) = format.unwrap_or(Format(DetectionsFormat::TERMINAL));
    print(|out| format.write(found, &layout, out))?;
    if let Some(story) = found.stories.iter().find(|story| found.is_open(story)) {
        let flags = format!(" --show {}", report::shell(&story.id));
        let command =
            surroundings::again::same(&[("format", true), ("output", true), ("all", false)], &flags);
        say("next", &format!("{command}  # the records of the worst story"));
    }
    let is_whole = found.account.is_whole() && found.nothing_since.is_none();
    let whole = if is_whole { Outcome::Well } else { Outcome::Undetermined };
    let mut outcome = if found.open().next().is_some() { Outcome::No } else { whole };
    if let (true, Some(before)) = (typed.deciding.only_new(), baseline) {
        let open = found.open().count();
        let new =
            found.open().filter(|(_, one)| before.get(&one.id).is_none_or(|was| one.severity > *was)).count();
        let gone = before.keys().filter(|id| !found.findings.iter().any(|one| one.id == **id)).count();
        outcome = fresh::of_findings(outcome, new, open, gone).worse(whole);
    }
    Ok(ending(outcome, typed.exit_zero))
}

/// The time that is asked about: its first moment, and the one behind its last.
fn asked(typed: &Detect, context: &Context) -> Result<(Option<i64>, Option<i64>)> {
    let time = |flag: &str, text: &Option<String>| {
        let read = |text: &String| super::invocations::question::time(flag, text, &context.now);
        text.as_ref().map(read).transpose()
    };
    let since = time("since", &typed.window.since)?.map(|(first, _)| first);
    let until = time("until", &typed.window.until)?.map(|(_, behind)| behind);
    if since.zip(until).is_some_and(|(since, until)| since >= until) {
        return Err(super::invocations::question::backwards().into());
    }
    Ok((since, until))
}

/// Findings that were asked for.
fn within(
    mut findings: Vec<Finding>,
    typed: &Detect,
    since: Option<i64>,
    until: Option<i64>,
) -> Vec<Finding> {
    let least = match typed.severity {
        None | Some(Word::Note) => Severity::Note,
        Some(Word::Low) => Severity::Low,
        Some(Word::Medium) => Severity::Medium,
        Some(Word::High) => Severity::High,
        Some(Word::Critical) => Severity::Critical,
    };
    findings.retain(|one| {
        one.severity >= least
            && since.is_none_or(|since| one.until >= since)
            && until.is_none_or(|until| one.time < until)
    });
    findings
}

/// Milliseconds since 1970.
fn moment(context: &Context) -> i64 {
    now(&context.now)
}
