//! How a control says that data events of new functions are not all recorded.

use crate::code::{Code, Coded};

/// That they are not in so many places.
pub(super) fn reason_of_new(places: usize) -> Coded {
    let where_to = where_to(places);
    Code::NewDataEventsPartial.says(format!("not all data events of new functions are recorded {where_to}"))
}

/// In how many places.
pub(super) fn where_to(places: usize) -> String {
    match places {
        1 => "in 1 account-Region".to_owned(),
        n => format!("in {n} account-Regions"),
    }
}
