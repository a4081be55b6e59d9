//! What was written of a lake, checked in it, and found in it, as documents.

use super::colours::conclusion_style;
use super::member::Json;
use super::page::{Layout, Page, Style};
use super::quantity::{grouped, quantity};
use super::shell::shell;
use audit::answer::Conclusion;

/// The format of what was written as JSON, and its version.
pub const WRITTEN_FORMAT: &str = "invoketrail.lake-write/1";
/// The format of a check as JSON, and its version.
pub const CHECKED_FORMAT: &str = "invoketrail.lake-verify/1";
/// The format of found rows as JSON, and its version.
pub const SHOWN_FORMAT: &str = "invoketrail.lake-show/1";

/// Lines of one kind that are shown; JSON has all.
const SHOWN: usize = 20;

/// What came of writing a lake.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WrittenLake {
    /// Where it is, as it was typed.
    pub to: String,
    /// Folders that were written.
    pub folders: u64,
    /// Folders that were there already.
    pub same: u64,
    /// Those of them with log files that could not be read to their end.
    pub damaged: u64,
    /// Folders that were left as they are, and a log file that the source no longer has.
    pub kept: Vec<(String, String)>,
    /// Folders whose manifest could not be read, and why.
    pub unread: Vec<(String, String)>,
    /// Log files.
    pub files: u64,
    /// Those of which nothing could be had.
    pub unread_files: u64,
    /// Records read.
    pub records: u64,
    /// Records and stretches of bytes that could not be read.
    pub refusals: u64,
    /// Bytes of log files, as they were delivered.
    pub packed: u64,
    /// Rows of invocations.
    pub rows: u64,
    /// Rows of management events.
    pub control_rows: u64,
    /// Copies that are not rows.
    pub copies: u64,
    /// Bytes of Parquet.
    pub bytes: u64,
    /// Log files that no valid digest lists, and those that differ, iff that was asked for.
    pub digests: Option<(u64, u64)>,
    /// Log files that a valid digest lists and that are not there.
    pub missing_files: Vec<String>,
    /// True iff something of the source is not in the lake.
    pub incomplete: bool,
    /// Folders that a list names, and that the source does not have.
    pub missing: Vec<String>,
    /// True iff a share was asked for that has no folder, of a source that has some.
    pub empty_share: bool,
}

fn size(n: u64) -> usize {
    usize::try_from(n).unwrap_or(usize::MAX)
}

fn count(n: u64, words: (&str, &str)) -> String {
    quantity(size(n), words)
}

/// Bytes, for people: `44.2 MB`.
fn bytes(n: u64) -> String {
    match n {
        0..1_000 => count(n, ("byte", "bytes")),
        1_000..1_000_000 => format!("{}.{} kB", n / 1_000, n % 1_000 / 100),
        1_000_000..1_000_000_000 => format!("{}.{} MB", n / 1_000_000, n % 1_000_000 / 100_000),
        _ => format!("{}.{} GB", grouped(size(n / 1_000_000_000)), n % 1_000_000_000 / 100_000_000),
    }
}

impl WrittenLake {
    /// Yes iff every folder is in the lake as the source has it, and every byte of it was read. No iff a log file is not as a digest
    /// lists it, or one that it lists is missing.
    #[must_use]
    pub fn answer(&self) -> Conclusion {
        match self.digests {
            Some((_, changed)) if changed > 0 || !self.missing_files.is_empty() => Conclusion::No,
            _ if self.is_incomplete() || !self.missing.is_empty() => Conclusion::Undetermined,
            _ => Conclusion::Yes,
        }
    }

    /// True iff something that the source has is not in the lake as it is there.
    fn is_incomplete(&self) -> bool {
        self.incomplete || !self.kept.is_empty() || !self.unread.is_empty() || self.damaged > 0
    }

