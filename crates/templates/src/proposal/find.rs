//! Which recorder of an inventory a resource is.

use super::world::World;
use crate::document::{Home, Kind, Proposed, property};
use crate::value::Value;
use cloudtrail::recorder::{Recorder, RecorderKind};

/// What was found.
pub(super) enum Found {
    /// This one, by its ARN.
    One(String),
    /// None of them.
    None,
    /// It may be any of these, or none.
    Unsure(Vec<String>),
}

impl World {
    /// The recorder that a resource with these properties is.
    pub(super) fn find(&self, resource: &Proposed, home: &Home, properties: &Value) -> Found {
        let text = |name: &str| properties.get(name).and_then(Value::as_text);
        if let Some(arn) = text(property::ARN) {
            return match self.inventory.recorder(arn) {
                Some(_) => Found::One(arn.to_owned()),
                None => Found::None,
            };
        }
        let kind = match resource.kind {
            Kind::EventDataStore => RecorderKind::EventDataStore,
            _ => RecorderKind::Trail,
        };
        let name = text(property::NAME);
        let may_be = |one: &&Recorder| {
            let fits = |said: &Option<String>, of: &str| said.as_deref().is_none_or(|said| said == of);
            one.kind == kind
                && fits(&home.account, &one.account)
                && fits(&home.region, &one.home_region)
                && name.is_none_or(|name| name == one.name)
        };
        let all: Vec<String> =
            self.inventory.recorders.iter().filter(may_be).map(|one| one.arn.clone()).collect();
        let is_said = name.is_some() && home.account.is_some() && home.region.is_some();
        match all.as_slice() {
            [] => Found::None,
            [one] if is_said => Found::One(one.clone()),
            _ => Found::Unsure(all),
        }
    }
}
