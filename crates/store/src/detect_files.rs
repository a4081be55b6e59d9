//! What users tell detections: networks that they know, findings that they accept, and the table `[detect]` of `invoketrail.toml`.

use super::document::{self, DocumentError, Format, wrong};
use super::exceptions_file::is_day;
use super::settings_file::{Setting, WrongSetting};
use cloudtrail::time::DAY_MILLIS;
use detect::exception::Exception;
use detect::finding::Severity;
use detect::settings::KnownNetwork;
use logs::Network;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use text::nearest::nearest;
use text::visible::excerpt;

const EXCEPTIONS: Format =
    Format { name: "invoketrail.detect-exceptions", version: 1, noun: "a file of exceptions for detections" };

const DETECTIONS: Format =
    Format { name: "invoketrail.detections", version: 1, noun: "a report of `invoketrail detect` as JSON" };

#[derive(Deserialize)]
struct FindingsShape {
    findings: Vec<FindingShape>,
}

#[derive(Deserialize)]
struct FindingShape {
    id: String,
    severity: String,
    #[serde(default)]
    accepted: Option<serde::de::IgnoredAny>,
}

/// The findings that decided when `detect --format json` told them, neither notes nor accepted, by id with their severity. A severity that
/// this version does not know is the least.
///
/// # Errors
/// [`DocumentError`], in one line, with the place in the file.
pub fn read_open_findings(bytes: &[u8]) -> Result<BTreeMap<String, Severity>, DocumentError> {
    let shape: FindingsShape = document::read(bytes, DETECTIONS)?;
    let known = [Severity::Low, Severity::Medium, Severity::High, Severity::Critical];
    let severity = |word: &str| known.into_iter().find(|one| one.as_str() == word);
    let open = shape
        .findings
        .into_iter()
        .filter(|one| one.accepted.is_none() && one.severity != Severity::Note.as_str());
    Ok(open.map(|one| (one.id, severity(&one.severity).unwrap_or(Severity::Low))).collect())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NetworksShape {
    network: Vec<NetworkShape>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NetworkShape {
    cidr: String,
    name: String,
    #[serde(default)]
    trusted: bool,
    #[serde(default)]
    blocked: bool,
}

/// Reads a file of networks: TOML, a table `[[network]]` for each.
///
/// # Errors
/// In one line, what is wrong with it.
pub fn read_networks(text: &str) -> Result<Vec<KnownNetwork>, String> {
    let shape: NetworksShape = toml::from_str(text).map_err(|error| {
        let line = error.span().map(|span| text.get(..span.start).unwrap_or(text).matches('\n').count() + 1);
        let at = line.map(|line| format!("line {line}: ")).unwrap_or_default();
        format!("{at}{}", error.message().lines().collect::<Vec<_>>().join(" "))
    })?;
    let known = |one: NetworkShape| {
        let network: Network =
            one.cidr.parse().map_err(|error| format!("`{}`: {error}", excerpt(&one.cidr, 60)))?;
        if one.trusted && one.blocked {
            return Err(format!("`{}` is both trusted and blocked", excerpt(&one.cidr, 60)));
        }
        Ok(KnownNetwork { network, name: one.name, trusted: one.trusted, blocked: one.blocked })
    };
    shape.network.into_iter().map(known).collect()
}

/// The files of rules in a folder and the folders in it, or the one file: name and text, in order of their names. Links are not followed.
///
/// # Errors
/// What cannot be read, and why.
pub fn read_rules(place: &Path) -> Result<Vec<(String, String)>, (PathBuf, io::Error)> {
    let at = |path: &Path| {
        let path = path.to_owned();
        move |error| (path, error)
    };
    let mut waiting = vec![place.to_owned()];
    let mut files = Vec::new();
    let mut room = MOST_RULE_BYTES;
    while let Some(path) = waiting.pop() {
        let told = if path == place { std::fs::metadata(&path) } else { std::fs::symlink_metadata(&path) };
        let told = told.map_err(at(&path))?;
        let is_rule = path.extension().is_some_and(|end| end == "yml" || end == "yaml");
        if told.is_dir() {
            for entry in std::fs::read_dir(&path).map_err(at(&path))? {
                waiting.push(entry.map_err(at(&path))?.path());
            }
        } else if told.is_file() && (is_rule || path == place) {
            let mut text = Vec::new();
            let opened = std::fs::File::open(&path).map_err(at(&path))?;
            opened.take(room + 1).read_to_end(&mut text).map_err(at(&path))?;
            let most =
                || io::Error::other(format!("rules are larger than {} MiB together", MOST_RULE_BYTES >> 20));
            room = room.checked_sub(text.len() as u64).ok_or_else(|| (path.clone(), most()))?;
            let text = String::from_utf8(text);
            let text = text.map_err(|_| (path.clone(), io::Error::other("it is not UTF-8 text")))?;
            files.push((path.to_string_lossy().into_owned(), text));
        }
    }
    files.sort_unstable();
    Ok(files)
}

/// Bytes of rules that are read.
const MOST_RULE_BYTES: u64 = 64 << 20;

#[derive(Deserialize)]
struct ExceptionsShape {
    #[serde(rename = "format")]
    _format: String,
    exceptions: Vec<ExceptionShape>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ExceptionShape {
    id: String,
    detections: Vec<String>,
    #[serde(default)]
    functions: Option<Vec<String>>,
    #[serde(default)]
    principals: Option<Vec<String>>,
    #[serde(default)]
    networks: Option<Vec<String>>,
    #[serde(default)]
    accounts: Option<Vec<String>>,
    owner: String,
    reason: String,
    #[serde(default)]
    ticket: Option<String>,
    expires: String,
}

/// Reads a file of exceptions for detections. `longest` is how many days after `now` (milliseconds since 1970) one may end at most.
///
/// # Errors
/// [`DocumentError`], in one line, with the place in the file.
pub fn read_detect_exceptions(
    bytes: &[u8],
    longest: Option<u16>,
    now: i64,
) -> Result<Vec<Exception>, DocumentError> {
    let shape: ExceptionsShape = document::read(bytes, EXCEPTIONS)?;
    let mut all: Vec<Exception> = Vec::new();
    for (at, one) in shape.exceptions.into_iter().enumerate() {
        let path = format!("exceptions[{at}]");
        let one = one.checked(&path)?;
        if all.iter().any(|other| other.id == one.id) {
            return wrong(format!("{path}.id"), &format!("`{}` appears twice", excerpt(&one.id, 60)));
        }
        if let Some(days) = longest.filter(|days| one.ends > now + (i64::from(*days) + 1) * DAY_MILLIS) {
            let problem = format!("it is more than {days} days away, the maximum that is set");
            return wrong(format!("{path}.expires"), &problem);
        }
        all.push(one);
    }
    Ok(all)
}

impl ExceptionShape {
    fn checked(self, path: &str) -> Result<Exception, DocumentError> {
        let at = |member: &str| format!("{path}.{member}");
        for (member, text) in [("id", &self.id), ("owner", &self.owner), ("reason", &self.reason)] {
            if text.trim().is_empty() {
                return wrong(at(member), "it is empty, and an exception without it cannot be accepted");
            }
        }
        if self.detections.is_empty() {
            return wrong(at("detections"), "name at least one detection");
        }
        let ids: Vec<&str> = detect::detections::ALL.iter().map(|one| one.id).collect();
        let is_rule = |name: &str| name.starts_with("sigma:") || name == "*";
        if let Some(other) =
            self.detections.iter().find(|name| !is_rule(name) && !ids.contains(&name.as_str()))
        {
            let near = nearest(other, ids.iter().copied()).map(|near| format!(": did you mean `{near}`?"));
            let problem = format!("`{}` is not a detection{}", excerpt(other, 60), near.unwrap_or_default());
            return wrong(at("detections"), &problem);
        }
        let lists = [&self.functions, &self.principals, &self.networks, &self.accounts];
        let names = ["functions", "principals", "networks", "accounts"];
        if let Some((_, member)) =
            lists.into_iter().zip(names).find(|(list, _)| list.as_ref().is_some_and(Vec::is_empty))
        {
            return wrong(at(member), "an empty list matches nothing: leave it out to match everything");
        }
        if self.detections.iter().any(|one| one == "*") && lists.iter().all(|list| list.is_none()) {
            return wrong(at("detections"), "this accepts every finding: name what it is about");
        }
        if !is_day(&self.expires) {
            let problem = format!("`{}` is not a day, such as 2027-01-31", excerpt(&self.expires, 60));
            return wrong(at("expires"), &problem);
        }
        if let Some(other) = self.accounts.iter().flatten().find(|id| !is_account(id)) {
            let problem = format!("`{}` is not an account id, which has twelve digits", excerpt(other, 60));
            return wrong(at("accounts"), &problem);
        }
        let mut networks = Vec::new();
        for text in self.networks.unwrap_or_default() {
            match text.parse() {
                Ok(network) => networks.push(network),
                Err(error) => return wrong(at("networks"), &format!("`{}`: {error}", excerpt(&text, 60))),
            }
        }
        let ends =
            logs::milliseconds(&format!("{}T00:00:00Z", self.expires)).map_or(0, |day| day + DAY_MILLIS);
        Ok(Exception {
            id: self.id,
            detections: self.detections,
            functions: self.functions.unwrap_or_default(),
            principals: self.principals.unwrap_or_default(),
            networks,
            accounts: self.accounts.unwrap_or_default(),
            owner: self.owner,
            reason: self.reason,
            ticket: self.ticket,
            expires: self.expires,
            ends,
        })
    }
}

fn is_account(id: &str) -> bool {
    id.len() == 12 && id.bytes().all(|one| one.is_ascii_digit())
}

/// The table `[detect]`; what it leaves open is empty.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DetectSettings {
    /// Days of records before a baseline speaks.
    pub learn_days: Option<i64>,
    /// Accounts of the organization.
    pub own_accounts: BTreeSet<String>,
    /// Accounts of others that may call.
    pub allowed_accounts: BTreeSet<String>,
    /// Regions that may be used.
    pub allowed_regions: Option<BTreeSet<String>>,
    /// Principals that deploy.
    pub pipelines: Vec<String>,
    /// Detections that are off.
    pub off: BTreeSet<String>,
    /// Numbers by detection and key.
    pub thresholds: BTreeMap<(String, String), f64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct DetectShape {
    learn_days: Option<i64>,
    #[serde(default)]
    own_accounts: BTreeSet<String>,
    #[serde(default)]
    allowed_accounts: BTreeSet<String>,
    allowed_regions: Option<BTreeSet<String>>,
    #[serde(default)]
    pipelines: Vec<String>,
    #[serde(default)]
    off: BTreeSet<String>,
    #[serde(default)]
    thresholds: BTreeMap<String, f64>,
}

/// Reads it.
///
/// # Errors
/// In one line, what is wrong with it.
pub fn read_detect_settings(setting: &Setting) -> Result<DetectSettings, WrongSetting> {
    let wrong = |problem: String| WrongSetting::new(format!("`detect`: {problem}"));
    let shape: DetectShape =
        serde_json::from_value(setting.json()).map_err(|error| wrong(excerpt(&error.to_string(), 200)))?;
    let known = |id: &str| detect::detections::ALL.iter().find(|one| one.id == id);
    let ids = || detect::detections::ALL.iter().map(|one| one.id);
    let unknown = |id: &str| {
        let near = nearest(id, ids()).map(|near| format!(": did you mean `{near}`?")).unwrap_or_default();
        wrong(format!("`{}` is not a detection{near}", excerpt(id, 60)))
    };
    if let Some(other) = shape.off.iter().find(|id| known(id).is_none()) {
        return Err(unknown(other));
    }
    let mut accounts = shape.own_accounts.iter().chain(&shape.allowed_accounts);
    if let Some(other) = accounts.find(|id| !is_account(id)) {
        return Err(wrong(format!("`{}` is not an account id, which has twelve digits", excerpt(other, 60))));
    }
    if shape.learn_days.is_some_and(|days| !(1..=90).contains(&days)) {
        return Err(wrong("`learn-days` needs a number from 1 to 90".to_owned()));
    }
    let mut thresholds = BTreeMap::new();
    for (name, number) in shape.thresholds {
        let (id, key) = name.split_once('.').unwrap_or((&name, ""));
        let detection = known(id).ok_or_else(|| unknown(id))?;
        let keys = || detection.thresholds.iter().map(|one| one.key);
        if !keys().any(|one| one == key) {
            let all = keys().map(|key| format!("{id}.{key}")).collect::<Vec<_>>().join(", ");
            let all = if all.is_empty() { "it has none".to_owned() } else { format!("it has {all}") };
            return Err(wrong(format!("`{}` is not a threshold of {id}: {all}", excerpt(&name, 60))));
        }
        if !number.is_finite() || number < 0.0 {
            return Err(wrong(format!("`{name}` needs a number that is not negative")));
        }
        thresholds.insert((id.to_owned(), key.to_owned()), number);
    }
    Ok(DetectSettings {
        learn_days: shape.learn_days,
        own_accounts: shape.own_accounts,
        allowed_accounts: shape.allowed_accounts,
        allowed_regions: shape.allowed_regions,
        pipelines: shape.pipelines,
        off: shape.off,
        thresholds,
    })
}

#[cfg(test)]
mod tests {
    use super::{read_detect_exceptions, read_detect_settings, read_networks};
    use crate::read_settings;

    #[test]
    fn networks_are_read_and_told_what_is_wrong_with() {
        let two = "[[network]]\ncidr = '198.51.100.0/24'\nname = 'office'\ntrusted = true\n[[network]]\ncidr = '2001:db8::/32'\nname = 'x'";
        assert_eq!(read_networks(two).unwrap().len(), 2);
        for (text, said) in [
            ("[[network]]\ncidr = 'office'\nname = 'x'", "`office`: it is not an IP address"),
            ("[[network]]\ncidr = '10.0.0.0/8'", "missing field `name`"),
            ("[[network]]\ncidr = '10.0.0.0/8'\nname = 'x'\ntrustd = true", "unknown field `trustd`"),
            (
                "[[network]]\ncidr = '10.0.0.0/8'\nname = 'x'\ntrusted = true\nblocked = true",
                "both trusted and blocked",
            ),
        ] {
            let error = read_networks(text).unwrap_err();
            assert!(error.contains(said), "{error}");
        }
    }

    fn exceptions(members: &str) -> Result<usize, String> {
        let text = format!(
            r#"{{"format":"invoketrail.detect-exceptions/1","exceptions":[{{"id":"a","owner":"o","reason":"r","expires":"2027-01-31",{members}}}]}}"#
        );
        let now = logs::milliseconds("2026-12-01T00:00:00Z").unwrap();
        read_detect_exceptions(text.as_bytes(), Some(90), now)
            .map(|all| all.len())
            .map_err(|error| error.to_string())
    }

    #[test]
    fn exceptions_say_what_they_are_about() {
        assert_eq!(exceptions(r#""detections":["TRL-01"],"principals":["role/ci-*"]"#), Ok(1));
        for (members, said) in [
            (r#""detections":["TRL-1"]"#, "did you mean `TRL-"),
            (r#""detections":["*"]"#, "accepts every finding"),
            (r#""detections":["TRL-01"],"functions":[]"#, "an empty list matches nothing"),
            (r#""detections":["TRL-01"],"networks":["x"]"#, "`x`: it is not an IP address"),
            (r#""detections":["TRL-01"],"accounts":["1234"]"#, "`1234` is not an account id"),
            (r#""detections":["TRL-01"],"ticket":"x","function":["y"]"#, "function"),
        ] {
            let error = exceptions(members).unwrap_err();
            assert!(error.contains(said), "{error}");
        }
        let late = r#"{"format":"invoketrail.detect-exceptions/1","exceptions":[{"id":"a","owner":"o","reason":"r","expires":"2029-01-31","detections":["TRL-01"]}]}"#;
        let error = read_detect_exceptions(late.as_bytes(), Some(90), 0).unwrap_err().to_string();
        assert!(error.contains("more than 90 days away"), "{error}");
    }

    #[test]
    fn the_table_is_read_and_what_is_misspelt_is_named() {
        let read =
            |text: &str| read_detect_settings(&read_settings(text).unwrap()[0]).map_err(|error| error.line);
        let settings =
            read("[detect]\nlearn-days = 7\noff = ['TRL-01']\nown-accounts = ['111122223333']").unwrap();
        assert_eq!((settings.learn_days, settings.off.len()), (Some(7), 1));
        for (text, said) in [
            ("[detect]\nlern-days = 7", "unknown field `lern-days`"),
            ("[detect]\noff = ['TRL-1']", "`TRL-1` is not a detection"),
            ("[detect.thresholds]\n'LAM-13.x' = 7", "`LAM-13.x` is not a threshold of LAM-13: it has none"),
            ("[detect]\nlearn-days = 0", "`learn-days` needs a number from 1 to 90"),
            ("detect = 3", "`detect`"),
        ] {
            let error = read(text).unwrap_err();
            assert!(error.contains(said), "{error}");
        }
    }
}
