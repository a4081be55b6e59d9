//! The settings that count, and where each comes from: text for a terminal, and JSON `invoketrail.settings/1`.

use super::page::{Align, Layout, Page, Span, Style};
use serde_json::{Value, json};

/// The format of the settings as JSON, and its version.
pub const SETTINGS_FORMAT: &str = "invoketrail.settings/1";

/// What counts where nothing is set: the key, the value where there is one, and what it means.
const DEFAULTS: [(&str, Default, &str); 20] = [
    ("accounts", Default::None, "the caller's account"),
    ("detect", Default::None, "the defaults of detections"),
    ("endpoint-url", Default::None, "the endpoints of AWS"),
    ("exceptions", Default::None, "no exceptions"),
    ("exceptions-max-days", Default::None, "no maximum"),
    ("exit-zero", Default::Flag(false), "the exit code says the answer"),
    ("external-id", Default::None, "no external id"),
    ("format", Default::Text("terminal"), "for a person"),
    ("history", Default::None, "invoketrail/history.sqlite in the data folder"),
    ("index", Default::None, "invoketrail/index-1.sqlite in the cache folder"),
    ("inventory", Default::None, "AWS is asked"),
    ("no-index", Default::Flag(false), "the index is used"),
    ("organization", Default::Flag(false), "only the accounts that are named"),
    ("output", Default::None, "only stdout"),
    ("profile", Default::None, "the profile that the AWS settings name"),
    ("recorders", Default::Text("all"), "trails and event data stores"),
    ("region", Default::None, "all enabled Regions"),
    ("role-name", Default::None, "no role is assumed"),
    ("session-name", Default::Text("invoketrail"), "the name that trails record"),
    ("threads", Default::None, "one for each processor"),
];

/// A value that counts where nothing is set.
#[derive(Clone, Copy, Debug)]
enum Default {
    None,
    Flag(bool),
    Text(&'static str),
}

/// What the file, or a variable in its place, says of a key.
#[derive(Clone, Debug, PartialEq)]
pub struct InFile {
    /// As TOML.
    pub shown: String,
    /// As JSON.
    pub value: Value,
    /// False iff nobody named the file, and the key counts only in a file that somebody named.
    pub counts: bool,
    /// The variable of the environment that says it; `None` iff the file does.
    pub variable: Option<String>,
}

/// All settings.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// The file; `None` iff there is none.
    pub file: Option<String>,
    /// True iff `--config` named it.
    pub named: bool,
    /// Every key, with what the file says of it.
    pub keys: Vec<(&'static str, Option<InFile>)>,
}

/// What counts where the key is not set: its value, or null, and what that means. `None` for what is no key.
#[must_use]
pub fn default_setting(key: &str) -> Option<(Value, &'static str)> {
    let (_, value, means) = DEFAULTS.iter().find(|(name, _, _)| *name == key)?;
    let value = match value {
        Default::None => Value::Null,
        Default::Flag(flag) => json!(flag),
        Default::Text(text) => json!(text),
    };
    Some((value, means))
}

/// The settings as text for a terminal.
#[must_use]
pub fn settings_text(settings: &Settings, layout: &Layout) -> String {
    let mut page = Page::new(*layout);
    let head = match (&settings.file, settings.named) {
        (None, _) => "There is no invoketrail.toml here, so every setting is the default.".to_owned(),
        (Some(file), true) => format!("Settings of {file}, over the defaults."),
        (Some(file), false) => format!("Settings of {file} in the current folder, over the defaults."),
    };
    page.paragraph(0, (Style::Strong, ""), (Style::Strong, &head));
    page.gap();
    let rows: Vec<Vec<Span>> = settings.keys.iter().map(|(key, said)| row(key, said.as_ref())).collect();
    let heads = [("Key", Align::Left), ("Value", Align::Left), ("From", Align::Left)];
    page.table(&heads, &rows);
    page.gap();
    page.paragraph(
        0,
        (Style::Dim, ""),
        (Style::Dim, "A flag on the command line wins over each of them, a variable over the file."),
    );
    page.into_text()
}

fn row(key: &str, said: Option<&InFile>) -> Vec<Span> {
    let (default, means) = default_setting(key).unwrap_or((Value::Null, ""));
    let default = if default.is_null() { means.to_owned() } else { format!("{default} ({means})") };
    let (value, from) = match said {
        Some(said) if said.counts => {
            let from = said.variable.as_deref().unwrap_or("file");
            ((Style::Plain, said.shown.clone()), (Style::Good, from))
        }
        Some(_) => ((Style::Dim, default), (Style::Open, "default; the file's value needs --config")),
        None => ((Style::Dim, default), (Style::Dim, "default")),
    };
    vec![(Style::Plain, key.to_owned()), value, (from.0, from.1.to_owned())]
}

/// The settings as one JSON document.
#[must_use]
pub fn settings_json(settings: &Settings) -> String {
    let entries = settings.keys.iter().map(|(key, said)| {
        let (default, means) = default_setting(key).unwrap_or((Value::Null, ""));
        let counting = said.as_ref().filter(|said| said.counts);
        let (value, source) = match counting {
            Some(said) => (&said.value, if said.variable.is_some() { "environment" } else { "file" }),
            None => (&default, "default"),
        };
        json!({
            "key": key,
            "value": value,
            "source": source,
            "means": if counting.is_some() { Value::Null } else { json!(means) },
            "ignored": said.as_ref().is_some_and(|said| !said.counts),
        })
    });
    let document = json!({
        "format": SETTINGS_FORMAT,
        "file": settings.file,
        "named": settings.named,
        "settings": entries.collect::<Vec<_>>(),
    });
    format!("{}\n", text::visible::json(&document.to_string()))
}
