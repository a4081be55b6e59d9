//! The layout of a tree of deliveries: what folders and names say, as far as they go. Whole keys are taken apart by [`logs::ObjectKey`].

use logs::{Folder, ObjectKey, is_account};
use std::path::{Component, Path};

/// The key from behind `AWSLogs/` on, the last one: a trail's own prefix may hold another. `None` iff there is no such folder in it,
/// or another than those of organizations and accounts lies there: that is around one.
pub(crate) fn inside(key: &str) -> Option<&str> {
    let inner = key.rfind("/AWSLogs/").map(|at| at + 1);
    let at = inner.or_else(|| key.starts_with("AWSLogs/").then_some(0))?;
    let inside = key.get(at + "AWSLogs/".len()..)?;
    // As other services deliver their logs, if they are asked to.
    let other = |part: &str| part.starts_with("aws-account-id=");
    folders(inside).next().is_none_or(|part| is_account(part) || other(part)).then_some(inside)
}

/// The folders inside, without that of an organization.
pub(crate) fn folders(inside: &str) -> impl Iterator<Item = &str> {
    let mut parts = inside.split('/').filter(|part| !part.is_empty()).peekable();
    parts.next_if(|part| part.starts_with("o-"));
    parts
}

/// True iff that is where a folder of CloudTrail lies, from that of an account to that of a day, and not what lies in one.
pub(crate) fn is_folder(inside: &str) -> bool {
    let parts: Vec<&str> = folders(inside).collect();
    let Some((name, around)) = parts.split_last() else { return false };
    let digits = |count: usize| name.len() == count && name.bytes().all(|byte| byte.is_ascii_digit());
    match around.len() {
        0 => is_account(name),
        1 => [Folder::Logs, Folder::Aggregated, Folder::Digests].iter().any(|kind| kind.as_str() == *name),
        2 => logs::is_region(name),
        3 => digits(4),
        4 | 5 => digits(2),
        _ => false,
    }
}

/// How deep a folder lies: 1 is an account, 2 a kind of files, 3 a Region.
pub(crate) fn depth(inside: &str) -> usize {
    folders(inside).count()
}

/// True iff the folder may hold log files, or `digests`. Insights and network activity are left out by name, and other services
/// deliver to such buckets, too.
pub(crate) fn holds_logs(inside: &str, digests: bool) -> bool {
    let kinds = [(Folder::Logs, true), (Folder::Aggregated, true), (Folder::Digests, digests)];
    let wanted = |folder: &str| kinds.iter().any(|(kind, wanted)| *wanted && kind.as_str() == folder);
    folders(inside).nth(1).is_none_or(wanted)
}

/// The path as keys are written, with a slash at either end.
pub(crate) fn with_slashes(path: &Path) -> String {
    let mut key = String::new();
    for part in path.components() {
        if let Component::Normal(part) = part {
            key.push('/');
            key.push_str(&part.to_string_lossy());
        }
    }
    key.push('/');
    key
}

/// True iff the name is that of a log file: `.head.json` is what stands beside digests.
pub(crate) fn is_log(name: &str) -> bool {
    let suffixes = [".gz", ".json", ".jsonl", ".ndjson", ".log", ".txt", ".zst", ".zip"];
    suffixes.iter().any(|suffix| ends_with(name, suffix)) && !ends_with(name, HEAD)
}

/// The suffix of the file that holds a digest's metadata, after the digest's own name.
pub(crate) const HEAD: &str = ".head.json";

/// True iff it does, whatever the case.
fn ends_with(name: &str, suffix: &str) -> bool {
    let end = name.len().checked_sub(suffix.len()).and_then(|at| name.as_bytes().get(at..));
    end.is_some_and(|end| end.eq_ignore_ascii_case(suffix.as_bytes()))
}

/// An account and a Region, as far as they are known.
pub(crate) type About<'a> = (Option<&'a str>, Option<&'a str>);

/// The account and Region that a key, or the path of a folder, is about, as far as it tells.
pub(crate) fn place_of(key: &str) -> About<'_> {
    let Some(at) = key.rfind("AWSLogs/") else { return (None, None) };
    let mut parts = folders(&key[at + "AWSLogs/".len()..]);
    let Some(account) = parts.next().filter(|part| is_account(part)) else { return (None, None) };
    (Some(account), parts.nth(1).filter(|part| logs::is_region(part)))
}

/// True iff a file of that key may lie where all keys begin so: in the bucket itself, or in a copy, of which only what follows
/// `AWSLogs/` is the same.
pub(crate) fn hides(beginning: &str, key: &str) -> bool {
    rooted(beginning).is_none_or(|below| key.starts_with(beginning) || self::below(key).starts_with(below))
}

