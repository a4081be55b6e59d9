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

/// Cuts the widest columns down until all fit into `room`.
pub(super) fn fit(labels: &mut [Vec<String>], room: usize) {
    let mut widths = widths(labels);
    let room = room.saturating_sub(2 * widths.len());
    while widths.iter().sum::<usize>() > room {
        let Some(widest) = widths.iter_mut().max().filter(|widest| **widest > NARROWEST) else { break };
        *widest -= 1;
    }
    for row in labels {
        for (label, width) in row.iter_mut().zip(&widths) {
            *label = cut(label, *width);
        }
    }
}

/// The beginning and the end of a text that is too long: both tell names apart.
fn cut(text: &str, most: usize) -> String {
    let length = text.chars().count();
    if length <= most {
        return text.to_owned();
    }
    let kept = most.saturating_sub(3);
    let (front, back) = (kept - kept / 3, kept / 3);
    let head: String = text.chars().take(front).collect();
    let tail: String = text.chars().skip(length - back).collect();
    format!("{head}...{tail}")
}

#[cfg(test)]
mod tests {
    use super::{cut, fit, shortened};

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
    fn what_is_too_long_keeps_its_ends() {
        assert_eq!(cut("abcdefghijklmno", 9), "abcd...no");
        assert_eq!(cut("äöü", 3), "äöü");
        let mut labels = vec![vec!["x".repeat(80), "short".to_owned()], vec!["y".to_owned(), "z".repeat(30)]];
        fit(&mut labels, 60);
        assert_eq!(labels.iter().flatten().map(|label| label.len()).max(), Some(28));
        fit(&mut labels, 0);
        assert_eq!(labels[0][0].len(), 12);
    }
}
