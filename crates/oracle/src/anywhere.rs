//! The same question for functions wherever they are, answered slowly: selectors whose values are ARNs cut anywhere, and every
//! ARN that pieces of those values, put together with something new, can make.
//!
//! Why these suffice: a value is compared with the beginning, the end or the whole of an ARN, and an ARN is its parts with
//! colons between them. So a value can ask of a part only whether it is, begins or ends with a piece of the value between two
//! colons. Of each part we take every text that pieces make, alone, with something new, overlapping or not, and keep one of
//! those that no piece tells apart; then we look at the product of all parts.

use crate::naive::{Says, records};
use cloudtrail::event::{Event, EventResource, Field};
use cloudtrail::selector::{
    AdvancedSelector, BasicSelector, Condition, DataResource, FieldSelector, Operator, ReadWrite, Selector,
};
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::{collection, sample};
use std::collections::{BTreeMap, BTreeSet};

const FUNCTION: &str = "AWS::Lambda::Function";

/// One to four selectors of functions, told apart by ARNs alone, many of which nest or complement each other.
pub fn selectors() -> impl Strategy<Value = Vec<Selector>> {
    collection::vec(families(), 1..=3).prop_map(|all| all.into_iter().flatten().take(4).collect())
}

/// An ARN at which values are cut.
fn arns() -> impl Strategy<Value = String> {
    let partition = prop_oneof![12 => Just("aws"), 1 => Just("aws-cn"), 1 => Just("awz")];
    let region = sample::select(vec!["us-east-1", "us-east-2", "us-west-1", "eu-west-1", "us-gov-west-1"]);
    let account =
        sample::select(vec!["111122223333", "111122224444", "222222223333", "555555555555", "000000000000"]);
    let name = sample::select(vec!["a", "ab", "b"]);
    (partition, region, account, name).prop_map(|(partition, region, account, name)| {
        format!("arn:{partition}:lambda:{region}:{account}:function:{name}")
    })
}

fn asked() -> impl Strategy<Value = (Operator, String)> {
    (arns(), any::<sample::Index>(), sample::select(Operator::ALL.to_vec())).prop_map(
        |(arn, at, operator)| {
            let value = match operator {
                Operator::Equals | Operator::NotEquals => arn,
                // Cut behind `arn:a` and before the name, most often.
                Operator::StartsWith | Operator::NotStartsWith => {
                    arn[..5 + at.index(arn.len() - 4)].to_owned()
                }
                Operator::EndsWith | Operator::NotEndsWith => arn[8 + at.index(arn.len() - 8)..].to_owned(),
            };
            (operator, value)
        },
    )
}

fn advanced(asked: impl IntoIterator<Item = (Operator, String)>) -> Selector {
    let mut condition = Condition::default();
    for (operator, value) in asked {
        condition.values_mut(operator).push(value);
    }
    let equals = |field, value: &str| FieldSelector { field, condition: Condition::equals([value]) };
    let mut fields = vec![equals(Field::EventCategory, "Data"), equals(Field::ResourcesType, FUNCTION)];
    fields.push(FieldSelector { field: Field::ResourcesArn, condition });
    Selector::Advanced(AdvancedSelector { name: String::new(), fields, doubts: Vec::new() })
}

