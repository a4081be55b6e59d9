//! Verdicts, witnesses and selectors in plain words, before anything is escaped for where they are shown.

use super::view::quantity;
use audit::finding::{Audit, Finding, PlaceAudit, SilentReason};
use audit::inventory::{Account, Gap};
use cloudtrail::event::{Event, Field};
use cloudtrail::resource::ResourceType;
use cloudtrail::selector::{AdvancedSelector, BasicSelector, Operator, ReadWrite, Selector};
use recording::{Escape, State, Why};
use std::collections::{BTreeMap, BTreeSet};

/// The word for a verdict in a sentence or a table.
pub(super) const fn state(state: State) -> &'static str {
    match state {
        State::Recorded => "recorded",
        State::PartiallyRecorded => "partial",
        State::NotRecorded => "not recorded",
        State::Undetermined => "undetermined",
    }
}

/// An account of the organization that is not active.
#[derive(Clone, Copy, Debug)]
pub(super) struct Inactive<'a> {
    pub(super) account: &'a Account,
    /// As AWS Organizations calls it.
    pub(super) state: &'a str,
    pub(super) meaning: &'static str,
}

/// Every account of the organization that is not active, with what that means for the audit.
pub(super) fn inactive<'a>(audit: &Audit<'a>) -> Vec<Inactive<'a>> {
    let accounts = &audit.inventory.accounts;
    let known = accounts.iter().filter_map(|account| account.organization.known()?.as_ref());
    let managers: BTreeSet<&str> = known.map(|one| one.management_account.as_str()).collect();
    let manages = |id: &str| managers.contains(id);
    let inactive = accounts.iter().filter_map(|account| {
        let state = account.state.as_deref().filter(|state| *state != "ACTIVE")?;
        let meaning = match (account.audited, manages(&account.id)) {
            (true, _) => "It was audited like any other, as far as AWS let it be read.",
            (false, true) => {
                "It was not audited, because nobody can work in it. It manages the organization, and its event data \
                 stores, which may record every account, could not be looked at."
            }
            (false, false) if account.organization.known().is_none() => {
                "It was not audited, because nobody can work in it: neither its functions nor its recorders were \
                 looked at. Its trails go on. Its organization is unknown, so its recorders may record other accounts too."
            }
            (false, false) => {
                "It was not audited, because nobody can work in it: neither its functions nor its recorders were \
                 looked at. Its trails go on. They record no other account, because only the management account owns \
                 recorders that do."
            }
        };
        Some(Inactive { account, state, meaning })
    });
    inactive.collect()
}

/// The name in an ARN of a Lambda resource; the whole text where it is none.
pub(super) fn name(arn: &str) -> &str {
    match cloudtrail::resource::unqualified(arn) {
        Some((kind, arn)) => arn.split_once(kind.arn_infix()).map_or(arn, |(_, name)| name),
        None => arn,
    }
}

/// The sentence with a capital and a full stop.
pub(super) fn sentence(text: &str) -> String {
    let mut characters = text.chars();
    let first: String = characters.next().into_iter().flat_map(char::to_uppercase).collect();
    let end = if text.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{first}{}{end}", characters.as_str())
}

/// `Invoke of function orders in us-east-1 by arn:aws:iam::...`
pub(super) fn witness(event: &Event, arn: Option<&str>, region: &str) -> String {
    let what = match &event.resource {
        Some(resource) => {
            let noun = ResourceType::parse(&resource.kind).map_or(resource.kind.as_str(), |kind| kind.noun());
            format!("{noun} {}", name(arn.unwrap_or(&resource.arn)))
        }
        None => {
            format!("{} (a {})", event.source, if event.read_only { "read" } else { "write" })
        }
    };
    let by = match &event.user_identity_arn {
        Some(principal) => format!("by {principal}"),
        None => "by a caller without a principal ARN, such as an AWS service".to_owned(),
    };
    let console = if event.session_credential_from_console { ", in a console session" } else { "" };
    format!("{} of {what} in {region} {by}{console}", event.name)
}

