//! The plain path: every form of log is walked by hand and every record parsed in full. What it says is what is true.

mod build;
mod held;
mod split;

use crate::accounted::{Accounted, Reason};
use crate::json::Node;
use crate::record::Record;
use crate::sink::{Event, Sink, Wanted};
use held::Held;
pub(crate) use held::{RECORD, others};
use split::{Broken, object_end, string_end, value_end};
use std::borrow::Cow;

use build::{Judged, judge};
pub(crate) use build::{LARGEST_RECORD, is_nearly_ours, spells_a_letter};
pub(crate) use split::past_space;

/// How often reading starts again behind a break before the rest is refused in one piece: it keeps the time linear.
const RESTARTS: u32 = 64;

/// Walks the documents of one file.
pub(crate) struct Plain<'b, 's, S: Sink> {
    pub(crate) bytes: &'b [u8],
    pub(crate) wanted: Wanted,
    pub(crate) accounted: &'s mut Accounted,
    pub(crate) sink: &'s mut S,
    pub(crate) restarts: u32,
    /// Records that end before this, or there, were read by the fast path, which then left their document to this one.
    pub(crate) done: usize,
}

impl<S: Sink> Plain<'_, '_, S> {
    /// Reads the document at `at`, which is no white space, and returns where the next may begin: always further on.
    pub(crate) fn document(&mut self, at: usize) -> usize {
        let read = match self.bytes.get(at) {
            Some(b'{') => self.object(at),
            Some(b'[') => self.list(at, Self::element_document),
            _ => Ok(self.line(at)),
        };
        read.unwrap_or_else(|(from, reason)| self.again(from, reason))
    }

    /// Refuses from `from` to the next line that begins with a bracket.
    fn again(&mut self, from: usize, reason: Reason) -> usize {
        self.restarts += 1;
        let rest = self.bytes.get(from + 1..).unwrap_or_default();
        let line = || {
            let mut ends = memchr::memchr_iter(b'\n', rest);
            ends.find(|end| matches!(rest.get(end + 1), Some(b'{' | b'[')))
        };
        let length = if self.restarts > RESTARTS { None } else { line() };
        let end = length.map_or(self.bytes.len(), |length| from + 1 + length);
        self.accounted.refuse(from, end - from, reason);
        end
    }

    /// An object at the top: an envelope of records, a record by itself, or both. It is a record iff one of its own members is called
    /// as only those of records are.
    fn object(&mut self, start: usize) -> Result<usize, Break> {
        let mut members = Members::new(self.bytes, start);
        let mut held = Held::default();
        while let Some((key, value)) = members.next()? {
            let first = self.bytes.get(value);
            let broken = |broken: Broken| (value, broken.reason(value));
            members.at = match (&*key, first) {
                ("Records", Some(b'[')) => {
                    held.list = true;
                    self.list(value, Self::element_record)?
                }
                ("eventVersion" | "eventID" | "eventSource" | "eventName", _) => {
                    if !held.is_envelope() && !held.record {
                        let end =
                            object_end(self.bytes, start).map_err(|broken| (start, broken.reason(start)))?;
                        let raw = self.bytes.get(start..end).unwrap_or_default();
                        if raw.starts_with(RECORD) && others(raw).is_none() {
                            self.record(start, end);
                            return Ok(end);
                        }
                        held.begins_as_record = raw.starts_with(RECORD);
                    }
                    held.record = true;
                    value_end(self.bytes, value).map_err(broken)?
                }
                _ if held.begins_as_record => value_end(self.bytes, value).map_err(broken)?,
                ("Events" | "logEvents" | "events", Some(b'[')) => {
                    held.list = true;
                    self.list(value, Self::element_message)?
                }
                ("detail", Some(b'{')) | ("@message", Some(b'{')) => {
                    held.list = true;
                    let end = object_end(self.bytes, value).map_err(broken)?;
                    self.record(value, end);
                    end
                }
                ("@message" | "message" | "CloudTrailEvent", Some(b'"')) => {
                    held.text = true;
                    let end = string_end(self.bytes, value).map_err(broken)?;
                    self.message_text(start, value, end);
                    end
                }
                // Of what AWS's commands print this says that there is more of it, and not what.
                ("NextToken" | "nextToken", Some(b'"')) => {
                    let end = string_end(self.bytes, value).map_err(broken)?;
                    held.more = held.more.or_else(|| (end > value + 2).then_some((value, end)));
                    end
                }
                _ => {
                    held.digest |= matches!(&*key, "digestS3Object" | "logFiles");
                    let end = value_end(self.bytes, value).map_err(broken)?;
                    held.beside(self.bytes, value, end);
                    end
                }
            };
        }
        self.settle(&held, start, members.at);
        Ok(members.at)
    }

