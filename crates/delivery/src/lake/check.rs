//! Whether a lake is whole: every file as its manifest says, every log file accounted for, every folder of the source there.

use super::catalogue::{Catalogue, Listed, catalogue, manifest_of};
use super::folders::Chosen;
use super::folders::{Folders, Task};
use super::job::{Job, inputs_of};
use super::kept::is_of_hash;
use super::scan::read_part;
use super::shelf::{LakeError, LakePlace, Shelf, is_part};
use crate::delivered::Item;
use crate::reader::Reader;
use crate::sources::Window;
use crate::watch::WorkUnderWay;
use lake::{Bytes, Input, Manifest, Partition, Table, control_rows, invocation_rows, row_count};
use logs::Filter;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};

/// What is the matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FaultKind {
    /// A file is not the one that was written, is missing, or is not what its manifest says it is.
    Changed,
    /// A manifest is none, or of another folder: rows may be there twice.
    Manifest,
    /// There is a file of Parquet that no manifest names: engines read it.
    Foreign,
    /// A folder was not written to its end, or by another version.
    Unfinished,
    /// The source, or a list, has a folder that the lake has not.
    Missing,
    /// The source has other log files of a folder than the lake was written from.
    Stale,
    /// A log file could not be read to its end when the folder was written.
    Unread,
    /// Something could not be read now.
    Unreadable,
}

impl FaultKind {
    /// All of them.
    pub const ALL: [FaultKind; 8] = [
        Self::Changed,
        Self::Manifest,
        Self::Foreign,
        Self::Unfinished,
        Self::Missing,
        Self::Stale,
        Self::Unread,
        Self::Unreadable,
    ];

    /// True iff the lake says something that is not so; otherwise it only does not say all.
    #[must_use]
    pub fn is_wrong(self) -> bool {
        matches!(self, Self::Changed | Self::Manifest | Self::Foreign)
    }
}

/// Something is the matter.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    /// What.
    pub kind: FaultKind,
    /// Of which file or folder.
    pub name: String,
    /// In words.
    pub why: String,
}

/// What was found. Counts are sums over the manifests of whole folders.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// Folders with a manifest.
    pub folders: u64,
    /// Log files that they were written from.
    pub inputs: u64,
    /// Bytes of these, as they were delivered.
    pub packed: u64,
    /// Bytes of these, inflated.
    pub inflated: u64,
    /// Records read.
    pub records: u64,
    /// Records and stretches of bytes that could not be read.
    pub refusals: u64,
    /// Records of invocations, copies included.
    pub invocations: u64,
    /// Rows of each table.
    pub rows: BTreeMap<Table, u64>,
    /// Bytes of Parquet.
    pub bytes: u64,
    /// Invocations that are the same as one that is a row.
    pub copies: u64,
    /// Log files that a valid digest proved, those that none lists, and those that differ: of the folders that say so.
    pub digests: Option<(u64, u64, u64)>,
    /// Log files that a valid digest lists and that were not there, from `AWSLogs/` on.
    pub missing: Vec<String>,
    /// Folders of which the lake has log files that the source has no longer.
    pub kept: u64,
    /// True iff a share was asked for that has no folder.
    pub empty_share: bool,
    /// What is the matter, sorted.
    pub faults: Vec<Fault>,
}

impl Checked {
    fn fault(&mut self, kind: FaultKind, name: &str, why: &str) {
        self.faults.push(Fault { kind, name: name.to_owned(), why: why.to_owned() });
    }

    /// True iff the lake says something that is not so.
    #[must_use]
    pub fn is_wrong(&self) -> bool {
        self.faults.iter().any(|fault| fault.kind.is_wrong())
    }

