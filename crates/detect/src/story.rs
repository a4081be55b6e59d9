//! Findings that belong together, told in order of time: what an analyst reads instead of a thousand lines.

use crate::finding::{Finding, Severity};
use cloudtrail::time::DAY_MILLIS;
use std::collections::BTreeMap;

/// Milliseconds between two findings of one story, at most.
pub const WINDOW: i64 = DAY_MILLIS;

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Story {
    /// The same for the same story in every run that knows its first finding.
    pub id: String,
    /// That of its worst finding.
    pub severity: Severity,
    /// When it began: milliseconds since 1970.
    pub time: i64,
    /// When the last of it was.
    pub until: i64,
    /// Who is in it, in order of name.
    pub principals: Vec<String>,
    /// Which functions are in it, in order of name.
    pub functions: Vec<String>,
    /// Positions among the findings, in order of time.
    pub findings: Vec<usize>,
}

/// What two findings have in common, where they belong together.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Link<'f> {
    Principal(&'f str),
    Function(&'f str),
}

/// The stories of findings that stand in order of time, the worst first, of equals the earliest first. Each finding is in one.
///
/// Two findings are of one story iff a chain of findings leads from one to the other, each with the next of the same principal or about
/// the same function, and begun no later than `window` milliseconds after all before it in the chain ended. A service is no principal.
#[must_use]
pub fn stories(findings: &[Finding], window: i64) -> Vec<Story> {
    let mut groups: Vec<Option<Group>> = Vec::new();
    let mut last: BTreeMap<Link<'_>, usize> = BTreeMap::new();
    for (at, finding) in findings.iter().enumerate() {
        let mut group = Group { until: finding.until, findings: vec![at] };
        let links = links(finding);
        for link in &links {
            let Some(known) = last.get(link).copied() else { continue };
            let fits = groups
                .get(known)
                .and_then(Option::as_ref)
                .is_some_and(|other| finding.time <= other.until.saturating_add(window));
            if let Some(other) = groups.get_mut(known).filter(|_| fits).and_then(Option::take) {
                group.until = group.until.max(other.until);
                group.findings.extend(other.findings);
            }
        }
        group.findings.sort_unstable();
        let number = groups.len();
        for member in &group.findings {
            if let Some(member) = findings.get(*member) {
                last.extend(self::links(member).into_iter().map(|link| (link, number)));
            }
        }
        groups.push(Some(group));
    }
    let mut told: Vec<Story> =
        groups.into_iter().flatten().filter_map(|group| story(group, findings)).collect();
    told.sort_by(|one, other| {
        other.severity.cmp(&one.severity).then_with(|| (one.time, &one.id).cmp(&(other.time, &other.id)))
    });
    told
}

struct Group {
    until: i64,
    findings: Vec<usize>,
}

fn links(finding: &Finding) -> Vec<Link<'_>> {
    let principal = finding.principal.as_deref().filter(|name| is_somebody(name));
    let function = finding.function.as_deref();
    principal.map(Link::Principal).into_iter().chain(function.map(Link::Function)).collect()
}

/// A service acts for everybody.
fn is_somebody(name: &str) -> bool {
    !name.is_empty() && !name.ends_with(".amazonaws.com") && !crate::call::is_nobody(name)
}

fn story(group: Group, findings: &[Finding]) -> Option<Story> {
    let members: Vec<&Finding> = group.findings.iter().filter_map(|at| findings.get(*at)).collect();
    let first = members.first()?;
    let mut principals: Vec<String> = members.iter().filter_map(|one| one.principal.clone()).collect();
    let mut functions: Vec<String> = members.iter().filter_map(|one| one.function.clone()).collect();
    for list in [&mut principals, &mut functions] {
        list.sort_unstable();
        list.dedup();
    }
    let hash = logs::hex(&logs::sha256(first.id.as_bytes()));
    Some(Story {
        id: format!("STORY-{}", hash.get(..11).unwrap_or_default()),
        severity: members.iter().map(|one| one.severity).max()?,
        time: first.time,
        until: group.until,
        principals,
        functions,
        findings: group.findings,
    })
}

#[cfg(test)]
mod tests {
    use super::{WINDOW, stories};
    use crate::finding::{Finding, Severity};
    use std::collections::BTreeSet;

    fn finding(hours: i64, id: &str, principal: Option<&str>, function: Option<&str>) -> Finding {
        Finding {
            id: id.to_owned(),
            detection: "X-1".to_owned(),
            severity: Severity::Medium,
            time: hours * 3_600_000,
            until: hours * 3_600_000,
            account: String::new(),
            region: String::new(),
            function: function.map(str::to_owned),
            principal: principal.map(str::to_owned),
            address: None,
            more_addresses: BTreeSet::new(),
            further: Vec::new(),
            seen: String::new(),
            normal: None,
            remark: None,
            events: 1,
            proofs: Vec::new(),
        }
    }

    fn grouped(findings: &[Finding]) -> Vec<Vec<usize>> {
        let mut told: Vec<Vec<usize>> =
            stories(findings, WINDOW).into_iter().map(|story| story.findings).collect();
        told.sort();
        told
    }

    #[test]
    fn a_chain_of_principals_and_functions_is_one_story() {
        let findings = [
            finding(0, "a", Some("eve"), Some("pay")),
            finding(3, "b", Some("bob"), Some("mail")),
            finding(5, "c", Some("mallory"), Some("pay")),
            finding(20, "d", Some("mallory"), None),
            finding(23, "e", Some("bob"), Some("pay")),
        ];
        assert_eq!(grouped(&findings), [vec![0, 1, 2, 3, 4]]);
        assert_eq!(grouped(&findings[..4]), [vec![0, 2, 3], vec![1]]);
    }

    #[test]
    fn what_is_a_day_apart_or_a_services_is_another_story() {
        let apart = [finding(0, "a", Some("eve"), None), finding(25, "b", Some("eve"), None)];
        assert_eq!(grouped(&apart), [vec![0], vec![1]]);
        let events = Some("events.amazonaws.com");
        let service = [finding(0, "a", events, Some("x")), finding(1, "b", events, Some("y"))];
        assert_eq!(grouped(&service), [vec![0], vec![1]]);
    }

    #[test]
    fn the_worst_comes_first() {
        let mut findings = [finding(0, "a", Some("x"), None), finding(1, "b", Some("y"), None)];
        findings[1].severity = Severity::High;
        let first = &stories(&findings, WINDOW)[0];
        assert_eq!((first.findings.as_slice(), first.severity), (&[1][..], Severity::High));
    }
}
