//! Rows of invocations as records.

use super::batch::{Batch, text};
use super::{Found, ReadError};
use arrow_array::types::TimestampMillisecondType;
use arrow_array::{Array, BooleanArray, Int64Array, PrimitiveArray, StringArray};
use logs::{Function, Identity, Record, Requested, Text};
use std::borrow::Cow;

/// The columns of a record's own texts, in the order in which [`Records::found`] takes them apart.
const CALL: [&str; 20] = [
    "eventid",
    "eventtime",
    "eventname",
    "eventsource",
    "eventversion",
    "eventtype",
    "eventcategory",
    "awsregion",
    "recipientaccountid",
    "requestid",
    "sharedeventid",
    "sourceipaddress",
    "useragent",
    "errorcode",
    "errormessage",
    "vpcendpointid",
    "sessioncredentialfromconsole",
    "executed_version",
    "corrects_eventid",
    "source_file",
];
/// Those of who called: [`Records::who`].
const WHO: [&str; 9] = [
    "useridentity_type",
    "useridentity_principalid",
    "useridentity_arn",
    "useridentity_accountid",
    "useridentity_username",
    "useridentity_invokedby",
    "useridentity_issuer_arn",
    "useridentity_accesskeyid",
    "useridentity_onbehalfof_userid",
];
/// Those of what was called: [`Records::what`].
const WHAT: [&str; 7] = [
    "resource_type",
    "resource_arn",
    "resource_accountid",
    "functionname",
    "invocationtype",
    "source_arn",
    "source_account",
];

/// See the module.
pub(super) struct Records<'a> {
    call: [&'a StringArray; CALL.len()],
    who: [&'a StringArray; WHO.len()],
    what: [&'a StringArray; WHAT.len()],
    qualifier: &'a StringArray,
    times: &'a PrimitiveArray<TimestampMillisecondType>,
    offsets: &'a Int64Array,
    copies: &'a Int64Array,
    read_only: &'a BooleanArray,
    management: &'a BooleanArray,
}

impl<'a> Batch<'a> {
    /// # Errors
    /// A column is missing.
    pub(super) fn records(&self) -> Result<Records<'a>, ReadError> {
        Ok(Records {
            call: self.all(CALL)?,
            who: self.all(WHO)?,
            what: self.all(WHAT)?,
            qualifier: self.texts("qualifier")?,
            times: self.times("time")?,
            offsets: self.integers("source_offset")?,
            copies: self.integers("copies_dropped")?,
            read_only: self.booleans("readonly")?,
            management: self.booleans("managementevent")?,
        })
    }

    fn all<const N: usize>(&self, names: [&str; N]) -> Result<[&'a StringArray; N], ReadError> {
        let mut texts = [self.texts("eventid")?; N];
        for (slot, name) in texts.iter_mut().zip(names) {
            *slot = self.texts(name)?;
        }
        Ok(texts)
    }
}

fn at<'r, const N: usize>(columns: [&'r StringArray; N], row: usize) -> [Option<Text<'r>>; N] {
    columns.map(|texts| text(texts, row).map(Cow::Borrowed))
}

impl Records<'_> {
    /// What is left of the record's bytes: the version or alias that was asked for, where one was.
    pub(super) fn qualifier(&self, row: usize, raw: &mut String) {
        raw.clear();
        if let Some(qualifier) = text(self.qualifier, row) {
            // It holds letters, digits and few signs, none of which JSON escapes.
            raw.push_str(r#"{"requestParameters":{"qualifier":""#);
            raw.push_str(qualifier);
            raw.push_str(r#""}}"#);
        }
    }

    /// One row. `raw` is what the record has instead of its bytes.
    pub(super) fn found<'r>(&'r self, row: usize, raw: &'r str) -> Result<Found<'r>, ReadError> {
        let said = |flags: &BooleanArray| flags.is_valid(row).then(|| flags.value(row));
        let natural = |numbers: &Int64Array| u64::try_from(numbers.value(row)).unwrap_or(0);
        let [
            id,
            time,
            name,
            source,
            version,
            kind,
            category,
            region,
            recipient,
            request,
            shared,
            address,
            agent,
            error,
            message,
            endpoint,
            console,
            executed,
            corrects,
            file,
        ] = at(self.call, row);
        let (function, requested) = self.what(row);
        let record = Record {
            offset: natural(self.offsets),
            raw: raw.as_bytes(),
            event_id: id.unwrap_or_default(),
            event_time: time.unwrap_or_default(),
            milliseconds: self.times.value(row),
            event_name: name.unwrap_or_default(),
            event_source: source.unwrap_or_default(),
            event_version: version,
            event_type: kind,
            category,
            management: said(self.management),
            read_only: said(self.read_only),
            region,
            recipient_account_id: recipient,
            request_id: request,
            shared_event_id: shared,
            source_address: address,
            user_agent: agent,
            error_code: error,
            error_message: message,
            vpc_endpoint: endpoint,
            console,
            identity: self.who(row),
            function,
            requested,
            executed,
            corrects,
            aggregated: None,
        };
        let Some(Cow::Borrowed(file)) = file else {
            return Err(ReadError::Column("source_file".to_owned()));
        };
        Ok(Found { record, file, copies: natural(self.copies) })
    }

    fn who(&self, row: usize) -> Identity<'_> {
        let [kind, principal_id, arn, account, user_name, invoked_by, issuer_arn, access_key, on_behalf_of] =
            at(self.who, row);
        Identity {
            kind,
            principal_id,
            arn,
            account,
            user_name,
            invoked_by,
            issuer_arn,
            access_key,
            on_behalf_of,
        }
    }

    fn what(&self, row: usize) -> (Option<Function<'_>>, Option<Requested<'_>>) {
        let [kind, arn, account, function_name, invocation_type, source_arn, source_account] =
            at(self.what, row);
        let function = kind.map(|kind| Function { arn, kind, account });
        let requested = Requested { function_name, invocation_type, source_arn, source_account };
        (function, Some(requested).filter(|one| *one != Requested::default()))
    }
}
