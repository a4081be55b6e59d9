//! Which resources of a template count, in which words, with which defaults, and what cannot be looked into.

use crate::cloudformation::{after, document, doubts, find, named, refused, short, stack, with};
use templates::cloudformation::Options;
use templates::document::{Action, Kind, Language, property};

/// Every property of every kind that is kept, once.
const ALL: &str = include_str!("templates/all.yaml");

#[test]
fn a_trail_has_the_properties_of_the_api() {
    let read = document(ALL, &stack());
    assert_eq!(read.language, Language::CloudFormation);
    assert!(read.doubts.is_empty());
    let trail = find(&read, "Trail");
    assert_eq!((trail.kind.clone(), trail.action), (Kind::Trail, Action::Declare));
    assert_eq!(trail.before, None);
    assert_eq!(
        trail.after.as_ref().map(short).unwrap_or_default(),
        "{AdvancedEventSelectors:[{FieldSelectors:[{Equals:['Data'],Field:'eventCategory'},\
         {Equals:['AWS::Lambda::Function'],Field:'resources.type'},{Equals:['false'],Field:'readOnly'}],Name:'Lambda'}],\
         Arn:'arn:aws:cloudtrail:eu-west-1:111122223333:trail/audit-prod',EnableLogFileValidation:true,\
         IncludeGlobalServiceEvents:false,IsLogging:true,IsMultiRegionTrail:true,IsOrganizationTrail:true,\
         Name:'audit-prod',S3BucketName:'acme-logs-111122223333'}"
    );
    let at = trail.at.map(|at| (at.line, at.column));
    assert_eq!(at, Some((15, 3)));
    assert_eq!(trail.home.account.as_deref(), Some("111122223333"));
    assert_eq!(trail.home.partition.as_deref(), Some("aws"));
}

#[test]
fn other_kinds_have_theirs() {
    let read = document(ALL, &stack());
    let shown = |address: &str| find(&read, address).after.as_ref().map(short).unwrap_or_default();
    assert_eq!(
        shown("Store"),
        "{AdvancedEventSelectors:[{FieldSelectors:[{Equals:['Management'],Field:'eventCategory'}]}],\
         Arn:?known_after_apply,IngestionEnabled:false,MultiRegionEnabled:false,Name:'lake',OrganizationEnabled:true}"
    );
    assert_eq!(
        shown("Basic"),
        "{Arn:?known_after_apply,EnableLogFileValidation:false,\
         EventSelectors:[{DataResources:[{Type:'AWS::Lambda::Function',Values:['arn:aws:lambda']}],\
         IncludeManagementEvents:false,ReadWriteType:'WriteOnly'}],IncludeGlobalServiceEvents:true,IsLogging:true,\
         IsMultiRegionTrail:false,IsOrganizationTrail:false,Name:?known_after_apply,S3BucketName:'acme-logs-111122223333'}"
    );
    assert_eq!(
        shown("Orders"),
        "{Arn:'arn:aws:lambda:eu-west-1:111122223333:function:orders',FunctionName:'orders'}"
    );
    assert_eq!(shown("Nameless"), "{Arn:?known_after_apply,FunctionName:?known_after_apply}");
    assert_eq!(
        shown("Logs"),
        "{Arn:'arn:aws:s3:::acme-logs-111122223333',BucketName:'acme-logs-111122223333'}"
    );
    assert!(
        shown("Policy")
            .starts_with("{BucketName:'acme-logs-111122223333',PolicyDocument:{Statement:[{Action:")
    );
    assert_eq!(find(&read, "Channel").kind, Kind::Other("AWS::CloudTrail::Channel".to_owned()));
    assert!(read.resources.iter().all(|one| one.address != "Role"), "types that do not matter are not kept");
}