/// From `AWSLogs/` on: the same in every copy of a bucket. The whole text, iff it is not a key of CloudTrail.
pub(crate) fn below(key: &str) -> &str {
    ObjectKey::parse(key).map_or(key, |key| key.below)
}

/// From `AWSLogs/` on; `None` iff that root of deliveries may still follow.
pub(crate) fn rooted(beginning: &str) -> Option<&str> {
    let inner = beginning.rfind("/AWSLogs/").map(|at| at + 1);
    let at = inner.or_else(|| beginning.starts_with("AWSLogs/").then_some(0))?;
    let below = beginning.get(at..)?;
    let mut parts = below.split('/').skip(1).peekable();
    parts.next_if(|part| part.starts_with("o-"));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    parts.next().is_none_or(digits).then_some(below)
}

#[cfg(test)]
mod tests {
    use super::{hides, holds_logs, inside, place_of};

    const KEY: &str = "team/AWSLogs/111122223333/CloudTrail/us-east-1/2026/11/21/a.json.gz";
    const OTHERS: &str = "AWSLogs/o-acme/444455556666/CloudTrail/us-east-1/2026/11/21/b.json.gz";

    #[test]
    fn folders_of_logs_are_told_by_their_names() {
        assert_eq!(inside("AWSLogs/111122223333/x"), Some("111122223333/x"));
        assert_eq!(inside("AWSLogs/AWSLogs/111122223333/x"), Some("111122223333/x"));
        assert_eq!(inside("a/AWSLogs/b/AWSLogs/o-a/"), Some("o-a/"));
        assert_eq!(inside("AWSLogs/"), Some(""));
        assert_eq!(inside("AWSLogs/aws-account-id=111122223333/x"), Some("aws-account-id=111122223333/x"));
        for around in ["MyAWSLogs/111122223333/x", "AWSLogs/team/", "AWSLogs", ""] {
            assert_eq!(inside(around), None, "{around}");
        }
        for (inside, logs, with_digests) in [
            ("o-a/111122223333/", true, true),
            ("111122223333/CloudTrail/", true, true),
            ("111122223333/CloudTrail-Digest/", false, true),
            ("o-a/111122223333/CloudTrail-Digest/eu-west-1/", false, true),
            ("111122223333/CloudTrail-Insight/", false, false),
            ("111122223333/elasticloadbalancing/", false, false),
        ] {
            assert_eq!(holds_logs(inside, false), logs, "{inside}");
            assert_eq!(holds_logs(inside, true), with_digests, "{inside}");
        }
    }

    #[test]
    fn a_path_tells_what_it_is_about_as_far_as_it_goes() {
        for (key, place) in [
            (
                "x/AWSLogs/o-1/111122223333/CloudTrail/eu-west-1/2026",
                (Some("111122223333"), Some("eu-west-1")),
            ),
            (
                "AWSLogs/111122223333/CloudTrail/eu-west-1/a.json.gz",
                (Some("111122223333"), Some("eu-west-1")),
            ),
            ("AWSLogs/111122223333/", (Some("111122223333"), None)),
            ("AWSLogs/111122223333/CloudTrail/region=us-east-1/a.json.gz", (Some("111122223333"), None)),
            ("AWSLogs/111122223333/CloudTrail/us-east-1-copy/20/a.json.gz", (Some("111122223333"), None)),
            ("AWSLogs/111122223333/CloudTrail/US-EAST-1/2026/a.json.gz", (Some("111122223333"), None)),
            ("AWSLogs/o-1/", (None, None)),
            ("some/where", (None, None)),
        ] {
            assert_eq!(place_of(key), place, "{key}");
        }
    }

    #[test]
    fn a_beginning_hides_what_begins_so_wherever_it_was_copied_to() {
        for (beginning, one, other) in [
            ("", true, true),
            ("team/", true, true),
            ("some/where/else", true, true),
            ("AWSLogs", true, true),
            ("AWSLogs/", true, true),
            ("AWSLogs/team/", true, true),
            ("AWSLogs/111122223333/", true, false),
            ("AWSLogs/1", true, false),
            ("copy/AWSLogs/111122223333/CloudTrail/us-east-1", true, false),
            ("team/AWSLogs/111122223333/CloudTrail/us-e", true, false),
            ("AWSLogs/111122223333/CloudTrail/us-east-1/2026/11/20", false, false),
            ("AWSLogs/111122223333/CloudTrail-Digest/", false, false),
            ("AWSLogs/o-acme/", false, true),
            ("AWSLogs/o-acme", false, true),
            ("AWSLogs/o-acme/444455556666/CloudTrail/", false, true),
        ] {
            assert_eq!((hides(beginning, KEY), hides(beginning, OTHERS)), (one, other), "{beginning}");
        }
    }
}
