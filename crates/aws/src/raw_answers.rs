//! What AWS said, kept as it comes or given back from what was kept: the one place through which every request of a collection passes.
//!
//! The wire opens an [`Exchange`] for each read, and the HTTP client of the session fills it. That client serves the operations alone:
//! whoever finds or renews credentials has one of its own, so nothing that it hears is ever kept.

mod kept;
mod recorder;
mod replay;
mod replayed;
mod selection;

pub(crate) use recorder::recording;
pub(crate) use replay::Replay;
pub(crate) use replayed::options_of;
pub use replayed::{CollectedAgain, collect_again};

use crate::call::Call;
use crate::gap::Failure;
use crate::lock::lock;
use audit::raw_answers::{Asked, Keep, RawAnswer, Request};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use kept::Kept;
use std::sync::{Arc, Mutex};

tokio::task_local! {
    /// The read that is being made.
    static EXCHANGE: Arc<Exchange>;
}

/// What a session does with answers, besides reading them.
#[derive(Clone, Debug)]
pub(crate) enum Tape {
    /// Hands each to whoever keeps them.
    Recorder(Arc<dyn Keep>),
    /// Takes them from what was kept: nothing is sent.
    Replay(Arc<Replay>),
}

/// A read on its way: what was sent last, and what came.
#[derive(Debug)]
struct Exchange {
    asked: Asked,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    request: Option<Request>,
    /// Status, and the error code beside the body.
    head: Option<(u16, Option<String>)>,
    body: Vec<u8>,
    /// True iff the body came to its end.
    whole: bool,
    /// Of a replay: why there is no answer to give back.
    failure: Option<Failure>,
}

impl Exchange {
    fn of(call: &Call<'_>) -> Arc<Self> {
        let asked = Asked {
            account: call.account.to_owned(),
            region: call.region.to_owned(),
            operation: call.action.to_owned(),
            subject: call.subject.map(str::to_owned),
            request: None,
        };
        Arc::new(Exchange { asked, state: Mutex::default() })
    }

    /// An attempt begins: what came of an earlier one is forgotten.
    fn begin(&self, request: Request) {
        *lock(&self.state) = State { request: Some(request), ..State::default() };
    }
}

/// Makes the read with `work`, and hands what came of it to `keep` where it is one that an audit rests on.
pub(crate) async fn recorded<T>(
    keep: &dyn Keep,
    call: &Call<'_>,
    work: impl Future<Output = Result<T, Failure>>,
) -> Result<T, Failure> {
    let Some(kept) = Kept::of(call.action) else { return work.await };
    let exchange = Exchange::of(call);
    let result = EXCHANGE.scope(Arc::clone(&exchange), work).await;
    let state = std::mem::take(&mut *lock(&exchange.state));
    let asked = Asked { request: state.request.clone(), ..exchange.asked.clone() };
    if let Some(answer) = to_keep(kept, state, result.as_ref().err()) {
        let asked = if kept == Kept::Outcome { Asked { request: None, ..asked } } else { asked };
        keep.keep(&asked, &answer);
    }
    result
}

/// What of it is kept.
fn to_keep(kept: Kept, state: State, failure: Option<&Failure>) -> Option<RawAnswer> {
    let failed = || {
        let Failure { class, code, error } = failure?;
        let (class, code, error) = (class.as_str().to_owned(), code.clone(), error.clone());
        Some(RawAnswer::Failure { class, code, error })
    };
    let State { head: Some((status, error_code)), body, whole: true, .. } = state else {
        return if kept == Kept::Outcome && failure.is_none() { Some(RawAnswer::Withheld) } else { failed() };
    };
    let success = (200..300).contains(&status);
    match kept {
        Kept::Outcome if failure.is_none() => Some(RawAnswer::Withheld),
        Kept::Outcome => failed(),
        Kept::Whole => Some(RawAnswer::Answer { status, error_code, selection: false, body }),
        // It cannot be read, so nobody can tell which of its members are to be kept.
        Kept::Selection(_) if success && failure.is_some() => failed(),
        Kept::Selection(members) => {
            // An empty answer holds nothing to leave out.
            let body = if body.is_empty() {
                Some(body)
            } else if success {
                members.of(&body).map(String::into_bytes)
            } else {
                kept::error_of(&body)
            };
            body.map(|body| RawAnswer::Answer { status, error_code, selection: true, body }).or_else(failed)
        }
    }
}

