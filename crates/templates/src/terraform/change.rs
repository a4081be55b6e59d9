//! One entry of `resource_changes` as a proposed resource.

use super::TerraformError;
use super::properties;
use super::read::Found;
use super::shape::matters;
use crate::document::{Action, Home, Kind, Proposed, property};
use crate::value::{Value, Why};
use cloudtrail::arn::Arn;
use std::collections::BTreeMap;

/// Adds the resource to `resources` iff it matters; two where one is made and the other is left to itself.
pub(super) fn read(entry: &Found<usize>, resources: &mut Vec<Proposed>) -> Result<(), TerraformError> {
    let path = format!("$.resource_changes[{}]", entry.at);
    let wrong = |member: &str, wanted| TerraformError::WrongType { path: format!("{path}{member}"), wanted };
    if !matches!(entry.value, Value::Map(_)) {
        return Err(wrong("", "an object"));
    }
    let text = |name: &str| match entry.value.get(name) {
        None => Ok(None),
        Some(Value::Text(text)) => Ok(Some(text.as_str())),
        Some(_) => Err(wrong(&format!(".{name}"), "a string")),
    };
    if text("mode")?.is_some_and(|mode| mode != "managed") {
        return Ok(());
    }
    let kind = text("type")?.ok_or_else(|| wrong(".type", "a string"))?;
    let Some(kind) = matters(kind) else { return Ok(()) };
    let address = text("address")?.ok_or_else(|| wrong(".address", "a string"))?;
    let change = entry.value.get("change").filter(|change| matches!(change, Value::Map(_)));
    let change = change.ok_or_else(|| wrong(".change", "an object"))?;
    let (action, forgets) = action(change, &format!("{path}.change.actions"))?;
    let side = |name: &str, unknown: Option<&Value>, sensitive: &str| {
        let at = format!("{path}.change.{name}");
        match change.get(name) {
            None if unknown == Some(&Value::Bool(true)) => Ok(Some(Value::Unknown(Why::AfterApply))),
            None => Ok(None),
            Some(values @ Value::Map(_)) => {
                overlay(Some(values), unknown, change.get(sensitive), &at).map(Some)
            }
            Some(_) => Err(TerraformError::WrongType { path: at, wanted: "an object" }),
        }
    };
    let before = side("before", None, "before_sensitive")?;
    let after = side("after", change.get("after_unknown"), "after_sensitive")?;
    let needs_before = forgets || !matches!(action, Action::Create);
    let needs_after = !matches!(action, Action::Delete | Action::Forget);
    for (name, side, needs) in [("before", &before, needs_before), ("after", &after, needs_after)] {
        if needs && side.is_none() {
            return Err(wrong(&format!(".change.{name}"), "an object"));
        }
    }
    let made = matches!(action, Action::Create | Action::Replace { .. });
    let known = |values: Option<Value>, made: bool| values.map(|all| described(&kind, &all, change, made));
    let (home, moved_from) = homes(before.as_ref(), after.as_ref(), made);
    let deposed = text("deposed")?.map(|key| format!("{address} (deposed object {key})"));
    let mut proposed = Proposed {
        address: deposed.unwrap_or_else(|| address.to_owned()),
        previous_address: text("previous_address")?.map(str::to_owned),
        before: known(before, false),
        after: known(after, made),
        kind,
        action,
        home,
        moved_from,
        at: None,
    };
    if forgets {
        let left = Proposed { action: Action::Forget, after: None, ..proposed.clone() };
        proposed.before = None;
        resources.push(left);
    }
    resources.push(proposed);
    Ok(())
}

/// The properties of one side, with those that certainly stay.
fn described(kind: &Kind, values: &Value, change: &Value, made: bool) -> Value {
    let mut all = properties::of(kind, values, made);
    let same = change.get("before").zip(change.get("after"));
    let same = same.map(|(was, is)| properties::that_stay(was, is, change.get("after_unknown")));
    let is_recorder = matches!(kind, Kind::Trail | Kind::EventDataStore);
    if let (Value::Map(members), Some(same)) = (&mut all, same.filter(|_| is_recorder)) {
        members.insert(property::SAME.to_owned(), same);
    }
    all
}

/// Where the resource is at home, and where it was iff that is another home.
fn homes(before: Option<&Value>, after: Option<&Value>, made: bool) -> (Home, Option<Home>) {
    let (is, was) = (home(after), home(before));
    // A Region that is not known before the change is applied may be any, and not the one that it was. The home Region is never known of what is made:
    // it is the Region of the resource, or that of its provider.
    let is_open = |name: &str| matches!(after.and_then(|all| all.get(name)), Some(Value::Unknown(_)));
    let region_is_open = made && is_open("region");
    let moved_from = before.is_some().then(|| was.clone().or(is.clone()));
    let home = match region_is_open {
        true => Home { region: None, region_is_open, ..is.or(was) },
        false if made && is_open("home_region") => Home { region: is.region.clone(), ..is.or(was) },
        false => is.or(was),
    };
    let moved_from = moved_from.filter(|was| *was != home);
    (home, moved_from)
}

