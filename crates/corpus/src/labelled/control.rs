//! Stories of functions that are changed: `LAM-01` to `LAM-13`.

use super::actor::{Actor, Kind};
use super::changes::{code, permission};
use super::company::{Function, Trigger};
use super::drawn::{hex, number, whole};
use super::record::{DENIED, Deed, How};
use super::stage::{Access, Pace, Stage, usual};
use crate::rng::MIXED;
use serde_json::{Value, json};

pub(super) const TECHNIQUES: [&str; 13] = [
    "LAM-01", "LAM-02", "LAM-03", "LAM-04", "LAM-05", "LAM-06", "LAM-07", "LAM-08", "LAM-09", "LAM-10",
    "LAM-11", "LAM-12", "LAM-13",
];

/// Plays one.
pub(super) fn play(stage: &mut Stage<'_>, technique: &str) {
    match technique {
        "LAM-01" => open_to_all(stage),
        "LAM-02" => open_to_one(stage),
        "LAM-03" => policy(stage),
        "LAM-04" => url(stage),
        "LAM-05" => new_code(stage),
        "LAM-06" => layer(stage),
        "LAM-07" => create_and_call(stage),
        "LAM-08" => mapping(stage),
        "LAM-09" => stronger_role(stage),
        "LAM-10" => signing(stage),
        "LAM-11" => iam(stage),
        "LAM-12" => delete(stage),
        _ => shell(stage),
    }
}

fn named(function: &Function) -> Value {
    json!({"functionName": function.name})
}

/// A moment some time after `at`: at once, days later, or in the same hour.
fn later(stage: &mut Stage<'_>, at: i64) -> i64 {
    let wait = stage.by_pace((20, 300), (60_000, 90_000), (600, 3000));
    at + wait.0 + whole(&mut stage.rng, wait.1)
}

fn open_to_all(stage: &mut Stage<'_>) {
    let function = stage.target(|one| one.trigger != Trigger::Url);
    let (actor, begin) = (stage.inside(function.account), stage.begin());
    let mut deed = permission(function, "*", None, &mut stage.rng);
    if stage.rng.permille(400) {
        deed.request["action"] = json!("lambda:InvokeFunctionUrl");
        deed.request["functionUrlAuthType"] = json!("NONE");
    } else if stage.rng.permille(300) {
        deed.request["action"] = json!("lambda:*");
    }
    stage.change(function, &actor, begin, &deed);
    let stranger = stage.stranger();
    let calls = stage.by_pace(5, 3, 0);
    let mut at = begin;
    for _ in 0..calls {
        at = later(stage, at);
        stage.call(function, &stranger, at, &usual(function));
    }
    remove(stage, function, at);
}

fn remove(stage: &mut Stage<'_>, function: &Function, at: i64) {
    let request = json!({"functionName": function.name, "statementId": "cleanup"});
    let deed = Deed::new("lambda", "RemovePermission20150331v2", request);
    stage.repair(function.home(), at + 90_000, &deed);
}

fn open_to_one(stage: &mut Stage<'_>) {
    let function = stage.target(|one| one.trigger != Trigger::Url);
    let (actor, begin) = (stage.inside(function.account), stage.begin());
    let stranger = stage.stranger();
    let principal = match stage.rng.below(3) {
        0 => stranger.account.clone(),
        1 => format!("arn:aws:iam::{}:root", stranger.account),
        _ => format!("arn:aws:iam::{}:role/{}", stranger.account, stranger.name),
    };
    let deed = permission(function, &principal, None, &mut stage.rng);
    stage.change(function, &actor, begin, &deed);
    let calls = stage.by_pace(12, 4, 1);
    let mut at = begin;
    for _ in 0..calls {
        at = later(stage, at);
        stage.call(function, &stranger, at, &usual(function));
    }
    remove(stage, function, at);
}

fn policy(stage: &mut Stage<'_>) {
    let function = stage.target(|_| true);
    let (actor, begin) = (stage.inside(function.account), stage.begin());
    let foreign = number(&mut stage.rng);
    for (turn, at) in stage.times(begin, 3).into_iter().enumerate() {
        let body = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": foreign}, "Action": "lambda:InvokeFunction", "Resource": function.arn}]});
        let deed = if turn % 2 == 1 {
            Deed::new("lambda", "DeleteResourcePolicy20240916", json!({"resourceArn": function.arn}))
        } else {
            let name = ["PutResourcePolicy20240916", "PutResourcePolicy"][stage.rng.index(2)];
            Deed::new("lambda", name, json!({"resourceArn": function.arn, "policy": body.to_string()}))
        };
        stage.change(function, &actor, at, &deed);
    }
}

