//! Every event that an invocation can give rise to, each shape with its provenance.

use crate::values::{Alphabet, Domain};
use cloudtrail::arn::PARTITIONS;
use cloudtrail::event::Field;
use cloudtrail::resource::ResourceType;

/// How we know of a shape of event. The verdict is over documented and observed shapes; where only a contradicted shape
/// escapes it is undetermined; what only a possible shape escapes is a warning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Provenance {
    /// AWS's documentation names it.
    Documented,
    /// Somebody published a real record of it.
    Observed,
    /// One page of AWS names it and another does not (U-1): what only such a shape escapes is undetermined.
    Contradicted,
    /// Nothing excludes it.
    Possible,
}

/// A set of events: the product of what each field can be. Fields that are not named are absent from every event.
#[derive(Clone, Debug)]
pub struct Space {
    /// How we know of these events.
    pub provenance: Provenance,
    /// What each field can be.
    pub fields: Vec<(Field, Domain)>,
}

/// The principals that make a witness credible to a reader; the account is the one of AWS's own examples.
const PRINCIPALS: [&str; 2] = [
    "arn:aws:sts::111122223333:assumed-role/example-role/example-session",
    "arn:aws:iam::111122223333:user/example",
];

/// The spaces of events that invoking a resource of `kind`, whose `resources.ARN` is within `arn`, can give rise to:
/// first documented and observed ones, then contradicted, then possible ones (semantics 1.1, 1.2 and 14).
#[must_use]
pub fn invocations(kind: ResourceType, arn: &Domain) -> Vec<Space> {
    let space = |provenance, names, read_only: &str| {
        let source = Domain::fixed("lambda.amazonaws.com");
        let mut fields = call_fields("Data", source, Domain::fixed("AwsApiCall"), partition(arn));
        fields.push((Field::EventName, names));
        fields.push((Field::ReadOnly, Domain::fixed(read_only)));
        fields.push((Field::ResourcesType, Domain::fixed(kind.as_str())));
        fields.push((Field::ResourcesArn, arn.clone()));
        Space { provenance, fields }
    };
    let other_names = |credible: &[&str]| Domain::Strings {
        prefix: "Invoke".to_owned(),
        alphabet: Alphabet::PRINTED,
        absent: false,
        credible: credible.iter().map(ToString::to_string).collect(),
    };
    match kind {
        ResourceType::Function => vec![
            space(Provenance::Documented, Domain::one_of(["Invoke"]), "false"),
            space(Provenance::Observed, Domain::one_of(["InvokeExecution"]), "false"),
            space(Provenance::Contradicted, Domain::one_of(CONTRADICTED), "false"),
            space(Provenance::Possible, other_names(&["InvokeExample", "Invoke"]), "false"),
        ],
        ResourceType::WebFunction => vec![
            space(Provenance::Documented, Domain::one_of(["InvokeWebFunctionEndpoint"]), "false"),
            space(Provenance::Possible, other_names(&["InvokeExample", "Invoke"]), "false"),
        ],
        ResourceType::MicrovmImage => vec![
            space(Provenance::Documented, Domain::one_of(MICROVM_EVENTS), "false"),
            // The sample record is of RunMicrovm alone; nothing says that the token calls are writes.
            space(Provenance::Possible, Domain::one_of(MICROVM_EVENTS.into_iter().skip(1)), "true"),
        ],
    }
}

/// Names that AWS's page on function URLs, or a name of an API that invokes, gives to invocations, and Lambda's page on
/// CloudTrail does not (U-1).
pub(crate) const CONTRADICTED: [&str; 3] = ["InvokeFunctionUrl", "InvokeWithResponseStream", "InvokeAsync"];

/// The names of events on which a verdict about a resource of `kind` can rest: those that AWS gives to its invocations, or that somebody saw.
#[must_use]
pub fn deciding_names(kind: ResourceType) -> Vec<&'static str> {
    match kind {
        ResourceType::Function => ["Invoke", "InvokeExecution"].into_iter().chain(CONTRADICTED).collect(),
        ResourceType::WebFunction => vec!["InvokeWebFunctionEndpoint"],
        ResourceType::MicrovmImage => MICROVM_EVENTS.to_vec(),
    }
}

