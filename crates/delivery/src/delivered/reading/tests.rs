//! Which files come out of the index, and which are read whatever it holds.

use super::{Read, read};
use crate::delivered::{delivered, found};
use crate::reader::{ALONE, Reader};
use crate::sources::{Window, log_sources};
use logs::digest::Expected;
use logs::{Dimension, Filter, Question};
use store::Index;

#[test]
fn what_is_in_the_index_is_not_read_again_but_for_what_has_to_be_hashed() {
    let logs = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/logs").to_owned();
    let files = delivered(&log_sources(&[logs]).unwrap(), &Window::default().with_digests(), &ALONE);
    let digests = found(&files, &ALONE);
    let listed = Expected::of(&digests);
    let claimed = files.logs.iter().filter(|item| !listed.claims(&item.key).is_empty()).count();
    let all = files.logs.len();
    assert!(0 < claimed && claimed < all, "{claimed} of {all}");

    let folder = tempfile::tempdir().unwrap();
    let index = Index::open(&folder.path().join("index.sqlite")).unwrap();
    let question = Question { by: vec![Dimension::Function], filter: Filter::default() };
    let reader = Reader { index: Some(&index), threads: 2, ..ALONE };
    let read = |expected: Option<&Expected<'_>>| read(&files, &question, expected, &reader).unwrap();
    let told = |read: &Read| {
        let hashed = read.seen.iter().filter(|one| one.content.is_ok()).count();
        (usize::try_from(read.known).unwrap(), hashed)
    };
    let first = read(Some(&listed));
    assert_eq!(told(&first), (0, claimed));
    let again = read(Some(&listed));
    assert_eq!(told(&again), (all - claimed, claimed));
    // What was hashed is kept like any other, for whoever asks for no hash.
    let unhashed = read(None);
    assert_eq!(told(&unhashed), (all, 0));
    assert_eq!((&again.account, &again.holes, &again.seen), (&first.account, &first.holes, &first.seen));
    assert_eq!((&unhashed.account, &unhashed.holes), (&first.account, &first.holes));
}
