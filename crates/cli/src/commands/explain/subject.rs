//! The ARN that a person typed: what it is of, and what is near it.

use ::audit::inventory::{Inventory, Place};
use ::audit::named::{named, resource_name, resources, unlisted};
use anyhow::Result;
use cloudtrail::arn::{Arn, PARTITIONS, partition_of};
use cloudtrail::names::{AccountId, NotAName, Region};
use cloudtrail::resource::{ResourceType, unqualified};
use surroundings::problem::{Problem, say};
use surroundings::settings::Source;
use surroundings::unknown::no_function_of;
use text::nearest::nearest;

const FORM: &str = "a function is named arn:aws:lambda:REGION:ACCOUNT:function:NAME";

/// What a person asks about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// The resource of that type and unqualified ARN.
    Arn(ResourceType, String),
    /// The one of that name.
    Name(String),
}

/// How many ARNs are told where several resources have one name.
const SHOWN: usize = 6;

/// What was typed: an ARN, or a name.
///
/// # Errors
/// As [`read`], for what is neither.
pub(super) fn asked(text: &str) -> Result<Asked> {
    let is_name = |text: &str| {
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
    };
    // A version or alias may follow a name, too.
    let (name, qualifier) = text.split_once(':').map_or((text, None), |(name, rest)| (name, Some(rest)));
    if !is_name(name) || qualifier.is_some_and(|text| !is_name(text.trim_start_matches('$'))) {
        let (kind, arn) = read(text)?;
        return Ok(Asked::Arn(kind, arn));
    }
    if let Some(qualifier) = qualifier {
        say("note", &cut_off(qualifier));
    }
    Ok(Asked::Name(name.to_owned()))
}

fn cut_off(qualifier: &str) -> String {
    format!("`{qualifier}` is cut off: events name the function without version or alias")
}

/// The type and ARN of what is asked about: a name is looked for in the inventory.
///
/// # Errors
/// [`Problem`] iff nothing has that name, or several resources have it.
pub(super) fn found<'a>(asked: &'a Asked, inventory: &'a Inventory) -> Result<(ResourceType, &'a str)> {
    let wanted = match asked {
        Asked::Arn(kind, arn) => return Ok((*kind, arn)),
        Asked::Name(name) => name,
    };
    match named(inventory, wanted).as_slice() {
        [one] => {
            if !unlisted(inventory).is_empty() {
                say("note", "not every function could be listed, so another one may have this name");
            }
            Ok(*one)
        }
        [] => {
            if let Some(gap) = unlisted(inventory).first() {
                let place: Vec<&str> =
                    [&gap.account, &gap.region].into_iter().flatten().map(String::as_str).collect();
                let place = if place.is_empty() { String::new() } else { format!(" in {}", place.join(" ")) };
                let line =
                    format!("cannot tell whether a function is called `{wanted}`: {}{place}", gap.why());
                let help = "name the function by its ARN: what records it is answered without a list";
                return Err(Problem::undetermined(line).help(help).into());
            }
            let names = resources(inventory).filter_map(|(_, arn)| resource_name(arn));
            Err(no_function_of(&[wanted], "in the inventory", names).into())
        }
        several => {
            let line = format!("{} functions are called `{wanted}`", several.len());
            let shown: Vec<&str> = several.iter().take(SHOWN).map(|(_, arn)| *arn).collect();
            let more = several.len().saturating_sub(SHOWN);
            let tail = if more > 0 { format!(" and {more} more") } else { String::new() };
            Err(Problem::new(line).help(format!("name one of {}{tail}", shown.join(", "))).into())
        }
    }
}

