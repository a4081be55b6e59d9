//! The files of a change are files of their own: where two were one, the account would be changed, and the way back lost.

use std::path::{Path, PathBuf};
use store::{FileIdentity, undo_of};
use surroundings::named_file::{called, is_stdin};
use surroundings::problem::Problem;

/// The files that carrying a plan out reads and writes.
#[derive(Debug, Default)]
pub(crate) struct Files<'a> {
    /// `None` where a journal is gone on with, or taken back.
    pub(crate) plan: Option<&'a Path>,
    pub(crate) journal: PathBuf,
    /// The journal that is taken back.
    pub(crate) undoes: Option<PathBuf>,
    pub(crate) exceptions: Option<&'a Path>,
    pub(crate) settings: Option<&'a Path>,
}

impl Files<'_> {
    /// # Errors
    /// [`Problem`] of misuse iff two of them are one file, where that is written. Nothing is read of them.
    pub(crate) fn are_apart(&self) -> Result<(), Problem> {
        let undo = undo_of(&self.journal);
        let written = [
            ("the exceptions", self.exceptions),
            ("the journal", Some(self.journal.as_path())),
            ("the journal of its undo", Some(undo.as_path())),
        ];
        let read = [
            ("the plan", self.plan.filter(|path| !is_stdin(path))),
            ("the journal that is taken back", self.undoes.as_deref()),
            ("the settings", self.settings),
        ];
        let all: Vec<_> = written.into_iter().chain(read).collect();
        for (at, (what, path)) in written.iter().enumerate() {
            for (other, beside) in all.iter().skip(at + 1) {
                let (Some(path), Some(beside)) = (path, beside) else { continue };
                if is_one(path, beside) {
                    let (path, beside) = (called(path), called(beside));
                    let line = format!("{what} {path} and {other} {beside} are one file");
                    let flag = if at == 0 { "exceptions" } else { "journal" };
                    let help = format!("nothing was changed. Name another file with --{flag}");
                    return Err(Problem::misuse(line).help(help));
                }
            }
        }
        self.is_aside()
    }

    /// # Errors
    /// [`Problem`] of misuse iff the exceptions have a name under which this journal may be set aside: `.1`, `.1.undo`.
    fn is_aside(&self) -> Result<(), Problem> {
        let Some(exceptions) = self.exceptions else { return Ok(()) };
        let is_kept = |end: &str| end == "undo" || end.bytes().all(|one| one.is_ascii_digit());
        let mut name = exceptions.to_owned();
        while name.extension().and_then(|end| end.to_str()).is_some_and(is_kept) {
            name.set_extension("");
            if is_one(&name, &self.journal) {
                let line = format!("the exceptions {} have the name of a journal", called(exceptions));
                return Err(
                    Problem::misuse(line).help("nothing was changed. Name another file with --exceptions")
                );
            }
        }
        Ok(())
    }
}

fn is_one(one: &Path, other: &Path) -> bool {
    FileIdentity::of(one).zip(FileIdentity::of(other)).is_some_and(|(one, other)| one.is(&other))
}

/// # Errors
/// [`Problem`] of misuse iff the journal that was named has the name of an undo's.
pub(crate) fn is_no_undo(journal: &Path) -> Result<(), Problem> {
    if journal.extension().is_none_or(|end| end != "undo") {
        return Ok(());
    }
    let line = format!("--journal {} ends in .undo, as the journal of an undo does", called(journal));
    Err(Problem::misuse(line).help("nothing was changed. Name another file with --journal"))
}
