//! One case of a page, asked of the definition, of the oracle and of the decision procedure.

use super::page::{Case, Recorder};
use crate::common::any;
use cloudtrail::event::{Event, EventResource, Field};
use cloudtrail::resource::{ResourceType, unqualified};
use cloudtrail::selector::Selector;
use cloudtrail::{Answer, records, selector_json};
use oracle::naive::{self, Says};
use recording::{Candidate, Escape, State, Subject, Verdict, Why, decide, decide_space, management_events};

/// The function that a case is about unless it names another.
const ORDERS: &str = "arn:aws:lambda:us-east-1:111122223333:function:orders";

/// All that is wrong with the case.
pub(crate) fn run(case: &Case) -> Vec<String> {
    match expectations(case) {
        Ok(wrong) => wrong.into_iter().map(|one| format!("`{}`: {one}", case.title)).collect(),
        Err(problem) => vec![format!("`{}`: {problem}", case.title)],
    }
}

fn expectations(case: &Case) -> Result<Vec<String>, String> {
    let mut read = Vec::new();
    for Recorder { how, json } in &case.recorders {
        let selectors = match how.as_str() {
            "unread" => None,
            _ => Some(selector_json::from_str(json).map_err(|error| error.to_string())?.list),
        };
        read.push((selectors, how != "uncertain"));
    }
    let candidates: Vec<Candidate<'_>> = read
        .iter()
        .map(|(selectors, certain)| Candidate { selectors: selectors.as_deref(), certain: *certain })
        .collect();
    let mut wrong = Vec::new();
    for row in &case.rows {
        let event = event(row, case.line("Subject"))?;
        let expected = row.iter().find(|(column, _)| column == "Answer").ok_or("a table without `Answer`")?;
        let found = answer(&candidates, &event)?;
        if found != expected.1 {
            wrong.push(format!("{row:?}: it is {found}"));
        }
    }
    let verdict = ask(&candidates, case.line("Subject"))?;
    for (word, expected) in told(case, &verdict)? {
        if case.line(word).map(str::to_owned) != expected && (case.line(word).is_some() || must_be_told(word))
        {
            wrong.push(format!("{word}: it is {expected:?}\n{verdict:#?}"));
        }
    }
    Ok(wrong)
}

/// What a case may not keep silent about.
fn must_be_told(word: &str) -> bool {
    ["Verdict", "Warning", "Copies", "Open"].contains(&word)
}

/// What each line of the case must say; `None` iff it must not be there.
fn told(case: &Case, verdict: &Verdict) -> Result<Vec<(&'static str, Option<String>)>, String> {
    let state = match verdict.state {
        State::Recorded => "recorded",
        State::PartiallyRecorded => "partially_recorded",
        State::NotRecorded => "not_recorded",
        State::Undetermined => "undetermined",
    };
    let escape = verdict.escape.as_ref();
    let of_witness = |word: &str, escape: Option<&Escape>| -> Result<Option<String>, String> {
        let Some(escape) = escape else { return Ok(None) };
        fields_as_asked(case.line(word).unwrap_or("eventName="), &escape.witness).map(Some)
    };
    let list = |all: Vec<String>| (!all.is_empty()).then(|| all.join(", "));
    let cover = verdict.cover.iter().map(|one| format!("{}[{}]", one.candidate, one.selector)).collect();
    Ok(vec![
        ("Verdict", Some(state.to_owned())),
        ("Remainder", escape.map(|escape| escape.remainder.clone())),
        ("Witness", of_witness("Witness", escape)?),
        ("Warning", of_witness("Warning", verdict.possible.as_ref())?),
        ("Turned away", escape.and_then(|escape| list(reasons(escape)))),
        ("Copies", list(verdict.copies.iter().map(ToString::to_string).collect())),
        ("Cover", list(cover)),
        ("Open", verdict.open.map(|open| format!("{open:?}").to_lowercase())),
        ("Doubt", escape.and_then(|escape| list(doubts(escape)))),
    ])
}

fn reasons(escape: &Escape) -> Vec<String> {
    let told = |why: &Why| match why {
        Why::Field(by) => by.to_string(),
        Why::Doubt(_) => "doubt".to_owned(),
        Why::Uncertain => "uncertain".to_owned(),
        Why::Unread => "unread".to_owned(),
    };
    escape.turned_away.iter().map(|one| told(&one.why)).collect()
}

fn doubts(escape: &Escape) -> Vec<String> {
    let told = escape.turned_away.iter().filter_map(|one| match &one.why {
        Why::Doubt(doubt) => Some(doubt.to_string()),
        _ => None,
    });
    told.collect()
}

