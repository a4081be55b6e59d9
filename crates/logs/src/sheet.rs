//! The invocations of one log file as a table: fixed rows of numbers, and each text once.
//!
//! A question is answered over sheets, whether they come from a file just read or from the index of files read before.

mod marks;
mod texts;

pub use marks::Marks;
pub use texts::Texts;
use texts::Waiting;

use crate::accounted::Accounted;
use crate::home::Home;
use crate::record::{Record, id_bits, is_of_web_function};
use crate::via::way;
use serde::{Deserialize, Serialize};

/// A text of a row. [`Row::text`] is the number of that text in the sheet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Column {
    /// `eventName`
    Name,
    /// As [`Record::function_arn`] says, else the function asked for.
    Function,
    /// `resources[].accountId`, else the account in the ARN: who owns the function.
    Owner,
    /// `userIdentity.arn`
    Arn,
    /// `userIdentity.type`
    Kind,
    /// `userIdentity.accountId`, else the account in the caller's ARN.
    CallerAccount,
    /// `userIdentity.sessionContext.sessionIssuer.arn`
    Issuer,
    /// `userIdentity.invokedBy`
    InvokedBy,
    /// `userIdentity.principalId`
    PrincipalId,
    /// `userIdentity.userName`
    UserName,
    /// `sourceIPAddress`
    Address,
    /// `userAgent`
    Agent,
    /// `errorCode`
    Error,
    /// `awsRegion`, else as [`Record::region_of_call`] says.
    Region,
    /// `recipientAccountId`, else as [`Record::account`] says.
    Account,
    /// `requestParameters.sourceArn`
    SourceArn,
    /// `requestParameters.functionName`: what was asked for, alias and all.
    Asked,
    /// `additionalEventData.functionVersion`: what ran.
    Executed,
    /// `vpcEndpointId`
    VpcEndpoint,
    /// `eventID`, where it is no UUID.
    EventId,
    /// `requestID`, where it is no UUID.
    RequestId,
    /// The caller in one text: the principal's ARN, else the service, else the principal's id, else the account.
    Caller,
    /// `userIdentity.accessKeyId`
    AccessKey,
    /// `userIdentity.onBehalfOf.userId`: the user of IAM Identity Center.
    OnBehalfOf,
}

/// Raised whenever the same file would give another [`Sheet`] than before: what was kept of files read earlier is then useless.
/// With 4 came [`Marks::CORRECTS`]: of rows without it, corrections could not be told from what they correct. With 5 came
/// [`Column::AccessKey`] and [`Column::OnBehalfOf`], and [`Column::CallerAccount`] is filled out of the ARN where it must be. With 6
/// records without `eventSource` and files without content are refused, and [`Column::Function`] is an ARN wherever one is known. With 7
/// [`Column::Account`] and [`Column::Region`] are those of the folder where a record does not say them, and more pages are told. With
/// 9 came [`Marks::OTHER_KIND`] and [`Marks::WEB`], and a name is that of a plain function only where the record says so. With
/// 10 [`Column::Function`] is an ARN also where the end of one was asked for.
pub const SHEET_VERSION: u32 = 10;

/// How many columns there are.
const COLUMNS: usize = 24;

/// Which columns are filled: a question over a file just read needs few, the index keeps all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Columns(u32);

impl Columns {
    /// All of them.
    pub const ALL: Columns = Columns(u32::MAX);

    /// These.
    #[must_use]
    pub fn of(columns: &[Column]) -> Self {
        Columns(columns.iter().fold(0, |bits, column| bits | 1 << *column as u8))
    }

    /// These, and those.
    #[must_use]
    pub const fn and(self, those: Columns) -> Self {
        Columns(self.0 | those.0)
    }

    /// True iff the column is filled.
    #[must_use]
    pub const fn has(self, column: Column) -> bool {
        self.0 & 1 << column as u8 != 0
    }
}

/// One invocation record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// The bits of `eventID`, or of the id of the event that is corrected: the UUID itself, or a hash of any other text.
    pub event: u128,
    /// As [`Record::key`]: equal for two rows iff they are the same event delivered twice to the same account.
    pub key: u128,
    /// The bits of `requestID`, as of `eventID`; 0 iff there is none.
    pub request: u128,
    /// `eventTime` in milliseconds since 1970.
    pub milliseconds: i64,
    /// Yes and no.
    pub marks: Marks,
    texts: [u32; COLUMNS],
}

impl Row {
    /// What [`Row::key`] has beside the bits of the event id.
    pub(crate) fn salt(&self) -> u64 {
        // The key was made by adding 64 bits.
        u64::try_from(self.key.wrapping_sub(self.event)).unwrap_or(0)
    }

