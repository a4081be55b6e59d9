//! The files that this run reads: no answer is written over one of them, and none over a journal.

use crate::named_file::{called, head, is_stdin};
use crate::problem::Problem;
use clap::{Arg, ArgMatches, Command, ValueHint};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use store::{FileIdentity, FileKind, recognized};

/// What this run reads, as far as it is known by now. It is of the whole run, as the environment is.
static READ: Mutex<Vec<Input>> = Mutex::new(Vec::new());

/// Flags whose files are written and not read. What `apply` writes is compared by `apply`.
const WRITTEN: [&str; 5] = ["bundle", "journal", "output", "output-dir", "to"];

/// Something that is read: a file, or whatever is in a folder.
struct Input {
    named: String,
    path: PathBuf,
    /// `None` iff it is no file.
    file: Option<FileIdentity>,
}

/// Remembers what is read, or is to be read. What is neither a file nor a folder is nothing that could be replaced.
pub fn remember(path: &Path) {
    let named = called(path);
    let path = if is_stdin(path) { Path::new("/dev/stdin") } else { path };
    let file = FileIdentity::of(path);
    if file.is_some() || path.is_dir() {
        let input = Input { named, path: path.to_owned(), file };
        READ.lock().unwrap_or_else(PoisonError::into_inner).push(input);
    }
}

/// # Errors
/// [`Problem`] of misuse iff one of these files is read by this run, or is a journal: without that nobody can take back what was done.
pub fn held_apart<'a>(written: impl IntoIterator<Item = &'a Path>) -> Result<(), Problem> {
    written.into_iter().try_for_each(one_held_apart)
}

fn one_held_apart(path: &Path) -> Result<(), Problem> {
    let Some(file) = FileIdentity::of(path).filter(|_| !is_stdin(path)) else { return Ok(()) };
    let kind = recognized(&head(path));
    let named = called(path);
    let refused = |what: String| {
        let problem = Problem::misuse(format!("writing {named} would replace {what}"));
        Err(problem.help("name another file to write to"))
    };
    if kind == Some(FileKind::Journal) {
        return refused("a journal, and `undo` needs it to take back what was done".to_owned());
    }
    let read = READ.lock().unwrap_or_else(PoisonError::into_inner);
    let of_logs =
        matches!(kind, Some(FileKind::LogFile | FileKind::Digest | FileKind::PublicKeys | FileKind::Packed));
    let of_logs = of_logs || is_kept(path);
    let is_read = |input: &&Input| match &input.file {
        Some(read) => read.is(&file),
        // An answer that an earlier run wrote into a folder of log files may be there.
        None => file.is_in(&input.path) && (of_logs || input.path.join(store::MANIFEST).is_file()),
    };
    match read.iter().find(is_read) {
        None => Ok(()),
        Some(input) if input.file.is_none() => {
            refused(format!("a file in {}, which this command reads", input.named))
        }
        Some(input) if input.named == named => refused("a file that this command reads".to_owned()),
        Some(input) => refused(format!("{}, which this command reads", input.named)),
    }
}

/// Remembers what the command line names as read, and compares with it what it names as written, before anything else is done.
///
/// # Errors
/// As [`held_apart`].
pub fn typed(root: &Command, matches: &ArgMatches) -> Result<(), Problem> {
    let mut leaf = (root, matches);
    while let Some((name, below)) = leaf.1.subcommand() {
        let Some(next) = leaf.0.find_subcommand(name) else { break };
        leaf = (next, below);
    }
    let (command, matches) = leaf;
    let named = |arg: &Arg| -> Vec<PathBuf> {
        let id = arg.get_id().as_str();
        let known = matches.try_contains_id(id).unwrap_or_default();
        let values = known.then(|| matches.get_raw(id)).flatten();
        values.into_iter().flatten().map(PathBuf::from).collect()
    };
    let files = command.get_arguments().filter(|arg| names_a_file(arg));
    let (written, read): (Vec<&Arg>, Vec<&Arg>) = files.partition(|arg| is_written(arg));
    read.into_iter().flat_map(named).for_each(|path| remember(&path));
    let answers = written.into_iter().filter(|arg| arg.get_long() != Some("journal"));
    let answers: Vec<PathBuf> = answers.flat_map(named).collect();
    held_apart(answers.iter().map(PathBuf::as_path))
}

/// True iff what it is, wherever a link leads, is called as files of logs and lakes are, or lies where CloudTrail delivers: no answer does.
fn is_kept(path: &Path) -> bool {
    let whole = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let text = whole.to_string_lossy();
    let ends = [".gz", ".zst", ".zip", ".head.json", ".parquet", "/_manifest.json"];
    let delivered = ["/CloudTrail/", "/CloudTrail-Digest/"].iter().any(|folder| text.contains(folder));
    ends.iter().any(|end| text.ends_with(end)) || text.contains("/AWSLogs/") && delivered
}

fn names_a_file(arg: &Arg) -> bool {
    matches!(arg.get_value_hint(), ValueHint::FilePath | ValueHint::AnyPath | ValueHint::DirPath)
}

fn is_written(arg: &Arg) -> bool {
    arg.get_long().is_some_and(|long| WRITTEN.contains(&long))
}

#[cfg(test)]
mod tests {
    use super::{is_written, names_a_file};
    use args::Cli;
    use clap::builder::ValueParser;
    use clap::{Arg, Command, CommandFactory};

    fn arguments(command: &Command) -> Vec<Arg> {
        let own = command.get_arguments().cloned();
        own.chain(command.get_subcommands().flat_map(arguments)).collect()
    }

    /// A flag whose value is a path is known to name a file, and what a flag says of itself decides whether that is written.
    #[test]
    fn every_flag_that_names_a_file_is_known_and_so_is_what_is_written() {
        let mut root = Cli::command();
        root.build();
        let path = ValueParser::path_buf().type_id();
        let mut written = 0;
        for arg in arguments(&root) {
            let is_path = arg.get_value_parser().type_id() == path;
            assert!(!is_path || names_a_file(&arg), "{arg}: {:?}", arg.get_value_hint());
            let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
            let says = ["Write ", "Also write ", "Where to write ", "With --merge: write ", "With --format "];
            // A lake is a folder, which holds what earlier runs wrote.
            if names_a_file(&arg) && arg.get_long() != Some("to") {
                let says = says.iter().any(|begin| help.starts_with(begin));
                assert_eq!(is_written(&arg), says, "{arg}: {help}");
                written += usize::from(says);
            }
        }
        assert!(written > 8, "{written}");
    }
}
