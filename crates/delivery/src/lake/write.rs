//! Folders to a lake: those that it has not, or has of other log files, are written; the others are left as they are.

use super::feed::{Feed, Job, Told, inputs_of, local};
use super::folder_writer::{Sum, Writer};
use super::folders::{Folders, Task};
use super::proofs::{Absent, Before, Digested};
use super::shelf::{Commit, Entry, LakeError, LakePlace, Shelf, Stamped, is_part};
use crate::delivered::{Item, Keys, found, weigh};
use crate::reader::Reader;
use lake::{Input, Manifest, Proven, Table};
use logs::digest::Standing;
use logs::scan::{Account, Options, scan};
use logs::{hex, sha256, unhex};
use std::collections::{BTreeMap, HashSet};
use std::sync::{Mutex, PoisonError};

/// What is to be written.
#[derive(Clone, Copy)]
pub struct ToWrite<'a> {
    /// What was listed.
    pub folders: &'a Folders,
    /// Where the lake is.
    pub to: &'a LakePlace,
    /// With the JSON of each record.
    pub raw: bool,
    /// True iff a folder may be written anew though the lake has log files of it that the source has no longer.
    pub replace: bool,
    /// Iff what digests prove is written down.
    pub keys: Option<&'a Keys>,
}

/// What came of it.
#[derive(Debug, Default)]
pub struct Written {
    /// Folders that were written.
    pub folders: u64,
    /// Folders that the lake had already, of the same log files.
    pub same: u64,
    /// Those of them with log files that could not be read to their end.
    pub damaged: u64,
    /// Folders that were left as they are, because the lake has log files of them that the source has no longer; and one of these files.
    pub gone: Vec<(String, String)>,
    /// Folders whose manifest could not be read, and why.
    pub unread: Vec<(String, LakeError)>,
    /// What was read.
    pub account: Account,
    /// Rows of invocations.
    pub rows: u64,
    /// Rows of management events.
    pub control_rows: u64,
    /// Copies that are no rows.
    pub copies: u64,
    /// Bytes of Parquet.
    pub bytes: u64,
    /// What digests say, of all folders, those that were there already included; `None` where that was not asked for, unless an earlier
    /// writing asked and something is wrong.
    pub digests: Option<Digested>,
    /// Log files that digests list and that may be there, because not everything could be listed: the first of them, and how many.
    pub hidden: (Vec<String>, u64),
    /// True iff digests list log files of other shards that are missing.
    pub elsewhere: bool,
    /// True iff there was nothing to do: no log file is there, and none is missing.
    pub is_nothing: bool,
}

/// Why a folder is not written.
#[derive(Debug)]
pub(super) enum Kept {
    /// True iff every log file was read to its end; and what digests say.
    Same(bool, Option<Digested>),
    Gone(String, Option<Digested>),
    Unread(LakeError),
}

/// True iff digests say now of a log file what they did not say when the folder was written. What they no longer say stays: a digest that
/// is gone takes no proof with it, and hides no change.
fn digests_say_more(
    job: &Job<'_>,
    task: &Task,
    inputs: &[(usize, &Item, Input)],
    (there, before): (&Manifest, &Before),
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
    (mut there, over): (Manifest, Option<String>),
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
    Kept::Gone(gone, said(job, &there))
}

/// What a manifest says of digests; `None` iff it was not asked, now or before.
fn said(job: &Job<'_>, manifest: &Manifest) -> Option<Digested> {
    (job.expected.is_some() || manifest.digests.is_some()).then(|| Digested::of(manifest))
}

/// Where the manifest of a folder is.
pub(super) fn manifest_path(task: &Task) -> String {
    format!("{}/{}/{}", Table::Invocations.name(), task.partition.path(), Manifest::FILE)
}

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
            return Err(Kept::Same(there.is_whole(), said(job, &there)));
        }
        let gone = there.path_of(first);
        return Err(left_as_it_is(job, task, (there, over), gone));
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
        return Err(left_as_it_is(job, task, (there, over), gone));
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
    let more = || digests_say_more(job, task, &inputs, (&there, &before));
    if !same || more() || !files_are_there(job, task, &there) {
        return Ok(before);
    }
    Table::ALL.iter().for_each(|table| job.shelf.tidy(&folder_of(*table, task)));
    Err(Kept::Same(there.is_whole(), said(job, &there)))
}

