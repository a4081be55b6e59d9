//! Labels made to fit: short names where they are clear, and both ends of what is too long.

use logs::{Dimension, TableRow};
use std::collections::{BTreeMap, BTreeSet};

/// Columns that a label keeps, however narrow the terminal.
const NARROWEST: usize = 12;

/// Names of functions by their ARN: alone where only one function among those shown is called that.
pub(super) fn names(groups: &[TableRow<'_>], by: &[Dimension]) -> BTreeMap<String, String> {
    let Some(at) = by.iter().position(|one| *one == Dimension::Function) else { return BTreeMap::new() };
    shortened(groups.iter().filter_map(|group| group.label(at)))
}

/// See [`names`].
pub(super) fn shortened<'a>(arns: impl Iterator<Item = &'a str>) -> BTreeMap<String, String> {
    let arns: BTreeSet<&str> = arns.collect();
    let parts = |arn: &str| {
        let parsed = cloudtrail::arn::Arn::parse(arn)?;
        let (_, name) = parsed.resource.split_once(':')?;
        Some((name.to_owned(), parsed.account.to_owned(), parsed.region.to_owned()))
    };
    let mut called: BTreeMap<String, usize> = BTreeMap::new();
    for (name, ..) in arns.iter().filter_map(|arn| parts(arn)) {
        *called.entry(name).or_default() += 1;
    }
    let short = |arn: &str| match parts(arn) {
        Some((name, ..)) if called.get(&name) == Some(&1) => name,
        Some((name, account, region)) => format!("{name} ({account} {region})"),
        None => arn.to_owned(),
    };
    arns.iter().map(|arn| ((*arn).to_owned(), short(arn))).collect()
}

/// Columns that the labels would take uncut, with two before each.
pub(super) fn wanted(labels: &[Vec<String>]) -> usize {
    widths(labels).iter().map(|width| width + 2).sum()
}

fn widths(labels: &[Vec<String>]) -> Vec<usize> {
    let columns = labels.first().map_or(0, Vec::len);
    let widest =
        |at: usize| labels.iter().filter_map(|row| row.get(at)).map(|text| text.chars().count()).max();
    (0..columns).map(|at| widest(at).unwrap_or(0)).collect()
}

/// Each label as lines that fit into `room` together with its neighbours: broken between words alone. An address, an ARN, an account or
/// a key is one word, and is never cut, however narrow the terminal.
pub(super) fn fit(labels: &[Vec<String>], room: usize) -> Vec<Vec<Vec<String>>> {
    let mut widths = widths(labels);
    let room = room.saturating_sub(2 * widths.len());
    let columns = 0..widths.len();
    let least: Vec<usize> = columns.map(|at| longest_word(labels, at).max(NARROWEST)).collect();
    while widths.iter().sum::<usize>() > room {
        let wrapped = widths.iter_mut().zip(&least).filter(|(width, least)| **width > **least);
        let Some((widest, _)) = wrapped.max_by_key(|(width, _)| **width) else { break };
        *widest -= 1;
    }
    let row =
        |row: &Vec<String>| row.iter().zip(&widths).map(|(label, width)| wrapped(label, *width)).collect();
    labels.iter().map(row).collect()
}

fn longest_word(labels: &[Vec<String>], at: usize) -> usize {
    let words = labels.iter().filter_map(|row| row.get(at)).flat_map(|label| label.split(' '));
    words.map(|word| word.chars().count()).max().unwrap_or(0)
}

/// The text in lines of so many characters; a longer word has a line of its own.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    if text.chars().count() <= width {
        return vec![text.to_owned()];
    }
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::{fit, shortened, wrapped};

    #[test]
    fn functions_are_called_by_name_where_that_is_clear() {
        let arn = |account: &str, name: &str| format!("arn:aws:lambda:eu-west-1:{account}:function:{name}");
        let arns =
            [arn("111111111111", "a"), arn("222222222222", "a"), arn("222222222222", "b"), "-".to_owned()];
        let names = shortened(arns.iter().map(String::as_str));
        let names: Vec<&str> = names.values().map(String::as_str).collect();
        assert_eq!(names, ["-", "a (111111111111 eu-west-1)", "a (222222222222 eu-west-1)", "b"]);
    }

    #[test]
    fn what_is_too_long_is_broken_between_words_and_never_within_one() {
        assert_eq!(wrapped("one two three", 7), ["one two", "three"]);
        assert_eq!(wrapped("2001:db8::1 a", 3), ["2001:db8::1", "a"]);
        let agent = "aws-sdk-java/2.20.1 Linux/5.10 OpenJDK_64-Bit_Server_VM/17";
        let arn = format!("arn:aws:sts::111122223333:assumed-role/{}/ci", "x".repeat(64));
        let labels =
            vec![vec![agent.to_owned(), arn.clone()], vec!["a".to_owned(), "203.0.113.9".to_owned()]];
        for room in [0, 40, 80, 120, 1_000] {
            let fitted = fit(&labels, room);
            for (row, lines) in labels.iter().zip(&fitted) {
                let whole: Vec<String> = lines.iter().map(|lines| lines.join(" ")).collect();
                assert_eq!(&whole, row, "{room}");
                assert!(lines.iter().flatten().all(|line| !line.is_empty()));
            }
            assert!(fitted[0][1].contains(&arn), "{room}");
            assert_eq!(fitted[0][0].len() > 1, room < 1_000, "{room}");
        }
    }
}
