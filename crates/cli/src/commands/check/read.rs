//! The files of a change: each read within its limit, and what is wrong told in one line without a value of the file.

use anyhow::Result;
use args::check::{Check as Typed, Parameter};
use std::collections::BTreeMap;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use store::{FileKind, limits, recognized};
use surroundings::named_file::{called, is_stdin};
use surroundings::output::{nothing_is_piped, read_within};
use surroundings::problem::Problem;
use templates::cloudformation::{self, Options, Side, TemplateError};
use templates::document::Document;
use templates::terraform::{self, TerraformError};
use text::nearest::nearest;

/// What the file proposes, and its path.
pub(super) fn document(typed: &Typed) -> Result<(Document, PathBuf)> {
    if let Some(path) = &typed.terraform {
        return Ok((plan(path)?, path.clone()));
    }
    if let Some(path) = &typed.cloudformation {
        return Ok((template(path, typed)?, path.clone()));
    }
    match typed.selectors.as_slice() {
        [before, after] => Ok((selectors(before, after)?, after.clone())),
        // clap asks for one of them.
        _ => Err(Problem::misuse("name a change: --terraform, --cloudformation or --selectors").into()),
    }
}

/// A plan, of which little is in memory at a time.
fn plan(path: &Path) -> Result<Document> {
    let name = called(path);
    let unreadable = |error: io::Error| surroundings::problem::io_problem("read", &name, &error);
    let mut source: Box<dyn Read> = if is_stdin(path) {
        if nothing_is_piped() {
            let problem = Problem::new("nothing is given on stdin");
            return Err(problem.help("pipe the output of `terraform show -json PLANFILE` into it").into());
        }
        Box::new(io::stdin().lock())
    } else {
        let file = std::fs::File::open(path).map_err(|error| {
            let problem = unreadable(error);
            match surroundings::misread::nothing_there(path) {
                Some(near) if !path.exists() => problem.help(near),
                _ => problem,
            }
        })?;
        Box::new(file)
    };
    let mut head = Vec::new();
    source.by_ref().take(HEAD).read_to_end(&mut head).map_err(unreadable)?;
    let mut all = Counted { from: head.as_slice().chain(source), left: limits::TERRAFORM_PLAN.bytes };
    terraform::from_reader(&mut all).map_err(|error| {
        if all.left == 0 {
            let most = limits::TERRAFORM_PLAN.bytes >> 20;
            let line = format!(
                "cannot read {name}: it is larger than {most} MiB, the limit for {}",
                limits::TERRAFORM_PLAN.noun
            );
            return Problem::new(line).help(limits::TERRAFORM_PLAN.help).into();
        }
        let help = match &error {
            TerraformError::Cut { .. } => "write it again: terraform show -json PLANFILE > plan.json",
            TerraformError::Version { .. } => {
                "use a version of Terraform that writes format 1.x, or a newer one of this program"
            }
            _ => "give the output of `terraform show -json PLANFILE`",
        };
        not(&name, TERRAFORM, &head, &error.to_string(), help)
    })
}

const TERRAFORM: &str = "a Terraform plan";

/// How much of a file is looked at, to say what it is.
const HEAD: u64 = 4_096;

/// A source of which no more than so many bytes are read.
struct Counted<R> {
    from: R,
    left: u64,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        let read = self.from.read(to)?;
        self.left = self.left.saturating_sub(read as u64);
        Ok(read)
    }
}

/// The problem of a file that is none of these: what it is, where it is one of ours, else what its reader says.
fn not(name: &str, noun: &str, bytes: &[u8], error: &str, help: &str) -> anyhow::Error {
    let kind = recognized(bytes);
    let other = match kind {
        Some(kind @ FileKind::Template) if noun == TERRAFORM => Some((kind, "--cloudformation")),
        Some(kind @ FileKind::TerraformPlan) if noun != TERRAFORM => Some((kind, "--terraform")),
        _ => None,
    };
    if let Some((kind, flag)) = other {
        let line = format!("cannot read {name} as {noun}: it is {}", kind.noun());
        return Problem::new(line).help(format!("give it as {flag} {name}")).into();
    }
    let ours = kind.filter(|kind| {
        !matches!(
            kind,
            FileKind::Selectors
                | FileKind::Hcl
                | FileKind::Packed
                | FileKind::LogFile
                | FileKind::Template
                | FileKind::TerraformPlan
        )
    });
    let is = ours.map_or_else(|| error.to_owned(), |kind| format!("it is {}", kind.noun()));
    Problem::new(format!("cannot read {name} as {noun}: {is}")).help(help).into()
}

