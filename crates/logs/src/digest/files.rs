//! Log files against the digests that list them, and those that none lists.

use crate::digest::asked::Asked;
use crate::digest::document::LogFile;
use crate::digest::expected::{Seen, below};
use crate::digest::found::Unread;
use crate::digest::links::Weighed;
use crate::digest::name::Chain;
use crate::digest::unlisted::Sought;
use crate::digest::validation::{Files, Reason, Unproven, UnprovenFile};
use crate::hash::hex;
use crate::object_key::{Folder, ObjectKey};
use crate::time::{milliseconds, text_of};
use cloudtrail::time::DAY_MILLIS;
use std::collections::{BTreeMap, BTreeSet};

/// What was seen, by key from `AWSLogs/` on.
pub(super) type Sighted<'s> = BTreeMap<&'s str, Vec<&'s Seen>>;

pub(super) fn sighted(seen: &[Seen]) -> Sighted<'_> {
    let mut by: Sighted<'_> = BTreeMap::new();
    for one in seen {
        by.entry(below(&one.key)).or_default().push(one);
    }
    by.values_mut().for_each(|copies| copies.sort_by_key(|one| (&one.bucket, &one.key, &one.content)));
    by
}

/// Which of the log files that a digest lists are judged.
#[derive(Clone, Copy)]
pub(super) enum Taken<'a> {
    /// All: its time is asked about.
    All,
    /// Those that are asked about, or on which an answer rests.
    Asked(&'a Asked),
}

impl Taken<'_> {
    fn has(self, file: &LogFile, copies: &[&Seen]) -> bool {
        match self {
            Taken::All => true,
            Taken::Asked(asked) => asked.lists(file) || copies.iter().any(|one| one.counted),
        }
    }
}

/// Counts the files that a digest lists, and adds what speaks against them to `reasons`. `None` iff none of them is taken of a
/// digest of which not all are.
pub(super) fn count(
    one: &Weighed<'_>,
    sighted: &Sighted<'_>,
    sought: &Sought<'_>,
    taken: Taken<'_>,
    reasons: &mut Vec<Reason>,
) -> Option<Files> {
    let mut files = Files::default();
    for file in one.digest.into_iter().flat_map(|digest| &digest.log_files) {
        let copies = sighted.get(below(&file.key)).map_or(&[][..], Vec::as_slice);
        if !taken.has(file, copies) {
            continue;
        }
        files.listed += 1;
        match look(file, copies).map_err(|reason| perhaps_there(reason, file, sought)) {
            Ok(moved) => {
                let right = if one.is_trustworthy() { &mut files.proven } else { &mut files.unproven };
                *right += 1;
                files.moved += u64::from(moved);
            }
            Err(reason) => {
                let unread = matches!(reason, Reason::FileUnread { .. } | Reason::FileUnlisted { .. });
                let wrong = if unread { &mut files.unread } else { &mut files.invalid };
                *wrong += 1;
                reasons.push(reason);
            }
        }
    }
    (matches!(taken, Taken::All) || files.listed > 0).then_some(files)
}

/// What was not found is missing only where everything was listed.
fn perhaps_there(reason: Reason, file: &LogFile, sought: &Sought<'_>) -> Reason {
    let Reason::FileMissing { key } = reason else { return reason };
    match sought.may_be(&file.bucket, &key) {
        Some(why) => Reason::FileUnlisted { key, why },
        None => Reason::FileMissing { key },
    }
}

/// Whether a file is what the digest says, and if so whether it is moved.
///
/// What lies in the very place counts, and no copy stands in for it; without it the worst of all copies does. A copy beside it must
/// be one: records are read from whatever lies there, and what is under the file's name is taken for the file.
fn look(file: &LogFile, copies: &[&Seen]) -> Result<bool, Reason> {
    let in_place =
        |one: &Seen| one.bucket.as_ref().is_some_and(|bucket| *bucket == file.bucket) && one.key == file.key;
    if copies.is_empty() {
        return Err(Reason::FileMissing { key: file.key.clone() });
    }
    let (place, others): (Vec<&Seen>, Vec<&Seen>) = copies.iter().partition(|one| in_place(one));
    let of_place = place.iter().filter_map(|one| differs(file, one, file.key.clone()));
    let of_others = others.iter().filter_map(|one| match &one.content {
        // A copy that is gone changes nothing where the file is there.
        Err(Unread::Missing) if !place.is_empty() => None,
        _ => differs(file, one, if copies.len() > 1 { name(file, one) } else { file.key.clone() }),
    });
    match of_place.chain(of_others).max_by_key(Reason::state) {
        Some(reason) => Err(reason),
        // A local copy keeps no bucket: that is no move.
        None => Ok(place.is_empty() && copies.iter().all(|one| one.bucket.is_some())),
    }
}

