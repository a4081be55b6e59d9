//! What everything is read with.

use crate::door::Door;
use crate::watch::Watch;
use logs::scan::Tag;
use std::collections::BTreeSet;
use std::time::Duration;
use store::Index;

/// See the module.
#[derive(Clone, Copy)]
pub struct Reader<'a> {
    /// `None` iff nothing is asked of AWS.
    pub door: Option<&'a Door>,
    /// `None` iff nothing is kept of what was read, and nothing known of it.
    pub index: Option<&'a Index>,
    /// Files that need not be read again, by their tags, for whoever keeps what came of them elsewhere than in an index.
    pub seen: Option<&'a BTreeSet<Tag>>,
    /// The records are read there, and not in the log files.
    #[cfg(feature = "lake")]
    pub lake: Option<&'a crate::lake::LakePlace>,
    /// So many read at the same time.
    pub threads: usize,
    /// Who is told how far it has come.
    pub watch: &'a dyn Watch,
    /// What the clock of the file system says, since 1970: of a file that changed just before, nothing is kept.
    pub now: Duration,
}

/// On this machine alone, and nobody watches.
#[cfg(test)]
pub(crate) const ALONE: Reader<'static> = Reader {
    door: None,
    index: None,
    seen: None,
    #[cfg(feature = "lake")]
    lake: None,
    threads: 1,
    watch: &Nobody,
    now: Duration::MAX,
};

#[cfg(test)]
struct Nobody;

#[cfg(test)]
impl crate::watch::WorkUnderWay for Nobody {}

#[cfg(test)]
impl Watch for Nobody {
    fn looking(&self) -> Box<dyn crate::watch::WorkUnderWay> {
        Box::new(Nobody)
    }

    fn reading(&self, _: u64) -> Box<dyn crate::watch::WorkUnderWay> {
        Box::new(Nobody)
    }

    fn asking(&self, _: &std::sync::Arc<aws::Session>) -> Box<dyn crate::watch::WorkUnderWay> {
        Box::new(Nobody)
    }
}
