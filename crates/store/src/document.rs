//! A small JSON document of ours, read from a file that anybody may have made: which format it is before what it says.

use serde::Deserialize;
use serde_json::error::Category;
use serde_json::value::RawValue;
use text::shape::in_everyday_words;
use text::visible::excerpt;

/// A format of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Format {
    /// `invoketrail.plan`
    pub(crate) name: &'static str,
    /// The version that this program reads and writes.
    pub(crate) version: u32,
    /// What such a file is, in words: `a plan`.
    pub(crate) noun: &'static str,
}

impl Format {
    /// `invoketrail.plan/1`
    pub(crate) fn tag(self) -> String {
        format!("{}/{}", self.name, self.version)
    }
}

/// A file cannot be read as the document it should be. Nothing in it reaches a terminal unescaped.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DocumentError {
    /// Not text, empty, cut off, or not JSON.
    #[error("it is not JSON: {problem}")]
    NotJson {
        /// What is wrong, with line and column.
        problem: String,
    },
    /// Another document.
    #[error("it is not {noun}: {found}, and `\"format\": \"{wanted}\"` was expected")]
    OtherFormat {
        /// What it should be.
        noun: &'static str,
        /// What stands there.
        found: String,
        /// The format it should name.
        wanted: String,
    },
    /// A later version.
    #[error("its format is {found}, and this version reads {wanted}")]
    FutureVersion {
        /// The format it names.
        found: String,
        /// The format that can be read.
        wanted: String,
    },
    /// JSON of the wrong shape.
    #[error("`{path}`: {problem}")]
    WrongShape {
        /// Path into the document.
        path: String,
        /// What is wrong.
        problem: String,
    },
    /// Of the right shape, but not possible.
    #[error("`{path}`: {problem}")]
    Impossible {
        /// Path into the document.
        path: String,
        /// What is wrong.
        problem: String,
    },
}

impl DocumentError {
    /// What to do about it, in one line.
    #[must_use]
    pub fn help(&self) -> &'static str {
        match self {
            Self::FutureVersion { .. } => "update invoketrail",
            Self::NotJson { .. } | Self::OtherFormat { .. } => {
                "the formats are described in docs/reference/formats.md"
            }
            Self::WrongShape { .. } | Self::Impossible { .. } => {
                "it was edited or damaged, so make it again; docs/reference/formats.md describes it"
            }
        }
    }
}

impl DocumentError {
    /// As [`DocumentError::help`], of a document that people write by hand: nobody can make that anew.
    #[must_use]
    pub fn help_by_hand(&self, page: &'static str) -> String {
        match self {
            Self::FutureVersion { .. } => self.help().to_owned(),
            _ => format!("{page} describes such a file"),
        }
    }
}

/// Reads a document of that format. Members that the shape does not know are passed over.
///
/// # Errors
/// [`DocumentError`] iff the text is no document of that format and version, or has another shape.
pub(crate) fn read<'a, T: Deserialize<'a>>(bytes: &'a [u8], format: Format) -> Result<T, DocumentError> {
    let text = std::str::from_utf8(bytes).map_err(|error| DocumentError::NotJson {
        problem: format!("not UTF-8 text (byte {})", error.valid_up_to()),
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.trim().is_empty() {
        return Err(DocumentError::NotJson { problem: "it is empty".to_owned() });
    }
    check_format(text, format)?;
    // Straight into its shape: values of JSON would take many times the memory.
    let json = &mut serde_json::Deserializer::from_str(text);
    serde_path_to_error::deserialize(json).map_err(|error| DocumentError::WrongShape {
        path: excerpt(&error.path().to_string(), 200),
        problem: excerpt(&in_everyday_words(&error.inner().to_string()), 200),
    })
}

/// The one member that is looked at before all others.
#[derive(Deserialize)]
struct Head<'a> {
    #[serde(borrow)]
    format: Option<&'a RawValue>,
}

/// Refuses what has the right shape and cannot be.
pub(super) fn wrong<T>(path: String, problem: &str) -> Result<T, DocumentError> {
    Err(DocumentError::Impossible { path, problem: problem.to_owned() })
}

fn check_format(text: &str, format: Format) -> Result<(), DocumentError> {
    let other = |found: String| DocumentError::OtherFormat { noun: format.noun, found, wanted: format.tag() };
    let head = serde_json::from_str::<Head<'_>>(text).map_err(|error| {
        let problem = excerpt(&in_everyday_words(&error.to_string()), 200);
        match error.classify() {
            Category::Eof => DocumentError::NotJson { problem: format!("it is cut off: {problem}") },
            Category::Data if text.trim_start().starts_with('{') => {
                DocumentError::WrongShape { path: "format".to_owned(), problem }
            }
            Category::Data => other("it has no member `format`".to_owned()),
            _ => DocumentError::NotJson { problem },
        }
    })?;
    let named = match head.format.map(|raw| serde_json::from_str::<String>(raw.get())) {
        // A list can stand for an object, and is none.
        _ if !text.trim_start().starts_with('{') => {
            return Err(other("it has no member `format`".to_owned()));
        }
        None => return Err(other("it has no member `format`".to_owned())),
        Some(Ok(named)) => named,
        Some(Err(_)) => return Err(other("its `format` is not text".to_owned())),
    };
    let named = named.as_str();
    let version = named.strip_prefix(format.name).and_then(|rest| rest.strip_prefix('/'));
    match version.and_then(|version| version.parse::<u32>().ok()) {
        Some(version) if version == format.version => Ok(()),
        Some(version) if version > format.version => {
            Err(DocumentError::FutureVersion { found: excerpt(named, 60), wanted: format.tag() })
        }
        _ => Err(other(format!("its format is `{}`", excerpt(named, 60)))),
    }
}
