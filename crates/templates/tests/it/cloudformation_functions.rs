//! Every function of the template language: what it gives, and why it is unknown where it is.

use crate::cloudformation::{after, document, doubts, named, refused, stack, with};
use templates::cloudformation::Options;
use templates::document::property::NAME;

fn name(expression: &str) -> String {
    after(&document(&named(expression), &stack()), "It", NAME)
}

#[test]
fn what_is_known_is_evaluated() {
    for (expression, wanted) in [
        ("plain", "'plain'"),
        ("'12'", "'12'"),
        ("12", "'12'"),
        ("!Ref Stage", "'prod'"),
        ("{Ref: Stage}", "'prod'"),
        ("!Ref AWS::Region", "'eu-west-1'"),
        ("!Ref AWS::AccountId", "'111122223333'"),
        ("!Ref AWS::Partition", "'aws'"),
        ("!Ref AWS::URLSuffix", "'amazonaws.com'"),
        ("!Ref Bucket", "'logs'"),
        ("!GetAtt Bucket.Arn", "'arn:aws:s3:::logs'"),
        ("!GetAtt [Bucket, Arn]", "'arn:aws:s3:::logs'"),
        ("{'Fn::GetAtt': [Bucket, Arn]}", "'arn:aws:s3:::logs'"),
        ("!Sub '${Stage}-${AWS::Region}-${Bucket}-${Bucket.Arn}'", "'prod-eu-west-1-logs-arn:aws:s3:::logs'"),
        ("!Sub '${!Stage}-${ Stage }'", "'${Stage}-prod'"),
        ("!Sub ['${A}-${Stage}', {A: !Ref Bucket}]", "'logs-prod'"),
        ("!Join ['-', [a, !Ref Stage, 3, true]]", "'a-prod-3-true'"),
        ("!Join ['', !Ref Names]", "'abc'"),
        ("!Join ['-', [a, !Ref AWS::NoValue, b]]", "'a-b'"),
        ("!Select [1, !Ref Names]", "'b'"),
        ("!Select ['0', [x, y]]", "'x'"),
        ("!Select [2, !Split ['|', 'a|b|c']]", "'c'"),
        ("!Select [1, !Ref Sizes]", "'2'"),
        ("!FindInMap [Stages, !Ref Stage, Name]", "'live'"),
        ("!Select [1, !FindInMap [Stages, prod, Many]]", "'y'"),
        ("!FindInMap [Stages, none, Name, {DefaultValue: other}]", "'other'"),
        ("!If [Prod, yes-it-is, no]", "'yes-it-is'"),
        ("!If [Prod, !If [Prod, inner, x], y]", "'inner'"),
        ("!If [!Not [{Condition: Prod}], a, b]", "'b'"),
        ("!If [!And [{Condition: Prod}, !Equals [1, '1']], a, b]", "'a'"),
        ("!If [!Or [!Equals [a, b], {Condition: Prod}], a, b]", "'a'"),
        ("!Base64 hello", "'aGVsbG8='"),
        ("!Sub ['${N}', {N: {'Fn::Length': [a, b, c]}}]", "'3'"),
        ("!Sub ['${N}', {N: {'Fn::Length': !Ref Names}}]", "'3'"),
        ("{'Fn::ToJsonString': {a: [1, true, 'x']}}", "'{\"a\":[1,true,\"x\"]}'"),
    ] {
        assert_eq!(name(expression), wanted, "{expression}");
    }
}

