//! What the documents share: the answer, counts by place, and the resource that a finding's witness is about.

use super::quantity::{grouped, quantity};
use audit::answer::{Answer, Conclusion};
use audit::controls::is_about_invocations;
use audit::finding::{Audit, ControlResult, Finding, PlaceAudit, Proof, Status, Summary};
use audit::inventory::{GapKind, OptIn};
use cloudtrail::recorder::Seen;
use cloudtrail::resource::ResourceType;
use std::collections::BTreeSet;

/// The answer in one sentence: what is so of invocations, and which other required control decides the answer; and in a second one
/// which Regions alone were looked at, where the question was about some.
pub(super) fn headline(audit: &Audit<'_>) -> String {
    let answer = answer_sentence(audit);
    match audit.inventory.regions_asked.as_deref().filter(|asked| leaves_out(audit, asked)) {
        None | Some([]) => answer,
        Some([one]) => format!("{answer} Only {one} was audited."),
        Some([most @ .., last]) if most.len() < 4 => {
            format!("{answer} Only {} and {last} were audited.", most.join(", "))
        }
        Some(many) => format!("{answer} Only {} Regions were audited.", grouped(many.len())),
    }
}

/// True iff an account has, or may have, another Region than those that were asked about.
fn leaves_out(audit: &Audit<'_>, asked: &[String]) -> bool {
    let mut audited = audit.inventory.accounts.iter().filter(|account| account.audited);
    audited.any(|account| match &account.regions {
        Seen::Known(regions) => {
            regions.iter().any(|(region, state)| *state != OptIn::Disabled && !asked.contains(region))
        }
        Seen::Unread(_) => true,
    })
}

fn answer_sentence(audit: &Audit<'_>) -> String {
    let told = of_invocations(audit);
    let said = told.strip_suffix('.').unwrap_or(&told);
    let names = |controls: &[&ControlResult]| {
        controls.iter().map(|control| control.id).collect::<Vec<_>>().join(", ")
    };
    match (audit.answer(), audit.about_invocations()) {
        (Answer::No(failing), Conclusion::Yes | Conclusion::Undetermined) => match failing.len() {
            1 => format!("{said}, but a required control fails: {}.", names(&failing)),
            _ => format!("{said}, but required controls fail: {}.", names(&failing)),
        },
        (Answer::Undetermined(open), Conclusion::Yes) => match open.len() {
            1 => format!("{said}, but it is not known whether a required control passes: {}.", names(&open)),
            _ => format!("{said}, but it is not known whether required controls pass: {}.", names(&open)),
        },
        _ => told,
    }
}

/// True iff there may be more resources than were listed.
fn not_all_listed(audit: &Audit<'_>) -> bool {
    audit.places.iter().any(|place| !listing_gaps(place).is_empty())
}

/// Resources of one type by verdict, and how many that are not fully recorded are excused.
pub(super) struct Tally {
    pub(super) kind: ResourceType,
    pub(super) summary: Summary,
    excused: usize,
}

impl Tally {
    fn escaping(&self) -> usize {
        (self.summary.partially_recorded + self.summary.not_recorded).saturating_sub(self.excused)
    }

    pub(super) fn quantity(&self, n: usize) -> String {
        quantity(n, (self.kind.noun(), &format!("{}s", self.kind.noun())))
    }
}

/// One for each type of which there are any.
pub(super) fn tallies(audit: &Audit<'_>) -> Vec<Tally> {
    let held = || audit.accepted.iter().filter(|one| one.holds);
    let excused = |kind: ResourceType| -> usize {
        let others = held().flat_map(|one| &one.others).filter(|one| one.plane == kind as usize);
        match kind {
            ResourceType::Function => held().map(|one| one.functions.len()).sum(),
            _ => others.count(),
        }
    };
    let of = |kind: ResourceType| {
        let rows = (0..audit.places.len()).flat_map(|place| audit.at_home(place, kind));
        let mut summary = Summary::default();
        rows.for_each(|(home, _)| summary.count(audit.state(home)));
        Tally { kind, summary, excused: excused(kind) }
    };
    ResourceType::ALL.into_iter().map(of).filter(|tally| tally.summary.resources > 0).collect()
}

