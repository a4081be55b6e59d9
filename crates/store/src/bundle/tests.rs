//! Bundles that are as they were made, and those that are not.

use super::{Bundle, BundleError, Damage, Decided, MANIFEST, Part, bundle_target, read_bundle, write_bundle};
use audit::inputs::{Earlier, Inputs};
use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::Path;

const NOW: &str = "2026-11-23T18:00:00Z";

const EXCEPTIONS: &str = r#"{"format": "invoketrail.exceptions/1", "exceptions": [
  {"id": "e1", "functions": ["arn:aws:lambda:us-east-1:777788889999:function:score"], "owner": "o", "reason": "r",
   "until": "2026-12-31", "declared_at": "2026-11-01T00:00:00Z"},
  {"id": "e2", "match": {"controls": ["paid-copies"]}, "owner": "o", "reason": "r", "expires": "2029-01-01"}
]}"#;

fn inputs() -> Inputs {
    let bytes = include_bytes!("../../../../examples/acme.json");
    let inventory = crate::read_inventory(bytes).unwrap();
    let text = include_str!("../../../../frameworks/soc2.toml");
    let frameworks = vec![crate::read_framework(text).unwrap()];
    let baseline = Some(inventory.clone());
    // One holds, and one was declared for too long.
    let mut exceptions = crate::read_exceptions(EXCEPTIONS.as_bytes()).unwrap();
    exceptions.iter_mut().for_each(|one| one.limit(100, "2026-11-23"));
    let today = "2026-11-23".to_owned();
    let earlier = Some(Earlier {
        exceptions: exceptions.clone(),
        today: "2026-11-01".to_owned(),
        recorders: audit::Counted::Trails,
    });
    let exceptions_max_days = Some(100);
    Inputs {
        inventory,
        baseline,
        earlier,
        exceptions,
        exceptions_max_days,
        today,
        frameworks,
        ..Inputs::default()
    }
}

fn make(to: &Path) {
    let inputs = inputs();
    let decided = Decided::of(&inputs.audit(None), "1", NOW);
    let write = |out: &mut dyn Write| out.write_all(b"a report\n");
    let part = Part { path: "reports/audit.txt".to_owned(), write: &write };
    write_bundle(to, &decided, &inputs, &[part], None).unwrap();
}

/// The files of a bundle, by path.
fn files() -> BTreeMap<String, Vec<u8>> {
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().join("bundle");
    make(&to);
    let names =
        [MANIFEST, "inventory.json", "baseline.json", "exceptions.json", "choices.json", "reports/audit.txt"];
    names.map(|name| (name.to_owned(), fs::read(to.join(name)).unwrap())).into()
}

/// An archive of these entries, the manifest first, in the folder.
fn archive(folder: &Path, entries: &[(&str, &[u8], tar::EntryType)]) -> std::path::PathBuf {
    let path = folder.join("bundle.tar.zst");
    let packed = zstd::Encoder::new(fs::File::create(&path).unwrap(), 1).unwrap();
    let mut tar = tar::Builder::new(packed);
    for (name, bytes, kind) in entries {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_entry_type(*kind);
        header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
        header.set_mode(0o600);
        header.set_cksum();
        tar.append(&header, *bytes).unwrap();
    }
    tar.into_inner().unwrap().finish().unwrap();
    path
}

fn regular(files: &BTreeMap<String, Vec<u8>>) -> Vec<(&str, &[u8], tar::EntryType)> {
    let mut all: Vec<(&str, &[u8], tar::EntryType)> =
        files.iter().map(|(name, bytes)| (name.as_str(), &bytes[..], tar::EntryType::Regular)).collect();
    all.sort_by_key(|(name, ..)| *name != MANIFEST);
    all
}

#[track_caller]
fn whole(bundle: &Bundle) {
    assert_eq!(bundle.damage, []);
    assert_eq!(bundle.inputs.as_ref(), Some(&inputs()));
    let anew = Decided::of(&bundle.inputs.as_ref().unwrap().audit(None), "1", NOW);
    assert_eq!(bundle.decided, anew);
}

#[test]
fn a_folder_and_an_archive_give_back_what_was_put_in() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["bundle", "bundle.tar.zst"] {
        let to = folder.path().join(name);
        make(&to);
        whole(&read_bundle(&to).unwrap());
    }
    // The same bundle is the same bytes, and what others packed is as good.
    let again = folder.path().join("again.tar.zst");
    make(&again);
    assert_eq!(fs::read(again).unwrap(), fs::read(folder.path().join("bundle.tar.zst")).unwrap());
    whole(&read_bundle(&archive(folder.path(), &regular(&files()))).unwrap());
}

