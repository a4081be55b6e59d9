//! CloudFormation: templates in JSON and YAML, SAM's as well, and change sets.
//!
//! ```text
//! bytes -> syntax (json, yaml) -> tree -> loops written out -> evaluate (parameters, conditions, functions, references)
//!       -> resources in CloudTrail's words -> Document: one template alone, or between two
//! ```
//!
//! What cannot be known before the stack is made is unknown, with its reason. What CloudFormation would refuse is an error with its line.
//! No error, doubt or `Debug` holds the value of a parameter or a property.

mod between;
mod change_set;
mod conditions;
mod cycles;
mod encode;
mod error;
mod evaluate;
mod functions;
mod json;
mod loops;
mod options;
mod parameters;
mod references;
mod resources;
mod same;
mod selectors;
mod stack_set;
mod sub;
mod syntax;
mod syntax_error;
mod template;
mod tree;
mod types;
mod yaml;

pub use error::TemplateError;
pub use options::Options;
pub use syntax_error::{MOST_BYTES, SyntaxError, SyntaxProblem};

use crate::document::Document;
use std::cell::Cell;
use std::collections::BTreeSet;
use template::Template;

/// Which of two templates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The template of the stack as it is.
    Before,
    /// The template as it is to be.
    After,
}

/// One template or one change set: what it declares or changes.
///
/// # Errors
///
/// What cannot be read, what CloudFormation would refuse, and parameters that the template does not declare. A change set takes no
/// parameters: it has their values already.
pub fn read(bytes: &[u8], options: &Options) -> Result<Document, TemplateError> {
    let root = syntax::read(bytes)?;
    if change_set::is_one(&root) {
        return change_set::read(&root, options);
    }
    let template = template::evaluate(&root, options, false, &Cell::new(evaluate::WORK))?;
    all_declared(options, &[&template])?;
    Ok(between::declared(template))
}

/// Two templates of one stack, with the same parameters: what becomes of each resource.
///
/// # Errors
///
/// As [`read`], with the side it is about; a parameter must be declared by one of the two.
pub fn between(before: &[u8], after: &[u8], options: &Options) -> Result<Document, (Side, TemplateError)> {
    let evaluated = |bytes: &[u8]| -> Result<Template, TemplateError> {
        template::evaluate(&syntax::read(bytes)?, options, false, &Cell::new(evaluate::WORK))
    };
    let before = evaluated(before).map_err(|error| (Side::Before, error))?;
    let after = evaluated(after).map_err(|error| (Side::After, error))?;
    all_declared(options, &[&before, &after]).map_err(|error| (Side::After, error))?;
    Ok(between::between(before, after))
}

/// An error iff a parameter was given that no template declares: it is mistyped, or of another stack.
fn all_declared(options: &Options, templates: &[&Template]) -> Result<(), TemplateError> {
    let declared: BTreeSet<&String> = templates.iter().flat_map(|one| &one.parameters).collect();
    match options.parameters.keys().find(|name| !declared.contains(name)) {
        None => Ok(()),
        Some(name) => Err(TemplateError::NoSuchParameter {
            name: name.clone(),
            declared: declared.into_iter().cloned().collect(),
        }),
    }
}
