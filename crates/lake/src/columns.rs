//! The columns of each table, once: what writes and reads Parquet, the DDL of every engine and the reference page take them from here.

/// What a column holds, as every engine understands it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// UTF-8 text.
    Text,
    /// Milliseconds since 1970, UTC.
    Time,
    /// A signed integer of 64 bits.
    Integer,
    /// True or false.
    Boolean,
}

/// How the values of a text column differ from row to row: that decides how they are packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Variety {
    /// Few values, each in many rows.
    Few,
    /// Nearly each row has its own.
    Many,
    /// As [`Variety::Many`], and rows are looked for by it: there is a bloom filter.
    Id,
    /// As [`Variety::Few`], and rows are looked for by it.
    Sought,
    /// Long and different in each row; no statistics are kept.
    Long,
}

/// A column of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// In lower case. AWS's own names have no underscore except behind `useridentity`; ours have one, or are `time`, `caller`, `via`.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// How it varies.
    pub variety: Variety,
    /// True iff no row is without it.
    pub required: bool,
    /// Where it is from: the member of CloudTrail's record, or what of ours it is made of.
    pub source: &'static str,
    /// What it means, in one sentence.
    pub meaning: &'static str,
}

/// One of the tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Table {
    /// One row for each invocation record.
    Invocations,
    /// One row for each management event that matters to recording and to functions.
    ControlEvents,
    /// Invocation records counted by day, function and caller.
    InvocationsDaily,
}

impl Table {
    /// All of them.
    pub const ALL: [Table; 3] = [Table::Invocations, Table::ControlEvents, Table::InvocationsDaily];

    /// Its name, which is that of its folder, too.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Table::Invocations => "invocations",
            Table::ControlEvents => "control_events",
            Table::InvocationsDaily => "invocations_daily",
        }
    }

    /// Its columns in the order of the file. `raw` is the last of them, and in `invocations` only where it was asked for.
    #[must_use]
    pub fn columns(self) -> &'static [Column] {
        match self {
            Table::Invocations => INVOCATIONS,
            Table::ControlEvents => CONTROL_EVENTS,
            Table::InvocationsDaily => INVOCATIONS_DAILY,
        }
    }

    /// What one row of it is, in one sentence.
    #[must_use]
    pub const fn meaning(self) -> &'static str {
        match self {
            Table::Invocations => {
                "One row for each record of an invocation. Identical copies within a folder are one row, unless the record contradicts itself or its folder, or the copy was delivered before the one that is the row."
            }
            Table::ControlEvents => {
                "One row for each management event of Lambda and CloudTrail, and for each event of another service that a detection of InvokeTrail uses."
            }
            Table::InvocationsDaily => {
                "The rows of `invocations` counted by day, function, caller and way. Sum `records`, `errors` and `copies_dropped`; take the least `first_time` and the greatest `last_time`."
            }
        }
    }
}

/// The columns by which every table is partitioned: they are in the path and in no file.
pub const PARTITIONS: [(&str, &str); 3] = [
    (
        "account",
        "The account whose folder CloudTrail delivered to: twelve digits, leading zeros included. Always read it as text.",
    ),
    ("region", "The Region of that folder."),
    (
        "day",
        "The day of delivery, UTC, `YYYY-MM-DD`. A call shortly before midnight is in the next day's folder.",
    ),
];

const fn text(name: &'static str, variety: Variety, source: &'static str, meaning: &'static str) -> Column {
    Column { name, kind: Kind::Text, variety, required: false, source, meaning }
}

const fn required(column: Column) -> Column {
    Column { required: true, ..column }
}

const fn other(name: &'static str, kind: Kind, source: &'static str, meaning: &'static str) -> Column {
    Column { name, kind, variety: Many, required: false, source, meaning }
}

use Variety::{Few, Id, Long, Many, Sought};

const FUNCTION_ARN: Column = text(
    "function_arn",
    Few,
    "resources[].ARN, else requestParameters.functionName in the account and Region of the call",
    "The function without version or alias; the name that was asked for, where no ARN is known.",
);
const CALLER: Column = text(
    "caller",
    Sought,
    "userIdentity.arn, else invokedBy, onBehalfOf.userId, principalId, accountId",
    "Who called, in one text.",
);
const CALLER_ACCOUNT: Column = text(
    "caller_account",
    Few,
    "userIdentity.accountId, else the account in the ARN",
    "The account that the caller belongs to; null for services.",
);
const TIME: Column = required(other(
    "time",
    Kind::Time,
    "eventTime",
    "When the call came in, as a timestamp of milliseconds, UTC.",
));
const SOURCE_FILE: Column = required(text(
    "source_file",
    Few,
    "the log file",
    "The log file that CloudTrail delivered and its digest signs: `s3://BUCKET/KEY`, or the path from `AWSLogs/` on for a local copy. `#2` at its end where the folder has a file of that name from a second source.",
));
const SOURCE_OFFSET: Column = required(other(
    "source_offset",
    Kind::Integer,
    "the log file",
    "Where the record begins among the inflated bytes of that file.",
));
const RECORD_SHA256: Column = required(text(
    "record_sha256",
    Many,
    "the record's bytes",
    "SHA-256 of the record as it was delivered, in hexadecimal digits.",
));

