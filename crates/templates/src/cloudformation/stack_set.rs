//! A StackSet: its template is read where it is in the file, once for each account and Region that it goes to.

use super::error::TemplateError;
use super::evaluate::{Evaluator, scalar};
use super::options::Options;
use super::template::{Declared, Template, evaluate, home};
use super::tree::Entry;
use super::{syntax, tree::At};
use crate::document::{About, Doubt, Kind, property};
use crate::value::Value;
use std::collections::{BTreeMap, BTreeSet};

const TYPE: &str = "AWS::CloudFormation::StackSet";
/// How many accounts and Regions one StackSet may have before it is named and not looked into.
const TARGETS: usize = 500;
/// How many bytes a template in a template may have: CloudFormation takes 51,200.
const BODY: usize = 1 << 20;

/// Reads the StackSet, or says that it cannot be looked into.
pub(super) fn read(
    template: &mut Template,
    entry: &Entry,
    evaluator: &mut Evaluator<'_>,
    inside: bool,
) -> Result<(), TemplateError> {
    let known = if inside { None } else { stacks(entry, evaluator)? };
    let Some(known) = known else {
        template.resources.push(Declared {
            address: entry.key.clone(),
            kind: Kind::Other(TYPE.to_owned()),
            properties: Value::Map(BTreeMap::new()),
            default_selectors: false,
            home: home(evaluator.options),
            at: entry.at.location(),
            retained: false,
            replaced_retained: false,
        });
        template.doubts.push(Doubt {
            address: Some(entry.key.clone()),
            path: "$".to_owned(),
            about: About::NotLookedInto(TYPE.to_owned()),
            at: Some(entry.at.location()),
        });
        return Ok(());
    };
    for (place, stack) in known {
        let address = |inner: &str| format!("{}/{inner}@{place}", entry.key);
        template.doubts.extend(stack.doubts.into_iter().map(|doubt| Doubt {
            address: Some(doubt.address.as_deref().map_or_else(|| entry.key.clone(), address)),
            path: if doubt.path.is_empty() { "$".to_owned() } else { doubt.path },
            at: Some(entry.at.location()),
            ..doubt
        }));
        template.resources.extend(stack.resources.into_iter().map(|one| Declared {
            address: address(&one.address),
            at: entry.at.location(),
            properties: in_stack(one.properties, &format!("{}@{place}", entry.key)),
            ..one
        }));
    }
    Ok(())
}

/// The properties with what is the same in this stack alone.
fn in_stack(mut properties: Value, stack: &str) -> Value {
    if let Value::Map(members) = &mut properties
        && let Some(Value::Text(id)) = members.get_mut(property::SAME_BUCKET)
    {
        *id = match id.strip_prefix(property::MADE_UP) {
            Some(bucket) => format!("{}{bucket} in {stack}", property::MADE_UP),
            None => format!("{id} in {stack}"),
        };
    }
    properties
}

/// The stacks that it makes, by `account/Region`; `None` iff template or targets are unknown, or the template cannot be read.
fn stacks(
    entry: &Entry,
    evaluator: &mut Evaluator<'_>,
) -> Result<Option<Vec<(String, Template)>>, TemplateError> {
    let node = &entry.node;
    let body = match evaluator.property(node, "TemplateBody")? {
        Some(Value::Text(text)) if text.len() <= BODY => text,
        _ => return Ok(None),
    };
    let Ok(root) = syntax::read(body.as_bytes()) else { return Ok(None) };
    let Some(parameters) = parameters(evaluator.property(node, "Parameters")?) else { return Ok(None) };
    let options = Options { parameters, ..Options::default() };
    let Ok(bare) = evaluate(&root, &options, true, evaluator.work) else { return Ok(None) };
    // A template of roles and queues says nothing about recording, wherever it goes.
    if bare.resources.is_empty() && bare.doubts.is_empty() {
        return Ok(Some(Vec::new()));
    }
    let Some(targets) = targets(evaluator.property(node, "StackInstancesGroup")?) else { return Ok(None) };
    let mut stacks = BTreeMap::new();
    for (account, region, overrides) in targets {
        let mut parameters = options.parameters.clone();
        parameters.extend(overrides);
        let options = Options {
            parameters,
            account: Some(account.clone()),
            region: Some(region.clone()),
            ..Options::default()
        };
        let Ok(stack) = evaluate(&root, &options, true, evaluator.work) else { return Ok(None) };
        stacks.insert(format!("{account}/{region}"), stack);
        // Each is work as large as its template.
        if evaluator.spend(At::START, body.len()).is_err() {
            return Ok(None);
        }
    }
    Ok(Some(stacks.into_iter().collect()))
}

/// A list of `ParameterKey` and `ParameterValue`; `None` iff one is unknown.
fn parameters(value: Option<Value>) -> Option<BTreeMap<String, String>> {
    let items = match value {
        None => Vec::new(),
        Some(Value::List(items)) => items,
        Some(_) => return None,
    };
    let each = items.iter().map(|item| {
        let key = scalar(item.get("ParameterKey")?).ok()?;
        Some((key, scalar(item.get("ParameterValue")?).ok()?))
    });
    each.collect()
}

/// An account, a Region, and the parameters there.
type Target = (String, String, BTreeMap<String, String>);

/// The accounts and Regions; `None` iff they are unknown, come from organizational units, or are too many.
fn targets(value: Option<Value>) -> Option<Vec<Target>> {
    let Some(Value::List(groups)) = value else { return None };
    let mut targets = Vec::new();
    for group in &groups {
        let places = group.get("DeploymentTargets")?;
        // Who is in an organizational unit is not in the file.
        if ["OrganizationalUnitIds", "AccountsUrl"].iter().any(|name| places.get(name).is_some()) {
            return None;
        }
        let accounts = texts(places.get("Accounts")?)?;
        let regions = texts(group.get("Regions")?)?;
        let overrides = parameters(group.get("ParameterOverrides").cloned())?;
        for account in &accounts {
            for region in &regions {
                targets.push((account.clone(), region.clone(), overrides.clone()));
                if targets.len() > TARGETS {
                    return None;
                }
            }
        }
    }
    Some(targets)
}

fn texts(value: &Value) -> Option<BTreeSet<String>> {
    let Value::List(items) = value else { return None };
    items.iter().map(|item| scalar(item).ok()).collect()
}
