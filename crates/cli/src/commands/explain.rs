//! `invoketrail explain`: the proof for one function, live or of an inventory, or for selectors that a person pasted.

mod pasted;
mod subject;

use ::args::explain::{self as args, Format};
use ::args::outcome::Outcome;
use ::audit::elsewhere::elsewhere;
use ::audit::finding::Audit;
use ::audit::inventory::{GapKind, Inventory};
use anyhow::Result;
use cloudtrail::arn::Arn;
use cloudtrail::resource::ResourceType;
use recording::{State, Subject, Verdict};
use report::{Explanation, Stamp};
use subject::Asked;
use surroundings::context::Context;
use surroundings::facts::{Facts, Opened};
use surroundings::output::{layout, print};
use surroundings::problem::{Problem, say};
use surroundings::settings::{self, Accounts, Source};

/// Explains, and prints.
///
/// # Errors
/// [`Problem`] where the ARN is none of a Lambda resource, or nothing is known of its account and Region.
pub(crate) fn run(typed: args::Explain, context: Context) -> Result<Outcome> {
    let format = typed.format.unwrap_or(Format::Terminal);
    match (typed.arn.as_ref().or(typed.function.as_ref()), &typed.selectors) {
        (Some(text), None) => {
            let counted = settings::counted(&typed.counting, &context.config);
            let source = settings::source(typed.source.clone(), context.config.clone());
            let asked = subject::asked(text)?;
            let source = match &asked {
                Asked::Arn(kind, arn) => narrowed(source, *kind, arn),
                // Wherever it is.
                Asked::Name(_) => source,
            };
            let recorders_said = typed.counting.recorders.is_some() || context.config.recorders.is_some();
            seen(&asked, counted, recorders_said, format, source, &context)
        }
        (_, Some(path)) => pasted::run(path, typed.function.as_deref(), format, &context),
        // clap asks for one of them.
        (None, None) => Err(Problem::misuse("name a function, or --selectors FILE").into()),
    }
}

/// What is asked.
struct Question<'a> {
    kind: ResourceType,
    arn: &'a str,
    counted: ::audit::Counted,
    format: Format,
}

/// Of AWS, only what the proof for one resource needs: its account, and its Region unless others may serve it too.
fn narrowed(source: Source, kind: ResourceType, arn: &str) -> Source {
    let (Source::Live(mut live), Some(arn)) = (source.clone(), Arn::parse(arn)) else { return source };
    if live.accounts != Accounts::Caller {
        live.accounts = Accounts::Listed(vec![arn.account.to_owned()]);
    }
    if live.regions.is_none() && kind != ResourceType::WebFunction {
        live.regions = Some(vec![arn.region.to_owned()]);
    }
    Source::Live(live)
}

/// The proof for a resource of an inventory.
fn seen(
    asked: &Asked,
    counted: ::audit::Counted,
    recorders_said: bool,
    format: Format,
    source: Source,
    context: &Context,
) -> Result<Outcome> {
    let Facts { inventory, interrupted, judged } = Opened::of(&source)?.facts(&context.now)?;
    let as_saved = judged.and_then(|judged| judged.counted_unless_said(recorders_said));
    let counted = as_saved.unwrap_or(counted);
    if interrupted {
        say("note", "interrupted before everything was read: nothing is judged on half of it");
        return Ok(Outcome::Interrupted);
    }
    let (kind, arn) = subject::found(asked, &inventory)?;
    let question = &Question { kind, arn, counted, format };
    let audit = ::audit::audit(
        &inventory,
        &::audit::Options { recorders: question.counted, ..::audit::Options::default() },
    );
    let found = report::find_resource(&audit, question.arn);
    let outcome = if found.is_empty() {
        unseen(question, &audit, &source, context)?
    } else {
        let proofs: Vec<Explanation<'_>> =
            found.iter().map(|one| report::explain_resource(&audit, *one)).collect();
        show(&proofs, question.format, &context.now)?;
        let states = found.iter().map(|one| audit.verdicts[audit.row(*one).verdict].state);
        states.map(ending).fold(Outcome::Well, Outcome::worse)
    };
    next(outcome, &inventory, &source, question.counted);
    Ok(outcome)
}

