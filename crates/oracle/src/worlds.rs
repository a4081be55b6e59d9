//! Generators of small worlds: a few recorders with a few selectors over a vocabulary small enough to enumerate.

use crate::strings::strings;
use crate::subject::Subject;
use cloudtrail::event::{Event, EventResource, Field};
use cloudtrail::resource::ResourceType;
use cloudtrail::selector::{
    AdvancedSelector, BasicSelector, Condition, DataResource, Doubt, FieldSelector, Operator, ReadWrite,
    Selector,
};
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::{collection, sample};

/// Where everything happens.
pub const PLACE: Place = Place { partition: "aws", account: "111122223333", region: "us-east-1" };

/// A partition, an account and a Region.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// `aws`
    pub partition: &'static str,
    /// Twelve digits.
    pub account: &'static str,
    /// `us-east-1`
    pub region: &'static str,
}

impl Place {
    /// The ARN of the resource of this type and name.
    #[must_use]
    pub fn arn(&self, kind: ResourceType, name: &str) -> String {
        let Place { partition, account, region } = self;
        match kind {
            ResourceType::Function => format!("arn:{partition}:lambda:{region}:{account}:function:{name}"),
            ResourceType::WebFunction => {
                format!("arn:{partition}:lambda:{region}:{account}:web-function/{name}")
            }
            ResourceType::MicrovmImage => {
                format!("arn:{partition}:lambda:{region}:{account}:microvm-image:{name}")
            }
        }
    }
}

/// Recorders that may record at [`PLACE`].
#[derive(Clone, Debug)]
pub struct World {
    /// In the order in which they are asked.
    pub recorders: Vec<Recorder>,
}

/// One recorder of a world.
#[derive(Clone, Debug)]
pub struct Recorder {
    /// `None` iff they were not read.
    pub selectors: Option<Vec<Selector>>,
    /// True iff it is certain that it exists, reaches the place, is active and delivers.
    pub certain: bool,
}

/// The values that conditions on `eventName` are made of.
#[must_use]
pub fn event_names() -> Vec<&'static str> {
    vec![
        "Invoke",
        "InvokeExecution",
        "InvokeX",
        "InvokeAsync",
        "InvokeFunctionUrl",
        "InvokeWithResponseStream",
        "InvokeWebFunctionEndpoint",
        "Inv",
        "Execution",
        "ke",
        "keX",
        "X",
        "RunMicrovm",
        "Microvm",
        "Token",
        "Create",
        "invoke",
        "*",
    ]
}

/// A resource type: most often a function.
pub fn kinds() -> impl Strategy<Value = ResourceType> {
    prop_oneof![
        4 => Just(ResourceType::Function),
        1 => Just(ResourceType::WebFunction),
        1 => Just(ResourceType::MicrovmImage),
    ]
}

/// A named resource, or any.
pub fn subjects(kind: ResourceType) -> impl Strategy<Value = Subject> {
    let names = sample::select(vec!["a", "b", "ab", "ba", "aab", "z"]);
    prop_oneof![
        3 => names.prop_map(move |name| Subject::Named(kind, name.to_owned())),
        2 => Just(Subject::Any(kind)),
    ]
}

/// A subject and a world that has something to say about it.
pub fn questions() -> impl Strategy<Value = (Subject, World)> {
    kinds().prop_flat_map(|kind| (subjects(kind), worlds(kind)))
}

/// A subject and a world with more recorders than anybody has, up to 48 selectors in all.
pub fn crowded_questions() -> impl Strategy<Value = (Subject, World)> {
    let world = |kind| collection::vec(recorders(kind), 5..=12).prop_map(|recorders| World { recorders });
    kinds().prop_flat_map(move |kind| (subjects(kind), world(kind)))
}

/// One to four recorders whose selectors are mostly about resources of `kind`.
pub fn worlds(kind: ResourceType) -> impl Strategy<Value = World> {
    collection::vec(recorders(kind), 1..=4).prop_map(|recorders| World { recorders })
}

