//! A strict walk over the JSON of one record, with the places of its quotes known. Whatever is unusual ends it.

use super::found::Quotes;
use crate::record::Text;
use std::borrow::Cow;

/// Deeper values are left to the plain path, which has a limit of its own.
const DEEPEST: u32 = 60;

/// A place in one record. Every step is `None` iff the plain path has to look.
pub(super) struct Walk<'a, 'q> {
    text: &'a str,
    at: usize,
    quotes: Quotes<'q>,
    /// False only if no byte of the record is a backslash.
    escapes: bool,
}

impl<'a, 'q> Walk<'a, 'q> {
    /// `escapes` may be false only if no byte of the record is a backslash.
    pub(super) fn new(text: &'a str, quotes: Quotes<'q>, escapes: bool) -> Self {
        Walk { text, at: 0, quotes, escapes }
    }

    #[inline(always)]
    fn here(&self) -> u8 {
        self.text.as_bytes().get(self.at).copied().unwrap_or(0)
    }

    #[inline(always)]
    fn space(&mut self) {
        while matches!(self.here(), b' ' | b'\t' | b'\r' | b'\n') {
            self.at += 1;
        }
    }

    /// The next byte that is no white space; it is not passed.
    #[inline(always)]
    pub(super) fn peek(&mut self) -> u8 {
        self.space();
        self.here()
    }

    /// True iff nothing is left.
    pub(super) fn done(&self) -> bool {
        self.at == self.text.len()
    }

    #[inline(always)]
    fn literal(&mut self, literal: &str) -> Option<()> {
        let rest = self.text.as_bytes().get(self.at..)?;
        rest.starts_with(literal.as_bytes()).then(|| self.at += literal.len())
    }

