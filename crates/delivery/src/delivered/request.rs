//! Whether a record of one request was delivered.

use super::Delivered;
use super::watched::{How, Watched};
use crate::reader::Reader;
use logs::scan::{Consumer, File, Layout, Receiver, scan_sheets};
use logs::{Column, Columns, Marks, Row, Sheet, Trouble};

/// What came of looking for a request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Search {
    /// The first of the files that holds a record of it.
    pub found: Option<String>,
    /// The names of all that were read.
    pub read: Vec<String>,
    /// The first of what could not be read, in words.
    pub unread: Option<String>,
}

/// Looks for a record of that request in all log files.
#[must_use]
pub fn has_request(delivered: &Delivered, request: &str, reader: &Reader<'_>) -> Search {
    let reader = Reader { index: None, threads: 1, ..*reader };
    let (done, holes) = Watched::over(
        delivered,
        |_| How::Sheet,
        &reader,
        |files| {
            let finder = Finder { request, found: Vec::new(), read: Vec::new() };
            let layout = Layout { columns: Columns::of(&[Column::RequestId]), ..Layout::default() };
            scan_sheets(files, layout, vec![finder])
        },
    );
    let Ok((finders, _)) = done;
    let (mut found, mut read): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
    for finder in finders {
        found.extend(finder.found);
        read.extend(finder.read);
    }
    Search { found: found.into_iter().min(), read, unread: holes.in_words().into_iter().next() }
}

struct Finder<'a> {
    request: &'a str,
    found: Vec<String>,
    read: Vec<String>,
}

impl Receiver for Finder<'_> {
    type Error = std::convert::Infallible;
}

impl Consumer for Finder<'_> {
    fn sheet(&mut self, file: &File, sheet: &Sheet, _: Option<&Trouble>) -> Result<(), Self::Error> {
        self.read.push(file.name.clone());
        let number = uuid(self.request);
        let is = |row: &Row| match number {
            Some(number) if row.marks.any(Marks::REQUEST_UUID) => row.request == number,
            _ => sheet.texts.get(row.text(Column::RequestId)) == Some(self.request),
        };
        if sheet.rows.iter().any(is) {
            self.found.push(file.name.clone());
        }
        Ok(())
    }
}

/// The number that a UUID spells.
fn uuid(text: &str) -> Option<u128> {
    let digits: String = text.chars().filter(|digit| *digit != '-').collect();
    (text.len() == 36 && digits.len() == 32).then(|| u128::from_str_radix(&digits, 16).ok()).flatten()
}
