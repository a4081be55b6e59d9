//! What digests say of a folder beyond the log files that are read now: those that are gone, and what an earlier writing proved.

use super::catalogue::manifest_of;
use super::folders::{Folders, Task};
use super::shelf::Shelf;
use crate::layout::below;
use lake::{Manifest, Partition, Proven};
use logs::digest::{Expected, Standing};
use logs::{hex, unhex};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// Log files that a valid digest lists, of the folders that are asked for, and that were not found.
#[derive(Debug, Default)]
pub(super) struct Absent {
    /// Those that are not there: by folder their keys from `AWSLogs/` on, with the hash that is listed.
    missing: BTreeMap<Partition, BTreeMap<String, String>>,
    /// Those that may be there, because not everything could be listed: by folder their keys, and why.
    hidden: BTreeMap<Partition, BTreeMap<String, String>>,
    /// True iff some are missing of folders of other shards.
    pub(super) elsewhere: bool,
}

/// Names that are kept.
const NAMED: usize = 5;

impl Absent {
    pub(super) fn of(folders: &Folders, expected: &Expected<'_>) -> Absent {
        let (delivered, chosen) = (&folders.delivered, &folders.chosen);
        let there: HashSet<&str> = delivered.logs.iter().map(|item| below(&item.key)).collect();
        let mut all = Absent::default();
        for (key, claims) in expected.iter() {
            let Some(claim) = claims.iter().find(|claim| claim.trusted) else { continue };
            let Some(partition) = Partition::of(key).filter(|one| chosen.has_in_some_shard(one)) else {
                continue;
            };
            if there.contains(key) {
                continue;
            }
            match delivered.unlisted(&expected.absent(claim.file)) {
                _ if !chosen.has(&partition) => all.elsewhere = true,
                Some(why) => drop(all.hidden.entry(partition).or_default().insert(key.to_owned(), why)),
                None => {
                    let of_folder = all.missing.entry(partition).or_default();
                    of_folder.insert(key.to_owned(), hex(&claim.file.hash));
                }
            }
        }
        all
    }

    /// The folders of which nothing was found.
    pub(super) fn tasks(&self, folders: &Folders) -> Vec<Task> {
        let there: BTreeSet<&Partition> = folders.tasks.iter().map(|task| &task.partition).collect();
        let none = self.missing.keys().filter(|partition| !there.contains(partition));
        none.map(|partition| Task { partition: partition.clone(), items: Vec::new() }).collect()
    }

    /// Those that may be there, and that the lake does not have from an earlier writing: the first of them with reasons, and how many.
    pub(super) fn hidden(&self, shelf: &Shelf<'_>) -> (Vec<String>, u64) {
        let (mut first, mut count) = (Vec::new(), 0);
        for (partition, files) in &self.hidden {
            let read = shelf.read(&manifest_of(partition)).ok().flatten();
            let manifest = read.and_then(|bytes| Manifest::parse(&bytes, partition).ok());
            let inputs = manifest.iter().flat_map(|manifest| &manifest.inputs);
            let known: HashSet<&str> = inputs.map(|input| below(&input.name)).collect();
            for (key, why) in files.iter().filter(|(key, _)| !known.contains(key.as_str())) {
                count += 1;
                if first.len() < NAMED {
                    first.push(format!("{key}: {why}"));
                }
            }
        }
        (first, count)
    }

    fn of_folder(&self, partition: &Partition) -> impl Iterator<Item = (&String, &String)> {
        self.missing.get(partition).into_iter().flatten()
    }
}

/// What an earlier writing of a folder knew of its log files, by their keys from `AWSLogs/` on.
#[derive(Debug, Default)]
pub(super) struct Before {
    /// The hashes that valid digests listed; `None` where one listed another than the file had, and nobody wrote down which.
    signed: HashMap<String, Option<[u8; 32]>>,
    /// True iff it knew anything of digests.
    any: bool,
    /// The stamp of its manifest; `None` iff there was none.
    pub(super) over: Option<String>,
}

fn hash_of(text: &str) -> Option<[u8; 32]> {
    unhex(text).and_then(|bytes| bytes.try_into().ok())
}

