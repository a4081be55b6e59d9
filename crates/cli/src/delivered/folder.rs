//! Local copies: a folder that was synced, or a file named by itself.

use super::holes::place_of;
use super::{Delivered, Item};
use crate::sources::{Met, Root, Walk, Window, with_slashes};
use logs::ObjectKey;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Everything in the folder that the window may concern.
pub(super) fn list(all: &mut Delivered, (place, root): (usize, &Root), window: &Window) {
    let (mut loose, mut laid_out) = (Vec::new(), false);
    let (walk, first) = Walk::new(place, root, window, SystemTime::now());
    let item = |below: PathBuf, size, tag| {
        let path =
            if below.as_os_str().is_empty() { root.absolute.clone() } else { root.absolute.join(&below) };
        Item { place, key: key(&root.typed.join(&below).to_string_lossy(), &path), below, size, tag }
    };
    for met in first.into_iter().chain(walk) {
        match met {
            Met::Delivered(found) => {
                laid_out = true;
                all.take(item(found.below, found.size, found.tag));
            }
            Met::Elsewhere | Met::LeftOut(_) => laid_out = true,
            Met::Loose(found) => loose.push(item(found.below, found.size, found.tag)),
            Met::Unread(found) => {
                let item = item(found.below, 0, None);
                let why = found.unread.as_deref().unwrap_or_default();
                let name = all.name(&item);
                all.holes.add(place_of(&item.key), &name, why, 1);
            }
            Met::Other => {}
        }
    }
    if !laid_out {
        all.logs.extend(loose);
    }
}

/// A file that was named by itself is read, whatever it is called.
pub(super) fn single(place: usize, path: &Path) -> Item {
    let absolute = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let size = std::fs::metadata(path).map_or(0, |metadata| metadata.len());
    Item { place, below: PathBuf::new(), key: key(&path.to_string_lossy(), &absolute), size, tag: None }
}

/// What a copy is known by: as it was typed, or where that tells too little, from `AWSLogs/` on; else the whole path.
fn key(typed: &str, path: &Path) -> String {
    if ObjectKey::parse(typed).is_some() {
        return typed.to_owned();
    }
    let whole = with_slashes(path).trim_matches('/').to_owned();
    ObjectKey::parse(&whole).map_or_else(|| whole.clone(), |key| key.below.to_owned())
}
