//! Files that were found and not read: the same words and members in every answer.

use super::member::Object;
use super::page::{Page, Style};
use super::view::grouped;
use logs::Folder;
use std::collections::BTreeSet;
use std::ops::AddAssign;
use text::visible::visible;

/// Names that are kept of the files that CloudTrail did not deliver.
const KEPT: usize = 5;

/// Files that were not read, and why not: told by their names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LeftOut {
    /// Digest files.
    pub digests: u64,
    /// Files of Insights events.
    pub insights: u64,
    /// Files of network activity events.
    pub network_activity: u64,
    /// Files beside those that CloudTrail delivered, or without the suffix of a log file.
    pub other: u64,
    /// The first names of [`LeftOut::other`].
    pub names: BTreeSet<String>,
}

impl LeftOut {
    /// Counts one file of that folder; those of folders that are read are none.
    pub const fn add(&mut self, folder: Folder) {
        match folder {
            Folder::Digests => self.digests += 1,
            Folder::Insights => self.insights += 1,
            Folder::NetworkActivity => self.network_activity += 1,
            Folder::Logs | Folder::Aggregated => {}
        }
    }

    /// Counts one file that CloudTrail did not deliver.
    pub fn add_other(&mut self, name: String) {
        self.other += 1;
        self.names.insert(name);
        if self.names.len() > KEPT {
            self.names.pop_last();
        }
    }

    /// All of them in one sentence; `None` iff there is none.
    pub fn sentence(&self) -> Option<String> {
        let kinds = [
            (self.digests, "of digests"),
            (self.insights, "of Insights"),
            (self.network_activity, "of network activity"),
            (self.other, "that CloudTrail did not deliver"),
        ];
        let some = kinds.iter().filter(|(n, _)| *n > 0);
        let told: Vec<String> = some.map(|(n, what)| format!("{} {what}", grouped(size(*n)))).collect();
        if told.is_empty() {
            return None;
        }
        let mut names: Vec<String> = self.names.iter().map(|name| visible(name).into_owned()).collect();
        match size(self.other).saturating_sub(names.len()) {
            0 => {}
            more => names.push(format!("{} more", grouped(more))),
        }
        let named = if names.is_empty() { String::new() } else { format!(" ({})", names.join(", ")) };
        Some(format!("Files left out: {}{named}.", told.join(", ")))
    }

    /// The sentence for a person.
    pub(super) fn line(&self, page: &mut Page) {
        if let Some(told) = self.sentence() {
            page.paragraph(0, (Style::Dim, ""), (Style::Plain, &told));
        }
    }

    /// The member of an account of reading.
    pub(super) fn member(&self, object: &mut Object<'_>) {
        object.object("left_out", |object| {
            object.number("digests", size(self.digests));
            object.number("insights", size(self.insights));
            object.number("network_activity", size(self.network_activity));
            object.number("other", size(self.other));
            object.texts("names", self.names.iter().map(String::as_str));
        });
    }
}

impl AddAssign for LeftOut {
    fn add_assign(&mut self, more: LeftOut) {
        self.digests += more.digests;
        self.insights += more.insights;
        self.network_activity += more.network_activity;
        self.other += more.other;
        self.names.extend(more.names);
        while self.names.len() > KEPT {
            self.names.pop_last();
        }
    }
}

fn size(n: u64) -> usize {
    usize::try_from(n).unwrap_or(usize::MAX)
}
