//! Values of selectors that can never match an invocation, and why: what people paste and then believe in.

use cloudtrail::arn::Arn;
use cloudtrail::basic_value;
use cloudtrail::event::Field;
use cloudtrail::resource::{ResourceType, unqualified};
use cloudtrail::selector::{Operator, Selector, Selectors};

/// A value that has no effect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lint {
    /// Position of the selector.
    pub selector: usize,
    /// The operator; for basic selectors `Equals` or `StartsWith`, as the value is read.
    pub operator: Operator,
    /// The value.
    pub value: String,
    /// Why it never matches, or what about it is not known.
    pub why: Problem,
}

/// Why a value never matches `resources.ARN` of a Lambda resource.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// `*` is a literal (semantics 3.1).
    #[error("selectors know no wildcards, so `*` is an ordinary character")]
    Star,
    /// The form in AWS's own examples.
    #[error("no function has an ARN with a slash, though AWS's own example shows one: write `function:NAME`")]
    Slash,
    /// A version or alias.
    #[error("recorded ARNs carry no version or alias: write `{0}`")]
    Qualified(String),
    /// Another partition than the audited one.
    #[error("partition `{found}` is not `{audited}`, the one audited")]
    ForeignPartition {
        /// Partition of the value.
        found: String,
        /// Partition of the inventory.
        audited: String,
    },
    /// A beginning where AWS compares whole ARNs.
    #[error(
        "it is compared as a whole ARN, and no {noun} has this one: all of them is `arn:{partition}:lambda`"
    )]
    NotWhole {
        /// The type in words.
        noun: &'static str,
        /// The audited partition.
        partition: String,
    },
    /// No resource of the type has an ARN like that.
    #[error("no {0} has an ARN like that")]
    NoSuchArn(&'static str),
    /// A Lambda resource type that we do not know (U-19).
    #[error("`{0}` is a Lambda resource type that this version does not know, so its events are not judged")]
    UnknownType(String),
}

/// Every value of `selectors` that can never match, in order.
#[must_use]
pub fn lint(selectors: &Selectors, partition: &str) -> Vec<Lint> {
    selectors.list.iter().enumerate().flat_map(|(position, one)| lint_one(position, one, partition)).collect()
}

/// Those of one selector.
#[must_use]
pub fn lint_one(position: usize, selector: &Selector, partition: &str) -> Vec<Lint> {
    let mut found = Vec::new();
    match selector {
        Selector::Basic(basic) => {
            for entry in basic.data_resources.iter().filter(|entry| entry.kind == "AWS::Lambda::Function") {
                let read = entry.values.iter().map(|value| (basic_value(&entry.kind, value).0, value));
                found.extend(read.filter_map(|(operator, value)| {
                    let why = basic_problem(operator, value, partition)?;
                    Some(Lint { selector: position, operator, value: value.clone(), why })
                }));
            }
        }
        Selector::Advanced(advanced) => {
            let types = advanced.condition(Field::ResourcesType).map_or(&[][..], |one| one.equals.as_slice());
            let lambda: Vec<&String> =
                types.iter().filter(|name| name.starts_with("AWS::Lambda::")).collect();
            let unknown = lambda.iter().filter(|name| ResourceType::parse(name).is_none());
            found.extend(unknown.map(|name| Lint {
                selector: position,
                operator: Operator::Equals,
                value: (*name).clone(),
                why: Problem::UnknownType((*name).clone()),
            }));
            let Some(kind) = lambda.first().and_then(|name| ResourceType::parse(name)) else { return found };
            let Some(arns) = advanced.condition(Field::ResourcesArn) else { return found };
            for operator in Operator::ALL {
                found.extend(arns.values(operator).iter().filter_map(|value| {
                    let why = arn_problem(kind, operator, value, partition)?;
                    Some(Lint { selector: position, operator, value: value.clone(), why })
                }));
            }
        }
    }
    found
}

/// Why a value of a basic selector never matches; it is either the whole service or one exact ARN.
fn basic_problem(operator: Operator, value: &str, partition: &str) -> Option<Problem> {
    if operator == Operator::StartsWith {
        return foreign(value.split(':').nth(1)?, partition);
    }
    match arn_problem(ResourceType::Function, Operator::Equals, value, partition)? {
        Problem::NoSuchArn(noun) => Some(Problem::NotWhole { noun, partition: partition.to_owned() }),
        other => Some(other),
    }
}

fn foreign(found: &str, audited: &str) -> Option<Problem> {
    (found != audited)
        .then(|| Problem::ForeignPartition { found: found.to_owned(), audited: audited.to_owned() })
}

/// Why no ARN of this type at all is hit by `value` under `operator`; `None` if one may be.
fn arn_problem(kind: ResourceType, operator: Operator, value: &str, partition: &str) -> Option<Problem> {
    let noun = kind.noun();
    if value.contains('*') {
        return Some(Problem::Star);
    }
    if kind == ResourceType::Function && value.contains(":function/") {
        return Some(Problem::Slash);
    }
    match operator {
        Operator::Equals | Operator::NotEquals => match unqualified(value) {
            Some((of, arn)) if of == kind && arn.len() < value.len() => {
                Some(Problem::Qualified(arn.to_owned()))
            }
            Some((of, arn)) if of == kind => foreign(Arn::parse(arn)?.partition, partition),
            _ => Some(Problem::NoSuchArn(noun)),
        },
        Operator::StartsWith | Operator::NotStartsWith => begins(kind, value, partition),
        Operator::EndsWith | Operator::NotEndsWith => {
            let name = value.rsplit(kind.arn_infix().chars().last()?).next()?;
            (!name.chars().all(of_a_name)).then_some(Problem::NoSuchArn(noun))
        }
    }
}

