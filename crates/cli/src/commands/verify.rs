//! `invoketrail verify`: do the records of every function really arrive, complete and untampered?

mod by_function;
mod canary;
mod functions;
pub(crate) mod hours;
mod late;
mod metrics;
mod records;

use super::validate::{head_objects, without_keys};
use super::{Context, Opened};
use crate::again::same;
use crate::args::{Format, verify as args};
use crate::config::Config;
use crate::delivered::{Delivered, Keys, Proven, Read, Weighed, found, weigh};
use crate::outcome::Outcome;
use crate::output::{layout, print, write_file};
use crate::problem::{Problem, io_problem, say};
use crate::remembered;
use crate::session::Session;
use crate::settings::{self, Live, Source};
use crate::sources::{Place, places};
use crate::unknown::no_function;
use anyhow::Result;
use audit::evidence::{self as decision, Known, Metric, Outcome as Told};
use by_function::ByFunction;
use functions::{Functions, functions, pair};
use logs::digest::{Asked, Expected, Found, LiveTrail, Seen};
use logs::{Group, Pattern, Question};
use metrics::Counts;
use report::{self, Layout, Stamp, Verification, VerifiedFunction};
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::ops::Range;
use store::Index;

/// Reads, decides, prints, writes; or sends a canary.
///
/// # Errors
/// [`Problem`] where nothing could be read, or an answer could not be written.
pub(crate) fn run(typed: args::Verify, context: Context) -> Result<Outcome> {
    let typed = over_config(typed, &context.config);
    let live = settings::live(typed.live.clone(), context.config.clone());
    let places = delivered_places(&typed.sources)?;
    if typed.canary.canary.is_some() {
        return canary::run(&typed, &places, &live, &context);
    }
    let window = hours::window(&typed.window, &context.now)?;
    let index = remembered::open(&typed.remembering, &context.config)?;
    let patterns: Vec<Pattern> = typed.function.iter().map(|text| Pattern::new(text)).collect();
    let source = settings::source(
        crate::args::Source { inventory: typed.inventory.clone(), live: quiet(&typed) },
        context.config.clone(),
    );
    let known = typed.inventory.is_some() || !is_here(&places);
    let unknown = |error| if known { error } else { without_inventory(error) };
    let opened = Opened::of(&source).map_err(unknown)?;
    let listed = functions(&opened, &live, &patterns, &context.now).map_err(unknown)?;
    if listed.interrupted {
        return Ok(interrupted());
    }
    let session = session(&typed, &places, opened, &live)?;
    let verified = verified(&Ready {
        counts: Counts::of(typed.metrics.as_deref(), session.as_ref())?,
        looked: records::Looked { places: &places, live: &live, window: &window, digests: typed.digests },
        typed: &typed,
        listed: &listed,
        patterns: &patterns,
        session: session.as_ref(),
        index: index.as_ref(),
        threads: typed.threads.count(&context.config),
        now: hours::now(&context.now),
    })?;
    let Some(Verified { verification, heads }) = verified else { return Ok(interrupted()) };
    answer(&verification, &typed, &context)?;
    head_objects(&heads);
    next(&verification, &typed, &source);
    Ok(ending(verification.answer().into(), typed.exit_zero))
}

/// All that is known before anything is listed and read.
struct Ready<'a> {
    typed: &'a args::Verify,
    looked: records::Looked<'a>,
    listed: &'a Functions,
    patterns: &'a [Pattern],
    counts: Counts<'a>,
    session: Option<&'a Session>,
    index: Option<&'a Index>,
    threads: usize,
    /// Milliseconds since 1970.
    now: i64,
}

/// What was verified, what digests prove of it, and the commands that get signatures which a copy lost.
struct Verified {
    verification: Verification,
    heads: Vec<String>,
}

