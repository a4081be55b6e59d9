//! What a file proposes, whatever language it is written in: the resources that decide what CloudTrail records.
//!
//! Properties bear the names of CloudTrail's and Lambda's own API, so that all languages share one mapping to recorders
//! ([`property`]). No other property is kept, so that no secret elsewhere in the file ever is.

use crate::value::{Value, Why};

/// The names of the properties that are kept, by kind of resource. What a language leaves out and AWS has a default for, its reader fills in.
pub mod property {
    /// The name of a trail or an event data store: a text.
    pub const NAME: &str = "Name";
    /// The ARN of any resource, where the file says it: a text.
    pub const ARN: &str = "Arn";
    /// The bucket of a trail: its name.
    pub const BUCKET: &str = "S3BucketName";
    /// Whether a trail records all Regions.
    pub const MULTI_REGION_TRAIL: &str = "IsMultiRegionTrail";
    /// Whether a trail records all accounts of the organization.
    pub const ORGANIZATION_TRAIL: &str = "IsOrganizationTrail";
    /// Whether a trail delivers digests.
    pub const VALIDATION: &str = "EnableLogFileValidation";
    /// Whether a trail records events of global services.
    pub const GLOBAL_EVENTS: &str = "IncludeGlobalServiceEvents";
    /// Whether a trail logs.
    pub const LOGGING: &str = "IsLogging";
    /// Basic selectors: a list as PutEventSelectors takes it.
    pub const SELECTORS: &str = "EventSelectors";
    /// Advanced selectors: a list as PutEventSelectors takes it.
    pub const ADVANCED_SELECTORS: &str = "AdvancedEventSelectors";
    /// A document of selectors as [`cloudtrail::selector_json`] reads it, in the place of the two lists: a text.
    pub const DOCUMENT: &str = "SelectorsDocument";
    /// Whether an event data store records all Regions.
    pub const MULTI_REGION_STORE: &str = "MultiRegionEnabled";
    /// Whether an event data store records all accounts of the organization.
    pub const ORGANIZATION_STORE: &str = "OrganizationEnabled";
    /// Whether an event data store ingests.
    pub const INGESTION: &str = "IngestionEnabled";
    /// The name of a function: a text.
    pub const FUNCTION_NAME: &str = "FunctionName";
    /// The name of a bucket, or the bucket that a policy belongs to: a text.
    pub const BUCKET_NAME: &str = "BucketName";
    /// Which bucket it is, where the name of a bucket, or of the bucket of a trail or a policy, is unknown: a text that two have only if they are
    /// certainly the same. It is no name, and is shown nowhere.
    pub const SAME_BUCKET: &str = "SameBucket";
    /// How [`SAME_BUCKET`] begins for a bucket whose name AWS makes up: two of these are one bucket only if they are the same text.
    pub const MADE_UP: &str = "bucket ";
    /// How a text of [`SAME_BUCKET`] names what a resource gives: it may be made from anything.
    pub const ATTRIBUTE: &str = "GetAtt ";
    /// Which properties of a recorder are unknown, at least in part: a map from each to a text that two sides of a change have only if it is certainly the
    /// same on both. It is shown nowhere.
    pub const SAME: &str = "Same";
    /// The policy of a bucket: a map, or a text of JSON.
    pub const POLICY: &str = "PolicyDocument";
}

/// The language of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// A plan of Terraform or OpenTofu, as `terraform show -json` writes it.
    Terraform,
    /// A template or a change set of CloudFormation.
    CloudFormation,
    /// Two documents of event selectors: before and after.
    Selectors,
}

/// What a file proposes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// Its language.
    pub language: Language,
    /// The resources that decide what is recorded, in the order of the file.
    pub resources: Vec<Proposed>,
    /// What the file leaves open and no property of one of these shows.
    pub doubts: Vec<Doubt>,
}

/// A resource as a file proposes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposed {
    /// What the file calls it: `module.audit.aws_cloudtrail.main[0]`, or a logical id.
    pub address: String,
    /// What the file called it before: it was moved, and not made anew.
    pub previous_address: Option<String>,
    /// What it is.
    pub kind: Kind,
    /// What happens to it.
    pub action: Action,
    /// Its properties before, a map by [`property`]; `None` iff it is not there or the file does not say.
    pub before: Option<Value>,
    /// Its properties after, a map by [`property`]; `None` iff it is not there any more.
    pub after: Option<Value>,
    /// The partition, account and Region of it, where the file says them.
    pub home: Home,
    /// Where it was before the change, iff that is not where it is afterwards.
    pub moved_from: Option<Home>,
    /// Where in the file it is.
    pub at: Option<Location>,
}

