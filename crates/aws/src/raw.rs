//! Calls of the query protocol and of S3, signed by hand: for EC2, IAM, CloudWatch and S3, whose SDK crates cost minutes of
//! building for a few operations each.

use crate::endpoint::Target;
use crate::gap::{Class, Failure};
use crate::one_line::one_line;
use crate::session::Reach;
use aws_credential_types::provider::ProvideCredentials;
use aws_lc_rs::digest::{SHA256, digest};
use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SigningSettings,
    UriPathNormalizationMode, sign,
};
use aws_sigv4::sign::v4;
use aws_smithy_runtime::client::orchestrator::operation::Operation;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse, OrchestratorError};
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::base64;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::timeout::TimeoutConfig;
use aws_smithy_xml::decode::{Document, ScopedDecoder, try_data};
use std::borrow::Cow;
use std::convert::Infallible;
use std::fmt::Write as _;

/// Sends one query as the account of `reach` and returns the answer's text iff it is a success.
pub(crate) async fn query(
    reach: &Reach,
    target: &Target,
    parameters: &[(&str, &str)],
) -> Result<String, Failure> {
    let url = &target.url(reach.config())?;
    let request = signed(reach, target, url, form(parameters)).await?;
    let reply = send(reach, target, url, request, Patience::Usual).await?;
    if reply.is_success() { Ok(reply.text().into_owned()) } else { Err(reply.failure()) }
}

