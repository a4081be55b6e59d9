//! Records that do not say which account or Region they are of, or contradict themselves: what the folder says counts, and where that is
//! not enough, no function is called missing.

use crate::late::{MAY, function};
use crate::log_files::gzip;
use crate::run::Finished;
use crate::unread::{delivered, file, gone, whole};
use serde_json::{Map, Value, json};

const ARN: &str = "arn:aws:lambda:us-east-1:111122223333:function:gone";

fn changed(change: impl Fn(&mut Map<String, Value>)) -> Value {
    let mut record = gone();
    change(record.as_object_mut().unwrap());
    record
}

fn verified(record: &Value) -> Finished {
    let case = whole();
    std::fs::write(delivered(&case), gzip(&file(std::slice::from_ref(record)))).unwrap();
    case.verify("logs", MAY, &[])
}

#[track_caller]
fn is_evidence(record: &Value) {
    let said = verified(record);
    assert_eq!(function(&said, "gone").0, "evidenced", "{record}: {said:?}");
}

#[track_caller]
fn is_doubt(record: &Value) {
    let said = verified(record);
    let (gone, doubts) = function(&said, "gone");
    assert_eq!((gone.as_str(), said.code), ("undetermined", Some(4)), "{record}: {said:?}");
    assert!(doubts.contains("invocation records"), "{doubts}");
}

/// Who called, in as many ways as records have.
fn callers() -> [Value; 4] {
    [
        json!({"type": "AWSService", "invokedBy": "events.amazonaws.com"}),
        json!({"type": "AWSAccount", "principalId": "AIDAEXAMPLE", "accountId": "999988887777"}),
        json!({"type": "AWSAccount", "principalId": "", "accountId": "ANONYMOUS_PRINCIPAL"}),
        json!({"type": "IAMUser", "arn": "arn:aws:iam::111122223333:user/a", "accountId": "111122223333"}),
    ]
}

#[test]
fn a_record_without_an_account_is_of_the_account_in_whose_folder_it_lies() {
    for recipient in [None, Some(Value::Null), Some("".into()), Some("111122223333 ".into())] {
        for (at, caller) in callers().into_iter().enumerate() {
            let mut record = changed(|record| {
                record["userIdentity"] = caller.clone();
                match &recipient {
                    Some(said) => record["recipientAccountId"] = said.clone(),
                    None => _ = record.remove("recipientAccountId"),
                }
            });
            is_evidence(&record);
            record.as_object_mut().unwrap().remove("resources");
            // A name is one of the caller's own account, and this record lies in another's folder.
            if at == 1 { is_doubt(&record) } else { is_evidence(&record) }
        }
    }
}

#[test]
fn a_record_without_a_region_is_of_the_region_in_whose_folder_it_lies() {
    for region in
        [None, Some(Value::Null), Some("".into()), Some("us-east-1 ".into()), Some("us-east-1a".into())]
    {
        let mut record = changed(|record| match &region {
            Some(said) => record["awsRegion"] = said.clone(),
            None => _ = record.remove("awsRegion"),
        });
        is_evidence(&record);
        record.as_object_mut().unwrap().remove("resources");
        is_evidence(&record);
        // As whoever asks about the Region finds it.
        let case = whole();
        std::fs::write(delivered(&case), gzip(&file(&[record]))).unwrap();
        let asked =
            ["invocations", "logs", "--no-index", "--region", "us-east-1", "--account", "111122223333"];
        let said = case.run(&[&asked[..], &["--format", "json"]].concat(), MAY, None);
        assert!(said.stdout.contains(ARN), "{said:?}");
    }
}

#[test]
fn a_record_of_a_function_elsewhere_is_evidence_neither_here_nor_there() {
    let asked = |name: &'static str| {
        changed(|record| {
            record.remove("resources");
            record["requestParameters"]["functionName"] = name.into();
        })
    };
    for record in [
        asked("arn:aws:lambda:eu-west-1:111122223333:function:gone"),
        asked("arn:aws-cn:lambda:us-east-1:111122223333:function:gone"),
        changed(|record| record["awsRegion"] = "eu-west-1".into()),
        changed(|record| record["resources"][0]["ARN"] = ARN.replace("us-east-1", "eu-west-1").into()),
        changed(|record| record["resources"][0]["ARN"] = ARN.replace("arn:aws:", "arn:aws-us-gov:").into()),
        changed(|record| record["resources"][0]["ARN"] = ARN.replace("111122223333", "").into()),
        changed(|record| {
            record["resources"][0]["ARN"] = "xyz".into();
            record["requestParameters"] = Value::Null;
        }),
        changed(|record| record["resources"][0]["ARN"] = ARN.replace(":gone", ":other").into()),
    ] {
        is_doubt(&record);
    }
    // What is no ARN says nothing, and the name that was asked for is one.
    for arn in ["xyz", "", "gone"] {
        is_evidence(&changed(|record| record["resources"][0]["ARN"] = arn.into()));
    }
    // The folder counts where the record does not say whose it is; where it says another account, neither is believed.
    is_evidence(&changed(|record| record["recipientAccountId"] = "".into()));
    is_doubt(&changed(|record| record["recipientAccountId"] = "999988887777".into()));
}

