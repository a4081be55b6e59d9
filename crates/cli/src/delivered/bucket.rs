//! Buckets: only the prefixes of the accounts, Regions and days that are asked for, organizations' layout included.

use super::holes::place_of;
use super::session::{Session, side_by_side};
use super::{Delivered, Item, Scope};
use crate::sources::{Kind, Window, is_log};
use aws::{Listed, Location, ObjectError};
use logs::{Folder, ObjectKey};
use std::collections::BTreeSet;

/// A place below which one trail delivers: bucket, and the prefix that ends in `AWSLogs/`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Root {
    /// The bucket.
    pub(crate) bucket: String,
    /// Ends in `AWSLogs/`.
    pub(crate) prefix: String,
}

const LAYOUT: &str = "AWSLogs/";

impl Root {
    /// Where the trail delivers.
    pub(crate) fn of(location: &Location) -> Self {
        let prefix = match location.prefix.as_str() {
            "" => LAYOUT.to_owned(),
            prefix => format!("{prefix}/{LAYOUT}"),
        };
        Root { bucket: location.bucket.clone(), prefix }
    }

    fn at(&self, below: &str) -> Root {
        Root { bucket: self.bucket.clone(), prefix: format!("{}{below}", self.prefix) }
    }

    /// In words.
    pub(crate) fn name(&self) -> String {
        format!("s3://{}/{}", self.bucket, self.prefix)
    }
}

/// True iff the trail delivers records of the account and Region.
pub(crate) fn delivered_by(location: &Location, account: &str, region: &str) -> bool {
    let here = location.multi_region || location.home_region == region;
    here && (location.organization_trail || location.account == account)
}

/// What lies below these roots.
pub(crate) fn list_roots(session: &Session, roots: &BTreeSet<Root>, scope: &Scope) -> Delivered {
    let mut all = Delivered::default();
    for root in roots {
        all.merge(list_root(session, root, scope));
    }
    all
}

/// What lies below a prefix that was typed: a root of deliveries, the folder around one, or any part of one.
pub(super) fn list_typed(session: &Session, bucket: &str, prefix: &str, scope: &Scope) -> Delivered {
    let root = |prefix: String| Root { bucket: bucket.to_owned(), prefix };
    let whole = prefix.is_empty() || prefix.ends_with('/');
    let folder = if whole { prefix.to_owned() } else { format!("{prefix}/") };
    if folder.ends_with(&format!("/{LAYOUT}")) || folder == LAYOUT {
        return list_root(session, &root(folder), scope);
    }
    if !prefix.contains(LAYOUT) {
        let around = root(format!("{folder}{LAYOUT}"));
        match folders(session, &around) {
            Ok(names) if names.is_empty() => {}
            _ => return list_root(session, &around, scope),
        }
    }
    // A part of the layout, or something else: all of it, and what is not asked for is passed over.
    let mut all = Delivered::default();
    let mut loose = Vec::new();
    let mut laid_out = false;
    let ended = listed(session, (bucket, prefix), None, |entry| {
        let item = item(bucket, entry);
        match ObjectKey::parse(&item.key) {
            Some(key) => {
                laid_out = true;
                take(&mut all, item.clone(), &key, scope);
            }
            None if is_log(&item.key) => loose.push(item),
            None => {}
        }
        true
    });
    if let Err(error) = ended {
        all.holes.add(place_of(prefix), &format!("s3://{bucket}/{prefix}"), &told(&error), 1);
    }
    if !laid_out {
        all.logs = loose;
    }
    all
}

