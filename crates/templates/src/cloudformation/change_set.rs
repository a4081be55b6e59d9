//! A change set: the answer of `aws cloudformation describe-change-set`, best with `--include-property-values`.
//!
//! It names only what changes. Values that AWS does not know yet are `{{changeSet:KNOWN_AFTER_APPLY}}`; values of `NoEcho` parameters are `****`.

use super::error::TemplateError;
use super::evaluate::{Evaluator, WORK};
use super::options::Options;
use super::resources::{Described, describe};
use super::syntax;
use super::template::home;
use super::tree::{At, Entry, Node, Tree};
use super::types::Type;
use crate::document::{About, Action, Document, Doubt, Home, Incomplete, Kind, Language, Proposed, property};
use crate::value::{Value, Why};
use cloudtrail::arn::Arn;
use std::cell::Cell;
use std::collections::BTreeMap;

const AFTER_APPLY: &str = "{{changeSet:KNOWN_AFTER_APPLY}}";
const HIDDEN: &str = "****";
/// What a change set that was asked for without property values does not hold.
const CONTEXT: &str = "AfterContext";

/// True iff the document is a change set.
pub(super) fn is_one(root: &Node) -> bool {
    root.get("Changes").is_some_and(|node| node.items().is_some()) && root.get("Resources").is_none()
}

/// What the change set proposes.
pub(super) fn read(root: &Node, options: &Options) -> Result<Document, TemplateError> {
    let mut options = options.clone();
    if let Some(arn) = root.get("StackId").and_then(Node::text).and_then(Arn::parse) {
        options.account = Some(arn.account.to_owned());
        options.region = Some(arn.region.to_owned());
        options.partition = Some(arn.partition.to_owned());
    }
    if let Some(name) = root.get("StackName").and_then(Node::text) {
        options.stack_name = Some(name.to_owned());
    }
    let mut set = ChangeSet { home: home(&options), options, resources: Vec::new(), doubts: Vec::new() };
    if root.get("Status").and_then(Node::text).is_some_and(|status| status != "CREATE_COMPLETE") {
        set.incomplete(Incomplete::Errored, root.at);
    }
    if root.get("NextToken").and_then(Node::text).is_some() {
        set.incomplete(Incomplete::Targeted, root.at);
    }
    for change in root.get("Changes").and_then(Node::items).unwrap_or_default() {
        if let Some(change) = change.get("ResourceChange") {
            set.change(change)?;
        }
    }
    Ok(Document { language: Language::CloudFormation, resources: set.resources, doubts: set.doubts })
}

struct ChangeSet {
    home: Home,
    options: Options,
    resources: Vec<Proposed>,
    doubts: Vec<Doubt>,
}

impl ChangeSet {
    fn incomplete(&mut self, why: Incomplete, at: At) {
        let about = About::Incomplete(why);
        self.doubts.push(Doubt { address: None, path: String::new(), about, at: Some(at.location()) });
    }

    fn doubt(&mut self, address: &str, about: About, at: At) {
        let address = Some(address.to_owned());
        self.doubts.push(Doubt { address, path: "$".to_owned(), about, at: Some(at.location()) });
    }