impl Before {
    pub(super) fn of(manifest: &Manifest) -> Before {
        let Some(then) = &manifest.digests else { return Before::default() };
        let set = |names: &[String]| names.iter().cloned().collect::<HashSet<String>>();
        let (unproven, changed) = (set(&then.unproven), set(&then.changed));
        let mut signed: HashMap<String, Option<[u8; 32]>> = HashMap::new();
        for input in manifest.inputs.iter().filter(|input| !unproven.contains(input.row_name())) {
            let listed = if changed.contains(input.row_name()) { &input.listed } else { &input.content };
            let hash = listed.as_deref().and_then(hash_of);
            let known = signed.entry(below(&input.name).to_owned()).or_default();
            *known = known.or(hash);
        }
        signed.extend(then.missing.iter().map(|(key, hash)| (key.clone(), hash_of(hash))));
        Before { signed, any: true, over: None }
    }

    /// The same, of a manifest with that stamp.
    pub(super) fn over(self, over: Option<String>) -> Before {
        Before { over, ..self }
    }

    /// True iff an earlier writing knew a hash of the file under that key.
    pub(super) fn knows(&self, key: &str) -> bool {
        self.signed.contains_key(below(key))
    }

    /// True iff digests were asked before.
    pub(super) fn is_any(&self) -> bool {
        self.any
    }

    /// What digests say of a log file, those included that are gone since; and the hash that one lists where the file has another.
    pub(super) fn standing(
        &self,
        expected: Option<&Expected<'_>>,
        key: &str,
        hash: Option<[u8; 32]>,
    ) -> (Standing, Option<[u8; 32]>) {
        let now = expected.map_or(Standing::Unlisted, |expected| expected.standing(key, hash));
        let known = self.signed.get(below(key));
        match (now, known) {
            (Standing::Proven, _) => (now, None),
            (_, Some(Some(known))) if hash.as_ref() == Some(known) => (Standing::Proven, None),
            (Standing::Differs, _) => {
                let claims = expected.map_or(&[][..], |expected| expected.claims(key));
                (now, claims.iter().find(|claim| claim.trusted).map(|claim| claim.file.hash))
            }
            (_, Some(known)) => (Standing::Differs, *known),
            (_, None) => (now, None),
        }
    }

    /// The log files of a folder that digests list, those included that are gone since, and that are not among `there`.
    pub(super) fn missing<'k>(
        &self,
        absent: Option<&Absent>,
        partition: &Partition,
        there: impl Iterator<Item = &'k str>,
    ) -> BTreeMap<String, String> {
        let before = self
            .signed
            .iter()
            .map(|(key, hash)| (key.clone(), hash.as_ref().map(|hash| hex(hash)).unwrap_or_default()));
        let mut missing: BTreeMap<String, String> = before.collect();
        let now = absent.into_iter().flat_map(|absent| absent.of_folder(partition));
        missing.extend(now.map(|(key, hash)| (key.clone(), hash.clone())));
        for name in there {
            missing.remove(below(name));
        }
        missing
    }
}

/// What a manifest says of digests.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Digested {
    /// Log files that no valid digest lists.
    pub unproven: u64,
    /// Log files that are not as one lists them.
    pub changed: u64,
    /// Log files that one lists and that are not there, from `AWSLogs/` on.
    pub missing: Vec<String>,
}

impl Digested {
    /// Without a word of digests, no log file is proven.
    pub(super) fn of(manifest: &Manifest) -> Digested {
        match &manifest.digests {
            Some(proven) => Digested::of_proven(proven),
            None => Digested { unproven: manifest.inputs.len() as u64, ..Digested::default() },
        }
    }

    pub(super) fn of_proven(proven: &Proven) -> Digested {
        Digested {
            unproven: proven.unproven.len() as u64,
            changed: proven.changed.len() as u64,
            missing: proven.missing.keys().cloned().collect(),
        }
    }

    pub(super) fn add(&mut self, other: Digested) {
        self.unproven += other.unproven;
        self.changed += other.changed;
        self.missing.extend(other.missing);
    }

    /// True iff a log file is not as CloudTrail delivered it, or is missing.
    #[must_use]
    pub fn is_wrong(&self) -> bool {
        self.changed > 0 || !self.missing.is_empty()
    }
}
