//! `invoketrail.metrics/1`: how often functions were invoked in each hour, as CloudWatch counts, kept in a file.

use super::document::{self, DocumentError, Format};
use cloudtrail::names::FunctionArn;
use cloudtrail::time::{HOUR_MILLIS, HOUR_SECONDS};
use serde::Deserialize;
use std::collections::BTreeMap;
use text::visible::excerpt;

const FORMAT: Format = Format { name: "invoketrail.metrics", version: 1, noun: "a file of metrics" };

#[derive(Deserialize)]
struct FileShape {
    period_seconds: u64,
    series: Vec<SeriesShape>,
}

#[derive(Deserialize)]
struct SeriesShape {
    function: String,
    points: Vec<(String, u64)>,
}

/// The count of each hour, by the hour's beginning in milliseconds since 1970. An hour that is not there is not known.
pub type HourlyCounts = BTreeMap<i64, u64>;

/// Reads a file of metrics: counts by the function's ARN.
///
/// # Errors
/// [`DocumentError`], in one line, with the place in the file.
pub fn read_metrics(bytes: &[u8]) -> Result<BTreeMap<String, HourlyCounts>, DocumentError> {
    let shape: FileShape = document::read(bytes, FORMAT)?;
    let wrong = |path: String, problem: String| Err(DocumentError::Impossible { path, problem });
    if shape.period_seconds != HOUR_SECONDS.unsigned_abs() {
        let problem = format!("counts of hours are compared: it has to be {HOUR_SECONDS}");
        return wrong("period_seconds".to_owned(), problem);
    }
    let mut all: BTreeMap<String, HourlyCounts> = BTreeMap::new();
    for (at, series) in shape.series.into_iter().enumerate() {
        let function = series.function;
        if FunctionArn::parse(&function).is_err() {
            let shown = excerpt(&function, 100);
            let problem = format!("`{shown}` is not the ARN of a function without version or alias");
            return wrong(format!("series[{at}].function"), problem);
        }
        let mut hours = HourlyCounts::new();
        for (nth, (time, count)) in series.points.into_iter().enumerate() {
            let path = format!("series[{at}].points[{nth}]");
            let begins = logs::milliseconds(&time).filter(|time| time.rem_euclid(HOUR_MILLIS) == 0);
            let Some(begins) = begins else {
                let problem = format!(
                    "`{}` is not the beginning of an hour like 2026-11-21T13:00:00Z",
                    excerpt(&time, 60)
                );
                return wrong(path, problem);
            };
            if hours.insert(begins, count).is_some() {
                return wrong(path, format!("{time} appears twice"));
            }
        }
        if all.contains_key(&function) {
            return wrong(format!("series[{at}].function"), "this function has a series already".to_owned());
        }
        all.insert(function, hours);
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::read_metrics;

    fn file(function: &str, points: &str) -> String {
        format!(
            r#"{{"format":"invoketrail.metrics/1","period_seconds":3600,"series":[{{"function":"{function}","points":{points}}}]}}"#
        )
    }

    const ARN: &str = "arn:aws:lambda:eu-west-1:111122223333:function:a";

    #[test]
    fn hours_are_read() {
        let read = read_metrics(file(ARN, r#"[["2026-11-21T13:00:00Z",7]]"#).as_bytes()).unwrap();
        assert_eq!(read[ARN].values().sum::<u64>(), 7);
    }

    #[test]
    fn what_cannot_be_counts_of_hours_is_refused_with_its_place() {
        for (text, place) in [
            (file(ARN, r#"[["2026-11-21T13:30:00Z",7]]"#), "series[0].points[0]"),
            (file(ARN, r#"[["2026-11-21T13:00:00Z",-7]]"#), "series[0].points[0][1]"),
            (file(ARN, r#"[["2026-11-21T13:00:00Z",1],["2026-11-21T13:00:00Z",1]]"#), "points[1]"),
            (file("orders", "[]"), "series[0].function"),
            (file(&format!("{ARN}:live"), "[]"), "series[0].function"),
            (file(ARN, "[]").replace("3600", "60"), "period_seconds"),
            (file(ARN, "[]").replace("metrics/1", "plan/1"), "format"),
        ] {
            let error = read_metrics(text.as_bytes()).unwrap_err().to_string();
            assert!(error.contains(place), "{error} does not name {place}");
        }
    }
}