fn url(stage: &mut Stage<'_>) {
    let function = stage.target(|one| one.trigger != Trigger::Url);
    let (actor, begin) = (stage.inside(function.account), stage.begin());
    let names = ["CreateFunctionUrlConfig", "UpdateFunctionUrlConfig", "CreateFunctionUrlConfig20211031"];
    let name = names[stage.rng.index(3)];
    let request = json!({"functionName": function.name, "authType": "NONE", "cors": {"allowOrigins": ["*"]}});
    let host = stage.rng.text(b"abcdefghijklmnopqrstuvwxyz234567", 32);
    let url = format!("https://{host}.lambda-url.{}.on.aws/", stage.company.regions[function.region]);
    let response = json!({"functionUrl": url, "functionArn": function.arn, "authType": "NONE"});
    stage.change(function, &actor, begin, &Deed::new("lambda", name, request).answered(response));
    let mut at = begin;
    for _ in 0..stage.by_pace(8, 3, 0) {
        at = later(stage, at);
        let anyone = Actor::new(Kind::Anonymous, "", "", &stage.lair.clone(), "curl/8.14.1");
        stage.call(function, &anyone, at, &How { url: true, ..usual(function) });
    }
}

/// New code, by the actor.
fn overwrite(stage: &mut Stage<'_>, function: &Function, actor: &Actor, at: i64) {
    let (mut request, response) = code(function, &mut stage.rng);
    if stage.rng.permille(500) {
        request = json!({"functionName": function.name, "publish": stage.pace == Pace::Loud, "dryRun": false, "zipFile": "HIDDEN_DUE_TO_SECURITY_REASONS"});
    }
    stage.change(
        function,
        actor,
        at,
        &Deed::new("lambda", "UpdateFunctionCode20150331v2", request).answered(response),
    );
}

fn new_code(stage: &mut Stage<'_>) {
    let dev = stage.company.style.stage(2);
    let accounts = &stage.company.accounts;
    let function = stage.target(|one| accounts[one.account].stage != dev);
    let (actor, begin) = (stage.inside(function.account), stage.begin());
    for at in stage.times(begin, 3) {
        stage.change(function, &actor, at, &Deed::new("lambda", "GetFunction20150331v2", named(function)));
        overwrite(stage, function, &actor, at + 25);
        if stage.pace == Pace::Loud {
            stage.call(function, &actor, at + 60, &How::plain());
        }
    }
}

fn layer(stage: &mut Stage<'_>) {
    let function = stage.target(|_| true);
    let (actor, begin) = (stage.inside(function.account), stage.begin());
    let foreign = number(&mut stage.rng);
    let region = stage.company.regions[function.region].clone();
    for at in stage.times(begin, 3) {
        let deed = if stage.rng.permille(300) {
            let principal = if stage.rng.permille(500) { "*".to_owned() } else { foreign.clone() };
            let request = json!({"layerName": "shared-lib", "versionNumber": 3, "statementId": "x", "action": "lambda:GetLayerVersion", "principal": principal});
            Deed::new("lambda", "AddLayerVersionPermission20181031", request)
        } else {
            let arn = format!(
                "arn:aws:lambda:{region}:{foreign}:layer:{}:{}",
                stage.rng.pick(&["telemetry", "requests", "utils"]),
                stage.rng.below(9) + 1
            );
            let request = json!({"functionName": function.name, "layers": [arn]});
            let response = json!({"functionName": function.name, "functionArn": function.arn, "layers": [{"arn": arn, "codeSize": 4096}], "environment": {}});
            Deed::new("lambda", "UpdateFunctionConfiguration20150331v2", request).answered(response)
        };
        stage.change(function, &actor, at, &deed);
    }
}

