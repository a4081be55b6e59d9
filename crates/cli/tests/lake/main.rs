//! Lakes in the engines of others: what they find in ours is what we say ourselves.
//!
//! Their Python is that of `./test`: INVOKETRAIL_TEST_PYTHON names it.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail by panicking, as tests do")]

mod engines;
mod integrations;
mod page;
mod spark;
mod world;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The folder of the workspace.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().parent().unwrap().to_owned()
}

/// The binary with these arguments, without anything of this machine; what it prints.
fn ours(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_invoketrail"))
        .args(arguments)
        .current_dir(root())
        .env_clear()
        .envs([
            ("HOME", "/nonexistent"),
            ("XDG_CACHE_HOME", "/dev/null"),
            ("INVOKETRAIL_NOW", "2026-11-23T17:00:00Z"),
        ])
        .output()
        .unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", said(&output));
    String::from_utf8(output.stdout).unwrap()
}

/// The Python that has the engines.
fn python() -> Command {
    let python = std::env::var("INVOKETRAIL_TEST_PYTHON").unwrap_or_else(|_| {
        panic!("set INVOKETRAIL_TEST_PYTHON to a Python with the engines, as ./test does")
    });
    Command::new(python)
}

/// A script beside this file, run to its end.
fn judged(script: &str, arguments: &[&Path]) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lake").join(script);
    let output = python().arg(path).args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&[&output.stdout[..], &output.stderr[..]].concat()).into_owned()
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}
