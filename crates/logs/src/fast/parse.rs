//! The exact parse of one record by its own members, all of its JSON checked on the way.

use super::found::Quotes;
use super::walk::Walk;
use crate::plain::is_nearly_ours;
use crate::record::{CLOUDTRAIL, Function, Identity, LAMBDA, Record, Requested, Text, is_nearly_invocation};
use crate::time::milliseconds;

/// A record that was understood. There are no Insights events, aggregated events or refusals among them.
#[allow(
    clippy::large_enum_variant,
    reason = "it is looked at at once, and a box for each record would cost more than the rest"
)]
pub(super) enum Parsed<'a> {
    /// And true iff it is as records of Lambda are: with one resource, which is Lambda's.
    OfInterest(Record<'a>, bool),
    Other,
}

/// Reads the object `text`; `None` iff the plain path has to.
pub(super) fn parse<'a>(
    text: &'a str,
    offset: usize,
    quotes: Quotes<'_>,
    escapes: bool,
) -> Option<Parsed<'a>> {
    let mut walk = Walk::new(text, quotes, escapes);
    let mut found = Members::default();
    walk.object(|walk, key| found.member(walk, key))?;
    if !walk.done() {
        return None;
    }
    match found.source.as_deref() {
        Some(LAMBDA | CLOUDTRAIL) => {}
        // A record that does not say what it is of is refused.
        Some(source) if !is_nearly_ours(source) => return Some(Parsed::Other),
        _ => return None,
    }
    let usual = found.resources == 1 && found.function.is_some();
    found.record(text.as_bytes(), offset).map(|record| Parsed::OfInterest(record, usual))
}

/// The members of a record so far.
#[derive(Default)]
struct Members<'a> {
    /// A bit for each member that was there: one that stands twice is left to the plain path.
    seen: u32,
    id: Option<Text<'a>>,
    time: Option<Text<'a>>,
    name: Option<Text<'a>>,
    source: Option<Text<'a>>,
    version: Option<Text<'a>>,
    kind: Option<Text<'a>>,
    category: Option<Text<'a>>,
    management: Option<bool>,
    read_only: Option<bool>,
    region: Option<Text<'a>>,
    account: Option<Text<'a>>,
    request_id: Option<Text<'a>>,
    shared_event_id: Option<Text<'a>>,
    source_address: Option<Text<'a>>,
    user_agent: Option<Text<'a>>,
    error_code: Option<Text<'a>>,
    error_message: Option<Text<'a>>,
    vpc_endpoint: Option<Text<'a>>,
    console: Option<Text<'a>>,
    identity: Identity<'a>,
    function: Option<Function<'a>>,
    resources: u32,
    requested: Option<Requested<'a>>,
    executed: Option<Text<'a>>,
    corrects: Option<Text<'a>>,
}

/// `Some` iff `bit` was not set; sets it.
#[inline(always)]
fn once(seen: &mut u32, bit: u32) -> Option<()> {
    let before = std::mem::replace(seen, *seen | 1 << bit);
    (before & 1 << bit == 0).then_some(())
}

impl<'a> Members<'a> {
    /// Keys are told apart by length first: it is the cheapest thing to know about them.
    #[inline(always)]
    fn member(&mut self, walk: &mut Walk<'a, '_>, key: &str) -> Option<()> {
        let (bit, slot) = match (key.len(), key) {
            (7, "eventID") => (0, &mut self.id),
            (9, "eventTime") => (1, &mut self.time),
            (9, "eventName") => (2, &mut self.name),
            (9, "eventType") => (3, &mut self.kind),
            (9, "awsRegion") => (4, &mut self.region),
            (9, "userAgent") => (5, &mut self.user_agent),
            (9, "requestID") => (6, &mut self.request_id),
            (9, "errorCode") => (7, &mut self.error_code),
            (11, "eventSource") => (8, &mut self.source),
            (12, "eventVersion") => (9, &mut self.version),
            (12, "errorMessage") => (10, &mut self.error_message),
            (13, "eventCategory") => (11, &mut self.category),
            (13, "sharedEventID") => (12, &mut self.shared_event_id),
            (13, "vpcEndpointId") => (13, &mut self.vpc_endpoint),
            (15, "sourceIPAddress") => (14, &mut self.source_address),
            (18, "recipientAccountId") => (15, &mut self.account),
            (28, "sessionCredentialFromConsole") => (16, &mut self.console),
            _ => return self.other(walk, key),
        };
        once(&mut self.seen, bit)?;
        *slot = walk.text()?;
        Some(())
    }

    /// Members that are no texts.
    #[inline(always)]
    fn other(&mut self, walk: &mut Walk<'a, '_>, key: &str) -> Option<()> {
        match (key.len(), key) {
            (8, "addendum") => {
                once(&mut self.seen, 23)?;
                self.corrects = within(walk, "originalEventID")?;
            }
            (8, "readOnly") => {
                once(&mut self.seen, 17)?;
                self.read_only = walk.truth()?;
            }
            (9, "resources") => {
                once(&mut self.seen, 18)?;
                (self.function, self.resources) = function(walk)?;
            }
            (12, "userIdentity") => {
                once(&mut self.seen, 19)?;
                self.identity = identity(walk)?;
            }
            (15, "managementEvent") => {
                once(&mut self.seen, 20)?;
                self.management = walk.truth()?;
            }
            (17, "requestParameters") => {
                once(&mut self.seen, 21)?;
                self.requested = requested(walk)?;
            }
            (19, "additionalEventData") => {
                once(&mut self.seen, 22)?;
                self.executed = within(walk, "functionVersion")?;
            }
            // Not an API event: the plain path knows what to do.
            (14, "insightDetails") => return None,
            _ => walk.pass(0)?,
        }
        Some(())
    }

