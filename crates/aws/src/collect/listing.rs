//! Listings that come in pages.

use crate::gap::{Class, Failure};

/// Reads pages until there is no further one; what came before a failure is kept.
///
/// An empty page is no end as long as it names a next one. A page that names itself as the next would never end.
pub(crate) async fn pages<T>(
    mut page: impl AsyncFnMut(Option<String>) -> Result<(Vec<T>, Option<String>), Failure>,
) -> (Vec<T>, Option<Failure>) {
    let (mut all, mut next) = (Vec::new(), None::<String>);
    loop {
        match page(next.clone()).await {
            Ok((items, following)) => {
                all.extend(items);
                match following.filter(|following| !following.is_empty()) {
                    None => return (all, None),
                    Some(following) if next.as_ref() == Some(&following) => {
                        let error = "the listing does not end: a page names itself as the next one";
                        return (all, Some(Failure::new(Class::Final, error)));
                    }
                    following => next = following,
                }
            }
            Err(failure) => return (all, Some(failure)),
        }
    }
}