/// What a copy is called beside the file.
fn name(file: &LogFile, copy: &Seen) -> String {
    match &copy.bucket {
        Some(bucket) if *bucket != file.bucket => format!("{bucket}/{}", copy.key),
        _ => copy.key.clone(),
    }
}

fn differs(file: &LogFile, seen: &Seen, key: String) -> Option<Reason> {
    match &seen.content {
        Ok(hash) if *hash == file.hash => None,
        Ok(hash) => Some(Reason::FileDiffers { key, expected: hex(&file.hash), found: hex(hash) }),
        Err(Unread::Missing) => Some(Reason::FileMissing { key }),
        Err(Unread::Damaged { why }) => Some(Reason::FileDamaged { key, why: why.clone() }),
        Err(other) => Some(Reason::FileUnread { key, why: other.to_string() }),
    }
}

/// The log files that are there, are asked about or counted, and that no trustworthy digest lists; sorted.
///
/// What such a digest lists, and is of another content, stands in the digest's window: see [`count`].
pub(super) fn unproven(
    all: &[Weighed<'_>],
    seen: &[Seen],
    asked: &Asked,
    sought: &Sought<'_>,
) -> Vec<UnprovenFile> {
    let (mut trusted, mut listed, mut newest) = (BTreeSet::new(), BTreeSet::new(), BTreeMap::new());
    let mut unread = BTreeMap::new();
    for one in all {
        let into = if one.is_trustworthy() { &mut trusted } else { &mut listed };
        into.extend(one.digest.into_iter().flat_map(|digest| &digest.log_files).map(|file| below(&file.key)));
        let Chain { organization, account, region, backfill, .. } = &one.merged.name.chain;
        let of = (organization.as_deref(), account.as_str(), region.as_str());
        if one.is_unread() {
            let end = unread.entry(of).or_insert(i64::MIN);
            *end = one.end().max(*end);
        }
        // What is unreadable says nothing of its time but its name, which CloudTrail would not have written ahead of time.
        if !backfill {
            let end = newest.entry(of).or_insert(i64::MIN);
            *end = one.end().max(*end);
        }
    }
    let judged = |one: &Seen| -> Option<UnprovenFile> {
        let below = below(&one.key);
        let there = one.content != Err(Unread::Missing);
        if !there || trusted.contains(below) || !(one.counted || asked.expects(&one.key)) {
            return None;
        }
        let key = ObjectKey::parse(&one.key);
        // The name has the minute of delivery, digests end within one. What does not tell it is in no digest to come.
        let young = |key: ObjectKey<'_>| {
            let delivered = key.delivered()?;
            let end = newest.get(&(key.organization, key.account, key.region))?;
            Some(delivered.saturating_add(59_999) >= *end)
        };
        // A digest that nobody read may list what was delivered before it ends.
        let hidden = |key: ObjectKey<'_>| {
            let bucket = one.bucket.as_deref();
            let end = unread.get(&(key.organization, key.account, key.region));
            end.is_some_and(|end| key.delivered().is_none_or(|delivered| delivered < *end))
                || digests_of(&key).iter().any(|digest| sought.may_be_beside(bucket, digest).is_some())
        };
        let why = if listed.contains(below) {
            Unproven::Unverified
        } else if key.and_then(young).unwrap_or(false) {
            Unproven::Young
        } else if key.is_some_and(hidden) {
            Unproven::Unread
        } else {
            Unproven::Unreferenced
        };
        Some(UnprovenFile { bucket: one.bucket.clone(), key: one.key.clone(), why })
    };
    let mut files: Vec<UnprovenFile> = seen.iter().filter_map(judged).collect();
    files.sort();
    files.dedup();
    files
}

/// Keys that lie where the digest of a log file would: in the folder of its day, or of the next one.
fn digests_of(key: &ObjectKey<'_>) -> Vec<String> {
    let organization = key.organization.map(|id| format!("{id}/")).unwrap_or_default();
    let (prefix, account, region) = (key.prefix, key.account, key.region);
    let folder = format!("{prefix}AWSLogs/{organization}{account}/{}/{region}", Folder::Digests.as_str());
    let day = milliseconds(&format!("{}T00:00:00Z", key.day.replace('/', "-")));
    let next = day.map(|day| text_of(day.saturating_add(DAY_MILLIS)).replace('-', "/"));
    let days = [Some(key.day.to_owned()), next.and_then(|next| next.get(..10).map(str::to_owned))];
    days.into_iter().flatten().map(|day| format!("{folder}/{day}/any.json.gz")).collect()
}
