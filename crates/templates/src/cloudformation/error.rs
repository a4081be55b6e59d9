//! Why a template cannot be judged: what CloudFormation would refuse as well, or what is no template. No error holds a value that may be a secret.

use super::syntax_error::SyntaxError;
use crate::document::Location;

/// The template cannot be judged.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// It cannot be read at all.
    #[error(transparent)]
    Syntax(#[from] SyntaxError),
    /// It can be read, and is something else.
    #[error("this is not a CloudFormation template: `Resources` is missing{}", looks.unwrap_or_default())]
    NotATemplate {
        /// What it looks like instead, and what to give.
        looks: Option<&'static str>,
    },
    /// A part has another form than CloudFormation takes.
    #[error("{}: `{part}` is {found}, and {wanted} was expected", shown(*at))]
    Form {
        /// Where.
        at: Location,
        /// The part: a section, an attribute, a function.
        part: String,
        /// What was expected.
        wanted: &'static str,
        /// What is there.
        found: &'static str,
    },
    /// A function has arguments that CloudFormation refuses.
    #[error("{}: `{function}` takes {wanted}", shown(*at))]
    Arguments {
        /// Where.
        at: Location,
        /// The function.
        function: String,
        /// What it takes.
        wanted: &'static str,
    },
    /// `Fn::FindInMap` asks for a mapping or a key that is not there.
    #[error("{}: the mapping `{name}` is not in the template", shown(*at))]
    NoMapping {
        /// Where it is asked for.
        at: Location,
        /// The names, joined by dots.
        name: String,
    },
    /// A condition is used and not declared.
    #[error("{}: the condition `{name}` is not in the template", shown(*at))]
    NoCondition {
        /// Where it is used.
        at: Location,
        /// Its name.
        name: String,
    },
    /// Resources or conditions refer to each other in a circle.
    #[error("{}: a circle of references: {}", shown(*at), path.join(" -> "))]
    Cycle {
        /// Where one of them is.
        at: Location,
        /// Their names; the first is the last as well.
        path: Vec<String>,
    },
    /// A parameter was given that the template does not declare.
    #[error("the template has no parameter `{name}`")]
    NoSuchParameter {
        /// The name that was given.
        name: String,
        /// The names that it declares.
        declared: Vec<String>,
    },
    /// A parameter has a value that the template does not allow. The value is not shown.
    #[error("{}: the value of parameter `{name}` is not {wanted}", shown(*at))]
    NotAllowed {
        /// Where the parameter is declared.
        at: Location,
        /// The parameter.
        name: String,
        /// What the template allows.
        wanted: &'static str,
    },
    /// References and functions are nested too deep, or make too much text.
    #[error("{}: references and functions are nested too deep or make too much text", shown(*at))]
    TooLarge {
        /// Where it became too much.
        at: Location,
    },
}

impl TemplateError {
    /// The stable code of it in documents.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Syntax(_) => "template_unreadable",
            Self::NotATemplate { .. } => "not_a_template",
            Self::Form { .. } => "template_form",
            Self::Arguments { .. } => "function_arguments",
            Self::NoMapping { .. } => "mapping_missing",
            Self::NoCondition { .. } => "condition_missing",
            Self::Cycle { .. } => "reference_cycle",
            Self::NoSuchParameter { .. } => "parameter_not_declared",
            Self::NotAllowed { .. } => "parameter_not_allowed",
            Self::TooLarge { .. } => "template_too_large",
        }
    }

    /// Where in the file, where that is known.
    #[must_use]
    pub fn at(&self) -> Option<Location> {
        match self {
            Self::Syntax(error) => {
                Some(Location { line: error.line as usize, column: error.column as usize })
            }
            Self::NotATemplate { .. } | Self::NoSuchParameter { .. } => None,
            Self::Form { at, .. }
            | Self::Arguments { at, .. }
            | Self::NoMapping { at, .. }
            | Self::NoCondition { at, .. }
            | Self::Cycle { at, .. }
            | Self::NotAllowed { at, .. }
            | Self::TooLarge { at } => Some(*at),
        }
    }
}

fn shown(at: Location) -> String {
    format!("line {}, column {}", at.line, at.column)
}