/// Lists, reads, decides; `None` iff it was interrupted.
///
/// # Errors
/// [`Problem`] where a scratch file cannot be written, keys cannot be read, or nothing is called as was asked for.
fn verified(ready: &Ready<'_>) -> Result<Option<Verified>> {
    let Ready { typed, looked, listed, patterns, counts, session, index, threads, now } = ready;
    let (window, session) = (looked.window, *session);
    let delivered = looked.list(listed, session);
    let digests = found(&delivered.files, session);
    let weighed = weighed(typed, looked.places, &digests, (window, session))?;
    let expected = weighed.as_ref().map(Weighed::expected);
    let question = looked.question(listed, patterns);
    let mut read = read(&delivered.files, &question, expected.as_ref(), (session, *index), *threads)?;
    if let Some(expected) = &expected {
        read.holes.merge(delivered.files.gone(expected, window, i64::MIN));
    }
    let trails = || delivered.live(listed, session);
    let files = &delivered.files;
    let proven = weighed.map(|weighed| proven(weighed, &read.seen, (window, *now), (files, &trails())));
    let counting = by_function(listed, &read, (looked.live, patterns))?;
    let arns: Vec<&str> = counting.records.keys().map(String::as_str).collect();
    let counted = counts.over(&arns, window, *now);
    if session.is_some_and(Session::is_stopped) {
        return Ok(None);
    }
    let seen = delivered.seen_of(&read.holes, &listed.trails);
    let settled = decision::is_settled(window.end, *now);
    let known = |arn: &str, records| Known {
        records,
        unproven: counting.unproven(arn, &read.proofs),
        metric: counted
            .get(arn)
            .cloned()
            .unwrap_or_else(|| Metric::Unknown("it was not asked for".to_owned())),
        looked: seen.looked(arn),
        origin: delivered.origin,
        settled,
    };
    let mut functions = judged(&counting.records, listed, known);
    let keys = typed.digests.then(|| keys(&typed.public_keys));
    let with = late::With { session, index: *index, threads: *threads, keys, patterns, now: *now };
    let late = late::read_on(&mut functions, (looked, &delivered), (listed, &question), &with)?;
    if session.is_some_and(Session::is_stopped) {
        return Ok(None);
    }
    // What lies beside the tree is met again by whoever reads on.
    let mut unseen = Vec::new();
    for one in listed.unlisted.iter().cloned().chain(seen.told()).chain(late.unseen.iter().cloned()) {
        if !unseen.contains(&one) {
            unseen.push(one);
        }
    }
    let asked = (window.clone(), files.places.iter().map(Place::typed).collect(), counts.origin());
    let beside = (files.left_out.clone(), listed.others, unseen);
    let heads = proven.as_ref().map(|proven| files.unsigned(&digests, &proven.validation));
    let verification = verification(asked, functions, (read, late), beside, proven.as_ref());
    Ok(Some(Verified { verification, heads: heads.unwrap_or_default() }))
}

/// All that is told.
fn verification(
    (window, places, metrics): (Range<i64>, Vec<String>, &'static str),
    functions: Vec<VerifiedFunction>,
    (read, late): (Read, late::Late),
    (left_out, others, unseen): (report::LeftOut, usize, Vec<String>),
    proven: Option<&Proven>,
) -> Verification {
    let mut account = read.account;
    account.merge(late.account);
    Verification {
        window,
        places,
        metrics,
        functions,
        account,
        read_on: late.read_on,
        left_out,
        copies: read.answer.copies + late.copies,
        foreign: foreign(&read.answer.groups) + read.strays,
        others,
        unseen,
        digests: proven.map(|proven| proven.validation.clone()),
        keys: proven.map(|proven| proven.keys.clone()).unwrap_or_default(),
        unproven_because: proven.map(|proven| proven.unseen.clone()).unwrap_or_default(),
    }
}

/// What is decided of each function.
fn judged(
    by: &BTreeMap<String, decision::Records>,
    listed: &Functions,
    known: impl Fn(&str, decision::Records) -> Known,
) -> Vec<VerifiedFunction> {
    let one = |(arn, records): (&String, &decision::Records)| {
        let known = known(arn, *records);
        let decided = decision::decide(&known);
        VerifiedFunction { arn: arn.clone(), listed: listed.arns.contains(arn), known, decided }
    };
    by.iter().map(one).collect()
}

/// What was typed, over what the configuration file says.
fn over_config(typed: args::Verify, config: &Config) -> args::Verify {
    args::Verify {
        format: typed.format.or(config.format),
        output: if typed.output.is_empty() { config.output.clone() } else { typed.output },
        exit_zero: typed.exit_zero || config.exit_zero,
        ..typed
    }
}

/// The places that were typed.
///
/// # Errors
/// [`Problem`]: no such place, or one that cannot be read twice.
pub(crate) fn delivered_places(typed: &[String]) -> Result<Vec<Place>> {
    let places = places(typed)?;
    if places.contains(&Place::Stdin) {
        let problem = Problem::misuse("stdin tells nothing of what else was delivered");
        return Err(problem.help("name the folder, or s3://BUCKET/PREFIX").into());
    }
    Ok(places)
}

/// Reads the files, and tells whoever asks what the index had to do with it.
///
/// # Errors
/// [`Problem`] iff a scratch file cannot be written.
fn read(
    files: &Delivered,
    question: &Question,
    expected: Option<&Expected<'_>>,
    (session, index): (Option<&Session>, Option<&Index>),
    threads: usize,
) -> Result<Read> {
    let read = crate::delivered::read(files, question, expected, (session, index), threads)
        .map_err(|error| io_problem("write to", "a scratch file", &error))?;
    remembered::tell_known(read.known, read.account.files);
    remembered::tell_damage(index);
    Ok(read)
}

/// Which digests are to be trusted, iff that was asked for.
fn weighed<'f>(
    typed: &args::Verify,
    places: &[Place],
    found: &'f [Found],
    (window, session): (&Range<i64>, Option<&Session>),
) -> Result<Option<Weighed<'f>>> {
    let weigh = || weigh(found, (&keys(&typed.public_keys), places), Some(window.clone()), session);
    typed.digests.then(weigh).transpose()
}

