//! Whether a file that nobody saw may be there all the same: what could not be listed, and what nobody meant to list.

use super::copies::{Copies, Tree};
use super::files::{Beginning, Delivered};
use crate::layout::{below, hides, rooted, with_slashes};
use crate::sources::{Kind, LogSource};
use logs::ObjectKey;
use logs::digest::{Absent, Found, Lack, Validation};
use std::path::{Component, Path};

impl Beginning {
    /// Of a local copy, by what was typed and by the key that was made of it: keys of files are made of either.
    pub(super) fn of_copy(typed: &str, key: String, why: &str) -> impl Iterator<Item = Beginning> {
        let typed = rooted(typed).map(|typed| typed.trim_end_matches('/').to_owned());
        let why = why.to_owned();
        typed.into_iter().chain([key]).map(move |key| Beginning { key, why: why.clone() })
    }
}

impl Delivered {
    /// Why a file may be there though it was not found; `None` iff it is known not to be there.
    pub(crate) fn unlisted(&self, absent: &Absent<'_>) -> Option<String> {
        let key = absent.key;
        if let Some(one) = self.unlisted.iter().find(|one| hides(&one.key, key)) {
            return Some(format!("not listed: {}", one.why));
        }
        let copies = self.copies.get_or_init(|| self.copies_by(&[]));
        let holders: Vec<Holder<'_>> = self
            .sources
            .iter()
            .enumerate()
            .filter_map(|(at, source)| holder(source, absent, copies.trees(at, absent)))
            .collect();
        if holders.is_empty() {
            return Some(match absent.bucket.filter(|_| !absent.is_of_what_was_read) {
                Some(bucket) => {
                    format!("it was delivered to s3://{bucket}, and nobody named its place there")
                }
                None => "it lies outside of what was named".to_owned(),
            });
        }
        let key = ObjectKey::parse(key)?;
        if self.window.kind(&key) != Kind::Wanted {
            return Some(format!(
                "nobody looked for {} of {} {} of {}",
                key.folder.as_str(),
                key.account,
                key.region,
                key.day.replace('/', "-")
            ));
        }
        // Where one of them would hold it, it is known not to be there.
        let mut excuses = Vec::new();
        for one in &holders {
            match one {
                Holder::Itself => return None,
                Holder::Copy(trees) if trees.is_empty() => return None,
                Holder::Copy(trees) => {
                    for tree in trees {
                        excuses.push(tree.begins_later(&key)?);
                    }
                }
            }
        }
        excuses.into_iter().next()
    }

    /// Of which buckets the trees are. `digests` are what its digests say, in their order; where there are none, nobody read them.
    pub(super) fn copies_by(&self, digests: &[Found]) -> Copies {
        let mut copies = Copies::default();
        for item in self.logs.iter().chain(&self.digests) {
            copies.add(item.source, &item.key);
        }
        for (item, found) in self.digests.iter().zip(digests) {
            copies.add_digest(item.source, &item.key, found);
        }
        copies
    }

    /// What is not read, and has a name that begins as that of a file that is not there: name and reason.
    pub(super) fn longer(&self, key: &str) -> Option<&str> {
        let wanted = below(key);
        let is_longer = |one: &&Beginning| {
            let name = below(&one.key);
            name.len() > wanted.len() && name.starts_with(wanted)
        };
        self.unlisted.iter().find(is_longer).map(|one| one.why.as_str())
    }

    /// What a file that is not there may have become where somebody unpacked it: its name.
    pub(super) fn unpacked(&self, key: &str) -> Option<String> {
        let wanted = below(key).strip_suffix(".gz")?;
        self.logs.iter().find(|item| below(&item.key) == wanted).map(|item| self.name(item))
    }

    /// Takes out of it what it says to be missing and may be there: what could not be listed is told by itself.
    pub(crate) fn excuse(&self, validation: &mut Validation) {
        let may = |account: Option<&str>, region: Option<&str>| self.holes.may_be(account, region);
        validation.without.retain(|one| !may(one.account.as_deref(), one.region.as_deref()));
        for one in &mut validation.lacking {
            if matches!(one.why, Lack::NoDigest | Lack::EndsEarly | Lack::Unsaid) {
                one.places.retain(|place| !may(Some(&place.account), Some(&place.region)));
            }
        }
        validation.lacking.retain(|one| !one.places.is_empty());
        validation.unlisted = self.holes.in_words();
    }
}

/// In what a file would have been found.
enum Holder<'c> {
    /// Where CloudTrail delivers it, which was listed itself.
    Itself,
    /// Copies of that, which may begin later.
    Copy(Vec<&'c Tree>),
}

