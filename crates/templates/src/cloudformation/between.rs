//! Two templates of one stack: what is made, changed, made anew, deleted, let go, or stays.

use super::template::{Declared, Template};
use crate::document::{Action, Document, Doubt, Kind, Language, Proposed, property};
use crate::value::Value;
use std::collections::{BTreeMap, BTreeSet};

/// One template alone: what it declares, and not what was there.
pub(super) fn declared(template: Template) -> Document {
    let resources = template.resources.into_iter().map(|one| {
        let after = Some(one.properties.clone());
        Proposed { after, ..proposed(&one, Action::Declare) }
    });
    Document { language: Language::CloudFormation, resources: resources.collect(), doubts: template.doubts }
}

/// What becomes of the first template's resources in the second, in the order of the second, then what is gone.
pub(super) fn between(before: Template, after: Template) -> Document {
    let old: BTreeMap<&str, &Declared> =
        before.resources.iter().map(|one| (one.address.as_str(), one)).collect();
    let mut resources = Vec::new();
    let mut stays = BTreeSet::new();
    for new in &after.resources {
        match old.get(new.address.as_str()).filter(|old| old.kind == new.kind) {
            None => resources.push(side(new, Action::Create)),
            Some(old) => {
                stays.insert(new.address.as_str());
                resources.extend(changed(old, new));
            }
        }
    }
    for old in before.resources.iter().filter(|old| !stays.contains(old.address.as_str())) {
        resources.push(side(old, if old.retained { Action::Forget } else { Action::Delete }));
    }
    // The same doubt of both is one doubt; where it is, the second template says.
    let mut seen = BTreeSet::new();
    let mut doubts: Vec<Doubt> = Vec::new();
    for doubt in after.doubts.into_iter().chain(before.doubts) {
        if seen.insert(Doubt { at: None, ..doubt.clone() }) {
            doubts.push(doubt);
        }
    }
    Document { language: Language::CloudFormation, resources, doubts }
}

fn changed(old: &Declared, new: &Declared) -> Vec<Proposed> {
    if new.default_selectors && !old.default_selectors && !replaced(old, new) {
        // AWS does not say whether selectors that a template drops go back to the default: nothing is said of them.
        let mut bare = new.clone();
        bare.default_selectors = false;
        if let Value::Map(properties) = &mut bare.properties {
            properties.remove(property::SELECTORS);
            properties.remove(property::ADVANCED_SELECTORS);
        }
        return changed(old, &bare);
    }
    if replaced(old, new) {
        if new.replaced_retained && old.replaced_retained {
            return vec![side(old, Action::Forget), side(new, Action::Create)];
        }
        return vec![both(old, new, Action::Replace { create_first: true })];
    }
    let same = old.properties == new.properties && is_known(&old.kind, &old.properties);
    vec![both(old, new, if same { Action::Keep } else { Action::Update })]
}

/// True iff all of it is known; of a bucket and a policy, which bucket it is is enough.
fn is_known(kind: &Kind, properties: &Value) -> bool {
    let (Kind::Bucket | Kind::BucketPolicy, Value::Map(members)) = (kind, properties) else {
        return properties.first_unknown("$").is_none();
    };
    let names = |name: &str| {
        let is_name = name == property::BUCKET_NAME || name == property::ARN;
        is_name && members.contains_key(property::SAME_BUCKET)
    };
    members.iter().all(|(name, value)| names(name) || value.first_unknown("$").is_none())
}

/// True iff CloudFormation makes the resource anew: its name changes, or appears, or goes.
fn replaced(old: &Declared, new: &Declared) -> bool {
    let name = match new.kind {
        Kind::Trail => property::NAME,
        Kind::Function => property::FUNCTION_NAME,
        Kind::Bucket | Kind::BucketPolicy => {
            let same = |name: &str| old.properties.get(name) == new.properties.get(name);
            return !same(property::BUCKET_NAME) || !same(property::SAME_BUCKET);
        }
        Kind::EventDataStore | Kind::Other(_) => return false,
    };
    old.properties.get(name) != new.properties.get(name)
}

fn both(old: &Declared, new: &Declared, action: Action) -> Proposed {
    Proposed {
        before: Some(old.properties.clone()),
        after: Some(new.properties.clone()),
        ..proposed(new, action)
    }
}

/// A resource that one side has. What is let go stays as it is.
fn side(one: &Declared, action: Action) -> Proposed {
    let properties = Some(one.properties.clone());
    let (before, after) = match action {
        Action::Delete => (properties, None),
        Action::Forget => (properties.clone(), properties),
        _ => (None, properties),
    };
    Proposed { before, after, ..proposed(one, action) }
}

fn proposed(one: &Declared, action: Action) -> Proposed {
    Proposed {
        address: one.address.clone(),
        previous_address: None,
        kind: one.kind.clone(),
        action,
        before: None::<Value>,
        after: None,
        home: one.home.clone(),
        moved_from: None,
        at: Some(one.at),
    }
}
