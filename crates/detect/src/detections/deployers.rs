//! Who usually deploys functions, and how a principal stands to that.

use crate::arn::name_of;
use crate::baseline::habit;
use crate::change::{Change, Who};
use crate::settings::is_pipeline;
use crate::view::View;
use cloudtrail::time::DAY_MILLIS;
use std::collections::{BTreeMap, BTreeSet};

/// Distinct days before on which a principal deployed, for it to deploy usually.
const USUAL_DAYS: usize = 3;
/// Distinct days in all records on which one that is not a person deployed, for it to deploy usually from its first day: whoever breaks in does
/// not come back on so many days.
const SETTLED_DAYS: usize = 6;
/// Days after its first change during which a principal is new.
const NEW_DAYS: i64 = 7;
/// Networks that one works from, if it always works from the same places.
const FEW_NETWORKS: usize = 3;
/// People who change functions, where things are developed.
const SEVERAL: usize = 2;
/// Changes of what a function runs.
const CODE: [&str; 5] =
    ["CreateFunction", "PublishVersion", "UpdateAlias", "UpdateFunctionCode", "UpdateFunctionConfiguration"];
/// Changes before, or days with some, for the way a pipeline works to be known.
const KNOWN_WAY: usize = 10;

/// How whoever made a change stands to deploying.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// A service (CloudFormation, a role of a service), or a pipeline that was named in the settings.
    Machine,
    /// Has deployed on other days.
    Usual,
    /// New, but works as those do that deploy usually.
    Successor,
    /// No person, and the records are too short to know.
    Unknown,
    /// The role of a pipeline, but used in another way than ever before.
    Altered,
    /// A person who does not usually deploy.
    Person,
    /// Neither a person nor one that ever deployed.
    Stranger,
}

impl Standing {
    /// True iff it should not deploy, as far as is known.
    pub(super) fn is_unusual(self) -> bool {
        matches!(self, Standing::Altered | Standing::Person | Standing::Stranger)
    }

    /// What it is, as a sentence begins with it.
    pub(super) fn words(self) -> &'static str {
        match self {
            Standing::Machine => "A service or a pipeline of the settings did it.",
            Standing::Usual => "This principal deploys on other days, too.",
            Standing::Successor => "This principal is new, but works like one that deploys on other days.",
            Standing::Unknown => "The records are too short to know who usually deploys here.",
            Standing::Altered => {
                "This principal does not work with this program from such a place, or under such a name."
            }
            Standing::Person => "This person deployed on fewer than 3 days before.",
            Standing::Stranger => "This principal deployed on fewer than 3 days before.",
        }
    }
}

/// By program, and by network or by what sessions are called: days.
type Ways<'v> = BTreeMap<(&'v str, &'v str), BTreeSet<i64>>;

/// How a principal works: of each program, kind of session and network the first day.
#[derive(Debug, Default)]
struct Deeds<'v> {
    /// When it changed anything that is watched, in order.
    times: Vec<i64>,
    /// By the way in which it changed functions the days, and the first time.
    deploying: Ways<'v>,
    first: Option<i64>,
    /// By the way in which it changed anything that is watched the days.
    changing: Ways<'v>,
    agents: BTreeMap<&'v str, i64>,
    sessions: BTreeMap<String, i64>,
    networks: BTreeMap<&'v str, i64>,
}

impl Deeds<'_> {
    fn had_agent(&self, agent: &str, day: i64) -> bool {
        self.agents.get(agent).is_some_and(|first| *first < day)
    }

    fn had_network(&self, network: &str, day: i64) -> bool {
        self.networks.get(network).is_some_and(|first| *first < day)
    }

    fn had_session(&self, session: &str, day: i64) -> bool {
        self.sessions.get(session).is_some_and(|first| *first < day)
    }
}

/// True iff enough of the days of one way lie before that day: what is done each time with another program, from elsewhere and under
/// another name is no habit.
fn is_usual(ways: &Ways<'_>, day: i64) -> bool {
    ways.values().any(|days| is_enough(days, day))
}

/// True iff the change comes from where its principal made changes on enough days, or under such a name of a session, or with a program that
/// it used on very many days. Days on which somebody did it under its name, from here and from there, are no habit of another place.
fn is_own_way(ways: &Ways<'_>, change: &Change) -> bool {
    let day = change.time.div_euclid(DAY_MILLIS);
    let own = habit::ways(&change.agent, &change.address, &change.who);
    let days = |wanted: &dyn Fn(&(&str, &str)) -> bool| {
        let alike = ways.iter().filter(|(way, _)| wanted(way));
        alike.flat_map(|(_, days)| days.range(..day)).collect::<BTreeSet<_>>().len()
    };
    own.iter().any(|(_, how)| days(&|(_, other)| other == how) >= USUAL_DAYS)
        || days(&|(program, _)| *program == own[0].0) >= KNOWN_WAY
}