/// What digests prove of what was seen, and which of the trails that deliver it lack some.
fn proven(
    weighed: Weighed<'_>,
    seen: &[Seen],
    (window, now): (&Range<i64>, i64),
    (files, trails): (&Delivered, &[LiveTrail]),
) -> Proven {
    let asked = Asked::events(window.clone());
    let mut proven = weighed.prove(seen, &asked, files);
    proven.validation.hold_against(trails, &asked, now);
    files.excuse(&mut proven.validation);
    proven
}

/// Flags about AWS beside an inventory file are about logs and metrics.
fn quiet(typed: &args::Verify) -> crate::args::Live {
    if typed.inventory.is_some() { crate::args::Live::default() } else { typed.live.clone() }
}

pub(crate) fn keys(files: &[std::path::PathBuf]) -> Keys<'_> {
    if files.is_empty() { Keys::Live } else { Keys::Files(files) }
}

/// The session with AWS, iff anything else has to be asked there.
fn session(
    typed: &args::Verify,
    places: &[Place],
    opened: Opened<'_>,
    live: &Live,
) -> Result<Option<Session>> {
    let remote = places.iter().any(|place| matches!(place, Place::Objects { .. }));
    let counts = typed.metrics.is_none() && matches!(opened, Opened::Live(_));
    let keys = typed.digests && typed.public_keys.is_empty();
    let needed = places.is_empty() || remote || counts || keys;
    let session = match opened {
        _ if !needed => Ok(None),
        Opened::Live(session) => Ok(Some(session)),
        Opened::File(_) | Opened::Interrupted => Session::open(live).map(Some),
    };
    session.map_err(|error| if keys && !counts && is_here(places) { without_keys(error) } else { error })
}

/// True iff local copies were named, and nothing else.
fn is_here(places: &[Place]) -> bool {
    !places.is_empty() && !places.iter().any(|place| matches!(place, Place::Objects { .. }))
}

/// The functions of a local copy could not be asked for: a file does as well.
fn without_inventory(error: anyhow::Error) -> anyhow::Error {
    let flag = "name them: --inventory FILE (`invoketrail inventory --output FILE` writes it where AWS can be asked), with \
                --metrics FILE for CloudWatch's counts";
    Problem::of_a_copy(error, "the functions whose records are looked for must be known", flag)
}

fn interrupted() -> Outcome {
    say("note", "interrupted before everything was read: nothing is judged on half of it");
    Outcome::Interrupted
}

