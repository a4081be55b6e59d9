//! What `next:` and `help:` advise works as it is typed: each command that a run names is read by the real parser, and run where it
//! needs no AWS; each flag that a help names is a flag of the command that was run.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;

const SUBCOMMANDS: [&str; 17] = [
    "check",
    "audit",
    "explain",
    "plan",
    "apply",
    "undo",
    "backout",
    "restore",
    "verify",
    "invocations",
    "logs",
    "inventory",
    "permissions",
    "completions",
    "exceptions",
    "config",
    "detect",
];
/// What was tried in this process; the folders of tests have other names each time, and are no other question.
static TRIED: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// Panics where the run with these arguments advised what does not work.
pub(crate) fn check(arguments: &[&str], stderr: &str) {
    check_in(&root(), arguments, stderr);
}

/// The same for a run in that folder.
pub(crate) fn check_in(folder: &Path, arguments: &[&str], stderr: &str) {
    let wrong: Vec<String> = stderr.lines().flat_map(|line| wrong_line(folder, arguments, line)).collect();
    assert!(wrong.is_empty(), "after {arguments:?}:\n{}", wrong.join("\n"));
}

/// The commands that a line of advice names: all of it before a comment, or what stands in backticks.
pub(crate) fn commands(line: &str) -> Vec<String> {
    let Some((label, text)) = line.split_once(": ").filter(|(label, _)| matches!(*label, "next" | "help"))
    else {
        return Vec::new();
    };
    let (head, comment) = text.split_once("  # ").unwrap_or((text, ""));
    let whole = head.starts_with("invoketrail ").then(|| head.to_owned());
    let prose = if whole.is_some() { comment } else { text };
    let quoted =
        prose.split('`').skip(1).step_by(2).filter(|one| one.starts_with("invoketrail ")).map(str::to_owned);
    // What follows `then:` in a comment is the command after the next one.
    let later = comment.strip_prefix("then: ").map(str::to_owned);
    let all = whole.into_iter().chain(quoted).chain(later).collect();
    assert!(label != "next" || head.starts_with("invoketrail "), "the next command comes first: {line}");
    all
}

fn wrong_line(folder: &Path, arguments: &[&str], line: &str) -> Vec<String> {
    let commands = commands(line);
    let mut wrong: Vec<String> =
        commands.iter().filter_map(|command| wrong_command(folder, command)).collect();
    if line.starts_with("next: ") || line.starts_with("help: ") {
        let mut prose = line.to_owned();
        commands.iter().for_each(|command| prose = prose.replace(command, ""));
        if SUBCOMMANDS.iter().any(|one| prose.contains(&format!("invoketrail {one}"))) {
            wrong.push(format!("a command in prose stands in backticks: {line}"));
        }
        if line.starts_with("help: ") {
            wrong.extend(
                wrong_flags(arguments, &prose).into_iter().map(|flag| format!("there is no {flag}: {line}")),
            );
        }
    }
    wrong
}

/// Flags that stand outside of backticks and that the command does not have.
fn wrong_flags(arguments: &[&str], prose: &str) -> Vec<String> {
    let outside: String = prose.split('`').step_by(2).collect::<Vec<_>>().join(" ");
    // A command of the AWS CLI has flags of its own.
    let outside = outside.split(" aws ").next().unwrap_or_default();
    let named: BTreeSet<&str> = outside
        .split(|one: char| !one.is_ascii_alphanumeric() && one != '-')
        .filter(|word| word.len() > 2 && word.starts_with("--"))
        .collect();
    if named.is_empty() {
        return Vec::new();
    }
    let Some(at) = arguments.iter().position(|one| SUBCOMMANDS.contains(one)) else { return Vec::new() };
    let more = if arguments[at] == "logs" { vec!["logs", "validate"] } else { vec![arguments[at]] };
    let help = binary().args(more).arg("--help").output().unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    let has = |flag: &&str| {
        help.split(|one: char| !one.is_ascii_alphanumeric() && one != '-').any(|word| word == *flag)
    };
    named.into_iter().filter(|flag| !has(flag)).map(str::to_owned).collect()
}

/// What is wrong with the command, which is run without credentials, in a folder that looks like the one given.
fn wrong_command(beside: &Path, command: &str) -> Option<String> {
    let key: Vec<&str> =
        command.split(' ').map(|word| if word.contains("/tmp/") { "TMP" } else { word }).collect();
    if !TRIED.lock().unwrap().insert(key.join(" ")) {
        return None;
    }
    let mut words = words(command);
    // A file of settings may say where to write: such a command is only read.
    let settings = words.iter().position(|word| word == "--config");
    if let Some(at) = settings {
        words[at + 1] = "/nonexistent/invoketrail.toml".to_owned();
    }
    let folder = tempfile::tempdir().unwrap();
    #[cfg(unix)]
    for entry in std::fs::read_dir(beside).unwrap().flatten() {
        std::os::unix::fs::symlink(entry.path(), folder.path().join(entry.file_name())).unwrap();
    }
    let output = binary().args(&words).current_dir(folder.path()).stdin(Stdio::null()).output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    let code = output.status.code();
    let told = || Some(format!("exit {code:?}: {command}\n{stderr}"));
    // Approval is what a person at a terminal gives; stdin is empty here.
    if stderr.contains("can be asked")
        || stderr.contains("nobody can confirm")
        || words.contains(&"-".to_owned())
    {
        return None;
    }
    let parsed = code != Some(2);
    let local = settings.is_none()
        && words.iter().any(|word| word == "--inventory" || word == "--selectors")
        && matches!(words[0].as_str(), "audit" | "explain" | "plan" | "backout" | "restore");
    if !parsed || (local && code == Some(1)) { told() } else { None }
}

/// The words of a command as bash takes them, without the program and without where its output goes.
pub(crate) fn words(command: &str) -> Vec<String> {
    let command = command.split(" > ").next().unwrap();
    let script = format!("invoketrail() {{ printf '%s\\0' \"$@\"; }}; {command}");
    let output = Command::new("bash").args(["-c", &script]).output().unwrap();
    assert!(output.status.success(), "bash does not take: {command}");
    let text = String::from_utf8(output.stdout).unwrap();
    text.split_terminator('\0').map(str::to_owned).collect()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().parent().unwrap().to_owned()
}

fn binary() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_invoketrail"));
    command.current_dir(root()).env_clear().envs([
        ("INVOKETRAIL_NOW", "2026-11-23T17:00:00Z"),
        ("COLUMNS", "100"),
        ("HOME", "/nonexistent"),
        ("XDG_CACHE_HOME", "/dev/null"),
        ("AWS_EC2_METADATA_DISABLED", "true"),
        ("AWS_CONFIG_FILE", "/nonexistent/config"),
        ("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent/credentials"),
    ]);
    command
}
