//! A template, evaluated: which resources it declares, with their properties, and what it leaves open.

use super::error::TemplateError;
use super::evaluate::Evaluator;
use super::options::Options;
use super::tree::{At, Budget, Entry, Node, Tree};
use super::types::Type;
use super::{loops, parameters, resources, stack_set};
use crate::document::{About, Doubt, Home, Incomplete, Kind, Location, property};
use crate::value::{Value, Why};
use std::cell::Cell;
use std::collections::BTreeSet;

/// Macros of AWS that change nothing here, or that we carry out.
const KNOWN_MACROS: [&str; 5] = [
    "AWS::Serverless-2016-10-31",
    "AWS::LanguageExtensions",
    "AWS::CodeDeployBlueGreen",
    "AWS::SecretsManager-2020-07-23",
    "AWS::SecretsManager-2024-09-16",
];

/// A resource as one template declares it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Declared {
    pub(super) address: String,
    pub(super) kind: Kind,
    pub(super) properties: Value,
    pub(super) home: Home,
    pub(super) at: Location,
    /// It stays when the stack lets go of it (`DeletionPolicy`).
    pub(super) retained: bool,
    /// It is a recorder without selectors of its own: its properties have AWS's default.
    pub(super) default_selectors: bool,
    /// The old one stays when it is replaced (`UpdateReplacePolicy`).
    pub(super) replaced_retained: bool,
}

impl Declared {
    /// Whether a recorder records is unknown: it may not be there, or a macro may change it.
    fn may_not_record(&mut self, why: &Why) {
        let name = match self.kind {
            Kind::Trail => property::LOGGING,
            Kind::EventDataStore => property::INGESTION,
            _ => return,
        };
        if let Value::Map(properties) = &mut self.properties {
            properties.insert(name.to_owned(), Value::Unknown(why.clone()));
        }
    }
}

/// What one template declares.
#[derive(Clone, Debug, Default)]
pub(super) struct Template {
    pub(super) resources: Vec<Declared>,
    pub(super) doubts: Vec<Doubt>,
    /// The names of its parameters.
    pub(super) parameters: Vec<String>,
}

/// Evaluates a template; `inside` is true iff it is that of a StackSet, whose StackSets we do not look into.
pub(super) fn evaluate(
    root: &Node,
    options: &Options,
    inside: bool,
    work: &Cell<usize>,
) -> Result<Template, TemplateError> {
    let Some(section) = root.get("Resources") else {
        return Err(TemplateError::NotATemplate { looks: looks(root) });
    };
    parameters::map(section, "Resources")?;
    let values = parameters::read(root.get("Parameters"), options)?;
    let mappings = root.get("Mappings");
    let mut template = Template { parameters: values.keys().cloned().collect(), ..Template::default() };
    template.macros(root);
    let rewritten = !template.doubts.is_empty();
    let mut before = Evaluator::new(options, &values, mappings, work);
    before.rewritten = rewritten;
    let mut budget = Budget::new();
    let mut written_out = |node: &Node, evaluator: &mut Evaluator<'_>| {
        if loops::has_loop(node) {
            loops::written_out(node, evaluator, &mut budget).map(Some)
        } else {
            Ok(None)
        }
    };
    let expanded = written_out(section, &mut before)?;
    let section = expanded.as_ref().unwrap_or(section);
    let conditions = root.get("Conditions");
    let expanded = conditions.map(|node| written_out(node, &mut before)).transpose()?.flatten();
    let conditions = expanded.as_ref().or(conditions);

    let entries = parameters::map(section, "Resources")?;
    let mut evaluator = Evaluator::new(options, &values, mappings, work);
    evaluator.rewritten = rewritten;
    evaluator.declared = root.get("Parameters");
    evaluator.declare(by_name(entries));
    if let Some(conditions) = conditions {
        let entries = parameters::map(conditions, "Conditions")?;
        evaluator.conditions = by_name(entries);
        for entry in entries.iter().filter(|entry| !entry.key.starts_with("Fn::")) {
            // What is unknown is of interest where it is used.
            let _unknown = evaluator.condition(&entry.key, entry.at)?.err();
        }
    }
    if !evaluator.rewritten {
        evaluator.no_circle()?;
    }
    for entry in entries {
        template.resource(entry, &mut evaluator, inside)?;
    }
    Ok(template)
}

fn by_name(entries: &[Entry]) -> std::collections::BTreeMap<&str, &Node> {
    entries.iter().map(|entry| (entry.key.as_str(), &entry.node)).collect()
}

impl Template {
    fn doubt(&mut self, address: Option<&str>, about: About, at: At) {
        let path = if address.is_some() { "$".to_owned() } else { String::new() };
        let address = address.map(str::to_owned);
        self.doubts.push(Doubt { address, path, about, at: Some(at.location()) });
    }

