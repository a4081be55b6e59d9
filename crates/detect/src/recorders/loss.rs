//! What a change stopped recording, decided over all recorders that are known at that moment.

use super::gap::Gap;
use super::judged::{Judged, Kind, Loss};
use super::state::{Recorder, Step};
use crate::arn::{account_of, region_of};
use crate::change::Change;
use crate::grouped::Grouped;
use cloudtrail::arn::partition_of;
use cloudtrail::event::Event;
use cloudtrail::resource::ResourceType;
use cloudtrail::selector::Selector;
use cloudtrail::time::{DAY_MILLIS, MINUTE_MILLIS};
use recording::{
    Candidate, Decider, Inclusion, State, Subject, decide, decide_space, included, management_events,
};
use std::collections::BTreeSet;

/// Places beyond these are not looked at: enough to tell what is lost.
const PLACES: usize = 400;
/// Days before a change in which calls show that they were recorded.
const SHOWN: i64 = 14;

impl Step<'_> {
    /// See [`Judged`].
    #[must_use]
    pub fn judged(&self, view: &Grouped<'_>, later: &[Step<'_>]) -> Judged {
        let before = self.before.get(&self.recorder);
        let after = self.after.get(&self.recorder);
        let mut judged = Judged {
            recorder: self.recorder.clone(),
            narrows: narrows(before.map(|one| &**one), after.map(|one| &**one)),
            ..Judged::default()
        };
        if !judged.narrows {
            return judged;
        }
        for kind in [Kind::Invocations, Kind::Management, Kind::Other] {
            let mut losses: Vec<Loss> = Vec::new();
            for (account, region) in self.places(view, before.map(|one| &**one)) {
                let place = Place { step: self, view, account: &account, region: &region };
                let Some(loss) = place.lost(kind) else { continue };
                let same = losses.iter_mut().find(|one| one.known == loss.known);
                match same {
                    Some(one) => {
                        one.places.extend(loss.places);
                        one.functions.extend(loss.functions);
                    }
                    None => losses.push(loss),
                }
            }
            judged.losses.extend(losses);
        }
        for loss in &mut judged.losses {
            let gap = Gap::after(self, loss, later);
            loss.counted = gap.counted(view, &loss.functions, self.change.time);
            loss.until = gap.until;
        }
        if judged.losses.is_empty() {
            judged.covered_by = super::cover::covered_by(self).unwrap_or_default();
        }
        judged
    }

    /// Places where functions are seen that the recorder may reach, its home among them.
    fn places(&self, view: &Grouped<'_>, before: Option<&Recorder>) -> BTreeSet<(String, String)> {
        let home = (account_of(&self.recorder).to_owned(), region_of(&self.recorder).to_owned());
        let seen = view
            .places()
            .into_iter()
            .filter(|(account, region)| before.is_none_or(|one| one.reaches(account, region) != Some(false)));
        seen.chain([home]).take(PLACES).collect()
    }
}

/// True iff the recorder may record less than before.
fn narrows(before: Option<&Recorder>, after: Option<&Recorder>) -> bool {
    let Some(after) = after else { return true };
    let Some(before) = before else {
        // A recorder that was not known: only what stops or selects can narrow.
        return after.active == Some(false) || after.selectors.is_some();
    };
    let off = |before: Option<bool>, after: Option<bool>| before != Some(false) && after == Some(false);
    if off(before.active, after.active)
        || off(before.multi_region, after.multi_region)
        || off(before.organization, after.organization)
    {
        return true;
    }
    match (&before.selectors, &after.selectors) {
        (Some(one), Some(other)) => !matches!(included(&one.list, &other.list), Inclusion::Included),
        (None, Some(_)) => true,
        (Some(_), None) => true,
        (None, None) => false,
    }
}

/// One place of a step.
struct Place<'s, 'f> {
    step: &'s Step<'f>,
    view: &'s Grouped<'f>,
    account: &'s str,
    region: &'s str,
}

