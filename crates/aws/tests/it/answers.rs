//! What AWS would answer, in its own formats.

use crate::op::{KEY, Op};
use crate::server::{Answer, Request};
use crate::world::{Account, Fault, Store, World};
use serde_json::{Value, json};

pub(crate) const ACCOUNTS_A_PAGE: usize = 2;

pub(crate) fn answer(world: &World, op: &Op, request: &Request) -> Answer {
    let (service, action) = op.action.split_once(':').unwrap();
    match service {
        "sts" => sts(world, op, action),
        "ec2" => regions_of_ec2(world, op),
        "iam" => simulated(request),
        "organizations" => organizations(world, op, action),
        "account" => regions(world, op),
        "cloudtrail" => cloudtrail(world, op, action),
        "lambda" => lambda(world, op, action),
        _ => fault(op, Fault::Missing),
    }
}

fn json_answer(body: Value) -> Answer {
    let headers = vec![("content-type", "application/x-amz-json-1.1".to_owned())];
    Answer::Send { status: 200, headers, body: body.to_string() }
}

fn xml(body: String) -> Answer {
    Answer::Send { status: 200, headers: vec![("content-type", "text/xml".to_owned())], body }
}

fn error(op: &Op, status: u16, code: &str) -> Answer {
    let (headers, body) = match op.action.split(':').next() {
        Some("sts" | "iam") => (
            Vec::new(),
            format!(
                "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>said no</Message></Error></ErrorResponse>"
            ),
        ),
        Some("ec2") => (
            Vec::new(),
            format!(
                "<Response><Errors><Error><Code>{code}</Code><Message>said no</Message></Error></Errors></Response>"
            ),
        ),
        _ => (
            vec![("x-amzn-errortype", code.to_owned())],
            json!({"__type": code, "message": "said no"}).to_string(),
        ),
    };
    Answer::Send { status, headers, body }
}

pub(crate) fn fault(op: &Op, fault: Fault) -> Answer {
    let page = |status| Answer::Send {
        status,
        headers: vec![("content-type", "text/html".to_owned())],
        body: "<!doctype html><title>Sorry</title><h1>Sorry</h1>".to_owned(),
    };
    match fault {
        Fault::Refused if op.action.starts_with("ec2") => error(op, 403, "UnauthorizedOperation"),
        Fault::Refused if op.action.starts_with("lambda") => error(op, 403, "AccessDeniedException"),
        Fault::Refused => error(op, 400, "AccessDeniedException"),
        Fault::Throttled if op.action.starts_with("lambda") => error(op, 429, "TooManyRequestsException"),
        Fault::Throttled => error(op, 400, "ThrottlingException"),
        Fault::Unavailable => error(op, 503, "ServiceUnavailable"),
        Fault::Expired => error(op, 403, "ExpiredToken"),
        Fault::Page => page(500),
        Fault::Missing => page(404),
        Fault::Hang => Answer::Hang,
        Fault::Vast => vast(),
        Fault::Cut => Answer::Cut { body: begun(op).to_owned() },
        Fault::Malformed => Answer::Send { status: 200, headers: Vec::new(), body: begun(op).to_owned() },
    }
}

/// How an answer of that service begins, and no more of it.
fn begun(op: &Op) -> &'static str {
    match op.action.split(':').next() {
        Some("sts" | "iam" | "ec2" | "monitoring") => "<AnswerOf><ResultOf><member>",
        _ => r#"{"NextToken":null,"Items":[{"Name":"#,
    }
}

/// More than one answer may hold.
fn vast() -> Answer {
    let headers = vec![("content-type", "application/json".to_owned())];
    Answer::Send { status: 200, headers, body: format!("{{\"x\":\"{}\"}}", "x".repeat(17 << 20)) }
}

/// The items of the page that `op` asks for, and the token of the next one.
fn page<T: Clone>(world: &World, op: &Op, items: &[T], size: usize) -> (Vec<T>, Option<String>) {
    let from = match &op.page {
        None if world.empty_pages => return (Vec::new(), Some("p0".to_owned())),
        None => 0,
        Some(token) => token[1..].parse().unwrap(),
    };
    let to = (from + size).min(items.len());
    (items[from..to].to_vec(), (to < items.len()).then(|| format!("p{to}")))
}

fn sts(world: &World, op: &Op, action: &str) -> Answer {
    if action == "GetCallerIdentity" {
        let account = &op.signer;
        return xml(format!(
            "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::{account}:user/auditor</Arn>\
             <UserId>AIDA</UserId><Account>{account}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"
        ));
    }
    if !world.accounts.contains_key(op.account.as_str()) {
        return error(op, 403, "AccessDenied");
    }
    xml(format!(
        "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>{KEY}{}</AccessKeyId>\
         <SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>\
         <Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>",
        op.account
    ))
}