fn recorders(kind: ResourceType) -> impl Strategy<Value = Recorder> {
    let selectors = collection::vec(families(kind), 0..=2)
        .prop_map(|families| families.into_iter().flatten().take(4).collect::<Vec<_>>());
    let read = prop_oneof![15 => selectors.prop_map(Some), 1 => Just(None)];
    (read, chance(8, 1)).prop_map(|(selectors, certain)| Recorder { selectors, certain })
}

/// Selectors that come together: one alone, or two that add up to something.
fn families(kind: ResourceType) -> impl Strategy<Value = Vec<Selector>> {
    prop_oneof![
        6 => selectors(kind).prop_map(|one| vec![one]),
        3 => complements(kind),
    ]
}

/// Any selector, now and then with a doubt.
pub fn selectors(kind: ResourceType) -> impl Strategy<Value = Selector> {
    let one = prop_oneof![
        1 => basic_selectors().prop_map(Selector::Basic),
        3 => advanced_selectors(kind).prop_map(Selector::Advanced),
    ];
    (one, chance(1, 11)).prop_map(|(mut selector, doubtful)| {
        if doubtful {
            selector.doubt(Doubt::Member { path: "$.Unheard".to_owned() });
        }
        selector
    })
}

/// A basic selector without doubts.
pub fn basic_selectors() -> impl Strategy<Value = BasicSelector> {
    let read_write = prop_oneof![3 => Just(ReadWrite::All), 1 => Just(ReadWrite::ReadOnly), 2 => Just(ReadWrite::WriteOnly)];
    let sources =
        sample::subsequence(vec!["kms.amazonaws.com".to_owned(), "rdsdata.amazonaws.com".to_owned()], 0..=2);
    (read_write, any::<bool>(), sources, collection::vec(data_resources(), 0..=2)).prop_map(
        |(read_write, include_management, exclude_management_sources, data_resources)| BasicSelector {
            read_write,
            include_management,
            exclude_management_sources,
            data_resources,
            doubts: Vec::new(),
        },
    )
}

fn data_resources() -> impl Strategy<Value = DataResource> {
    let function = |name: &str| PLACE.arn(ResourceType::Function, name);
    let lambda = sample::select(vec![
        "arn:aws:lambda".to_owned(),
        "arn:aws:lambda".to_owned(),
        "arn:aws-cn:lambda".to_owned(),
        "arn:aws:lambda:us-east-1:111122223333:function".to_owned(),
        "arn:aws:lambda:*".to_owned(),
        "arn::lambda".to_owned(),
        function("a"),
        function("b"),
        function("ab"),
        function("a:live"),
        "arn:aws:lambda:us-east-1:111122223333:function/a".to_owned(),
    ]);
    let of_lambda = collection::vec(lambda, 0..=3)
        .prop_map(|values| DataResource { kind: "AWS::Lambda::Function".to_owned(), values });
    let s3 = sample::select(vec!["arn:aws:s3", "arn:aws:s3:::bucket/", "arn:aws:lambda"]);
    let of_s3 = s3.prop_map(|value| DataResource {
        kind: "AWS::S3::Object".to_owned(),
        values: vec![value.to_owned()],
    });
    prop_oneof![6 => of_lambda, 1 => of_s3]
}

/// An advanced selector without doubts: usually data events on resources of `kind`, narrowed by up to two more fields.
pub fn advanced_selectors(kind: ResourceType) -> impl Strategy<Value = AdvancedSelector> {
    let category = prop_oneof![12 => Just("Data"), 1 => Just("Management"), 1 => Just("NetworkActivity")];
    let other_kinds = sample::select(vec![
        "AWS::Lambda::Function",
        "AWS::Lambda::WebFunction",
        "AWS::Lambda::MicrovmImage",
        "AWS::S3::Object",
        "AWS::Lambda::Unheard",
    ]);
    let kind_of = prop_oneof![10 => Just(kind.as_str()), 1 => other_kinds];
    let narrowing = prop_oneof![1 => Just(0_usize), 4 => Just(1), 3 => Just(2), 1 => Just(3)]
        .prop_flat_map(move |count| collection::vec(narrowings(kind), count));
    (category, kind_of, narrowing, names()).prop_map(|(category, kind_of, narrowing, names)| {
        let mut fields = required(category, kind_of);
        for (field, condition) in names.into_iter().chain(narrowing) {
            if fields.iter().all(|one| one.field != field) {
                fields.push(FieldSelector { field, condition });
            }
        }
        AdvancedSelector { name: String::new(), fields, doubts: Vec::new() }
    })
}

