//! One answer of GetMetricData, read from its XML.

use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use aws_smithy_xml::decode::{Document, ScopedDecoder, XmlDecodeError, try_data};

/// The data points of one metric.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Series {
    /// When the periods begin: seconds since 1970. As many as there are values, in an answer of AWS.
    pub(crate) times: Vec<i64>,
    pub(crate) values: Vec<f64>,
    /// True iff there are more data points than these.
    pub(crate) partial: bool,
}

impl Series {
    /// What the next page holds of it.
    pub(super) fn add(&mut self, more: Series) {
        self.times.extend(more.times);
        self.values.extend(more.values);
        self.partial = more.partial;
    }
}

/// One page of an answer.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Page {
    /// By id.
    pub(super) series: Vec<(String, Series)>,
    pub(super) next: Option<String>,
}

fn wrong(error: XmlDecodeError) -> String {
    format!("the answer is not XML: {error}")
}

pub(super) fn read(xml: &str) -> Result<Page, String> {
    let mut document = Document::new(xml);
    let mut root = document.root_element().map_err(wrong)?;
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
                    page.series.push(series(&mut member)?);
                }
            } else if part.start_el().matches("NextToken") {
                let token = try_data(&mut part).map_err(wrong)?.trim().to_owned();
                page.next = Some(token).filter(|token| !token.is_empty());
            }
        }
    }
    // The decoder ends in silence where the text ends.
    let whole = complete && xml.trim_end().ends_with("Response>");
    if whole { Ok(page) } else { Err("the answer holds no metric data, or is cut off".to_owned()) }
}

fn series(member: &mut ScopedDecoder<'_, '_>) -> Result<(String, Series), String> {
    let (mut id, mut series, mut status) = (None, Series::default(), String::new());
    while let Some(mut part) = member.next_tag() {
        if part.start_el().matches("Id") {
            id = Some(try_data(&mut part).map_err(wrong)?.into_owned());
        } else if part.start_el().matches("StatusCode") {
            status = try_data(&mut part).map_err(wrong)?.into_owned();
        } else if part.start_el().matches("Values") {
            while let Some(mut value) = part.next_tag() {
                let text = try_data(&mut value).map_err(wrong)?;
                let number = text.trim().parse::<f64>().ok().filter(|number| number.is_finite());
                series.values.push(number.ok_or_else(|| format!("`{text}` is not a number"))?);
            }
        } else if part.start_el().matches("Timestamps") {
            while let Some(mut time) = part.next_tag() {
                let text = try_data(&mut time).map_err(wrong)?;
                let time = DateTime::from_str(text.trim(), Format::DateTimeWithOffset);
                series.times.push(time.map_err(|_| format!("`{text}` is not a time"))?.secs());
            }
        }
    }
    match (id, status.as_str()) {
        (Some(id), "Complete" | "PartialData") => {
            series.partial = status == "PartialData";
            Ok((id, series))
        }
        // The decoder ends in silence where the XML is broken.
        (Some(_), "") => Err("the answer holds data without a status".to_owned()),
        (Some(_), status) => Err(format!("CloudWatch answers {status}")),
        (None, _) => Err("the answer holds data without an id".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::{Page, Series, read};

    fn answer(inner: &str) -> String {
        format!(
            "<GetMetricDataResponse xmlns=\"http://monitoring.amazonaws.com/doc/2010-08-01/\">\
             <GetMetricDataResult>{inner}</GetMetricDataResult></GetMetricDataResponse>"
        )
    }

    #[test]
    fn times_and_values_and_the_next_page_are_read() {
        let xml = answer(
            "<MetricDataResults><member><Id>m0</Id><Timestamps><member>2026-11-01T01:00:00Z</member>\
             <member>2026-11-01T00:00:00+00:00</member></Timestamps>\
             <Values><member>5.0</member><member>7</member></Values><StatusCode>PartialData</StatusCode></member>\
             <member><Id>m1</Id><Values/><StatusCode>Complete</StatusCode></member></MetricDataResults>\
             <NextToken>more</NextToken>",
        );
        let first =
            Series { times: vec![1_793_494_800, 1_793_491_200], values: vec![5.0, 7.0], partial: true };
        let series = vec![("m0".to_owned(), first), ("m1".to_owned(), Series::default())];
        assert_eq!(read(&xml).unwrap(), Page { series, next: Some("more".to_owned()) });
    }

    #[test]
    fn what_is_no_answer_is_an_error() {
        for xml in ["", "<x/>", "no", &answer("")] {
            assert!(read(xml).is_err(), "{xml}");
        }
        let wrong = [
            "<Id>m0</Id><StatusCode>InternalError</StatusCode>",
            "<Id>m0</Id><Values><member>many</member></Values>",
            "<Id>m0</Id><Values><member>NaN</member></Values>",
            "<Id>m0</Id><Timestamps><member>noon</member></Timestamps>",
            "<Values><member>1</member></Values>",
            "<Id>m0</Id><Values></Value><member>1</member></Values><StatusCode>Complete</StatusCode>",
        ];
        for member in wrong {
            let xml = answer(&format!("<MetricDataResults><member>{member}</member></MetricDataResults>"));
            assert!(read(&xml).is_err(), "{member}");
        }
        let whole = answer(
            "<MetricDataResults><member><Id>m0</Id><StatusCode>Complete</StatusCode></member></MetricDataResults>",
        );
        assert!(read(&whole).is_ok());
        assert!(read(&whole[..whole.len() - 20]).is_err(), "cut off");
    }
}
