//! Objects of S3 as files: listed by the prefixes that a question concerns, several read at the same time.

use super::survey::Survey;
use super::window::{Kind, Window};
use super::{Found, Place, print};
use crate::collect::problem;
use crate::problem::Problem;
use anyhow::Result;
use aws::{Evidence, Listed, ObjectError, Options, Stop};
use logs::ObjectKey;
use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::runtime::{Builder, Runtime};
use tokio::task::{JoinHandle, JoinSet};

/// Listings under way at the same time.
const LISTINGS: usize = 8;

/// A session with S3.
pub(crate) struct Remote {
    runtime: Runtime,
    evidence: Arc<Evidence>,
    /// What to do about the first object that could not be read.
    help: Mutex<Option<String>>,
}

/// An object on its way.
pub(super) type Flight = JoinHandle<std::result::Result<Vec<u8>, ObjectError>>;

impl Remote {
    /// Finds credentials.
    ///
    /// # Errors
    /// [`Problem`] iff there are none, or AWS does not take them.
    pub(crate) fn open(profile: Option<String>, endpoint_url: Option<String>) -> Result<Remote> {
        let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build();
        let runtime = runtime.map_err(|error| Problem::new(format!("cannot start: {error}")))?;
        let options = Options { profile, endpoint_url, ..Options::default() };
        let opened = runtime.block_on(Evidence::open(&options, Stop::new()));
        let evidence = opened.map_err(|error| problem(&error))?;
        let evidence = evidence.ok_or_else(|| Problem::new("interrupted before it began"))?;
        Ok(Remote { runtime, evidence: Arc::new(evidence), help: Mutex::default() })
    }