/// `a`, `a and b`, `a, b and c`
fn joined(parts: &[String]) -> String {
    match parts {
        [] => String::new(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}

/// How many there are by verdict, each type for itself: the line below the headline.
pub(super) fn counts(audit: &Audit<'_>) -> String {
    let tallies = tallies(audit);
    if tallies.is_empty() {
        return format!(
            "0 functions in {}.",
            quantity(audit.places.len(), super::recorder_sentences::PLACES)
        );
    }
    let told = tallies.iter().map(|tally| {
        let by = [
            (tally.summary.recorded, "recorded"),
            (tally.summary.partially_recorded, "partial"),
            (tally.summary.not_recorded, "not recorded"),
            (tally.summary.undetermined, "undetermined"),
        ];
        let by: Vec<String> =
            by.iter().filter(|(n, _)| *n > 0).map(|(n, word)| format!("{} {word}", grouped(*n))).collect();
        format!("{}: {}.", tally.quantity(tally.summary.resources), by.join(", "))
    });
    told.collect::<Vec<_>>().join(" ")
}

/// `5 of 14 functions and 1 of 1 web function`, where the count of a type is above zero.
fn of_all(tallies: &[Tally], n: impl Fn(&Tally) -> usize) -> String {
    let some = tallies.iter().filter(|tally| n(tally) > 0);
    let told: Vec<String> = some
        .map(|tally| format!("{} of {}", grouped(n(tally)), tally.quantity(tally.summary.resources)))
        .collect();
    joined(&told)
}

/// What AWS did not let us see, in a few words.
fn unread(audit: &Audit<'_>) -> String {
    let refused = audit.gaps.iter().filter(|gap| gap.kind == GapKind::Refused).count();
    let open = audit.gaps.iter().filter(|gap| gap.kind == GapKind::AfterApply).count();
    let all = audit.gaps.iter().filter(|gap| gap.kind != GapKind::NotOffered).count();
    match (refused, all) {
        (0, n) if n > 0 && n == open => {
            format!("{} known only after apply (see Gaps)", quantity(n, ("thing is", "things are")))
        }
        (0, 0) => "not everything could be decided".to_owned(),
        (0, n) => format!("{} could not be read (see Gaps)", quantity(n, ("thing", "things"))),
        (n, _) => format!("AWS refused {} (see Gaps)", quantity(n, ("call", "calls"))),
    }
}

/// The answer about invocations in one sentence.
fn of_invocations(audit: &Audit<'_>) -> String {
    let unlisted = not_all_listed(audit);
    let summary = &audit.summary;
    let tallies = tallies(audit);
    let excused: usize = tallies.iter().map(|tally| tally.excused).sum();
    let escaping: usize = tallies.iter().map(Tally::escaping).sum();
    let counted: Vec<String> = tallies.iter().map(|tally| tally.quantity(tally.summary.resources)).collect();
    let under = quantity(excused, noun_of_excused(&tallies));
    let some = tallies.iter().filter(|tally| tally.summary.recorded > 0);
    let recorded: Vec<String> = some.map(|tally| tally.quantity(tally.summary.recorded)).collect();
    let listed = if unlisted { " that could be listed" } else { "" };
    let all = format!("{}{listed}", joined(&counted));
    match audit.about_invocations() {
        Conclusion::Nothing => "There is nothing to audit, because no account and Region was looked at.".to_owned(),
        Conclusion::Yes if accepts_new(audit) => {
            let some = if excused > 0 { format!("{under} and ") } else { String::new() };
            format!("Every invocation is recorded, except {some}new functions under accepted exceptions.")
        }
        Conclusion::Yes if summary.resources == 0 && unlisted => {
            "Not every function could be listed, but every invocation of any, listed or not, is recorded.".to_owned()
        }
        Conclusion::Yes if summary.resources == 0 => {
            "There is no Lambda function yet. Every invocation of new functions will be recorded.".to_owned()
        }
        Conclusion::Yes if excused > 0 => {
            let of = if recorded.is_empty() { String::new() } else { format!("{} and of ", joined(&recorded)) };
            format!("Every invocation of {of}new functions is recorded, except {under} under accepted exceptions.")
        }
        Conclusion::Yes => {
            let each = if summary.resources == 1 { all } else { format!("all {all}") };
            let others = if unlisted { "any other function" } else { "new functions" };
            format!("Every invocation of {each} and of {others} is recorded.")
        }
        Conclusion::No if escaping > 0 => {
            format!("Not every Lambda invocation is recorded: {}.", escapes(&tallies, escaping, excused, listed))
        }
        Conclusion::No if summary.resources == 0 && unlisted => {
            "Not every function could be listed, and not every invocation of one that was not would be recorded."
                .to_owned()
        }
        Conclusion::No if summary.resources == 0 => {
            "There is no Lambda function yet, but not every invocation of new functions would be recorded."
                .to_owned()
        }
        Conclusion::No if summary.undetermined == 0 && excused > 0 => {
            let are = match recorded.as_slice() {
                [] => "new functions would escape".to_owned(),
                some => format!("those of {} are, but not of all new functions", joined(some)),
            };
            format!(
                "Not every Lambda invocation is recorded: {are}; {under} {} under accepted exceptions.",
                if excused == 1 { "is" } else { "are" }
            )
        }
        Conclusion::No if summary.undetermined == 0 => format!(
            "Not every Lambda invocation is recorded: those of {all} are, but not of all new functions."
        ),
        Conclusion::No => {
            "Not every Lambda invocation is recorded: new functions would escape.".to_owned()
        }
        Conclusion::Undetermined => {
            let open = of_all(&tallies, |tally| tally.summary.undetermined);
            let under = (excused > 0).then_some(under.as_str());
            let are = are_recorded(summary.resources, under, &recorded, &all);
            unknown(audit, &open, listed, &are)
        }
    }
}

/// `5 of 14 functions escape, 1 of them under an accepted exception`: those under exceptions escape as well, and the counts below say so.
fn escapes(tallies: &[Tally], escaping: usize, excused: usize, listed: &str) -> String {
    let verb = if escaping + excused == 1 { "escapes" } else { "escape" };
    let told = of_all(tallies, |tally| tally.summary.partially_recorded + tally.summary.not_recorded);
    let under = match excused {
        0 => String::new(),
        1 => ", 1 of them under an accepted exception".to_owned(),
        n => format!(", {} of them under accepted exceptions", grouped(n)),
    };
    format!("{told}{listed} {verb}{under}")
}

/// What those under exceptions are called.
fn noun_of_excused(tallies: &[Tally]) -> (&'static str, &'static str) {
    let only_functions = tallies.iter().all(|one| one.kind == ResourceType::Function || one.excused == 0);
    if only_functions { ("function", "functions") } else { ("Lambda resource", "Lambda resources") }
}

/// True iff an exception accepts that new functions are not recorded.
fn accepts_new(audit: &Audit<'_>) -> bool {
    audit.places.iter().flat_map(|place| &place.planes).any(|plane| !plane.accepted_by.is_empty())
}

/// What is known of the functions where the whole answer is not; `under` is how many are under exceptions.
fn are_recorded(resources: usize, under: Option<&str>, recorded: &[String], all: &str) -> String {
    const NONE: &str = "none was seen that is not";
    match (resources, under, recorded) {
        (0, _, _) => NONE.to_owned(),
        (_, Some(under), []) => format!("{under} under accepted exceptions apart, {NONE}"),
        (_, Some(under), some) => {
            format!("the invocations of {} are, {under} under accepted exceptions apart", joined(some))
        }
        (1, None, _) => format!("the invocations of {all} are"),
        (_, None, _) => format!("the invocations of all {all} are"),
    }
}

/// The answer where it is not known: for `open` of all, or where `are` is known.
fn unknown(audit: &Audit<'_>, open: &str, listed: &str, are: &str) -> String {
    const HEAD: &str = "Cannot tell whether every Lambda invocation is recorded";
    let unread = unread(audit);
    match open {
        "" => format!("{HEAD}: {are}, but {unread}."),
        open => format!("{HEAD} for {open}{listed}: {unread}."),
    }
}

/// What the resources are called: functions, where there are no others.
pub(super) fn noun(audit: &Audit<'_>) -> (&'static str, &'static str) {
    let only_functions = audit
        .places
        .iter()
        .flat_map(|place| &place.planes)
        .all(|plane| plane.kind == ResourceType::Function || plane.rows.is_empty());
    if only_functions { ("function", "functions") } else { ("Lambda resource", "Lambda resources") }
}

/// The Regions looked at, ascending.
pub(super) fn regions<'a>(audit: &Audit<'a>) -> BTreeSet<&'a str> {
    audit.places.iter().map(|place| place.region).collect()
}