/// The action, and whether the old object is left to itself while a new one is made.
fn action(change: &Value, path: &str) -> Result<(Action, bool), TerraformError> {
    let Some(Value::List(words)) = change.get("actions") else {
        return Err(TerraformError::WrongType { path: path.to_owned(), wanted: "a list" });
    };
    let words: Vec<&str> = words.iter().map(|word| word.as_text().unwrap_or_default()).collect();
    Ok(match words.as_slice() {
        ["create"] => (Action::Create, false),
        ["update"] => (Action::Update, false),
        ["delete", "create"] => (Action::Replace { create_first: false }, false),
        ["create", "delete"] => (Action::Replace { create_first: true }, false),
        ["delete"] => (Action::Delete, false),
        ["no-op" | "read"] => (Action::Keep, false),
        ["forget"] => (Action::Forget, false),
        ["create", "forget"] | ["forget", "create"] => (Action::Create, true),
        _ => return Err(TerraformError::Action { path: path.to_owned() }),
    })
}

/// The values, with what is marked as unknown or sensitive put in its place.
fn overlay(
    value: Option<&Value>,
    unknown: Option<&Value>,
    sensitive: Option<&Value>,
    path: &str,
) -> Result<Value, TerraformError> {
    let marked = |mark: Option<&Value>| match mark {
        Some(Value::Bool(marked)) => Ok(*marked),
        None | Some(Value::Null | Value::Map(_) | Value::List(_)) => Ok(false),
        Some(_) => Err(TerraformError::WrongType {
            path: path.to_owned(),
            wanted: "marked with true, false or an object as unknown or sensitive",
        }),
    };
    if marked(sensitive)? {
        return Ok(Value::Unknown(Why::Sensitive));
    }
    if marked(unknown)? {
        return Ok(Value::Unknown(Why::AfterApply));
    }
    match (value, unknown) {
        (Some(Value::Map(_)) | Some(Value::Null) | None, Some(Value::Map(_))) | (Some(Value::Map(_)), _) => {
            let names = [value, unknown].into_iter().flatten().filter_map(|one| match one {
                Value::Map(members) => Some(members.keys()),
                _ => None,
            });
            let mut all = BTreeMap::new();
            for name in names.flatten() {
                let member = |of: Option<&'_ Value>| of.and_then(|of| of.get(name)).cloned();
                let (value, unknown, sensitive) = (member(value), member(unknown), member(sensitive));
                let at = format!("{path}.{name}");
                let one = overlay(value.as_ref(), unknown.as_ref(), sensitive.as_ref(), &at)?;
                all.insert(name.clone(), one);
            }
            Ok(Value::Map(all))
        }
        (Some(Value::List(_) | Value::Null) | None, Some(Value::List(_))) | (Some(Value::List(_)), _) => {
            let items = |of: Option<&Value>| match of {
                Some(Value::List(items)) => items.clone(),
                _ => Vec::new(),
            };
            let (values, unknowns, sensitives) = (items(value), items(unknown), items(sensitive));
            let all = (0..values.len().max(unknowns.len())).map(|at| {
                let path = format!("{path}[{at}]");
                overlay(values.get(at), unknowns.get(at), sensitives.get(at), &path)
            });
            Ok(Value::List(all.collect::<Result<_, _>>()?))
        }
        (value, _) => Ok(value.cloned().unwrap_or(Value::Null)),
    }
}

/// What the ARN of a resource and its Region say of its home.
fn home(values: Option<&Value>) -> Home {
    let text = |name: &str| values.and_then(|all| all.get(name)).and_then(Value::as_text);
    let arn = text("arn").and_then(Arn::parse);
    let some = |part: &str| (!part.is_empty()).then(|| part.to_owned());
    let region = text("region").or(text("home_region")).map(str::to_owned);
    Home {
        partition: arn.and_then(|arn| some(arn.partition)),
        account: arn.and_then(|arn| some(arn.account)),
        region: arn.and_then(|arn| some(arn.region)).or(region),
        region_is_open: false,
    }
}

impl Home {
    /// It, and what it does not say as the other says it.
    fn or(self, other: Self) -> Self {
        Home {
            partition: self.partition.or(other.partition),
            account: self.account.or(other.account),
            region: self.region.or(other.region),
            region_is_open: self.region_is_open,
        }
    }
}