impl Loss {
    /// What is lost, of what, and until when: a sentence.
    #[must_use]
    pub fn sentence(&self) -> String {
        let names: Vec<&str> = self.functions.iter().map(|arn| crate::arn::name_of(arn)).collect();
        let of = if names.is_empty() { String::new() } else { format!(" of {}", few(&names)) };
        let places: Vec<String> =
            self.places.iter().map(|(account, region)| format!("{region} of {account}")).collect();
        let places = few(&places.iter().map(String::as_str).collect::<Vec<_>>());
        let (noun, witness) = (self.kind.noun(), &self.witness);
        let verb = if self.known {
            "are not recorded any more"
        } else {
            "left records until then, and it is unknown whether anything else records them"
        };
        let until = match &self.until {
            Some((at, call)) => format!(", until {call} at {}", logs::text_of(*at)),
            None => String::new(),
        };
        let counted = match self.counted {
            Some(count) => format!(" CloudWatch counts {count} invocations in that time."),
            None => String::new(),
        };
        let unread = match &self.unread {
            Some(name) => format!(" It is not known whether {name} recorded until then."),
            None => String::new(),
        };
        format!("{noun}{of} in {places} {verb}{until}: for example {witness}.{unread}{counted}")
    }
}

/// The first of them, and how many more there are.
fn few(names: &[&str]) -> String {
    const SHOWN: usize = 3;
    let shown = names.iter().take(SHOWN).copied().collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(SHOWN) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

impl<'f> Place<'_, 'f> {
    /// What may have recorded before: more than is known, so that what is lost is rather said.
    fn before(&self) -> Vec<Candidate<'_>> {
        let all = self.step.before.values();
        all.filter_map(|one| one.candidate(self.account, self.region, true)).collect()
    }

    /// What records after. That another recorder does so has to be known; the recorder itself is as it was.
    fn after(&self) -> Vec<Candidate<'_>> {
        let all = self.step.after.iter();
        all.filter_map(|(arn, one)| one.candidate(self.account, self.region, *arn == self.step.recorder))
            .collect()
    }

    /// The name of the recorder, iff it is not known whether it recorded before.
    fn unread(&self) -> Option<String> {
        let before = self.step.before.get(&self.step.recorder).filter(|one| one.active.is_none());
        before.map(|one| crate::arn::name_of(&one.arn).to_owned())
    }

    fn any(&self) -> Subject<'_> {
        Subject::Any {
            kind: ResourceType::Function,
            partition: partition_of(self.region),
            account: self.account,
            region: self.region,
        }
    }

    fn lost(&self, kind: Kind) -> Option<Loss> {
        match kind {
            Kind::Invocations => self.invocations(),
            Kind::Management => self.management(),
            Kind::Other => self.other(),
        }
    }

    /// True iff a recorder that was there before, or is now, asks who calls: then the caller belongs to an example.
    fn looks_at_callers(&self) -> bool {
        let (before, after) = (self.before(), self.after());
        let selectors = before.iter().chain(&after).filter_map(|one| one.selectors).flatten();
        selectors.into_iter().any(Selector::looks_at_callers)
    }

    fn loss(&self, kind: Kind, witness: &Event, functions: BTreeSet<String>, known: bool) -> Loss {
        Loss {
            kind,
            places: [(self.account.to_owned(), self.region.to_owned())].into(),
            witness: worded(witness, self.region, self.looks_at_callers()),
            functions,
            known,
            unread: self.unread().filter(|_| known),
            until: None,
            counted: None,
        }
    }

    fn invocations(&self) -> Option<Loss> {
        let (before, after) = (self.before(), self.after());
        let now = decide(&after, self.any());
        if now.state == State::Recorded {
            return None;
        }
        let was = decide(&before, self.any());
        let mut then = Decider::new(ResourceType::Function, &before);
        let mut next = Decider::new(ResourceType::Function, &after);
        let mut functions = BTreeSet::new();
        let mut shown = BTreeSet::new();
        let mut witness = None;
        for function in self.functions() {
            let (one, other) = (then.class(function), next.class(function));
            let (was, is) = (then.verdict(one).state, next.verdict(other));
            if !matches!(is.state, State::NotRecorded | State::PartiallyRecorded) {
                continue;
            }
            let escape = is.escape.as_ref().map(|escape| escape.witness_for(function));
            match was {
                State::Recorded => {
                    witness = witness.or(escape);
                    functions.insert(function.to_owned());
                }
                State::Undetermined if self.was_recorded(function) => {
                    shown.insert(function.to_owned());
                }
                State::PartiallyRecorded if is.state == State::NotRecorded => {
                    witness = witness.or(escape);
                    functions.insert(function.to_owned());
                }
                _ => {}
            }
        }
        let escape = now.escape.as_ref().map(|escape| &escape.witness);
        let known = was.state == State::Recorded && is_no(now.state)
            || was.state == State::PartiallyRecorded && now.state == State::NotRecorded
            || !functions.is_empty();
        if known {
            return Some(self.loss(Kind::Invocations, witness.as_ref().or(escape)?, functions, true));
        }
        if !self.is_surely_reached() {
            return None;
        }
        // Calls that still leave records are recorded by a recorder that nobody told us of.
        shown.retain(|function| !self.is_recorded_still(function));
        if was.state != State::Undetermined || !is_no(now.state) || shown.is_empty() {
            return None;
        }
        let first = shown.first()?.clone();
        let class = next.class(&first);
        let named = next.verdict(class).escape.as_ref().map(|escape| escape.witness_for(&first));
        Some(self.loss(Kind::Invocations, named.as_ref().or(escape)?, shown, false))
    }

    /// True iff the recorder reaches the account for certain, and does not surely leave out the Region: of another account's records a
    /// recorder of unknown reach says nothing.
    fn is_surely_reached(&self) -> bool {
        let one =
            self.step.after.get(&self.step.recorder).or_else(|| self.step.before.get(&self.step.recorder));
        one.is_some_and(|one| {
            let own = account_of(&one.arn) == self.account || one.organization == Some(true);
            own && one.reaches(self.account, self.region) != Some(false)
        })
    }

    fn management(&self) -> Option<Loss> {
        let (before, after) = (self.before(), self.after());
        let space = [management_events()];
        let now = decide_space(&after, &space, "management events");
        let was = decide_space(&before, &space, "management events");
        let lost = was.state == State::Recorded && is_no(now.state)
            || was.state == State::PartiallyRecorded && now.state == State::NotRecorded;
        let escape = now.escape.as_ref().filter(|_| lost)?;
        Some(self.loss(Kind::Management, &escape.witness, BTreeSet::new(), true))
    }

    fn other(&self) -> Option<Loss> {
        // What may record after may record it.
        let of = |all: Vec<Candidate<'_>>, unsure: bool| -> Vec<Selector> {
            let here = all.iter().filter(|one| one.certain || unsure).filter_map(|one| one.selectors);
            here.flatten().cloned().collect()
        };
        let Inclusion::Lost { witness, .. } = included(&of(self.before(), false), &of(self.after(), true))
        else {
            return None;
        };
        let lambda = witness.resource.as_ref().is_some_and(|one| ResourceType::parse(&one.kind).is_some());
        let data = witness.category == "Data" && !lambda;
        data.then(|| self.loss(Kind::Other, &witness, BTreeSet::new(), true))
    }

    /// Functions that are seen at the place.
    fn functions(&self) -> impl Iterator<Item = &'f str> {
        let here = |arn: &&str| account_of(arn) == self.account && region_of(arn) == self.region;
        self.view.functions().filter(here)
    }

    /// True iff calls of the function left records just before.
    fn was_recorded(&self, function: &str) -> bool {
        let at = self.step.change.time;
        self.view
            .calls_of(function)
            .iter()
            .any(|call| call.time() < at && call.cell.last >= at - SHOWN * DAY_MILLIS)
    }

    /// True iff calls of the function leave records after it, before the next change of a recorder could have mended it.
    fn is_recorded_still(&self, function: &str) -> bool {
        const SETTLES: i64 = 15 * MINUTE_MILLIS;
        let at = self.step.change.time + SETTLES;
        let next = |change: &&Change| {
            change.source == "cloudtrail" && change.succeeded() && change.time > self.step.change.time
        };
        let next = self.view.changes().iter().copied().find(next).map_or(i64::MAX, |change| change.time);
        self.view.calls_of(function).iter().any(|call| {
            // Of the calls of a day the first and the last are known by their moment.
            [call.time(), call.cell.last].iter().any(|time| *time > at && *time < next)
        })
    }
}

const fn is_no(state: State) -> bool {
    matches!(state, State::NotRecorded | State::PartiallyRecorded)
}

/// `Invoke of arn:... in eu-west-1, by any caller`: who calls is said where a selector looks at it.
fn worded(event: &Event, region: &str, looked_at: bool) -> String {
    let what = match &event.resource {
        Some(resource) => resource.arn.clone(),
        None => format!("{} ({})", event.source, if event.read_only { "a read" } else { "a write" }),
    };
    let by = match &event.user_identity_arn {
        _ if !looked_at => ", by any caller".to_owned(),
        Some(who) => format!(" by {who}"),
        None => String::new(),
    };
    format!("{} of {what} in {region}{by}", event.name)
}
