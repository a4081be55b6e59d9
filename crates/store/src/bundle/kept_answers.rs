//! Answers of AWS, kept in a scratch file as they come, and written in order once the audit is made.

use super::answers_format::{head, written};
use crate::limits::ANSWERS;
use audit::raw_answers::{Asked, Collection, Keep, RawAnswer};
use logs::Sha256;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::sync::{Mutex, PoisonError};

/// Keeps answers for a bundle. Its scratch file is gone with the program, however it ends.
#[derive(Debug)]
pub struct KeptAnswers {
    clock: fn() -> String,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    scratch: File,
    bytes: u64,
    lines: Vec<Line>,
    /// What the file system refused.
    error: Option<io::Error>,
}

/// Where a line is, and what it is about.
#[derive(Debug)]
struct Line {
    asked: Asked,
    /// Of what was said, to know one that was said before.
    sum: [u8; 32],
    at: u64,
    length: u64,
}

impl KeptAnswers {
    /// Nothing yet. `clock` says what time it is: RFC 3339, UTC.
    ///
    /// # Errors
    /// What the file system says.
    pub fn new(clock: fn() -> String) -> io::Result<Self> {
        let state = State { scratch: tempfile::tempfile()?, bytes: 0, lines: Vec::new(), error: None };
        Ok(KeptAnswers { clock, state: Mutex::new(state) })
    }

    /// Whether they are more than a bundle holds. Then nothing more is kept, and none of them is to be written.
    #[must_use]
    pub fn are_too_many(&self) -> bool {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).bytes > ANSWERS.bytes
    }

    /// Writes them in the order of what was asked. One that was said before, to the same question, is left out.
    pub(super) fn write(&self, collection: &Collection, out: &mut dyn Write) -> io::Result<()> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(error) = state.error.take() {
            return Err(error);
        }
        let State { scratch, lines, .. } = &mut *state;
        // Stable: the same question in the order in which it was asked.
        lines.sort_by(|one, other| one.asked.cmp(&other.asked));
        lines.dedup_by(|one, before| one.asked == before.asked && one.sum == before.sum);
        out.write_all(head(collection)?.as_bytes())?;
        for line in lines {
            scratch.seek(SeekFrom::Start(line.at))?;
            let copied = io::copy(&mut Read::by_ref(scratch).take(line.length), out)?;
            if copied != line.length {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        Ok(())
    }
}

impl Keep for KeptAnswers {
    fn keep(&self, asked: &Asked, answer: &RawAnswer) {
        let at = (self.clock)();
        let line = written(asked, answer, at);
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.error.is_some() || state.bytes > ANSWERS.bytes {
            return;
        }
        let result = line.map_err(io::Error::from).and_then(|line| {
            state.scratch.write_all(line.as_bytes())?;
            Ok(line.len() as u64)
        });
        match result {
            Ok(length) => {
                let at = state.bytes;
                state.bytes += length;
                state.lines.push(Line { asked: asked.clone(), sum: sum(answer), at, length });
            }
            Err(error) => state.error = Some(error),
        }
    }
}

/// The SHA-256 of what was said.
pub(super) fn sum(answer: &RawAnswer) -> [u8; 32] {
    let mut hash = Sha256::default();
    match answer {
        RawAnswer::Answer { status, error_code, selection, body } => {
            hash.update(format!("answer {status} {error_code:?} {selection}\n"));
            hash.update(body);
        }
        RawAnswer::Failure { class, code, error } => {
            hash.update(format!("failure {class:?} {code:?} {error:?}"))
        }
        RawAnswer::Withheld => hash.update("withheld"),
    }
    hash.finish()
}
