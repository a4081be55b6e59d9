//! What stands in a corpus: kept while it is written, so that readers can be held against it.

use serde_json::{Value, json};
use std::collections::HashMap;

use crate::calendar::stamp;

/// Calls of one kind of one function by one caller, each event counted once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Group {
    /// How many events.
    pub count: u64,
    /// The earliest `eventTime`, seconds since 1970.
    pub first: i64,
    /// The latest.
    pub last: i64,
}

/// What stands in a corpus.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Truth {
    /// Log files, digests left out.
    pub files: u64,
    /// Bytes of JSON in them.
    pub bytes: u64,
    /// Bytes of the files.
    pub packed: u64,
    /// Records in them, each delivery counted.
    pub records: u64,
    /// Records that stand in another file, too, and are counted there.
    pub duplicates: u64,
    /// Invocations with an `errorCode`, each event counted once.
    pub failed: u64,
    groups: HashMap<String, Group>,
}

impl Truth {
    /// Counts an event of `name`, of `function`, by `caller`.
    pub(crate) fn count(&mut self, [name, function, caller]: [&str; 3], at: i64, key: &mut String) {
        key.clear();
        for part in [name, "\0", function, "\0", caller] {
            key.push_str(part);
        }
        if let Some(group) = self.groups.get_mut(key.as_str()) {
            group.add(Group { count: 1, first: at, last: at });
        } else {
            self.groups.insert(key.clone(), Group { count: 1, first: at, last: at });
        }
    }

    /// Both together.
    pub(crate) fn add(&mut self, other: Truth) {
        self.files += other.files;
        self.bytes += other.bytes;
        self.packed += other.packed;
        self.records += other.records;
        self.duplicates += other.duplicates;
        self.failed += other.failed;
        for (key, group) in other.groups {
            self.groups.entry(key).and_modify(|mine| mine.add(group)).or_insert(group);
        }
    }

    /// Event name, function, caller and what was counted; sorted.
    #[must_use]
    pub fn groups(&self) -> Vec<([&str; 3], Group)> {
        let split = |key| -> [&str; 3] {
            let mut parts = str::split(key, '\0');
            std::array::from_fn(|_| parts.next().unwrap_or_default())
        };
        let mut all: Vec<_> = self.groups.iter().map(|(key, group)| (split(key), *group)).collect();
        all.sort_unstable_by_key(|(key, _)| *key);
        all
    }

    /// The same as JSON; `groups` are `[event name, function, caller, count, first, last]`.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut invocations = serde_json::Map::new();
        let groups = self.groups();
        for ([name, ..], group) in &groups {
            let before = invocations.get(*name).and_then(Value::as_u64).unwrap_or(0);
            invocations.insert((*name).to_owned(), (before + group.count).into());
        }
        let row = |([name, function, caller], group): &([&str; 3], Group)| {
            json!([name, function, caller, group.count, stamp(group.first), stamp(group.last)])
        };
        json!({
            "format": "corpus.truth/1",
            "files": self.files,
            "bytes": self.bytes,
            "packed_bytes": self.packed,
            "records": self.records,
            "duplicates": self.duplicates,
            "failed": self.failed,
            "invocations": invocations,
            "groups": groups.iter().map(row).collect::<Vec<_>>(),
        })
    }
}

impl Group {
    fn add(&mut self, other: Group) {
        self.count += other.count;
        self.first = self.first.min(other.first);
        self.last = self.last.max(other.last);
    }
}
