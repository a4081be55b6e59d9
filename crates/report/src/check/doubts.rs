//! What a change leaves open, in words: what is unknown, why it matters, and what would settle it.

use super::Check;
use super::finding::{Code, Finding};
use audit::answer::Conclusion;
use templates::document::{About, Doubt, Incomplete, Language, property};
use templates::gate::may_hide;
use templates::value::Why;

/// The name that a doubt is about: a parameter, a function, a type.
pub(super) fn name(about: &About) -> Option<&str> {
    match about {
        About::Unknown(why) | About::Condition(why) | About::Count(why) => why.name(),
        About::NotLookedInto(name) | About::Twice(name) => Some(name),
        _ => None,
    }
}

/// False for what selectors alone never say, and no answer rests on.
pub(super) fn is_told(check: &Check<'_>, doubt: &Doubt) -> bool {
    let validation = doubt.path.strip_prefix("$.") == Some(property::VALIDATION);
    check.document.language != Language::Selectors || !validation
}

pub(super) fn finding(check: &Check<'_>, doubt: &Doubt) -> Finding {
    let decides = may_hide(doubt, check.document);
    let conclusion = if decides { Conclusion::Undetermined } else { Conclusion::Nothing };
    let path = doubt.path.strip_prefix("$.").unwrap_or_default();
    let name = match (&doubt.address, path.is_empty()) {
        (None, _) => subject(&doubt.about, check.noun()),
        (Some(address), true) if is_home(&doubt.about) => {
            format!("{} of {address}", subject(&doubt.about, check.noun()))
        }
        (Some(address), true) => address.clone(),
        (Some(address), false) => format!("`{path}` of {address}"),
    };
    let code = Code::Open(doubt.about.code());
    let mut finding = Finding::new(code, conclusion, name, sentence(&doubt.about));
    finding.address.clone_from(&doubt.address);
    finding.at = doubt.at;
    finding.why.extend(matters(&doubt.about, path).map(str::to_owned));
    finding.fix = fix(&doubt.about);
    finding
}

/// True iff the file leaves open where a resource is.
const fn is_home(about: &About) -> bool {
    matches!(about, About::NoAccount | About::NoRegion)
}

/// What a doubt about the whole file is about, or one about where a resource is.
fn subject(about: &About, noun: &str) -> String {
    match about {
        About::NoAccount => "the account".to_owned(),
        About::NoRegion => "the Region".to_owned(),
        _ => noun.split_once(' ').map_or(noun, |(_, noun)| noun).to_owned(),
    }
}

/// What is so, as the end of a sentence about it.
fn sentence(about: &About) -> String {
    match about {
        About::Unknown(why) => unknown(why),
        About::Condition(why) => format!("may not be made: its condition {}", unknown(why)),
        About::Count(why) => format!("may be there any number of times: the count {}", unknown(why)),
        About::Selectors(doubt) => format!("holds something that we do not understand: {doubt}"),
        About::SelectorsUnread(why) => format!("cannot be read as selectors: {why}"),
        About::NoAccount => "is not in the file".to_owned(),
        About::NoRegion => "is not in the file, so where it records is unknown".to_owned(),
        About::Incomplete(Incomplete::Errored) => {
            "ended with an error, so it is not the whole change".to_owned()
        }
        About::Incomplete(Incomplete::Targeted) => "is not the whole change".to_owned(),
        About::Incomplete(Incomplete::Deferred) => "defers a part of the change".to_owned(),
        About::Incomplete(Incomplete::Transformed) => {
            "is rewritten by a macro that we do not know".to_owned()
        }
        About::NotLookedInto(kind) => format!("is a {kind}, and nobody looked into it"),
        About::Twice(other) => format!("is the same as {other}"),
        About::NamesAHome => {
            "names an account or a Region in its selectors, and the file does not say its own".to_owned()
        }
        About::EmptiedSelectors => "becomes empty, and AWS does not document what that records".to_owned(),
        About::NotInInventory => "changes, and the inventory does not hold it".to_owned(),
        About::OutsideInventory => "is in an account or Region that the inventory does not hold".to_owned(),
        About::AlreadyThere => "is to be made, and the inventory holds it already".to_owned(),
        About::WhichOne => "may be any of several recorders of the inventory".to_owned(),
        About::Differs => "is not today as the file says; the inventory counts".to_owned(),
        About::BucketReplaced => "is deleted and made anew, and may not let CloudTrail write".to_owned(),
        About::PolicyWithoutCloudTrail => "does not name cloudtrail.amazonaws.com".to_owned(),
        About::PolicyDeleted => {
            "is taken from the bucket of a trail, and may have let CloudTrail write".to_owned()
        }
        About::BucketUndelivered(error) => {
            format!("delivers to a bucket that AWS cannot deliver to, as another trail shows: {error}")
        }
        About::MayBeMended(error) => {
            format!("may or may not mend that AWS cannot deliver: {error}")
        }
    }
}

