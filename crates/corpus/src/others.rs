//! Records that are no invocations, most of them of other services: long, nested, and full of traps for who searches text.

use crate::batch::Batch;
use crate::calendar::stamp;
use crate::event::Event;
use crate::identity::Caller;
use crate::lambda::agent;
use crate::rng::{HEX, MIXED, Rng, UPPER};
use crate::world::{Function, Place};

/// What differs from one API to the other.
struct Api {
    source: &'static str,
    name: &'static str,
    read_only: bool,
    management: bool,
    request: String,
    response: String,
    additional: Option<String>,
    resources: Option<String>,
}

impl Api {
    fn new(source: &'static str, name: &'static str, request: String, response: String) -> Self {
        let read_only =
            ["Get", "Describe", "List", "AssumeRole", "Decrypt"].iter().any(|verb| name.starts_with(verb));
        Api {
            source,
            name,
            read_only,
            management: true,
            request,
            response,
            additional: None,
            resources: None,
        }
    }
}

/// Puts one record at `at`.
pub(crate) fn put(place: &Place, at: i64, version: &str, rng: &mut Rng, batch: &mut Batch) {
    let function = &place.functions[rng.rank(place.functions.len())];
    let (caller, _) = &function.callers[rng.rank(function.callers.len())];
    let service = Caller::Service("lambda.amazonaws.com");
    let api = match rng.below(1000) {
        0..=329 => object(place, rng),
        330..=459 => assume_role(place, function, rng),
        460..=559 => decrypt(place, function, rng),
        560..=679 => describe(rng),
        680..=739 => run(place, rng),
        740..=809 => policy(rng),
        810..=879 => stack(place, rng),
        880..=969 => log_stream(function, rng),
        970..=993 => changed(place, function, rng),
        _ => recording(rng),
    };
    let caller = if api.name == "AssumeRole" { &service } else { caller };
    let host = format!("{}.{}.amazonaws.com", api.source.split('.').next().unwrap_or_default(), place.region);
    let by = caller.service();
    let denied = rng.permille(30);
    let event = Event {
        version,
        identity: &caller.identity(at),
        time: &stamp(at),
        source: api.source,
        name: api.name,
        region: &place.region,
        address: &caller.address(),
        agent: if api.name == "CreateLogStream" {
            "awslambda-worker/1.0 rusoto/0.48.0 rust/1.83.0 linux"
        } else {
            by.unwrap_or_else(|| agent(rng))
        },
        error: denied
            .then_some(("AccessDenied", r#"User is not authorized to perform: \"this\" on {it: [\\]}"#)),
        request: &api.request,
        response: if denied { "null" } else { &api.response },
        additional: api.additional.as_deref(),
        request_id: &rng.uuid(),
        event_id: &rng.uuid(),
        read_only: api.read_only,
        resources: api.resources.as_deref(),
        management: api.management,
        recipient: &place.account,
        shared: None,
        host: by.is_none().then_some(&host),
        console: by.is_none() && rng.permille(20),
    };
    batch.put(&event, at);
}

const KEYS: [&str; 6] = [
    "raw/2026/11/",
    "exports/\\\"quoted\\\"/",
    "bilder/größe/",
    "注文/",
    "logs/Invoke/",
    "a b+c/\\u00e9\\\\",
];

/// S3 data events: the other kind that fills buckets.
fn object(place: &Place, rng: &mut Rng) -> Api {
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

fn assume_role(place: &Place, function: &Function, rng: &mut Rng) -> Api {
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
fn decrypt(place: &Place, function: &Function, rng: &mut Rng) -> Api {
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

fn describe(rng: &mut Rng) -> Api {
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

fn run(place: &Place, rng: &mut Rng) -> Api {
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
fn policy(rng: &mut Rng) -> Api {
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

fn stack(place: &Place, rng: &mut Rng) -> Api {
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
fn log_stream(function: &Function, rng: &mut Rng) -> Api {
    let request = format!(
        r#"{{"logGroupName":"/aws/lambda/{}","logStreamName":"2026/11/21/[$LATEST]{}"}}"#,
        function.name,
        rng.text(HEX, 32)
    );
    Api::new("logs.amazonaws.com", "CreateLogStream", request, "null".to_owned())
}

/// Lambda's control plane: dated names.
fn changed(place: &Place, function: &Function, rng: &mut Rng) -> Api {
    let Function { name, arn, .. } = function;
    let account = &place.account;
    let made = rng.text(MIXED, 43);
    let response = format!(
        r#"{{"functionName":"{name}","functionArn":"{arn}","runtime":"python3.12","role":"arn:aws:iam::{account}:role/{name}-role","handler":"app.handler","codeSize":{},"description":"says \"Invoke\"","timeout":30,"memorySize":256,"lastModified":"2026-11-21T09:00:00.000+0000","codeSha256":"{made}=","version":"$LATEST","tracingConfig":{{"mode":"PassThrough"}},"revisionId":"{}","layers":[],"state":"Active","packageType":"Zip","architectures":["arm64"],"ephemeralStorage":{{"size":512}}}}"#,
        rng.below(90_000_000),
        rng.uuid()
    );
    let named = format!(r#"{{"functionName":"{name}","publish":false,"dryRun":false}}"#);
    match rng.below(4) {
        0 => Api::new(crate::lambda::SOURCE, "CreateFunction20150331", named, response),
        1 => Api::new(crate::lambda::SOURCE, "UpdateFunctionCode20150331v2", named, response),
        2 => Api::new(crate::lambda::SOURCE, "UpdateFunctionConfiguration20150331v2", named, response),
        _ => Api::new(crate::lambda::SOURCE, "GetFunction20150331v2", named, "null".to_owned()),
    }
}

/// Recording is changed.
fn recording(rng: &mut Rng) -> Api {
    let source = "cloudtrail.amazonaws.com";
    let trail = rng.pick(&["main", "security", "data-events"]);
    if rng.permille(500) {
        let request = format!(r#"{{"name":"{trail}"}}"#);
        return Api::new(source, rng.pick(&["StopLogging", "StartLogging"]), request, "null".to_owned());
    }
    let selectors = r#"[{"name":"Invocations","fieldSelectors":[{"field":"eventCategory","equals":["Data"]},{"field":"resources.type","equals":["AWS::Lambda::Function"]},{"field":"eventName","equals":["Invoke"]}]}]"#;
    let request = format!(r#"{{"trailName":"{trail}","advancedEventSelectors":{selectors}}}"#);
    Api::new(source, "PutEventSelectors", request.clone(), request)
}
