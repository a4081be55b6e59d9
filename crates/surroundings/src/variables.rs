//! Our variables of the environment: what they are called, and which are set.

use std::collections::BTreeMap;
use std::ffi::OsString;

/// What the names of our variables begin with.
const PREFIX: &str = "INVOKETRAIL_";

/// Variables for tests of ours, which are no flags.
const FOR_TESTS: &str = "INVOKETRAIL_TEST_";

/// The variables that name flags, by name: those that are set and not empty.
pub(crate) type Variables = BTreeMap<String, OsString>;

/// The variable that a flag of that name is given by.
pub(crate) fn variable(flag: &str) -> String {
    format!("{PREFIX}{}", flag.to_uppercase().replace('-', "_"))
}

/// Our variables that are set.
pub(crate) fn variables() -> Variables {
    let ours = std::env::vars_os().filter_map(|(name, value)| {
        let name = name.into_string().ok()?;
        let ours = name.starts_with(PREFIX) && !name.starts_with(FOR_TESTS);
        (ours && !value.is_empty()).then_some((name, value))
    });
    ours.collect()
}
