//! Listings that come in pages.

use crate::gap::{Class, Failure};
use std::collections::HashSet;

/// Pages of one listing: 400,000 accounts, or a million functions of one account in one Region.
const PAGES: usize = 20_000;

/// Bytes of one token. AWS documents at most 8,192 (API_ListRegions, API_ListAccounts).
const TOKEN: usize = 64 << 10;

/// Pages in a row that hold nothing.
const EMPTY: usize = 1_000;

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
    let (mut count, mut empty) = (0, 0);
    loop {
        match page(next.clone()).await {
            Ok((items, following)) => {
                count += 1;
                empty = if items.is_empty() { empty + 1 } else { 0 };
                all.extend(items);
                // Tokens that never repeat go on as long as somebody likes to answer.
                if following.is_some() && (count >= PAGES || empty >= EMPTY) {
                    return (all, Some(endless(count, empty)));
                }
                if following.as_ref().is_some_and(|token| token.len() > TOKEN) {
                    let error =
                        format!("the listing names a next page with a token of more than {TOKEN} bytes");
                    return (all, Some(Failure::new(Class::Final, error)));
                }
                match following.filter(|following| !following.is_empty()) {
                    None => return (all, None),
                    Some(following) if !seen.insert(following.clone()) => {
                        let error = "the listing does not end, because a page names as the next one a page that came before";
                        return (all, Some(Failure::new(Class::Final, error)));
                    }
                    following => next = following,
                }
            }
            Err(failure) => return (all, Some(failure)),
        }
    }
}

/// What is said of a listing that goes on and on, having given so many pages, the last ones without anything in them.
pub(crate) fn endless(count: usize, empty: usize) -> Failure {
    let error = if empty >= EMPTY {
        format!("the listing does not end: {EMPTY} pages in a row hold nothing")
    } else {
        format!("the listing does not end: {count} pages came, the limit for one listing")
    };
    Failure::new(Class::Final, error)
}

#[cfg(test)]
mod tests {
    use super::{EMPTY, PAGES, pages};
    use std::cell::Cell;

    /// A listing whose tokens never repeat, with `items` on each page.
    async fn endless(items: usize) -> (usize, usize, String) {
        let asked = Cell::new(0_usize);
        let (all, failure) = pages(async |_| {
            asked.set(asked.get() + 1);
            Ok((vec![(); items], Some(asked.get().to_string())))
        })
        .await;
        (asked.get(), all.len(), failure.unwrap().error)
    }

    #[tokio::test]
    async fn tokens_that_never_repeat_come_to_an_end() {
        let (asked, listed, said) = endless(0).await;
        assert_eq!((asked, listed), (EMPTY, 0));
        assert!(said.contains("hold nothing"), "{said}");
        let (asked, listed, said) = endless(1).await;
        assert_eq!((asked, listed), (PAGES, PAGES));
        assert!(said.contains("20000 pages"), "{said}");
    }
}
