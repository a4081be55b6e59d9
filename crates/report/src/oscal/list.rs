//! A list of objects that is written while it grows: a document may hold a million of them.

use crate::member::{Json, Object};
use std::io::{self, Write};

pub(super) struct List<'a> {
    out: &'a mut dyn Write,
    json: Json,
    empty: bool,
}

impl<'a> List<'a> {
    pub(super) fn begin(out: &'a mut dyn Write) -> io::Result<Self> {
        out.write_all(b"[")?;
        Ok(Self { out, json: Json::default(), empty: true })
    }

    pub(super) fn add(&mut self, members: impl FnOnce(&mut Object<'_>)) -> io::Result<()> {
        if !self.empty {
            self.out.write_all(b",")?;
        }
        self.empty = false;
        self.json.clear();
        self.json.object(members);
        self.out.write_all(self.json.as_str().as_bytes())
    }

    pub(super) fn end(self) -> io::Result<()> {
        self.out.write_all(b"]")
    }
}