#[test]
fn what_is_left_out_has_the_default_of_aws() {
    let text = "Resources:\n  T: {Type: 'AWS::CloudTrail::Trail', Properties: {S3BucketName: b, IsLogging: 'true', EventSelectors: []}}\n  \
                S: {Type: 'AWS::CloudTrail::EventDataStore'}\n";
    let read = document(text, &stack());
    assert_eq!(after(&read, "T", "EventSelectors"), "[{IncludeManagementEvents:true,ReadWriteType:'All'}]");
    assert_eq!(after(&read, "T", "AdvancedEventSelectors"), "-");
    assert_eq!(after(&read, "T", "IsLogging"), "true");
    assert_eq!(after(&read, "S", "MultiRegionEnabled"), "true");
    assert_eq!(after(&read, "S", "IngestionEnabled"), "true");
    assert_eq!(after(&read, "S", "OrganizationEnabled"), "false");
    assert!(after(&read, "S", "AdvancedEventSelectors").contains("'Management'"));
    // CloudFormation wants IsLogging, so nothing is assumed.
    let text = "Resources:\n  T: {Type: 'AWS::CloudTrail::Trail', Properties: {S3BucketName: b}}\n";
    assert_eq!(after(&document(text, &stack()), "T", "IsLogging"), "?wrong_type:true or false");
}

#[test]
fn booleans_are_read_as_cloudformation_reads_them() {
    for (written, wanted) in [
        ("true", "true"),
        ("'true'", "true"),
        ("True", "true"),
        ("yes", "true"),
        ("off", "false"),
        ("'yes'", "?wrong_type:true or false"),
        ("1", "?wrong_type:true or false"),
        ("!Equals [a, a]", "true"),
        ("[true]", "?wrong_type:true or false"),
    ] {
        let text = format!(
            "Resources:\n  T:\n    Type: AWS::CloudTrail::Trail\n    Properties:\n      IsLogging: {written}\n"
        );
        assert_eq!(after(&document(&text, &stack()), "T", "IsLogging"), wanted, "{written}");
    }
}

#[test]
fn each_property_that_is_unknown_is_unknown() {
    for (name, to) in [
        ("TrailName", property::NAME),
        ("S3BucketName", property::BUCKET),
        ("IsMultiRegionTrail", property::MULTI_REGION_TRAIL),
        ("IsOrganizationTrail", property::ORGANIZATION_TRAIL),
        ("EnableLogFileValidation", property::VALIDATION),
        ("IncludeGlobalServiceEvents", property::GLOBAL_EVENTS),
        ("IsLogging", property::LOGGING),
        ("EventSelectors", property::SELECTORS),
        ("AdvancedEventSelectors", property::ADVANCED_SELECTORS),
    ] {
        let text = format!(
            "Parameters:\n  P: {{Type: String}}\nResources:\n  T:\n    Type: AWS::CloudTrail::Trail\n    Properties:\n      {name}: !Ref P\n"
        );
        let read = document(&text, &stack());
        assert_eq!(after(&read, "T", to), "?parameter_without_value:P", "{name}");
        // No default beside selectors that are unknown.
        let other =
            if to == property::SELECTORS { property::ADVANCED_SELECTORS } else { property::SELECTORS };
        if name.ends_with("Selectors") {
            assert_eq!(after(&read, "T", other), "-", "{name}");
        }
    }
    for (name, to) in [
        ("Name", property::NAME),
        ("MultiRegionEnabled", property::MULTI_REGION_STORE),
        ("OrganizationEnabled", property::ORGANIZATION_STORE),
        ("IngestionEnabled", property::INGESTION),
        ("AdvancedEventSelectors", property::ADVANCED_SELECTORS),
    ] {
        let text = format!(
            "Parameters:\n  P: {{Type: String}}\nResources:\n  S:\n    Type: AWS::CloudTrail::EventDataStore\n    Properties:\n      {name}: !Ref P\n"
        );
        assert_eq!(after(&document(&text, &stack()), "S", to), "?parameter_without_value:P", "{name}");
    }
}