    /// The number of the text in this sheet's [`Texts`]; 0 iff the record has none, or the column was not filled.
    #[must_use]
    pub fn text(&self, column: Column) -> u32 {
        self.texts.get(column as usize).copied().unwrap_or(0)
    }
}

/// [`Accounted`] as it can be kept: reasons in words.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// Inflated bytes.
    pub bytes: u64,
    /// Records read.
    pub records: u64,
    /// Whole things that hold no API event.
    pub not_events: u64,
    /// Records and stretches of bytes that could not be read.
    pub refusals: u64,
    /// The first of them: offset among the inflated bytes, and why.
    pub refused: Vec<(u64, String)>,
    /// What is wrong with the gzip wrapping.
    pub trouble: Option<String>,
}

impl From<&Accounted> for Facts {
    fn from(accounted: &Accounted) -> Self {
        let refused = accounted.refused.iter().map(|one| (one.offset, one.reason.to_string()));
        Facts {
            bytes: accounted.bytes,
            records: accounted.records,
            not_events: accounted.not_events,
            refusals: accounted.refusals,
            refused: refused.collect(),
            trouble: accounted.trouble.as_ref().map(ToString::to_string),
        }
    }
}

/// See the module.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Sheet {
    /// Every text of the rows once.
    pub texts: Texts,
    /// In the order of the file.
    pub rows: Vec<Row>,
    /// Records of Lambda and CloudTrail that are no invocations: their control planes.
    pub control: u64,
    /// Aggregated events, and the calls that they stand for: evidence of a number, not of single invocations.
    pub aggregated: (u64, u64),
    /// The account of the file's bytes.
    pub facts: Facts,
    /// Not 0 iff the texts have the same numbers as in every other sheet of that generation.
    #[serde(skip)]
    pub(crate) generation: u64,
    /// Texts of rows that have no number yet, by row and column.
    #[serde(skip)]
    waiting: Waiting<(u32, Column)>,
}

/// Texts that wait before they are all given their numbers.
const MOST_WAITING: usize = 96;

/// Texts that are carried from file to file: beyond that many they begin anew.
const MOST_TEXTS: usize = 1 << 16;

impl Sheet {
    /// Empties it for the next file; memory is kept.
    pub fn clear(&mut self) {
        self.texts.clear();
        self.generation = 0;
        self.clear_rows();
    }

    /// As [`Sheet::clear`], but the texts and their numbers stay: fewer have to be found out about, and the sheet holds texts of
    /// other files.
    pub(crate) fn carry_on(&mut self) {
        if self.generation == 0 || self.texts.len() > MOST_TEXTS {
            self.texts.clear();
            self.generation += 1;
        }
        self.clear_rows();
    }

    /// The same with the rows that are kept alone, those that `of` says as delivered to that account.
    #[must_use]
    pub fn kept(&self, account: &str, keep: impl Fn(&Row) -> bool, of: impl Fn(&Row) -> bool) -> Sheet {
        let mut kept = self.clone();
        kept.rows.retain(|row| keep(row));
        // A number more is one that other sheets of the generation may give to another text.
        kept.generation = 0;
        let id = kept.texts.intern(account);
        for row in kept.rows.iter_mut().filter(|row| of(row)) {
            row.texts[Column::Account as usize] = id;
        }
        kept
    }

    fn clear_rows(&mut self) {
        self.rows.clear();
        self.waiting.clear();
        self.control = 0;
        self.aggregated = (0, 0);
        self.facts = Facts::default();
    }

    /// Takes one record of interest in, of a file that lies nowhere in particular.
    pub fn take(&mut self, record: &Record<'_>, columns: Columns) {
        self.take_at(record, columns, None);
    }

    /// The same, of a file that lies there.
    pub fn take_at(&mut self, record: &Record<'_>, columns: Columns, home: Option<&Home>) {
        self.take_from(record, columns, home);
        self.settle();
    }

    /// The same, before texts have their numbers. Rows have all of their texts only once it is [settled](Sheet::settle).
    pub(crate) fn take_from(&mut self, record: &Record<'_>, columns: Columns, home: Option<&Home>) {
        if let Some(aggregated) = &record.aggregated {
            self.aggregated.0 += 1;
            self.aggregated.1 = self.aggregated.1.saturating_add(aggregated.count.unwrap_or(0));
        } else if record.is_invocation() {
            if self.waiting.len() >= MOST_WAITING {
                self.settle();
            }
            let row = self.row(record, columns, home);
            self.rows.push(row);
        } else {
            self.control += 1;
        }
    }

