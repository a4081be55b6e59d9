//! The findings of a check, in the order in which they are told: each part of the gate that decides, and what is worth knowing beside it.

use super::doubts;
use super::finding::{Code, Finding};
use super::mended;
use super::recorders::Recorders;
use super::{Check, state};
use crate::recorder_sentences;
use crate::resource_name::name_in;
use crate::verdict_words;
use audit::answer::Conclusion;
use audit::finding::{Audit, Status};
use cloudtrail::event::Event;
use recording::{Escape, State};
use std::collections::{BTreeMap, BTreeSet};
use templates::document::{Action, Language};
use templates::gate::{Fault, FaultKind, FunctionAnswer, Interruption, Loss, PaidCopies, Turn};
use xxhash_rust::xxh3::xxh3_128;

/// All of them, each with its name.
pub(super) fn all(check: &Check<'_>) -> Vec<Finding> {
    let gate = check.gate;
    let context = CheckContext::of(check);
    let mut named = Named { check, seen: BTreeMap::new(), all: Vec::new() };
    for loss in &gate.stops {
        let (finding, key) = context.loss(loss, None);
        named.push(finding, &key);
    }
    for one in &gate.interruptions {
        let (finding, key) = context.interruption(one);
        named.push(finding, &key);
    }
    for turn in gate.turns.iter().filter(|turn| turn.conclusion() != Conclusion::Yes) {
        named.push(context.turn(turn), &[state(turn.after)]);
    }
    for one in gate.functions.iter().filter(|one| one.conclusion() != Conclusion::Yes) {
        named.push(context.function(one), &[state(one.state)]);
    }
    for (id, before, after, conclusion) in gate.controls() {
        if conclusion != Conclusion::Yes {
            named.push(control(id, before, after, conclusion, check.proposal.alone), &[]);
        }
    }
    for fault in &gate.faults {
        named.push(context.fault(fault), &[]);
    }
    for copies in &gate.copies {
        named.push(context.copies(copies), &copies.recorders.iter().map(String::as_str).collect::<Vec<_>>());
    }
    for doubt in gate.doubts.iter().filter(|doubt| doubts::is_told(check, doubt)) {
        let name = doubts::name(&doubt.about).unwrap_or_default();
        named.push(doubts::finding(check, doubt), &[&doubt.path, name]);
    }
    named.all
}

/// Gives each finding its name.
struct Named<'a> {
    check: &'a Check<'a>,
    seen: BTreeMap<u128, usize>,
    all: Vec<Finding>,
}

impl Named<'_> {
    /// Its code, what it adds to the answer, what it is about and `key` make the name: what decided nothing hides nothing that does. Neither words nor lines count.
    fn push(&mut self, mut finding: Finding, key: &[&str]) {
        let (account, region) = finding.place.as_ref().map_or(("", ""), |(one, other)| (one, other));
        let about = finding.arn.as_deref().or(finding.address.as_deref()).unwrap_or(&finding.name);
        let mut parts = vec![finding.code.as_str(), finding.conclusion.as_str(), about, account, region];
        parts.extend(key);
        let print = xxh3_128(parts.join("\u{0}").as_bytes());
        let times = self.seen.entry(print).or_default();
        *times += 1;
        finding.id = if *times == 1 { format!("{print:032x}") } else { format!("{print:032x}:{times}") };
        finding.is_new = self.check.baseline.map(|known| !known.contains(&finding.id));
        finding.place = super::named_place(self.check, finding.place.take());
        self.all.push(finding);
    }
}

/// What the words rest on.
struct CheckContext<'a> {
    check: &'a Check<'a>,
    recorders: Recorders<'a>,
    /// True iff a selector looks at who calls.
    looked_at: bool,
    /// The verdicts after the change on the resources that turned, by ARN and Region.
    after: BTreeMap<(&'a str, &'a str), (usize, usize)>,
}

