//! `audit --notify`: sends findings that are new, changed or resolved. A failure here never alters the audit.

use super::showing::Shown;
use anyhow::Result;
use audit::inputs::Inputs;
use aws::Webhook;
use report::{Notice, OpenFindings, open_findings};
use std::time::Duration;
use surroundings::environment;
use surroundings::problem::{Problem, insist, say};
use surroundings::session::Session;
use surroundings::settings::Live;

/// Who is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// An address, and what it understands.
    Webhook(Webhook, Kind),
    /// A topic of SNS, by its ARN.
    Topic(String),
    /// A bus of EventBridge, by its ARN.
    Bus(String),
    /// Security Hub of each account and Region.
    SecurityHub,
}

/// What an address understands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// JSON of ours.
    Plain,
    /// A message of Slack.
    Slack,
    /// A card of Teams.
    Teams,
}

/// Reads what was typed. An address may hold a secret, so it may stand in a variable, and no error repeats it.
///
/// # Errors
/// [`Problem`] of misuse.
pub(super) fn targets(typed: &[String]) -> Result<Vec<Target>> {
    let mut targets: Vec<Target> = Vec::new();
    for (at, text) in typed.iter().enumerate() {
        let one = target(text).map_err(|why| {
            let number = if typed.len() > 1 { format!(" (number {})", at + 1) } else { String::new() };
            Problem::misuse(format!("--notify{number}: {why}")).help(
                "name https://HOST/PATH, env:VARIABLE that holds it, the ARN of an SNS topic or an event bus, or security-hub",
            )
        })?;
        if !targets.contains(&one) {
            targets.push(one);
        }
    }
    Ok(targets)
}

fn target(text: &str) -> std::result::Result<Target, String> {
    let from_variable;
    let text = match text.strip_prefix("env:") {
        Some(name) => {
            let missing = || format!("the variable {} is not set", text::visible::excerpt(name, 100));
            from_variable = environment::value(name).ok_or_else(missing)?;
            from_variable.trim()
        }
        None => text,
    };
    if text == "security-hub" {
        return Ok(Target::SecurityHub);
    }
    if text.starts_with("arn:") {
        let arn = cloudtrail::arn::Arn::parse(text)
            .filter(|arn| !arn.region.is_empty() && !arn.resource.is_empty());
        return match arn.map(|arn| arn.service) {
            Some("sns") => Ok(Target::Topic(text.to_owned())),
            Some("events") => Ok(Target::Bus(text.to_owned())),
            _ => Err("an ARN must be that of an SNS topic or of an event bus of EventBridge".to_owned()),
        };
    }
    let (kind, url) = match text.split_once('+') {
        Some(("slack", url)) => (Some(Kind::Slack), url),
        Some(("teams", url)) => (Some(Kind::Teams), url),
        _ => (None, text),
    };
    let webhook = Webhook::new(url)?;
    let host = webhook.host();
    let of = |end: &str| host.ends_with(end);
    let usual = if of("://hooks.slack.com") || of("://hooks.slack-gov.com") {
        Kind::Slack
    } else if of(".webhook.office.com") || of(".logic.azure.com") || of(".powerplatform.com") {
        Kind::Teams
    } else {
        Kind::Plain
    };
    Ok(Target::Webhook(webhook, kind.unwrap_or(usual)))
}

/// What an audit is compared with, and who is told.
pub(super) struct Telling<'a> {
    pub(super) targets: &'a [Target],
    /// The earlier audit; every open finding is new where there is none.
    pub(super) before: Option<&'a Inputs>,
    /// How AWS is asked, where a session is needed and none is open.
    pub(super) live: &'a Live,
    pub(super) session: Option<&'a Session>,
}

impl Telling<'_> {
    /// Tells. What fails is said on stderr.
    pub(super) fn tell(&self, shown: &Shown<'_>) {
        if self.targets.is_empty() {
            return;
        }
        // A framework narrows what is shown, and a finding that is not shown is not resolved.
        let whole = |inputs: &Inputs| Inputs { frameworks: Vec::new(), ..inputs.clone() };
        let (now, earlier) = (whole(shown.inputs), self.before.map(whole));
        let shown = &Shown { inputs: &now, ..*shown };
        let before = earlier.as_ref().map(|inputs| Shown { inputs, ..*shown });
        let was = before.as_ref().map_or_else(OpenFindings::new, |before| {
            before.document(|document| open_findings(document.audit))
        });
        let messages = shown.document(|document| {
            let notice = Notice::of(&was, &open_findings(document.audit), document.audit);
            let batches = |hub: bool| match (&before, hub) {
                (_, false) => Ok(Vec::new()),
                (Some(before), true) => before.document(|before| notice.asff(Some(before), document)),
                (None, true) => notice.asff(None, document),
            };
            Messages {
                empty: notice.is_empty(),
                sentence: notice.sentence(),
                text: notice.text(document.audit),
                json: notice.json(document),
                slack: notice.slack(document.audit),
                teams: notice.teams(document.audit),
                batches: batches(self.targets.contains(&Target::SecurityHub)).unwrap_or_default(),
            }
        });
        if messages.empty {
            say("note", "no finding is new, changed or resolved, so nobody is notified");
            return;
        }
        let opened;
        let needs = self.targets.iter().any(|target| !matches!(target, Target::Webhook(..)));
        let session = match self.session {
            None if needs => {
                opened = Session::open(self.live);
                match &opened {
                    Ok(session) => Some(session),
                    Err(error) => {
                        insist("note", &format!("AWS was not notified: {error:#}"));
                        None
                    }
                }
            }
            session => session,
        };
        for target in self.targets {
            match (target, session) {
                (Target::Webhook(webhook, kind), _) => messages.post(webhook, *kind),
                (target, Some(session)) => messages.send(target, session),
                (_, None) => {}
            }
        }
    }
}

