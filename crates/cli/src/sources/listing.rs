//! What lies in a bucket for a question: only the prefixes of its accounts, Regions and days, several listings at a time.

use super::beside::{Beside, MISNAMED, STRANGE, is_usual};
use super::walk::is_log;
use super::window::{Kind, Window};
use crate::session::Session;
use aws::{Listed, ObjectError, ObjectTrouble};
use logs::{BEGINNING, Beginning, Folder, ObjectKey, beginning};
use report::LeftOut;
use std::collections::VecDeque;
use std::sync::Arc;
use tokio::task::JoinSet;

/// Listings under way at the same time, of all places together: a page of each is in memory.
const LISTINGS: usize = 32;
/// Folders around `AWSLogs/` are gone into one by one this far; what lies deeper is listed whole.
const AROUND: u8 = 2;
/// Objects that are looked into because of what they are called or where they lie: each is a request.
const LOOKED_INTO: usize = 1_000;
/// So many of them at the same time.
const LOOKS: usize = 64;

/// Where an object lies, and what it is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lies {
    /// As CloudTrail delivers.
    Delivered,
    /// Among what CloudTrail delivers, and is not called as that is.
    Misnamed,
    /// Among what CloudTrail delivers, and called as what lies everywhere.
    Usual,
    /// Somewhere else, called as log files are.
    Loose,
    /// Somewhere else.
    Other,
}

/// What listings found.
#[derive(Debug, Default)]
pub(crate) struct Listing {
    /// Objects and where they lie.
    files: Vec<(Listed, Lies)>,
    /// There are files of CloudTrail that nobody asked for.
    elsewhere: bool,
    /// Objects beyond [`LOOKED_INTO`] that nobody looks into.
    many: u64,
    /// What was looked into.
    looked: Vec<(Listed, Result<Beside, String>)>,
    /// Prefixes that could not be listed, and why.
    pub(crate) unread: Vec<(String, Refusal)>,
    /// At least one listing was answered.
    pub(super) answered: bool,
    /// Folders to go into.
    steps: Vec<Step>,
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
    /// True iff objects lie as CloudTrail delivers them: others are read only if they turn out to hold records.
    fn is_laid_out(&self) -> bool {
        let delivered = |lies: &Lies| matches!(lies, Lies::Delivered | Lies::Misnamed | Lies::Usual);
        self.elsewhere || self.files.iter().any(|(_, lies)| delivered(lies))
    }

    /// What becomes of the objects. `beside` says why records beside those that CloudTrail delivered are not read; `None` iff they are.
    pub(crate) fn chosen(&mut self, beside: Option<&str>) -> Chosen {
        let mut chosen = Chosen::default();
        for (listed, lies) in std::mem::take(&mut self.files) {
            match lies {
                Lies::Misnamed => chosen.unread.push((listed.key, STRANGE.to_owned())),
                _ => chosen.read.push(listed),
            }
        }
        for (listed, what) in std::mem::take(&mut self.looked) {
            match what {
                Ok(Beside::Nothing) => chosen.left_out.add_other(listed.key),
                Ok(Beside::Records) if !is_log(&listed.key) => {
                    chosen.unread.push((listed.key, MISNAMED.to_owned()))
                }
                Ok(Beside::Records) => match beside {
                    Some(why) => chosen.unread.push((listed.key, why.to_owned())),
                    None => chosen.read.push(listed),
                },
                Ok(Beside::Unread(why)) | Err(why) => chosen.unread.push((listed.key, why)),
            }
        }
        if self.many > 0 {
            let many = self.many;
            let why = format!(
                "{many} objects are no log files by their names or places, and too many to be looked into: name the prefix that CloudTrail delivers to"
            );
            chosen.unread.push((String::new(), why));
        }
        chosen
    }

    fn take(&mut self, part: Listing) {
        self.files.extend(part.files);
        self.elsewhere |= part.elsewhere;
        self.many += part.many;
        self.unread.extend(part.unread);
        self.answered |= part.answered;
        self.bound();
    }

    /// Forgets what nobody will look into: there may be millions of them.
    fn bound(&mut self) {
        let laid_out = self.is_laid_out();
        let looks =
            |lies: Lies| matches!(lies, Lies::Other | Lies::Usual) || (lies == Lies::Loose && laid_out);
        let mut left = self.files.iter().filter(|(_, lies)| looks(*lies)).count().saturating_sub(LOOKED_INTO);
        if left == 0 {
            return;
        }
        self.many += left as u64;
        // Those with the names of log files are more likely to be some.
        for kind in [Lies::Other, Lies::Usual, Lies::Loose] {
            self.files.retain(|(_, lies)| {
                let goes = *lies == kind && left > 0;
                left -= usize::from(goes);
                !goes
            });
        }
    }
}

/// What becomes of the objects of a listing.
#[derive(Debug, Default)]
pub(crate) struct Chosen {
    /// They are read.
    pub(crate) read: Vec<Listed>,
    /// Keys of those that are a loss, and why they are not read.
    pub(crate) unread: Vec<(String, String)>,
    /// No loss.
    pub(crate) left_out: LeftOut,
}