    /// What stands between the quotes of the string here, escapes as written.
    #[inline(always)]
    fn quoted(&mut self) -> Option<&'a str> {
        let open = self.quotes.next()?;
        let close = self.quotes.next()?;
        if open != self.at {
            return None;
        }
        self.at = close + 1;
        self.text.get(open + 1..close)
    }

    /// A key and its colon: `None` also for keys with escapes.
    #[inline(always)]
    fn key(&mut self) -> Option<&'a str> {
        let key = self.quoted()?;
        if self.escapes && memchr::memchr(b'\\', key.as_bytes()).is_some() {
            return None;
        }
        if self.here() != b':' && self.peek() != b':' {
            return None;
        }
        self.at += 1;
        Some(key)
    }

    /// A text.
    #[inline(always)]
    pub(super) fn string(&mut self) -> Option<Text<'a>> {
        let raw = self.quoted()?;
        if self.escapes && memchr::memchr(b'\\', raw.as_bytes()).is_some() {
            return decoded(raw);
        }
        Some(Cow::Borrowed(raw))
    }

    /// A text or `null`; `None` also for anything else.
    #[inline(always)]
    pub(super) fn text(&mut self) -> Option<Option<Text<'a>>> {
        match self.peek() {
            b'"' => self.string().map(Some),
            b'n' => self.literal("null").map(|()| None),
            _ => None,
        }
    }

    /// A text; anything else is passed over.
    #[inline(always)]
    pub(super) fn perhaps(&mut self) -> Option<Option<Text<'a>>> {
        if self.peek() == b'"' { self.string().map(Some) } else { self.pass(0).map(|()| None) }
    }

    /// `true`, `false` or `null`.
    pub(super) fn truth(&mut self) -> Option<Option<bool>> {
        match self.peek() {
            b't' => self.literal("true").map(|()| Some(true)),
            b'f' => self.literal("false").map(|()| Some(false)),
            b'n' => self.literal("null").map(|()| None),
            _ => None,
        }
    }

    /// Calls `member` with each key of the object here; it has to pass the value. `null` is an object without members.
    #[inline(always)]
    pub(super) fn object(&mut self, mut member: impl FnMut(&mut Self, &'a str) -> Option<()>) -> Option<()> {
        if self.peek() == b'n' {
            return self.literal("null");
        }
        if self.here() != b'{' {
            return None;
        }
        self.at += 1;
        if self.peek() == b'}' {
            self.at += 1;
            return Some(());
        }
        loop {
            if self.peek() != b'"' {
                return None;
            }
            let key = self.key()?;
            member(self, key)?;
            let next = self.peek();
            self.at += 1;
            match next {
                b',' => {}
                b'}' => return Some(()),
                _ => return None,
            }
        }
    }

    /// Calls `element` for each element of the array here; it has to pass it. `null` is an array without elements.
    pub(super) fn list(&mut self, mut element: impl FnMut(&mut Self) -> Option<()>) -> Option<()> {
        if self.peek() == b'n' {
            return self.literal("null");
        }
        if self.here() != b'[' {
            return None;
        }
        self.at += 1;
        if self.peek() == b']' {
            self.at += 1;
            return Some(());
        }
        loop {
            element(self)?;
            let next = self.peek();
            self.at += 1;
            match next {
                b',' => {}
                b']' => return Some(()),
                _ => return None,
            }
        }
    }

    /// Passes over any value, and sees that it is JSON.
    pub(super) fn pass(&mut self, depth: u32) -> Option<()> {
        match self.peek() {
            b'"' => {
                let raw = self.quoted()?;
                if self.escapes { sound(raw) } else { Some(()) }
            }
            b'n' => self.literal("null"),
            b't' => self.literal("true"),
            b'f' => self.literal("false"),
            b'{' if depth < DEEPEST => self.object(|walk, _| walk.pass(depth + 1)),
            b'[' if depth < DEEPEST => self.list(|walk| walk.pass(depth + 1)),
            b'-' | b'0'..=b'9' => self.number(),
            _ => None,
        }
    }

    /// A number of at most fifteen digits before a point and behind it: others are left to the plain path.
    fn number(&mut self) -> Option<()> {
        if self.here() == b'-' {
            self.at += 1;
        }
        let zero = self.here() == b'0';
        let whole = self.digits()?;
        if zero && whole > 1 {
            return None;
        }
        if self.here() == b'.' {
            self.at += 1;
            self.digits()?;
        }
        (!matches!(self.here(), b'e' | b'E')).then_some(())
    }

    fn digits(&mut self) -> Option<usize> {
        let rest = self.text.as_bytes().get(self.at..)?;
        let count = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.at += count;
        (1..=15).contains(&count).then_some(count)
    }
}

/// The text of a JSON string with escapes, of what stands between its quotes.
pub(super) fn decoded<'a>(raw: &str) -> Option<Text<'a>> {
    let mut text = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = memchr::memchr(b'\\', rest.as_bytes()) {
        let letter = match rest.as_bytes().get(at + 1)? {
            b'/' => '/',
            b'"' => '"',
            b'\\' => '\\',
            _ => return serde_json::from_str::<String>(&format!("\"{raw}\"")).ok().map(Cow::Owned),
        };
        text.push_str(rest.get(..at)?);
        text.push(letter);
        rest = rest.get(at + 2..)?;
    }
    text.push_str(rest);
    Some(Cow::Owned(text))
}

/// Some iff every escape is one of JSON's; surrogates are left to the plain path.
pub(super) fn sound(raw: &str) -> Option<()> {
    let mut rest = raw.as_bytes();
    while let Some(at) = memchr::memchr(b'\\', rest) {
        rest = match rest.get(at + 1..)? {
            [b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't', rest @ ..] => rest,
            [b'u', a, b, c, d, rest @ ..] => {
                let hex = [a, b, c, d].iter().all(|digit| digit.is_ascii_hexdigit());
                let surrogate =
                    a.eq_ignore_ascii_case(&b'd') && matches!(b, b'8' | b'9' | b'a'..=b'f' | b'A'..=b'F');
                if !hex || surrogate {
                    return None;
                }
                rest
            }
            _ => return None,
        };
    }
    Some(())
}