fn is_enough(days: &BTreeSet<i64>, day: i64) -> bool {
    days.range(..day).take(USUAL_DAYS).count() >= USUAL_DAYS
}

/// The days of the ways that are those of whoever made the change: of a role that people share, the person's own.
fn own<'w>(ways: &'w Ways<'_>, who: &Who) -> impl Iterator<Item = &'w BTreeSet<i64>> {
    let person = habit::person(who);
    let mine = move |how: &str| person.is_none_or(|person| person == how);
    ways.iter().filter(move |((_, how), _)| mine(how)).map(|(_, days)| days)
}

/// See the module.
pub(super) struct Deployers<'v> {
    view: &'v View<'v>,
    by: BTreeMap<&'v str, Deeds<'v>>,
    /// By account: who of the people changed functions, each with the days.
    hands: BTreeMap<&'v str, BTreeMap<(&'v str, &'v str), BTreeSet<i64>>>,
}

impl<'v> Deployers<'v> {
    /// As the records show them.
    pub(super) fn of(view: &'v View<'v>) -> Deployers<'v> {
        let mut by: BTreeMap<&str, Deeds<'_>> = BTreeMap::new();
        let mut hands: BTreeMap<&str, BTreeMap<_, BTreeSet<i64>>> = BTreeMap::new();
        // Objects are deleted in ways of their own.
        // What was done from elsewhere with another program than ever makes no habit of it.
        let works = &view.book().works;
        let done = |change: &&Change| {
            change.succeeded() && !change.name.starts_with("DeleteObject") && !works.has_foreign(change)
        };
        for change in view.changes().iter().copied().filter(done) {
            let day = change.time.div_euclid(DAY_MILLIS);
            let deeds = by.entry(change.who.name.as_str()).or_default();
            deeds.times.push(change.time);
            let ways = habit::ways(&change.agent, &change.address, &change.who);
            ways.into_iter().for_each(|way| {
                deeds.changing.entry(way).or_default().insert(day);
            });
            if is_deed(change) && !is_away(view, change) {
                ways.into_iter().for_each(|way| {
                    deeds.deploying.entry(way).or_default().insert(day);
                });
                deeds.first = deeds.first.or(Some(change.time));
                if is_sso(&change.who.name) && CODE.contains(&change.name.as_str()) {
                    let of = hands.entry(change.account.as_str()).or_default();
                    of.entry((change.who.name.as_str(), change.who.session.as_str()))
                        .or_default()
                        .insert(day);
                }
            }
            deeds.agents.entry(family(&change.agent)).or_insert(day);
            deeds.sessions.entry(shape(&change.who.session)).or_insert(day);
            deeds.networks.entry(network(&change.address)).or_insert(day);
        }
        Deployers { view, by, hands }
    }

    /// True iff nothing is strange about people of this sign-in changing functions there: several of them did on days before, as where
    /// things are developed, or it is too early to know.
    pub(super) fn is_development(&self, change: &Change) -> bool {
        let alike = is_sso(&change.who.name) && CODE.contains(&change.name.as_str());
        if !alike || self.view.book().works.has_foreign(change) {
            return false;
        }
        if !self.view.has_learned(&change.account, change.time) {
            return true;
        }
        let today = change.time.div_euclid(DAY_MILLIS);
        let Some(hands) = self.hands.get(change.account.as_str()) else { return false };
        let before = hands.values().filter(|days| days.range(..today).next().is_some()).count();
        let days: BTreeSet<i64> = hands.values().flat_map(|days| days.range(..today)).copied().collect();
        before >= SEVERAL && days.len() >= USUAL_DAYS
    }

    /// How whoever made the change stands at that time.
    pub(super) fn standing(&self, change: &Change) -> Standing {
        let who = &change.who;
        if is_machine(change) || self.is_named(&who.name) {
            return Standing::Machine;
        }
        if who.kind == "Root" {
            return Standing::Person;
        }
        let person = is_person(who);
        if self.view.book().works.has_foreign(change) {
            return Standing::Altered;
        }
        let none = Deeds::default();
        let deeds = self.by.get(who.name.as_str()).unwrap_or(&none);
        let today = change.time.div_euclid(DAY_MILLIS);
        if own(&deeds.deploying, who).any(|days| is_enough(days, today)) {
            let altered = is_altered(deeds, change) || (!person && !is_own_way(&deeds.deploying, change));
            return if altered { Standing::Altered } else { Standing::Usual };
        }
        let unseen = |first: i64| !self.view.has_learned(&change.account, first);
        let settled = own(&deeds.deploying, who).any(|days| days.len() >= SETTLED_DAYS);
        if settled && (!person || deeds.first.is_none_or(unseen)) {
            return Standing::Usual;
        }
        if person {
            return Standing::Person;
        }
        if is_application(self.view, who) {
            return Standing::Stranger;
        }
        if self.succeeds(change) {
            return Standing::Successor;
        }
        let learned = self.view.has_learned(&change.account, change.time);
        if learned { Standing::Stranger } else { Standing::Unknown }
    }

    /// True iff whoever made the change manages what functions and trails rest on, as far as is known: a service, a pipeline of the
    /// settings, or a role that made changes on other days. No person is.
    pub(super) fn is_trusted(&self, change: &Change) -> bool {
        if is_machine(change) || self.is_named(&change.who.name) {
            return true;
        }
        let Some(deeds) = self.by.get(change.who.name.as_str()) else { return false };
        let altered = is_altered(deeds, change) || self.view.book().works.has_foreign(change);
        let usual = is_own_way(&deeds.changing, change) && !altered;
        usual && !is_person(&change.who) && !is_application(self.view, &change.who)
    }

    /// True iff it is trusted, or is no person and the records are too short to know.
    pub(super) fn manages(&self, change: &Change) -> bool {
        let unknown = !self.view.has_learned(&change.account, change.time) && !is_person(&change.who);
        unknown || self.is_trusted(change)
    }

    /// True iff whoever made the change was never seen before, or works elsewhere and with other programs, though the account is known for
    /// long enough to say so.
    pub(super) fn is_stranger(&self, change: &Change) -> bool {
        let works = &self.view.book().works;
        let learned = self.view.has_learned(&change.account, change.time);
        learned && (works.has_foreign(change) || !works.was_seen(&change.who.name, change.time))
    }

    /// True iff what the change did may speak for a later one of its kind: nothing was strange about whoever made it, and no person made
    /// it from where the person seldom works. What an attacker did on other days excuses nothing.
    pub(super) fn speaks_for_later(&self, change: &Change) -> bool {
        let strange = matches!(self.standing(change), Standing::Altered | Standing::Stranger);
        !strange && !is_away(self.view, change)
    }

    /// True iff the settings name it.
    fn is_named(&self, principal: &str) -> bool {
        is_pipeline(&self.view.settings.pipelines, principal)
    }

    /// True iff it is new, and one that deployed on enough days before works with the same program or from the same network, and has the
    /// same name elsewhere, or names its sessions alike, or the new one is called as pipelines are.
    fn succeeds(&self, change: &Change) -> bool {
        let day = change.time.div_euclid(DAY_MILLIS);
        let (agent, session) = (family(&change.agent), shape(&change.who.session));
        let place = network(&change.address);
        // What was there for long without deploying is no new pipeline.
        let own = self.by.get(change.who.name.as_str());
        let idle = |own: &Deeds<'_>| Some(own.first.unwrap_or(change.time) - *own.times.first()?);
        let long = own.and_then(idle).is_some_and(|idle| idle > NEW_DAYS * DAY_MILLIS);
        if long {
            return false;
        }
        self.by.iter().filter(|(name, _)| **name != change.who.name.as_str()).any(|(name, deeds)| {
            let usual = name.contains(":role/") && !is_sso(name) && is_usual(&deeds.deploying, day);
            let alike = || name_of(name) == name_of(&change.who.name) || is_called_pipeline(&change.who.name);
            let sessions = || !is_generic(&session) && deeds.had_session(&session, day);
            let works = deeds.had_agent(agent, day) || deeds.had_network(place, day);
            usual && works && (alike() || sessions())
        })
    }
}

