//! Templates that nobody means well with: refused in time, with line and column, and without a word of what may be a secret.

use crate::cloudformation::{after, document, named, refused, stack, with};
use std::fmt::Write as _;
use templates::cloudformation::{MOST_BYTES, Options, read};

fn error(bytes: &[u8]) -> String {
    read(bytes, &stack()).err().map_or(String::new(), |error| error.to_string())
}

#[test]
fn yaml_bombs_are_refused() {
    let mut bomb = "A0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]\n".to_owned();
    for level in 1..12 {
        let aliases = vec![format!("*a{}", level - 1); 10].join(", ");
        let _ = writeln!(bomb, "A{level}: &a{level} [{aliases}]");
    }
    bomb.push_str("Resources: {}\n");
    assert!(refused(&bomb, &stack()).ends_with("too large, with its YAML aliases written out"));
    let text = "x".repeat(1 << 20);
    let heavy = format!("A: &a '{text}'\nB: [{}]\nResources: {{}}\n", vec!["*a"; 1000].join(", "));
    assert!(refused(&heavy, &stack()).ends_with("too large, with its YAML aliases written out"));
    assert_eq!(
        error(b"A: &a [b, *a]\nResources: {}\n"),
        "line 1, column 11: a YAML alias refers to a node that contains it"
    );
    let mut deep = "A0: &a0 [x]\n".to_owned();
    for level in 1..200 {
        let _ = writeln!(deep, "A{level}: &a{level} [*a{}]", level - 1);
    }
    assert!(refused(&deep, &stack()).ends_with("nested more than 100 levels deep"));
}

#[test]
fn aliases_and_merges_are_written_out() {
    let text = "Base: &base {IsLogging: false, S3BucketName: one}\nOther: &other {S3BucketName: two, TrailName: t}\n\
                Resources:\n  A: {Type: 'AWS::CloudTrail::Trail', Properties: *base}\n  \
                B:\n    Type: AWS::CloudTrail::Trail\n    Properties: {IsLogging: true, <<: [*base, *other]}\n";
    let read = document(text, &stack());
    assert_eq!(after(&read, "A", "IsLogging"), "false");
    assert_eq!(after(&read, "B", "IsLogging"), "true");
    assert_eq!(after(&read, "B", "S3BucketName"), "'one'");
    assert_eq!(after(&read, "B", "Name"), "'t'");
    assert_eq!(
        error(b"A: {<<: [x]}\nResources: {}\n"),
        "line 1, column 10: `<<` must merge mappings, and this is a text"
    );
}

#[test]
fn circles_are_named() {
    let circle = "Conditions:\n  A: !Not [{Condition: B}]\n  B: !And [{Condition: C}, {Condition: C}]\n  C: !Or [{Condition: A}, {Condition: A}]\nResources: {}\n";
    assert_eq!(refused(circle, &stack()), "line 4, column 23: a circle of references: A -> B -> C -> A");
    let circle = "Resources:\n  A: {Type: 'AWS::S3::Bucket', Properties: {BucketName: !Sub '${B}-x'}}\n  \
                  B: {Type: 'AWS::S3::Bucket', Properties: {BucketName: !Join ['', [!Ref A]]}}\n";
    assert!(refused(circle, &stack()).ends_with("a circle of references: A -> B -> A"));
    let circle = "Resources:\n  A: {Type: 'AWS::SQS::Queue', DependsOn: [C]}\n  B: {Type: 'AWS::SQS::Queue', Properties: {X: !GetAtt A.Arn}}\n  C: {Type: 'AWS::SQS::Queue', DependsOn: B}\n";
    assert!(refused(circle, &stack()).ends_with("a circle of references: A -> C -> B -> A"));
    let itself = named("!Sub '${It}'");
    assert!(refused(&itself, &stack()).ends_with("a circle of references: It -> It"));
    // A branch that is not taken is no reference.
    let branch = named("!If [Prod, name, !Ref It]");
    assert_eq!(refused(&branch, &stack()), "");
    let branch = named("!If [!Not [{Condition: Prod}], !Ref It, name]");
    assert_eq!(refused(&branch, &stack()), "");
    let of = |condition: &str| {
        refused(
            &format!(
                "Resources:\n  A: {{Type: 'AWS::SQS::Queue', Properties: {{X: !If [!Equals [a, {condition}], !Ref A, x]}}}}\n"
            ),
            &stack(),
        )
    };
    assert!(of("a").ends_with("a circle of references: A -> A"));
    assert_eq!(of("b"), "");
}

