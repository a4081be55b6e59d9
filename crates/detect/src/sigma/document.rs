//! One document of a file: a rule for single records, a correlation, or a rule for other logs.

use super::condition::{self, Condition};
use super::correlation::{self, Draft};
use super::error::{Problem, plain};
use super::selection::{self, Selection};
use super::values::Budget;
use super::yaml::{Node, Value};
use super::{Level, Rule};

/// What a document turned out to be.
#[derive(Debug)]
pub(crate) struct Document {
    pub(crate) rule: Rule,
    /// What correlations may call the rule.
    pub(crate) name: Option<String>,
    pub(crate) body: Body,
}

/// The part that decides.
#[derive(Debug)]
pub(crate) enum Body {
    Detection(Vec<Selection>, Condition),
    Correlation(Draft),
    /// Of another log source, which is named.
    Other(String),
}

/// Title, else name, else id, for errors.
pub(crate) fn called(node: &Node) -> Option<String> {
    ["title", "name", "id"].iter().find_map(|key| node.get(key)?.text())
}

/// Reads one document.
pub(crate) fn read(file: &str, node: &Node, budget: &mut Budget) -> Result<Document, Problem> {
    if !matches!(node.value, Value::Map(_)) {
        return Err(Problem::Form {
            part: "rule".to_owned(),
            expected: "a mapping",
            found: node.kind().to_owned(),
        });
    }
    if let Some(action) = node.get("action") {
        let action = action.text().unwrap_or_default();
        return Err(Problem::Unsupported(format!(
            "`action: {}` (a rule collection of Sigma 1)",
            plain(&action)
        )));
    }
    if node.get("filter").is_some() {
        return Err(Problem::Unsupported("a Sigma filter (`filter:`)".to_owned()));
    }
    let title = called(node).ok_or(Problem::Missing("title"))?;
    let rule = Rule {
        title,
        id: text(node, "id")?,
        file: file.to_owned(),
        line: node.line,
        level: level(node)?,
        tags: texts(node, "tags")?,
        description: text(node, "description")?,
        falsepositives: texts(node, "falsepositives")?,
        references: texts(node, "references")?,
        reported: true,
    };
    let name = text(node, "name")?;
    let body = match (node.get("detection"), node.get("correlation")) {
        (Some(_), Some(_)) => {
            return Err(Problem::Unsupported("`detection` and `correlation` in one document".to_owned()));
        }
        (None, Some(node)) => Body::Correlation(correlation::draft(node)?),
        (Some(detection), None) => match other_source(node)? {
            Some(other) => Body::Other(other),
            None => self::detection(detection, budget)?,
        },
        (None, None) => return Err(Problem::Missing("detection")),
    };
    Ok(Document { rule, name, body })
}

fn form(part: &str, expected: &'static str, node: &Node) -> Problem {
    Problem::Form { part: part.to_owned(), expected, found: node.kind().to_owned() }
}

fn text(node: &Node, key: &'static str) -> Result<Option<String>, Problem> {
    match node.get(key) {
        None | Some(Node { value: Value::Null, .. }) => Ok(None),
        Some(node) => node.text().map(Some).ok_or_else(|| form(key, "a text", node)),
    }
}

fn texts(node: &Node, key: &'static str) -> Result<Vec<String>, Problem> {
    match node.get(key) {
        None | Some(Node { value: Value::Null, .. }) => Ok(Vec::new()),
        Some(Node { value: Value::List(nodes), .. }) => {
            nodes.iter().map(|node| node.text().ok_or_else(|| form(key, "a list of texts", node))).collect()
        }
        Some(node) => node.text().map(|text| vec![text]).ok_or_else(|| form(key, "a list of texts", node)),
    }
}

fn level(node: &Node) -> Result<Level, Problem> {
    let Some(text) = text(node, "level")? else { return Ok(Level::Info) };
    Ok(match text.as_str() {
        "informational" => Level::Info,
        "low" => Level::Low,
        "medium" => Level::Medium,
        "high" => Level::High,
        "critical" => Level::Critical,
        _ => {
            return Err(Problem::Form {
                part: "level".to_owned(),
                expected: "informational, low, medium, high or critical",
                found: format!("`{}`", plain(&text)),
            });
        }
    })
}

/// The log source in words, iff it is not CloudTrail.
fn other_source(node: &Node) -> Result<Option<String>, Problem> {
    let source = node.get("logsource").ok_or(Problem::Missing("logsource"))?;
    if !matches!(source.value, Value::Map(_)) {
        return Err(form("logsource", "a mapping", source));
    }
    let parts = ["category", "product", "service"];
    let mut found = Vec::new();
    for part in parts {
        found.push(text(source, part)?.map(|text| text.to_lowercase()));
    }
    let ours = match found.as_slice() {
        [None, Some(product), None] => product == "aws",
        [None, product, Some(service)] => {
            product.as_deref().is_none_or(|product| product == "aws") && service == "cloudtrail"
        }
        [None, None, None] => return Err(Problem::Missing("logsource: product, service or category")),
        _ => false,
    };
    if ours {
        return Ok(None);
    }
    let words = parts.iter().zip(found).filter_map(|(part, text)| Some(format!("{part} {}", plain(&text?))));
    Ok(Some(words.collect::<Vec<_>>().join(", ")))
}

fn detection(node: &Node, budget: &mut Budget) -> Result<Body, Problem> {
    let Value::Map(entries) = &node.value else { return Err(form("detection", "a mapping", node)) };
    let mut names = Vec::new();
    let mut selections = Vec::new();
    for (name, node) in entries {
        match name.as_str() {
            // A time frame is that of an aggregation, which the condition names.
            "condition" | "timeframe" => {}
            _ => {
                selections.push(selection::read(name, node, budget)?);
                names.push(name.clone());
            }
        }
    }
    let node = node.get("condition").ok_or(Problem::Missing("condition"))?;
    let texts = match &node.value {
        Value::List(nodes) => nodes.iter().map(Node::text).collect(),
        _ => node.text().map(|text| vec![text]),
    };
    let texts: Vec<String> = texts
        .filter(|texts| !texts.is_empty())
        .ok_or_else(|| form("condition", "a text or a list of texts", node))?;
    let mut conditions =
        texts.iter().map(|text| condition::parse(text, &names)).collect::<Result<Vec<_>, _>>()?;
    if entries.iter().any(|(name, _)| name == "timeframe") {
        return Err(Problem::Unsupported("`timeframe`, which Sigma replaced by correlations,".to_owned()));
    }
    let condition = if conditions.len() == 1 { conditions.remove(0) } else { Condition::Any(conditions) };
    Ok(Body::Detection(selections, condition))
}