/// Now and then the names under which invocations are certainly recorded, and some that only one page of AWS gives; or all but one
/// of those.
fn names() -> impl Strategy<Value = Option<(Field, Condition)>> {
    let contradicted = || vec!["InvokeFunctionUrl", "InvokeWithResponseStream", "InvokeAsync"];
    let with = sample::subsequence(contradicted(), 0..=3)
        .prop_map(|some| Condition::equals(["Invoke", "InvokeExecution"].into_iter().chain(some)));
    let without =
        sample::select(contradicted()).prop_map(|name| condition([(Operator::NotEquals, name.to_owned())]));
    prop_oneof![
        14 => Just(None),
        1 => with.prop_map(|names| Some((Field::EventName, names))),
        1 => without.prop_map(|names| Some((Field::EventName, names))),
    ]
}

fn required(category: &str, kind: &str) -> Vec<FieldSelector> {
    let equals = |field, value: &str| FieldSelector { field, condition: Condition::equals([value]) };
    let mut fields = vec![equals(Field::EventCategory, category)];
    if category == "Data" {
        fields.push(equals(Field::ResourcesType, kind));
    }
    fields
}

/// Two selectors that differ in one field, where one admits exactly what the other turns away (of a field that is there).
fn complements(kind: ResourceType) -> impl Strategy<Value = Vec<Selector>> {
    let dual = (field_and_value(kind), 0_usize..3).prop_map(|((field, value), pair)| {
        let operators = match field {
            Field::ReadOnly => return (field, Condition::equals(["true"]), Condition::equals(["false"])),
            Field::SessionCredentialFromConsole => [Operator::Equals, Operator::NotEquals],
            _ => [
                [Operator::Equals, Operator::NotEquals],
                [Operator::StartsWith, Operator::NotStartsWith],
                [Operator::EndsWith, Operator::NotEndsWith],
            ][pair],
        };
        let [one, other] = operators.map(|operator| condition([(operator, value.clone())]));
        (field, one, other)
    });
    (advanced_selectors(kind), dual).prop_map(|(selector, (field, one, other))| {
        [one, other]
            .map(|condition| {
                let mut selector = selector.clone();
                selector.fields.retain(|with| with.field != field);
                selector.fields.push(FieldSelector { field, condition });
                Selector::Advanced(selector)
            })
            .to_vec()
    })
}

/// A field beyond the required ones, and what is asked of it.
fn narrowings(kind: ResourceType) -> impl Strategy<Value = (Field, Condition)> {
    let first = field_and_value(kind);
    (first, collection::vec((any::<sample::Index>(), any::<sample::Index>()), 1..=3)).prop_map(
        move |((field, value), more)| {
            let operators = operators(field);
            let values = values(field, kind);
            let pick = |(at, (operator, other)): (usize, (sample::Index, sample::Index))| {
                let value = if at == 0 { value.clone() } else { other.get(&values).clone() };
                (*operator.get(operators), value)
            };
            (field, condition(more.into_iter().enumerate().map(pick)))
        },
    )
}

fn condition(asked: impl IntoIterator<Item = (Operator, String)>) -> Condition {
    let mut condition = Condition::default();
    for (operator, value) in asked {
        condition.values_mut(operator).push(value);
    }
    condition
}

