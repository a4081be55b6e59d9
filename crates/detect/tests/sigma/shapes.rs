//! Rules as people write them for CloudTrail: the shapes of public ones, in our own words.

use crate::rules;
use serde_json::{Value, json};

const RULES: &str = "\
title: Trail changed
status: test
logsource: {product: aws, service: cloudtrail}
detection:
    selection_source:
        eventSource: cloudtrail.amazonaws.com
        eventName:
            - StopLogging
            - UpdateTrail
            - DeleteTrail
    condition: selection_source
falsepositives:
    - Valid change
level: medium
---
title: Root at work
logsource:
    product: aws
    service: cloudtrail
detection:
    selection_usertype:
        userIdentity.type: Root
    selection_eventtype:
        eventType: AwsServiceEvent
    condition: selection_usertype and not selection_eventtype
---
title: Sign-in without a second factor
logsource: {product: aws, service: cloudtrail}
detection:
    selection:
        eventName: 'ConsoleLogin'
        additionalEventData.MFAUsed: No
        responseElements.ConsoleLogin: 'Success'
    filter_main_saml:
        additionalEventData.SamlProviderArn|startswith: 'arn:aws:iam:'
    filter_optional_empty:
        userIdentity.arn: ''
    condition: selection and not 1 of filter_*
---
title: Layer from elsewhere
logsource: {product: aws, service: cloudtrail}
detection:
    selection:
        eventSource: lambda.amazonaws.com
        eventName|startswith: 'UpdateFunctionConfiguration'
        requestParameters.layers|contains: 'layer:'
    filter:
        - userAgent|contains: 'console.amazonaws.com'
        - errorCode|exists: true
    condition: selection and not filter
---
title: Database opened
logsource: {product: aws, service: cloudtrail}
detection:
    selection:
        eventSource: rds.amazonaws.com
        responseElements.publiclyAccessible: 'true'
        eventName: RestoreDBInstanceFromDBSnapshot
    condition: selection
---
title: Key for another
logsource: {product: aws, service: cloudtrail}
detection:
    selection:
        eventSource: iam.amazonaws.com
        eventName: CreateAccessKey
    filter:
        userIdentity.arn|contains|fieldref: responseElements.accessKey.userName
    condition: selection and not filter
---
title: Role moved on
logsource: {product: aws, service: cloudtrail}
detection:
    selection:
        userIdentity.type: AssumedRole
        userIdentity.sessionContext.sessionIssuer.type: Role
    words:
        - '*secret*'
        - token
    condition: all of them
";

fn found(record: &Value) -> Vec<String> {
    let rules = rules(RULES);
    let found = rules.matches(record);
    assert!(found.is_empty() || rules.wants(record.to_string().as_bytes()));
    found.iter().filter_map(|rule| rules.rule(*rule)).map(|rule| rule.title.clone()).collect()
}

#[test]
fn each_finds_what_it_is_for() {
    let who = json!({"type": "IAMUser", "arn": "arn:aws:iam::111122223333:user/ann"});
    for (record, wanted) in [
        (
            json!({"eventSource": "cloudtrail.amazonaws.com", "eventName": "DeleteTrail", "userIdentity": who}),
            vec!["Trail changed"],
        ),
        (
            json!({"eventSource": "cloudtrail.amazonaws.com", "eventName": "LookupEvents", "userIdentity": who}),
            vec![],
        ),
        (json!({"userIdentity": {"type": "Root"}, "eventType": "AwsApiCall"}), vec!["Root at work"]),
        (json!({"userIdentity": {"type": "Root"}, "eventType": "AwsServiceEvent"}), vec![]),
        (
            json!({"eventName": "ConsoleLogin", "additionalEventData": {"MFAUsed": "No"}, "responseElements": {"ConsoleLogin": "Success"}}),
            vec!["Sign-in without a second factor"],
        ),
        (
            json!({"eventName": "ConsoleLogin", "additionalEventData": {"MFAUsed": "No", "SamlProviderArn": "arn:aws:iam::1:saml-provider/x"},
                "responseElements": {"ConsoleLogin": "Success"}}),
            vec![],
        ),
        (
            json!({"eventSource": "lambda.amazonaws.com", "eventName": "UpdateFunctionConfiguration20150331v2",
                "requestParameters": {"layers": ["arn:aws:lambda:eu-west-1:1:layer:x:1"]}}),
            vec!["Layer from elsewhere"],
        ),
        (
            json!({"eventSource": "lambda.amazonaws.com", "eventName": "UpdateFunctionConfiguration20150331v2", "errorCode": "AccessDenied",
                "requestParameters": {"layers": ["arn:aws:lambda:eu-west-1:1:layer:x:1"]}}),
            vec![],
        ),
        (
            json!({"eventSource": "rds.amazonaws.com", "eventName": "RestoreDBInstanceFromDBSnapshot", "responseElements": {"publiclyAccessible": true}}),
            vec!["Database opened"],
        ),
        (
            json!({"eventSource": "iam.amazonaws.com", "eventName": "CreateAccessKey", "userIdentity": who,
                "responseElements": {"accessKey": {"userName": "bob"}}}),
            vec!["Key for another"],
        ),
        (
            json!({"eventSource": "iam.amazonaws.com", "eventName": "CreateAccessKey", "userIdentity": who,
                "responseElements": {"accessKey": {"userName": "ann"}}}),
            vec![],
        ),
        (
            json!({"userIdentity": {"type": "AssumedRole", "sessionContext": {"sessionIssuer": {"type": "Role"}}}, "requestParameters": {"secretId": "x"}}),
            vec!["Role moved on"],
        ),
    ] {
        assert_eq!(found(&record), wanted, "{record}");
    }
}
