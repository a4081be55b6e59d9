//! A record that goes through the lake is the record that was delivered, as far as anything asks; and the bytes depend on nothing else.

#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use lake::{
    Bytes, ControlEvents, Found, Invocations, Packed, Table, control_rows, find, invocation_rows, row_count,
};
use logs::{Columns, Home, Reader, Record, Row, Sheet, Wanted};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

/// Texts that are written in few ways, or in hostile ones.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        Just("arn:aws:lambda:eu-west-1:111122223333:function:orders:live".to_owned()),
        Just("arn:aws:sts::111122223333:assumed-role/deploy/alice".to_owned()),
        Just("011122223333".to_owned()),
        Just("0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0".to_owned()),
        Just("0F1E2D3C-4b5a-6978-8796-a5b4c3d2e1f0".to_owned()),
        "[a-z\\\\\"\u{202e}\u{0}é ]{0,9}",
    ]
}

/// A member that is missing, null, or a text.
fn member() -> impl Strategy<Value = Option<Value>> {
    prop_oneof![3 => Just(None), 1 => Just(Some(Value::Null)), 6 => text().prop_map(|text| Some(json!(text)))]
}

fn object(names: &'static [&'static str]) -> impl Strategy<Value = Map<String, Value>> {
    vec(member(), names.len()).prop_map(move |values| {
        let named = names.iter().zip(values).filter_map(|(name, value)| Some(((*name).to_owned(), value?)));
        named.collect()
    })
}

const TOP: &[&str] = &[
    "eventVersion",
    "eventType",
    "awsRegion",
    "recipientAccountId",
    "requestID",
    "sharedEventID",
    "sourceIPAddress",
    "userAgent",
    "errorCode",
    "errorMessage",
    "vpcEndpointId",
    "sessionCredentialFromConsole",
];
const IDENTITY: &[&str] =
    &["type", "principalId", "arn", "accountId", "userName", "invokedBy", "accessKeyId"];
const ASKED: &[&str] = &["functionName", "invocationType", "sourceArn", "sourceAccount"];

/// A record of an invocation, and its JSON.
fn record() -> impl Strategy<Value = Value> {
    let names =
        prop_oneof![Just("Invoke"), Just("InvokeExecution"), Just("InvokeFunctionUrl"), Just("RunMicrovm")];
    let parts = (object(TOP), object(IDENTITY), prop::option::of(object(ASKED)), prop::option::of(member()));
    let more =
        (prop::option::of("[a-z$.]{1,9}"), any::<Option<bool>>(), any::<Option<bool>>(), member(), text());
    (names, 0..86_400_u32, parts, more).prop_map(|(name, second, parts, more)| {
        let (mut record, identity, asked, arn) = parts;
        let (qualifier, read_only, management, corrects, id) = more;
        record.insert("eventName".into(), json!(name));
        record.insert("eventSource".into(), json!("lambda.amazonaws.com"));
        record.insert("eventID".into(), json!(id));
        let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
        record.insert("eventTime".into(), json!(format!("2026-11-17T{hour:02}:{minute:02}:{second:02}Z")));
        record.insert("userIdentity".into(), Value::Object(identity));
        if let Some(mut asked) = asked {
            asked.extend(qualifier.map(|one| ("qualifier".to_owned(), json!(one))));
            record.insert("requestParameters".into(), Value::Object(asked));
        }
        if let Some(arn) = arn {
            let mut resource = json!({"type": "AWS::Lambda::Function", "accountId": "111122223333"});
            resource["ARN"] = arn.unwrap_or(Value::Null);
            record.insert("resources".into(), json!([resource]));
        }
        record.extend(read_only.map(|said| ("readOnly".to_owned(), json!(said))));
        record.extend(management.map(|said| ("managementEvent".to_owned(), json!(said))));
        record.extend(corrects.map(|id| ("addendum".to_owned(), json!({"originalEventID": id}))));
        Value::Object(record)
    })
}

fn home() -> Home {
    Home { account: "011122223333".to_owned(), region: "eu-west-1".to_owned() }
}