/// What each recorder did with the witness, one line for each: those at the place first, then those that would record but
/// for a fault of their own. Recorders that were never meant for the place are left to the explanation.
pub(super) fn turned_away(audit: &Audit<'_>, place: &PlaceAudit<'_>, escape: &Escape) -> Vec<String> {
    let mut deeds: BTreeMap<usize, BTreeMap<String, Vec<usize>>> = BTreeMap::new();
    for by in &escape.turned_away {
        let of = deeds.entry(by.by.candidate).or_default();
        of.entry(why(&by.why)).or_default().push(by.by.selector);
    }
    let mut told: Vec<String> = deeds
        .into_iter()
        .map(|(candidate, deeds)| {
            let recorder = place.candidates.get(candidate).and_then(|one| one.recorder);
            match recorder.map(|at| &audit.inventory.recorders[at]) {
                Some(recorder) => format!("{} {}: {}", recorder.kind, recorder.name, what_it_did(&deeds)),
                None => "there may be recorders that could not be listed".to_owned(),
            }
        })
        .collect();
    told.extend(place.silent.iter().filter(|silent| is_a_fault(&silent.reason)).map(|silent| {
        let recorder = &audit.inventory.recorders[silent.recorder];
        format!("{} {} records nothing here: {}", recorder.kind, recorder.name, silent.reason)
    }));
    told
}

/// `turned away by eventCategory Equals (selector 0), resources.ARN Equals (selectors 1 and 2)`
fn what_it_did(deeds: &BTreeMap<String, Vec<usize>>) -> String {
    let mut told = String::new();
    let mut turned_away = false;
    for (why, selectors) in deeds {
        let field = why.strip_prefix(TURNED_AWAY_BY);
        told.push_str(match (told.is_empty(), turned_away && field.is_some()) {
            (true, _) => "",
            (false, true) => ", ",
            (false, false) => "; ",
        });
        told.push_str(if turned_away { field.unwrap_or(why) } else { why });
        turned_away = field.is_some();
        if why != UNREAD {
            told.push_str(&format!(" ({})", numbers("selector", selectors)));
        }
    }
    told
}

/// True iff the recorder was meant for the place and fails it, rather than for another Region or account.
fn is_a_fault(reason: &SilentReason) -> bool {
    match reason {
        SilentReason::NotLogging
        | SilentReason::CannotDeliver(_)
        | SilentReason::HomeRegionNotEnabled(_)
        | SilentReason::Idle(_)
        | SilentReason::NotCounted => true,
        SilentReason::OtherRegion(_)
        | SilentReason::OtherAccount(_)
        | SilentReason::NotHere
        | SilentReason::Compensating(_) => false,
    }
}

const TURNED_AWAY_BY: &str = "turned away by ";

const UNREAD: &str = "its selectors could not be read";

/// What a selector did with a witness.
pub(super) fn why(why: &Why) -> String {
    match why {
        Why::Field(field) => format!("{TURNED_AWAY_BY}{field}"),
        Why::Doubt(doubt) => format!("not understood: {doubt}"),
        Why::Uncertain => "admits it, but it is not known whether the recorder records here".to_owned(),
        Why::Unread => UNREAD.to_owned(),
    }
}

/// `selector 2`, `selectors 0, 2 and 4`.
fn numbers(noun: &str, numbers: &[usize]) -> String {
    match numbers {
        [one] => format!("{noun} {one}"),
        [] => noun.to_owned(),
        [most @ .., last] => {
            let most: Vec<String> = most.iter().map(ToString::to_string).collect();
            format!("{noun}s {} and {last}", most.join(", "))
        }
    }
}

/// `orders, billing and 498 more functions`: what a finding is about.
pub(super) fn resources(audit: &Audit<'_>, finding: &Finding) -> Option<String> {
    const NAMED: usize = 3;
    let first = finding.resources.first()?;
    let kind = ResourceType::ALL.get(first.plane).map_or("resource", |kind| kind.noun());
    let many = format!("{kind}s");
    let mut names: Vec<&str> =
        finding.resources.iter().take(NAMED).map(|one| name(audit.row(*one).arn)).collect();
    let count = quantity(finding.resources.len(), (kind, &many));
    let more = finding.resources.len().saturating_sub(NAMED);
    let names = match (names.pop(), more) {
        (Some(last), 0) if names.is_empty() => last.to_owned(),
        (Some(last), 0) => format!("{} and {last}", names.join(", ")),
        (Some(last), _) => format!("{}, {last} and {} more", names.join(", "), super::view::grouped(more)),
        (None, _) => String::new(),
    };
    Some(format!("{count}: {names}"))
}

