//! The configuration file `invoketrail.toml`: the same names as the flags, and flags win.

use crate::output::read_within;
use crate::problem::{Problem, insist, io_problem};
use crate::variables::{variable, variables};
use anyhow::Result;
// The formats that the file can name are those of audits. Another command takes what it offers itself.
use args::audit_format::Format;
use args::source::Recorders;
use args::values::{Output, account, output, region};
use clap::ValueEnum;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use store::limits::SETTINGS;
use store::{DetectSettings, Setting, WrongSetting, read_detect_settings, read_settings};
use text::visible::excerpt;

/// The file that is read where nobody names another.
const NAME: &str = "invoketrail.toml";

/// Every key. A command passes over what it has no flag for.
pub const KEYS: [&str; 20] = [
    "accounts",
    "detect",
    "endpoint-url",
    "exceptions",
    "exceptions-max-days",
    "exit-zero",
    "external-id",
    "format",
    "history",
    "index",
    "inventory",
    "no-index",
    "organization",
    "output",
    "profile",
    "recorders",
    "region",
    "role-name",
    "session-name",
    "threads",
];

/// Settings that send requests or answers elsewhere, or hide or replace an answer. They count only in a file that somebody named:
/// an index holds what was read of log files, and the table of `detect` can switch detections off.
const ONLY_NAMED: [&str; 6] = ["detect", "endpoint-url", "exit-zero", "history", "index", "output"];

/// What the file says; whatever it leaves open is empty.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Config {
    /// The accounts that are read.
    pub accounts: Vec<String>,
    /// What the table of `detect` says.
    pub detect: DetectSettings,
    /// Where every request goes.
    pub endpoint_url: Option<String>,
    /// The file of accepted exceptions.
    pub exceptions: Option<PathBuf>,
    /// For how many days an exception may be declared.
    pub exceptions_max_days: Option<u16>,
    /// Whether an answer that is no ends with 0.
    pub exit_zero: bool,
    /// The external id that the role requires.
    pub(crate) external_id: Option<String>,
    /// The format of what is printed.
    pub format: Option<Format>,
    /// The file of kept audits.
    pub history: Option<PathBuf>,
    /// The file of the index.
    pub index: Option<PathBuf>,
    /// The inventory that is audited.
    pub inventory: Option<PathBuf>,
    /// Whether no index is used.
    pub no_index: bool,
    /// Whether all accounts of the organization are read.
    pub organization: bool,
    /// The files that the answer is also written to.
    pub output: Vec<Output<Format>>,
    /// The profile of the AWS configuration files.
    pub profile: Option<String>,
    /// Which recorders count.
    pub recorders: Option<Recorders>,
    /// The Regions that are read.
    pub region: Vec<String>,
    /// The role that is assumed in other accounts.
    pub role_name: Option<String>,
    /// The name of the session in that role.
    pub(crate) session_name: Option<String>,
    /// How many threads read.
    pub threads: Option<u16>,
    /// True iff it is the file of this folder, that nobody named.
    pub found: bool,
    /// The file, where there is one, and what stands in it.
    pub file: Option<PathBuf>,
    /// Each setting as it stands in the file.
    pub settings: Vec<Setting>,
}

