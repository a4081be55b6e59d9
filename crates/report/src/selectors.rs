//! Selectors as AWS shows them, in one line; and what one did with an event that it does not record.
//!
//! The form: `field = value` for the operator Equals, every other operator by AWS's own name (`NotEquals`, `StartsWith` ...);
//! several values stand in parentheses, and any of them fits; ` AND ` joins fields. `docs/reference/formats.md` describes it.

use super::view::quantity;
use super::words::name;
use cloudtrail::TurnedAway;
use cloudtrail::event::{Event, Field};
use cloudtrail::resource::ResourceType;
use cloudtrail::selector::{
    AdvancedSelector, BasicSelector, Condition, DataResource, Operator, ReadWrite, Selector,
};
use recording::Why;

/// How many values are named before the rest is counted.
const NAMED: usize = 3;

/// The selector in one line; long lists are cut.
pub(super) fn compact(selector: &Selector) -> String {
    parts(selector, NAMED).join(" AND ")
}

/// The selector as lines, a long list with one value a line: nothing is cut.
pub(super) fn whole(selector: &Selector) -> Vec<String> {
    let parts = parts(selector, usize::MAX);
    let head = match selector.name() {
        "" => "selector:".to_owned(),
        name => format!("selector {name:?}:"),
    };
    let one = parts.join(" AND ").replace('\n', " ");
    if one.chars().count() <= LINE {
        return vec![head, format!("  {one}")];
    }
    let mut lines = vec![head];
    for (at, part) in parts.iter().enumerate() {
        let joint = if at == 0 { "  " } else { "  AND " };
        if joint.len() + part.chars().count() <= LINE {
            lines.push(format!("{joint}{}", part.replace('\n', " ")));
            continue;
        }
        for (line, text) in part.split('\n').enumerate() {
            lines.push(if line == 0 { format!("{joint}{text}") } else { format!("      {text}") });
        }
    }
    lines
}

/// A selector that is longer has a line for each of its fields.
const LINE: usize = 84;

fn parts(selector: &Selector, most: usize) -> Vec<String> {
    match selector {
        Selector::Basic(basic) => of_basic(basic, most),
        Selector::Advanced(advanced) => of_advanced(advanced, most),
    }
}

fn of_advanced(selector: &AdvancedSelector, most: usize) -> Vec<String> {
    let told: Vec<String> =
        selector.fields.iter().flat_map(|one| condition(one.field.as_str(), &one.condition, most)).collect();
    if told.is_empty() { vec!["no condition".to_owned()] } else { told }
}

/// What must hold of a field: one of what is selected, and none of what is not.
fn condition(field: &str, condition: &Condition, most: usize) -> Vec<String> {
    let used = |deselects: bool| {
        let operators = Operator::ALL.into_iter().filter(move |one| one.deselects() == deselects);
        operators.filter(|operator| !condition.values(*operator).is_empty())
    };
    let tell = |operator: Operator| {
        format!("{field} {} {}", sign(operator), listed(condition.values(operator), most))
    };
    let selecting: Vec<String> = used(false).map(tell).collect();
    let selecting = match selecting.as_slice() {
        [] => None,
        [one] => Some(one.clone()),
        several => Some(format!("({})", several.join(" OR "))),
    };
    selecting.into_iter().chain(used(true).map(tell)).collect()
}

const fn sign(operator: Operator) -> &'static str {
    match operator {
        Operator::Equals => "=",
        other => other.as_str(),
    }
}

/// `a`, or `(a, b, c and 7 more)`.
fn listed(values: &[String], most: usize) -> String {
    let shown: Vec<String> = values.iter().take(most).map(|value| quoted(value)).collect();
    match values.len().saturating_sub(most) {
        0 if shown.len() == 1 => shown.into_iter().next().unwrap_or_default(),
        // A line break is no part of a value: whoever wants one line takes a space for it.
        0 if most == usize::MAX => format!("({})", shown.join(",\n")),
        0 => format!("({})", shown.join(", ")),
        more => format!("({} and {} more)", shown.join(", "), super::view::grouped(more)),
    }
}

/// A value that could be taken for several, or for none, stands in quotation marks.
fn quoted(value: &str) -> String {
    let splits = |one: char| one.is_whitespace() || one.is_control() || ",()\"".contains(one);
    let plain = !value.is_empty() && !value.contains(splits);
    if plain { value.to_owned() } else { format!("{value:?}") }
}

