//! A resource of a template in CloudTrail's and Lambda's own words, with AWS's defaults filled in.

use super::error::TemplateError;
use super::evaluate::{Evaluator, scalar};
use super::selectors;
use super::tree::{At, Node, Tree};
use super::types::Type;
use crate::document::{About, Doubt, Kind, property};
use crate::value::{Value, Why};
use std::collections::BTreeMap;

/// The properties of one resource, and what is open in them.
pub(super) struct Described {
    pub(super) kind: Kind,
    pub(super) properties: BTreeMap<String, Value>,
    pub(super) doubts: Vec<Doubt>,
    /// It is a recorder without selectors of its own: its properties have AWS's default.
    pub(super) default_selectors: bool,
}

/// Puts the properties of one resource together.
struct Builder<'b, 't> {
    evaluator: &'b mut Evaluator<'t>,
    id: &'b str,
    node: &'b Node,
    properties: BTreeMap<String, Value>,
    doubts: Vec<Doubt>,
    default_selectors: bool,
}

/// Describes a resource; `None` iff its type does not matter. StackSets are described by whoever reads their template.
pub(super) fn describe(
    id: &str,
    node: &Node,
    evaluator: &mut Evaluator<'_>,
) -> Result<Option<Described>, TemplateError> {
    let kind = Type::of(node);
    let name = node.get("Type").and_then(Node::text).unwrap_or("Fn::Transform");
    evaluator.unsupported.clear();
    let mut builder = Builder {
        evaluator,
        id,
        node,
        properties: BTreeMap::new(),
        doubts: Vec::new(),
        default_selectors: false,
    };
    let kind = match kind {
        Type::Trail => builder.trail()?,
        Type::EventDataStore => builder.store()?,
        Type::Function => {
            builder.name("FunctionName", property::FUNCTION_NAME, true)?;
            Kind::Function
        }
        Type::Bucket => {
            builder.name("BucketName", property::BUCKET_NAME, true)?;
            builder.same_bucket(property::BUCKET_NAME, |evaluator, node| evaluator.same_name(id, node));
            Kind::Bucket
        }
        Type::BucketPolicy => {
            builder.bucket("Bucket", property::BUCKET_NAME)?;
            let policy = builder.value("PolicyDocument")?.unwrap_or(Value::Null);
            builder.put(property::POLICY, policy);
            Kind::BucketPolicy
        }
        Type::Channel => Kind::Other(name.to_owned()),
        Type::Opaque => {
            builder.doubt("$".to_owned(), About::NotLookedInto(name.to_owned()), node.at);
            Kind::Other(name.to_owned())
        }
        Type::StackSet | Type::Other => return Ok(None),
    };
    let Builder { properties, doubts, default_selectors, .. } = builder;
    Ok(Some(Described { kind, properties, doubts, default_selectors }))
}

impl Builder<'_, '_> {
    fn put(&mut self, name: &str, value: Value) {
        if value != Value::Null {
            self.properties.insert(name.to_owned(), value);
        }
    }

    fn doubt(&mut self, path: String, about: About, at: At) {
        let address = Some(self.id.to_owned());
        self.doubts.push(Doubt { address, path, about, at: Some(at.location()) });
    }

    /// A property, evaluated; a function in it that we cannot evaluate becomes a doubt with its line.
    fn value(&mut self, from: &str) -> Result<Option<Value>, TemplateError> {
        let value = self.evaluator.property(self.node, from)?;
        for (at, function) in std::mem::take(&mut self.evaluator.unsupported) {
            self.doubt(format!("$.{from}"), About::Unknown(Why::Unsupported(function)), at);
        }
        Ok(value)
    }

    /// Takes note of what says whether a property that is unknown, at least in part, is the same on both sides of a change.
    fn note_same(&mut self, from: &str, to: &str) {
        if self.properties.get(to).is_none_or(|value| value.first_unknown("$").is_none()) {
            return;
        }
        let Some(node) = self.node.get("Properties").and_then(|all| all.get(from)) else { return };
        // What is too deep or too large to be compared is not said to be the same: its value was evaluated before.
        let same = self.evaluator.same_of_functions(node).unwrap_or_default();
        self.evaluator.unsupported.clear();
        if let Some(same) = same {
            let all = self
                .properties
                .entry(property::SAME.to_owned())
                .or_insert_with(|| Value::Map(BTreeMap::new()));
            if let Value::Map(all) = all {
                all.insert(to.to_owned(), Value::Text(same));
            }
        }
    }

    fn written(&self, from: &str) -> Option<&Node> {
        self.node.get("Properties")?.get(from)
    }

    fn boolean(&mut self, from: &str, to: &str, default: bool) -> Result<(), TemplateError> {
        // `yes` without quotes is true wherever true or false is wanted.
        let value = match self.written(from).map(|node| &node.tree) {
            Some(Tree::Ambiguous(_, Some(flag))) => Value::Bool(*flag),
            _ => self.value(from)?.map_or(Value::Bool(default), selectors::boolean),
        };
        self.put(to, value);
        self.note_same(from, to);
        Ok(())
    }

