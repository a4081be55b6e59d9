//! Where counts of invocations come from: a file, CloudWatch, or nowhere.

use crate::output::{called, read_within};
use crate::problem::Problem;
use crate::session::Session;
use anyhow::Result;
use delivery::Counts;
use std::path::Path;

/// # Errors
/// [`Problem`] iff the file cannot be read as metrics.
pub(super) fn counts<'s>(file: Option<&Path>, session: Option<&'s Session>) -> Result<Counts<'s>> {
    match (file, session) {
        (Some(path), _) => {
            let read =
                store::read_metrics(&read_within(path, &store::limits::METRICS)?).map_err(|error| {
                    Problem::new(format!("cannot read {} as metrics: {error}", called(path)))
                        .help(error.help())
                })?;
            Ok(Counts::File(read))
        }
        (None, Some(session)) => Ok(Counts::Live(session.door())),
        (None, None) => Ok(Counts::None),
    }
}
