//! What lies in a bucket for a question: only the prefixes of its accounts, Regions and days, several listings at a time.

use super::session::Session;
use super::window::{Kind, Window};
use aws::{Evidence, Listed, ObjectError};
use logs::{Folder, ObjectKey};
use std::collections::VecDeque;
use std::sync::Arc;
use tokio::task::JoinSet;

/// Listings under way at the same time.
const LISTINGS: usize = 8;

/// What listings found.
#[derive(Debug, Default)]
pub(crate) struct Listing {
    /// Objects, and whether their keys are as CloudTrail writes them.
    pub(crate) files: Vec<(Listed, bool)>,
    /// There are files of CloudTrail that nobody asked for.
    elsewhere: bool,
    /// Objects that are no log files.
    pub(super) other: u64,
    /// Prefixes that could not be listed, and why.
    pub(crate) unread: Vec<(String, Refusal)>,
    /// At least one listing was answered.
    pub(super) answered: bool,
    /// Folders to go into.
    steps: Vec<String>,
}

/// Why something could not be had, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// Without the name, which stands beside it.
    pub(crate) why: String,
    /// Where there is something to do.
    pub(crate) help: Option<String>,
}

impl Refusal {
    pub(crate) fn of(error: &ObjectError) -> Self {
        let key = error.key.as_ref().map(|key| format!("/{key}")).unwrap_or_default();
        let (told, name) = (error.to_string(), format!("s3://{}{key}: ", error.bucket));
        Refusal { why: told.strip_prefix(&name).unwrap_or(&told).to_owned(), help: error.help() }
    }

    /// Both in one line.
    pub(crate) fn told(&self) -> String {
        match &self.help {
            Some(help) => format!("{}; {help}", self.why),
            None => self.why.clone(),
        }
    }
}

impl Listing {
    /// True iff objects lie as CloudTrail delivers them: no others are meant then.
    pub(crate) fn is_laid_out(&self) -> bool {
        self.elsewhere || self.files.iter().any(|(_, delivered)| *delivered)
    }

    fn take(&mut self, part: Listing) {
        self.files.extend(part.files);
        self.elsewhere |= part.elsewhere;
        self.other += part.other;
        self.unread.extend(part.unread);
        self.answered |= part.answered;
    }
}

/// What lies below the prefix: a root of deliveries, the folder around one, any part of one, or something else.
pub(crate) fn list(session: &Session, bucket: &str, prefix: &str, window: &Window) -> Listing {
    session.wait(listed(&session.evidence, bucket, prefix, window))
}

async fn listed(evidence: &Arc<Evidence>, bucket: &str, prefix: &str, window: &Window) -> Listing {
    let mut listing = Listing::default();
    let mut next = VecDeque::new();
    match first(evidence, bucket, prefix, window).await {
        Ok(step) => next.push_back(step),
        Err(error) => listing.unread.push((prefix.to_owned(), Refusal::of(&error))),
    }
    let mut running: JoinSet<Listing> = JoinSet::new();
    loop {
        while let Some(step) = if running.len() < LISTINGS { next.pop_front() } else { None } {
            let (evidence, bucket, window) = (Arc::clone(evidence), bucket.to_owned(), window.clone());
            running.spawn(async move { walk(&evidence, &bucket, &window, &step).await });
        }
        let Some(done) = running.join_next().await else { break };
        // A panic in a task is a defect of ours, and goes on as one.
        let mut part = done.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()));
        next.extend(part.steps.drain(..).map(|prefix| Step::of(prefix, window)));
        listing.take(part);
    }
    // Listings come back as they please, and answers are the same each time.
    listing.files.sort_unstable_by(|(a, _), (b, _)| a.key.cmp(&b.key));
    listing.unread.sort_by(|(a, _), (b, _)| a.cmp(b));
    listing
}

