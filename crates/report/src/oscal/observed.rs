//! What was observed: each finding of the audit, and that a control passes; and the risks that follow.

use super::uuid::uuid;
use super::{Results, item, props, prose};
use crate::finding_text::{self, FindingText};
use crate::fingerprint::Fingerprints;
use crate::frameworks;
use crate::member::Object;
use crate::recorder_sentences;
use audit::code::Code;
use audit::exception::Accepted;
use audit::finding::{Audit, ControlResult, Finding, Status, Weight};
use audit::inventory::GapKind;
use logs::milliseconds;

/// One observation.
pub(super) struct Observed<'a> {
    /// The control that asked.
    pub(super) control: &'a ControlResult,
    /// What it found; `None` iff it is that the control passes.
    finding: Option<&'a Finding>,
    /// The exception that holds, iff the finding fails but for it.
    pub(super) accepted: Option<&'a Accepted<'a>>,
    /// Its UUID, which it keeps from audit to audit.
    pub(super) uuid: String,
}

/// All of them, control by control.
pub(super) fn all<'a>(audit: &'a Audit<'a>, scope: &str) -> Vec<Observed<'a>> {
    let mut prints = Fingerprints::default();
    let mut all = Vec::new();
    for control in &audit.controls {
        if control.status == Status::Pass {
            let uuid = uuid(["observation", scope, control.id]);
            all.push(Observed { control, finding: None, accepted: None, uuid });
        }
        for finding in &control.findings {
            let print = prints.next(audit, control, finding);
            let accepted = finding_text::accepted(audit, finding).filter(|_| audit.is_accepted(finding));
            let uuid = uuid(["observation", scope, control.id, &print]);
            all.push(Observed { control, finding: Some(finding), accepted, uuid });
        }
    }
    all
}

impl Observed<'_> {
    fn code(&self) -> Code {
        self.finding.map_or(self.control.reason.code, |finding| finding.reason.code)
    }

    fn title(&self) -> String {
        format!("{}: {}", self.control.id, self.code().as_str())
    }

    fn status(&self) -> &'static str {
        match self.finding {
            _ if self.accepted.is_some() => "accepted",
            Some(finding) if finding.status == Status::Pass => "warning",
            Some(finding) => finding.status.as_str(),
            None => self.control.status.as_str(),
        }
    }

    /// True iff something is at risk: it fails, under an exception or not. What nobody knows is no risk yet.
    pub(super) fn is_risk(&self) -> bool {
        self.accepted.is_some() || self.finding.is_some_and(|finding| finding.status == Status::Fail)
    }

    pub(super) fn risk_uuid(&self) -> String {
        uuid(["risk", &self.uuid])
    }

    fn text(&self, audit: &Audit<'_>) -> FindingText {
        match self.finding {
            Some(finding) => finding_text::of_finding(audit, finding),
            None => FindingText {
                reason: recorder_sentences::sentence(&self.control.reason),
                ..FindingText::default()
            },
        }
    }

    /// As an observation.
    pub(super) fn observation(&self, results: &Results<'_>, object: &mut Object<'_>) {
        let audit = results.audit;
        let text = self.text(audit);
        object.text("uuid", &self.uuid);
        object.text("title", &self.title());
        let lines: Vec<String> =
            [Some(&text.reason), text.about.as_ref()].into_iter().flatten().map(|line| prose(line)).collect();
        object.text("description", &lines.join("\n\n"));
        let count = self.finding.map(|finding| finding.resources.len().to_string());
        let count = count.as_deref().map(|count| ("resource-count", count));
        let known = [("control", self.control.id), ("status", self.status()), ("code", self.code().as_str())];
        props(object, known.into_iter().chain(count));
        object.texts("methods", ["TEST"]);
        object.texts("types", ["control-objective"]);
        results.origins(object);
        if let Some(finding) = self.finding {
            item::subjects(audit, finding, object);
        }
        evidence(&text, object);
        object.text("collected", &results.collected);
        if let Some(fix) = &text.fix {
            object.text("remarks", &prose(&format!("Fix: {fix}")));
        }
    }

    /// As a risk.
    pub(super) fn risk(&self, results: &Results<'_>, object: &mut Object<'_>) {
        let Some(finding) = self.finding else { return };
        let exception = self.accepted.map(|one| one.exception);
        let control = self.control;
        object.text("uuid", &self.risk_uuid());
        object.text("title", &self.title());
        object.text("description", &prose(&recorder_sentences::sentence(&finding.reason)));
        let statement = match exception {
            Some(one) => format!("Accepted by {} until {}: {}", one.owner, one.until, one.why()),
            None => format!("Control {} is not met: {}.", control.id, control.title),
        };
        object.text("statement", &prose(&statement));
        let weight = if control.weight == Weight::Required { "required" } else { "advisory" };
        let known = [("control", control.id), ("weight", weight)];
        let accepted = exception.map(|one| {
            [
                ("exception", one.id.as_str()),
                ("owner", &one.owner),
                ("ticket", one.ticket.as_deref().unwrap_or_default()),
            ]
        });
        props(object, known.into_iter().chain(accepted.into_iter().flatten()));
        object.text("status", if exception.is_some() { "deviation-approved" } else { "open" });
        results.origins(object);
        let deadline = exception.map(|one| format!("{}T23:59:59Z", one.until));
        if let Some(deadline) = deadline.filter(|text| milliseconds(text).is_some()) {
            object.text("deadline", &deadline);
        }
        if let Some(help) = &finding.help {
            object.list("remediations", [help], |json, help| {
                json.object(|remedy| {
                    remedy.text("uuid", &uuid(["remediation", &self.uuid]));
                    remedy.text("lifecycle", "recommendation");
                    remedy.text("title", &format!("{}: {}", control.id, help.code.as_str()));
                    remedy.text("description", &prose(&recorder_sentences::sentence(help)));
                });
            });
        }
        related("related-observations", "observation-uuid", [self.uuid.as_str()], object);
    }
}

