//! The delivered folders of a source, each one task: which there are, and which of them are wanted.

use crate::delivered::{Delivered, Item, delivered};
use crate::reader::Reader;
use crate::sources::{Place, Window};
use lake::{NotAPartition, Partition};
use logs::{Filter, LeftOut, ObjectKey};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

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
    #[error("`{0}` is no shard: write I/N, with I from 0 to N-1")]
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
        let listed = |list: &[String], one: &str| list.is_empty() || list.iter().any(|other| other == one);
        listed(&self.filter.accounts, partition.account())
            && listed(&self.filter.regions, partition.region())
            && Days::of(&self.filter).have(partition.day())
            && self.wants(partition)
    }

    fn wants(&self, partition: &Partition) -> bool {
        let listed = self.list.as_ref().is_none_or(|list| list.contains(partition));
        listed && self.shard.is_none_or(|(one, of)| partition.shard(of) == one)
    }

    /// What has to be listed: of a list of folders no more than these.
    fn window(&self) -> Window {
        let mut filter = self.filter.clone();
        if let Some(list) = &self.list {
            let each = |part: fn(&Partition) -> &str| {
                list.iter().map(|one| part(one).to_owned()).collect::<BTreeSet<_>>().into_iter().collect()
            };
            (filter.accounts, filter.regions) = (each(Partition::account), each(Partition::region));
            let day = |one: Option<&str>| one.and_then(|day| logs::milliseconds(&format!("{day}T00:00:00Z")));
            filter.since = day(list.iter().map(Partition::day).min());
            filter.until = day(list.iter().map(Partition::day).max());
        }
        Window::of(&filter)
    }
}

/// A folder and its log files.
#[derive(Clone, Debug)]
pub(super) struct Task {
    pub(super) partition: Partition,
    /// Places in [`Delivered::logs`], those that were delivered first before others.
    pub(super) items: Vec<usize>,
}

/// The folders of a source.
#[derive(Debug)]
pub struct Folders {
    pub(super) delivered: Delivered,
    pub(super) tasks: Vec<Task>,
    /// Log files that lie in no folder that CloudTrail delivers to: the first of them by name, and how many there are.
    pub unplaced: (Vec<String>, u64),
    /// What could not be listed, in words.
    pub unseen: Vec<String>,
    /// What was found and is not read.
    pub left_out: LeftOut,
}

/// Names that are kept.
const NAMED: usize = 5;

/// Lists the folders; with the digests of their days iff `digests`.
#[must_use]
pub fn folders(places: &[Place], chosen: &Chosen, digests: bool, reader: &Reader<'_>) -> Folders {
    let window = if digests { chosen.window().with_digests() } else { chosen.window() };
    let mut delivered = delivered(places, &window, reader);
    let mut by: BTreeMap<Partition, Vec<usize>> = BTreeMap::new();
    let mut unplaced = (Vec::new(), 0);
    let days = Days::of(&chosen.filter);
    for (at, item) in delivered.logs.iter().enumerate() {
        match Partition::of(&item.key) {
            Some(partition) if chosen.wants(&partition) && days.have(partition.day()) => {
                by.entry(partition).or_default().push(at);
            }
            Some(_) => {}
            None => {
                unplaced.1 += 1;
                if unplaced.0.len() < NAMED {
                    unplaced.0.push(delivered.name(item));
                }
            }
        }
    }
    let tasks = by.into_iter().map(|(partition, mut items)| {
        items.sort_by_cached_key(|at| delivered.logs.get(*at).map(|item| order(item, &delivered)));
        Task { partition, items }
    });
    let (tasks, unseen) = (tasks.collect(), delivered.unseen());
    let left_out = std::mem::take(&mut delivered.left_out);
    Folders { delivered, tasks, unplaced, unseen, left_out }
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

/// Those that were delivered first before others, those without a time last; then by name.
fn order(item: &Item, delivered: &Delivered) -> (Reverse<bool>, i64, String) {
    let at = ObjectKey::parse(&item.key).and_then(|key| key.delivered());
    (Reverse(at.is_some()), at.unwrap_or(0), name_of(item, delivered).1)
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
mod tests {
    use super::Chosen;

    #[test]
    fn a_list_names_folders_and_says_which_line_does_not() {
        let list = Chosen::list_of("# of today\n111122223333/eu-west-1/2026-11-17\n\n").unwrap();
        assert_eq!(list.len(), 1);
        let wrong = Chosen::list_of("111122223333/eu-west-1/2026-11-17\nx\n").unwrap_err().to_string();
        assert!(wrong.starts_with("line 2: `x` names no folder"), "{wrong}");
    }

    #[test]
    fn a_shard_is_one_of_so_many() {
        assert_eq!(Chosen::shard_of("0/1"), Ok((0, 1)));
        assert_eq!(Chosen::shard_of("7/64"), Ok((7, 64)));
        for odd in ["", "1", "1/1", "1/0", "-1/2", "a/b", "0/0"] {
            assert!(Chosen::shard_of(odd).is_err(), "{odd}");
        }
    }
}
