//! One CloudTrail record of interest, borrowed from the bytes it was read from.

use crate::home::Home;
use crate::object_key::{is_account, is_region};
use crate::uuid::uuid_bits;
use cloudtrail::arn::{Arn, partition_of};
use cloudtrail::asked::AskedFunction;
use cloudtrail::resource::ResourceType;
use foldhash::fast::FixedState;
use std::borrow::Cow;
use std::hash::{BuildHasher, Hasher};

/// Text of a record: borrowed where it holds no escapes.
pub type Text<'a> = Cow<'a, str>;

/// A record of `lambda.amazonaws.com` or `cloudtrail.amazonaws.com`.
///
/// A member is `None` iff the record does not have it or has `null` for it. Names follow the record's own
/// (`CloudTrail User Guide`, record contents); `event_name`, `event_time` and `event_id` are always there.
#[derive(Clone, Debug, PartialEq)]
pub struct Record<'a> {
    /// Where the record begins among the inflated bytes of its file; for a record inside a JSON text, where that text's
    /// envelope begins.
    pub offset: u64,
    /// The record as it was delivered: a JSON object. Escapes are undone once where it was delivered as a text.
    pub raw: &'a [u8],
    /// `eventID`; `eventId` of an aggregated event.
    pub event_id: Text<'a>,
    /// `eventTime` as written; the beginning of the window of an aggregated event.
    pub event_time: Text<'a>,
    /// The same in milliseconds since 1970-01-01T00:00:00Z.
    pub milliseconds: i64,
    /// `eventName`; empty for an aggregated event.
    pub event_name: Text<'a>,
    /// `eventSource`.
    pub event_source: Text<'a>,
    /// `eventVersion`.
    pub event_version: Option<Text<'a>>,
    /// `eventType`.
    pub event_type: Option<Text<'a>>,
    /// `eventCategory`: not in records before version 1.07.
    pub category: Option<Text<'a>>,
    /// `managementEvent`.
    pub management: Option<bool>,
    /// `readOnly`.
    pub read_only: Option<bool>,
    /// `awsRegion`.
    pub region: Option<Text<'a>>,
    /// `recipientAccountId`; `accountId` of an aggregated event.
    pub recipient_account_id: Option<Text<'a>>,
    /// `requestID`: the same in the records of one asynchronous call.
    pub request_id: Option<Text<'a>>,
    /// `sharedEventID`: there iff the event was delivered to more than one account.
    pub shared_event_id: Option<Text<'a>>,
    /// `sourceIPAddress`: an address or the name of a service.
    pub source_address: Option<Text<'a>>,
    /// `userAgent`.
    pub user_agent: Option<Text<'a>>,
    /// `errorCode`.
    pub error_code: Option<Text<'a>>,
    /// `errorMessage`.
    pub error_message: Option<Text<'a>>,
    /// `vpcEndpointId`.
    pub vpc_endpoint: Option<Text<'a>>,
    /// `sessionCredentialFromConsole`: `"true"`, where it is there at all.
    pub console: Option<Text<'a>>,
    /// `userIdentity`.
    pub identity: Identity<'a>,
    /// The first of `resources` whose type begins with `AWS::Lambda::`.
    pub function: Option<Function<'a>>,
    /// `requestParameters`, where it is an object.
    pub requested: Option<Requested<'a>>,
    /// `additionalEventData.functionVersion`: the ARN of the version that ran.
    pub executed: Option<Text<'a>>,
    /// `addendum.originalEventID`: this record corrects that one, and tells of no other event.
    pub corrects: Option<Text<'a>>,
    /// Some iff this is an aggregated event: evidence of a number of calls, not of one.
    pub aggregated: Option<Aggregated<'a>>,
}

/// Who called, as `userIdentity` says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity<'a> {
    /// `type`.
    pub kind: Option<Text<'a>>,
    /// `principalId`.
    pub principal_id: Option<Text<'a>>,
    /// `arn`: absent for services.
    pub arn: Option<Text<'a>>,
    /// `accountId`: absent for services.
    pub account: Option<Text<'a>>,
    /// `userName`.
    pub user_name: Option<Text<'a>>,
    /// `invokedBy`: a service that called by itself or for the principal.
    pub invoked_by: Option<Text<'a>>,
    /// `sessionContext.sessionIssuer.arn`: the role of a session.
    pub issuer_arn: Option<Text<'a>>,
    /// `accessKeyId`: the key that signed the request.
    pub access_key: Option<Text<'a>>,
    /// `onBehalfOf.userId`: the user of IAM Identity Center.
    pub on_behalf_of: Option<Text<'a>>,
}

