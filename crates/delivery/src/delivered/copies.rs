//! Of which buckets the trees are that were read, and from which day on: each tree of each source by itself.

use logs::digest::{Absent, Found};
use logs::{Folder, ObjectKey};
use std::collections::{BTreeMap, BTreeSet};

/// All trees: what lies below one `AWSLogs/` of one source.
#[derive(Debug, Default)]
pub(super) struct Copies {
    trees: BTreeMap<(usize, String), Tree>,
}

/// One tree.
#[derive(Debug, Default)]
pub(super) struct Tree {
    /// The buckets and prefixes to which CloudTrail delivered the digests in it: it is a copy of these.
    homes: BTreeSet<(String, String)>,
    /// The first day of which it holds files.
    first: BTreeMap<Whose, String>,
}

/// Whose files: organization, account, Region and kind.
type Whose = (Option<String>, String, String, Folder);

fn whose(key: &ObjectKey<'_>) -> Whose {
    (key.organization.map(str::to_owned), key.account.to_owned(), key.region.to_owned(), key.folder)
}

impl Copies {
    /// Takes in a log file or a digest of that source.
    pub(super) fn add(&mut self, source: usize, key: &str) {
        let Some(key) = ObjectKey::parse(key) else { return };
        let tree = self.trees.entry((source, key.prefix.to_owned())).or_default();
        let day = tree.first.entry(whose(&key)).or_insert_with(|| key.day.to_owned());
        if key.day < day.as_str() {
            key.day.clone_into(day);
        }
    }

    /// Takes in what a digest of that source says.
    pub(super) fn add_digest(&mut self, source: usize, key: &str, found: &Found) {
        let (Some(key), Some(digest)) = (ObjectKey::parse(key), found.digest()) else { return };
        let tree = self.trees.entry((source, key.prefix.to_owned())).or_default();
        let prefix = ObjectKey::parse(&digest.key).map_or("", |key| key.prefix);
        tree.homes.insert((digest.bucket.clone(), prefix.to_owned()));
    }

    /// The trees of the source that would hold the file; `None` iff the source is no copy of the place that the file was delivered to. A file without a
    /// known place would lie beside a log file, in the same tree.
    pub(super) fn trees(&self, source: usize, absent: &Absent<'_>) -> Option<Vec<&Tree>> {
        let prefix = ObjectKey::parse(absent.key).map_or("", |key| key.prefix);
        let home = absent.bucket.map(|bucket| (bucket.to_owned(), prefix.to_owned()));
        let is_known = |tree: &Tree| home.as_ref().is_some_and(|home| tree.homes.contains(home));
        let own = self.trees.iter().filter(|((of, _), _)| *of == source);
        if self.trees.values().any(is_known) {
            let known: Vec<&Tree> = own.filter(|(_, tree)| is_known(tree)).map(|(_, tree)| tree).collect();
            return (!known.is_empty()).then_some(known);
        }
        let is_here = absent.is_of_what_was_read || absent.bucket.is_none();
        is_here.then(|| own.filter(|((_, of), _)| of == prefix).map(|(_, tree)| tree).collect())
    }
}

impl Tree {
    /// Why the file may never have been copied; `None` iff the copy holds such files of its day or of an earlier one. Nobody can tell days that were never
    /// copied from days that were taken away at the beginning of a copy.
    pub(super) fn begins_later(&self, key: &ObjectKey<'_>) -> Option<String> {
        let what = format!("{} of {} {}", key.folder.as_str(), key.account, key.region);
        match self.first.get(&whose(key)) {
            // Without any digest a log file is as it ever is: listed by none.
            None if key.folder != Folder::Digests => Some(format!("the copy holds nothing of {what}")),
            Some(first) if key.day < first.as_str() => {
                let first = first.replace('/', "-");
                Some(format!("the copy begins later, and holds nothing of {what} before {first}"))
            }
            None | Some(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Copies;
    use logs::ObjectKey;
    use logs::digest::Absent;

    const NAME: &str = "AWSLogs/111122223333/CloudTrail/us-east-1/2026/11";

    /// A copy that begins early says nothing of another one that begins later.
    #[test]
    fn each_tree_begins_by_itself() {
        let mut copies = Copies::default();
        copies.add(0, &format!("one/{NAME}/05/a.json.gz"));
        copies.add(0, &format!("two/{NAME}/07/b.json.gz"));
        copies.add(1, &format!("two/{NAME}/01/c.json.gz"));
        let begins_later = |source: usize, key: &str| {
            let absent = Absent { bucket: None, key, is_of_what_was_read: true };
            let trees = copies.trees(source, &absent).unwrap();
            assert_eq!(trees.len(), 1, "{source} {key}");
            trees[0].begins_later(&ObjectKey::parse(key).unwrap()).is_some()
        };
        let on = |tree: &str| format!("{tree}/{NAME}/06/x.json.gz");
        assert_eq!([begins_later(0, &on("one")), begins_later(0, &on("two"))], [false, true]);
        assert!(!begins_later(1, &on("two")));
        let elsewhere = Absent { bucket: Some("b"), key: &on("one"), is_of_what_was_read: false };
        assert!(copies.trees(0, &elsewhere).is_none(), "no digest says that it is a copy of that bucket");
    }
}