/// Sends a body of JSON as the account of `reach` and returns the answer's text iff it is a success.
pub(crate) async fn json(
    reach: &Reach,
    target: &Target,
    uri: &str,
    headers: &[(&'static str, &str)],
    body: &str,
) -> Result<String, Failure> {
    let url = &target.url(reach.config())?;
    let request = sign_request(reach, target, "POST", url, uri, headers, body.to_owned()).await?;
    let reply = send(reach, target, url, request, Patience::Usual).await?;
    if reply.is_success() {
        return Ok(reply.text().into_owned());
    }
    let answer: serde_json::Value = serde_json::from_slice(&reply.body).unwrap_or_default();
    let text = |names: [&str; 3]| names.iter().find_map(|name| answer.get(*name)?.as_str()).map(one_line);
    // `prefix#AccessDeniedException`, or `AccessDeniedException:http://...` in a header.
    let header = reply.header("x-amzn-errortype").and_then(|value| value.split(':').next());
    let code = text(["__type", "code", "Code"]).or(header.map(one_line));
    let code = code.as_deref().map(|code| code.rsplit('#').next().unwrap_or(code));
    Err(Failure::answered(reply.status, code, text(["message", "Message", "errorMessage"]).as_deref()))
}

/// A request of S3.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rest<'a> {
    pub(crate) method: &'static str,
    /// The bucket behind a slash: letters, digits, dots and dashes.
    pub(crate) path: &'a str,
    /// The name of a subresource, or nothing.
    pub(crate) query: &'static str,
    pub(crate) body: &'a str,
    /// The account that must own the bucket; S3 refuses where another one does.
    pub(crate) owner: Option<&'a str>,
}

/// Sends one request of S3 as the account of `reach` and returns the answer's text iff it is a success.
pub(crate) async fn rest(reach: &Reach, target: &Target, rest: Rest<'_>) -> Result<String, Failure> {
    let url = &target.url(reach.config())?;
    let subresource = if rest.query.is_empty() { String::new() } else { format!("?{}", rest.query) };
    let uri = format!("{}{subresource}", rest.path);
    let checksum = base64::encode(digest(&SHA256, rest.body.as_bytes()));
    let hash = hex(digest(&SHA256, rest.body.as_bytes()).as_ref());
    let mut headers = vec![("x-amz-content-sha256", hash.as_str())];
    headers.extend(rest.owner.map(|owner| ("x-amz-expected-bucket-owner", owner)));
    if !rest.body.is_empty() {
        headers.push(("content-type", "application/octet-stream"));
        // S3 wants a checksum of whatever it is to keep about a bucket.
        headers.push(("x-amz-checksum-sha256", checksum.as_str()));
    }
    let request = sign_request(reach, target, rest.method, url, &uri, &headers, rest.body.to_owned()).await?;
    let reply = send(reach, target, url, request, Patience::Usual).await?;
    if reply.is_success() { Ok(reply.text().into_owned()) } else { Err(reply.failure()) }
}

/// The SHA-256 of nothing, which a request without a body is signed with.
const NOTHING: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// Sends one request of S3 that only reads, and returns the answer whatever its status.
///
/// `uri` is the path and the query, percent-encoded; it is signed as it stands. The body may take eight times as long as
/// any other attempt, since it may be large; silence is noticed as early as ever.
pub(crate) async fn read(
    reach: &Reach,
    target: &Target,
    method: &'static str,
    uri: &str,
    headers: &[(&'static str, &str)],
) -> Result<Reply, Failure> {
    let url = &target.url(reach.config())?;
    let mut signed = vec![("x-amz-content-sha256", NOTHING)];
    signed.extend_from_slice(headers);
    let request = sign_request(reach, target, method, url, uri, &signed, String::new()).await?;
    send(reach, target, url, request, Patience::Bodies).await
}

/// Sends one request of S3 with a body, or one that removes an object, and returns the answer whatever its status. `uri` is as in
/// [`read`].
pub(crate) async fn write(
    reach: &Reach,
    target: &Target,
    method: &'static str,
    uri: &str,
    headers: &[(&'static str, &str)],
    body: &[u8],
) -> Result<Reply, Failure> {
    let url = &target.url(reach.config())?;
    let hash = hex(digest(&SHA256, body).as_ref());
    let mut signed = vec![("x-amz-content-sha256", hash.as_str())];
    signed.extend_from_slice(headers);
    let request = sign_request(reach, target, method, url, uri, &signed, body).await?;
    send(reach, target, url, request, Patience::Bodies).await
}

/// In lower-case hexadecimal digits.
fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing into a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// How long an attempt may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Patience {
    Usual,
    /// Large bodies come over slow lines.
    Bodies,
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    /// Names in lower case, in the order in which they came.
    headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    pub(crate) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    pub(crate) fn text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.body)
    }

    /// The first header of that name, which is in lower case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The headers whose names begin with `prefix`, which is left out.
    pub(crate) fn headers_after<'a>(
        &'a self,
        prefix: &'a str,
    ) -> impl Iterator<Item = (&'a str, &'a str)> + 'a {
        self.headers
            .iter()
            .filter_map(move |(name, value)| Some((name.strip_prefix(prefix)?, value.as_str())))
    }

    #[cfg(test)]
    pub(crate) fn made(status: u16, headers: &[(&str, &str)], body: &str) -> Self {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Reply { status, headers, body: body.as_bytes().to_vec() }
    }

    /// What it means where it is no success. An answer to HEAD or DELETE may have no body: its status is all there is.
    pub(crate) fn failure(&self) -> Failure {
        let text = self.text();
        let (code, message) = (first(&text, "Code"), first(&text, "Message"));
        Failure::answered(self.status, code.as_deref(), message.as_deref())
    }
}

async fn signed(reach: &Reach, target: &Target, url: &str, body: String) -> Result<HttpRequest, Failure> {
    const FORM: &str = "application/x-www-form-urlencoded";
    sign_request(reach, target, "POST", url, "/", &[("content-type", FORM)], body).await
}

