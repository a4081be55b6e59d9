//! An audit in the AWS Security Finding Format, 2018-10-08: JSON lines, each the whole input of one `BatchImportFindings`. Security Hub
//! takes 100 findings at a time, all of one account and Region, so a line holds no more.

use super::audit_document::AuditDocument;
use super::entries::{self, Entry, Subject};
use super::frameworks;
use super::member::{Json, Object};
use super::page::{Layout, page_of_control};
use audit::finding::{Audit, Status, Weight};
use cloudtrail::recorder::RecorderKind;
use cloudtrail::resource::ResourceType;
use std::collections::BTreeSet;
use std::io::{self, Write};
use text::visible::visible;
use xxhash_rust::xxh3::xxh3_128;

/// How many findings Security Hub takes at once.
const FINDINGS: usize = 100;

/// How many bytes a batch may have: what Security Hub takes as one finding, with room for its frame.
const BYTES: usize = 239_000;

/// How many resources a finding may have.
const RESOURCES: usize = 32;

/// How many requirements a finding may name, and how long such a name may be.
const REQUIREMENTS: usize = 32;
const REQUIREMENT: usize = 64;

/// How long an id may be; so may texts of a remedy and of a note.
const ID: usize = 512;

/// See [`super::AuditFormat`].
pub(crate) fn document(document: &AuditDocument<'_>, _: &Layout, out: &mut dyn Write) -> io::Result<()> {
    let mut batch = Batch { place: usize::MAX, text: String::new(), findings: 0, out };
    entries::each(document.audit, |entry, arn| {
        batch.add(entry.place, &finding(document, entry, arn, ACTIVE))
    })?;
    batch.end()
}

/// A finding that there is, and one that is no more.
pub(super) const ACTIVE: &str = "ACTIVE";
pub(super) const ARCHIVED: &str = "ARCHIVED";

/// The inputs of BatchImportFindings for the findings of these names.
pub(super) fn batches(
    document: &AuditDocument<'_>,
    names: &BTreeSet<&str>,
    state: &'static str,
) -> io::Result<Vec<String>> {
    let mut text = Vec::new();
    let mut batch = Batch { place: usize::MAX, text: String::new(), findings: 0, out: &mut text };
    entries::each(document.audit, |entry, arn| {
        let wanted = names.contains(entries::name_of(document.audit, entry, arn).as_str());
        if wanted { batch.add(entry.place, &finding(document, entry, arn, state)) } else { Ok(()) }
    })?;
    batch.end()?;
    Ok(String::from_utf8_lossy(&text).lines().map(str::to_owned).collect())
}

/// The account and the Region of the findings in an input of BatchImportFindings: Security Hub takes those of its own alone.
#[must_use]
pub fn account_and_region(batch: &str) -> Option<(String, String)> {
    // `arn:PARTITION:securityhub:REGION:ACCOUNT:product/...`, which stands in the first finding.
    let product = batch.split("\"ProductArn\":\"").nth(1)?.split('"').next()?;
    let mut parts = product.split(':').skip(3);
    let region = parts.next()?.to_owned();
    Some((parts.next()?.to_owned(), region))
}

/// What one call takes, as it grows.
struct Batch<'a> {
    place: usize,
    text: String,
    findings: usize,
    out: &'a mut dyn Write,
}

impl Batch<'_> {
    fn add(&mut self, place: usize, finding: &Json) -> io::Result<()> {
        if self.place != place
            || self.findings == FINDINGS
            || self.text.len() + finding.as_str().len() > BYTES
        {
            self.end()?;
        }
        self.place = place;
        self.text.push_str(if self.findings == 0 { "{\"Findings\":[" } else { "," });
        self.text.push_str(finding.as_str());
        self.findings += 1;
        Ok(())
    }

    fn end(&mut self) -> io::Result<()> {
        if self.findings > 0 {
            self.text.push_str("]}\n");
            self.out.write_all(self.text.as_bytes())?;
        }
        self.text.clear();
        self.findings = 0;
        Ok(())
    }
}

/// The text, cut where Security Hub would refuse it.
fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        None => text.to_owned(),
        Some(_) => text.chars().take(most - 3).chain("...".chars()).collect(),
    }
}

/// An id that is the same in each audit.
fn id(text: String) -> String {
    let short = text.chars().count() <= ID;
    if short { text } else { format!("invoketrail/{:032x}", xxh3_128(text.as_bytes())) }
}

