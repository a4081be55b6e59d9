//! Our file of settings `invoketrail.toml`: its keys and values, and in one line what is wrong with them. What a key means is not known
//! here.

use std::fmt;
use std::ops::RangeInclusive;
use text::nearest::nearest;
use text::visible::excerpt;
use toml::{Table, Value};

/// What is wrong with a file of settings, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrongSetting {
    /// In one line.
    pub line: String,
    /// What to do.
    pub help: Option<String>,
}

impl WrongSetting {
    /// What is wrong, where nothing helps but to mend it.
    #[must_use]
    pub fn new(line: String) -> Self {
        WrongSetting { line, help: None }
    }

    /// A key that there is not. `known` are those that there are.
    #[must_use]
    pub fn unknown(key: &str, known: &[&str]) -> Self {
        let line = format!("`{}` is not a setting", excerpt(key, 60));
        let help = match nearest(&key.replace('_', "-"), known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("settings are named like the flags: {}", known.join(", ")),
        };
        WrongSetting { line, help: Some(help) }
    }
}

/// A key with its value.
#[derive(Clone, Debug, PartialEq)]
pub struct Setting {
    /// As it stands in the file.
    pub key: String,
    value: Value,
}

/// The value, as TOML.
impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)
    }
}

/// Reads a file of settings.
///
/// # Errors
/// What is no TOML, with its line.
pub fn read_settings(text: &str) -> Result<Vec<Setting>, WrongSetting> {
    let table: Table = text.parse().map_err(|error: toml::de::Error| {
        let line = error.span().map(|span| text[..span.start.min(text.len())].matches('\n').count() + 1);
        let at = line.map(|line| format!("line {line}: ")).unwrap_or_default();
        WrongSetting::new(format!("{at}{}", error.message().lines().collect::<Vec<_>>().join(" ")))
    })?;
    Ok(table.into_iter().map(|(key, value)| Setting { key, value }).collect())
}

impl Setting {
    /// The value as JSON.
    #[must_use]
    pub fn json(&self) -> serde_json::Value {
        // What settings may be, texts, numbers, flags and lists of them, can be written.
        serde_json::to_value(&self.value).unwrap_or_default()
    }

    fn expected(&self, wanted: &str) -> WrongSetting {
        expected(&self.key, wanted, &self.value)
    }

    /// # Errors
    /// Where it is no text.
    pub fn text(&self) -> Result<String, WrongSetting> {
        self.value.as_str().map(str::to_owned).ok_or_else(|| self.expected("text in quotes"))
    }

    /// As [`Setting::text`], of what may hold a password: it is not shown.
    ///
    /// # Errors
    /// Where it is no text.
    pub fn secret_text(&self) -> Result<String, WrongSetting> {
        let wrong = || WrongSetting::new(format!("`{}` needs text in quotes", self.key));
        self.value.as_str().map(str::to_owned).ok_or_else(wrong)
    }

    /// # Errors
    /// Where it is neither true nor false.
    pub fn flag(&self) -> Result<bool, WrongSetting> {
        self.value.as_bool().ok_or_else(|| self.expected("true or false"))
    }

    /// # Errors
    /// Where it is no number among these.
    pub fn number(&self, among: RangeInclusive<u16>) -> Result<u16, WrongSetting> {
        let number = self.value.as_integer().and_then(|number| u16::try_from(number).ok());
        let wanted = || format!("a number from {} to {}", among.start(), among.end());
        number.filter(|number| among.contains(number)).ok_or_else(|| self.expected(&wanted()))
    }

    /// One of these names.
    ///
    /// # Errors
    /// Where it is none of them.
    pub fn choice<T>(&self, names: &[String], known: impl Fn(&str) -> Option<T>) -> Result<T, WrongSetting> {
        let wrong = || self.expected(&format!("one of {}", names.join(", ")));
        self.value.as_str().and_then(known).ok_or_else(wrong)
    }

    /// One text, or a list of them.
    ///
    /// # Errors
    /// Where it is neither, or what `read` says of one.
    pub fn each<T>(&self, read: impl Fn(&str) -> Result<T, String>) -> Result<Vec<T>, WrongSetting> {
        let key = &self.key;
        let list = match &self.value {
            Value::Array(list) => list.as_slice(),
            one => std::slice::from_ref(one),
        };
        let one = |value: &Value| {
            let text =
                value.as_str().ok_or_else(|| expected(key, "text in quotes, or a list of it", value))?;
            let wrong = |why| WrongSetting::new(format!("`{key}` cannot be `{}`: {why}", excerpt(text, 60)));
            read(text).map_err(wrong)
        };
        list.iter().map(one).collect()
    }
}

fn expected(key: &str, wanted: &str, value: &Value) -> WrongSetting {
    WrongSetting::new(format!("`{key}` needs {wanted}, not {}", excerpt(&value.to_string(), 60)))
}
