//! Selectors as AWS shows them, in one line.
//!
//! The form: `field = value` for the operator Equals, every other operator by AWS's own name (`NotEquals`, `StartsWith` ...);
//! several values stand in parentheses, and any of them fits; ` AND ` joins fields. `docs/reference/formats.md` describes it.

mod why_not_recorded;

pub(super) use why_not_recorded::{UNREAD, deed};

use cloudtrail::selector::{AdvancedSelector, BasicSelector, Condition, DataResource, Operator, Selector};

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

/// The selector's conditions, all of which must hold; long lists are cut.
pub(super) fn conditions(selector: &Selector) -> Vec<String> {
    parts(selector, NAMED)
}

/// As [`conditions`]; nothing is cut.
pub(super) fn all_conditions(selector: &Selector) -> Vec<String> {
    // A line break within a condition is one of ours: a page breaks its lines itself.
    parts(selector, usize::MAX).into_iter().map(|part| part.replace('\n', " ")).collect()
}

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
        more => format!("({} and {} more)", shown.join(", "), super::quantity::grouped(more)),
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

#[cfg(test)]
mod tests {
    use super::{compact, whole};

    fn read(document: &str) -> Vec<cloudtrail::selector::Selector> {
        cloudtrail::selector_json::from_str(document).unwrap_or_default().list
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
    fn conditions_of_a_page_hold_no_line_break() {
        let two = r#", {"Field": "resources.ARN", "Equals": ["a", "b"]}"#;
        let told = super::all_conditions(&read(&advanced(two))[0]);
        assert!(told.contains(&"resources.ARN = (a, b)".to_owned()), "{told:?}");
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
