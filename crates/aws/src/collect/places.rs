//! One account in one Region.

use super::read::PlaceRead;
use super::{Progress, Run, channels, functions, trails};
use crate::session::Reach;
use futures_util::future::join;

/// Reads all that is at the place; what fails is a gap of its own and holds nothing else up.
pub(crate) async fn read(run: Run<'_>, reach: &Reach, region: &str) -> PlaceRead {
    let recorders = join(trails::of(run, reach, region), channels::of(run, reach, region));
    let young =
        join(functions::web_functions(run, reach, region), functions::microvm_images(run, reach, region));
    // Boxed: the futures of thousands of places exist at the same time, and most of them wait.
    let resources = join(Box::pin(functions::functions(run, reach, region)), Box::pin(young));
    let ((trails, channels), (functions, (web_functions, microvm_images))) =
        join(Box::pin(recorders), resources).await;
    (run.progress)(Progress::Place { account: reach.account.clone(), region: region.to_owned() });
    PlaceRead {
        account: reach.account.clone(),
        region: region.to_owned(),
        trails,
        channels,
        functions,
        web_functions,
        microvm_images,
    }
}