/// Columns that AWS has in its own table and that invocations and management events have in common.
const EVENTTIME: Column =
    required(text("eventtime", Many, "eventTime", "As AWS writes it: `2026-11-17T09:30:00Z`."));
const EVENTNAME: Column = required(text("eventname", Few, "eventName", "The API call."));
const EVENTSOURCE: Column =
    required(text("eventsource", Few, "eventSource", "The service: `lambda.amazonaws.com`."));
const EVENTVERSION: Column = text("eventversion", Few, "eventVersion", "The version of the record's format.");
const EVENTTYPE: Column = text("eventtype", Few, "eventType", "`AwsApiCall`, `AwsServiceEvent` and others.");
const EVENTCATEGORY: Column = text("eventcategory", Few, "eventCategory", "`Data` or `Management`.");
const AWSREGION: Column = text("awsregion", Few, "awsRegion", "The Region of the call, as the record says.");
const RECIPIENT: Column = text(
    "recipientaccountid",
    Few,
    "recipientAccountId",
    "The account whose trail delivered the record. Use this instead of the partition `account` where an engine takes that for a number.",
);
const SOURCEIPADDRESS: Column =
    text("sourceipaddress", Few, "sourceIPAddress", "An address, or the name of a service.");
const USERAGENT: Column = text("useragent", Few, "userAgent", "The client.");
const ERRORCODE: Column = text("errorcode", Few, "errorCode", "Null where the call succeeded.");
const ERRORMESSAGE: Column = text("errormessage", Few, "errorMessage", "Null where the call succeeded.");
const VPCENDPOINTID: Column =
    text("vpcendpointid", Few, "vpcEndpointId", "The VPC endpoint that the call used.");
const EVENTID: Column = required(text("eventid", Id, "eventID", "The id of the record."));
const REQUESTID: Column = text(
    "requestid",
    Id,
    "requestID",
    "The id of the request: an asynchronous call and the attempts to run it have the same.",
);
const SHAREDEVENTID: Column = text(
    "sharedeventid",
    Many,
    "sharedEventID",
    "The same in the records of one event that two accounts have.",
);
const READONLY: Column = other("readonly", Kind::Boolean, "readOnly", "True for calls that change nothing.");
const MANAGEMENTEVENT: Column =
    other("managementevent", Kind::Boolean, "managementEvent", "True for management events.");
const IDENTITY_TYPE: Column =
    text("useridentity_type", Few, "userIdentity.type", "`AssumedRole`, `IAMUser`, `AWSService` and others.");
const IDENTITY_PRINCIPALID: Column =
    text("useridentity_principalid", Few, "userIdentity.principalId", "The id of the principal.");
const IDENTITY_ARN: Column = text("useridentity_arn", Few, "userIdentity.arn", "The ARN of the principal.");
const IDENTITY_ACCOUNTID: Column =
    text("useridentity_accountid", Few, "userIdentity.accountId", "The account of the principal.");
const IDENTITY_USERNAME: Column =
    text("useridentity_username", Few, "userIdentity.userName", "The name of the user.");
const IDENTITY_INVOKEDBY: Column = text(
    "useridentity_invokedby",
    Few,
    "userIdentity.invokedBy",
    "The service that called, by itself or for the principal.",
);
const IDENTITY_ACCESSKEYID: Column =
    text("useridentity_accesskeyid", Few, "userIdentity.accessKeyId", "The key that signed the request.");
const IDENTITY_ISSUER_ARN: Column = text(
    "useridentity_issuer_arn",
    Few,
    "userIdentity.sessionContext.sessionIssuer.arn",
    "The role of a session.",
);
const IDENTITY_ONBEHALFOF: Column = text(
    "useridentity_onbehalfof_userid",
    Few,
    "userIdentity.onBehalfOf.userId",
    "The user of IAM Identity Center.",
);
const FROM_CONSOLE: Column = text(
    "sessioncredentialfromconsole",
    Few,
    "sessionCredentialFromConsole",
    "`true` where the session began in the console.",
);

