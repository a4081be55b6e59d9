//! `--demo`: Acme, a made-up organization whose files are inside this program, in place of the user's own.

use anyhow::Result;
use args::Command;
use args::source::Source;
use std::path::{Path, PathBuf};
use store::ScratchFolder;
use surroundings::output::io_written;
use surroundings::problem::{Problem, io_problem};
use surroundings::remembered::cache_folder;

/// When Acme's inventory and logs were copied: what is found in them is told as of then.
pub(crate) const NOW: &str = "2026-11-23T17:00:00Z";
/// The days of Acme's logs of which everything was delivered.
const DAYS: [&str; 2] = ["2026-11-20", "2026-11-21"];

/// Acme's files, by path.
const FILES: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/demo_files.rs"));

/// Acme's files on disk.
#[derive(Debug)]
pub(crate) struct Demo {
    folder: PathBuf,
    /// The folder, where it is removed at the end.
    _scratch: Option<ScratchFolder>,
}

impl Demo {
    /// Writes Acme's files to the cache folder; where there can be none, or it holds something else, to a new folder that goes when this
    /// value does.
    ///
    /// # Errors
    /// [`Problem`] iff they can be written nowhere.
    fn unpack() -> Result<Demo> {
        let folder = cache_folder().map(|folder| folder.join(concat!("demo-", env!("CARGO_PKG_VERSION"))));
        // Sources are named by text.
        let named = folder.filter(|folder| folder.to_str().is_some() && only_ours(folder, folder));
        if let Some(folder) = named.filter(|folder| write_into(folder).is_ok()) {
            return Ok(Demo { folder, _scratch: None });
        }
        let problem = |error| io_problem("make", "a folder for the files of --demo", &error);
        let scratch = ScratchFolder::new("invoketrail-demo-").map_err(problem)?;
        let folder = scratch.path().to_owned();
        if folder.to_str().is_none() {
            let line = "the folder for temporary files has a name that is not UTF-8";
            return Err(Problem::new(line).help("name another one: TMPDIR=/tmp").into());
        }
        write_into(&folder)?;
        Ok(Demo { folder, _scratch: Some(scratch) })
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    fn logs(&self) -> Vec<String> {
        vec![self.file("logs").to_string_lossy().into_owned()]
    }
}

/// True iff everything that is in the folder is a file of Acme's, or a folder of such: all that is in it would be read.
fn only_ours(folder: &Path, root: &Path) -> bool {
    let Ok(mut entries) = std::fs::read_dir(folder) else { return !folder.exists() };
    let is_ours = |path: &Path| {
        let name = path.strip_prefix(root).ok().and_then(Path::to_str).unwrap_or_default();
        FILES.iter().any(|(file, _)| *file == name)
    };
    entries.all(|entry| {
        let kind = entry.as_ref().ok().and_then(|entry| Some((entry.path(), entry.file_type().ok()?)));
        kind.is_some_and(|(path, kind)| {
            if kind.is_dir() { only_ours(&path, root) } else { kind.is_file() && is_ours(&path) }
        })
    })
}

/// Writes what differs.
fn write_into(folder: &Path) -> Result<()> {
    for (name, bytes) in FILES {
        let path = folder.join(name);
        if std::fs::read(&path).is_ok_and(|there| there == *bytes) {
            continue;
        }
        let made = path.parent().map_or(Ok(()), store::make_private_folder);
        io_written(&path, made.and_then(|()| store::write_privately(&path, |out| out.write_all(bytes))))?;
    }
    Ok(())
}

/// Takes Acme's files for what the command would read, iff `--demo` was typed; they are there as long as the value is.
///
/// # Errors
/// [`Problem`] iff they can be written nowhere.
pub(crate) fn fill(command: &mut Command) -> Result<Option<Demo>> {
    if !is_demo(command) {
        return Ok(None);
    }
    let demo = Demo::unpack()?;
    if let Some(source) = source(command) {
        source.inventory = Some(demo.file("acme.json"));
    }
    match command {
        Command::Verify(verify) => {
            verify.sources = demo.logs();
            verify.inventory = Some(demo.file("acme.json"));
            verify.metrics = Some(demo.file("metrics.json"));
            verify.remembering.no_index = verify.remembering.index.is_none();
            if verify.digests && verify.public_keys.is_empty() {
                verify.public_keys = vec![demo.file("logs/public-keys.json")];
            }
            let window = &mut verify.window;
            if window.since.is_none() && window.until.is_none() {
                [window.since, window.until] = DAYS.map(|day| Some(day.to_owned()));
            }
        }
        Command::Invocations(invocations) => {
            invocations.sources = demo.logs();
            let remembering = &mut invocations.reading.remembering;
            remembering.no_index = remembering.index.is_none();
        }
        Command::Detect(detect) => detect.sources = demo.logs(),
        _ => {}
    }
    Ok(Some(demo))
}

/// True iff `--demo` was typed.
fn is_demo(command: &mut Command) -> bool {
    match command {
        Command::Verify(verify) => verify.demo,
        Command::Invocations(invocations) => invocations.demo.demo,
        Command::Detect(detect) => detect.demo.demo,
        other => source(other).is_some_and(|source| source.demo),
    }
}

/// Where the command takes its inventory from, iff it needs nothing else.
fn source(command: &mut Command) -> Option<&mut Source> {
    match command {
        Command::Audit(one) => Some(&mut one.source),
        Command::Explain(one) => Some(&mut one.source),
        Command::Plan(one) => Some(&mut one.source),
        Command::Backout(one) => Some(&mut one.source),
        Command::Restore(one) => Some(&mut one.source),
        _ => None,
    }
}
