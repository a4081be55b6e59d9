//! What AWS said, as it said it: the raw answers that an inventory was collected from, and how the collection asked.
//!
//! A collection hands each answer to whoever keeps them ([`Keep`]). The same collection runs again over what was kept ([`Recall`]),
//! without AWS.

use std::fmt::Debug;

/// What was asked: a read of AWS that an audit rests on.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Asked {
    /// The account that was asked about; empty where nobody knew yet whose the credentials are.
    pub account: String,
    /// The Region that was asked.
    pub region: String,
    /// The operation, named like its IAM action: `cloudtrail:DescribeTrails`.
    pub operation: String,
    /// The recorder or function that it was about, where there is one.
    pub subject: Option<String>,
    /// What was sent; `None` iff it never came to that.
    pub request: Option<Request>,
}

/// What a request asks for. Its headers are never kept: they hold the signature.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Request {
    /// Path and query, without the host.
    pub path: String,
    /// The body.
    pub body: String,
}

/// What came of it, after all attempts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RawAnswer {
    /// AWS answered.
    Answer {
        /// HTTP status.
        status: u16,
        /// The error code, iff AWS named it beside the body.
        error_code: Option<String>,
        /// True iff only the members that are read were kept.
        selection: bool,
        /// The body, as it was sent unless it is a selection.
        body: Vec<u8>,
    },
    /// No whole answer came.
    Failure {
        /// What kind of failure it was, in one word.
        class: String,
        /// The error code of AWS, where there is one.
        code: Option<String>,
        /// What AWS or the network said, in one line.
        error: String,
    },
    /// AWS answered, and the answer is a secret that is not kept: the credentials of an assumed role.
    Withheld,
}

/// How a collection asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Collection {
    /// The Region of calls that are not about one Region.
    pub home: String,
    /// The accounts to read.
    pub accounts: Accounts,
    /// The Regions that were asked for; `None` iff all enabled ones.
    pub regions: Option<Vec<String>>,
    /// The role to assume in other accounts.
    pub role_name: Option<String>,
}

/// Which accounts a collection reads.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Accounts {
    /// The one that the credentials belong to.
    #[default]
    Caller,
    /// These, by id.
    Listed(Vec<String>),
    /// All accounts of the caller's organization.
    Organization,
}

/// Keeps answers as they come, from several threads.
pub trait Keep: Debug + Send + Sync {
    /// Keeps one.
    fn keep(&self, asked: &Asked, answer: &RawAnswer);
}

/// Gives back what was kept.
pub trait Recall: Debug + Send + Sync {
    /// What came of it; `None` iff that was not kept. Who asks the same again gets the next answer, as the collection did.
    fn recall(&self, asked: &Asked) -> Option<RawAnswer>;
}