#[test]
fn what_is_unknown_says_why() {
    for (expression, wanted) in [
        ("!Ref Empty", "?parameter_without_value:Empty"),
        ("!Ref Secret", "?sensitive"),
        ("!Ref Image", "?not_in_the_file:Image"),
        ("!Ref Nothing", "?not_in_the_file:Nothing"),
        ("!GetAtt Nothing.Arn", "?not_in_the_file:Nothing"),
        ("!Ref Queue", "?known_after_apply"),
        ("!GetAtt Queue.Arn", "?known_after_apply"),
        ("!Ref Nameless", "?known_after_apply"),
        ("!Ref Off", "?parameter_without_value:Empty"),
        ("!Ref AWS::NoValue", "?known_after_apply"),
        ("!Ref AWS::StackId", "?known_after_apply"),
        ("!Ref AWS::StackName", "?parameter_without_value:AWS::StackName"),
        ("!Sub '${Stage}-${Empty}'", "?parameter_without_value:Empty"),
        ("!Sub '${Nothing.Arn}'", "?not_in_the_file:Nothing"),
        ("!Join ['-', [a, !Ref Secret]]", "?sensitive"),
        ("!Select [0, !Split ['-', !Ref Empty]]", "?parameter_without_value:Empty"),
        ("!FindInMap [Stages, !Ref Empty, Name]", "?parameter_without_value:Empty"),
        ("!If [Open, a, b]", "?parameter_without_value:Empty"),
        ("!If [!And [{Condition: Prod}, {Condition: Open}], a, b]", "?parameter_without_value:Empty"),
        ("!ImportValue shared-name", "?not_in_the_file:shared-name"),
        ("!ImportValue {'Fn::Sub': '${Stage}-name'}", "?not_in_the_file:prod-name"),
        ("!Select [0, !GetAZs '']", "?unsupported_function:Fn::GetAZs"),
        ("!Select [0, !Cidr [a, 1, 2]]", "?unsupported_function:Fn::Cidr"),
        ("!Transform {Name: M}", "?unsupported_function:Fn::Transform"),
        ("{'Fn::Transform': {Name: AWS::Include}, Other: x}", "?unsupported_function:Fn::Transform"),
        ("'{{resolve:ssm:/a/b:1}}'", "?not_in_the_file:{{resolve:ssm}}"),
        ("'{{resolve:secretsmanager:top:SecretString:x}}'", "?sensitive"),
        ("'{{resolve:ssm-secure:/a/b}}'", "?sensitive"),
        ("!Sub '{{resolve:secretsmanager:${Stage}}}'", "?sensitive"),
        ("!Join ['', ['{{resolve:ssm:', x, '}}']]", "?not_in_the_file:{{resolve:ssm}}"),
        ("yes", "?wrong_type:a text in quotes"),
        ("0123", "?wrong_type:a text in quotes"),
        ("1.50", "?wrong_type:a text in quotes"),
        ("[a]", "?wrong_type:a text"),
    ] {
        assert_eq!(name(expression), wanted, "{expression}");
    }
}

#[test]
fn both_branches_that_are_the_same_are_known() {
    assert_eq!(name("!If [Open, same, same]"), "'same'");
    assert_eq!(name("!If [Open, !Ref Secret, !Ref Secret]"), "?parameter_without_value:Empty");
    // One that is known decides, whatever the other is.
    assert_eq!(name("!If [!Or [{Condition: Open}, {Condition: Prod}], a, b]"), "'a'");
    assert_eq!(name("!If [!And [{Condition: Open}, !Equals [a, b]], a, b]"), "'b'");
}

#[test]
fn a_function_we_do_not_know_is_a_doubt_with_its_line() {
    let read = document(&named("!Frobnicate [a]"), &stack());
    assert_eq!(after(&read, "It", NAME), "?unsupported_function:Fn::Frobnicate");
    let wanted = "It $.TrailName unsupported_function:Fn::Frobnicate line 30".to_owned();
    assert!(doubts(&read).contains(&wanted));
}

#[test]
fn arguments_that_cloudformation_refuses_are_errors_with_line_and_column() {
    for (expression, wanted) in [
        ("!Ref [a]", "`Ref` takes the name of a parameter or a resource"),
        (
            "!GetAtt Bucket",
            "`Fn::GetAtt` takes a resource and an attribute: `Resource.Attribute` or a list of both",
        ),
        ("!Sub [a]", "`Fn::Sub` takes a text, or a list of a text and a mapping of variables"),
        ("!Join [a]", "`Fn::Join` takes a list of a delimiter and a list"),
        ("!Join [a, b]", "`Fn::Join` takes a list of a delimiter and a list"),
        ("!Select [5, !Ref Names]", "`Fn::Select` takes a list of an index and a list that is long enough"),
        ("!Select [-1, !Ref Names]", "`Fn::Select` takes a list of an index and a list that is long enough"),
        ("!Split ['', a]", "`Fn::Split` takes a list of a delimiter and a text"),
        ("!FindInMap [Stages, none, Name]", "the mapping `Stages.none.Name` is not in the template"),
        ("!FindInMap [Stages, prod]", "`Fn::FindInMap` takes a list of a mapping, a key and a second key"),
        ("!If [Missing, a, b]", "the condition `Missing` is not in the template"),
        ("!If [Prod, a]", "`Fn::If` takes a list of a condition and two values"),
        ("!If [!Not [], a, b]", "`Fn::Not` takes a list of one condition"),
        ("!If [!Equals [a], a, b]", "`Fn::Equals` takes a list of two values"),
        ("{'Fn::Length': a}", "`Fn::Length` takes a list"),
    ] {
        let error = refused(&named(expression), &stack());
        assert!(error.starts_with("line 30, column ") && error.ends_with(wanted), "{expression}: {error}");
    }
}