#[test]
fn unknown_parts_of_selectors_stay_where_they_are() {
    let text = "Parameters:\n  P: {Type: String}\nResources:\n  T:\n    Type: AWS::CloudTrail::Trail\n    Properties:\n      IsLogging: true\n      S3BucketName: b\n      \
                EventSelectors:\n      - ReadWriteType: !Ref P\n        IncludeManagementEvents: !Ref P\n        DataResources: [{Type: 'AWS::Lambda::Function', Values: [!Ref P, 12]}]\n";
    assert_eq!(
        after(&document(text, &stack()), "T", "EventSelectors"),
        "[{DataResources:[{Type:'AWS::Lambda::Function',Values:[?parameter_without_value:P,'12']}],\
         IncludeManagementEvents:?parameter_without_value:P,ReadWriteType:?parameter_without_value:P}]"
    );
}

#[test]
fn a_condition_decides_whether_a_resource_is_there() {
    let text = "Parameters:\n  P: {Type: String}\nConditions:\n  C: !Equals [!Ref P, 'on']\n\
                Resources:\n  T:\n    Type: AWS::CloudTrail::Trail\n    Condition: C\n    Properties: {IsLogging: true, S3BucketName: b}\n  \
                F:\n    Type: AWS::Lambda::Function\n    Condition: C\n";
    assert_eq!(document(text, &with(&[("P", "on")])).resources.len(), 2);
    assert_eq!(after(&document(text, &with(&[("P", "on")])), "T", "IsLogging"), "true");
    assert!(document(text, &with(&[("P", "off")])).resources.is_empty());
    // A trail that may not be there records nothing for certain.
    let open = document(text, &stack());
    assert_eq!(after(&open, "T", "IsLogging"), "?parameter_without_value:P");
    assert_eq!(
        doubts(&open),
        ["T $ parameter_without_value:P line 6", "F $ parameter_without_value:P line 10"]
    );
}

#[test]
fn what_cannot_be_looked_into_is_named_with_its_line() {
    let text = "Resources:\n  N: {Type: 'AWS::CloudFormation::Stack', Properties: {TemplateURL: 'https://x'}}\n  \
                M: {Type: 'Acme::Audit::Trail::MODULE'}\n  A: {Type: 'AWS::Serverless::Application'}\n  \
                W: {Type: 'AWS::Lambda::WebFunction'}\n  C: {Type: 'Custom::Thing'}\n  \
                X: {'Fn::Transform': {Name: Make}}\n";
    let read = document(text, &stack());
    assert_eq!(
        doubts(&read),
        [
            "N $ not_looked_into:AWS::CloudFormation::Stack line 2",
            "M $ not_looked_into:Acme::Audit::Trail::MODULE line 3",
            "A $ not_looked_into:AWS::Serverless::Application line 4",
            "W $ not_looked_into:AWS::Lambda::WebFunction line 5",
            "X $ not_looked_into:Fn::Transform line 7",
        ]
    );
}

#[test]
fn a_macro_puts_all_of_the_template_in_doubt() {
    let trail =
        "Resources:\n  T: {Type: 'AWS::CloudTrail::Trail', Properties: {S3BucketName: b, IsLogging: true}}\n";
    for (head, line) in [
        ("Transform: Acme::Audit\n", 1),
        ("Transform:\n  - AWS::Serverless-2016-10-31\n  - Acme::Audit\n", 3),
        ("Transform: {Name: AWS::Include, Parameters: {Location: 's3://x/y'}}\n", 1),
        ("Fn::Transform: {Name: Acme}\n", 1),
    ] {
        let read = document(&format!("{head}{trail}"), &stack());
        assert_eq!(doubts(&read), [format!("*  template_transformed line {line}")], "{head}");
        assert_eq!(after(&read, "T", "IsLogging"), "?unsupported_function:Fn::Transform", "{head}");
    }
    let inside = format!("{trail}  Fn::Transform: {{Name: AWS::Include}}\n");
    assert_eq!(doubts(&document(&inside, &stack())), ["*  template_transformed line 3"]);
    for known in ["AWS::Serverless-2016-10-31", "AWS::LanguageExtensions", "[AWS::CodeDeployBlueGreen]"] {
        let read = document(&format!("Transform: {known}\n{trail}"), &stack());
        assert_eq!((doubts(&read).len(), after(&read, "T", "IsLogging").as_str()), (0, "true"), "{known}");
    }
    let properties = "Resources:\n  T: {Type: 'AWS::CloudTrail::Trail', Properties: {IsLogging: true, Fn::Transform: {Name: x}}}\n";
    let read = document(properties, &stack());
    assert_eq!(after(&read, "T", "IsLogging"), "?unsupported_function:Fn::Transform");
    assert_eq!(after(&read, "T", "EventSelectors"), "?unsupported_function:Fn::Transform");
}