/// A selector alone; one with its complement; one with a part of its complement, or with more than that.
fn families() -> impl Strategy<Value = Vec<Selector>> {
    let alone = collection::vec(asked(), 1..=3).prop_map(|asked| vec![advanced(asked)]);
    let nested = (asked(), any::<sample::Index>(), any::<bool>()).prop_map(|((operator, value), at, cut)| {
        let opposite = match operator {
            Operator::Equals => Operator::NotEquals,
            Operator::NotEquals => Operator::Equals,
            Operator::StartsWith => Operator::NotStartsWith,
            Operator::NotStartsWith => Operator::StartsWith,
            Operator::EndsWith => Operator::NotEndsWith,
            Operator::NotEndsWith => Operator::EndsWith,
        };
        let at = 1 + at.index(value.len());
        let other = match operator {
            Operator::Equals | Operator::NotEquals => value.clone(),
            _ if !cut => value.clone(),
            Operator::StartsWith | Operator::NotStartsWith => value[..at].to_owned(),
            Operator::EndsWith | Operator::NotEndsWith => value[at - 1..].to_owned(),
        };
        vec![advanced([(operator, value)]), advanced([(opposite, other)])]
    });
    let basic = collection::vec(prop_oneof![1 => Just("arn:aws:lambda".to_owned()), 3 => arns()], 1..=2);
    let basic = basic.prop_map(|values| {
        vec![Selector::Basic(BasicSelector {
            read_write: ReadWrite::All,
            include_management: false,
            exclude_management_sources: Vec::new(),
            data_resources: vec![DataResource { kind: FUNCTION.to_owned(), values }],
            doubts: Vec::new(),
        })]
    });
    prop_oneof![4 => alone, 6 => nested, 1 => basic]
}

/// A function's ARN that no selector records, if there is any.
#[must_use]
pub fn escaping(selectors: &[Selector]) -> Option<String> {
    let values = values(selectors);
    let pieces: BTreeSet<&str> = values.iter().flat_map(|(_, value)| value.split(':')).collect();
    let known = |piece: &&str| ["arn", "aws", "aws-cn", "awz", "lambda", "function"].contains(piece);
    let free: Vec<&str> = pieces.iter().copied().filter(|piece| !known(piece)).collect();
    let of = |letter: fn(char) -> bool| -> Vec<&str> {
        free.iter().copied().filter(|piece| piece.chars().all(letter)).collect()
    };
    let digits = of(|letter| letter.is_ascii_digit());
    let mut words = of(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-');
    // A Region is one of a single partition, and its beginning says of which.
    let beginnings = cloudtrail::arn::REGION_BEGINNINGS.map(|(beginning, _)| beginning);
    words.extend(beginnings);
    let told_apart: BTreeSet<&str> = pieces.iter().copied().chain(beginnings).collect();
    let regions = kinds(&told_apart, made(&words, &NEW, &[]), is_region);
    let accounts = kinds(&pieces, made(&digits, &[], &["3", "4", "6", "7"]), is_account);
    let names = kinds(&pieces, crate::strings::strings(3), is_name);
    for partition in partitions(&values) {
        for region in regions.iter().filter(|region| is_of(region, partition)) {
            for account in &accounts {
                for name in &names {
                    let arn = format!("arn:{partition}:lambda:{region}:{account}:function:{name}");
                    if !is_recorded(selectors, &arn) {
                        return Some(arn);
                    }
                }
            }
        }
    }
    None
}

/// True iff some selector records a call of the function.
#[must_use]
pub fn is_recorded(selectors: &[Selector], arn: &str) -> bool {
    let event = Event {
        category: "Data".to_owned(),
        source: "lambda.amazonaws.com".to_owned(),
        name: "Invoke".to_owned(),
        event_type: "AwsApiCall".to_owned(),
        read_only: false,
        resource: Some(EventResource { kind: FUNCTION.to_owned(), arn: arn.to_owned() }),
        user_identity_arn: None,
        session_credential_from_console: false,
    };
    selectors.iter().any(|selector| records(selector, &event) == Says::Yes)
}

/// True iff there may be a function of this ARN.
#[must_use]
pub fn is_function(arn: &str) -> bool {
    let parts: Vec<&str> = arn.split(':').collect();
    let ["arn", partition, "lambda", region, account, "function", name] = parts[..] else { return false };
    cloudtrail::arn::PARTITIONS.contains(&partition)
        && is_region(region)
        && is_of(region, partition)
        && is_account(account)
        && is_name(name)
}

fn values(selectors: &[Selector]) -> Vec<(Operator, &str)> {
    let mut values = Vec::new();
    for selector in selectors {
        match selector {
            Selector::Basic(basic) => {
                let all = basic.data_resources.iter().flat_map(|entry| &entry.values);
                values.extend(all.map(|value| (Operator::StartsWith, value.as_str())));
            }
            Selector::Advanced(advanced) => {
                let Some(condition) = advanced.condition(Field::ResourcesArn) else { continue };
                for operator in Operator::ALL {
                    values.extend(condition.values(operator).iter().map(|value| (operator, value.as_str())));
                }
            }
        }
    }
    values
}

/// Those that a value names; all, where a value is cut within one; `aws`, where none is named.
fn partitions(values: &[(Operator, &str)]) -> Vec<&'static str> {
    let mut named: BTreeSet<&str> = BTreeSet::new();
    for (operator, value) in values {
        let parts: Vec<&str> = value.split(':').collect();
        let from_end = matches!(operator, Operator::EndsWith | Operator::NotEndsWith);
        // `PARTITION:lambda:REGION:ACCOUNT:function:NAME`
        match (from_end, parts.len()) {
            (false, 2) | (true, 6) if !parts[usize::from(!from_end)].is_empty() => {
                return cloudtrail::arn::PARTITIONS.to_vec();
            }
            (false, 3..) => named.extend(parts.get(1).copied()),
            (true, 7..) => named.extend(parts.get(parts.len() - 6).copied()),
            _ => {}
        }
    }
    let mut known = cloudtrail::arn::PARTITIONS.to_vec();
    known.retain(|partition| named.contains(partition));
    if known.is_empty() { vec!["aws"] } else { known }
}

