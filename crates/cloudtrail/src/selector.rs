//! Event selectors, basic and advanced, as AWS holds them, with what we could not understand kept as doubts.

use crate::event::Field;
use std::fmt;

/// All selectors of one recorder, as one document of AWS gave them.
///
/// AWS keeps either basic or advanced ones, never both; both being there is a doubt of every selector.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selectors {
    /// In the order of the document.
    pub list: Vec<Selector>,
    /// The document they were read from, as compact JSON with sorted members: it holds what we did not understand, too.
    pub document: String,
}

/// One selector: an event is recorded iff any selector of the recorder records it (semantics 2 and 3.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selector {
    /// `EventSelectors[]`
    Basic(BasicSelector),
    /// `AdvancedEventSelectors[]`
    Advanced(AdvancedSelector),
}

impl Selector {
    /// What in this selector we do not understand; while there is any, it is never counted as recording.
    #[must_use]
    pub fn doubts(&self) -> &[Doubt] {
        match self {
            Self::Basic(basic) => &basic.doubts,
            Self::Advanced(advanced) => &advanced.doubts,
        }
    }

    /// True iff it asks who calls.
    #[must_use]
    pub fn looks_at_callers(&self) -> bool {
        match self {
            Self::Advanced(advanced) => advanced.condition(Field::UserIdentityArn).is_some(),
            Self::Basic(_) => false,
        }
    }

    /// Adds a doubt about the whole selector.
    pub fn doubt(&mut self, doubt: Doubt) {
        match self {
            Self::Basic(basic) => basic.doubts.push(doubt),
            Self::Advanced(advanced) => advanced.doubts.push(doubt),
        }
    }

    /// The name a person gave it, or an empty string.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Basic(_) => "",
            Self::Advanced(advanced) => &advanced.name,
        }
    }
}

/// `ReadWriteType` of a basic selector.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadWrite {
    /// `All`, the default.
    All,
    /// `ReadOnly`: records no invocation, because invoking is a write.
    ReadOnly,
    /// `WriteOnly`
    WriteOnly,
}

impl ReadWrite {
    /// The name AWS gives it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::All => "All",
            Self::ReadOnly => "ReadOnly",
            Self::WriteOnly => "WriteOnly",
        }
    }

    /// True iff events with this `readOnly` pass.
    #[must_use]
    pub const fn admits(self, read_only: bool) -> bool {
        match self {
            Self::All => true,
            Self::ReadOnly => read_only,
            Self::WriteOnly => !read_only,
        }
    }
}

/// A basic selector (`EventSelector`, semantics 2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BasicSelector {
    /// Applies to management and data events alike.
    pub read_write: ReadWrite,
    /// `IncludeManagementEvents`, default true.
    pub include_management: bool,
    /// `ExcludeManagementEventSources`
    pub exclude_management_sources: Vec<String>,
    /// `DataResources`
    pub data_resources: Vec<DataResource>,
    /// What we do not understand of it.
    pub doubts: Vec<Doubt>,
}

impl BasicSelector {
    /// What a trail does that was never given selectors: management events, read and write, and no data events
    /// (AWS CLI example of get-event-selectors).
    #[must_use]
    pub fn of_a_new_trail() -> Self {
        BasicSelector {
            read_write: ReadWrite::All,
            include_management: true,
            exclude_management_sources: Vec::new(),
            data_resources: Vec::new(),
            doubts: Vec::new(),
        }
    }
}

/// One entry of `DataResources`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataResource {
    /// `AWS::S3::Object`, `AWS::Lambda::Function` or `AWS::DynamoDB::Table`; anything else is a doubt of the selector.
    pub kind: String,
    /// `Values`
    pub values: Vec<String>,
}

/// An advanced selector: every field selector must admit the event (semantics 3.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdvancedSelector {
    /// `Name`, or empty.
    pub name: String,
    /// One entry for each field we know, in the order of the document.
    pub fields: Vec<FieldSelector>,
    /// What we do not understand of it.
    pub doubts: Vec<Doubt>,
}

impl AdvancedSelector {
    /// The condition on `field`, if it has one.
    #[must_use]
    pub fn condition(&self, field: Field) -> Option<&Condition> {
        self.fields.iter().find(|selector| selector.field == field).map(|selector| &selector.condition)
    }
}

/// One entry of `FieldSelectors`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldSelector {
    /// The field it speaks about.
    pub field: Field,
    /// What it asks of the field.
    pub condition: Condition,
}

/// An operator of a field selector.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Operator {
    /// SELECT: one of these exactly.
    Equals,
    /// SELECT: begins with one of these.
    StartsWith,
    /// SELECT: ends with one of these.
    EndsWith,
    /// DESELECT: none of these exactly.
    NotEquals,
    /// DESELECT: begins with none of these.
    NotStartsWith,
    /// DESELECT: ends with none of these.
    NotEndsWith,
}

impl Operator {
    /// Every operator, the SELECT ones first.
    pub const ALL: [Operator; 6] = [
        Self::Equals,
        Self::StartsWith,
        Self::EndsWith,
        Self::NotEquals,
        Self::NotStartsWith,
        Self::NotEndsWith,
    ];

    /// The name AWS gives it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Equals => "Equals",
            Self::StartsWith => "StartsWith",
            Self::EndsWith => "EndsWith",
            Self::NotEquals => "NotEquals",
            Self::NotStartsWith => "NotStartsWith",
            Self::NotEndsWith => "NotEndsWith",
        }
    }

    /// True iff a hit drops the event instead of admitting it.
    #[must_use]
    pub const fn deselects(self) -> bool {
        matches!(self, Self::NotEquals | Self::NotStartsWith | Self::NotEndsWith)
    }

    /// True iff `text` is hit by `value` under this operator, byte for byte (case: U-9; `*` is a literal).
    #[must_use]
    pub fn hits(self, value: &str, text: &str) -> bool {
        match self {
            Self::Equals | Self::NotEquals => text == value,
            Self::StartsWith | Self::NotStartsWith => text.starts_with(value),
            Self::EndsWith | Self::NotEndsWith => text.ends_with(value),
        }
    }
}