#[test]
fn functions_of_sam_count() {
    let text = "Transform: AWS::Serverless-2016-10-31\nGlobals: {Function: {Timeout: 3}}\nResources:\n  \
                F:\n    Type: AWS::Serverless::Function\n    Properties:\n      FunctionName: !Sub '${AWS::StackName}-f'\n      \
                Events: {A: {Type: Api, Properties: {RestApiId: !Ref Api}}}\n  \
                Api: {Type: 'AWS::Serverless::Api', Properties: {DefinitionBody: {x: !GetAtt F.Arn}}}\n";
    let read = document(text, &Options { stack_name: Some("shop".to_owned()), ..stack() });
    assert_eq!(find(&read, "F").kind, Kind::Function);
    assert_eq!(after(&read, "F", "Arn"), "'arn:aws:lambda:eu-west-1:111122223333:function:shop-f'");
}

#[test]
fn a_function_may_be_named_by_its_arn() {
    let text = |name: &str| {
        format!(
            "Resources:\n  F:\n    Type: AWS::Lambda::Function\n    Properties: {{FunctionName: '{name}'}}\n"
        )
    };
    let read = document(&text("arn:aws:lambda:eu-west-1:111122223333:function:orders"), &stack());
    assert_eq!(after(&read, "F", "FunctionName"), "'orders'");
    let read = document(&text("111122223333:orders"), &stack());
    assert_eq!(after(&read, "F", "FunctionName"), "?wrong_type:a function's name");
}

#[test]
fn an_arn_needs_account_and_region() {
    let text = named("audit");
    let nowhere = document(&text, &Options::default());
    assert_eq!(after(&nowhere, "It", "Arn"), "?parameter_without_value:AWS::Partition");
    assert_eq!(find(&nowhere, "It").home.account, None);
    assert_eq!(
        after(&document(&text, &stack()), "It", "Arn"),
        "'arn:aws:cloudtrail:eu-west-1:111122223333:trail/audit'"
    );
}

#[test]
fn what_is_no_template_says_what_to_give() {
    for (text, wanted) in [
        (
            r#"{"format_version":"1.2","resource_changes":[]}"#,
            "it looks like a Terraform plan: give it with --terraform",
        ),
        (r#"{"AdvancedEventSelectors":[]}"#, "it looks like event selectors: give them with --selectors"),
        (r#"{"Stacks":[]}"#, "get-template`)"),
        ("[a, b]", "`Resources` is missing"),
        ("just a text", "`Resources` is missing"),
    ] {
        let error = refused(text, &stack());
        assert!(
            error.starts_with("this is not a CloudFormation template") && error.ends_with(wanted),
            "{error}"
        );
    }
    assert_eq!(
        refused("Resources: [a]", &stack()),
        "line 1, column 12: `Resources` is a list, and a mapping was expected"
    );
    assert_eq!(
        refused("Resources:\n  A: {}\n", &stack()),
        "line 2, column 3: `A.Type` is missing, and a text was expected"
    );
    assert_eq!(
        refused("Resources:\n  A: x\n", &stack()),
        "line 2, column 6: `A` is a text, and a mapping was expected"
    );
}