fn is_region(text: &str) -> bool {
    let words: Vec<&str> = text.split('-').collect();
    let Some((number, words)) = words.split_last() else { return false };
    let word = |word: &&str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase());
    let number_is = number.len() < 3
        && number.parse::<u8>().is_ok_and(|number| number > 0)
        && !number.starts_with(['0', '+']);
    number_is && words.len() > 1 && words[0].len() > 1 && words.iter().all(word)
}

/// True iff no other partition has Regions whose names begin like that.
fn is_of(region: &str, partition: &str) -> bool {
    let known =
        cloudtrail::arn::REGION_BEGINNINGS.iter().find(|(beginning, _)| region.starts_with(beginning));
    known.map_or("aws", |(_, of)| of) == partition
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}

/// What stands between a beginning and an end of a Region, or after or before one, so that there is a Region of that kind.
const NEW: [&str; 15] =
    ["", "7", "-7", "q", "-", "q-7", "-q-7", "q-q-7", "qq-q-7", "q-", "-q-", "-q", "q-q-", "qq-q-", "qq-q"];

/// Every beginning followed by every end, with something new between them, or digits up to twelve, or overlapping.
fn made(pieces: &[&str], new: &[&str], digits: &[&str]) -> Vec<String> {
    let pieces: Vec<&str> = pieces.iter().copied().chain([""]).collect();
    let mut texts: Vec<String> = Vec::new();
    for start in &pieces {
        for end in &pieces {
            texts.extend(new.iter().map(|new| format!("{start}{new}{end}")));
            let missing = 12_usize.saturating_sub(start.len() + end.len());
            texts.extend(digits.iter().map(|digit| format!("{start}{}{end}", digit.repeat(missing))));
            let overlaps = 1..=start.len().min(end.len());
            texts.extend(
                overlaps.filter(|by| start.ends_with(&end[..*by])).map(|by| format!("{start}{}", &end[by..])),
            );
        }
    }
    texts
}

/// One text of each kind that the pieces tell apart.
fn kinds(pieces: &BTreeSet<&str>, texts: Vec<String>, is: fn(&str) -> bool) -> Vec<String> {
    let told_apart = |text: &String| -> Vec<bool> {
        let asks = |piece: &&str| [text == piece, text.starts_with(piece), text.ends_with(piece)];
        pieces.iter().flat_map(asks).collect()
    };
    let mut kinds: BTreeMap<Vec<bool>, String> = BTreeMap::new();
    for text in texts.into_iter().filter(|text| is(text)) {
        kinds.entry(told_apart(&text)).or_insert(text);
    }
    kinds.into_values().collect()
}
