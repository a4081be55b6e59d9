//! The Lambda resources whose invocations CloudTrail can record: their types, ARNs and names.

use crate::arn::Arn;
use std::fmt;

/// A type of Lambda resource that has data events of its own (semantics 1.1): one *plane* of invocation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ResourceType {
    /// `AWS::Lambda::Function`: what everybody calls a Lambda function.
    Function,
    /// `AWS::Lambda::WebFunction` (2026): selectable by advanced selectors alone.
    WebFunction,
    /// `AWS::Lambda::MicrovmImage` (2026): selectable by advanced selectors alone.
    MicrovmImage,
}

impl ResourceType {
    /// Every type we know, in the order in which they are reported.
    pub const ALL: [ResourceType; 3] = [Self::Function, Self::WebFunction, Self::MicrovmImage];

    /// The name in `resources.type`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Function => "AWS::Lambda::Function",
            Self::WebFunction => "AWS::Lambda::WebFunction",
            Self::MicrovmImage => "AWS::Lambda::MicrovmImage",
        }
    }

    /// The type of that name, iff we know it.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }

    /// What stands before the name in the resource part of the ARN.
    #[must_use]
    pub const fn arn_infix(self) -> &'static str {
        match self {
            Self::Function => "function:",
            Self::WebFunction => "web-function/",
            Self::MicrovmImage => "microvm-image:",
        }
    }

    /// In words, one of them.
    #[must_use]
    pub const fn noun(self) -> &'static str {
        match self {
            Self::Function => "function",
            Self::WebFunction => "web function",
            Self::MicrovmImage => "MicroVM image",
        }
    }
}

impl fmt::Display for ResourceType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The type and *unqualified* ARN that events about the resource `arn` carry; `None` iff `arn` is no Lambda function,
/// web function or MicroVM image. A version or alias is cut off: recorded `resources.ARN` never has one (semantics 1.3).
#[must_use]
pub fn unqualified(arn: &str) -> Option<(ResourceType, &str)> {
    let parsed = Arn::parse(arn).filter(|parsed| parsed.service == "lambda")?;
    let kind = ResourceType::ALL.into_iter().find(|kind| parsed.resource.starts_with(kind.arn_infix()))?;
    let name_at = arn.len() - parsed.resource.len() + kind.arn_infix().len();
    let name = arn[name_at..].split(':').next().filter(|name| !name.is_empty())?;
    Some((kind, &arn[..name_at + name.len()]))
}

#[cfg(test)]
mod tests {
    use super::{ResourceType, unqualified};

    #[test]
    fn a_qualifier_is_cut_off() {
        let arn = "arn:aws:lambda:eu-west-1:123456789012:function:orders";
        assert_eq!(unqualified(&format!("{arn}:live")), Some((ResourceType::Function, arn)));
        assert_eq!(unqualified(arn), Some((ResourceType::Function, arn)));
    }

    #[test]
    fn the_slash_form_of_awss_example_is_no_function() {
        assert_eq!(unqualified("arn:aws:lambda:eu-west-1:123456789012:function/orders"), None);
        assert_eq!(unqualified("arn:aws:lambda:eu-west-1:123456789012:function:"), None);
        assert_eq!(unqualified("arn:aws:s3:::function:orders"), None);
    }

    #[test]
    fn every_plane_has_its_form() {
        let web = "arn:aws:lambda:us-east-1:123456789012:web-function/shop";
        let image = "arn:aws:lambda:us-east-1:123456789012:microvm-image:agent";
        assert_eq!(unqualified(web), Some((ResourceType::WebFunction, web)));
        assert_eq!(unqualified(image), Some((ResourceType::MicrovmImage, image)));
    }
}