impl<'a> CheckContext<'a> {
    fn of(check: &'a Check<'a>) -> Self {
        let sides = [&check.proposal.before, &check.proposal.after];
        let known =
            sides.into_iter().flat_map(|side| &side.recorders).filter_map(|one| one.selectors.known());
        let looked_at = verdict_words::look_at_callers(known.flat_map(|one| &one.list));
        let wanted: BTreeSet<&str> = check.gate.turns.iter().filter_map(|turn| turn.arn.as_deref()).collect();
        let mut after = BTreeMap::new();
        for (at, place) in check.audits.1.places.iter().enumerate() {
            for row in place.planes.iter().flat_map(|plane| &plane.rows) {
                if wanted.contains(row.arn) {
                    after.insert((row.arn, place.region), (at, row.verdict));
                }
            }
        }
        CheckContext { check, recorders: Recorders::of(check), looked_at, after }
    }

    fn example(&self, event: &Event, arn: Option<&str>, region: &str, state: State) -> String {
        format!(
            "{}{}",
            verdict_words::of_example(state),
            verdict_words::call(event, arn, region, self.looked_at)
        )
    }

    /// Something that a recorder stops recording, with what makes its name: what becomes of the recorder.
    fn loss(&self, loss: &Loss, meanwhile: Option<&str>) -> (Finding, Vec<&str>) {
        let of = &loss.narrowing;
        let code = match (meanwhile, loss.certain) {
            (None, true) => Code::StopsRecording,
            (None, false) => Code::MayStopRecording,
            (Some(_), true) => Code::Interrupted,
            (Some(_), false) => Code::MayInterrupt,
        };
        // Of an account without an inventory, other recorders are not known.
        let alone = self.check.proposal.alone;
        let is = match (meanwhile, loss.certain) {
            (None, true) if alone => "stops recording calls that no other recorder in this file records",
            (None, false) if alone => {
                "may stop recording calls that no other recorder in this file certainly records"
            }
            (Some(_), true) if alone => {
                "is deleted before its successor is there, and no other recorder in this file records meanwhile"
            }
            (Some(_), false) if alone => {
                "may be gone before what takes its place is there, and no other recorder in this file certainly records meanwhile"
            }
            (None, true) => "stops recording calls that nothing else records",
            (None, false) => "may stop recording calls that nothing else certainly records",
            (Some(_), true) => "is deleted before its successor is there, and nothing else records meanwhile",
            (Some(_), false) => {
                "may be gone before what takes its place is there, and nothing else certainly records meanwhile"
            }
        };
        let name = self.recorders.name(&of.recorder);
        let mut finding =
            Finding { place: of.place.clone(), ..Finding::new(code, loss.conclusion(), name, is) };
        finding.arn = Some(of.recorder.clone());
        finding.fix = meanwhile.is_none().then(|| mended::fix(self.check, loss)).flatten();
        self.put(&mut finding, loss.resource);
        let region = of.place.as_ref().map(|(_, region)| region.as_str());
        match (&of.event, region) {
            (Some(event), Some(region)) => {
                let state = if loss.certain { State::NotRecorded } else { State::Undetermined };
                finding.example = Some(self.example(event, None, region, state));
            }
            (Some(_), None) if alone => {
                finding.why.push("its account and Region decide, and the file does not say them".to_owned());
            }
            (Some(_), None) => {
                finding
                    .why
                    .push("it also records where nobody looked, and nothing is known of that".to_owned());
            }
            (None, _) => {
                finding
                    .why
                    .push("something that was not read, or that we do not understand, decides".to_owned());
            }
        }
        (finding, self.recorders.becomes(&of.recorder))
    }

    fn interruption(&self, one: &Interruption) -> (Finding, Vec<&str>) {
        let (mut finding, key) = self.loss(&one.loss, Some("meanwhile"));
        let action = self.check.document.resources.get(one.resource).map(|resource| resource.action);
        if self.check.document.language == Language::Terraform {
            finding.fix = Some(match action {
                Some(Action::Delete) => "delete it in a later change, once the new one records".to_owned(),
                Some(Action::Update) => "change it in a later change, once the other one records".to_owned(),
                _ => "add `create_before_destroy = true` to its `lifecycle` block".to_owned(),
            });
        }
        self.put(&mut finding, Some(one.resource));
        (finding, key)
    }