fn evidence(text: &FindingText, object: &mut Object<'_>) {
    let example = text.example.as_ref().map(|example| {
        let turned_away = text.turned_away.iter().map(|line| format!("- {}", prose(line)));
        let turned_away: Vec<String> = turned_away.collect();
        [prose(example), turned_away.join("\n")].join("\n\n").trim_end().to_owned()
    });
    let gaps = text.gaps.iter().map(|gap| prose(&format!("Gap: {gap}")));
    let all: Vec<String> = example.into_iter().chain(gaps).collect();
    if !all.is_empty() {
        object.list("relevant-evidence", &all, |json, text| {
            json.object(|evidence| evidence.text("description", text));
        });
    }
}

/// A list of objects that each name one UUID.
fn related<'t>(list: &str, name: &str, uuids: impl IntoIterator<Item = &'t str>, object: &mut Object<'_>) {
    object.list(list, uuids, |json, uuid| json.object(|one| one.text(name, uuid)));
}

/// A control as a finding, with its observations. It is satisfied only where it passes without any exception.
pub(super) fn finding(
    results: &Results<'_>,
    control: &ControlResult,
    observed: &[&Observed<'_>],
    object: &mut Object<'_>,
) {
    object.text("uuid", &uuid(["finding", &results.scope, control.id]));
    object.text("title", control.title);
    object.text("description", &prose(&recorder_sentences::sentence(&control.reason)));
    let weight = if control.weight == Weight::Required { "required" } else { "advisory" };
    let known = [("control", control.id), ("weight", weight), ("status", control.status.as_str())];
    let supported = frameworks::supported(results.audit, control.id);
    let supported: Vec<String> = supported.map(|(of, one)| format!("{} {}", of.name, one.id)).collect();
    props(object, known.into_iter().chain(supported.iter().map(|one| ("supports", one.as_str()))));
    results.origins(object);
    object.object("target", |target| {
        target.text("type", "objective-id");
        target.text("target-id", &objective(control));
        target.object("status", |status| {
            let accepted = observed.iter().any(|one| one.accepted.is_some());
            let (state, reason, remarks) = match control.status {
                Status::Fail => ("not-satisfied", "fail", None),
                Status::Undetermined => {
                    let gaps = control.findings.iter().flat_map(|finding| &finding.gaps);
                    let mut gaps = gaps.filter_map(|at| results.audit.gaps.get(*at)).peekable();
                    let open = gaps.peek().is_some() && gaps.all(|gap| gap.kind == GapKind::AfterApply);
                    let unknown = if open {
                        "Undetermined: nobody knows whether it is satisfied, because something is known only after the change is applied."
                    } else {
                        "Undetermined: nobody knows whether it is satisfied, because something could not be read."
                    };
                    ("not-satisfied", "other", Some(unknown))
                }
                _ if accepted => {
                    let accepted = "Accepted: all that fails is under exceptions that hold. They are the risks of this finding.";
                    ("not-satisfied", "other", Some(accepted))
                }
                _ => ("satisfied", "pass", None),
            };
            status.text("state", state);
            status.text("reason", reason);
            if let Some(remarks) = remarks {
                status.text("remarks", remarks);
            }
        });
    });
    related("related-observations", "observation-uuid", observed.iter().map(|one| one.uuid.as_str()), object);
    let risks: Vec<String> = observed.iter().filter(|one| one.is_risk()).map(|one| one.risk_uuid()).collect();
    if !risks.is_empty() {
        related("related-risks", "risk-uuid", risks.iter().map(String::as_str), object);
    }
}

/// The id of what a control asks.
pub(super) fn objective(control: &ControlResult) -> String {
    format!("{}_obj", control.id)
}
