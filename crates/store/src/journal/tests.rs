//! Journals that are written, held, cut off and read again.

use super::{Entry, Journal, JournalError, JournalFile, Mark, read_journal};
use audit::change::{Bucket, Change, Setting, Target, Turn};
use audit::plan::{Plan, Purpose, Scope, Step};
use cloudtrail::recorder::RecorderKind;

/// Who takes a journal back waits until nobody writes it, and lets nobody write it meanwhile.
#[test]
fn a_journal_is_written_or_held() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("p.json.journal");
    let busy = |error: std::io::Error| error.kind() == std::io::ErrorKind::ResourceBusy;
    let written = JournalFile::begin(&path, &plan(), "2026-11-23T12:00:00Z", "1.0.0").unwrap();
    assert!(super::hold(&path).is_err_and(busy));
    drop(written);
    let held = super::hold(&path).unwrap();
    assert!(held.is_some());
    assert!(JournalFile::go_on(&path, false).is_err_and(busy));
    drop(held);
    assert!(JournalFile::go_on(&path, false).is_ok());
    assert!(
        super::hold(folder.path()).unwrap().is_none() && super::hold(&folder.path().join("none")).is_err()
    );
}

/// What AWS refused, and what was read back as before, is not ours, whatever stands there later; what was not answered may be.
#[test]
fn what_was_refused_is_not_begun() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("p.json.journal");
    let mut journal = JournalFile::begin(&path, &plan(), "2026-11-23T12:00:00Z", "1.0.0").unwrap();
    let mut mark = |entry: Entry| {
        journal.write(&entry).unwrap();
        read_journal(&std::fs::read(&path).unwrap()).unwrap().marks[0]
    };
    assert_eq!(mark(Entry::Intent(0)), Mark::Intended);
    assert_eq!(mark(Entry::Failed(0, "no answer".to_owned())), Mark::Intended);
    assert_eq!(mark(Entry::Refused(0, "AccessDenied".to_owned())), Mark::Fresh);
    assert_eq!(mark(Entry::Intent(0)), Mark::Intended);
}

fn plan() -> Plan {
    let target = Target {
        arn: "arn:aws:cloudtrail:eu-west-1:111122223333:trail/main".to_owned(),
        name: "main".to_owned(),
        kind: RecorderKind::Trail,
        account: "111122223333".to_owned(),
        home_region: "eu-west-1".to_owned(),
    };
    Plan {
        purpose: Purpose::Record,
        scope: Scope {
            partition: "aws".to_owned(),
            organization: None,
            accounts: vec!["111122223333".to_owned()],
            collected_at: "2026-11-23T12:00:00Z".to_owned(),
            recorders: audit::Counted::All,
        },
        steps: vec![Step {
            change: Change { target, setting: Setting::Logging(Turn { before: false, after: true }) },
            because: audit::code::Coded::default(),
            owner: audit::plan::Owner::Nobody,
            gained: Vec::new(),
            risks: Vec::new(),
            backout: audit::code::Coded::default(),
        }],
        refusals: Vec::new(),
        gained: Vec::new(),
        losses: Vec::new(),
        found: Vec::new(),
        outlook: Vec::new(),
        cost: None,
    }
}

#[test]
fn a_journal_cut_off_at_any_byte_of_its_first_line_is_replaced_or_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal");
    drop(JournalFile::begin(&path, &plan(), "2026-11-23T12:00:00Z", "0").unwrap());
    let head = std::fs::read(&path).unwrap();
    for length in 0..head.len() - 1 {
        let error = read_journal(&head[..length]).unwrap_err();
        assert_eq!(error, JournalError::NotBegun, "{length}");
    }
    for length in [0, 1, 40, head.len() - 2, head.len() - 1] {
        std::fs::write(&path, &head[..length]).unwrap();
        drop(JournalFile::begin(&path, &plan(), "2026-11-23T12:00:00Z", "0").unwrap());
        assert_eq!(std::fs::read(&path).unwrap(), head, "{length}");
    }
    // Only the line break is missing: the next entry gets a line of its own, and the way back stays.
    std::fs::write(&path, &head[..head.len() - 1]).unwrap();
    let read = read_journal(&std::fs::read(&path).unwrap()).unwrap();
    assert!(read.cut_off);
    JournalFile::go_on(&path, read.cut_off).unwrap().write(&Entry::Intent(0)).unwrap();
    let read = read_journal(&std::fs::read(&path).unwrap()).unwrap();
    assert_eq!((read.marks, read.cut_off), (vec![Mark::Intended], false));
    // One that says more is never touched.
    assert!(JournalFile::begin(&path, &plan(), "2026-11-23T12:00:00Z", "0").is_err());
}

/// What was left to others is marked as that, also in journals of earlier versions.
#[test]
fn what_others_use_is_no_change_that_was_made() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal");
    let mut plan = plan();
    plan.purpose = Purpose::Undo;
    drop(JournalFile::begin(&path, &plan, "2026-11-23T12:00:00Z", "0").unwrap());
    JournalFile::go_on(&path, false).unwrap().write(&Entry::Used(0)).unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    assert_eq!(text.lines().last(), Some(r#"{"entry":"done","step":0,"kept":true,"used":true}"#));
    for text in [text.clone(), text.replace(r#","used":true"#, "")] {
        assert_eq!(read_journal(text.as_bytes()).unwrap().marks, [Mark::Used], "{text}");
    }
    // A bucket that holds log files is kept, and that is all there is to do.
    let bucket = Some(Bucket { name: "logs".to_owned(), policy: String::new() });
    plan.steps[0].change.setting = Setting::Bucket(Turn { before: bucket, after: None });
    let path = folder.path().join("of-a-bucket");
    JournalFile::begin(&path, &plan, "2026-11-23T12:00:00Z", "0").unwrap().write(&Entry::Kept(0)).unwrap();
    assert_eq!(read_journal(&std::fs::read(&path).unwrap()).unwrap().marks, [Mark::Done]);
}

#[test]
fn the_undos_of_a_journal_are_the_newest_and_those_set_aside() {
    let folder = tempfile::tempdir().unwrap();
    let journal = folder.path().join("plan.json.journal");
    assert!(super::undos_of(&journal).is_empty());
    for name in [
        "plan.json.journal.undo",
        "plan.json.journal.undo.1",
        "plan.json.journal.undo.2",
        "plan.json.journal.1",
    ] {
        std::fs::write(folder.path().join(name), "x").unwrap();
    }
    let names: Vec<String> = super::undos_of(&journal)
        .iter()
        .map(|path| path.extension().unwrap().to_string_lossy().into_owned())
        .collect();
    assert_eq!(names, ["1", "2", "undo"], "the newest is the last");
}
