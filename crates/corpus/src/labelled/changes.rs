//! What people and pipelines change on ordinary days: deployments, new functions, and what was set up on the first day.

use super::actor::Actor;
use super::company::{ARCHIVE, Company, Function, Home, MANAGEMENT, TOOLS, Trigger};
use super::drawn::whole;
use super::ordinary::{deployed, stream, version};
use super::record::{Deed, How, Rec, invoke, manage};
use crate::rng::{HEX, Rng};
use serde_json::{Value, json};

/// The role that platform engineers' code runs as, everywhere.
pub(super) fn platform(company: &Company, account: usize, rng: &mut Rng) -> Actor {
    let pipeline = company.pipeline(0, rng);
    let agent = "APN/1.0 HashiCorp/1.0 Terraform/1.13.0 (+https://www.terraform.io) terraform-provider-aws/6.14.0 aws-sdk-go-v2/1.39.0 ua/2.1 os/linux lang/go#1.25.1";
    let actor = pipeline.in_account(&company.accounts[account].id).from(&pipeline.address, agent);
    Actor { name: "platform-infrastructure".to_owned(), session: "terraform".to_owned(), ..actor }
}

/// What a deployment says of new code.
pub(super) fn code(function: &Function, rng: &mut Rng) -> (Value, Value) {
    let request = json!({"functionName": function.name, "s3Bucket": "artifacts", "s3Key": format!("{}.zip", rng.uuid()), "publish": false, "dryRun": false});
    let sha = rng.text(crate::rng::MIXED, 43);
    let response = json!({"functionName": function.name, "functionArn": function.arn, "codeSha256": format!("{sha}="), "version": "$LATEST", "lastUpdateStatus": "InProgress", "environment": {}});
    (request, response)
}

/// Deployments of function `at` on `day`, and its making.
pub(super) fn day(company: &Company, at: usize, day: i64, out: &mut Vec<Rec>) {
    let function = &company.functions[at];
    let mut rng = stream(company, 4, day, at);
    if function.born == day && day > 0 {
        let moment = company.clock.at_work(company.day(day), &mut rng);
        return make(company, function, moment, &mut rng, out);
    }
    let Some(mut moment) = deployed(company, at, day) else { return };
    let rng = &mut rng;
    let (actor, home) = (company.pipeline(function.team, rng), function.home());
    // Where people may do what they like, they deploy by hand at times.
    let crew = &company.teams[function.team];
    let by_hand = company.accounts[function.account].stage == company.style.stage(2) && rng.permille(250);
    let actor = if by_hand { crew.people[function.backend % crew.people.len()].clone() } else { actor };
    let named = json!({"functionName": function.name});
    let mut act = |deed: Deed, rng: &mut Rng| {
        manage(company, home, &actor, moment, &deed, rng, out);
        moment += 2 + whole(rng, 20);
    };
    act(Deed::new("lambda", "GetFunction20150331v2", named.clone()), rng);
    let (request, response) = code(function, rng);
    act(Deed::new("lambda", "UpdateFunctionCode20150331v2", request).answered(response), rng);
    if rng.permille(400) {
        let request =
            json!({"functionName": function.name, "timeout": 30, "memorySize": 512, "environment": {}});
        act(
            Deed::new("lambda", "UpdateFunctionConfiguration20150331v2", request.clone()).answered(request),
            rng,
        );
    }
    let next = if function.version == 0 { 0 } else { version(company, at, day) + 1 };
    if next > 0 {
        act(Deed::new("lambda", "PublishVersion20150331", named), rng);
        let request = json!({"functionName": function.name, "name": function.alias, "functionVersion": next.to_string()});
        act(Deed::new("lambda", "UpdateAlias20150331", request), rng);
    }
    if crew.dry {
        let how = How { kind: "DryRun", ..How::plain() };
        invoke(company, function, &actor, moment, &how, rng, out);
    }
    if rng.permille(700) {
        let how = How { qualifier: function.alias, version: next, ..How::plain() };
        invoke(company, function, &actor, moment + 3, &how, rng, out);
    }
}

