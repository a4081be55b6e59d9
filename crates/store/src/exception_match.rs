//! The member `match` of an exception: a misspelt or empty condition is refused, because the exception would accept more without it.

use super::document::{DocumentError, wrong};
use audit::controls::{ADVISORY, REQUIRED};
use audit::exception::matching::Match;
use cloudtrail::names;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use text::nearest::nearest;
use text::visible::excerpt;

/// What an ARN or a name holds besides letters and digits, and what stands for others.
const OF_PATTERNS: &str = "-_.:/+=,@*?";

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MatchShape {
    controls: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    arns: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    accounts: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    regions: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tags: Option<BTreeMap<String, String>>,
}

impl From<&Match> for MatchShape {
    fn from(one: &Match) -> Self {
        let given = |all: &Vec<String>| Some(all.clone()).filter(|all| !all.is_empty());
        MatchShape {
            controls: one.controls.clone(),
            arns: given(&one.arns),
            accounts: given(&one.accounts),
            regions: given(&one.regions),
            tags: Some(one.tags.clone()).filter(|tags| !tags.is_empty()),
        }
    }
}

impl MatchShape {
    /// # Errors
    /// [`DocumentError::Impossible`] where a member is empty, or holds what it cannot.
    pub(crate) fn checked(self, path: &str) -> Result<Match, DocumentError> {
        let at = |member: &str| format!("{path}.{member}");
        let empty =
            [&self.arns, &self.accounts, &self.regions].map(|all| all.as_ref().is_some_and(Vec::is_empty));
        let names = ["arns", "accounts", "regions"];
        if let Some((_, member)) = empty.into_iter().zip(names).find(|(empty, _)| *empty) {
            return wrong(at(member), "an empty list matches nothing: leave it out to match everything");
        }
        if self.controls.is_empty() {
            return wrong(at("controls"), "name at least one control");
        }
        for (position, control) in self.controls.iter().enumerate() {
            is_control(control, || format!("{path}.controls[{position}]"))?;
        }
        let (arns, accounts) = (self.arns.unwrap_or_default(), self.accounts.unwrap_or_default());
        let (regions, tags) = (self.regions.unwrap_or_default(), self.tags);
        let is_pattern = |text: &&String| {
            let known = |one: char| one.is_ascii_alphanumeric() || OF_PATTERNS.contains(one);
            text.is_empty() || !text.chars().all(known)
        };
        if let Some(other) = arns.iter().find(is_pattern) {
            let other = excerpt(other, 100);
            let problem = format!(
                "`{other}` is not a pattern of an ARN or a name, with * for any text and ? for one letter"
            );
            return wrong(at("arns"), &problem);
        }
        let is_account = |id: &str| id.len() == 12 && id.bytes().all(|one| one.is_ascii_digit());
        if let Some(other) = accounts.iter().find(|id| !is_account(id)) {
            return wrong(
                at("accounts"),
                &format!("`{}` is not an account id, which has twelve digits", excerpt(other, 60)),
            );
        }
        for other in &regions {
            is_region(other, || at("regions"))?;
        }
        if tags.as_ref().is_some_and(|tags| tags.is_empty() || tags.keys().any(|key| key.trim().is_empty())) {
            return wrong(at("tags"), "a tag has a key and a value: leave `tags` out to match everything");
        }
        let tags = tags.unwrap_or_default();
        Ok(Match { controls: self.controls, arns, accounts, regions, tags })
    }
}

fn is_region(name: &str, path: impl Fn() -> String) -> Result<(), DocumentError> {
    let said = format!("`{}` is not a Region", excerpt(name, 60));
    if names::Region::parse(name).is_err() {
        return wrong(path(), &format!("{said}, such as eu-west-1"));
    }
    let near = nearest(name, cloudtrail::regions::KNOWN).filter(|_| !cloudtrail::regions::is_usual(name));
    near.map_or(Ok(()), |near| wrong(path(), &format!("{said} of AWS. Did you mean {near}?")))
}

fn is_control(id: &str, path: impl Fn() -> String) -> Result<(), DocumentError> {
    let known = || REQUIRED.into_iter().chain(ADVISORY);
    if known().any(|one| one == id) {
        return Ok(());
    }
    let said = format!("`{}` is not a control", excerpt(id, 60));
    match nearest(id, known()) {
        Some(near) => wrong(path(), &format!("{said}: did you mean `{near}`?")),
        None => wrong(path(), &format!("{said}: docs/reference/controls.md lists them")),
    }
}
