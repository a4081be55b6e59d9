//! Records of S3, STS, KMS, EC2, IAM, CloudFormation and CloudWatch Logs.

use super::Api;
use crate::rng::{HEX, MIXED, Rng, UPPER};
use crate::world::{Function, Place};

const KEYS: [&str; 6] = [
    "raw/2026/11/",
    "exports/\\\"quoted\\\"/",
    "bilder/größe/",
    "注文/",
    "logs/Invoke/",
    "a b+c/\\u00e9\\\\",
];

/// S3 data events: the other kind that fills buckets.
pub(super) fn object(place: &Place, rng: &mut Rng) -> Api {
    let bucket =
        format!("acct-{}-{}", &place.account[8..], rng.pick(&["lake", "uploads", "backups", "site"]));
    let key = format!("{}part-{:05}-{}.parquet", rng.pick(&KEYS), rng.below(100_000), rng.uuid());
    let name = rng.pick(&["GetObject", "PutObject", "HeadObject", "ListObjects", "DeleteObject"]);
    let (bytes, id) = (rng.below(9_000_000), rng.text(MIXED, 76));
    let (account, region) = (&place.account, &place.region);
    let mut api = Api::new(
        "s3.amazonaws.com",
        name,
        format!(
            r#"{{"bucketName":"{bucket}","Host":"{bucket}.s3.{region}.amazonaws.com","key":"{key}","x-id":"{name}"}}"#
        ),
        r#"{"x-amz-server-side-encryption":"AES256"}"#.to_owned(),
    );
    api.read_only = matches!(name, "GetObject" | "HeadObject" | "ListObjects");
    api.management = false;
    api.additional = Some(format!(
        r#"{{"SignatureVersion":"SigV4","CipherSuite":"TLS_AES_128_GCM_SHA256","bytesTransferredIn":0,"SSEApplied":"SSE_S3","AuthenticationMethod":"AuthHeader","x-amz-id-2":"{id}=","bytesTransferredOut":{bytes}.0}}"#
    ));
    api.resources = Some(format!(
        r#"[{{"type":"AWS::S3::Object","ARN":"arn:aws:s3:::{bucket}/{key}"}},{{"accountId":"{account}","type":"AWS::S3::Bucket","ARN":"arn:aws:s3:::{bucket}"}}]"#
    ));
    api
}

pub(super) fn assume_role(place: &Place, function: &Function, rng: &mut Rng) -> Api {
    let (account, name) = (&place.account, &function.name);
    let (key, token) = (rng.text(UPPER, 16), rng.text(MIXED, 90));
    let mut api = Api::new(
        "sts.amazonaws.com",
        "AssumeRole",
        format!(
            r#"{{"roleArn":"arn:aws:iam::{account}:role/{name}-role","roleSessionName":"{name}","externalId":"\"eventSource\":\"lambda.amazonaws.com\",\"eventName\":\"Invoke\""}}"#
        ),
        format!(
            r#"{{"credentials":{{"accessKeyId":"ASIA{key}","sessionToken":"{token}","expiration":"Nov 21, 2026, 5:04:03 PM"}},"assumedRoleUser":{{"assumedRoleId":"AROA{key}:{name}","arn":"arn:aws:sts::{account}:assumed-role/{name}-role/{name}"}}}}"#
        ),
    );
    let role = format!("arn:aws:iam::{account}:role/{name}-role");
    api.resources = Some(crate::lambda::resource(account, "AWS::IAM::Role", &role));
    api
}

/// The function stands in the context: the record names Lambda and is not Lambda's.
pub(super) fn decrypt(place: &Place, function: &Function, rng: &mut Rng) -> Api {
    let (account, region, id) = (&place.account, &place.region, rng.uuid());
    let key = format!("arn:aws:kms:{region}:{account}:key/{id}");
    let request = format!(
        r#"{{"encryptionContext":{{"aws:lambda:FunctionArn":"{}","eventName":"Invoke"}},"keyId":"{key}","encryptionAlgorithm":"SYMMETRIC_DEFAULT"}}"#,
        function.arn
    );
    let mut api = Api::new("kms.amazonaws.com", "Decrypt", request, "null".to_owned());
    api.resources = Some(crate::lambda::resource(account, "AWS::KMS::Key", &key));
    api
}