async fn sign_request(
    reach: &Reach,
    target: &Target,
    method: &str,
    url: &str,
    uri: &str,
    headers: &[(&'static str, &str)],
    body: impl Into<Vec<u8>>,
) -> Result<HttpRequest, Failure> {
    let body: Vec<u8> = body.into();
    let credentials = match reach.config().credentials_provider() {
        Some(provider) => provider.provide_credentials().await.map_err(unsigned)?,
        None => return Err(Failure::new(Class::Credentials, "no credentials")),
    };
    let identity = credentials.into();
    let time = reach.config().time_source().unwrap_or_default().now();
    let parameters = v4::SigningParams::builder()
        .identity(&identity)
        .region(target.region())
        .name(target.service())
        .time(time)
        .settings(settings(target.service()))
        .build()
        .map_err(unsigned)?
        .into();
    let whole = format!("{url}{uri}");
    let signable = SignableRequest::new(method, &whole, headers.iter().copied(), SignableBody::Bytes(&body))
        .map_err(unsigned)?;
    let (instructions, _) = sign(signable, &parameters).map_err(unsigned)?.into_parts();
    let mut request = HttpRequest::new(SdkBody::from(body));
    request.set_method(method).map_err(unsigned)?;
    request.set_uri(uri).map_err(unsigned)?;
    for (name, value) in headers {
        request.headers_mut().insert(*name, (*value).to_owned());
    }
    for (name, value) in instructions.headers() {
        request.headers_mut().insert(name.to_owned(), value.to_owned());
    }
    Ok(request)
}

fn settings(service: &str) -> SigningSettings {
    let mut settings = SigningSettings::default();
    if service == "s3" {
        // S3's paths are signed as they are sent.
        settings.percent_encoding_mode = PercentEncodingMode::Single;
        settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
        settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
    }
    settings
}

async fn send(
    reach: &Reach,
    target: &Target,
    url: &str,
    request: HttpRequest,
    patience: Patience,
) -> Result<Reply, Failure> {
    let config = reach.config();
    let mut timeouts = config.timeout_config().cloned().unwrap_or_else(TimeoutConfig::disabled);
    if let (Patience::Bodies, Some(usual)) = (patience, timeouts.operation_attempt_timeout()) {
        timeouts = timeouts.to_builder().operation_attempt_timeout(usual * 8).build();
    }
    let client = config.http_client().ok_or_else(|| Failure::new(Class::Final, "no HTTP client"))?;
    let mut operation = Operation::builder()
        .service_name(target.service())
        .operation_name("Query")
        .http_client(client)
        .endpoint_url(url)
        .no_auth()
        .no_retry()
        .timeout_config(timeouts)
        .serializer(|request: HttpRequest| Ok(request))
        .deserializer(|response: &HttpResponse| {
            let headers = response.headers().iter();
            Ok::<_, OrchestratorError<Infallible>>(Reply {
                status: response.status().as_u16(),
                headers: headers.map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned())).collect(),
                body: response.body().bytes().unwrap_or_default().to_vec(),
            })
        });
    if let Some(sleep) = config.sleep_impl() {
        operation = operation.sleep_impl(sleep);
    }
    if let Some(time) = config.time_source() {
        operation = operation.time_source(time);
    }
    operation.build().invoke(request).await.map_err(|error| match &error {
        refused if crate::bounded::refusal(refused).is_some() => {
            Failure::new(Class::Final, crate::bounded::refusal(refused).unwrap_or_default())
        }
        SdkError::TimeoutError(_) => Failure::silent(),
        SdkError::DispatchFailure(failure) if failure.is_timeout() => Failure::silent(),
        SdkError::DispatchFailure(_) => Failure::new(Class::Unreachable, "no connection"),
        SdkError::ResponseError(_) => Failure::new(Class::Server, "the answer broke off"),
        other => Failure::new(Class::Final, other.to_string()),
    })
}

fn unsigned(error: impl std::error::Error) -> Failure {
    Failure::new(Class::Final, format!("the request cannot be signed: {error}"))
}

/// `name=value&...`, percent-encoded as the query protocol wants it.
fn form(parameters: &[(&str, &str)]) -> String {
    let mut body = String::new();
    for (name, value) in parameters {
        if !body.is_empty() {
            body.push('&');
        }
        body.push_str(name);
        body.push('=');
        for byte in value.bytes() {
            match byte {
                b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                    body.push(byte as char)
                }
                // Writing into a string cannot fail.
                _ => drop(write!(body, "%{byte:02X}")),
            }
        }
    }
    body
}

/// The text of the first element of that name, wherever it stands.
pub(crate) fn first(xml: &str, name: &str) -> Option<String> {
    let mut document = Document::new(xml);
    while let Some(element) = document.next_start_element() {
        if element.matches(name) {
            return try_data(&mut document).ok().map(|text| one_line(&text));
        }
    }
    None
}

