//! What was written of a lake, checked in it, and found in it, as documents.

mod checked;
mod shown;

pub use checked::{CHECKED_FORMAT, CheckedLake, LakeFault, checked_json, checked_text, next_of_check};
pub use shown::{SHOWN_FORMAT, ShownRow, shown_answer, shown_json, shown_text};

use super::colours::conclusion_style;
use super::member::Json;
use super::page::{Layout, Page, Style};
use super::quantity::{Noun, grouped, quantity, size};
use super::shell::shell_file;
use audit::answer::Conclusion;

/// The format of what was written as JSON, and its version.
pub const WRITTEN_FORMAT: &str = "invoketrail.lake-write/1";

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

fn count(n: u64, noun: Noun<'_>) -> String {
    quantity(size(n), noun)
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
    format!("invoketrail lake verify {}  # is every folder whole?", shell_file(to))
}
