//! Event selectors read from JSON: AWS's own answers and requests, log records, Terraform, CloudFormation, a person's file.
//!
//! Member names are compared without case and underscores, so `ReadWriteType` (API, CloudFormation), `readWriteType`
//! (recorded requests) and `read_write_type` (Terraform) are one member. A member, field, operator or value that we do not
//! know never disappears: it becomes a [`Doubt`] of the selector it stands in, and where it might *widen* that selector,
//! the conditions it might widen are dropped, so that the selector may record anything. Only what cannot be read at all
//! (the wrong JSON type, an unknown `ReadWriteType`) is an error, with the path into the document.

mod advanced;
mod basic;
mod recorder_facts;
mod request;
mod strict;
mod walk;

pub use recorder_facts::{Member, RecorderFacts, recorder_facts};
pub use request::{RequestError, as_found, document, each, request};
pub use strict::{is_hcl, value_from_str};

use crate::selector::{AdvancedSelector, Doubt, Selector, Selectors};
use recorder_facts::{is_about_recording, read_recorder_facts};
use serde_json::Value;
use walk::{Path, entries, list, plain};

/// The document cannot be read as event selectors.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SelectorsError {
    /// Not JSON at all.
    #[error("{}not JSON: {problem}", guess.unwrap_or_default())]
    NotJson {
        /// What it looks like instead, and how to get JSON of it.
        guess: Option<&'static str>,
        /// What the JSON reader said, with line and column.
        problem: String,
    },
    /// JSON of the wrong type.
    #[error("`{path}` is {found}, and {wanted} was expected there")]
    WrongType {
        /// Path into the document.
        path: String,
        /// What stands there.
        found: &'static str,
        /// What should.
        wanted: &'static str,
    },
    /// A value that AWS refuses and that we cannot read as anything.
    #[error("`{path}` is `{value}`, and AWS takes only {wanted} there")]
    NotAllowed {
        /// Path into the document.
        path: String,
        /// What stands there.
        value: String,
        /// What AWS takes.
        wanted: &'static str,
    },
    /// One member twice, in one spelling or in two, of which neither may win in silence.
    #[error("`{path}` appears twice")]
    Twice {
        /// Path into the document: the second of them.
        path: String,
    },
    /// An object without any member that selectors have.
    #[error(
        "`{path}` holds no event selectors: expected EventSelectors, AdvancedEventSelectors or a list of selectors"
    )]
    NoSelectors {
        /// Path into the document.
        path: String,
    },
}

/// Members that stand beside the selectors in answers and requests of AWS and in CloudFormation, as [`plain`] names, and
/// cannot change what is recorded of management and data events. Those that can are read in [`recorder_facts`].
const BESIDE: [&str; 58] = [
    // GetEventSelectors, PutEventSelectors
    "trailarn",
    "trailname",
    "responsemetadata",
    // The rest of a trail
    "cloudwatchlogsloggrouparn",
    "cloudwatchlogsrolearn",
    "enablelogfilevalidation",
    "includeglobalserviceevents",
    "insightselectors",
    "hascustomeventselectors",
    "hasinsightselectors",
    "homeregion",
    "kmskeyid",
    "s3bucketname",
    "s3keyprefix",
    "logfilevalidationenabled",
    "snstopicarn",
    "snstopicname",
    "tags",
    "tagslist",
    // GetTrailStatus
    "latestcloudwatchlogsdeliveryerror",
    "latestcloudwatchlogsdeliverytime",
    "latestdeliveryattemptsucceeded",
    "latestdeliveryattempttime",
    "latestdeliverytime",
    "latestdigestdeliveryerror",
    "latestdigestdeliverytime",
    "latestnotificationattemptsucceeded",
    "latestnotificationattempttime",
    "latestnotificationerror",
    "latestnotificationtime",
    "startloggingtime",
    "stoploggingtime",
    "timeloggingstarted",
    "timeloggingstopped",
    // The rest of an event data store
    "eventdatastore",
    "eventdatastorearn",
    "name",
    "billingmode",
    "createdtimestamp",
    "updatedtimestamp",
    "federationenabled",
    "federationrolearn",
    "federationstatus",
    "insightsdestination",
    "contextkeyselectors",
    "maxeventsize",
    "partitionkeys",
    "retentionperiod",
    "terminationprotectionenabled",
    "aggregationconfigurations",
    // A channel
    "channelarn",
    "channelname",
    "source",
    "sourceconfig",
    "destinations",
    "ingestionstatus",
    // Terraform
    "insightselector",
    "id",
];

/// Reads selectors from the text of a JSON document.
///
/// # Errors
/// As [`from_value`], and [`SelectorsError::NotJson`].
pub fn from_str(text: &str) -> Result<Selectors, SelectorsError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    from_value(&value_from_str(text)?)
}

