//! The verdict on a small world, by looking at every event of an invocation over a small alphabet.
//!
//! Why the alphabet suffices: the values of [`crate::worlds`] have at most two letters of `a` and `b`, so what a selector
//! can tell about a text is shown by *two letters, a letter that no value has, two letters*: all strings over `a`, `b` and
//! `z` of up to five letters hold more than that. Every rule looks at one [`Aspect`] alone, so instead of walking through
//! the product of all aspects we note, for every text of an aspect, *which selectors let it pass*, and walk through the
//! product of the different notes; `tests` holds that against the full product.

use crate::naive::{Aspect, passes};
use crate::strings::strings;
use crate::subject::Subject;
use crate::worlds::{PLACE, World, event_names};
use cloudtrail::event::{Event, EventResource};
use cloudtrail::resource::ResourceType;
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// The answer in one word, with the words of `recording::State`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// All documented, observed and contradicted events are certainly recorded.
    Recorded,
    /// One certainly escapes, one is certainly recorded.
    PartiallyRecorded,
    /// One certainly escapes, none is certainly recorded.
    NotRecorded,
    /// Neither.
    Undetermined,
}

/// The verdict of the oracle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// In one word.
    pub state: State,
    /// True iff an event of a merely possible shape is not certainly recorded.
    pub possible_escapes: bool,
    /// True iff all documented and observed events are certainly recorded, and one under a name about which AWS contradicts
    /// itself is not.
    pub contradicted_escapes: bool,
    /// The most recorders that certainly record one same documented or observed event.
    pub most_copies: usize,
}

/// One selector of a world, with what is known of its recorder.
struct Seat<'w> {
    recorder: usize,
    /// `None` iff the recorder's selectors were not read: then it may record anything.
    selector: Option<&'w cloudtrail::selector::Selector>,
    sure: bool,
}

/// Which of the seats let something pass, one bit for each.
type Passing = u64;

/// Decides by enumeration whether every invocation of `subject` is recorded in `world`.
#[must_use]
pub fn verdict(world: &World, subject: &Subject) -> Answer {
    verdict_up_to(world, subject, 5)
}

/// The same with principals of at most `letters` letters: for the test that holds it against [`Subject::events`].
#[must_use]
pub fn verdict_up_to(world: &World, subject: &Subject, letters: usize) -> Answer {
    let principals = principals(letters);
    let seats = seats(world);
    let sure: Passing = bits(&seats, |seat| seat.sure);
    let recorders_in = |passing: Passing| -> BTreeSet<usize> {
        let holding = seats.iter().enumerate().filter(|(at, _)| passing & sure & (1 << at) != 0);
        holding.map(|(_, seat)| seat.recorder).collect()
    };
    let of = |known| passing_of_events(&seats, subject, &principals, known);
    let certain = of(Known::Certain);
    let recorded = |passing: &Passing| passing & sure != 0;
    let all_certain = certain.iter().all(recorded);
    let contradicted_escapes = all_certain && !of(Known::Contradicted).iter().all(recorded);
    let state = if all_certain && !contradicted_escapes {
        State::Recorded
    } else if contradicted_escapes || !certain.contains(&0) {
        State::Undetermined
    } else if certain.iter().any(recorded) {
        State::PartiallyRecorded
    } else {
        State::NotRecorded
    };
    Answer {
        state,
        possible_escapes: !of(Known::Possible).iter().all(recorded),
        contradicted_escapes,
        most_copies: certain.iter().map(|passing| recorders_in(*passing).len()).max().unwrap_or(0),
    }
}

fn seats(world: &World) -> Vec<Seat<'_>> {
    let mut seats = Vec::new();
    for (recorder, one) in world.recorders.iter().enumerate() {
        match &one.selectors {
            None => seats.push(Seat { recorder, selector: None, sure: false }),
            Some(selectors) => seats.extend(selectors.iter().map(|selector| Seat {
                recorder,
                selector: Some(selector),
                sure: one.certain && selector.doubts().is_empty(),
            })),
        }
    }
    assert!(seats.len() <= 64, "a small world has at most 64 selectors");
    seats
}

fn bits(seats: &[Seat<'_>], of: impl Fn(&Seat<'_>) -> bool) -> Passing {
    seats.iter().enumerate().filter(|(_, seat)| of(seat)).fold(0, |bits, (at, _)| bits | 1 << at)
}

/// For every event of the subject's shapes of which that much is known, the seats that let all of it pass.
fn passing_of_events(
    seats: &[Seat<'_>],
    subject: &Subject,
    principals: &[Option<String>],
    known: Known,
) -> BTreeSet<Passing> {
    let pass = |aspect: Aspect<'_>| bits(seats, |seat| seat.selector.is_none_or(|one| passes(one, &aspect)));
    let principals: BTreeSet<Passing> =
        principals.iter().map(|one| pass(Aspect::Principal(one.as_deref()))).collect();
    let console: BTreeSet<Passing> =
        [false, true].into_iter().map(|one| pass(Aspect::Console(one))).collect();
    let fixed = pass(Aspect::Type("AwsApiCall")) & pass(Aspect::NetworkFields);
    let kind = subject.kind();
    let arns = subject.arns();
    let mut all = BTreeSet::new();
    for shape in shapes(kind).iter().filter(|shape| shape.known == known) {
        let about = |arn: &String| {
            let resource = Some((kind.as_str(), arn.as_str()));
            let (category, source) = ("Data", "lambda.amazonaws.com");
            pass(Aspect::About { category, source, read_only: shape.read_only, resource })
        };
        let about: BTreeSet<Passing> = arns.iter().map(about).collect();
        let names: BTreeSet<Passing> = shape.names.iter().map(|name| pass(Aspect::Name(name))).collect();
        let product = [about, names, principals.clone(), console.clone()]
            .iter()
            .fold(BTreeSet::from([fixed]), |sets, more| {
                sets.iter().flat_map(|a| more.iter().map(move |b| a & b)).collect()
            });
        all.extend(product);
    }
    all
}

/// How we know of a shape.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Known {
    /// Documented or observed.
    Certain,
    /// One page says so, another does not.
    Contradicted,
    /// Nothing excludes it.
    Possible,
}

