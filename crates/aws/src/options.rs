//! What to collect, as whom, and how gently: plain data.

use crate::error::CollectError;
use crate::one_line::one_line;
use std::fmt;
use std::time::Duration;

/// What to collect, as whom, and how gently. The default reads the caller's own account in all its enabled Regions.
#[derive(Clone, Debug)]
pub struct Options {
    /// The profile of the shared configuration files; `None` iff the standard credential chain chooses.
    pub profile: Option<String>,
    /// Credentials given outright. With them nothing is read from the environment or from files.
    pub keys: Option<Keys>,
    /// The Regions to audit; `None` iff all that are enabled.
    pub regions: Option<Vec<String>>,
    /// Sends every request there instead of to AWS.
    pub endpoint_url: Option<String>,
    /// Other addresses of endpoints that the SDK may find, such as those of environment variables, with what names them. They are
    /// checked like `endpoint_url`, and looked up by the SDK, for what we send by hand, too.
    pub other_endpoints: Vec<(String, String)>,
    /// The accounts to audit.
    pub accounts: Accounts,
    /// The name (with its path, without a leading slash) of the role to assume in accounts other than the caller's.
    pub role_name: Option<String>,
    /// The external id that role asks for.
    pub external_id: Option<String>,
    /// The name under which the assumed sessions appear in the accounts' own trails.
    pub session_name: String,
    /// Requests in flight at any time, in all accounts and Regions together; at least one. What reads objects of S3 or lists them is
    /// bounded by [`Options::objects`] alone.
    pub concurrency: usize,
    /// Requests in flight at any time that read objects of S3 or list them; at least one.
    pub objects: usize,
    /// How long and how often to try.
    pub limits: Limits,
    /// How many requests a second.
    pub pace: Pace,
}

/// Which accounts to audit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Accounts {
    /// The one that the credentials belong to.
    Caller,
    /// These, by id.
    Listed(Vec<String>),
    /// All accounts of the caller's organization.
    Organization,
}

/// A set of credentials.
#[derive(Clone)]
pub struct Keys {
    /// `AWS_ACCESS_KEY_ID`
    pub access_key_id: String,
    /// `AWS_SECRET_ACCESS_KEY`
    pub secret_access_key: String,
    /// `AWS_SESSION_TOKEN`, for temporary credentials.
    pub session_token: Option<String>,
}

/// Secrets are not for logs.
impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keys").field("access_key_id", &self.access_key_id).finish_non_exhaustive()
    }
}

/// How long and how often one call is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// How long a connection may take.
    pub connect: Duration,
    /// How long one attempt may take, the connection included.
    pub attempt: Duration,
    /// Attempts for one call that is throttled or failing; at least one.
    pub attempts: u32,
    /// Attempts for one call that gets no answer at all; at least one.
    pub silent_attempts: u32,
    /// The longest wait before the second attempt; it doubles with each one (up to 50 times itself), and the real wait
    /// is a random part of it.
    pub backoff: Duration,
    /// How long to wait where something is being modified by others (`ConflictException`), up to twelve times.
    pub conflict: Duration,
}

/// Requests a second, for each account and Region. The defaults stay below the published quotas (semantics 6).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pace {
    /// CloudTrail's operations that read: their quota is 10.
    pub cloudtrail: f64,
    /// CloudTrail's operations that write: their quota is 1.
    pub writes: f64,
    /// Lambda, its web functions and its MicroVMs, each: the quota of Lambda's control plane is 15 for all of them together.
    pub lambda: f64,
    /// Organizations: the quota of ListAccounts is 8. DescribeOrganization, whose quota is 1, is called once for an account.
    pub organizations: f64,
    /// S3's operations that read or list objects: it allows 5,500 for each prefix of a bucket (S3 User Guide,
    /// optimizing-performance).
    pub objects: f64,
    /// Every other service.
    pub other: f64,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            profile: None,
            keys: None,
            regions: None,
            endpoint_url: None,
            other_endpoints: Vec::new(),
            accounts: Accounts::Caller,
            role_name: None,
            external_id: None,
            session_name: "invoketrail".to_owned(),
            concurrency: 64,
            objects: 576,
            limits: Limits::default(),
            pace: Pace::default(),
        }
    }
}

impl Options {
    /// What is wrong with the options alone, before anything is sent.
    pub(crate) fn check(&self) -> Result<(), CollectError> {
        if let Accounts::Listed(ids) = &self.accounts {
            let no_id = |id: &&String| id.len() != 12 || !id.bytes().all(|byte| byte.is_ascii_digit());
            if let Some(id) = ids.iter().find(no_id) {
                return Err(CollectError::NotAnAccount { id: one_line(id) });
            }
        }
        let well_formed = |name: &String| {
            !name.is_empty()
                && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        };
        match self.regions.iter().flatten().find(|name| !well_formed(name)) {
            Some(name) => Err(CollectError::NoRegion { name: one_line(name), nearest: None }),
            None => Ok(()),
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            connect: Duration::from_secs(5),
            attempt: Duration::from_secs(15),
            attempts: 10,
            silent_attempts: 3,
            backoff: Duration::from_millis(200),
            conflict: Duration::from_secs(20),
        }
    }
}

impl Default for Pace {
    fn default() -> Self {
        Pace { cloudtrail: 8.0, writes: 0.9, lambda: 4.5, organizations: 4.0, objects: 2_500.0, other: 8.0 }
    }
}