#[test]
fn a_file_that_is_changed_added_or_taken_away_is_named_and_nothing_is_decided() {
    let folder = tempfile::tempdir().unwrap();
    let files = files();
    for name in files.keys().filter(|name| *name != MANIFEST) {
        for (damaged, expected) in [
            (Some(b"other".to_vec()), Damage::Changed(name.clone())),
            (Some([&files[name][..], b" "].concat()), Damage::Changed(name.clone())),
            (None, Damage::Missing(name.clone())),
        ] {
            let mut others = files.clone();
            match damaged {
                Some(bytes) => others.insert(name.clone(), bytes),
                None => others.remove(name),
            };
            let archived = read_bundle(&archive(folder.path(), &regular(&others))).unwrap();
            let to = folder.path().join("folder");
            for (name, bytes) in &others {
                fs::create_dir_all(to.join(name).parent().unwrap()).unwrap();
                fs::write(to.join(name), bytes).unwrap();
            }
            let unpacked = read_bundle(&to).unwrap();
            fs::remove_dir_all(&to).unwrap();
            for bundle in [archived, unpacked] {
                assert_eq!(bundle.damage, std::slice::from_ref(&expected));
                assert_eq!(bundle.inputs, None);
            }
        }
    }
    let mut more = files.clone();
    more.insert("secret.json".to_owned(), b"{}".to_vec());
    let bundle = read_bundle(&archive(folder.path(), &regular(&more))).unwrap();
    assert_eq!(bundle.damage, [Damage::Added("secret.json".to_owned())]);
}

#[test]
fn an_archive_writes_nothing_and_follows_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let files = files();
    let mut entries = regular(&files);
    entries.push(("../escaped", b"x", tar::EntryType::Regular));
    entries.push(("/tmp/escaped", b"x", tar::EntryType::Regular));
    entries.push(("link", b"", tar::EntryType::Symlink));
    entries.push(("inventory.json", &files["inventory.json"], tar::EntryType::Regular));
    let bundle = read_bundle(&archive(folder.path(), &entries)).unwrap();
    let added = ["../escaped", "/tmp/escaped", "inventory.json", "link"];
    assert_eq!(bundle.damage, added.map(|name| Damage::Added(name.to_owned())));
    assert!(bundle.inputs.is_none() && !folder.path().parent().unwrap().join("escaped").exists());
    // A link in the place of a file is not that file.
    let mut entries = regular(&files);
    entries.iter_mut().find(|(name, ..)| *name == "inventory.json").unwrap().2 = tar::EntryType::Symlink;
    let bundle = read_bundle(&archive(folder.path(), &entries)).unwrap();
    assert!(bundle.damage.contains(&Damage::Missing("inventory.json".to_owned())), "{:?}", bundle.damage);
}

#[cfg(unix)]
#[test]
fn a_link_in_a_folder_is_not_followed() {
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().join("bundle");
    make(&to);
    let elsewhere = folder.path().join("elsewhere.json");
    fs::rename(to.join("inventory.json"), &elsewhere).unwrap();
    std::os::unix::fs::symlink(&elsewhere, to.join("inventory.json")).unwrap();
    std::os::unix::fs::symlink(folder.path(), to.join("circle")).unwrap();
    let damage = read_bundle(&to).unwrap().damage;
    let link = "inventory.json".to_owned();
    let wanted = [Damage::Missing(link.clone()), Damage::Added("circle".to_owned()), Damage::Added(link)];
    assert_eq!(damage, wanted);
}

#[test]
fn a_manifest_that_leads_out_or_lies_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let files = files();
    let manifest = String::from_utf8(files[MANIFEST].clone()).unwrap();
    for (from, to, said) in [
        ("reports/audit.txt", "../audit.txt", "leads out of the bundle"),
        ("reports/audit.txt", "/etc/passwd", "leads out of the bundle"),
        ("reports/audit.txt", "a\\u001b[2J", "leads out of the bundle"),
        ("reports/audit.txt", "choices.json", "appears twice"),
        ("bundle/1", "bundle/2", "this version reads"),
        ("\"generated_at\": \"2026", "\"generated_at\": \"soon", "a time has the form"),
        ("\"files\"", "\"lines\"", "files"),
    ] {
        let mut others = files.clone();
        let changed = manifest.replace(from, to);
        assert_ne!(changed, manifest);
        others.insert(MANIFEST.to_owned(), changed.into_bytes());
        let error = read_bundle(&archive(folder.path(), &regular(&others))).unwrap_err();
        let line = error.to_string();
        assert!(matches!(error, BundleError::Manifest(_)) && line.contains(said), "{line}");
        assert!(!line.contains('\u{1b}'), "{line}");
    }
}