/// The function (or web function, or MicroVM image) of a record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Function<'a> {
    /// `ARN`: without a version or alias in all published records.
    pub arn: Option<Text<'a>>,
    /// `type`.
    pub kind: Text<'a>,
    /// `accountId`: the owner.
    pub account: Option<Text<'a>>,
}

/// What the caller asked for. Members that are no texts are `None`: their shape belongs to the API that was called.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Requested<'a> {
    /// `functionName`: a name or an ARN, with or without a version or alias.
    pub function_name: Option<Text<'a>>,
    /// `invocationType`.
    pub invocation_type: Option<Text<'a>>,
    /// `sourceArn`.
    pub source_arn: Option<Text<'a>>,
    /// `sourceAccount`.
    pub source_account: Option<Text<'a>>,
}

/// The window and the number of an aggregated event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Aggregated<'a> {
    /// `timeWindow.windowEnd`, exclusive.
    pub window_end: Option<Text<'a>>,
    /// The sum over `summary.primaryDimension.statistics`; `None` iff one of them is no natural number.
    pub count: Option<u64>,
}

/// The best name a record has for who called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Caller<'a> {
    /// The ARN of a principal.
    Principal(&'a str),
    /// A service without an ARN, such as `events.amazonaws.com`.
    Service(&'a str),
    /// Only an account, a principal id or a user of Identity Center is known.
    Other(&'a str),
    /// The record names nobody.
    Nobody,
}

impl<'a> Caller<'a> {
    /// The name, whatever it is of.
    #[must_use]
    pub const fn text(self) -> Option<&'a str> {
        match self {
            Self::Principal(text) | Self::Service(text) | Self::Other(text) => Some(text),
            Self::Nobody => None,
        }
    }
}

impl Record<'_> {
    /// The account whose trail delivered the record: as it says, else in whose folder its file lies, else the owner of the function.
    /// The caller may be of any account.
    #[must_use]
    pub fn account<'r>(&'r self, home: Option<&'r Home>) -> Option<Cow<'r, str>> {
        let said = self.recipient_account_id.as_deref();
        if let Some(known) = said.filter(|said| is_account(said)).or_else(|| Some(&*home?.account)) {
            return Some(Cow::Borrowed(known));
        }
        if let Some(owner) = self.owner().filter(|owner| is_account(owner)) {
            return Some(Cow::Borrowed(owner));
        }
        let of_name = self.function_arn(home).and_then(|arn| Some(Arn::parse(&arn)?.account.to_owned()));
        of_name.map(Cow::Owned).or(said.map(Cow::Borrowed))
    }

    /// Where the call came in: as the record says, else in whose folder its file lies, else where the function is.
    #[must_use]
    pub fn region_of_call<'r>(&'r self, home: Option<&'r Home>) -> Option<&'r str> {
        let in_arn = || Arn::parse(self.arn_said()?).map(|arn| arn.region).filter(|one| is_region(one));
        let of_function = || in_arn().or_else(|| self.asked_function()?.region);
        self.region_known(home).or_else(of_function).or(self.region.as_deref())
    }

    fn region_known<'r>(&'r self, home: Option<&'r Home>) -> Option<&'r str> {
        let said = self.region.as_deref().filter(|region| is_region(region));
        said.or_else(|| Some(&*home?.region))
    }

    /// The account that owns the function, as the record says, else as its ARN says.
    #[must_use]
    pub fn owner(&self) -> Option<&str> {
        let said = self.function.as_ref().and_then(|function| function.account.as_deref());
        let in_arn = || Arn::parse(self.arn_said()?).map(|arn| arn.account);
        let in_arn = || in_arn().or_else(|| self.asked_function()?.account);
        said.filter(|said| is_account(said)).or_else(in_arn).filter(|account| !account.is_empty())
    }

    /// The account that the caller belongs to, as the record says, else as its ARN says; `None` for services.
    #[must_use]
    pub fn caller_account(&self) -> Option<&str> {
        self.caller_account_said().filter(|account| account.len() == 12)
    }

    /// The same, where it is the word for nobody in particular, too.
    pub(crate) fn caller_account_said(&self) -> Option<&str> {
        let said = self.identity.account.as_deref();
        said.or_else(|| Arn::parse(self.identity.arn.as_deref()?).map(|arn| arn.account))
            .or_else(|| Arn::parse(self.identity.issuer_arn.as_deref()?).map(|arn| arn.account))
    }

    /// The function: the ARN among `resources`, else what was asked for.
    #[must_use]
    pub fn function_named(&self) -> Option<&str> {
        let arn = self.function.as_ref().and_then(|function| function.arn.as_deref());
        arn.or_else(|| self.requested.as_ref()?.function_name.as_deref())
    }

    /// The ARN that names the function: the one among `resources`, else the one that was asked for. The end of one is none.
    fn arn_said(&self) -> Option<&str> {
        let is_arn = |text: &&str| text.starts_with("arn:");
        let is_end = |text: &&str| {
            let asked = AskedFunction::parse(text);
            asked.is_some_and(|asked| {
                asked.region.is_none() || asked.account.is_none() || !text.contains(FUNCTION)
            })
        };
        let resource = self.function.as_ref().and_then(|function| function.arn.as_deref());
        resource.filter(is_arn).or_else(|| self.asked().filter(is_arn).filter(|text| !is_end(text)))
    }

    /// The plain function that was asked for, taken apart.
    fn asked_function(&self) -> Option<AskedFunction<'_>> {
        AskedFunction::parse(self.asked().filter(|_| self.is_of_function())?)
    }

    fn asked(&self) -> Option<&str> {
        self.requested.as_ref()?.function_name.as_deref().filter(|asked| !asked.is_empty())
    }

    /// The ARN of the function, made of what was asked for where `resources` has none: a name is that of a function of the account and
    /// the Region of the call (API reference, Invoke). Where these are not known, what was said; `None` iff nothing is said.
    #[must_use]
    pub fn function_arn(&self, home: Option<&Home>) -> Option<Cow<'_, str>> {
        if let Some(arn) = self.arn_said() {
            return Some(Cow::Borrowed(arn));
        }
        match self.asked() {
            // A web function may have the same name, and is not this one.
            Some(asked) if !self.is_of_function() => Some(Cow::Borrowed(asked)),
            Some(asked) => Some(self.arn_of(asked, home).map_or(Cow::Borrowed(asked), Cow::Owned)),
            None => self.function_named().filter(|said| !said.is_empty()).map(Cow::Borrowed),
        }
    }

    /// The ARN of a function that was asked for by its name or the end of its ARN: what that does not say is as in the record.
    fn arn_of(&self, said: &str, home: Option<&Home>) -> Option<String> {
        let AskedFunction { partition, region, account, name, qualifier } = AskedFunction::parse(said)?;
        let account = match account {
            Some(account) => account,
            None => {
                let recipient = self.recipient_account_id.as_deref().filter(|said| is_account(said));
                let recipient = recipient.or_else(|| Some(&*home?.account));
                let caller = self.caller_account();
                // A name is one of the caller's own account.
                if caller.zip(recipient).is_some_and(|(caller, recipient)| caller != recipient) {
                    return None;
                }
                caller.or(recipient).filter(|account| is_account(account))?
            }
        };
        let region = region.or_else(|| self.region_known(home))?;
        let partition = partition.unwrap_or_else(|| partition_of(region));
        let qualifier = qualifier.map(|one| format!(":{one}")).unwrap_or_default();
        Some(format!("arn:{partition}:lambda:{region}:{account}{FUNCTION}{name}{qualifier}"))
    }

    /// Who called.
    #[must_use]
    pub fn caller(&self) -> Caller<'_> {
        let Identity { arn, invoked_by, principal_id, account, on_behalf_of, .. } = &self.identity;
        if let Some(arn) = arn {
            return Caller::Principal(arn);
        }
        if let Some(service) = invoked_by {
            return Caller::Service(service);
        }
        // Anonymous callers have been seen with an empty id.
        let said = |text: &'_ Option<Text<'_>>| text.as_deref().is_some_and(|text| !text.is_empty());
        let known = [on_behalf_of, principal_id, account].into_iter().find(|text| said(text));
        known.and_then(|text| text.as_deref()).map_or(Caller::Nobody, Caller::Other)
    }

    /// True iff this is one of the data events of running something: an invocation, an execution, a call that starts or steers
    /// a MicroVM. Aggregated events are not.
    #[must_use]
    pub fn is_invocation(&self) -> bool {
        // Events of other kinds carry the name of the call that they are about (user guide, "CloudTrail record contents").
        let of_another_kind = matches!(self.category.as_deref(), Some("NetworkActivity" | "Insight"))
            || matches!(self.event_type.as_deref(), Some("AwsVpceEvents" | "AwsCloudTrailInsight"));
        self.aggregated.is_none() && !of_another_kind && is_invocation(&self.event_source, &self.event_name)
    }

    /// True iff the record says that a plain function was called: by the type of its resource and no name of another kind of call, or
    /// without a type by the name of a call that only plain functions have.
    #[must_use]
    pub fn is_of_function(&self) -> bool {
        let kind = self.function.as_ref().map(|function| &*function.kind).filter(|kind| !kind.is_empty());
        let of_another = || is_of_web_function(&self.event_name) || MICROVM.contains(&&*self.event_name);
        match kind {
            Some(kind) => kind == ResourceType::Function.as_str() && !of_another(),
            None => OF_FUNCTIONS.contains(&unversioned(&self.event_name)),
        }
    }

    /// Equal for two records iff they are the same event delivered twice to the same account, save a chance below 2^-100.
    ///
    /// The event id and the account decide. Time, name, function and caller are part of the key, too: two records that share
    /// an id and *differ* are two claims, none hides the other, and the result does not depend on which was read first.
    #[must_use]
    pub fn key(&self) -> u128 {
        self.key_of(id_bits(self.event_told()).0)
    }

    /// The id of the event that the record tells of: its own, or that of the one that it corrects.
    #[must_use]
    pub fn event_told(&self) -> &str {
        self.event_corrected().unwrap_or(&self.event_id)
    }

    /// The id of the event whose record this one corrects; `None` iff it corrects none.
    #[must_use]
    pub fn event_corrected(&self) -> Option<&str> {
        self.corrects.as_deref().filter(|id| !id.is_empty())
    }

    /// As [`Record::key`], the bits of the event id being known.
    pub(crate) fn key_of(&self, event: u128) -> u128 {
        let mut hasher = FixedState::with_seed(1).build_hasher();
        for part in
            [self.recipient_account_id.as_deref(), self.function_named(), self.identity.arn.as_deref()]
        {
            hasher.write(part.unwrap_or_default().as_bytes());
            hasher.write_u8(u8::from(part.is_some()));
        }
        hasher.write(self.event_name.as_bytes());
        hasher.write_i64(self.milliseconds);
        event.wrapping_add(u128::from(hasher.finish()))
    }
}

