//! The way through a bucket: only the prefixes of the accounts, Regions and days in question, several listings at a time.

use super::super::loose::is_usual;
use super::super::refusal::Refusal;
use super::super::window::{Kind, Window};
use super::looks::look_into;
use super::{Lies, Listing};
use crate::door::Door;
use crate::layout::{depth, holds_logs, inside, is_log};
use aws::{ObjectError, ObjectTrouble};
use logs::ObjectKey;
use std::collections::VecDeque;
use std::sync::Arc;
use tokio::task::JoinSet;

/// Listings under way at the same time, of all places together: a page of each is in memory.
const LISTINGS: usize = 32;
/// Folders around `AWSLogs/` are gone into one by one this far; what lies deeper is listed whole.
const AROUND: u8 = 2;

/// What lies below each prefix of a bucket: a root of deliveries, the folders around some, any part of one, or something else. Folders
/// are listed side by side, whichever place they belong to.
pub(crate) fn list_all(door: &Door, places: &[(&str, &str)], window: &Window) -> Vec<Listing> {
    door.wait(listed(&door.aws, places, window))
}

async fn listed(aws: &Arc<aws::Session>, places: &[(&str, &str)], window: &Window) -> Vec<Listing> {
    let mut listings: Vec<Listing> = places.iter().map(|_| Listing::default()).collect();
    // Without a step it is not known where to begin.
    let mut next: VecDeque<(usize, Option<Step>)> = (0..places.len()).map(|at| (at, None)).collect();
    let mut running: JoinSet<(usize, Listing)> = JoinSet::new();
    loop {
        while let Some((at, step)) = if running.len() < LISTINGS { next.pop_front() } else { None } {
            let Some((bucket, prefix)) = places.get(at) else { continue };
            let (bucket, prefix) = ((*bucket).to_owned(), (*prefix).to_owned());
            let (aws, window) = (Arc::clone(aws), window.clone());
            running.spawn(async move {
                let part = match step {
                    Some(step) => walk(&aws, &bucket, &window, &step).await,
                    None => match first(&aws, &bucket, &prefix, &window).await {
                        Ok(step) => Listing { steps: vec![step], ..Listing::default() },
                        Err(error) => {
                            let unread = vec![(prefix, Refusal::of(&error))];
                            Listing { unread, ..Listing::default() }
                        }
                    },
                };
                (at, part)
            });
        }
        let Some(done) = running.join_next().await else { break };
        // A panic in a task is a defect of ours, and goes on as one.
        let (at, mut part) = done.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()));
        next.extend(part.steps.drain(..).map(|step| (at, Some(step))));
        if let Some(listing) = listings.get_mut(at) {
            listing.take(part);
        }
    }
    for ((bucket, _), listing) in places.iter().zip(&mut listings) {
        // Listings come back as they please, and answers are the same each time.
        listing.files.sort_unstable_by(|(a, _), (b, _)| a.key.cmp(&b.key));
        look_into(aws, bucket, listing).await;
        listing.unread.sort_by(|(a, _), (b, _)| a.cmp(b));
    }
    listings
}

/// Where to begin: at that folder of the layout, or around it, whether or not its slash was typed; else at all that begins so.
async fn first(aws: &aws::Session, bucket: &str, prefix: &str, window: &Window) -> Result<Step, ObjectError> {
    if prefix.is_empty() || prefix.ends_with('/') {
        return Ok(Step::of(prefix.to_owned(), window, 0));
    }
    let folder = format!("{prefix}/");
    let told = if inside(&folder).is_some() { folder.clone() } else { format!("{folder}AWSLogs/") };
    let page = aws.objects().list(bucket, &told, None, true).next().await;
    let page = page.transpose()?.unwrap_or_default();
    if page.folders.is_empty() && page.entries.is_empty() {
        return Ok(Step::beginning(prefix));
    }
    Ok(Step::of(folder, window, 0))
}

/// One listing to make.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Step {
    prefix: String,
    after: Option<String>,
    /// True iff folders are listed one by one; else all keys below the prefix are listed at once.
    folders: bool,
    /// How many folders around `AWSLogs/` were gone into.
    around: u8,
}

impl Step {
    /// Of a folder: from the first day on, where it is that of a Region.
    fn of(prefix: String, window: &Window, around: u8) -> Step {
        let depth = inside(&prefix).map(depth);
        let after = window.first_day().filter(|_| depth == Some(3)).map(|day| format!("{prefix}{day}"));
        let folders = depth.map_or(around < AROUND, |depth| depth < 3);
        Step { prefix, after, folders, around }
    }

    /// Of all that begins with the text, which is no folder's whole name: that of a Region may go on in several ways.
    fn beginning(prefix: &str) -> Step {
        Step { prefix: prefix.to_owned(), after: None, folders: true, around: 0 }
    }

