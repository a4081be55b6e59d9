//! What the documents share: the answer, counts by place, and the resource that a finding's witness is about.

use audit::answer::{Answer, Conclusion};
use audit::controls::is_about_invocations;
use audit::finding::{Audit, ControlResult, Finding, PlaceAudit, Proof, ResourceRef, Status};
use cloudtrail::resource::ResourceType;
use recording::State;
use std::collections::BTreeSet;

/// The answer in one sentence: what is so of invocations, and which other required control decides the answer.
pub(super) fn headline(audit: &Audit<'_>) -> String {
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

/// The answer about invocations in one sentence.
fn of_invocations(audit: &Audit<'_>) -> String {
    let unlisted = not_all_listed(audit);
    let summary = &audit.summary;
    let excused: usize = audit.accepted.iter().filter(|one| one.holds).map(|one| one.functions.len()).sum();
    let escaping = (summary.partially_recorded + summary.not_recorded).saturating_sub(excused);
    let nouns = noun(audit);
    let counted = quantity(summary.resources, nouns);
    let all = if unlisted { format!("{counted} that could be listed") } else { counted };
    match audit.about_invocations() {
        Conclusion::Nothing => "There is nothing to audit: no account and Region was looked at.".to_owned(),
        Conclusion::Yes if summary.resources == 0 && unlisted => {
            "Not every function could be listed, but every invocation of any, listed or not, is recorded.".to_owned()
        }
        Conclusion::Yes if summary.resources == 0 => {
            "There is no Lambda function yet, and every invocation of any that will be created is recorded.".to_owned()
        }
        Conclusion::Yes if excused > 0 => format!(
            "Every invocation of {} is recorded, and of any function that will be created, but for {} under accepted exceptions.",
            quantity(summary.recorded, nouns),
            quantity(excused, ("function", "functions"))
        ),
        Conclusion::Yes => {
            let each = if summary.resources == 1 { all } else { format!("all {all}") };
            let others = if unlisted { "any other function" } else { "any function that will be created" };
            format!("Every invocation of {each} is recorded, and of {others}.")
        }
        Conclusion::No if escaping > 0 => {
            let verb = if escaping == 1 { "escapes" } else { "escape" };
            let accounts = quantity(escaping_accounts(audit), ("account", "accounts"));
            format!("Not every Lambda invocation is recorded: {} of {all} {verb} in {accounts}.", grouped(escaping))
        }
        Conclusion::No if summary.resources == 0 && unlisted => {
            "Not every function could be listed, and not every invocation of one that was not would be recorded."
                .to_owned()
        }
        Conclusion::No if summary.resources == 0 => {
            "There is no Lambda function yet, but not every invocation of one created later would be recorded."
                .to_owned()
        }
        Conclusion::No if summary.undetermined == 0 => format!(
            "Not every Lambda invocation is recorded: those of {all} are, but not of every function created later."
        ),
        Conclusion::No => {
            "Not every Lambda invocation is recorded: functions created later would escape.".to_owned()
        }
        Conclusion::Undetermined if summary.undetermined > 0 => format!(
            "Cannot tell whether every Lambda invocation is recorded: a gap decides for {} of {all}.",
            grouped(summary.undetermined)
        ),
        Conclusion::Undetermined => format!(
            "Cannot tell whether every Lambda invocation is recorded: {} recorded, but a gap decides about others.",
            match summary.resources {
                0 => "none was seen that is not".to_owned(),
                1 => format!("the invocations of {all} are"),
                _ => format!("the invocations of all {all} are"),
            }
        ),
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

/// `1 function`, `1,000 functions`.
pub(super) fn quantity(n: usize, (one, many): (&str, &str)) -> String {
    format!("{} {}", grouped(n), if n == 1 { one } else { many })
}

/// `1,234,567`
pub(super) fn grouped(n: usize) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

fn escapes(audit: &Audit<'_>, verdict: usize) -> bool {
    matches!(audit.verdicts[verdict].state, State::PartiallyRecorded | State::NotRecorded)
}

fn escaping_accounts(audit: &Audit<'_>) -> usize {
    let with = audit.places.iter().filter(|place| {
        place.planes.iter().flat_map(|plane| &plane.rows).any(|row| escapes(audit, row.verdict))
    });
    with.map(|place| place.account).collect::<BTreeSet<_>>().len()
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
    let controls = audit.controls.iter().filter(|control| is_about_invocations(control.id));
    let findings = controls.flat_map(|control| &control.findings).filter(|one| one.status != Status::Pass);
    let worst = findings.min_by_key(|finding| finding.status)?;
    subject_arn(audit, worst, worst.proof?)
}

/// One argument of a shell command: quoted where it has to be. What would act on a terminal is written as its bytes in `$'...'`, which
/// bash, zsh and ksh read back, so that a command may be shown, copied and run.
#[must_use]
pub fn shell(argument: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./:=@+".contains(&byte);
    if !argument.is_empty() && argument.bytes().all(plain) {
        return argument.to_owned();
    }
    if !argument.chars().any(text::visible::acts) {
        return format!("'{}'", argument.replace('\'', "'\\''"));
    }
    let mut quoted = String::from("$'");
    for character in argument.chars() {
        match character {
            '\'' | '\\' => quoted.extend(['\\', character]),
            '\n' => quoted.push_str("\\n"),
            acting if text::visible::acts(acting) => {
                // Three digits, so that no digit behind them is taken for a fourth.
                acting
                    .encode_utf8(&mut [0; 4])
                    .bytes()
                    .for_each(|byte| quoted.push_str(&format!("\\{byte:03o}")));
            }
            shown => quoted.push(shown),
        }
    }
    quoted.push('\'');
    quoted
}

/// Every place where the resource of that unqualified ARN was judged: one, but for web functions, which are judged in
/// each Region that serves them.
#[must_use]
pub fn find_resource(audit: &Audit<'_>, arn: &str) -> Vec<ResourceRef> {
    let mut found = Vec::new();
    for (place, of) in audit.places.iter().enumerate() {
        for (plane, of) in of.planes.iter().enumerate() {
            let rows = of.rows.iter().enumerate().filter(|(_, row)| row.arn == arn);
            found.extend(rows.map(|(row, _)| ResourceRef { place, plane, row }));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::{grouped, quantity};

    #[test]
    fn numbers_are_grouped_by_threes() {
        for (n, wanted) in [(0, "0"), (999, "999"), (1000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(grouped(n), wanted);
        }
        assert_eq!(quantity(1, ("function", "functions")), "1 function");
        assert_eq!(quantity(2, ("function", "functions")), "2 functions");
    }
}