    fn text(&mut self, from: &str, to: &str) -> Result<(), TemplateError> {
        let value = match self.value(from)?.as_ref().map(scalar) {
            None => Value::Null,
            Some(Ok(text)) => Value::Text(text),
            Some(Err(why)) => Value::Unknown(why),
        };
        self.put(to, value);
        Ok(())
    }

    /// The name of a bucket; where it is unknown, which bucket that is.
    fn bucket(&mut self, from: &str, to: &str) -> Result<(), TemplateError> {
        self.text(from, to)?;
        self.same_bucket(to, |evaluator, node| {
            let said = node.get("Properties").and_then(|all| all.get(from));
            said.map_or(Ok(None), |node| evaluator.same(node))
        });
        Ok(())
    }

    fn same_bucket(
        &mut self,
        name: &str,
        same: impl FnOnce(&mut Evaluator<'_>, &Node) -> Result<Option<String>, TemplateError>,
    ) {
        if self.properties.get(name).and_then(Value::why).is_some() {
            // What is too deep or too large to be compared is not said to be the same: its value was evaluated before.
            let id = same(self.evaluator, self.node).unwrap_or_default();
            // What cannot be evaluated was said already.
            self.evaluator.unsupported.clear();
            self.put(property::SAME_BUCKET, id.map_or(Value::Null, Value::Text));
        }
    }

    /// The name of a resource, which AWS makes up where there is none, and its ARN.
    fn name(&mut self, from: &str, to: &str, arn: bool) -> Result<(), TemplateError> {
        self.value(from)?;
        let name = self.evaluator.identity(self.id, false, self.node.at)?;
        self.put(to, name);
        if arn {
            let arn = self.evaluator.identity(self.id, true, self.node.at)?;
            self.put(property::ARN, arn);
        }
        Ok(())
    }

    fn trail(&mut self) -> Result<Kind, TemplateError> {
        self.name("TrailName", property::NAME, true)?;
        self.bucket("S3BucketName", property::BUCKET)?;
        self.boolean("IsMultiRegionTrail", property::MULTI_REGION_TRAIL, false)?;
        self.boolean("IsOrganizationTrail", property::ORGANIZATION_TRAIL, false)?;
        self.boolean("EnableLogFileValidation", property::VALIDATION, false)?;
        self.boolean("IncludeGlobalServiceEvents", property::GLOBAL_EVENTS, true)?;
        // CloudFormation wants it, and there is no default.
        if self.written("IsLogging").is_none() && !self.evaluator.rewritten {
            let why = Why::WrongType("true or false");
            self.put(property::LOGGING, Value::Unknown(why));
        } else {
            self.boolean("IsLogging", property::LOGGING, false)?;
        }
        let advanced = self.value("AdvancedEventSelectors")?.map(selectors::advanced);
        let basic = self.value("EventSelectors")?.map(selectors::basic);
        let (advanced, basic) = (given(advanced), given(basic));
        if advanced.is_none() && basic.is_none() {
            self.default_selectors = true;
            self.put(property::SELECTORS, selectors::default_of_trails());
        }
        self.put(property::ADVANCED_SELECTORS, advanced.unwrap_or(Value::Null));
        self.put(property::SELECTORS, basic.unwrap_or(Value::Null));
        self.note_same("AdvancedEventSelectors", property::ADVANCED_SELECTORS);
        self.note_same("EventSelectors", property::SELECTORS);
        Ok(Kind::Trail)
    }

    fn store(&mut self) -> Result<Kind, TemplateError> {
        match self.value("Name")?.as_ref().map(scalar) {
            Some(Ok(name)) => self.put(property::NAME, Value::Text(name)),
            Some(Err(why)) => self.put(property::NAME, Value::Unknown(why)),
            None => self.put(property::NAME, Value::Unknown(Why::AfterApply)),
        }
        // Its ARN ends with an identifier that AWS makes up.
        self.put(property::ARN, Value::Unknown(Why::AfterApply));
        self.boolean("MultiRegionEnabled", property::MULTI_REGION_STORE, true)?;
        self.boolean("OrganizationEnabled", property::ORGANIZATION_STORE, false)?;
        self.boolean("IngestionEnabled", property::INGESTION, true)?;
        let advanced = given(self.value("AdvancedEventSelectors")?.map(selectors::advanced));
        self.default_selectors = advanced.is_none();
        self.put(property::ADVANCED_SELECTORS, advanced.unwrap_or_else(selectors::default_of_stores));
        self.note_same("AdvancedEventSelectors", property::ADVANCED_SELECTORS);
        Ok(Kind::EventDataStore)
    }
}

/// Selectors iff there are any: an empty list is as good as none.
fn given(selectors: Option<Value>) -> Option<Value> {
    selectors.filter(|value| *value != Value::List(Vec::new()))
}