/// What is kept of an answer to this operation, where that is a selection of its members; `None` iff it is not, or the answer is not an object of
/// JSON. Whoever reads nothing else of the answer finds all that it read in what is kept.
pub(crate) fn selected(action: &str, body: &[u8]) -> Option<String> {
    match Kept::of(action)? {
        Kept::Selection(members) => members.of(body),
        Kept::Whole | Kept::Outcome => None,
    }
}

/// What a request asks for.
fn request_of(request: &HttpRequest) -> Request {
    let body = request.body().bytes().unwrap_or_default();
    Request { path: path_of(request.uri()), body: String::from_utf8_lossy(body).into_owned() }
}

/// The path and query of an address, without what the path of an endpoint's URL puts before it.
fn path_of(uri: &str) -> String {
    let rest = uri.split_once("://").map_or(uri, |(_, rest)| rest);
    let path = rest.find(['/', '?']).map_or("/", |at| &rest[at..]);
    let (path, query) = path.find('?').map_or((path, ""), |at| path.split_at(at));
    // `/2015-03-31/functions`: what REST services of AWS begin their paths with. Others have one segment, or none.
    let dated = |at: &usize| {
        let bytes = &path.as_bytes()[*at..];
        bytes.len() > 11
            && bytes[11] == b'/'
            && bytes[1..11].iter().enumerate().all(|(at, byte)| match at {
                4 | 7 => *byte == b'-',
                _ => byte.is_ascii_digit(),
            })
    };
    let begin = path.match_indices('/').map(|(at, _)| at).find(dated).or_else(|| path.rfind('/'));
    format!("{}{query}", begin.map_or("/", |at| &path[at..]))
}

#[cfg(test)]
mod tests {
    use super::{kept::Kept, path_of, to_keep};
    use crate::gap::{Class, Failure};
    use crate::raw_answers::State;
    use audit::raw_answers::RawAnswer;

    #[test]
    fn a_path_is_the_same_below_any_endpoint() {
        for (uri, path) in [
            ("https://cloudtrail.eu-west-1.amazonaws.com", "/"),
            ("https://a.b/", "/"),
            ("https://a.b/proxy/", "/"),
            ("https://a.b/proxy/listRegions", "/listRegions"),
            ("http://127.0.0.1:1/x/2015-03-31/functions?MaxItems=50", "/2015-03-31/functions?MaxItems=50"),
            ("https://a.b/2017-03-31/tags/arn%3Aaws", "/2017-03-31/tags/arn%3Aaws"),
        ] {
            assert_eq!(path_of(uri), path, "{uri}");
        }
    }

    fn state(status: u16, body: &str, whole: bool) -> State {
        State { head: Some((status, None)), body: body.into(), whole, ..State::default() }
    }

    /// A role's credentials are in no answer that is kept, whatever came.
    #[test]
    fn credentials_are_withheld() {
        let kept = Kept::of("sts:AssumeRole").unwrap();
        assert_eq!(
            to_keep(kept, state(200, "<SecretAccessKey>s3cret", true), None),
            Some(RawAnswer::Withheld)
        );
        assert_eq!(
            to_keep(kept, state(200, "<SecretAccessKey>s3cret", false), None),
            Some(RawAnswer::Withheld)
        );
        let refused = Failure::new(Class::Refused, "AccessDenied: no");
        let kept = to_keep(kept, state(403, "<Error>s3cret</Error>", true), Some(&refused)).unwrap();
        assert!(matches!(&kept, RawAnswer::Failure { class, .. } if class == "refused"), "{kept:?}");
    }

    /// Of a list of functions that cannot be read, nothing is kept: it may hold anything.
    #[test]
    fn what_cannot_be_read_is_kept_as_a_failure() {
        let failure = Failure::new(Class::Server, "an answer that cannot be read");
        for (action, body, whole) in [
            ("lambda:ListFunctions", "{\"Functions\": [{\"Environment\": \"s3cret\"", true),
            ("lambda:ListFunctions", "{\"Functions\": []}", false),
            ("cloudtrail:DescribeTrails", "{", false),
        ] {
            let kept = to_keep(Kept::of(action).unwrap(), state(200, body, whole), Some(&failure));
            assert!(matches!(kept, Some(RawAnswer::Failure { .. })), "{action} {kept:?}");
        }
        let whole = to_keep(Kept::Whole, state(200, "{", true), Some(&failure)).unwrap();
        assert!(matches!(whole, RawAnswer::Answer { body, .. } if body == b"{"));
    }
}
