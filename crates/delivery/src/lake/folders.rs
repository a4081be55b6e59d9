//! The delivered folders of a source, each one task: which there are, and which of them are wanted.

use crate::delivered::{Delivered, Item, delivered};
use crate::reader::Reader;
use crate::sources::{LogSource, Window};
use lake::{NotAPartition, Partition};
use logs::{Filter, LeftOut};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Which folders are wanted.
#[derive(Clone, Debug, Default)]
pub struct Chosen {
    /// Accounts, Regions and days of delivery.
    pub filter: Filter,
    /// These alone; all where there is no list.
    pub list: Option<BTreeSet<Partition>>,
    /// This one, from 0 on, of so many shards.
    pub shard: Option<(u32, u32)>,
}

/// What was typed chooses no folders.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotChosen {
    /// A line of a list names no folder.
    #[error("line {line}: {error}")]
    Line {
        /// From 1 on.
        line: usize,
        /// What it says.
        error: NotAPartition,
    },
    /// There is no such shard.
    #[error("`{0}` is not a shard: write I/N, with I from 0 to N-1")]
    Shard(String),
}

impl Chosen {
    /// The folders that a list names: one in a line; empty lines and lines that begin with # are not read.
    ///
    /// # Errors
    /// The first line that names none.
    pub fn list_of(text: &str) -> Result<BTreeSet<Partition>, NotChosen> {
        let lines = text.lines().zip(1..).map(|(line, at)| (line.trim(), at));
        let named = lines.filter(|(line, _)| !line.is_empty() && !line.starts_with('#'));
        let parsed = named.map(|(text, line)| text.parse().map_err(|error| NotChosen::Line { line, error }));
        parsed.collect()
    }

    /// `I/N`.
    ///
    /// # Errors
    /// It is something else.
    pub fn shard_of(text: &str) -> Result<(u32, u32), NotChosen> {
        let parts = text.split_once('/').and_then(|(one, of)| Some((one.parse().ok()?, of.parse().ok()?)));
        parts.filter(|(one, of)| one < of).ok_or_else(|| NotChosen::Shard(text.to_owned()))
    }

    /// True iff that folder is asked for.
    pub(super) fn has(&self, partition: &Partition) -> bool {
        self.has_in_some_shard(partition) && self.is_of_shard(partition)
    }

    /// True iff it would be, were there no shards.
    pub(super) fn has_in_some_shard(&self, partition: &Partition) -> bool {
        let listed = |list: &[String], one: &str| list.is_empty() || list.iter().any(|other| other == one);
        listed(&self.filter.accounts, partition.account())
            && listed(&self.filter.regions, partition.region())
            && Days::of(&self.filter).have(partition.day())
            && self.list.as_ref().is_none_or(|list| list.contains(partition))
    }

    fn is_of_shard(&self, partition: &Partition) -> bool {
        self.shard.is_none_or(|(one, of)| partition.shard(of) == one)
    }

    /// The folders that the list names and that are asked for; none without a list.
    pub(super) fn named(&self) -> impl Iterator<Item = &Partition> {
        self.list.iter().flatten().filter(|partition| self.has(partition))
    }

    /// True iff the list names folders of other shards.
    pub(super) fn names_elsewhere(&self) -> bool {
        self.list.iter().flatten().any(|one| self.has_in_some_shard(one) && !self.has(one))
    }

    /// What has to be listed: of a list of folders no more than these, and their digests.
    fn window(&self, digests: bool) -> Window {
        let mut filter = self.filter.clone();
        if let Some(list) = &self.list {
            let each = |part: fn(&Partition) -> &str| {
                list.iter().map(|one| part(one).to_owned()).collect::<BTreeSet<_>>().into_iter().collect()
            };
            (filter.accounts, filter.regions) = (each(Partition::account), each(Partition::region));
            let day = |one: Option<&str>| one.and_then(|day| logs::milliseconds(&format!("{day}T00:00:00Z")));
            filter.since = day(list.iter().map(Partition::day).min());
            // A window goes on for a day.
            filter.until = day(list.iter().map(Partition::day).max());
        }
        let window = Window::of(&filter);
        if digests { window.with_digests() } else { window }
    }
}

/// A folder and its log files.
#[derive(Clone, Debug)]
pub(super) struct Task {
    pub(super) partition: Partition,
    /// Places in [`Delivered::logs`], by their path: of copies of a record the first is a row, as it is what answers name.
    pub(super) items: Vec<usize>,
}

/// The folders of a source.
#[derive(Debug)]
pub struct Folders {
    pub(super) delivered: Delivered,
    pub(super) tasks: Vec<Task>,
    /// What rows call log files of which the same folder has others of their name, by their place in [`Delivered::logs`].
    pub(super) called: HashMap<usize, String>,
    /// What was asked for.
    pub(super) chosen: Chosen,
    /// Why log files cannot be read that were met, by their place in [`Delivered::logs`].
    pub(super) unread: HashMap<usize, String>,
    /// Folders that are asked for of the other shards, those included that a list names and the source does not have.
    pub elsewhere: u64,
    /// Folders that a list names and the source does not have, by name.
    pub missing: Vec<String>,
    /// Log files that lie in no folder that CloudTrail delivers to: the first of them by name, and how many there are.
    pub unplaced: (Vec<String>, u64),
    /// Log files whose names are not UTF-8: no row could say where its record lies.
    pub unnamed: Vec<String>,
    /// What could not be listed, in words.
    pub unseen: Vec<String>,
    /// What was found and is not read.
    pub left_out: LeftOut,
}

/// Names that are kept.
const NAMED: usize = 5;

