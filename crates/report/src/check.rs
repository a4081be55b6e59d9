//! What a proposed change does to recording: findings with stable names, and five formats that say the same.
//!
//! Nothing of the change is shown but addresses, names, ARNs, selectors and the names of parameters.

mod doubts;
mod finding;
mod findings;
mod github;
mod groups;
mod json;
mod markdown;
mod mended;
mod recorders;
mod sarif;
mod terminal;

use super::page::Layout;
use super::quantity::quantity;
use audit::answer::Conclusion;
use audit::finding::Audit;
use finding::{Code, Finding, Section};
use recording::State;
use std::collections::BTreeSet;
use std::io::{self, Write};
use templates::document::{About, Document, Language, Location};
use templates::gate::Gate;
use templates::proposal::Proposal;

/// The format of a check as JSON, and its version.
pub const CHECK_FORMAT: &str = "invoketrail.check/1";

/// A change that was judged.
#[derive(Clone, Copy, Debug)]
pub struct Check<'a> {
    /// The answer.
    pub gate: &'a Gate,
    /// What the file proposes.
    pub document: &'a Document,
    /// The account before and after.
    pub proposal: &'a Proposal,
    /// The audits before and after.
    pub audits: (&'a Audit<'a>, &'a Audit<'a>),
    /// The file as it was typed; `None` iff it is stdin.
    pub file: Option<&'a str>,
    /// The inventory as it was typed; `None` iff there is none.
    pub inventory: Option<&'a str>,
    /// The ids of the findings of an earlier check, iff one was named.
    pub baseline: Option<&'a BTreeSet<String>>,
    /// The version of the tool.
    pub version: &'a str,
    /// When the document is made: RFC 3339, UTC.
    pub generated_at: &'a str,
}

/// The same with its findings.
#[derive(Clone, Debug)]
pub struct Checked<'a> {
    check: Check<'a>,
    findings: Vec<Finding>,
}

/// A format of a check.
#[derive(Clone, Copy, Debug)]
pub struct CheckFormat {
    name: &'static str,
    suffix: &'static str,
    help: &'static str,
    write: fn(&Checked<'_>, &Layout, &mut dyn Write) -> io::Result<()>,
}

impl PartialEq for CheckFormat {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for CheckFormat {}

impl CheckFormat {
    /// For a person.
    pub const TERMINAL: CheckFormat = CheckFormat {
        name: "terminal",
        suffix: "txt",
        help: "for a person at a terminal",
        write: terminal::document,
    };

    /// All of them, that for a person first.
    pub const ALL: [CheckFormat; 5] = [
        CheckFormat::TERMINAL,
        CheckFormat { name: "json", suffix: "json", help: "one document", write: json::document },
        CheckFormat {
            name: "markdown",
            suffix: "md",
            help: "for a comment on a pull request",
            write: markdown::document,
        },
        CheckFormat { name: "sarif", suffix: "sarif", help: "SARIF 2.1.0", write: sarif::document },
        CheckFormat {
            name: "github",
            suffix: "github.txt",
            help: "annotations of GitHub Actions",
            write: github::document,
        },
    ];

    /// Its name, as it is typed.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.name
    }

    /// What the names of its files end in.
    #[must_use]
    pub const fn suffix(self) -> &'static str {
        self.suffix
    }

    /// What it is, in a few words.
    #[must_use]
    pub const fn help(self) -> &'static str {
        self.help
    }

    /// Writes the check.
    ///
    /// # Errors
    /// What the writer says.
    pub fn write(self, checked: &Checked<'_>, layout: &Layout, out: &mut dyn Write) -> io::Result<()> {
        (self.write)(checked, layout, out)
    }
}

impl<'a> Check<'a> {
    /// The check with its findings.
    #[must_use]
    pub fn findings(self) -> Checked<'a> {
        Checked { check: self, findings: findings::all(&self) }
    }

    /// What the file is, with its article.
    fn noun(&self) -> &'static str {
        match self.document.language {
            Language::Terraform => "a Terraform plan",
            Language::CloudFormation => "a CloudFormation template",
            Language::Selectors => "event selectors",
        }
    }

    fn file(&self) -> &'a str {
        self.file.unwrap_or("stdin")
    }

    /// Where a resource is in the file.
    fn at(&self, resource: usize) -> Option<Location> {
        self.document.resources.get(resource)?.at
    }

    fn address(&self, resource: usize) -> Option<&'a str> {
        self.document.resources.get(resource).map(|one| one.address.as_str())
    }
}

