//! Records that do not say whose function was called, contradict themselves, or contradict the folder that they lie in: nobody's
//! evidence, and anybody's doubt.

use super::Holes;
use crate::layout::About;
use cloudtrail::arn::{Arn, partition_of};
use cloudtrail::resource::ResourceType;
use logs::{Column, Home, Marks, Row, Sheet, is_account};
#[cfg(feature = "lake")]
use logs::{Columns, Record};
use std::collections::BTreeMap;
use std::ops::Range;

/// What is looked at.
pub(super) const COLUMNS: [Column; 4] = [Column::Function, Column::Account, Column::Region, Column::Asked];

const UNKNOWN: &str = "invocation records do not say which function was called";
const OTHER_PLACE: &str = "invocation records name a function of another Region or partition than their own";
const OTHER_FOLDER: &str = "invocation records lie in the folder of another account or Region than they say";
const OTHER_NAME: &str = "invocation records name one function among their resources and ask for another";
const OTHER_KIND: &str =
    "invocation records name a function but not, or not for certain, a call of a plain function";

/// What a sheet is worth as evidence.
pub(super) struct Settled<'s> {
    /// The rows that count; `None` iff all do, as they stand.
    pub(super) sheet: Option<Sheet>,
    /// Rows delivered to other accounts, as they say, than the one in whose folder they lie.
    pub(super) strays: u64,
    found: BTreeMap<(About<'s>, &'static str), u64>,
}

/// What a row is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Worth {
    Counts,
    /// It does not say to which account it was delivered, and lies in the folder of its function's.
    CountsAtHome,
    /// A record in one account's folder does not prove that another account's trail delivers.
    Stray,
    /// It contradicts itself or its folder.
    Nothing,
    /// It names a plain function, and does not say that one was called.
    OtherKind,
}

/// What rows that are alike have in common: texts, and marks of the kind.
type Ids = ([u32; 4], [bool; 2]);

/// Looks at each row; doubts are about the time `asked`.
pub(super) fn settle<'s>(sheet: &'s Sheet, home: Option<&'s Home>, asked: &Range<i64>) -> Settled<'s> {
    let mut settled = Settled { sheet: None, strays: 0, found: BTreeMap::new() };
    let mut all_count = true;
    // Rows that follow each other are often alike.
    let mut last: Option<(Ids, Worth, Option<Doubt<'s>>)> = None;
    for row in &sheet.rows {
        let kind = [Marks::OTHER_KIND, Marks::WEB].map(|mark| row.marks.any(mark));
        let ids = (COLUMNS.map(|column| row.text(column)), kind);
        let known = last.take().filter(|(known, ..)| *known == ids);
        let (_, worth, doubt) = known.unwrap_or_else(|| {
            let (worth, doubt) = of(sheet, row, home);
            (ids, worth, doubt)
        });
        all_count &= worth == Worth::Counts;
        settled.strays += u64::from(worth == Worth::Stray);
        if let Some(doubt) = &doubt
            && asked.contains(&row.milliseconds)
            && !row.marks.any(Marks::MICROVM)
        {
            for place in &doubt.places {
                *settled.found.entry((*place, doubt.why)).or_default() += 1;
            }
        }
        last = Some((ids, worth, doubt));
    }
    if !all_count {
        let worth = |row: &Row| of(sheet, row, home).0;
        let keep = |row: &Row| {
            matches!(worth(row), Worth::Counts | Worth::CountsAtHome)
                || worth(row) == Worth::Nothing && row.marks.any(Marks::MICROVM)
        };
        let account = home.map(|home| home.account.as_str()).unwrap_or_default();
        settled.sheet = Some(sheet.kept(account, keep, |row| worth(row) == Worth::CountsAtHome));
    }
    settled
}

/// True iff a record is in doubt, or evidence of nobody, in a file that lies there. The sheet is emptied.
#[cfg(feature = "lake")]
pub(crate) fn is_in_doubt(record: &Record<'_>, home: Option<&Home>, sheet: &mut Sheet) -> bool {
    sheet.clear();
    sheet.take_at(record, Columns::of(&COLUMNS), home);
    let settled = settle(sheet, home, &(i64::MIN..i64::MAX));
    settled.sheet.is_some() || !settled.found.is_empty()
}

impl Settled<'_> {
    /// Enters the doubts into the holes of the accounts and Regions that they may be about.
    pub(super) fn enter(&self, holes: &mut Holes, file: &str) {
        for ((place, why), count) in &self.found {
            holes.add(*place, file, &format!("{count} {why}"), *count);
        }
    }
}

/// Of which functions nobody knows whether they were called, and why.
#[derive(Clone)]
struct Doubt<'s> {
    places: Vec<About<'s>>,
    why: &'static str,
}

