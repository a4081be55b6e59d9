//! What a rule uses that we do not run is an error that names the file, the rule and the feature; never silence.

use crate::{error, error_of, parse, rules, with};
use detect::sigma::Rules;

#[test]
fn what_is_not_supported_is_named() {
    for (line, said) in [
        ("x|frobnicate: 1", "the modifier `frobnicate` of the field `x` is not supported"),
        ("x|expand: '%admins%'", "the modifier `expand` of the field `x` is not supported"),
        ("x|hour: 3", "the modifier `hour` of the field `x` is not supported"),
        (
            "x|contains|endswith: a",
            "field `x|contains|endswith`: `endswith` and the modifier before it exclude each other",
        ),
        ("x|i: a", "field `x|i`: `i` must follow `re`"),
        (
            "x|re|cased: a",
            "field `x|re|cased`: `cased` goes with texts only; a regular expression minds case already",
        ),
        ("x|base64: 'a*'", "field `x|base64`: a wildcard cannot be encoded; write \\* or \\?"),
        ("x|wide: abc", "field `x|wide`: UTF-16 must be followed by `base64` or `base64offset`"),
        ("x|gt: many", "field `x|gt`: a comparison needs a number, and there is a text"),
        ("x|exists: maybe", "field `x|exists`: `exists` needs true or false, and there is a text"),
        (
            "x|cidr: 10.0.0.0/33",
            "field `x|cidr`: `10.0.0.0/33` is not a range of addresses such as 10.0.0.0/8",
        ),
        ("x|contains: ''", "field `x|contains`: an empty text would fit everything"),
        ("x|contains: null", "field `x|contains`: null takes no modifier and is not a keyword"),
        ("x: []", "field `x`: the list of values is empty"),
        (
            "x: {y: 1}",
            "field `x`: a value must be a text, a number, true, false or null, and there is a mapping",
        ),
        (
            "x|fieldref|re: y",
            "field `x|fieldref|re`: `fieldref` goes with `contains`, `startswith`, `endswith`, `cased`, `neq` and `all` only",
        ),
        (
            "'resources{}.ARN': y",
            "`resources{}.ARN` as a field's name: write a path such as `resources.ARN`; it is not supported",
        ),
    ] {
        assert_eq!(error_of(line), format!("r.yml:1: rule \"T\": {said}"));
    }
    for (line, piece) in [
        ("x|re: '(?=Create)'", "look-around, including look-ahead and look-behind, is not supported"),
        ("x|re: '(a)\\1'", "backreferences are not supported"),
        ("x|re: '(a'", "unclosed group"),
    ] {
        assert!(error_of(line).contains(piece), "{}", error_of(line));
    }
}

#[test]
fn what_is_missing_or_of_another_form() {
    let source = "logsource:\n  service: cloudtrail\n";
    let detection = "detection:\n  sel:\n    x: 1\n  condition: sel\n";
    for (text, said) in [
        (format!("{source}{detection}"), "r.yml:1: `title` is missing"),
        (format!("title: T\n{detection}"), "r.yml:1: rule \"T\": `logsource` is missing"),
        (format!("title: T\n{source}"), "r.yml:1: rule \"T\": `detection` is missing"),
        (
            format!("title: T\n{source}detection:\n  sel:\n    x: 1\n"),
            "r.yml:1: rule \"T\": `condition` is missing",
        ),
        (
            format!("title: T\n{source}{detection}level: awful\n"),
            "r.yml:1: rule \"T\": `level` must be informational, low, medium, high or critical, and it is `awful`",
        ),
        (
            format!("title: T\n{source}{detection}tags: {{a: b}}\n"),
            "r.yml:1: rule \"T\": `tags` must be a list of texts, and it is a mapping",
        ),
        (
            format!("title: T\n{source}detection: sel\n"),
            "r.yml:1: rule \"T\": `detection` must be a mapping, and it is a text",
        ),
        (
            format!("title: T\n{source}detection:\n  sel: []\n  condition: sel\n"),
            "r.yml:1: rule \"T\": `sel` must be a mapping of fields, or a list of mappings or keywords, that is not empty, and it is an empty list",
        ),
        (
            format!("title: T\n{source}detection:\n  sel: {{}}\n  condition: sel\n"),
            "r.yml:1: rule \"T\": `sel` must be a mapping of fields, or a list of mappings or keywords, that is not empty, and it is an empty mapping",
        ),
        (
            format!("title: T\naction: global\n{source}"),
            "r.yml:1: rule \"T\": `action: global` (a rule collection of Sigma 1) is not supported",
        ),
        (
            format!("title: T\n{source}filter:\n  rules: any\n"),
            "r.yml:1: rule \"T\": a Sigma filter (`filter:`) is not supported",
        ),
        (
            format!("title: T\n{source}detection:\n  sel:\n    x: 1\n  timeframe: 5m\n  condition: sel\n"),
            "r.yml:1: rule \"T\": `timeframe`, which Sigma replaced by correlations, is not supported",
        ),
        (
            format!(
                "title: T\n{source}detection:\n  sel:\n    x: 1\n  timeframe: 5m\n  condition: sel | count() by y > 5\n"
            ),
            "r.yml:1: rule \"T\": an aggregation in a condition (`sel | count() by y > 5`), which Sigma replaced by correlations, is not supported",
        ),
        ("just a text".to_owned(), "r.yml:1: `rule` must be a mapping, and it is a text"),
        ("title: [".to_owned(), "r.yml:1: not readable as YAML"),
        ("title: T\ntitle: U\n".to_owned(), "r.yml:2: not readable as YAML: the key `title` is there twice"),
        (
            "title: !!python/object:os.system T\n".to_owned(),
            "r.yml:1: not readable as YAML: a YAML tag (`!name`) is not supported",
        ),
    ] {
        let found = error(&text);
        assert!(found.starts_with(said), "{found}\n{said}");
    }
}