fn unknown(why: &Why) -> String {
    match why {
        Why::AfterApply => "is known only after apply".to_owned(),
        Why::Sensitive => "is marked as sensitive, so it was not kept".to_owned(),
        Why::NoParameter(name) => format!("needs the value of {name}"),
        Why::Unsupported(name) => format!("uses {name}, which is not evaluated"),
        Why::Elsewhere(name) => format!("refers to {name}, which is not in the file"),
        Why::Cycle(name) => format!("refers to itself through {name}"),
        Why::TooLarge => "is too large to be evaluated".to_owned(),
        Why::WrongType(wanted) => format!("is not {wanted}"),
        Why::NotSaid => "is not in the file".to_owned(),
    }
}

/// Why that matters, where the property says it.
fn matters(about: &About, path: &str) -> Option<&'static str> {
    match about {
        About::Unknown(_) | About::Selectors(_) | About::SelectorsUnread(_) => {
            let any = |names: &[&str]| names.iter().any(|name| path.starts_with(name));
            if any(&[property::SELECTORS, property::ADVANCED_SELECTORS, property::DOCUMENT]) {
                Some("until it is known, it counts as recording nothing")
            } else if any(&[property::LOGGING, property::INGESTION]) {
                Some("until it is known, nobody can say whether it records anything")
            } else if any(&[property::MULTI_REGION_TRAIL, property::MULTI_REGION_STORE]) {
                Some("until it is known, it counts as recording its own Region alone")
            } else if any(&[property::ORGANIZATION_TRAIL, property::ORGANIZATION_STORE]) {
                Some("until it is known, it counts as recording its own account alone")
            } else if any(&[property::BUCKET_NAME]) {
                Some("until it is known, any trail may deliver to it")
            } else if any(&[property::BUCKET]) {
                Some("until it is known, it may be a bucket that goes, or whose policy goes")
            } else {
                None
            }
        }
        _ => None,
    }
}

/// What would settle it.
fn fix(about: &About) -> Option<String> {
    let told = match about {
        About::Unknown(why) | About::Condition(why) | About::Count(why) => match why {
            Why::NoParameter(name) => match name.as_str() {
                "AWS::AccountId" => "give --account ID",
                "AWS::Region" => "give --region REGION",
                // The Region says it.
                "AWS::Partition" | "AWS::URLSuffix" => "give --region REGION",
                "AWS::StackName" => "give --stack-name NAME",
                name if name.starts_with("AWS::") => return None,
                name => return Some(format!("give --parameter {name}=VALUE")),
            },
            Why::Elsewhere(name) if matches!(name.as_str(), "AfterContext" | "BeforeContext") => {
                "read the change set again: aws cloudformation describe-change-set --include-property-values"
            }
            _ => return None,
        },
        About::NoAccount => "give --account ID",
        About::NoRegion => "give --region REGION",
        About::NamesAHome => "give --account ID and --region REGION",
        About::NotInInventory | About::OutsideInventory => {
            "collect an inventory of the account and Region that the change is about"
        }
        _ => return None,
    };
    Some(told.to_owned())
}