/// The file of these records.
fn file(records: &[Value]) -> Vec<u8> {
    json!({ "Records": records }).to_string().into_bytes()
}

fn each(records: &[Value], mut take: impl FnMut(&Record<'_>)) {
    let mut all = |record: &Record<'_>| {
        if record.is_invocation() {
            take(record);
        }
    };
    Reader::new().read(&file(records), Wanted::LambdaAndCloudTrail, &mut all);
}

fn packed(records: &[Value], raw: bool) -> Option<Packed> {
    let mut rows = Invocations::new(raw);
    each(records, |record| rows.take(record, Some(&home()), "AWSLogs/a.json.gz"));
    rows.pack().unwrap()
}

/// What a record is to every question: all texts of its row, and its numbers.
fn asked(record: &Record<'_>) -> (Vec<Option<String>>, Row) {
    let mut sheet = Sheet::default();
    sheet.take(record, Columns::ALL);
    let row = sheet.rows[0];
    let texts = sheet.texts.iter().map(|text| Some(text.to_owned())).collect();
    (texts, row)
}

/// Without its bytes.
fn said(record: &Record<'_>) -> String {
    format!(
        "{:?}",
        Record {
            raw: b"",
            requested: record.requested.clone().filter(|one| *one != logs::Requested::default()),
            ..record.clone()
        }
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn a_record_comes_back_as_it_was_delivered(records in vec(record(), 1..6), raw: bool) {
        let mut wanted = Vec::new();
        each(&records, |record| {
            let hash = lake::record_hash(record.raw);
            let first = !wanted.iter().any(|(known, _, _)| *known == hash);
            if first {
                wanted.push((hash, said(record), asked(record)));
            }
        });
        let Some(packed) = packed(&records, raw) else {
            prop_assert!(wanted.is_empty());
            return Ok(());
        };
        let bytes = Bytes::from(packed.invocations);
        let mut found = Vec::new();
        invocation_rows(&bytes, |row: &Found<'_>| {
            assert_eq!(row.file, "AWSLogs/a.json.gz");
            found.push((said(&row.record), asked(&row.record)));
        }).unwrap();
        let mut wanted: Vec<_> = wanted.into_iter().map(|(_, said, asked)| (said, asked)).collect();
        let key = |one: &(String, (Vec<Option<String>>, Row))| one.0.clone();
        wanted.sort_by_key(key);
        found.sort_by_key(key);
        prop_assert_eq!(&found, &wanted);
        prop_assert_eq!(row_count(&bytes, Table::Invocations).unwrap(), wanted.len() as u64);
        prop_assert_eq!(packed.rows, wanted.len() as u64);
    }

    #[test]
    fn the_bytes_are_those_of_the_records_whatever_was_packed_before(records in vec(record(), 1..6), other in vec(record(), 1..6)) {
        let alone = packed(&records, true);
        let mut rows = Invocations::new(true);
        each(&other, |record| rows.take(record, Some(&home()), "AWSLogs/b.json.gz"));
        rows.pack().unwrap();
        rows.clear();
        each(&records, |record| rows.take(record, Some(&home()), "AWSLogs/a.json.gz"));
        prop_assert_eq!(rows.pack().unwrap(), alone);
    }
}

fn invocation(number: usize, second: u32) -> Value {
    json!({
        "eventName": "Invoke", "eventSource": "lambda.amazonaws.com", "eventTime": format!("2026-11-17T00:00:{second:02}Z"),
        "eventID": format!("00000000-0000-4000-8000-{number:012}"), "recipientAccountId": "011122223333",
        "userIdentity": {"type": "AWSService", "invokedBy": "events.amazonaws.com"},
        "requestParameters": {"functionName": format!("f{}", number % 3)},
    })
}

#[test]
fn identical_records_are_one_row_that_says_how_many_there_were() {
    let records = [invocation(1, 1), invocation(2, 2), invocation(1, 1), invocation(1, 1)];
    let packed = packed(&records, false).unwrap();
    assert_eq!(packed.rows, 2);
    let mut copies = Vec::new();
    let bytes = Bytes::from(packed.invocations);
    invocation_rows(&bytes, |row| copies.push((row.record.event_id.to_string(), row.copies))).unwrap();
    copies.sort();
    let id = |number: usize| format!("00000000-0000-4000-8000-{number:012}");
    assert_eq!(copies, [(id(1), 2), (id(2), 0)]);
}

