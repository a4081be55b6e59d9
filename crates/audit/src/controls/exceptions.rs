//! What accepted exceptions say in the control about functions: a warning while they hold, a fail once they ended.

use super::about_places;
use crate::code::{Code, Coded};
use crate::count::count;
use crate::exception::Accepted;
use crate::finding::{Audit, Finding, Status};
use crate::resource_ref::ResourceRef;
use cloudtrail::resource::ResourceType;
use std::collections::BTreeMap;

const FUNCTIONS: usize = ResourceType::Function as usize;
const RESTORE: &str = "record again with invoketrail restore, or declare a new exception";

/// How many functions are not recorded and excused.
pub(super) fn excused(audit: &Audit<'_>) -> usize {
    audit.accepted.iter().filter(|accepted| accepted.holds).map(|accepted| accepted.functions.len()).sum()
}

/// True iff the finding is about an exception that holds a `match`.
pub(super) fn is_by_match(audit: &Audit<'_>, finding: &Finding) -> bool {
    audit.exception_of(finding).is_some_and(|one| one.exception.matched.is_some())
}

/// One finding for each exception under which a resource of the type is not recorded.
pub(super) fn findings(audit: &Audit<'_>, plane: usize) -> Vec<Finding> {
    let all = audit.accepted.iter().enumerate().filter_map(|(at, accepted)| {
        let resources: Vec<ResourceRef> = match plane {
            FUNCTIONS => accepted.functions.clone(),
            _ => accepted.others.iter().filter(|one| one.plane == plane).copied().collect(),
        };
        (!resources.is_empty())
            .then(|| Finding { exception: Some(at), ..finding(accepted, plane, resources) })
    });
    all.collect()
}

fn finding(accepted: &Accepted<'_>, plane: usize, resources: Vec<ResourceRef>) -> Finding {
    let exception = accepted.exception;
    let n = resources.len();
    let (resource, are) = (count(n, ResourceType::ALL[plane].noun()), if n == 1 { "is" } else { "are" });
    let by_match = exception.matched.is_some();
    let (status, reason, help) = if accepted.holds {
        let reason = format!(
            "{resource} {are} not recorded under exception {}, accepted by {} until {}: {}",
            exception.id,
            exception.owner,
            exception.until,
            exception.why()
        );
        let until = &exception.until;
        (Status::Pass, Code::ExceptionHolds.says(reason), by_day(until))
    } else {
        let code = if exception.too_long.is_some() { Code::ExceptionTooLong } else { Code::ExceptionEnded };
        let reason = format!("{}, and {resource} {are} still not recorded", exception.why_not());
        let help = if by_match { "record again, or declare a new exception" } else { RESTORE };
        (Status::Fail, code.says(reason), Code::RestoreOrDeclare.says(help))
    };
    let places = resources.iter().map(|one| one.place).collect();
    let mut finding = Finding { places, resources, help: Some(help), ..about_places(status, reason) };
    finding.tidy();
    finding
}

fn by_day(until: &str) -> Coded {
    Code::RecordAgainByDay.says(format!("it ends on {until}: record again by then"))
}

/// What the `match` of exceptions accepts of new functions: one finding for each of them.
pub(super) fn of_new_functions(audit: &Audit<'_>) -> Vec<Finding> {
    let mut places: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (at, place) in audit.places.iter().enumerate() {
        for exception in &place.planes[FUNCTIONS].accepted_by {
            places.entry(*exception).or_default().push(at);
        }
    }
    let told = places.into_iter().map(|(at, places)| {
        let exception = audit.accepted[at].exception;
        let reason = format!(
            "new functions will not be recorded under exception {}, accepted by {} until {}: {}",
            exception.id,
            exception.owner,
            exception.until,
            exception.why()
        );
        let finding = about_places(Status::Pass, Code::ExceptionHolds.says(reason));
        Finding { places, exception: Some(at), help: Some(by_day(&exception.until)), ..finding }
    });
    told.collect()
}