    /// What to do about the first object that could not be read, where there is something.
    pub(crate) fn help(&self) -> Option<String> {
        self.help.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Adds the objects of every `s3://` to the survey.
    ///
    /// # Errors
    /// [`Problem`] iff nothing at all could be listed of one of them.
    pub(crate) fn survey(&self, survey: &mut Survey<'_>) -> Result<()> {
        for (at, place) in survey.places.iter().enumerate() {
            let Place::Objects { bucket, prefix } = place else { continue };
            let mut found = self.runtime.block_on(self.listed(bucket, prefix, survey.window))?;
            // Where objects lie as CloudTrail delivers them, no others are read.
            let laid_out = found.files.iter().any(|(_, delivered)| *delivered) || found.elsewhere;
            for (listed, delivered) in found.files.drain(..) {
                match (laid_out, delivered) {
                    (true, false) => survey.left_out.other += 1,
                    _ => survey.add(self.file(at, bucket, &listed)),
                }
            }
            survey.left_out.other += found.other;
            for (prefix, why) in found.unread {
                let unread = Some(why);
                survey.add(Found { place: at, below: PathBuf::from(prefix), unread, ..Found::default() });
            }
        }
        Ok(())
    }

    fn file(&self, place: usize, bucket: &str, listed: &Listed) -> Found {
        let delivered = ObjectKey::parse(&listed.key).and_then(|key| key.delivered());
        let name = format!("s3://{}/{bucket}/{}", self.evidence.account(), listed.key);
        let state = format!("{} {} {}", listed.etag, listed.size, listed.modified);
        let tag = (!listed.etag.is_empty()).then(|| print::of(name.as_bytes(), state.as_bytes()));
        Found { place, below: PathBuf::from(&listed.key), size: listed.size, delivered, tag, unread: None }
    }

    async fn listed(&self, bucket: &str, prefix: &str, window: &Window) -> Result<Listing> {
        let mut listing = Listing::default();
        let mut next: VecDeque<Step> = VecDeque::from([self.first(bucket, prefix).await?]);
        let mut running: JoinSet<(Step, Listing, Option<ObjectError>)> = JoinSet::new();
        let mut begun = false;
        loop {
            while let Some(step) = if running.len() < LISTINGS { next.pop_front() } else { None } {
                let (evidence, bucket, window) =
                    (Arc::clone(&self.evidence), bucket.to_owned(), window.clone());
                running.spawn(async move {
                    let (listing, error) = walk(&evidence, &bucket, &window, &step).await;
                    (step, listing, error)
                });
            }
            let Some(done) = running.join_next().await else { return Ok(listing) };
            let (step, part, error) = done.map_err(|_| Problem::new("a listing of S3 broke off"))?;
            if let Some(error) = error {
                if !begun {
                    return Err(told(&error).into());
                }
                self.note(&error);
                listing.unread.push((step.prefix.clone(), reason(&error)));
            }
            begun = true;
            next.extend(part.steps.iter().map(|prefix| Step::of(prefix.clone(), window)));
            listing.files.extend(part.files);
            listing.other += part.other;
            listing.elsewhere |= part.elsewhere;
        }
    }

    /// Where to begin: at `AWSLogs/` below the prefix, where there is such a folder.
    async fn first(&self, bucket: &str, prefix: &str) -> Result<Step> {
        let flat = |prefix: &str| Step { prefix: prefix.to_owned(), after: None, folders: false };
        if inside(prefix).is_some() {
            return Ok(Step { folders: prefix.ends_with('/'), ..flat(prefix) });
        }
        let slash = if prefix.is_empty() || prefix.ends_with('/') { "" } else { "/" };
        let below = format!("{prefix}{slash}AWSLogs/");
        let page = self.evidence.objects().list(bucket, &below, None, true).next().await;
        let page = page.transpose().map_err(|error| told(&error))?.unwrap_or_default();
        let empty = page.folders.is_empty() && page.entries.is_empty();
        Ok(if empty { flat(prefix) } else { Step { folders: true, ..flat(&below) } })
    }

    /// Begins to read an object.
    pub(super) fn start(&self, bucket: &str, key: &str, size: u64) -> Flight {
        let (evidence, bucket, key) = (Arc::clone(&self.evidence), bucket.to_owned(), key.to_owned());
        self.runtime.spawn(async move {
            let object = evidence.objects().get(&bucket, &key, Some(size)).await?;
            Ok(object.bytes)
        })
    }

    /// The bytes, or why there are none.
    pub(super) fn land(&self, flight: Flight) -> std::result::Result<Vec<u8>, String> {
        match self.runtime.block_on(flight) {
            Ok(Ok(bytes)) => Ok(bytes),
            Ok(Err(error)) => {
                self.note(&error);
                Err(reason(&error))
            }
            Err(_) => Err("reading it broke off".to_owned()),
        }
    }

    fn note(&self, error: &ObjectError) {
        let mut help = self.help.lock().unwrap_or_else(PoisonError::into_inner);
        if help.is_none() {
            *help = error.help();
        }
    }
}

/// One listing to make.
#[derive(Clone, Debug)]
struct Step {
    prefix: String,
    after: Option<String>,
    /// Folders are gone into one by one; else all keys behind the prefix are listed at once.
    folders: bool,
}

impl Step {
    /// Of a folder: from the first day on, where it is that of a Region.
    fn of(prefix: String, window: &Window) -> Step {
        let depth = inside(&prefix).map_or(0, |inside| {
            let parts = inside.split('/').filter(|part| !part.is_empty() && !part.starts_with("o-"));
            parts.count()
        });
        let region = depth >= 3;
        let after = window.first_day().filter(|_| depth == 3).map(|day| format!("{prefix}{day}"));
        Step { prefix, after, folders: !region }
    }
}

/// What listings found.
#[derive(Default)]
struct Listing {
    /// Objects, and whether their keys are as CloudTrail writes them.
    files: Vec<(Listed, bool)>,
    /// Folders to go into.
    steps: Vec<String>,
    /// There are files of CloudTrail that nobody asked for.
    elsewhere: bool,
    /// Objects that are no log files.
    other: u64,
    /// What could not be listed, and why.
    unread: Vec<(String, String)>,
}

async fn walk(
    evidence: &Evidence,
    bucket: &str,
    window: &Window,
    step: &Step,
) -> (Listing, Option<ObjectError>) {
    let mut found = Listing::default();
    let mut pages = evidence.objects().list(bucket, &step.prefix, step.after.as_deref(), step.folders);
    while let Some(page) = pages.next().await {
        let page = match page {
            Ok(page) => page,
            Err(error) => return (found, Some(error)),
        };
        let wanted = |folder: &String| match inside(folder) {
            Some(inside) => window.may_hold(inside) && holds_logs(inside),
            None => true,
        };
        found.elsewhere |= !page.folders.iter().all(wanted);
        found.steps.extend(page.folders.into_iter().filter(wanted));
        for listed in page.entries {
            let key = ObjectKey::parse(&listed.key);
            match key.map(|key| (window.kind(&key), window.is_past(&key))) {
                // Keys come in the order of days: what follows is later still.
                Some((_, true)) if step.after.is_some() || is_of_region(&step.prefix) => {
                    found.elsewhere = true;
                    return (found, None);
                }
                Some((Kind::Wanted, _)) => found.files.push((listed, true)),
                Some(_) => found.elsewhere = true,
                None if super::walk::is_log(&listed.key) => found.files.push((listed, false)),
                None => found.other += 1,
            }
        }
    }
    (found, None)
}

/// The key from behind `AWSLogs/` on; `None` iff there is no such folder in it.
fn inside(key: &str) -> Option<&str> {
    let at = if key.starts_with("AWSLogs/") { 0 } else { key.rfind("/AWSLogs/")? + 1 };
    key.get(at + "AWSLogs/".len()..)
}

/// Digests, Insights and network activity are left out by name, and other services deliver to such buckets, too.
fn holds_logs(inside: &str) -> bool {
    let mut parts = inside.split('/').filter(|part| !part.is_empty() && !part.starts_with("o-"));
    parts.nth(1).is_none_or(|folder| matches!(folder, "CloudTrail" | "CloudTrail-Aggregated"))
}

fn is_of_region(prefix: &str) -> bool {
    inside(prefix).is_some_and(|inside| inside.split('/').filter(|part| !part.is_empty()).count() >= 3)
}

/// Why, without the name, which stands beside it.
fn reason(error: &ObjectError) -> String {
    let told = error.to_string();
    let name = format!(
        "s3://{}{}: ",
        error.bucket,
        error.key.as_ref().map(|key| format!("/{key}")).unwrap_or_default()
    );
    told.strip_prefix(&name).unwrap_or(&told).to_owned()
}

fn told(error: &ObjectError) -> Problem {
    let problem = Problem::new(format!("cannot list {error}"));
    match error.help() {
        Some(help) => problem.help(help),
        None => problem,
    }
}

#[cfg(test)]
mod tests {
    use super::{Step, holds_logs, inside};
    use crate::sources::Window;
    use logs::{Filter, milliseconds};

    #[test]
    fn listings_begin_with_the_first_day_of_a_region() {
        let since = milliseconds("2026-11-20T13:00:00Z");
        let window = Window::of(&Filter { since, ..Filter::default() });
        let region = Step::of("p/AWSLogs/o-a/111122223333/CloudTrail/eu-west-1/".to_owned(), &window);
        let after = "p/AWSLogs/o-a/111122223333/CloudTrail/eu-west-1/2026/11/20";
        assert_eq!((region.after.as_deref(), region.folders), (Some(after), false));
        let account = Step::of("p/AWSLogs/o-a/111122223333/".to_owned(), &window);
        assert_eq!((account.after, account.folders), (None, true));
    }

    #[test]
    fn folders_of_logs_are_told_by_their_names() {
        assert_eq!(inside("AWSLogs/1/x"), Some("1/x"));
        assert_eq!(inside("MyAWSLogs/1/x"), None);
        for (inside, holds) in [
            ("o-a/111122223333/", true),
            ("111122223333/CloudTrail/", true),
            ("111122223333/CloudTrail-Digest/", false),
            ("111122223333/elasticloadbalancing/", false),
        ] {
            assert_eq!(holds_logs(inside), holds, "{inside}");
        }
    }
}
