//! `invoketrail.exceptions/1`: accepted exceptions, a file that people read and keep under version control.

use super::document::{self, DocumentError, Format};
use audit::exception::Exception;
use cloudtrail::names::FunctionArn;
use serde::{Deserialize, Serialize};

pub(crate) const FORMAT: Format =
    Format { name: "invoketrail.exceptions", version: 1, noun: "a file of exceptions" };

#[derive(Serialize, Deserialize)]
struct FileShape {
    format: String,
    exceptions: Vec<ExceptionShape>,
}

/// One exception, as plans hold it too.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ExceptionShape {
    id: String,
    functions: Vec<String>,
    owner: String,
    reason: String,
    until: String,
    declared_at: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    plan: Option<String>,
}

impl From<&Exception> for ExceptionShape {
    fn from(one: &Exception) -> Self {
        ExceptionShape {
            id: one.id.clone(),
            functions: one.functions.clone(),
            owner: one.owner.clone(),
            reason: one.reason.clone(),
            until: one.until.clone(),
            declared_at: one.declared_at.clone(),
            plan: one.plan.clone(),
        }
    }
}

impl ExceptionShape {
    /// The value, with its functions sorted.
    ///
    /// # Errors
    /// [`DocumentError::Impossible`] where the day is none, or nobody answers for it.
    pub(crate) fn checked(self, path: &str) -> Result<Exception, DocumentError> {
        let wrong = |member: &str, problem: &str| {
            let (path, problem) = (format!("{path}.{member}"), problem.to_owned());
            Err(DocumentError::Impossible { path, problem })
        };
        if !is_day(&self.until) {
            return wrong("until", "a day has the form 2027-01-31");
        }
        if !is_time(&self.declared_at) {
            return wrong("declared_at", "a time has the form 2026-11-23T17:00:00Z");
        }
        for (member, text) in [("id", &self.id), ("owner", &self.owner), ("reason", &self.reason)] {
            if text.trim().is_empty() {
                return wrong(member, "an exception without it cannot be accepted");
            }
        }
        let mut functions = self.functions;
        functions.sort_unstable();
        functions.dedup();
        if let Some(other) = functions.iter().find(|arn| FunctionArn::parse(arn).is_err()) {
            let problem = format!(
                "`{}` is not the ARN of a function without version or alias",
                text::visible::excerpt(other, 100)
            );
            return wrong("functions", &problem);
        }
        Ok(Exception {
            id: self.id,
            functions,
            owner: self.owner,
            reason: self.reason,
            until: self.until,
            declared_at: self.declared_at,
            plan: self.plan,
        })
    }
}

/// True iff the text is a day of the calendar, `YYYY-MM-DD`.
#[must_use]
pub fn is_day(text: &str) -> bool {
    let form = time::macros::format_description!("[year]-[month]-[day]");
    text.len() == 10 && time::Date::parse(text, &form).is_ok()
}

/// True iff the text is a moment of RFC 3339.
pub(super) fn is_time(text: &str) -> bool {
    time::OffsetDateTime::parse(text, &time::format_description::well_known::Rfc3339).is_ok()
}

/// Reads a file of exceptions.
///
/// # Errors
/// [`DocumentError`], in one line, with the place in the file.
pub fn read_exceptions(bytes: &[u8]) -> Result<Vec<Exception>, DocumentError> {
    let shape: FileShape = document::read(bytes, FORMAT)?;
    let mut exceptions: Vec<Exception> = Vec::new();
    for (at, one) in shape.exceptions.into_iter().enumerate() {
        let one = one.checked(&format!("exceptions[{at}]"))?;
        if exceptions.iter().any(|other| other.id == one.id) {
            let (path, problem) = (format!("exceptions[{at}].id"), "this id is taken".to_owned());
            return Err(DocumentError::Impossible { path, problem });
        }
        exceptions.push(one);
    }
    Ok(exceptions)
}

/// The file of these exceptions, in their order: JSON with one member a line, to be compared by people.
#[must_use]
pub fn write_exceptions(exceptions: &[Exception]) -> String {
    let exceptions = exceptions.iter().map(ExceptionShape::from).collect();
    // Texts and lists alone: this cannot fail.
    let mut text =
        serde_json::to_string_pretty(&FileShape { format: FORMAT.tag(), exceptions }).unwrap_or_default();
    text.push('\n');
    text::visible::json(&text).into_owned()
}

/// Runs `write` while nobody else runs such a thing for a file of the same folder: what it reads is still there when it writes. A file
/// system without locks goes without.
pub fn alone_with<T>(path: &std::path::Path, write: impl FnOnce() -> T) -> T {
    let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    // The file itself is replaced by another one with each write, and its folder stays.
    let folder = std::fs::File::open(folder.unwrap_or(std::path::Path::new(".")));
    let held = folder.as_ref().is_ok_and(|folder| folder.lock().is_ok());
    let done = write();
    if let (true, Ok(folder)) = (held, &folder) {
        // Closing it lets go, too.
        let _ = folder.unlock();
    }
    done
}