/// Lists the folders; with the digests of their days iff `digests`.
#[must_use]
pub fn folders(sources: &[LogSource], chosen: &Chosen, digests: bool, reader: &Reader<'_>) -> Folders {
    let mut delivered = delivered(sources, &chosen.window(digests), reader);
    let mut by: BTreeMap<Partition, Vec<usize>> = BTreeMap::new();
    let (mut unplaced, mut unnamed) = ((Vec::new(), 0), Vec::new());
    let listed = chosen.list.iter().flatten().filter(|one| chosen.has_in_some_shard(one) && !chosen.has(one));
    let mut elsewhere: BTreeSet<Partition> = listed.cloned().collect();
    let unread = unread_of(&mut delivered, chosen);
    for (at, item) in delivered.logs.iter().enumerate() {
        match Partition::of(&item.key) {
            // A row and a manifest say names as texts.
            Some(partition) if chosen.has(&partition) && item.below.to_str().is_none() => {
                unnamed.push(delivered.name(item));
            }
            Some(partition) if chosen.has(&partition) => by.entry(partition).or_default().push(at),
            Some(partition) if chosen.has_in_some_shard(&partition) => drop(elsewhere.insert(partition)),
            Some(_) => {}
            None => {
                unplaced.1 += 1;
                if unplaced.0.len() < NAMED {
                    unplaced.0.push(delivered.name(item));
                }
            }
        }
    }
    let missing = chosen.named().filter(|partition| !by.contains_key(partition)).map(ToString::to_string);
    let missing = missing.collect();
    let tasks = by.into_iter().map(|(partition, mut items)| {
        items.sort_by_cached_key(|at| delivered.logs.get(*at).map(|item| path_of(item, &delivered)));
        Task { partition, items }
    });
    let (tasks, unseen): (Vec<Task>, _) = (tasks.collect(), delivered.unseen());
    let called = tasks.iter().flat_map(|task| told_apart(task, &delivered)).collect();
    let left_out = std::mem::take(&mut delivered.left_out);
    Folders {
        delivered,
        tasks,
        called,
        chosen: chosen.clone(),
        elsewhere: elsewhere.len() as u64,
        missing,
        unread,
        unplaced,
        unnamed,
        unseen,
        left_out,
    }
}

/// Takes log files that were met and cannot be read among the others: their manifests say why. By their places.
fn unread_of(delivered: &mut Delivered, chosen: &Chosen) -> HashMap<usize, String> {
    let mut unread = HashMap::new();
    for (item, why) in std::mem::take(&mut delivered.unread) {
        if Partition::of(&item.key).is_some_and(|partition| chosen.has_in_some_shard(&partition)) {
            unread.insert(delivered.logs.len(), why);
            delivered.logs.push(item);
        }
    }
    unread
}

/// Where a log file is, whole.
pub(super) fn path_of(item: &Item, delivered: &Delivered) -> String {
    match name_of(item, delivered) {
        (source, name) if source.is_empty() || delivered.bucket(item).is_some() => name,
        (source, name) => format!("{source}/{name}"),
    }
}

/// What rows call those log files of a folder that have the name of one before them: `NAME#2` the second, and so on.
fn told_apart(task: &Task, delivered: &Delivered) -> Vec<(usize, String)> {
    let (mut seen, mut called) = (HashMap::<String, usize>::new(), Vec::new());
    for at in &task.items {
        let Some(item) = delivered.logs.get(*at) else { continue };
        let (_, name) = name_of(item, delivered);
        let count = seen.entry(name.clone()).or_default();
        *count += 1;
        if *count > 1 {
            called.push((*at, format!("{name}#{count}")));
        }
    }
    called
}

/// The days of delivery that were asked for. A listing looks at a day more than that, for calls just before midnight.
struct Days {
    first: Option<String>,
    last: Option<String>,
}

impl Days {
    fn of(filter: &Filter) -> Days {
        let day = |time: i64| logs::text_of(time).get(..10).unwrap_or_default().to_owned();
        Days { first: filter.since.map(day), last: filter.until.map(|until| day(until - 1)) }
    }

    fn have(&self, day: &str) -> bool {
        self.first.as_deref().is_none_or(|first| day >= first)
            && self.last.as_deref().is_none_or(|last| day <= last)
    }
}

/// Where a log file is: the source that it is in, and what it is called there.
pub(super) fn name_of(item: &Item, delivered: &Delivered) -> (String, String) {
    if let Some(bucket) = delivered.bucket(item) {
        return (format!("s3://{bucket}/"), format!("s3://{bucket}/{}", item.key));
    }
    let path = delivered.path(item).unwrap_or_default();
    let path = path.to_string_lossy().replace('\\', "/");
    match path.rfind("/AWSLogs/") {
        Some(at) => (path[..at].to_owned(), path[at + 1..].to_owned()),
        None => (String::new(), path),
    }
}

impl Folders {
    /// The folders by name, in the order of accounts, Regions and days.
    pub fn names(&self) -> impl Iterator<Item = String> {
        self.tasks.iter().map(|task| task.partition.to_string())
    }

    /// What rows call the log file at that place of [`Delivered::logs`].
    pub(super) fn row_name(&self, at: usize, item: &Item) -> String {
        self.called.get(&at).cloned().unwrap_or_else(|| name_of(item, &self.delivered).1)
    }

    /// True iff digests were found, which may list log files that are gone.
    #[must_use]
    pub fn have_digests(&self) -> bool {
        !self.delivered.digests.is_empty()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.tasks.len()
    }

    /// True iff there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.tasks.is_empty()
    }
}

#[cfg(test)]
mod tests;
