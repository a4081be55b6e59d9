//! The types of resources that decide what CloudTrail records, and those that may and cannot be looked into.

use super::tree::Node;

/// What a type of resource is to us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Type {
    Trail,
    EventDataStore,
    Function,
    Bucket,
    BucketPolicy,
    /// Its template and its targets may be in the file.
    StackSet,
    /// A channel of CloudTrail Lake: it never records what AWS's services do, and is only named.
    Channel,
    /// It may make functions or recorders, and its content is not in the file.
    Opaque,
    /// It neither records nor is invoked.
    Other,
}

impl Type {
    /// The type of a resource of a template. A macro inside the resource may make any type of it.
    pub(super) fn of(resource: &Node) -> Self {
        if resource.entries().is_some_and(|all| all.iter().any(|entry| entry.key.starts_with("Fn::"))) {
            return Self::Opaque;
        }
        Self::named(resource.get("Type").and_then(Node::text).unwrap_or_default())
    }

    /// The type of that name.
    pub(super) fn named(name: &str) -> Self {
        match name {
            "AWS::CloudTrail::Trail" => Self::Trail,
            "AWS::CloudTrail::EventDataStore" => Self::EventDataStore,
            "AWS::CloudTrail::Channel" => Self::Channel,
            "AWS::Lambda::Function" | "AWS::Serverless::Function" => Self::Function,
            "AWS::S3::Bucket" => Self::Bucket,
            "AWS::S3::BucketPolicy" => Self::BucketPolicy,
            "AWS::CloudFormation::StackSet" => Self::StackSet,
            // Templates elsewhere, and services that make functions or trails of their own.
            "AWS::CloudFormation::Stack"
            | "AWS::Serverless::Application"
            | "AWS::ServiceCatalog::CloudFormationProvisionedProduct"
            | "AWS::ControlTower::LandingZone"
            | "AWS::Synthetics::Canary"
            | "AWS::Lambda::WebFunction"
            | "AWS::Lambda::MicrovmImage" => Self::Opaque,
            _ if name.ends_with("::MODULE") => Self::Opaque,
            _ => Self::Other,
        }
    }

    /// The property that names a resource, iff `Ref` gives that name and an ARN can be made of it.
    pub(super) fn name_property(self) -> Option<&'static str> {
        match self {
            Self::Trail => Some("TrailName"),
            Self::Function => Some("FunctionName"),
            Self::Bucket => Some("BucketName"),
            _ => None,
        }
    }
}
