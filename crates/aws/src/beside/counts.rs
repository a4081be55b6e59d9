//! CloudWatch's `AWS/Lambda Invocations` of every function at a place, over the 30 whole days before the collection.
//!
//! GetMetricData, 500 functions a call, over the query protocol: one operation is not worth an SDK crate. The sum of the
//! dimension FunctionName alone holds all versions and aliases.

use crate::gap::{Class, Failure};
use crate::pace::Service;
use crate::raw::{self, Target};
use crate::session::{Reach, Session};
use crate::wire::Call;
use audit::inventory::{Gap, Place};
use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use aws_smithy_xml::decode::{Document, ScopedDecoder, try_data};
use std::collections::BTreeMap;

/// Queries in one call (API_GetMetricData).
const QUERIES: usize = 500;
/// Days that are summed up. Daily sums: AWS keeps those for 455 days, and 500 times 30 is below 100,800 data points.
const DAYS: i64 = 30;
const DAY: i64 = 86_400;
/// Pages of one answer; more would be a circle.
const PAGES: usize = 100;

/// Invocations by function name; every function of the place is there.
pub(super) async fn of(
    session: &Session,
    reach: &Reach,
    place: &Place,
    collected_at: &str,
) -> Result<BTreeMap<String, u64>, Gap> {
    let call = Call::new(Service::CloudWatch, "cloudwatch:GetMetricData", &reach.account, &place.region);
    let names: Vec<&str> =
        place.functions.resources.iter().filter_map(|one| one.arn.rsplit(':').next()).collect();
    let read = async {
        let (from, to) = window(collected_at)?;
        let target = Target::cloudwatch(&session.caller.partition, &place.region).ok_or_else(|| {
            Failure::new(Class::Final, "the address of CloudWatch in this partition is not known")
        })?;
        let mut counts = BTreeMap::new();
        for batch in names.chunks(QUERIES) {
            let asking = Asking { session, reach, call: &call, target: &target, from: &from, to: &to };
            counts.extend(asking.batch(batch).await?);
        }
        Ok(counts)
    };
    read.await.map_err(|failure: Failure| failure.gap(&call))
}

/// The 30 whole days (UTC) before the day of `collected_at`.
fn window(collected_at: &str) -> Result<(String, String), Failure> {
    let wrong = |_| Failure::new(Class::Final, "the inventory does not say when it was collected");
    let at = DateTime::from_str(collected_at, Format::DateTime).map_err(wrong)?.secs();
    let to = at - at.rem_euclid(DAY);
    let told = |secs| DateTime::from_secs(secs).fmt(Format::DateTime);
    let told = |secs| told(secs).map_err(|error| Failure::new(Class::Final, error.to_string()));
    Ok((told(to - DAYS * DAY)?, told(to)?))
}

/// What every call about one place has in common.
struct Asking<'a> {
    session: &'a Session,
    reach: &'a Reach,
    call: &'a Call<'a>,
    target: &'a Target,
    from: &'a str,
    to: &'a str,
}

impl Asking<'_> {
    async fn batch(&self, names: &[&str]) -> Result<BTreeMap<String, u64>, Failure> {
        let mut sums = vec![0.0_f64; names.len()];
        let mut told = vec![false; names.len()];
        let mut token: Option<String> = None;
        for _ in 0..PAGES {
            let owned = query(names, self.from, self.to, token.as_deref());
            let parameters: Vec<(&str, &str)> =
                owned.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            let answer = self
                .session
                .wire
                .send(self.call, || Box::pin(raw::query(self.reach, self.target, &parameters)))
                .await?;
            let page = read(&answer).map_err(|error| Failure::new(Class::Final, error))?;
            for (id, values) in page.sums {
                let at = id
                    .strip_prefix('m')
                    .and_then(|at| at.parse::<usize>().ok())
                    .filter(|at| *at < names.len());
                let Some(at) = at else {
                    return Err(Failure::new(
                        Class::Final,
                        format!("the answer holds {id}, which was not asked"),
                    ));
                };
                sums[at] += values;
                told[at] = true;
            }
            match page.next {
                Some(next) => token = Some(next),
                None if told.contains(&false) => {
                    return Err(Failure::new(
                        Class::Final,
                        "the answer leaves out a function that was asked about",
                    ));
                }
                None => return Ok(counts(names, &sums)),
            }
        }
        Err(Failure::new(Class::Final, "the pages of the answer do not end"))
    }
}

fn counts(names: &[&str], sums: &[f64]) -> BTreeMap<String, u64> {
    // Sums of counts: whole numbers, and never negative.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to what fits")]
    let whole = |sum: f64| sum.round().clamp(0.0, 1e18) as u64;
    names.iter().zip(sums).map(|(name, sum)| ((*name).to_owned(), whole(*sum))).collect()
}