/// Where to begin: at that folder of the layout, whether or not its slash was typed, or at `AWSLogs/` below the prefix, where there is
/// such a folder.
async fn first(
    evidence: &Evidence,
    bucket: &str,
    prefix: &str,
    window: &Window,
) -> Result<Step, ObjectError> {
    let whole = prefix.is_empty() || prefix.ends_with('/');
    let folder = if whole { prefix.to_owned() } else { format!("{prefix}/") };
    if whole && inside(&folder).is_some() {
        return Ok(Step::of(folder, window));
    }
    let below = if inside(&folder).is_some() { folder } else { format!("{folder}AWSLogs/") };
    let page = evidence.objects().list(bucket, &below, None, true).next().await;
    let page = page.transpose()?.unwrap_or_default();
    if page.folders.is_empty() && page.entries.is_empty() {
        return Ok(Step { prefix: prefix.to_owned(), after: None, folders: false });
    }
    Ok(Step::of(below, window))
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
        let depth = inside(&prefix).map_or(0, depth);
        let after = window.first_day().filter(|_| depth == 3).map(|day| format!("{prefix}{day}"));
        Step { prefix, after, folders: depth < 3 }
    }
}

async fn walk(evidence: &Evidence, bucket: &str, window: &Window, step: &Step) -> Listing {
    let mut found = Listing::default();
    let in_days = inside(&step.prefix).is_some_and(|inside| depth(inside) >= 3);
    let mut pages = evidence.objects().list(bucket, &step.prefix, step.after.as_deref(), step.folders);
    while let Some(page) = pages.next().await {
        let page = match page {
            Ok(page) => page,
            Err(error) => {
                found.unread.push((step.prefix.clone(), Refusal::of(&error)));
                return found;
            }
        };
        found.answered = true;
        let wanted = |folder: &String| match inside(folder) {
            Some(inside) => window.may_hold(inside) && holds_logs(inside, window),
            None => true,
        };
        found.elsewhere |= !page.folders.iter().all(wanted);
        found.steps.extend(page.folders.into_iter().filter(wanted));
        for listed in page.entries {
            let key = ObjectKey::parse(&listed.key);
            match key.map(|key| (window.kind(&key), window.is_past(&key))) {
                // Keys come in the order of days: what follows is later still.
                Some((_, true)) if in_days => {
                    found.elsewhere = true;
                    return found;
                }
                Some((Kind::Wanted, _)) => found.files.push((listed, true)),
                Some(_) => found.elsewhere = true,
                None if super::walk::is_log(&listed.key) => found.files.push((listed, false)),
                None => found.other += 1,
            }
        }
    }
    found
}

/// The key from behind `AWSLogs/` on; `None` iff there is no such folder in it.
fn inside(key: &str) -> Option<&str> {
    let at = if key.starts_with("AWSLogs/") { 0 } else { key.rfind("/AWSLogs/")? + 1 };
    key.get(at + "AWSLogs/".len()..)
}

/// The folders inside, but for that of an organization.
fn folders(inside: &str) -> impl Iterator<Item = &str> {
    let mut parts = inside.split('/').filter(|part| !part.is_empty()).peekable();
    parts.next_if(|part| part.starts_with("o-"));
    parts
}

/// How deep a folder lies: 1 is an account, 2 a kind of files, 3 a Region.
fn depth(inside: &str) -> usize {
    folders(inside).count()
}

/// Insights, network activity and, where nobody asked for them, digests are left out by name, and other services deliver to such
/// buckets, too.
fn holds_logs(inside: &str, window: &Window) -> bool {
    let kinds = [(Folder::Logs, true), (Folder::Aggregated, true), (Folder::Digests, window.has_digests())];
    let wanted = |folder: &str| kinds.iter().any(|(kind, wanted)| *wanted && kind.as_str() == folder);
    folders(inside).nth(1).is_none_or(wanted)
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
        let digests = Window::default().with_digests();
        for (inside, logs, with_digests) in [
            ("o-a/111122223333/", true, true),
            ("111122223333/CloudTrail/", true, true),
            ("111122223333/CloudTrail-Digest/", false, true),
            ("o-a/111122223333/CloudTrail-Digest/eu-west-1/", false, true),
            ("111122223333/CloudTrail-Insight/", false, false),
            ("111122223333/elasticloadbalancing/", false, false),
        ] {
            assert_eq!(holds_logs(inside, &Window::default()), logs, "{inside}");
            assert_eq!(holds_logs(inside, &digests), with_digests, "{inside}");
        }
    }
}
