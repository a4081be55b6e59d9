//! What `detect` shows beside findings: the list of detections, a page, a threshold's past, one finding with its records.

use anyhow::Result;
use args::detect::Detect;
use args::outcome::Outcome;
use args::source as flags;
use detect::detection::Detection;
use detect::facts::Facts;
use detect::finding::Proof;
use detect::settings::Settings;
use detect::tuning::{baseline, replay};
use report::Detections;
use surroundings::context::Context;
use surroundings::output::{layout, print};
use surroundings::problem::Problem;
use surroundings::session::Session;
use surroundings::settings;
use text::nearest::nearest;
use text::visible::excerpt;

/// What needs no records; `None` iff findings are asked for.
///
/// # Errors
/// [`Problem`] of misuse iff no detection has that name.
pub(super) fn without_records(typed: &Detect) -> Result<Option<String>> {
    if typed.knowledge.export.is_some() {
        return Ok(Some(detect::exported::sigma_rules()));
    }
    if typed.list {
        return Ok(Some(report::detections_list(&layout())));
    }
    if let Some(id) = &typed.about {
        return Ok(Some(named(id)?.page.to_owned()));
    }
    Ok(None)
}

fn named(id: &str) -> Result<&'static Detection> {
    if let Some(one) = report::detection(&id.to_ascii_uppercase()) {
        return Ok(one);
    }
    let near = nearest(&id.to_ascii_uppercase(), detect::detections::ALL.iter().map(|one| one.id));
    let help = match near {
        Some(near) => format!("did you mean {near}?"),
        None => "`invoketrail detect --list` lists them".to_owned(),
    };
    Err(Problem::misuse(format!("there is no detection `{}`", excerpt(id, 60))).help(help).into())
}

/// What a threshold would have given, or how far a function is from being found; `None` iff findings are asked for.
///
/// # Errors
/// [`Problem`] of misuse where there is no such detection, threshold or function.
pub(super) fn about_thresholds(
    typed: &Detect,
    facts: &Facts,
    settings: &mut Settings<'_>,
) -> Result<Option<String>> {
    if let Some(text) = &typed.replay {
        let (detection, key, values) = values(text)?;
        let replayed = replay(facts, settings, detection, key, &values);
        return Ok(Some(report::replay_text(detection, key, &replayed, &layout())));
    }
    let (Some(id), Some(function)) = (&typed.explain, &typed.function) else { return Ok(None) };
    let detection = named(id)?;
    let function = of_function(facts, function, &again(typed).0)?;
    let found = baseline(facts, settings, detection, &function);
    Ok(Some(report::baseline_text(detection, &function, &found, &layout())))
}

/// `INV-04.calls-an-hour=500,1000`
fn values(text: &str) -> Result<(&'static Detection, &'static str, Vec<f64>)> {
    let wrong = || {
        let problem = Problem::misuse(format!("--replay cannot be `{}`", excerpt(text, 80)));
        problem.help("name a threshold and values: INV-04.calls-an-hour=500,1000")
    };
    let (name, list) = text.split_once('=').ok_or_else(wrong)?;
    let (id, key) = name.split_once('.').ok_or_else(wrong)?;
    let detection = named(id)?;
    let known = || detection.thresholds.iter().map(|one| one.key);
    let Some(key) = known().find(|one| *one == key) else {
        let all = known().collect::<Vec<_>>().join(", ");
        let help = if all.is_empty() { "it has none".to_owned() } else { format!("it has {all}") };
        let line = format!("{} has no threshold `{}`", detection.id, excerpt(key, 60));
        return Err(Problem::misuse(line).help(help).into());
    };
    let values: Result<Vec<f64>, _> = list.split(',').map(|one| one.trim().parse::<f64>()).collect();
    let values = values.map_err(|_| wrong())?;
    if values.is_empty() || values.len() > 20 || values.iter().any(|one| !one.is_finite() || *one < 0.0) {
        return Err(wrong().into());
    }
    Ok((detection, key, values))
}

