//! The records of one file while they are made, and what is true of them.

use crate::event::Event;
use crate::truth::Truth;

/// The content of a file that is being made.
#[derive(Debug)]
pub struct Batch {
    /// The JSON so far, without its end.
    text: String,
    /// What is true of it; counts of files and bytes are filled in when it is written.
    pub truth: Truth,
    /// The earliest and the latest `eventTime`.
    pub span: Option<(i64, i64)>,
    /// True while records are put that stand in another file, too.
    pub again: bool,
    key: String,
}

impl Default for Batch {
    fn default() -> Self {
        let text = HEAD.to_owned();
        Batch { text, truth: Truth::default(), span: None, again: false, key: String::new() }
    }
}

const HEAD: &str = "{\"Records\":[";

impl Batch {
    /// Appends a record of `at`.
    pub fn put(&mut self, event: &Event<'_>, at: i64) {
        if self.text.len() > HEAD.len() {
            self.text.push(',');
        }
        event.write(&mut self.text);
        let (from, to) = self.span.unwrap_or((at, at));
        self.span = Some((from.min(at), to.max(at)));
        self.truth.records += 1;
        self.truth.duplicates += u64::from(self.again);
    }

    /// Appends a record of a call of `function` by `caller`.
    pub fn put_call(&mut self, event: &Event<'_>, at: i64, [function, caller]: [&str; 2]) {
        self.put(event, at);
        if !self.again {
            self.truth.failed += u64::from(event.error.is_some());
            self.truth.count([event.name, function, caller], at, &mut self.key);
        }
    }

    /// Bytes so far.
    #[must_use]
    pub fn length(&self) -> usize {
        self.text.len()
    }

    /// The whole content.
    pub fn end(&mut self) -> &[u8] {
        self.text.push_str("]}");
        self.text.as_bytes()
    }

    /// Empty again, with its memory.
    pub fn clear(&mut self) {
        self.text.clear();
        self.text.push_str(HEAD);
        self.span = None;
        self.again = false;
    }
}