#[test]
fn what_is_nested_too_deep_is_refused() {
    let json = |levels: usize| format!("{{\"Resources\":{}1{}}}", "[".repeat(levels), "]".repeat(levels));
    assert!(error(json(200_000).as_bytes()).ends_with("nested more than 100 levels deep"));
    let yaml = format!("Resources: {}x{}", "[".repeat(150), "]".repeat(150));
    assert!(error(yaml.as_bytes()).ends_with("nested more than 100 levels deep"));
    let yaml = format!("Resources: {}x{}", "[".repeat(200_000), "]".repeat(200_000));
    assert!(error(yaml.as_bytes()).starts_with("line 1, column "));
    let block: String = (0..3000).map(|level| format!("{}a:\n", " ".repeat(level))).collect();
    assert!(error(block.as_bytes()).starts_with("line 10"));
    let tags = format!("Resources: {}", "!Not [".repeat(60) + "x" + &"]".repeat(60));
    assert!(error(tags.as_bytes()).ends_with("nested more than 100 levels deep"));
    // Conditions that lead to each other, far.
    let mut chain = "Conditions:\n  C0: !Equals [a, a]\n".to_owned();
    for level in 1..5000 {
        let _ = writeln!(chain, "  C{level}: !Not [{{Condition: C{}}}]", level - 1);
    }
    // In the order of the file each is known before the next.
    assert_eq!(error(format!("{chain}Resources: {{}}\n").as_bytes()), "");
    let mut chain = "Conditions:\n".to_owned();
    for level in 1..5000 {
        let _ = writeln!(chain, "  C{level}: !Not [{{Condition: C{}}}]", level + 1);
    }
    let chain = format!("{chain}  C5000: !Equals [a, a]\nResources: {{}}\n");
    assert!(error(chain.as_bytes()).ends_with("nested too deep or make too much text"));
}

#[test]
fn functions_that_make_too_much_are_refused() {
    let mut expression = "'0123456789abcdef'".to_owned();
    for _ in 0..30 {
        expression = format!("{{'Fn::Sub': ['${{x}}${{x}}${{x}}${{x}}', {{x: {expression}}}]}}");
    }
    let text =
        format!("Resources:\n  T: {{Type: 'AWS::S3::Bucket', Properties: {{BucketName: {expression}}}}}\n");
    assert!(refused(&text, &stack()).ends_with("nested too deep or make too much text"));
    // Looking for one of many keys, many times.
    let keys: String = (0..60_000).map(|at| format!("k{at}: v, ")).collect();
    let equals = vec!["!Equals [!FindInMap [M, a, k59999], v]"; 20_000].join(", ");
    let text =
        format!("Mappings: {{M: {{a: {{{keys}}}}}}}\nConditions: {{C: !And [{equals}]}}\nResources: {{}}\n");
    assert!(refused(&text, &stack()).ends_with("nested too deep or make too much text"));
    let many = vec!["a"; 1200].join(", ");
    let text = format!(
        "Resources:\n  'Fn::ForEach::A':\n    - X\n    - [{many}]\n    - 'Fn::ForEach::B${{X}}': [Y, [{many}], {{'R${{X}}${{Y}}': {{Type: 'AWS::SQS::Queue'}}}}]\n"
    );
    assert!(!refused(&text, &stack()).is_empty());
}

#[test]
fn encodings_are_told_apart() {
    let text = "Resources:\n  Q: {Type: 'AWS::S3::Bucket'}\n";
    assert_eq!(document(&format!("\u{feff}{text}"), &stack()).resources.len(), 1);
    assert_eq!(document(&text.replace('\n', "\r\n"), &stack()).resources.len(), 1);
    assert_eq!(document(&format!("---\n{text}...\n"), &stack()).resources.len(), 1);
    let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = "\u{feff}{}".encode_utf16().flat_map(u16::to_be_bytes).collect();
    for bytes in [little, big] {
        assert_eq!(error(&bytes), "line 1, column 1: the file is UTF-16; save it as UTF-8");
    }
    assert_eq!(error(b"Resources:\n  a\xff: x\n"), "line 2, column 4: the file is not UTF-8 text");
    assert_eq!(error(b"\x1f\x8b\x08\x00abc"), "line 1, column 2: the file is not UTF-8 text");
    assert_eq!(error(b" \n\t"), "line 1, column 1: the file is empty");
    assert_eq!(error(b"# nothing\n"), "line 1, column 1: the file is empty");
}

