//! A call of a function, in the parts that detections ask about: who, and in which way.

use crate::facts::parts;
use logs::Record;

/// What a record says of who called.
#[derive(Clone, Copy, Debug, Default)]
pub struct CallerFields<'a> {
    /// `type`.
    pub kind: &'a str,
    /// `arn`.
    pub arn: &'a str,
    /// `sessionContext.sessionIssuer.arn`.
    pub issuer: &'a str,
    /// `accountId`.
    pub account: &'a str,
    /// `principalId`.
    pub principal_id: &'a str,
    /// `invokedBy`.
    pub service: &'a str,
    /// `onBehalfOf.userId`.
    pub on_behalf_of: &'a str,
}

impl<'a> CallerFields<'a> {
    /// Of a record.
    #[must_use]
    pub fn of(record: &'a Record<'_>) -> CallerFields<'a> {
        let identity = &record.identity;
        fn text<'t>(said: &'t Option<logs::Text<'_>>) -> &'t str {
            said.as_deref().unwrap_or_default()
        }
        CallerFields {
            kind: text(&identity.kind),
            arn: text(&identity.arn),
            issuer: text(&identity.issuer_arn),
            account: text(&identity.account),
            principal_id: text(&identity.principal_id),
            service: text(&identity.invoked_by),
            on_behalf_of: text(&identity.on_behalf_of),
        }
    }

    /// The account of the caller: as it is said, else out of an ARN; empty for services.
    #[must_use]
    pub fn account(&self) -> &'a str {
        let of_arn = |arn: &'a str| arn.split(':').nth(4).unwrap_or_default();
        [self.account, of_arn(self.issuer), of_arn(self.arn)]
            .into_iter()
            .find(|text| !text.is_empty())
            .unwrap_or_default()
    }

    /// What the caller is known by whatever the session: the role's ARN, else the principal's, else the service, else an id.
    #[must_use]
    pub fn name(&self) -> &'a str {
        let named = [self.on_behalf_of, self.issuer, self.arn].into_iter().find(|text| !text.is_empty());
        let other =
            || [self.service, self.principal_id, self.account].into_iter().find(|text| !text.is_empty());
        named.or_else(other).unwrap_or_default()
    }

    /// The name of the session of a role; else empty.
    #[must_use]
    pub fn session(&self) -> &'a str {
        if !self.arn.contains(":assumed-role/") {
            return "";
        }
        self.arn.rsplit('/').next().unwrap_or_default()
    }
}

/// Who called: the same for all sessions of a role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Caller<'a> {
    /// `userIdentity.type`: `AssumedRole`, `IAMUser`, `Root`, `AWSService`, `AWSAccount`.
    pub kind: &'a str,
    /// The account of the caller; empty for services.
    pub account: &'a str,
    /// The ARN of the role or user, the service, or an id.
    pub name: &'a str,
}

impl<'a> Caller<'a> {
    /// Out of the parts that a cell names.
    #[must_use]
    pub fn of(text: &'a str) -> Caller<'a> {
        let [kind, account, name] = parts(text);
        Caller { kind, account, name }
    }

    /// True iff the record names nobody in particular: whoever knew the address of a function may have called.
    #[must_use]
    pub fn is_anonymous(&self) -> bool {
        is_nobody(self.account) || is_nobody(self.name) || (self.name.is_empty() && self.kind.is_empty())
    }
}

/// True iff the text is the word for nobody in particular: `ANONYMOUS_PRINCIPAL`, as records of requests without a signature have it, or `anonymous`.
#[must_use]
pub fn is_nobody(text: &str) -> bool {
    const WORD: &str = "anonymous";
    text.get(..WORD.len()).is_some_and(|begins| begins.eq_ignore_ascii_case(WORD))
        && !text.contains([':', '/', '@'])
}

#[cfg(test)]
mod tests {
    use super::{Caller, is_nobody};

    #[test]
    fn nobody_is_known_by_the_words_that_records_have() {
        for (kind, account, name) in [
            ("AWSAccount", "ANONYMOUS_PRINCIPAL", "ANONYMOUS_PRINCIPAL"),
            ("AWSAccount", "anonymous", ""),
            ("", "", ""),
        ] {
            assert!(Caller { kind, account, name }.is_anonymous(), "{account}");
        }
        assert!(
            !Caller {
                kind: "IAMUser",
                account: "111122223333",
                name: "arn:aws:iam::111122223333:user/anonymous"
            }
            .is_anonymous()
        );
        assert!(!is_nobody("anonymous@acme.example"));
    }
}

/// In which way a function was called.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Way<'a> {
    /// `eventName`.
    pub event: &'a str,
    /// The service that called, by itself or for a principal (`invokedBy`); else empty.
    pub service: &'a str,
    /// `sourceIPAddress`: an address, or the name of a service. Of anonymous callers the network: `198.51.100.0/24`, `2001:db8::/48`.
    pub address: &'a str,
    /// `userAgent`, as far as it goes; of anonymous callers the product alone.
    pub agent: &'a str,
    /// The version or alias that was asked for; else the version that ran, else empty.
    pub qualifier: &'a str,
    /// `errorCode`; empty where there is none.
    pub error: &'a str,
    /// Where the call came in.
    pub region: &'a str,
    /// `invocationType`: `RequestResponse`, `Event`, `DryRun`; empty where it is not said.
    pub kind: &'a str,
    /// The name of the session, what looks drawn by chance in it replaced by `#`.
    pub session: &'a str,
    /// `vpcEndpointId`; else empty.
    pub endpoint: &'a str,
    /// `accessKeyId`, iff it is one that lasts (`AKIA`); else empty.
    pub key: &'a str,
    /// `console` iff the session began in the console; else empty.
    pub console: &'a str,
}

impl<'a> Way<'a> {
    /// Out of the parts that a cell names.
    #[must_use]
    pub fn of(text: &'a str) -> Way<'a> {
        let [event, service, address, agent, qualifier, error, region, kind, session, endpoint, key, console] =
            parts(text);
        Way {
            event,
            service,
            address,
            agent,
            qualifier,
            error,
            region,
            kind,
            session,
            endpoint,
            key,
            console,
        }
    }

    /// Its parts, as [`Way::of`] reads them.
    #[must_use]
    pub fn parts(&self) -> [&'a str; 12] {
        [
            self.event,
            self.service,
            self.address,
            self.agent,
            self.qualifier,
            self.error,
            self.region,
            self.kind,
            self.session,
            self.endpoint,
            self.key,
            self.console,
        ]
    }

    /// True iff this is Lambda running what was called before (`InvokeExecution`): the second record of an asynchronous call.
    #[must_use]
    pub fn is_execution(&self) -> bool {
        self.event == "InvokeExecution"
    }

    /// True iff nothing was run: the caller only asked whether it might.
    #[must_use]
    pub fn is_dry_run(&self) -> bool {
        self.kind.eq_ignore_ascii_case("DryRun")
    }

    /// True iff the call was refused for want of permission.
    #[must_use]
    pub fn is_denied(&self) -> bool {
        let error = self.error.to_ascii_lowercase();
        error.contains("accessdenied") || error.contains("unauthorized") || error.contains("notauthorized")
    }

    /// True iff it came by an HTTP endpoint of the function.
    #[must_use]
    pub fn is_url(&self) -> bool {
        self.event.contains("FunctionUrl") || self.event.contains("WebFunction")
    }
}
