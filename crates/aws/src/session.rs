//! The one door to AWS: who we are, and the clients with which one account is read.
//!
//! The caller's own account is read with the caller's own credentials; every other one through a role. What can be asked
//! through the door stands beside what answers it: `collect`, `beside`, `apply`, `permissions`, `objects`, `locations`,
//! `metrics`, `public_keys` and `canary` give it their methods.

mod buckets;
mod keys;
mod open;

pub(crate) use open::http_client;

use crate::activity::Activity;
use crate::call::Call;
use crate::gap::{Class, Failure};
use crate::lock::lock;
use crate::options::Options;
use crate::pace::Service;
use crate::wire::{Attempt, Wire};
use audit::inventory::Gap;
use aws_config::{AppName, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use buckets::Buckets;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::time::Instant;

/// Sessions last an hour unless the role says otherwise; a run may last longer.
const RENEW_AFTER: Duration = Duration::from_secs(45 * 60);

/// What is known of the caller.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    pub(crate) account: String,
    pub(crate) arn: String,
    pub(crate) partition: String,
}

/// The caller, the way requests leave, and the roles assumed so far: opened once, and asked as often as one likes, side by side.
/// All it is asked shares one pace, and the handle that stops it.
///
/// A service that stays silent too often in a Region is not asked again within one piece of work: each collection, and each
/// carrying out, begins afresh. Who watches for days opens a new one for each round.
#[derive(Debug)]
pub struct Session {
    pub(crate) caller: Caller,
    /// Where calls are made that are not about one Region.
    pub(crate) home: String,
    pub(crate) wire: Wire,
    /// What it was opened with, without the keys.
    pub(crate) options: Options,
    pub(crate) buckets: Buckets,
    base: SdkConfig,
    role: Role,
    assumed: Mutex<HashMap<String, Arc<Slot>>>,
}

#[derive(Debug)]
struct Role {
    name: Option<String>,
    external_id: Option<String>,
    session_name: String,
}

/// What came of assuming the role in one account, and when.
type Slot = tokio::sync::Mutex<Option<(Instant, Result<Reach, Gap>)>>;

/// What one account is called with.
#[derive(Clone, Debug)]
pub(crate) struct Reach {
    pub(crate) account: String,
    config: SdkConfig,
}

impl Reach {
    pub(crate) fn config(&self) -> &SdkConfig {
        &self.config
    }

    pub(crate) fn cloudtrail(&self, region: &str) -> aws_sdk_cloudtrail::Client {
        aws_sdk_cloudtrail::Client::new(&self.at(region))
    }

    pub(crate) fn lambda(&self, region: &str) -> aws_sdk_lambda::Client {
        aws_sdk_lambda::Client::new(&self.at(region))
    }

    /// With a name in the user agent, `app/NAME`.
    pub(crate) fn lambda_as(&self, region: &str, name: &str) -> Result<aws_sdk_lambda::Client, Failure> {
        let name = AppName::new(name.to_owned())
            .map_err(|_| Failure::new(Class::Final, "not a valid name for a user agent"))?;
        Ok(aws_sdk_lambda::Client::new(&self.at(region).to_builder().app_name(name).build()))
    }

    pub(crate) fn lambda_web(&self, region: &str) -> aws_sdk_lambdaweb::Client {
        aws_sdk_lambdaweb::Client::new(&self.at(region))
    }

    pub(crate) fn lambda_microvms(&self, region: &str) -> aws_sdk_lambdamicrovms::Client {
        aws_sdk_lambdamicrovms::Client::new(&self.at(region))
    }

    pub(crate) fn organizations(&self, region: &str) -> aws_sdk_organizations::Client {
        aws_sdk_organizations::Client::new(&self.at(region))
    }

    pub(crate) fn account_service(&self, region: &str) -> aws_sdk_account::Client {
        aws_sdk_account::Client::new(&self.at(region))
    }

    fn at(&self, region: &str) -> SdkConfig {
        self.config.to_builder().region(Region::new(region.to_owned())).build()
    }
}

