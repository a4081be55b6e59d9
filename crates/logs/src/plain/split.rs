//! Where values end, byte by byte: strings are followed exactly, braces are counted, and nothing else is looked at.

use crate::accounted::Reason;

/// Why a value has no end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Broken {
    /// It is open where the bytes end.
    Unclosed,
    /// There is a control character in a string, here.
    Control(usize),
}

impl Broken {
    /// Said of something that begins at `start`.
    pub(crate) fn reason(self, start: usize) -> Reason {
        match self {
            Broken::Unclosed => Reason::Unclosed,
            Broken::Control(at) => Reason::Control { at: at.saturating_sub(start) as u64 },
        }
    }
}

/// The first byte from `at` on that is no white space of JSON.
pub(crate) fn past_space(bytes: &[u8], at: usize) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    let space = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n'));
    at + space.count()
}

/// Behind the closing quote of the string whose opening quote is at `at`.
pub(crate) fn string_end(bytes: &[u8], at: usize) -> Result<usize, Broken> {
    let mut next = at + 1;
    loop {
        match bytes.get(next) {
            None => return Err(Broken::Unclosed),
            Some(b'"') => return Ok(next + 1),
            Some(b'\\') if bytes.get(next + 1).is_some_and(|byte| *byte >= 0x20) => next += 2,
            Some(byte) if *byte < 0x20 => return Err(Broken::Control(next)),
            Some(_) => next += 1,
        }
    }
}

/// Behind the brace that closes the object at `at`.
pub(crate) fn object_end(bytes: &[u8], at: usize) -> Result<usize, Broken> {
    nested_end(bytes, at, b'{', b'}')
}

fn nested_end(bytes: &[u8], at: usize, open: u8, close: u8) -> Result<usize, Broken> {
    let (mut next, mut depth) = (at, 0_usize);
    loop {
        match bytes.get(next) {
            None => return Err(Broken::Unclosed),
            Some(b'"') => {
                next = string_end(bytes, next)?;
                continue;
            }
            Some(byte) if *byte == open => depth += 1,
            Some(byte) if *byte == close => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return Ok(next + 1);
                }
            }
            Some(_) => {}
        }
        next += 1;
    }
}

/// Behind the value at `at`; `at` itself where there is none.
pub(crate) fn value_end(bytes: &[u8], at: usize) -> Result<usize, Broken> {
    match bytes.get(at) {
        None => Err(Broken::Unclosed),
        Some(b'"') => string_end(bytes, at),
        Some(b'{') => object_end(bytes, at),
        Some(b'[') => nested_end(bytes, at, b'[', b']'),
        Some(_) => {
            let rest = bytes.get(at..).unwrap_or_default();
            let stops = |byte: &u8| {
                matches!(byte, b',' | b']' | b'}' | b'\n' | b' ' | b'\t' | b'\r' | b'"' | b'{' | b'[')
            };
            Ok(at + rest.iter().position(stops).unwrap_or(rest.len()))
        }
    }
}
