//! For which accounts and Regions a proof speaks: all, those that were tried, or other Regions too.

use audit::elsewhere::Elsewhere;
use recording::{Anywhere, Place};

/// Where selectors were judged: whoever names no function asks about all of them, wherever they are.
#[must_use]
pub fn anywhere_sentence(answer: &Anywhere) -> String {
    let Place { partition, region, account } = &answer.place;
    let of = if partition == "aws" { String::new() } else { format!(" of the partition {partition}") };
    let at = format!("{account} in {region}{of}");
    if answer.alike && answer.complete {
        let within = match &answer.partitions[..] {
            [] => String::new(),
            [one] => format!(" of the partition {one}"),
            [rest @ .., last] => format!(" of the partitions {} and {last}", rest.join(", ")),
        };
        format!(
            "judged for any function in any account and Region{within}, shown for {at}; name one with --function ARN"
        )
    } else {
        format!(
            "the answer depends on account and Region ({} kinds were tried). Shown is the worst, {at}. For one function: --function ARN",
            answer.tried
        )
    }
}

/// That not all kinds of place were tried.
#[must_use]
pub fn too_many_sentence(answer: &Anywhere) -> String {
    format!(
        "the selectors tell more kinds of account and Region apart than are tried: {} were, and one of the others may escape",
        answer.tried
    )
}

/// What other Regions leave open of a web function.
#[must_use]
pub fn elsewhere_sentence(open: &Elsewhere) -> String {
    match open {
        Elsewhere::Unrecorded(region) => {
            format!("other Regions may serve this web function, and {region} would not surely record it")
        }
        Elsewhere::Unaudited => {
            "other Regions may serve this web function, and not all of the account's were audited".to_owned()
        }
    }
}