/// What is said to each kind of target.
struct Messages {
    empty: bool,
    sentence: String,
    text: String,
    json: String,
    slack: String,
    teams: String,
    batches: Vec<String>,
}

/// How long is waited before an address is tried again.
fn pause() -> Duration {
    let hasty = environment::value("INVOKETRAIL_TEST_HASTE").is_some();
    if hasty { Duration::from_millis(1) } else { Duration::from_secs(2) }
}

impl Messages {
    fn post(&self, webhook: &Webhook, kind: Kind) {
        let message = match kind {
            Kind::Plain => &self.json,
            Kind::Slack => &self.slack,
            Kind::Teams => &self.teams,
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let sent = match runtime {
            Ok(runtime) => runtime.block_on(webhook.send(message, pause())).map_err(|error| error.why),
            Err(error) => Err(error.to_string()),
        };
        self.say_whether_sent(&webhook.host(), sent);
    }

    fn send(&self, target: &Target, session: &Session) {
        let gap = |gap: audit::inventory::Gap| format!("{}: {}", gap.call, gap.error);
        match target {
            Target::Topic(topic) => {
                let subject = "InvokeTrail: findings changed";
                let sent = session.wait(session.aws.publish(topic, subject, &self.text));
                self.say_whether_sent(topic, sent.map_err(gap));
            }
            Target::Bus(bus) => {
                self.say_whether_sent(bus, session.wait(session.aws.put_event(bus, &self.json)).map_err(gap))
            }
            Target::SecurityHub => {
                let mut sent = Ok(());
                for batch in &self.batches {
                    let Some((account, region)) = report::account_and_region(batch) else { continue };
                    let one = session.wait(session.aws.import_findings(&account, &region, batch));
                    sent = sent.and(one.map_err(|error| format!("{account} {region}: {}", gap(error))));
                }
                self.say_whether_sent("Security Hub", sent);
            }
            Target::Webhook(..) => {}
        }
    }

    fn say_whether_sent(&self, whom: &str, sent: std::result::Result<(), String>) {
        match sent {
            Ok(()) => say("notified", &format!("{whom} of {}", self.sentence)),
            Err(why) => insist("note", &format!("not notified: {whom}: {why}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Kind, Target, target};

    #[test]
    fn each_kind_of_target_is_told_by_its_form() {
        let kind = |text: &str| match target(text).unwrap() {
            Target::Webhook(_, kind) => kind,
            other => unreachable!("{other:?}"),
        };
        assert_eq!(kind("https://hooks.slack.com/services/T0/B0/secret"), Kind::Slack);
        assert_eq!(kind("https://acme.webhook.office.com/webhookb2/secret"), Kind::Teams);
        assert_eq!(kind("https://example.com/hook"), Kind::Plain);
        assert_eq!(kind("slack+https://proxy.example.com/x"), Kind::Slack);
        assert_eq!(kind("http://127.0.0.1:8080/hook"), Kind::Plain);
        let topic = "arn:aws:sns:eu-west-1:111122223333:alerts";
        assert_eq!(target(topic).unwrap(), Target::Topic(topic.to_owned()));
        let bus = "arn:aws:events:eu-west-1:111122223333:event-bus/default";
        assert_eq!(target(bus).unwrap(), Target::Bus(bus.to_owned()));
        assert_eq!(target("security-hub").unwrap(), Target::SecurityHub);
    }

    #[test]
    fn nothing_that_was_refused_is_repeated() {
        for wrong in [
            "http://example.com/secret",
            "ftp://example.com/secret",
            "https://user:secret@example.com/",
            "https:///secret",
            "secret",
            "arn:aws:sqs:eu-west-1:111122223333:secret",
            "arn:aws:sns::111122223333:secret",
            "env:NO_SUCH_VARIABLE_HERE",
            "https://example.com/secret path",
        ] {
            let said = target(wrong).unwrap_err();
            assert!(!said.contains("secret"), "{said}");
        }
    }
}
