//! Why something could not be had of AWS.

use aws::ObjectError;

/// Why something could not be had, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Without the name, which stands beside it.
    pub why: String,
    /// Where there is something to do.
    pub help: Option<String>,
}

impl Refusal {
    pub(crate) fn of(error: &ObjectError) -> Self {
        let key = error.key.as_ref().map(|key| format!("/{key}")).unwrap_or_default();
        let (told, name) = (error.to_string(), format!("s3://{}{key}: ", error.bucket));
        Refusal { why: told.strip_prefix(&name).unwrap_or(&told).to_owned(), help: error.help() }
    }

    /// Both in one line.
    pub(crate) fn told(&self) -> String {
        match &self.help {
            Some(help) => format!("{}; {help}", self.why),
            None => self.why.clone(),
        }
    }
}