    fn headline(&self) -> String {
        if self.empty_share && self.answer() == Conclusion::Yes {
            return format!("0 folders in this share, so nothing was written to {}.", self.to);
        }
        let folders = count(self.folders, ("folder", "folders"));
        let rows = count(self.rows, ("invocation", "invocations"));
        let same = match self.same {
            0 => String::new(),
            1 => " 1 folder was there already.".to_owned(),
            n => format!(" {} folders were there already.", grouped(size(n))),
        };
        let end = match self.answer() {
            Conclusion::Undetermined if !self.is_incomplete() => {
                " The list names folders that the source does not have."
            }
            Conclusion::Undetermined => " Something of the source is not in the lake.",
            Conclusion::No if self.digests.is_none_or(|(_, changed)| changed == 0) => {
                " Log files that CloudTrail delivered are missing."
            }
            Conclusion::No => " Log files are not as CloudTrail delivered them.",
            _ => "",
        };
        format!("Wrote {folders} with {rows} to {}.{same}{end}", self.to)
    }
}

/// What was written, for a person.
#[must_use]
pub fn written_text(written: &WrittenLake, layout: &Layout) -> String {
    let mut page = Page::new(*layout);
    page.paragraph(0, (Style::Plain, ""), (conclusion_style(written.answer()), &written.headline()));
    page.gap();
    let mut say = |label: &str, text: &str| page.paragraph(2, (Style::Dim, label), (Style::Plain, text));
    let refused = count(written.refusals, ("could not be read", "could not be read"));
    say(
        "Read:    ",
        &format!(
            "{} ({}), {}; {refused}",
            count(written.files, ("log file", "log files")),
            bytes(written.packed),
            count(written.records, ("record", "records")),
        ),
    );
    say(
        "Written: ",
        &format!(
            "{} and {} in {}; {} left out",
            count(written.rows, ("invocation", "invocations")),
            count(written.control_rows, ("management event", "management events")),
            bytes(written.bytes),
            count(written.copies, ("identical copy", "identical copies")),
        ),
    );
    if let Some((unproven, changed)) = written.digests {
        let [unproven, changed] = [unproven, changed].map(|n| grouped(size(n)));
        let missing = missing_count(&written.missing_files);
        say("Digests: ", &format!("{unproven} in no valid digest, {changed} changed{missing}"));
    }
    missing_lines(&mut page, &written.missing_files);
    for (folder, file) in written.kept.iter().take(SHOWN) {
        let why =
            format!("left as it is, because the source no longer has {file} (--replace writes it again)");
        page.paragraph(2, (Style::Open, &format!("{folder}: ")), (Style::Plain, &why));
    }
    for folder in written.missing.iter().take(SHOWN) {
        let why = "the list names it, and the source has no log file of it";
        page.paragraph(2, (Style::Open, &format!("{folder}: ")), (Style::Plain, why));
    }
    for (folder, why) in written.unread.iter().take(SHOWN) {
        page.paragraph(2, (Style::Open, &format!("{folder}: ")), (Style::Plain, why));
    }
    if written.damaged > 0 {
        let folders = count(written.damaged, ("folder has", "folders have"));
        let why =
            format!("{folders} log files that could not be read to their end; `lake verify` names them");
        page.paragraph(2, (Style::Plain, ""), (Style::Open, &why));
    }
    page.into_text()
}

/// How many log files are missing, where any are.
fn missing_count(files: &[String]) -> String {
    if files.is_empty() { String::new() } else { format!(", {} missing", grouped(files.len())) }
}

/// The log files that are missing.
fn missing_lines(page: &mut Page, files: &[String]) {
    for file in files.iter().take(SHOWN) {
        let why = "a valid digest lists it, and it was not there";
        page.paragraph(2, (Style::Bad, &format!("{file}: ")), (Style::Plain, why));
    }
    let more = files.len().saturating_sub(SHOWN);
    if more > 0 {
        page.line(2, Style::Dim, &format!("and {} more: --format json", grouped(more)));
    }
}

