//! Listings that come in pages.

use crate::gap::{Class, Failure};
use std::collections::HashSet;

/// The list of a page; `named` is what it is called.
///
/// # Errors
/// A final failure iff the answer holds none: nothing said is never taken for nothing there.
pub(crate) fn listed<T>(list: Option<Vec<T>>, named: &str) -> Result<Vec<T>, Failure> {
    list.ok_or_else(|| Failure::new(Class::Final, format!("the answer holds no list of {named}")))
}

/// Reads pages until there is no further one; what came before a failure is kept.
///
/// An empty page is no end as long as it names a next one. A page that names an earlier one as the next would never end.
pub(crate) async fn pages<T>(
    mut page: impl AsyncFnMut(Option<String>) -> Result<(Vec<T>, Option<String>), Failure>,
) -> (Vec<T>, Option<Failure>) {
    let (mut all, mut next, mut seen) = (Vec::new(), None::<String>, HashSet::new());
    loop {
        match page(next.clone()).await {
            Ok((items, following)) => {
                all.extend(items);
                match following.filter(|following| !following.is_empty()) {
                    None => return (all, None),
                    Some(following) if !seen.insert(following.clone()) => {
                        let error = "the listing does not end: a page names one as the next that came before";
                        return (all, Some(Failure::new(Class::Final, error)));
                    }
                    following => next = following,
                }
            }
            Err(failure) => return (all, Some(failure)),
        }
    }
}
