//! Records that are no invocations, most of them of other services: long, nested, and full of traps for who searches text.

mod services;

use crate::batch::Batch;
use crate::calendar::stamp;
use crate::event::Event;
use crate::identity::Caller;
use crate::lambda::agent;
use crate::rng::{MIXED, Rng};
use crate::world::{Function, Place};
use services::{assume_role, decrypt, describe, log_stream, object, policy, run, stack};

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
