//! The controls that were asked, which no catalogue of others has, and the requirements of NIST SP 800-53 that they support.

use super::observed::objective;
use super::{inert, prose};
use crate::member::{Json, Object};
use crate::page::page_of_control;
use audit::finding::{Audit, ControlResult, Status};

/// Frameworks whose requirements are called as in the catalogue of NIST SP 800-53.
const NIST: [&str; 2] = ["nist-800-53", "fedramp"];

/// What each control asks, as an objective of the assessment.
pub(super) fn definitions(audit: &Audit<'_>, object: &mut Object<'_>) {
    if audit.controls.is_empty() {
        return;
    }
    object.object("local-definitions", |local| {
        local.list("objectives-and-methods", &audit.controls, |json, control| {
            json.object(|object| {
                object.text("control-id", control.id);
                object.list("links", [page_of_control(control.id)], |json, href| {
                    json.object(|link| {
                        link.text("href", &href);
                        link.text("rel", "reference");
                    });
                });
                object.list("parts", [control], |json, control| {
                    json.object(|part| {
                        part.text("id", &objective(control));
                        part.text("name", "assessment-objective");
                        part.text("prose", &format!("{}.", control.title));
                    });
                });
            });
        });
    });
}

/// Which controls were looked at.
pub(super) fn reviewed(audit: &Audit<'_>, reviewed: &mut Object<'_>) {
    let own: Vec<String> = audit.controls.iter().map(|control| control.id.to_owned()).collect();
    let nist: Vec<String> = requirements(audit);
    let selections = [
        ("Controls of InvokeTrail: what each asks is in the local definitions.", own),
        (
            "Controls of NIST SP 800-53 Revision 5 that controls of InvokeTrail support. No finding is about one of them as a whole.",
            nist,
        ),
    ];
    let selections = selections.into_iter().filter(|(_, ids)| !ids.is_empty());
    let selections: Vec<_> = selections.collect();
    if selections.is_empty() {
        reviewed.list("control-selections", [()], |json, ()| {
            json.object(|selection| selection.object("include-all", |_| ()));
        });
        return;
    }
    reviewed.list("control-selections", selections, |json, (told, ids)| {
        json.object(|selection| {
            selection.text("description", &prose(told));
            include("include-controls", "control-id", &ids, selection);
        });
    });
    let objectives: Vec<String> = audit.controls.iter().map(objective).collect();
    if !objectives.is_empty() {
        reviewed.list("control-objective-selections", [()], |json, ()| {
            json.object(|selection| include("include-objectives", "objective-id", &objectives, selection));
        });
    }
    let is_idle = |control: &&ControlResult| control.status == Status::NotApplicable;
    let idle: Vec<&str> = audit.controls.iter().filter(is_idle).map(|control| control.id).collect();
    if !idle.is_empty() {
        reviewed
            .text("remarks", &inert(&format!("Not applicable, so without a finding: {}.", idle.join(", "))));
    }
}

fn include(list: &str, name: &str, ids: &[String], object: &mut Object<'_>) {
    object.list(list, ids, |json: &mut Json, id| json.object(|one| one.text(name, id)));
}

/// The controls of NIST SP 800-53, each once, as its catalogue writes them: `ac-6.9` for `AC-6(9)`.
fn requirements(audit: &Audit<'_>) -> Vec<String> {
    let of = audit.frameworks.iter().filter(|one| NIST.contains(&one.id.as_str()));
    let mut all = Vec::new();
    for id in of.flat_map(|one| &one.requirements).filter_map(|one| catalogued(&one.id)) {
        if !all.contains(&id) {
            all.push(id);
        }
    }
    all
}

fn catalogued(id: &str) -> Option<String> {
    let (family, number) = id.split_once('-')?;
    let (number, enhancement) = match number.split_once('(') {
        Some((number, rest)) => (number, Some(rest.strip_suffix(')')?)),
        None => (number, None),
    };
    let is_family = family.len() == 2 && family.bytes().all(|one| one.is_ascii_uppercase());
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|one| one.is_ascii_digit());
    (is_family && is_number(number) && enhancement.is_none_or(is_number)).then(|| {
        let enhancement = enhancement.map(|one| format!(".{one}")).unwrap_or_default();
        format!("{}-{number}{enhancement}", family.to_ascii_lowercase())
    })
}

#[cfg(test)]
mod tests {
    use super::catalogued;

    #[test]
    fn controls_are_called_as_the_catalogue_calls_them() {
        for (id, wanted) in [
            ("AU-2", Some("au-2")),
            ("AC-6(9)", Some("ac-6.9")),
            ("KSI-MLA-LET", None),
            ("AU-2(", None),
            ("AU-", None),
            ("A.8.15", None),
        ] {
            assert_eq!(catalogued(id).as_deref(), wanted, "{id}");
        }
    }
}
