//! What a question about invocations finds: groups, or single calls.

use super::{Table, Timeline};
use serde::{Deserialize, Serialize};

/// What a question found.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Invocations {
    /// Calls by groups.
    Groups(Table),
    /// Single calls.
    Timeline(Timeline),
}
