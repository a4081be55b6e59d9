//! A record without `resources` is of the function that its caller asked for, in each form that the Invoke API takes.

use crate::records::SYNC;
use logs::{Home, Reader, Record, Wanted};

/// What a record of `eu-west-1` without `resources` says when that was asked for: the ARN, the owner, the Region.
fn told(asked: &str, home: Option<&Home>) -> [Option<String>; 3] {
    let at = SYNC.find("\"resources\"").unwrap();
    let end = SYNC.find("\"eventType\"").unwrap();
    let asked = format!("\"requestParameters\":{{\"functionName\":\"{asked}\"}}");
    let record = format!("{}{}", &SYNC[..at], &SYNC[end..]).replace("\"requestParameters\":null", &asked);
    let mut told = None;
    let mut take = |record: &Record<'_>| {
        let arn = record.function_arn(home).map(std::borrow::Cow::into_owned);
        told = Some([arn, record.owner().map(str::to_owned), record.region_of_call(home).map(str::to_owned)]);
    };
    Reader::new().read(record.as_bytes(), Wanted::Invocations, &mut take);
    told.unwrap()
}

fn arn(asked: &str) -> String {
    let [arn, _, region] = told(asked, None);
    assert_eq!(region.as_deref(), Some("eu-west-1"), "{asked}");
    arn.unwrap()
}

#[test]
fn a_function_is_the_one_that_was_asked_for_in_each_form_of_the_api() {
    let whole = "arn:aws:lambda:eu-west-1:111122223333:function:orders";
    for prefix in [
        "",
        "function:",
        "111122223333:",
        "111122223333:function:",
        "eu-west-1:",
        "eu-west-1:function:",
        "eu-west-1:111122223333:",
        "eu-west-1:111122223333:function:",
        "arn:aws:lambda:",
        "arn:aws:lambda:function:",
        "arn:aws:lambda:111122223333:",
        "arn:aws:lambda:111122223333:function:",
        "arn:aws:lambda:eu-west-1:",
        "arn:aws:lambda:eu-west-1:function:",
        "arn:aws:lambda:eu-west-1:111122223333:",
        "arn:aws:lambda:eu-west-1:111122223333:function:",
    ] {
        assert_eq!(arn(&format!("{prefix}orders")), whole, "{prefix}");
        // An ARN of another thing of Lambda has its kind there.
        if prefix != "arn:aws:lambda:eu-west-1:111122223333:" {
            for qualifier in ["7", "prod", "$LATEST"] {
                let said = arn(&format!("{prefix}orders:{qualifier}"));
                assert_eq!(said, format!("{whole}:{qualifier}"), "{prefix}");
            }
        }
    }
}

#[test]
fn a_region_and_an_account_that_were_named_are_believed() {
    for (asked, of) in [
        ("us-east-1:111122223333:function:orders", "arn:aws:lambda:us-east-1:111122223333:function:orders"),
        ("us-east-1:orders", "arn:aws:lambda:us-east-1:111122223333:function:orders"),
        ("444455556666:function:orders", "arn:aws:lambda:eu-west-1:444455556666:function:orders"),
        ("us-east-2:444455556666:orders:7", "arn:aws:lambda:us-east-2:444455556666:function:orders:7"),
        ("cn-north-1:444455556666:orders", "arn:aws-cn:lambda:cn-north-1:444455556666:function:orders"),
        ("arn:aws-cn:lambda:cn-north-1:orders", "arn:aws-cn:lambda:cn-north-1:111122223333:function:orders"),
        // A Region of next year, which an account follows.
        ("xx-moon-1:444455556666:orders", "arn:aws:lambda:xx-moon-1:444455556666:function:orders"),
    ] {
        assert_eq!(arn(asked), of, "{asked}");
    }
    assert_eq!(told("us-east-1:444455556666:function:orders", None)[1].as_deref(), Some("444455556666"));
    assert_eq!(told("444455556666:orders", None)[1].as_deref(), Some("444455556666"));
    assert_eq!(told("orders", None)[1], None);
}

#[test]
fn what_looks_like_a_part_of_an_arn_and_is_none_is_a_name() {
    let of = |name: &str| format!("arn:aws:lambda:eu-west-1:111122223333:function:{name}");
    for (asked, name) in [
        ("us-east-1", "us-east-1"),
        ("111122223333", "111122223333"),
        ("function", "function"),
        ("function:prod", "prod"),
        ("function:$LATEST", "function:$LATEST"),
        ("function:function:prod", "function:prod"),
        ("us-east-1:$LATEST", "us-east-1:$LATEST"),
        ("111122223333:$LATEST", "111122223333:$LATEST"),
        // Made as Regions are, and no place and no direction is called so.
        ("my-orders-1:prod", "my-orders-1:prod"),
        ("no-invoke-1:7", "no-invoke-1:7"),
    ] {
        assert_eq!(arn(asked), of(name), "{asked}");
    }
    for said in ["a b", "orders:", ":orders", "arn:aws:lambda:eu-west-1:111122223333:layer:orders", "$LATEST"]
    {
        assert_eq!(arn(said), said);
    }
}
