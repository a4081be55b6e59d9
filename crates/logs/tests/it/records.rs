//! Records as they were observed and published (semantics 1.3), and generated ones near them.

use proptest::prelude::*;

/// Step Functions calls a function in a role session: `requestParameters` is null.
pub(crate) const SYNC: &str = r#"{"eventVersion":"1.08","userIdentity":{"type":"AssumedRole","principalId":"AROAEXAMPLE:s","arn":"arn:aws:sts::111122223333:assumed-role/states/s","accountId":"111122223333","accessKeyId":"ASIAEXAMPLE","sessionContext":{"sessionIssuer":{"type":"Role","arn":"arn:aws:iam::111122223333:role/states"}},"invokedBy":"states.amazonaws.com"},"eventTime":"2023-03-21T01:02:03Z","eventSource":"lambda.amazonaws.com","eventName":"Invoke","awsRegion":"eu-west-1","sourceIPAddress":"states.amazonaws.com","userAgent":"states.amazonaws.com","requestParameters":null,"responseElements":null,"additionalEventData":{"customerEniId":"eni-1","functionVersion":"arn:aws:lambda:eu-west-1:111122223333:function:orders:23"},"requestID":"r-1","eventID":"11111111-2222-3333-4444-555555555555","readOnly":false,"resources":[{"accountId":"111122223333","type":"AWS::Lambda::Function","ARN":"arn:aws:lambda:eu-west-1:111122223333:function:orders"}],"eventType":"AwsApiCall","managementEvent":false,"recipientAccountId":"111122223333","eventCategory":"Data"}"#;

/// The execution of an asynchronous event: the caller is the service.
pub(crate) const EXECUTION: &str = r#"{"eventVersion":"1.08","userIdentity":{"type":"AWSService","invokedBy":"lambda.amazonaws.com"},"eventTime":"2023-03-21T01:02:04Z","eventSource":"lambda.amazonaws.com","eventName":"InvokeExecution","awsRegion":"eu-west-1","sourceIPAddress":"lambda.amazonaws.com","userAgent":"lambda.amazonaws.com","requestParameters":null,"responseElements":null,"additionalEventData":{"functionVersion":"arn:aws:lambda:eu-west-1:111122223333:function:orders:14"},"requestID":"r-2","eventID":"21111111-2222-3333-4444-555555555555","readOnly":false,"resources":[{"accountId":"111122223333","type":"AWS::Lambda::Function","ARN":"arn:aws:lambda:eu-west-1:111122223333:function:orders"}],"eventType":"AwsApiCall","managementEvent":false,"recipientAccountId":"111122223333","sharedEventID":"s-1","eventCategory":"Data"}"#;

/// An S3 notification of 2018: no category, the name as an ARN.
pub(crate) const NOTIFICATION: &str = r#"{"eventVersion":"1.06","userIdentity":{"type":"AWSService","invokedBy":"s3.amazonaws.com"},"eventTime":"2018-03-21T01:02:04.250Z","eventSource":"lambda.amazonaws.com","eventName":"Invoke","awsRegion":"us-east-1","sourceIPAddress":"s3.amazonaws.com","userAgent":"s3.amazonaws.com","requestParameters":{"functionName":"arn:aws:lambda:us-east-1:111122223333:function:thumbs","invocationType":"Event","sourceArn":"arn:aws:s3:::photos","sourceAccount":"111122223333","contentType":"application/json"},"responseElements":null,"additionalEventData":{"functionVersion":"arn:aws:lambda:us-east-1:111122223333:function:thumbs:$LATEST"},"requestID":"r-3","eventID":"31111111-2222-3333-4444-555555555555","readOnly":false,"resources":[{"accountId":"111122223333","type":"AWS::Lambda::Function","ARN":"arn:aws:lambda:us-east-1:111122223333:function:thumbs"}],"eventType":"AwsApiCall","managementEvent":false,"recipientAccountId":"111122223333","sharedEventID":"s-2"}"#;