    fn merge(&mut self, other: Checked) {
        self.folders += other.folders;
        self.inputs += other.inputs;
        self.packed += other.packed;
        self.inflated += other.inflated;
        self.records += other.records;
        self.refusals += other.refusals;
        self.invocations += other.invocations;
        for (table, rows) in other.rows {
            *self.rows.entry(table).or_default() += rows;
        }
        self.bytes += other.bytes;
        self.copies += other.copies;
        if let Some((proven, unproven, changed)) = other.digests {
            let all = self.digests.get_or_insert((0, 0, 0));
            *all = (all.0 + proven, all.1 + unproven, all.2 + changed);
        }
        self.missing.extend(other.missing);
        self.kept += other.kept;
        self.faults.extend(other.faults);
    }
}

/// What the source has, by folder.
struct Against<'a> {
    job: Job<'a>,
    tasks: BTreeMap<&'a Partition, &'a Task>,
}

struct Nobody;

impl WorkUnderWay for Nobody {}

/// Reads the lake: every manifest, every file. `against` is what the source has now, if it is asked about.
///
/// # Errors
/// The lake cannot be listed, or there is none.
pub fn check(
    place: &LakePlace,
    chosen: &Chosen,
    against: Option<&Folders>,
    reader: &Reader<'_>,
) -> Result<Checked, LakeError> {
    let shelf = Shelf::new(place, reader.door);
    let mut found = catalogue(&shelf, &Window::of(&Filter::default()))?;
    let empty_share = is_anything_asked_for(&mut found, &shelf, chosen, against)?;
    let against = against.map(|folders| Against {
        job: Job::new(folders, &shelf, reader.door, Box::new(Nobody)),
        tasks: folders.tasks.iter().map(|task| (&task.partition, task)).collect(),
    });
    let next = AtomicUsize::new(0);
    let one = || {
        let mut checked = Checked::default();
        while let Some(folder) = found.folders.get(next.fetch_add(1, Ordering::Relaxed)) {
            check_folder(folder, &shelf, against.as_ref(), &mut checked);
        }
        checked
    };
    let mut all = Checked { empty_share, ..Checked::default() };
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..reader.threads.max(1)).map(|_| scope.spawn(one)).collect();
        for thread in threads {
            // A panic in a thread is a defect of ours, and goes on as one.
            all.merge(thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
    });
    for path in found.foreign.iter().filter(|path| path.ends_with(".parquet")) {
        all.fault(FaultKind::Foreign, &shelf.name(path), "it is in no folder of a table");
    }
    for path in &found.links {
        let why = "it is a link: engines follow it, and may read rows twice";
        all.fault(FaultKind::Foreign, &shelf.name(path), why);
    }
    let there: BTreeSet<&Partition> = found.folders.iter().map(|folder| &folder.partition).collect();
    let wanted = against.iter().flat_map(|against| against.tasks.keys().copied()).chain(chosen.named());
    let missing: BTreeSet<&Partition> = wanted.filter(|partition| !there.contains(*partition)).collect();
    for partition in missing {
        all.fault(FaultKind::Missing, &partition.to_string(), "the lake does not have this folder");
    }
    all.faults.sort();
    all.missing.sort();
    Ok(all)
}

/// Leaves the folders that are asked for; true iff a share was asked for that has none, of a source or lake that has some.
fn is_anything_asked_for(
    found: &mut Catalogue,
    shelf: &Shelf<'_>,
    chosen: &Chosen,
    against: Option<&Folders>,
) -> Result<bool, LakeError> {
    let any = !found.folders.is_empty();
    found.folders.retain(|folder| chosen.has_in_some_shard(&folder.partition));
    let elsewhere = chosen.shard.is_some()
        && against.map_or(!found.folders.is_empty(), |folders| folders.elsewhere > 0)
        || chosen.names_elsewhere();
    found.folders.retain(|folder| chosen.has(&folder.partition));
    let nothing = found.folders.is_empty() && against.is_none_or(Folders::is_empty);
    // What a list names is asked for, whoever has it.
    if nothing && !elsewhere && !any {
        return Err(shelf.no_lake());
    }
    if nothing && !elsewhere && chosen.named().next().is_none() {
        return Err(LakeError::new(shelf.name(""), "it has no folder that was asked for"));
    }
    if against.is_some_and(Folders::is_empty) && !elsewhere {
        let why = "it has no folder that was asked for, so nothing is held against it";
        return Err(LakeError::new("the source".to_owned(), why));
    }
    Ok(nothing && chosen.named().next().is_none())
}

