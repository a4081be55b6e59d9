//! Who deploys functions, and what was deployed when.

use super::habit::{network, person_of, title, ways};
use super::works::Works;
use crate::arn::{account_of, name_of};
use crate::change::Change;
use crate::grouped::Grouped;
use crate::settings::is_pipeline;
use cloudtrail::time::{DAY_MILLIS, HOUR_MILLIS};
use std::collections::{BTreeMap, BTreeSet};

/// Calls by which functions are deployed.
const DEPLOY: [&str; 7] = [
    "CreateFunction",
    "UpdateFunctionCode",
    "UpdateFunctionConfiguration",
    "PublishVersion",
    "PublishLayerVersion",
    "CreateAlias",
    "UpdateAlias",
];

/// Days on which a principal has deployed before deploying is its habit.
const HABIT: usize = 2;
/// Days on which a principal has deployed before it is one that deploys, from wherever.
const OLD: usize = 10;
/// Milliseconds since its first deployment before deploying is its habit.
const SINCE: i64 = 4 * DAY_MILLIS;

/// A change of a function that was carried out.
#[derive(Clone, Debug)]
pub(crate) struct Deploy<'f> {
    /// The change.
    pub(crate) change: &'f Change,
    /// The ARN of the function; `None` where the record names none.
    pub(crate) function: Option<String>,
}

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Deploys<'f> {
    /// Changes of functions, in order of time.
    all: Vec<Deploy<'f>>,
    /// By function, the positions of its changes.
    by_function: BTreeMap<String, Vec<usize>>,
    /// By principal and way: the first deployment of each day.
    habits: BTreeMap<&'f str, BTreeMap<(&'f str, &'f str), Vec<i64>>>,
    /// By account and name of a role: its creations.
    roles: BTreeMap<(String, String), Vec<&'f Change>>,
    /// By account: when the first change was that says that changes of functions are recorded.
    since: BTreeMap<&'f str, i64>,
    pipelines: Vec<String>,
}

