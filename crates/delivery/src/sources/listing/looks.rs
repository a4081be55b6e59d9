//! What objects hold that are not read because of their names or their place: their first bytes tell.

use super::super::loose::LooseContent;
use super::super::refusal::Refusal;
use super::{Lies, Listing};
use aws::Listed;
use logs::{BEGINNING, Beginning, beginning};
use std::sync::Arc;

/// So many of them at the same time.
const LOOKS: usize = 64;

/// Looks into what is not read, or lies where it is not read: what it holds decides.
pub(super) async fn look_into(aws: &Arc<aws::Session>, bucket: &str, listing: &mut Listing) {
    let laid_out = listing.is_laid_out();
    let looks = |lies: Lies| matches!(lies, Lies::Other | Lies::Usual) || (lies == Lies::Loose && laid_out);
    let (into, files): (Vec<_>, Vec<_>) =
        std::mem::take(&mut listing.files).into_iter().partition(|(_, lies)| looks(*lies));
    listing.files = files;
    // Consoles make folders of nothing.
    let (empty, into): (Vec<_>, Vec<_>) = into.into_iter().partition(|(listed, _)| listed.size == 0);
    let nothing = |(listed, _): (Listed, _)| {
        let worth = LooseContent::Nothing.named(&listed.key);
        (listed, Ok(worth))
    };
    listing.looked.extend(empty.into_iter().map(nothing));
    for some in into.chunks(LOOKS) {
        let keys: Vec<&str> = some.iter().map(|(listed, _)| listed.key.as_str()).collect();
        let heads = aws.objects().beginnings(bucket, &keys, BEGINNING).await;
        for ((listed, _), head) in some.iter().zip(heads) {
            let seen = match head {
                Ok(head) => further(aws, bucket, listed, head).await.map(|seen| seen.named(&listed.key)),
                Err(error) => Err(Refusal::of(&error).in_one_line()),
            };
            listing.looked.push((listed.clone(), seen));
        }
    }
}

/// Bytes of an object that are looked at where the first do not say what it is.
const FURTHER: usize = 8 << 20;

/// What an object is that begins like that: where it may say so later, more of it is asked for.
async fn further(
    aws: &Arc<aws::Session>,
    bucket: &str,
    listed: &Listed,
    head: Vec<u8>,
) -> Result<LooseContent, String> {
    let is_whole = |head: &[u8]| head.len() as u64 >= listed.size;
    match beginning(&head, is_whole(&head)) {
        Beginning::Unclear => {}
        told => return Ok(LooseContent::of(told)),
    }
    let mut more = aws.objects().beginnings(bucket, &[&listed.key], FURTHER).await;
    match more.pop() {
        Some(Ok(head)) => Ok(LooseContent::of(beginning(&head, is_whole(&head)))),
        Some(Err(error)) => Err(Refusal::of(&error).in_one_line()),
        None => Ok(LooseContent::of(Beginning::Unclear)),
    }
}
