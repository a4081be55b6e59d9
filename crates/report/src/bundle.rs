//! What the check of an evidence bundle found, as documents.

use super::colours::conclusion_style;
use super::member::Json;
use super::page::{Layout, Page, Style};
use super::quantity::quantity;
use audit::answer::Conclusion;

/// The format of the check as JSON, and its version.
pub const BUNDLE_CHECK_FORMAT: &str = "invoketrail.bundle-check/1";

/// A bundle that was checked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CheckedBundle {
    /// Where it is.
    pub path: String,
    /// Which version made it.
    pub version: String,
    /// When it was made.
    pub generated_at: String,
    /// When its facts were collected.
    pub collected_at: String,
    /// Who collected them, where known.
    pub caller: Option<String>,
    /// What its manifest says the answer is.
    pub answer: String,
    /// Files that its manifest names.
    pub files: usize,
    /// Files with other bytes.
    pub changed: Vec<String>,
    /// Files that are not there.
    pub missing: Vec<String>,
    /// Files that the manifest does not name.
    pub added: Vec<String>,
    /// What this version decides otherwise; `None` iff nothing was decided, because files differ.
    pub differences: Option<Vec<String>>,
    /// How many reports were written again and are the same, and those that are not; `None` iff another version made them.
    pub reports: Option<(usize, Vec<String>)>,
    /// What AWS's raw answers gave when they were collected again; `None` iff the bundle holds none, or files differ.
    pub raw: Option<RawAnswers>,
}

/// AWS's raw answers in a bundle, collected again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RawAnswers {
    /// How many there are.
    pub count: usize,
    /// Where they say something else than the inventory of the bundle, each with its account, Region and member.
    pub differences: Vec<String>,
}

impl CheckedBundle {
    /// Yes iff every file is as the manifest says, AWS's answers give its inventory, the same is decided from them, and every report is what
    /// is written now. Undetermined iff only reports could not be compared, because another version wrote them.
    #[must_use]
    pub fn answer(&self) -> Conclusion {
        let whole = self.changed.is_empty() && self.missing.is_empty() && self.added.is_empty();
        let collected = self.raw.as_ref().is_none_or(|raw| raw.differences.is_empty());
        let decided = collected && self.differences.as_ref().is_some_and(Vec::is_empty);
        match &self.reports {
            _ if !whole || !decided => Conclusion::No,
            Some((_, other)) if !other.is_empty() => Conclusion::No,
            Some(_) => Conclusion::Yes,
            None => Conclusion::Undetermined,
        }
    }

    fn headline(&self) -> String {
        let files = quantity(self.files, ("file", "files"));
        match (self.answer(), &self.differences) {
            (Conclusion::Yes, _) => {
                format!(
                    "Reproduced. All {files} are unchanged, and they give the same answer: {}.",
                    self.answer
                )
            }
            (Conclusion::Undetermined, _) => format!(
                "Decided again with the same answer: {}. Reports were not compared, because another version wrote them.",
                self.answer
            ),
            (_, None) => {
                "Not reproduced. The files are not those of the manifest, so nothing was decided. Get the bundle again from whoever made it."
                    .to_owned()
            }
            (_, Some(differences)) if !differences.is_empty() => {
                format!("Not reproduced. All {files} are unchanged, and this version decides otherwise.")
            }
            _ if self.raw.as_ref().is_some_and(|raw| !raw.differences.is_empty()) => {
                "Not reproduced. The raw answers of AWS do not give the inventory of the bundle.".to_owned()
            }
            _ => "Not reproduced. The same is decided, and reports in the bundle say something else."
                .to_owned(),
        }
    }
}

/// The check, for a person.
#[must_use]
pub fn bundle_text(check: &CheckedBundle, layout: &Layout) -> String {
    let mut page = Page::new(*layout);
    let style = conclusion_style(check.answer());
    page.paragraph(0, (Style::Plain, ""), (style, &check.headline()));
    page.gap();
    let mut say = |label: &str, text: &str| page.paragraph(2, (Style::Dim, label), (Style::Plain, text));
    say(
        "Collected: ",
        &format!("{} by {}", check.collected_at, check.caller.as_deref().unwrap_or("an unknown caller")),
    );
    say("Made:      ", &format!("{} by invoketrail {}", check.generated_at, check.version));
    match &check.raw {
        Some(raw) if raw.differences.is_empty() => {
            let count = quantity(raw.count, ("raw answer", "raw answers"));
            say("Answers:   ", &format!("{count} of AWS collected again into the same inventory"));
        }
        Some(raw) => {
            let count = quantity(raw.count, ("raw answer", "raw answers"));
            say("Answers:   ", &format!("{count} of AWS, which do not give the inventory of the bundle"));
        }
        None if check.differences.is_some() => {
            say(
                "Answers:   ",
                "the bundle holds no raw answers of AWS, so it was decided from its inventory",
            );
        }
        None => {}
    }
    match &check.reports {
        Some((same, _)) if check.differences.is_some() => {
            say(
                "Reports:   ",
                &format!("{} written again, byte for byte the same", quantity(*same, ("report", "reports"))),
            );
        }
        None if check.differences.is_some() => {
            say("Reports:   ", "not compared, because another version wrote them");
        }
        _ => {}
    }
    let lists =
        [("changed", &check.changed), ("missing", &check.missing), ("not in the manifest", &check.added)];
    for (what, files) in lists {
        for file in files {
            page.paragraph(2, (Style::Bad, &format!("{what}: ")), (Style::Plain, file));
        }
    }
    for difference in check.raw.iter().flat_map(|raw| &raw.differences) {
        page.paragraph(2, (Style::Bad, "answers differ: "), (Style::Plain, difference));
    }
    for difference in check.differences.iter().flatten() {
        page.paragraph(2, (Style::Bad, "decided otherwise: "), (Style::Plain, difference));
    }
    for report in check.reports.iter().flat_map(|(_, other)| other) {
        page.paragraph(2, (Style::Bad, "report differs: "), (Style::Plain, report));
    }
    page.into_text()
}

/// The check as JSON.
#[must_use]
pub fn bundle_json(check: &CheckedBundle) -> String {
    let mut json = Json::default();
    json.object(|object| {
        object.text("format", BUNDLE_CHECK_FORMAT);
        object.text("answer", check.answer().as_str());
        object.text("bundle", &check.path);
        object.text("version", &check.version);
        object.text("generated_at", &check.generated_at);
        object.text("collected_at", &check.collected_at);
        object.maybe("caller", check.caller.as_deref());
        object.text("audit_answer", &check.answer);
        object.number("files", check.files);
        let lists = [("changed", &check.changed), ("missing", &check.missing), ("added", &check.added)];
        for (name, files) in lists {
            object.texts(name, files.iter().map(String::as_str));
        }
        match &check.differences {
            Some(all) => object.texts("differences", all.iter().map(String::as_str)),
            None => object.null("differences"),
        }
        match &check.reports {
            Some((same, other)) => {
                object.number("reports_the_same", *same);
                object.texts("reports_that_differ", other.iter().map(String::as_str));
            }
            None => object.null("reports_the_same"),
        }
        match &check.raw {
            Some(raw) => {
                object.number("raw_answers", raw.count);
                object.texts("raw_answers_that_differ", raw.differences.iter().map(String::as_str));
            }
            None => object.null("raw_answers"),
        }
    });
    format!("{}\n", json.as_str())
}
