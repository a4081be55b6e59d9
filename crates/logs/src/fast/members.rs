//! The texts of a record by place: where they stand in a record that was parsed, and the record that they make.

use super::walk::decoded;
use crate::record::{CLOUDTRAIL, Function, Identity, LAMBDA, Record, Requested, Text, is_nearly_invocation};
use crate::time::milliseconds;
use std::borrow::Cow;

/// Texts of a record that have a place in [`Record`]; see [`places`].
pub(super) const PLACES: usize = 36;
/// The place of texts that nobody asks for.
pub(super) const NOWHERE: u8 = 0;

/// The texts of one record, by place, escapes as written.
pub(super) type Texts<'a> = [Option<&'a str>; PLACES];

/// What a shape says by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Facts {
    pub(super) management: Option<bool>,
    pub(super) read_only: Option<bool>,
    pub(super) requested: bool,
}

/// Where the first backslash of a record stands, and the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Escapes {
    first: usize,
    last: usize,
}

impl Escapes {
    /// `None` iff there is none.
    pub(super) fn of(raw: &[u8]) -> Option<Escapes> {
        let first = memchr::memchr(b'\\', raw)?;
        Some(Escapes { first, last: memchr::memrchr(b'\\', raw)? })
    }

    /// True iff the text at that byte of the record has one.
    #[inline(always)]
    pub(super) fn within(self, at: usize, text: &str) -> bool {
        at <= self.last && at + text.len() > self.first && memchr::memchr(b'\\', text.as_bytes()).is_some()
    }
}

/// Where the texts of a record stand: the order is that in which [`record`] takes them.
pub(super) fn places(record: &Record<'_>) -> [Option<*const u8>; PLACES - 1] {
    let some = |text: Option<&Text<'_>>| text.map(|text| text.as_bytes().as_ptr());
    let identity = &record.identity;
    let function = record.function.as_ref();
    let requested = record.requested.as_ref();
    [
        some(Some(&record.event_id)),
        some(Some(&record.event_time)),
        some(Some(&record.event_name)),
        some(Some(&record.event_source)),
        some(record.event_version.as_ref()),
        some(record.event_type.as_ref()),
        some(record.category.as_ref()),
        some(record.region.as_ref()),
        some(record.recipient_account_id.as_ref()),
        some(record.request_id.as_ref()),
        some(record.shared_event_id.as_ref()),
        some(record.source_address.as_ref()),
        some(record.user_agent.as_ref()),
        some(record.error_code.as_ref()),
        some(record.error_message.as_ref()),
        some(record.vpc_endpoint.as_ref()),
        some(record.console.as_ref()),
        some(identity.kind.as_ref()),
        some(identity.principal_id.as_ref()),
        some(identity.arn.as_ref()),
        some(identity.account.as_ref()),
        some(identity.user_name.as_ref()),
        some(identity.invoked_by.as_ref()),
        some(identity.issuer_arn.as_ref()),
        some(identity.access_key.as_ref()),
        some(identity.on_behalf_of.as_ref()),
        some(function.and_then(|function| function.arn.as_ref())),
        some(function.map(|function| &function.kind)),
        some(function.and_then(|function| function.account.as_ref())),
        some(requested.and_then(|requested| requested.function_name.as_ref())),
        some(requested.and_then(|requested| requested.invocation_type.as_ref())),
        some(requested.and_then(|requested| requested.source_arn.as_ref())),
        some(requested.and_then(|requested| requested.source_account.as_ref())),
        some(record.executed.as_ref()),
        some(record.corrects.as_ref()),
    ]
}