    /// Doubts about the whole template: macros that we do not know, wherever they may change more than a property.
    fn macros(&mut self, root: &Node) {
        let mut names = Vec::new();
        if let Some(node) = root.get("Transform") {
            let each = node.items().unwrap_or(std::slice::from_ref(node));
            for node in each {
                let name = node.get("Name").unwrap_or(node).text();
                if !name.is_some_and(|name| KNOWN_MACROS.contains(&name)) {
                    names.push(node.at);
                }
            }
        }
        let sections = ["Resources", "Conditions", "Mappings"].iter().filter_map(|name| root.get(name));
        for node in sections.chain([root]) {
            let entries = node.entries().unwrap_or_default();
            names.extend(entries.iter().filter(|entry| entry.key == "Fn::Transform").map(|entry| entry.at));
        }
        for mapping in root.get("Mappings").and_then(Node::entries).unwrap_or_default() {
            if let Some(node) = mapping.node.get("Fn::Transform") {
                names.push(node.at);
            }
        }
        for at in names {
            self.doubt(None, About::Incomplete(Incomplete::Transformed), at);
        }
    }

    fn resource(
        &mut self,
        entry: &Entry,
        evaluator: &mut Evaluator<'_>,
        inside: bool,
    ) -> Result<(), TemplateError> {
        let Entry { at, key: id, node } = entry;
        if id.starts_with("Fn::ForEach::") {
            return self.open_loop(entry, evaluator);
        }
        if id == "Fn::Transform" {
            return Ok(());
        }
        parameters::map(node, id)?;
        if Type::of(node) != Type::Opaque && node.get("Type").and_then(Node::text).is_none() {
            let found = node.get("Type").map_or("missing", Node::kind);
            let part = format!("{id}.Type");
            return Err(TemplateError::Form { at: at.location(), part, wanted: "a text", found });
        }
        let exists = evaluator.exists(node)?;
        if exists == Ok(false) {
            return Ok(());
        }
        let before = self.resources.len();
        if Type::of(node) == Type::StackSet {
            stack_set::read(self, entry, evaluator, inside)?;
        } else if let Some(described) = resources::describe(id, node, evaluator)? {
            let retained = |policy: &str| {
                node.get(policy).and_then(Node::text).is_some_and(|text| text.starts_with("Retain"))
            };
            self.doubts.extend(described.doubts);
            self.resources.push(Declared {
                address: id.clone(),
                kind: described.kind,
                properties: Value::Map(described.properties),
                default_selectors: described.default_selectors,
                home: home(evaluator.options),
                at: at.location(),
                retained: retained("DeletionPolicy"),
                replaced_retained: retained("UpdateReplacePolicy"),
            });
        }
        if evaluator.rewritten {
            let why = Why::Unsupported("Fn::Transform".to_owned());
            self.resources.iter_mut().skip(before).for_each(|one| one.may_not_record(&why));
        }
        if let Err(why) = exists {
            self.resources.iter_mut().skip(before).for_each(|one| one.may_not_record(&why));
            let made: Vec<String> =
                self.resources.iter().skip(before).map(|one| one.address.clone()).collect();
            for address in made {
                self.doubt(Some(&address), About::Condition(why.clone()), *at);
            }
        }
        Ok(())
    }

    /// A loop over what is unknown: how many resources it makes is not known, which matters iff one of them does.
    fn open_loop(&mut self, entry: &Entry, evaluator: &mut Evaluator<'_>) -> Result<(), TemplateError> {
        let [_, collection, fragment] = entry.node.items().unwrap_or_default() else { return Ok(()) };
        let why = match evaluator.value_or_null(collection)? {
            Value::List(items) => items.iter().find_map(|item| item.why().cloned()),
            other => other.why().cloned(),
        };
        let why = why.unwrap_or(Why::WrongType("a list of texts"));
        if matters(fragment) {
            self.resources.push(Declared {
                address: entry.key.clone(),
                kind: Kind::Other("Fn::ForEach".to_owned()),
                properties: Value::Map(std::collections::BTreeMap::new()),
                default_selectors: false,
                home: home(evaluator.options),
                at: entry.at.location(),
                retained: false,
                replaced_retained: false,
            });
            self.doubt(Some(&entry.key), About::Count(why), entry.at);
        }
        Ok(())
    }
}

/// True iff a fragment of a loop may make a resource that matters.
fn matters(fragment: &Node) -> bool {
    fragment.entries().unwrap_or_default().iter().any(|entry| match &entry.node.tree {
        Tree::List(items) => items.last().is_some_and(matters),
        _ => Type::of(&entry.node) != Type::Other,
    })
}

/// Where a stack is, as far as it was said.
pub(super) fn home(options: &Options) -> Home {
    Home {
        partition: options.partition().map(str::to_owned),
        account: options.account.clone(),
        region: options.region.clone(),
        region_is_open: false,
    }
}

/// What a document is that has no resources, and what to give.
fn looks(root: &Node) -> Option<&'static str> {
    let keys: BTreeSet<&str> =
        root.entries().unwrap_or_default().iter().map(|entry| entry.key.as_str()).collect();
    let has = |key: &str| keys.contains(key);
    if has("format_version") || has("resource_changes") || has("planned_values") {
        Some("; it looks like a Terraform plan: give it with --terraform")
    } else if has("AdvancedEventSelectors") || has("EventSelectors") {
        Some("; it looks like event selectors: give them with --selectors")
    } else if has("StackResources") || has("Stacks") || has("StackSummaries") {
        Some("; it looks like an answer about stacks: give the template (`aws cloudformation get-template`)")
    } else {
        None
    }
}
