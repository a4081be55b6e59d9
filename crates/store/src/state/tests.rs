//! A state: what is kept comes back, two at once lose nothing, and nothing is believed that is damaged, later or another's.

use super::{State, StateError};
use detect::facts::{Bounds, Facts, Span};
use std::path::Path;

fn facts(account: &str) -> Facts {
    let mut facts = Facts::default();
    facts.accounts.insert(account.to_owned(), Span { first: 5, last: 9 });
    facts
}

fn accounts(path: &Path) -> Vec<String> {
    State::open(path).unwrap().1.accounts.into_keys().collect()
}

#[test]
fn what_is_kept_comes_back_and_two_at_once_lose_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new").join("detect.sqlite");
    let (mut one, known) = State::open(&path).unwrap();
    assert_eq!(known, Facts::default());
    let (mut other, _) = State::open(&path).unwrap();
    one.keep(facts("111122223333"), &Bounds::default()).unwrap();
    let both = other.keep(facts("444455556666"), &Bounds::default()).unwrap();
    assert_eq!(both.accounts.len(), 2);
    assert_eq!(accounts(&path), ["111122223333", "444455556666"]);
}

#[test]
fn a_state_of_another_organization_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("detect.sqlite");
    let of = |id: &str| Facts { organizations: [id.to_owned()].into(), ..Facts::default() };
    let (mut one, _) = State::open(&path).unwrap();
    let (mut other, _) = State::open(&path).unwrap();
    one.keep(of("o-one"), &Bounds::default()).unwrap();
    let error = other.keep(of("o-two"), &Bounds::default()).unwrap_err();
    assert!(matches!(error, StateError::Other { .. }), "{error}");
    assert_eq!(State::open(&path).unwrap().1, of("o-one"));
}

#[test]
fn no_damage_is_believed_and_nothing_of_others_is_touched() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("detect.sqlite");
    let (mut state, _) = State::open(&path).unwrap();
    state.keep(facts("111122223333"), &Bounds::default()).unwrap();
    drop(state);
    let whole = std::fs::read(&path).unwrap();
    let set = |bytes: &[u8]| std::fs::write(&path, bytes).unwrap();
    for at in (100..whole.len()).step_by(7) {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x41;
        set(&bytes);
        match State::open(&path) {
            Err(_) => {}
            Ok((_, known)) => assert_eq!(known, facts("111122223333"), "{at}"),
        }
        assert_eq!(std::fs::read(&path).unwrap(), bytes, "byte {at}: the file was touched");
    }
    set(&whole[..whole.len() / 2]);
    assert!(State::open(&path).is_err(), "cut");
    let other = folder.path().join("a-folder");
    std::fs::create_dir(&other).unwrap();
    assert!(State::open(&other).is_err(), "what is no file is not waited for");
    set(b"my notes");
    assert!(matches!(State::open(&path), Err(StateError::Foreign(_))));
    let mut newer = whole.clone();
    newer[60..64].copy_from_slice(&2_u32.to_be_bytes());
    set(&newer);
    assert!(matches!(State::open(&path), Err(StateError::Newer)));
}