/// Reads selectors from a JSON document: an answer of GetEventSelectors, a request of PutEventSelectors (as typed or as
/// recorded), the values of a Terraform `aws_cloudtrail`, CloudFormation properties, a list of selectors, or one selector.
/// Where lists of selectors are there but empty, what is recorded is in doubt; so is what selectors record whose document
/// says that nothing is recorded now (see [`recorder_facts`]).
///
/// # Errors
/// [`SelectorsError`] iff the document cannot be read as selectors; what can be read but not understood is a doubt.
pub fn from_value(value: &Value) -> Result<Selectors, SelectorsError> {
    let root = Path::root();
    let (mut unknown, mut of_all) = (Vec::new(), Vec::new());
    let read = match value {
        Value::Array(_) => {
            list(&root, value)?.map(|(at, item)| selector(&at, item)).collect::<Result<_, _>>()?
        }
        Value::Object(members) if members.keys().any(|key| is_selector_member(key)) => {
            vec![selector(&root, value)?]
        }
        Value::Object(_) => {
            let read = from_document(&root, value, &mut unknown)?;
            of_all = read_recorder_facts(&root, value).1;
            read
        }
        other => return Err(root.wrong(other, "an object or a list")),
    };
    let mut list = in_force(read, unknown);
    for selector in &mut list {
        of_all.iter().for_each(|doubt| selector.doubt(doubt.clone()));
    }
    Ok(Selectors { list, document: value.to_string() })
}

/// Reads the selectors of a document; members that we do not know are added to `unknown`.
fn from_document(
    path: &Path<'_>,
    value: &Value,
    unknown: &mut Vec<Doubt>,
) -> Result<Vec<Selector>, SelectorsError> {
    let mut selectors = Vec::new();
    let members = entries(path, value)?;
    let terraform = members.iter().any(|(_, key, _)| key.contains("event_selector"));
    for (at, key, member) in &members {
        match plain(key).as_str() {
            "eventselectors" | "eventselector" => {
                for (at, item) in list(at, member)? {
                    selectors.push(Selector::Basic(basic::read(&at, item)?));
                }
            }
            "advancedeventselectors" | "advancedeventselector" => {
                for (at, item) in list(at, member)? {
                    selectors.push(Selector::Advanced(advanced::read(&at, item)?));
                }
            }
            known if BESIDE.contains(&known) || is_about_recording(known) => {}
            // A Terraform resource holds the whole trail; what does not speak of selectors is not about them.
            other if terraform && !other.contains("selector") => {}
            _ => unknown.push(Doubt::Member { path: at.to_string() }),
        }
    }
    // A member that is `null` says as much as an empty list.
    const HOLDERS: [&str; 4] =
        ["eventselectors", "eventselector", "advancedeventselectors", "advancedeventselector"];
    let is_holder = |key: &String| HOLDERS.contains(&plain(key).as_str());
    if !value.as_object().is_some_and(|all| all.keys().any(is_holder)) {
        return Err(SelectorsError::NoSelectors { path: path.to_string() });
    }
    Ok(selectors)
}

/// The selectors that were read, with the doubts that concern all of them. What is unknown beside the selectors may
/// narrow each of them, and may record by itself.
fn in_force(read: Vec<Selector>, unknown: Vec<Doubt>) -> Vec<Selector> {
    if read.is_empty() && unknown.is_empty() {
        // A trail that nobody set is told in full by AWS (semantics 2): an empty list is something else.
        return vec![opaque(vec![Doubt::NoSelectors])];
    }
    let mut all: Vec<Selector> = doubt_both_kinds(read).into_iter().map(opaque_if_widened).collect();
    for selector in &mut all {
        unknown.iter().for_each(|doubt| selector.doubt(doubt.clone()));
    }
    if !unknown.is_empty() {
        all.push(opaque(unknown));
    }
    all
}

/// A basic selector records the more, the more it holds: one that holds what we do not know may record anything.
fn opaque_if_widened(selector: Selector) -> Selector {
    let widens = |doubt: &Doubt| matches!(doubt, Doubt::Member { .. } | Doubt::Missing { .. });
    match selector {
        Selector::Basic(basic) if basic.doubts.iter().any(widens) => opaque(basic.doubts),
        other => other,
    }
}

/// A selector of which we know nothing but that it is there: it may record anything.
fn opaque(doubts: Vec<Doubt>) -> Selector {
    Selector::Advanced(AdvancedSelector { name: String::new(), fields: Vec::new(), doubts })
}

fn selector(path: &Path<'_>, value: &Value) -> Result<Selector, SelectorsError> {
    let members = entries(path, value)?;
    let is_advanced =
        members.iter().any(|(_, key, _)| matches!(plain(key).as_str(), "fieldselectors" | "fieldselector"));
    if is_advanced {
        advanced::read(path, value).map(Selector::Advanced)
    } else if members.iter().any(|(_, key, _)| is_selector_member(key)) {
        basic::read(path, value).map(Selector::Basic)
    } else {
        Err(SelectorsError::NoSelectors { path: path.to_string() })
    }
}

fn is_selector_member(key: &str) -> bool {
    const MEMBERS: [&str; 8] = [
        "fieldselectors",
        "fieldselector",
        "readwritetype",
        "includemanagementevents",
        "dataresources",
        "dataresource",
        "excludemanagementeventsources",
        "excludemanagementeventsource",
    ];
    MEMBERS.contains(&plain(key).as_str())
}

fn doubt_both_kinds(mut selectors: Vec<Selector>) -> Vec<Selector> {
    let is_basic = |selector: &Selector| matches!(selector, Selector::Basic(_));
    if selectors.iter().any(is_basic) && !selectors.iter().all(is_basic) {
        for selector in &mut selectors {
            selector.doubt(Doubt::BothKinds);
        }
    }
    selectors
}
