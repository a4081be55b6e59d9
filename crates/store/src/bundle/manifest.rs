//! The manifest of a bundle: who collected what when, what was decided, and the hash of every file.

use super::MANIFEST;
use crate::document::{self, DocumentError, Format};
use crate::exceptions_file::is_time;
use audit::finding::{Audit, verdict_word};
use logs::Sha256;
use logs::hex;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use text::visible::excerpt;

const FORMAT: Format = Format { name: "invoketrail.bundle", version: 1, noun: "the manifest of a bundle" };

/// How many files a bundle may have; ours have a few dozen.
const MOST: usize = 1_000;

/// What was decided, and by which version from what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decided {
    /// The version of the tool.
    pub version: String,
    /// When the bundle was made: RFC 3339, UTC.
    pub generated_at: String,
    /// When collecting began: RFC 3339, UTC.
    pub collected_at: String,
    /// The ARN of whoever collected, where known.
    pub caller: Option<String>,
    /// `yes`, `no`, `undetermined`, `nothing`.
    pub answer: String,
    /// The status of every control.
    pub controls: BTreeMap<String, String>,
    /// How many resources were judged.
    pub resources: usize,
    /// SHA-256 over the verdict on each, in hexadecimal.
    pub verdicts: String,
}

impl Decided {
    /// What this audit decides. The same audit gives the same, whoever runs it.
    #[must_use]
    pub fn of(audit: &Audit<'_>, version: &str, generated_at: &str) -> Self {
        let mut hash = Sha256::default();
        let mut resources = 0;
        for (at, place) in audit.places.iter().enumerate() {
            let here = |what: &str, word: &str| format!("{} {} {what} {word}\n", place.account, place.region);
            for plane in &place.planes {
                let any = audit.verdicts[plane.any].state;
                hash.update(here(plane.kind.as_str(), verdict_word(any)));
                for (home, row) in audit.at_home(at, plane.kind) {
                    hash.update(here(row.arn, verdict_word(audit.state(home))));
                    resources += 1;
                }
            }
        }
        let controls = audit.every_control();
        Decided {
            version: version.to_owned(),
            generated_at: generated_at.to_owned(),
            collected_at: audit.inventory.collected_at.clone(),
            caller: audit.inventory.caller.clone(),
            answer: audit.answer().conclusion().as_str().to_owned(),
            controls: controls.map(|one| (one.id.to_owned(), one.status.as_str().to_owned())).collect(),
            resources,
            verdicts: hex(&hash.finish()),
        }
    }

    /// What `other`, which was decided again, says otherwise than this one, in words; also who collected the facts when.
    #[must_use]
    pub fn differences(&self, other: &Decided) -> Vec<String> {
        let mut all = Vec::new();
        if self.collected_at != other.collected_at {
            all.push(format!(
                "the facts were collected at {}, not {}",
                other.collected_at, self.collected_at
            ));
        }
        if self.caller != other.caller {
            let named = |of: &Decided| of.caller.clone().unwrap_or_else(|| "nobody".to_owned());
            all.push(format!("the facts were collected by {}, not {}", named(other), named(self)));
        }
        if self.answer != other.answer {
            all.push(format!("the answer is `{}`, not `{}`", other.answer, self.answer));
        }
        let ids: BTreeSet<&String> = self.controls.keys().chain(other.controls.keys()).collect();
        for id in ids {
            let status = |of: &Decided| of.controls.get(id).map_or("absent", String::as_str).to_owned();
            let (said, is) = (status(self), status(other));
            if said != is {
                all.push(format!("{id} is `{is}`, not `{said}`"));
            }
        }
        if self.resources != other.resources {
            all.push(format!("{} resources are judged, not {}", other.resources, self.resources));
        } else if self.verdicts != other.verdicts {
            all.push("verdicts on resources differ".to_owned());
        }
        all
    }
}

/// A file of a bundle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileEntry {
    /// Its path in the bundle, with `/`.
    pub path: String,
    /// Its bytes.
    pub size: u64,
    /// Their SHA-256, in hexadecimal.
    pub sha256: String,
}

#[derive(Serialize, Deserialize)]
struct Shape {
    format: String,
    tool: ToolShape,
    generated_at: String,
    collected_at: String,
    caller: Option<String>,
    answer: String,
    controls: BTreeMap<String, String>,
    resources: usize,
    verdicts_sha256: String,
    files: Vec<FileEntry>,
}

#[derive(Serialize, Deserialize)]
struct ToolShape {
    name: String,
    version: String,
}

/// The manifest as it stands in the bundle.
pub(super) fn written(decided: &Decided, files: &[FileEntry]) -> String {
    let Decided { version, generated_at, collected_at, caller, answer, controls, resources, verdicts } =
        decided.clone();
    let tool = ToolShape { name: "invoketrail".to_owned(), version };
    let (format, verdicts_sha256, files) = (FORMAT.tag(), verdicts, files.to_vec());
    let shape = Shape {
        format,
        tool,
        generated_at,
        collected_at,
        caller,
        answer,
        controls,
        resources,
        verdicts_sha256,
        files,
    };
    // Texts, numbers and lists alone: this cannot fail.
    let mut text = serde_json::to_string_pretty(&shape).unwrap_or_default();
    text.push('\n');
    text::visible::json(&text).into_owned()
}

/// Reads a manifest. Each path in it stays in the bundle and stands there once.
pub(super) fn read(bytes: &[u8]) -> Result<(Decided, Vec<FileEntry>), DocumentError> {
    let shape: Shape = document::read(bytes, FORMAT)?;
    let impossible = |path: String, problem: String| Err(DocumentError::Impossible { path, problem });
    if shape.files.len() > MOST {
        return impossible("files".to_owned(), format!("no bundle has more than {MOST} files"));
    }
    for (member, time) in [("generated_at", &shape.generated_at), ("collected_at", &shape.collected_at)] {
        if !is_time(time) {
            return impossible(member.to_owned(), "a time has the form 2026-11-23T17:00:00Z".to_owned());
        }
    }
    let mut known = BTreeSet::new();
    for (at, file) in shape.files.iter().enumerate() {
        let shown = excerpt(&file.path, 100);
        if !stays_inside(&file.path) {
            return impossible(format!("files[{at}].path"), format!("`{shown}` leads out of the bundle"));
        }
        if file.path == MANIFEST || !known.insert(file.path.as_str()) {
            return impossible(format!("files[{at}].path"), format!("`{shown}` appears twice"));
        }
        if file.sha256.len() != 64 || !file.sha256.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return impossible(
                format!("files[{at}].sha256"),
                "64 hexadecimal digits were expected".to_owned(),
            );
        }
    }
    let plain = |text: &str| excerpt(text, 300);
    let decided = Decided {
        version: plain(&shape.tool.version),
        generated_at: shape.generated_at,
        collected_at: shape.collected_at,
        caller: shape.caller,
        answer: plain(&shape.answer),
        controls: shape.controls.iter().map(|(id, status)| (plain(id), plain(status))).collect(),
        resources: shape.resources,
        verdicts: shape.verdicts_sha256,
    };
    Ok((decided, shape.files))
}

/// True iff the path is relative, of plain names, and leads to something below the bundle.
pub(super) fn stays_inside(path: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    let named = |name: &str| !name.is_empty() && name.bytes().all(plain) && !name.starts_with('.');
    path.len() <= 200 && path.split('/').all(named)
}