/// For an expectation like `eventName=Invoke, userIdentity.arn=absent` the same fields as the event has them.
fn fields_as_asked(asked: &str, event: &Event) -> Result<String, String> {
    let mut told = Vec::new();
    for one in asked.split(", ") {
        let name = one.split('=').next().unwrap_or_default();
        let field = Field::parse(name).ok_or_else(|| format!("`{name}` is no field"))?;
        told.push(format!("{name}={}", event.get(field).unwrap_or("absent")));
    }
    Ok(told.join(", "))
}

/// `recorded`, `undetermined`, or `turned away by` the reasons, each once.
fn answer(candidates: &[Candidate<'_>], event: &Event) -> Result<String, String> {
    let mut reasons: Vec<String> = Vec::new();
    let (mut recorded, mut open) = (false, false);
    for candidate in candidates {
        let Some(selectors) = candidate.selectors else {
            open = true;
            continue;
        };
        for selector in selectors {
            match agreed(selector, event)? {
                Answer::Recorded if candidate.certain => recorded = true,
                Answer::Recorded | Answer::Undetermined(_) => open = true,
                Answer::TurnedAway(by) if !reasons.contains(&by.to_string()) => reasons.push(by.to_string()),
                Answer::TurnedAway(_) => {}
            }
        }
    }
    Ok(match (recorded, open) {
        (true, _) => "recorded".to_owned(),
        (false, true) => "undetermined".to_owned(),
        (false, false) => format!("turned away by {}", reasons.join(", ")),
    })
}

/// The answer of the definition, which must be that of the oracle.
fn agreed(selector: &Selector, event: &Event) -> Result<Answer, String> {
    let answer = records(selector, event);
    let says = match answer {
        Answer::Recorded => Says::Yes,
        Answer::TurnedAway(_) => Says::No,
        Answer::Undetermined(_) => Says::Unknown,
    };
    let oracle = naive::records(selector, event);
    if says == oracle {
        Ok(answer)
    } else {
        Err(format!("the oracle says {oracle:?}, the definition {answer:?}"))
    }
}

/// An invocation of the subject, with the values of the row in place of the usual ones.
fn event(row: &[(String, String)], subject: Option<&str>) -> Result<Event, String> {
    let arn = subject.filter(|one| one.starts_with("arn:")).unwrap_or(ORDERS);
    let (kind, _) = unqualified(arn).ok_or("the subject is no Lambda resource")?;
    let mut resource = EventResource { kind: kind.as_str().to_owned(), arn: arn.to_owned() };
    let mut event = Event {
        category: "Data".to_owned(),
        source: "lambda.amazonaws.com".to_owned(),
        name: "Invoke".to_owned(),
        event_type: "AwsApiCall".to_owned(),
        read_only: false,
        resource: None,
        user_identity_arn: Some("arn:aws:iam::111122223333:user/ada".to_owned()),
        session_credential_from_console: false,
    };
    for (column, cell) in row.iter().filter(|(column, _)| column != "Answer") {
        let text = || cell.clone();
        match Field::parse(column).ok_or_else(|| format!("`{column}` is no field"))? {
            Field::EventCategory => event.category = text(),
            Field::EventSource => event.source = text(),
            Field::EventName => event.name = text(),
            Field::EventType => event.event_type = text(),
            Field::ReadOnly => event.read_only = cell == "true",
            Field::ResourcesType => resource.kind = text(),
            Field::ResourcesArn => resource.arn = text(),
            Field::UserIdentityArn => event.user_identity_arn = (cell != "absent").then(text),
            Field::SessionCredentialFromConsole => event.session_credential_from_console = cell == "true",
            Field::ErrorCode | Field::VpcEndpointId => return Err(format!("no event here has `{column}`")),
        }
    }
    event.resource = (event.category == "Data").then_some(resource);
    Ok(event)
}

/// `management events`, `any function`, `any web function`, `any MicroVM image`, or the ARN of a resource.
fn ask(candidates: &[Candidate<'_>], subject: Option<&str>) -> Result<Verdict, String> {
    let subject = subject.unwrap_or(ORDERS);
    if subject == "management events" {
        return Ok(decide_space(candidates, &[management_events()], "management events"));
    }
    if let Some(noun) = subject.strip_prefix("any ") {
        let kind = ResourceType::ALL.into_iter().find(|kind| kind.noun() == noun);
        return Ok(decide(candidates, any(kind.ok_or_else(|| format!("`{subject}` is no subject"))?)));
    }
    let (kind, arn) = unqualified(subject).ok_or_else(|| format!("`{subject}` is no subject"))?;
    Ok(decide(candidates, Subject::Named(kind, arn)))
}
