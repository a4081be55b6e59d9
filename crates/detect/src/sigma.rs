//! Rules of the user's own, in the Sigma format: read, run over single records, and correlated. Nothing here reads a file or a clock.
//!
//! What of Sigma is read: rules of version 2 with selections, keywords and the modifiers `contains`, `startswith`, `endswith`, `re` (with
//! `i`, `m`, `s`), `cidr`, `exists`, `fieldref`, `cased`, `all`, `neq`, `lt`, `lte`, `gt`, `gte`, `windash`, `base64`, `base64offset`,
//! `wide`, `utf16le`, `utf16be` and `utf16`; correlations `event_count`, `value_count`, `temporal` and `temporal_ordered`. Whatever else a
//! rule uses is an error that names it. Rules of other log sources are set aside and named.
//!
//! How values compare: texts without regard to case, and by what they say, so `'true'` is the JSON value `true` and `5` is `"5"`. A field
//! of a list fits if any of its values does. `null` is a field that is missing or null. An object is compared as its JSON, with its texts escaped
//! or not.

mod condition;
mod correlation;
mod document;
mod error;
mod export;
mod field;
mod index;
mod matcher;
mod modifiers;
mod pattern;
mod selection;
mod values;
mod yaml;

pub use error::{Problem, RuleError};
pub use export::{Exported, Fields, Value as ExportedValue, export};

use condition::Condition;
use correlation::link::{Carried, Correlation, Waiting, link};
use correlation::{Draft, window};
use document::{Body, Document};
use index::Index;
use selection::Selection;
use std::collections::{BTreeMap, BTreeSet};

/// The most bytes that one file of rules may have.
pub const MAX_FILE: usize = 16 << 20;
/// The most rules that run together, correlations among them.
pub const MAX_RULES: usize = 10_000;

/// How bad it is, in the words of Sigma; `Info` is `informational`, and a rule that does not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Informational.
    Info,
    /// Low.
    Low,
    /// Medium.
    Medium,
    /// High.
    High,
    /// Critical.
    Critical,
}

/// Which rule, by its place among all that were loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleId(pub usize);

/// What a rule says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// Its title, else its name or id.
    pub title: String,
    /// Its id, which should be a UUID.
    pub id: Option<String>,
    /// The file it is in.
    pub file: String,
    /// The line in it, from 1.
    pub line: usize,
    /// How bad a match is.
    pub level: Level,
    /// Tags such as `attack.t1685.002`.
    pub tags: Vec<String>,
    /// What it finds.
    pub description: Option<String>,
    /// When a match means nothing.
    pub falsepositives: Vec<String>,
    /// Where to read more.
    pub references: Vec<String>,
    /// False iff it is there for correlations only: one names it, and none of them says `generate: true`.
    pub reported: bool,
}

/// A rule that is not about CloudTrail's records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetAside {
    /// The file it is in.
    pub file: String,
    /// Its title.
    pub title: String,
    /// Why: the log source, in words.
    pub why: String,
}

/// A match of a rule that correlations are about, with what they need of the record.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hit {
    /// The rule.
    pub rule: RuleId,
    /// The record's id. Hits of a rule with the same id are copies, and count once.
    pub event_id: String,
    /// When, in milliseconds since 1970.
    pub time_ms: i64,
    /// The values of the fields that `Rules::hit` took.
    pub values: Vec<Option<String>>,
}

/// A time in which a correlation was true.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Correlated {
    /// The correlation.
    pub rule: RuleId,
    /// The first event's time, in milliseconds since 1970.
    pub first_ms: i64,
    /// The last event's time.
    pub last_ms: i64,
    /// The fields of `group-by` and their values; records without a value are a group of their own.
    pub group: Vec<(String, Option<String>)>,
    /// Events, values or rules, whichever it counts: the most in any window.
    pub count: u64,
    /// The events, each with its time, in order.
    pub events: Vec<(i64, String)>,
}

/// A rule for single records, ready to run.
#[derive(Debug, Clone)]
struct Detection {
    rule: usize,
    selections: Vec<Selection>,
    condition: Condition,
}

/// All rules, ready to run.
#[derive(Debug, Clone)]
pub struct Rules {
    rules: Vec<Rule>,
    detections: Vec<Detection>,
    correlations: Vec<Correlation>,
    carried: Carried,
    /// The rules that correlations are about.
    counted: BTreeSet<usize>,
    /// Correlations that were read, and cannot run.
    refused: BTreeSet<usize>,
    set_aside: Vec<SetAside>,
    index: Index,
}

