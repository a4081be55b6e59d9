//! Which members of a plan are kept: what every object is, by where it is.

/// The attributes of resources that are kept. `policy` and `name` are kept of every type until the type is known, and no longer.
pub(super) const ATTRIBUTES: [&str; 20] = [
    "advanced_event_selector",
    "arn",
    "bucket",
    "bucket_name",
    "enable_log_file_validation",
    "enable_logging",
    "event_selector",
    "function_name",
    "home_region",
    "include_global_service_events",
    "is_multi_region_trail",
    "is_organization_trail",
    "multi_region_enabled",
    "name",
    "organization_enabled",
    "policy",
    "region",
    "s3_bucket_name",
    "suspend",
    "bucket_prefix",
];

/// What a value is by where it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// Not kept, and not looked into.
    Nothing,
    /// Kept whole.
    All,
    /// Kept as being there: nothing in it is.
    There,
    Plan,
    Changes,
    Change,
    Difference,
    Attributes,
    Configuration,
    Providers,
    Provider,
    Credentials,
    Role,
    Constant,
    Module,
    Calls,
    Call,
    Declared,
    Declaration,
    Arguments,
    State,
    Values,
    StateModule,
    StateModules,
    StateResources,
    StateResource,
    Identity,
}

impl Shape {
    /// The shape of the member of that name.
    pub(super) fn member(self, name: &str) -> Self {
        match (self, name) {
            (Self::All, _) => Self::All,
            (Self::Plan, "format_version" | "errored" | "complete" | "@level") => Self::All,
            (Self::Plan, "deferred_changes") => Self::There,
            (Self::Plan, "values" | "planned_values") => Self::There,
            (Self::Plan, "resource_changes") => Self::Changes,
            (Self::Plan, "configuration") => Self::Configuration,
            (Self::Plan, "prior_state") => Self::State,
            (Self::Change, "change") => Self::Difference,
            (
                Self::Change,
                "address" | "previous_address" | "module_address" | "mode" | "type" | "name" | "deposed",
            ) => Self::All,
            (Self::Difference, "actions") => Self::All,
            (
                Self::Difference,
                "before" | "after" | "after_unknown" | "before_sensitive" | "after_sensitive",
            ) => Self::Attributes,
            (Self::Attributes, name) if ATTRIBUTES.contains(&name) => Self::All,
            (Self::Configuration, "provider_config") => Self::Providers,
            (Self::Configuration, "root_module") => Self::Module,
            (Self::Providers, _) => Self::Provider,
            (Self::Provider, "expressions") => Self::Credentials,
            (Self::Credentials, "region" | "allowed_account_ids") => Self::Constant,
            (Self::Credentials, "assume_role") => Self::Role,
            (Self::Role, "role_arn") => Self::Constant,
            (Self::Constant, "constant_value") => Self::All,
            (Self::Module, "resources") => Self::Declared,
            (Self::Module, "module_calls") => Self::Calls,
            (Self::Calls, _) => Self::Call,
            (Self::Call, "module") => Self::Module,
            (Self::Declaration, "address" | "provider_config_key") => Self::All,
            (Self::Declaration, "expressions") => Self::Arguments,
            (Self::Arguments, "region") => Self::Constant,
            (Self::State, "values") => Self::Values,
            (Self::Values, "root_module") => Self::StateModule,
            (Self::StateModule, "resources") => Self::StateResources,
            (Self::StateModule, "child_modules") => Self::StateModules,
            (Self::StateResource, "address" | "mode" | "type") => Self::All,
            (Self::StateResource, "values") => Self::Identity,
            (Self::Identity, "account_id") => Self::All,
            _ => Self::Nothing,
        }
    }

    /// The shape of the items of a list.
    pub(super) const fn item(self) -> Self {
        match self {
            Self::All => Self::All,
            Self::Changes => Self::Change,
            Self::Declared => Self::Declaration,
            Self::StateResources => Self::StateResource,
            Self::StateModules => Self::StateModule,
            // A block that is there at most once.
            Self::Role => Self::Role,
            _ => Self::Nothing,
        }
    }
}

/// What a resource of that type is to us; `None` iff it does not matter.
pub(super) fn matters(kind: &str) -> Option<crate::document::Kind> {
    use crate::document::Kind;
    /// They make recorders or functions that the plan does not show, or of which we do not know the attributes.
    const OPAQUE: [&str; 11] = [
        "aws_cloudformation_stack",
        "aws_cloudformation_stack_set",
        "aws_cloudformation_stack_set_instance",
        "aws_cloudformation_stack_instances",
        "aws_serverlessapplicationrepository_cloudformation_stack",
        "aws_cloudcontrolapi_resource",
        "awscc_cloudformation_stack",
        "awscc_cloudformation_stack_set",
        "awscc_lambda_function",
        "awscc_s3_bucket",
        "awscc_s3_bucket_policy",
    ];
    Some(match kind {
        "aws_cloudtrail" => Kind::Trail,
        "aws_cloudtrail_event_data_store" => Kind::EventDataStore,
        "aws_lambda_function" => Kind::Function,
        "aws_s3_bucket" => Kind::Bucket,
        "aws_s3_bucket_policy" => Kind::BucketPolicy,
        // It names an account and records nothing.
        "aws_cloudtrail_organization_delegated_admin_account" => return None,
        other if OPAQUE.contains(&other) => Kind::Other(other.to_owned()),
        other if other.starts_with("aws_cloudtrail") || other.starts_with("awscc_cloudtrail") => {
            Kind::Other(other.to_owned())
        }
        other if other.starts_with("aws_lambda_microvm") || other.starts_with("aws_lambda_web") => {
            Kind::Other(other.to_owned())
        }
        other if other.starts_with("awscc_lambda_microvm") || other.starts_with("awscc_lambda_web") => {
            Kind::Other(other.to_owned())
        }
        _ => return None,
    })
}
