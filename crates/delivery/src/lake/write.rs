//! Folders to a lake: those that it has not, or has of other log files, are written; the others are left as they are.

use super::feed::{Feed, Handover};
use super::folder_writer::{Sum, Writer};
use super::folders::Folders;
use super::job::{Job, Kept};
use super::proofs::{Absent, Digested};
use super::shelf::{LakeError, LakePlace, Shelf};
use crate::delivered::{Keys, found, weigh};
use crate::reader::Reader;
use logs::scan::{Account, Options, scan};
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
    let sources = &folders.delivered.sources;
    let weighed = keys.map(|keys| weigh(&digests, keys, sources, signed(), reader.door));
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
        let handover = Mutex::new(Handover::default());
        let writer = Writer::new(job, &handover);
        let (writers, account) = scan(&Feed::new(job, &handover), Options::default(), vec![writer])?;
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
            Kept::Same(whole, digested) => {
                written.same += 1;
                written.damaged += u64::from(!whole);
                written.add_digests(digested);
            }
            Kept::Gone(file, digested) => {
                written.gone.push((name, file));
                written.add_digests(digested);
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

    fn add_digests(&mut self, digested: Option<Digested>) {
        if let Some((digests, more)) = self.digests.as_mut().zip(digested) {
            digests.add(more);
        }
    }
}
