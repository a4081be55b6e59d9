//! Who does something: `userIdentity` in all shapes that stories need, and where a call comes from.

use crate::calendar::stamp;
use crate::identity::principal;
use crate::rng::{HEX, Rng};

/// The kind of `userIdentity`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// The account's root user.
    Root,
    /// A user with a long-term key.
    User,
    /// A session of a role.
    Session,
    /// A session of another account, of which the owner's record says no more than the account.
    Stranger,
    /// A service in its own name.
    Service,
    /// Nobody that AWS knows.
    Anonymous,
}

/// Who calls.
#[derive(Clone, Debug)]
pub(super) struct Actor {
    pub(super) kind: Kind,
    /// Twelve digits; empty for services.
    pub(super) account: String,
    /// The name of the role or user; of a service, its own.
    pub(super) name: String,
    /// Of the role, with its closing slash.
    pub(super) path: &'static str,
    pub(super) session: String,
    /// A service that calls in the role.
    pub(super) by: Option<&'static str>,
    pub(super) address: String,
    pub(super) agent: String,
    pub(super) console: bool,
}

const SSO: &str = "aws-reserved/sso.amazonaws.com/";

impl Actor {
    pub(super) fn new(kind: Kind, account: &str, name: &str, address: &str, agent: &str) -> Self {
        Actor {
            kind,
            account: account.to_owned(),
            name: name.to_owned(),
            path: "",
            session: String::new(),
            by: None,
            address: address.to_owned(),
            agent: agent.to_owned(),
            console: false,
        }
    }

    /// A service in its own name.
    pub(super) fn service(name: &str) -> Self {
        Actor::new(Kind::Service, "", name, name, name)
    }

    /// A person's session out of Identity Center.
    pub(super) fn person(account: &str, role: &str, session: &str, address: &str, agent: &str) -> Self {
        let mut actor = Actor::new(Kind::Session, account, role, address, agent);
        actor.path = SSO;
        actor.session = session.to_owned();
        actor
    }

    pub(super) fn with_session(&self, session: String) -> Self {
        Actor { session, ..self.clone() }
    }

    pub(super) fn from(&self, address: &str, agent: &str) -> Self {
        Actor { address: address.to_owned(), agent: agent.to_owned(), ..self.clone() }
    }

    pub(super) fn in_account(&self, account: &str) -> Self {
        Actor { account: account.to_owned(), ..self.clone() }
    }

    /// In the console, from a browser.
    pub(super) fn in_console(&self) -> Self {
        Actor { console: true, agent: crate::lambda::BROWSER.to_owned(), ..self.clone() }
    }

    /// `arn`, else the best name there is.
    pub(super) fn known_as(&self) -> String {
        let Actor { account, name, session, .. } = self;
        match self.kind {
            Kind::Root => format!("arn:aws:iam::{account}:root"),
            Kind::User => format!("arn:aws:iam::{account}:user/{name}"),
            Kind::Session => format!("arn:aws:sts::{account}:assumed-role/{name}/{session}"),
            Kind::Stranger => format!("{}:{session}", self.role_id()),
            Kind::Service => name.clone(),
            Kind::Anonymous => "ANONYMOUS_PRINCIPAL".to_owned(),
        }
    }

    fn issuer(&self) -> String {
        format!("arn:aws:iam::{}:role/{}{}", self.account, self.path, self.name)
    }

    fn role_id(&self) -> String {
        principal("AROA", &self.issuer())
    }