/// The ARN of the function of that name; `logs` is how the records are named in a command.
fn of_function(facts: &Facts, said: &str, logs: &str) -> Result<String> {
    let mut all: Vec<&str> = facts.cells.keys().map(|key| facts.names.text(key.function)).collect();
    all.sort_unstable();
    all.dedup();
    let mut fits = all.iter().filter(|arn| **arn == said || detect::arn::name_of(arn) == said);
    match (fits.next(), fits.next()) {
        (Some(one), None) => Ok((*one).to_owned()),
        (Some(one), Some(other)) => {
            let line = format!("several functions are called {}", excerpt(said, 60));
            Err(Problem::misuse(line).help(format!("name one by its ARN: {one} or {other}")).into())
        }
        _ => {
            let near = nearest(said, all.iter().map(|arn| detect::arn::name_of(arn)));
            let line = format!("no record is of a function `{}`", excerpt(said, 60));
            let help = near.map_or_else(
                || format!("`invoketrail invocations{logs} --by function` lists those that were called"),
                |near| format!("did you mean {near}?"),
            );
            Err(Problem::misuse(line).help(help).into())
        }
    }
}

/// Shows one finding or story.
///
/// # Errors
/// [`Problem`] of misuse where nothing has that id.
pub(super) fn show(found: &Detections<'_>, id: &str, typed: &Detect, context: &Context) -> Result<Outcome> {
    let story = found.stories.iter().find(|story| story.id == id);
    let of_story = story.into_iter().flat_map(|story| &story.findings);
    let of_story = of_story.filter_map(|at| found.findings.get(*at));
    let wanted = of_story.chain(found.findings.iter().filter(|one| one.id == id));
    let proofs: Vec<Proof> = wanted.flat_map(|one| one.proofs.iter().cloned()).collect();
    let live = flags::Live {
        profile: typed.reading.profile.clone(),
        endpoint_url: typed.reading.endpoint_url.clone(),
        region: typed.reading.region.clone(),
        ..flags::Live::default()
    };
    let in_bucket = proofs.iter().any(|proof| proof.file.starts_with("s3://"));
    let live = settings::live(live, context.config.clone());
    let session = in_bucket.then(|| Session::open(&live)).transpose()?;
    let records = delivery::records_of(&proofs, session.as_ref().map(Session::door));
    let (logs, account) = again(typed);
    let again = report::DetectionsAgain { logs: &logs, account: &account };
    let Some(text) = report::show_text(found, id, &records, again, &layout()) else {
        let line = format!("there is no finding or story `{}`", excerpt(id, 60));
        let stories = found.stories.iter().map(|one| one.id.as_str());
        let near = nearest(id, stories.chain(found.findings.iter().map(|one| one.id.as_str())));
        let help = match near {
            Some(near) => format!("did you mean {near}?"),
            None if found.findings.is_empty() => "nothing was found in these sources".to_owned(),
            None => "the same command with --all instead of --show lists all ids".to_owned(),
        };
        return Err(Problem::misuse(line).help(help).into());
    };
    print(|out| out.write_all(text.as_bytes()))?;
    Ok(Outcome::Well)
}

/// What was typed of where records, and the account, are: for the commands that go on from here.
fn again(typed: &Detect) -> (String, String) {
    if typed.demo.demo {
        return (" --demo".to_owned(), " --demo".to_owned());
    }
    let reading = &typed.reading;
    let flag = report::shell_flag;
    let maybe = |name: &str, value: &Option<String>| {
        value.as_deref().map(|value| flag(name, value)).unwrap_or_default()
    };
    let caller = maybe("profile", &reading.profile)
        + &maybe("endpoint-url", &reading.endpoint_url)
        + &surroundings::again::config_again();
    let sources: String = typed.sources.iter().map(|one| format!(" {}", report::shell_file(one))).collect();
    // Where log files were named beside a lake, they are asked: a question goes to one of both.
    #[cfg(feature = "lake")]
    let sources = if sources.is_empty() { maybe("lake", &typed.lake) } else { sources };
    let regions: String = reading.region.iter().map(|one| flag("region", one)).collect();
    let account = match &typed.knowledge.inventory {
        Some(path) => flag("inventory", &path.to_string_lossy()) + &surroundings::again::config_again(),
        None => caller.clone(),
    };
    (format!("{sources}{caller}{regions}"), account)
}