impl Rules {
    /// Reads the rules of files, each a name and a text. All that is wrong is said together, in the order of files and lines.
    pub fn parse(files: &[(String, String)]) -> Result<Self, Vec<RuleError>> {
        let (rules, errors) = Self::read(files);
        if errors.is_empty() { Ok(rules) } else { Err(errors) }
    }

    /// As `parse`, for who runs what can run: the rules that are right, and what is wrong with the others. A correlation about a rule
    /// that is wrong is wrong as well.
    pub fn read(files: &[(String, String)]) -> (Self, Vec<RuleError>) {
        let mut errors = Vec::new();
        let documents = documents(files, &mut errors);
        let mut rules = Self {
            rules: Vec::new(),
            detections: Vec::new(),
            correlations: Vec::new(),
            carried: Carried::new(0),
            counted: BTreeSet::new(),
            refused: BTreeSet::new(),
            set_aside: Vec::new(),
            index: Index::new(std::iter::empty()),
        };
        let mut drafts = Vec::new();
        let mut names = Names::default();
        for document in set_aside(documents, &mut rules.set_aside) {
            let number = rules.rules.len();
            let twice = names.add(&document, number);
            if !twice.is_empty() {
                errors.extend(twice);
                continue;
            }
            rules.rules.push(document.rule);
            match document.body {
                Body::Detection(selections, condition) => {
                    rules.detections.push(Detection { rule: number, selections, condition })
                }
                Body::Correlation(draft) => drafts.push((number, draft)),
                Body::Other(_) => {}
            }
        }
        rules.carried = Carried::new(rules.rules.len());
        errors.extend(rules.link(&drafts, &names.known));
        let places: BTreeMap<&str, usize> = files.iter().map(|(name, _)| name.as_str()).zip(0..).collect();
        errors.sort_by_key(|error| (places.get(error.file.as_str()), error.line));
        rules.index =
            Index::new(rules.detections.iter().map(|one| (one.selections.as_slice(), &one.condition)));
        (rules, errors)
    }

    fn link(&mut self, drafts: &[(usize, Draft)], names: &BTreeMap<String, usize>) -> Vec<RuleError> {
        let waiting = drafts.iter().map(|(rule, draft)| Waiting { rule: *rule, draft }).collect();
        let (linked, refused) = link(waiting, names, &mut self.carried);
        self.correlations = linked;
        let mut alone: BTreeMap<usize, bool> = BTreeMap::new();
        for (rule, draft) in drafts.iter().filter(|(rule, _)| !refused.contains_key(rule)) {
            for part in draft.rules.iter().filter_map(|name| names.get(name)).filter(|part| *part != rule) {
                *alone.entry(*part).or_default() |= draft.generate;
            }
        }
        for (rule, reported) in alone {
            if let Some(rule) = self.rules.get_mut(rule) {
                rule.reported = reported;
            }
        }
        self.counted =
            self.correlations.iter().flat_map(|one| one.parts.iter().map(|part| part.rule)).collect();
        self.refused = refused.keys().copied().collect();
        refused.into_iter().filter_map(|(rule, problem)| Some(self.rules.get(rule)?.error(problem))).collect()
    }

    /// False only iff no rule can match the record with these bytes of JSON. Cheap, and true where it is not sure.
    pub fn wants(&self, raw: &[u8]) -> bool {
        self.index.wants(raw)
    }

    /// The rules that match this record by itself, in order. Those that are not `reported` are among them, for `hit`.
    pub fn matches(&self, record: &serde_json::Value) -> Vec<RuleId> {
        let fits = |number: usize| {
            let one = self.detections.get(number)?;
            holds(&one.condition, &one.selections, record).then_some(RuleId(one.rule))
        };
        self.index.candidates(record).into_iter().filter_map(fits).collect()
    }

    /// What correlations need of a record that the rule matches; none iff no correlation is about the rule.
    pub fn hit(&self, rule: RuleId, record: &serde_json::Value, time_ms: i64, event_id: &str) -> Option<Hit> {
        let values = || self.carried.of(rule.0).iter().map(|path| field::value(record, path)).collect();
        self.counted.contains(&rule.0).then(|| Hit {
            rule,
            event_id: event_id.to_owned(),
            time_ms,
            values: values(),
        })
    }

    /// When correlations were true, by rule and time. Any order of the same hits gives the same, and copies count once.
    ///
    /// A window is `timespan` long, both ends included. With a least number it slides, and windows that overlap are one. With a greatest
    /// number (`lt`, `lte`, `eq`) windows follow one another, each from the first event that is in none before.
    pub fn correlate(&self, hits: &[Hit]) -> Vec<Correlated> {
        window::correlate(&self.correlations, &self.carried, hits)
    }

