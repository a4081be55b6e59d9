//! Functions that a document makes and deletes.

use super::homes::Homes;
use super::world::World;
use crate::document::{About, Action, Document, Doubt, Home, Incomplete, Kind, Proposed, property};
use crate::value::Value;
use audit::inventory::{Resource, Serving};
use std::collections::{BTreeMap, BTreeSet};

/// A function that is not there before the change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewFunction {
    /// Position in [`Document::resources`].
    pub resource: usize,
    /// Its ARN; `None` iff its name or its home is not known.
    pub arn: Option<String>,
    /// Its account and Region, iff they are known.
    pub home: Option<(String, String)>,
    /// True iff it may not be made: whether it is rests on what the document leaves open.
    pub conditional: bool,
}

/// Writes the functions into both worlds; those that are new.
pub(super) fn apply(
    document: &Document,
    homes: &Homes,
    alone: bool,
    before: &mut audit::inventory::Inventory,
    after: &mut World,
) -> Vec<NewFunction> {
    let (mut was, mut is, mut gone) = (Lists::default(), Lists::default(), Lists::default());
    let mut new = Vec::new();
    let functions = document.resources.iter().enumerate().filter(|(_, one)| one.kind == Kind::Function);
    let conditional = Conditional::of(document);
    for (at, one) in functions {
        let home = homes.of_resource(at);
        let may_be_missing = conditional.has(one);
        let was_at = homes.before(at);
        let partition = &after.inventory.partition;
        let old = arn(one.before.as_ref(), was_at, partition);
        let made = arn(one.after.as_ref(), home, partition);
        if alone {
            was.add(was_at, old.as_deref());
            let stays = one.action == Action::Forget;
            let made = made.as_deref().filter(|_| !may_be_missing);
            is.add(home, made.or(old.as_deref().filter(|_| stays)));
        } else {
            match one.action {
                Action::Delete => gone.add(was_at, old.as_deref()),
                Action::Replace { .. } => {
                    gone.add(was_at, old.as_deref());
                    is.add(home, made.as_deref());
                }
                // What may not be made is answered, and fails no control.
                Action::Create | Action::Declare if may_be_missing => {}
                Action::Create | Action::Declare => is.add(home, made.as_deref()),
                Action::Update | Action::Keep | Action::Forget => {}
            }
        }
        if is_new(one, old.as_deref(), made.as_deref()) {
            let known = home.account.clone().zip(home.region.clone());
            new.push(NewFunction { resource: at, arn: made, home: known, conditional: may_be_missing });
        }
    }
    write(before, &was, &Lists::default());
    let listed = |inventory: &audit::inventory::Inventory, one: &NewFunction| {
        let place = one.home.as_ref().and_then(|(account, region)| inventory.place(account, region));
        let arn = one.arn.as_deref();
        place.zip(arn).is_some_and(|(place, arn)| {
            let all = &inventory.places[place].functions.resources;
            all.binary_search_by(|resource| (*resource.arn).cmp(arn)).is_ok()
        })
    };
    new.retain(|one| !listed(before, one));
    write(&mut after.inventory, &is, &gone);
    new
}

/// Resources that may not be there after the change.
struct Conditional<'a> {
    addresses: BTreeSet<&'a str>,
    /// True iff a macro may do anything.
    all: bool,
}

impl<'a> Conditional<'a> {
    fn of(document: &'a Document) -> Self {
        let is = |doubt: &&Doubt| {
            matches!(
                doubt.about,
                About::Condition(_) | About::Count(_) | About::Incomplete(Incomplete::Transformed)
            )
        };
        let doubts = || document.doubts.iter().filter(is);
        Conditional {
            addresses: doubts().filter_map(|doubt| doubt.address.as_deref()).collect(),
            all: doubts().any(|doubt| doubt.address.is_none()),
        }
    }

    fn has(&self, one: &Proposed) -> bool {
        self.all || self.addresses.contains(one.address.as_str())
    }
}

fn is_new(one: &Proposed, old: Option<&str>, made: Option<&str>) -> bool {
    match one.action {
        Action::Create | Action::Declare => true,
        // Under another name it is another function.
        Action::Replace { .. } => made.is_none() || made != old,
        Action::Update | Action::Delete | Action::Keep | Action::Forget => false,
    }
}

/// The unqualified ARN that a function has; `None` iff it is unknown.
fn arn(properties: Option<&Value>, home: &Home, partition: &str) -> Option<String> {
    let text = |name: &str| properties?.get(name)?.as_text();
    if let Some(arn) = text(property::ARN) {
        return Some(arn.to_owned());
    }
    let name = text(property::FUNCTION_NAME).filter(|name| is_a_name(name))?;
    let (account, region) = home.account.as_deref().zip(home.region.as_deref())?;
    let partition = home.partition.as_deref().unwrap_or(partition);
    Some(format!("arn:{partition}:lambda:{region}:{account}:function:{name}"))
}

fn is_a_name(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
}

/// ARNs by account and Region.
#[derive(Default)]
struct Lists {
    all: BTreeMap<(String, String), BTreeSet<String>>,
}

impl Lists {
    fn add(&mut self, home: &Home, arn: Option<&str>) {
        // An ARN says where it is; what has none is nowhere.
        if let (Some(account), Some(region), Some(arn)) = (&home.account, &home.region, arn) {
            self.all.entry((account.clone(), region.clone())).or_default().insert(arn.to_owned());
        }
    }
}

fn write(inventory: &mut audit::inventory::Inventory, more: &Lists, less: &Lists) {
    for place in &mut inventory.places {
        let key = (place.account.clone(), place.region.clone());
        let (more, less) = (more.all.get(&key), less.all.get(&key));
        if more.is_none() && less.is_none() {
            continue;
        }
        let all = &mut place.functions.resources;
        all.retain(|one| less.is_none_or(|less| !less.contains(&*one.arn)));
        let new = more.into_iter().flatten();
        all.extend(new.map(|arn| Resource { arn: arn.as_str().into(), serving: Serving::Home }));
        all.sort_by(|one, other| one.arn.cmp(&other.arn));
        all.dedup_by(|one, other| one.arn == other.arn);
    }
}