/// True iff a local log file has the bytes that the manifest says.
pub(super) fn is_of_hash(job: &Job<'_>, item: &Item, known: &Input) -> bool {
    let local = job.folders.delivered.bucket(item).is_none();
    local && self::local(job, item).is_ok_and(|bytes| hex(&sha256(&bytes)) == known.sha256)
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

/// Writes.
///
/// # Errors
/// A file of the lake cannot be written: folders that were written before are whole.
pub fn write(wanted: &ToWrite<'_>, reader: &Reader<'_>) -> Result<Written, LakeError> {
    let ToWrite { folders, to, keys, .. } = *wanted;
    let shelf = Shelf::new(to, reader.door);
    let digests = if keys.is_some() { found(&folders.delivered, reader) } else { Vec::new() };
    let signed = || {
        let all = digests.iter().filter_map(logs::digest::Found::digest);
        let times: Vec<(i64, i64)> = all.map(|digest| (digest.start, digest.end)).collect();
        let from = times.iter().map(|(start, _)| *start).min()?;
        Some(from..times.iter().map(|(_, end)| *end).max()?)
    };
    let places = &folders.delivered.places;
    let weighed = keys.map(|keys| weigh(&digests, keys, places, signed(), reader.door));
    let expected = weighed.as_ref().map(crate::delivered::Weighed::expected);
    let expected = expected.as_ref();
    let absent = expected.map(|expected| Absent::of(folders, expected)).unwrap_or_default();
    let (more, hidden) = (absent.tasks(folders), absent.hidden(&shelf));
    let files = folders.tasks.iter().map(|task| task.items.len() as u64).sum();
    let mut job = Job::new(folders, &shelf, reader.door, reader.watch.reading(files));
    (job.raw, job.replace, job.expected) = (wanted.raw, wanted.replace, expected);
    (job.absent, job.more) = (expected.map(|_| &absent), &more);
    let job = &job;
    let one = || {
        let told = Mutex::new(Told::default());
        let writer = Writer::new(job, &told);
        let (writers, account) = scan(&Feed::new(job, &told), Options::default(), vec![writer])?;
        Ok((writers.into_iter().next().map(|writer| writer.sum).unwrap_or_default(), account))
    };
    let done: Vec<Result<(Sum, Account), LakeError>> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..reader.threads.max(1)).map(|_| scope.spawn(one)).collect();
        let joined = threads.into_iter().map(std::thread::ScopedJoinHandle::join);
        // A panic in a thread is a defect of ours, and goes on as one.
        joined.map(|one| one.unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect()
    });
    job.work.end();
    let is_nothing = folders.is_empty() && more.is_empty() && hidden.1 == 0;
    let mut written = Written { is_nothing, digests: Some(Digested::default()), ..Written::default() };
    (written.hidden, written.elsewhere) = (hidden, absent.elsewhere);
    for one in done {
        let (sum, account) = one?;
        written.add(sum, account);
    }
    let mut kept = std::mem::take(&mut *job.kept.lock().unwrap_or_else(PoisonError::into_inner));
    kept.sort_by_key(|(number, _)| *number);
    for (number, kept) in kept {
        let name = job.task(number).map(|task| task.partition.to_string()).unwrap_or_default();
        match kept {
            Kept::Same(whole, said) => {
                written.same += 1;
                written.damaged += u64::from(!whole);
                written.add_digests(said);
            }
            Kept::Gone(file, said) => {
                written.gone.push((name, file));
                written.add_digests(said);
            }
            Kept::Unread(error) => written.unread.push((name, error)),
        }
    }
    if let Some(digests) = &mut written.digests {
        digests.missing.sort();
    }
    // What an earlier writing learnt is said again only where something is wrong.
    written.digests = written.digests.filter(|digests| keys.is_some() || digests.is_wrong());
    Ok(written)
}

impl Written {
    fn add(&mut self, sum: Sum, account: Account) {
        self.folders += sum.folders;
        self.rows += sum.rows;
        self.control_rows += sum.control_rows;
        self.copies += sum.copies;
        self.bytes += sum.bytes;
        self.add_digests(Some(sum.digested));
        self.account.merge(account);
    }

    fn add_digests(&mut self, said: Option<Digested>) {
        if let Some((digests, said)) = self.digests.as_mut().zip(said) {
            digests.add(said);
        }
    }
}