#[test]
fn parameters_have_the_values_that_are_given() {
    let text = named("!Ref Stage");
    assert_eq!(after(&document(&text, &with(&[("Stage", "test")])), "It", NAME), "'test'");
    let text = named("!Select [2, !Ref Names]");
    assert_eq!(after(&document(&text, &with(&[("Names", "x, y ,z")])), "It", NAME), "'z'");
    let text = named("!Ref Secret");
    assert_eq!(after(&document(&text, &with(&[("Secret", "s3cr3t")])), "It", NAME), "?sensitive");
    let text = named("!Ref Image");
    assert_eq!(after(&document(&text, &with(&[("Image", "/x")])), "It", NAME), "?not_in_the_file:Image");
    assert_eq!(refused(&text, &with(&[("Stag", "x")])), "the template has no parameter `Stag`");
    let error = refused(&text, &with(&[("Sizes", "1,hunter2")]));
    assert_eq!(error, "line 6, column 10: the value of parameter `Sizes` is not a list of numbers");
}

#[test]
fn a_value_must_be_allowed() {
    let text = "Parameters:\n  On: {Type: String, AllowedValues: [yes, no, 'true']}\n\
                Resources:\n  Q: {Type: 'AWS::SQS::Queue'}\n";
    for (given, fits) in [("yes", true), ("false", true), ("true", true), ("maybe", false)] {
        let error = refused(text, &with(&[("On", given)]));
        assert_eq!(error.is_empty(), fits, "{given}: {error}");
        assert!(!error.contains("maybe"));
    }
}

#[test]
fn pseudo_parameters_follow_the_region() {
    let text = named("!Sub '${AWS::Partition}.${AWS::URLSuffix}'");
    let of = |region: &str| {
        let options = Options { region: Some(region.to_owned()), ..Options::default() };
        after(&document(&text, &options), "It", NAME)
    };
    assert_eq!(of("cn-north-1"), "'aws-cn.amazonaws.com.cn'");
    assert_eq!(of("us-gov-west-1"), "'aws-us-gov.amazonaws.com'");
    let nowhere = document(&text, &Options::default());
    assert_eq!(after(&nowhere, "It", NAME), "?parameter_without_value:AWS::Partition");
    let stack = Options { stack_name: Some("s".to_owned()), ..Options::default() };
    assert_eq!(after(&document(&named("!Ref AWS::StackName"), &stack), "It", NAME), "'s'");
}

#[test]
fn loops_are_written_out() {
    let text = "Transform: AWS::LanguageExtensions\n\
        Parameters:\n  Stages: {Type: CommaDelimitedList, Default: 'dev,pro.d'}\n\
        Conditions:\n  'Fn::ForEach::Cs':\n    - S\n    - [A, B]\n    - 'Is${S}': !Equals [!Ref S, A]\n\
        Resources:\n  'Fn::ForEach::Trails':\n    - Stage\n    - !Ref Stages\n    - 'Trail&{Stage}':\n        \
        Type: AWS::CloudTrail::Trail\n        Condition: IsA\n        Properties:\n          \
        TrailName: !Sub 'audit-${Stage}'\n          S3BucketName: !Ref Stage\n          IsLogging: !If [IsB, false, true]\n";
    let read = document(text, &stack());
    assert_eq!(
        read.resources.iter().map(|one| one.address.as_str()).collect::<Vec<_>>(),
        ["Traildev", "Trailprod"]
    );
    assert_eq!(after(&read, "Trailprod", NAME), "'audit-pro.d'");
    assert_eq!(after(&read, "Trailprod", "S3BucketName"), "'pro.d'");
    assert_eq!(after(&read, "Trailprod", "IsLogging"), "true");
    assert!(read.doubts.is_empty());
    // In loops, in loops, in properties.
    let text = "Resources:\n  'Fn::ForEach::A':\n    - X\n    - [a, b]\n    - 'Fn::ForEach::B':\n        - Y\n        - [1, 2]\n        - 'F${X}${Y}':\n            \
        Type: AWS::Lambda::Function\n            Properties:\n              'Fn::ForEach::P': [Z, [Function], {'${Z}Name': !Join ['', [!Ref X, !Ref Y]]}]\n";
    let read = document(text, &stack());
    assert_eq!(read.resources.len(), 4);
    assert_eq!(after(&read, "Fb2", "FunctionName"), "'b2'");
}

#[test]
fn a_loop_over_what_is_unknown_is_a_doubt_iff_it_matters() {
    let of = |kind: &str| {
        let text = format!(
            "Parameters:\n  Names: {{Type: CommaDelimitedList}}\nResources:\n  'Fn::ForEach::L':\n    - N\n    - !Ref Names\n    - 'R${{N}}': {{Type: '{kind}'}}\n"
        );
        doubts(&document(&text, &stack()))
    };
    assert_eq!(of("AWS::Lambda::Function"), ["Fn::ForEach::L $ parameter_without_value:Names line 4"]);
    assert!(of("AWS::SQS::Queue").is_empty());
}