    /// Accounts for an object from `start` to `end` whose lists and texts were read: for itself, and for what is in it beside them.
    fn settle(&mut self, held: &Held, start: usize, end: usize) {
        match held.more {
            Some((from, to)) if held.is_envelope() => {
                self.accounted.refuse(from, to - from, Reason::MorePages)
            }
            _ => {}
        }
        match held {
            Held { record: true, text: true, list: false, .. } => self.chosen(start, end),
            Held { record: true, .. } => self.record(start, end),
            Held { digest: false, .. } if !held.is_envelope() => {
                self.accounted.refuse(start, end - start, Reason::UnknownForm);
            }
            _ => {
                self.accounted.not_events += u64::from(!held.is_envelope());
                for (from, to) in &held.strangers {
                    self.accounted.refuse(*from, to - from, Reason::Beside);
                }
            }
        }
    }

    /// Members of a record beside the text of a whole one: a query of Logs Insights prints the members that were asked for. They are a
    /// record only where they are enough for one; it is a copy, which is counted once.
    fn chosen(&mut self, start: usize, end: usize) {
        let raw = self.bytes.get(start..end).unwrap_or_default();
        if let Judged::OfInterest(record) = judge(raw, start) {
            self.hand_on(&record);
        }
    }

    /// The elements of the array at `start`.
    fn list(&mut self, start: usize, element: Element<Self>) -> Result<usize, Break> {
        let mut at = past_space(self.bytes, start + 1);
        if self.bytes.get(at) == Some(&b']') {
            return Ok(at + 1);
        }
        loop {
            at = past_space(self.bytes, element(self, at)?);
            match self.bytes.get(at) {
                Some(b',') => at = past_space(self.bytes, at + 1),
                Some(b']') => return Ok(at + 1),
                Some(_) => return Err((at, Reason::Separator)),
                None => return Err((at, Reason::Unclosed)),
            }
        }
    }

    /// An element of a bare array: a record or an envelope.
    fn element_document(&mut self, at: usize) -> Result<usize, Break> {
        if self.bytes.get(at) == Some(&b'{') { self.object(at) } else { self.element_record(at) }
    }

    /// An element of `Records`.
    fn element_record(&mut self, at: usize) -> Result<usize, Break> {
        let object = self.bytes.get(at) == Some(&b'{');
        let end = if object { object_end(self.bytes, at) } else { value_end(self.bytes, at) };
        let end = end.map_err(|broken| (at, broken.reason(at)))?;
        if object {
            self.record(at, end);
        } else if end > at {
            self.accounted.refuse(at, end - at, Reason::NotAnObject);
        } else {
            return Err((at, Reason::Separator));
        }
        Ok(end)
    }

    /// An element of `Events` or `logEvents`: an object whose record is a JSON text.
    fn element_message(&mut self, at: usize) -> Result<usize, Break> {
        if self.bytes.get(at) != Some(&b'{') {
            return self.element_record(at);
        }
        let mut members = Members::new(self.bytes, at);
        let mut held = Held::default();
        while let Some((key, value)) = members.next()? {
            let end = value_end(self.bytes, value).map_err(|broken| (value, broken.reason(value)))?;
            match (&*key, self.bytes.get(value)) {
                ("CloudTrailEvent" | "message", Some(b'"')) => {
                    held.text = true;
                    self.message_text(at, value, end);
                }
                ("eventVersion" | "eventID" | "eventSource" | "eventName", _) => held.record = true,
                _ => held.beside(self.bytes, value, end),
            }
            members.at = end;
        }
        match held.text {
            true => self.settle(&held, at, members.at),
            false => self.accounted.refuse(at, members.at - at, Reason::UnknownForm),
        }
        Ok(members.at)
    }

    /// A line of text: `2023-03-21T01:02:03.000Z {"eventVersion":...}` as CloudWatch Logs exports to S3.
    fn line(&mut self, at: usize) -> usize {
        let rest = self.bytes.get(at..).unwrap_or_default();
        let length = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        let end = at + length;
        let line = rest.get(..length).unwrap_or_default();
        let stamp = memchr::memchr(b' ', line).filter(|space| {
            let stamp = line.get(..*space).and_then(|stamp| std::str::from_utf8(stamp).ok());
            stamp.is_some_and(|stamp| crate::time::milliseconds(stamp).is_some())
        });
        let object = stamp.map(|space| past_space(self.bytes, at + space + 1));
        match object.filter(|object| self.bytes.get(*object) == Some(&b'{')) {
            Some(object) => match object_end(self.bytes.get(..end).unwrap_or_default(), object) {
                Ok(closed) => {
                    self.record(object, closed);
                    closed
                }
                Err(broken) => {
                    self.accounted.refuse(at, length, broken.reason(at));
                    end
                }
            },
            None => {
                self.accounted.refuse(at, length, Reason::UnknownForm);
                end
            }
        }
    }

