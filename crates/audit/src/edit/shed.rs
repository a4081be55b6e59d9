//! Taking out of selectors whatever may be missed: whole selectors first, then single values.

use super::narrow::{basic_without, concerns};
use cloudtrail::event::Field;
use cloudtrail::resource::ResourceType;
use cloudtrail::selector::{Operator, Selector};

/// More attempts than this are not made for one recorder: what is left stays as it is.
const ATTEMPTS: usize = 2_000;

/// Whether a smaller list will do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Goes {
    Yes,
    No,
    /// Nobody looks any more: whatever is left stays.
    Stop,
}

/// The list with as little of `kind` as `may_go` allows: it is asked about each smaller list whether that will do in the place of
/// the list so far. Selectors with doubts, and of other kinds, stay as they are. And whether it was looked at to the end.
pub(crate) fn shed(
    list: &[Selector],
    kind: ResourceType,
    mut may_go: impl FnMut(&[Selector], &[Selector]) -> Goes,
) -> (Vec<Selector>, bool) {
    let mut kept = list.to_vec();
    let bare: Vec<Selector> = list.iter().filter_map(|one| without_kind(one, kind)).collect();
    if bare != kept {
        match may_go(&kept, &bare) {
            Goes::Yes => return (bare, true),
            Goes::No => {}
            Goes::Stop => return (kept, false),
        }
    }
    let mut left = ATTEMPTS;
    for at in (0..list.len()).rev() {
        let mut try_with = |kept: &mut Vec<Selector>, smaller: Option<Selector>| {
            if left == 0 {
                return Goes::Stop;
            }
            left -= 1;
            let mut tried = kept.clone();
            match smaller {
                Some(one) => tried[at] = one,
                None => drop(tried.remove(at)),
            }
            let goes = may_go(kept, &tried);
            if goes == Goes::Yes {
                *kept = tried;
            }
            goes
        };
        let bare = without_kind(&kept[at], kind);
        if bare.as_ref() == Some(&kept[at]) {
            continue;
        }
        match try_with(&mut kept, bare) {
            Goes::Yes => continue,
            Goes::No => {}
            Goes::Stop => return (kept, false),
        }
        for (operator, value) in values(&kept[at], kind) {
            if let Some(smaller) = without_value(&kept[at], kind, operator, &value)
                && try_with(&mut kept, Some(smaller)) == Goes::Stop
            {
                return (kept, false);
            }
        }
    }
    (kept, true)
}

/// The selector without the kind; `None` iff nothing is left of it.
fn without_kind(selector: &Selector, kind: ResourceType) -> Option<Selector> {
    match selector {
        one if !one.doubts().is_empty() => Some(one.clone()),
        Selector::Basic(_) => basic_without(selector, kind),
        Selector::Advanced(advanced) => (!concerns(advanced, kind)).then(|| selector.clone()),
    }
}

/// The values that select resources of the kind, with their operators.
fn values(selector: &Selector, kind: ResourceType) -> Vec<(Operator, String)> {
    match selector {
        Selector::Basic(basic) => {
            let entries = basic.data_resources.iter().filter(|one| one.kind == kind.as_str());
            entries.flat_map(|one| &one.values).map(|value| (Operator::Equals, value.clone())).collect()
        }
        Selector::Advanced(advanced) => {
            let Some(condition) = advanced.condition(Field::ResourcesArn) else { return Vec::new() };
            let select = [Operator::Equals, Operator::StartsWith, Operator::EndsWith];
            let of = |operator| condition.values(operator).iter().map(move |value| (operator, value.clone()));
            select.into_iter().flat_map(of).collect()
        }
    }
}

/// The selector without this value; `None` where it is the last one, without which the selector would record more.
fn without_value(
    selector: &Selector,
    kind: ResourceType,
    operator: Operator,
    value: &str,
) -> Option<Selector> {
    let mut smaller = selector.clone();
    if values(selector, kind).len() < 2 {
        return None;
    }
    match &mut smaller {
        Selector::Basic(basic) => {
            for entry in basic.data_resources.iter_mut().filter(|one| one.kind == kind.as_str()) {
                entry.values.retain(|one| one != value);
            }
            basic.data_resources.retain(|one| !one.values.is_empty());
        }
        Selector::Advanced(advanced) => {
            let condition = advanced.fields.iter_mut().find(|field| field.field == Field::ResourcesArn)?;
            condition.condition.values_mut(operator).retain(|one| one != value);
            condition.condition.first_select()?;
        }
    }
    Some(smaller)
}