    fn change(&mut self, change: &Node) -> Result<(), TemplateError> {
        let said = |name: &str| change.get(name).and_then(Node::text);
        let type_name = said("ResourceType").unwrap_or_default().to_owned();
        let kind = Type::named(&type_name);
        let module = change.get("ModuleInfo").and_then(|node| node.get("LogicalIdHierarchy"));
        let id = said("LogicalResourceId").unwrap_or_default();
        let address =
            module.and_then(Node::text).map_or_else(|| id.to_owned(), |path| format!("{path}/{id}"));
        if matches!(kind, Type::Other) {
            return Ok(());
        }
        let at = change.at;
        if matches!(kind, Type::Opaque | Type::StackSet | Type::Channel) {
            if kind != Type::Channel {
                self.doubt(&address, About::NotLookedInto(type_name.clone()), at);
            }
            let proposed = self.proposed(&address, Kind::Other(type_name), Action::Declare, at);
            self.resources.push(proposed);
            return Ok(());
        }
        let physical = said("PhysicalResourceId");
        let before = self.side(&type_name, change.get("BeforeContext"), physical)?;
        let replaced = matches!(said("Replacement"), Some("True"));
        let after = self.side(&type_name, change.get("AfterContext"), physical.filter(|_| !replaced))?;
        let Some(kind) = kind_of(kind) else { return Ok(()) };
        // AWS does not say whether selectors that a change drops go back to the default: nothing is said of them.
        let dropped = !replaced && before.as_ref().is_some_and(|before| !before.default_selectors);
        let after = after.map(|mut after| {
            if dropped && after.default_selectors {
                after.properties.remove(property::SELECTORS);
                after.properties.remove(property::ADVANCED_SELECTORS);
            }
            Value::Map(after.properties)
        });
        // What is not in the file is unknown, and no default counts.
        let mut after = Some(after.unwrap_or_else(|| not_in_the_file(&kind, physical.filter(|_| !replaced))));
        let mut before = before.map(|before| Value::Map(before.properties));
        before = before.or_else(|| physical.map(|name| not_in_the_file(&kind, Some(name))));
        // A policy that comes to another bucket is made anew.
        let stays = matches!(said("Replacement"), None | Some("False"));
        if kind == Kind::BucketPolicy && said("Action") == Some("Modify") && stays {
            before.iter_mut().chain(&mut after).for_each(|side| stays_where_it_is(side, &address));
        }
        let retained = said("PolicyAction").is_some_and(|policy| policy.ends_with("Retain"));
        let mut push = |action: Action, before: Option<Value>, after: Option<Value>| {
            let proposed = self.proposed(&address, kind.clone(), action, at);
            self.resources.push(Proposed { before, after, ..proposed });
        };
        match said("Action") {
            Some("Add") => push(Action::Create, None, after),
            Some("Remove") if retained => push(Action::Forget, before.clone(), before),
            Some("Remove") => push(Action::Delete, before, None),
            Some("Modify") if replaced && retained => {
                push(Action::Forget, before.clone(), before);
                push(Action::Create, None, after);
            }
            Some("Modify") if replaced => push(Action::Replace { create_first: true }, before, after),
            Some("Modify") => {
                push(Action::Update, before, after);
                if said("Replacement") == Some("Conditional") {
                    self.doubt(&address, About::Unknown(Why::AfterApply), at);
                }
            }
            // It is there already; from now on the stack manages it.
            Some("Import") => push(Action::Declare, before, after),
            Some("SyncWithActual") => {
                let same = after.clone();
                push(Action::Keep, same, after);
            }
            // `Dynamic`, and what AWS invents next.
            _ => {
                push(Action::Declare, before, after);
                self.doubt(&address, About::Condition(Why::AfterApply), at);
            }
        }
        Ok(())
    }

    fn proposed(&self, address: &str, kind: Kind, action: Action, at: At) -> Proposed {
        Proposed {
            address: address.to_owned(),
            previous_address: None,
            kind,
            action,
            before: None,
            after: Some(Value::Map(BTreeMap::new())),
            home: self.home.clone(),
            moved_from: None,
            at: Some(at.location()),
        }
    }

    /// One side of a change: the properties in the text that AWS puts JSON into.
    fn side(
        &self,
        type_name: &str,
        context: Option<&Node>,
        physical: Option<&str>,
    ) -> Result<Option<Described>, TemplateError> {
        let Some(Node { tree: Tree::Text(text), at }) = context else { return Ok(None) };
        let inner = syntax::read(text.as_bytes()).map_err(|_| TemplateError::Form {
            at: at.location(),
            part: "the context of a change".to_owned(),
            wanted: "JSON in a text",
            found: "another text",
        })?;
        let mut entries = vec![Entry {
            at: *at,
            key: "Type".to_owned(),
            node: Node { at: *at, tree: Tree::Text(type_name.to_owned()) },
        }];
        entries.extend(inner.get("Properties").map(|node| Entry {
            at: *at,
            key: "Properties".to_owned(),
            node: masked(node),
        }));
        let node = Node { at: *at, tree: Tree::Map(entries) };
        let parameters = BTreeMap::from([
            (AFTER_APPLY.to_owned(), Value::Unknown(Why::AfterApply)),
            (HIDDEN.to_owned(), Value::Unknown(Why::Sensitive)),
        ]);
        let work = Cell::new(WORK);
        let mut evaluator = Evaluator::new(&self.options, &parameters, None, &work);
        evaluator.declare(BTreeMap::from([("it", &node)]));
        let Some(mut described) = describe("it", &node, &mut evaluator)? else { return Ok(None) };
        // It holds what expressions give, and no expression.
        described.properties.remove(property::SAME_BUCKET);
        described.properties.remove(property::SAME);
        named(&mut described.properties, &described.kind, physical);
        Ok(Some(described))
    }
}

