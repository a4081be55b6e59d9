//! Why a file is not a template that can be read, and where.

/// How many bytes a template may have. CloudFormation takes 1 MB.
pub const MOST_BYTES: usize = 16 << 20;

/// The file is not a template that can be read, and where. Neither holds values of the file, which may be secrets.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {problem}")]
pub struct SyntaxError {
    /// Line in the file, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
    /// What is wrong there.
    pub problem: SyntaxProblem,
}

/// What is wrong with the file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SyntaxProblem {
    /// Nothing is in it.
    #[error("the file is empty")]
    Empty,
    /// More bytes than [`MOST_BYTES`].
    #[error("the file has more than {} MB", MOST_BYTES >> 20)]
    TooManyBytes,
    /// UTF-16 or UTF-32.
    #[error("the file is {0}; save it as UTF-8")]
    Encoding(&'static str),
    /// Not a text.
    #[error("the file is not UTF-8 text")]
    NotText,
    /// The file ends too early.
    #[error("{wanted} is missing; is the file cut?")]
    Cut {
        /// What should come.
        wanted: &'static str,
    },
    /// Not JSON.
    #[error("not JSON: expected {wanted}")]
    Json {
        /// What should be there.
        wanted: &'static str,
    },
    /// Not YAML.
    #[error("not YAML: {0}")]
    Yaml(String),
    /// A key is there twice.
    #[error("the key `{key}` is there twice")]
    Twice {
        /// The key.
        key: String,
    },
    /// A key that is not a text.
    #[error("a key must be a text, and this one is {found}")]
    Key {
        /// What it is.
        found: &'static str,
    },
    /// Nested too deep.
    #[error("nested more than {levels} levels deep")]
    TooDeep {
        /// How deep it may be.
        levels: usize,
    },
    /// Too many nodes or too much text, aliases written out.
    #[error("too large, with its YAML aliases written out")]
    TooLarge,
    /// An alias to a node that is still open.
    #[error("a YAML alias refers to a node that contains it")]
    AliasOfItself,
    /// `<<` merges something that is not a mapping.
    #[error("`<<` must merge mappings, and this is {found}")]
    Merge {
        /// What it is.
        found: &'static str,
    },
    /// A tag of YAML that CloudFormation does not take.
    #[error("CloudFormation does not take the YAML tag `{0}`")]
    Tag(String),
    /// More than one document.
    #[error("a second YAML document begins here; a template is one document")]
    Documents,
}
