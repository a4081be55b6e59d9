//! The connector under every client: no answer is larger than a limit, and nothing leaves in clear but to this machine.
//!
//! The SDK reads an answer to its end before anybody sees it, so the limit has to lie below the SDK.

use crate::one_line::one_line;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use http_body::{Body, Frame, SizeHint};
use std::error::Error;
use std::pin::Pin;
use std::task::{Context, Poll};

/// Bytes of one answer. The largest that AWS gives are 6 MB: what a function answers, and pages of 100,800 data points. All 64
/// that may be under way at the same time stay below half a gigabyte.
pub(crate) const LARGEST: u64 = 7 << 20;

/// Bytes of a part of an object: twice of what is asked for, at most 8 MiB, and in any case what a refusal may take.
pub(crate) const LARGEST_PART: u64 = 16 << 20;
const SMALLEST_PART: u64 = 64 << 10;

/// Objects in one answer of JSON. AWS gives at most 1,000 items on a page; the SDK makes a kilobyte and more of each.
pub(crate) const ITEMS: u64 = 100_000;

/// An answer is larger than we read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TooLarge {
    #[error("the answer is larger than {} MiB, the limit for one answer", .0 >> 20)]
    Bytes(u64),
    #[error("the answer holds more than {ITEMS} items, the limit for one answer")]
    Items,
}

/// A request that would leave in clear.
#[derive(Debug, thiserror::Error)]
#[error("plain http is used only for this machine: give an https address")]
pub(crate) struct InClear;

/// The limit or rule of ours that lies behind an error of the SDK, in words.
pub(crate) fn refusal(error: &(dyn Error + 'static)) -> Option<String> {
    let mut cause = Some(error);
    while let Some(one) = cause {
        if one.is::<TooLarge>() || one.is::<InClear>() {
            return Some(one.to_string());
        }
        cause = one.source();
    }
    None
}

/// True iff a request may go there: with TLS, or to this machine, or to an address that AWS hands credentials out at.
pub(crate) fn may_be_sent(uri: &str) -> bool {
    let Some((scheme, rest)) = uri.split_once("://") else { return false };
    if scheme.eq_ignore_ascii_case("https") {
        return true;
    }
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = match authority.strip_prefix('[') {
        Some(bracketed) => bracketed.split(']').next().unwrap_or_default(),
        None => authority.split(':').next().unwrap_or_default(),
    };
    scheme.eq_ignore_ascii_case("http") && !authority.contains('@') && (is_loopback(host) || hands_out(host))
}

/// The address as it may be shown: without the name and password before its host, and without what follows `?` or `#`.
pub(crate) fn without_secrets(url: &str) -> String {
    let (scheme, rest) = match url.split_once("://") {
        Some((scheme, rest)) => (format!("{scheme}://"), rest),
        None => (String::new(), url),
    };
    let (before, rest) = match rest.rsplit_once('@') {
        Some((_, host)) => ("***@", host),
        None => ("", rest),
    };
    match rest.find(['?', '#']) {
        Some(at) => one_line(&format!("{scheme}{before}{}***", &rest[..=at])),
        None => one_line(&format!("{scheme}{before}{rest}")),
    }
}

fn is_loopback(host: &str) -> bool {
    // Other names below `localhost` are whatever the resolver makes of them.
    host.eq_ignore_ascii_case("localhost")
        || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// EC2's instance metadata, and the agents of ECS and EKS: fixed addresses on the link, which have no TLS.
fn hands_out(host: &str) -> bool {
    matches!(host, "169.254.169.254" | "169.254.170.2" | "169.254.170.23" | "fd00:ec2::254" | "fd00:ec2::23")
}

/// Both clients as one, with the limits of this module: `proxied` sends what has TLS, `direct` what goes to this machine in clear.
pub(crate) fn bounded(proxied: SharedHttpClient, direct: SharedHttpClient) -> SharedHttpClient {
    SharedHttpClient::new(Client { proxied, direct })
}

#[derive(Debug)]
struct Client {
    proxied: SharedHttpClient,
    direct: SharedHttpClient,
}

impl HttpClient for Client {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(Connector {
            proxied: self.proxied.http_connector(settings, components),
            direct: self.direct.http_connector(settings, components),
        })
    }
}

#[derive(Debug)]
struct Connector {
    proxied: SharedHttpConnector,
    direct: SharedHttpConnector,
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        if !may_be_sent(request.uri()) {
            return HttpConnectorFuture::ready(Err(ConnectorError::user(InClear.into())));
        }
        let most = request.headers().get("range").map_or(LARGEST, part);
        // A proxy would read what is in clear, and answer for this machine.
        let with_tls = request.uri().get(..6).is_some_and(|scheme| scheme.eq_ignore_ascii_case("https:"));
        let answer = if with_tls { &self.proxied } else { &self.direct }.call(request);
        HttpConnectorFuture::new(async move {
            let answer = answer.await?;
            let json = answer.headers().get("content-type").is_some_and(|kind| kind.contains("json"));
            Ok(answer.map(|body| limited(body, most, json)))
        })
    }
}

/// How large the answer may be to whoever asks for that range. Many parts are under way at the same time: where small ones were asked
/// for, no large ones may come.
fn part(range: &str) -> u64 {
    let asked = || {
        let (from, to) = range.strip_prefix("bytes=")?.split_once('-')?;
        let (from, to): (u64, u64) = (from.parse().ok()?, to.parse().ok()?);
        to.checked_sub(from)?.checked_add(1)?.checked_mul(2)
    };
    asked().map_or(LARGEST_PART, |most| most.clamp(SMALLEST_PART, LARGEST_PART))
}

fn limited(body: SdkBody, most: u64, json: bool) -> SdkBody {
    SdkBody::from_body_1_x(Limited { body: Box::pin(body), most, left: most, items: json.then_some(ITEMS) })
}

/// A body that ends with an error where it goes on after a limit.
struct Limited {
    body: Pin<Box<SdkBody>>,
    /// Bytes that may come.
    most: u64,
    /// Those of them that may still come.
    left: u64,
    /// Objects that may still come; `None` iff they are not counted.
    items: Option<u64>,
}

impl Body for Limited {
    type Data = <SdkBody as Body>::Data;
    type Error = BoxError;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, BoxError>>> {
        let this = self.get_mut();
        // What says beforehand that it is too large need not be read.
        if this.body.size_hint().lower() > this.left {
            return Poll::Ready(Some(Err(TooLarge::Bytes(this.most).into())));
        }
        let polled = this.body.as_mut().poll_frame(context);
        if let Poll::Ready(Some(Ok(frame))) = &polled
            && let Some(data) = frame.data_ref()
        {
            match this.left.checked_sub(data.len() as u64) {
                Some(left) => this.left = left,
                None => return Poll::Ready(Some(Err(TooLarge::Bytes(this.most).into()))),
            }
            if let Some(items) = &mut this.items {
                let more = data.iter().filter(|byte| **byte == b'{').count() as u64;
                match items.checked_sub(more) {
                    Some(left) => *items = left,
                    None => return Poll::Ready(Some(Err(TooLarge::Items.into()))),
                }
            }
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests;