/// What was written, as JSON.
#[must_use]
pub fn written_json(written: &WrittenLake) -> String {
    let mut json = Json::default();
    json.object(|object| {
        object.text("format", WRITTEN_FORMAT);
        object.text("answer", written.answer().as_str());
        object.text("lake", &written.to);
        for (name, value) in [
            ("folders_written", written.folders),
            ("folders_same", written.same),
            ("folders_same_damaged", written.damaged),
            ("files", written.files),
            ("files_unread", written.unread_files),
            ("bytes_read", written.packed),
            ("records", written.records),
            ("refusals", written.refusals),
            ("invocations", written.rows),
            ("control_events", written.control_rows),
            ("copies", written.copies),
            ("bytes_written", written.bytes),
        ] {
            object.number(name, size(value));
        }
        match written.digests {
            Some((unproven, changed)) => {
                object.number("files_unproven", size(unproven));
                object.number("files_changed", size(changed));
            }
            None => object.null("files_unproven"),
        }
        object.texts("files_missing", written.missing_files.iter().map(String::as_str));
        object.texts("folders_missing", written.missing.iter().map(String::as_str));
        object.texts("folders_kept", written.kept.iter().map(|(folder, _)| folder.as_str()));
        object.texts("folders_unread", written.unread.iter().map(|(folder, _)| folder.as_str()));
    });
    format!("{}\n", json.as_str())
}

/// The command after writing.
#[must_use]
pub fn next_of_write(to: &str) -> String {
    format!("invoketrail lake verify {}  # is every folder whole?", shell(to))
}

/// Something that is the matter with a lake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LakeFault {
    /// Its stable code.
    pub code: &'static str,
    /// True iff the lake says something that is not so.
    pub wrong: bool,
    /// The file or folder.
    pub name: String,
    /// In words.
    pub why: String,
}

/// A lake that was checked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CheckedLake {
    /// Where it is, as it was typed.
    pub place: String,
    /// Folders with a manifest.
    pub folders: u64,
    /// Log files that they were written from.
    pub inputs: u64,
    /// Bytes of these.
    pub packed: u64,
    /// The same inflated.
    pub inflated: u64,
    /// Records read.
    pub records: u64,
    /// Records and stretches that could not be read.
    pub refusals: u64,
    /// Records of invocations.
    pub invocations: u64,
    /// Those that are not rows, because a row says the same.
    pub copies: u64,
    /// Rows by table.
    pub rows: Vec<(String, u64)>,
    /// Bytes of Parquet.
    pub bytes: u64,
    /// Log files that digests prove, that none lists, and that differ.
    pub digests: Option<(u64, u64, u64)>,
    /// Log files that a valid digest lists and that were not there.
    pub missing_files: Vec<String>,
    /// Folders of which the source no longer has every log file.
    pub kept: u64,
    /// True iff it was held against a source.
    pub against: bool,
    /// True iff the source could not be seen whole.
    pub incomplete: bool,
    /// True iff a share was asked for that has no folder.
    pub empty_share: bool,
    /// What is the matter.
    pub faults: Vec<LakeFault>,
}

impl CheckedLake {
    /// No iff the lake says something that is not so, or digests say that a log file was changed or is missing; undetermined iff something is missing
    /// of it; else yes.
    #[must_use]
    pub fn answer(&self) -> Conclusion {
        if self.is_changed() || !self.missing_files.is_empty() || self.faults.iter().any(|fault| fault.wrong)
        {
            Conclusion::No
        } else if self.incomplete || !self.faults.is_empty() {
            Conclusion::Undetermined
        } else {
            Conclusion::Yes
        }
    }

    /// True iff a log file is not as a digest lists it.
    fn is_changed(&self) -> bool {
        self.digests.is_some_and(|(_, _, changed)| changed > 0)
    }

