//! Findings told to others: SNS, EventBridge, Security Hub, and addresses that take JSON.

use crate::bounded::{may_be_sent, without_secrets};
use crate::call::Call;
use crate::endpoint::{Api, Target};
use crate::gap::{Class, Failure};
use crate::pace::Service;
use crate::raw;
use crate::session::Session;
use crate::wire::Attempt;
use audit::inventory::Gap;
use aws_smithy_runtime::client::orchestrator::operation::Operation;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse, OrchestratorError};
use aws_smithy_types::body::SdkBody;
use cloudtrail::arn::Arn;
use serde_json::{Value, json};
use std::convert::Infallible;
use std::time::Duration;

impl Session {
    /// Publishes a message to a topic of SNS, by its ARN.
    ///
    /// # Errors
    /// A gap iff it was not taken.
    pub async fn publish(&self, topic: &str, subject: &str, message: &str) -> Result<(), Gap> {
        let region = region_of(topic);
        let call = Call::new(Service::Notifying, "sns:Publish", self.account(), &region).about(topic);
        let parameters = [
            ("Action", "Publish"),
            ("Version", "2010-03-31"),
            ("TopicArn", topic),
            ("Subject", subject),
            ("Message", message),
        ];
        let told = async {
            let (reach, target) = (self.own(), self.target(Api::Sns, &region)?);
            let send = || -> Attempt<'_, String> { Box::pin(raw::query(&reach, &target, &parameters)) };
            self.wire.send(&call, send).await.map(drop)
        };
        told.await.map_err(|failure: Failure| failure.gap(&call))
    }

    /// Puts one event onto a bus of EventBridge, by its ARN. `detail` is JSON.
    ///
    /// # Errors
    /// A gap iff it was not taken.
    pub async fn put_event(&self, bus: &str, detail: &str) -> Result<(), Gap> {
        let region = region_of(bus);
        let call = Call::new(Service::Notifying, "events:PutEvents", self.account(), &region).about(bus);
        let entry = json!({
            "EventBusName": bus, "Source": "invoketrail", "DetailType": "InvokeTrail findings", "Detail": detail
        });
        let body = json!({"Entries": [entry]}).to_string();
        let headers =
            [("content-type", "application/x-amz-json-1.1"), ("x-amz-target", "AWSEvents.PutEvents")];
        let told = async {
            let (reach, target) = (self.own(), self.target(Api::EventBridge, &region)?);
            let send =
                || -> Attempt<'_, String> { Box::pin(raw::json(&reach, &target, "/", &headers, &body)) };
            taken(&self.wire.send(&call, send).await?, "FailedEntryCount", "/Entries/0/ErrorMessage")
        };
        told.await.map_err(|failure: Failure| failure.gap(&call))
    }

    /// Imports a batch of findings into Security Hub: the input of BatchImportFindings, all of one account and Region.
    ///
    /// # Errors
    /// A gap iff not all were taken.
    pub async fn import_findings(&self, account: &str, region: &str, batch: &str) -> Result<(), Gap> {
        let call = Call::new(Service::Notifying, "securityhub:BatchImportFindings", account, region);
        let reach = self.reach(account).await?;
        let told = async {
            let target = self.target(Api::SecurityHub, region)?;
            let headers = [("content-type", "application/json")];
            let send = || -> Attempt<'_, String> {
                Box::pin(raw::json(&reach, &target, "/findings/import", &headers, batch))
            };
            taken(&self.wire.send(&call, send).await?, "FailedCount", "/FailedFindings/0/ErrorMessage")
        };
        told.await.map_err(|failure: Failure| failure.gap(&call))
    }

    fn target(&self, api: Api, region: &str) -> Result<Target, Failure> {
        let unknown = || Failure::new(Class::Final, format!("the address of {} here is not known", api.id()));
        Target::notified(api, &self.caller.partition, region).ok_or_else(unknown)
    }
}

fn region_of(arn: &str) -> String {
    Arn::parse(arn).map_or_else(String::new, |arn| arn.region.to_owned())
}