/// True iff the principal is a person: root, a user of IAM, a session from the console or the sign-in of an organization.
pub(super) fn is_person(who: &Who) -> bool {
    let kind = who.kind.as_str();
    let kinds = ["Root", "IAMUser", "SAMLUser", "WebIdentityUser", "FederatedUser", "IdentityCenterUser"];
    kinds.contains(&kind) || who.console || is_sso(&who.name) || who.session.contains('@')
}

/// True iff a service did it by itself or for somebody. The user agent says nothing of that: anybody may write it.
pub(super) fn is_machine(change: &Change) -> bool {
    let who = &change.who;
    let by_service = who.kind == "AWSService" || who.name.contains(":role/aws-service-role/");
    by_service || is_deploying_service(&who.service) || is_deploying_service(&change.address)
}

fn is_deploying_service(name: &str) -> bool {
    ["cloudformation.", "controltower.", "servicecatalog.", "codedeploy.", "serverlessrepo.", "config."]
        .iter()
        .any(|service| name.starts_with(service) && name.contains(".amazonaws."))
}

/// True iff a person made the change from where the person seldom works: days of an attacker with a stolen key are no habit of its owner.
pub(super) fn is_away(view: &View<'_>, change: &Change) -> bool {
    is_person(&change.who) && view.book().works.is_away(view, change)
}