/// A new function, by its team's pipeline.
fn make(company: &Company, function: &Function, at: i64, rng: &mut Rng, out: &mut Vec<Rec>) {
    let (actor, home) = (company.pipeline(function.team, rng), function.home());
    let id = &company.accounts[function.account].id;
    let role = format!("arn:aws:iam::{id}:role/{}", function.role);
    let request =
        json!({"roleName": function.role, "assumeRolePolicyDocument": "{\"Version\":\"2012-10-17\"}"});
    manage(
        company,
        Home::first_of(function.account),
        &actor,
        at - 40,
        &Deed::new("iam", "CreateRole", request),
        rng,
        out,
    );
    let request = json!({"functionName": function.name, "runtime": "python3.13", "role": role, "handler": "app.handler", "code": {}, "environment": {}});
    let response =
        json!({"functionName": function.name, "functionArn": function.arn, "role": role, "environment": {}});
    manage(
        company,
        home,
        &actor,
        at,
        &Deed::new("lambda", "CreateFunction20150331", request).answered(response),
        rng,
        out,
    );
    let principal = match function.trigger {
        Trigger::Schedule(_) => "events.amazonaws.com".to_owned(),
        Trigger::Notice(name) => name.to_owned(),
        Trigger::Gateway => "apigateway.amazonaws.com".to_owned(),
        Trigger::Chained(from) => company.accounts[company.functions[from].account].id.clone(),
        _ => String::new(),
    };
    if !principal.is_empty() {
        let deed = permission(function, &principal, Some(id), rng);
        manage(company, home, &actor, at + 15, &deed, rng, out);
    }
    invoke(company, function, &actor, at + 60, &How::plain(), rng, out);
}

/// `AddPermission`, with the condition of a source where `source` is an account.
pub(super) fn permission(function: &Function, principal: &str, source: Option<&str>, rng: &mut Rng) -> Deed {
    let sid = format!("{}-{}", rng.pick(&["AllowInvoke", "perm", "stmt", "xaccount"]), rng.text(HEX, 6));
    let mut request = json!({"functionName": function.name, "statementId": sid, "action": "lambda:InvokeFunction", "principal": principal});
    if let Some(source) = source.filter(|_| principal.ends_with(".amazonaws.com")) {
        request["sourceAccount"] = json!(source);
        request["sourceArn"] = json!(format!("arn:aws:events:*:{source}:rule/{}", function.name));
    }
    let shape = if principal.ends_with(".amazonaws.com") { "Service" } else { "AWS" };
    let statement = json!({"Sid": sid, "Effect": "Allow", "Principal": {shape: principal}, "Action": "lambda:InvokeFunction", "Resource": function.arn});
    Deed::new("lambda", "AddPermission20150331v2", request)
        .answered(json!({"statement": statement.to_string()}))
}

/// All that the organization's trail should select.
pub(super) fn selectors() -> Value {
    json!([
        {"name": "Management events", "fieldSelectors": [{"field": "eventCategory", "equals": ["Management"]}]},
        {"name": "Lambda", "fieldSelectors": [
            {"field": "eventCategory", "equals": ["Data"]},
            {"field": "resources.type", "equals": ["AWS::Lambda::Function"]}]}
    ])
}

/// What it selects later: buckets too.
pub(super) fn wider() -> Value {
    let mut wider = selectors();
    if let Some(list) = wider.as_array_mut() {
        list.push(json!({"name": "Buckets", "fieldSelectors": [{"field": "eventCategory", "equals": ["Data"]}, {"field": "resources.type", "equals": ["AWS::S3::Object"]}]}));
    }
    wider
}

/// `PutEventSelectors` with an advanced body.
pub(super) fn select(trail: &str, selectors: Value) -> Deed {
    let response = json!({"trailARN": trail, "advancedEventSelectors": selectors});
    let request = json!({"trailName": trail, "advancedEventSelectors": selectors});
    Deed::new("cloudtrail", "PutEventSelectors", request).answered(response)
}