#[test]
fn an_archive_that_is_cut_damaged_or_a_bomb_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bundle.tar.zst");
    make(&path);
    let bytes = fs::read(&path).unwrap();
    for cut in (0..bytes.len()).step_by(bytes.len() / 40) {
        fs::write(&path, &bytes[..cut]).unwrap();
        let read = read_bundle(&path);
        assert!(!read.is_ok_and(|bundle| bundle.inputs.is_some()), "{cut}");
    }
    for at in (0..bytes.len()).step_by(bytes.len() / 40) {
        let mut other = bytes.clone();
        other[at] ^= 0x10;
        fs::write(&path, &other).unwrap();
        if let Ok(bundle) = read_bundle(&path) {
            assert!(bundle.inputs.is_none_or(|inputs| inputs == self::inputs()), "{at}");
        }
    }
    let zeros = vec![0; 200 << 20];
    let files = files();
    let mut entries = regular(&files);
    entries.push(("reports/bomb", &zeros, tar::EntryType::Regular));
    let error = read_bundle(&archive(folder.path(), &entries)).unwrap_err();
    assert!(error.to_string().contains("unpacks to more than 1,000 times"), "{error}");
}

#[test]
fn what_was_made_to_agree_with_its_manifest_still_decides_for_itself() {
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().join("bundle");
    let mut inputs = inputs();
    let decided = Decided::of(&inputs.audit(None), "1", NOW);
    // Somebody takes a trail out and writes a manifest that fits, with the old verdicts.
    inputs.inventory.places.iter_mut().for_each(|place| place.functions.resources.clear());
    write_bundle(&to, &decided, &inputs, &[], None).unwrap();
    let bundle = read_bundle(&to).unwrap();
    assert_eq!(bundle.damage, []);
    let anew = Decided::of(&bundle.inputs.unwrap().audit(None), "1", NOW);
    assert!(bundle.decided.differences(&anew).iter().any(|one| one.contains("resources are judged")));
    assert_eq!(anew.differences(&anew), Vec::<String>::new());
}

#[test]
fn nothing_that_is_there_is_written_over() {
    let folder = tempfile::tempdir().unwrap();
    let said = |name: &str| bundle_target(&folder.path().join(name)).err().unwrap_or_default();
    fs::create_dir(folder.path().join("empty")).unwrap();
    fs::create_dir(folder.path().join("full")).unwrap();
    fs::write(folder.path().join("full/file"), "").unwrap();
    assert_eq!(said("empty") + &said("new") + &said("new.tar.zst"), "");
    assert!(said("full").contains("not empty"));
    for name in ["a.zip", "a.tar.gz", "a.tar", "a.json", "a.tgz"] {
        assert!(said(name).contains(".tar.zst"), "{name}");
    }
    assert!(!said("missing/a.tar.zst").is_empty());
}

#[test]
fn what_follows_the_end_of_an_archive_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bundle.tar.zst");
    make(&path);
    let mut bytes = fs::read(&path).unwrap();
    bytes.extend(zstd::encode_all(&b"and more"[..], 1).unwrap());
    fs::write(&path, bytes).unwrap();
    let bundle = read_bundle(&path).unwrap();
    assert_eq!(bundle.damage, [Damage::Added("(bytes after the end of the archive)".to_owned())]);
}

#[test]
fn a_manifest_of_endless_length_is_refused_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut files = files();
    let one = |n: usize| format!("{{\"path\":\"f{n}\",\"size\":0,\"sha256\":\"{}\"}},", "0".repeat(64));
    let many: String = (0..100_000).map(one).collect();
    let manifest = String::from_utf8(files[MANIFEST].clone()).unwrap();
    files.insert(
        MANIFEST.to_owned(),
        manifest.replace("\"files\": [", &format!("\"files\": [{many}")).into_bytes(),
    );
    let error = read_bundle(&archive(folder.path(), &regular(&files))).unwrap_err();
    assert!(error.to_string().contains("no bundle has more than"), "{error}");
}

#[cfg(unix)]
#[test]
fn a_manifest_that_is_no_file_is_not_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().join("bundle");
    make(&to);
    fs::rename(to.join(MANIFEST), folder.path().join("elsewhere")).unwrap();
    std::os::unix::fs::symlink("/dev/zero", to.join(MANIFEST)).unwrap();
    let error = read_bundle(&to).unwrap_err();
    assert!(error.to_string().contains("not a regular file"), "{error}");
}
