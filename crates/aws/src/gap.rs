//! Why a call gave nothing: what AWS or the network said, sorted by what it means for us.

use crate::call::Call;
use crate::one_line::one_line;
use audit::inventory::{Gap, GapKind};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use std::error::Error;

/// What a failure means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    /// The caller lacks the permission.
    Refused,
    /// AWS does not take the credentials at all: expired, unknown, badly signed.
    Credentials,
    /// Too many requests.
    Throttled,
    /// The service failed, or its answer made no sense.
    Server,
    /// No answer within the time.
    Silent,
    /// No connection.
    Unreachable,
    /// Nothing answers to that operation there.
    Absent,
    /// The user interrupted.
    Interrupted,
    /// An answer that no repetition will change.
    Final,
}

impl Class {
    const ALL: [Class; 9] = [
        Class::Refused,
        Class::Credentials,
        Class::Throttled,
        Class::Server,
        Class::Silent,
        Class::Unreachable,
        Class::Absent,
        Class::Interrupted,
        Class::Final,
    ];

    /// The word for it where answers are kept.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::Credentials => "credentials",
            Self::Throttled => "throttled",
            Self::Server => "server",
            Self::Silent => "silent",
            Self::Unreachable => "unreachable",
            Self::Absent => "absent",
            Self::Interrupted => "interrupted",
            Self::Final => "final",
        }
    }

    /// The class of that word. One that we do not know is a failure like any other.
    pub(crate) fn parse(word: &str) -> Self {
        Self::ALL.into_iter().find(|class| class.as_str() == word).unwrap_or(Self::Final)
    }
}

/// A call that gave nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) class: Class,
    /// The error code of AWS, where there is one.
    pub(crate) code: Option<String>,
    /// One line: what AWS or the network said.
    pub(crate) error: String,
}

const CREDENTIALS: [&str; 12] = [
    "ExpiredToken",
    "ExpiredTokenException",
    "RequestExpired",
    // The clock of this machine is wrong: S3 says so with the status of a refusal.
    "RequestTimeTooSkewed",
    "InvalidClientTokenId",
    "UnrecognizedClientException",
    "InvalidAccessKeyId",
    "SignatureDoesNotMatch",
    "InvalidSignatureException",
    "IncompleteSignature",
    "MissingAuthenticationToken",
    "AuthFailure",
];

const THROTTLED: [&str; 12] = [
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "RequestThrottled",
    "RequestThrottledException",
    "RequestLimitExceeded",
    "TooManyRequestsException",
    "EC2ThrottledException",
    "BandwidthLimitExceeded",
    "PriorRequestNotComplete",
    "SlowDown",
    "LimitExceededException",
];

const SERVER: [&str; 8] = [
    "InternalError",
    "InternalFailure",
    "InternalServerError",
    "InternalServerException",
    "ServiceException",
    "ServiceUnavailable",
    "RequestTimeout",
    "RequestTimeoutException",
];

const REFUSED: [&str; 6] = [
    "AccessDenied",
    "AccessDeniedException",
    "UnauthorizedOperation",
    "AuthorizationError",
    "NotAuthorized",
    "NotAuthorizedException",
];

/// What Lambda says of a path that it does not know; it comes with the code of a refusal.
const NO_OPERATION: &str = "Unable to determine service/operation name";

impl Failure {
    pub(crate) fn new(class: Class, error: impl AsRef<str>) -> Self {
        Failure { class, code: None, error: one_line(error.as_ref()) }
    }

    pub(crate) fn interrupted() -> Self {
        Self::new(Class::Interrupted, "interrupted before it was read")
    }

    /// From what a client of the SDK returns.
    pub(crate) fn of_sdk<E>(error: SdkError<E, HttpResponse>) -> Self
    where
        E: ProvideErrorMetadata + Error + Send + Sync + 'static,
    {
        if let Some(why) = crate::bounded::refusal(&error) {
            return Self::new(Class::Final, why);
        }
        match &error {
            SdkError::TimeoutError(_) => Self::silent(),
            SdkError::DispatchFailure(failure) if failure.is_timeout() => Self::silent(),
            SdkError::DispatchFailure(failure) => Self::new(
                Class::Unreachable,
                format!("no connection: {}", failure.as_connector_error().map_or(root(&error), |e| root(e))),
            ),
            SdkError::ResponseError(response) => {
                let status = response.raw().status();
                let unreadable = format!("an answer that cannot be read: {}", root(&error));
                Self::answered(status.as_u16(), None, status.is_success().then_some(unreadable.as_str()))
            }
            SdkError::ServiceError(service) => {
                let said = service.err();
                Self::answered(service.raw().status().as_u16(), said.code(), said.message())
            }
            other => Self::new(Class::Final, root(other)),
        }
    }

