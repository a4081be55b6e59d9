//! Prices: the ones that come with the program, or a file of the user's of the same form.

use audit::cost::Prices;
use serde::Deserialize;

/// The prices that come with the program.
const BUILT_IN: &str = include_str!("../data/prices.toml");

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Shape {
    as_of: String,
    source: String,
    data_events_per_100k: f64,
    management_copies_per_100k: f64,
    lake_ingest_per_gb: f64,
    record_bytes: (u64, u64),
    records_per_invocation: (f64, f64),
}

/// Reads prices; without a text, those that come with the program.
///
/// # Errors
/// One line, iff a member is missing, unknown or no price.
pub fn read_prices(text: Option<&str>) -> Result<Prices, String> {
    let shape: Shape = toml::from_str(text.unwrap_or(BUILT_IN)).map_err(|error| {
        let said = error.message().lines().collect::<Vec<_>>().join(" ");
        text::visible::excerpt(&text::shape::in_everyday_words(&said), 200)
    })?;
    let Shape { as_of, source, data_events_per_100k, management_copies_per_100k, lake_ingest_per_gb, .. } =
        shape;
    let figures = [
        data_events_per_100k,
        management_copies_per_100k,
        lake_ingest_per_gb,
        shape.records_per_invocation.0,
        shape.records_per_invocation.1,
    ];
    if figures.iter().any(|one| !one.is_finite() || *one < 0.0) {
        return Err("a price is a number that is not negative".to_owned());
    }
    Ok(Prices {
        as_of,
        source,
        data_events_per_100k,
        management_copies_per_100k,
        lake_ingest_per_gb,
        record_bytes: shape.record_bytes,
        records_per_invocation: shape.records_per_invocation,
    })
}

#[cfg(test)]
mod tests {
    use super::read_prices;

    #[test]
    fn the_prices_of_the_program_are_prices() {
        let prices = read_prices(None).unwrap();
        assert!(prices.data_events_per_100k > 0.0 && !prices.as_of.is_empty());
    }

    #[test]
    fn what_is_no_price_is_refused() {
        let text = super::BUILT_IN.replace("0.10", "-1.0");
        assert!(read_prices(Some(&text)).is_err());
        assert!(read_prices(Some("as-of = 'x'")).is_err());
        assert!(read_prices(Some(&format!("{}\nsurprise = 1", super::BUILT_IN))).is_err());
    }
}