impl Session {
    /// The account that the credentials belong to.
    #[must_use]
    pub fn account(&self) -> &str {
        &self.caller.account
    }

    /// Requests that were sent so far, repetitions included; the search for credentials is not counted.
    #[must_use]
    pub fn requests(&self) -> u64 {
        self.wire.requests()
    }

    /// What was sent so far, and what is waited for.
    #[must_use]
    pub fn activity(&self) -> Activity {
        self.wire.activity()
    }

    /// Before a piece of work: what gave no answer is asked again, whatever came of it before.
    pub(crate) fn begin(&self) {
        self.wire.begin();
        // One that is being assumed is no failure yet.
        lock(&self.assumed)
            .retain(|_, slot| slot.try_lock().map_or(true, |known| !matches!(&*known, Some((_, Err(_))))));
    }

    /// As whom the account is read, or the gap that all of it has instead.
    pub(crate) async fn reach(&self, account: &str) -> Result<Reach, Gap> {
        if account == self.caller.account {
            return Ok(self.own());
        }
        let slot = Arc::clone(lock(&self.assumed).entry(account.to_owned()).or_default());
        // Held while the role is assumed: who asks meanwhile waits for that answer.
        let mut assumed = slot.lock().await;
        match &*assumed {
            Some((since, Ok(reach))) if since.elapsed() < RENEW_AFTER => return Ok(reach.clone()),
            Some((_, Err(gap))) => return Err(gap.clone()),
            _ => {}
        }
        let result = self.assume(account).await;
        *assumed = Some((Instant::now(), result.clone()));
        result
    }

    /// The caller's own account.
    pub(crate) fn own(&self) -> Reach {
        Reach { account: self.caller.account.clone(), config: self.base.clone() }
    }

    async fn assume(&self, account: &str) -> Result<Reach, Gap> {
        let call = Call::new(Service::Sts, "sts:AssumeRole", account, &self.home);
        let Some(name) = &self.role.name else {
            return Err(Failure::new(
                Class::Refused,
                "no role was named that could be assumed in this account (--role-name)",
            )
            .gap(&call));
        };
        let arn = format!("arn:{}:iam::{account}:role/{name}", self.caller.partition);
        if let Some(outcome) = self.wire.outcome(&call).await {
            outcome.map_err(|failure| failure.gap(&call.about(&arn)))?;
            return Ok(Reach { account: account.to_owned(), config: self.base.clone() });
        }
        let client = aws_sdk_sts::Client::new(&self.own().at(&self.home));
        let credentials = self.wire.send(&call, || self.attempt(&client, &arn)).await;
        let credentials = credentials.map_err(|failure| failure.gap(&call.about(&arn)))?;
        let provider = SharedCredentialsProvider::new(credentials);
        let config = self.base.to_builder().credentials_provider(provider).build();
        Ok(Reach { account: account.to_owned(), config })
    }

    fn attempt<'a>(&'a self, client: &aws_sdk_sts::Client, arn: &str) -> Attempt<'a, Credentials> {
        let request = client
            .assume_role()
            .role_arn(arn)
            .role_session_name(&self.role.session_name)
            .set_external_id(self.role.external_id.clone());
        Box::pin(async move {
            let answer = request.send().await.map_err(Failure::of_sdk)?;
            let given = answer
                .credentials
                .ok_or_else(|| Failure::new(Class::Server, "the answer holds no credentials"))?;
            keys::check(&given.access_key_id, &given.secret_access_key, Some(&given.session_token))
                .map_err(|why| Failure::new(Class::Final, format!("the answer cannot be used: {why}")))?;
            Ok(Credentials::new(
                given.access_key_id,
                given.secret_access_key,
                Some(given.session_token),
                // Renewed by age above, before they can expire.
                None,
                "AssumeRole",
            ))
        })
    }
}

impl Role {
    fn of(options: &Options) -> Self {
        Role {
            name: options.role_name.clone(),
            external_id: options.external_id.clone(),
            session_name: options.session_name.clone(),
        }
    }
}