    fn headline(&self) -> String {
        let folders = count(self.folders, ("folder", "folders"));
        let rows = count(self.rows.first().map_or(0, |(_, rows)| *rows), ("invocation", "invocations"));
        match self.answer() {
            Conclusion::No if self.faults.iter().all(|fault| !fault.wrong) && !self.is_changed() => {
                "Log files that CloudTrail delivered are missing. Do not rely on the lake for what they hold."
                    .to_owned()
            }
            Conclusion::No if self.faults.iter().all(|fault| !fault.wrong) => {
                "Log files are not as CloudTrail delivered them. Do not rely on the rows of these folders."
                    .to_owned()
            }
            Conclusion::No => "The lake is not as it was written. Do not rely on its rows.".to_owned(),
            Conclusion::Undetermined => {
                format!("The lake is incomplete: {folders} with {rows} are as they were written.")
            }
            _ if self.empty_share => "0 folders in this share, so nothing was checked.".to_owned(),
            _ if self.against => {
                format!("The lake is whole: it has every folder of the source, {folders} with {rows}.")
            }
            _ => format!("The lake is whole: {folders} with {rows} are as they were written."),
        }
    }
}

/// A check, for a person.
#[must_use]
pub fn checked_text(checked: &CheckedLake, layout: &Layout) -> String {
    let mut page = Page::new(*layout);
    page.paragraph(0, (Style::Plain, ""), (conclusion_style(checked.answer()), &checked.headline()));
    page.gap();
    let mut say = |label: &str, text: &str| page.paragraph(2, (Style::Dim, label), (Style::Plain, text));
    say(
        "Log files: ",
        &format!(
            "{} ({}), {}; {}",
            grouped(size(checked.inputs)),
            bytes(checked.packed),
            count(checked.records, ("record", "records")),
            count(checked.refusals, ("could not be read", "could not be read")),
        ),
    );
    let tables = checked.rows.iter().map(|(name, rows)| format!("{name} {}", grouped(size(*rows))));
    let tables = tables.collect::<Vec<_>>().join(", ");
    say("Rows:      ", &format!("{tables}; {} of Parquet", bytes(checked.bytes)));
    say(
        "Copies:    ",
        &format!("{} records are not rows, because a row says the same", grouped(size(checked.copies))),
    );
    if let Some((proven, unproven, changed)) = checked.digests {
        let [proven, unproven, changed] = [proven, unproven, changed].map(|n| grouped(size(n)));
        let missing = missing_count(&checked.missing_files);
        let text = format!("{proven} proven, {unproven} in no valid digest, {changed} changed{missing}");
        say("Digests:   ", &text);
    }
    if checked.kept > 0 {
        let folders = count(checked.kept, ("folder", "folders"));
        say("Kept:      ", &format!("{folders} of which the source no longer has every log file"));
    }
    missing_lines(&mut page, &checked.missing_files);
    for fault in checked.faults.iter().take(SHOWN) {
        let style = if fault.wrong { Style::Bad } else { Style::Open };
        page.paragraph(2, (style, &format!("{}: ", fault.name)), (Style::Plain, &fault.why));
    }
    let more = checked.faults.len().saturating_sub(SHOWN);
    if more > 0 {
        page.line(2, Style::Dim, &format!("and {} more: --format json", grouped(more)));
    }
    page.into_text()
}

/// A check, as JSON.
#[must_use]
pub fn checked_json(checked: &CheckedLake) -> String {
    let mut json = Json::default();
    json.object(|object| {
        object.text("format", CHECKED_FORMAT);
        object.text("answer", checked.answer().as_str());
        object.text("lake", &checked.place);
        for (name, value) in [
            ("folders", checked.folders),
            ("files", checked.inputs),
            ("bytes_delivered", checked.packed),
            ("bytes_inflated", checked.inflated),
            ("records", checked.records),
            ("refusals", checked.refusals),
            ("invocation_records", checked.invocations),
            ("copies", checked.copies),
            ("bytes_written", checked.bytes),
            ("folders_kept", checked.kept),
        ] {
            object.number(name, size(value));
        }
        object.object("rows", |rows| {
            for (name, count) in &checked.rows {
                rows.number(name, size(*count));
            }
        });
        match checked.digests {
            Some((proven, unproven, changed)) => object.object("digests", |digests| {
                digests.number("proven", size(proven));
                digests.number("unproven", size(unproven));
                digests.number("changed", size(changed));
                digests.number("missing", checked.missing_files.len());
            }),
            None => object.null("digests"),
        }
        object.texts("files_missing", checked.missing_files.iter().map(String::as_str));
        object.list("faults", &checked.faults, |json, fault| {
            json.object(|object| {
                object.text("code", fault.code);
                object.text("name", &fault.name);
                object.text("why", &fault.why);
            });
        });
    });
    format!("{}\n", json.as_str())
}