#[test]
fn a_record_that_lies_in_no_folder_and_says_nothing_of_its_account_may_be_anybodys() {
    let record = changed(|record| {
        record.remove("resources");
        record.remove("recipientAccountId");
        record["userIdentity"] = json!({"type": "AWSService", "invokedBy": "events.amazonaws.com"});
    });
    let case = whole();
    std::fs::write(case.logs().join("../loose.json"), file(&[record])).unwrap();
    let facts = ["--inventory", "inv.json", "--metrics", "met.json", "--no-index", "--format", "json"];
    let day = ["--since", "2026-03-01", "--until", "2026-03-01"];
    let said = case.run(&[&["verify", "logs", "loose.json"], &facts[..], &day].concat(), MAY, None);
    assert_eq!(function(&said, "gone").0, "undetermined", "{said:?}");
}

/// What `verify` says of the function where this is the only record that may be its own.
fn outcome(record: &Value) -> String {
    function(&verified(record), "gone").0
}

#[test]
fn a_record_of_another_kind_of_function_is_no_evidence_for_the_plain_one_of_that_name() {
    let called = |event: &'static str, resources: Option<Value>, asked: &'static str| {
        changed(|record| {
            record["eventName"] = event.into();
            record["requestParameters"] = json!({ "functionName": asked });
            match &resources {
                Some(resources) => record["resources"] = resources.clone(),
                None => _ = record.remove("resources"),
            }
        })
    };
    let kind = |kind: &str| Some(json!([{ "type": kind, "accountId": "111122223333" }]));
    let whole = |kind: &str| Some(json!([{ "type": kind, "accountId": "111122223333", "ARN": ARN }]));
    let web = "InvokeWebFunctionEndpoint";
    // What it was is clear: no plain function.
    for record in [
        called(web, None, "gone"),
        called(web, Some(json!([])), "gone"),
        called(web, kind("AWS::Lambda::WebFunction"), "gone"),
        called(web, kind("AWS::Lambda::Function"), "gone"),
        called(web, None, "arn:aws:lambda:us-east-1:111122223333:web-function/gone"),
        called("RunMicrovm", None, "gone"),
        called("RunMicrovm", None, ARN),
        called("RunMicrovm", kind("AWS::Lambda::MicrovmImage"), "gone"),
    ] {
        assert_eq!(outcome(&record), "missing", "{record}");
    }
    // What it was is not.
    for record in [
        called(web, None, ARN),
        called(web, whole("AWS::Lambda::WebFunction"), "gone"),
        called(web, whole("AWS::Lambda::Function"), "gone"),
        called("Invoke", kind("AWS::Lambda::WebFunction"), "gone"),
        called("Invoke", whole("AWS::Lambda::WebFunction"), "gone"),
        called("InvokeSomething", None, "gone"),
        called("InvokeSomething", None, ARN),
        called("InvokeSomething", whole("AWS::Lambda::DurableExecution"), "gone"),
    ] {
        is_doubt(&record);
    }
    let plain = ["Invoke", "InvokeAsync", "InvokeAsync20141113", "InvokeFunctionUrl", "Invoke20150331v2"];
    for event in [&plain[..], &["InvokeExecution", "InvokeWithResponseStream"]].concat() {
        is_evidence(&called(event, None, "gone"));
        is_evidence(&called(event, Some(json!([])), ARN));
    }
    is_evidence(&called("InvokeSomething", whole("AWS::Lambda::Function"), "gone"));
}

#[test]
fn a_record_that_asks_for_a_function_and_names_another_accuses_nobody() {
    let named = |resource: String, asked: &str| {
        changed(|record| {
            record["resources"][0]["ARN"] = resource.clone().into();
            record["requestParameters"]["functionName"] = asked.into();
        })
    };
    let version = format!("{ARN}:7");
    for asked in [ARN, &version, "gone", "gone:7", "111122223333:function:gone"] {
        is_doubt(&named(ARN.replace(":function:", ":Function:"), asked));
        is_doubt(&named(ARN.replace(":function:", ":function/"), asked));
        is_doubt(&named(ARN.replace(":gone", ":Gone"), asked));
        is_evidence(&named(ARN.to_owned(), asked));
    }
    is_doubt(&named(ARN.replace("111122223333", "444455556666"), ARN));
    is_doubt(&named(ARN.replace(":function:", ":web-function/"), ARN));
}

/// What was recorded was recorded: a correction says that it was of another time or function, and whoever could write a file could say so.
#[test]
fn a_correction_of_another_time_or_function_makes_nothing_missing() {
    let corrected = |change: &dyn Fn(&mut Map<String, Value>)| {
        let mut correction = gone();
        let of = correction["eventID"].clone();
        correction["eventID"] = "11111111-1111-4111-8111-0000000000ac".into();
        correction["addendum"] = json!({"reason": "UPDATED_DATA", "originalEventID": of});
        change(correction.as_object_mut().unwrap());
        let case = whole();
        std::fs::write(delivered(&case), gzip(&file(&[gone(), correction]))).unwrap();
        case.verify("logs", MAY, &[])
    };
    let same = corrected(&|_| {});
    assert_eq!(function(&same, "gone").0, "evidenced", "{same:?}");
    let later = corrected(&|record| record["eventTime"] = "2026-03-02T09:58:00Z".into());
    let other = corrected(&|record| {
        record["resources"][0]["ARN"] = ARN.replace(":gone", ":other").into();
        record["requestParameters"]["functionName"] = "other".into();
    });
    for said in [later, other] {
        let (gone, doubts) = function(&said, "gone");
        assert_eq!((gone.as_str(), said.code), ("undetermined", Some(4)), "{said:?}");
        assert!(doubts.contains("corrects its time, function or account"), "{doubts}");
    }
}