impl Config {
    /// Every key, with what the file says of it.
    pub fn shown(&self) -> report::Settings {
        let variables = variables();
        let said = |key: &'static str| {
            let name = variable(key);
            if let Some(value) = variables.get(&name) {
                let value = value.to_string_lossy();
                let value = if key == "endpoint-url" { report::without_secret(&value) } else { value };
                let shown = text::visible::visible(&value).into_owned();
                let value = value.as_ref().into();
                return Some(report::InFile { shown, value, counts: true, variable: Some(name) });
            }
            let setting = self.settings.iter().find(|setting| setting.key == key)?;
            let counts = !self.found || !ONLY_NAMED.contains(&key);
            let (mut value, mut shown) = (setting.json(), setting.to_string());
            if key == "endpoint-url" {
                // It may hold a password.
                value = report::without_secret(value.as_str().unwrap_or_default()).as_ref().into();
                shown = value.to_string();
            }
            Some(report::InFile { shown, value, counts, variable: None })
        };
        let keys = KEYS.iter().map(|key| (*key, said(key))).collect();
        let file = self.file.as_deref().map(crate::named_file::called);
        report::Settings { file, named: !self.found && self.file.is_some(), keys }
    }

    /// What is about to write the file of exceptions asks first whether a person named it.
    ///
    /// # Errors
    /// [`Problem`] of misuse iff the file of this folder alone names one: whoever made the folder may have chosen it.
    pub fn must_be_named_to_write(&self) -> Result<()> {
        let Some(path) = self.exceptions.as_ref().filter(|_| self.found) else { return Ok(()) };
        let line =
            format!("only ./{NAME} names the file of exceptions {}, and it would be written", path.display());
        let flag = report::shell_file(path);
        Err(Problem::misuse(line)
            .help(format!("name it yourself: --exceptions {flag}, or --config {NAME}"))
            .into())
    }
}

/// Reads the file that was named, or the one in this folder if there is one.
///
/// # Errors
/// [`Problem`] of misuse where the file says something impossible.
pub fn read(named: Option<&Path>) -> Result<Config> {
    match named {
        Some(path) => {
            let (config, settings) = parsed(path)?;
            Ok(Config { file: Some(path.to_owned()), settings, ..config })
        }
        None => in_folder(),
    }
}

/// Reads the file in this folder, if there is one. Whoever made the folder wrote it, and he may not be the caller: it cannot send
/// requests elsewhere or hide an answer, and each setting that counts is shown.
fn in_folder() -> Result<Config> {
    let path = Path::new(NAME);
    match std::fs::metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Config::default()),
        Err(error) => return Err(io_problem("read", NAME, &error).into()),
        // A pipe would be waited for, and a folder of that name does not concern us.
        Ok(metadata) if !metadata.is_file() => {
            insist("note", &format!("ignoring ./{NAME}, because it is not a regular file"));
            return Ok(Config::default());
        }
        Ok(_) => {}
    }
    let (mut config, settings) = parsed(path)?;
    for setting in &settings {
        let key = &setting.key;
        if ONLY_NAMED.contains(&key.as_str()) {
            let why = format!("only a file named with --config may set it (--config {NAME})");
            insist("note", &format!("ignoring `{key}` from ./{NAME}: {why}"));
        } else {
            insist("note", &format!("using from ./{NAME}: {key} = {}", excerpt(&setting.to_string(), 400)));
        }
    }
    forget(&mut config);
    Ok(Config { found: true, file: Some(path.to_owned()), settings, ..config })
}

/// Takes [`ONLY_NAMED`] out.
fn forget(config: &mut Config) {
    let Config { detect, endpoint_url, exit_zero, history, index, output, .. } = config;
    *detect = DetectSettings::default();
    *history = None;
    *endpoint_url = None;
    *exit_zero = false;
    *index = None;
    output.clear();
}

fn parsed(path: &Path) -> Result<(Config, Vec<Setting>)> {
    let bytes = read_within(path, &SETTINGS)?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let line = format!("it is not UTF-8 text (byte {})", error.utf8_error().valid_up_to());
        in_file(path, WrongSetting::new(line))
    })?;
    Ok(parse(&text).map_err(|problem| in_file(path, problem))?)
}

fn in_file(path: &Path, wrong: WrongSetting) -> Problem {
    let problem = Problem::misuse(format!("{}: {}", path.display(), wrong.line));
    match wrong.help {
        Some(help) => problem.help(help),
        None => problem,
    }
}

fn parse(text: &str) -> Result<(Config, Vec<Setting>), WrongSetting> {
    let settings = read_settings(text)?;
    let mut config = Config::default();
    for setting in &settings {
        set(&mut config, setting)?;
    }
    if config.organization && !config.accounts.is_empty() {
        let line = "`accounts` and `organization` cannot be used together".to_owned();
        return Err(WrongSetting::new(line));
    }
    Ok((config, settings))
}