impl Checked<'_> {
    /// The answer: of all findings, or of those alone that the baseline does not have.
    #[must_use]
    pub fn conclusion(&self, only_new: bool) -> Conclusion {
        let all = self.findings.iter().filter(|one| !only_new || one.is_new != Some(false));
        let found = all.map(|one| one.conclusion).fold(Conclusion::Nothing, Conclusion::worse);
        if only_new { found } else { found.worse(self.check.gate.conclusion) }
    }

    /// How many findings that decide are new, how many there are, and how many of the baseline are not found any more.
    #[must_use]
    pub fn since(&self) -> (usize, usize, usize) {
        let open = || self.findings.iter().filter(|one| one.decides());
        let new = open().filter(|one| one.is_new == Some(true)).count();
        let ids: BTreeSet<&str> = self.findings.iter().map(|one| one.id.as_str()).collect();
        let gone = self.check.baseline.into_iter().flatten().filter(|id| !ids.contains(id.as_str()));
        (new, open().count(), gone.count())
    }

    /// How much of what would decide exceptions accept, in words; `None` iff nothing.
    #[must_use]
    pub fn accepted(&self) -> Option<String> {
        let accepted = self.check.gate.accepted;
        let told = || format!("exceptions that hold accept {}", quantity(accepted, ("finding", "findings")));
        (accepted > 0).then(told)
    }

    /// The accounts that the change is about, as far as they are known.
    #[must_use]
    pub fn accounts(&self) -> BTreeSet<&str> {
        let homes = self.check.document.resources.iter().map(|one| &one.home);
        let said = homes.filter_map(|home| home.account.as_deref());
        let new = self.check.gate.functions.iter().filter_map(|one| one.home.as_ref());
        let new = new.map(|(account, _)| account.as_str());
        said.chain(new).filter(|id| *id != templates::proposal::SOME_ACCOUNT).collect()
    }

    /// The word for the language of the file.
    #[must_use]
    pub fn language(&self) -> &'static str {
        language(self.check.document.language)
    }

    /// The answer in one sentence.
    #[must_use]
    pub fn headline(&self) -> String {
        let gate = self.check.gate;
        let new = gate.functions.len();
        let functions = quantity(new, ("new function", "new functions"));
        match gate.conclusion {
            Conclusion::Nothing => "Nothing that is recorded changes.".to_owned(),
            Conclusion::Yes if gate.accepted > 0 => {
                let accepted = quantity(gate.accepted, ("finding", "findings"));
                format!("Yes: exceptions that hold accept {accepted}, and nothing else gets worse.")
            }
            Conclusion::Yes if new == 0 => "Yes: nothing stops being recorded.".to_owned(),
            Conclusion::Yes if new == 1 => {
                "Yes: nothing stops being recorded, and the new function will be recorded.".to_owned()
            }
            Conclusion::Yes => {
                format!("Yes: nothing stops being recorded, and all {functions} will be recorded.")
            }
            Conclusion::Undetermined => {
                let open = self.section(Section::Open).count();
                let may_be_interrupted = self.findings.iter().any(|one| one.code == Code::MayInterrupt);
                if open == 0 && may_be_interrupted {
                    return "Cannot tell: recording may be interrupted.".to_owned();
                }
                if open == 0 {
                    return "Cannot tell: something that was not read decides.".to_owned();
                }
                if let Some(told) = self.unplaced() {
                    return format!("Cannot tell: {told}.");
                }
                let open = quantity(open, ("thing is", "things are"));
                format!("Cannot tell: {open} open in {}.", self.check.noun())
            }
            Conclusion::No => self.no(&functions),
        }
    }

    fn no(&self, functions: &str) -> String {
        let of = |section: Section| {
            self.section(section).filter(|one| one.conclusion == Conclusion::No).collect::<Vec<_>>()
        };
        let stops = of(Section::Stops);
        let interrupted = !stops.is_empty() && stops.iter().all(|one| one.code == Code::Interrupted);
        let escapes = |one: &&templates::gate::FunctionAnswer| one.conclusion() == Conclusion::No;
        let escaping: Vec<_> = self.check.gate.functions.iter().filter(escapes).collect();
        let in_part = escaping.iter().any(|one| one.state != State::NotRecorded);
        let in_full = if in_part { " in full" } else { "" };
        let escaping = format!("{} of {functions} will not be recorded{in_full}", escaping.len());
        match (stops.is_empty(), of(Section::New).is_empty()) {
            (false, _) if interrupted => "No: this change interrupts recording.".to_owned(),
            (false, true) => "No: this change stops recording.".to_owned(),
            (false, false) => format!("No: this change stops recording, and {escaping}."),
            (true, false) => format!("No: {escaping}."),
            (true, true) => "No: a required control fails after this change.".to_owned(),
        }
    }

    /// Which of --account and --region would settle something: the file does not say where its resources are.
    #[must_use]
    pub fn unplaced_flags(&self) -> Vec<&'static str> {
        let of = |about: &About| self.findings.iter().any(|one| one.code == Code::Open(about.code()));
        let flags = [("--account ID", of(&About::NoAccount)), ("--region REGION", of(&About::NoRegion))];
        flags.into_iter().filter(|(_, open)| *open).map(|(flag, _)| flag).collect()
    }

    /// True iff the answer is open, and where the resources are is what is to be said first.
    #[must_use]
    pub fn is_unplaced(&self) -> bool {
        self.check.gate.conclusion == Conclusion::Undetermined && self.unplaced().is_some()
    }

    /// That the file does not say where its resources are, and what else is open: what the Region settles is not.
    fn unplaced(&self) -> Option<String> {
        let flags = self.unplaced_flags();
        let what = match flags.as_slice() {
            [] => return None,
            ["--account ID"] => "account",
            ["--region REGION"] => "Region",
            _ => "account and Region",
        };
        let noun = match self.check.document.language {
            Language::Selectors => "file",
            _ => self.check.noun().split_once(' ').map_or("file", |(_, noun)| noun),
        };
        let is_settled = |one: &&Finding| {
            let fix = one.fix.as_deref().unwrap_or_default();
            fix == format!("give {}", flags.join(" and "))
                || flags.iter().any(|flag| fix == format!("give {flag}"))
        };
        let rest = self.section(Section::Open).filter(|one| !is_settled(one)).count();
        // A plan of Terraform says where its resources are, as far as its providers do.
        if rest > 0 && self.check.document.language != Language::CloudFormation {
            return None;
        }
        let told = format!("the {noun} does not say its {what}");
        Some(match rest {
            0 => told,
            1 => format!("{told}, and 1 more thing is open"),
            n => format!("{told}, and {n} more things are open"),
        })
    }

    fn section(&self, section: Section) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(move |one| one.code.section() == section)
    }

    /// What is known of the account beside the file.
    fn scope(&self) -> String {
        let check = &self.check;
        match check.inventory {
            Some(inventory) => format!("{}: {} over {inventory}", check.file(), check.noun()),
            None => {
                format!("{}: {} alone, without other recorders of the account", check.file(), check.noun())
            }
        }
    }
}

