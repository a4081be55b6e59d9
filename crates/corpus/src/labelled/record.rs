//! One API call as records: management calls, and invocations with what follows them.

use super::actor::{Actor, Kind};
use super::company::{Company, Function, Home};
use crate::calendar::stamp;
use crate::event::Event;
use crate::lambda::{ATTEMPTS, SOURCE, resource};
use crate::rng::Rng;
use serde_json::Value;

/// A record and where it belongs.
#[derive(Clone, Debug)]
pub(super) struct Rec {
    /// Seconds since 1970.
    pub(super) at: i64,
    /// Which account of the company.
    pub(super) account: usize,
    /// Which Region of the company.
    pub(super) region: usize,
    /// `eventID`
    pub(super) id: String,
    pub(super) text: String,
    /// Whether it is a data event.
    pub(super) data: bool,
    /// Whether it is of a story: such a record is always delivered.
    pub(super) kept: bool,
}

/// A call of a management API, as far as it does not depend on who calls.
#[derive(Clone, Debug)]
pub(super) struct Deed {
    pub(super) source: &'static str,
    pub(super) name: &'static str,
    pub(super) request: Value,
    pub(super) response: Value,
    pub(super) error: Option<Error>,
    pub(super) data: bool,
    /// JSON.
    pub(super) resources: Option<String>,
}

/// `errorCode`, `errorMessage`
pub(super) type Error = (&'static str, &'static str);

pub(super) const DENIED: Error = (
    "AccessDenied",
    "User is not authorized to perform: lambda:InvokeFunction because no identity-based policy allows the lambda:InvokeFunction action",
);
pub(super) const THROTTLED: Error = ("TooManyRequestsException", "Rate Exceeded.");
pub(super) const MISSING: Error = ("ResourceNotFoundException", "Function not found");
pub(super) const FAULT: Error =
    ("ServiceException", "An error occurred and the request cannot be processed.");

impl Deed {
    /// `source` without its domain.
    pub(super) fn new(source: &'static str, name: &'static str, request: Value) -> Self {
        Deed { source, name, request, response: Value::Null, error: None, data: false, resources: None }
    }

    pub(super) fn answered(self, response: Value) -> Self {
        Deed { response, ..self }
    }

    pub(super) fn failed(self, error: Error) -> Self {
        Deed { error: Some(error), ..self }
    }
}

/// Appends the record of `deed`.
pub(super) fn manage(
    company: &Company,
    home: Home,
    actor: &Actor,
    at: i64,
    deed: &Deed,
    rng: &mut Rng,
    out: &mut Vec<Rec>,
) {
    let region = &company.regions[home.region];
    let source = format!("{}.amazonaws.com", deed.source);
    let host = format!("{}.{region}.amazonaws.com", deed.source);
    let read = ["Get", "List", "Describe", "AssumeRole", "Decrypt", "Lookup"];
    let id = rng.uuid();
    let event = Event {
        version: version(company, at),
        identity: &actor.identity(at),
        time: &stamp(at),
        source: &source,
        name: deed.name,
        region,
        address: &actor.address,
        agent: &actor.agent,
        error: deed.error,
        request: &deed.request.to_string(),
        response: &if deed.error.is_some() { "null".to_owned() } else { deed.response.to_string() },
        additional: None,
        request_id: &rng.uuid(),
        event_id: &id,
        read_only: read.iter().any(|verb| deed.name.starts_with(verb)),
        resources: deed.resources.as_deref(),
        management: !deed.data,
        recipient: &company.accounts[home.account].id,
        shared: None,
        host: (!actor.by_service()).then_some(&host),
        console: actor.console,
    };
    push(&event, at, home, id.clone(), out);
}

fn version(company: &Company, at: i64) -> &'static str {
    // A new version arrives in the middle for everybody.
    if at < company.day(company.days / 2) { company.versions[0] } else { company.versions[1] }
}

fn push(event: &Event<'_>, at: i64, home: Home, id: String, out: &mut Vec<Rec>) {
    let Home { account, region } = home;
    let mut text = String::with_capacity(1500);
    event.write(&mut text);
    out.push(Rec { at, account, region, id, text, data: !event.management, kept: false });
}

/// How a function is called.
#[derive(Clone, Copy, Debug)]
pub(super) struct How<'a> {
    /// `invocationType`
    pub(super) kind: &'static str,
    /// The alias or version that the caller asks for; empty where it asks for none.
    pub(super) qualifier: &'a str,
    /// The version that runs.
    pub(super) version: u64,
    pub(super) error: Option<Error>,
    /// How often an `Event` is executed.
    pub(super) executions: usize,
    /// Whether the call goes to the function's URL.
    pub(super) url: bool,
}