fn check_folder(folder: &Listed, shelf: &Shelf<'_>, against: Option<&Against<'_>>, all: &mut Checked) {
    let partition = &folder.partition;
    let name = partition.to_string();
    if !folder.has_manifest {
        return all.fault(
            FaultKind::Unfinished,
            &name,
            "it has no manifest, so it was not written to its end",
        );
    }
    let path = manifest_of(partition);
    let bytes = match shelf.read(&path) {
        Ok(Some(bytes)) => bytes,
        Ok(None) => return all.fault(FaultKind::Unfinished, &name, "its manifest is gone"),
        Err(error) => return all.fault(FaultKind::Unreadable, &error.name, &error.why),
    };
    let manifest = match Manifest::parse(&bytes, partition) {
        Ok(manifest) => manifest,
        Err(error @ lake::ManifestError::Schema(_)) => {
            return all.fault(FaultKind::Unfinished, &name, &error.to_string());
        }
        Err(error) => return all.fault(FaultKind::Manifest, &shelf.name(&path), &error.to_string()),
    };
    count(&manifest, all);
    check_inputs(&manifest, &name, all);
    check_files(folder, &manifest, shelf, all);
    if let Some(against) = against {
        check_source(&manifest, partition, against, all);
    }
}

fn count(manifest: &Manifest, all: &mut Checked) {
    all.folders += 1;
    for input in &manifest.inputs {
        all.inputs += 1;
        all.packed += input.bytes;
        all.inflated += input.facts.bytes;
        all.records += input.facts.records;
        all.refusals += input.facts.refusals;
        all.invocations += input.invocations;
    }
    all.copies += manifest.copies;
    for table in Table::ALL {
        *all.rows.entry(table).or_default() += manifest.rows(table);
        all.bytes += manifest.parts(table).iter().map(|part| part.bytes).sum::<u64>();
    }
    if let Some(proven) = &manifest.digests {
        let counts = (proven.unproven.len() as u64, proven.changed.len() as u64);
        let so_far = all.digests.get_or_insert((0, 0, 0));
        all.missing.extend(proven.missing.keys().cloned());
        *so_far = (so_far.0 + proven.proven, so_far.1 + counts.0, so_far.2 + counts.1);
    }
}

/// Every record is a row, a copy, or said to be unread.
fn check_inputs(manifest: &Manifest, name: &str, all: &mut Checked) {
    for input in &manifest.inputs {
        let damaged = input.facts.trouble.clone().or_else(|| {
            let (offset, why) = input.facts.refused.first()?;
            Some(format!("byte {offset}: {why}"))
        });
        if let Some(why) = input.unread.clone().or(damaged) {
            all.fault(FaultKind::Unread, &manifest.path_of(input), &why);
        }
    }
    let invocations: u64 = manifest.inputs.iter().map(|input| input.invocations).sum();
    let rows = manifest.rows(Table::Invocations);
    if invocations != rows + manifest.copies {
        let copies = manifest.copies;
        let why = format!(
            "its log files have {invocations} invocations, and its rows are {rows} and {copies} copies"
        );
        all.fault(FaultKind::Changed, name, &why);
    }
}

