//! One digest file, parsed: what it says, before anyone asked whether it is true.

use crate::hash::unhex;
use crate::json::Node;
use crate::time::milliseconds;

/// What a digest file says. Times are milliseconds since 1970, UTC.
///
/// The names of the members are those of the user guide, "CloudTrail digest file structure".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Digest {
    /// `awsAccountId`: whose log files it lists.
    pub account: String,
    /// `digestStartTime`: files delivered from then on ...
    pub start: i64,
    /// `digestEndTime`: ... until then. Not before `start`.
    pub end: i64,
    /// `digestEndTime` as written, which is part of what is signed.
    pub end_text: String,
    /// `digestS3Bucket`: where CloudTrail delivered the digest.
    pub bucket: String,
    /// `digestS3Object`: under which key.
    pub key: String,
    /// `digestPublicKeyFingerprint`: by which key the signature can be verified.
    pub fingerprint: String,
    /// `newestEventTime`, `None` iff no log file was delivered.
    pub newest_event: Option<i64>,
    /// `oldestEventTime`, `None` iff no log file was delivered.
    pub oldest_event: Option<i64>,
    /// The digest before it; `None` iff it is a *starting digest*, whose previous members are all null.
    pub previous: Option<Previous>,
    /// `logFiles`, in the order of the file.
    pub log_files: Vec<LogFile>,
}

/// What a digest says of the one before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Previous {
    /// `previousDigestS3Bucket`
    pub bucket: String,
    /// `previousDigestS3Object`
    pub key: String,
    /// `previousDigestHashValue`: SHA-256 of the inflated digest.
    pub hash: [u8; 32],
    /// `previousDigestSignature`, hexadecimal, as written: it is part of what is signed.
    pub signature: String,
}

/// What a digest says of a log file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogFile {
    /// `s3Bucket`
    pub bucket: String,
    /// `s3Object`
    pub key: String,
    /// `hashValue`: SHA-256 of the inflated file.
    pub hash: [u8; 32],
    /// `newestEventTime`, where there is one.
    pub newest_event: Option<i64>,
    /// `oldestEventTime`, where there is one.
    pub oldest_event: Option<i64>,
}

/// Why bytes are no digest. `member` is a path such as `logFiles[3].hashValue`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum Refusal {
    /// Not JSON.
    #[error("not JSON: {why}")]
    NotJson {
        /// The parser's words.
        why: String,
    },
    /// A member is not there.
    #[error("`{member}` is missing")]
    Missing {
        /// Its path.
        member: String,
    },
    /// A member of another type than CloudTrail writes.
    #[error("`{member}` has another type than CloudTrail writes")]
    Type {
        /// Its path.
        member: String,
    },
    /// A member stands twice: readers would disagree about which counts.
    #[error("`{member}` appears twice")]
    Twice {
        /// Its path.
        member: String,
    },
    /// A member holds something else than it must: no time, no SHA-256.
    #[error("`{member}` is `{text}`")]
    Value {
        /// Its path.
        member: String,
        /// As written.
        text: String,
    },
    /// An algorithm that we do not know: nothing can be verified.
    #[error("`{member}` names the algorithm `{text}`, which is not known")]
    Algorithm {
        /// Its path.
        member: String,
        /// As written.
        text: String,
    },
    /// Some of the previous members are null and some are not.
    #[error("`{member}` is null, and other members of the previous digest are not")]
    HalfPrevious {
        /// One that is null.
        member: String,
    },
    /// It ends before it starts.
    #[error("`digestEndTime` lies before `digestStartTime`")]
    Backwards,
}

impl Digest {
    /// Parses one inflated digest file. Members that we do not know are passed over: they are signed with the rest.
    ///
    /// # Errors
    ///
    /// [`Refusal`], which names the first member that is not as CloudTrail writes it.
    pub fn parse(bytes: &[u8]) -> Result<Self, Refusal> {
        let node: Node<'_> =
            serde_json::from_slice(bytes).map_err(|error| Refusal::NotJson { why: error.to_string() })?;
        let object = Object::of(&node, String::new())?;
        object.algorithm("digestSignatureAlgorithm", "SHA256withRSA")?;
        let digest = Digest {
            account: object.text("awsAccountId")?.to_owned(),
            start: object.time("digestStartTime")?,
            end: object.time("digestEndTime")?,
            end_text: object.text("digestEndTime")?.to_owned(),
            bucket: object.text("digestS3Bucket")?.to_owned(),
            key: object.text("digestS3Object")?.to_owned(),
            fingerprint: object.text("digestPublicKeyFingerprint")?.to_owned(),
            newest_event: object.time_or_null("newestEventTime")?,
            oldest_event: object.time_or_null("oldestEventTime")?,
            previous: previous(&object)?,
            log_files: log_files(&object)?,
        };
        if digest.end < digest.start { Err(Refusal::Backwards) } else { Ok(digest) }
    }
}

