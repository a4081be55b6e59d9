//! An audit as assessment results of OSCAL 1.2.1: an observation for each finding, a finding for each control, a risk for whatever
//! fails, and every resource with its verdict. Our controls define themselves in the document; there is no plan and no catalogue.
//!
//! Texts that OSCAL takes for Markdown mean nothing; ids are of our own making; what comes from outside stands in values and prose.

mod controls;
mod item;
mod list;
mod observed;
mod uuid;

use super::audit_document::AuditDocument;
use super::frameworks;
use super::headline::{counts, headline};
use super::markdown::inert;
use super::member::{Json, Object};
use super::page::Layout;
use super::recorder_sentences;
use audit::finding::{Audit, Status};
use audit::inventory::GapKind;
use list::List;
use observed::Observed;
use std::io::{self, BufWriter, Write};
use text::visible::visible;
use uuid::uuid;

/// The version of OSCAL.
const VERSION: &str = "1.2.1";

/// Whose our names of properties are.
const NAMESPACE: &str = "https://invoketrail.dev/ns/oscal";

/// How many bytes are gathered before they are written.
const CHUNK: usize = 1 << 17;

/// What all parts of a document need.
struct Results<'a> {
    document: &'a AuditDocument<'a>,
    audit: &'a Audit<'a>,
    /// When the collection began.
    collected: String,
    /// When the document is made.
    generated: String,
    /// The account that collected, or the first one: controls of different estates are different findings.
    scope: String,
    observed: Vec<Observed<'a>>,
}

/// See [`super::AuditFormat`].
pub(crate) fn document(document: &AuditDocument<'_>, _: &Layout, out: &mut dyn Write) -> io::Result<()> {
    let results = Results::new(document);
    let frame = results.frame();
    let mut parts = frame.parts();
    let mut out = BufWriter::with_capacity(CHUNK, out);
    let mut list = |is_there: bool, write: &dyn Fn(&mut List<'_>) -> io::Result<()>| {
        if is_there {
            out.write_all(parts.next().unwrap_or_default().as_bytes())?;
            let mut list = List::begin(&mut out)?;
            write(&mut list)?;
            list.end()?;
        }
        Ok::<(), io::Error>(())
    };
    let risks = || results.observed.iter().filter(|one| one.is_risk());
    list(item::any(results.audit), &|list| item::write(&results, list))?;
    list(!results.observed.is_empty(), &|list| {
        results.observed.iter().try_for_each(|one| list.add(|object| one.observation(&results, object)))
    })?;
    list(risks().next().is_some(), &|list| {
        risks().try_for_each(|one| list.add(|object| one.risk(&results, object)))
    })?;
    list(results.has_findings(), &|list| results.findings(list))?;
    out.write_all(parts.next().unwrap_or_default().as_bytes())?;
    out.write_all(b"\n")?;
    out.flush()
}

impl<'a> Results<'a> {
    fn new(document: &'a AuditDocument<'a>) -> Self {
        let audit = document.audit;
        let caller = audit.inventory.caller.as_deref().and_then(|arn| arn.split(':').nth(4));
        let first = audit.inventory.accounts.first().map(|account| account.id.as_str());
        let scope = caller.filter(|id| !id.is_empty()).or(first).unwrap_or_default().to_owned();
        let collected = seconds(&audit.inventory.collected_at);
        let generated = seconds(document.stamp.generated_at);
        let observed = observed::all(audit, &scope);
        Self { document, audit, collected, generated, scope, observed }
    }

    fn has_findings(&self) -> bool {
        self.audit.controls.iter().any(|control| control.status != Status::NotApplicable)
    }

    fn findings(&self, list: &mut List<'_>) -> io::Result<()> {
        let applicable = self.audit.controls.iter().filter(|one| one.status != Status::NotApplicable);
        for control in applicable {
            let observed: Vec<_> = self.observed.iter().filter(|one| one.control.id == control.id).collect();
            list.add(|object| observed::finding(self, control, &observed, object))?;
        }
        Ok(())
    }

    /// The UUID of the document or of its result: the same where the answer about the same collection is the same.
    fn uuid(&self, of: &str) -> String {
        let audit = self.audit;
        let summary = format!("{:?}", audit.summary);
        let controls = audit.controls.iter().flat_map(|one| [one.id, one.status.as_str()]);
        let places = audit.places.iter().flat_map(|one| [one.account, one.region]);
        let frameworks = audit.frameworks.iter().map(|one| one.id.as_str());
        let observed = self.observed.iter().map(|one| one.uuid.as_str());
        let known = [of, &self.scope, &audit.inventory.collected_at, &summary];
        uuid(known.into_iter().chain(controls).chain(places).chain(frameworks).chain(observed))
    }

    /// All but the long lists.
    fn frame(&self) -> Json {
        let mut json = Json::default();
        let no_plan = uuid(["no-assessment-plan"]);
        json.object(|root| {
            root.object("assessment-results", |object| {
                object.text("uuid", &self.uuid("document"));
                object.object("metadata", |metadata| {
                    metadata.text("title", "InvokeTrail: are Lambda invocations recorded by CloudTrail?");
                    metadata.text("last-modified", &self.generated);
                    metadata.text("version", &self.collected);
                    metadata.text("oscal-version", VERSION);
                });
                object.object("import-ap", |plan| plan.text("href", &format!("#{no_plan}")));
                controls::definitions(self.audit, object);
                object.list("results", [()], |json, ()| json.object(|result| self.result(result)));
                object.object("back-matter", |matter| {
                    matter.list("resources", [()], |json, ()| {
                        json.object(|resource| {
                            resource.text("uuid", &no_plan);
                            resource.text("title", "No assessment plan");
                            let why = "There is no assessment plan. InvokeTrail asks its own controls, which are in the local definitions.";
                            resource.text("description", why);
                        });
                    });
                });
            });
        });
        json
    }

