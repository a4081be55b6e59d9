//! How a session begins: find credentials, and ask STS whose they are.

use super::{Caller, Role, Session};
use crate::error::CollectError;
use crate::gap::{Class, Failure, one_line};
use crate::options::Options;
use crate::pace::Service;
use crate::stop::Stop;
use crate::wire::{Call, Wire};
use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::retry::RetryConfig;
use aws_config::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::ProvideCredentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::{Builder, Connector};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use cloudtrail::arn::Arn;
use std::error::Error;
use std::sync::Mutex;

/// Where to begin when nobody names a Region.
const FIRST_REGION: &str = "us-east-1";

impl Session {
    /// Finds credentials and asks whose they are; `None` iff that was interrupted.
    pub(crate) async fn open(options: &Options, stop: Stop) -> Result<Option<Session>, CollectError> {
        if let Some(url) = &options.endpoint_url {
            check_endpoint(url)?;
        }
        let wire = Wire::new(options, stop.clone());
        let Some(base) = stop.unless_stopped(configure(options)).await else { return Ok(None) };
        let base = base?;
        let configured = base.region().map(|region| region.as_ref().to_owned());
        let asked = options.regions.as_ref().and_then(|regions| regions.first().cloned());
        let home = configured.or(asked).unwrap_or_else(|| FIRST_REGION.to_owned());
        let caller = match identify(&base, &home, &wire).await {
            Ok(caller) => caller,
            Err(failure) if failure.class == Class::Interrupted => return Ok(None),
            Err(failure) => return Err(impossible(failure, &base, &home)),
        };
        let (role, assumed) = (Role::of(options), Mutex::default());
        Ok(Some(Session { caller, home, wire, base, role, assumed }))
    }
}

fn check_endpoint(url: &str) -> Result<(), CollectError> {
    let host = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://")).unwrap_or_default();
    let authority = host.split('/').next().unwrap_or_default();
    let bad = |c: char| c.is_whitespace() || c.is_control() || "@?#<>\"\\".contains(c);
    let port = authority.rsplit_once(':').map_or("", |(_, port)| port);
    let port_ok = port.is_empty() || port.ends_with(']') || port.parse::<u16>().is_ok();
    if authority.is_empty() || authority.starts_with(':') || host.contains(bad) || !port_ok {
        return Err(CollectError::EndpointUrl { url: one_line(url) });
    }
    Ok(())
}

async fn configure(options: &Options) -> Result<SdkConfig, CollectError> {
    let limits = options.limits;
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(limits.connect)
        .read_timeout(limits.attempt)
        .operation_attempt_timeout(limits.attempt)
        .build();
    let mut loader = aws_config::defaults(BehaviorVersion::latest())
        .timeout_config(timeouts)
        // The wire repeats calls itself: it knows the pace, the budget and the interruption.
        .retry_config(RetryConfig::disabled())
        // An attempt has a limit as a whole.
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
        .http_client(http_client());
    if let Some(url) = &options.endpoint_url {
        loader = loader.endpoint_url(url);
    }
    if let Some(keys) = &options.keys {
        let asked = options.regions.as_ref().and_then(|regions| regions.first().cloned());
        let region = asked.unwrap_or_else(|| FIRST_REGION.to_owned());
        let token = keys.session_token.clone();
        let credentials =
            Credentials::new(&keys.access_key_id, &keys.secret_access_key, token, None, "Options");
        return Ok(loader.region(Region::new(region)).credentials_provider(credentials).load().await);
    }
    if let Some(name) = &options.profile {
        // A profile that somebody names comes before the environment, as in the AWS CLI.
        let provider = ProfileFileCredentialsProvider::builder().profile_name(name).build();
        provider.provide_credentials().await.map_err(|error| no_credentials(&error, Some(name)))?;
        return Ok(loader.profile_name(name).credentials_provider(provider).load().await);
    }
    let config = loader.load().await;
    match config.credentials_provider() {
        Some(provider) => {
            provider.provide_credentials().await.map_err(|error| no_credentials(&error, None))?;
        }
        None => return Err(CollectError::NoCredentials { why: "no source of credentials".to_owned() }),
    }
    Ok(config)
}

/// One pool of connections for all clients: by default every client of the SDK would have its own.
fn http_client() -> SharedHttpClient {
    Builder::new().build_with_connector_fn(|settings, components| {
        let mut connector = Connector::builder().tls_provider(Provider::Rustls(CryptoMode::AwsLc));
        connector.set_connector_settings(settings.cloned());
        connector.set_sleep_impl(components.and_then(RuntimeComponents::sleep_impl));
        connector.set_proxy_config(Some(ProxyConfig::from_env()));
        connector.build()
    })
}

fn no_credentials(error: &CredentialsError, profile: Option<&String>) -> CollectError {
    let mut why = error.to_string();
    let mut cause: &dyn Error = error;
    while let Some(inner) = cause.source() {
        why = format!("{why}: {inner}");
        cause = inner;
    }
    match profile {
        Some(name) if matches!(error, CredentialsError::CredentialsNotLoaded(_)) => {
            CollectError::NoProfile { name: one_line(name) }
        }
        // A source was found, and what it led to (an SSO session, a role) gave nothing.
        _ if matches!(error, CredentialsError::ProviderError(_)) => {
            CollectError::BadCredentials { error: one_line(&why) }
        }
        _ => CollectError::NoCredentials { why: one_line(&why) },
    }
}

async fn identify(base: &SdkConfig, home: &str, wire: &Wire) -> Result<Caller, Failure> {
    let config = base.to_builder().region(Region::new(home.to_owned())).build();
    let client = aws_sdk_sts::Client::new(&config);
    let call = Call::new(Service::Sts, "sts:GetCallerIdentity", "", home);
    let attempt = || client.get_caller_identity().send();
    let answer = wire.send(&call, || Box::pin(async { attempt().await.map_err(Failure::of_sdk) })).await?;
    let arn = answer.arn.unwrap_or_default();
    let nameless = || Failure::new(Class::Final, "the answer of sts:GetCallerIdentity names no account");
    let parsed = Arn::parse(&arn).ok_or_else(nameless)?;
    let account = answer.account.unwrap_or_else(|| parsed.account.to_owned());
    Ok(Caller { account, partition: parsed.partition.to_owned(), arn })
}

/// The first call decides whether anything is possible at all.
fn impossible(failure: Failure, base: &SdkConfig, home: &str) -> CollectError {
    let Failure { class, error, .. } = failure;
    match class {
        Class::Credentials => CollectError::BadCredentials { error },
        Class::Refused => CollectError::IdentityRefused { error },
        _ => {
            let endpoint = base.endpoint_url().map_or_else(|| format!("AWS STS in {home}"), str::to_owned);
            CollectError::NoAnswer { endpoint, error }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::check_endpoint;

    #[test]
    fn endpoints_are_checked_before_anything_is_sent() {
        for good in ["http://127.0.0.1:5000", "https://localhost", "http://[::1]:80/", "https://a.b/c"] {
            assert!(check_endpoint(good).is_ok(), "{good}");
        }
        for bad in ["", "localhost:5000", "http://", "http://:80", "ftp://x", "http://a b", "http://a:99999"]
        {
            assert!(check_endpoint(bad).is_err(), "{bad}");
        }
    }
}