fn set(config: &mut Config, setting: &Setting) -> Result<(), WrongSetting> {
    match setting.key.as_str() {
        "accounts" => config.accounts = setting.each(account)?,
        "detect" => config.detect = read_detect_settings(setting)?,
        "endpoint-url" => config.endpoint_url = Some(setting.secret_text()?),
        "exceptions" => config.exceptions = Some(setting.text()?.into()),
        "exceptions-max-days" => config.exceptions_max_days = Some(setting.number(1..=3660)?),
        "exit-zero" => config.exit_zero = setting.flag()?,
        "external-id" => config.external_id = Some(setting.text()?),
        "format" => config.format = Some(choice(setting)?),
        "history" => config.history = Some(setting.text()?.into()),
        "index" => config.index = Some(setting.text()?.into()),
        "inventory" => config.inventory = Some(setting.text()?.into()),
        "no-index" => config.no_index = setting.flag()?,
        "organization" => config.organization = setting.flag()?,
        "output" => config.output = setting.each(output)?,
        "profile" => config.profile = Some(setting.text()?),
        "recorders" => config.recorders = Some(choice(setting)?),
        "region" => config.region = setting.each(region)?,
        "role-name" => config.role_name = Some(setting.text()?),
        "session-name" => config.session_name = Some(setting.text()?),
        "threads" => config.threads = Some(setting.number(1..=1024)?),
        unknown => return Err(WrongSetting::unknown(unknown, &KEYS)),
    }
    Ok(())
}

fn choice<T: ValueEnum>(setting: &Setting) -> Result<T, WrongSetting> {
    let variants = T::value_variants().iter().filter_map(ValueEnum::to_possible_value);
    let names: Vec<String> = variants.map(|one| one.get_name().to_owned()).collect();
    setting.choice(&names, |name| T::from_str(name, false).ok())
}

#[cfg(test)]
mod tests {
    use super::{Config, KEYS, ONLY_NAMED, forget, parse};
    use args::Cli;
    use clap::CommandFactory;

    #[test]
    fn every_key_is_a_flag_of_that_name() {
        let cli = Cli::command();
        let commands = ["audit", "invocations"].map(|name| cli.find_subcommand(name).unwrap());
        let flags: Vec<&str> =
            commands.iter().flat_map(|one| one.get_arguments()).filter_map(|flag| flag.get_long()).collect();
        // A table, whose keys are not flags.
        for key in KEYS.into_iter().filter(|key| *key != "detect") {
            assert!(flags.contains(&key), "{key}");
        }
    }

    #[test]
    fn the_page_lists_every_key_and_what_only_a_named_file_may_set() {
        let page = include_str!("../../../docs/reference/configuration.md");
        let rows = page.lines().filter_map(|line| line.strip_prefix("| `"));
        let listed: Vec<(&str, bool)> =
            rows.filter_map(|row| Some((row.split('`').next()?, row.ends_with("| yes |")))).collect();
        assert_eq!(listed, KEYS.map(|key| (key, ONLY_NAMED.contains(&key))));
    }

    #[test]
    fn every_key_has_a_default_to_show() {
        for key in KEYS {
            assert!(report::default_setting(key).is_some(), "{key}");
        }
    }

    fn schema() -> serde_json::Value {
        serde_json::from_str(include_str!("../../../docs/reference/config-1.schema.json")).unwrap()
    }

    #[test]
    fn the_schema_names_every_key_and_no_other_and_every_format() {
        let schema = schema();
        let named: Vec<&String> = schema["properties"].as_object().unwrap().keys().collect();
        assert_eq!(named, KEYS);
        assert_eq!(schema["additionalProperties"], false);
        let formats: Vec<&str> = report::AuditFormat::ALL.iter().map(|one| one.name()).collect();
        assert_eq!(schema["properties"]["format"]["enum"], serde_json::json!(formats));
    }

