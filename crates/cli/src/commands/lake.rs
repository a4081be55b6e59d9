//! `invoketrail lake`: delivered log files as tables that every engine reads.

use super::proofs::{keys, without_keys};
use crate::commands::invocations::question::{backwards, time};
use ::args::lake as args;
use ::args::lake::{Chosen as Typed, LakeCommand, Reading};
use ::args::outcome::Outcome;
use ::args::source as flags;
use ::args::validate::Format;
use anyhow::Result;
use delivery::lake::{
    Checked, Chosen, FaultKind, Folders, LakeError, LakePlace, NotChosen, ToWrite, Written, check, folders,
    known, show, write,
};
use delivery::{LogSource, log_sources};
use lake::{Engine, Known, Table};
use logs::Filter;
use report::lake::{CheckedLake, LakeFault, ShownRow, WrittenLake};
use std::fmt::Write as _;
use surroundings::context::Context;
use surroundings::named_file::called;
use surroundings::output::{layout, print, read_file};
use surroundings::problem::{Problem, say};
use surroundings::session::{Session, reader};
use surroundings::settings;
use surroundings::unknown::not_a_source;

/// Does what was asked.
///
/// # Errors
/// [`Problem`] where a place is none, or the lake cannot be read or written.
pub(crate) fn run(typed: args::Lake, context: Context) -> Result<Outcome> {
    match typed.command {
        LakeCommand::Write(typed) => run_write(&typed, &context),
        LakeCommand::Verify(typed) => run_verify(&typed, &context),
        LakeCommand::Show(typed) => run_show(&typed, &context),
        LakeCommand::Ddl(typed) => ddl(&typed, &context),
        LakeCommand::Folders(typed) => run_folders(&typed, &context),
    }
}

/// What is opened for a command: a session where AWS has to be asked, and how many threads.
struct Opened {
    session: Option<Session>,
    threads: usize,
}

impl Opened {
    fn of(reading: &Reading, context: &Context, needed: bool) -> Result<Opened> {
        let live = flags::Live {
            profile: reading.profile.clone(),
            endpoint_url: reading.endpoint_url.clone(),
            ..flags::Live::default()
        };
        let live = settings::live(live, context.config.clone());
        let session = needed.then(|| Session::open(&live)).transpose()?;
        Ok(Opened { session, threads: settings::threads(reading.threads, &context.config) })
    }

    fn reader(&self) -> delivery::Reader<'_> {
        reader(self.session.as_ref(), None, self.threads)
    }

    fn is_stopped(&self) -> bool {
        self.session.as_ref().is_some_and(Session::is_stopped)
    }
}

pub(super) fn lake_place(typed: &str) -> Result<LakePlace> {
    if typed.is_empty() {
        return Err(Problem::misuse("the place of the lake is empty")
            .help("name a folder, or s3://BUCKET/PREFIX")
            .into());
    }
    if std::path::Path::new(typed).is_file() {
        let problem = Problem::misuse(format!("{typed} is a file, and a lake is a folder"));
        return Err(problem.help("name a folder, or s3://BUCKET/PREFIX").into());
    }
    let wrong = || Problem::misuse(format!("{typed} names no bucket")).help("write s3://BUCKET/PREFIX");
    LakePlace::of(typed).ok_or_else(|| wrong().into())
}

fn sources(typed: &[String]) -> Result<Vec<LogSource>> {
    if typed.iter().any(|one| one == "-") {
        let problem = Problem::misuse("a lake is written from folders or buckets, not from stdin");
        return Err(problem.help("name a folder that holds AWSLogs, or s3://BUCKET/PREFIX").into());
    }
    log_sources(typed).map_err(|error| not_a_source(&error).into())
}

fn is_remote(sources: &[LogSource]) -> bool {
    sources.iter().any(|source| matches!(source, LogSource::Objects { .. }))
}