/// What lies below each prefix of a bucket: a root of deliveries, the folders around some, any part of one, or something else. Folders
/// are listed side by side, whichever place they belong to.
pub(crate) fn list_all(session: &Session, places: &[(&str, &str)], window: &Window) -> Vec<Listing> {
    session.wait(listed(&session.aws, places, window))
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

/// Looks into what is not read, or lies where it is not read: what it holds decides.
async fn look_into(aws: &Arc<aws::Session>, bucket: &str, listing: &mut Listing) {
    let laid_out = listing.is_laid_out();
    let looks = |lies: Lies| matches!(lies, Lies::Other | Lies::Usual) || (lies == Lies::Loose && laid_out);
    let (into, files): (Vec<_>, Vec<_>) =
        std::mem::take(&mut listing.files).into_iter().partition(|(_, lies)| looks(*lies));
    listing.files = files;
    // Consoles make folders of nothing.
    let (empty, into): (Vec<_>, Vec<_>) = into.into_iter().partition(|(listed, _)| listed.size == 0);
    let nothing = |(listed, _): (Listed, _)| {
        let worth = Beside::Nothing.named(&listed.key);
        (listed, Ok(worth))
    };
    listing.looked.extend(empty.into_iter().map(nothing));
    for some in into.chunks(LOOKS) {
        let keys: Vec<&str> = some.iter().map(|(listed, _)| listed.key.as_str()).collect();
        let heads = aws.objects().beginnings(bucket, &keys, BEGINNING).await;
        for ((listed, _), head) in some.iter().zip(heads) {
            let seen = match head {
                Ok(head) => further(aws, bucket, listed, head).await.map(|seen| seen.named(&listed.key)),
                Err(error) => Err(Refusal::of(&error).told()),
            };
            listing.looked.push((listed.clone(), seen));
        }
    }
}

/// Bytes of an object that are looked at where the first do not say what it is.
const FURTHER: usize = 8 << 20;

/// What an object is that begins like that: where it may say so later, more of it is asked for.
async fn further(
    aws: &Arc<aws::Session>,
    bucket: &str,
    listed: &Listed,
    head: Vec<u8>,
) -> Result<Beside, String> {
    let is_whole = |head: &[u8]| head.len() as u64 >= listed.size;
    match beginning(&head, is_whole(&head)) {
        Beginning::Unclear => {}
        told => return Ok(Beside::of(told)),
    }
    let mut more = aws.objects().beginnings(bucket, &[&listed.key], FURTHER).await;
    match more.pop() {
        Some(Ok(head)) => Ok(Beside::of(beginning(&head, is_whole(&head)))),
        Some(Err(error)) => Err(Refusal::of(&error).told()),
        None => Ok(Beside::of(Beginning::Unclear)),
    }
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
struct Step {
    prefix: String,
    after: Option<String>,
    /// Folders are gone into one by one; else all keys behind the prefix are listed at once.
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

    /// True iff all keys behind the prefix are those of one Region, in the order of days.
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
            Some(inside) => window.may_hold(inside) && holds_logs(inside, window),
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

/// The key from behind `AWSLogs/` on, the last one: a trail's own prefix may hold another. `None` iff there is no such folder in it,
/// or another than those of organizations and accounts lies there: that is around one.
pub(super) fn inside(key: &str) -> Option<&str> {
    let inner = key.rfind("/AWSLogs/").map(|at| at + 1);
    let at = inner.or_else(|| key.starts_with("AWSLogs/").then_some(0))?;
    let inside = key.get(at + "AWSLogs/".len()..)?;
    let account = |part: &str| part.len() == 12 && part.bytes().all(|byte| byte.is_ascii_digit());
    // As other services deliver their logs, if they are asked to.
    let other = |part: &str| part.starts_with("aws-account-id=");
    folders(inside).next().is_none_or(|part| account(part) || other(part)).then_some(inside)
}

/// The folders inside, but for that of an organization.
fn folders(inside: &str) -> impl Iterator<Item = &str> {
    let mut parts = inside.split('/').filter(|part| !part.is_empty()).peekable();
    parts.next_if(|part| part.starts_with("o-"));
    parts
}

/// True iff that is where a folder of CloudTrail lies, from that of an account to that of a day, and not what lies in one.
pub(super) fn is_folder(inside: &str) -> bool {
    let parts: Vec<&str> = folders(inside).collect();
    let Some((name, around)) = parts.split_last() else { return false };
    let digits = |count: usize| name.len() == count && name.bytes().all(|byte| byte.is_ascii_digit());
    match around.len() {
        0 => digits(12),
        1 => [Folder::Logs, Folder::Aggregated, Folder::Digests].iter().any(|kind| kind.as_str() == *name),
        2 => logs::is_region(name),
        3 => digits(4),
        4 | 5 => digits(2),
        _ => false,
    }
}

/// How deep a folder lies: 1 is an account, 2 a kind of files, 3 a Region.
fn depth(inside: &str) -> usize {
    folders(inside).count()
}

/// Insights, network activity and, where nobody asked for them, digests are left out by name, and other services deliver to such
/// buckets, too.
pub(super) fn holds_logs(inside: &str, window: &Window) -> bool {
    let kinds = [(Folder::Logs, true), (Folder::Aggregated, true), (Folder::Digests, window.has_digests())];
    let wanted = |folder: &str| kinds.iter().any(|(kind, wanted)| *wanted && kind.as_str() == folder);
    folders(inside).nth(1).is_none_or(wanted)
}

#[cfg(test)]
mod tests {
    use super::{Step, holds_logs, inside};
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

    #[test]
    fn folders_of_logs_are_told_by_their_names() {
        assert_eq!(inside("AWSLogs/111122223333/x"), Some("111122223333/x"));
        assert_eq!(inside("AWSLogs/AWSLogs/111122223333/x"), Some("111122223333/x"));
        assert_eq!(inside("a/AWSLogs/b/AWSLogs/o-a/"), Some("o-a/"));
        assert_eq!(inside("AWSLogs/"), Some(""));
        assert_eq!(inside("AWSLogs/aws-account-id=111122223333/x"), Some("aws-account-id=111122223333/x"));
        for around in ["MyAWSLogs/111122223333/x", "AWSLogs/team/", "AWSLogs", ""] {
            assert_eq!(inside(around), None, "{around}");
        }
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