/// The record that these texts make, escapes as written; `None` iff the exact parse has to judge.
#[expect(clippy::too_many_lines, reason = "one line for each member: a list, and nothing to follow")]
#[inline(always)]
pub(super) fn record<'a>(
    raw: &'a [u8],
    offset: usize,
    texts: &Texts<'a>,
    facts: Facts,
    escapes: bool,
) -> Option<Record<'a>> {
    let [
        _,
        event_id,
        event_time,
        event_name,
        event_source,
        event_version,
        event_type,
        category,
        region,
        account,
        request_id,
        shared_event_id,
        source_address,
        user_agent,
        error_code,
        error_message,
        vpc_endpoint,
        console,
        kind,
        principal_id,
        arn,
        caller_account,
        user_name,
        invoked_by,
        issuer_arn,
        access_key,
        on_behalf_of,
        function_arn,
        function_kind,
        owner,
        function_name,
        invocation_type,
        source_arn,
        source_account,
        executed,
        corrects,
    ] = *texts;
    let (source, function_kind, event_time) = (event_source?, function_kind?, event_time?);
    let usual = matches!(source, LAMBDA | CLOUDTRAIL)
        && function_kind.starts_with("AWS::Lambda::")
        && event_version.is_none_or(|version| version.starts_with("1."))
        && category != Some("Aggregated")
        && !event_name.is_some_and(is_nearly_invocation);
    // What was looked at just now was looked at as it is written.
    let exact = [Some(source), Some(function_kind), Some(event_time), event_version, category, event_name];
    let escaped = |text: &str| memchr::memchr(b'\\', text.as_bytes()).is_some();
    if !usual || escapes && exact.into_iter().flatten().any(escaped) {
        return None;
    }
    let text = |text: Option<&'a str>| text.map(Cow::Borrowed);
    Some(Record {
        offset: offset as u64,
        raw,
        event_id: Cow::Borrowed(event_id?),
        event_time: Cow::Borrowed(event_time),
        milliseconds: milliseconds(event_time)?,
        event_name: Cow::Borrowed(event_name?),
        event_source: Cow::Borrowed(source),
        event_version: text(event_version),
        event_type: text(event_type),
        category: text(category),
        management: facts.management,
        read_only: facts.read_only,
        region: text(region),
        recipient_account_id: text(account),
        request_id: text(request_id),
        shared_event_id: text(shared_event_id),
        source_address: text(source_address),
        user_agent: text(user_agent),
        error_code: text(error_code),
        error_message: text(error_message),
        vpc_endpoint: text(vpc_endpoint),
        console: text(console),
        identity: Identity {
            kind: text(kind),
            principal_id: text(principal_id),
            arn: text(arn),
            account: text(caller_account),
            user_name: text(user_name),
            invoked_by: text(invoked_by),
            issuer_arn: text(issuer_arn),
            access_key: text(access_key),
            on_behalf_of: text(on_behalf_of),
        },
        function: Some(Function {
            arn: text(function_arn),
            kind: Cow::Borrowed(function_kind),
            account: text(owner),
        }),
        requested: facts.requested.then(|| Requested {
            function_name: text(function_name),
            invocation_type: text(invocation_type),
            source_arn: text(source_arn),
            source_account: text(source_account),
        }),
        executed: text(executed),
        corrects: text(corrects),
        aggregated: None,
    })
}

/// Undoes the escapes of all texts that [`record`] did not look at; `None` iff one of them cannot be.
#[inline(never)]
pub(super) fn undo(record: &mut Record<'_>, escapes: Escapes) -> Option<()> {
    let begin = record.raw.as_ptr().addr();
    let one = |text: &mut Text<'_>| {
        let at = text.as_ptr().addr().wrapping_sub(begin);
        if escapes.within(at, text) {
            *text = decoded(text)?;
        }
        Some(())
    };
    one(&mut record.event_id)?;
    let Identity {
        kind,
        principal_id,
        arn,
        account,
        user_name,
        invoked_by,
        issuer_arn,
        access_key,
        on_behalf_of,
    } = &mut record.identity;
    let of_record = [
        &mut record.event_type,
        &mut record.region,
        &mut record.recipient_account_id,
        &mut record.request_id,
        &mut record.shared_event_id,
        &mut record.source_address,
        &mut record.user_agent,
        &mut record.error_code,
        &mut record.error_message,
        &mut record.vpc_endpoint,
        &mut record.console,
        &mut record.executed,
        &mut record.corrects,
    ];
    let of_identity =
        [kind, principal_id, arn, account, user_name, invoked_by, issuer_arn, access_key, on_behalf_of];
    let mut all = of_record.into_iter().chain(of_identity);
    let function = record.function.iter_mut();
    let mut of_function = function.flat_map(|function| [&mut function.arn, &mut function.account]);
    let requested = record.requested.iter_mut();
    let mut of_request = requested.flat_map(|asked| {
        [
            &mut asked.function_name,
            &mut asked.invocation_type,
            &mut asked.source_arn,
            &mut asked.source_account,
        ]
    });
    all.try_for_each(|text| text.as_mut().map_or(Some(()), one))?;
    of_function.try_for_each(|text| text.as_mut().map_or(Some(()), one))?;
    of_request.try_for_each(|text| text.as_mut().map_or(Some(()), one))
}