/// Why no ARN of the type begins with `value`: part by part, the last part may be cut off.
fn begins(kind: ResourceType, value: &str, partition: &str) -> Option<Problem> {
    let parts: Vec<&str> = value.splitn(6, ':').collect();
    let whole = |at: usize| parts.len() > at + 1;
    let fits = |at: usize, wanted: &str| match parts.get(at) {
        None => true,
        Some(part) if whole(at) => *part == wanted,
        Some(part) => wanted.starts_with(part),
    };
    if !fits(0, "arn") || !fits(2, "lambda") {
        return Some(Problem::NoSuchArn(kind.noun()));
    }
    if !fits(1, partition) {
        return foreign(parts[1], partition);
    }
    let resource = parts.get(5)?;
    let infix = kind.arn_infix();
    let Some(name) = resource.strip_prefix(infix) else {
        return (!infix.starts_with(resource)).then_some(Problem::NoSuchArn(kind.noun()));
    };
    match name.split_once(':') {
        Some((bare, _)) => {
            Some(Problem::Qualified(value[..value.len() - name.len() + bare.len()].to_owned()))
        }
        None => (!name.chars().all(of_a_name)).then_some(Problem::NoSuchArn(kind.noun())),
    }
}

fn of_a_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')
}

#[cfg(test)]
mod tests {
    use super::{Problem, lint};
    use cloudtrail::selector_json::from_str;

    fn problems(document: &str) -> Vec<Problem> {
        lint(&from_str(document).unwrap(), "aws").into_iter().map(|lint| lint.why).collect()
    }

    fn basic(value: &str) -> Vec<Problem> {
        problems(&format!(
            r#"[{{"ReadWriteType":"All","DataResources":[{{"Type":"AWS::Lambda::Function","Values":["{value}"]}}]}}]"#
        ))
    }

    fn advanced(operator: &str, value: &str) -> Vec<Problem> {
        problems(&format!(
            r#"[{{"FieldSelectors":[{{"Field":"eventCategory","Equals":["Data"]}},
                {{"Field":"resources.type","Equals":["AWS::Lambda::Function"]}},
                {{"Field":"resources.ARN","{operator}":["{value}"]}}]}}]"#
        ))
    }

    const F: &str = "arn:aws:lambda:us-east-1:123456789012:function:orders";

    #[test]
    fn values_that_match_something_are_left_alone() {
        assert!(basic("arn:aws:lambda").is_empty());
        assert!(basic(F).is_empty());
        for operator in ["Equals", "NotEquals", "StartsWith", "EndsWith"] {
            assert_eq!(advanced(operator, F), [], "{operator}");
        }
        for beginning in ["arn:aws:lam", "arn:aws:lambda:us-", "arn:aws:lambda:us-east-1:123456789012:func"] {
            assert_eq!(advanced("StartsWith", beginning), [], "{beginning}");
        }
        assert_eq!(advanced("EndsWith", "orders"), []);
        assert_eq!(advanced("EndsWith", ":orders"), []);
    }

    #[test]
    fn what_people_paste_and_believe_in() {
        assert_eq!(basic("arn:aws:lambda:*"), [Problem::Star]);
        assert_eq!(basic(&format!("{F}:live")), [Problem::Qualified(F.to_owned())]);
        assert!(matches!(basic("arn:aws-cn:lambda")[..], [Problem::ForeignPartition { .. }]));
        let scoped = basic("arn:aws:lambda:us-east-1:123456789012:function");
        assert!(matches!(scoped[..], [Problem::NotWhole { .. }]), "{scoped:?}");
        let slash = "arn:aws:lambda:us-east-2:111122223333:function/MyLambdaFunction";
        assert_eq!(advanced("Equals", slash), [Problem::Slash]);
        assert_eq!(advanced("StartsWith", &format!("{F}:live")), [Problem::Qualified(F.to_owned())]);
        assert!(matches!(
            advanced("StartsWith", "arn:aws-cn:lambda")[..],
            [Problem::ForeignPartition { .. }]
        ));
        assert_eq!(advanced("Equals", "arn:aws:lambda"), [Problem::NoSuchArn("function")]);
        assert_eq!(advanced("EndsWith", "bad name"), [Problem::NoSuchArn("function")]);
    }

    #[test]
    fn a_lambda_type_we_do_not_know_is_reported() {
        let found = problems(
            r#"[{"FieldSelectors":[{"Field":"eventCategory","Equals":["Data"]},
                {"Field":"resources.type","Equals":["AWS::Lambda::Quantum"]}]}]"#,
        );
        assert_eq!(found, [Problem::UnknownType("AWS::Lambda::Quantum".to_owned())]);
    }
}