    #[test]
    fn the_schema_accepts_what_the_reader_accepts_and_refuses_what_it_refuses() {
        let schema = jsonschema::draft202012::new(&schema()).unwrap();
        for text in [
            "",
            "accounts = '111122223333'",
            "accounts = ['111122223333']\nregion = ['eu-west-1', 'us-gov-west-1']",
            "organization = true\nrole-name = 'Audit'\nthreads = 1024",
            "output = ['a.json', 'b.md']\nformat = 'sarif'\nrecorders = 'trails'",
            "accounts = []\norganization = true",
            "accounts = ['12']",
            "organization = true\naccounts = '111122223333'",
            "regoin = 'eu-west-1'",
            "region = 3",
            "region = 'Frankfurt'",
            "threads = 0",
            "threads = 1025",
            "threads = 1.5",
            "format = 'pdf'",
            "recorders = 'some'",
            "exit-zero = 'yes'",
            "profile = ['a']",
            "exceptions = 1",
            "exceptions-max-days = 365",
            "exceptions-max-days = 0",
            "exceptions-max-days = 3661",
            "[detect]\nlearn-days = 7\noff = ['TRL-01']\npipelines = ['role/ci-*']\nallowed-regions = ['eu-west-1']",
            "[detect]\nown-accounts = ['111122223333']\nallowed-accounts = ['222233334444']",
            "[detect.thresholds]\n'INV-04.calls-an-hour' = 0.5",
            "detect = 3",
            "[detect]\nlearn-days = 0",
            "[detect]\nlearn-days = 91",
            "[detect]\nlern-days = 9",
            "[detect]\noff = 'TRL-01'",
            "[detect]\nown-accounts = ['12']",
            "[detect.thresholds]\n'INV-04.calls-an-hour' = -1",
            "[detect.thresholds]\n'INV-04' = 1",
        ] {
            let table: serde_json::Map<_, _> = store::read_settings(text)
                .unwrap()
                .into_iter()
                .map(|setting| (setting.key.clone(), setting.json()))
                .collect();
            assert_eq!(schema.is_valid(&table.into()), parse(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn what_only_a_named_file_may_set_is_forgotten() {
        let line = |key: &str| match key {
            "detect" => "[detect]\noff = ['TRL-01']".to_owned(),
            "exit-zero" => "exit-zero = true".to_owned(),
            _ => format!("{key} = 'https://x.json'"),
        };
        for key in ONLY_NAMED {
            let (mut config, _) = parse(&line(key)).unwrap();
            assert_ne!(config, Config::default(), "{key}");
            forget(&mut config);
            assert_eq!(config, Config::default(), "{key}");
        }
    }

    #[test]
    fn one_and_several_are_both_lists() {
        let (config, _) = parse("region = 'eu-west-1'\noutput = ['a.json', 'b.md']").unwrap();
        assert_eq!(config.region, ["eu-west-1"]);
        assert_eq!(config.output.len(), 2);
    }

    #[test]
    fn what_is_wrong_is_told_in_one_line() {
        for (text, said) in [
            ("regoin = 'eu-west-1'", "`regoin` is not a setting"),
            ("role_name = 'x'", "`role_name` is not a setting"),
            ("region = 3", "`region` needs text in quotes, or a list of it, not 3"),
            ("organization = 'yes'", "`organization` needs true or false, not \"yes\""),
            (
                "format = 'pdf'",
                "`format` needs one of terminal, json, jsonl, markdown, html, csv, junit, sarif, ocsf, asff, oscal, not \"pdf\"",
            ),
            ("accounts = ['12']", "`accounts` cannot be `12`: an account id has twelve digits"),
            (
                "organization = true\naccounts = '111122223333'",
                "`accounts` and `organization` cannot be used together",
            ),
        ] {
            assert_eq!(parse(text).unwrap_err().line, said);
        }
        assert_eq!(parse("regoin = 1").unwrap_err().help.unwrap(), "did you mean `region`?");
        assert_eq!(parse("role_name = 'x'").unwrap_err().help.unwrap(), "did you mean `role-name`?");
        assert!(parse("a = 1\nregion = ").unwrap_err().line.starts_with("line 2: "));
    }
}
