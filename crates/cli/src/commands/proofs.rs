//! What is told by the way of digests and their keys: the same in `verify` and in `logs validate`.

use anyhow::Result;
use delivery::{KeyFile, Keys, Proven, Renamed, Unsigned};
use logs::digest::{Note, PublicKeys};
use report::shell;
use std::path::PathBuf;
use store::FileKind;
use surroundings::misread::misread;
use surroundings::named_file::called;
use surroundings::output::read_within;
use surroundings::problem::{Problem, say};

/// Commands that are told one by one.
const HEADS: usize = 3;

/// The keys in these files; AWS is asked where there is none.
///
/// # Errors
/// [`Problem`] iff a file cannot be read as keys.
pub(super) fn keys(paths: &[PathBuf]) -> Result<Keys> {
    let read = |path: &PathBuf| {
        let name = called(path);
        let bytes = read_within(path, &store::limits::KEYS)?;
        let keys = PublicKeys::from_json(&bytes).map_err(|error| {
            let help =
                "`aws cloudtrail list-public-keys --start-time 2026-11-01 --end-time 2026-11-30` prints them";
            misread(path, &bytes, FileKind::PublicKeys, "public keys", &error, help)
        })?;
        Ok(KeyFile { path: path.clone(), name, keys })
    };
    if paths.is_empty() {
        Ok(Keys::Live)
    } else {
        paths.iter().map(read).collect::<Result<_>>().map(Keys::Files)
    }
}

/// Keys of local copies could not be asked for: a file of them does as well.
pub(super) fn without_keys(error: anyhow::Error) -> anyhow::Error {
    let flag = "hand the keys over: --public-keys FILE; `aws cloudtrail list-public-keys --region REGION --start-time TIME \
                --end-time TIME > FILE` writes it, for the Region and the time of the digests";
    Problem::of_a_copy(error, "the signatures of digests need CloudTrail's public keys", flag)
}

/// Says what is worth knowing of keys, those included that could not be had, and of log files that somebody may have renamed.
pub(super) fn tell(proven: &Proven) {
    let Proven { validation, keys, refused, renamed, .. } = proven;
    if !refused.is_empty() {
        let regions = refused.join(", ");
        let told = format!(
            "grant cloudtrail:ListPublicKeys in {regions} (see `invoketrail permissions evidence`), or hand the keys over: --public-keys FILE"
        );
        say("help", &told);
    }
    for file in keys.iter().filter(|one| one.in_source).filter_map(|one| one.file.as_ref()) {
        say(
            "note",
            &format!(
                "{file} is stored beside the logs that it proves, so whoever can write there can replace both"
            ),
        );
    }
    let windows = validation.chains.iter().flat_map(|chain| &chain.windows);
    let of_another_time = windows
        .filter(|one| one.notes.iter().any(|note| matches!(note, Note::KeyOfAnotherTime { .. })))
        .count();
    if of_another_time > 0 {
        let told = "digests are signed with a key that is said to be valid at another time: see notes in --format json";
        say("note", &format!("{of_another_time} {told}"));
    }
    renamed.iter().for_each(tell_renamed);
}

fn tell_renamed(renamed: &Renamed) {
    let told = match renamed {
        Renamed::Longer { key, other } => {
            format!("{key} is not there; a file with a longer name is: {other}")
        }
        Renamed::Unpacked { key, name } => {
            let why = "a digest lists packed files: pack it again with gzip, and its content is compared";
            format!("{key} is not there; {name} is, which is unpacked: {why}")
        }
    };
    say("note", &told);
}

/// The newest digest of a copy has no successor that holds its signature, which lies in the object's metadata: how to get it.
pub(super) fn head_objects(unsigned: &[Unsigned]) {
    for Unsigned { bucket, key, head } in unsigned.iter().take(HEADS) {
        let (bucket, key, head) = (shell(bucket), shell(key), shell(head));
        let command = format!("aws s3api head-object --bucket {bucket} --key {key} > {head}");
        say(
            "help",
            &format!("the newest digest's signature is missing from a copy; this gets it: {command}"),
        );
    }
    if unsigned.len() > HEADS {
        let more = unsigned.len() - HEADS;
        say(
            "help",
            &format!("and likewise for {more} more trails and Regions, whose reasons name the digests"),
        );
    }
}