/// What is set up on the first day, and what infrastructure as code makes better later.
pub(super) fn foundations(company: &Company, rng: &mut Rng) -> Vec<Rec> {
    let mut out = Vec::new();
    let mut act = |account: usize, at: i64, deed: Deed, rng: &mut Rng| {
        let actor = platform(company, account, rng);
        manage(company, Home::first_of(account), &actor, at, &deed, rng, &mut out);
    };
    let start = company.from + 600 + whole(rng, 1200);
    let arn = company.trail_arn();
    let trail = json!({"name": company.trail, "s3BucketName": company.bucket, "kmsKeyId": company.key, "isMultiRegionTrail": true, "includeGlobalServiceEvents": true, "isOrganizationTrail": true, "enableLogFileValidation": true});
    let mut made = trail.clone();
    made["trailARN"] = json!(arn);
    made["logFileValidationEnabled"] = json!(true);
    act(MANAGEMENT, start, Deed::new("cloudtrail", "CreateTrail", trail).answered(made), rng);
    act(MANAGEMENT, start + 4, select(&arn, selectors()), rng);
    act(MANAGEMENT, start + 9, Deed::new("cloudtrail", "StartLogging", json!({"name": arn})), rng);
    let own = own_trail(company);
    let request = json!({"name": own, "s3BucketName": company.bucket, "isMultiRegionTrail": true, "includeGlobalServiceEvents": true, "isOrganizationTrail": false, "enableLogFileValidation": true});
    act(company.twice, start + 60, Deed::new("cloudtrail", "CreateTrail", request), rng);
    act(company.twice, start + 64, select(&own, selectors()), rng);
    act(company.twice, start + 66, Deed::new("cloudtrail", "StartLogging", json!({"name": own})), rng);
    let lifecycle = |days: i64| json!({"bucketName": company.bucket, "lifecycle": "", "LifecycleConfiguration": {"Rule": {"ID": "archive", "Status": "Enabled", "Filter": {"Prefix": ""}, "Transition": {"Days": 90, "StorageClass": "GLACIER"}, "Expiration": {"Days": days}}}});
    act(ARCHIVE, start + 100, Deed::new("s3", "PutBucketLifecycle", lifecycle(1095)), rng);
    let work = |day: i64, rng: &mut Rng| company.clock.at_work(company.day(day), rng);
    // Later: more is recorded, kept longer, and keys are turned.
    let third = company.days / 3;
    let at = work(third - 2, rng);
    act(ARCHIVE, at, Deed::new("s3", "PutBucketLifecycle", lifecycle(2555)), rng);
    let at = work(third - 3, rng);
    act(MANAGEMENT, at, select(&arn, wider()), rng);
    let at = work(company.days / 2, rng);
    let request = json!({"name": format!("{}-tools", company.trail), "s3BucketName": company.bucket, "isMultiRegionTrail": true});
    act(TOOLS, at, Deed::new("cloudtrail", "CreateTrail", request), rng);
    act(
        TOOLS,
        at + 5,
        Deed::new("cloudtrail", "StartLogging", json!({"name": format!("{}-tools", company.trail)})),
        rng,
    );
    for day in [third - 1, company.days * 2 / 3] {
        let at = work(day, rng);
        act(ARCHIVE, at, Deed::new("kms", "RotateKeyOnDemand", json!({"keyId": company.key})), rng);
        let user = &company.accounts[company.twice].users[0].name;
        act(company.twice, at + 300, Deed::new("iam", "CreateAccessKey", json!({"userName": user})), rng);
        act(
            company.twice,
            at + 7200,
            Deed::new("iam", "UpdateAccessKey", json!({"userName": user, "status": "Inactive"})),
            rng,
        );
        act(
            company.twice,
            at + 9000,
            Deed::new(
                "logs",
                "PutRetentionPolicy",
                json!({"logGroupName": "/aws/lambda/app", "retentionInDays": 365}),
            ),
            rng,
        );
    }
    out
}

/// The trail that one account has for itself.
pub(super) fn own_trail(company: &Company) -> String {
    format!("{}-local", company.accounts[company.twice].stage)
}
