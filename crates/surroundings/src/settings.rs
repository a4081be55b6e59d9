//! What the arguments mean: flags over the configuration file over defaults.

use crate::again::config_again;
use crate::config::Config;
use crate::problem::say;
use args::audit_format::Format;
use args::reading::Threads;
use args::source as flags;
use args::source::Recorders;
use args::values::Output;
use audit::Counted;
use clap::ValueEnum;
use delivery::Scope;
use report::AuditFormat;
use std::path::PathBuf;

/// Where the facts come from.
#[derive(Clone, Debug)]
pub enum Source {
    /// An inventory file; `-` is stdin.
    File(PathBuf),
    /// The inventory of `--demo`, in this file as long as the command runs.
    Demo(PathBuf),
    /// AWS.
    Live(Live),
}

/// What to read of AWS, and as whom.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Live {
    /// Which accounts.
    pub accounts: Accounts,
    /// The role that is assumed in other accounts.
    pub role_name: Option<String>,
    /// The external id that the role requires.
    pub(crate) external_id: Option<String>,
    /// The name of the session in that role.
    pub(crate) session_name: Option<String>,
    /// `None` iff all enabled ones.
    pub regions: Option<Vec<String>>,
    /// The profile of the AWS configuration files.
    pub profile: Option<String>,
    /// Where every request goes.
    pub endpoint_url: Option<String>,
}

/// Which accounts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Accounts {
    #[default]
    /// That of the caller.
    Caller,
    /// These.
    Listed(Vec<String>),
    /// All of the caller's organization.
    Organization,
}

/// How an audit is shown.
#[derive(Clone, Debug)]
pub struct Showing {
    /// The format of what is printed.
    pub format: Format,
    /// The files that it is also written to.
    pub outputs: Vec<Output<Format>>,
    /// Whether an answer that is no ends with 0.
    pub exit_zero: bool,
    /// The frameworks whose controls are shown.
    pub frameworks: Vec<String>,
    /// The files of frameworks of the user's own.
    pub framework_files: Vec<PathBuf>,
    /// Whether everything is printed.
    pub all: bool,
}

/// From what was typed about how an audit is shown.
pub fn showing(typed: args::showing::Showing, config: &Config) -> Showing {
    Showing {
        format: format(typed.format, config, ANY).unwrap_or(Format(AuditFormat::Terminal)),
        outputs: outputs(typed.output, config, ANY),
        exit_zero: typed.exit_zero || config.exit_zero,
        frameworks: typed.frameworks,
        framework_files: typed.framework_files,
        all: typed.all,
    }
}

/// The flag that says again how long an exception may be declared for, as typed, with a space before it.
pub fn longest_again(typed: Option<u16>) -> String {
    typed.map_or_else(String::new, |days| format!(" --exceptions-max-days {days}"))
}

/// Which recorders count.
pub fn counted(typed: &flags::Counting, config: &Config) -> Counted {
    match typed.recorders.or(config.recorders) {
        None | Some(Recorders::All) => Counted::All,
        Some(Recorders::Trails) => Counted::Trails,
    }
}

/// From what was typed about the source. A flag about AWS wins over an inventory in the configuration file.
pub fn source(typed: flags::Source, config: Config) -> Source {
    let silent = typed.live == flags::Live::default();
    if let (true, Some(path)) = (typed.demo, &typed.inventory) {
        return Source::Demo(path.clone());
    }
    match typed.inventory.or_else(|| config.inventory.clone().filter(|_| silent)) {
        Some(path) => Source::File(path),
        None => Source::Live(live(typed.live, config)),
    }
}

/// From what was typed about AWS.
pub fn live(typed: flags::Live, config: Config) -> Live {
    let accounts = if typed.organization {
        Accounts::Organization
    } else if !typed.accounts.is_empty() {
        Accounts::Listed(typed.accounts)
    } else if config.organization {
        Accounts::Organization
    } else if !config.accounts.is_empty() {
        Accounts::Listed(config.accounts)
    } else {
        Accounts::Caller
    };
    let regions = if typed.region.is_empty() { config.region } else { typed.region };
    Live {
        accounts,
        role_name: typed.role_name.or(config.role_name),
        external_id: typed.external_id.or(config.external_id),
        session_name: typed.session_name.or(config.session_name),
        regions: Some(regions).filter(|regions| !regions.is_empty()),
        profile: typed.profile.or(config.profile),
        endpoint_url: typed.endpoint_url.or(config.endpoint_url),
    }
}