impl fmt::Display for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The values of each operator on one field. An empty list means that the operator is not used.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Condition {
    /// `Equals`
    pub equals: Vec<String>,
    /// `StartsWith`
    pub starts_with: Vec<String>,
    /// `EndsWith`
    pub ends_with: Vec<String>,
    /// `NotEquals`
    pub not_equals: Vec<String>,
    /// `NotStartsWith`
    pub not_starts_with: Vec<String>,
    /// `NotEndsWith`
    pub not_ends_with: Vec<String>,
}

impl Condition {
    /// `Equals` these values.
    pub fn equals<S: Into<String>>(values: impl IntoIterator<Item = S>) -> Self {
        Condition { equals: values.into_iter().map(Into::into).collect(), ..Self::default() }
    }

    /// The values of one operator.
    #[must_use]
    pub fn values(&self, operator: Operator) -> &[String] {
        match operator {
            Operator::Equals => &self.equals,
            Operator::StartsWith => &self.starts_with,
            Operator::EndsWith => &self.ends_with,
            Operator::NotEquals => &self.not_equals,
            Operator::NotStartsWith => &self.not_starts_with,
            Operator::NotEndsWith => &self.not_ends_with,
        }
    }

    /// The same, to add to.
    pub fn values_mut(&mut self, operator: Operator) -> &mut Vec<String> {
        match operator {
            Operator::Equals => &mut self.equals,
            Operator::StartsWith => &mut self.starts_with,
            Operator::EndsWith => &mut self.ends_with,
            Operator::NotEquals => &mut self.not_equals,
            Operator::NotStartsWith => &mut self.not_starts_with,
            Operator::NotEndsWith => &mut self.not_ends_with,
        }
    }

    /// The first SELECT operator that is used; `None` iff only DESELECT operators are.
    #[must_use]
    pub fn first_select(&self) -> Option<Operator> {
        Operator::ALL.into_iter().find(|operator| !operator.deselects() && !self.values(*operator).is_empty())
    }

    /// `None` iff the condition admits a field with this value; else the operator that turns it away.
    ///
    /// The documented formula (semantics 3.1): no SELECT operator is used or one of their values hits, *and* no value
    /// of a DESELECT operator hits. An absent field is hit by nothing (U-10).
    #[must_use]
    pub fn turns_away(&self, value: Option<&str>) -> Option<Operator> {
        let hit = |operator: &Operator| {
            value.is_some_and(|text| self.values(*operator).iter().any(|listed| operator.hits(listed, text)))
        };
        if let Some(deselect) = Operator::ALL.iter().filter(|operator| operator.deselects()).find(|o| hit(o))
        {
            return Some(*deselect);
        }
        let first = self.first_select()?;
        let selected = Operator::ALL.iter().filter(|operator| !operator.deselects()).any(hit);
        (!selected).then_some(first)
    }
}

/// Something in a selector that we do not understand, or that AWS does not document: it makes the answer undetermined.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, thiserror::Error)]
pub enum Doubt {
    /// A member of the document that we do not know.
    #[error("`{path}` is not a member we know")]
    Member {
        /// Path into the document.
        path: String,
    },
    /// A field name that we do not know.
    #[error("`{path}`: `{name}` is not a field we know")]
    FieldName {
        /// Path into the document.
        path: String,
        /// The name.
        name: String,
    },
    /// A value whose meaning we do not know.
    #[error("`{path}`: we do not know what `{value}` means for {field}")]
    Value {
        /// Path into the document.
        path: String,
        /// The field or member it stands in.
        field: String,
        /// The value.
        value: String,
    },
    /// An operator that AWS does not document for the field.
    #[error("`{path}`: AWS does not offer {operator} for {field}, so what it does there is not documented")]
    OperatorOnField {
        /// Path into the document.
        path: String,
        /// The field.
        field: Field,
        /// The operator.
        operator: Operator,
    },
    /// The same field twice in one selector (U-11).
    #[error("`{path}`: {field} appears twice in one selector, and AWS does not say how the two combine")]
    Repeated {
        /// Path into the document.
        path: String,
        /// The field.
        field: Field,
    },
    /// A field selector that asks nothing of its field.
    #[error("`{path}`: no value is given for {field}, and AWS does not say what that means")]
    NoValues {
        /// Path into the document.
        path: String,
        /// The field.
        field: Field,
    },
    /// A field that AWS requires is not there.
    #[error("`{path}`: AWS requires {field}, and it is not there")]
    Missing {
        /// Path into the document.
        path: String,
        /// The field.
        field: Field,
    },
    /// A field that AWS does not offer for this category.
    #[error("`{path}`: {field} is not offered for {category} events, so its effect is not documented")]
    NotOffered {
        /// Path into the document.
        path: String,
        /// The field.
        field: Field,
        /// The category.
        category: String,
    },
    /// Empty lists of selectors: AWS tells a trail that nobody set in full, so what an empty answer means is not documented.
    #[error("the document holds no selector at all, and AWS does not say what that records")]
    NoSelectors,
    /// The document says that the recorder of these selectors records nothing now.
    #[error("`{path}` is `{value}`, so nothing is recorded now")]
    Stopped {
        /// Path into the document.
        path: String,
        /// What stands there.
        value: String,
    },
    /// Basic and advanced selectors in one document.
    #[error("the document holds basic and advanced selectors, and only one kind can be in force")]
    BothKinds,
}