fn finding(document: &AuditDocument<'_>, entry: &Entry<'_>, arn: &str, state: &str) -> Json {
    let audit = document.audit;
    let arn = visible(arn);
    let place = &audit.places[entry.place];
    let partition = &audit.inventory.partition;
    let with_arn = |text: &str| text.replace(entries::ARN, &arn);
    let mut json = Json::default();
    json.object(|object| {
        object.text("SchemaVersion", "2018-10-08");
        object.text("Id", &id(entries::name_of(audit, entry, &arn)));
        let (account, region) = (place.account, place.region);
        let product = format!("arn:{partition}:securityhub:{region}:{account}:product/{account}/default");
        object.text("ProductArn", &product);
        object.text("GeneratorId", &format!("invoketrail/{}", entry.control.id));
        object.text("AwsAccountId", account);
        object.text("CreatedAt", document.stamp.generated_at);
        object.text("UpdatedAt", document.stamp.generated_at);
        object.text("Title", &cut(entry.control.title, 256));
        let mut lines = vec![entry.headline.clone()];
        lines.extend(
            entry.text.lines().into_iter().filter(|line| !line.is_empty() && *line != entry.headline),
        );
        object.text("Description", &cut(&with_arn(&lines.join("\n")), 1_024));
        rating(entry, object);
        object.object("FindingProviderFields", |fields| rating(entry, fields));
        compliance(audit, entry, &with_arn, object);
        object.object("Workflow", |workflow| workflow.text("Status", workflow_status(entry)));
        object.text("RecordState", state);
        remediation(entry, object);
        note(document, entry, object);
        object.object("ProductFields", |fields| {
            fields.text("ProviderName", "InvokeTrail");
            fields.text("ProviderVersion", document.stamp.version);
            fields.text("invoketrail/status", entry.status.as_str());
            if let Subject::Resource { state, .. } = entry.subject {
                fields.text("invoketrail/verdict", audit::finding::verdict_word(state));
            }
        });
        resources(audit, entry, &arn, object);
    });
    json
}

/// What Security Hub lets a provider say again with each import.
fn rating(entry: &Entry<'_>, object: &mut Object<'_>) {
    let label = match entry.weight() {
        Some(Weight::Required) => "MEDIUM",
        Some(Weight::Advisory) => "LOW",
        None => "INFORMATIONAL",
    };
    object.object("Severity", |severity| severity.text("Label", label));
    object.texts("Types", ["Software and Configuration Checks/AWS Security Best Practices"]);
}

const fn workflow_status(entry: &Entry<'_>) -> &'static str {
    match (entry.accepted.is_some(), entry.status) {
        (true, _) => "SUPPRESSED",
        (false, Status::Fail | Status::Undetermined) => "NEW",
        (false, Status::Pass | Status::NotApplicable) => "RESOLVED",
    }
}

fn compliance(
    audit: &Audit<'_>,
    entry: &Entry<'_>,
    with_arn: &dyn Fn(&str) -> String,
    object: &mut Object<'_>,
) {
    let status = match entry.status {
        Status::Fail => "FAILED",
        // "Some information is missing".
        Status::Undetermined => "WARNING",
        Status::Pass => "PASSED",
        Status::NotApplicable => "NOT_AVAILABLE",
    };
    object.object("Compliance", |compliance| {
        compliance.text("Status", status);
        compliance.text("SecurityControlId", entry.control.id);
        let supported = frameworks::supported(audit, entry.control.id);
        let named = supported.map(|(of, one)| cut(&format!("{} {}", of.name, one.id), REQUIREMENT));
        let named: Vec<String> = named.take(REQUIREMENTS).collect();
        if !named.is_empty() {
            compliance.texts("RelatedRequirements", named.iter().map(String::as_str));
        }
        if let Some(code) = entry.code {
            let reason = if entry.text.reason.is_empty() { &entry.headline } else { &entry.text.reason };
            compliance.list("StatusReasons", [code], |json, code| {
                json.object(|object| {
                    object.text("ReasonCode", code.as_str());
                    object.text("Description", &cut(&with_arn(reason), ID));
                });
            });
        }
    });
}

fn remediation(entry: &Entry<'_>, object: &mut Object<'_>) {
    if let Some(fix) = &entry.text.fix {
        object.object("Remediation", |remediation| {
            remediation.object("Recommendation", |recommendation| {
                recommendation.text("Text", &cut(fix, ID));
                recommendation.text("Url", &page_of_control(entry.control.id));
            });
        });
    }
}

fn note(document: &AuditDocument<'_>, entry: &Entry<'_>, object: &mut Object<'_>) {
    if let (Some(accepted), Some(told)) = (entry.accepted, &entry.text.about) {
        object.object("Note", |note| {
            note.text("Text", &cut(told, ID));
            note.text("UpdatedBy", &cut(&visible(&accepted.exception.owner), ID));
            note.text("UpdatedAt", document.stamp.generated_at);
        });
    }
}

fn resources(audit: &Audit<'_>, entry: &Entry<'_>, arn: &str, object: &mut Object<'_>) {
    let region = audit.places[entry.place].region;
    let all: Vec<(&str, String)> = match &entry.subject {
        Subject::Resource { kind: ResourceType::Function, .. } => vec![("AwsLambdaFunction", arn.to_owned())],
        Subject::Resource { .. } => vec![("Other", arn.to_owned())],
        Subject::Place { recorders } => {
            let account = ("AwsAccount", format!("AWS::::Account:{}", audit.places[entry.place].account));
            let recorders = recorders.iter().map(|at| &audit.inventory.recorders[*at]);
            let recorders = recorders.map(|one| match one.kind {
                RecorderKind::Trail => ("AwsCloudTrailTrail", visible(&one.arn).into_owned()),
                _ => ("Other", visible(&one.arn).into_owned()),
            });
            std::iter::once(account).chain(recorders).take(RESOURCES).collect()
        }
    };
    object.list("Resources", all, |json, (kind, id)| {
        json.object(|object| {
            object.text("Type", kind);
            object.text("Id", &cut(&id, ID));
            if matches!(audit.inventory.partition.as_str(), "aws" | "aws-cn" | "aws-us-gov") {
                object.text("Partition", &audit.inventory.partition);
            }
            object.text("Region", region);
        });
    });
}