/// In what such a file would be among those that were listed; `None` iff this source does not hold it. A trail may have delivered elsewhere once, and a
/// copy of a bucket is known by the digests in it.
fn holder<'c>(source: &LogSource, absent: &Absent<'_>, trees: Option<Vec<&'c Tree>>) -> Option<Holder<'c>> {
    let key = absent.key;
    match source {
        LogSource::Stdin => None,
        LogSource::Objects { prefix, .. } if !hides(prefix, key) => None,
        LogSource::Objects { bucket, .. } if absent.bucket.is_none_or(|of| of == bucket) => {
            Some(Holder::Itself)
        }
        LogSource::Objects { .. } => trees.map(Holder::Copy),
        LogSource::Lake(_) => Some(Holder::Itself),
        // As keys of items are made: by what was typed, where that tells enough.
        LogSource::Folder(root) => {
            let [typed, absolute] = [&root.typed, &root.absolute].map(|path| with_slashes(path));
            // A way that goes up again does not say where it ends.
            let up = root.typed.components().any(|part| part == Component::ParentDir);
            let known_as = if rooted(&typed).is_some() && !up { typed } else { absolute };
            trees.filter(|_| hides(&known_as, key)).map(Holder::Copy)
        }
        LogSource::File(path) => {
            let whole = path.canonicalize().unwrap_or_else(|_| path.clone());
            let is = |path: &Path| {
                let text = with_slashes(path);
                rooted(text.trim_end_matches('/')).is_some_and(|own| own == below(key))
            };
            (is(path) || is(&whole)).then_some(Holder::Itself)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Delivered;
    use super::super::folder::list_opening;
    use super::holder;
    use crate::sources::{LogSource, Open, Root, Window};
    use logs::digest::Absent;
    use std::time::Duration;

    const KEY: &str = "team/AWSLogs/111122223333/CloudTrail/us-east-1/2026/11/21/a.json.gz";
    const OTHERS: &str = "AWSLogs/o-acme/444455556666/CloudTrail/us-east-1/2026/11/21/b.json.gz";

    /// Of what was read, by its digests.
    fn absent(key: &str) -> Absent<'_> {
        Absent { bucket: Some("b"), key, is_of_what_was_read: true }
    }

    /// Whatever the user may read: whoever runs tests as root is refused nothing by the mode of a folder.
    #[test]
    fn a_folder_that_is_refused_hides_what_lies_in_it_and_nothing_else() {
        const DAY: &str = "AWSLogs/111122223333/CloudTrail/us-east-1/2026/11/21";
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(folder.path().join(DAY)).unwrap();
        std::fs::write(folder.path().join(DAY).join("a.json.gz"), "x").unwrap();
        let absolute = folder.path().canonicalize().unwrap();
        let root = Root { typed: folder.path().to_owned(), absolute };
        let listed = |open: Open| {
            let sources = vec![LogSource::Folder(root.clone())];
            let mut all = Delivered { sources, ..Delivered::default() };
            list_opening(&mut all, 0, &root, &Window::default(), Duration::MAX, open);
            all
        };
        fn refused() -> std::io::Result<std::fs::ReadDir> {
            Err(std::io::ErrorKind::PermissionDenied.into())
        }
        let whole = listed(|path| std::fs::read_dir(path));
        assert_eq!(
            (whole.logs.len(), whole.unlisted(&absent(KEY)), whole.holes.in_words().len()),
            (1, None, 0)
        );
        let refusals: [Open; 7] = [
            |path| if path.ends_with("21") { refused() } else { std::fs::read_dir(path) },
            |path| if path.ends_with("11") { refused() } else { std::fs::read_dir(path) },
            |path| if path.ends_with("2026") { refused() } else { std::fs::read_dir(path) },
            |path| if path.ends_with("us-east-1") { refused() } else { std::fs::read_dir(path) },
            |path| if path.ends_with("CloudTrail") { refused() } else { std::fs::read_dir(path) },
            |path| if path.ends_with("111122223333") { refused() } else { std::fs::read_dir(path) },
            |path| if path.ends_with("AWSLogs") { refused() } else { std::fs::read_dir(path) },
        ];
        for (at, open) in refusals.into_iter().enumerate() {
            let all = listed(open);
            assert!(all.logs.is_empty() && all.unlisted(&absent(KEY)).is_some(), "{at}");
            assert_eq!(all.unlisted(&absent(OTHERS)).is_some(), at == 6, "{at}: of another account");
            assert_eq!(all.holes.in_words().len(), 1, "{at}");
        }
    }

    #[test]
    fn only_what_was_named_was_looked_into() {
        let objects = |prefix: &str| LogSource::Objects { bucket: "b".to_owned(), prefix: prefix.to_owned() };
        let is_in = |source: &LogSource, key: &str| holder(source, &absent(key), Some(Vec::new())).is_some();
        assert!(is_in(&objects(""), KEY) && is_in(&objects("AWSLogs/111122223333/"), KEY));
        assert!(!is_in(&objects("AWSLogs/111122223333/CloudTrail-Digest/"), KEY));
        assert!(!is_in(&LogSource::File("some.json.gz".into()), KEY));
        assert!(is_in(&LogSource::File(KEY.into()), KEY) && !is_in(&LogSource::File(KEY.into()), OTHERS));
        assert!(!is_in(&LogSource::Stdin, KEY));
    }

    /// A bucket is itself, and a copy of another one only where digests of that were found in it; a copy on disk is of whose digests it holds.
    #[test]
    fn another_bucket_was_not_looked_into() {
        let objects = LogSource::Objects { bucket: "b".to_owned(), prefix: String::new() };
        let root = Root { typed: "copy".into(), absolute: "/home/copy".into() };
        let all = [objects, LogSource::Folder(root)].map(|source| {
            [("b", false), ("b", true), ("other", false), ("other", true)].map(|(bucket, is_copy)| {
                let of = Absent { bucket: Some(bucket), key: KEY, is_of_what_was_read: is_copy };
                holder(&source, &of, is_copy.then(Vec::new)).is_some()
            })
        });
        assert_eq!(all, [[true, true, false, true], [false, true, false, true]]);
    }
}