/// An answer may be a success and name entries that were refused.
fn taken(answer: &str, count: &str, why: &str) -> Result<(), Failure> {
    let wrong = |why: String| Err(Failure::new(Class::Final, why));
    let Ok(answer) = serde_json::from_str::<Value>(answer) else {
        return wrong("the answer is not JSON".to_owned());
    };
    match answer.get(count).and_then(Value::as_u64) {
        Some(0) => Ok(()),
        Some(refused) => {
            let said = answer.pointer(why).and_then(Value::as_str).unwrap_or("no reason was given");
            wrong(crate::one_line::one_line(&format!("{refused} refused, the first: {said}")))
        }
        None => wrong(format!("the answer does not say {count}")),
    }
}

/// An address that takes JSON by POST. It may hold a secret, so it is never shown whole.
#[derive(Clone, PartialEq, Eq)]
pub struct Webhook {
    url: String,
}

/// Something was not taken at such an address. Neither its path nor its query is in it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{host}: {why}")]
pub struct WebhookError {
    /// Where: the scheme and the host.
    pub host: String,
    /// Why.
    pub why: String,
}

/// How often one address is tried.
const TRIES: u32 = 3;

/// How long it may take to answer.
const ANSWER: Duration = Duration::from_secs(20);

impl Webhook {
    /// The address.
    ///
    /// # Errors
    /// In words, iff it is no URL, or would be sent to in clear and is not of this machine.
    pub fn new(url: &str) -> Result<Self, String> {
        let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
        let authority = rest.map(|rest| rest.split(['/', '?', '#']).next().unwrap_or_default());
        let bad = |c: char| c.is_whitespace() || c.is_control() || "<>\"\\".contains(c);
        match authority {
            Some(authority) if !authority.is_empty() && !authority.contains('@') && !url.contains(bad) => {}
            _ => return Err("an address has the form https://HOST/PATH".to_owned()),
        }
        if !may_be_sent(url) {
            return Err("plain http is used only for this machine: give an https address".to_owned());
        }
        Ok(Webhook { url: url.to_owned() })
    }

    /// The scheme and the host, which are no secret.
    #[must_use]
    pub fn host(&self) -> String {
        let shown = without_secrets(&self.url);
        let (scheme, rest) = shown.split_once("://").unwrap_or(("https", &shown));
        format!("{scheme}://{}", rest.split('/').next().unwrap_or_default())
    }

    /// Sends JSON, again after `pause` and twice that where the address may take it later.
    ///
    /// # Errors
    /// Iff it was not taken.
    pub async fn send(&self, json: &str, pause: Duration) -> Result<(), WebhookError> {
        let mut tried = 0;
        loop {
            let why = match self.once(json).await {
                Ok(status) if (200..300).contains(&status) => return Ok(()),
                Ok(status) => (format!("it answered HTTP {status}"), status == 429 || status >= 500),
                Err(why) => (why, true),
            };
            tried += 1;
            if tried == TRIES || !why.1 {
                return Err(WebhookError { host: self.host(), why: why.0 });
            }
            tokio::time::sleep(pause * tried).await;
        }
    }

    async fn once(&self, json: &str) -> Result<u16, String> {
        let mut request = HttpRequest::new(SdkBody::from(json.to_owned()));
        let unsendable = |_| "the request cannot be made".to_owned();
        request.set_method("POST").map_err(unsendable)?;
        let rest = self.url.split_once("://").map_or("", |(_, rest)| rest);
        let at = rest.find(['/', '?']).unwrap_or(rest.len());
        let (origin, path) = (self.url.len() - rest.len() + at, &rest[at..]);
        let path = if path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
        request.set_uri(path.split('#').next().unwrap_or("/")).map_err(|_| "its path is none".to_owned())?;
        request.headers_mut().insert("content-type", "application/json");
        let operation = Operation::builder()
            .service_name("webhook")
            .operation_name("Post")
            .http_client(crate::session::http_client())
            .endpoint_url(&self.url[..origin])
            .no_auth()
            .no_retry()
            .serializer(|request: HttpRequest| Ok(request))
            .deserializer(|response: &HttpResponse| {
                Ok::<_, OrchestratorError<Infallible>>(response.status().as_u16())
            });
        // What the client says of a failure may name the address.
        let operation = operation.build();
        let sent = tokio::time::timeout(ANSWER, operation.invoke(request));
        sent.await.ok().and_then(Result::ok).ok_or_else(|| "there was no answer".to_owned())
    }
}

impl std::fmt::Debug for Webhook {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Webhook").field(&self.host()).finish()
    }
}
