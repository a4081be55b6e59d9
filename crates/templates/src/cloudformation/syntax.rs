//! Bytes of a template become a tree: JSON iff the first character is `{`, as CloudFormation decides it, YAML otherwise.

use super::syntax_error::{MOST_BYTES, SyntaxError, SyntaxProblem};
use super::tree::{At, Node};
use super::{json, yaml};

fn at(at: At, problem: SyntaxProblem) -> SyntaxError {
    SyntaxError { line: at.line, column: at.column, problem }
}

/// The tree of a template or of JSON that AWS answered.
pub(super) fn read(bytes: &[u8]) -> Result<Node, SyntaxError> {
    if bytes.len() > MOST_BYTES {
        return Err(at(At::START, SyntaxProblem::TooManyBytes));
    }
    let text = text(bytes)?;
    match text.trim_start().chars().next() {
        None => Err(at(At::START, SyntaxProblem::Empty)),
        Some('{') => json::read(text),
        Some(_) => yaml::read(text),
    }
}

/// The bytes as a text, without a byte order mark.
fn text(bytes: &[u8]) -> Result<&str, SyntaxError> {
    let encoding = match bytes {
        [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] => Some("UTF-32"),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => Some("UTF-16"),
        // A template begins with ASCII.
        [0, one, ..] | [one, 0, ..] if *one != 0 => Some("UTF-16"),
        _ => None,
    };
    if let Some(encoding) = encoding {
        return Err(at(At::START, SyntaxProblem::Encoding(encoding)));
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    std::str::from_utf8(bytes).map_err(|error| {
        let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
        let line = before.split(|one| *one == b'\n').count();
        let last = before.rsplit(|one| *one == b'\n').next().unwrap_or_default();
        let column = String::from_utf8_lossy(last).chars().count() + 1;
        let small = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        at(At { line: small(line), column: small(column) }, SyntaxProblem::NotText)
    })
}
