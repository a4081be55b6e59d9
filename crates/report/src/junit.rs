//! An audit as JUnit XML: a test case for each control. It fails where the exit code does, and nowhere else.

use super::audit_document::AuditDocument;
use super::colours;
use super::finding_text;
use super::headline::{counts, headline};
use super::page::Layout;
use audit::finding::{Audit, ControlResult, Finding, Status, Weight};
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};
use std::io::{self, Write};
use text::visible::visible;

/// How many findings of a control are told.
const SHOWN: usize = 50;

/// What a control is as a test case.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Passed,
    Failure,
    Error,
    Skipped,
}

/// An advisory control never decides the exit code, so it is never a failure.
fn outcome(control: &ControlResult) -> Outcome {
    match (control.weight, control.status) {
        (_, Status::Pass) => Outcome::Passed,
        (Weight::Required, Status::Fail) => Outcome::Failure,
        (Weight::Required, Status::Undetermined) => Outcome::Error,
        (_, Status::NotApplicable) | (Weight::Advisory, _) => Outcome::Skipped,
    }
}

/// See [`super::AuditFormat`].
pub(crate) fn document(document: &AuditDocument<'_>, _: &Layout, out: &mut dyn Write) -> io::Result<()> {
    let audit = document.audit;
    let mut xml = Writer::new_with_indent(Vec::new(), b' ', 2);
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let of = |wanted: Outcome| audit.controls.iter().filter(|one| outcome(one) == wanted).count().to_string();
    let (all, failures) = (audit.controls.len().to_string(), of(Outcome::Failure));
    let (errors, skipped) = (of(Outcome::Error), of(Outcome::Skipped));
    let numbers = [("tests", &*all), ("failures", &*failures), ("errors", &*errors), ("skipped", &*skipped)];
    let name = [("name", "InvokeTrail")];
    let at = visible(document.stamp.generated_at);
    xml.create_element("testsuites").with_attributes(name).with_attributes(numbers).write_inner_content(
        |xml| {
            let suite = xml.create_element("testsuite").with_attributes(name).with_attributes(numbers);
            let suite = suite.with_attribute(("timestamp", at.trim_end_matches('Z')));
            suite.write_inner_content(|xml| {
                properties(document, xml)?;
                audit.controls.iter().try_for_each(|control| case(audit, control, xml))?;
                let mut told = vec![headline(audit), counts(audit)];
                told.extend(super::frameworks::sentence(audit));
                let told = told.join("\n");
                block("system-out", &[], &told, xml)
            })?;
            Ok(())
        },
    )?;
    let mut bytes = xml.into_inner();
    bytes.push(b'\n');
    out.write_all(&bytes)
}

fn properties(document: &AuditDocument<'_>, xml: &mut Writer<Vec<u8>>) -> io::Result<()> {
    let audit = document.audit;
    xml.create_element("properties").write_inner_content(|xml| {
        for (name, value) in [
            ("version", document.stamp.version),
            ("answer", audit.answer().conclusion().as_str()),
            ("collected_at", &audit.inventory.collected_at),
        ] {
            let value = visible(value);
            xml.create_element("property")
                .with_attributes([("name", name), ("value", &value)])
                .write_empty()?;
        }
        Ok(())
    })?;
    Ok(())
}

fn case(audit: &Audit<'_>, control: &ControlResult, xml: &mut Writer<Vec<u8>>) -> io::Result<()> {
    let class = match control.weight {
        Weight::Required => "invoketrail.required",
        Weight::Advisory => "invoketrail.advisory",
    };
    let (_, status) = colours::status(control.status);
    let (open, notes): (Vec<&Finding>, Vec<&Finding>) =
        control.findings.iter().partition(|finding| finding.status != Status::Pass);
    let attributes = [("name", control.id), ("classname", class)];
    xml.create_element("testcase").with_attributes(attributes).write_inner_content(|xml| {
        let reason = super::recorder_sentences::sentence(&control.reason);
        let (code, told) = (control.reason.code.as_str(), of_findings(audit, &open));
        let why = [("type", code), ("message", &*reason)];
        match outcome(control) {
            Outcome::Passed => {}
            Outcome::Failure => block("failure", &why, &told, xml)?,
            Outcome::Error => block("error", &why, &told, xml)?,
            Outcome::Skipped if control.status == Status::NotApplicable => block("skipped", &why, "", xml)?,
            Outcome::Skipped => {
                let reason = format!("advisory, {status}: {reason}");
                block("skipped", &[("type", code), ("message", &reason)], &told, xml)?;
            }
        }
        match notes.as_slice() {
            [] => Ok(()),
            notes => block("system-out", &[], &of_findings(audit, notes), xml),
        }
    })?;
    Ok(())
}

/// The findings, each with its lines, an empty line between them.
fn of_findings(audit: &Audit<'_>, findings: &[&Finding]) -> String {
    let mut told: Vec<String> = Vec::new();
    for finding in findings.iter().take(SHOWN) {
        let word = match finding_text::accepted(audit, finding) {
            Some(accepted) if accepted.holds => "accepted",
            _ if finding.status == Status::Pass => "warning",
            _ => colours::status(finding.status).1,
        };
        let lines = finding_text::of_finding(audit, finding).lines();
        // What comes from outside may hold a line break of its own: it is shown as such before lines are joined.
        let lines: Vec<String> = lines.iter().map(|line| visible(line).into_owned()).collect();
        told.push(format!("{word}: {}", lines.join("\n")));
    }
    let more = findings.len().saturating_sub(SHOWN);
    if more > 0 {
        told.push(format!("and {more} more findings"));
    }
    told.join("\n\n")
}

/// An element with text of ours, which may hold line breaks. XML knows no way to write most control characters.
fn block(name: &str, attributes: &[(&str, &str)], text: &str, xml: &mut Writer<Vec<u8>>) -> io::Result<()> {
    let attributes: Vec<(&str, String)> =
        attributes.iter().map(|(name, value)| (*name, visible(value).into_owned())).collect();
    let attributes = attributes.iter().map(|(name, value)| (*name, value.as_str()));
    let element = xml.create_element(name).with_attributes(attributes);
    if text.is_empty() {
        element.write_empty()?;
    } else {
        let lines: Vec<String> = text.split('\n').map(|line| visible(line).into_owned()).collect();
        element.write_text_content(BytesText::new(&lines.join("\n")))?;
    }
    Ok(())
}
