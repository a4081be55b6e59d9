//! StackSets: their templates are read for each account and Region, as far as the file says both.

use crate::cloudformation::{after, document, doubts, find, stack};

fn set(body: &str, targets: &str) -> String {
    format!(
        "Resources:\n  Set:\n    Type: AWS::CloudFormation::StackSet\n    Properties:\n      StackSetName: audit\n      \
         PermissionModel: SELF_MANAGED\n      TemplateBody: |\n{body}      StackInstancesGroup:\n{targets}"
    )
}

const BODY: &str = "        Parameters: {Log: {Type: String, Default: 'true'}}\n        Resources:\n          T:\n            \
                    Type: AWS::CloudTrail::Trail\n            Properties: {TrailName: org, S3BucketName: !Ref AWS::AccountId, IsLogging: !Ref Log}\n";
const TWO: &str = "        - DeploymentTargets: {Accounts: ['111122223333', '444455556666']}\n          Regions: [eu-west-1]\n";

#[test]
fn each_account_and_region_has_its_stack() {
    let read = document(&set(BODY, TWO), &stack());
    let addresses: Vec<&str> = read.resources.iter().map(|one| one.address.as_str()).collect();
    assert_eq!(addresses, ["Set/T@111122223333/eu-west-1", "Set/T@444455556666/eu-west-1"]);
    let second = "Set/T@444455556666/eu-west-1";
    assert_eq!(after(&read, second, "Arn"), "'arn:aws:cloudtrail:eu-west-1:444455556666:trail/org'");
    assert_eq!(after(&read, second, "IsLogging"), "true");
    let home = &find(&read, second).home;
    assert_eq!((home.account.as_deref(), home.region.as_deref()), (Some("444455556666"), Some("eu-west-1")));
    assert_eq!(find(&read, second).at.map(|at| at.line), Some(2));
    assert!(read.doubts.is_empty());
}

#[test]
fn parameters_of_a_target_count_there() {
    let overridden = format!(
        "{TWO}          ParameterOverrides: [{{ParameterKey: Log, ParameterValue: 'false'}}]\n        \
         - DeploymentTargets: {{Accounts: ['111122223333']}}\n          Regions: [us-east-1]\n"
    );
    let read = document(&set(BODY, &overridden), &stack());
    assert_eq!(after(&read, "Set/T@111122223333/eu-west-1", "IsLogging"), "false");
    assert_eq!(after(&read, "Set/T@111122223333/us-east-1", "IsLogging"), "true");
}

#[test]
fn what_cannot_be_looked_into_is_a_doubt() {
    let doubt = ["Set $ not_looked_into:AWS::CloudFormation::StackSet line 2"];
    let units = "        - DeploymentTargets: {OrganizationalUnitIds: [ou-abcd-12345678]}\n          Regions: [eu-west-1]\n";
    assert_eq!(doubts(&document(&set(BODY, units), &stack())), doubt);
    let both =
        TWO.replace("{Accounts", "{OrganizationalUnitIds: [r-abcd], AccountFilterType: UNION, Accounts");
    assert_eq!(doubts(&document(&set(BODY, &both), &stack())), doubt);
    let unknown = "        - DeploymentTargets: {Accounts: [!Ref Gone]}\n          Regions: [eu-west-1]\n";
    assert_eq!(doubts(&document(&set(BODY, unknown), &stack())), doubt);
    assert_eq!(doubts(&document(&set("        Resources: []\n", TWO), &stack())), doubt);
    let elsewhere =
        set(BODY, TWO).replace("TemplateBody: |\n", "TemplateURL: https://x\n      Description: |\n");
    assert_eq!(doubts(&document(&elsewhere, &stack())), doubt);
    let many: Vec<String> = (0..501).map(|at| format!("'{at:012}'")).collect();
    let many = format!(
        "        - DeploymentTargets: {{Accounts: [{}]}}\n          Regions: [eu-west-1]\n",
        many.join(", ")
    );
    assert_eq!(doubts(&document(&set(BODY, &many), &stack())), doubt);
    // A StackSet in a StackSet.
    let inner = "        Resources: {S: {Type: 'AWS::CloudFormation::StackSet'}}\n";
    assert_eq!(doubts(&document(&set(inner, TWO), &stack())).len(), 2);
}

#[test]
fn a_template_that_does_not_matter_is_no_doubt_wherever_it_goes() {
    let queue = "        Resources: {Q: {Type: 'AWS::SQS::Queue'}}\n";
    let units = "        - DeploymentTargets: {OrganizationalUnitIds: [ou-abcd-12345678]}\n          Regions: [eu-west-1]\n";
    let read = document(&set(queue, units), &stack());
    assert!(read.resources.is_empty() && read.doubts.is_empty());
}