#[test]
fn what_is_not_yaml_or_json_says_where() {
    assert!(error(b"Resources:\n\tA: b\n").starts_with("line 2, column "));
    assert_eq!(error(b"A: 1\nB: 2\nA: 3\nResources: {}\n"), "line 3, column 1: the key `A` is there twice");
    assert_eq!(error(br#"{"A": 1, "B": {"x": 1, "x": 2}}"#), "line 1, column 24: the key `x` is there twice");
    assert_eq!(
        error(b"Resources: {}\n---\nResources: {}\n"),
        "line 2, column 1: a second YAML document begins here; a template is one document"
    );
    assert_eq!(
        error(b"A: !!binary aGk=\nResources: {}\n"),
        "line 1, column 13: CloudFormation does not take the YAML tag `!!binary`"
    );
    assert_eq!(
        error(b"? [a, b]\n: c\nResources: {}\n"),
        "line 1, column 3: a key must be a text, and this one is a list"
    );
    for (text, wanted) in [
        (
            "{\"Resources\": {",
            "line 1, column 16: a member's name in double quotes is missing; is the file cut?",
        ),
        (
            "{\"Resources\": {\"A",
            "line 1, column 16: the closing `\"` of this string is missing; is the file cut?",
        ),
        (
            "{\n \"Resources\": {},\n}",
            "line 3, column 1: not JSON: expected a member's name in double quotes",
        ),
        ("{\"Resources\": tru}", "line 1, column 15: not JSON: expected a value"),
        ("{\"Resources\": 01}", "line 1, column 15: not JSON: expected a number"),
        ("{\"Resources\": {}} x", "line 1, column 19: not JSON: expected the end of the file"),
        ("{\"Resources\": \"\\x\"}", "line 1, column 15: not JSON: expected a valid string"),
        ("{\"Resources\" {}}", "line 1, column 14: not JSON: expected `:`"),
        ("{\"Resources\": [1 2]}", "line 1, column 18: not JSON: expected `,` or `]`"),
    ] {
        assert_eq!(error(text.as_bytes()), wanted, "{text}");
    }
}

#[test]
fn ten_megabytes_are_read_or_refused() {
    let name = "a queue with quite a long name ".repeat(100);
    let queue = |at: usize| {
        format!(
            "\"Queue{at}\": {{\"Type\": \"AWS::SQS::Queue\", \"Properties\": {{\"QueueName\": \"{name}\"}}}}"
        )
    };
    let queues: Vec<String> = (0..3500).map(queue).collect();
    let text = format!("{{\"Resources\": {{{}}}}}", queues.join(",\n"));
    assert!(text.len() > 10 << 20);
    assert_eq!(error(text.as_bytes()), "");
    let names = format!("{{\"Resources\": {{}}, \"M\": [{}]}}", vec!["[]"; 3_000_000].join(","));
    assert!(error(names.as_bytes()).ends_with("too large, with its YAML aliases written out"));
    assert_eq!(error(&vec![b'a'; MOST_BYTES + 1]), "line 1, column 1: the file has more than 16 MB");
}

#[test]
fn no_secret_is_in_an_error_or_shown_by_debug() {
    let options = Options { parameters: [("Secret".to_owned(), "hunter3".to_owned())].into(), ..stack() };
    assert!(!format!("{options:?}").contains("hunter3"));
    for expression in
        ["!Ref Secret", "!Sub 'x-${Secret}'", "!Split ['u', !Ref Secret]", "!Select [9, [hunter2]]"]
    {
        let (bare, given) = (
            refused(&named(expression), &stack()),
            refused(&named(expression), &with(&[("Secret", "hunter3")])),
        );
        assert!(!bare.contains("hunter") && !given.contains("hunter"), "{expression}");
        if let Ok(read) = read(named(expression).as_bytes(), &options) {
            let shown = format!("{read:?}");
            assert!(!shown.contains("hunter2") && !shown.contains("hunter3"), "{expression}");
        }
    }
    let text = "Parameters:\n  P: {Type: Number, Default: hunter2}\nResources: {}\n";
    assert!(!refused(text, &stack()).contains("hunter2"));
    assert!(!refused("Resources: hunter2\n", &stack()).contains("hunter2"));
}

/// Conditions and names of buckets that each refer twice to the one before: as a text they would be without end.
#[test]
fn what_refers_twice_to_the_same_is_read_in_time() {
    let mut text = "Parameters:\n  P: {Type: String}\nConditions:\n  C0: !Equals [!Ref P, x]\n".to_owned();
    for at in 1..400 {
        let _ = writeln!(text, "  C{at}: !And [Condition: C{0}, Condition: C{0}]", at - 1);
    }
    text.push_str("Resources:\n  B0: {Type: 'AWS::S3::Bucket', Properties: {BucketName: !Ref P}}\n");
    for at in 1..60 {
        let before = at - 1;
        let _ = writeln!(
            text,
            "  B{at}: {{Type: 'AWS::S3::Bucket', Properties: {{BucketName: !Sub '${{B{before}}}${{B{before}}}'}}}}"
        );
    }
    text.push_str("  P1: {Type: 'AWS::S3::BucketPolicy', Properties: {Bucket: !Ref B59}}\n");
    text.push_str("  P2: {Type: 'AWS::S3::BucketPolicy', Properties: {Bucket: !If [C399, a, b]}}\n");
    text.push_str("  P3: {Type: 'AWS::S3::BucketPolicy', Properties: {Bucket: !If [C2, a, b]}}\n");
    let read = document(&text, &stack());
    assert_eq!(after(&read, "P1", "BucketName"), "?parameter_without_value:P");
    // What is too long is not said to be the same.
    assert_eq!(["P1", "P2"].map(|id| after(&read, id, "SameBucket") == "-"), [false, true]);
    assert!(after(&read, "P3", "SameBucket").starts_with("'If(Fn::And(Fn::And("));
    assert_eq!(after(&read, "B59", "SameBucket"), after(&read, "P1", "SameBucket"));
}