impl<'f> Deploys<'f> {
    pub(super) fn of(view: &Grouped<'f>, works: &Works<'f>) -> Deploys<'f> {
        let mut deploys = Deploys { pipelines: view.settings.pipelines.clone(), ..Deploys::default() };
        for change in view.changes().iter().copied().filter(|change| change.succeeded()) {
            if change.did("iam", "CreateRole") {
                let name = change.text(&["roleName"]).unwrap_or_default();
                deploys.roles.entry((change.account.clone(), name)).or_default().push(change);
            }
            if change.source != "lambda" {
                continue;
            }
            deploys.since.entry(&change.account).or_insert(change.time);
            // What was done from elsewhere with another program than ever makes no habit of it.
            let habitual = DEPLOY.contains(&change.name.as_str()) && !works.has_foreign(change);
            for way in ways(&change.agent, &change.address, &change.who) {
                if !habitual {
                    break;
                }
                let days = deploys.habits.entry(&change.who.name).or_default().entry(way).or_default();
                if days
                    .last()
                    .is_none_or(|last| last.div_euclid(DAY_MILLIS) < change.time.div_euclid(DAY_MILLIS))
                {
                    days.push(change.time);
                }
            }
            let function = change.function();
            if let Some(function) = &function {
                deploys.by_function.entry(function.clone()).or_default().push(deploys.all.len());
            }
            deploys.all.push(Deploy { change, function });
        }
        deploys
    }

    /// Changes of functions, in order of time.
    pub(crate) fn all(&self) -> &[Deploy<'f>] {
        &self.all
    }

    /// Changes of the function from one moment to before another.
    pub(crate) fn of_function(
        &self,
        function: &str,
        from: i64,
        until: i64,
    ) -> impl Iterator<Item = &'f Change> {
        let at = self.by_function.get(function).map(Vec::as_slice).unwrap_or_default();
        let changes = at.iter().filter_map(|at| self.all.get(*at)).map(|deploy| deploy.change);
        changes.filter(move |change| (from..until).contains(&change.time))
    }

    /// True iff it was told that the principal deploys, or its own past shows it.
    pub(crate) fn is_usual(&self, name: &str, at: i64) -> bool {
        self.is_told(name) || self.has_habit(name, at, |_| true)
    }

    /// The same of whoever used the session from there: of a role that people share, the person's own past; else what was deployed from
    /// there or under such a name, or so often that it need not be. Who steals a session twice, from here and from there, has no habit.
    pub(crate) fn is_usual_of(&self, name: &str, session: &str, address: &str, at: i64) -> bool {
        let person = person_of(name, session);
        let own = [network(address), title(session)];
        let wanted = |how: &str| match person {
            Some(person) => person == how,
            None => own.contains(&how),
        };
        self.is_told(name) || self.has_habit(name, at, wanted) || (person.is_none() && self.is_old(name, at))
    }

    /// True iff it deployed on so many days before that it is one that deploys, from wherever.
    fn is_old(&self, name: &str, at: i64) -> bool {
        let times = self.habits.get(name).into_iter().flat_map(BTreeMap::values).flatten();
        let days: BTreeSet<i64> = times
            .map(|time| time.div_euclid(DAY_MILLIS))
            .filter(|day| *day < at.div_euclid(DAY_MILLIS))
            .collect();
        days.len() >= OLD
    }

    /// True iff it was done in such a way on enough days before.
    fn has_habit(&self, name: &str, at: i64, wanted: impl Fn(&str) -> bool) -> bool {
        let past = |times: &Vec<i64>| {
            let days = times.partition_point(|time| time.div_euclid(DAY_MILLIS) < at.div_euclid(DAY_MILLIS));
            days >= HABIT && times.first().is_some_and(|first| first + SINCE <= at)
        };
        let mut ways = self.habits.get(name).into_iter().flatten();
        ways.any(|((_, how), times)| wanted(how) && past(times))
    }

    /// True iff the principal deployed anything until that moment.
    pub(crate) fn has_deployed(&self, name: &str, until: i64) -> bool {
        let mut firsts = self.habits.get(name).into_iter().flatten().filter_map(|(_, times)| times.first());
        self.is_told(name) || firsts.any(|first| *first <= until)
    }

    fn is_told(&self, name: &str) -> bool {
        is_pipeline(&self.pipelines, name)
    }

    /// True iff the change was made by a service, or by somebody who deploys as a habit: of people each has habits of his own.
    pub(crate) fn is_regular(&self, change: &Change) -> bool {
        let by_service = !change.who.service.is_empty() || change.who.name.ends_with(".amazonaws.com");
        by_service || self.is_usual_of(&change.who.name, &change.who.session, &change.address, change.time)
    }

    /// True iff the role was created in the two weeks before that moment, regularly.
    pub(crate) fn is_role_rolled_out(&self, role: &str, at: i64) -> bool {
        let made = self.roles.get(&(account_of(role).to_owned(), name_of(role).to_owned()));
        made.is_some_and(|changes| {
            let mut recent =
                changes.iter().filter(|change| (at - 14 * DAY_MILLIS..=at).contains(&change.time));
            recent.any(|change| self.is_regular(change))
        })
    }

    /// True iff somebody who deploys changed the function within that time before the moment.
    pub(crate) fn is_released(&self, function: &str, at: i64, within: i64) -> bool {
        self.of_function(function, at - within, at + 1)
            .any(|change| DEPLOY.contains(&change.name.as_str()) && self.is_regular(change))
    }

    /// True iff the principal changed the function within an hour before the moment: the call tries what it changed.
    pub(crate) fn has_just_changed(&self, name: &str, function: &str, at: i64) -> bool {
        let mut changes = self.of_function(function, at - HOUR_MILLIS, at + 1);
        changes.any(|change| change.who.name == name && DEPLOY.contains(&change.name.as_str()))
    }

    /// True iff somebody who deploys granted calls of the function in the week before the moment.
    pub(crate) fn is_granted(&self, function: &str, at: i64) -> bool {
        let grants = ["AddPermission", "PutResourcePolicy"];
        self.of_function(function, at - 7 * DAY_MILLIS, at + 1)
            .any(|change| grants.contains(&change.name.as_str()) && self.is_regular(change))
    }

    /// True iff changes of functions of the account were recorded at that moment.
    pub(crate) fn is_watched(&self, account: &str, at: i64) -> bool {
        self.since.get(account).is_some_and(|since| *since <= at)
    }
}
