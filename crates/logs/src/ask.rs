//! Questions over sheets: what is counted, by what, and what is left out.

mod answer;
mod cell;
mod correct;
mod count;
mod entry;
mod groups;
mod invocations;
mod label;
mod named;
mod network;
mod ranked;
mod runs;
mod settle;
mod table;
mod tally;
mod timeline;

pub use answer::{Answer, Group};
pub use cell::{Cell, Lag};
pub use invocations::Invocations;
pub use named::Named;
pub use network::{Network, NotANetwork};
pub use runs::{Scratch, Spill};
pub use table::{Table, TableRow};
pub use tally::Tally;
pub use timeline::{Attempt, Line, Timeline};

use crate::sheet::{Column, Columns, Marks};
use crate::via::Via;
use crate::who::CALLER;
use wildmatch::WildMatch;

/// What calls are grouped by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Dimension {
    /// The unqualified ARN of the function.
    Function,
    /// The caller as the record has it: ARN, service, id or account.
    Caller,
    /// The caller as people call it, session and all.
    Principal,
    /// The role of a session, else as [`Dimension::Principal`].
    Role,
    /// The service that called, by itself or for a principal; `-` for none.
    Service,
    /// Where a call came from: the ARN of what triggered it, else the service, else the address.
    Source,
    /// `sourceIPAddress`
    Address,
    /// The account whose trail delivered the record.
    Account,
    /// The account that owns the function.
    Owner,
    /// `awsRegion`
    Region,
    /// [`Via`], and whether the call was asynchronous.
    Via,
    /// `eventName`
    Name,
    /// `errorCode`; `-` for none.
    Error,
    /// The hour (UTC).
    Hour,
    /// The day (UTC).
    Day,
    /// What ran: the qualified ARN.
    Version,
    /// `userAgent`
    Agent,
    /// The account that the caller belongs to; `-` for services and for nobody in particular.
    CallerAccount,
    /// `userIdentity.accessKeyId`; `-` for none.
    AccessKey,
}

impl Dimension {
    /// All of them.
    pub const ALL: [Dimension; 19] = [
        Self::Function,
        Self::Caller,
        Self::Principal,
        Self::Role,
        Self::Service,
        Self::Source,
        Self::Address,
        Self::Account,
        Self::Owner,
        Self::Region,
        Self::Via,
        Self::Name,
        Self::Error,
        Self::Hour,
        Self::Day,
        Self::Version,
        Self::Agent,
        Self::CallerAccount,
        Self::AccessKey,
    ];

    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Function => "function",
            Self::Caller => "caller",
            Self::Principal => "principal",
            Self::Role => "role",
            Self::Service => "service",
            Self::Source => "source",
            Self::Address => "address",
            Self::Account => "account",
            Self::Owner => "owner",
            Self::Region => "region",
            Self::Via => "via",
            Self::Name => "event-name",
            Self::Error => "error",
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Version => "version",
            Self::Agent => "agent",
            Self::CallerAccount => "caller-account",
            Self::AccessKey => "access-key",
        }
    }

    /// The dimension of that word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|dimension| dimension.as_str() == word)
    }

    fn columns(self) -> &'static [Column] {
        match self {
            Self::Function => &[Column::Function],
            Self::Caller => &[Column::Caller],
            Self::Principal | Self::Role => &CALLER,
            Self::Service => &[Column::InvokedBy],
            Self::Source => &[Column::SourceArn, Column::InvokedBy, Column::Address],
            Self::Address => &[Column::Address],
            Self::Account => &[Column::Account],
            Self::Owner => &[Column::Owner],
            Self::Region => &[Column::Region],
            Self::Via | Self::Hour | Self::Day => &[],
            Self::Name => &[Column::Name],
            Self::Error => &[Column::Error],
            Self::Version => &[Column::Executed],
            Self::Agent => &[Column::Agent],
            Self::CallerAccount => &[Column::CallerAccount],
            Self::AccessKey => &[Column::AccessKey],
        }
    }
}

/// The most dimensions of one question.
pub const MOST_DIMENSIONS: usize = 14;