    /// From an answer that was no success, or that could not be read although it was one.
    pub(crate) fn answered(status: u16, code: Option<&str>, message: Option<&str>) -> Self {
        let code = code.map(str::trim).filter(|code| !code.is_empty());
        let error = match (code, message.map(str::trim).filter(|message| !message.is_empty())) {
            (Some(code), Some(message)) => format!("{code}: {message}"),
            (Some(code), None) => code.to_owned(),
            (None, Some(message)) => format!("HTTP {status}: {message}"),
            (None, None) => format!("HTTP {status} without an error code of AWS"),
        };
        let class = if error.contains(NO_OPERATION) { Class::Absent } else { class(status, code) };
        Failure { class, code: code.map(str::to_owned), error: one_line(&error) }
    }

    pub(crate) fn silent() -> Self {
        Self::new(Class::Silent, "no answer within the time allowed")
    }

    /// The gap that this failure of `call` leaves.
    pub(crate) fn gap(&self, call: &Call<'_>) -> Gap {
        Gap {
            account: Some(call.account.to_owned()),
            region: (!call.service.is_global()).then(|| call.region.to_owned()),
            call: call.action.to_owned(),
            subject: call.subject.map(str::to_owned),
            kind: match self.class {
                Class::Refused => GapKind::Refused,
                Class::Interrupted => GapKind::Interrupted,
                Class::Absent if call.may_be_absent() => GapKind::NotOffered,
                _ => GapKind::Failed,
            },
            error: self.error.clone(),
        }
    }
}

fn class(status: u16, code: Option<&str>) -> Class {
    let Some(code) = code else {
        return match status {
            404 => Class::Absent,
            429 => Class::Throttled,
            401 | 403 => Class::Refused,
            501 => Class::Final,
            // A success that cannot be read: cut off on its way, or not from AWS at all.
            200..=299 | 500.. => Class::Server,
            _ => Class::Final,
        };
    };
    // S3 passes on what KMS says; `Throttling.User` and the like are kinds of the code before the dot.
    let code = code.strip_prefix("KMS.").unwrap_or(code);
    let code = code.split('.').next().unwrap_or(code);
    if CREDENTIALS.contains(&code) {
        Class::Credentials
    } else if THROTTLED.contains(&code) || status == 429 {
        Class::Throttled
    } else if REFUSED.contains(&code) {
        Class::Refused
    } else if SERVER.contains(&code) || (status >= 500 && status != 501) {
        Class::Server
    } else if matches!(code, "UnknownOperationException" | "UnknownOperation" | "InvalidAction") {
        Class::Absent
    } else if status == 403 || status == 401 {
        Class::Refused
    } else {
        Class::Final
    }
}

/// The innermost cause: the outer ones of the SDK say only that something failed.
fn root(error: &(dyn Error + 'static)) -> String {
    let mut cause = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}

#[cfg(test)]
mod tests {
    use super::{Class, Failure};

    #[test]
    fn answers_are_sorted_by_what_they_mean() {
        let cases = [
            (400, Some("AccessDeniedException"), Class::Refused),
            (403, Some("UnauthorizedOperation"), Class::Refused),
            (403, None, Class::Refused),
            (403, Some("ExpiredToken"), Class::Credentials),
            (403, Some("RequestTimeTooSkewed"), Class::Credentials),
            (400, Some("UnrecognizedClientException"), Class::Credentials),
            (400, Some("ThrottlingException"), Class::Throttled),
            (400, Some("Throttling.User"), Class::Throttled),
            (400, Some("KMS.ThrottlingException"), Class::Throttled),
            (403, Some("KMS.AccessDeniedException"), Class::Refused),
            (400, Some("KMS.DisabledException"), Class::Final),
            (429, None, Class::Throttled),
            (429, Some("TooManyRequestsException"), Class::Throttled),
            (500, None, Class::Server),
            (503, Some("ServiceUnavailable"), Class::Server),
            (200, None, Class::Server),
            (501, None, Class::Final),
            (404, None, Class::Absent),
            (400, Some("UnknownOperationException"), Class::Absent),
            (404, Some("ResourceNotFoundException"), Class::Final),
            (400, Some("TrailNotFoundException"), Class::Final),
        ];
        for (status, code, class) in cases {
            assert_eq!(Failure::answered(status, code, None).class, class, "{status} {code:?}");
        }
    }

    #[test]
    fn an_operation_that_cannot_be_determined_is_no_refusal() {
        let said = "Unable to determine service/operation name to be authorized";
        let failure = Failure::answered(403, Some("AccessDeniedException"), Some(said));
        assert_eq!(failure.class, Class::Absent);
    }

    #[test]
    fn what_was_said_is_one_line() {
        let said = Failure::answered(400, Some("X"), Some("first\nsecond\u{1b}[31m\tthird"));
        assert_eq!(said.error, "X: first second [31m third");
        assert_eq!(Failure::answered(500, None, None).error, "HTTP 500 without an error code of AWS");
    }
}
