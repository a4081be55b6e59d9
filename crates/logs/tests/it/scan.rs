//! Many files on several threads: all accounted for, each failure where it belongs, and never stuck.

use crate::records::{ALL, SYNC};
use crate::worlds::{Failing, Files, InMemory, answer};
use logs::scan::{Consumer, File, Known, Layout, Receiver, Source, scan_sheets};
use logs::{Answer, Columns, Question, Reader, Record, Sheet, Tally, Trouble, Wanted};
use std::convert::Infallible;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Takes sheets and forgets them.
struct Nothing;

impl Receiver for Nothing {
    type Error = Infallible;
}

impl Consumer for Nothing {
    fn sheet(&mut self, _: &File, _: &Sheet, _: Option<&Trouble>) -> Result<(), Infallible> {
        Ok(())
    }
}

#[test]
fn every_file_is_accounted_for() {
    let good = format!("{{\"Records\":[{}]}}", ALL.join(","));
    let cut = &good[..good.len() - 400];
    let files = vec![good.clone().into_bytes(), cut.as_bytes().to_vec(), Vec::new(), b"\x1f\x8bno".to_vec()];
    let (_, account) = scan_sheets(&Files::new(files), Layout::default(), vec![Nothing, Nothing]).unwrap();
    assert_eq!((account.files, account.damaged, account.unread), (4, 3, 0));
    assert_eq!((account.records, account.refusals, account.invocations, account.control), (9, 1, 6, 2));
    let troubles: Vec<&str> = account.troubles.iter().map(|trouble| trouble.file.as_str()).collect();
    assert_eq!(troubles, ["f1", "f2", "f3"]);
    assert!(!account.is_whole());
}

/// Files that hold nothing, by these names.
struct Hollow(AtomicUsize, [&'static str; 4]);

impl Source for Hollow {
    fn next(&self, _: &mut Vec<u8>) -> Option<File> {
        let name = *self.1.get(self.0.fetch_add(1, Ordering::Relaxed))?;
        Some(File { name: name.to_owned(), ..File::default() })
    }
}

/// Hashes what it may.
struct Hashing(Vec<String>);

impl Consumer for Hashing {
    fn sheet(&mut self, _: &File, _: &Sheet, _: Option<&Trouble>) -> Result<(), Infallible> {
        Ok(())
    }
}

impl Receiver for Hashing {
    type Error = Infallible;

    fn wants_hash(&self, _: &File) -> bool {
        true
    }

    fn hashed(&mut self, file: &File, _: [u8; 32]) -> Result<(), Infallible> {
        self.0.push(file.name.clone());
        Ok(())
    }
}

#[test]
fn a_file_without_a_byte_is_cut_off() {
    let names = ["a.json", "b.json.gz", "", "s3://b/c.GZ"];
    let source = Hollow(AtomicUsize::new(0), names);
    let (hashing, account) = scan_sheets(&source, Layout::default(), vec![Hashing(Vec::new())]).unwrap();
    assert_eq!((account.files, account.damaged, account.unread), (4, 4, 0));
    let troubles: Vec<&str> = account.troubles.iter().map(|trouble| trouble.file.as_str()).collect();
    assert_eq!(troubles, ["", "a.json", "b.json.gz", "s3://b/c.GZ"]);
    assert_eq!(hashing[0].0, [""; 0]);
}

/// Refuses every other file.
struct Refusing(AtomicUsize);

impl Source for Refusing {
    fn next(&self, bytes: &mut Vec<u8>) -> Option<File> {
        let number = self.0.fetch_add(1, Ordering::Relaxed);
        let unread = (number % 2 == 1).then(|| "access denied".to_owned());
        if unread.is_none() {
            bytes.extend(SYNC.as_bytes());
        }
        (number < 100).then(|| File { name: format!("{number:03}"), unread, ..File::default() })
    }
}

#[test]
fn a_source_that_refuses_half_loses_nothing_of_the_rest() {
    let (_, account) =
        scan_sheets(&Refusing(AtomicUsize::new(0)), Layout::default(), vec![Nothing, Nothing, Nothing])
            .unwrap();
    assert_eq!((account.files, account.unread, account.records, account.damaged), (100, 50, 50, 0));
    assert_eq!(account.troubles.len(), 50);
}

#[test]
fn an_error_of_a_consumer_ends_the_scan() {
    let files: Vec<Vec<u8>> = (0..200).map(|_| SYNC.as_bytes().to_vec()).collect();
    let error = scan_sheets(&Files::new(files), Layout::default(), vec![Failing("f150"), Failing("f150")])
        .unwrap_err();
    assert_eq!(error, "no more of f150");
}

#[test]
fn a_sheet_of_an_earlier_reading_counts_as_the_file_itself() {
    let mut sheet = Sheet::default();
    let mut take = |record: &Record<'_>| sheet.take(record, Columns::ALL);
    sheet.facts = (&Reader::new().read(SYNC.as_bytes(), Wanted::LambdaAndCloudTrail, &mut take)).into();
    struct Once(AtomicUsize, Sheet);
    impl Source for Once {
        fn next(&self, _: &mut Vec<u8>) -> Option<File> {
            let known = Known { sheet: self.1.clone(), packed: SYNC.len() as u64 };
            let known = Some(Box::new(known));
            (self.0.fetch_add(1, Ordering::Relaxed) == 0).then(|| File {
                name: "f0".to_owned(),
                known,
                ..File::default()
            })
        }
    }
    let question = Question { by: vec![logs::Dimension::Principal], ..Question::default() };
    let tallies = vec![Tally::new(&question, &InMemory)];
    let (tallies, account) =
        scan_sheets(&Once(AtomicUsize::new(0), sheet), Layout::default(), tallies).unwrap();
    assert_eq!(Answer::of(tallies).unwrap(), answer(&question, vec![SYNC.as_bytes().to_vec()]));
    assert_eq!((account.files, account.records, account.packed), (1, 1, SYNC.len() as u64));
}

#[test]
fn files_larger_than_all_that_may_be_in_memory_are_read_one_at_a_time() {
    // 48 MiB each, where 40 may be inflated at once: whoever waited for room would wait for ever.
    let large = || {
        let mut compressor = libdeflater::Compressor::new(libdeflater::CompressionLvl::new(1).unwrap());
        let mut bytes = vec![b' '; 48 << 20];
        bytes.extend(SYNC.as_bytes());
        let mut packed = vec![0; compressor.gzip_compress_bound(bytes.len())];
        let length = compressor.gzip_compress(&bytes, &mut packed).unwrap();
        packed.truncate(length);
        packed
    };
    let packed = large();
    let files = vec![packed.clone(), packed.clone(), packed.clone(), packed];
    let (_, account) =
        scan_sheets(&Files::new(files), Layout::default(), vec![Nothing, Nothing, Nothing]).unwrap();
    assert_eq!((account.files, account.records, account.damaged), (4, 4, 0));
}