/// Account and Region as something names them: each empty iff nothing does, so that nobody looks for what only stands for it.
fn named_place(check: &Check<'_>, place: Option<(String, String)>) -> Option<(String, String)> {
    let assumed = check.proposal.assumed;
    let (account, region) = place?;
    let named = |said: String, is_assumed: bool| if is_assumed { String::new() } else { said };
    Some((named(account, assumed.account), named(region, assumed.region)))
}

const fn language(language: Language) -> &'static str {
    match language {
        Language::Terraform => "terraform",
        Language::CloudFormation => "cloudformation",
        Language::Selectors => "selectors",
    }
}

/// The word for a verdict in documents.
fn state(state: State) -> &'static str {
    audit::finding::verdict_word(state)
}

impl Check<'_> {
    /// What recorders certainly record after the change and nothing did before: the recorder, and what is so as the end of a sentence.
    fn started(&self) -> Vec<(String, String)> {
        let recorders = recorders::Recorders::of(self);
        let starts = self.gate.starts.iter().filter(|start| start.certain);
        // Of an account without an inventory, other recorders are not known.
        let none = match self.proposal.alone {
            true => "that no other recorder in this file records",
            false => "that nothing records today",
        };
        let told = starts.filter_map(|start| {
            let of = &start.narrowing;
            let (event, (account, region)) = of.event.as_deref().zip(of.place.as_ref())?;
            let call = super::verdict_words::call(event, None, region, false);
            let name = recorders.name(&of.recorder);
            let address = start.resource.and_then(|at| self.address(at)).filter(|address| *address != name);
            let address = address.map(|address| format!(" ({address})")).unwrap_or_default();
            Some((
                format!("{name}{address} in {account} {region}"),
                format!("starts recording calls {none}. Example: {call}."),
            ))
        });
        told.collect()
    }

    /// What recording costs before and after, where that is known.
    fn cost(&self) -> Option<Vec<(&'static str, String)>> {
        let cost = self.gate.cost.as_ref().filter(|cost| cost.before != cost.after)?;
        let told = |monthly| super::plan::cost(monthly, cost.is_least);
        let mut lines = vec![("Today: ", told(cost.before)), ("Then: ", told(cost.after))];
        lines.extend(cost.basis.iter().map(|basis| ("Basis: ", basis.to_string())));
        Some(lines)
    }
}
