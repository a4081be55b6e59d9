//! A pseudo-terminal at which a test sits: it reads what the binary asks there, and types the answer.

use rustix::fs::{Mode, OFlags, open};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::process::{Command, Stdio};

/// What stood on stdout and at the terminal, and the exit code.
#[derive(Debug)]
pub(crate) struct Conversation {
    pub(crate) stdout: String,
    pub(crate) terminal: String,
    pub(crate) code: Option<i32>,
}

/// The test's end of a terminal, and the one that a program may have as its stdin.
pub(crate) fn terminal() -> (File, OwnedFd) {
    let mine = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&mine).unwrap();
    unlockpt(&mine).unwrap();
    let name = ptsname(&mine, Vec::new()).unwrap();
    // No other child is to keep it open.
    let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC;
    let its = open(name.as_c_str(), flags, Mode::empty()).unwrap();
    (File::from(mine), its)
}

/// Runs it with stdin and stderr at a terminal, and types `answer` as soon as `question` stands there.
pub(crate) fn answer(command: Command, question: &str, answer: &str) -> Conversation {
    let mut answered = false;
    let said = sit(command, |said, mine, _| {
        if !answered && said.contains(question) {
            mine.write_all(answer.as_bytes()).unwrap();
            answered = true;
        }
    });
    assert!(answered, "nobody was asked: {said:?}");
    said
}

/// Runs it with stdin and stderr at a terminal. Whenever more stands there, `then` hears all of it, and has the terminal and the program's id.
pub(crate) fn sit(mut command: Command, mut then: impl FnMut(&str, &mut File, u32)) -> Conversation {
    let (mut mine, its) = terminal();
    command.stdin(its.try_clone().unwrap()).stderr(its).stdout(Stdio::piped());
    let child = command.spawn().unwrap();
    // It holds the program's end, and reading ends when nobody does.
    drop(command);
    let mut said = Vec::new();
    let mut bytes = [0; 1024];
    // Linux calls it an error when the other end is closed, others call it the end.
    while let Ok(read @ 1..) = mine.read(&mut bytes) {
        said.extend_from_slice(&bytes[..read]);
        then(&String::from_utf8_lossy(&said), &mut mine, child.id());
    }
    let output = child.wait_with_output().unwrap();
    let terminal = String::from_utf8(said).unwrap();
    Conversation { stdout: String::from_utf8(output.stdout).unwrap(), terminal, code: output.status.code() }
}
