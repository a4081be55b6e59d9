//! `invoketrail.exceptions/1`: accepted exceptions, a file that people read and keep under version control.

use super::document::{self, DocumentError, Format, wrong};
use super::exception_match::MatchShape;
use audit::exception::Exception;
use cloudtrail::names::FunctionArn;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use text::visible::excerpt;

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
    #[serde(default, skip_serializing_if = "Option::is_none")]
    functions: Option<Vec<String>>,
    #[serde(default, rename = "match", skip_serializing_if = "Option::is_none")]
    matched: Option<Box<MatchShape>>,
    owner: String,
    reason: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ticket: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    until: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    expires: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    declared_at: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    plan: Option<String>,
}

impl From<&Exception> for ExceptionShape {
    fn from(one: &Exception) -> Self {
        let last_day = || Some(one.until.clone());
        ExceptionShape {
            id: one.id.clone(),
            functions: one.matched.is_none().then(|| one.functions.clone()),
            matched: one.matched.as_deref().map(|one| Box::new(one.into())),
            owner: one.owner.clone(),
            reason: one.reason.clone(),
            ticket: one.ticket.clone(),
            until: last_day().filter(|_| !one.says_expires),
            expires: last_day().filter(|_| one.says_expires),
            declared_at: Some(one.declared_at.clone()).filter(|at| !at.is_empty()),
            plan: one.plan.clone(),
        }
    }
}

impl ExceptionShape {
    /// As plans say it: they call the last day `until`.
    pub(crate) fn of_plan(one: &Exception) -> Self {
        let mut shape = Self::from(one);
        shape.until = shape.until.take().or(shape.expires.take());
        shape
    }

    /// The value, with its functions sorted.
    ///
    /// # Errors
    /// [`DocumentError::Impossible`] where the day is none, or nobody answers for it.
    pub(crate) fn checked(self, path: &str) -> Result<Exception, DocumentError> {
        let at = |member: &str| format!("{path}.{member}");
        let (says_expires, until) = match (self.until, self.expires) {
            (Some(until), None) => (false, until),
            (None, Some(expires)) => (true, expires),
            (Some(_), Some(_)) => {
                return wrong(at("expires"), "`until` is its last day already: give one of both");
            }
            (None, None) => return wrong(at("until"), "its last day is missing: give `until` or `expires`"),
        };
        if !is_day(&until) {
            let problem = format!("`{}` is not a day, such as 2027-01-31", excerpt(&until, 60));
            return wrong(at(if says_expires { "expires" } else { "until" }), &problem);
        }
        let declared_at = match (self.declared_at, &self.matched) {
            (Some(time), _) if is_time(&time) => time,
            (None, Some(_)) => String::new(),
            (None, None) => {
                return wrong(at("declared_at"), "it is missing: give a time, such as 2026-11-23T17:00:00Z");
            }
            (Some(time), _) => {
                let problem = format!("`{}` is not a time, such as 2026-11-23T17:00:00Z", excerpt(&time, 60));
                return wrong(at("declared_at"), &problem);
            }
        };
        let ticket = self.ticket.as_ref().map(|ticket| ("ticket", ticket));
        let texts = [("id", &self.id), ("owner", &self.owner), ("reason", &self.reason)];
        for (member, text) in texts.into_iter().chain(ticket) {
            if text.trim().is_empty() {
                return wrong(at(member), "it is empty, and an exception without it cannot be accepted");
            }
        }
        let (functions, matched) = match (self.functions, self.matched) {
            (Some(functions), None) => (sorted(functions, at("functions"))?, None),
            (None, Some(matched)) => (Vec::new(), Some(Box::new(matched.checked(&at("match"))?))),
            (Some(_), Some(_)) => {
                return wrong(at("match"), "the exception names `functions` already: give one of both");
            }
            (None, None) => {
                return wrong(at("functions"), "what is accepted is missing: give `functions` or `match`");
            }
        };
        Ok(Exception {
            id: self.id,
            functions,
            matched,
            owner: self.owner,
            reason: self.reason,
            ticket: self.ticket,
            until,
            says_expires,
            declared_at,
            plan: self.plan,
            too_long: None,
        })
    }
}

fn sorted(mut functions: Vec<String>, path: String) -> Result<Vec<String>, DocumentError> {
    functions.sort_unstable();
    functions.dedup();
    match functions.iter().find(|arn| FunctionArn::parse(arn).is_err()) {
        None => Ok(functions),
        Some(other) => {
            let other = excerpt(other, 100);
            wrong(path, &format!("`{other}` is not the ARN of a function without version or alias"))
        }
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
    let mut ids = HashSet::new();
    for (at, one) in shape.exceptions.into_iter().enumerate() {
        let one = one.checked(&format!("exceptions[{at}]"))?;
        if !ids.insert(one.id.clone()) {
            let problem = format!("another exception is called `{}` already", excerpt(&one.id, 60));
            return wrong(format!("exceptions[{at}].id"), &problem);
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
