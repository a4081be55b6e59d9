//! Frameworks in words: their list, and what a report that is narrowed to some of them says of their requirements. A report supports an
//! assessment; it is never a certificate.

use super::colours::status;
use super::member::{Json, Object};
use super::page::{Align, Layout, Page, Span, Style};
use super::quantity::{grouped, quantity};
use audit::answer::supports;
use audit::finding::{Audit, Status, Weight};
use audit::framework::{Framework, Requirement};

/// The format of the list of frameworks as JSON, and its version.
pub const FRAMEWORKS_FORMAT: &str = "invoketrail.frameworks/1";

/// What stands under each list.
const NO_CERTIFICATE: &str =
    "Controls support requirements. A report is evidence for an assessment, not a certificate.";

/// The list, for a person; with every requirement where everything is to be shown.
#[must_use]
pub fn frameworks_text(all: &[Framework], layout: &Layout) -> String {
    let mut page = Page::new(*layout);
    let left = |heading| (heading, Align::Left);
    let plain = |text: &str| (Style::Plain, text.to_owned());
    if layout.all {
        for framework in all {
            page.heading(&format!("{} ({})", heading(framework), framework.id));
            let row = |one: &Requirement| -> Vec<Span> {
                vec![(Style::Control, one.id.clone()), plain(&strength(one)), plain(&one.title)]
            };
            page.table(&[left(""); 3], &framework.requirements.iter().map(row).collect::<Vec<_>>());
        }
    } else {
        let row = |one: &Framework| -> Vec<Span> {
            vec![
                (Style::Control, one.id.clone()),
                plain(&one.name),
                plain(&one.version),
                plain(&grouped(one.requirements.len())),
            ]
        };
        let heads = [left("Framework"), left("Name"), left("Version"), ("Requirements", Align::Right)];
        page.table(&heads, &all.iter().map(row).collect::<Vec<_>>());
    }
    page.gap();
    page.paragraph(0, (Style::Plain, ""), (Style::Dim, NO_CERTIFICATE));
    page.into_text()
}

/// The list with every requirement, `invoketrail.frameworks/1`.
#[must_use]
pub fn frameworks_json(all: &[Framework]) -> String {
    let mut json = Json::default();
    json.object(|object| {
        object.text("format", FRAMEWORKS_FORMAT);
        object.list("frameworks", all, |json, one| json.object(|object| framework(one, object)));
    });
    format!("{}\n", json.as_str())
}

fn framework(framework: &Framework, object: &mut Object<'_>) {
    object.text("id", &framework.id);
    object.text("name", &framework.name);
    object.text("version", &framework.version);
    object.list("requirements", &framework.requirements, |json, one| {
        json.object(|object| {
            object.text("id", &one.id);
            object.text("title", &one.title);
            object.text("strength", one.strength.as_str());
            if let Some(note) = &one.note {
                object.text("note", note);
            }
            object.text("source", &one.source);
            object.flag("unconfirmed", one.unconfirmed);
            object.texts("controls", one.controls.iter().map(String::as_str));
        });
    });
}

/// What a narrowed audit holds of its frameworks; nothing where it is not narrowed.
pub(super) fn members(audit: &Audit<'_>, object: &mut Object<'_>) {
    if audit.frameworks.is_empty() {
        return;
    }
    object.list("frameworks", audit.frameworks, |json, one| json.object(|object| framework(one, object)));
    object.list("controls_left_out", &audit.left_out, |json, one| {
        json.object(|object| {
            object.text("id", one.id);
            object.text("weight", if one.weight == Weight::Required { "required" } else { "advisory" });
            object.text("status", one.status.as_str());
        });
    });
}

/// The requirements that a control supports, of the frameworks to which the audit is narrowed.
pub(super) fn supported<'a>(
    audit: &'a Audit<'_>,
    control: &'a str,
) -> impl Iterator<Item = (&'a Framework, &'a Requirement)> {
    let of = |one: &'a Framework| one.supported_by(control).map(move |requirement| (one, requirement));
    audit.frameworks.iter().flat_map(of)
}

/// Its name and its edition.
pub(super) fn heading(framework: &Framework) -> String {
    format!("{}, {}", framework.name, framework.version)
}

/// How much the controls say, and whether the row is in doubt.
pub(super) fn strength(one: &Requirement) -> String {
    let doubt = if one.unconfirmed { ", unconfirmed" } else { "" };
    format!("{}{doubt}", one.strength.as_str())
}

/// How the controls ended that support a requirement: `2 fail, 6 pass`.
pub(super) fn tally(audit: &Audit<'_>, one: &Requirement) -> String {
    let of = |wanted: Status| {
        let ended = |id: &&String| audit.controls.iter().any(|it| it.id == **id && it.status == wanted);
        match one.controls.iter().filter(ended).count() {
            0 => None,
            count => Some(format!("{count} {}", status(wanted).1)),
        }
    };
    let all = [Status::Fail, Status::Undetermined, Status::Pass, Status::NotApplicable];
    all.into_iter().filter_map(of).collect::<Vec<_>>().join(", ")
}

/// That the report is narrowed, and what it leaves out; `None` where it is not narrowed.
pub(super) fn sentence(audit: &Audit<'_>) -> Option<String> {
    if audit.frameworks.is_empty() {
        return None;
    }
    let names: Vec<&str> = audit.frameworks.iter().map(|one| one.name.as_str()).collect();
    let all = audit.every_control().count();
    let supporting = audit.controls.iter().filter(|one| supports(audit.frameworks, one.id)).count();
    let beside = match audit.controls.len() - supporting {
        0 => String::new(),
        1 => ", and 1 required control that does not pass".to_owned(),
        n => format!(", and {} required controls that do not pass", grouped(n)),
    };
    let mut told = format!(
        "This report supports an assessment of {}. It is not a certificate. It shows the {} of {all} that support its requirements{beside}.",
        names.join(", "),
        quantity(supporting, ("control", "controls")),
    );
    let left_out = audit.left_out.iter().map(|one| format!("{} ({})", one.id, status(one.status).1));
    let left_out: Vec<String> = left_out.collect();
    if !left_out.is_empty() {
        told.push_str(&format!(" Left out, though the answer counts all: {}.", left_out.join(", ")));
    }
    Some(told)
}

/// One paragraph for a short report.
pub(super) fn note(audit: &Audit<'_>, page: &mut Page) {
    if let Some(told) = sentence(audit) {
        page.gap();
        page.paragraph(0, (Style::Plain, ""), (Style::Plain, &told));
    }
}

/// The requirements with how their controls ended.
pub(super) fn section(audit: &Audit<'_>, page: &mut Page) {
    let Some(told) = sentence(audit) else { return };
    page.heading("Frameworks");
    page.paragraph(2, (Style::Plain, ""), (Style::Plain, &told));
    for framework in audit.frameworks {
        page.heading(&heading(framework));
        let row = |one: &Requirement| -> Vec<Span> {
            vec![
                (Style::Control, one.id.clone()),
                (Style::Dim, strength(one)),
                (Style::Plain, one.title.clone()),
                (Style::Plain, tally(audit, one)),
            ]
        };
        let rows: Vec<Vec<Span>> = framework.requirements.iter().map(row).collect();
        let left = |heading| (heading, Align::Left);
        page.table(&[left("Requirement"), left("Strength"), left("Title"), left("Controls")], &rows);
    }
}
