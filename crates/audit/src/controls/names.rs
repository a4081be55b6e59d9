//! The names of the controls that decide the answer, and which of them are about invocations.

/// The controls that decide the answer, in the order in which they are reported.
pub const REQUIRED: [&str; 6] = [
    "lambda-invocations-recorded",
    "lambda-web-function-invocations-recorded",
    "lambda-microvm-invocations-recorded",
    "recorder-exists",
    "recorder-logging",
    "management-events-recorded",
];

/// The controls that advise, in the order in which they are reported, which is after the others.
pub const ADVISORY: [&str; 6] = [
    "lambda-data-events-current",
    "lambda-data-events-future",
    "delivery-healthy",
    "log-file-validation",
    "paid-copies",
    "selector-values-can-match",
];

/// The controls that ask whether invocations are recorded, one for each type of resource.
pub const ABOUT_INVOCATIONS: [&str; 3] = [REQUIRED[0], REQUIRED[1], REQUIRED[2]];

/// True iff the control of that name asks whether invocations are recorded, of whatever type of resource.
#[must_use]
pub fn is_about_invocations(id: &str) -> bool {
    ABOUT_INVOCATIONS.contains(&id)
}
