//! What speaks for keeping a function recorded, with the reasons.

use crate::code::{Code, Coded};
use crate::extra_facts::FunctionFacts;
use cloudtrail::recorder::Seen;

/// How much is at stake where a function's invocations are not recorded. It only orders functions; it is no measurement.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Risk {
    /// At least 1; the higher, the more speaks for keeping it recorded.
    pub score: u32,
    /// Why, the gravest first. Empty iff nothing speaks for it.
    pub reasons: Vec<Coded>,
}

/// Triggers that the internet can pull.
const INTERNET: [&str; 4] = ["apigateway", "elasticloadbalancing", "cloudfront", "alexa-appkit"];
/// Words in tags' values that name data worth protecting.
const SENSITIVE: [&str; 10] =
    ["confidential", "restricted", "secret", "sensitive", "pii", "phi", "pci", "hipaa", "gdpr", "regulated"];
/// Words in the name of a role that hint at wide permissions.
const POWERFUL: [&str; 4] = ["admin", "poweruser", "root", "fullaccess"];

/// The risk of no longer recording a function. What was not read counts as a risk of its own.
#[must_use]
pub fn risk(facts: Option<&FunctionFacts>) -> Risk {
    let mut found: Vec<(u32, Coded)> = Vec::new();
    match facts {
        None => found.push((6, Code::FactsUnknown.says("nothing is known of who may invoke it"))),
        Some(facts) => {
            reach(facts, &mut found);
            role(facts, &mut found);
            tags(facts, &mut found);
        }
    }
    found.sort_by_key(|(points, _)| std::cmp::Reverse(*points));
    Risk {
        score: 1 + found.iter().map(|(points, _)| points).sum::<u32>(),
        reasons: found.into_iter().map(|(_, reason)| reason).collect(),
    }
}

/// Who may invoke it.
fn reach(facts: &FunctionFacts, found: &mut Vec<(u32, Coded)>) {
    match &facts.policy {
        Seen::Unread(_) => found.push((3, Code::PolicyUnread.says("its resource policy could not be read"))),
        Seen::Known(policy) => {
            if policy.public {
                found.push((8, Code::PublicPolicy.says("anybody may invoke it by its resource policy")));
            }
            if !policy.accounts.is_empty() {
                let others = policy.accounts.join(", ");
                found.push((
                    5,
                    Code::SharedPolicy
                        .says(format!("other accounts may invoke it by its resource policy: {others}")),
                ));
            }
        }
    }
    match &facts.urls {
        Seen::Unread(_) => found.push((3, Code::UrlsUnread.says("its function URLs could not be read"))),
        Seen::Known(urls) if urls.iter().any(|auth| auth != "AWS_IAM") => {
            found.push((8, Code::OpenUrl.says("it has a function URL without authentication")));
        }
        Seen::Known(urls) if !urls.is_empty() => {
            found.push((2, Code::FunctionUrl.says("it has a function URL")))
        }
        Seen::Known(_) => {}
    }
    match &facts.triggers {
        Seen::Unread(_) => found.push((2, Code::TriggersUnread.says("its triggers could not be read"))),
        Seen::Known(triggers) => {
            let facing: Vec<&str> =
                triggers.iter().map(String::as_str).filter(|one| INTERNET.contains(one)).collect();
            if !facing.is_empty() {
                found.push((
                    4,
                    Code::InternetTrigger
                        .says(format!("the internet can trigger it through {}", facing.join(", "))),
                ));
            }
        }
    }
}

/// What it may do.
fn role(facts: &FunctionFacts, found: &mut Vec<(u32, Coded)>) {
    let Some(role) = &facts.role else {
        found.push((2, Code::RoleUnknown.says("its execution role is not known")));
        return;
    };
    let name = role.rsplit('/').next().unwrap_or(role).to_ascii_lowercase().replace(['-', '_'], "");
    if POWERFUL.iter().any(|word| name.contains(word)) {
        found.push((4, Code::PowerfulRole.says("the name of its execution role hints at wide permissions")));
    }
}

/// What its owners say of it.
fn tags(facts: &FunctionFacts, found: &mut Vec<(u32, Coded)>) {
    let tags = match &facts.tags {
        Seen::Unread(_) => {
            return found.push((2, Code::FunctionTagsUnread.says("its tags could not be read")));
        }
        Seen::Known(tags) => tags,
    };
    for (key, value) in tags {
        let plain = value.to_ascii_lowercase();
        let words: Vec<&str> = plain.split(|one: char| !one.is_ascii_alphanumeric()).collect();
        if words.iter().any(|word| SENSITIVE.contains(word)) {
            found.push((4, Code::SensitiveTag.says(format!("its tag {key} says {value}"))));
        } else if words.iter().any(|word| matches!(*word, "prod" | "production" | "live")) {
            found.push((2, Code::ProductionTag.says(format!("its tag {key} says {value}"))));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::risk;
    use crate::extra_facts::{Exposure, FunctionFacts};
    use cloudtrail::recorder::Seen;
    use std::collections::BTreeMap;

    fn harmless() -> FunctionFacts {
        FunctionFacts {
            policy: Seen::Known(Exposure::default()),
            urls: Seen::Known(Vec::new()),
            role: Some("arn:aws:iam::111111111111:role/batch".to_owned()),
            tags: Seen::Known(BTreeMap::new()),
            triggers: Seen::Known(vec!["sqs".to_owned()]),
        }
    }

    #[test]
    fn nothing_known_against_it_is_the_least_risk() {
        assert_eq!(risk(Some(&harmless())).score, 1);
        assert!(risk(Some(&harmless())).reasons.is_empty());
    }

    #[test]
    fn each_fact_that_speaks_for_keeping_it_counts_and_is_named() {
        let with = |change: &dyn Fn(&mut FunctionFacts)| {
            let mut facts = harmless();
            change(&mut facts);
            risk(Some(&facts))
        };
        let all = [
            with(&|facts| facts.policy = Seen::Known(Exposure { public: true, ..Exposure::default() })),
            with(&|facts| {
                let accounts = vec!["222222222222".to_owned()];
                facts.policy = Seen::Known(Exposure { accounts, ..Exposure::default() });
            }),
            with(&|facts| facts.urls = Seen::Known(vec!["NONE".to_owned()])),
            with(&|facts| facts.urls = Seen::Known(vec!["AWS_IAM".to_owned()])),
            with(&|facts| facts.triggers = Seen::Known(vec!["apigateway".to_owned()])),
            with(&|facts| facts.role = Some("arn:aws:iam::1:role/Lambda-Admin".to_owned())),
            with(&|facts| facts.tags = Seen::Known([("data".to_owned(), "PII, EU".to_owned())].into())),
            with(&|facts| facts.tags = Seen::Known([("env".to_owned(), "prod".to_owned())].into())),
        ];
        for one in all {
            assert!(one.score > 1, "{one:?}");
            assert_eq!(one.reasons.len(), 1, "{one:?}");
        }
    }

    #[test]
    fn ignorance_is_no_safety() {
        assert!(risk(None).score > risk(Some(&harmless())).score);
        let unread = FunctionFacts {
            policy: Seen::Unread(0),
            urls: Seen::Unread(0),
            role: None,
            tags: Seen::Unread(0),
            triggers: Seen::Unread(0),
        };
        assert!(risk(Some(&unread)).score >= risk(None).score);
    }
}
