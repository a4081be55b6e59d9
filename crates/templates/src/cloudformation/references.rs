//! `Ref` and `Fn::GetAtt`: parameters, what AWS says of the stack, and names and ARNs of resources as far as the template says them.

use super::error::TemplateError;
use super::evaluate::{Evaluated, Evaluator, scalar};
use super::tree::{At, Node};
use super::types::Type;
use crate::value::{Value, Why};

impl Evaluator<'_> {
    /// What `Ref` gives.
    pub(super) fn reference(&mut self, target: &str, at: At) -> Evaluated {
        if target == "AWS::NoValue" {
            return Ok(None);
        }
        if target.starts_with("AWS::") {
            return Ok(Some(self.pseudo(target, at)));
        }
        let parameters = self.parameters;
        if let Some(value) = parameters.get(target) {
            return Ok(Some(self.copy(at, value)?));
        }
        match self.types.get(target).copied() {
            None => Ok(Some(Value::Unknown(Why::Elsewhere(target.to_owned())))),
            Some(kind) => match kind.name_property() {
                Some(_) => self.identity(target, false, at).map(Some),
                None => Ok(Some(Value::Unknown(Why::AfterApply))),
            },
        }
    }

    /// What `Fn::GetAtt` gives.
    pub(super) fn attribute(&mut self, resource: &str, attribute: &str, at: At) -> Evaluated {
        Ok(Some(match self.types.get(resource).copied() {
            None => Value::Unknown(Why::Elsewhere(resource.to_owned())),
            Some(kind) if attribute == "Arn" && kind.name_property().is_some() => {
                self.identity(resource, true, at)?
            }
            Some(_) => Value::Unknown(Why::AfterApply),
        }))
    }

    fn pseudo(&mut self, name: &str, at: At) -> Value {
        let options = self.options;
        let known = match name {
            "AWS::AccountId" => options.account.as_deref(),
            "AWS::Region" => options.region.as_deref(),
            "AWS::Partition" => options.partition(),
            "AWS::StackName" => options.stack_name.as_deref(),
            "AWS::URLSuffix" => match options.partition() {
                Some("aws" | "aws-us-gov") => Some("amazonaws.com"),
                Some("aws-cn") => Some("amazonaws.com.cn"),
                Some(_) => return Value::Unknown(Why::AfterApply),
                None => None,
            },
            "AWS::StackId" | "AWS::NotificationARNs" => return Value::Unknown(Why::AfterApply),
            _ => return self.cannot(at, name),
        };
        known.map_or_else(|| Value::Unknown(Why::NoParameter(name.to_owned())), Value::from)
    }

    /// The name or the ARN of a resource whose type says which property names it.
    pub(super) fn identity(&mut self, id: &str, arn: bool, at: At) -> Result<Value, TemplateError> {
        let asked = (id.to_owned(), arn);
        match self.named.get(&asked) {
            Some(Some(value)) => return Ok(value.clone()),
            Some(None) => return Err(self.circle(id, at)),
            None => {}
        }
        let Some(node) = self.resources.get(id).copied() else {
            return Ok(Value::Unknown(Why::Elsewhere(id.to_owned())));
        };
        self.named.insert(asked.clone(), None);
        let value = if arn {
            self.arn(id, node, at)?
        } else {
            self.path.push(id.to_owned());
            let name = self.deeper(at, |this| this.name(node))?;
            self.path.pop();
            name
        };
        self.named.insert(asked, Some(value.clone()));
        Ok(value)
    }

    /// The name of a resource; AWS makes one up where the template has none.
    fn name(&mut self, node: &Node) -> Result<Value, TemplateError> {
        match self.exists(node)? {
            Ok(true) => {}
            Ok(false) => return Ok(Value::Unknown(Why::AfterApply)),
            Err(why) => return Ok(Value::Unknown(why)),
        }
        let kind = Type::of(node);
        let Some(property) = kind.name_property() else { return Ok(Value::Unknown(Why::AfterApply)) };
        let value = self.property(node, property)?;
        Ok(match value.as_ref().map(scalar) {
            None => Value::Unknown(Why::AfterApply),
            Some(Err(why)) => Value::Unknown(why),
            // A function may be named by its ARN as well.
            Some(Ok(name)) if kind == Type::Function && name.contains(':') => {
                match cloudtrail::resource::unqualified(&name) {
                    Some((_, arn)) => arn.rsplit(':').next().map_or(Value::Null, Value::from),
                    None => Value::Unknown(Why::WrongType("a function's name")),
                }
            }
            Some(Ok(name)) => Value::Text(name),
        })
    }

    fn arn(&mut self, id: &str, node: &Node, at: At) -> Result<Value, TemplateError> {
        let name = match self.identity(id, false, at)? {
            Value::Text(name) => name,
            other => return Ok(other),
        };
        let form = match Type::of(node) {
            Type::Trail => "arn:{AWS::Partition}:cloudtrail:{AWS::Region}:{AWS::AccountId}:trail/",
            Type::Function => "arn:{AWS::Partition}:lambda:{AWS::Region}:{AWS::AccountId}:function:",
            _ => "arn:{AWS::Partition}:s3:::",
        };
        let mut arn = form.to_owned();
        for pseudo in ["AWS::Partition", "AWS::Region", "AWS::AccountId"] {
            let place = format!("{{{pseudo}}}");
            if arn.contains(&place) {
                match self.pseudo(pseudo, at) {
                    Value::Text(text) => arn = arn.replace(&place, &text),
                    other => return Ok(other),
                }
            }
        }
        Ok(Value::Text(arn + &name))
    }

    /// A property of a resource; `None` iff it is not there, null or `AWS::NoValue`.
    pub(super) fn property(&mut self, resource: &Node, name: &str) -> Result<Option<Value>, TemplateError> {
        let Some(properties) = resource.get("Properties") else { return Ok(None) };
        let Some(entries) = properties.entries() else {
            return Err(TemplateError::Form {
                at: properties.at.location(),
                part: "Properties".to_owned(),
                wanted: "a mapping",
                found: properties.kind(),
            });
        };
        // A macro among the properties may change any of them.
        if let Some(entry) = entries.iter().find(|entry| entry.key.starts_with("Fn::")) {
            let function = entry.key.split("::").take(2).collect::<Vec<_>>().join("::");
            return Ok(Some(self.cannot(entry.at, &function)));
        }
        let Some(node) = properties.get(name) else { return Ok(None) };
        Ok(self.value(node)?.filter(|value| *value != Value::Null))
    }
}