/// The same events in fewer spaces: those that differ in nothing but a list of names become one, so that what escapes
/// under all names is told without them.
pub(crate) fn merged<'s>(spaces: impl Iterator<Item = &'s Space>) -> Vec<Space> {
    let mut all: Vec<Space> = Vec::new();
    for space in spaces {
        if !all.iter_mut().any(|into| into.take_names(space)) {
            all.push(space.clone());
        }
    }
    all
}

impl Space {
    /// Adds the names of `other` iff that makes this space the union of both.
    fn take_names(&mut self, other: &Space) -> bool {
        let is_name = |(field, _): &&(Field, Domain)| *field == Field::EventName;
        let rest = |space: &Space| -> Vec<(Field, Domain)> {
            space.fields.iter().filter(|field| !is_name(field)).cloned().collect()
        };
        let more = other.fields.iter().find(is_name).map(|(_, domain)| domain);
        let Some(Domain::OneOf(more)) = more.filter(|_| rest(self) == rest(other)) else { return false };
        let names = self.fields.iter_mut().find(|(field, _)| *field == Field::EventName);
        let Some((_, Domain::OneOf(names))) = names else { return false };
        names.extend(more.iter().cloned());
        true
    }
}

/// The six data events of MicroVMs (semantics 1.1).
const MICROVM_EVENTS: [&str; 6] = [
    "RunMicrovm",
    "TerminateMicrovm",
    "SuspendMicrovm",
    "ResumeMicrovm",
    "CreateMicrovmAuthToken",
    "CreateMicrovmShellAuthToken",
];

/// Every management event there can be, of any service, read and write.
#[must_use]
pub fn management_events() -> Space {
    let source = strings(&["lambda.amazonaws.com", "kms.amazonaws.com", "rdsdata.amazonaws.com"]);
    let mut fields = call_fields("Management", source, strings(&["AwsApiCall"]), PARTITIONS[0]);
    fields.push((Field::EventName, strings(&["UpdateFunctionCode20150331v2"])));
    fields.push((Field::ReadOnly, Domain::one_of(["false", "true"])));
    Space { provenance: Provenance::Documented, fields }
}

/// Every data event there can be on resources of type `kind`, whatever service the type belongs to: what a change of
/// selectors must not narrow.
#[must_use]
pub fn data_events(kind: &str) -> Space {
    let mut fields = call_fields("Data", strings(&[]), strings(&["AwsApiCall"]), PARTITIONS[0]);
    fields.push((Field::EventName, strings(&[])));
    fields.push((Field::ReadOnly, Domain::one_of(["false", "true"])));
    fields.push((Field::ResourcesType, Domain::fixed(kind)));
    fields.push((Field::ResourcesArn, strings(&[])));
    Space { provenance: Provenance::Documented, fields }
}

/// The partition that the ARNs are of, as far as they say it.
fn partition(arn: &Domain) -> &str {
    let said = match arn {
        Domain::Strings { prefix, .. } => Some(prefix),
        Domain::OneOf(texts) => texts.first(),
        Domain::Flag => None,
    };
    let partition = said.and_then(|text| text.split(':').nth(1));
    partition.filter(|partition| !partition.is_empty()).unwrap_or(PARTITIONS[0])
}

/// What every API call has: a category, a source, a type, perhaps a principal ARN and perhaps a console session.
fn call_fields(category: &str, source: Domain, event_type: Domain, partition: &str) -> Vec<(Field, Domain)> {
    let principals = Domain::Strings {
        prefix: String::new(),
        alphabet: Alphabet::PRINTED,
        absent: true,
        credible: PRINCIPALS.map(|arn| arn.replacen(":aws:", &format!(":{partition}:"), 1)).to_vec(),
    };
    vec![
        (Field::EventCategory, Domain::fixed(category)),
        (Field::EventSource, source),
        (Field::EventType, event_type),
        (Field::SessionCredentialFromConsole, Domain::Flag),
        (Field::UserIdentityArn, principals),
    ]
}

fn strings(credible: &[&str]) -> Domain {
    let credible = credible.iter().map(ToString::to_string).collect();
    Domain::Strings { prefix: String::new(), alphabet: Alphabet::Any, absent: false, credible }
}