/// The command after a check, where there is something to do.
#[must_use]
pub fn next_of_check(checked: &CheckedLake, against: &[String]) -> Option<String> {
    let place = shell(&checked.place);
    let source = match against {
        [] => "SOURCE".to_owned(),
        some => some.iter().map(|one| shell(one)).collect::<Vec<_>>().join(" "),
    };
    match checked.answer() {
        Conclusion::Yes if checked.empty_share => None,
        Conclusion::Yes | Conclusion::Nothing => {
            Some(format!("invoketrail invocations --lake {place}  # who invoked what?"))
        }
        Conclusion::Undetermined if !against.is_empty() => {
            Some(format!("invoketrail lake write {source} --to {place}  # writes what is missing"))
        }
        Conclusion::Undetermined | Conclusion::No => None,
    }
}

/// A row of an event that was looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownRow {
    /// The table that has it.
    pub table: &'static str,
    /// The log file.
    pub file: String,
    /// Where the record begins there.
    pub offset: u64,
    /// SHA-256 of the record, as the row says.
    pub sha256: String,
    /// The record and true iff it is the one that the row was made of; or why it cannot be had.
    pub record: Result<(String, bool), String>,
}

/// No iff a record is not the one that its row was made of, undetermined iff one cannot be had; else yes.
#[must_use]
pub fn shown_answer(rows: &[ShownRow]) -> Conclusion {
    if rows.iter().any(|row| matches!(row.record, Ok((_, false)))) {
        Conclusion::No
    } else if rows.iter().any(|row| row.record.is_err()) {
        Conclusion::Undetermined
    } else {
        Conclusion::Yes
    }
}

/// Found rows, for a person.
#[must_use]
pub fn shown_text(rows: &[ShownRow], layout: &Layout) -> String {
    let mut page = Page::new(*layout);
    for row in rows {
        let (style, verdict) = match &row.record {
            Ok((_, true)) => (Style::Good, "The log file has this record, byte for byte.".to_owned()),
            Ok((_, false)) => (
                Style::Bad,
                "The log file has another record there: it is not what the row was made of.".to_owned(),
            ),
            Err(why) => (Style::Open, format!("The record cannot be shown: {why}.")),
        };
        page.paragraph(0, (Style::Plain, ""), (style, &verdict));
        page.paragraph(2, (Style::Dim, "Table:   "), (Style::Plain, row.table));
        page.paragraph(2, (Style::Dim, "File:    "), (Style::Plain, &row.file));
        page.paragraph(2, (Style::Dim, "Offset:  "), (Style::Plain, &row.offset.to_string()));
        page.paragraph(2, (Style::Dim, "SHA-256: "), (Style::Plain, &row.sha256));
        if let Ok((record, _)) = &row.record {
            page.gap();
            page.paragraph(2, (Style::Plain, ""), (Style::Plain, record));
        }
        page.gap();
    }
    page.into_text()
}

/// Found rows, as JSON.
#[must_use]
pub fn shown_json(rows: &[ShownRow]) -> String {
    let mut json = Json::default();
    json.object(|object| {
        object.text("format", SHOWN_FORMAT);
        object.text("answer", shown_answer(rows).as_str());
        object.list("rows", rows, |json, row| {
            json.object(|object| {
                object.text("table", row.table);
                object.text("file", &row.file);
                object.number("offset", size(row.offset));
                object.text("sha256", &row.sha256);
                match &row.record {
                    Ok((record, same)) => {
                        object.flag("same", *same);
                        object.text("record", record);
                    }
                    Err(why) => {
                        object.null("same");
                        object.text("why", why);
                    }
                }
            });
        });
    });
    format!("{}\n", json.as_str())
}