/// Somebody changes what is recorded: the selectors stand in it as JSON within JSON.
pub(crate) const SELECTORS: &str = r#"{"eventVersion":"1.11","userIdentity":{"type":"IAMUser","arn":"arn:aws:iam::111122223333:user/eve","accountId":"111122223333","userName":"eve","onBehalfOf":{"userId":"u-1","identityStoreArn":"arn:aws:identitystore::111122223333:identitystore/d-1"}},"eventTime":"2026-11-20T01:02:04Z","eventSource":"cloudtrail.amazonaws.com","eventName":"PutEventSelectors","awsRegion":"us-east-1","sourceIPAddress":"192.0.2.7","userAgent":"aws-cli/2 \"x\" {[","requestParameters":{"trailName":"main","eventName":"Invoke","eventSelectors":[{"readWriteType":"ReadOnly"}]},"responseElements":null,"requestID":"r-4","eventID":"41111111-2222-3333-4444-555555555555","readOnly":false,"eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":"111122223333","eventCategory":"Management"}"#;

/// Nothing of ours, though it names Lambda.
pub(crate) const OTHER: &str = r#"{"eventVersion":"1.08","userIdentity":{"type":"AWSService","invokedBy":"lambda.amazonaws.com"},"eventTime":"2023-03-21T01:02:04Z","eventSource":"sts.amazonaws.com","eventName":"AssumeRole","awsRegion":"eu-west-1","sourceIPAddress":"lambda.amazonaws.com","userAgent":"lambda.amazonaws.com","requestParameters":{"note":"\"eventSource\":\"lambda.amazonaws.com\""},"responseElements":{"a":[1,2.5,-3e2,true,null]},"requestID":"r-5","eventID":"51111111-2222-3333-4444-555555555555","readOnly":true,"eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":"111122223333","eventCategory":"Management"}"#;

pub(crate) const ALL: [&str; 5] = [SYNC, EXECUTION, NOTIFICATION, SELECTORS, OTHER];

/// A record, or something near one: a member left out, twice, of another type, escaped, or broken.
pub(crate) fn near() -> impl Strategy<Value = String> {
    let edits = [
        ("", ""),
        (r#""readOnly":false,"#, ""),
        (r#""eventID":"#, r#""eventId":"#),
        (r#""eventSource":"lambda.amazonaws.com","#, r#""eventSource":"\u006cambda.amazonaws.com","#),
        (r#""eventSource":"#, r#""event\u0053ource":"#),
        (r#""eventSource":"#, r#""eventSource":"x.amazonaws.com","eventSource":"#),
        (r#""eventName":"Invoke""#, r#""eventName":5"#),
        (r#""userAgent":""#, r#""userAgent":"\ud83d\ude00\"\\"#),
        (r#""userAgent":""#, r#""userAgent":"\ud83d"#),
        (r#""userAgent":""#, "\"userAgent\":\"\n"),
        (r#""responseElements":null"#, r#""responseElements":[{"eventSource":"lambda.amazonaws.com"},{}]"#),
        (r#""responseElements":null"#, r#""responseElements":tru"#),
        (r#""responseElements":null"#, r#""responseElements":01"#),
        (r#""resources":["#, r#""resources":[{"type":"AWS::IAM::Role"},"#),
        (r#""eventVersion":"1."#, r#""eventVersion":"2."#),
        (r#""eventTime":"20"#, r#""eventTime":"soon20"#),
        (r#":{"#, " : {\n "),
        (r#"],"#, r#"}, "#),
        (r#""}]"#, r#""]"#),
    ];
    (prop::sample::select(ALL.to_vec()), prop::sample::select(edits.to_vec())).prop_map(
        |(record, (from, to))| if from.is_empty() { record.to_owned() } else { record.replacen(from, to, 1) },
    )
}
