//! What a selector did with an event that it does not record, in a sentence.

use super::{NAMED, condition, listed, quoted};
use crate::quantity::quantity;
use crate::resource_name::name_in;
use cloudtrail::TurnedAway;
use cloudtrail::event::{Event, Field};
use cloudtrail::resource::ResourceType;
use cloudtrail::selector::{BasicSelector, Condition, Doubt, Operator, ReadWrite, Selector};
use recording::Why;
use templates::value::Why as Unknown;

/// Of a recorder whose selectors nobody could read.
pub(crate) const UNREAD: &str = "its selectors could not be read";

/// What the selector did with the event, as said of it: `selector 0 takes management events only`.
pub(crate) fn deed(selector: Option<&Selector>, why: &Why, event: &Event) -> String {
    match why {
        Why::Field(turned) => {
            format!("{}{}", reason(selector, *turned, event), never(selector, *turned, event))
        }
        Why::Doubt(Doubt::Member { path }) if path.rsplit('.').next().is_some_and(Unknown::is_member) => {
            "holds a value that is not known before the change is applied".to_owned()
        }
        Why::Doubt(doubt) => format!("is not understood: {doubt}"),
        Why::Uncertain => "admits it, but it is unknown whether the recorder records here".to_owned(),
        Why::Unread => UNREAD.to_owned(),
    }
}

/// Of how many values is said why they can never match.
const EXPLAINED: usize = 2;

/// Why values that were named in vain can never match, and what to write: the same for every function, so that what comes of one cause
/// stays together. Empty where the values are not what turns the event away, or are too many to be shown.
fn never(selector: Option<&Selector>, turned: TurnedAway, event: &Event) -> String {
    let by_name =
        matches!(turned.field, "resources.ARN" | "DataResources.Values") && !turned.operator.deselects();
    let arn = event.resource.as_ref().and_then(|one| cloudtrail::arn::Arn::parse(&one.arn));
    let (Some(selector), Some(arn), true) = (selector, arn, by_name) else { return String::new() };
    let values = match selector {
        Selector::Basic(basic) => basic.data_resources.iter().map(|entry| entry.values.len()).sum(),
        Selector::Advanced(advanced) => Operator::ALL
            .iter()
            .filter_map(|operator| Some(advanced.condition(Field::ResourcesArn)?.values(*operator).len()))
            .sum::<usize>(),
    };
    if values > NAMED {
        return String::new();
    }
    let lints = audit::lint::lint_one(0, selector, arn.partition);
    let lints = lints.iter().filter(|one| !one.operator.deselects()).take(EXPLAINED);
    lints.map(|one| format!("; {} never matches, because {}", quoted(&one.value), one.why)).collect()
}

fn reason(selector: Option<&Selector>, turned: TurnedAway, event: &Event) -> String {
    match selector {
        Some(Selector::Basic(basic)) => basic_reason(basic, turned, event),
        Some(Selector::Advanced(advanced)) => Field::parse(turned.field)
            .and_then(|field| Some((field, advanced.condition(field)?)))
            .map_or_else(
                || bare(turned),
                |(field, condition)| field_reason(field, condition, turned.operator, event),
            ),
        None => bare(turned),
    }
}

/// Where the selector is not at hand.
fn bare(turned: TurnedAway) -> String {
    format!("does not take it, by its {} of {}", turned.operator, turned.field)
}

fn field_reason(field: Field, condition: &Condition, operator: Operator, event: &Event) -> String {
    let values = condition.values(operator);
    if operator.deselects() {
        return match field {
            Field::ResourcesArn if operator == Operator::NotEquals => {
                "leaves this resource out by name".to_owned()
            }
            _ => format!(
                "leaves out {field} {} {}",
                shown(operator),
                hitting(operator, values, event.get(field))
            ),
        };
    }
    let alone =
        Operator::ALL.iter().filter(|one| !one.deselects() && !condition.values(**one).is_empty()).count()
            == 1;
    match (field, operator, values) {
        (Field::EventCategory, Operator::Equals, [only]) if alone => {
            format!("takes {} events only", only.to_lowercase())
        }
        (Field::ReadOnly, Operator::Equals, [only]) if alone && only == "true" => read_only(event),
        (Field::ReadOnly, Operator::Equals, [only]) if alone && only == "false" => {
            "takes write events only".to_owned()
        }
        (Field::ResourcesArn, Operator::Equals, _) if alone => of_names(values, event),
        _ => {
            let absent = event.get(field).is_none();
            let told = condition_selects(field, condition);
            let tail = if absent { format!(", and this call has no {field}") } else { String::new() };
            format!("takes only {told}{tail}")
        }
    }
}

fn condition_selects(field: Field, whole: &Condition) -> String {
    condition(field.as_str(), whole, NAMED).into_iter().next().unwrap_or_default()
}

/// The value that hit.
fn hitting(operator: Operator, values: &[String], text: Option<&str>) -> String {
    let hit = values.iter().find(|value| text.is_some_and(|text| operator.hits(value, text)));
    hit.map_or_else(|| listed(values, NAMED), |value| quoted(value))
}

fn read_only(event: &Event) -> String {
    match event.category.as_str() {
        "Data" => "takes read events only, and invoking is a write".to_owned(),
        _ => "takes read events only".to_owned(),
    }
}

/// `lists only invoices and payroll`, `lists 250 functions, and this is not one of them`.
fn of_names(values: &[String], event: &Event) -> String {
    let kind = event.resource.as_ref().and_then(|one| ResourceType::parse(&one.kind));
    let noun = kind.map_or("resource", |kind| kind.noun());
    let ours = |value: &String| cloudtrail::resource::unqualified(value).is_some();
    match values {
        [one] if ours(one) => format!("lists only {}", name_in(one)),
        [one, other] if ours(one) && ours(other) => {
            format!("lists only {} and {}", name_in(one), name_in(other))
        }
        _ => format!(
            "lists {}, and this is not one of them",
            quantity(values.len(), (noun, &format!("{noun}s")))
        ),
    }
}

fn basic_reason(selector: &BasicSelector, turned: TurnedAway, event: &Event) -> String {
    let kind = event.resource.as_ref().map_or("this type", |one| one.kind.as_str());
    match turned.field {
        "ReadWriteType" => match selector.read_write {
            ReadWrite::ReadOnly => read_only(event),
            ReadWrite::WriteOnly | ReadWrite::All => "takes write events only".to_owned(),
        },
        "IncludeManagementEvents" => "takes no management events".to_owned(),
        "ExcludeManagementEventSources" => format!("leaves out management events of {}", event.source),
        "DataResources.Type" if selector.data_resources.is_empty() => {
            let only = "takes management events only";
            let none = "takes neither management events nor data events";
            if selector.include_management { only } else { none }.to_owned()
        }
        "DataResources.Type" => format!("takes no data events of {kind}"),
        "DataResources.Values" => {
            let entries = selector.data_resources.iter().filter(|entry| entry.kind == kind);
            let values: Vec<String> = entries.flat_map(|entry| entry.values.clone()).collect();
            match values.as_slice() {
                [] => format!("names no value for {kind}"),
                values if values.len() <= 2 => format!("takes only {}", listed(values, NAMED)),
                values => {
                    format!("lists {}, and none is this one", quantity(values.len(), ("value", "values")))
                }
            }
        }
        _ => bare(turned),
    }
}

const fn shown(operator: Operator) -> &'static str {
    match operator {
        Operator::NotEquals | Operator::Equals => "=",
        Operator::NotStartsWith | Operator::StartsWith => "StartsWith",
        Operator::NotEndsWith | Operator::EndsWith => "EndsWith",
    }
}