    fn turn(&self, turn: &Turn) -> Finding {
        let conclusion = turn.conclusion();
        let is_certain = conclusion == Conclusion::No;
        let code = if is_certain { Code::RecordedLess } else { Code::MayBeRecordedLess };
        let is = becomes(turn.before, turn.after, turn.arn.is_some());
        let (name, noun) = match &turn.arn {
            Some(arn) => (name_in(arn).to_owned(), nouns(turn.kind)),
            None => (format!("any new {}", turn.kind.noun()), ("", "")),
        };
        let mut finding = Finding::new(code, conclusion, name, is);
        finding.noun = noun;
        finding.place = Some((turn.account.clone(), turn.region.clone()));
        finding.arn.clone_from(&turn.arn);
        if let Some(event) = &turn.witness {
            finding.example = Some(self.example(event, turn.arn.as_deref(), &turn.region, turn.after));
        }
        let row = turn.arn.as_deref().and_then(|arn| self.after.get(&(arn, turn.region.as_str())));
        if let Some((place, verdict)) = row {
            finding.why = self.why(*place, *verdict);
        }
        finding.fix = self.fix_at(&turn.account, &turn.region);
        finding
    }

    /// What keeps recorded what one recorder stops recording at a place; `None` where several do, or none.
    fn fix_at(&self, account: &str, region: &str) -> Option<String> {
        let here = |loss: &&Loss| {
            let at = loss.narrowing.place.as_ref();
            at.is_some_and(|(one, other)| (one.as_str(), other.as_str()) == (account, region))
        };
        let mut all = self.check.gate.stops.iter().filter(here);
        let first = all.next()?;
        if all.next().is_some() { None } else { mended::fix(self.check, first) }
    }

    fn function(&self, one: &FunctionAnswer) -> Finding {
        let code =
            if one.conclusion() == Conclusion::No { Code::NewNotRecorded } else { Code::NewMayNotBeRecorded };
        let maybe = if one.conditional { ", if it is made" } else { "" };
        let is = match one.state {
            State::NotRecorded => format!("will not be recorded{maybe}"),
            State::PartiallyRecorded => format!("will not be recorded in full{maybe}"),
            State::Recorded | State::Undetermined => "may not be recorded: nobody can tell".to_owned(),
        };
        let address = self.check.address(one.resource).unwrap_or_default();
        let name = one.arn.as_deref().map_or(address, name_in);
        let mut finding = Finding::new(code, one.conclusion(), name, is);
        finding.noun = ("new function", "new functions");
        finding.place.clone_from(&one.home);
        finding.arn.clone_from(&one.arn);
        self.put(&mut finding, Some(one.resource));
        if let (Some(event), Some((_, region))) = (&one.witness, &one.home) {
            finding.example = Some(self.example(event, one.arn.as_deref(), region, one.state));
        }
        match one.proof {
            Some(proof) => finding.why = self.why(proof.place, proof.verdict),
            None if one.home.is_none() => {
                finding.why.push("account or Region is not known".to_owned());
            }
            None => finding.why.push("the inventory does not hold its account and Region".to_owned()),
        }
        finding.fix = one.home.as_ref().and_then(|(account, region)| self.fix_at(account, region));
        if self.check.proposal.alone && self.check.proposal.after.recorders.is_empty() {
            finding.why = vec!["no trail and no event data store is in the file".to_owned()];
            finding.fix =
                Some("judge it together with the recorders of its account: --inventory FILE".to_owned());
        }
        finding
    }

    fn why(&self, place: usize, verdict: usize) -> Vec<String> {
        let audit: &Audit<'_> = self.check.audits.1;
        let escape: Option<&Escape> = audit.verdicts.get(verdict).and_then(|one| one.escape.as_ref());
        let place = audit.places.get(place);
        place
            .zip(escape)
            .map(|(place, escape)| recorder_sentences::turned_away(audit, place, escape))
            .unwrap_or_default()
    }