fn chosen(typed: &Typed, context: &Context) -> Result<Chosen> {
    let day =
        |flag, text: &Option<String>| text.as_deref().map(|text| time(flag, text, &context.now)).transpose();
    let (since, until) = (day("since", &typed.window.since)?, day("until", &typed.window.until)?);
    let filter = Filter {
        accounts: typed.accounts.clone(),
        regions: typed.regions.clone(),
        since: since.map(|(first, _)| first),
        until: until.map(|(_, end)| end),
        ..Filter::default()
    };
    if let (Some(since), Some(until)) = (filter.since, filter.until)
        && since >= until
    {
        return Err(backwards().into());
    }
    let misuse = |flag: &str, error: &NotChosen| Problem::misuse(format!("--{flag}: {error}"));
    let list = typed.list.as_ref().map(|path| {
        let bytes = read_file(path)?;
        let text = String::from_utf8_lossy(&bytes);
        Chosen::list_of(&text).map_err(|error| {
            let problem = Problem::misuse(format!("{}: {error}", called(path)));
            anyhow::Error::from(problem.help("`invoketrail lake folders SOURCE` prints such a list"))
        })
    });
    let shard =
        typed.shard.as_deref().map(|text| Chosen::shard_of(text).map_err(|error| misuse("shard", &error)));
    Ok(Chosen { filter, list: list.transpose()?, shard: shard.transpose()? })
}

pub(super) fn failed(what: &str, error: &LakeError) -> Problem {
    let problem = Problem::new(format!("cannot {what} the lake: {error}"));
    match &error.help {
        Some(help) => problem.help(help.as_str()),
        None => problem,
    }
}

/// Names on stderr what is not in the lake and may hold records; true iff there is something.
fn tell_rest(folders: &Folders) -> bool {
    let (names, count) = &folders.unplaced;
    if *count > 0 {
        let why = format!(
            "not written, because in no folder of an account, a Region and a day: {count} log {}: {}{}",
            if *count == 1 { "file" } else { "files" },
            names.join(", "),
            if *count > names.len() as u64 { ", ..." } else { "" }
        );
        say("note", &why);
    }
    if let Some(first) = folders.unnamed.first() {
        let (count, more) = (folders.unnamed.len(), if folders.unnamed.len() > 1 { ", ..." } else { "" });
        let files = if count == 1 { "log file has a name that is" } else { "log files have names that are" };
        say("note", &format!("not written: {count} {files} not UTF-8, so rename before: {first}{more}"));
    }
    for unseen in folders.unseen.iter().take(TOLD) {
        say("note", &format!("could not look into {unseen}"));
    }
    if let Some(left_out) = report::left_out_sentence(&folders.left_out) {
        say("note", &left_out);
    }
    *count > 0 || !folders.unnamed.is_empty() || !folders.unseen.is_empty()
}

/// Troubles that are named one by one.
const TOLD: usize = 5;

fn run_write(typed: &args::Write, context: &Context) -> Result<Outcome> {
    let (to, sources) = (lake_place(&typed.to)?, sources(&typed.sources)?);
    let chosen = chosen(&typed.chosen, context)?;
    let asked = typed.digests && typed.public_keys.is_empty();
    let needed = is_remote(&sources) || to.is_remote();
    let opened = Opened::of(&typed.reading, context, needed || asked);
    let opened = opened.map_err(|error| if needed { error } else { without_keys(error) })?;
    let keys = typed.digests.then(|| keys(&typed.public_keys)).transpose()?;
    let reader = opened.reader();
    let found = folders(&sources, &chosen, typed.digests, &reader);
    let incomplete = tell_rest(&found);
    // A share of the folders may be none of them: then everything of it is written.
    let is_share = chosen.shard.is_some() && found.elsewhere > 0;
    let nothing = found.is_empty() && !incomplete && !is_share && found.missing.is_empty();
    if nothing && !found.have_digests() {
        return Err(nothing_to_write().into());
    }
    let wanted =
        ToWrite { folders: &found, to: &to, raw: typed.raw, replace: typed.replace, keys: keys.as_ref() };
    let written = write(&wanted, &reader);
    if opened.is_stopped() {
        say(
            "note",
            "interrupted. The folders that were written are whole, and the same command goes on with the rest",
        );
        return Ok(Outcome::Interrupted);
    }
    let written = written.map_err(|error| failed("write", &error))?;
    if nothing && written.is_nothing && !written.elsewhere {
        return Err(nothing_to_write().into());
    }
    let incomplete = tell_hidden(&written) || incomplete;
    let told = WrittenLake {
        missing: found.missing.clone(),
        empty_share: written.is_nothing && (is_share || written.elsewhere),
        ..written_lake(&written, &typed.to, incomplete)
    };
    for trouble in written.account.troubles.iter().take(TOLD) {
        say("note", &format!("{}: {}", trouble.file, trouble.why));
    }
    let text = match typed.format.unwrap_or(Format::Terminal) {
        Format::Terminal => report::lake::written_text(&told, &layout()),
        Format::Json => report::lake::written_json(&told),
    };
    print(|out| out.write_all(text.as_bytes()))?;
    if !written.is_nothing {
        say("next", &report::lake::next_of_write(&typed.to));
    }
    Ok(told.answer().into())
}