    /// Gives the texts that wait their numbers, the same as if none had waited.
    pub(crate) fn settle(&mut self) {
        let Sheet { texts, rows, waiting, .. } = self;
        texts.intern_waiting(waiting, |(row, column), id| {
            if let Some(row) = rows.get_mut(row as usize) {
                row.texts[column as usize] = id;
            }
        });
    }

    fn row(&mut self, record: &Record<'_>, columns: Columns, home: Option<&Home>) -> Row {
        let (event, event_uuid) = id_bits(record.event_told());
        let request_id = record.request_id.as_deref().filter(|id| !id.is_empty());
        let (request, request_uuid) = request_id.map_or((0, false), id_bits);
        let mut marks = marks(record);
        marks.set(Marks::EVENT_UUID, event_uuid);
        marks.set(Marks::REQUEST_UUID, request_uuid);
        let number = u32::try_from(self.rows.len()).unwrap_or(u32::MAX);
        let row = Row {
            event,
            key: record.key_of(event),
            request,
            milliseconds: record.milliseconds,
            marks,
            texts: [0; COLUMNS],
        };
        let mut put = |column: Column, text: Option<&str>| {
            if let Some(text) = text.filter(|_| columns.has(column)) {
                self.waiting.push((number, column), text);
            }
        };
        put(Column::Name, Some(&record.event_name));
        put(Column::Function, record.function_arn(home).as_deref());
        put(Column::Caller, record.caller().text());
        put(Column::Arn, record.identity.arn.as_deref());
        put(Column::InvokedBy, record.identity.invoked_by.as_deref());
        put(Column::PrincipalId, record.identity.principal_id.as_deref());
        if columns.has(Column::CallerAccount) {
            put(Column::CallerAccount, record.caller_account_said());
        }
        put(Column::AccessKey, record.identity.access_key.as_deref());
        put(Column::OnBehalfOf, record.identity.on_behalf_of.as_deref());
        put(Column::Error, record.error_code.as_deref());
        if columns.has(Column::Account) {
            put(Column::Account, record.account(home).as_deref());
        }
        if columns.has(Column::Owner) {
            put(Column::Owner, record.owner());
        }
        put(Column::Kind, record.identity.kind.as_deref());
        put(Column::Issuer, record.identity.issuer_arn.as_deref());
        put(Column::UserName, record.identity.user_name.as_deref());
        put(Column::Address, record.source_address.as_deref());
        put(Column::Agent, record.user_agent.as_deref());
        if columns.has(Column::Region) {
            put(Column::Region, record.region_of_call(home));
        }
        let requested = record.requested.as_ref();
        put(Column::SourceArn, requested.and_then(|requested| requested.source_arn.as_deref()));
        put(Column::Asked, requested.and_then(|requested| requested.function_name.as_deref()));
        put(Column::Executed, record.executed.as_deref());
        put(Column::VpcEndpoint, record.vpc_endpoint.as_deref());
        put(Column::EventId, Some(record.event_told()).filter(|_| !event_uuid));
        put(Column::RequestId, request_id.filter(|_| !request_uuid));
        row
    }
}

impl Record<'_> {
    /// In which way the call came, as answers by `via` have it: `direct`, `service, async`.
    #[must_use]
    pub fn way(&self) -> &'static str {
        way(marks(self))
    }
}

fn marks(record: &Record<'_>) -> Marks {
    let mut marks = Marks::default();
    let name = &*record.event_name;
    let asked = record.requested.as_ref().and_then(|requested| requested.invocation_type.as_deref());
    marks.set(Marks::EXECUTION, name == EXECUTION);
    marks.set(Marks::ASYNC, asked == Some("Event") || name.starts_with("InvokeAsync"));
    marks.set(Marks::DRY_RUN, asked == Some("DryRun"));
    marks.set(Marks::SYNC, asked == Some("RequestResponse"));
    marks.set(Marks::ERROR, record.error_code.is_some());
    marks.set(Marks::CONSOLE, record.console.as_deref() == Some("true"));
    marks.set(Marks::SERVICE, record.identity.invoked_by.is_some());
    marks.set(Marks::URL, matches!(name, "InvokeFunctionUrl" | "InvokeWebFunctionEndpoint"));
    marks.set(Marks::MICROVM, !name.starts_with("Invoke"));
    marks.set(Marks::OTHER_KIND, !record.is_of_function());
    marks.set(Marks::WEB, is_of_web_function(name));
    marks.set(Marks::CORRECTS, record.event_corrected().is_some());
    let caller = record.caller_account();
    marks.set(Marks::FOREIGN, caller.is_some() && record.owner().is_some_and(|owner| caller != Some(owner)));
    marks
}

/// One attempt to run an event that was accepted before (observed; AWS documents nothing about it: semantics 1.2).
const EXECUTION: &str = "InvokeExecution";