    fn result(&self, result: &mut Object<'_>) {
        let audit = self.audit;
        result.text("uuid", &self.uuid("result"));
        result.text("title", "Audit by InvokeTrail");
        result.text("description", &prose(&format!("{} {}", headline(audit), counts(audit))));
        result.text("start", &self.collected);
        if self.collected <= self.generated {
            result.text("end", &self.generated);
        }
        props(result, [("answer", audit.answer().conclusion().as_str())]);
        result.object("local-definitions", |local| {
            if item::any(audit) {
                local.member("inventory-items", Json::later);
            }
            self.assets(local);
        });
        result.object("reviewed-controls", |reviewed| controls::reviewed(audit, reviewed));
        let lists = [
            ("observations", !self.observed.is_empty()),
            ("risks", self.observed.iter().any(Observed::is_risk)),
            ("findings", self.has_findings()),
        ];
        for (name, _) in lists.into_iter().filter(|(_, is_there)| *is_there) {
            result.member(name, Json::later);
        }
        let groups =
            recorder_sentences::gap_groups(audit.gaps.iter().filter(|gap| gap.kind != GapKind::NotOffered));
        let gaps = groups.iter().map(|group| {
            let kind = super::gaps::kind(group.gap.kind);
            prose(&format!("Gap: {kind} {} x {}: {}", group.count, group.gap.call, group.gap.error))
        });
        let frameworks = frameworks::sentence(audit).map(|told| prose(&told));
        let remarks: Vec<String> = frameworks.into_iter().chain(gaps).collect();
        if !remarks.is_empty() {
            result.text("remarks", &remarks.join("\n\n"));
        }
    }

    /// The tool, which is where all observations are from.
    fn assets(&self, local: &mut Object<'_>) {
        let tool = uuid(["tool"]);
        local.object("assessment-assets", |assets| {
            assets.list("components", [()], |json, ()| {
                json.object(|component| {
                    component.text("uuid", &tool);
                    component.text("type", "software");
                    component.text("title", "InvokeTrail");
                    component.text("description", "Decides whether CloudTrail records Lambda invocations.");
                    props(component, [("version", self.document.stamp.version)]);
                    component.object("status", |status| status.text("state", "operational"));
                });
            });
            assets.list("assessment-platforms", [()], |json, ()| {
                json.object(|platform| {
                    platform.text("uuid", &uuid(["platform"]));
                    platform.text("title", "InvokeTrail");
                    platform.list("uses-components", [()], |json, ()| {
                        json.object(|uses| uses.text("component-uuid", &tool));
                    });
                });
            });
        });
    }

    fn origins(&self, object: &mut Object<'_>) {
        object.list("origins", [uuid(["tool"])], |json, tool| {
            json.object(|origin| {
                origin.list("actors", [tool], |json, tool| {
                    json.object(|actor| {
                        actor.text("type", "tool");
                        actor.text("actor-uuid", &tool);
                    });
                });
            });
        });
    }
}

/// A time in whole seconds: OSCAL takes no fraction that ends in 0.
fn seconds(time: &str) -> String {
    let time = logs::milliseconds(time).unwrap_or_default();
    logs::text_of(time - time.rem_euclid(1_000))
}

/// A text for people, without any meaning in Markdown.
fn prose(text: &str) -> String {
    inert(text)
}

/// Properties of an object; what has no value is left out. Those without the namespace are OSCAL's own.
fn props<'t>(object: &mut Object<'_>, all: impl IntoIterator<Item = (&'t str, &'t str)>) {
    let all = all.into_iter().filter(|(_, value)| !value.is_empty());
    object.list("props", all, |json, (name, value)| {
        json.object(|prop| {
            prop.text("name", name);
            if !matches!(name, "asset-id" | "version") {
                prop.text("ns", NAMESPACE);
            }
            prop.text("value", &string(value));
        });
    });
}

/// A string of OSCAL, which neither begins nor ends with a space and has one line.
fn string(value: &str) -> String {
    let value = visible(value);
    let inner = value.trim_matches(' ');
    if inner.len() == value.len() {
        return value.into_owned();
    }
    let shown = |spaces: usize| "\\u{20}".repeat(spaces);
    let begins = value.len() - value.trim_start_matches(' ').len();
    let ends = if inner.is_empty() { 0 } else { value.len() - value.trim_end_matches(' ').len() };
    format!("{}{inner}{}", shown(begins), shown(ends))
}

#[cfg(test)]
mod tests {
    use super::{seconds, string};

    #[test]
    fn a_string_is_one_that_oscal_takes() {
        for (from, to) in
            [("a b", "a b"), (" a  ", "\\u{20}a\\u{20}\\u{20}"), ("  ", "\\u{20}\\u{20}"), ("a\n", "a\\n")]
        {
            assert_eq!(string(from), to);
        }
    }

    #[test]
    fn a_time_has_whole_seconds() {
        assert_eq!(seconds("2026-11-23T18:00:00.120Z"), "2026-11-23T18:00:00Z");
    }
}