pub(super) fn describe(rng: &mut Rng) -> Api {
    let item = |rng: &mut Rng| {
        let value = format!("i-{}", rng.text(HEX, 17));
        format!(
            r#"{{"name":"{}","valueSet":{{"items":[{{"value":"{value}"}}]}}}}"#,
            rng.pick(&["instance-id", "vpc-id", "tag:Name"])
        )
    };
    let filters: Vec<String> = (0..=rng.below(5)).map(|_| item(rng)).collect();
    let sets: Vec<String> =
        (0..rng.below(8)).map(|_| format!(r#"{{"instanceId":"i-{}"}}"#, rng.text(HEX, 17))).collect();
    let request = format!(
        r#"{{"maxResults":{},"instancesSet":{{"items":[{}]}},"filterSet":{{"items":[{}]}},"includeAllInstances":null}}"#,
        rng.below(1000),
        sets.join(","),
        filters.join(",")
    );
    Api::new("ec2.amazonaws.com", "DescribeInstances", request, "null".to_owned())
}

pub(super) fn run(place: &Place, rng: &mut Rng) -> Api {
    let region = &place.region;
    let instance = |rng: &mut Rng| {
        let (id, eni, ip) = (rng.text(HEX, 17), rng.text(HEX, 17), rng.below(250));
        format!(
            r#"{{"instanceId":"i-{id}","imageId":"ami-0abcdef1234567890","currentState":{{"code":0,"name":"pending"}},"privateDnsName":"ip-10-0-0-{ip}.{region}.compute.internal","instanceType":"m7g.large","launchTime":1763600000000,"placement":{{"availabilityZone":"{region}a","tenancy":"default"}},"monitoring":{{"state":"pending"}},"subnetId":"subnet-{id}","privateIpAddress":"10.0.0.{ip}","networkInterfaceSet":{{"items":[{{"networkInterfaceId":"eni-{eni}","status":"in-use","groupSet":{{"items":[{{"groupId":"sg-{eni}","groupName":"Büro \"{ip}\""}}]}}}}]}},"ebsOptimized":false,"cpuOptions":{{"coreCount":1,"threadsPerCore":2}}}}"#
        )
    };
    let all: Vec<String> = (0..=rng.below(3)).map(|_| instance(rng)).collect();
    let request = r#"{"instancesSet":{"items":[{"imageId":"ami-0abcdef1234567890","minCount":1,"maxCount":3}]},"userData":"<sensitiveDataRemoved>","instanceType":"m7g.large","blockDeviceMapping":{},"monitoring":{"enabled":false},"disableApiTermination":false}"#;
    let response = format!(
        r#"{{"reservationId":"r-{}","groupSet":{{}},"instancesSet":{{"items":[{}]}}}}"#,
        rng.text(HEX, 17),
        all.join(",")
    );
    Api::new("ec2.amazonaws.com", "RunInstances", request.to_owned(), response)
}

/// JSON as a text within JSON.
pub(super) fn policy(rng: &mut Rng) -> Api {
    let statement = |rng: &mut Rng| {
        let sid = rng.pick(&PARAMETERS);
        format!(
            r#"{{\"Sid\":\"{sid}\",\"Effect\":\"Allow\",\"Action\":[\"lambda:InvokeFunction\",\"s3:GetObject\"],\"Resource\":\"arn:aws:lambda:*:*:function:{sid}*\",\"Condition\":{{\"StringEquals\":{{\"aws:SourceAccount\":\"{}\"}}}}}}"#,
            900_000_000_000 + rng.below(40)
        )
    };
    let all: Vec<String> = (0..=rng.below(5)).map(|_| statement(rng)).collect();
    let request = format!(
        r#"{{"roleName":"{0}","policyName":"{0}-inline","policyDocument":"{{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": [{1}]\n}}"}}"#,
        rng.pick(&["orders-service", "batch-runner", "data-platform"]),
        all.join(",\\n    ")
    );
    Api::new("iam.amazonaws.com", "PutRolePolicy", request, "null".to_owned())
}

const PARAMETERS: [&str; 9] = [
    "VpcId",
    "SubnetIds",
    "InstanceType",
    "KeyAlias",
    "LogRetention",
    "ImageTag",
    "DomainName",
    "AlarmTopicArn",
    "DeploymentBucket",
];

pub(super) fn stack(place: &Place, rng: &mut Rng) -> Api {
    let parameter = |rng: &mut Rng| {
        format!(
            r#"{{"parameterKey":"{}","parameterValue":"{}"}}"#,
            rng.pick(&PARAMETERS),
            rng.pick(&PARAMETERS)
        )
    };
    let parameters: Vec<String> = (0..4 + rng.below(16)).map(|_| parameter(rng)).collect();
    let (account, region, id) = (&place.account, &place.region, rng.uuid());
    Api::new(
        "cloudformation.amazonaws.com",
        "UpdateStack",
        format!(
            r#"{{"stackName":"shop-{0}","templateURL":"https://s3.{region}.amazonaws.com/cf-templates/{id}","capabilities":["CAPABILITY_IAM","CAPABILITY_NAMED_IAM"],"parameters":[{1}],"tags":[{{"key":"team","value":"plätze & mehr"}}]}}"#,
            rng.below(100),
            parameters.join(",")
        ),
        format!(r#"{{"stackId":"arn:aws:cloudformation:{region}:{account}:stack/shop/{id}"}}"#),
    )
}

/// Lambda itself, in the execution role, at a cold start.
pub(super) fn log_stream(function: &Function, rng: &mut Rng) -> Api {
    let request = format!(
        r#"{{"logGroupName":"/aws/lambda/{}","logStreamName":"2026/11/21/[$LATEST]{}"}}"#,
        function.name,
        rng.text(HEX, 32)
    );
    Api::new("logs.amazonaws.com", "CreateLogStream", request, "null".to_owned())
}