fn kind_of(kind: Type) -> Option<Kind> {
    Some(match kind {
        Type::Trail => Kind::Trail,
        Type::EventDataStore => Kind::EventDataStore,
        Type::Function => Kind::Function,
        Type::Bucket => Kind::Bucket,
        Type::BucketPolicy => Kind::BucketPolicy,
        Type::StackSet | Type::Channel | Type::Opaque | Type::Other => return None,
    })
}

/// Texts that AWS put in the place of values, as references to what they mean.
fn masked(node: &Node) -> Node {
    let reference = |target: &str| {
        let target = Node { at: node.at, tree: Tree::Text(target.to_owned()) };
        Tree::Map(vec![Entry { at: node.at, key: "Ref".to_owned(), node: target }])
    };
    let tree = match &node.tree {
        Tree::Text(text) if text.contains("{{changeSet:") => reference(AFTER_APPLY),
        Tree::Text(text) if text.contains(HIDDEN) => reference(HIDDEN),
        Tree::List(items) => Tree::List(items.iter().map(masked).collect()),
        Tree::Map(entries) => {
            let each = entries.iter().map(|entry| Entry {
                at: entry.at,
                key: entry.key.clone(),
                node: masked(&entry.node),
            });
            Tree::Map(each.collect())
        }
        other => other.clone(),
    };
    Node { at: node.at, tree }
}

/// What a physical id says where the properties do not: the name of a trail, a function or a bucket, the ARN of an event data store.
fn named(properties: &mut BTreeMap<String, Value>, kind: &Kind, physical: Option<&str>) {
    let Some(physical) = physical else { return };
    let name = match kind {
        Kind::Trail => property::NAME,
        Kind::Function => property::FUNCTION_NAME,
        Kind::Bucket => property::BUCKET_NAME,
        Kind::EventDataStore => property::ARN,
        Kind::BucketPolicy | Kind::Other(_) => return,
    };
    if properties.get(name).is_none_or(|value| value.why().is_some()) {
        properties.insert(name.to_owned(), physical.into());
        if *kind != Kind::EventDataStore {
            properties.remove(property::ARN);
        }
    }
}

/// That the bucket of a policy is the same on both sides, whichever it is.
fn stays_where_it_is(side: &mut Value, address: &str) {
    if let Value::Map(properties) = side
        && properties.get(property::BUCKET_NAME).is_none_or(|name| name.why().is_some())
    {
        properties.insert(property::SAME_BUCKET.to_owned(), Value::Text(format!("of {address}")));
    }
}

/// Every property of that kind, unknown because the file does not hold it.
fn not_in_the_file(kind: &Kind, physical: Option<&str>) -> Value {
    let names: &[&str] = match kind {
        Kind::Trail => &[
            property::NAME,
            property::BUCKET,
            property::MULTI_REGION_TRAIL,
            property::ORGANIZATION_TRAIL,
            property::VALIDATION,
            property::GLOBAL_EVENTS,
            property::LOGGING,
            property::SELECTORS,
            property::ADVANCED_SELECTORS,
        ],
        Kind::EventDataStore => &[
            property::NAME,
            property::ARN,
            property::MULTI_REGION_STORE,
            property::ORGANIZATION_STORE,
            property::INGESTION,
            property::ADVANCED_SELECTORS,
        ],
        Kind::Function => &[property::FUNCTION_NAME],
        Kind::Bucket => &[property::BUCKET_NAME],
        Kind::BucketPolicy => &[property::BUCKET_NAME, property::POLICY],
        Kind::Other(_) => &[],
    };
    let unknown = || Value::Unknown(Why::Elsewhere(CONTEXT.to_owned()));
    let mut properties: BTreeMap<String, Value> =
        names.iter().map(|name| ((*name).to_owned(), unknown())).collect();
    named(&mut properties, kind, physical);
    Value::Map(properties)
}