fn regions_of_ec2(world: &World, op: &Op) -> Answer {
    let word = |state: &str| match state {
        "ENABLED_BY_DEFAULT" => "opt-in-not-required",
        "ENABLED" => "opted-in",
        _ => "not-opted-in",
    };
    let items: String = account(world, op)
        .regions
        .iter()
        .map(|(name, state)| {
            format!("<item><regionName>{name}</regionName><optInStatus>{}</optInStatus></item>", word(state))
        })
        .collect();
    xml(format!("<DescribeRegionsResponse><regionInfo>{items}</regionInfo></DescribeRegionsResponse>"))
}

/// The simulator grants PutEventSelectors and denies StartLogging.
fn simulated(request: &Request) -> Answer {
    let members: String = request
        .body
        .split('&')
        .filter_map(|pair| pair.strip_prefix("ActionNames.member.")?.split_once('='))
        .map(|(_, name)| {
            let name = name.replace("%3A", ":");
            let decision = match name.as_str() {
                "cloudtrail:PutEventSelectors" => "allowed",
                "cloudtrail:StartLogging" => "explicitDeny",
                _ => "implicitDeny",
            };
            format!("<member><EvalActionName>{name}</EvalActionName><EvalDecision>{decision}</EvalDecision></member>")
        })
        .collect();
    xml(format!(
        "<R><SimulatePrincipalPolicyResult><EvaluationResults>{members}</EvaluationResults></SimulatePrincipalPolicyResult></R>"
    ))
}

fn account<'a>(world: &'a World, op: &Op) -> &'a Account {
    &world.accounts[op.signer.as_str()]
}

fn organizations(world: &World, op: &Op, action: &str) -> Answer {
    let Some(management) = world.management else {
        return error(op, 400, "AWSOrganizationsNotInUseException");
    };
    if action == "DescribeOrganization" {
        return json_answer(json!({"Organization": {"Id": "o-acme", "MasterAccountId": management}}));
    }
    let accounts: Vec<Value> = world
        .accounts
        .iter()
        .map(|(id, account)| {
            // No id of that name has ever been seen; one that is left out must not go unseen.
            let id = (!id.is_empty()).then_some(*id);
            let mut value = json!({"Id": id, "Name": format!("acme-{}", id.unwrap_or_default())});
            if let Some(state) = account.state {
                value["State"] = json!(state);
            }
            value
        })
        .collect();
    let (accounts, next) = page(world, op, &accounts, ACCOUNTS_A_PAGE);
    json_answer(json!({"Accounts": accounts, "NextToken": next}))
}

fn regions(world: &World, op: &Op) -> Answer {
    let all = &account(world, op).regions;
    let all: Vec<Value> =
        all.iter().map(|(name, state)| json!({"RegionName": name, "RegionOptStatus": state})).collect();
    let (regions, next) = page(world, op, &all, 3);
    json_answer(json!({"Regions": regions, "NextToken": next}))
}

fn cloudtrail(world: &World, op: &Op, action: &str) -> Answer {
    let subject = op.subject.clone().unwrap_or_default();
    match action {
        "DescribeTrails" => {
            let trails = world.trails(&op.signer, &op.region);
            let trails: Vec<Value> = trails
                .into_iter()
                .map(|(owner, trail)| {
                    json!({
                        "Name": trail.name, "TrailARN": trail_arn(owner, trail.home, trail.name),
                        "HomeRegion": trail.home, "IsMultiRegionTrail": trail.multi,
                        "IsOrganizationTrail": trail.organization, "S3BucketName": "acme-logs",
                        "LogFileValidationEnabled": true,
                    })
                })
                .collect();
            json_answer(json!({"trailList": trails}))
        }
        "GetTrailStatus" => {
            let seen = world.trails(&op.signer, &op.region);
            match seen.iter().any(|(owner, t)| trail_arn(owner, t.home, t.name) == subject) {
                true => json_answer(
                    json!({"IsLogging": true, "LatestDeliveryError": "", "LatestDeliveryTime": 1_790_000_000.5}),
                ),
                false => error(op, 400, "TrailNotFoundException"),
            }
        }
        "GetEventSelectors" => selectors(world, op, &subject),
        "ListEventDataStores" => {
            let stores = world.stores(&op.signer);
            let stores: Vec<Value> = stores
                .into_iter()
                .filter(|(_, store)| store.home == op.region)
                .map(|(owner, store)| json!({"EventDataStoreArn": store_arn(owner, store.home, store.id), "Name": store.id}))
                .collect();
            let (stores, next) = page(world, op, &stores, 1);
            json_answer(json!({"EventDataStores": stores, "NextToken": next}))
        }
        "GetEventDataStore" => {
            let stores = world.stores(&op.signer);
            let named = |(owner, store): &(&str, &Store)| store_arn(owner, store.home, store.id) == subject;
            let Some((_, store)) = stores.into_iter().find(named) else {
                return error(op, 400, "EventDataStoreNotFoundException");
            };
            json_answer(json!({
                "EventDataStoreArn": subject, "Name": store.id, "Status": store.status,
                "MultiRegionEnabled": true, "OrganizationEnabled": store.organization,
                "AdvancedEventSelectors": store.selectors,
            }))
        }
        "ListChannels" => {
            let channels = account(world, op).channels.iter().filter(|channel| channel.region == op.region);
            let channels: Vec<Value> = channels
                .map(|channel| json!({"ChannelArn": channel_arn(&op.signer, channel.region, channel.name), "Name": channel.name}))
                .collect();
            let (channels, next) = page(world, op, &channels, 1);
            json_answer(json!({"Channels": channels, "NextToken": next}))
        }
        "GetChannel" => json_answer(json!({
            "ChannelArn": subject,
            "SourceConfig": {"ApplyToAllRegions": true, "AdvancedEventSelectors": all_invocations()},
        })),
        _ => fault(op, Fault::Page),
    }
}

