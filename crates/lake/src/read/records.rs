//! Rows of invocations as records.

use super::batch::{Batch, text};
use super::{Found, ReadError};
use arrow_array::types::TimestampMillisecondType;
use arrow_array::{Array, BooleanArray, Int64Array, PrimitiveArray, StringArray};
use logs::{Function, Identity, Record, Requested};
use std::borrow::Cow;

/// The columns of texts that a record is made of.
const TEXTS: [&str; 37] = [
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
    "useridentity_type",
    "useridentity_principalid",
    "useridentity_arn",
    "useridentity_accountid",
    "useridentity_username",
    "useridentity_invokedby",
    "useridentity_issuer_arn",
    "useridentity_accesskeyid",
    "useridentity_onbehalfof_userid",
    "resource_type",
    "resource_arn",
    "resource_accountid",
    "functionname",
    "invocationtype",
    "source_arn",
    "source_account",
    "executed_version",
    "corrects_eventid",
    "source_file",
    "qualifier",
];

/// See the module.
pub(super) struct Records<'a> {
    texts: [&'a StringArray; TEXTS.len()],
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
        let first = self.texts(TEXTS[0])?;
        let mut texts = [first; TEXTS.len()];
        for (slot, name) in texts.iter_mut().zip(TEXTS) {
            *slot = self.texts(name)?;
        }
        Ok(Records {
            texts,
            times: self.times("time")?,
            offsets: self.integers("source_offset")?,
            copies: self.integers("copies_dropped")?,
            read_only: self.booleans("readonly")?,
            management: self.booleans("managementevent")?,
        })
    }
}

impl Records<'_> {
    /// What is left of the record's bytes: the version or alias that was asked for, where one was.
    pub(super) fn qualifier(&self, row: usize, raw: &mut String) {
        raw.clear();
        if let Some(qualifier) = self.texts.last().and_then(|texts| text(texts, row)) {
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
            eventid,
            eventtime,
            eventname,
            eventsource,
            eventversion,
            eventtype,
            eventcategory,
            awsregion,
            recipientaccountid,
            requestid,
            sharedeventid,
            sourceipaddress,
            useragent,
            errorcode,
            errormessage,
            vpcendpointid,
            console,
            by_type,
            by_principalid,
            by_arn,
            by_accountid,
            by_username,
            by_invokedby,
            by_issuer_arn,
            by_accesskeyid,
            by_onbehalfof_userid,
            resource_type,
            resource_arn,
            resource_accountid,
            functionname,
            invocationtype,
            source_arn,
            source_account,
            executed_version,
            corrects_eventid,
            source_file,
            _qualifier,
        ] = self.texts.map(|texts| text(texts, row).map(Cow::Borrowed));
        let function =
            resource_type.map(|kind| Function { arn: resource_arn, kind, account: resource_accountid });
        let requested = Requested {
            function_name: functionname,
            invocation_type: invocationtype,
            source_arn,
            source_account,
        };
        let record = Record {
            offset: natural(self.offsets),
            raw: raw.as_bytes(),
            event_id: eventid.unwrap_or_default(),
            event_time: eventtime.unwrap_or_default(),
            milliseconds: self.times.value(row),
            event_name: eventname.unwrap_or_default(),
            event_source: eventsource.unwrap_or_default(),
            event_version: eventversion,
            event_type: eventtype,
            category: eventcategory,
            management: said(self.management),
            read_only: said(self.read_only),
            region: awsregion,
            recipient_account_id: recipientaccountid,
            request_id: requestid,
            shared_event_id: sharedeventid,
            source_address: sourceipaddress,
            user_agent: useragent,
            error_code: errorcode,
            error_message: errormessage,
            vpc_endpoint: vpcendpointid,
            console,
            identity: Identity {
                kind: by_type,
                principal_id: by_principalid,
                arn: by_arn,
                account: by_accountid,
                user_name: by_username,
                invoked_by: by_invokedby,
                issuer_arn: by_issuer_arn,
                access_key: by_accesskeyid,
                on_behalf_of: by_onbehalfof_userid,
            },
            function,
            requested: Some(requested).filter(|one| *one != Requested::default()),
            executed: executed_version,
            corrects: corrects_eventid,
            aggregated: None,
        };
        let Some(Cow::Borrowed(file)) = source_file else {
            return Err(ReadError::Column("source_file".to_owned()));
        };
        Ok(Found { record, file, copies: natural(self.copies) })
    }
}
