//! Which calls are kept: those that change what recording, functions or their guards rest on.

/// By service, what is kept; all of it by the stem of the name.
const WATCHED: [(&str, &[&str]); 16] = [
    (
        "cloudtrail",
        &[
            "CreateTrail",
            "UpdateTrail",
            "DeleteTrail",
            "StartLogging",
            "StopLogging",
            "PutEventSelectors",
            "PutInsightSelectors",
            "CreateEventDataStore",
            "UpdateEventDataStore",
            "DeleteEventDataStore",
            "RestoreEventDataStore",
            "StartEventDataStoreIngestion",
            "StopEventDataStoreIngestion",
            "CreateChannel",
            "UpdateChannel",
            "DeleteChannel",
            "CreateServiceLinkedChannel",
            "UpdateServiceLinkedChannel",
            "DeleteServiceLinkedChannel",
            "DeregisterOrganizationDelegatedAdmin",
            "RegisterOrganizationDelegatedAdmin",
            "PutEventConfiguration",
            "DeleteResourcePolicy",
            "PutResourcePolicy",
        ],
    ),
    (
        "lambda",
        &[
            "AddPermission",
            "RemovePermission",
            "PutResourcePolicy",
            "DeleteResourcePolicy",
            "CreateFunctionUrlConfig",
            "UpdateFunctionUrlConfig",
            "DeleteFunctionUrlConfig",
            "CreateFunction",
            "UpdateFunctionCode",
            "UpdateFunctionConfiguration",
            "DeleteFunction",
            "PublishVersion",
            "PublishLayerVersion",
            "AddLayerVersionPermission",
            "RemoveLayerVersionPermission",
            "CreateEventSourceMapping",
            "UpdateEventSourceMapping",
            "DeleteEventSourceMapping",
            "CreateAlias",
            "UpdateAlias",
            "DeleteAlias",
            "PutFunctionCodeSigningConfig",
            "DeleteFunctionCodeSigningConfig",
            "UpdateCodeSigningConfig",
            "DeleteCodeSigningConfig",
            "PutRuntimeManagementConfig",
            "UpdateRuntimeAlias",
            "CreateRuntimeAlias",
            "PutFunctionEventInvokeConfig",
            "UpdateFunctionEventInvokeConfig",
            "CreateWebFunction",
            "UpdateWebFunction",
            "DeleteWebFunction",
            "CreateMicrovmImage",
            "UpdateMicrovmImage",
            "DeleteMicrovmImage",
            "CreateMicrovmShellAuthToken",
            "PutPublicAccessBlockConfig",
        ],
    ),
    (
        "s3",
        &[
            "PutBucketLifecycle",
            "PutBucketLifecycleConfiguration",
            "DeleteBucketLifecycle",
            "PutBucketPolicy",
            "DeleteBucketPolicy",
            "PutBucketVersioning",
            "PutObjectLockConfiguration",
            "PutBucketObjectLockConfiguration",
            "DeleteBucket",
            "DeleteObject",
            "DeleteObjects",
            "PutBucketReplication",
            "DeleteBucketReplication",
            "PutBucketEncryption",
            "DeleteBucketEncryption",
            "DeleteBucketPublicAccessBlock",
            "DeletePublicAccessBlock",
            "PutBucketPublicAccessBlock",
            "PutBucketAcl",
            "PutBucketOwnershipControls",
            "PutBucketNotification",
            "PutBucketNotificationConfiguration",
        ],
    ),
    (
        "kms",
        &[
            "DisableKey",
            "ScheduleKeyDeletion",
            "PutKeyPolicy",
            "CancelKeyDeletion",
            "EnableKey",
            "DisableKeyRotation",
            "DeleteImportedKeyMaterial",
        ],
    ),
    (
        "logs",
        &[
            "DeleteLogGroup",
            "DeleteLogStream",
            "PutRetentionPolicy",
            "DeleteRetentionPolicy",
            "DeleteSubscriptionFilter",
            "PutSubscriptionFilter",
            "DeleteMetricFilter",
            "PutMetricFilter",
            "DeleteResourcePolicy",
        ],
    ),
    (
        "organizations",
        &[
            "DetachPolicy",
            "DeletePolicy",
            "UpdatePolicy",
            "DisablePolicyType",
            "LeaveOrganization",
            "RemoveAccountFromOrganization",
            "MoveAccount",
            "DeregisterDelegatedAdministrator",
            "DisableAWSServiceAccess",
            "AttachPolicy",
            "CloseAccount",
            "DeleteOrganization",
        ],
    ),
    (
        "iam",
        &[
            "CreateUser",
            "CreateAccessKey",
            "CreateLoginProfile",
            "UpdateLoginProfile",
            "AttachUserPolicy",
            "PutUserPolicy",
            "AttachRolePolicy",
            "PutRolePolicy",
            "AttachGroupPolicy",
            "PutGroupPolicy",
            "AddUserToGroup",
            "CreateRole",
            "UpdateAssumeRolePolicy",
            "CreatePolicyVersion",
            "SetDefaultPolicyVersion",
            "CreatePolicy",
            "DeactivateMFADevice",
            "DeleteVirtualMFADevice",
            "CreateVirtualMFADevice",
            "EnableMFADevice",
            "DeleteRolePermissionsBoundary",
            "DeleteUserPermissionsBoundary",
            "PutRolePermissionsBoundary",
            "PutUserPermissionsBoundary",
            "CreateSAMLProvider",
            "UpdateSAMLProvider",
            "CreateOpenIDConnectProvider",
            "UpdateAccessKey",
            "CreateInstanceProfile",
            "AddRoleToInstanceProfile",
            "CreateServiceSpecificCredential",
            "PassRole",
            "DeleteUserPolicy",
            "DeleteRolePolicy",
            "DetachRolePolicy",
            "DetachUserPolicy",
            "UploadSSHPublicKey",
            "UpdateUser",
            "UpdateRole",
        ],
    ),
    (
        "observabilityadmin",
        &[
            "DeleteTelemetryRule",
            "UpdateTelemetryRule",
            "DeleteTelemetryRuleForOrganization",
            "UpdateTelemetryRuleForOrganization",
            "StopTelemetryEvaluation",
            "StopTelemetryEvaluationForOrganization",
        ],
    ),
    (
        "securitylake",
        &[
            "DeleteAwsLogSource",
            "DeleteDataLake",
            "DeleteDataLakeOrganizationConfiguration",
            "DeleteCustomLogSource",
            "DeleteSubscriber",
            "UpdateDataLake",
        ],
    ),
    // What makes a service call a function.
    ("events", &["PutTargets"]),
    ("scheduler", &["CreateSchedule", "UpdateSchedule"]),
    ("pipes", &["CreatePipe", "UpdatePipe"]),
    ("sns", &["Subscribe"]),
    ("iot", &["CreateTopicRule", "ReplaceTopicRule"]),
    ("cognito-idp", &["CreateUserPool", "UpdateUserPool"]),
    ("apigateway", &["PutIntegration", "UpdateIntegration", "CreateIntegration"]),
];

