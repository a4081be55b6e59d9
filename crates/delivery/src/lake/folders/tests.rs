//! Which folders a list names, and what is looked for in them.

use super::Chosen;
use crate::sources::Kind;
use logs::ObjectKey;

#[test]
fn the_digests_of_the_last_files_of_a_listed_day_are_looked_for_on_the_next_one() {
    let list = Chosen::list_of("111122223333/eu-west-1/2026-11-17").ok();
    let chosen = Chosen { list, ..Chosen::default() };
    let kind = |digests: bool, folder: &str, day: &str| {
        let key = format!("AWSLogs/111122223333/{folder}/eu-west-1/2026/11/{day}/a.json.gz");
        chosen.window(digests).kind(&ObjectKey::parse(&key).unwrap())
    };
    for (day, wanted) in [("16", false), ("17", true), ("18", true), ("19", false)] {
        assert_eq!(kind(true, "CloudTrail-Digest", day) == Kind::Wanted, wanted, "{day}");
    }
    assert_eq!(kind(false, "CloudTrail", "18"), Kind::Elsewhere);
}

#[test]
fn a_list_names_folders_and_says_which_line_does_not() {
    let list = Chosen::list_of("# of today\n111122223333/eu-west-1/2026-11-17\n\n").unwrap();
    assert_eq!(list.len(), 1);
    let wrong = Chosen::list_of("111122223333/eu-west-1/2026-11-17\nx\n").unwrap_err().to_string();
    assert!(wrong.starts_with("line 2: `x` names no folder"), "{wrong}");
}

#[test]
fn a_shard_is_one_of_so_many() {
    assert_eq!(Chosen::shard_of("0/1"), Ok((0, 1)));
    assert_eq!(Chosen::shard_of("7/64"), Ok((7, 64)));
    for odd in ["", "1", "1/1", "1/0", "-1/2", "a/b", "0/0"] {
        assert!(Chosen::shard_of(odd).is_err(), "{odd}");
    }
}
