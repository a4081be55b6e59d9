//! Files for each account and Region of a plan, in a folder of theirs: what an earlier plan left there.

use std::collections::BTreeSet;
use std::path::Path;

/// The files of this suffix in the folder that a plan wrote for an account and Region, and that have none of these names; sorted. None
/// in a folder that cannot be listed: it is made, or is an error when the files are written.
#[must_use]
pub fn of_other_places(folder: &Path, suffix: &str, names: &BTreeSet<String>) -> Vec<String> {
    let is_ours = |name: &str| {
        let place = name.strip_suffix(suffix).and_then(|name| name.strip_suffix('.'));
        let (account, region) = place.and_then(|place| place.split_once('-')).unwrap_or_default();
        let is_region = region.split('-').count() >= 3
            && region.bytes().all(|one| one.is_ascii_lowercase() || one.is_ascii_digit() || one == b'-');
        account.len() == 12 && account.bytes().all(|one| one.is_ascii_digit()) && is_region
    };
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let found = entries.filter_map(|entry| entry.file_name().into_string().ok());
    let mut old: Vec<String> = found.filter(|name| is_ours(name) && !names.contains(name)).collect();
    old.sort_unstable();
    old
}