/// For each element named `item` that has a child `key`: the texts of `key` and of `value`, which may be missing.
///
/// # Errors
/// One line, iff the text is not XML or does not begin with an element.
pub(crate) fn pairs(xml: &str, item: &str, key: &str, value: &str) -> Result<Vec<(String, String)>, String> {
    let mut document = Document::new(xml);
    let mut root = document.root_element().map_err(|error| format!("the answer is not XML: {error}"))?;
    // The decoder ends in silence where the text ends; a listing that was cut off must not look like a short one.
    let closing = format!("</{}>", root.start_el().local());
    let prefixed = format!(":{}>", root.start_el().local());
    if !xml.trim_end().ends_with(&closing) && !xml.trim_end().ends_with(&prefixed) {
        return Err("the answer is cut off".to_owned());
    }
    let mut found = Vec::new();
    gather(&mut root, [item, key, value], 0, &mut found);
    if found.iter().any(|(named, _)| named.is_empty()) {
        return Err(format!("the answer holds an {item} without {key}"));
    }
    Ok(found)
}

fn gather(
    scope: &mut ScopedDecoder<'_, '_>,
    names: [&str; 3],
    depth: u32,
    found: &mut Vec<(String, String)>,
) {
    let [item, key, value] = names;
    // No answer of AWS is so deep; one that is must not exhaust the stack.
    if depth > 32 {
        return;
    }
    while let Some(mut element) = scope.next_tag() {
        if !element.start_el().matches(item) {
            gather(&mut element, names, depth + 1, found);
            continue;
        }
        let (mut named, mut valued) = (None, String::new());
        while let Some(mut member) = element.next_tag() {
            let text = |member: &mut ScopedDecoder<'_, '_>| try_data(member).unwrap_or_default().into_owned();
            if member.start_el().matches(key) {
                named = Some(text(&mut member));
            } else if member.start_el().matches(value) {
                valued = text(&mut member);
            }
        }
        found.push((named.unwrap_or_default(), valued));
    }
}

#[cfg(test)]
mod tests {
    use super::{first, form, pairs};

    #[test]
    fn values_are_percent_encoded() {
        let arn = "arn:aws:iam::123456789012:role/a b";
        assert_eq!(
            form(&[("Action", "X"), ("Arn", arn)]),
            "Action=X&Arn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fa%20b"
        );
    }

    #[test]
    fn regions_are_read() {
        let xml = "<R><requestId>1</requestId><regionInfo>\
            <item><regionName>a</regionName><optInStatus>opted-in</optInStatus></item>\
            <item><optInStatus/><regionName>b</regionName></item></regionInfo></R>";
        let expected = [("a".to_owned(), "opted-in".to_owned()), ("b".to_owned(), String::new())];
        assert_eq!(pairs(xml, "item", "regionName", "optInStatus").unwrap(), expected);
    }

    #[test]
    fn what_is_not_xml_is_an_error_and_no_panic() {
        assert!(pairs("", "item", "a", "b").is_err());
        assert!(pairs("no", "item", "a", "b").is_err());
        assert!(pairs(&"<x>".repeat(100_000), "item", "a", "b").is_err());
    }

    #[test]
    fn a_listing_that_is_cut_off_or_nameless_is_an_error() {
        assert!(pairs("<R><item><a>1</a></item></R>", "item", "a", "b").is_ok_and(|found| found.len() == 1));
        assert!(pairs("<R><item><a>1</a></item><item>", "item", "a", "b").is_err());
        assert!(pairs("<R><item><a>1</R", "item", "a", "b").is_err());
        assert!(pairs("<R><item><b>1</b></item></R>", "item", "a", "b").is_err());
    }

    #[test]
    fn an_error_is_found_in_either_shape() {
        let ec2 = "<Response><Errors><Error><Code>AuthFailure</Code><Message>m &amp; n</Message></Error></Errors></Response>";
        assert_eq!(first(ec2, "Code").as_deref(), Some("AuthFailure"));
        assert_eq!(first(ec2, "Message").as_deref(), Some("m & n"));
        assert_eq!(first("<html><p>no", "Code"), None);
    }
}
