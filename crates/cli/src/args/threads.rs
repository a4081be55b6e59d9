//! The flag about the threads that read log files.

use crate::config::Config;
use clap::Args;

/// How many threads.
#[derive(Clone, Copy, Debug, Default, Args)]
pub(crate) struct Threads {
    /// Use this many threads [default: one for each processor].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
}

impl Threads {
    /// As typed, else as the configuration file says, else as many as there are processors.
    pub(crate) fn count(self, config: &Config) -> usize {
        let processors = || std::thread::available_parallelism().map_or(1, usize::from);
        self.threads.or(config.threads).map_or_else(processors, usize::from)
    }
}