/// `111122223333 us-east-1`, or the first of several places and how many more there are.
pub(super) fn places(audit: &Audit<'_>, places: &[usize]) -> Option<String> {
    let first = audit.places.get(*places.first()?)?;
    let more = match places.len() - 1 {
        0 => String::new(),
        n => format!(" and {} more", super::view::grouped(n)),
    };
    Some(format!("{} {}{more}", first.account, first.region))
}

/// Gaps that share call, kind and error, told once: how many, and what they are about.
pub(super) struct GapGroup<'a> {
    /// One of them.
    pub(super) gap: &'a Gap,
    /// All of them.
    pub(super) count: usize,
    /// What the first few are about.
    pub(super) about: Vec<String>,
}

/// The gaps grouped, the largest group first.
pub(super) fn gap_groups<'a>(gaps: impl IntoIterator<Item = &'a Gap>) -> Vec<GapGroup<'a>> {
    const NAMED: usize = 3;
    let mut groups: BTreeMap<(&str, &str, &str), GapGroup<'a>> = BTreeMap::new();
    for gap in gaps {
        let key = (gap.call.as_str(), gap.kind.as_str(), gap.error.as_str());
        let group = groups.entry(key).or_insert_with(|| GapGroup { gap, count: 0, about: Vec::new() });
        group.count += 1;
        let parts = [gap.account.as_deref(), gap.region.as_deref(), gap.subject.as_deref()];
        let about: Vec<&str> = parts.into_iter().flatten().collect();
        if group.about.len() < NAMED && !about.is_empty() {
            group.about.push(about.join(" "));
        }
    }
    let mut groups: Vec<GapGroup<'a>> = groups.into_values().collect();
    groups.sort_by_key(|group| std::cmp::Reverse(group.count));
    groups
}

/// What a selector admits, in words.
pub(super) fn admits(selector: &Selector) -> String {
    match selector {
        Selector::Basic(basic) => basic_admits(basic),
        Selector::Advanced(advanced) => advanced_admits(advanced),
    }
}

fn basic_admits(selector: &BasicSelector) -> String {
    let calls = match selector.read_write {
        ReadWrite::All => "read and write",
        ReadWrite::ReadOnly => "read only, and invoking is a write",
        ReadWrite::WriteOnly => "write only",
    };
    let mut parts = Vec::new();
    if selector.include_management {
        let except = match selector.exclude_management_sources.as_slice() {
            [] => String::new(),
            sources => format!(" except of {}", sources.join(", ")),
        };
        parts.push(format!("management events{except}"));
    }
    for entry in &selector.data_resources {
        let which = match entry.values.as_slice() {
            [] => "with no values, which is none".to_owned(),
            [one] if cloudtrail::basic_value(&entry.kind, one).0 == Operator::StartsWith => {
                format!("whose ARN starts with {}", cloudtrail::basic_value(&entry.kind, one).1)
            }
            [one] => format!("with the ARN {one}"),
            values => format!("that match one of {}", quantity(values.len(), ("value", "values"))),
        };
        parts.push(format!("data events of {} {which}", entry.kind));
    }
    if parts.is_empty() {
        return "nothing: neither management events nor data events".to_owned();
    }
    format!("{} ({calls})", parts.join("; "))
}

fn advanced_admits(selector: &AdvancedSelector) -> String {
    let category = match selector.condition(Field::EventCategory).map(|one| one.equals.as_slice()) {
        Some([only]) => format!("{only} events"),
        _ => "events".to_owned(),
    };
    let conditions: Vec<String> = selector
        .fields
        .iter()
        .filter(|one| one.field != Field::EventCategory)
        .flat_map(|one| {
            let used =
                Operator::ALL.into_iter().filter(|operator| !one.condition.values(*operator).is_empty());
            used.map(|operator| match one.condition.values(operator) {
                [only] => format!("{} {operator} {only}", one.field),
                values => {
                    format!("{} {operator} ({})", one.field, quantity(values.len(), ("value", "values")))
                }
            })
        })
        .collect();
    if conditions.is_empty() {
        format!("all {category}")
    } else {
        format!("{category} where {}", conditions.join(", "))
    }
}