    fn record(self, raw: &'a [u8], offset: usize) -> Option<Record<'a>> {
        let foreign = self.version.as_ref().is_some_and(|version| !version.starts_with("1."));
        let odd = self.name.as_deref().is_some_and(is_nearly_invocation);
        if foreign || odd || self.category.as_deref() == Some("Aggregated") {
            return None;
        }
        let event_time = self.time?;
        Some(Record {
            offset: offset as u64,
            raw,
            event_id: self.id?,
            milliseconds: milliseconds(&event_time)?,
            event_time,
            event_name: self.name?,
            event_source: self.source?,
            event_version: self.version,
            event_type: self.kind,
            category: self.category,
            management: self.management,
            read_only: self.read_only,
            region: self.region,
            recipient_account_id: self.account,
            request_id: self.request_id,
            shared_event_id: self.shared_event_id,
            source_address: self.source_address,
            user_agent: self.user_agent,
            error_code: self.error_code,
            error_message: self.error_message,
            vpc_endpoint: self.vpc_endpoint,
            console: self.console,
            identity: self.identity,
            function: self.function,
            requested: self.requested,
            executed: self.executed,
            corrects: self.corrects,
            aggregated: None,
        })
    }
}

fn identity<'a>(walk: &mut Walk<'a, '_>) -> Option<Identity<'a>> {
    let mut found = Identity::default();
    let mut seen = 0;
    walk.object(|walk, key| {
        let (bit, slot) = match (key.len(), key) {
            (4, "type") => (0, &mut found.kind),
            (11, "principalId") => (1, &mut found.principal_id),
            (3, "arn") => (2, &mut found.arn),
            (9, "accountId") => (3, &mut found.account),
            (8, "userName") => (4, &mut found.user_name),
            (9, "invokedBy") => (5, &mut found.invoked_by),
            (11, "accessKeyId") => {
                once(&mut seen, 7)?;
                found.access_key = walk.perhaps()?;
                return Some(());
            }
            (10, "onBehalfOf") => {
                once(&mut seen, 8)?;
                found.on_behalf_of = within(walk, "userId")?;
                return Some(());
            }
            (14, "sessionContext") => {
                once(&mut seen, 6)?;
                found.issuer_arn = issuer(walk)?;
                return Some(());
            }
            _ => return walk.pass(0),
        };
        once(&mut seen, bit)?;
        *slot = walk.text()?;
        Some(())
    })?;
    Some(found)
}

/// `sessionIssuer.arn` of a session context.
fn issuer<'a>(walk: &mut Walk<'a, '_>) -> Option<Option<Text<'a>>> {
    let (mut found, mut seen) = (None, 0);
    walk.object(|walk, key| {
        if key != "sessionIssuer" {
            return walk.pass(0);
        }
        once(&mut seen, 0)?;
        walk.object(|walk, key| {
            if key != "arn" {
                return walk.pass(0);
            }
            once(&mut seen, 1)?;
            found = walk.text()?;
            Some(())
        })
    })?;
    Some(found)
}

/// The first resource of Lambda, and how many resources there are.
fn function<'a>(walk: &mut Walk<'a, '_>) -> Option<(Option<Function<'a>>, u32)> {
    let (mut found, mut count) = (None, 0);
    walk.list(|walk| {
        count += 1;
        // `null` would pass for an object without members, and is none of a resource's shapes.
        if walk.peek() != b'{' {
            return None;
        }
        let (mut arn, mut kind, mut account, mut seen) = (None, None, None, 0);
        walk.object(|walk, key| {
            let (bit, slot) = match (key.len(), key) {
                (3, "ARN") => (0, &mut arn),
                (4, "type") => (1, &mut kind),
                (9, "accountId") => (2, &mut account),
                _ => return walk.pass(0),
            };
            once(&mut seen, bit)?;
            *slot = walk.text()?;
            Some(())
        })?;
        match kind {
            Some(kind) if found.is_none() && kind.starts_with("AWS::Lambda::") => {
                found = Some(Function { arn, kind, account });
            }
            _ => {}
        }
        Some(())
    })?;
    Some((found, count))
}

fn requested<'a>(walk: &mut Walk<'a, '_>) -> Option<Option<Requested<'a>>> {
    if walk.peek() != b'{' {
        return walk.pass(0).map(|()| None);
    }
    let (mut found, mut seen) = (Requested::default(), 0);
    walk.object(|walk, key| {
        let (bit, slot) = match (key.len(), key) {
            (12, "functionName") => (0, &mut found.function_name),
            (14, "invocationType") => (1, &mut found.invocation_type),
            (9, "sourceArn") => (2, &mut found.source_arn),
            (13, "sourceAccount") => (3, &mut found.source_account),
            _ => return walk.pass(0),
        };
        once(&mut seen, bit)?;
        *slot = walk.perhaps()?;
        Some(())
    })?;
    Some(Some(found))
}

/// The member of the object here; `None` also where it is no text, or where here is no object.
fn within<'a>(walk: &mut Walk<'a, '_>, member: &str) -> Option<Option<Text<'a>>> {
    if walk.peek() != b'{' {
        return walk.pass(0).map(|()| None);
    }
    let (mut found, mut seen) = (None, 0);
    walk.object(|walk, key| {
        if key != member {
            return walk.pass(0);
        }
        once(&mut seen, 0)?;
        found = walk.perhaps()?;
        Some(())
    })?;
    Some(found)
}
