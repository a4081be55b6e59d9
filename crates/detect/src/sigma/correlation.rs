//! Correlations: how often, of how many values, or which rules together match within a time.

pub(crate) mod link;
pub(crate) mod window;

use super::error::{Problem, plain};
use super::yaml::{Node, Value};

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Events,
    Values,
    Rules,
    /// Rules in the order in which the correlation lists them.
    Ordered,
}

/// From how many on, and up to how many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Range {
    pub(crate) min: u64,
    pub(crate) max: Option<u64>,
}

impl Range {
    /// True iff the count is one of these.
    pub(crate) fn has(self, count: u64) -> bool {
        count >= self.min && self.max.is_none_or(|max| count <= max)
    }
}

/// A correlation as its document has it, before its rules are known.
#[derive(Debug)]
pub(crate) struct Draft {
    pub(crate) kind: Kind,
    pub(crate) rules: Vec<String>,
    pub(crate) group_by: Vec<String>,
    /// Alias -> rule -> field.
    pub(crate) aliases: Vec<Alias>,
    pub(crate) span_ms: i64,
    pub(crate) range: Range,
    pub(crate) field: Option<String>,
    pub(crate) generate: bool,
}

/// A name, and the field that it means in each rule.
type Alias = (String, Vec<(String, String)>);

const KNOWN: [&str; 7] = ["type", "rules", "group-by", "timespan", "condition", "aliases", "generate"];

/// Reads what is behind `correlation:`.
pub(crate) fn draft(node: &Node) -> Result<Draft, Problem> {
    let Value::Map(entries) = &node.value else {
        return Err(wrong(format!("it must be a mapping, and it is {}", node.kind())));
    };
    if let Some((key, _)) = entries.iter().find(|(key, _)| !KNOWN.contains(&key.as_str())) {
        return Err(Problem::Unsupported(format!("`{}` of a correlation", plain(key))));
    }
    let kind =
        match node.get("type").and_then(Node::text).ok_or(Problem::Missing("correlation: type"))?.as_str() {
            "event_count" => Kind::Events,
            "value_count" => Kind::Values,
            "temporal" => Kind::Rules,
            "temporal_ordered" => Kind::Ordered,
            other => return Err(Problem::Unsupported(format!("the correlation type `{}`", plain(other)))),
        };
    let rules = texts(node, "rules")?;
    if rules.is_empty() {
        return Err(Problem::Missing("correlation: rules"));
    }
    if let Some(twice) =
        (1..).zip(&rules).find_map(|(next, rule)| rules.get(next..)?.contains(rule).then_some(rule))
    {
        return Err(wrong(format!("`rules` names `{}` twice", plain(twice))));
    }
    let span = node.get("timespan").and_then(Node::text).ok_or(Problem::Missing("correlation: timespan"))?;
    let (range, field) = range(kind, node.get("condition"), rules.len())?;
    Ok(Draft {
        kind,
        rules,
        group_by: texts(node, "group-by")?,
        aliases: aliases(node.get("aliases"))?,
        span_ms: span_ms(&span)?,
        range,
        field,
        generate: match node.get("generate").map(|node| &node.value) {
            None => false,
            Some(Value::Bool(generate)) => *generate,
            Some(_) => return Err(wrong("`generate` must be true or false")),
        },
    })
}

fn wrong(why: impl Into<String>) -> Problem {
    Problem::Correlation(why.into())
}

fn texts(node: &Node, key: &str) -> Result<Vec<String>, Problem> {
    let texts = match node.get(key) {
        None => Some(Vec::new()),
        Some(Node { value: Value::List(nodes), .. }) => nodes.iter().map(Node::text).collect(),
        Some(node) => node.text().map(|text| vec![text]),
    };
    texts.ok_or_else(|| wrong(format!("`{key}` must be a text or a list of texts")))
}