#[test]
fn all_that_is_wrong_is_said_together_in_order() {
    let bad = |title: &str| {
        with("  sel:\n    x|nope: 1\n  condition: sel\n").replace("title: T", &format!("title: {title}"))
    };
    let files = [
        ("z.yml".to_owned(), format!("{}---\n{}", bad("one"), bad("two"))),
        ("a.yml".to_owned(), "{".to_owned()),
        ("b.yml".to_owned(), bad("three")),
    ];
    let errors: Vec<String> = Rules::parse(&files).unwrap_err().iter().map(ToString::to_string).collect();
    let starts = ["z.yml:1: rule \"one\"", "z.yml:10: rule \"two\"", "a.yml:", "b.yml:1: rule \"three\""];
    assert_eq!(errors.len(), starts.len(), "{errors:#?}");
    for (error, start) in errors.iter().zip(starts) {
        assert!(error.starts_with(start), "{error}");
    }
}

#[test]
fn what_can_run_runs_beside_what_is_refused() {
    let good = format!("name: good\n{}", with("  sel:\n    x: 1\n  condition: sel\n"));
    let bad = format!("name: bad\n{}", with("  sel:\n    x|nope: 1\n  condition: sel\n"));
    let about = "title: C\ncorrelation: {type: temporal, rules: [good, bad], timespan: 1m}\n";
    let (rules, errors) = Rules::read(&[("r.yml".to_owned(), format!("{about}---\n{bad}---\n{good}"))]);
    let record = serde_json::json!({"x": 1});
    assert_eq!(rules.matches(&record).len(), 1);
    assert!(rules.correlate(&[]).is_empty());
    let said: Vec<String> = errors.iter().map(ToString::to_string).collect();
    assert_eq!(
        said,
        [
            "r.yml:1: rule \"C\": correlation: no rule that was loaded has the id or name `bad`",
            "r.yml:4: rule \"T\": the modifier `nope` of the field `x` is not supported",
        ]
    );
    // What a refused correlation alone is about is reported.
    assert!(crate::listed(&rules).iter().map(|rule| (rule.title.as_str(), rule.reported)).eq([("T", true)]));
}

#[test]
fn an_id_is_of_one_rule() {
    let one = format!("id: 5\n{}", with("  sel:\n    x: 1\n  condition: sel\n"));
    let files = [("a.yml".to_owned(), one.clone()), ("b.yml".to_owned(), one)];
    let errors = Rules::parse(&files).unwrap_err();
    assert_eq!(errors.len(), 1);
    assert_eq!(
        errors[0].to_string(),
        "b.yml:1: rule \"T\": the id `5` is also that of another rule, in a.yml"
    );
}

#[test]
fn rules_of_other_logs_are_set_aside_by_name() {
    let other = |source: &str| {
        format!(
            "title: {source}\nid: x-{source}\nlogsource: {{{source}}}\ndetection:\n  sel:\n    x|nope: 1\n  condition: sel\n"
        )
    };
    let correlation = "title: C\ncorrelation:\n  type: event_count\n  rules: 'x-product: windows'\n  timespan: 1m\n  condition: {gte: 2}\n";
    let text = [
        other("product: windows")
            .replace("id: x-product: windows", "id: 'x-product: windows'")
            .replace("title: product: windows", "title: W"),
        with("  sel:\n    x: 1\n  condition: sel\n"),
        "title: R\nlogsource: {product: aws, service: route53}\ndetection: 5\n".to_owned(),
        correlation.to_owned(),
        "title: A\nlogsource: {product: AWS}\ndetection:\n  sel:\n    x: 1\n  condition: sel\n".to_owned(),
    ]
    .join("---\n");
    let rules = rules(&text);
    assert_eq!(crate::listed(&rules).iter().map(|rule| rule.title.as_str()).collect::<Vec<_>>(), ["T", "A"]);
    let aside: Vec<(&str, &str)> =
        rules.set_aside().iter().map(|one| (one.title.as_str(), one.why.as_str())).collect();
    assert_eq!(
        aside,
        [
            ("W", "product windows"),
            ("R", "product aws, service route53"),
            ("C", "a correlation about x-product: windows, a rule of another log source"),
        ]
    );
}

#[test]
fn an_empty_file_and_empty_documents_are_no_rules() {
    assert_eq!(rules("").rules().count(), 0);
    assert_eq!(rules("---\n---\n# nothing\n").rules().count(), 0);
    assert!(parse("---\n").is_ok());
}
