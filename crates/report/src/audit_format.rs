//! The formats of an audit: each a function from one value to bytes. A new format is a file of its own, and one line here.

use super::audit_document::AuditDocument;
use super::page::Layout;
use super::{asff, csv, html, json, jsonl, junit, markdown, ocsf, oscal, sarif, terminal};
use std::io::{self, Write};

macro_rules! formats {
    ($($format:ident $name:literal $suffix:literal $help:literal $write:path;)*) => {
        /// A format of an audit.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum AuditFormat {
            $(#[doc = $help] $format,)*
        }

        impl AuditFormat {
            /// All of them; the first is for a person at a terminal.
            pub const ALL: &'static [AuditFormat] = &[$(Self::$format,)*];

            /// As it is typed.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$format => $name,)* }
            }

            /// What files of it end with.
            #[must_use]
            pub const fn suffix(self) -> &'static str {
                match self { $(Self::$format => $suffix,)* }
            }

            /// What it is for, in one sentence.
            #[must_use]
            pub const fn help(self) -> &'static str {
                match self { $(Self::$format => $help,)* }
            }

            /// Writes the audit.
            ///
            /// # Errors
            /// What `out` says.
            pub fn write(self, document: &AuditDocument<'_>, layout: &Layout, out: &mut dyn Write) -> io::Result<()> {
                match self { $(Self::$format => $write(document, layout, out),)* }
            }
        }
    };
}

formats! {
    Terminal "terminal" "txt" "For a person." terminal::document;
    Json "json" "json" "One document." json::document;
    Jsonl "jsonl" "jsonl" "One line for each resource." jsonl::document;
    Markdown "markdown" "md" "For a pull request or a wiki." markdown::document;
    Html "html" "html" "One page for a browser, without network." html::document;
    Csv "csv" "csv" "For a spreadsheet: one row for each resource." csv::document;
    Junit "junit" "xml" "For a build server: one test case for each control (JUnit XML)." junit::document;
    Sarif "sarif" "sarif" "For code scanning (SARIF 2.1.0)." sarif::document;
    Ocsf "ocsf" "ocsf.json" "For a security lake: events of OCSF 1.8.0, class Compliance Finding, one a line." ocsf::document;
    Asff "asff" "asff.json" "For AWS Security Hub: one input of BatchImportFindings a line (ASFF 2018-10-08)." asff::document;
    Oscal "oscal" "oscal.json" "For assessors: one document of assessment results (OSCAL 1.2.1)." oscal::document;
}

#[cfg(test)]
mod tests {
    use super::AuditFormat;
    use std::collections::BTreeSet;

    #[test]
    fn each_format_has_a_name_and_a_suffix_of_its_own() {
        let each = |of: fn(AuditFormat) -> &'static str| {
            AuditFormat::ALL.iter().map(|format| of(*format)).collect::<BTreeSet<_>>().len()
        };
        assert_eq!(each(AuditFormat::name), AuditFormat::ALL.len());
        assert_eq!(each(AuditFormat::suffix), AuditFormat::ALL.len());
    }
}
