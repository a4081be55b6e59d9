//! The forms in which logs come: each gives the same records; what is no event is told apart; what is damaged is named.

use crate::agreement::all_agree;
use crate::records::{ALL, EXECUTION, NOTIFICATION, SYNC};
use logs::{Caller, Reader, Reason, Record, Wanted};

fn text(record: &str) -> String {
    serde_json::to_string(record).unwrap()
}

#[test]
fn every_form_gives_the_same_records() {
    let each = |wrap: fn(&str) -> String, between: &str| {
        ALL.iter().map(|record| wrap(record)).collect::<Vec<_>>().join(between)
    };
    let plain = |record: &str| record.to_owned();
    let as_text = |name: &'static str| {
        let of: Vec<String> = ALL.iter().map(|record| format!("{{\"{name}\":{}}}", text(record))).collect();
        of.join(",")
    };
    let forms = [
        format!("{{\"Records\":[{}]}}", each(plain, ",")),
        format!("[{}]", each(plain, ",\n")),
        each(plain, "\n"),
        each(|record| format!("{{\"version\":\"0\",\"detail-type\":\"x\",\"detail\":{record}}}"), "\n"),
        format!("{{\"Events\":[{}],\"NextToken\":null}}", as_text("CloudTrailEvent")),
        format!("{{\"messageType\":\"DATA_MESSAGE\",\"logEvents\":[{}]}}", as_text("message")),
        each(|record| format!("2023-03-21T01:02:03.000Z {record}"), "\n"),
    ];
    for form in forms {
        let (accounted, told) = all_agree(form.as_bytes());
        assert_eq!((accounted.records, accounted.refusals, told.len()), (5, 0, 4), "{form}");
    }
}

#[test]
fn a_page_that_others_follow_is_not_all_of_an_answer() {
    let texts = |name: &str| {
        let of: Vec<String> = ALL.iter().map(|record| format!("{{\"{name}\":{}}}", text(record))).collect();
        of.join(",")
    };
    for (form, records, more) in [
        (format!("{{\"Events\":[{}],\"NextToken\":\"x\"}}", texts("CloudTrailEvent")), 5, 1),
        (format!("{{\"NextToken\":\"x\",\"Events\":[{}]}}", texts("CloudTrailEvent")), 5, 1),
        (format!("{{\"events\":[{}],\"nextToken\":\"x\"}}", texts("message")), 5, 1),
        ("{\"Events\":[],\"NextToken\":\"x\"}".to_owned(), 0, 1),
        // Of one log stream AWS always says where it goes on.
        (format!("{{\"events\":[{}],\"nextForwardToken\":\"f/1\"}}", texts("message")), 5, 0),
        (format!("{{\"events\":[{}],\"nextToken\":\"\"}}", texts("message")), 5, 0),
    ] {
        let (accounted, _) = all_agree(form.as_bytes());
        assert_eq!((accounted.records, accounted.refusals), (records, more), "{form}");
        let told = accounted.refused.iter().all(|one| one.reason.to_string().contains("more pages"));
        assert!(told, "{:?}", accounted.refused);
    }
}

#[test]
fn a_record_says_who_called_what() {
    let mut seen = Vec::new();
    let mut told = |record: &Record<'_>| {
        let caller = match record.caller() {
            Caller::Principal(name) | Caller::Service(name) | Caller::Other(name) => name.to_owned(),
            Caller::Nobody => "nobody".to_owned(),
        };
        seen.push((record.function_named().unwrap().to_owned(), caller, record.milliseconds));
    };
    let file = format!("{{\"Records\":[{SYNC},{EXECUTION},{NOTIFICATION}]}}");
    let accounted = Reader::new().read(file.as_bytes(), Wanted::Invocations, &mut told);
    assert_eq!(accounted.of_interest, 3);
    let orders = "arn:aws:lambda:eu-west-1:111122223333:function:orders";
    let thumbs = "arn:aws:lambda:us-east-1:111122223333:function:thumbs";
    let role = "arn:aws:sts::111122223333:assumed-role/states/s";
    let expected = [
        (orders, role, 1_679_360_523_000),
        (orders, "lambda.amazonaws.com", 1_679_360_524_000),
        (thumbs, "s3.amazonaws.com", 1_521_594_124_250),
    ];
    let expected = expected.map(|(function, caller, at)| (function.to_owned(), caller.to_owned(), at));
    assert_eq!(seen, expected);
}

#[test]
fn what_holds_no_event_is_told_apart() {
    let digest =
        r#"{"awsAccountId":"1","digestStartTime":"x","digestS3Object":"k","logFiles":[{"s3Object":"a"}]}"#;
    let control = r#"{"messageType":"CONTROL_MESSAGE","logEvents":[{"id":"","message":"CWL CONTROL MESSAGE: Checking health"}]}"#;
    for file in [digest, control] {
        let (accounted, _) = all_agree(file.as_bytes());
        assert_eq!((accounted.records, accounted.not_events, accounted.refusals), (0, 1, 0), "{file}");
    }
    for empty in ["", "\n", r#"{"Records":[]}"#, "[]"] {
        let (accounted, _) = all_agree(empty.as_bytes());
        assert_eq!((accounted.records, accounted.not_events, accounted.refusals), (0, 0, 0), "{empty}");
    }
}

