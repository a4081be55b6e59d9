//! Small helpers for tests of CloudFormation: a template in, values as short texts out.

use templates::cloudformation::{Options, read};
use templates::document::{About, Document, Proposed};
use templates::value::Value;

/// The stack that most tests speak of.
pub(crate) fn stack() -> Options {
    Options {
        account: Some("111122223333".to_owned()),
        region: Some("eu-west-1".to_owned()),
        ..Options::default()
    }
}

/// The same with parameters.
pub(crate) fn with(parameters: &[(&str, &str)]) -> Options {
    let parameters = parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Options { parameters: parameters.collect(), ..stack() }
}

/// A template that must be read.
pub(crate) fn document(text: &str, options: &Options) -> Document {
    read(text.as_bytes(), options).expect("the template must be read")
}

/// The error of a template that must be refused.
pub(crate) fn refused(text: &str, options: &Options) -> String {
    match read(text.as_bytes(), options) {
        Ok(_) => String::new(),
        Err(error) => error.to_string(),
    }
}

/// The resource of that address.
pub(crate) fn find<'d>(document: &'d Document, address: &str) -> &'d Proposed {
    let found = document.resources.iter().find(|one| one.address == address);
    found.expect(address)
}

/// A property after the change, in short.
pub(crate) fn after(document: &Document, address: &str, name: &str) -> String {
    find(document, address).after.as_ref().and_then(|value| value.get(name)).map_or("-".to_owned(), short)
}

/// JSON, with `?code:name` for what is unknown.
pub(crate) fn short(value: &Value) -> String {
    match value {
        Value::Unknown(why) => match why.name() {
            Some(name) => format!("?{}:{name}", why.code()),
            None => format!("?{}", why.code()),
        },
        Value::List(items) => format!("[{}]", items.iter().map(short).collect::<Vec<_>>().join(",")),
        Value::Map(members) => {
            let each = members.iter().map(|(name, value)| format!("{name}:{}", short(value)));
            format!("{{{}}}", each.collect::<Vec<_>>().join(","))
        }
        Value::Null => "null".to_owned(),
        Value::Bool(flag) => flag.to_string(),
        Value::Number(text) => text.clone(),
        Value::Text(text) => format!("'{text}'"),
    }
}

/// The doubts in short: address, code, name, line.
pub(crate) fn doubts(document: &Document) -> Vec<String> {
    let each = document.doubts.iter().map(|doubt| {
        let about = match &doubt.about {
            About::Unknown(why) | About::Condition(why) | About::Count(why) => {
                format!("{}:{}", why.code(), why.name().unwrap_or_default())
            }
            About::NotLookedInto(name) => format!("not_looked_into:{name}"),
            other => other.code().to_owned(),
        };
        let line = doubt.at.map_or(0, |at| at.line);
        format!("{} {} {about} line {line}", doubt.address.as_deref().unwrap_or("*"), doubt.path)
    });
    each.collect()
}

/// A template with one trail whose name is the given expression of YAML, in flow style.
pub(crate) fn named(expression: &str) -> String {
    format!(
        "Parameters:\n  Stage: {{Type: String, Default: prod}}\n  Empty: {{Type: String}}\n  \
         Secret: {{Type: String, NoEcho: true, Default: hunter2}}\n  \
         Names: {{Type: CommaDelimitedList, Default: 'a, b,c'}}\n  \
         Sizes: {{Type: List<Number>, Default: '1,2'}}\n  \
         Image: {{Type: 'AWS::SSM::Parameter::Value<String>', Default: /my/image}}\n\
         Mappings:\n  Stages:\n    prod: {{Name: live, Many: [x, y]}}\n    test: {{Name: trial}}\n\
         Conditions:\n  Prod: !Equals [!Ref Stage, prod]\n  Open: !Equals [!Ref Empty, x]\n\
         Resources:\n  Bucket:\n    Type: AWS::S3::Bucket\n    Properties: {{BucketName: logs}}\n  \
         Queue:\n    Type: AWS::SQS::Queue\n  \
         Off:\n    Type: AWS::S3::Bucket\n    Condition: Open\n    Properties: {{BucketName: off}}\n  \
         Nameless:\n    Type: AWS::S3::Bucket\n  \
         It:\n    Type: AWS::CloudTrail::Trail\n    Properties:\n      TrailName: {expression}\n      \
         IsLogging: true\n      S3BucketName: !Ref Bucket\n"
    )
}