impl Source {
    /// The flags that lead a next command to the same facts, each with a space before it.
    pub fn again(&self) -> String {
        match self {
            Self::File(path) => {
                format!(" --inventory {}{}", report::shell_file(path), config_again())
            }
            Self::Demo(_) => " --demo".to_owned(),
            Self::Live(live) => live.again(),
        }
    }

    /// The flags that lead a next command to the same caller of AWS; none where facts came from a file.
    pub fn caller(&self) -> String {
        match self {
            Self::File(_) | Self::Demo(_) => config_again(),
            Self::Live(live) => live.again(),
        }
    }
}

impl Live {
    /// The accounts and Regions that were named.
    pub fn scope(&self) -> Scope<'_> {
        let accounts = match &self.accounts {
            Accounts::Listed(ids) => ids.as_slice(),
            Accounts::Caller | Accounts::Organization => &[],
        };
        Scope { accounts, regions: self.regions.as_deref() }
    }

    /// The flags that lead a next command to the same facts, each with a space before it.
    pub fn again(&self) -> String {
        let mut flags = String::new();
        let mut flag = |name: &str, value: &str| flags.push_str(&report::shell_flag(name, value));
        if let Accounts::Listed(ids) = &self.accounts {
            flag("accounts", &ids.join(","));
        }
        let values = [
            ("role-name", &self.role_name),
            ("external-id", &self.external_id),
            ("session-name", &self.session_name),
            ("profile", &self.profile),
        ];
        for (name, value) in values {
            if let Some(value) = value {
                flag(name, value);
            }
        }
        if let Some(url) = &self.endpoint_url {
            flag("endpoint-url", url);
        }
        for region in self.regions.iter().flatten() {
            flag("region", region);
        }
        if self.accounts == Accounts::Organization {
            flags.insert_str(0, " --organization");
        }
        flags.push_str(&config_again());
        flags
    }
}

/// Why a format does not fit, for a command that offers all that settings can name.
pub const ANY: &str = "the command has none of that name";

/// The format that was typed, else that of the configuration file. One that is meant for other commands is ignored, with a note that
/// says `why`.
pub fn format<F: ValueEnum>(typed: Option<F>, config: &Config, why: &str) -> Option<F> {
    typed.or_else(|| config.format.and_then(|format| fitting("format", format, why)))
}

/// The files that were typed, else those of the configuration file, likewise.
pub fn outputs<F: ValueEnum>(typed: Vec<Output<F>>, config: &Config, why: &str) -> Vec<Output<F>> {
    if !typed.is_empty() {
        return typed;
    }
    let outputs = config.output.iter().filter_map(|Output { path, format }| {
        Some(Output { path: path.clone(), format: fitting("output", *format, why)? })
    });
    outputs.collect()
}

/// The format of that name; `None`, with a note, iff the command has none.
fn fitting<F: ValueEnum>(setting: &str, format: Format, why: &str) -> Option<F> {
    let name = format.to_possible_value();
    let fitting = name.and_then(|name| F::from_str(name.get_name(), false).ok());
    if fitting.is_none() {
        say("note", &format!("ignoring `{setting}` from the settings: {why}"));
    }
    fitting
}

/// How many threads read: as typed, else as the configuration file says, else as many as there are processors.
pub fn threads(typed: Threads, config: &Config) -> usize {
    let processors = || std::thread::available_parallelism().map_or(1, usize::from);
    typed.threads.or(config.threads).map_or_else(processors, usize::from)
}

#[cfg(test)]
mod tests {
    use super::{Accounts, Source, source};
    use crate::config::Config;
    use args::source as args;

    fn config() -> Config {
        Config {
            organization: true,
            role_name: Some("Reader".to_owned()),
            inventory: Some("old.json".into()),
            ..Config::default()
        }
    }

    #[test]
    fn flags_win_over_the_file() {
        let typed = args::Live { accounts: vec!["111122223333".to_owned()], ..args::Live::default() };
        let Source::Live(live) = source(args::Source { live: typed, ..args::Source::default() }, config())
        else {
            panic!("a flag about AWS asks AWS");
        };
        assert_eq!(live.accounts, Accounts::Listed(vec!["111122223333".to_owned()]));
        assert_eq!(live.again(), " --accounts 111122223333 --role-name Reader");
    }

    #[test]
    fn the_file_speaks_where_no_flag_does() {
        assert!(matches!(source(args::Source::default(), config()), Source::File(_)));
        let only_live = Config { inventory: None, ..config() };
        let again = source(args::Source::default(), only_live).again();
        assert_eq!(again, " --organization --role-name Reader");
    }
}