    /// `userIdentity`, for a call at `at`.
    pub(super) fn identity(&self, at: i64) -> String {
        let Actor { account, name, session, .. } = self;
        let known_as = self.known_as();
        match self.kind {
            Kind::Root => {
                let key = principal("AKIA", &known_as);
                format!(
                    r#"{{"type":"Root","principalId":"{account}","arn":"{known_as}","accountId":"{account}","accessKeyId":"{key}"}}"#
                )
            }
            Kind::User => {
                let (id, key) = (principal("AIDA", &known_as), principal("AKIA", &known_as));
                format!(
                    r#"{{"type":"IAMUser","principalId":"{id}","arn":"{known_as}","accountId":"{account}","accessKeyId":"{key}","userName":"{name}"}}"#
                )
            }
            Kind::Session => {
                let (issuer, id) = (self.issuer(), self.role_id());
                let created = at - at.rem_euclid(3600);
                let key = principal("ASIA", &format!("{known_as}{created}"));
                let created = stamp(created);
                let by = self.by.map(|by| format!(r#","invokedBy":"{by}""#)).unwrap_or_default();
                format!(
                    r#"{{"type":"AssumedRole","principalId":"{id}:{session}","arn":"{known_as}","accountId":"{account}","accessKeyId":"{key}","sessionContext":{{"sessionIssuer":{{"type":"Role","principalId":"{id}","arn":"{issuer}","accountId":"{account}","userName":"{name}"}},"attributes":{{"creationDate":"{created}","mfaAuthenticated":"false"}}}}{by}}}"#
                )
            }
            Kind::Stranger => {
                format!(r#"{{"type":"AWSAccount","principalId":"{known_as}","accountId":"{account}"}}"#)
            }
            Kind::Service => format!(r#"{{"type":"AWSService","invokedBy":"{name}"}}"#),
            Kind::Anonymous => {
                r#"{"type":"AWSAccount","principalId":"","accountId":"ANONYMOUS_PRINCIPAL"}"#.to_owned()
            }
        }
    }

    /// The service that calls, alone or in a role.
    pub(super) fn by_service(&self) -> bool {
        self.kind == Kind::Service || self.by.is_some()
    }
}

/// How programs of a company call AWS: escaped for JSON.
pub(super) fn program(rng: &mut Rng) -> String {
    let minor = rng.below(40);
    match rng.below(6) {
        0 => format!(
            "aws-sdk-java/2.3{}.{minor} md/io#sync ua/2.1 os/Linux#6.1.119 lang/java#21.0.6",
            rng.below(9)
        ),
        1 => format!(
            "Boto3/1.4{0}.{minor} md/Botocore#1.4{0}.{minor} ua/2.1 os/linux#5.10.0 md/arch#x86_64 lang/python#3.12.9",
            rng.below(3)
        ),
        2 => format!(
            "aws-sdk-js/3.7{minor}.0 ua/2.1 os/linux#5.10 lang/js md/nodejs#22.14.0 api/lambda#3.7{minor}.0"
        ),
        3 => format!(
            "aws-sdk-go-v2/1.3{0}.{minor} ua/2.1 os/linux lang/go#1.24.1 md/GOARCH#arm64 api/lambda#1.71.0",
            rng.below(9)
        ),
        4 => format!("aws-sdk-dotnet-coreclr/4.0.{minor} ua/2.1 os/linux lang/.NET_Core#8.0 api/Lambda#4.0"),
        _ => format!(
            "aws-sdk-rust/1.3.{minor} ua/2.1 api/lambda/1.8{0}.0 os/linux lang/rust/1.88.0",
            rng.below(9)
        ),
    }
}

/// How a person's machine calls AWS.
pub(super) fn command_line(rng: &mut Rng) -> String {
    let minor = rng.below(30);
    match rng.below(4) {
        0 => format!(
            "aws-cli/2.27.{minor} md/awscrt#0.25.4 ua/2.1 os/macos#24.3.0 md/arch#arm64 lang/python#3.13.2"
        ),
        1 => format!(
            "aws-cli/2.2{0}.{minor} md/awscrt#0.26.1 ua/2.1 os/windows#11 md/arch#amd64 lang/python#3.13.2",
            rng.below(9)
        ),
        2 => format!(
            "aws-cli/2.2{0}.{minor} ua/2.1 os/linux#6.8.0 md/arch#x86_64 lang/python#3.12.3",
            rng.below(9)
        ),
        _ => format!(
            "Boto3/1.40.{minor} md/Botocore#1.40.{minor} ua/2.1 os/macos#24.3.0 md/arch#arm64 lang/python#3.13.1"
        ),
    }
}

/// A session name in one of the ways programs make them.
pub(super) fn session(style: u64, base: &str, rng: &mut Rng) -> String {
    match style % 6 {
        0 => format!("i-{}", rng.text(HEX, 17)),
        1 => format!("botocore-session-{}", 1_760_000_000 + rng.below(9_000_000)),
        2 => format!("eks-{base}-{}-{}", rng.text(HEX, 10), rng.text(b"bcdfghjklmnpqrstvwxz2456789", 5)),
        3 => rng.text(HEX, 32),
        4 => format!("{base}-{}", rng.below(30)),
        _ => base.to_owned(),
    }
}