fn create_and_call(stage: &mut Stage<'_>) {
    let like = stage.target(|_| true);
    let (actor, begin) = (stage.inside(like.account), stage.begin());
    for at in stage.times(begin, 2) {
        let name = format!(
            "{}-{}",
            stage.rng.pick(&["tmp", "test", "healthcheck", "sync", "fn"]),
            hex(&mut stage.rng, 6)
        );
        let (id, region) = (&stage.company.accounts[like.account].id, &stage.company.regions[like.region]);
        let arn = format!("arn:aws:lambda:{region}:{id}:function:{name}");
        let role = format!(
            "arn:aws:iam::{id}:role/{}",
            stage.rng.pick(&[
                "admin-automation",
                "PowerLambda",
                "OrganizationAccountAccessRole",
                "AdministratorLambdaRole"
            ])
        );
        let function = copy(like, name, arn);
        let request = json!({"functionName": function.name, "runtime": "python3.13", "role": role, "handler": "index.handler", "code": {"zipFile": "HIDDEN_DUE_TO_SECURITY_REASONS"}, "environment": {}});
        let response = json!({"functionName": function.name, "functionArn": function.arn, "role": role, "environment": {}});
        stage.change(
            &function,
            &actor,
            at,
            &Deed::new("lambda", "CreateFunction20150331", request).answered(response),
        );
        let wait = stage.by_pace(20, 1500, 400);
        let wait = wait + whole(&mut stage.rng, 200);
        stage.call(&function, &actor, at + wait, &How::plain());
        if stage.rng.permille(500) {
            stage.change(
                &function,
                &actor,
                at + wait + 30,
                &Deed::new("lambda", "DeleteFunction20150331", named(&function)),
            );
        }
    }
}

/// A function that attackers make: as `like`, and nobody else calls it.
pub(super) fn copy(like: &Function, name: String, arn: String) -> Function {
    Function {
        name,
        arn,
        role: String::new(),
        interface: String::new(),
        version: 0,
        alias: "",
        short: like.short,
        trigger: Trigger::Direct,
        ..*like
    }
}

fn mapping(stage: &mut Stage<'_>) {
    let function = stage.target(|_| true);
    let (actor, begin) = (stage.inside(function.account), stage.begin());
    let (id, region) =
        (stage.company.accounts[function.account].id.clone(), stage.company.regions[function.region].clone());
    for at in stage.times(begin, 2) {
        let deed = match stage.rng.below(3) {
            0 | 1 => {
                let source = format!(
                    "arn:aws:{}:{region}:{id}:{}",
                    stage.rng.pick(&["sqs", "kinesis"]),
                    stage.rng.pick(&["orders-copy", "stream/raw", "tmp-queue"])
                );
                Deed::new(
                    "lambda",
                    "CreateEventSourceMapping20150331",
                    json!({"functionName": function.arn, "eventSourceArn": source, "batchSize": 10, "enabled": true}),
                )
            }
            _ => Deed::new(
                "events",
                "PutTargets",
                json!({"rule": "every-minute", "targets": [{"id": "1", "arn": function.arn}]}),
            ),
        };
        stage.change(function, &actor, at, &deed);
    }
}

fn stronger_role(stage: &mut Stage<'_>) {
    let function = stage.target(|_| true);
    let (actor, begin) = (stage.inside(function.account), stage.begin());
    let id = stage.company.accounts[function.account].id.clone();
    for at in stage.times(begin, 2) {
        let role = format!(
            "arn:aws:iam::{id}:role/{}",
            stage.rng.pick(&[
                "admin-automation",
                "AdministratorLambdaRole",
                "PowerLambda",
                "break-glass-exec"
            ])
        );
        let request = json!({"functionName": function.name, "role": role});
        let response = json!({"functionName": function.name, "functionArn": function.arn, "role": role, "environment": {}});
        stage.change(
            function,
            &actor,
            at,
            &Deed::new("lambda", "UpdateFunctionConfiguration20150331v2", request).answered(response),
        );
        if stage.pace == Pace::Loud {
            stage.call(function, &actor, at + 45, &usual(function));
        }
    }
    let request =
        json!({"functionName": function.name, "role": format!("arn:aws:iam::{id}:role/{}", function.role)});
    stage.repair(
        function.home(),
        begin + 100_000,
        &Deed::new("lambda", "UpdateFunctionConfiguration20150331v2", request),
    );
}

