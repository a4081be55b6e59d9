//! What to change in a file, so that a recorder goes on recording what it would stop recording.

use super::Check;
use cloudtrail::event::Event;
use cloudtrail::recorder::Recorder;
use cloudtrail::resource::ResourceType;
use cloudtrail::selector::Selector;
use templates::document::Language;
use templates::gate::Loss;

/// What to do, where the change of the recorder shows it.
pub(super) fn fix(check: &Check<'_>, loss: &Loss) -> Option<String> {
    let of = |all: &'_ [Recorder]| all.iter().position(|one| one.arn == loss.narrowing.recorder);
    let (before, after) = (&check.proposal.before.recorders, &check.proposal.after.recorders);
    let before = before.get(of(before)?)?;
    let name = format!("{} {}", before.kind.noun(), before.name);
    let Some(after) = of(after).and_then(|at| after.get(at)) else {
        return Some(format!("keep {name}, or let another recorder record the same first"));
    };
    let terraform = check.document.language == Language::Terraform;
    let set = |terraform_name: &str, property: &str| {
        let set = if terraform { format!("{terraform_name} = true") } else { format!("{property}: true") };
        Some(format!("keep `{set}` of {name}"))
    };
    if before.multi_region && !after.multi_region {
        return set("is_multi_region_trail", "IsMultiRegionTrail");
    }
    if before.organization && !after.organization {
        return set("is_organization_trail", "IsOrganizationTrail");
    }
    if before.selectors != after.selectors {
        return Some(match loss.narrowing.event.as_deref().and_then(kind) {
            Some(kind) => {
                let (noun, of) = (kind.noun(), kind.as_str());
                // Basic selectors know no other type of Lambda.
                let told = if is_basic(after) && kind == ResourceType::Function {
                    format!("type {of} with the value `arn:{}:lambda`", check.proposal.after.partition)
                } else {
                    format!("eventCategory = Data AND resources.type = {of}")
                };
                format!("give {name} a selector for all {noun}s: {told}")
            }
            None => format!("keep the selectors of {name} as they are"),
        });
    }
    None
}

/// True iff the file gives the recorder basic event selectors.
fn is_basic(recorder: &Recorder) -> bool {
    let list = recorder.selectors.known().map_or(&[][..], |selectors| &selectors.list);
    list.iter().any(|one| matches!(one, Selector::Basic(_)))
}

/// What is invoked, where the event is an invocation.
fn kind(event: &Event) -> Option<ResourceType> {
    event.resource.as_ref().and_then(|resource| ResourceType::parse(&resource.kind))
}