#[test]
fn a_damaged_tail_costs_only_itself() {
    let file = format!("{{\"Records\":[{SYNC},{EXECUTION},{}", &NOTIFICATION[..400]);
    let (accounted, told) = all_agree(file.as_bytes());
    assert_eq!((accounted.records, accounted.refusals, told.len()), (2, 1, 2));
    assert_eq!(accounted.refused[0].reason, Reason::Unclosed);
    assert_eq!(accounted.refused[0].offset as usize, file.len() - 400);
}

#[test]
fn hostile_depth_and_length_are_survived() {
    let deep = SYNC.replacen(
        "\"responseElements\":null",
        &format!("\"responseElements\":{}1{}", "[".repeat(100_000), "]".repeat(100_000)),
        1,
    );
    let (accounted, _) = all_agree(format!("{{\"Records\":[{deep},{SYNC}]}}").as_bytes());
    assert_eq!((accounted.records, accounted.refusals), (1, 1));
    let open = "{\"Records\":[".repeat(50_000);
    assert_eq!(all_agree(open.as_bytes()).0.records, 0);
    let long = SYNC.replacen(
        "states.amazonaws.com\",\"requestParameters",
        &format!("{}\",\"requestParameters", "x".repeat(5_000_000)),
        1,
    );
    assert_eq!(all_agree(format!("[{long}]").as_bytes()).0.records, 1);
    let mut latin = SYNC.as_bytes().to_vec();
    let at = SYNC.find("states").unwrap();
    latin[at] = 0xff;
    let (accounted, _) = all_agree(&latin);
    assert_eq!((accounted.records, accounted.refusals), (0, 1));
    assert!(matches!(accounted.refused[0].reason, Reason::NotUtf8 { .. }));
}

/// A record is read or refused, wherever it is in a file: never lost without a word.
#[test]
fn no_record_is_lost_beside_or_within_others() {
    let member = &SYNC[1..SYNC.len() - 1];
    let other = r#""eventSource":"s3.amazonaws.com""#;
    for (file, read, refused) in [
        // Members of a record before or after a list.
        (format!("{{{other},\"Records\":[{SYNC},{EXECUTION}]}}"), 2, 0),
        (format!("{{\"Records\":[{SYNC}],{other}}}"), 1, 0),
        (format!("{{\"eventVersion\":\"1.0\",\"Records\":[{SYNC}]}}"), 1, 1),
        (format!("{{\"eventVersion\":\"1.0\",{other},\"Records\":[{SYNC}]}}"), 1, 0),
        (format!("{{{member},\"Records\":[{EXECUTION}]}}"), 2, 0),
        (format!("{{\"Events\":[],{member}}}"), 1, 0),
        (format!("{{\"logEvents\":[],{member}}}"), 1, 0),
        (format!("{{\"detail\":{SYNC},{}}}", &EXECUTION[1..EXECUTION.len() - 1]), 2, 0),
        (format!("[{{\"eventVersion\":\"1.0\",{other},\"Records\":[{SYNC}]}}]"), 1, 0),
        (
            format!("{EXECUTION}\n{{\"eventVersion\":\"1.0\",{other},\"Records\":[{SYNC}]}}\n{EXECUTION}\n"),
            3,
            0,
        ),
        // Records in a member that nobody knows.
        (format!("{{\"Records\":[{SYNC}],\"More\":[{SYNC}]}}"), 1, 1),
        (format!("{{\"More\":{{\"Records\":[{SYNC}]}},\"Records\":[{SYNC}]}}"), 1, 1),
        (format!("{{\"Records\":[{SYNC}],\"more\":{}}}", text(SYNC)), 1, 1),
        (format!("{{\"Records\":[],\"Records\":{SYNC}}}"), 0, 1),
        (format!("{{\"digestS3Object\":\"k\",\"logFiles\":[{SYNC}]}}"), 0, 1),
        (format!("{{\"logEvents\":[{{\"message\":{},\"more\":{SYNC}}}]}}", text(SYNC)), 1, 1),
        // What AWS writes beside records is none.
        (format!("{{\"Records\":[{SYNC}],\"eventSources\":3,\"x\":\"the eventSource of it\"}}"), 1, 0),
        // A query of Logs Insights prints members beside the whole record.
        (format!("{{\"@message\":{},\"eventName\":\"Invoke\"}}", text(SYNC)), 1, 0),
    ] {
        let (accounted, told) = all_agree(file.as_bytes());
        assert_eq!((told.len(), accounted.refusals), (read, refused), "{file} {:?}", accounted.refused);
    }
}
