//! Whether resources of a template depend on each other in a circle, which CloudFormation refuses.

use super::error::TemplateError;
use super::evaluate::Evaluator;
use super::sub::{Piece, pieces};
use super::tree::{Node, Tree};
use super::types::Type;
use std::collections::{BTreeMap, BTreeSet};

impl Evaluator<'_> {
    /// An error iff resources depend on each other in a circle. A branch of an `Fn::If` that is not taken, or may not be, counts for nothing.
    pub(super) fn no_circle(&mut self) -> Result<(), TemplateError> {
        let resources = self.resources.clone();
        let mut edges = BTreeMap::new();
        for (id, node) in &resources {
            let mut targets = BTreeSet::new();
            let name = node.get("Type").and_then(Node::text).unwrap_or_default();
            // Of what SAM makes of its own types, other resources depend on each other.
            let exists = self.types.get(id) != Some(&Type::Opaque) && self.exists(node)? == Ok(true);
            if exists && !name.starts_with("AWS::Serverless::") {
                for part in ["Properties", "DependsOn"].iter().filter_map(|part| node.get(part)) {
                    self.collect(part, &mut targets)?;
                }
                match node.get("DependsOn").map(|node| &node.tree) {
                    Some(Tree::Text(id)) => targets.extend([id.clone()]),
                    Some(Tree::List(items)) => {
                        targets.extend(items.iter().filter_map(Node::text).map(str::to_owned));
                    }
                    _ => {}
                }
            }
            targets.retain(|target| resources.contains_key(target.as_str()));
            edges.insert(*id, targets);
        }
        match circle(&edges) {
            None => Ok(()),
            Some(path) => {
                let at = path.first().and_then(|id| resources.get(id.as_str())).map(|node| node.at);
                let at = at.unwrap_or(super::tree::At::START).location();
                Err(TemplateError::Cycle { at, path })
            }
        }
    }

    /// The names that a node refers to.
    fn collect(&mut self, node: &Node, targets: &mut BTreeSet<String>) -> Result<(), TemplateError> {
        let Some(entries) = node.entries() else {
            for item in node.items().unwrap_or_default() {
                self.collect(item, targets)?;
            }
            return Ok(());
        };
        let [one] = entries else {
            for entry in entries {
                self.collect(&entry.node, targets)?;
            }
            return Ok(());
        };
        match (one.key.as_str(), &one.node.tree) {
            ("Ref", Tree::Text(name)) => {
                targets.insert(name.clone());
            }
            ("Fn::GetAtt", Tree::Text(name)) => {
                targets.extend(name.split('.').next().map(str::to_owned));
            }
            ("Fn::GetAtt", Tree::List(items)) => {
                targets.extend(items.first().and_then(Node::text).map(str::to_owned));
            }
            ("Fn::Sub", Tree::Text(text)) => substituted(text, None, targets),
            ("Fn::Sub", Tree::List(items)) => {
                if let [Node { tree: Tree::Text(text), .. }, variables] = items.as_slice() {
                    substituted(text, Some(variables), targets);
                    self.collect(variables, targets)?;
                }
            }
            ("Fn::If", Tree::List(items)) => {
                if let [condition, yes, no] = items.as_slice() {
                    let decided = match &condition.tree {
                        Tree::Text(name) => self.condition(name, condition.at)?,
                        _ => self.decide(condition)?,
                    };
                    match decided {
                        Ok(true) => self.collect(yes, targets)?,
                        Ok(false) => self.collect(no, targets)?,
                        Err(_) => {}
                    }
                }
            }
            _ => self.collect(&one.node, targets)?,
        }
        Ok(())
    }
}

fn substituted(text: &str, variables: Option<&Node>, targets: &mut BTreeSet<String>) {
    for piece in pieces(text) {
        if let Piece::Name(name) = piece
            && variables.is_none_or(|node| node.get(name).is_none())
        {
            targets.extend(name.split('.').next().map(str::to_owned));
        }
    }
}

/// The names along a circle, the first again at the end.
fn circle(edges: &BTreeMap<&str, BTreeSet<String>>) -> Option<Vec<String>> {
    let mut done: BTreeSet<&str> = BTreeSet::new();
    for start in edges.keys() {
        let mut path: Vec<(&str, Vec<&str>)> = Vec::new();
        let mut on_path: BTreeSet<&str> = BTreeSet::new();
        let next =
            |id: &str| edges.get(id).into_iter().flatten().map(String::as_str).rev().collect::<Vec<_>>();
        if done.contains(start) {
            continue;
        }
        path.push((start, next(start)));
        on_path.insert(start);
        while let Some((id, left)) = path.last_mut() {
            match left.pop() {
                Some(target) if on_path.contains(target) => {
                    let ids = path.iter().map(|(id, _)| (*id).to_owned());
                    let mut found: Vec<String> = ids.skip_while(|id| id != target).collect();
                    found.push(target.to_owned());
                    return Some(found);
                }
                Some(target) if done.contains(target) => {}
                Some(target) => {
                    on_path.insert(target);
                    path.push((target, next(target)));
                }
                None => {
                    let id = *id;
                    on_path.remove(id);
                    done.insert(id);
                    path.pop();
                }
            }
        }
    }
    None
}