    fn fault(&self, fault: &Fault) -> Finding {
        let terraform = self.check.document.language == Language::Terraform;
        let before = if fault.was_so { ", as before the change" } else { "" };
        let set = |name: &str, property: &str| {
            Some(if terraform { format!("set `{name} = true`") } else { format!("set `{property}: true`") })
        };
        let (is, fix) = match &fault.kind {
            FaultKind::NoValidation => (
                format!("has log file validation off{before}: nobody can prove that its files are unchanged"),
                set("enable_log_file_validation", "EnableLogFileValidation"),
            ),
            FaultKind::ValidationOpen => {
                (format!("may have log file validation off: that is open{before}"), None)
            }
            FaultKind::OneRegion => (
                format!("records only one Region{before}"),
                set("is_multi_region_trail", "IsMultiRegionTrail"),
            ),
            FaultKind::BucketDeleted { bucket } => {
                (format!("delivers to the bucket {bucket}, which this change deletes"), None)
            }
            FaultKind::BucketMadeAnew { bucket } => (
                format!(
                    "delivers to the bucket {bucket}, which is deleted and made anew: it may not let CloudTrail write"
                ),
                None,
            ),
        };
        let code = Code::Fault(fault.kind.code());
        let name = self.recorders.name(&fault.trail);
        let mut finding = Finding::new(code, fault.kind.conclusion(), name, is);
        finding.arn = Some(fault.trail.clone());
        finding.fix = fix;
        self.put(&mut finding, Some(fault.resource));
        finding
    }

    fn copies(&self, copies: &PaidCopies) -> Finding {
        let names: Vec<String> = copies.recorders.iter().map(|arn| self.recorders.name(arn)).collect();
        let what = crate::quantity::quantity(copies.resources, ("resource", "resources"));
        let is = format!(
            "record the same invocations of {what} after this change: each copy beyond the first is paid"
        );
        Finding::new(Code::PaidCopies, Conclusion::Nothing, names.join(" and "), is)
    }

    /// The resource of the file that it is about.
    fn put(&self, finding: &mut Finding, resource: Option<usize>) {
        let Some(resource) = resource else { return };
        finding.address = self.check.address(resource).map(str::to_owned);
        finding.at = self.check.at(resource);
    }
}

/// `alone`: no inventory says how things are today.
fn control(id: &str, before: Status, after: Status, conclusion: Conclusion, alone: bool) -> Finding {
    let word = |status: Status| match status {
        Status::Pass => "passes",
        Status::Fail => "fails",
        Status::Undetermined => "is undetermined",
        Status::NotApplicable => "does not apply",
    };
    let code = if after == Status::Fail { Code::ControlFails } else { Code::ControlUndetermined };
    let today = if alone { "before it, by the file alone, it" } else { "today it" };
    let is = format!("{} after this change; {today} {}", word(after), word(before));
    Finding { noun: ("control", "controls"), ..Finding::new(code, conclusion, id, is) }
}

/// What becomes of a verdict, as the end of a sentence.
fn becomes(before: State, after: State, is_there: bool) -> String {
    let (is, no_longer) = if is_there { ("is", "is no longer") } else { ("will be", "will no longer be") };
    let not = if is_there { "is not" } else { "will not be" };
    match (before, after) {
        (State::Undetermined, State::NotRecorded) => format!("{not} recorded; today nobody can tell"),
        (State::Undetermined, State::PartiallyRecorded) => {
            format!("{not} recorded in full; today nobody can tell")
        }
        (_, State::NotRecorded) => format!("{no_longer} recorded"),
        (_, State::PartiallyRecorded) => format!("{no_longer} recorded in full"),
        (State::PartiallyRecorded | State::NotRecorded, State::Undetermined) if is_there => {
            "is not recorded in full today; nobody can tell whether that changes".to_owned()
        }
        (State::PartiallyRecorded | State::NotRecorded, State::Undetermined) => {
            "would not be recorded in full today; nobody can tell whether that changes".to_owned()
        }
        (_, State::Undetermined) => format!("{no_longer} certainly recorded"),
        (_, State::Recorded) => format!("{is} recorded"),
    }
}

const fn nouns(kind: cloudtrail::resource::ResourceType) -> (&'static str, &'static str) {
    use cloudtrail::resource::ResourceType;
    match kind {
        ResourceType::Function => ("function", "functions"),
        ResourceType::WebFunction => ("web function", "web functions"),
        ResourceType::MicrovmImage => ("MicroVM image", "MicroVM images"),
    }
}
