//! What is kept comes out as it was; nothing that is damaged, newer or of others is believed or touched.

use super::{History, HistoryError};
use audit::inputs::Inputs;
use std::fs;
use std::path::Path;

fn inputs(day: u32) -> Inputs {
    let bytes = include_bytes!("../../../../examples/acme.json");
    let inventory = crate::read_inventory(bytes).unwrap();
    Inputs { inventory, today: format!("2026-11-{day:02}"), ..Inputs::default() }
}

fn keep(path: &Path, day: u32) -> i64 {
    let inputs = inputs(day);
    let now = format!("2026-11-{day:02}T12:00:00Z");
    History::begin(path).unwrap().keep(&inputs.audit(None), &inputs, "1", &now).unwrap()
}

#[test]
fn what_is_kept_comes_out_and_no_number_is_given_twice() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new/history.sqlite");
    assert!(matches!(History::open(&path), Err(HistoryError::None)));
    assert_eq!([keep(&path, 3), keep(&path, 4), keep(&path, 5)], [1, 2, 3]);
    let mut history = History::open(&path).unwrap();
    let listed = history.list().unwrap();
    assert_eq!(
        listed.iter().map(|kept| (kept.id, kept.resources)).collect::<Vec<_>>(),
        [(1, 15), (2, 15), (3, 15)]
    );
    for (kept, day) in listed.iter().zip(3..) {
        assert_eq!(history.audit(Some(kept.id)).unwrap(), (kept.clone(), inputs(day)));
    }
    assert_eq!(history.audit(None).unwrap().0.id, 3);
    assert!(matches!(history.audit(Some(4)), Err(HistoryError::NoAudit(4))));
    assert_eq!(history.forget_before("2026-11-05").unwrap(), 2);
    assert_eq!(history.forget_before("2026-12-01").unwrap(), 1);
    assert!(matches!(history.audit(None), Err(HistoryError::NoAudit(_))));
    assert_eq!(keep(&path, 6), 4);
}

#[test]
fn two_at_once_keep_both() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("history.sqlite");
    std::thread::scope(|scope| {
        for day in 1..5 {
            let path = &path;
            scope.spawn(move || (0..4).for_each(|_| _ = keep(path, day)));
        }
    });
    let ids: Vec<i64> = History::open(&path).unwrap().list().unwrap().iter().map(|kept| kept.id).collect();
    assert_eq!(ids, (1..=16).collect::<Vec<_>>());
}

#[test]
fn no_damage_is_believed_and_none_is_mended() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("history.sqlite");
    keep(&path, 1);
    keep(&path, 2);
    let whole = fs::read(&path).unwrap();
    let (mut noticed, mut unharmed) = (0, 0);
    for at in (100..whole.len()).step_by(97) {
        let mut damaged = whole.clone();
        damaged[at] ^= 0x55;
        fs::write(&path, &damaged).unwrap();
        let read = History::open(&path).and_then(|history| Ok((history.list()?, history.audit(Some(1))?)));
        match read {
            Ok((listed, (_, one))) => {
                assert!(listed.len() == 2 && one == inputs(1), "byte {at}");
                unharmed += 1;
            }
            Err(HistoryError::Damaged(_) | HistoryError::NoAudit(_) | HistoryError::Foreign(_)) => {
                noticed += 1
            }
            Err(other) => panic!("byte {at}: {other}"),
        }
        assert!(fs::read(&path).unwrap() == damaged, "byte {at} was touched");
    }
    assert!(noticed > 20, "{noticed} {unharmed}");
    for cut in [1, 50, 80, 1000, whole.len() / 2] {
        fs::write(&path, &whole[..cut]).unwrap();
        assert!(History::begin(&path).is_err(), "{cut}");
        assert_eq!(fs::read(&path).unwrap(), whole[..cut], "{cut}");
    }
}

#[test]
fn later_versions_and_other_files_are_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("history.sqlite");
    keep(&path, 1);
    rusqlite::Connection::open(&path).unwrap().pragma_update(None, "user_version", 2).unwrap();
    assert!(matches!(History::begin(&path), Err(HistoryError::Newer)));
    let other = folder.path().join("other.sqlite");
    rusqlite::Connection::open(&other).unwrap().execute_batch("CREATE TABLE mine (x)").unwrap();
    assert!(matches!(History::begin(&other), Err(HistoryError::Foreign(_))));
    let letter = folder.path().join("letter.txt");
    fs::write(&letter, "a letter to my aunt, longer than a header of SQLite is, or so I hope it to be")
        .unwrap();
    assert!(matches!(History::begin(&letter), Err(HistoryError::Foreign(_))));
}

#[cfg(unix)]
#[test]
fn it_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("history.sqlite");
    keep(&path, 1);
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o666)).unwrap();
    assert!(matches!(History::open(&path), Err(HistoryError::Exposed(_))));
}