fn check_files(folder: &Listed, manifest: &Manifest, shelf: &Shelf<'_>, all: &mut Checked) {
    let partition = folder.partition.path();
    let mut named = BTreeSet::from([manifest_of(&folder.partition)]);
    let (mut copies, faults) = (0, all.faults.len());
    for table in Table::ALL {
        for part in manifest.parts(table) {
            let path = format!("{}/{partition}/{}", table.name(), part.file);
            named.insert(path.clone());
            let counted = read_part(shelf, &path, part).and_then(|bytes| {
                let rows = row_count(&bytes, table).map_err(|error| error.to_string())?;
                copies += rows_of(manifest, table, &bytes)?;
                Ok(rows)
            });
            match counted {
                Err(why) => all.fault(FaultKind::Changed, &shelf.name(&path), &why),
                Ok(rows) if rows != part.rows => {
                    let why = format!("it has {rows} rows, and its manifest says {}", part.rows);
                    all.fault(FaultKind::Changed, &shelf.name(&path), &why);
                }
                Ok(_) => {}
            }
        }
    }
    if copies != manifest.copies && faults == all.faults.len() {
        let why = format!("its rows speak of {copies} copies, and its manifest says {}", manifest.copies);
        all.fault(FaultKind::Changed, &folder.partition.to_string(), &why);
    }
    for foreign in folder.files.iter().filter(|file| !named.contains(&file.path)) {
        if foreign.path.ends_with(".parquet") {
            let why = if is_part(&foreign.path) && !shelf.is_remote() {
                "engines read it, and its manifest does not name it: `lake write` removes it"
            } else {
                "engines read it, and its manifest does not name it: remove it"
            };
            all.fault(FaultKind::Foreign, &shelf.name(&foreign.path), why);
        }
    }
}

/// Reads every row of a file: each has to be of a log file that the manifest names. How many copies its rows speak of.
fn rows_of(manifest: &Manifest, table: Table, bytes: &Bytes) -> Result<u64, String> {
    let names: BTreeSet<&str> = manifest.inputs.iter().map(Input::row_name).collect();
    let (mut copies, mut stranger) = (0_u64, None);
    let mut take = |file: &str, of: u64| {
        copies = copies.saturating_add(of);
        if !names.contains(file) {
            stranger.get_or_insert_with(|| file.to_owned());
        }
    };
    let read = match table {
        Table::Invocations => invocation_rows(bytes, |row| take(row.file, row.copies)),
        Table::ControlEvents => control_rows(bytes, |_, file, _| take(file, 0)),
        Table::InvocationsDaily => Ok(()),
    };
    read.map_err(|error| error.to_string())?;
    match stranger {
        Some(name) => Err(format!("it has rows of {name}, which the manifest does not name")),
        None => Ok(copies),
    }
}

fn check_source(manifest: &Manifest, partition: &Partition, against: &Against<'_>, all: &mut Checked) {
    let Some(task) = against.tasks.get(partition) else {
        all.kept += u64::from(!manifest.inputs.is_empty());
        return;
    };
    let mut now = Manifest::new(partition, manifest.raw);
    let inputs = inputs_of(&against.job, task, &mut now);
    let mut by: BTreeMap<&str, Vec<&Input>> = BTreeMap::new();
    manifest.inputs.iter().for_each(|known| by.entry(&known.name).or_default().push(known));
    let is_same = |known: &Input, input: &Input, item: &Item| {
        known.bytes == input.bytes
            && match (&known.etag, &input.etag) {
                (Some(one), Some(other)) => one == other,
                _ => is_of_hash(&against.job, item, known),
            }
    };
    let (mut new, mut other) = (0_usize, 0_usize);
    for (number, item, input) in &inputs {
        let is_unread = against.job.folders.unread.contains_key(number);
        match by.get(input.name.as_str()) {
            None => new += 1,
            Some(known) if is_unread && known.iter().any(|known| known.unread.is_some()) => {}
            Some(known) => other += usize::from(!known.iter().any(|known| is_same(known, input, item))),
        }
    }
    if new + other > 0 {
        let why = format!("the source has {new} log files more, and {other} that are not as they were");
        all.fault(FaultKind::Stale, &partition.to_string(), &why);
    }
    all.kept += u64::from(
        manifest.inputs.iter().any(|known| inputs.iter().all(|(_, _, input)| input.name != known.name)),
    );
}
