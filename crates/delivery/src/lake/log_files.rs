//! The log files that a lake was written from, in place of those themselves: their names, and the invocations in them.

use super::catalogue::{Catalogue, catalogue};
use super::scan::{Rows, Scan, scan_lake};
use super::shelf::{LakePlace, Shelf};
use crate::delivered::{Delivered, Holes, Item};
use crate::reader::Reader;
use crate::sources::{LogSource, Window};
use logs::scan::{Account, Consumer, Layout, Sheets};
use std::collections::{HashMap, HashSet};
use std::io;
use std::path::PathBuf;

/// Why a folder of a lake does not show that nothing is missing.
const DIGESTS_UNASKED: &str = "the lake was written without --digests, so it does not know log files that digests name and that were gone: write it with --digests";

/// The log files that a lake was written from, as far as the window concerns them. What cannot be read of the lake is a hole.
pub(crate) fn delivered_of(lake: &LakePlace, window: &Window, reader: &Reader<'_>) -> Delivered {
    let shelf = Shelf::new(lake, reader.door);
    let source = LogSource::Lake(shelf.name(""));
    let mut all = Delivered::of_lake(source, window);
    let Catalogue { folders, .. } = match catalogue(&shelf, window) {
        Ok(catalogue) => catalogue,
        Err(error) => {
            all.holes.add((None, None), &error.name, &error.why, 1);
            return all;
        }
    };
    for folder in &folders {
        let about = (Some(folder.partition.account()), Some(folder.partition.region()));
        match folder.manifest(&shelf) {
            Err(error) => all.holes.add(about, &error.name, &error.why, 1),
            Ok(manifest) => {
                if manifest.digests.is_none() {
                    all.digests_unasked.add(about, &folder.partition.to_string(), DIGESTS_UNASKED, 1);
                }
                if manifest.digests.as_ref().is_some_and(|digests| digests.proven > 0) {
                    all.digested.insert((
                        folder.partition.account().to_owned(),
                        folder.partition.region().to_owned(),
                    ));
                }
                for input in manifest.inputs.iter().filter(|input| input.unlisted) {
                    let why = input.unread.as_deref().unwrap_or_default();
                    all.holes.add(about, &manifest.path_of(input), why, 1);
                }
                // When the events of such a file were, the manifest does not say.
                for key in manifest.digests.iter().flat_map(|digests| digests.missing.keys()) {
                    let why = "a valid digest lists it, and it was not there when the lake was written";
                    all.holes.add(about, key, why, 1);
                }
                let listed = manifest.inputs.iter().filter(|input| !input.unlisted);
                all.logs.extend(listed.map(|input| {
                    let path = manifest.path_of(input);
                    let key = path.strip_prefix("s3://").and_then(|rest| rest.split_once('/'));
                    let key = key.map_or_else(|| input.name.clone(), |(_, key)| key.to_owned());
                    Item {
                        source: 0,
                        below: PathBuf::from(path),
                        key,
                        size: input.bytes,
                        etag: String::new(),
                        tag: None,
                    }
                }))
            }
        }
    }
    all
}

/// Hands the invocations of these log files to consumers, out of the lake.
pub(crate) fn sheets_of<C: Consumer<Error = io::Error>>(
    lake: &LakePlace,
    delivered: &Delivered,
    layout: Layout,
    reader: &Reader<'_>,
    consumers: Vec<C>,
) -> (io::Result<(Vec<C>, Account)>, Holes) {
    let shelf = Shelf::new(lake, reader.door);
    let names = delivered.logs.iter().enumerate();
    let names: HashMap<String, usize> = names.map(|(number, item)| (delivered.name(item), number)).collect();
    let folders = match catalogue(&shelf, &delivered.window) {
        Ok(catalogue) => catalogue.folders,
        Err(error) => return (Err(io::Error::other(error.to_string())), Holes::default()),
    };
    let wanted = |path: &str| names.get(path).copied();
    let beside = HashSet::new();
    let rows = Rows::Invocations;
    let scan = Scan { folders: &folders, shelf: &shelf, rows, wanted: &wanted, beside: &beside };
    let sinks = consumers.into_iter().map(|consumer| Sheets::new(layout, consumer)).collect();
    match scan_lake(&scan, sinks) {
        Err(error) => (Err(error), Holes::default()),
        Ok((sinks, account, unread)) => {
            let mut holes = Holes::default();
            for (partition, name, why) in unread {
                holes.add((Some(partition.account()), Some(partition.region())), &name, &why, 1);
            }
            (Ok((sinks.into_iter().map(Sheets::into_consumer).collect(), account)), holes)
        }
    }
}
