//! The formats of an audit as they are typed.

use super::values::Suffixed;
use clap::ValueEnum;
use clap::builder::PossibleValue;
use report::AuditFormat;

/// A format of an audit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Format(pub AuditFormat);

/// All of them. The first is for a person.
const FORMATS: [Format; AuditFormat::ALL.len()] = {
    let mut all = [Format(AuditFormat::Terminal); AuditFormat::ALL.len()];
    let mut at = 0;
    while at < all.len() {
        all[at] = Format(AuditFormat::ALL[at]);
        at += 1;
    }
    all
};

impl ValueEnum for Format {
    fn value_variants<'a>() -> &'a [Self] {
        &FORMATS
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        // As clap takes it from the comment of a derived one.
        Some(PossibleValue::new(self.0.name()).help(self.0.help().trim_end_matches('.')))
    }
}

impl Suffixed for Format {
    const SUFFIXES: &'static [(&'static str, Self)] = &{
        let mut all = [("", FORMATS[0]); FORMATS.len()];
        let mut at = 0;
        while at < all.len() {
            // That for a person comes last.
            let format = FORMATS[(at + 1) % all.len()];
            all[at] = (format.0.suffix(), format);
            at += 1;
        }
        all
    };
}

/// What `--output` says of itself.
pub(super) fn output_help() -> String {
    let known: Vec<String> = Format::SUFFIXES.iter().map(|(suffix, _)| format!(".{suffix}")).collect();
    format!(
        "Also write the audit to this file, whose suffix names the format ({}); repeatable",
        known.join(" ")
    )
}