fn is_sso(name: &str) -> bool {
    name.contains("AWSReservedSSO_")
}

/// True iff it is the session of a machine that runs an application: an instance, or a function.
fn is_application(view: &View<'_>, who: &Who) -> bool {
    let instance = who
        .session
        .strip_prefix("i-")
        .is_some_and(|rest| rest.len() >= 8 && rest.bytes().all(|byte| byte.is_ascii_hexdigit()));
    instance || view.run_by(&who.name).is_some_and(|functions| functions.contains(&who.session))
}

/// True iff it works with a program that it never had, and under another kind of session or from another network than ever, though
/// much is known of it. People change programs and places.
fn is_altered(deeds: &Deeds<'_>, change: &Change) -> bool {
    let who = &change.who;
    let by_hand = who.console || is_sso(&who.name) || who.session.contains('@');
    let day = change.time.div_euclid(DAY_MILLIS);
    let known = deeds.times.partition_point(|time| time.div_euclid(DAY_MILLIS) < day) >= KNOWN_WAY;
    let session = shape(&who.session);
    let elsewhere = !session.is_empty() && !deeds.had_session(&session, day);
    let before = deeds.networks.values().filter(|first| **first < day).count();
    let place = deeds.had_network(network(&change.address), day);
    // Runners that others lend come from everywhere: there a new network says nothing.
    let moved = !place && before <= FEW_NETWORKS;
    known && !by_hand && !deeds.had_agent(family(&change.agent), day) && (elsewhere || moved)
}

fn is_deed(change: &Change) -> bool {
    change.source == "lambda" && change.succeeded() && change.name != "CreateMicrovmShellAuthToken"
}

/// The program in a user agent, without its version.
fn family(agent: &str) -> &str {
    let bare = agent.trim_start_matches('[');
    let end = bare.find(['/', ' ', ']']).unwrap_or(bare.len());
    bare.get(..end).unwrap_or(bare)
}

/// The name of a session without digits, and of long ones only the beginning.
fn shape(session: &str) -> String {
    session.chars().filter(|one| !one.is_ascii_digit()).take(24).collect()
}

/// True iff a library gave the session its name: it tells nobody from another.
fn is_generic(shape: &str) -> bool {
    let generic = ["botocore-session", "aws-sdk", "aws-go-sdk", "awscli-session", "i-", "session"];
    let shape = shape.to_ascii_lowercase();
    shape.len() < 4 || generic.iter().any(|known| shape.starts_with(known))
}

fn network(address: &str) -> &str {
    let end = if address.contains(':') {
        address.match_indices(':').nth(2)
    } else {
        address.match_indices('.').nth(2)
    };
    end.and_then(|(at, _)| address.get(..at)).unwrap_or(address)
}

/// True iff the name says that it deploys.
fn is_called_pipeline(arn: &str) -> bool {
    const WORDS: [&str; 22] = [
        "deploy",
        "pipeline",
        "cicd",
        "ci",
        "cd",
        "terraform",
        "github",
        "gitlab",
        "jenkins",
        "cdk",
        "cfn",
        "sam",
        "serverless",
        "release",
        "codebuild",
        "atlantis",
        "circleci",
        "bitbucket",
        "buildkite",
        "spinnaker",
        "iac",
        "provisioner",
    ];
    let name = name_of(arn).to_ascii_lowercase();
    let words: Vec<&str> = name.split(|one: char| !one.is_ascii_alphanumeric()).collect();
    let is_word = |word: &&str| words.contains(word) || (word.len() > 3 && name.contains(*word));
    WORDS.iter().any(is_word)
}

#[cfg(test)]
mod tests {
    use super::{family, is_called_pipeline, network, shape};

    #[test]
    fn what_tells_one_program_from_another() {
        assert_eq!(family("aws-cli/2.15.0 Python/3.11"), "aws-cli");
        assert_eq!(family("[aws-cli/1.2]"), "aws-cli");
        assert_eq!(family("APN/1.0 HashiCorp/1.0 Terraform/1.5"), "APN");
        assert_eq!(family("cloudformation.amazonaws.com"), "cloudformation.amazonaws.com");
        assert_eq!((shape("run-123"), network("198.51.100.7")), ("run-".to_owned(), "198.51.100"));
        assert!(
            is_called_pipeline("arn:aws:iam::1:role/team-ci")
                && !is_called_pipeline("arn:aws:iam::1:role/precise")
        );
    }
}
