//! Folders of a lake that need not be written, or may not be: what the manifest of an earlier writing says against the log files as they are.

use super::folders::Task;
use super::job::{Job, Kept, inputs_of};
use super::proofs::{Before, Digested};
use super::shelf::{Commit, Entry, LakeError, Stamped, is_part};
use crate::delivered::Item;
use lake::{Input, Manifest, Proven, Table};
use logs::digest::Standing;
use logs::{hex, sha256, unhex};
use std::collections::{BTreeMap, HashSet};

/// Why the folder is not written; where it is, what an earlier writing knew. `read` is its manifest.
pub(super) fn kept(
    job: &Job<'_>,
    task: &Task,
    read: Result<Option<Stamped>, LakeError>,
) -> Result<Before, Kept> {
    let read = match read {
        Err(error) => return Err(Kept::Unread(error)),
        Ok(None) => return Ok(Before::default()),
        Ok(Some(read)) => read,
    };
    let over = Some(read.stamp);
    // What is damaged, or of another version, is written anew.
    let Ok(there) = Manifest::parse(&read.bytes, &task.partition) else {
        return Ok(Before::default().over(over));
    };
    // A source that has nothing of a folder any longer takes nothing from the lake.
    if let Some(first) = there.inputs.first().filter(|_| task.items.is_empty()) {
        if missing_of(job, task, &there, &Before::of(&there)).is_empty() {
            return Err(Kept::Same(there.is_whole(), digested(job, &there)));
        }
        let gone = there.path_of(first);
        return Err(left_as_it_is(job, task, there, over, gone));
    }
    let mut now = Manifest::new(&task.partition, job.raw);
    let inputs = inputs_of(job, task, &mut now);
    let is_there = |known: &Input| {
        inputs.iter().filter(|(_, _, input)| input.name == known.name).any(|(_, item, input)| {
            let same_place = there.sources.get(known.source) == now.sources.get(input.source);
            same_place || is_of_hash(job, item, known)
        })
    };
    let gone = there.inputs.iter().find(|known| !is_there(known));
    if let Some(gone) = gone.filter(|_| !job.replace).map(|gone| there.path_of(gone)) {
        return Err(left_as_it_is(job, task, there, over, gone));
    }
    let before = Before::of(&there).over(over);
    // What an earlier writing has beyond what is asked for now is kept.
    let alike = (there.raw || !job.raw) && there.sources == now.sources && there.inputs.len() == inputs.len();
    let same = alike
        && there.inputs.iter().zip(&inputs).all(|(known, (_, item, input))| {
            let listed = known.name == input.name && known.called == input.called;
            let read = known.bytes == input.bytes && known.unread.is_none();
            listed
                && read
                && if input.etag.is_some() { input.etag == known.etag } else { is_of_hash(job, item, known) }
        });
    let more = || digests_say_more(job, task, &inputs, &there, &before);
    if !same || more() || !files_are_there(job, task, &there) {
        return Ok(before);
    }
    Table::ALL.iter().for_each(|table| job.shelf.tidy(&folder_of(*table, task)));
    Err(Kept::Same(there.is_whole(), digested(job, &there)))
}

/// True iff digests say now of a log file what they did not say when the folder was written. What they no longer say stays: a digest that
/// is gone takes no proof with it, and hides no change.
fn digests_say_more(
    job: &Job<'_>,
    task: &Task,
    inputs: &[(usize, &Item, Input)],
    there: &Manifest,
    before: &Before,
) -> bool {
    let (Some(expected), Some(then)) = (job.expected, &there.digests) else { return job.expected.is_some() };
    let (unproven, changed): (HashSet<_>, HashSet<_>) = (
        then.unproven.iter().map(String::as_str).collect(),
        then.changed.iter().map(String::as_str).collect(),
    );
    if missing_of(job, task, there, before) != then.missing {
        return true;
    }
    inputs.iter().zip(&there.inputs).any(|((_, item, _), input)| {
        let content = input.content.as_deref().and_then(unhex).and_then(|bytes| bytes.try_into().ok());
        match before.standing(Some(expected), &item.key, content).0 {
            Standing::Differs => !changed.contains(input.row_name()),
            Standing::Proven => changed.contains(input.row_name()) || unproven.contains(input.row_name()),
            Standing::Unverified | Standing::Unlisted => false,
        }
    })
}

