//! Local copies: a folder that was synced, or a file named by itself.

use super::holes::place_of;
use super::{Delivered, Item, Scope};
use crate::sources::{Met, Root, Walk, with_slashes};
use logs::{Folder, ObjectKey};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Everything in the folder that the scope may concern.
pub(super) fn list((at, root): (usize, &Root), scope: &Scope) -> Delivered {
    let window = if scope.digests { scope.window.clone().with_digests() } else { scope.window.clone() };
    let (mut all, mut loose, mut laid_out) = (Delivered::default(), Vec::new(), false);
    let (walk, first) = Walk::new(at, root, &window, SystemTime::now());
    let item = |below: &PathBuf, size| {
        let path =
            if below.as_os_str().is_empty() { root.absolute.clone() } else { root.absolute.join(below) };
        let name = root.typed.join(below).to_string_lossy().into_owned();
        Item { bucket: None, key: key(&name, &path), name, size, path: Some(path) }
    };
    for met in first.into_iter().chain(walk) {
        match met {
            Met::Delivered(found) => {
                laid_out = true;
                let item = item(&found.below, found.size);
                let digest = ObjectKey::parse(&item.key).is_some_and(|key| key.folder == Folder::Digests);
                if digest { all.digests.push(item) } else { all.logs.push(item) }
            }
            Met::Elsewhere | Met::LeftOut(_) => laid_out = true,
            Met::Loose(found) => loose.push(item(&found.below, found.size)),
            Met::Unread(found) => {
                let item = item(&found.below, 0);
                let why = found.unread.as_deref().unwrap_or_default();
                all.holes.add(place_of(&item.key), &item.name, why, 1);
            }
            Met::Other => {}
        }
    }
    if !laid_out {
        all.logs = loose;
    }
    all
}

/// A file that was named by itself is read, whatever it is called.
pub(super) fn single(path: &Path) -> Item {
    let absolute = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let size = std::fs::metadata(path).map_or(0, |metadata| metadata.len());
    let name = path.to_string_lossy().into_owned();
    Item { bucket: None, key: key(&name, &absolute), name, size, path: Some(absolute) }
}

/// What a copy is known by: as it was typed, or where that tells too little, from `AWSLogs/` on; else the whole path.
fn key(typed: &str, path: &Path) -> String {
    if ObjectKey::parse(typed).is_some() {
        return typed.to_owned();
    }
    let whole = with_slashes(path).trim_matches('/').to_owned();
    ObjectKey::parse(&whole).map_or_else(|| whole.clone(), |key| key.below.to_owned())
}