#[test]
fn many_rows_make_several_files_and_none_is_lost() {
    let records: Vec<Value> = (0..25).map(|number| invocation(number, 1)).collect();
    let mut rows = Invocations::cut_at(false, 10);
    let mut files = Vec::new();
    each(&records, |record| {
        if rows.is_full() {
            files.extend(rows.pack().unwrap());
        }
        rows.take(record, None, "AWSLogs/a.json.gz");
    });
    files.extend(rows.pack().unwrap());
    assert_eq!(files.iter().map(|file| file.rows).collect::<Vec<_>>(), [10, 10, 5]);
    assert_eq!(rows.rows(), 25);
    let mut ids = Vec::new();
    for file in files {
        invocation_rows(&Bytes::from(file.invocations), |row| ids.push(row.record.event_id.to_string()))
            .unwrap();
    }
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 25);
}

#[test]
fn an_event_is_found_by_its_id_and_no_other() {
    let records: Vec<Value> = (0..50).map(|number| invocation(number, 1)).collect();
    let bytes = Bytes::from(packed(&records, false).unwrap().invocations);
    let id = "00000000-0000-4000-8000-000000000007";
    let found = find(&bytes, Table::Invocations, id).unwrap();
    let text = String::from_utf8(file(&records)).unwrap();
    let offset = text.find(&records[7].to_string()).unwrap() as u64;
    assert_eq!((found.len(), found[0].offset), (1, offset));
    assert_eq!(found[0].sha256, lake::record_hash(records[7].to_string().as_bytes()));
    assert_eq!(find(&bytes, Table::Invocations, "nothing").unwrap(), []);
}

#[test]
fn a_file_that_is_not_of_the_table_is_refused() {
    let packed = packed(&[invocation(1, 1)], false).unwrap();
    let (rows, daily) = (Bytes::from(packed.invocations), Bytes::from(packed.daily));
    assert!(row_count(&daily, Table::InvocationsDaily).is_ok_and(|rows| rows == 1));
    assert!(invocation_rows(&daily, |_| ()).is_err(), "a roll-up");
    assert!(control_rows(&rows, |_, _, _| ()).is_err(), "invocations");
    for cut in [0, 1, 4, rows.len() / 2, rows.len() - 1] {
        assert!(invocation_rows(&rows.slice(..cut), |_| ()).is_err(), "{cut} bytes");
    }
    for at in (0..rows.len()).step_by(7) {
        let mut bytes = rows.to_vec();
        bytes[at] ^= 0x55;
        // Whatever comes of it, it is no panic.
        let _ = invocation_rows(&Bytes::from(bytes), |_| ());
    }
}

#[test]
fn a_management_event_keeps_its_record() {
    let event = json!({
        "eventName": "UpdateFunctionCode20150331v2", "eventSource": "lambda.amazonaws.com", "eventTime": "2026-11-17T00:00:00Z",
        "eventID": "00000000-0000-4000-8000-000000000001", "recipientAccountId": "011122223333",
        "requestParameters": {"functionName": "orders"},
    });
    let mut rows = ControlEvents::default();
    let mut take = |record: &Record<'_>| rows.take(record, Some(&home()), "AWSLogs/a.json.gz");
    Reader::new().read(&file(&[event.clone(), event.clone()]), Wanted::LambdaAndCloudTrail, &mut take);
    assert_eq!((rows.rows(), rows.copies()), (1, 1));
    let mut found = Vec::new();
    let bytes = Bytes::from(rows.pack().unwrap().unwrap());
    control_rows(&bytes, |raw, file, offset| found.push((raw.to_owned(), file.to_owned(), offset))).unwrap();
    assert_eq!(found, [(event.to_string(), "AWSLogs/a.json.gz".to_owned(), 12)]);
}