/// # Errors
/// [`Problem`] iff nothing at all is called as was asked for.
fn by_function(listed: &Functions, read: &Read, which: (&Live, &[Pattern])) -> Result<ByFunction> {
    let by = ByFunction::of(listed, read, which);
    let is = |at: usize, pattern: &Pattern| {
        read.named.found.get(at).is_some_and(|found| *found)
            || listed.arns.iter().any(|arn| functions::asked(std::slice::from_ref(pattern), arn))
    };
    let missing = which.1.iter().enumerate().filter(|(at, pattern)| !is(*at, pattern));
    let missing: Vec<&str> = missing.map(|(_, pattern)| pattern.as_str()).collect();
    // A name that is mistyped must not pass for one whose records arrive; what was not listed or read may have it.
    let all = listed.unlisted.is_empty() && read.account.is_whole();
    if missing.is_empty() || !(all || by.records.is_empty() && listed.unlisted.is_empty()) {
        return Ok(by);
    }
    let among = format!("in the inventory or in {} invocation records", read.account.invocations);
    let names = read.named.others.iter().map(String::as_str).chain(listed.names.iter().map(String::as_str));
    Err(no_function(&missing, &among, names).into())
}

/// Records of functions of other accounts than the one they were delivered to: they prove nothing of their owner's trail.
fn foreign(groups: &[Group]) -> u64 {
    let elsewhere = groups.iter().filter(|group| match &group.labels[..] {
        [arn, account] => pair(arn).is_some_and(|(owner, _)| owner != account),
        _ => false,
    });
    elsewhere.map(|group| group.cell.records()).sum()
}

fn answer(verification: &Verification, typed: &args::Verify, context: &Context) -> Result<()> {
    let stamp = Stamp {
        version: env!("CARGO_PKG_VERSION"),
        generated_at: &context.now,
        counted: audit::Counted::All,
        drift: None,
    };
    for output in &typed.output {
        let plain = Layout::default();
        write_file(&output.path, |out| write(output.format, verification, &stamp, (&plain, out)))?;
        say("wrote", &output.path.display().to_string());
    }
    let layout = layout();
    let format = typed.format.unwrap_or(Format::Terminal);
    print(|out| write(format, verification, &stamp, (&layout, out)))
}

fn write(
    format: Format,
    verification: &Verification,
    stamp: &Stamp<'_>,
    (layout, out): (&Layout, &mut dyn Write),
) -> io::Result<()> {
    match format {
        Format::Terminal => out.write_all(report::verification_text(verification, layout).as_bytes()),
        Format::Json => report::verification_json(verification, stamp, out),
        Format::Jsonl => report::verification_jsonl(verification, stamp, out),
        Format::Markdown => out.write_all(report::verification_markdown(verification).as_bytes()),
    }
}

/// The outcome, or well where the caller asked for it; what is hidden is told.
pub(crate) fn ending(outcome: Outcome, exit_zero: bool) -> Outcome {
    super::audit::ending(outcome, exit_zero)
}

fn next(verification: &Verification, typed: &args::Verify, source: &Source) {
    let of = |wanted| verification.functions.iter().find(move |one| one.decided.outcome == wanted);
    let command = if let Some(missing) = of(Told::Missing) {
        format!(
            "invoketrail explain{} {}  # is it recorded at all, and what lets it escape",
            source.again(),
            report::shell(&missing.arn)
        )
    } else if verification.functions.iter().any(VerifiedFunction::is_unproven) {
        let mut rest = String::new();
        let sources = typed.sources.iter().map(|source| ("", source.as_str()));
        let keys: Vec<_> = typed.public_keys.iter().map(|path| path.to_string_lossy()).collect();
        let keys = keys.iter().map(|path| ("--public-keys ", path.as_ref()));
        let times = [("--since ", &typed.window.since), ("--until ", &typed.window.until)];
        let times = times.into_iter().filter_map(|(flag, time)| Some((flag, time.as_deref()?)));
        for (flag, value) in sources.chain(keys).chain(times) {
            rest.push_str(&format!(" {flag}{}", report::shell(value)));
        }
        format!(
            "invoketrail logs validate{rest}{}  # what digests prove, and what they do not",
            source.caller()
        )
    } else if let Some(open) = of(Told::Undetermined) {
        let sources: String = typed
            .sources
            .iter()
            .filter(|one| one.starts_with("s3://"))
            .map(|one| format!(" {}", report::shell(one)))
            .collect();
        let canary = report::shell(&open.arn);
        format!("invoketrail verify{sources} --canary {canary}{}  # an end-to-end proof", source.caller())
    } else if typed.digests {
        format!("invoketrail audit{}  # is every invocation recorded?", source.again())
    } else {
        format!("{}  # and are the files as they were delivered?", same(&[], " --digests"))
    };
    say("next", &command);
}
