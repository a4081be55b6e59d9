//! A file of accepted exceptions, and for how long one may be declared.

use crate::inputs::remember;
use crate::misread::misread;
use crate::output::read_file;
use anyhow::Result;
use audit::exception::Exception;
use std::path::Path;
use store::FileKind;

/// How long an exception may be declared for, in days, and the day of today.
#[derive(Clone, Copy, Debug)]
pub struct Limit<'a> {
    /// The most days from today on; `None` iff nobody set a limit.
    pub most: Option<u16>,
    /// The day of today: `YYYY-MM-DD`, UTC.
    pub today: &'a str,
}

impl Limit<'_> {
    /// What is written is read as it is.
    pub const NONE: Limit<'static> = Limit { most: None, today: "" };

    /// Lets those that end too late hold on no day.
    pub fn hold(self, exceptions: &mut [Exception]) {
        if let Some(most) = self.most {
            exceptions.iter_mut().for_each(|one| one.limit(most, self.today));
        }
    }
}

/// The exceptions of a file; none where none was named. Those that end too late hold on no day.
pub fn accepted(path: Option<&Path>, limit: Limit<'_>) -> Result<Vec<Exception>> {
    let Some(path) = path else { return Ok(Vec::new()) };
    let bytes = read_file(path)?;
    let mut all = store::read_exceptions(&bytes).map_err(|error| {
        let help = error.help_by_hand("docs/reference/exceptions.md");
        misread(path, &bytes, FileKind::Exceptions, "exceptions", &error, help)
    })?;
    limit.hold(&mut all);
    Ok(all)
}

/// The exceptions of a file that may be yet to be made; none where it is not there.
pub fn accepted_so_far(path: Option<&Path>, limit: Limit<'_>) -> Result<Vec<Exception>> {
    path.into_iter().for_each(remember);
    accepted(path.filter(|path| path.exists()), limit)
}
