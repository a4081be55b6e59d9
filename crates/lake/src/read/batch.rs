//! Some rows of a file as columns in memory, and one of them as a record.

use super::{Found, ReadError};
use arrow_array::cast::AsArray;
use arrow_array::types::{Int64Type, TimestampMillisecondType};
use arrow_array::{Array, BooleanArray, Int64Array, PrimitiveArray, RecordBatch, StringArray};
use logs::{Function, Identity, Record, Requested, Text};
use std::borrow::Cow;
use std::collections::HashMap;

/// One column.
enum Values<'a> {
    Text(&'a StringArray),
    Integer(&'a Int64Array),
    Time(&'a PrimitiveArray<TimestampMillisecondType>),
    Boolean(&'a BooleanArray),
}

/// See the module.
pub(super) struct Batch<'a> {
    columns: HashMap<&'a str, Values<'a>>,
}

impl<'a> Batch<'a> {
    /// # Errors
    /// Iff a column is of a type that no table has.
    pub(super) fn of(batch: &'a RecordBatch) -> Result<Batch<'a>, ReadError> {
        let schema = batch.schema_ref();
        let mut columns = HashMap::new();
        for (field, values) in schema.fields().iter().zip(batch.columns()) {
            let typed = if let Some(texts) = values.as_string_opt::<i32>() {
                Values::Text(texts)
            } else if let Some(numbers) = values.as_primitive_opt::<Int64Type>() {
                Values::Integer(numbers)
            } else if let Some(times) = values.as_primitive_opt::<TimestampMillisecondType>() {
                Values::Time(times)
            } else if let Some(said) = values.as_boolean_opt() {
                Values::Boolean(said)
            } else {
                return Err(ReadError::Column(field.name().clone()));
            };
            columns.insert(field.name().as_str(), typed);
        }
        Ok(Batch { columns })
    }

    /// # Errors
    /// Iff there is no such column of texts.
    pub(super) fn text(&self, name: &str, row: usize) -> Result<Option<&'a str>, ReadError> {
        match self.columns.get(name) {
            Some(Values::Text(texts)) => Ok(texts.is_valid(row).then(|| texts.value(row))),
            _ => Err(ReadError::Column(name.to_owned())),
        }
    }

    fn integer(&self, name: &str, row: usize) -> Result<i64, ReadError> {
        match self.columns.get(name) {
            Some(Values::Integer(numbers)) if numbers.is_valid(row) => Ok(numbers.value(row)),
            Some(Values::Time(times)) if times.is_valid(row) => Ok(times.value(row)),
            _ => Err(ReadError::Column(name.to_owned())),
        }
    }

    fn boolean(&self, name: &str, row: usize) -> Result<Option<bool>, ReadError> {
        match self.columns.get(name) {
            Some(Values::Boolean(said)) => Ok(said.is_valid(row).then(|| said.value(row))),
            _ => Err(ReadError::Column(name.to_owned())),
        }
    }

    /// Where the record begins in its file.
    pub(super) fn offset(&self, row: usize) -> Result<u64, ReadError> {
        Ok(u64::try_from(self.integer("source_offset", row)?).unwrap_or(0))
    }

    /// What is left of the record's bytes: the version or alias that was asked for, where one was.
    pub(super) fn qualifier(&self, row: usize, raw: &mut String) {
        raw.clear();
        if let Ok(Some(qualifier)) = self.text("qualifier", row) {
            // It holds letters, digits and few signs, none of which JSON escapes.
            raw.push_str(r#"{"requestParameters":{"qualifier":""#);
            raw.push_str(qualifier);
            raw.push_str(r#""}}"#);
        }
    }

    /// One row. `raw` is what the record has instead of its bytes.
    pub(super) fn found<'r>(&'r self, row: usize, raw: &'r str) -> Result<Found<'r>, ReadError> {
        let text = |name: &str| Ok::<_, ReadError>(self.text(name, row)?.map(Cow::Borrowed));
        let whole = |name: &str| Ok::<Text<'r>, ReadError>(text(name)?.unwrap_or_default());
        let function = text("resource_type")?.map(|kind| {
            Ok::<_, ReadError>(Function {
                arn: text("resource_arn")?,
                kind,
                account: text("resource_accountid")?,
            })
        });
        let requested = Requested {
            function_name: text("functionname")?,
            invocation_type: text("invocationtype")?,
            source_arn: text("source_arn")?,
            source_account: text("source_account")?,
        };
        let record = Record {
            offset: self.offset(row)?,
            raw: raw.as_bytes(),
            event_id: whole("eventid")?,
            event_time: whole("eventtime")?,
            milliseconds: self.integer("time", row)?,
            event_name: whole("eventname")?,
            event_source: whole("eventsource")?,
            event_version: text("eventversion")?,
            event_type: text("eventtype")?,
            category: text("eventcategory")?,
            management: self.boolean("managementevent", row)?,
            read_only: self.boolean("readonly", row)?,
            region: text("awsregion")?,
            recipient_account_id: text("recipientaccountid")?,
            request_id: text("requestid")?,
            shared_event_id: text("sharedeventid")?,
            source_address: text("sourceipaddress")?,
            user_agent: text("useragent")?,
            error_code: text("errorcode")?,
            error_message: text("errormessage")?,
            vpc_endpoint: text("vpcendpointid")?,
            console: text("sessioncredentialfromconsole")?,
            identity: Identity {
                kind: text("useridentity_type")?,
                principal_id: text("useridentity_principalid")?,
                arn: text("useridentity_arn")?,
                account: text("useridentity_accountid")?,
                user_name: text("useridentity_username")?,
                invoked_by: text("useridentity_invokedby")?,
                issuer_arn: text("useridentity_issuer_arn")?,
                access_key: text("useridentity_accesskeyid")?,
                on_behalf_of: text("useridentity_onbehalfof_userid")?,
            },
            function: function.transpose()?,
            requested: Some(requested).filter(|one| *one != Requested::default()),
            executed: text("executed_version")?,
            corrects: text("corrects_eventid")?,
            aggregated: None,
        };
        let file = self.text("source_file", row)?.unwrap_or_default();
        let sha256 = self.text("record_sha256", row).ok().flatten().unwrap_or_default();
        let copies = u64::try_from(self.integer("copies_dropped", row)?).unwrap_or(0);
        Ok(Found { record, file, sha256, copies })
    }
}