impl How<'_> {
    pub(super) fn plain() -> Self {
        How { kind: "RequestResponse", qualifier: "", version: 0, error: None, executions: 1, url: false }
    }
}

/// Appends the records of a call: in the owner's account, in the caller's, and of executions.
pub(super) fn invoke(
    company: &Company,
    function: &Function,
    actor: &Actor,
    at: i64,
    how: &How<'_>,
    rng: &mut Rng,
    out: &mut Vec<Rec>,
) {
    let owner = &company.accounts[function.account].id;
    let region = &company.regions[function.region];
    let host = if how.url { "lambda-url" } else { "lambda" };
    let host = format!("{host}.{region}.amazonaws.com");
    let resources = resource(owner, "AWS::Lambda::Function", &function.arn);
    let ran = if how.version == 0 { "$LATEST".to_owned() } else { how.version.to_string() };
    let additional =
        format!(r#"{{"customerEniId":"{}","functionVersion":"{}:{ran}"}}"#, function.interface, function.arn);
    let foreign = !actor.account.is_empty() && actor.account != *owner && actor.kind != Kind::Anonymous;
    let shared = (foreign || actor.kind == Kind::Service).then(|| rng.uuid());
    let (request_id, id) = (rng.uuid(), rng.uuid());
    let (identity, time, request) = (actor.identity(at), stamp(at), request(company, function, actor, how));
    let event = Event {
        version: version(company, at),
        identity: &identity,
        time: &time,
        source: SOURCE,
        name: if how.url { company.url_name } else { "Invoke" },
        region,
        address: &actor.address,
        agent: &actor.agent,
        error: how.error,
        request: &request,
        response: "null",
        additional: how.error.is_none().then_some(&additional),
        request_id: &request_id,
        event_id: &id,
        read_only: false,
        resources: Some(&resources),
        management: false,
        recipient: owner,
        shared: shared.as_deref(),
        host: (!actor.by_service()).then_some(&host),
        console: actor.console,
    };
    push(&event, at, function.home(), id.clone(), out);
    let theirs = company.accounts.iter().position(|one| one.id == actor.account).filter(|_| foreign);
    if let Some(theirs) = theirs {
        let id = rng.uuid();
        let event = Event { event_id: &id, recipient: &actor.account, ..event };
        push(&event, at, Home { account: theirs, ..function.home() }, id.clone(), out);
    }
    if how.kind != "Event" || how.error.is_some() {
        return;
    }
    let identity = Actor::service(SOURCE).identity(at);
    for wait in ATTEMPTS.iter().take(how.executions) {
        let (at, id, shared) = (at + wait, rng.uuid(), rng.uuid());
        let event = Event {
            identity: &identity,
            time: &stamp(at),
            name: "InvokeExecution",
            address: SOURCE,
            agent: SOURCE,
            request: "null",
            event_id: &id,
            shared: Some(&shared),
            host: None,
            console: false,
            ..event
        };
        push(&event, at, function.home(), id.clone(), out);
    }
}

/// `requestParameters`: null where Step Functions calls.
fn request(company: &Company, function: &Function, actor: &Actor, how: &How<'_>) -> String {
    let account = &company.accounts[function.account].id;
    let region = &company.regions[function.region];
    let Function { name, arn, .. } = function;
    let service = if actor.kind == Kind::Service { Some(actor.name.as_str()) } else { actor.by };
    let source = match service {
        Some("states.amazonaws.com") => return "null".to_owned(),
        Some("s3.amazonaws.com") => format!("arn:aws:s3:::{}-in", name.to_lowercase().replace('_', "-")),
        Some("events.amazonaws.com") => format!("arn:aws:events:{region}:{account}:rule/{name}-rule"),
        Some("sns.amazonaws.com") => format!("arn:aws:sns:{region}:{account}:{name}-topic"),
        Some(_) => format!("arn:aws:execute-api:{region}:{account}:a1b2c3d4e5/prod/POST/{name}"),
        None => String::new(),
    };
    let bare = if function.short { name } else { arn };
    let colon = if how.qualifier.is_empty() { "" } else { ":" };
    let (qualifier, kind) = (how.qualifier, how.kind);
    if how.url {
        return format!(r#"{{"functionName":"{arn}","invocationType":"RequestResponse"}}"#);
    }
    if source.is_empty() {
        return if function.short && !qualifier.is_empty() {
            format!(r#"{{"functionName":"{bare}","qualifier":"{qualifier}","invocationType":"{kind}"}}"#)
        } else {
            format!(r#"{{"functionName":"{bare}{colon}{qualifier}","invocationType":"{kind}"}}"#)
        };
    }
    format!(
        r#"{{"functionName":"{arn}{colon}{qualifier}","invocationType":"{kind}","sourceArn":"{source}","sourceAccount":"{account}","contentType":"application/json"}}"#
    )
}
