//! Which event comes next: a third invocations, two thirds everything else.

use crate::batch::Batch;
use crate::calendar::stamp;
use crate::event::Event;
use crate::lambda::{self, Call, SOURCE};
use crate::others;
use crate::rng::Rng;
use crate::world::{Function, Place};

/// Puts what happens next at a place in the minutes before `delivered`: one record, or a call with its executions.
pub fn put(place: &Place, delivered: i64, rng: &mut Rng, batch: &mut Batch) {
    let at = delivered - 200 - i64::try_from(rng.below(700)).unwrap_or(0);
    let version = match rng.below(100) {
        0..=4 => "1.06",
        5..=44 => "1.08",
        45..=64 => "1.09",
        65..=79 => "1.10",
        _ => "1.11",
    };
    if place.functions.is_empty() || !rng.permille(297) {
        return others::put(place, at, version, rng, batch);
    }
    let function = &place.functions[rng.rank(place.functions.len())];
    let caller = &function.callers[rng.rank(function.callers.len())];
    if rng.permille(12) && version != "1.06" {
        return newer(place, function, at, rng, batch);
    }
    let service = caller.0.service();
    let asynchronous = match service {
        Some("apigateway.amazonaws.com" | "states.amazonaws.com") => false,
        Some(_) => true,
        None => rng.permille(40),
    };
    let dry = service.is_none() && rng.permille(6);
    let error = match rng.below(1000) {
        0..=9 if service.is_none() => Some((
            "AccessDenied",
            r#"User is not authorized to perform: lambda:InvokeFunction on resource: \"the function\" because no identity-based policy allows it"#,
        )),
        10..=19 => Some(("TooManyRequestsException", "Rate Exceeded.")),
        _ => None,
    };
    let kind = match (asynchronous, dry) {
        (true, _) => "Event",
        (_, true) => "DryRun",
        _ => "RequestResponse",
    };
    let executions = match rng.below(100) {
        0..=84 => 1,
        85..=94 => 2,
        _ => 3,
    };
    let console = service.is_none() && rng.permille(30);
    lambda::call(
        &Call { place, function, caller, at, version, kind, error, console, executions },
        rng,
        batch,
    );
}

const MICROVMS: [&str; 4] = ["RunMicrovm", "TerminateMicrovm", "SuspendMicrovm", "CreateMicrovmAuthToken"];

/// Web functions and MicroVMs.
fn newer(place: &Place, function: &Function, at: i64, rng: &mut Rng, batch: &mut Batch) {
    let (caller, known_as) = &function.callers[0];
    let web = rng.permille(600);
    let Place { account, region, .. } = place;
    let (name, kind, arn, host) = if web {
        let arn = format!("arn:aws:lambda:{region}:{account}:web-function/{}", function.name);
        ("InvokeWebFunctionEndpoint", "AWS::Lambda::WebFunction", arn, "lambda-web")
    } else {
        let arn = format!("arn:aws:lambda:{region}:{account}:microvm-image:{}", function.name);
        (rng.pick(&MICROVMS), "AWS::Lambda::MicrovmImage", arn, "lambda-microvms")
    };
    let request = if web {
        r#"{"httpMethod":"POST"}"#.to_owned()
    } else {
        format!(r#"{{"imageIdentifier":"{arn}","idleTimeoutInSeconds":{}}}"#, rng.below(900))
    };
    let event = Event {
        version: "1.11",
        identity: &caller.identity(at),
        time: &stamp(at),
        source: SOURCE,
        name,
        region,
        address: &caller.address(),
        agent: lambda::agent(rng),
        error: None,
        request: &request,
        response: "null",
        additional: None,
        request_id: &rng.uuid(),
        event_id: &rng.uuid(),
        read_only: false,
        resources: Some(&lambda::resource(account, kind, &arn)),
        management: false,
        recipient: account,
        shared: None,
        host: Some(&format!("{host}.{region}.amazonaws.com")),
        console: false,
    };
    batch.put_call(&event, at, [&arn, known_as]);
}
