//! Local copies: a folder that was synced, or a file named by itself.

use super::files::Beginning;
use super::{Delivered, Item, NO_EVIDENCE, is_digest};
use crate::layout::{place_of, with_slashes};
use crate::sources::{LooseContent, Met, Open, Root, Walk, Window, look};
use logs::ObjectKey;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Everything in the folder that the window may concern.
pub(super) fn list(all: &mut Delivered, source: usize, root: &Root, window: &Window, now: Duration) {
    list_opening(all, source, root, window, now, |path| std::fs::read_dir(path));
}

/// The same, with folders opened like that.
pub(super) fn list_opening(
    all: &mut Delivered,
    source: usize,
    root: &Root,
    window: &Window,
    now: Duration,
    open: Open,
) {
    let (mut loose, mut laid_out) = (Vec::new(), false);
    let (mut heads, mut digests) = (Vec::new(), BTreeSet::new());
    let (walk, first) = Walk::opening(source, root, window, Some(now), open);
    let item = |below: PathBuf, size, tag| {
        let path =
            if below.as_os_str().is_empty() { root.absolute.clone() } else { root.absolute.join(&below) };
        Item {
            source,
            key: key(&root.typed.join(&below).to_string_lossy(), &path),
            below,
            size,
            etag: String::new(),
            tag,
        }
    };
    for met in first.into_iter().chain(walk) {
        match met {
            Met::Delivered(found) => {
                laid_out = true;
                let item = item(found.below, found.size, found.tag);
                if is_digest(&item) {
                    digests.insert(item.below.clone());
                }
                all.take(item);
            }
            Met::LeftOut(folder) => {
                laid_out = true;
                all.left_out.add(folder);
            }
            Met::Elsewhere => laid_out = true,
            Met::Head(below) => heads.push(below),
            Met::Loose(found) => loose.push(item(found.below, found.size, found.tag)),
            Met::Unread(found) => {
                let typed = with_slashes(&root.typed.join(&found.below));
                let item = item(found.below, 0, None);
                let why = found.unread.as_deref().unwrap_or_default();
                let name = all.name(&item);
                all.holes.add(place_of(&item.key), &name, why, 1);
                all.unlisted.extend(Beginning::of_copy(&typed, item.key.clone(), &format!("{name}: {why}")));
                all.unread.push((item, why.to_owned()));
            }
            Met::Other(below) => all.left_out.add_other(below.to_string_lossy().into_owned()),
        }
    }
    // Without its digest, nobody reads what was kept of one.
    for alone in heads.iter().filter(|head| !digests.contains(&head.with_extension("").with_extension(""))) {
        all.left_out.add_other(alone.to_string_lossy().into_owned());
    }
    if laid_out {
        for item in loose {
            let path = root.absolute.join(&item.below);
            let why = match look(&path) {
                Ok(LooseContent::Nothing) => {
                    all.left_out.add_other(item.below.to_string_lossy().into_owned());
                    continue;
                }
                Ok(LooseContent::Records) => NO_EVIDENCE.to_owned(),
                Ok(LooseContent::Unread(why)) | Err(why) => why,
            };
            let name = all.name(&item);
            all.beside.add(place_of(&item.key), &name, &why, 1);
        }
    } else {
        all.logs.extend(loose);
    }
}

/// A file that was named by itself is read, whatever it is called.
pub(super) fn single(source: usize, path: &Path) -> Item {
    let absolute = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let size = std::fs::metadata(path).map_or(0, |metadata| metadata.len());
    Item {
        source,
        below: PathBuf::new(),
        key: key(&path.to_string_lossy(), &absolute),
        size,
        etag: String::new(),
        tag: None,
    }
}

/// What a copy is known by: as it was typed, or where that tells too little, from `AWSLogs/` on; else the whole path.
fn key(typed: &str, path: &Path) -> String {
    if ObjectKey::parse(typed).is_some() {
        return typed.to_owned();
    }
    let whole = with_slashes(path);
    let whole = whole.trim_end_matches('/');
    let below = ObjectKey::parse(whole.trim_start_matches('/')).map(|key| key.below.to_owned());
    below.unwrap_or_else(|| whole.to_owned())
}