    /// True iff all keys below the prefix are those of one Region, in the order of days.
    fn is_in_days(&self) -> bool {
        self.prefix.ends_with('/') && inside(&self.prefix).is_some_and(|inside| depth(inside) >= 3)
    }

    /// That of a folder in it.
    fn below(&self, folder: String, window: &Window) -> Step {
        Step::of(folder, window, self.around.saturating_add(1))
    }
}

async fn walk(aws: &aws::Session, bucket: &str, window: &Window, step: &Step) -> Listing {
    let mut found = Listing::default();
    let in_days = step.is_in_days();
    let mut pages = aws.objects().list(bucket, &step.prefix, step.after.as_deref(), step.folders);
    while let Some(page) = pages.next().await {
        let page = match page {
            Ok(page) => page,
            Err(error) => {
                let refused = matches!(error.trouble, ObjectTrouble::Refused { .. });
                if refused && !found.answered && step.folders && inside(&step.prefix).is_none() {
                    // Whoever may not look around may yet look inside.
                    found.steps.push(Step::of(format!("{}AWSLogs/", step.prefix), window, step.around));
                }
                found.unread.push((step.prefix.clone(), Refusal::of(&error)));
                return found;
            }
        };
        found.answered = true;
        let wanted = |folder: &String| match inside(folder) {
            Some(inside) => window.may_hold(inside) && holds_logs(inside, window.has_digests()),
            None => true,
        };
        found.elsewhere |= !page.folders.iter().all(wanted);
        let folders = page.folders.into_iter().filter(wanted);
        found.steps.extend(folders.map(|folder| step.below(folder, window)));
        for listed in page.entries {
            let key = ObjectKey::parse(&listed.key);
            match key.map(|key| (window.kind(&key), window.is_past(&key))) {
                // What follows is later still.
                Some((_, true)) if in_days => {
                    found.elsewhere = true;
                    return found;
                }
                Some((Kind::Wanted, _)) if key.is_some_and(|key| is_usual(key.name)) => {
                    found.files.push((listed, Lies::Usual));
                }
                Some((Kind::Wanted, _)) if is_log(&listed.key) => found.files.push((listed, Lies::Delivered)),
                Some((Kind::Wanted, _)) => found.files.push((listed, Lies::Misnamed)),
                Some(_) => found.elsewhere = true,
                None if is_log(&listed.key) => found.files.push((listed, Lies::Loose)),
                None => found.files.push((listed, Lies::Other)),
            }
        }
        found.bound();
    }
    found
}

#[cfg(test)]
mod tests {
    use super::Step;
    use crate::sources::Window;
    use logs::{Filter, milliseconds};

    fn since() -> Window {
        Window::of(&Filter { since: milliseconds("2026-11-20T13:00:00Z"), ..Filter::default() })
    }

    #[test]
    fn listings_begin_with_the_first_day_of_a_region() {
        let of = |prefix: &str| Step::of(prefix.to_owned(), &since(), 0);
        // A trail's own prefix may be called as the root is.
        for root in ["p/AWSLogs/o-a/", "AWSLogs/AWSLogs/", "AWSLogs/a/b/AWSLogs/"] {
            let region = of(&format!("{root}111122223333/CloudTrail/eu-west-1/"));
            let after = format!("{root}111122223333/CloudTrail/eu-west-1/2026/11/20");
            assert_eq!((region.after.as_deref(), region.folders), (Some(after.as_str()), false));
            let account = of(&format!("{root}111122223333/"));
            assert_eq!((account.after, account.folders), (None, true));
        }
    }

    #[test]
    fn only_a_folder_of_one_region_is_in_the_order_of_days() {
        let region = "AWSLogs/111122223333/CloudTrail/us-east-1/";
        assert!(Step::of(region.to_owned(), &since(), 0).is_in_days());
        for beginning in
            ["AWSLogs/111122223333/CloudTrail/us-east", "AWSLogs/111122223333/CloudTrail/us-east-1"]
        {
            let step = Step::beginning(beginning);
            assert_eq!((step.is_in_days(), step.folders), (false, true), "{beginning}");
        }
        for around in ["", "AWSLogs/a/b/c/", "AWSLogs/AWSLogs/", "a/b/c/d/"] {
            assert!(!Step::of(around.to_owned(), &since(), 0).is_in_days(), "{around}");
        }
    }

    #[test]
    fn folders_around_are_gone_into_one_by_one_and_what_is_deeper_is_listed_whole() {
        let mut step = Step::of(String::new(), &since(), 0);
        let mut folders = Vec::new();
        for folder in ["a/", "a/b/", "a/b/c/"] {
            folders.push(step.folders);
            step = step.below(folder.to_owned(), &since());
        }
        assert_eq!(folders, [true, true, false]);
        let root = step.below("a/b/c/AWSLogs/".to_owned(), &since());
        assert!(root.folders, "accounts are always told apart");
    }
}
