//! What a plan needs beside an audit, as it stands in the file: lists that are left out where they are empty.

use super::InventoryFileError;
use super::entry::{account_id, gap, quoted, region, wrong};
use super::names::{arn, recorder_arn};
use super::parts::{SeenShape, Text};
use super::parts::{list, text, texts};
use audit::extra_facts::{Exposure, ExtraFacts, FunctionFacts};
use cloudtrail::names::AccountId;
use cloudtrail::recorder::Seen;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io::{self, Write};

/// The lists of the file.
#[derive(Default)]
pub(super) struct ExtraFactsShape<'a> {
    pub(super) recorder_tags: Vec<TagsShape<'a>>,
    pub(super) cloudtrail_administrators: Vec<AdministratorsShape<'a>>,
    pub(super) invocations: Vec<CountsShape<'a>>,
    pub(super) function_tags: Vec<FunctionTagsShape<'a>>,
    pub(super) function_facts: Vec<FactsShape<'a>>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct TagsShape<'a> {
    recorder: Text<'a>,
    tags: SeenShape<BTreeMap<Text<'a>, Text<'a>>>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct FunctionTagsShape<'a> {
    function: Text<'a>,
    tags: SeenShape<BTreeMap<Text<'a>, Text<'a>>>,
}

/// Delegated administrators for CloudTrail by the id of their organization.
#[derive(Serialize, Deserialize)]
pub(super) struct AdministratorsShape<'a> {
    organization: Text<'a>,
    accounts: SeenShape<Vec<Text<'a>>>,
}

/// Invocations in 30 days by the name of the function.
#[derive(Serialize, Deserialize)]
pub(super) struct CountsShape<'a> {
    account: Text<'a>,
    region: Text<'a>,
    counts: SeenShape<BTreeMap<Text<'a>, u64>>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct FactsShape<'a> {
    function: Text<'a>,
    policy: SeenShape<ExposureShape<'a>>,
    urls: SeenShape<Vec<Text<'a>>>,
    role: Option<Text<'a>>,
    tags: SeenShape<BTreeMap<Text<'a>, Text<'a>>>,
    triggers: SeenShape<Vec<Text<'a>>>,
}

#[derive(Serialize, Deserialize)]
struct ExposureShape<'a> {
    public: bool,
    accounts: Vec<Text<'a>>,
    services: Vec<Text<'a>>,
}

/// Writes the lists that hold anything.
pub(super) fn write(extra: &ExtraFacts, out: &mut dyn Write) -> io::Result<()> {
    if !extra.tags.is_empty() {
        let entries = extra
            .tags
            .iter()
            .map(|(arn, tags)| Ok(TagsShape { recorder: text(arn), tags: SeenShape::of(tags, map) }));
        list(out, "recorder_tags", entries)?;
    }
    if !extra.administrators.is_empty() {
        let entries = extra.administrators.iter().map(|(id, accounts)| {
            let accounts = SeenShape::of(accounts, |accounts| texts(accounts));
            Ok(AdministratorsShape { organization: text(id), accounts })
        });
        list(out, "cloudtrail_administrators", entries)?;
    }
    if !extra.invocations.is_empty() {
        let entries = extra.invocations.iter().map(|((account, region), counts)| {
            let counts =
                SeenShape::of(counts, |counts| counts.iter().map(|(name, n)| (text(name), *n)).collect());
            Ok(CountsShape { account: text(account), region: text(region), counts })
        });
        list(out, "invocations", entries)?;
    }
    if !extra.function_tags.is_empty() {
        let entries = extra
            .function_tags
            .iter()
            .map(|(arn, tags)| Ok(FunctionTagsShape { function: text(arn), tags: SeenShape::of(tags, map) }));
        list(out, "function_tags", entries)?;
    }
    if !extra.functions.is_empty() {
        list(out, "function_facts", extra.functions.iter().map(|(arn, facts)| Ok(of_function(arn, facts))))?;
    }
    Ok(())
}

fn map(tags: &BTreeMap<String, String>) -> BTreeMap<Text<'_>, Text<'_>> {
    tags.iter().map(|(key, value)| (text(key), text(value))).collect()
}

fn of_function<'a>(arn: &'a str, facts: &'a FunctionFacts) -> FactsShape<'a> {
    FactsShape {
        function: text(arn),
        policy: SeenShape::of(&facts.policy, |policy| ExposureShape {
            public: policy.public,
            accounts: texts(&policy.accounts),
            services: texts(&policy.services),
        }),
        urls: SeenShape::of(&facts.urls, |urls| texts(urls)),
        role: facts.role.as_deref().map(text),
        tags: SeenShape::of(&facts.tags, map),
        triggers: SeenShape::of(&facts.triggers, |triggers| texts(triggers)),
    }
}