fn of<'s>(sheet: &'s Sheet, row: &Row, home: Option<&'s Home>) -> (Worth, Option<Doubt<'s>>) {
    let text = |column| sheet.texts.get(row.text(column)).filter(|text| !text.is_empty());
    let (account, region) = (text(Column::Account), text(Column::Region));
    let own = (account.filter(|account| is_account(account)), region.filter(|one| logs::is_region(one)));
    let arn = text(Column::Function).and_then(Arn::parse).filter(is_whole);
    let there =
        arn.as_ref().map(|arn| (Some(arn.account), Some(arn.region).filter(|region| !region.is_empty())));
    let nothing = |folder: Option<About<'s>>, why| {
        (Worth::Nothing, Some(Doubt { places: each([folder, there, Some(own)]), why }))
    };
    if let Some(folder) = home.map(|home| (Some(&*home.account), Some(&*home.region)))
        && differ(folder, own)
    {
        return nothing(Some(folder), OTHER_FOLDER);
    }
    let at_home = home.is_none_or(|home| account == Some(home.account.as_str()));
    let Some(arn) = arn else {
        let worth = if at_home { Worth::Counts } else { Worth::Stray };
        let doubt = Doubt { places: vec![own], why: UNKNOWN };
        // Whichever web function it was, it was no plain one.
        return (worth, (!row.marks.any(Marks::WEB)).then_some(doubt));
    };
    if row.marks.any(Marks::OTHER_KIND) && arn.resource.starts_with(FUNCTION) {
        return (Worth::OtherKind, Some(Doubt { places: each([there, Some(own), None]), why: OTHER_KIND }));
    }
    let agrees = |region: &str| {
        (arn.region.is_empty() || arn.region == region) && arn.partition == partition_of(region)
    };
    if own.1.is_some_and(|region| !agrees(region)) {
        return nothing(None, OTHER_PLACE);
    }
    let worth = match home {
        _ if at_home => Worth::Counts,
        Some(home) if home.account == arn.account => Worth::CountsAtHome,
        _ => Worth::Stray,
    };
    let asked = text(Column::Asked).filter(|asked| asks_for_another(asked, &arn));
    let doubt = asked.map(|asked| {
        let asked = Arn::parse(asked).filter(is_whole);
        let asked = asked.map(|asked| (Some(asked.account), Some(asked.region)));
        Doubt { places: each([there, Some(own), asked]), why: OTHER_NAME }
    });
    (worth, doubt)
}

/// True iff a plain function is asked for, and it is not the one that the ARN names to the letter.
fn asks_for_another(asked: &str, arn: &Arn<'_>) -> bool {
    let whole = Arn::parse(asked).filter(is_whole);
    let function = |arn: &Arn<'_>| name(arn.resource).is_some();
    // What is neither the ARN of a plain function nor of another kind may be that of any of them, badly written.
    let of_another_kind = !function(arn) && KINDS.iter().any(|kind| arn.resource.starts_with(kind));
    match whole {
        Some(whole) if function(&whole) => {
            let place = |arn: &Arn<'_>| [arn.partition, arn.region, arn.account].map(str::to_owned);
            name(whole.resource) != name(arn.resource) || place(&whole) != place(arn)
        }
        _ if of_another_kind => false,
        _ => name_asked(asked).is_some_and(|asked| name(arn.resource) != Some(asked)),
    }
}

/// How the resources of other kinds begin.
const KINDS: [&str; 2] = [ResourceType::WebFunction.arn_infix(), ResourceType::MicrovmImage.arn_infix()];

/// Those that are known, each once.
fn each(places: [Option<About<'_>>; 3]) -> Vec<About<'_>> {
    let mut each: Vec<_> = places.into_iter().flatten().collect();
    each.sort_unstable();
    each.dedup();
    each
}

/// True iff both say an account, or both a Region, and not the same.
fn differ(one: About<'_>, other: About<'_>) -> bool {
    let differ =
        |one: Option<&str>, other: Option<&str>| one.zip(other).is_some_and(|(one, other)| one != other);
    differ(one.0, other.0) || differ(one.1, other.1)
}

/// True iff it is of something of Lambda, in an account.
fn is_whole(arn: &Arn<'_>) -> bool {
    arn.service == "lambda" && is_account(arn.account)
}

/// The function's name in an ARN's last part; `None` for web functions and the like, which are asked for otherwise.
fn name(resource: &str) -> Option<&str> {
    resource.strip_prefix(FUNCTION)?.split(':').next()
}

const FUNCTION: &str = "function:";

/// The function's name in what was asked for: a name or an ARN, whole or in part, with a version or without.
fn name_asked(asked: &str) -> Option<&str> {
    if let Some(at) = asked.find(FUNCTION) {
        return asked.get(at..).and_then(name);
    }
    let named = !asked.contains(['/', ' ']) && !asked.starts_with("arn:");
    asked.split(':').next().filter(|name| named && !name.is_empty())
}
