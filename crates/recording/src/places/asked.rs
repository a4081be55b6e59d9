//! What a value says of partition, Region and account.

use cloudtrail::resource::ResourceType;
use cloudtrail::selector::{Condition, Operator};

/// What a value asks of the three parts of an ARN that are the place. It asks of a part only where the others are as it says.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct AskedPlace {
    pub(super) partition: Part,
    pub(super) region: Part,
    pub(super) account: Part,
}

/// What a value asks of one part.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    /// Nothing: the value does not reach it.
    Any,
    /// That it is this.
    Whole(String),
    /// That it begins with this: the value ends there.
    Begins(String),
    /// That it ends with this: the value begins there.
    Ends(String),
}

impl Part {
    /// True iff the part is as the value says.
    pub(super) fn fits(&self, text: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Whole(whole) => text == whole,
            Self::Begins(start) => text.starts_with(start.as_str()),
            Self::Ends(end) => text.ends_with(end.as_str()),
        }
    }
}

/// What all values of a condition on `resources.ARN` say. Values that hit no ARN of the type, and those that look at no part
/// of the place, are left out.
pub(super) fn all(condition: &Condition, kind: ResourceType) -> Vec<AskedPlace> {
    let mut asked = Vec::new();
    for operator in Operator::ALL {
        let read = |value: &String| match operator {
            Operator::Equals | Operator::NotEquals => from_start(value, kind, true),
            Operator::StartsWith | Operator::NotStartsWith => from_start(value, kind, false),
            Operator::EndsWith | Operator::NotEndsWith => from_end(value, kind),
        };
        asked.extend(condition.values(operator).iter().filter_map(read));
    }
    asked
}

/// `arn:PARTITION:lambda:REGION:ACCOUNT:...`, cut anywhere unless it must be whole.
fn from_start(value: &str, kind: ResourceType, whole: bool) -> Option<AskedPlace> {
    let parts: Vec<&str> = value.splitn(6, ':').collect();
    let last = parts.len() - 1;
    if whole && last < 5 {
        return None;
    }
    let is = |at: usize, text: &str| {
        parts.get(at).is_none_or(|part| if at == last { text.starts_with(part) } else { text == *part })
    };
    if !is(0, "arn") || !is(2, "lambda") {
        return None;
    }
    if let Some(resource) = parts.get(5) {
        let name = resource.strip_prefix(kind.arn_infix()).filter(|name| is_name(name));
        let possible = match name {
            Some(name) => !whole || !name.is_empty(),
            None => !whole && kind.arn_infix().starts_with(resource),
        };
        if !possible {
            return None;
        }
    }
    let part = |at: usize| match parts.get(at) {
        None => Part::Any,
        Some(text) if at < last => Part::Whole((*text).to_owned()),
        Some(&"") => Part::Any,
        Some(text) => Part::Begins((*text).to_owned()),
    };
    of(part(1), part(3), part(4))
}

/// `...PARTITION:lambda:REGION:ACCOUNT:function:NAME`, cut anywhere.
fn from_end(value: &str, kind: ResourceType) -> Option<AskedPlace> {
    let infix = kind.arn_infix();
    let before_name = value.rfind([':', '/']).map(|at| value.split_at(at + 1));
    let (before, name) = before_name?;
    // No name is empty, and none holds a colon or a slash.
    if name.is_empty() || !is_name(name) {
        return None;
    }
    let before = before.strip_suffix(infix)?.strip_suffix(':')?;
    let parts: Vec<&str> = before.rsplit(':').collect();
    let last = parts.len() - 1;
    let is = |at: usize, text: &str| {
        parts.get(at).is_none_or(|part| if at == last { text.ends_with(part) } else { text == *part })
    };
    if last > 4 || !is(2, "lambda") || !is(4, "arn") {
        return None;
    }
    let part = |at: usize| match parts.get(at) {
        None => Part::Any,
        Some(text) if at < last => Part::Whole((*text).to_owned()),
        Some(&"") => Part::Any,
        Some(text) => Part::Ends((*text).to_owned()),
    };
    of(part(3), part(1), part(0))
}

/// What names are made of, or nothing (see [`crate::Alphabet::NAME`]).
fn is_name(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}

fn of(partition: Part, region: Part, account: Part) -> Option<AskedPlace> {
    let asked = AskedPlace { partition, region, account };
    let looks = [&asked.partition, &asked.region, &asked.account].iter().any(|part| **part != Part::Any);
    looks.then_some(asked)
}

#[cfg(test)]
mod tests {
    use super::{Part, from_end, from_start};
    use cloudtrail::resource::ResourceType::{Function, WebFunction};

    fn whole(text: &str) -> Part {
        Part::Whole(text.to_owned())
    }

    #[test]
    fn a_value_may_be_cut_anywhere() {
        let full = "arn:aws:lambda:us-east-1:111122223333:function:orders";
        for at in 0..=full.len() {
            let (start, end) = full.split_at(at);
            let place = [("aws", 4), ("us-east-1", 15), ("111122223333", 25)];
            let said = from_start(start, Function, false);
            for (position, (text, begins)) in place.into_iter().enumerate() {
                let wanted = match at {
                    at if at > begins + text.len() => whole(text),
                    at if at > begins => Part::Begins(text[..at - begins].to_owned()),
                    _ => Part::Any,
                };
                let found = said
                    .clone()
                    .map_or(Part::Any, |said| [said.partition, said.region, said.account][position].clone());
                assert_eq!(found, wanted, "{start}");
            }
            let said = from_end(end, Function);
            for (position, (text, begins)) in place.into_iter().enumerate() {
                let wanted = match at {
                    at if at < begins => whole(text),
                    at if at < begins + text.len() => Part::Ends(text[at - begins..].to_owned()),
                    _ => Part::Any,
                };
                let found = said
                    .clone()
                    .map_or(Part::Any, |said| [said.partition, said.region, said.account][position].clone());
                assert_eq!(found, wanted, "{end}");
            }
        }
    }

    #[test]
    fn what_hits_nothing_says_nothing() {
        for value in
            ["arn:aws:s3:::b", "arn:aws:lambda:r:1:layer:x", "urn:aws", "arn:aws:lambda:r:1:function:a/b"]
        {
            assert_eq!(from_start(value, Function, false), None, "{value}");
        }
        assert_eq!(from_start("arn:aws:lambda:us-east-1:", Function, true), None);
        assert_eq!(from_start("arn:aws:lambda:us-east-1:1:function:", Function, true), None);
        for value in ["x:function:", "9:function:a:live", "s3:us-east-1:1:function:x", "3:web-function/shop"]
        {
            assert_eq!(from_end(value, Function), None, "{value}");
        }
        assert!(from_end("3:web-function/shop", WebFunction).is_some());
    }
}