fn nothing_to_write() -> Problem {
    let problem = Problem::new("there is no delivered folder to write");
    problem.help("name a folder or bucket that holds AWSLogs, and days on which files were delivered")
}

/// Names on stderr log files that digests list and nobody could look for; true iff there are some.
fn tell_hidden(written: &Written) -> bool {
    let (first, count) = &written.hidden;
    if *count > 0 {
        let files = if *count == 1 { "log file" } else { "log files" };
        let more = if *count > first.len() as u64 { "; ..." } else { "" };
        say(
            "note",
            &format!(
                "cannot tell whether {count} {files} of digests are missing: {}{more}",
                first.join("; ")
            ),
        );
    }
    *count > 0
}

fn written_lake(written: &Written, to: &str, incomplete: bool) -> WrittenLake {
    let kept = written.gone.iter().map(|(folder, file)| (folder.clone(), file.clone()));
    WrittenLake {
        to: to.to_owned(),
        folders: written.folders,
        same: written.same,
        damaged: written.damaged,
        kept: kept.collect(),
        unread: written.unread.iter().map(|(folder, error)| (folder.clone(), error.to_string())).collect(),
        files: written.account.files,
        unread_files: written.account.unread,
        records: written.account.records,
        refusals: written.account.refusals,
        packed: written.account.packed,
        rows: written.rows,
        control_rows: written.control_rows,
        copies: written.copies,
        bytes: written.bytes,
        digests: written.digests.as_ref().map(|digests| (digests.unproven, digests.changed)),
        missing_files: written.digests.iter().flat_map(|digests| digests.missing.clone()).collect(),
        incomplete: incomplete || !written.account.is_whole(),
        ..WrittenLake::default()
    }
}

fn run_verify(typed: &args::Verify, context: &Context) -> Result<Outcome> {
    let (place, against) = (lake_place(&typed.place)?, sources(&typed.against)?);
    let chosen = chosen(&typed.chosen, context)?;
    let opened = Opened::of(&typed.reading, context, place.is_remote() || is_remote(&against))?;
    let reader = opened.reader();
    let found = (!against.is_empty()).then(|| folders(&against, &chosen, false, &reader));
    let incomplete = found.as_ref().is_some_and(tell_rest);
    let checked = check(&place, &chosen, found.as_ref(), &reader);
    if opened.is_stopped() {
        say("note", "interrupted before everything was read, so nothing was judged");
        return Ok(Outcome::Interrupted);
    }
    let checked = checked.map_err(|error| failed("read", &error))?;
    let told = checked_lake(&checked, &typed.place, found.is_some(), incomplete);
    let text = match typed.format.unwrap_or(Format::Terminal) {
        Format::Terminal => report::lake::checked_text(&told, &layout()),
        Format::Json => report::lake::checked_json(&told),
    };
    print(|out| out.write_all(text.as_bytes()))?;
    if let Some(next) = report::lake::next_of_check(&told, &typed.against) {
        say("next", &next);
    }
    Ok(told.answer().into())
}

fn checked_lake(checked: &Checked, place: &str, against: bool, incomplete: bool) -> CheckedLake {
    let fault = |fault: &delivery::lake::Fault| LakeFault {
        code: code(fault.kind),
        wrong: fault.kind.is_wrong(),
        name: fault.name.clone(),
        why: fault.why.clone(),
    };
    let rows = Table::ALL
        .map(|table| (table.name().to_owned(), checked.rows.get(&table).copied().unwrap_or_default()));
    CheckedLake {
        place: place.to_owned(),
        folders: checked.folders,
        inputs: checked.inputs,
        packed: checked.packed,
        inflated: checked.inflated,
        records: checked.records,
        refusals: checked.refusals,
        invocations: checked.invocations,
        copies: checked.copies,
        rows: rows.to_vec(),
        bytes: checked.bytes,
        digests: checked.digests,
        missing_files: checked.missing.clone(),
        kept: checked.kept,
        against,
        incomplete,
        empty_share: checked.empty_share,
        faults: checked.faults.iter().map(fault).collect(),
    }
}