fn field_and_value(kind: ResourceType) -> impl Strategy<Value = (Field, String)> {
    let field = prop_oneof![
        4 => Just(Field::UserIdentityArn),
        4 => Just(Field::ResourcesArn),
        3 => Just(Field::EventName),
        2 => Just(Field::ReadOnly),
        2 => Just(Field::SessionCredentialFromConsole),
        1 => Just(Field::EventSource),
        1 => Just(Field::EventType),
        1 => Just(Field::ErrorCode),
    ];
    field.prop_flat_map(move |field| (Just(field), sample::select(values(field, kind))))
}

/// The operators that AWS offers for a field (semantics 3.2).
fn operators(field: Field) -> &'static [Operator] {
    match field {
        Field::ReadOnly => &[Operator::Equals],
        Field::SessionCredentialFromConsole => &[Operator::Equals, Operator::NotEquals],
        _ => &Operator::ALL,
    }
}

fn values(field: Field, kind: ResourceType) -> Vec<String> {
    let texts: Vec<&str> = match field {
        Field::UserIdentityArn => vec!["a", "b", "aa", "ab", "ba", "bb"],
        Field::EventName => event_names(),
        Field::ReadOnly => vec!["false", "false", "true"],
        Field::SessionCredentialFromConsole => vec!["true"],
        Field::EventSource => vec!["lambda.amazonaws.com", "lambda", "kms.amazonaws.com", ".amazonaws.com"],
        Field::EventType => vec!["AwsApiCall", "AwsServiceEvent", "Aws"],
        Field::ErrorCode => vec!["VpceAccessDenied"],
        Field::ResourcesArn => {
            let mut texts: Vec<String> =
                ["a", "b", "ab", "ba", "a:live", ""].map(|name| PLACE.arn(kind, name)).to_vec();
            let ends = ["a", "b", "ab", "ba", ":a", "/a", "n:ab", "e:b"];
            texts.extend(ends.map(str::to_owned));
            texts.extend(["arn:aws:lambda", "arn:aws-cn:lambda", "*"].map(str::to_owned));
            return texts;
        }
        _ => vec!["x"],
    };
    texts.into_iter().map(str::to_owned).collect()
}

/// True in `yes` of `yes + no` cases.
fn chance(yes: u32, no: u32) -> impl Strategy<Value = bool> {
    prop_oneof![yes => Just(true), no => Just(false)]
}

/// An event of any category about a resource of `kind` or another, whether or not an invocation could give rise to it.
pub fn events(kind: ResourceType) -> impl Strategy<Value = Event> {
    let mut arns = values(Field::ResourcesArn, kind);
    arns.push("arn:aws:s3:::bucket/key".to_owned());
    arns.push("arn:aws-cn:lambda:cn-north-1:111122223333:function:a".to_owned());
    let kinds = prop_oneof![8 => Just(kind.as_str()), 1 => Just("AWS::S3::Object"), 1 => Just("AWS::Lambda::Function")];
    let resource =
        (kinds, sample::select(arns)).prop_map(|(kind, arn)| EventResource { kind: kind.to_owned(), arn });
    let about = (
        sample::select(vec!["Data", "Data", "Data", "Data", "Management", "NetworkActivity"]),
        sample::select(vec!["lambda.amazonaws.com", "lambda.amazonaws.com", "kms.amazonaws.com"]),
        chance(1, 3),
        prop_oneof![12 => resource.prop_map(Some), 1 => Just(None)],
    );
    let principal = prop_oneof![1 => Just(None), 3 => sample::select(strings(4)).prop_map(Some)];
    let names = sample::select(event_names());
    let event_type = sample::select(vec!["AwsApiCall", "AwsApiCall", "AwsServiceEvent"]);
    (about, names, event_type, principal, any::<bool>()).prop_map(
        |((category, source, read_only, resource), name, event_type, user_identity_arn, console)| Event {
            category: category.to_owned(),
            source: source.to_owned(),
            name: name.to_owned(),
            event_type: event_type.to_owned(),
            read_only,
            resource,
            user_identity_arn,
            session_credential_from_console: console,
        },
    )
}
