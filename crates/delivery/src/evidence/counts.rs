//! What CloudWatch counts of each function over the window: from a file, from AWS, or not at all.

use super::functions::pair;
use crate::door::Door;
use crate::sources::side_by_side;
use audit::evidence::Metric;
use cloudtrail::time::{DAY_MILLIS, HOUR_MILLIS};
use logs::text_of;
use std::collections::BTreeMap;
use std::ops::Range;
use store::HourlyCounts;

/// How long CloudWatch keeps counts of hours ("Metrics retention").
const KEPT: i64 = 455 * DAY_MILLIS;

/// What CloudWatch counts of a function over the window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counted {
    /// The sum.
    pub metric: Metric,
    /// The beginnings of the hours with invocations, ascending, milliseconds since 1970.
    pub hours: Vec<i64>,
}

impl Counted {
    fn unknown(why: String) -> Counted {
        Counted { metric: Metric::Unknown(why), hours: Vec::new() }
    }

    /// Of these hours.
    fn of(hours: impl Iterator<Item = (i64, u64)>) -> Counted {
        let counted: Vec<(i64, u64)> = hours.filter(|(_, count)| *count > 0).collect();
        let sum = counted.iter().fold(0_u64, |sum, (_, count)| sum.saturating_add(*count));
        Counted { metric: Metric::Known(sum), hours: counted.into_iter().map(|(hour, _)| hour).collect() }
    }
}

/// Where counts come from.
pub enum Counts<'s> {
    /// A file.
    File(BTreeMap<String, HourlyCounts>),
    /// CloudWatch.
    Live(&'s Door),
    /// Nowhere.
    None,
}

impl Counts<'_> {
    /// Where they come from, in words.
    #[must_use]
    pub fn origin(&self) -> &'static str {
        match self {
            Self::File(_) => "file",
            Self::Live(_) => "cloudwatch",
            Self::None => "none",
        }
    }

    /// The count of each function over the window.
    #[must_use]
    pub fn over(&self, functions: &[&str], window: &Range<i64>, now: i64) -> BTreeMap<String, Counted> {
        match self {
            Self::None => {
                let why =
                    "CloudWatch was not asked: name --metrics FILE, or leave --inventory out".to_owned();
                functions.iter().map(|arn| ((*arn).to_owned(), Counted::unknown(why.clone()))).collect()
            }
            Self::File(series) => {
                functions.iter().map(|arn| ((*arn).to_owned(), summed(series.get(*arn), window))).collect()
            }
            Self::Live(door) => {
                let mut counts = live(door, functions, window);
                counts.values_mut().for_each(|count| forgotten(&mut count.metric, window, now));
                counts
            }
        }
    }
}

/// A zero of hours that CloudWatch does not keep any more says nothing.
fn forgotten(count: &mut Metric, window: &Range<i64>, now: i64) {
    if *count == Metric::Known(0) && window.start < now.saturating_sub(KEPT) {
        let why = "CloudWatch keeps its hours for 455 days, and the window begins before".to_owned();
        *count = Metric::Unknown(why);
    }
}

/// The sum over the window. Hours that the file does not know can add to a count, and cannot make it zero.
fn summed(hours: Option<&HourlyCounts>, window: &Range<i64>) -> Counted {
    let Some(hours) = hours else {
        return Counted::unknown("the file of metrics says nothing of it".to_owned());
    };
    let counted = Counted::of(hours.range(window.clone()).map(|(hour, count)| (*hour, *count)));
    let wanted = (window.end - window.start) / HOUR_MILLIS;
    let known = i64::try_from(hours.range(window.clone()).count()).unwrap_or(0);
    if !counted.hours.is_empty() || known == wanted {
        return counted;
    }
    let first =
        (0..wanted).map(|nth| window.start + nth * HOUR_MILLIS).find(|hour| !hours.contains_key(hour));
    Counted::unknown(format!(
        "the file of metrics knows {known} of {wanted} hours; the first it does not know is {}",
        text_of(first.unwrap_or(window.start))
    ))
}