/// As on AWS: only the owner or the delegated administrator, and only at home (semantics 4.1).
fn selectors(world: &World, op: &Op, arn: &str) -> Answer {
    let delegated = world.delegated == Some(op.signer.as_str());
    for (owner, trail) in world.trails(&op.signer, &op.region) {
        let may = owner == op.signer || (delegated && trail.organization);
        if may && trail_arn(owner, trail.home, trail.name) == arn && trail.home == op.region {
            let mut answer = trail.selectors.clone();
            answer["TrailARN"] = json!(arn);
            return json_answer(answer);
        }
    }
    error(op, 400, "CloudTrailARNInvalidException")
}

fn lambda(world: &World, op: &Op, action: &str) -> Answer {
    let (account, region) = (&op.signer, op.region.as_str());
    let here = self::account(world, op);
    let arn = |rest: String| format!("arn:aws:lambda:{region}:{account}:{rest}");
    match action {
        "ListFunctions" => {
            let count = here.functions.get(region).copied().unwrap_or_default();
            let functions: Vec<Value> = (0..count)
                .map(|at| json!({"FunctionName": format!("f{at:04}"), "FunctionArn": arn(format!("function:f{at:04}"))}))
                .collect();
            let (functions, next) = page(world, op, &functions, 50);
            json_answer(json!({"Functions": functions, "NextMarker": next}))
        }
        "ListWebFunctions" => {
            let webs = here.web.iter().filter(|(home, ..)| *home == region);
            let webs: Vec<Value> = webs
                .map(|(_, name, _)| {
                    json!({
                        "functionName": name, "functionArn": arn(format!("web-function/{name}")),
                        "state": "Active", "stateReason": "", "createdAt": "2026-11-01T12:00:00Z", "updatedAt": "2026-11-01T12:00:00Z",
                    })
                })
                .collect();
            let (webs, next) = page(world, op, &webs, 50);
            json_answer(json!({"functions": webs, "nextToken": next}))
        }
        "ListWebFunctionEndpoints" => {
            let name = op.subject.as_deref().unwrap_or_default();
            let Some((_, _, regions)) = here.web.iter().find(|(_, known, _)| *known == name) else {
                return error(op, 404, "ResourceNotFoundException");
            };
            json_answer(json!({"endpoints": [{
                "endpointArn": arn(format!("web-function/{name}/endpoint/e")), "endpointName": "e",
                "endpointType": "MultiRegion", "domainName": "x", "authType": "IamAuth",
                "autoDeploymentMode": "Enabled", "revisionWeights": [], "regions": regions, "state": "Active",
                "stateReason": "", "createdAt": "2026-11-01T12:00:00Z", "updatedAt": "2026-11-01T12:00:00Z",
            }]}))
        }
        "ListMicrovmImages" => {
            let images = here.images.iter().filter(|(home, _)| *home == region);
            let images: Vec<Value> = images
                .map(|(_, name)| {
                    json!({
                        "imageArn": arn(format!("microvm-image:{name}")), "name": name, "state": "ACTIVE",
                        "createdAt": 1_790_000_000, "updatedAt": 1_790_000_000,
                    })
                })
                .collect();
            let (images, next) = page(world, op, &images, 50);
            json_answer(json!({"items": images, "nextToken": next}))
        }
        _ => fault(op, Fault::Missing),
    }
}

/// Selectors that record every invocation of every function.
pub(crate) fn all_invocations() -> Value {
    json!([{"Name": "all", "FieldSelectors": [
        {"Field": "eventCategory", "Equals": ["Data"]},
        {"Field": "resources.type", "Equals": ["AWS::Lambda::Function"]},
    ]}])
}

pub(crate) fn trail_arn(owner: &str, home: &str, name: &str) -> String {
    format!("arn:aws:cloudtrail:{home}:{owner}:trail/{name}")
}

pub(crate) fn store_arn(owner: &str, home: &str, id: &str) -> String {
    format!("arn:aws:cloudtrail:{home}:{owner}:eventdatastore/{id}")
}

pub(crate) fn channel_arn(owner: &str, home: &str, name: &str) -> String {
    format!("arn:aws:cloudtrail:{home}:{owner}:channel/{}", name.rsplit('/').next().unwrap())
}