/// What is asked.
#[derive(Clone, Debug, Default)]
pub struct Question {
    /// What calls are grouped by; at most [`MOST_DIMENSIONS`] count.
    pub by: Vec<Dimension>,
    /// What is left out.
    pub filter: Filter,
}

/// Which calls are asked about: those that every part admits. An empty list admits all.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// By name or ARN of the function.
    pub functions: Vec<Pattern>,
    /// By the caller's ARN, service, or name for people.
    pub principals: Vec<Pattern>,
    /// The accounts whose trails delivered the records.
    pub accounts: Vec<String>,
    /// `awsRegion`
    pub regions: Vec<String>,
    /// `eventName`. Where names are given, execution records are not joined to the calls that they belong to.
    pub names: Vec<String>,
    /// The first moment, milliseconds since 1970.
    pub since: Option<i64>,
    /// The moment behind the last.
    pub until: Option<i64>,
    /// Which way the call came.
    pub ways: Vec<Way>,
    /// Only calls with an `errorCode`.
    pub errors: bool,
    /// By `errorCode`.
    pub error_codes: Vec<Pattern>,
    /// By `sourceIPAddress`.
    pub addresses: Vec<Network>,
    /// By `userAgent`.
    pub agents: Vec<Pattern>,
    /// By `userIdentity.accessKeyId`.
    pub access_keys: Vec<Pattern>,
    /// The accounts that callers belong to.
    pub caller_accounts: Vec<String>,
}

/// A way in which a call came, as it is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// As [`Via`].
    Via(Via),
    /// The event was accepted, and the function ran later.
    Async,
}

impl Way {
    /// True iff the row came that way.
    #[must_use]
    pub fn admits(self, marks: Marks) -> bool {
        match self {
            Way::Via(via) => Via::of(marks) == via,
            Way::Async => marks.any(Marks::ASYNC.and(Marks::EXECUTION)),
        }
    }
}

/// A text in which `*` stands for any characters and `?` for one.
#[derive(Clone, Debug, PartialEq)]
pub struct Pattern {
    text: String,
    wild: WildMatch,
}

impl Pattern {
    /// The pattern of that text.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Pattern { text: text.to_owned(), wild: WildMatch::new(text) }
    }

    /// As it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// True iff all of `text` is matched.
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        self.wild.matches(text)
    }
}

impl Question {
    /// What is asked by these. A name is one within its account alone, so that the caller's account is a part of a principal and of a
    /// role: it is the last of the dimensions where nobody asked for it.
    #[must_use]
    pub fn new(mut by: Vec<Dimension>, filter: Filter) -> Self {
        if by.iter().any(|one| matches!(one, Dimension::Principal | Dimension::Role))
            && !by.contains(&Dimension::CallerAccount)
        {
            by.push(Dimension::CallerAccount);
        }
        Question { by, filter }
    }

    /// The columns that have to be filled to answer it.
    #[must_use]
    pub fn columns(&self) -> Columns {
        let filter = &self.filter;
        let mut all: Vec<Column> = self.by.iter().flat_map(|by| by.columns()).copied().collect();
        let mut need = |when: bool, columns: &[Column]| {
            if when {
                all.extend(columns);
            }
        };
        need(!filter.functions.is_empty(), &[Column::Function]);
        need(!filter.principals.is_empty(), &CALLER);
        need(!filter.accounts.is_empty(), &[Column::Account]);
        need(!filter.regions.is_empty(), &[Column::Region]);
        need(!filter.names.is_empty(), &[Column::Name]);
        need(!filter.error_codes.is_empty(), &[Column::Error]);
        need(!filter.addresses.is_empty(), &[Column::Address]);
        need(!filter.agents.is_empty(), &[Column::Agent]);
        need(!filter.access_keys.is_empty(), &[Column::AccessKey]);
        need(!filter.caller_accounts.is_empty(), &[Column::CallerAccount]);
        // An event is known by its id and its account.
        need(true, &[Column::Account]);
        need(self.joins(), &[Column::Function]);
        Columns::of(&all)
    }

    /// True iff execution records are joined to the calls that they belong to.
    #[must_use]
    pub fn joins(&self) -> bool {
        self.filter.names.is_empty()
    }
}