/// What lies below `AWSLogs/`.
fn list_root(session: &Session, root: &Root, scope: &Scope) -> Delivered {
    let mut all = Delivered::default();
    let mut look = |root: &Root| match folders(session, root) {
        Ok(names) => names,
        Err(error) => {
            all.holes.add(place_of(&root.prefix), &root.name(), &told(&error), 1);
            Vec::new()
        }
    };
    let below = look(root);
    let mut holders = vec![(root.clone(), below.clone())];
    for organization in below.iter().filter(|name| name.starts_with("o-")) {
        let root = root.at(&format!("{organization}/"));
        let names = look(&root);
        holders.push((root, names));
    }
    let twelve = |name: &&String| name.len() == 12 && name.bytes().all(|byte| byte.is_ascii_digit());
    let asked = |name: &&String| scope.accounts.is_empty() || scope.accounts.contains(name);
    let kinds = [Folder::Logs, Folder::Aggregated, Folder::Digests];
    let kinds = kinds.iter().filter(|kind| scope.digests || **kind != Folder::Digests);
    let mut parents = Vec::new();
    for (holder, names) in &holders {
        for account in names.iter().filter(twelve).filter(asked) {
            parents.extend(kinds.clone().map(|kind| holder.at(&format!("{account}/{}/", kind.as_str()))));
        }
    }
    let regions = side_by_side(&parents, |parent| folders(session, parent));
    let mut tasks = Vec::new();
    for (parent, regions) in parents.iter().zip(regions) {
        match regions {
            Ok(names) => {
                let asked = |name: &&String| scope.regions.is_empty() || scope.regions.contains(name);
                tasks.extend(names.iter().filter(asked).map(|name| parent.at(&format!("{name}/"))));
            }
            Err(error) => all.holes.add(place_of(&parent.prefix), &parent.name(), &told(&error), 1),
        }
    }
    for one in side_by_side(&tasks, |task| list_days(session, task, scope)) {
        all.merge(one);
    }
    all
}

/// The files of one account and Region in the days asked for.
fn list_days(session: &Session, root: &Root, scope: &Scope) -> Delivered {
    let mut all = Delivered::default();
    let start = scope.window.first_day().map(|day| format!("{}{day}", root.prefix));
    let ended = listed(session, (&root.bucket, &root.prefix), start.as_deref(), |entry| {
        let item = item(&root.bucket, entry);
        let Some(key) = ObjectKey::parse(&item.key) else { return true };
        if scope.window.is_past(&key) {
            return false;
        }
        take(&mut all, item.clone(), &key, scope);
        true
    });
    if let Err(error) = ended {
        all.holes.add(place_of(&root.prefix), &root.name(), &told(&error), 1);
    }
    all
}

fn take(all: &mut Delivered, item: Item, key: &ObjectKey<'_>, scope: &Scope) {
    let window: Window = scope.window.clone();
    let window = if scope.digests { window.with_digests() } else { window };
    match (window.kind(key), key.folder) {
        (Kind::Wanted, Folder::Digests) => all.digests.push(item),
        (Kind::Wanted, _) => all.logs.push(item),
        _ => {}
    }
}

fn item(bucket: &str, entry: Listed) -> Item {
    let name = format!("s3://{bucket}/{}", entry.key);
    Item { bucket: Some(bucket.to_owned()), key: entry.key, name, size: entry.size, path: None }
}

/// Each object whose key begins with the prefix and comes after `start`, until `each` has had enough.
fn listed(
    session: &Session,
    (bucket, prefix): (&str, &str),
    start: Option<&str>,
    mut each: impl FnMut(Listed) -> bool,
) -> Result<(), ObjectError> {
    let mut pages = session.evidence.objects().list(bucket, prefix, start, false);
    while let Some(page) = session.wait(pages.next()) {
        for entry in page?.entries {
            if !each(entry) {
                return Ok(());
            }
        }
    }
    Ok(())
}

/// The names of the folders below a root.
fn folders(session: &Session, root: &Root) -> Result<Vec<String>, ObjectError> {
    let mut pages = session.evidence.objects().list(&root.bucket, &root.prefix, None, true);
    let page = session.wait(pages.all())?;
    let name =
        |folder: &String| folder.strip_prefix(&root.prefix).map(|name| name.trim_end_matches('/').to_owned());
    Ok(page.folders.iter().filter_map(name).collect())
}

/// What is wrong, and what to do, in one line.
pub(super) fn told(error: &ObjectError) -> String {
    match error.help() {
        Some(help) => format!("{error}; {help}"),
        None => error.to_string(),
    }
}
