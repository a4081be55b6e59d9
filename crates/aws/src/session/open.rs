//! How a session begins: find credentials, and ask STS whose they are.

use super::buckets::Buckets;
use super::keys::{self, Unsendable};
use super::{Caller, Role, Session};
use crate::bounded::{bounded, may_be_sent};
use crate::call::Call;
use crate::endpoint::Api;
use crate::error::CollectError;
use crate::gap::{Class, Failure};
use crate::one_line::one_line;
use crate::options::Options;
use crate::pace::Service;
use crate::raw_answers::{Tape, options_of, recording};
use crate::stop::Stop;
use crate::wire::Wire;
use audit::raw_answers::{Collection, Keep};
use aws_config::imds::client::error::ImdsError;
use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::retry::RetryConfig;
use aws_config::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::{Builder, Connector};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_types::os_shim_internal::{Env, Fs};
use cloudtrail::arn::Arn;
use std::borrow::Cow;
use std::error::Error;
use std::sync::{Arc, Mutex};

/// Where to begin when nobody names a Region.
const FIRST_REGION: &str = "us-east-1";

impl Session {
    /// Finds credentials and asks whose they are; `None` iff `stop` was stopped before that was known.
    ///
    /// # Errors
    /// [`CollectError`] iff nothing can be asked at all: the options are impossible, or not even the caller is known.
    pub async fn open(options: &Options, stop: Stop) -> Result<Option<Session>, CollectError> {
        Self::open_with(options, stop, None).await
    }

    /// The same, and hands every answer that an audit rests on to `keep`.
    ///
    /// # Errors
    /// As [`Session::open`].
    pub async fn recording(
        options: &Options,
        stop: Stop,
        keep: Arc<dyn Keep>,
    ) -> Result<Option<Session>, CollectError> {
        Self::open_with(options, stop, Some(Tape::Recorder(keep))).await
    }

    async fn open_with(
        options: &Options,
        stop: Stop,
        tape: Option<Tape>,
    ) -> Result<Option<Session>, CollectError> {
        options.check()?;
        if let Some(url) = &options.endpoint_url {
            check_endpoint(url, "the endpoint URL")?;
        }
        for (name, url) in &options.other_endpoints {
            check_endpoint(url, name)?;
        }
        let tapped = tape.is_some();
        let wire = Wire::new(options, stop.clone(), tape);
        let Some(base) = stop.unless_stopped(configure(options)).await else { return Ok(None) };
        let mut base = base?;
        // From here on: what found the credentials, and renews them, has its own client.
        if let (true, Some(client)) = (tapped, base.http_client()) {
            base = base.to_builder().http_client(recording(client)).build();
        }
        if let Some(url) = base.endpoint_url() {
            check_endpoint(url, "the endpoint URL of the AWS configuration")?;
        }
        for api in Api::ALL {
            if let Some(url) = api.configured(&base) {
                check_endpoint(&url, &format!("the endpoint URL of {} in the AWS configuration", api.id()))?;
            }
        }
        let configured = base.region().map(|region| region.as_ref().to_owned());
        let asked = options.regions.as_ref().and_then(|regions| regions.first().cloned());
        let home = configured.or(asked).unwrap_or_else(|| FIRST_REGION.to_owned());
        let caller = match identify(&base, &home, &wire).await {
            Ok(caller) => caller,
            Err(failure) if failure.class == Class::Interrupted => return Ok(None),
            Err(failure) => return Err(impossible(failure, &base, &home)),
        };
        Ok(Some(Session::of(caller, home, wire, options, base)))
    }

    /// A session over answers that were kept, without credentials, environment and network.
    pub(crate) async fn replayed(collection: &Collection, tape: Tape) -> Result<Session, CollectError> {
        let options = options_of(collection);
        options.check()?;
        let home = collection.home.clone();
        Options { regions: Some(vec![home.clone()]), ..Options::default() }.check()?;
        let mut base = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(home.clone()))
            .credentials_provider(SharedCredentialsProvider::new(nobody()))
            .retry_config(RetryConfig::disabled())
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            .timeout_config(TimeoutConfig::disabled());
        if let Tape::Replay(replay) = &tape {
            base = base.http_client(replay.client());
        }
        let (base, wire) = (base.build(), Wire::new(&options, Stop::new(), Some(tape)));
        match identify(&base, &home, &wire).await {
            Ok(caller) => Ok(Session::of(caller, home, wire, &options, base)),
            Err(failure) => Err(impossible(failure, &base, &home)),
        }
    }

    fn of(caller: Caller, home: String, wire: Wire, options: &Options, base: SdkConfig) -> Session {
        let (role, assumed, buckets) = (Role::of(options), Mutex::default(), Buckets::default());
        let options = Options { keys: None, ..options.clone() };
        Session { caller, home, wire, options, buckets, base, role, assumed }
    }
}

/// With what requests are signed that go nowhere.
fn nobody() -> Credentials {
    Credentials::new("nobody", "nobody", None, None, "Replay")
}