/// Names that one question is about; the session makes requests of them as CloudWatch takes them.
const NAMES: usize = 2_000;

fn live(door: &Door, functions: &[&str], window: &Range<i64>) -> BTreeMap<String, Counted> {
    let mut places: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
    let mut all = BTreeMap::new();
    for arn in functions {
        match pair(arn) {
            Some(pair) => places.entry(pair).or_default().push(arn),
            None => _ = all.insert((*arn).to_owned(), Counted::unknown("it is not a function".to_owned())),
        }
    }
    let questions: Vec<((&str, &str), Vec<&str>)> = places
        .into_iter()
        .flat_map(|(pair, arns)| arns.chunks(NAMES).map(|some| (pair, some.to_vec())).collect::<Vec<_>>())
        .collect();
    let answers = side_by_side(&questions, |((account, region), arns)| {
        let names: Vec<&str> = arns.iter().map(|arn| name(arn)).collect();
        let asked = door.aws.invocations(account, region, &names, window.start, window.end);
        door.wait(asked).map_err(|gap| format!("{}: {}", gap.call, gap.error))
    });
    for ((_, arns), answer) in questions.iter().zip(answers) {
        for arn in arns {
            let counted = match &answer {
                Ok(counts) => Counted::of(counts.get(name(arn)).into_iter().flatten().copied()),
                Err(why) => Counted::unknown(why.clone()),
            };
            all.insert((*arn).to_owned(), counted);
        }
    }
    all
}

fn name(arn: &str) -> &str {
    arn.rsplit(':').next().unwrap_or(arn)
}

#[cfg(test)]
mod tests {
    use super::{HOUR_MILLIS, HourlyCounts, KEPT, Metric, forgotten, summed};

    #[test]
    fn a_zero_of_hours_that_are_not_kept_is_none() {
        let of = |count, start| {
            let mut count = Metric::Known(count);
            forgotten(&mut count, &(start..start + HOUR_MILLIS), KEPT + HOUR_MILLIS);
            count
        };
        assert_eq!(of(0, HOUR_MILLIS), Metric::Known(0));
        assert!(matches!(of(0, HOUR_MILLIS - 1), Metric::Unknown(why) if why.contains("455 days")));
        assert_eq!(of(3, 0), Metric::Known(3));
    }

    #[test]
    fn counts_whose_sum_is_too_large_are_as_many_as_can_be_said() {
        let hours = HourlyCounts::from([(2 * HOUR_MILLIS, u64::MAX), (3 * HOUR_MILLIS, 1)]);
        assert_eq!(summed(Some(&hours), &(2 * HOUR_MILLIS..4 * HOUR_MILLIS)).metric, Metric::Known(u64::MAX));
    }

    #[test]
    fn an_hour_that_is_not_known_never_makes_a_zero() {
        let hours = |known: &[(i64, u64)]| -> HourlyCounts {
            known.iter().map(|(hour, count)| (hour * HOUR_MILLIS, *count)).collect()
        };
        let window = 2 * HOUR_MILLIS..4 * HOUR_MILLIS;
        let of = |known: &[(i64, u64)]| summed(Some(&hours(known)), &window);
        assert_eq!(of(&[(1, 9), (2, 0), (3, 0), (4, 9)]).metric, Metric::Known(0));
        assert_eq!(of(&[(2, 3), (3, 4)]).metric, Metric::Known(7));
        let one = of(&[(2, 0), (3, 4)]);
        assert_eq!((one.metric, one.hours), (Metric::Known(4), vec![3 * HOUR_MILLIS]));
        assert_eq!(of(&[(3, 4)]).metric, Metric::Known(4));
        assert!(matches!(of(&[(2, 0)]).metric, Metric::Unknown(why) if why.contains("1 of 2 hours")));
        assert!(matches!(summed(None, &window).metric, Metric::Unknown(_)));
    }
}