fn query(names: &[&str], from: &str, to: &str, token: Option<&str>) -> Vec<(String, String)> {
    let mut all = vec![
        ("Action".to_owned(), "GetMetricData".to_owned()),
        ("Version".to_owned(), "2010-08-01".to_owned()),
        ("StartTime".to_owned(), from.to_owned()),
        ("EndTime".to_owned(), to.to_owned()),
    ];
    all.extend(token.map(|token| ("NextToken".to_owned(), token.to_owned())));
    for (at, name) in names.iter().enumerate() {
        let mut say = |member: &str, value: &str| {
            all.push((format!("MetricDataQueries.member.{}.{member}", at + 1), value.to_owned()));
        };
        say("Id", &format!("m{at}"));
        say("MetricStat.Metric.Namespace", "AWS/Lambda");
        say("MetricStat.Metric.MetricName", "Invocations");
        say("MetricStat.Metric.Dimensions.member.1.Name", "FunctionName");
        say("MetricStat.Metric.Dimensions.member.1.Value", name);
        say("MetricStat.Period", &DAY.to_string());
        say("MetricStat.Stat", "Sum");
    }
    all
}

/// One page of an answer.
#[derive(Debug, Default, PartialEq)]
struct Page {
    /// By id: the sum of the values on this page.
    sums: Vec<(String, f64)>,
    next: Option<String>,
}

fn read(xml: &str) -> Result<Page, String> {
    let wrong = |error| format!("the answer is not XML: {error}");
    let mut document = Document::new(xml);
    let mut root = document.root_element().map_err(|error| format!("the answer is not XML: {error}"))?;
    let mut page = Page::default();
    let mut complete = false;
    while let Some(mut result) = root.next_tag() {
        if !result.start_el().matches("GetMetricDataResult") {
            continue;
        }
        while let Some(mut part) = result.next_tag() {
            if part.start_el().matches("MetricDataResults") {
                complete = true;
                while let Some(mut member) = part.next_tag() {
                    page.sums.push(series(&mut member)?);
                }
            } else if part.start_el().matches("NextToken") {
                let token = try_data(&mut part).map_err(wrong)?.trim().to_owned();
                page.next = Some(token).filter(|token| !token.is_empty());
            }
        }
    }
    if complete { Ok(page) } else { Err("the answer holds no metric data".to_owned()) }
}

fn series(member: &mut ScopedDecoder<'_, '_>) -> Result<(String, f64), String> {
    let wrong = |error| format!("the answer is not XML: {error}");
    let (mut id, mut sum, mut status) = (None, 0.0, String::new());
    while let Some(mut part) = member.next_tag() {
        if part.start_el().matches("Id") {
            id = Some(try_data(&mut part).map_err(wrong)?.into_owned());
        } else if part.start_el().matches("StatusCode") {
            status = try_data(&mut part).map_err(wrong)?.into_owned();
        } else if part.start_el().matches("Values") {
            while let Some(mut value) = part.next_tag() {
                let text = try_data(&mut value).map_err(wrong)?;
                sum += text.trim().parse::<f64>().map_err(|_| format!("`{text}` is no number"))?;
            }
        }
    }
    match (id, status.as_str()) {
        (Some(id), "Complete" | "PartialData" | "") => Ok((id, sum)),
        (Some(_), status) => Err(format!("CloudWatch answers {status}")),
        (None, _) => Err("the answer holds data without an id".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::{Page, read, window};

    fn answer(inner: &str) -> String {
        format!(
            "<GetMetricDataResponse xmlns=\"http://monitoring.amazonaws.com/doc/2010-08-01/\">\
             <GetMetricDataResult>{inner}</GetMetricDataResult></GetMetricDataResponse>"
        )
    }

    #[test]
    fn the_window_is_thirty_whole_days() {
        let (from, to) = window("2026-11-23T17:05:00Z").unwrap();
        assert_eq!((from.as_str(), to.as_str()), ("2026-10-24T00:00:00Z", "2026-11-23T00:00:00Z"));
        assert!(window("yesterday").is_err());
    }

    #[test]
    fn values_are_summed_and_pages_followed() {
        let xml = answer(
            "<MetricDataResults><member><Id>m0</Id><Timestamps><member>2026-11-01T00:00:00Z</member></Timestamps>\
             <Values><member>5.0</member><member>7</member></Values><StatusCode>Complete</StatusCode></member>\
             <member><Id>m1</Id><Values/><StatusCode>Complete</StatusCode></member></MetricDataResults>\
             <NextToken>more</NextToken>",
        );
        let sums = vec![("m0".to_owned(), 12.0), ("m1".to_owned(), 0.0)];
        assert_eq!(read(&xml).unwrap(), Page { sums, next: Some("more".to_owned()) });
    }

    #[test]
    fn what_is_no_answer_is_an_error() {
        for xml in ["", "<x/>", "no", &answer("")] {
            assert!(read(xml).is_err(), "{xml}");
        }
        let failed = "<MetricDataResults><member><Id>m0</Id><StatusCode>InternalError</StatusCode></member>\
                      </MetricDataResults>";
        assert!(read(&answer(failed)).is_err());
    }
}