fn span_ms(text: &str) -> Result<i64, Problem> {
    let unit = match text.as_bytes().last() {
        Some(b's') => 1,
        Some(b'm') => 60,
        Some(b'h') => 3600,
        Some(b'd') => 86_400,
        Some(b'w') => 604_800,
        _ => 0,
    };
    let digits = text.get(..text.len().saturating_sub(1)).unwrap_or_default();
    let count = digits
        .parse()
        .ok()
        .filter(|count: &i64| unit > 0 && digits.bytes().all(|byte| byte.is_ascii_digit()) && *count > 0);
    count.and_then(|count| count.checked_mul(unit * 1000)).ok_or_else(|| {
        wrong(format!("`timespan: {}` must be a number and s, m, h, d or w, such as 15m", plain(text)))
    })
}

fn range(kind: Kind, node: Option<&Node>, rules: usize) -> Result<(Range, Option<String>), Problem> {
    let all = u64::try_from(rules).unwrap_or(u64::MAX);
    let temporal = matches!(kind, Kind::Rules | Kind::Ordered);
    let Some(node) = node else {
        return if temporal {
            Ok((Range { min: all, max: None }, None))
        } else {
            Err(Problem::Missing("correlation: condition"))
        };
    };
    let Value::Map(entries) = &node.value else {
        return Err(Problem::Unsupported(
            "a correlation's condition that is not a mapping such as `gte: 10`".to_owned(),
        ));
    };
    let mut range = Range { min: 0, max: None };
    let mut field = None;
    for (key, node) in entries {
        if key == "field" {
            field = Some(node.text().ok_or_else(|| wrong("`field` must be the name of one field"))?);
            continue;
        }
        let number: u64 = node
            .text()
            .and_then(|text| text.parse().ok())
            .ok_or_else(|| wrong(format!("`{}` needs a whole number", plain(key))))?;
        let (min, max) = match key.as_str() {
            "gte" => (number, None),
            "gt" => (number.saturating_add(1), None),
            "lte" => (0, Some(number)),
            "lt" => (0, Some(number.checked_sub(1).ok_or_else(|| wrong("nothing is less than 0"))?)),
            "eq" => (number, Some(number)),
            _ => return Err(Problem::Unsupported(format!("`{}` in a correlation's condition", plain(key)))),
        };
        range.min = range.min.max(min);
        range.max = [range.max, max].into_iter().flatten().min();
    }
    if range.max.is_some_and(|max| max == 0 || max < range.min) {
        return Err(wrong("the condition can never be true: what never happens is in no record"));
    }
    if range.min == 0 && range.max.is_none() {
        return Err(wrong("the condition must say how many: gt, gte, lt, lte or eq"));
    }
    if (kind == Kind::Values) != field.is_some() {
        return Err(wrong(if field.is_some() {
            "only `value_count` has a `field`"
        } else {
            "`value_count` needs a `field` in its condition"
        }));
    }
    if temporal && (range.max.is_some_and(|max| max < all) || range.min > all) {
        return Err(wrong(format!(
            "`temporal` cannot ask for fewer rules than it lists, nor for more than {all}, with lt, lte or eq"
        )));
    }
    if kind == Kind::Ordered && range.min != all {
        return Err(Problem::Unsupported("`temporal_ordered` with fewer rules than it lists".to_owned()));
    }
    Ok((range, field))
}

fn aliases(node: Option<&Node>) -> Result<Vec<Alias>, Problem> {
    let form = || wrong("`aliases` must be a mapping: alias, rule, field");
    let Some(node) = node else { return Ok(Vec::new()) };
    let Value::Map(entries) = &node.value else { return Err(form()) };
    let read = |(alias, node): &(String, Node)| {
        let Value::Map(fields) = &node.value else { return Err(form()) };
        let fields: Option<Vec<(String, String)>> =
            fields.iter().map(|(rule, field)| Some((rule.clone(), field.text()?))).collect();
        Ok((alias.clone(), fields.ok_or_else(form)?))
    };
    entries.iter().map(read).collect()
}