/// Where a resource is at home, as far as it is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Home {
    /// `aws`, `aws-cn`, ...
    pub partition: Option<String>,
    /// Twelve digits.
    pub account: Option<String>,
    /// The Region.
    pub region: Option<String>,
    /// True iff the Region is known only after the change is applied.
    pub region_is_open: bool,
}

/// A kind of resource.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// `aws_cloudtrail`, `AWS::CloudTrail::Trail`
    Trail,
    /// `aws_cloudtrail_event_data_store`, `AWS::CloudTrail::EventDataStore`
    EventDataStore,
    /// `aws_lambda_function`, `AWS::Lambda::Function`, `AWS::Serverless::Function`
    Function,
    /// `aws_s3_bucket`, `AWS::S3::Bucket`
    Bucket,
    /// `aws_s3_bucket_policy`, `AWS::S3::BucketPolicy`
    BucketPolicy,
    /// Another that may matter and that we cannot look into: its type. It has a doubt and no properties, except a bucket or its policy: they say which
    /// bucket it is, and there is a doubt iff a trail may deliver there.
    Other(String),
}

impl Kind {
    /// True iff it is a bucket, also one of a provider that we do not look into.
    #[must_use]
    pub fn is_bucket(&self) -> bool {
        matches!(self, Self::Bucket) || matches!(self, Self::Other(name) if name == "awscc_s3_bucket")
    }

    /// True iff it is the policy of a bucket, also one of a provider that we do not look into.
    #[must_use]
    pub fn is_bucket_policy(&self) -> bool {
        matches!(self, Self::BucketPolicy)
            || matches!(self, Self::Other(name) if name == "awscc_s3_bucket_policy")
    }

    /// The stable word for it in documents.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Trail => "trail",
            Self::EventDataStore => "event_data_store",
            Self::Function => "function",
            Self::Bucket => "bucket",
            Self::BucketPolicy => "bucket_policy",
            Self::Other(_) => "other",
        }
    }
}

/// What happens to a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Action {
    /// It is made.
    Create,
    /// It is changed in its place.
    Update,
    /// It is made anew; what it recorded is not recorded in between unless the new one is there first.
    Replace {
        /// True iff the new one is there before the old one is deleted.
        create_first: bool,
    },
    /// It is deleted.
    Delete,
    /// It stays as it is.
    Keep,
    /// It stays, and the file does not manage it any more.
    Forget,
    /// The file says what it is to be, and not what it was: it is made, or changed where it is there.
    Declare,
}

impl Action {
    /// The stable word for it in documents.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Replace { .. } => "replace",
            Self::Delete => "delete",
            Self::Keep => "keep",
            Self::Forget => "forget",
            Self::Declare => "declare",
        }
    }
}

/// A place in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Location {
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1.
    pub column: usize,
}

/// Something that the file leaves open.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Doubt {
    /// The resource that it is about, by its address; `None` iff it is about the whole file.
    pub address: Option<String>,
    /// The property, by its path in the resource: `$.AdvancedEventSelectors[0]`; `$` iff it is about all of it.
    pub path: String,
    /// What is open.
    pub about: About,
    /// Where in the file.
    pub at: Option<Location>,
}

impl Doubt {
    /// A doubt about the whole file.
    #[must_use]
    pub const fn of_file(about: About) -> Self {
        Doubt { address: None, path: String::new(), about, at: None }
    }
}

impl Proposed {
    /// A doubt about a part of this resource.
    #[must_use]
    pub fn doubt(&self, path: impl Into<String>, about: About) -> Doubt {
        Doubt { address: Some(self.address.clone()), path: path.into(), about, at: self.at }
    }

    /// The doubt that a change of it is not looked into; `None` iff it is, or nothing changes, or it is one of a bucket, which matters to its trails alone.
    #[must_use]
    pub fn not_looked_into(&self) -> Option<Doubt> {
        match &self.kind {
            kind if kind.is_bucket() || kind.is_bucket_policy() => None,
            Kind::Other(name) if !matches!(self.action, Action::Keep | Action::Forget) => {
                Some(self.doubt("$", About::NotLookedInto(name.clone())))
            }
            _ => None,
        }
    }

