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
        let (text, name) = (error.to_string(), format!("s3://{}{key}: ", error.bucket));
        Refusal { why: text.strip_prefix(&name).unwrap_or(&text).to_owned(), help: error.help() }
    }

    /// Both in one line.
    pub(crate) fn in_one_line(&self) -> String {
        match &self.help {
            Some(help) => format!("{}; {help}", self.why),
            None => self.why.clone(),
        }
    }
}