    /// What a rule says of itself; none iff the number is not of these rules.
    pub fn rule(&self, rule: RuleId) -> Option<&Rule> {
        self.rules.get(rule.0)
    }

    /// All rules that run, correlations among them.
    pub fn rules(&self) -> impl Iterator<Item = (RuleId, &Rule)> {
        (0..).map(RuleId).zip(&self.rules).filter(|(rule, _)| !self.refused.contains(&rule.0))
    }

    /// Rules of other log sources, which do not run.
    pub fn set_aside(&self) -> &[SetAside] {
        &self.set_aside
    }
}

impl Rule {
    fn error(&self, problem: Problem) -> RuleError {
        RuleError { file: self.file.clone(), line: Some(self.line), rule: Some(self.title.clone()), problem }
    }
}

fn holds(condition: &Condition, selections: &[Selection], record: &serde_json::Value) -> bool {
    match condition {
        Condition::Selection(number) => {
            selections.get(*number).is_some_and(|selection| selection.fits(record))
        }
        Condition::Not(inner) => !holds(inner, selections, record),
        Condition::All(parts) => parts.iter().all(|part| holds(part, selections, record)),
        Condition::Any(parts) => parts.iter().any(|part| holds(part, selections, record)),
    }
}

fn documents(files: &[(String, String)], errors: &mut Vec<RuleError>) -> Vec<Document> {
    let mut budget = values::Budget::default();
    let mut documents = Vec::new();
    let mut count = 0;
    for (file, text) in files {
        let whole = |line, problem| RuleError { file: file.clone(), line, rule: None, problem };
        if text.len() > MAX_FILE {
            errors.push(whole(None, Problem::LongFile(text.len())));
            continue;
        }
        let nodes = match yaml::documents(text, MAX_RULES + 1) {
            Ok(nodes) => nodes,
            Err(refused) => {
                errors.push(whole(Some(refused.line), Problem::Yaml(refused.why)));
                continue;
            }
        };
        count += nodes.len();
        if count > MAX_RULES {
            errors.push(whole(None, Problem::TooManyRules));
            return documents;
        }
        for node in nodes {
            match document::read(file, &node, &mut budget) {
                Ok(document) => documents.push(document),
                Err(problem) => {
                    errors.push(RuleError {
                        file: file.clone(),
                        line: Some(node.line),
                        rule: document::called(&node),
                        problem,
                    });
                }
            }
        }
    }
    documents
}

/// Leaves out the rules of other logs, and correlations about them.
fn set_aside(mut documents: Vec<Document>, aside: &mut Vec<SetAside>) -> Vec<Document> {
    let mut others: BTreeSet<String> = BTreeSet::new();
    loop {
        let before = documents.len();
        documents.retain(|document| {
            let why = match &document.body {
                Body::Other(source) => source.clone(),
                Body::Correlation(draft) => match draft.rules.iter().find(|rule| others.contains(*rule)) {
                    Some(rule) => {
                        format!("a correlation about {}, a rule of another log source", error::plain(rule))
                    }
                    None => return true,
                },
                Body::Detection(..) => return true,
            };
            others.extend(document.rule.id.iter().chain(&document.name).cloned());
            let (file, title) = (document.rule.file.clone(), document.rule.title.clone());
            aside.push(SetAside { file, title, why });
            false
        });
        if documents.len() == before {
            return documents;
        }
    }
}

/// Ids and names of rules, each of one rule.
#[derive(Default)]
struct Names {
    known: BTreeMap<String, usize>,
    files: BTreeMap<String, String>,
}

impl Names {
    fn add(&mut self, document: &Document, number: usize) -> Vec<RuleError> {
        let own = [("id", &document.rule.id), ("name", &document.name)];
        let mut errors = Vec::new();
        for (kind, text) in own.into_iter().filter_map(|(kind, text)| Some((kind, text.as_ref()?))) {
            match self.known.get(text) {
                Some(other) if *other != number => {
                    let other = error::plain(self.files.get(text).map(String::as_str).unwrap_or_default());
                    errors.push(document.rule.error(Problem::Twice {
                        kind,
                        text: error::plain(text),
                        other,
                    }));
                }
                Some(_) => {}
                None => {
                    self.known.insert(text.clone(), number);
                    self.files.insert(text.clone(), document.rule.file.clone());
                }
            }
        }
        errors
    }
}
