//! In which way a record says that a function was called.

use super::address::{network, session};
use crate::call::{Caller, CallerFields, Way};
use cloudtrail::asked::AskedFunction;
use logs::{Home, QualifierFinder, Record, Text};
use std::borrow::Cow;

/// Letters of a user agent that are kept.
const AGENT: usize = 160;

/// The texts of a [`Way`].
pub(super) struct Texts<'r> {
    address: Cow<'r, str>,
    session: String,
    way: Way<'r>,
}

impl Texts<'_> {
    pub(super) fn borrowed(&self) -> Way<'_> {
        Way { address: &self.address, session: &self.session, ..self.way }
    }
}

pub(super) fn way<'r>(
    record: &'r Record<'_>,
    home: Option<&'r Home>,
    fields: &CallerFields<'r>,
    asked: &QualifierFinder,
) -> Texts<'r> {
    fn text<'t>(said: &'t Option<Text<'_>>) -> &'t str {
        said.as_deref().unwrap_or_default()
    }
    let caller = Caller { kind: fields.kind, account: fields.account(), name: fields.name() };
    let (address, agent) = (text(&record.source_address), text(&record.user_agent));
    let anonymous = caller.is_anonymous();
    let key = text(&record.identity.access_key);
    let way = Way {
        event: &record.event_name,
        service: fields.service,
        agent: if anonymous { agent.split(['/', ' ']).next().unwrap_or_default() } else { cut(agent, AGENT) },
        qualifier: qualifier(record, asked).unwrap_or_default(),
        error: text(&record.error_code),
        region: record.region_of_call(home).unwrap_or_default(),
        kind: record.requested.as_ref().map_or("", |asked| text(&asked.invocation_type)),
        endpoint: text(&record.vpc_endpoint),
        key: if key.starts_with("AKIA") { key } else { "" },
        console: if text(&record.console) == "true" { "console" } else { "" },
        ..Way::default()
    };
    let address = if anonymous { network(address).into() } else { address.into() };
    Texts { address, session: session(fields.session()), way }
}

/// No more than so many bytes of it, cut between letters.
fn cut(text: &str, most: usize) -> &str {
    let end = (0..=most.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    text.get(..end).unwrap_or(text)
}

/// The version or alias: as it was asked for, else behind a name that was asked for, else the one that ran.
fn qualifier<'r>(record: &'r Record<'_>, finder: &QualifierFinder) -> Option<&'r str> {
    finder
        .asked(record.raw)
        .or_else(|| behind(record.requested.as_ref()?.function_name.as_deref()?))
        .or_else(|| behind(record.executed.as_deref()?))
}

/// What stands behind the name of a function.
fn behind(name: &str) -> Option<&str> {
    if let Some(asked) = AskedFunction::parse(name) {
        return asked.qualifier;
    }
    let parts = match name {
        _ if name.starts_with("arn:") => 7,
        _ if name.contains(":function:") => 3,
        _ => 1,
    };
    name.splitn(parts + 1, ':').nth(parts).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::{behind, cut};

    #[test]
    fn a_qualifier_is_found_where_it_stands() {
        assert_eq!(behind("arn:aws:lambda:eu-west-1:111122223333:function:pay:live"), Some("live"));
        assert_eq!(behind("arn:aws:lambda:eu-west-1:111122223333:function:pay"), None);
        for prefix in ["", "111122223333:", "111122223333:function:", "us-east-1:111122223333:function:"] {
            assert_eq!(behind(&format!("{prefix}pay")), None, "{prefix}");
            assert_eq!(behind(&format!("{prefix}pay:live")), Some("live"), "{prefix}");
        }
        assert_eq!(behind("pay:7"), Some("7"));
        assert_eq!(behind("111122223333:function:pay:$LATEST"), Some("$LATEST"));
        assert_eq!(behind("pay"), None);
    }

    #[test]
    fn a_long_agent_is_cut_between_letters() {
        assert_eq!(cut("aéb", 2), "a");
        assert_eq!(cut("abc", 9), "abc");
    }
}