fn of_basic(selector: &BasicSelector, most: usize) -> Vec<String> {
    let mut admitted = Vec::new();
    if selector.include_management {
        admitted.push("IncludeManagementEvents = true".to_owned());
    }
    admitted.extend(selector.data_resources.iter().map(|entry| data_resource(entry, most)));
    let what = match admitted.as_slice() {
        [] => "IncludeManagementEvents = false".to_owned(),
        [one] => one.clone(),
        several => format!("({})", several.join(" OR ")),
    };
    let mut told = vec![format!("ReadWriteType = {}", selector.read_write.as_str()), what];
    if !selector.exclude_management_sources.is_empty() {
        told.push(format!(
            "ExcludeManagementEventSources = {}",
            listed(&selector.exclude_management_sources, most)
        ));
    }
    told
}

fn data_resource(entry: &DataResource, most: usize) -> String {
    let values = if entry.values.is_empty() { "()".to_owned() } else { listed(&entry.values, most) };
    format!("DataResources {} = {values}", quoted(&entry.kind))
}

/// What the selector did with the event, as said of it: `selector 0 takes management events only`.
pub(super) fn deed(selector: Option<&Selector>, why: &Why, event: &Event) -> String {
    match why {
        Why::Field(turned) => reason(selector, *turned, event),
        Why::Doubt(doubt) => format!("is not understood: {doubt}"),
        Why::Uncertain => "admits it, but it is unknown whether the recorder records here".to_owned(),
        Why::Unread => super::words::UNREAD.to_owned(),
    }
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

const fn shown(operator: Operator) -> &'static str {
    match operator {
        Operator::NotEquals | Operator::Equals => "=",
        Operator::NotStartsWith | Operator::StartsWith => "StartsWith",
        Operator::NotEndsWith | Operator::EndsWith => "EndsWith",
    }
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
        [one] if ours(one) => format!("lists only {}", name(one)),
        [one, other] if ours(one) && ours(other) => format!("lists only {} and {}", name(one), name(other)),
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

#[cfg(test)]
mod tests {
    use super::{compact, whole};

    fn read(document: &str) -> Vec<cloudtrail::selector::Selector> {
        cloudtrail::json::from_str(document).unwrap_or_default().list
    }

    fn advanced(fields: &str) -> String {
        format!(
            r#"[{{"FieldSelectors": [{{"Field": "eventCategory", "Equals": ["Data"]}},
            {{"Field": "resources.type", "Equals": ["AWS::Lambda::Function"]}}{fields}]}}]"#
        )
    }

    #[test]
    fn the_form_is_that_of_the_page_on_formats() {
        let page = include_str!("../../../docs/reference/formats.md");
        let one = compact(&read(&advanced(r#", {"Field": "eventName", "Equals": ["Invoke"]}"#))[0]);
        assert_eq!(
            one,
            "eventCategory = Data AND resources.type = AWS::Lambda::Function AND eventName = Invoke"
        );
        let basic = r#"{"EventSelectors": [{"ReadWriteType": "All", "IncludeManagementEvents": true,
            "DataResources": [{"Type": "AWS::Lambda::Function", "Values": ["arn:aws:lambda"]}]}]}"#;
        let basic = compact(&read(basic)[0]);
        assert!(page.contains(&one) && page.contains(&basic), "{one}\n{basic}");
    }

    #[test]
    fn values_are_cut_and_never_confused() {
        let many =
            r#", {"Field": "resources.ARN", "NotEquals": ["a", "b", "c", "d"], "StartsWith": ["e, f"]}"#;
        let told = compact(&read(&advanced(many))[0]);
        let wanted = "AND resources.ARN StartsWith \"e, f\" AND resources.ARN NotEquals (a, b, c and 1 more)";
        assert!(told.ends_with(wanted), "{told}");
    }

    #[test]
    fn a_plan_cuts_nothing() {
        let values: Vec<String> =
            (0..9).map(|at| format!("\"arn:aws:lambda:us-east-1:1:function:f{at}\"")).collect();
        let fields = format!(r#", {{"Field": "resources.ARN", "Equals": [{}]}}"#, values.join(","));
        let lines = whole(&read(&advanced(&fields))[0]);
        assert_eq!(lines.len(), 1 + 2 + 9, "{lines:#?}");
        assert!(lines[11].ends_with("f8)") && lines.iter().all(|line| !line.contains("more")), "{lines:#?}");
    }
}