const INVOCATIONS: &[Column] = &[
    FUNCTION_ARN,
    TIME,
    text(
        "function_owner",
        Few,
        "resources[].accountId, else the account in the ARN",
        "The account that owns the function.",
    ),
    CALLER,
    CALLER_ACCOUNT,
    required(text(
        "via",
        Few,
        "several members",
        "How the call came in, as `invocations --by via` says it: `direct`, `service`, `console`, `url`, `async` and others.",
    )),
    EVENTTIME,
    EVENTNAME,
    EVENTSOURCE,
    EVENTVERSION,
    EVENTTYPE,
    EVENTCATEGORY,
    AWSREGION,
    RECIPIENT,
    SOURCEIPADDRESS,
    USERAGENT,
    ERRORCODE,
    ERRORMESSAGE,
    VPCENDPOINTID,
    EVENTID,
    REQUESTID,
    SHAREDEVENTID,
    READONLY,
    MANAGEMENTEVENT,
    IDENTITY_TYPE,
    IDENTITY_PRINCIPALID,
    IDENTITY_ARN,
    IDENTITY_ACCOUNTID,
    IDENTITY_USERNAME,
    IDENTITY_INVOKEDBY,
    IDENTITY_ACCESSKEYID,
    IDENTITY_ISSUER_ARN,
    IDENTITY_ONBEHALFOF,
    FROM_CONSOLE,
    text(
        "resource_type",
        Few,
        "resources[].type",
        "`AWS::Lambda::Function`, of the resource that names the function.",
    ),
    text("resource_arn", Few, "resources[].ARN", "The ARN of that resource, as the record says."),
    text(
        "resource_accountid",
        Few,
        "resources[].accountId",
        "The owner of that resource, as the record says.",
    ),
    text(
        "functionname",
        Few,
        "requestParameters.functionName",
        "What was asked for: a name or ARN, with or without alias.",
    ),
    text("qualifier", Few, "requestParameters.qualifier", "The version or alias that was asked for."),
    text(
        "invocationtype",
        Few,
        "requestParameters.invocationType",
        "`RequestResponse`, `Event` or `DryRun`.",
    ),
    text("source_arn", Few, "requestParameters.sourceArn", "The resource on whose behalf a service called."),
    text("source_account", Few, "requestParameters.sourceAccount", "The account of that resource."),
    text("executed_version", Few, "additionalEventData.functionVersion", "The ARN of the version that ran."),
    text(
        "corrects_eventid",
        Many,
        "addendum.originalEventID",
        "The record that this one corrects; null otherwise.",
    ),
    required(other(
        "copies_dropped",
        Kind::Integer,
        "the folder",
        "How many further records of the folder said the same in every column: copies of one event.",
    )),
    SOURCE_FILE,
    SOURCE_OFFSET,
    RECORD_SHA256,
    RAW,
];

/// The record itself.
const RAW: Column = text("raw", Long, "the record", "The record as it was delivered: a JSON object.");

const CONTROL_EVENTS: &[Column] = &[
    EVENTSOURCE,
    EVENTNAME,
    TIME,
    FUNCTION_ARN,
    CALLER,
    CALLER_ACCOUNT,
    EVENTTIME,
    EVENTVERSION,
    EVENTTYPE,
    EVENTCATEGORY,
    AWSREGION,
    RECIPIENT,
    SOURCEIPADDRESS,
    USERAGENT,
    ERRORCODE,
    ERRORMESSAGE,
    VPCENDPOINTID,
    EVENTID,
    REQUESTID,
    SHAREDEVENTID,
    READONLY,
    MANAGEMENTEVENT,
    IDENTITY_TYPE,
    IDENTITY_PRINCIPALID,
    IDENTITY_ARN,
    IDENTITY_ACCOUNTID,
    IDENTITY_USERNAME,
    IDENTITY_INVOKEDBY,
    IDENTITY_ACCESSKEYID,
    IDENTITY_ISSUER_ARN,
    IDENTITY_ONBEHALFOF,
    FROM_CONSOLE,
    text("requestparameters", Long, "requestParameters", "What was asked for, as JSON."),
    text("responseelements", Long, "responseElements", "What was answered, as JSON."),
    text("additionaleventdata", Long, "additionalEventData", "What AWS adds, as JSON."),
    SOURCE_FILE,
    SOURCE_OFFSET,
    RECORD_SHA256,
    required(RAW),
];

const INVOCATIONS_DAILY: &[Column] = &[
    FUNCTION_ARN,
    required(text("event_day", Few, "eventTime", "The day of the calls, UTC, `YYYY-MM-DD`.")),
    EVENTNAME,
    text("function_owner", Few, "invocations.function_owner", "The account that owns the function."),
    CALLER,
    CALLER_ACCOUNT,
    required(text("via", Few, "invocations.via", "How the calls came in.")),
    RECIPIENT,
    AWSREGION,
    required(other("records", Kind::Integer, "count(*)", "Rows of `invocations`.")),
    required(other("errors", Kind::Integer, "count(errorcode)", "Those of them with an error code.")),
    required(other("copies_dropped", Kind::Integer, "sum(copies_dropped)", "Copies that are not rows.")),
    required(other("first_time", Kind::Time, "min(time)", "The first of these calls.")),
    required(other("last_time", Kind::Time, "max(time)", "The last of these calls.")),
];

#[cfg(test)]
mod tests {
    use super::{PARTITIONS, Table};
    use std::collections::BTreeSet;

    #[test]
    fn names_are_lower_case_each_once_and_none_is_that_of_a_partition() {
        for table in Table::ALL {
            let names: Vec<&str> = table.columns().iter().map(|column| column.name).collect();
            let distinct: BTreeSet<&str> =
                names.iter().copied().chain(PARTITIONS.map(|(name, _)| name)).collect();
            assert_eq!(distinct.len(), names.len() + PARTITIONS.len(), "{}", table.name());
            let plain = |one: u8| one.is_ascii_lowercase() || one.is_ascii_digit() || one == b'_';
            assert!(distinct.iter().all(|name| name.bytes().all(plain)), "{}", table.name());
        }
    }
}