/// Why there may be more at a place than was seen, ascending.
pub(super) fn listing_gaps(place: &PlaceAudit<'_>) -> BTreeSet<usize> {
    place.planes.iter().flat_map(|plane| plane.gaps.iter().copied()).collect()
}

/// The ARN that a finding's witness should bear: that of its first resource at the place of the proof with that verdict,
/// else, where the proof is about any resource of a plane, one that may come to exist there.
pub(super) fn subject_arn(audit: &Audit<'_>, finding: &Finding, proof: Proof) -> Option<String> {
    let own = finding
        .resources
        .iter()
        .find(|one| one.place == proof.place && audit.row(**one).verdict == proof.verdict);
    if let Some(own) = own {
        return Some(audit.row(*own).arn.to_owned());
    }
    let verdict = &audit.verdicts[proof.verdict];
    let escape = verdict.escape.as_ref().or(verdict.possible.as_ref())?;
    let witness = escape.witness.resource.as_ref()?;
    let kind = ResourceType::parse(&witness.kind)?;
    let plane = audit.places[proof.place].planes.iter().position(|plane| plane.kind == kind)?;
    Some(audit.any_arn(proof.place, plane))
}

/// The ARN of one resource that the answer is not yes for: seen, or one that may come to exist.
pub(super) fn worst_arn(audit: &Audit<'_>) -> Option<String> {
    let controls = audit.every_control().filter(|control| is_about_invocations(control.id));
    let findings = controls.flat_map(|control| &control.findings).filter(|one| one.status != Status::Pass);
    let worst = findings.min_by_key(|finding| finding.status)?;
    subject_arn(audit, worst, worst.proof?)
}