/// The stable code of a fault.
fn code(kind: FaultKind) -> &'static str {
    match kind {
        FaultKind::Changed => "lake-file-changed",
        FaultKind::Manifest => "lake-manifest-wrong",
        FaultKind::Foreign => "lake-file-foreign",
        FaultKind::Unfinished => "lake-folder-unfinished",
        FaultKind::Missing => "lake-folder-missing",
        FaultKind::Stale => "lake-folder-stale",
        FaultKind::Unread => "lake-input-unread",
        FaultKind::Unreadable => "lake-file-unreadable",
    }
}

fn run_show(typed: &args::Show, context: &Context) -> Result<Outcome> {
    let place = lake_place(&typed.lake)?;
    let opened = Opened::of(&typed.reading, context, place.is_remote())?;
    let found = show(&place, &typed.event, typed.source.as_deref(), &opened.reader());
    let (rows, unread) = found.map_err(|error| failed("read", &error))?;
    for (name, why) in unread.iter().take(TOLD) {
        say("note", &format!("{name}: {why}"));
    }
    if rows.is_empty() {
        let line = format!("the lake has no event {}", typed.event);
        if unread.is_empty() {
            let place = report::shell_file(&typed.lake);
            let help = format!(
                "give the eventID of a record that is in it; `invoketrail invocations --lake {place} --function '*' --timeline --format jsonl` has them"
            );
            return Err(Problem::new(line).help(help).into());
        }
        say("note", &format!("{line} in what could be read of it"));
        return Ok(Outcome::Undetermined);
    }
    let told = rows.into_iter().map(|row| ShownRow {
        table: row.table.name(),
        file: row.file,
        offset: row.offset,
        sha256: row.sha256,
        record: row.record,
    });
    let told: Vec<ShownRow> = told.collect();
    let text = match typed.format.unwrap_or(Format::Terminal) {
        Format::Terminal => report::lake::shown_text(&told, &layout()),
        Format::Json => report::lake::shown_json(&told),
    };
    print(|out| out.write_all(text.as_bytes()))?;
    Ok(report::lake::shown_answer(&told).into())
}

fn ddl(typed: &args::Ddl, context: &Context) -> Result<Outcome> {
    let engine = match typed.engine {
        args::Engine::Athena => Engine::Athena,
        args::Engine::Trino => Engine::Trino,
        args::Engine::Spark => Engine::Spark,
        args::Engine::Duckdb => Engine::DuckDb,
        args::Engine::Clickhouse => Engine::ClickHouse,
        args::Engine::Snowflake => Engine::Snowflake,
    };
    let place = lake_place(&typed.lake)?;
    // Statements may be wanted before there is a lake.
    let looked = Opened::of(&typed.reading, context, place.is_remote())
        .and_then(|opened| known(&place, &opened.reader()).map_err(|error| failed("read", &error).into()));
    let known = looked.unwrap_or_else(|error: anyhow::Error| {
        say("note", &format!("could not look into the lake: {error}"));
        Known::default()
    });
    print(|out| out.write_all(lake::ddl_of(engine, &typed.lake, &known).as_bytes()))?;
    Ok(Outcome::Well)
}

fn run_folders(typed: &args::Folders, context: &Context) -> Result<Outcome> {
    let sources = sources(&typed.sources)?;
    let chosen = chosen(&typed.chosen, context)?;
    let opened = Opened::of(&typed.reading, context, is_remote(&sources))?;
    let found = folders(&sources, &chosen, false, &opened.reader());
    let incomplete = tell_rest(&found) || !found.missing.is_empty();
    for folder in found.missing.iter().take(TOLD) {
        say("note", &format!("the list names {folder}, and the source has no log file of it"));
    }
    let mut text = String::new();
    for name in found.names() {
        // Writing into a string cannot fail.
        let _ = writeln!(text, "{name}");
    }
    print(|out| out.write_all(text.as_bytes()))?;
    Ok(if incomplete { Outcome::Undetermined } else { Outcome::Well })
}