/// True iff calls of that name (its stem) of that service are kept.
#[must_use]
pub fn is_watched(source: &str, stem: &str) -> bool {
    let of_service = WATCHED.iter().find(|(service, _)| *service == source);
    of_service.is_some_and(|(_, names)| names.contains(&stem))
}

/// True iff the name alone says that the bucket holds logs of CloudTrail.
#[must_use]
pub fn is_log_bucket(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.contains("cloudtrail")
        || (name.contains("trail") && name.contains("log"))
        || name.contains("controltower-logs")
}

/// The service of an `eventSource`, where any of its calls are kept.
#[must_use]
pub fn source_of(event_source: &str) -> Option<&'static str> {
    let service = event_source.strip_suffix(".amazonaws.com")?;
    WATCHED.iter().map(|(known, _)| *known).find(|known| *known == service)
}

/// The name without the version of the API: `UpdateFunctionCode20150331v2` is `UpdateFunctionCode`. AWS's own names for actions and
/// events differ in this alone.
#[must_use]
pub fn stem(name: &str) -> &str {
    let versioned = name.rfind('v').filter(|at| {
        let (before, behind) = (name.get(..*at).unwrap_or(""), name.get(at + 1..).unwrap_or(""));
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        digits(behind) && before.bytes().last().is_some_and(|byte| byte.is_ascii_digit())
    });
    let name = versioned.and_then(|at| name.get(..at)).unwrap_or(name);
    let bare = name.trim_end_matches(|one: char| one.is_ascii_digit() || one == '_');
    // Only a date is a version; names such as `PutBucketV2` end in a digit of their own.
    if name.len() - bare.len() >= 8 { bare } else { name }
}

#[cfg(test)]
mod tests {
    use super::{is_watched, source_of, stem};

    #[test]
    fn dated_names_are_the_names() {
        for (name, bare) in [
            ("UpdateFunctionCode20150331v2", "UpdateFunctionCode"),
            ("AddPermission20150331v2", "AddPermission"),
            ("CreateFunction20150331", "CreateFunction"),
            ("AddLayerVersionPermission20181031", "AddLayerVersionPermission"),
            ("CreateFunctionUrlConfig", "CreateFunctionUrlConfig"),
            ("DeleteFunction2015_03_31", "DeleteFunction"),
            ("v2", "v2"),
            ("", ""),
            ("2015", "2015"),
        ] {
            assert_eq!(stem(name), bare, "{name}");
        }
    }

    #[test]
    fn services_are_known_by_their_whole_name() {
        assert_eq!(source_of("kms.amazonaws.com"), Some("kms"));
        assert_eq!(source_of("notkms.amazonaws.com"), None);
        assert!(is_watched("lambda", "AddPermission") && !is_watched("lambda", "Invoke"));
    }
}
