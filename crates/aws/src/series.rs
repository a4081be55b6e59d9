//! CloudWatch's `AWS/Lambda Invocations` as series of sums, one for each function.
//!
//! GetMetricData, up to 500 functions a call, over the query protocol: one operation is not worth an SDK crate. The sum of
//! the dimension FunctionName alone holds all versions and aliases.

mod answer;

pub(crate) use answer::Series;

use crate::call::Call;
use crate::endpoint::Target;
use crate::gap::{Class, Failure};
use crate::raw;
use crate::session::{Reach, Session};
use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;

/// Queries in one call (API_GetMetricData).
const QUERIES: usize = 500;
/// Data points in one answer (API_GetMetricData); what does not fit comes on further pages.
const PAGES: usize = 100;

/// What is asked about every function alike.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked<'a> {
    pub(crate) session: &'a Session,
    pub(crate) reach: &'a Reach,
    pub(crate) call: &'a Call<'a>,
    /// RFC 3339; the first that counts.
    pub(crate) from: &'a str,
    /// RFC 3339; the first that no longer counts.
    pub(crate) to: &'a str,
    /// Seconds.
    pub(crate) period: i64,
}

/// An instant as CloudWatch reads it: `secs` since 1970.
pub(crate) fn to_rfc3339(secs: i64) -> Result<String, Failure> {
    let text = DateTime::from_secs(secs).fmt(Format::DateTime);
    text.map_err(|error| Failure::new(Class::Final, error.to_string()))
}

impl Asked<'_> {
    /// The series of each function, in the order of `names`.
    pub(crate) async fn invocations(&self, names: &[&str]) -> Result<Vec<Series>, Failure> {
        let partition = &self.session.caller.partition;
        let target = Target::cloudwatch(partition, self.call.region).ok_or_else(|| {
            Failure::new(Class::Final, "the address of CloudWatch in this partition is not known")
        })?;
        let mut all = Vec::with_capacity(names.len());
        for batch in names.chunks(QUERIES) {
            all.extend(self.batch(&target, batch).await?);
        }
        Ok(all)
    }

    async fn batch(&self, target: &Target, names: &[&str]) -> Result<Vec<Series>, Failure> {
        let wrong = |error: String| Failure::new(Class::Final, error);
        let mut all: Vec<Option<Series>> = vec![None; names.len()];
        let mut token: Option<String> = None;
        for _ in 0..PAGES {
            let owned = self.query(names, token.as_deref());
            let parameters: Vec<(&str, &str)> =
                owned.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            let send = || -> crate::wire::Attempt<'_, String> {
                Box::pin(raw::query(self.reach, target, &parameters))
            };
            let page = answer::read(&self.session.wire.send(self.call, send).await?).map_err(wrong)?;
            for (id, series) in page.series {
                let at = id.strip_prefix('m').and_then(|at| at.parse::<usize>().ok());
                let Some(known) = at.and_then(|at| all.get_mut(at)) else {
                    return Err(wrong(format!("the answer holds {id}, which was not asked")));
                };
                known.get_or_insert_default().add(series);
            }
            if page.next.is_some() {
                token = page.next;
                continue;
            }
            if all.iter().flatten().any(|series| series.partial) {
                return Err(wrong("the answer does not hold all data points".to_owned()));
            }
            let whole: Option<Vec<Series>> = all.into_iter().collect();
            return whole
                .ok_or_else(|| wrong("the answer leaves out a function that was asked about".to_owned()));
        }
        Err(wrong("the pages of the answer do not end".to_owned()))
    }

    fn query(&self, names: &[&str], token: Option<&str>) -> Vec<(String, String)> {
        let mut all = vec![
            ("Action".to_owned(), "GetMetricData".to_owned()),
            ("Version".to_owned(), "2010-08-01".to_owned()),
            ("StartTime".to_owned(), self.from.to_owned()),
            ("EndTime".to_owned(), self.to.to_owned()),
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
            say("MetricStat.Period", &self.period.to_string());
            say("MetricStat.Stat", "Sum");
        }
        all
    }
}
