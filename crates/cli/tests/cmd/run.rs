//! Runs the binary in an environment without anything of this machine.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What every run sees of the environment.
pub(crate) const ENVIRONMENT: [(&str, &str); 8] = [
    ("INVOKETRAIL_NOW", "2026-11-23T17:00:00Z"),
    ("INVOKETRAIL_TEST_HASTE", "1"),
    ("COLUMNS", "100"),
    ("HOME", "/nonexistent"),
    // Whoever may write everywhere would make a folder there, and runs would see each other's index.
    ("XDG_CACHE_HOME", "/dev/null"),
    ("AWS_EC2_METADATA_DISABLED", "true"),
    ("AWS_CONFIG_FILE", "/nonexistent/config"),
    ("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent/credentials"),
];

/// The folder of the workspace.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().parent().unwrap().to_owned()
}

/// What a run said, and how it ended.
#[derive(Debug)]
pub(crate) struct Finished {
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) code: Option<i32>,
}

/// The binary with its arguments, in the folder of the workspace, with [`ENVIRONMENT`] alone.
pub(crate) fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_invoketrail"));
    command.args(arguments).current_dir(root()).env_clear().envs(ENVIRONMENT);
    command
}

/// Runs it with that text on stdin.
pub(crate) fn with_stdin(arguments: &[&str], stdin: &[u8]) -> Finished {
    let mut command = command(arguments);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // Whoever does not read its stdin is free not to.
    let _ = child.stdin.take().unwrap().write_all(stdin);
    let output = child.wait_with_output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    crate::advice::check(arguments, &stderr);
    Finished { stdout: String::from_utf8(output.stdout).unwrap(), stderr, code: output.status.code() }
}

/// Runs it with nothing on stdin.
pub(crate) fn run(arguments: &[&str]) -> Finished {
    with_stdin(arguments, b"")
}
