//! Who manages a recorder, by its name and tags (compliance 4.2).

use super::Owner;
use crate::inventory::Inventory;
use cloudtrail::recorder::{Recorder, RecorderKind, Seen};
use std::collections::BTreeMap;

/// Keys of tags that name what manages a resource; compared without case, `-` and `_`.
const MANAGED_BY: [&str; 8] =
    ["managedby", "provisioner", "provisionedby", "createdby", "iac", "tool", "deployedby", "automation"];
/// Values that mean Terraform or one of its kin.
const TERRAFORM: [&str; 5] = ["terraform", "opentofu", "tofu", "terragrunt", "atlantis"];

/// Who manages the recorder, as far as its name and tags tell.
#[must_use]
pub fn owner(inventory: &Inventory, recorder: &Recorder) -> Owner {
    // Names come first: they are known even where tags are not.
    if recorder.kind == RecorderKind::Trail && recorder.name.starts_with("aws-controltower-") {
        return Owner::ControlTower { mark: format!("named {}", recorder.name) };
    }
    if recorder.name.starts_with("AWSAccelerator-") {
        return Owner::LandingZoneAccelerator { mark: format!("named {}", recorder.name) };
    }
    match inventory.beside.tags.get(&recorder.arn) {
        None => Owner::Unread("its tags were not asked for".to_owned()),
        Some(Seen::Unread(gap)) => {
            let gap = inventory.gaps.get(*gap);
            Owner::Unread(gap.map_or_else(
                || "its tags were not read".to_owned(),
                |gap| format!("{} {}", gap.call, gap.kind.as_str()),
            ))
        }
        Some(Seen::Known(tags)) => by_tags(tags),
    }
}

fn by_tags(tags: &BTreeMap<String, String>) -> Owner {
    // Nobody but AWS can set a tag that begins with `aws:`.
    if let Some(stack) = tags.get("aws:cloudformation:stack-name") {
        return match stack.strip_prefix("AWSAccelerator-") {
            Some(_) => Owner::LandingZoneAccelerator { mark: format!("stack {stack}") },
            None if stack.starts_with("StackSet-AWSControlTower") => {
                Owner::ControlTower { mark: format!("stack {stack}") }
            }
            None => Owner::CloudFormation { stack: stack.clone() },
        };
    }
    for (key, value) in tags {
        let plain = |text: &str| text.to_ascii_lowercase().replace(['-', '_', ' '], "");
        let (name, word) = (plain(key), plain(value));
        if name == "accelerator" || name.starts_with("awsaccelerator") {
            return Owner::LandingZoneAccelerator { mark: format!("tag {key}={value}") };
        }
        let says = |text: &str| TERRAFORM.iter().any(|one| text.contains(one));
        let negated = matches!(word.as_str(), "false" | "no" | "0" | "none");
        if (MANAGED_BY.contains(&name.as_str()) && says(&word)) || (says(&name) && !negated) {
            return Owner::Terraform { mark: format!("tag {key}={value}") };
        }
        // Pulumi has no mark of its own among ours: like Terraform it sets back what was changed without it.
        let pulumi = |text: &str| text.contains("pulumi");
        if (MANAGED_BY.contains(&name.as_str()) && pulumi(&word)) || (pulumi(&name) && !negated) {
            return Owner::Terraform { mark: format!("Pulumi, tag {key}={value}") };
        }
        let cdk = word.contains("cdk") || word.contains("cloudformation");
        if (MANAGED_BY.contains(&name.as_str()) && cdk) || (name.contains("cdk") && !negated) {
            return Owner::CloudFormation { stack: format!("tag {key}={value}") };
        }
    }
    Owner::Nobody
}

#[cfg(test)]
mod tests {
    use super::{Owner, by_tags};

    fn of(key: &str, value: &str) -> Owner {
        by_tags(&[(key.to_owned(), value.to_owned())].into())
    }

    #[test]
    fn marks_are_recognised() {
        for (key, value) in [
            ("ManagedBy", "Terraform"),
            ("managed-by", "opentofu"),
            ("terraform", "true"),
            ("Provisioner", "terragrunt"),
            ("terraform:workspace", "prod"),
        ] {
            assert!(matches!(of(key, value), Owner::Terraform { .. }), "{key}={value}");
        }
        for (key, value) in [("pulumi:project", "net"), ("ManagedBy", "Pulumi")] {
            assert!(matches!(of(key, value), Owner::Terraform { .. }), "{key}={value}");
        }
        for (key, value) in [("aws-cdk:stack", "net"), ("ManagedBy", "AWS CDK"), ("created-by", "cdk")] {
            assert!(matches!(of(key, value), Owner::CloudFormation { .. }), "{key}={value}");
        }
        assert!(matches!(of("aws:cloudformation:stack-name", "audit"), Owner::CloudFormation { .. }));
        let accelerator = of("aws:cloudformation:stack-name", "AWSAccelerator-LoggingStack-1");
        assert!(matches!(accelerator, Owner::LandingZoneAccelerator { .. }));
        assert!(matches!(of("Accelerator", "AWSAccelerator"), Owner::LandingZoneAccelerator { .. }));
        for (key, value) in [("terraform", "false"), ("owner", "platform"), ("managed-by", "hand")] {
            assert_eq!(of(key, value), Owner::Nobody, "{key}={value}");
        }
    }
}