/// Events of one provenance: any of the names, with this `readOnly`.
struct Shape {
    names: Vec<String>,
    read_only: bool,
    known: Known,
}

/// Semantics 1.1 and 1.2: which records an invocation leaves, and which it might leave (U-1).
fn shapes(kind: ResourceType) -> Vec<Shape> {
    let known = |names: &[&str]| Shape {
        names: names.iter().map(ToString::to_string).collect(),
        read_only: false,
        known: Known::Certain,
    };
    let other = || Shape { names: names_beginning_with_invoke(), read_only: false, known: Known::Possible };
    match kind {
        ResourceType::Function => {
            let names = ["InvokeFunctionUrl", "InvokeWithResponseStream", "InvokeAsync"];
            let contradicted = Shape { known: Known::Contradicted, ..known(&names) };
            vec![known(&["Invoke", "InvokeExecution"]), contradicted, other()]
        }
        ResourceType::WebFunction => vec![known(&["InvokeWebFunctionEndpoint"]), other()],
        ResourceType::MicrovmImage => {
            let calls = [
                "RunMicrovm",
                "TerminateMicrovm",
                "SuspendMicrovm",
                "ResumeMicrovm",
                "CreateMicrovmAuthToken",
                "CreateMicrovmShellAuthToken",
            ];
            // Only the record of RunMicrovm was published; of the others nothing says that they are writes.
            vec![known(&calls), Shape { read_only: true, known: Known::Possible, ..known(&calls[1..]) }]
        }
    }
}

/// Enough of all names that begin with `Invoke`: with every listed beginning, something new or nothing, and every listed
/// end; and with every listed end that overlaps the word itself.
fn names_beginning_with_invoke() -> Vec<String> {
    let mut names = BTreeSet::from(["Invoke".to_owned()]);
    let listed = event_names();
    let beginnings = listed.iter().filter(|value| value.starts_with("Invoke")).copied().chain(["Invoke"]);
    for beginning in beginnings {
        for end in listed.iter().copied().chain([""]) {
            for new in ["", "zz"] {
                names.insert(format!("{beginning}{new}{end}"));
            }
        }
    }
    for end in &listed {
        for cut in 1..end.len() {
            if "Invoke".ends_with(&end[..cut]) {
                names.insert(format!("Invoke{}", &end[cut..]));
            }
        }
    }
    names.into_iter().collect()
}

/// No principal ARN, or any string of at most so many letters.
fn principals(letters: usize) -> Vec<Option<String>> {
    static FIVE: LazyLock<Vec<Option<String>>> = LazyLock::new(|| absent_or_strings(5));
    if letters == 5 { FIVE.clone() } else { absent_or_strings(letters) }
}

fn absent_or_strings(letters: usize) -> Vec<Option<String>> {
    std::iter::once(None).chain(strings(letters).into_iter().map(Some)).collect()
}

impl Subject {
    /// The type of the resource.
    #[must_use]
    pub fn kind(&self) -> ResourceType {
        match self {
            Self::Named(kind, _) | Self::Any(kind) => *kind,
        }
    }

    /// The ARNs of all resources that are meant.
    #[must_use]
    pub fn arns(&self) -> Vec<String> {
        match self {
            Self::Named(kind, name) => vec![PLACE.arn(*kind, name)],
            Self::Any(kind) => {
                strings(5).iter().filter(|name| !name.is_empty()).map(|name| PLACE.arn(*kind, name)).collect()
            }
        }
    }

    /// Every documented and observed event of an invocation, with principals of at most `longest` letters.
    #[must_use]
    pub fn events(&self, longest: usize) -> Vec<Event> {
        let kind = self.kind();
        let mut events = Vec::new();
        let principals = principals(longest);
        for shape in shapes(kind).iter().filter(|shape| shape.known == Known::Certain) {
            for (name, arn) in
                shape.names.iter().flat_map(|name| self.arns().into_iter().map(move |arn| (name, arn)))
            {
                for principal in &principals {
                    events.extend([false, true].map(|console| Event {
                        category: "Data".to_owned(),
                        source: "lambda.amazonaws.com".to_owned(),
                        name: name.clone(),
                        event_type: "AwsApiCall".to_owned(),
                        read_only: shape.read_only,
                        resource: Some(EventResource { kind: kind.as_str().to_owned(), arn: arn.clone() }),
                        user_identity_arn: principal.clone(),
                        session_credential_from_console: console,
                    }));
                }
            }
        }
        events
    }
}
