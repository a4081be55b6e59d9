//! Where counts of invocations come from: a file, CloudWatch, or nowhere.

use anyhow::Result;
use delivery::Counts;
use std::path::Path;
use store::FileKind;
use surroundings::misread::misread;
use surroundings::output::read_within;
use surroundings::session::Session;

/// # Errors
/// [`surroundings::problem::Problem`] iff the file cannot be read as metrics.
pub(super) fn counts<'s>(file: Option<&Path>, session: Option<&'s Session>) -> Result<Counts<'s>> {
    match (file, session) {
        (Some(path), _) => {
            let bytes = read_within(path, &store::limits::METRICS)?;
            let read = store::read_metrics(&bytes).map_err(|error| {
                let help = error.help_by_hand("docs/reference/formats.md");
                misread(path, &bytes, FileKind::Metrics, "metrics", &error, help)
            })?;
            Ok(Counts::File(read))
        }
        (None, Some(session)) => Ok(Counts::Live(session.door())),
        (None, None) => Ok(Counts::None),
    }
}