    /// The record as a JSON text between the quotes at `value` and before `end`; `start` is where its envelope begins.
    fn message_text(&mut self, start: usize, value: usize, end: usize) {
        let refuse = |plain: &mut Self, reason| plain.accounted.refuse(start, end - start, reason);
        let quoted = self.bytes.get(value..end).unwrap_or_default();
        let text: Cow<'_, str> = match serde_json::from_slice::<Node<'_>>(quoted) {
            Ok(Node::Text(text)) => text,
            Ok(_) => return refuse(self, Reason::UnknownForm),
            Err(error) => return refuse(self, Reason::NotJson { why: error.to_string() }),
        };
        let trimmed = text.trim_matches([' ', '\t', '\r', '\n']);
        if trimmed.starts_with("CWL CONTROL MESSAGE") {
            self.accounted.not_events += 1;
            return;
        }
        match object_end(trimmed.as_bytes(), 0) {
            _ if !trimmed.starts_with('{') => refuse(self, Reason::NotAnObject),
            Ok(closed) if closed == trimmed.len() => self.deliver(trimmed.as_bytes(), start, end - start),
            Ok(_) => refuse(self, Reason::Separator),
            Err(broken) => refuse(self, broken.reason(0)),
        }
    }

    /// The record from `start` to `end`: braces and strings are known to be closed.
    fn record(&mut self, start: usize, end: usize) {
        // What the fast path read ends there; an object around it goes on.
        if end <= self.done {
            return;
        }
        let bytes = self.bytes;
        self.deliver(bytes.get(start..end).unwrap_or_default(), start, end - start);
    }

    /// Parses the record `raw`, for which `length` bytes from `offset` on stand in the file: enters it into the account, and hands it
    /// on if it is wanted.
    pub(crate) fn deliver(&mut self, raw: &[u8], offset: usize, length: usize) {
        match judge(raw, offset) {
            Judged::OfInterest(record) => self.hand_on(&record),
            Judged::Other => self.other(raw, offset),
            Judged::NotAnEvent => self.accounted.not_events += 1,
            Judged::Refused(reason) => self.accounted.refuse(offset, length, reason),
        }
    }

    /// A record of interest: handed on iff it is wanted.
    #[inline(always)]
    pub(crate) fn hand_on(&mut self, record: &Record<'_>) {
        self.accounted.records += 1;
        if S::EVERY {
            self.sink.event(&Event { offset: record.offset, raw: record.raw });
        }
        if self.wanted.admits(record) {
            self.accounted.of_interest += 1;
            self.sink.record(record);
        }
    }

    /// A record of something else: nothing but a sink that asks for every record looks at it.
    #[inline(always)]
    pub(crate) fn other(&mut self, raw: &[u8], offset: usize) {
        self.accounted.records += 1;
        if S::EVERY {
            self.sink.event(&Event { offset: offset as u64, raw });
        }
    }
}

/// Where reading cannot go on, and why.
type Break = (usize, Reason);

type Element<P> = fn(&mut P, usize) -> Result<usize, Break>;

/// The members of the object at `start`, one after the other.
struct Members<'b> {
    bytes: &'b [u8],
    /// Behind the last value: the caller moves it on.
    at: usize,
    first: bool,
}

impl<'b> Members<'b> {
    fn new(bytes: &'b [u8], start: usize) -> Self {
        Members { bytes, at: start + 1, first: true }
    }

    /// The next key, and where its value begins; `None` behind the closing brace.
    fn next(&mut self) -> Result<Option<(Cow<'b, str>, usize)>, Break> {
        let mut at = past_space(self.bytes, self.at);
        let cut = |at: usize| (at, if at < self.bytes.len() { Reason::Separator } else { Reason::Unclosed });
        match (self.bytes.get(at), self.first) {
            (Some(b'}'), _) => {
                self.at = at + 1;
                return Ok(None);
            }
            (Some(b','), false) => at = past_space(self.bytes, at + 1),
            (Some(_), true) => {}
            _ => return Err(cut(at)),
        }
        self.first = false;
        if self.bytes.get(at) != Some(&b'"') {
            return Err(cut(at));
        }
        let end = string_end(self.bytes, at).map_err(|broken| (at, broken.reason(at)))?;
        let quoted = self.bytes.get(at..end).unwrap_or_default();
        let key = match serde_json::from_slice::<Node<'b>>(quoted) {
            Ok(Node::Text(key)) => key,
            // A key that is no text is none of ours: what follows it is passed over like any other.
            _ => Cow::Borrowed(""),
        };
        let colon = past_space(self.bytes, end);
        if self.bytes.get(colon) != Some(&b':') {
            return Err(cut(colon));
        }
        Ok(Some((key, past_space(self.bytes, colon + 1))))
    }
}