/// The proof for a resource that nobody has seen, at a place that was: one that is to be created, or a slip of the pen.
fn unseen(question: &Question<'_>, audit: &Audit<'_>, source: &Source, context: &Context) -> Result<Outcome> {
    let place = subject::place(question.arn, audit.inventory, source)?;
    let candidates = report::candidates(audit, place);
    let mut verdict = recording::decide(&candidates, Subject::Named(question.kind, question.arn));
    let open = open_elsewhere(question, audit, place).filter(|_| verdict.state == State::Recorded);
    if open.is_some() {
        verdict = Verdict { state: State::Undetermined, cover: Vec::new(), possible: None, ..verdict };
    }
    let at = &audit.places[place];
    let near = subject::near_anywhere(question.arn, audit.inventory);
    let noun = question.kind.noun();
    let told = format!(
        "no {noun} of that name was seen in {} of {}: the answer is for one that is created later",
        at.region, at.account
    );
    say("note", &told);
    let mut proof = report::explain_at(audit, place, question.kind, Some(question.arn), &verdict);
    if let Some(open) = open {
        proof = proof.open(open);
    }
    let proof = proof.unseen(near.map(str::to_owned));
    show(&[proof], question.format, &context.now)?;
    Ok(ending(verdict.state))
}

/// Why it is not known that all is recorded of a web function that nobody has seen. `None` for other resources.
fn open_elsewhere(question: &Question<'_>, audit: &Audit<'_>, home: usize) -> Option<String> {
    if question.kind != ResourceType::WebFunction {
        return None;
    }
    let subject = Subject::Named(question.kind, question.arn);
    let recorded =
        |at: usize| recording::decide(&report::candidates(audit, at), subject).state == State::Recorded;
    elsewhere(audit, home, recorded).map(|open| report::elsewhere_sentence(&open))
}

/// Prints proofs: as text with an empty line between them, or as one JSON document a line.
fn show(proofs: &[Explanation<'_>], format: Format, now: &str) -> Result<()> {
    let layout = layout();
    let stamp = Stamp {
        version: env!("CARGO_PKG_VERSION"),
        generated_at: now,
        counted: ::audit::Counted::All,
        drift: None,
    };
    print(|out| {
        for (at, proof) in proofs.iter().enumerate() {
            let text = match format {
                Format::Json => report::explanation_json(proof, &stamp),
                Format::Terminal => {
                    format!("{}{}", if at > 0 { "\n" } else { "" }, report::explanation_text(proof, &layout))
                }
            };
            out.write_all(text.as_bytes())?;
        }
        Ok(())
    })
}

/// How a proof of that verdict ends.
fn ending(state: State) -> Outcome {
    match state {
        State::Recorded => Outcome::Well,
        State::PartiallyRecorded | State::NotRecorded => Outcome::No,
        State::Undetermined => Outcome::Undetermined,
    }
}

fn next(outcome: Outcome, inventory: &Inventory, source: &Source, counted: ::audit::Counted) {
    let refused = inventory.gaps.iter().any(|gap| gap.kind == GapKind::Refused);
    if let Source::Live(live) = source
        && outcome == Outcome::Undetermined
        && refused
    {
        return say("next", &format!("invoketrail permissions audit{} --check", live.again()));
    }
    let counting = if counted == ::audit::Counted::Trails { " --recorders trails" } else { "" };
    let next = match outcome {
        Outcome::No => {
            let why = "what to change, so that every invocation is recorded";
            format!("invoketrail plan{}{counting}  # {why}", source.again())
        }
        _ => format!("invoketrail audit{}{counting}", source.again()),
    };
    say("next", &next);
}