/// The log files that digests list of a folder, and that the lake does not have.
fn missing_of(job: &Job<'_>, task: &Task, there: &Manifest, before: &Before) -> BTreeMap<String, String> {
    let names = there.inputs.iter().map(|input| input.name.as_str());
    before.missing(job.absent, &task.partition, names)
}

/// A folder stays as it is, because the source no longer has all of its log files: only what digests miss of it is written down.
fn left_as_it_is(
    job: &Job<'_>,
    task: &Task,
    mut there: Manifest,
    over: Option<String>,
    gone: String,
) -> Kept {
    let missing = missing_of(job, task, &there, &Before::of(&there));
    let known = there.digests.as_ref().map(|then| &then.missing);
    if !missing.is_empty() && known != Some(&missing) {
        let unproven = || there.inputs.iter().map(|input| input.row_name().to_owned()).collect();
        let then = there.digests.take();
        let then = then.unwrap_or_else(|| Proven { unproven: unproven(), ..Proven::default() });
        there.digests = Some(Proven { missing, ..then });
        let last = (manifest_path(task), there.to_bytes());
        let written = job.shelf.commit(Commit { last, over, ..Commit::default() });
        let landed = written.and_then(|flight| flight.map_or(Ok(()), |flight| job.shelf.land(flight)));
        if let Err(error) = landed {
            return Kept::Unread(error);
        }
    }
    Kept::Gone(gone, digested(job, &there))
}

/// What a manifest says of digests; `None` iff it was not asked, now or before.
fn digested(job: &Job<'_>, manifest: &Manifest) -> Option<Digested> {
    (job.expected.is_some() || manifest.digests.is_some()).then(|| Digested::of(manifest))
}

/// Where the manifest of a folder is.
pub(super) fn manifest_path(task: &Task) -> String {
    format!("{}/{}/{}", Table::Invocations.name(), task.partition.path(), Manifest::FILE)
}

/// True iff a local log file has the bytes that the manifest says.
pub(super) fn is_of_hash(job: &Job<'_>, item: &Item, known: &Input) -> bool {
    let local = job.folders.delivered.bucket(item).is_none();
    local && super::job::local(job, item).is_ok_and(|bytes| hex(&sha256(&bytes)) == known.sha256)
}

/// Where the files of a folder's table are, a slash at its end.
fn folder_of(table: Table, task: &Task) -> String {
    format!("{}/{}/", table.name(), task.partition.path())
}

/// True iff the files of a folder are as its manifest says, and there are no others. Of a bucket names and sizes are looked at: `lake verify`
/// reads them.
fn files_are_there(job: &Job<'_>, task: &Task, manifest: &Manifest) -> bool {
    let folders = Table::ALL.map(|table| folder_of(table, task));
    let Ok(listed) = job.shelf.list_each(&folders) else { return false };
    let as_said = |(table, (folder, there)): (Table, (&String, Vec<Entry>))| {
        let parts = manifest.parts(table);
        let whole = parts.iter().all(|part| {
            let path = format!("{folder}{}", part.file);
            if job.shelf.is_remote() {
                return there.iter().any(|one| one.path == path && one.size == part.bytes);
            }
            let read = job.shelf.read(&path);
            read.is_ok_and(|bytes| bytes.is_some_and(|bytes| hex(&sha256(&bytes)) == part.sha256))
        });
        let named = |path: &str| parts.iter().any(|part| path.strip_prefix(folder) == Some(&part.file));
        // Engines read whatever has the name of a part.
        whole && there.iter().all(|one| !is_part(&one.path) || named(&one.path))
    };
    Table::ALL.into_iter().zip(folders.iter().zip(listed)).all(as_said)
}
