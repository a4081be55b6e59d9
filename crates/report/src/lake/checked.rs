//! A lake that was checked, as documents.

use super::{SHOWN, bytes, count, missing_count, missing_lines};
use crate::colours::conclusion_style;
use crate::member::Json;
use crate::page::{Layout, Page, Style};
use crate::quantity::{grouped, size};
use crate::shell::shell_file;
use audit::answer::Conclusion;

/// The format of a check as JSON, and its version.
pub const CHECKED_FORMAT: &str = "invoketrail.lake-verify/1";

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
            Conclusion::No => "The lake is not as it was written. Do not rely on its rows; `lake write` writes damaged folders again.".to_owned(),
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
        &format!("{}, each counted in the row of its record", count(checked.copies, ("record", "records"))),
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
    let place = shell_file(&checked.place);
    let source = match against {
        [] => "SOURCE".to_owned(),
        some => some.iter().map(shell_file).collect::<Vec<_>>().join(" "),
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
