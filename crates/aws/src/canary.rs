//! One invocation with a marker, so that its record can be waited for. It is never repeated.

use crate::call::Call;
use crate::gap::{Class, Failure};
use crate::lock::lock;
use crate::one_line::one_line;
use crate::pace::Service;
use crate::session::{Reach, Session};
use audit::inventory::GapKind;
use aws_sdk_lambda::operation::invoke::InvokeOutput;
use aws_sdk_lambda::types::InvocationType;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::BeforeDeserializationInterceptorContextRef;
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use aws_smithy_types::date_time::Format;
use aws_smithy_types::timeout::TimeoutConfig;
use aws_smithy_types::{DateTime, base64};
use cloudtrail::arn::Arn;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// The longest that a function may run (Lambda quotas), and a little.
const LONGEST: Duration = Duration::from_secs(15 * 60 + 15);

/// What is done to the function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Aim {
    /// `DryRun`: Lambda checks whether the caller may invoke it, and runs nothing. Whether that is recorded is not
    /// documented (U-6).
    Check,
    /// `RequestResponse`: the function runs, with an empty event.
    Run,
}

/// An invocation that AWS has accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// The request's id, which is `requestID` in its record; `None` iff AWS named none.
    pub request_id: Option<String>,
    /// HTTP status: 204 for a check, 200 for a run.
    pub status: i32,
    /// When AWS answered, by its own clock: milliseconds since 1970, whole seconds; `None` iff it did not say.
    pub answered_at: Option<i64>,
    /// What a function that failed says of the kind of its failure; it was invoked nevertheless.
    pub function_error: Option<String>,
}

/// Why it was not invoked, or not for certain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CanaryTrouble {
    /// It is not the ARN of a function. Nothing was sent.
    NotAFunction,
    /// The marker is empty, longer than 50 characters, or has others than letters, digits, `-` and `_`. Nothing was sent.
    BadMarker,
    /// The caller may not invoke it.
    Refused,
    /// Lambda says that there is no such function.
    Missing,
    /// Lambda does not run it now: too many requests, or no concurrency left.
    Throttled,
    /// It failed, stayed silent, or was interrupted: it may have been invoked.
    Uncertain,
    /// Any other refusal of AWS.
    Failed,
}

/// An invocation that did not come about, or not for certain.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{function} was not invoked: {message}")]
pub struct CanaryError {
    /// What is the matter.
    pub trouble: CanaryTrouble,
    /// The ARN as it was given.
    pub function: String,
    /// One line: what AWS or the network said.
    pub message: String,
}

impl CanaryError {
    fn new(trouble: CanaryTrouble, function: &str, message: &str) -> Self {
        CanaryError { trouble, function: one_line(function), message: one_line(message) }
    }

    fn of(failure: &Failure, function: &str) -> Self {
        let trouble = match failure.class {
            Class::Refused => CanaryTrouble::Refused,
            Class::Throttled => CanaryTrouble::Throttled,
            Class::Server | Class::Silent | Class::Interrupted => CanaryTrouble::Uncertain,
            _ if failure.code.as_deref() == Some("ResourceNotFoundException") => CanaryTrouble::Missing,
            _ => CanaryTrouble::Failed,
        };
        Self::new(trouble, function, &failure.error)
    }

    /// What to do about it, where there is something: one line.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        let function = &self.function;
        match self.trouble {
            CanaryTrouble::NotAFunction => {
                Some("name it as in arn:aws:lambda:REGION:ACCOUNT:function:NAME".to_owned())
            }
            CanaryTrouble::Refused => Some(format!("grant the caller lambda:InvokeFunction on {function}")),
            CanaryTrouble::Uncertain => Some("look for its record before you send another one".to_owned()),
            _ => None,
        }
    }
}

impl Session {
    /// Invokes a function once, **which runs it if `aim` says so**: only ever call this because the user asked for it in so
    /// many words. Nothing else in this crate invokes anything, and nothing calls this.
    ///
    /// The marker is the application's name in the user agent of the request, `app/MARKER`, and of a run also the value of
    /// `custom.invoketrail` in the client context. The ARN may be qualified. A function of another account than the caller's
    /// is invoked through the role there.
    ///
    /// # Errors
    /// [`CanaryError`]; it is never tried again.
    pub async fn invoke(&self, function: &str, marker: &str, aim: Aim) -> Result<Sent, CanaryError> {
        let wrong = |trouble, message: &str| CanaryError::new(trouble, function, message);
        let named = Arn::parse(function).filter(|arn| {
            arn.service == "lambda" && arn.resource.starts_with("function:") && !arn.region.is_empty()
        });
        let Some(arn) = named else {
            return Err(wrong(CanaryTrouble::NotAFunction, "it is not the ARN of a function"));
        };
        let known = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        if !(1..=50).contains(&marker.len()) || !marker.bytes().all(known) {
            return Err(wrong(CanaryTrouble::BadMarker, "the marker needs 1 to 50 letters and digits"));
        }
        let reach = self.reach(arn.account).await.map_err(|gap| match gap.kind {
            GapKind::Refused => wrong(CanaryTrouble::Refused, &gap.error),
            _ => wrong(CanaryTrouble::Failed, &gap.error),
        })?;
        let call = Call::new(Service::Lambda, "lambda:InvokeFunction", arn.account, arn.region);
        let date = Date::default();
        let sent = self
            .wire
            .send_once(&call, || Box::pin(attempt(&reach, arn.region, function, marker, aim, date.clone())));
        let output = sent.await.map_err(|failure| CanaryError::of(&failure, function))?;
        Ok(Sent {
            request_id: aws_types::request_id::RequestId::request_id(&output).map(str::to_owned),
            status: output.status_code,
            answered_at: date.millis(),
            function_error: output.function_error.map(|error| one_line(&error)),
        })
    }
}

async fn attempt(
    reach: &Reach,
    region: &str,
    function: &str,
    marker: &str,
    aim: Aim,
    date: Date,
) -> Result<InvokeOutput, Failure> {
    let client = reach.lambda_as(region, marker)?;
    let request = client.invoke().function_name(function);
    let request = match aim {
        Aim::Check => request.invocation_type(InvocationType::DryRun).customize(),
        Aim::Run => {
            let context = serde_json::json!({"custom": {"invoketrail": marker}}).to_string();
            let patient =
                TimeoutConfig::builder().read_timeout(LONGEST).operation_attempt_timeout(LONGEST).build();
            request
                .invocation_type(InvocationType::RequestResponse)
                .client_context(base64::encode(context))
                .customize()
                .config_override(aws_sdk_lambda::Config::builder().timeout_config(patient))
        }
    };
    request.interceptor(date).send().await.map_err(Failure::of_sdk)
}

/// Keeps the date of the last answer.
#[derive(Clone, Debug, Default)]
struct Date {
    header: Arc<Mutex<Option<String>>>,
}

impl Date {
    fn millis(&self) -> Option<i64> {
        let header = lock(&self.header).take()?;
        DateTime::from_str(&header, Format::HttpDate).ok()?.to_millis().ok()
    }
}

#[dyn_dispatch_hint]
impl Intercept for Date {
    fn name(&self) -> &'static str {
        "Date"
    }

    fn read_before_deserialization(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        *lock(&self.header) = context.response().headers().get("date").map(str::to_owned);
        Ok(())
    }
}
