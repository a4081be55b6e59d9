//! A door for whoever wants records and no sheet: every record of every source comes, beside the sheet or alone.

use crate::records::{ALL, EXECUTION, OTHER, SYNC};
use crate::worlds::{Files, InMemory, answer};
use logs::scan::{FileSink, Known, Layout, Options, ReadFile, Receiver, Sheets, scan};
use logs::{Answer, Dimension, Event, Question, Reader, Reason, Record, Sink, Tally, Wanted, read_plainly};
use std::collections::BTreeMap;
use std::io;

/// Counts events by source, and remembers when the first and the last of each was.
#[derive(Debug, Default, PartialEq)]
struct BySource {
    counts: BTreeMap<String, (u64, i64, i64)>,
    /// Bytes of all records, as they were delivered.
    bytes: u64,
    /// Those that cannot be read, and why.
    unread: Vec<Reason>,
    /// How many records each file has, as its account says.
    files: BTreeMap<String, u64>,
}

impl BySource {
    fn enter(&mut self, event: &Event<'_>) -> Result<(), Reason> {
        let [source] = event.texts(["eventSource"])?;
        let time = event.milliseconds()?;
        let none = (0, i64::MAX, i64::MIN);
        let (count, first, last) = self.counts.entry(source.unwrap_or_default().into_owned()).or_insert(none);
        (*count, *first, *last) = (*count + 1, time.min(*first), time.max(*last));
        Ok(())
    }

    fn and(mut self, other: BySource) -> Self {
        for (source, (count, first, last)) in other.counts {
            let here = self.counts.entry(source).or_insert((0, i64::MAX, i64::MIN));
            *here = (here.0 + count, here.1.min(first), here.2.max(last));
        }
        self.bytes += other.bytes;
        self.unread.extend(other.unread);
        self.files.extend(other.files);
        self
    }
}

impl Sink for BySource {
    const EVERY: bool = true;

    fn event(&mut self, event: &Event<'_>) {
        self.bytes += event.raw.len() as u64;
        let entered = self.enter(event);
        self.unread.extend(entered.err());
    }

    fn record(&mut self, _: &Record<'_>) {}
}

impl Receiver for BySource {
    type Error = io::Error;
}

impl FileSink for BySource {
    fn read(&mut self, file: &logs::scan::File, read: &ReadFile<'_>) -> io::Result<()> {
        self.files.insert(file.name.clone(), read.facts.records);
        Ok(())
    }

