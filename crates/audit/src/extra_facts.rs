//! What a plan or a backout needs to know and an audit does not: owners' tags, invocation counts, facts of functions.
//!
//! It is collected only where it was asked for; an inventory that was collected for an audit holds none of it, and
//! whatever is missing here is unknown, never "none".

use cloudtrail::recorder::Seen;
use std::collections::BTreeMap;

/// Facts beside those an audit rests on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExtraFacts {
    /// The tags of trails and event data stores (ListTags), by ARN. A recorder that is missing here was not asked about.
    pub tags: BTreeMap<String, Seen<BTreeMap<String, String>>>,
    /// The delegated administrators for CloudTrail (ListDelegatedAdministrators) by the id of their organization, sorted. An
    /// organization that is missing here was not asked about: only those are whose management account was not visited.
    pub administrators: BTreeMap<String, Seen<Vec<String>>>,
    /// CloudWatch `AWS/Lambda Invocations` of each function over the 30 days before the collection, by account and
    /// Region, then by function name; a function without datapoints stands there with 0. A place that is missing here was
    /// not asked about.
    pub invocations: BTreeMap<(String, String), Seen<BTreeMap<String, u64>>>,
    /// The tags of functions (ListTags), by unqualified ARN: only of those of which an exception asks for tags.
    pub function_tags: BTreeMap<Box<str>, Seen<BTreeMap<String, String>>>,
    /// Facts of functions, by unqualified ARN: collected for a backout alone.
    pub functions: BTreeMap<Box<str>, FunctionFacts>,
}

impl ExtraFacts {
    /// The tags of a recorder or function; `None` iff it was not asked about.
    #[must_use]
    pub fn tags_of(&self, arn: &str) -> Option<&Seen<BTreeMap<String, String>>> {
        let of_function = || self.function_tags.get(arn).or_else(|| Some(&self.functions.get(arn)?.tags));
        self.tags.get(arn).or_else(of_function)
    }
}

/// What speaks for keeping a function recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionFacts {
    /// Who may invoke it by its resource policy (GetPolicy).
    pub policy: Seen<Exposure>,
    /// `AuthType` of each of its function URLs (ListFunctionUrlConfigs), e.g. `NONE`, `AWS_IAM`; empty iff it has none.
    pub urls: Seen<Vec<String>>,
    /// The ARN of its execution role (ListFunctions).
    pub role: Option<String>,
    /// Its tags (ListTags).
    pub tags: Seen<BTreeMap<String, String>>,
    /// What triggers it: services that its policy lets in, and sources of event source mappings, as service names
    /// (`s3`, `sqs`, `apigateway`, ...), sorted.
    pub triggers: Seen<Vec<String>>,
}

/// Whom a resource policy lets invoke.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exposure {
    /// Anybody: principal `*` without a condition that we know to narrow it.
    pub public: bool,
    /// Other accounts, twelve digits each, sorted.
    pub accounts: Vec<String>,
    /// Services, sorted.
    pub services: Vec<String>,
}
