//! Who manages a recorder, by its name and tags (compliance 4.2).

use super::Owner;
use crate::inventory::Inventory;
use cloudtrail::recorder::{Recorder, RecorderKind, Seen};
use std::collections::BTreeMap;

/// Keys of tags that name what manages a resource; compared without case, `-` and `_`.
const MANAGED_BY: [&str; 8] =
    ["managedby", "provisioner", "provisionedby", "createdby", "iac", "tool", "deployedby", "automation"];
/// Values that mean Terraform or one of its kin.
const TERRAFORM: [&str; 6] = ["terraform", "opentofu", "tofu", "terragrunt", "atlantis", "cdktf"];

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
    match inventory.extra.tags.get(&recorder.arn) {
        None => Owner::Unread("the inventory holds no tags".to_owned()),
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
            None => match tags.iter().find(|(key, value)| is_cdk(&plain(key), &plain(value))) {
                Some((key, value)) => Owner::Cdk { mark: format!("stack {stack}, tag {key}={value}") },
                None => Owner::CloudFormation { stack: stack.clone() },
            },
        };
    }
    for (key, value) in tags {
        let (name, word) = (plain(key), plain(value));
        if name == "accelerator" || name.starts_with("awsaccelerator") {
            return Owner::LandingZoneAccelerator { mark: format!("tag {key}={value}") };
        }
        let mark = format!("tag {key}={value}");
        let terraform = |text: &str| TERRAFORM.iter().any(|one| text.contains(one));
        if is_named(&name, &word, terraform) {
            return Owner::Terraform { mark };
        }
        if is_named(&name, &word, |text| text.contains("pulumi")) {
            return Owner::Pulumi { mark };
        }
        if is_cdk(&name, &word) {
            return Owner::Cdk { mark };
        }
        if is_named(&name, &word, |text| text.contains("cloudformation")) {
            return Owner::CloudFormation { stack: mark };
        }
    }
    Owner::Nobody
}

/// A key or a value as it is compared.
fn plain(text: &str) -> String {
    text.to_ascii_lowercase().replace(['-', '_', ' '], "")
}

/// True iff the key says what manages the resource and the value names it, or the key names it and the value does not deny it.
fn is_named(name: &str, word: &str, says: impl Fn(&str) -> bool) -> bool {
    let negated = matches!(word, "false" | "no" | "0" | "none");
    (MANAGED_BY.contains(&name) && says(word)) || (says(name) && !negated)
}

/// The same of the CDK. That of Terraform (`cdktf`) is Terraform.
fn is_cdk(name: &str, word: &str) -> bool {
    is_named(name, word, |text| text.contains("cdk") && !text.contains("cdktf"))
}

#[cfg(test)]
mod tests {
    use super::{Owner, by_tags};

    fn of(key: &str, value: &str) -> Owner {
        by_tags(&[(key.to_owned(), value.to_owned())].into())
    }

    /// Each by its own name: what is told and advised differs.
    #[test]
    fn marks_are_recognised() {
        for (key, value) in [
            ("ManagedBy", "Terraform"),
            ("managed-by", "opentofu"),
            ("terraform", "true"),
            ("Provisioner", "terragrunt"),
            ("terraform:workspace", "prod"),
            ("managed-by", "cdktf"),
        ] {
            assert!(matches!(of(key, value), Owner::Terraform { .. }), "{key}={value}");
        }
        for (key, value) in [("pulumi:project", "net"), ("ManagedBy", "Pulumi"), ("pulumi", "yes")] {
            assert_eq!(of(key, value), Owner::Pulumi { mark: format!("tag {key}={value}") });
        }
        for (key, value) in [("aws-cdk:stack", "net"), ("ManagedBy", "AWS CDK"), ("created-by", "cdk")] {
            assert_eq!(of(key, value), Owner::Cdk { mark: format!("tag {key}={value}") });
        }
        for (key, value) in [("aws:cloudformation:stack-name", "audit"), ("ManagedBy", "CloudFormation")] {
            assert!(matches!(of(key, value), Owner::CloudFormation { .. }), "{key}={value}");
        }
        let stack = ("aws:cloudformation:stack-name".to_owned(), "audit".to_owned());
        let cdk = by_tags(&[stack, ("created-by".to_owned(), "cdk".to_owned())].into());
        assert_eq!(cdk, Owner::Cdk { mark: "stack audit, tag created-by=cdk".to_owned() });
        let accelerator = of("aws:cloudformation:stack-name", "AWSAccelerator-LoggingStack-1");
        assert!(matches!(accelerator, Owner::LandingZoneAccelerator { .. }));
        assert!(matches!(of("Accelerator", "AWSAccelerator"), Owner::LandingZoneAccelerator { .. }));
        let tower = of("aws:cloudformation:stack-name", "StackSet-AWSControlTowerBP-BASELINE-CLOUDTRAIL-1");
        assert!(matches!(tower, Owner::ControlTower { .. }));
        let none = [
            ("terraform", "false"),
            ("pulumi", "no"),
            ("cdk", "false"),
            ("owner", "platform"),
            ("managed-by", "hand"),
        ];
        for (key, value) in none {
            assert_eq!(of(key, value), Owner::Nobody, "{key}={value}");
        }
    }
}
