//! Data events of Lambda: calls as they were observed (semantics of the records: reader's tests), executions, newer kinds.

use crate::batch::Batch;
use crate::calendar::stamp;
use crate::event::Event;
use crate::identity::Caller;
use crate::rng::Rng;
use crate::world::{Function, Place};

/// `eventSource` of all of Lambda.
pub const SOURCE: &str = "lambda.amazonaws.com";

/// How a call is made.
#[derive(Clone, Debug)]
pub struct Call<'a> {
    /// Where.
    pub place: &'a Place,
    /// What is called.
    pub function: &'a Function,
    /// Who calls, and the name it is known by.
    pub caller: &'a (Caller, String),
    /// When, seconds since 1970.
    pub at: i64,
    /// `eventVersion`
    pub version: &'a str,
    /// `invocationType`: executions follow an `Event`.
    pub kind: &'a str,
    /// `errorCode`, `errorMessage`
    pub error: Option<(&'a str, &'a str)>,
    /// From the console.
    pub console: bool,
    /// How often an `Event` is executed: more than once after errors.
    pub executions: i64,
}

/// `userAgent`, escaped for JSON.
const AGENTS: [&str; 8] = [
    "aws-sdk-java/2.31.6 md/io#sync md/http#Apache ua/2.1 os/Linux#6.1.119 lang/java#21.0.6 md/OpenJDK_64-Bit_Server_VM#21.0.6+7-LTS",
    "Boto3/1.42.9 md/Botocore#1.42.9 ua/2.1 os/linux#5.10.0 md/arch#x86_64 lang/python#3.12.9 md/pyimpl#CPython cfg/retry-mode#standard",
    "aws-sdk-js/3.750.0 ua/2.1 os/linux#5.10 lang/js md/nodejs#22.14.0 api/lambda#3.750.0 m/E,N,e",
    "aws-sdk-go-v2/1.36.3 ua/2.1 os/linux lang/go#1.24.1 md/GOOS#linux md/GOARCH#arm64 api/lambda#1.71.0",
    r#"aws-cli/2.27.3 md/awscrt#0.25.4 ua/2.1 os/macos#24.3.0 md/arch#arm64 lang/python#3.13.2 md/command#\"lambda.invoke\""#,
    r#"curl/8.5.0 [\"Invoke\"]"#,
    "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "Bürobot/1.2 (+https://example.com/bot; 注文)",
];

/// Seconds from an asynchronous call to its executions: Lambda waits a minute before the first retry, two before the second
/// (developer guide, asynchronous errors).
pub const ATTEMPTS: [i64; 3] = [1, 62, 183];

/// `userAgent` of a browser at the console.
pub const BROWSER: &str = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36";

/// A program that calls AWS.
pub(crate) fn agent(rng: &mut Rng) -> &'static str {
    rng.pick(&AGENTS)
}

/// The record of a call, and of its executions where it is asynchronous.
pub fn call(call: &Call<'_>, rng: &mut Rng, batch: &mut Batch) {
    let Call { place, function, caller: (caller, known_as), at, .. } = call;
    let identity = caller.identity(*at);
    let time = stamp(*at);
    let service = caller.service();
    let agent = match service {
        Some(service) => service,
        None if call.console => BROWSER,
        None => agent(rng),
    };
    let host = format!("lambda.{}.amazonaws.com", place.region);
    let resources = resource(&place.account, "AWS::Lambda::Function", &function.arn);
    let additional = additional(function, rng);
    let request_id = rng.uuid();
    let foreign = matches!(caller, Caller::Session { account, .. } if *account != place.account);
    let shared = (foreign || matches!(caller, Caller::Service(_))).then(|| rng.uuid());
    let event = Event {
        version: call.version,
        identity: &identity,
        time: &time,
        source: SOURCE,
        name: "Invoke",
        region: &place.region,
        address: &caller.address(),
        agent,
        error: call.error,
        request: &request(call, rng),
        response: "null",
        additional: Some(&additional).filter(|_| call.error.is_none()).map(String::as_str),
        request_id: &request_id,
        event_id: &rng.uuid(),
        read_only: false,
        resources: Some(&resources),
        management: false,
        recipient: &place.account,
        shared: shared.as_deref(),
        host: service.is_none().then_some(&host),
        console: call.console,
    };
    batch.put_call(&event, *at, [&function.arn, known_as]);
    if call.kind != "Event" || call.error.is_some() {
        return;
    }
    let identity = Caller::Service(SOURCE).identity(*at);
    for attempt in 0..call.executions {
        let at = at + ATTEMPTS[usize::try_from(attempt).unwrap_or(2).min(2)];
        let event = Event {
            identity: &identity,
            time: &stamp(at),
            name: "InvokeExecution",
            address: SOURCE,
            agent: SOURCE,
            request: "null",
            event_id: &rng.uuid(),
            shared: Some(&rng.uuid()),
            host: None,
            console: false,
            ..event
        };
        batch.put_call(&event, at, [&function.arn, SOURCE]);
    }
}

/// Where the function ran.
fn additional(function: &Function, rng: &mut Rng) -> String {
    let eni = if rng.permille(300) { rng.text(crate::rng::HEX, 17) } else { String::new() };
    let eni = if eni.is_empty() { String::new() } else { format!("eni-{eni}") };
    let version = match function.version {
        0 => "$LATEST".to_owned(),
        number => number.to_string(),
    };
    format!(r#"{{"customerEniId":"{eni}","functionVersion":"{}:{version}"}}"#, function.arn)
}

/// One element, as in all records of Lambda.
pub(crate) fn resource(account: &str, kind: &str, arn: &str) -> String {
    format!(r#"[{{"accountId":"{account}","type":"{kind}","ARN":"{arn}"}}]"#)
}

/// `requestParameters`: null where Step Functions calls.
fn request(call: &Call<'_>, rng: &mut Rng) -> String {
    let Call { place, function, caller: (caller, _), kind, .. } = call;
    let Place { account, region, .. } = place;
    let source = match caller.service() {
        Some("states.amazonaws.com") => return "null".to_owned(),
        Some("s3.amazonaws.com") => format!("arn:aws:s3:::{}-uploads", function.name),
        Some("events.amazonaws.com") => {
            format!("arn:aws:events:{region}:{account}:rule/{}-rule", function.name)
        }
        Some("sns.amazonaws.com") => format!("arn:aws:sns:{region}:{account}:{}-topic", function.name),
        Some(_) => format!("arn:aws:execute-api:{region}:{account}:a1b2c3d4e5/prod/POST/{}", function.name),
        None => String::new(),
    };
    let Function { name, arn, version, .. } = function;
    let named = match rng.below(4) {
        0 => name.clone(),
        1 if *version > 0 => format!("{arn}:live"),
        2 if *version > 0 => format!("{arn}:{version}"),
        _ => arn.clone(),
    };
    if source.is_empty() {
        let log = if rng.permille(500) { r#","logType":"Tail""# } else { "" };
        return format!(r#"{{"functionName":"{named}","invocationType":"{kind}"{log}}}"#);
    }
    format!(
        r#"{{"functionName":"{named}","invocationType":"{kind}","sourceArn":"{source}","sourceAccount":"{account}","contentType":"application/json"}}"#
    )
}