/// `named` is where the address is from.
fn check_endpoint(url: &str, named: &str) -> Result<(), CollectError> {
    let told = || (one_line(named), crate::bounded::without_secrets(url));
    let host = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://")).unwrap_or_default();
    let authority = host.split('/').next().unwrap_or_default();
    let bad = |c: char| c.is_whitespace() || c.is_control() || "@?#<>\"\\".contains(c);
    let port = authority.rsplit_once(':').map_or("", |(_, port)| port);
    let port_ok = port.is_empty() || port.ends_with(']') || port.parse::<u16>().is_ok();
    if authority.is_empty() || authority.starts_with(':') || host.contains(bad) || !port_ok {
        let (named, url) = told();
        return Err(CollectError::EndpointUrl { named, url });
    }
    if !may_be_sent(url) {
        let (named, url) = told();
        return Err(CollectError::EndpointInClear { named, url });
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
    let client = http_client();
    let mut loader = aws_config::defaults(BehaviorVersion::latest())
        .timeout_config(timeouts)
        // The wire repeats calls itself: it knows the pace, the budget and the interruption.
        .retry_config(RetryConfig::disabled())
        // An attempt has a limit as a whole.
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
        .http_client(client.clone());
    if let Some(url) = &options.endpoint_url {
        loader = loader.endpoint_url(url);
    }
    if let Some(keys) = &options.keys {
        let asked = options.regions.as_ref().and_then(|regions| regions.first().cloned());
        let region = asked.unwrap_or_else(|| FIRST_REGION.to_owned());
        let token = keys.session_token.clone();
        keys::check(&keys.access_key_id, &keys.secret_access_key, token.as_deref()).map_err(unsendable)?;
        let credentials =
            Credentials::new(&keys.access_key_id, &keys.secret_access_key, token, None, "Options");
        return Ok(loader.region(Region::new(region)).credentials_provider(credentials).load().await);
    }
    check_profiles(options.profile.as_deref()).await?;
    if let Some(name) = &options.profile {
        // A profile that somebody names comes before the environment, as in the AWS CLI.
        let around = ProviderConfig::default().with_http_client(client);
        let provider =
            ProfileFileCredentialsProvider::builder().configure(&around).profile_name(name).build();
        let provider = keys::checked(provider);
        provider.provide_credentials().await.map_err(|error| no_credentials(&error, Some(name)))?;
        return Ok(loader.profile_name(name).credentials_provider(provider).load().await);
    }
    let config = loader.load().await;
    let Some(provider) = config.credentials_provider() else {
        return Err(CollectError::NoCredentials { why: "no source of credentials".to_owned() });
    };
    let provider = keys::checked(provider);
    provider.provide_credentials().await.map_err(|error| no_credentials(&error, None))?;
    Ok(config.into_builder().credentials_provider(provider).build())
}

/// Looks at the keys in the configuration files, with which the SDK may sign before it hands any out. Files that cannot be read are
/// for the SDK to tell of.
async fn check_profiles(named: Option<&str>) -> Result<(), CollectError> {
    let named = named.map(|name| Cow::Owned(name.to_owned()));
    match aws_config::profile::load(&Fs::real(), &Env::real(), &Default::default(), named).await {
        Ok(set) => keys::check_profile(&set).map_err(unsendable),
        Err(_) => Ok(()),
    }
}

fn unsendable(why: Unsendable) -> CollectError {
    CollectError::UnsendableCredentials { why: why.to_string() }
}

/// One pool of connections for all clients: by default every client of the SDK would have its own. Proxies of the environment are
/// used, but not to reach this machine.
pub(crate) fn http_client() -> SharedHttpClient {
    let proxied = Builder::new().build_with_connector_fn(|settings, components| {
        let mut connector = Connector::builder().tls_provider(Provider::Rustls(CryptoMode::AwsLc));
        connector.set_connector_settings(settings.cloned());
        connector.set_sleep_impl(components.and_then(RuntimeComponents::sleep_impl));
        connector.set_proxy_config(Some(ProxyConfig::from_env()));
        connector.build()
    });
    // In clear, so it needs none of the certificates that take their time to be read.
    let direct = Builder::new().build_with_connector_fn(|settings, components| {
        let mut connector = Connector::builder();
        connector.set_connector_settings(settings.cloned());
        connector.set_sleep_impl(components.and_then(RuntimeComponents::sleep_impl));
        connector.set_proxy_config(Some(ProxyConfig::disabled()));
        connector.build_http()
    });
    bounded(proxied, direct)
}

fn no_credentials(error: &CredentialsError, profile: Option<&String>) -> CollectError {
    if let Some(why) = Unsendable::of(error) {
        return unsendable(why.clone());
    }
    let mut why = error.to_string();
    let mut cause: &dyn Error = error;
    // The metadata service of a machine is the last place that is asked. One that refuses holds no credentials for us.
    let mut is_metadata = false;
    while let Some(inner) = cause.source() {
        why = format!("{why}: {inner}");
        is_metadata |= inner.is::<ImdsError>();
        cause = inner;
    }
    match profile {
        Some(name) if matches!(error, CredentialsError::CredentialsNotLoaded(_)) => {
            CollectError::NoProfile { name: one_line(name) }
        }
        // A source was found, and what it led to (an SSO session, a role) gave nothing.
        _ if matches!(error, CredentialsError::ProviderError(_)) && !is_metadata => {
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
            let named = base.endpoint_url().map(crate::bounded::without_secrets);
            let endpoint = named.unwrap_or_else(|| format!("AWS STS in {home}"));
            CollectError::NoAnswer { endpoint, error }
        }
    }
}

#[cfg(test)]
mod tests;