/// As [`Record::is_invocation`], of names alone.
#[must_use]
pub(crate) fn is_invocation(source: &str, name: &str) -> bool {
    // Lambda Developer Guide, "Logging AWS Lambda API calls" and "Monitoring MicroVMs"; `InvokeExecution` was observed.
    source == LAMBDA && (name.starts_with(INVOKE) || MICROVM.contains(&name))
}

/// What stands before the name in the ARN of a function.
const FUNCTION: &str = ":function:";

/// With this begin the names of all calls to functions.
const INVOKE: &str = "Invoke";

/// The calls that only plain functions have (Lambda Developer Guide, "Logging AWS Lambda API calls"; `InvokeExecution` was observed).
const OF_FUNCTIONS: [&str; 5] =
    [INVOKE, "InvokeAsync", "InvokeExecution", "InvokeFunctionUrl", "InvokeWithResponseStream"];

/// True iff the name is that of a call of a web function.
pub(crate) fn is_of_web_function(name: &str) -> bool {
    name.starts_with("InvokeWebFunction")
}

/// A name without the version of its API, as in `InvokeAsync20141113` and `UpdateFunctionCode20150331v2`.
fn unversioned(name: &str) -> &str {
    let without =
        name.rsplit_once('v').filter(|(_, version)| is_digits(version)).map_or(name, |(name, _)| name);
    match without.len().checked_sub(8).and_then(|at| without.split_at_checked(at)) {
        Some((bare, day)) if is_digits(day) => bare,
        _ => name,
    }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The calls that start or steer a MicroVM.
const MICROVM: [&str; 6] = [
    "RunMicrovm",
    "TerminateMicrovm",
    "SuspendMicrovm",
    "ResumeMicrovm",
    "CreateMicrovmAuthToken",
    "CreateMicrovmShellAuthToken",
];

/// True iff the name is that of an invocation, save for letters or for what stands around it.
pub(crate) fn is_nearly_invocation(name: &str) -> bool {
    if name.starts_with(INVOKE) {
        return false;
    }
    let bare = name.trim_matches(|letter: char| !letter.is_ascii_alphanumeric());
    bare.get(..INVOKE.len()).is_some_and(|begins| begins.eq_ignore_ascii_case(INVOKE))
        || MICROVM.iter().any(|one| bare.eq_ignore_ascii_case(one) && name != *one)
}

/// `eventSource` of everything that runs, and of Lambda's control plane.
pub(crate) const LAMBDA: &str = "lambda.amazonaws.com";
/// `eventSource` of calls that change recording.
pub(crate) const CLOUDTRAIL: &str = "cloudtrail.amazonaws.com";

/// The bits of an id, and true iff they are a UUID written as usual, from which the text can be made again. An event id is a
/// UUID: its 128 bits are as good a key as there is. Other texts are hashed.
pub(crate) fn id_bits(id: &str) -> (u128, bool) {
    if let Some(bits) = uuid_bits(id) {
        return (bits, true);
    }
    let half = |seed| u128::from(FixedState::with_seed(seed).hash_one(id.as_bytes()));
    (half(2) << 64 | half(3), false)
}