/// The facts of the lists; `gaps` is how many gaps the file holds.
///
/// # Errors
/// [`InventoryFileError::Impossible`] where something stands there twice, or points at a gap that is not there.
pub(super) fn read(
    shape: ExtraFactsShape<'_>,
    gaps: usize,
    partition: &str,
) -> Result<ExtraFacts, InventoryFileError> {
    let mut extra = ExtraFacts {
        administrators: administrators(shape.cloudtrail_administrators, gaps)?,
        ..ExtraFacts::default()
    };
    for (at, one) in shape.recorder_tags.into_iter().enumerate() {
        let tags = one.tags.into_seen(owned);
        gap(format!("recorder_tags[{at}].tags.gap"), tags.gap(), gaps)?;
        let arn = one.recorder.into_owned();
        recorder_arn(&format!("recorder_tags[{at}].recorder"), &arn, partition)?;
        if extra.tags.insert(arn.clone(), tags).is_some() {
            return wrong(format!("recorder_tags[{at}]"), format!("{} appears twice", quoted(&arn)));
        }
    }
    for (at, one) in shape.invocations.into_iter().enumerate() {
        let counts = one
            .counts
            .into_seen(|counts| counts.into_iter().map(|(name, n)| (name.into_owned(), n)).collect());
        gap(format!("invocations[{at}].counts.gap"), counts.gap(), gaps)?;
        account_id(format!("invocations[{at}].account"), &one.account)?;
        region(format!("invocations[{at}].region"), &one.region)?;
        let key = (one.account.into_owned(), one.region.into_owned());
        if extra.invocations.insert(key, counts).is_some() {
            return wrong(format!("invocations[{at}]"), "this account and Region appear twice".to_owned());
        }
    }
    for (at, one) in shape.function_tags.into_iter().enumerate() {
        let tags = one.tags.into_seen(owned);
        gap(format!("function_tags[{at}].tags.gap"), tags.gap(), gaps)?;
        let arn = one.function.into_owned();
        self::arn(&format!("function_tags[{at}].function"), &arn, partition)?;
        if extra.function_tags.insert(arn.as_str().into(), tags).is_some() {
            return wrong(format!("function_tags[{at}]"), format!("{} appears twice", quoted(&arn)));
        }
    }
    for (at, one) in shape.function_facts.into_iter().enumerate() {
        let arn = one.function.clone().into_owned();
        self::arn(&format!("function_facts[{at}].function"), &arn, partition)?;
        let facts = facts(one);
        if let Some(role) = &facts.role {
            self::arn(&format!("function_facts[{at}].role"), role, partition)?;
        }
        for account in facts.policy.known().into_iter().flat_map(|policy| &policy.accounts) {
            account_id(format!("function_facts[{at}].policy.known.accounts"), account)?;
        }
        let unread = [facts.policy.gap(), facts.urls.gap(), facts.tags.gap(), facts.triggers.gap()];
        for found in unread {
            gap(format!("function_facts[{at}]"), found, gaps)?;
        }
        if extra.functions.insert(arn.as_str().into(), facts).is_some() {
            return wrong(format!("function_facts[{at}]"), format!("{} appears twice", quoted(&arn)));
        }
    }
    Ok(extra)
}

fn administrators(
    shapes: Vec<AdministratorsShape<'_>>,
    gaps: usize,
) -> Result<BTreeMap<String, Seen<Vec<String>>>, InventoryFileError> {
    let mut all = BTreeMap::new();
    for (at, one) in shapes.into_iter().enumerate() {
        let path = format!("cloudtrail_administrators[{at}]");
        let accounts =
            one.accounts.into_seen(|list| list.into_iter().map(Text::into_owned).collect::<Vec<_>>());
        gap(format!("{path}.accounts.gap"), accounts.gap(), gaps)?;
        for id in accounts.known().into_iter().flatten() {
            if AccountId::parse(id).is_err() {
                return wrong(format!("{path}.accounts"), format!("{} is not an account id", quoted(id)));
            }
        }
        let organization = one.organization.into_owned();
        if all.insert(organization.clone(), accounts).is_some() {
            return wrong(path, format!("{} appears twice", quoted(&organization)));
        }
    }
    Ok(all)
}

fn facts(shape: FactsShape<'_>) -> FunctionFacts {
    let strings = |list: Vec<Text<'_>>| list.into_iter().map(Text::into_owned).collect::<Vec<String>>();
    let policy: Seen<Exposure> = shape.policy.into_seen(|policy| Exposure {
        public: policy.public,
        accounts: strings(policy.accounts),
        services: strings(policy.services),
    });
    FunctionFacts {
        policy,
        urls: shape.urls.into_seen(strings),
        role: shape.role.map(Text::into_owned),
        tags: shape.tags.into_seen(owned),
        triggers: shape.triggers.into_seen(strings),
    }
}

fn owned(tags: BTreeMap<Text<'_>, Text<'_>>) -> BTreeMap<String, String> {
    tags.into_iter().map(|(key, value)| (key.into_owned(), value.into_owned())).collect()
}