fn signing(stage: &mut Stage<'_>) {
    let function = stage.target(|_| true);
    let (actor, begin) = (stage.inside(function.account), stage.begin());
    let (id, region) =
        (stage.company.accounts[function.account].id.clone(), stage.company.regions[function.region].clone());
    let config = format!("arn:aws:lambda:{region}:{id}:code-signing-config:csc-{}", hex(&mut stage.rng, 17));
    let all = [
        ("DeleteFunctionCodeSigningConfig20200630", named(function)),
        (
            "UpdateCodeSigningConfig20200422",
            json!({"codeSigningConfigArn": config, "codeSigningPolicies": {"untrustedArtifactOnDeployment": "Warn"}}),
        ),
        ("DeleteCodeSigningConfig20200422", json!({"codeSigningConfigArn": config})),
        (
            "UpdateRuntimeAlias",
            json!({"runtimeName": "house-python", "aliasName": "stable", "runtimeVersion": "9"}),
        ),
    ];
    let first = stage.rng.index(all.len());
    for (turn, at) in stage.times(begin, 3).into_iter().enumerate() {
        let (name, request) = all[(first + turn) % all.len()].clone();
        stage.change(function, &actor, at, &Deed::new("lambda", name, request));
    }
}

fn iam(stage: &mut Stage<'_>) {
    let function = stage.target(|_| true);
    let mut actor = stage.company.execution(function, &mut stage.rng);
    if stage.access == Access::Stolen {
        actor = actor.from(&stage.lair.clone(), &actor.agent);
    }
    if stage.access != Access::Stolen {
        stage.access = Access::Inside;
    }
    let begin = stage.begin();
    let user = stage.rng.pick(&["support-ro", "backup-svc", "deploy2", "monitoring-tmp"]);
    let admin = "arn:aws:iam::aws:policy/AdministratorAccess";
    let all = [
        ("CreateUser", json!({"userName": user})),
        ("CreateAccessKey", json!({"userName": user})),
        ("AttachUserPolicy", json!({"userName": user, "policyArn": admin})),
        ("AttachRolePolicy", json!({"roleName": function.role, "policyArn": admin})),
        (
            "UpdateAssumeRolePolicy",
            json!({"roleName": "admin-automation", "policyDocument": "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"*\"},\"Action\":\"sts:AssumeRole\"}]}"}),
        ),
        ("CreateLoginProfile", json!({"userName": user, "passwordResetRequired": false})),
    ];
    let first = if stage.pace == Pace::Loud { 0 } else { stage.rng.index(all.len()) };
    for (turn, at) in stage.times(begin, 5).into_iter().enumerate() {
        let (name, request) = all[(first + turn) % all.len()].clone();
        let deed = Deed::new("iam", name, request);
        let deed = if turn == 0 && stage.pace == Pace::Loud { deed.failed(DENIED) } else { deed };
        stage.change(function, &actor, at, &deed);
    }
}

fn delete(stage: &mut Stage<'_>) {
    let like = stage.target(|_| true);
    let (actor, begin) = (stage.inside(like.account), stage.begin());
    let count = stage.by_pace(15, 8, 1);
    for turn in 0..count {
        // Copies that somebody made: the functions of others go on.
        let name = format!("{}-{}", like.name, stage.rng.text(MIXED, 4));
        let function = copy(like, name.clone(), format!("{}{}", like.arn, &name[like.name.len()..]));
        let at = begin + turn * stage.by_pace(12, 30_000, 0) + whole(&mut stage.rng, 9);
        if stage.pace != Pace::Loud {
            let id = &stage.company.accounts[like.account].id;
            let role = format!("arn:aws:iam::{id}:role/{}", like.role);
            let request =
                json!({"functionName": name, "runtime": "nodejs22.x", "role": role, "environment": {}});
            stage.change(&function, &actor, at, &Deed::new("lambda", "CreateFunction20150331", request));
        }
        let wait = if stage.pace == Pace::Loud { 1 } else { 200 + whole(&mut stage.rng, 1500) };
        stage.change(
            &function,
            &actor,
            at + wait,
            &Deed::new("lambda", "DeleteFunction20150331", named(&function)),
        );
    }
}

fn shell(stage: &mut Stage<'_>) {
    let like = stage.target(|_| true);
    let (actor, begin) = (stage.inside(like.account), stage.begin());
    let (id, region) = (&stage.company.accounts[like.account].id, &stage.company.regions[like.region]);
    let arn = format!("arn:aws:lambda:{region}:{id}:microvm-image:{}", like.name);
    for at in stage.times(begin, 4) {
        let request = json!({"imageIdentifier": arn, "microvmId": stage.rng.uuid()});
        let mut deed = Deed::new("lambda", "CreateMicrovmShellAuthToken", request);
        deed.data = true;
        deed.resources = Some(crate::lambda::resource(id, "AWS::Lambda::MicrovmImage", &arn));
        stage.manage(like.home(), &actor, at, &deed);
    }
    stage.functions.insert(arn);
}