/// Missing members are refused even where they may be null: a digest that lost them must not look like a starting one.
fn previous(object: &Object<'_>) -> Result<Option<Previous>, Refusal> {
    let members = [
        "previousDigestS3Bucket",
        "previousDigestS3Object",
        "previousDigestHashValue",
        "previousDigestSignature",
    ];
    let mut null = None;
    let mut whole = true;
    for member in members {
        match object.get(member)? {
            Node::Null => null = Some(member),
            _ => whole = false,
        }
    }
    match null {
        Some(_) if whole => Ok(None),
        Some(member) => Err(Refusal::HalfPrevious { member: object.path(member) }),
        None => {
            object.algorithm("previousDigestHashAlgorithm", "SHA-256")?;
            Ok(Some(Previous {
                bucket: object.text("previousDigestS3Bucket")?.to_owned(),
                key: object.text("previousDigestS3Object")?.to_owned(),
                hash: object.hash("previousDigestHashValue")?,
                signature: object.text("previousDigestSignature")?.to_owned(),
            }))
        }
    }
}

fn log_files(object: &Object<'_>) -> Result<Vec<LogFile>, Refusal> {
    let Node::List(list) = object.get("logFiles")? else {
        return Err(Refusal::Type { member: object.path("logFiles") });
    };
    let file = |(at, node)| -> Result<LogFile, Refusal> {
        let file = Object::of(node, format!("logFiles[{at}]"))?;
        file.algorithm("hashAlgorithm", "SHA-256")?;
        Ok(LogFile {
            bucket: file.text("s3Bucket")?.to_owned(),
            key: file.text("s3Object")?.to_owned(),
            hash: file.hash("hashValue")?,
            newest_event: file.time_or_null("newestEventTime")?,
            oldest_event: file.time_or_null("oldestEventTime")?,
        })
    };
    list.iter().enumerate().map(file).collect()
}

/// A JSON object and where it stands.
struct Object<'n> {
    members: &'n [(std::borrow::Cow<'n, str>, Node<'n>)],
    at: String,
}

impl<'n> Object<'n> {
    fn of(node: &'n Node<'n>, at: String) -> Result<Self, Refusal> {
        match node {
            Node::Object(members) => Ok(Object { members, at }),
            _ => Err(Refusal::Type { member: at }),
        }
    }

    fn path(&self, member: &str) -> String {
        if self.at.is_empty() { member.to_owned() } else { format!("{}.{member}", self.at) }
    }

    fn find(&self, member: &str) -> Result<Option<&'n Node<'n>>, Refusal> {
        let mut found = self.members.iter().filter(|(name, _)| name == member).map(|(_, node)| node);
        let first = found.next();
        if found.next().is_some() { Err(Refusal::Twice { member: self.path(member) }) } else { Ok(first) }
    }

    fn get(&self, member: &str) -> Result<&'n Node<'n>, Refusal> {
        self.find(member)?.ok_or_else(|| Refusal::Missing { member: self.path(member) })
    }

    fn text(&self, member: &str) -> Result<&'n str, Refusal> {
        match self.get(member)? {
            Node::Text(text) => Ok(text),
            _ => Err(Refusal::Type { member: self.path(member) }),
        }
    }

    fn value<T>(&self, member: &str, read: impl Fn(&str) -> Option<T>) -> Result<T, Refusal> {
        let text = self.text(member)?;
        read(text).ok_or_else(|| Refusal::Value { member: self.path(member), text: text.to_owned() })
    }

    fn time(&self, member: &str) -> Result<i64, Refusal> {
        self.value(member, milliseconds)
    }

    fn time_or_null(&self, member: &str) -> Result<Option<i64>, Refusal> {
        match self.find(member)? {
            None | Some(Node::Null) => Ok(None),
            Some(_) => self.time(member).map(Some),
        }
    }

    fn hash(&self, member: &str) -> Result<[u8; 32], Refusal> {
        self.value(member, |text| unhex(text)?.try_into().ok())
    }

    fn algorithm(&self, member: &str, known: &str) -> Result<(), Refusal> {
        let text = self.text(member)?;
        let named = Refusal::Algorithm { member: self.path(member), text: text.to_owned() };
        if text == known { Ok(()) } else { Err(named) }
    }
}
