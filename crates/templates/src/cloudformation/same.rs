//! Which bucket an expression gives, where its name is unknown: two that are written alike give the same.

use super::error::TemplateError;
use super::evaluate::{Evaluator, dynamic_reference};
use super::sub::{Piece, pieces};
use super::tree::{At, Entry, Node, Tree};
use super::types::Type;
use crate::document::property;

/// How long such a text may be: what is longer is not said to be the same.
const LONGEST: usize = 1 << 14;

/// A text that two expressions have only if they certainly give the same; `None` iff there is none.
type Same = Result<Option<String>, TemplateError>;

impl Evaluator<'_> {
    /// What an expression gives. Parameters and attributes of resources that are unknown are themselves.
    pub(super) fn same(&mut self, node: &Node) -> Same {
        self.deeper(node.at, |this| {
            let text = this.same_here(node)?;
            this.short(node, text)
        })
    }

    /// The text, iff it is not too long. What it costs is counted, so that what refers to itself twice, again and again, ends.
    fn short(&mut self, node: &Node, text: Option<String>) -> Same {
        self.spend(node.at, text.as_ref().map_or(0, String::len))?;
        Ok(text.filter(|text| text.len() <= LONGEST))
    }

    fn same_here(&mut self, node: &Node) -> Same {
        let Some(value) = self.value(node)? else { return Ok(None) };
        if let Some(known) = value.to_json() {
            return Ok(Some(known.to_string()));
        }
        let entries = match &node.tree {
            Tree::List(items) => return self.all_same("", items),
            Tree::Map(entries) => entries.as_slice(),
            // What it leads to is not kept, and may be another value later.
            _ => return Ok(None),
        };
        let is_function = |key: &str| key.starts_with("Fn::") || matches!(key, "Ref" | "Condition");
        if !entries.iter().any(|entry| is_function(&entry.key)) {
            return self.same_members(entries);
        }
        let [one] = entries else { return Ok(None) };
        match (one.key.as_str(), &one.node.tree) {
            ("Ref", Tree::Text(name)) => self.same_reference(name),
            ("Fn::GetAtt", Tree::Text(name)) => Ok(Some(attribute(name))),
            ("Fn::GetAtt", Tree::List(items)) => match items.as_slice() {
                [resource, attribute] => {
                    let both = resource.text().zip(attribute.text());
                    Ok(both.map(|(resource, attribute)| self::attribute(&format!("{resource}.{attribute}"))))
                }
                _ => Ok(None),
            },
            ("Fn::Sub", Tree::Text(text)) => self.same_text(text, one.node.at),
            ("Fn::If", Tree::List(items)) => match items.as_slice() {
                [condition, yes, no] => self.same_branch(condition, yes, no),
                _ => Ok(None),
            },
            ("Fn::FindInMap", Tree::List(items)) => self.same_in_map(items),
            (name @ ("Fn::Join" | "Fn::Select" | "Fn::Split"), Tree::List(items)) => {
                self.all_same(name, items)
            }
            ("Fn::ImportValue", _) => Ok(self.same(&one.node)?.map(|export| format!("ImportValue {export}"))),
            _ => Ok(None),
        }
    }

    fn all_same(&mut self, name: &str, items: &[Node]) -> Same {
        let mut all = Vec::new();
        for item in items {
            let Some(one) = self.same(item)? else { return Ok(None) };
            all.push(one);
        }
        Ok(Some(format!("{name}({})", all.join(","))))
    }

    fn same_members(&mut self, entries: &[Entry]) -> Same {
        let mut all = Vec::new();
        for entry in entries {
            let Some(one) = self.same(&entry.node)? else { return Ok(None) };
            all.push(format!("{:?}:{one}", entry.key));
        }
        all.sort();
        Ok(Some(format!("{{{}}}", all.join(","))))
    }

    /// As [`Self::same`], for what decides what is recorded: what another resource gives counts where that is a function alone, whose name and ARN follow it. Of
    /// all others it may be made from anything, and change with them.
    pub(super) fn same_of_functions(&mut self, node: &Node) -> Same {
        let Some(text) = self.same(node)? else { return Ok(None) };
        let given = text.split(property::ATTRIBUTE).skip(1).map(|rest| {
            let end = rest.find(|one: char| !one.is_ascii_alphanumeric()).unwrap_or(rest.len());
            self.types.get(&rest[..end]) == Some(&Type::Function)
        });
        let is_well = given.into_iter().all(|is_function| is_function);
        Ok(is_well.then_some(text))
    }

    /// The branch that counts; where that is unknown, both with all that decides.
    fn same_branch(&mut self, condition: &Node, yes: &Node, no: &Node) -> Same {
        let decided = match &condition.tree {
            Tree::Text(name) => self.condition(name, condition.at)?,
            _ => self.decide(condition)?,
        };
        match decided {
            Ok(true) => self.same(yes),
            Ok(false) => self.same(no),
            Err(_) => {
                let condition = match condition.text() {
                    Some(name) => self.same_condition(name)?,
                    None => self.same_decision(condition)?,
                };
                let Some(condition) = condition else { return Ok(None) };
                let Some(yes) = self.same(yes)? else { return Ok(None) };
                Ok(self.same(no)?.map(|no| format!("If({condition},{yes},{no})")))
            }
        }
    }

    fn same_condition(&mut self, name: &str) -> Same {
        match self.conditions.get(name).copied() {
            Some(node) => self.same_decision(node),
            None => Ok(None),
        }
    }

    fn same_decision(&mut self, node: &Node) -> Same {
        let text = self.deeper(node.at, |this| this.same_decision_here(node))?;
        self.short(node, text)
    }

    fn same_decision_here(&mut self, node: &Node) -> Same {
        let [one] = node.entries().unwrap_or_default() else { return self.same(node) };
        match (one.key.as_str(), &one.node.tree) {
            ("Condition", Tree::Text(name)) => self.same_condition(name),
            (name @ ("Fn::And" | "Fn::Or" | "Fn::Not"), Tree::List(items)) => {
                let mut all = Vec::new();
                for item in items {
                    let Some(one) = self.same_decision(item)? else { return Ok(None) };
                    all.push(one);
                }
                Ok(Some(format!("{name}({})", all.join(","))))
            }
            (name @ "Fn::Equals", Tree::List(items)) => self.all_same(name, items),
            _ => self.same(node),
        }
    }

    /// A value of a mapping: all that it may be, and what decides.
    fn same_in_map(&mut self, items: &[Node]) -> Same {
        let [name, ..] = items else { return Ok(None) };
        let mapping = match (name.text(), self.mappings) {
            (Some(name), Some(all)) => self.entry(all, name)?,
            _ => None,
        };
        let Some(mapping) = mapping else { return Ok(None) };
        let mut values = Vec::new();
        for top in mapping.entries().unwrap_or_default() {
            for second in top.node.entries().unwrap_or_default() {
                let Some(value) = second.node.text() else { return Ok(None) };
                self.spend(second.at, value.len())?;
                values.push(format!("{:?}.{:?}={value:?}", top.key, second.key));
            }
        }
        let keys = self.all_same("Fn::FindInMap", items)?;
        Ok(keys.map(|keys| format!("{keys} of {}", values.join(","))))
    }

    /// A reference that is unknown. Of a bucket it is its name, however that is written.
    fn same_reference(&mut self, name: &str) -> Same {
        match self.resources.get(name).copied() {
            Some(node) if Type::of(node) == Type::Bucket => self.same_name(name, node),
            Some(_) => Ok(Some(attribute(name))),
            None if name == "AWS::NoValue" => Ok(None),
            None => self.same_parameter(name),
        }
    }

    /// A parameter that is unknown: it is the same as long as it is declared alike, for a stack keeps what it was given. Where that is the name of a
    /// parameter of Systems Manager, the value is read anew at each update, and may be another one.
    fn same_parameter(&mut self, name: &str) -> Same {
        let Some(node) = self.declared.and_then(|all| all.get(name)) else {
            return Ok(Some(format!("Ref {name}")));
        };
        let kind = node.get("Type").and_then(Node::text).unwrap_or_default();
        if kind.trim_start().starts_with("AWS::SSM::Parameter::Value") {
            return Ok(None);
        }
        let mut all = format!("Ref {name}");
        for member in ["Type", "Default", "AllowedValues"] {
            let Some(said) = node.get(member) else { continue };
            let Some(value) = self.value(said)?.and_then(|value| value.to_json()) else { return Ok(None) };
            all.push_str(&format!(" {member}={value}"));
        }
        Ok(Some(all))
    }

    /// The name of a bucket that is unknown.
    pub(super) fn same_name(&mut self, id: &str, node: &Node) -> Same {
        if let Some(known) = self.buckets.get(id) {
            return Ok(Some(known.clone()));
        }
        let property = self.property(node, "BucketName")?;
        let said = node.get("Properties").and_then(|all| all.get("BucketName"));
        let name = match said.filter(|_| property.is_some()) {
            // Whatever it is, it is the same for all that refer to it.
            Some(said) => self.same(said)?.unwrap_or_else(|| format!("name {id}")),
            None => format!("{}{id}", property::MADE_UP),
        };
        self.buckets.insert(id.to_owned(), name.clone());
        Ok(Some(name))
    }

    /// The text of `Fn::Sub` without variables of its own.
    fn same_text(&mut self, text: &str, at: At) -> Same {
        let pieces = pieces(text);
        if let [Piece::Name(one)] = pieces.as_slice() {
            return self.same_piece(one, at);
        }
        // What it leads to is not kept, and may be another value later.
        if dynamic_reference(text).is_some() {
            return Ok(None);
        }
        let mut all = Vec::new();
        for piece in &pieces {
            let one = match piece {
                Piece::Text(text) => Some(format!("{text:?}")),
                Piece::Name(one) => self.same_piece(one, at)?,
            };
            let Some(one) = one else { return Ok(None) };
            all.push(one);
        }
        Ok(Some(format!("Sub({})", all.join(","))))
    }

    /// `name` or `resource.attribute`.
    fn same_piece(&mut self, name: &str, at: At) -> Same {
        let value = match name.split_once('.') {
            Some((resource, attribute)) => self.attribute(resource, attribute, at)?,
            None => self.reference(name, at)?,
        };
        match value.and_then(|value| value.to_json()) {
            Some(known) => Ok(Some(known.to_string())),
            None if name.contains('.') => Ok(Some(attribute(name))),
            None => self.same_reference(name),
        }
    }
}

/// What a resource gives.
fn attribute(name: &str) -> String {
    format!("{}{name}", property::ATTRIBUTE)
}
