//! The name of a Lambda resource, out of its ARN.

/// The name in an ARN of a Lambda resource; the whole text where it is none.
pub(super) fn name_in(arn: &str) -> &str {
    match cloudtrail::resource::unqualified(arn) {
        Some((kind, arn)) => arn.split_once(kind.arn_infix()).map_or(arn, |(_, name)| name),
        None => arn,
    }
}