fn template(path: &Path, typed: &Typed) -> Result<Document> {
    let options = Options {
        parameters: parameters(&typed.stack.parameter)?,
        account: typed.home.account.clone(),
        region: typed.home.region.clone(),
        partition: typed.home.partition.clone(),
        stack_name: typed.stack.stack_name.clone(),
    };
    let bytes = read_within(path, &limits::TEMPLATE)?;
    let Some(deployed) = &typed.stack.against else {
        return cloudformation::read(&bytes, &options).map_err(|error| refused(path, &bytes, &error));
    };
    let before = read_within(deployed, &limits::TEMPLATE)?;
    cloudformation::between(&before, &bytes, &options).map_err(|(side, error)| match side {
        Side::Before => refused(deployed, &before, &error),
        Side::After => refused(path, &bytes, &error),
    })
}

/// The parameters by name. No error shows a value.
fn parameters(typed: &[Parameter]) -> Result<BTreeMap<String, String>> {
    let mut all = BTreeMap::new();
    for Parameter(text) in typed {
        let Some((name, value)) = text.split_once('=').filter(|(name, _)| !name.is_empty()) else {
            let problem = Problem::misuse("--parameter needs a name and a value, joined by =");
            return Err(problem.help("for example: --parameter Stage=prod").into());
        };
        if all.insert(name.to_owned(), value.to_owned()).is_some() {
            return Err(Problem::misuse(format!("--parameter {name} is given twice"))
                .help("give it once")
                .into());
        }
    }
    Ok(all)
}

fn refused(path: &Path, bytes: &[u8], error: &TemplateError) -> anyhow::Error {
    let name = called(path);
    match error {
        TemplateError::NoSuchParameter { name: given, declared } => {
            let near = nearest(given, declared.iter().map(String::as_str));
            let help = match (near, declared.as_slice()) {
                (Some(near), _) => format!("did you mean {near}?"),
                (None, []) => "the template declares no parameters".to_owned(),
                (None, declared) => format!("it declares {}", declared.join(", ")),
            };
            Problem::misuse(format!("{name} has no parameter `{given}`")).help(help).into()
        }
        TemplateError::NotAllowed { .. } => {
            Problem::misuse(format!("{name}: {error}")).help("give a value that the template allows").into()
        }
        _ => {
            let help =
                "give a template in YAML or JSON, or what `aws cloudformation describe-change-set` prints";
            not(&name, "a CloudFormation template", bytes, &error.to_string(), help)
        }
    }
}

fn selectors(before: &Path, after: &Path) -> Result<Document> {
    let read = |path: &Path| -> Result<String> {
        let bytes = read_within(path, &limits::SELECTORS)?;
        let text = String::from_utf8(bytes).map_err(|_| {
            let problem =
                Problem::new(format!("cannot read {} as event selectors: it is not UTF-8", called(path)));
            problem.help("give it as UTF-8")
        })?;
        Ok(text.strip_prefix('\u{feff}').map_or(text.clone(), str::to_owned))
    };
    let (was, is) = (read(before)?, read(after)?);
    templates::pair::of_selectors(Some(&was), &is).map_err(|(first, error)| {
        let (path, text) = if first { (before, &was) } else { (after, &is) };
        let help = "give what `aws cloudtrail get-event-selectors --trail-name NAME` prints";
        surroundings::misread::misread(
            path,
            text.as_bytes(),
            FileKind::Selectors,
            "event selectors",
            &error,
            help,
        )
        .into()
    })
}