    fn known(&mut self, _: &logs::scan::File, _: &Known) -> io::Result<()> {
        Err(io::Error::other("its records are not there"))
    }
}

/// A record of S3, a day after the others.
const PUT: &str = r#"{"eventVersion":"1.11","userIdentity":{"type":"AWSService"},"eventTime":"2023-03-22T01:02:04Z","eventSource":"s3.amazonaws.com","eventName":"PutObject","eventID":"61111111-2222-3333-4444-555555555555"}"#;

/// The forms in which records are delivered, all of them with the same records.
fn forms() -> Vec<Vec<u8>> {
    let records = [ALL.as_slice(), &[PUT, PUT]].concat();
    let text = |record: &&str| {
        format!("{{\"CloudTrailEvent\":{}}}", serde_json::Value::String((*record).to_owned()))
    };
    let texts: Vec<String> = records.iter().map(text).collect();
    let files = [
        format!("{{\"Records\":[{}]}}", records.join(",")),
        format!("[{}]", records.join(" , ")),
        records.join("\n"),
        format!("{{\"Events\":[{}]}}", texts.join(",")),
    ];
    files.map(String::into_bytes).to_vec()
}

/// What is in [`forms`].
fn naive() -> BTreeMap<String, (u64, i64, i64)> {
    let at = |text: &str| logs::milliseconds(text).unwrap();
    let one = |source: &str, count: u64, first: &str, last: &str| {
        (source.to_owned(), (count * 4, at(first), at(last)))
    };
    BTreeMap::from([
        one("lambda.amazonaws.com", 3, "2018-03-21T01:02:04.250Z", "2023-03-21T01:02:04Z"),
        one("cloudtrail.amazonaws.com", 1, "2026-11-20T01:02:04Z", "2026-11-20T01:02:04Z"),
        one("sts.amazonaws.com", 1, "2023-03-21T01:02:04Z", "2023-03-21T01:02:04Z"),
        one("s3.amazonaws.com", 2, "2023-03-22T01:02:04Z", "2023-03-22T01:02:04Z"),
    ])
}

#[test]
fn a_sink_sees_every_record_of_every_source() {
    let sinks = vec![BySource::default(), BySource::default()];
    let (sinks, account) = scan(&Files::new(forms()), Options::default(), sinks).unwrap();
    let found = sinks.into_iter().fold(BySource::default(), BySource::and);
    assert_eq!(found.counts, naive());
    assert_eq!((found.unread, account.records), (vec![], 28));
    let length: usize = ALL.iter().chain(&[PUT, PUT]).map(|record| record.len()).sum();
    assert_eq!(found.bytes, 4 * length as u64);
    assert_eq!(found.files.values().sum::<u64>(), account.records);
    // The account needs no sheet.
    assert_eq!((account.files, account.invocations, account.control), (4, 12, 4));
}

#[test]
fn beside_it_the_sheet_is_what_it_is_alone() {
    let question = Question { by: vec![Dimension::Function, Dimension::Caller], ..Question::default() };
    let layout = Layout { columns: question.columns(), ..Layout::default() };
    let sink = || {
        (Sheets::new(layout, Tally::new(&question, &InMemory)), (BySource::default(), BySource::default()))
    };
    let (sinks, account) = scan(&Files::new(forms()), Options::default(), vec![sink(), sink()]).unwrap();
    let (sheets, sources): (Vec<_>, Vec<_>) = sinks.into_iter().unzip();
    let tallies = sheets.into_iter().map(Sheets::into_consumer).collect();
    assert_eq!(Answer::of(tallies).unwrap(), answer(&question, forms()));
    let (one, other): (Vec<_>, Vec<_>) = sources.into_iter().unzip();
    let all = |sinks: Vec<BySource>| sinks.into_iter().fold(BySource::default(), BySource::and);
    let one = all(one);
    assert_eq!(one, all(other));
    assert_eq!((one.counts, account.is_whole()), (naive(), true));
}

#[test]
fn what_is_broken_inside_is_handed_on_as_it_is() {
    let broken = OTHER.replacen("\"awsRegion\":", "\"awsRegion\":tru,\"x\":", 1);
    let twice = PUT.replacen("\"eventName\":", "\"eventSource\":\"x\",\"eventName\":", 1);
    let timeless = PUT.replacen("\"2023-03-22T01:02:04Z\"", "7", 1);
    let file = format!("{{\"Records\":[{SYNC},{broken},{twice},{timeless},{EXECUTION}]}}").into_bytes();
    let (mut sinks, account) =
        scan(&Files::new(vec![file]), Options::default(), vec![BySource::default()]).unwrap();
    let found = sinks.pop().unwrap();
    assert_eq!((account.records, account.refusals), (5, 0));
    assert_eq!(found.counts.keys().collect::<Vec<_>>(), ["lambda.amazonaws.com"]);
    let told: Vec<String> = found.unread.iter().map(ToString::to_string).collect();
    assert!(told[0].starts_with("not JSON: "), "{told:?}");
    assert_eq!(
        told[1..],
        ["`eventSource` appears twice", "`eventTime` has another type than CloudTrail writes"]
    );
}

/// Every record, as it was handed on.
#[derive(Debug, Default, PartialEq)]
struct Raw(Vec<(u64, Vec<u8>)>);

impl Sink for Raw {
    const EVERY: bool = true;

    fn event(&mut self, event: &Event<'_>) {
        self.0.push((event.offset, event.raw.to_vec()));
    }

    fn record(&mut self, record: &Record<'_>) {
        assert_eq!(self.0.last().map(|(offset, raw)| (*offset, &**raw)), Some((record.offset, record.raw)));
    }
}

/// Each record that counts as read is handed on once, by the fast path as by the plain one.
pub(crate) fn every_record_is_handed_on(bytes: &[u8]) {
    let mut plain = Raw::default();
    let accounted = read_plainly(bytes, Wanted::LambdaAndCloudTrail, &mut plain);
    assert_eq!(plain.0.len() as u64, accounted.records, "{}", String::from_utf8_lossy(bytes));
    for mut reader in Reader::all() {
        let mut fast = Raw::default();
        reader.read(bytes, Wanted::LambdaAndCloudTrail, &mut fast);
        assert_eq!(fast, plain, "{}", String::from_utf8_lossy(bytes));
    }
}
