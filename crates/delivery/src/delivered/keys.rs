//! The keys that sign digests, and where they are from.

use super::Holes;
use crate::door::Door;
use crate::sources::{LogSource, side_by_side};
use audit::inventory::GapKind;
use cloudtrail::time::HOUR_MILLIS;
use logs::digest::{Found, KeySource, PublicKeys, Validity};
use std::collections::BTreeSet;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// Where keys come from.
#[derive(Debug)]
pub enum Keys {
    /// Files.
    Files(Vec<KeyFile>),
    /// AWS, asked in the Region of each digest.
    Live,
}

/// What `aws cloudtrail list-public-keys` printed.
#[derive(Clone, Debug)]
pub struct KeyFile {
    /// Where it is.
    pub path: PathBuf,
    /// What it is called in answers.
    pub name: String,
    /// What it holds.
    pub keys: PublicKeys,
}

/// Keys may be valid from the end of a digest on, which is signed later than that.
const AROUND: i64 = 2 * HOUR_MILLIS;

/// Keys, and how they were come by.
#[derive(Debug, Default)]
pub(super) struct Known {
    pub(super) keys: PublicKeys,
    pub(super) sources: Vec<KeySource>,
    /// Regions in which they could not be asked for.
    pub(super) holes: Holes,
    /// Those of them in which the permission is missing.
    pub(super) refused: Vec<String>,
}

impl Known {
    /// The keys for these digests, where they are from, and in which Regions they could not be asked for.
    pub(super) fn of(
        from: &Keys,
        found: &[Found],
        asked: &Range<i64>,
        sources: &[LogSource],
        door: Option<&Door>,
    ) -> Known {
        let mut known = Known::default();
        match (from, door) {
            (Keys::Files(files), _) => {
                for file in files {
                    let in_source = is_below(&file.path, sources);
                    known.enter(Some(file.name.clone()), None, file.keys.clone(), found, in_source);
                }
            }
            (Keys::Live, Some(door)) => known.ask(door, found, asked),
            (Keys::Live, None) => {}
        }
        known
    }

    fn enter(
        &mut self,
        file: Option<String>,
        region: Option<String>,
        read: PublicKeys,
        found: &[Found],
        in_source: bool,
    ) {
        let named: BTreeSet<String> =
            found.iter().filter_map(|one| Some(one.digest()?.fingerprint.to_ascii_lowercase())).collect();
        let fingerprints =
            read.fingerprints().filter(|one| named.contains(*one)).map(str::to_owned).collect();
        self.sources.push(KeySource { file, region, fingerprints, in_source });
        self.keys.extend(read);
    }

    /// Asks CloudTrail in the Region of each digest.
    fn ask(&mut self, door: &Door, found: &[Found], asked: &Range<i64>) {
        let regions: BTreeSet<String> =
            found.iter().filter_map(|one| Some(one.name()?.chain.region)).collect();
        let regions: Vec<String> = regions.into_iter().collect();
        let answers = side_by_side(&regions, |region| {
            let (from, to) = (asked.start.saturating_sub(AROUND), asked.end.saturating_add(AROUND));
            door.wait(door.aws.public_keys(region, from, to)).map_err(Box::new)
        });
        for (region, answer) in regions.into_iter().zip(answers) {
            match answer {
                Ok(listed) => {
                    let mut read = PublicKeys::default();
                    for key in listed {
                        read.add(
                            &key.fingerprint,
                            key.der,
                            Validity { from: Some(key.valid_from), to: Some(key.valid_to) },
                        );
                    }
                    self.enter(None, Some(region), read, found, false);
                }
                Err(gap) => {
                    let call = format!("{} in {region}", gap.call);
                    self.holes.add((None, Some(&region)), &call, &gap.error, 1);
                    if gap.kind == GapKind::Refused {
                        self.refused.push(region);
                    }
                }
            }
        }
    }
}

/// True iff the file lies in a folder that is read.
fn is_below(path: &Path, sources: &[LogSource]) -> bool {
    let whole = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    sources.iter().any(|source| match source {
        LogSource::Folder(root) => {
            whole.starts_with(&root.absolute)
                || root.absolute.canonicalize().is_ok_and(|around| whole.starts_with(around))
        }
        _ => false,
    })
}