/// The type and unqualified ARN of the resource; a qualifier is cut off, and that is told.
///
/// # Errors
/// [`Problem`] in the user's words for whatever is no Lambda resource.
pub(super) fn read(text: &str) -> Result<(ResourceType, String)> {
    let arn = Arn::try_parse(text).map_err(|error| Problem::new(error.to_string()).help(FORM))?;
    if arn.service != "lambda" {
        let line = format!("`{text}` is not a Lambda resource: its service is `{}`", arn.service);
        return Err(Problem::new(line).help(FORM).into());
    }
    if !PARTITIONS.contains(&arn.partition) {
        let line = format!("`{text}`: there is no partition `{}`", arn.partition);
        return Err(Problem::new(line).help(format!("partitions are {}", PARTITIONS.join(", "))).into());
    }
    let part =
        |part: &str, error: NotAName| Problem::new(format!("`{text}`: `{part}` is {error}")).help(FORM);
    AccountId::parse(arn.account).map_err(|error| part(arn.account, error))?;
    Region::parse(arn.region).map_err(|error| part(arn.region, error))?;
    if partition_of(arn.region) != arn.partition {
        let line = format!("`{text}`: the Region {} is not of the partition `{}`", arn.region, arn.partition);
        return Err(Problem::new(line).help(FORM).into());
    }
    let Some((kind, plain)) = unqualified(text) else { return Err(no_resource(text, &arn).into()) };
    if plain.contains(['*', '?']) {
        let line = format!("`{text}` is a pattern, and one function is asked about");
        return Err(Problem::new(line).help(FORM).into());
    }
    if plain.len() < text.len() {
        let qualifier = &text[plain.len() + 1..];
        say("note", &cut_off(qualifier));
    }
    Ok((kind, plain.to_owned()))
}

fn no_resource(text: &str, arn: &Arn<'_>) -> Problem {
    let line = format!("`{text}` names no function, web function or MicroVM image");
    match arn.resource.strip_prefix("function/") {
        Some(name) => {
            let Arn { partition, region, account, .. } = arn;
            Problem::new(line).help(format!(
                "functions have a colon there: arn:{partition}:lambda:{region}:{account}:function:{name}"
            ))
        }
        None => Problem::new(line).help(FORM),
    }
}

/// The place where the resource would be, by position.
///
/// # Errors
/// [`Problem`] iff nothing is known of that account and Region.
pub(super) fn place(arn: &str, inventory: &Inventory, source: &Source) -> Result<usize> {
    let parsed = Arn::try_parse(arn)?;
    if parsed.partition != inventory.partition && !inventory.partition.is_empty() {
        let line = format!(
            "{arn} is of the partition `{}`, and everything that was read is of `{}`",
            parsed.partition, inventory.partition
        );
        return Err(Problem::new(line)
            .help(format!("ask with an ARN that begins with arn:{}:", inventory.partition))
            .into());
    }
    if let Some(place) = inventory.place(parsed.account, parsed.region) {
        return Ok(place);
    }
    let line = format!("nothing was read of {} in account {}", parsed.region, parsed.account);
    let help = match (near(arn, inventory), source) {
        (Some(near), _) => format!("did you mean {near}?"),
        (None, Source::Live(_)) => format!(
            "to read that account: --accounts {} --role-name NAME; to read that Region: --region {}",
            parsed.account, parsed.region
        ),
        (None, Source::File(_) | Source::Demo(_)) => told_places(inventory),
    };
    Err(Problem::new(line).help(help).into())
}

fn told_places(inventory: &Inventory) -> String {
    if inventory.places.is_empty() {
        return "the inventory holds no account and Region at all".to_owned();
    }
    let one = |place: &Place| format!("{} {}", place.account, place.region);
    let shown: Vec<String> = inventory.places.iter().take(SHOWN).map(one).collect();
    let more = inventory.places.len().saturating_sub(SHOWN);
    let tail = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("the inventory holds {}{tail}", shown.join(", "))
}

/// The ARN of a resource in the inventory that is within a few edits of this one.
pub(super) fn near<'a>(arn: &str, inventory: &'a Inventory) -> Option<&'a str> {
    nearest(arn, resources(inventory).map(|(_, other)| other).filter(|other| *other != arn))
}

/// The same, or the name that is nearest to that of the ARN, wherever it is: an ARN elsewhere differs by more than its name.
pub(super) fn near_anywhere<'a>(arn: &str, inventory: &'a Inventory) -> Option<&'a str> {
    let name = arn.rsplit(':').next().unwrap_or(arn);
    let name_of = |other: &'a str| other.rsplit(':').next().unwrap_or(other);
    let others = || resources(inventory).map(|(_, other)| other);
    let same = || others().find(|other| name_of(other) == name && *other != arn);
    near(arn, inventory).or_else(same).or_else(|| nearest(name, others().map(name_of)))
}
