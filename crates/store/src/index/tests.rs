//! The index: what is put in comes out, and nothing that is damaged, older or newer does.

use super::{Batch, Index, IndexError};
use logs::{Columns, Reader, Record, Sheet, Wanted};
use std::path::Path;

const RECORD: &str = r#"{"eventVersion":"1.08","userIdentity":{"type":"AWSService","invokedBy":"events.amazonaws.com"},"eventTime":"2023-03-21T01:02:04Z","eventSource":"lambda.amazonaws.com","eventName":"Invoke","awsRegion":"eu-west-1","requestID":"21111111-2222-3333-4444-555555555556","eventID":"21111111-2222-3333-4444-555555555555","resources":[{"accountId":"111122223333","type":"AWS::Lambda::Function","ARN":"arn:aws:lambda:eu-west-1:111122223333:function:orders"}],"recipientAccountId":"111122223333"}"#;

fn sheet() -> Sheet {
    let mut sheet = Sheet::default();
    let mut take = |record: &Record<'_>| sheet.take(record, Columns::ALL);
    let accounted = Reader::new().read(RECORD.as_bytes(), Wanted::Invocations, &mut take);
    sheet.facts = (&accounted).into();
    sheet
}

fn kept(path: &Path) {
    let index = Index::open(path).unwrap();
    let mut batch = Batch::default();
    batch.keep(&index, [1; 32], &sheet());
    batch.write(&index);
    index.keep_answer(&[2; 32], &(5_u32, "five"));
}

fn same(one: &Sheet, other: &Sheet) -> bool {
    format!("{:?}", (&one.rows, &one.facts)) == format!("{:?}", (&other.rows, &other.facts))
        && (1..=one.texts.len()).all(|id| one.texts.get(id as u32) == other.texts.get(id as u32))
}

#[test]
fn what_is_put_in_comes_out_in_the_same_state_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new").join("index.sqlite");
    kept(&path);
    let index = Index::open(&path).unwrap();
    let known = index.sheet(&[1; 32], 7).unwrap();
    assert!(same(&known.sheet, &sheet()) && known.packed == 7);
    let mut other = [1; 32];
    other[31] = 2;
    assert!(index.sheet(&other, 7).is_none());
    assert_eq!(index.answer(&[2; 32]), Some((5_u32, "five".to_owned())));
    assert_eq!(index.answer::<(u32, String)>(&[3; 32]), None);
    // A new state takes the place of the old one.
    let mut batch = Batch::default();
    batch.keep(&index, other, &Sheet::default());
    batch.write(&index);
    assert!(index.sheet(&[1; 32], 7).is_none() && index.sheet(&other, 7).is_some() && !index.is_damaged());
}

#[test]
fn no_damage_is_believed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("index.sqlite");
    kept(&path);
    let whole = std::fs::read(&path).unwrap();
    let (mut noticed, mut unharmed) = (0, 0);
    for at in (0..whole.len()).step_by(37) {
        let mut damaged = whole.clone();
        damaged[at] ^= 0x55;
        std::fs::write(&path, damaged).unwrap();
        let Ok(index) = Index::open(&path) else {
            noticed += 1;
            continue;
        };
        match index.sheet(&[1; 32], 7) {
            Some(known) => {
                assert!(same(&known.sheet, &sheet()), "a wrong sheet came out, byte {at}");
                unharmed += 1;
            }
            None => noticed += 1,
        }
        assert!(matches!(index.answer::<(u32, String)>(&[2; 32]), None | Some((5, _))));
        drop(index);
        for beside in ["index.sqlite-wal", "index.sqlite-shm"] {
            let _ = std::fs::remove_file(folder.path().join(beside));
        }
    }
    assert!(noticed > 5 && unharmed > 5, "{noticed} {unharmed}");
}

#[test]
fn other_files_and_later_versions_are_left_alone_and_earlier_ones_begin_anew() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("index.sqlite");
    std::fs::write(
        &path,
        "a letter to my aunt, longer than a header of SQLite, which has a hundred bytes ".repeat(9),
    )
    .unwrap();
    assert!(matches!(Index::open(&path), Err(IndexError::Foreign(_))));
    std::fs::remove_file(&path).unwrap();
    kept(&path);
    let set = |version: u32| {
        let connection = rusqlite::Connection::open(&path).unwrap();
        connection.pragma_update(None, "user_version", version).unwrap();
    };
    set(super::VERSION + 1);
    assert!(matches!(Index::open(&path), Err(IndexError::Newer)));
    set(super::VERSION - 1);
    assert!(Index::open(&path).unwrap().sheet(&[1; 32], 7).is_none());
    let other = folder.path().join("other.sqlite");
    rusqlite::Connection::open(&other).unwrap().execute_batch("CREATE TABLE mine (x)").unwrap();
    assert!(matches!(Index::open(&other), Err(IndexError::Foreign(_))));
    // Ours, by its mark, and broken behind it.
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[100..400].fill(0x5a);
    std::fs::write(&path, bytes).unwrap();
    assert!(matches!(Index::open(&path), Err(IndexError::Damaged(_))));
}

/// Where this fails because a sheet holds other things than before, or is encoded otherwise, raise `logs::SHEET_VERSION`:
/// indexes that people have would give old answers. Then put the new number here.
#[test]
fn a_sheet_that_changes_has_another_version() {
    let encoded = postcard::to_stdvec(&sheet()).unwrap();
    let told = logs::hex(&logs::sha256(&encoded)[..16]);
    assert_eq!((logs::SHEET_VERSION, told.as_str()), (10, "7ed8d934d8ed7e7aa7a85c41634823cf"));
}