    /// A property before the change.
    #[must_use]
    pub fn was(&self, property: &str) -> Option<&Value> {
        self.before.as_ref()?.get(property)
    }

    /// A property after the change.
    #[must_use]
    pub fn is(&self, property: &str) -> Option<&Value> {
        self.after.as_ref()?.get(property)
    }

    /// True iff the property is unknown, and certainly the same before and after the change.
    #[must_use]
    pub fn stays_as_it_is(&self, property: &str) -> bool {
        let of = |all: Option<&'_ Value>| all.and_then(|all| all.get(property)).cloned();
        let was = of(self.was(property::SAME));
        was.is_some() && was == of(self.is(property::SAME))
    }
}

/// What a doubt is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum About {
    /// A value is unknown.
    Unknown(Why),
    /// The selectors hold what we do not understand.
    Selectors(cloudtrail::selector::Doubt),
    /// The selectors cannot be read: why.
    SelectorsUnread(String),
    /// The account of the resource is not known.
    NoAccount,
    /// The Region of the resource is not known.
    NoRegion,
    /// The file holds only a part of what will be done: the plan was made with an error, for a target, or defers a part.
    Incomplete(Incomplete),
    /// A resource of a type that may record or make functions, and that we cannot look into: the type.
    NotLookedInto(String),
    /// Whether the resource is made depends on a condition that is unknown.
    Condition(Why),
    /// How many there will be is unknown.
    Count(Why),
    /// Two resources of the file are the same recorder or function: the other address.
    Twice(String),
    /// Selectors name an account or a Region, and the file does not say which its own are.
    NamesAHome,
    /// Advanced selectors become an empty list, and AWS does not say what that records.
    EmptiedSelectors,
    /// The file changes a recorder that the inventory does not hold.
    NotInInventory,
    /// The resource is in an account or a Region that the inventory does not hold.
    OutsideInventory,
    /// The file is to make a recorder that the inventory holds already.
    AlreadyThere,
    /// Nobody can say which recorder of the inventory it is.
    WhichOne,
    /// What the file says of the present is not what the inventory says.
    Differs,
    /// The bucket of a trail is deleted and one of that name is made.
    BucketReplaced,
    /// The policy of the bucket of a trail does not name CloudTrail.
    PolicyWithoutCloudTrail,
    /// The policy of the bucket of a trail is deleted.
    PolicyDeleted,
    /// AWS could not deliver to the bucket that a trail comes to: what it said.
    BucketUndelivered(String),
    /// AWS could not deliver for a trail, and the change may mend that: what it said.
    MayBeMended(String),
}

/// Why a plan is not the whole change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Incomplete {
    /// The plan ended with an error (`errored`).
    Errored,
    /// The plan says that it is not complete (`complete` is false).
    Targeted,
    /// A part of the change is deferred (`deferred_changes`).
    Deferred,
    /// A macro or transform of the template rewrites it.
    Transformed,
}

impl About {
    /// The stable code of it in documents.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Unknown(why) | Self::Condition(why) | Self::Count(why) => why.code(),
            Self::Selectors(_) => "selectors_in_doubt",
            Self::SelectorsUnread(_) => "selectors_unread",
            Self::NoAccount => "account_unknown",
            Self::NoRegion => "region_unknown",
            Self::Incomplete(Incomplete::Errored) => "plan_errored",
            Self::Incomplete(Incomplete::Targeted) => "plan_incomplete",
            Self::Incomplete(Incomplete::Deferred) => "plan_deferred",
            Self::Incomplete(Incomplete::Transformed) => "template_transformed",
            Self::NotLookedInto(_) => "not_looked_into",
            Self::Twice(_) => "declared_twice",
            Self::NamesAHome => "selectors_name_a_home",
            Self::EmptiedSelectors => "selectors_emptied",
            Self::NotInInventory => "not_in_inventory",
            Self::OutsideInventory => "outside_inventory",
            Self::AlreadyThere => "already_there",
            Self::WhichOne => "which_one",
            Self::Differs => "differs_from_inventory",
            Self::BucketReplaced => "bucket_replaced",
            Self::PolicyWithoutCloudTrail => "policy_without_cloudtrail",
            Self::PolicyDeleted => "policy_deleted",
            Self::BucketUndelivered(_) => "bucket_undelivered",
            Self::MayBeMended(_) => "delivery_may_be_mended",
        }
    }
}
