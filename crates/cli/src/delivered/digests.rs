//! Digests as they lie there, the keys that sign them, and what both prove.

use super::{Delivered, Holes, Item};
use crate::output::{called, read_within};
use crate::problem::{Problem, say};
use crate::session::Session;
use crate::sources::{Place, Refusal, WAITERS, regular, said, side_by_side, side_by_side_at_most};
use anyhow::Result;
use audit::inventory::GapKind;
use logs::digest::{Asked, Expected, Found, Note, PublicKeys, Reason, Seen, Unread, Validation, Weighing};
use logs::{DEFAULT_LIMIT, Inflater, ObjectKey};
use report::{KeySource, shell};
use std::collections::BTreeSet;
use std::io::Read;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// A digest and the text of its signature, or why the digest could not be read.
type Bytes = Result<(Vec<u8>, Option<String>), Unread>;

/// Digests of a disk that are read at the same time.
const LOCAL: usize = 16;

/// Reads every digest.
pub(crate) fn found(delivered: &Delivered, session: Option<&Session>) -> Vec<Found> {
    // Digests on a disk are waited for by nobody: more threads would take memory alone.
    let at_once = session.map_or(LOCAL, |_| WAITERS);
    side_by_side_at_most(at_once, &delivered.digests, |item| {
        let bucket = delivered.bucket(item);
        let read = match (bucket, session) {
            (Some(bucket), Some(session)) => object(session, bucket, item),
            _ => delivered.path(item).as_deref().map_or(Err(Unread::Missing), local),
        };
        match read {
            Err(why) => Found::new(bucket, &item.key, Err(why), None),
            Ok((packed, signature)) => {
                let mut inflater = Inflater::new(DEFAULT_LIMIT);
                let inflated = inflater.inflate(&packed);
                let content = match &inflated.trouble {
                    None => Ok(inflated.bytes),
                    Some(trouble) => Err(super::hashes::amiss(trouble)),
                };
                Found::new(bucket, &item.key, content, signature.as_deref())
            }
        }
    })
}

fn object(session: &Session, bucket: &str, item: &Item) -> Bytes {
    let object = session.wait(session.aws.objects().get(bucket, &item.key, Some(item.size)));
    let object = object.map_err(|error| match error.trouble {
        aws::ObjectTrouble::Missing => Unread::Missing,
        _ => Unread::Refused { why: Refusal::of(&error).told() },
    })?;
    Ok((object.bytes, object.metadata.user.get("signature").cloned()))
}

/// A copy keeps no metadata: what `aws s3api head-object` printed lies beside it, if somebody kept it.
fn local(path: &Path) -> Bytes {
    let refused = |error: &std::io::Error| Unread::Refused { why: said(error) };
    let bytes = read_regular(path, DEFAULT_LIMIT as u64).map_err(|error| refused(&error))?;
    let mut beside = path.as_os_str().to_owned();
    beside.push(".head.json");
    // Where there is none that can be read, the digest after it may hold the signature, too.
    let head = read_regular(Path::new(&beside), store::limits::KEYS.bytes).ok();
    Ok((bytes, head.and_then(|head| signature(&head))))
}

/// The bytes of a file that lies in a tree which anybody may have made.
fn read_regular(path: &Path, most: u64) -> std::io::Result<Vec<u8>> {
    let file = regular(path)?;
    if file.metadata()?.len() > most {
        return Err(std::io::Error::other(format!("it is larger than the limit of {most} bytes")));
    }
    let mut bytes = Vec::new();
    file.take(most + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn signature(head: &[u8]) -> Option<String> {
    let head: serde_json::Value = serde_json::from_slice(head).ok()?;
    Some(head.get("Metadata")?.get("signature")?.as_str()?.to_owned())
}

/// Where keys come from.
#[derive(Debug)]
pub(crate) enum Keys<'a> {
    /// What `aws cloudtrail list-public-keys` printed.
    Files(&'a [PathBuf]),
    /// AWS, asked in the Region of each digest.
    Live,
}

/// Keys may be valid from the end of a digest on, which is signed later than that.
const AROUND: i64 = 2 * 3_600_000;

/// Keys, and how they were come by.
#[derive(Debug, Default)]
struct Known {
    keys: PublicKeys,
    sources: Vec<KeySource>,
    /// Regions in which they could not be asked for.
    holes: Holes,
    /// Those of them in which the permission is missing.
    refused: Vec<String>,
}

impl Known {
    fn enter(&mut self, (file, region): (Option<String>, Option<String>), read: PublicKeys, found: &[Found]) {
        let named: BTreeSet<String> =
            found.iter().filter_map(|one| Some(one.digest()?.fingerprint.to_ascii_lowercase())).collect();
        let fingerprints =
            read.fingerprints().filter(|one| named.contains(*one)).map(str::to_owned).collect();
        self.sources.push(KeySource { file, region, fingerprints, in_source: false });
        self.keys.extend(read);
    }

    /// Asks CloudTrail in the Region of each digest.
    fn ask(&mut self, session: &Session, found: &[Found], asked: &Range<i64>) {
        let regions: BTreeSet<String> =
            found.iter().filter_map(|one| Some(one.name()?.chain.region)).collect();
        let regions: Vec<String> = regions.into_iter().collect();
        let answers = side_by_side(&regions, |region| {
            let (from, to) = (asked.start.saturating_sub(AROUND), asked.end.saturating_add(AROUND));
            session.wait(session.aws.public_keys(region, from, to)).map_err(Box::new)
        });
        for (region, answer) in regions.into_iter().zip(answers) {
            match answer {
                Ok(listed) => {
                    let mut read = PublicKeys::default();
                    for key in listed {
                        read.add(&key.fingerprint, key.der, (Some(key.valid_from), Some(key.valid_to)));
                    }
                    self.enter((None, Some(region)), read, found);
                }
                Err(gap) => {
                    let call = format!("{} in {region}", gap.call);
                    self.holes.add((None, Some(&region)), &call, &gap.error, 1);
                    if gap.kind == GapKind::Refused {
                        self.refused.push(region);
                    }
                }
            }
        }
    }
}

/// The keys for these digests, where they are from, and in which Regions they could not be asked for.
///
/// # Errors
/// [`Problem`] iff a file cannot be read as keys.
fn keys(from: &Keys<'_>, found: &[Found], asked: &Range<i64>, session: Option<&Session>) -> Result<Known> {
    let mut known = Known::default();
    match (from, session) {
        (Keys::Files(paths), _) => {
            for path in *paths {
                let read = PublicKeys::from_json(&read_within(path, &store::limits::KEYS)?).map_err(|error| {
                    Problem::new(format!("cannot read {} as public keys: {error}", called(path)))
                        .help("`aws cloudtrail list-public-keys --start-time 2026-11-01 --end-time 2026-11-30` prints them")
                })?;
                known.enter((Some(called(path).to_string()), None), read, found);
            }
        }
        (Keys::Live, Some(session)) => known.ask(session, found, asked),
        (Keys::Live, None) => {}
    }
    Ok(known)
}

/// What digests prove, and what could not be seen for it.
#[derive(Debug)]
pub(crate) struct Proven {
    pub(crate) validation: Validation,
    /// Whose keys.
    pub(crate) keys: Vec<KeySource>,
    /// Folders that could not be listed, and keys that could not be asked for, in words.
    pub(crate) unseen: Vec<String>,
}

/// True iff the file lies in a folder that is read.
fn is_below(path: &Path, places: &[Place]) -> bool {
    let whole = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    places.iter().any(|place| match place {
        Place::Folder(root) => {
            whole.starts_with(&root.absolute)
                || root.absolute.canonicalize().is_ok_and(|around| whole.starts_with(around))
        }
        _ => false,
    })
}

/// Says what is worth knowing of keys, those included that could not be had.
fn tell(validation: &Validation, sources: &[KeySource], refused: &[String]) {
    if !refused.is_empty() {
        let regions = refused.join(", ");
        let told = format!(
            "grant cloudtrail:ListPublicKeys in {regions} (see `invoketrail permissions evidence`), or hand the keys over: --public-keys FILE"
        );
        say("help", &told);
    }
    for file in sources.iter().filter(|one| one.in_source).filter_map(|one| one.file.as_ref()) {
        say(
            "note",
            &format!(
                "{file} lies among what it is to prove: whoever can write there can exchange the keys, too"
            ),
        );
    }
    let windows = validation.chains.iter().flat_map(|chain| &chain.windows);
    let of_another_time = windows
        .filter(|one| one.notes.iter().any(|note| matches!(note, Note::KeyOfAnotherTime { .. })))
        .count();
    if of_another_time > 0 {
        let told = "digests are signed with a key that is said to be valid at another time: see notes in --format json";
        say("note", &format!("{of_another_time} {told}"));
    }
}

/// Says of log files that are not there which others have a longer name, or lie there unpacked: somebody may have renamed them.
fn tell_longer(validation: &Validation, delivered: &Delivered) {
    let windows = validation.chains.iter().flat_map(|chain| &chain.windows);
    let missing = windows.flat_map(|window| &window.reasons).filter_map(|reason| match reason {
        Reason::FileMissing { key } => Some(key),
        _ => None,
    });
    for key in missing {
        if let Some(told) = delivered.longer(key) {
            say("note", &format!("{key} is not there; a file with a longer name is: {told}"));
        }
        if let Some(name) = delivered.unpacked(key) {
            let why = "a digest lists packed files: pack it again with gzip, and its content is compared";
            say("note", &format!("{key} is not there; {name} is, which is unpacked: {why}"));
        }
    }
}

/// Digests weighed with keys: which are to be trusted, before any log file is read.
#[derive(Debug)]
pub(crate) struct Weighed<'f> {
    weighing: Weighing<'f>,
    keys: Vec<KeySource>,
    unseen: Vec<String>,
    /// Regions in which nobody may ask for keys.
    refused: Vec<String>,
}

/// Weighs digests. Keys are asked for of the time `signed`.
///
/// # Errors
/// [`Problem`] iff a file of keys cannot be read.
pub(crate) fn weigh<'f>(
    found: &'f [Found],
    (from, places): (&Keys<'_>, &[Place]),
    signed: Option<Range<i64>>,
    session: Option<&Session>,
) -> Result<Weighed<'f>> {
    let Known { keys, mut sources, holes, refused } = keys(from, found, &signed.unwrap_or(0..0), session)?;
    if let Keys::Files(paths) = from {
        for (path, source) in paths.iter().zip(&mut sources) {
            source.in_source = is_below(path, places);
        }
    }
    Ok(Weighed { weighing: Weighing::of(found, &keys), keys: sources, unseen: holes.told(), refused })
}

impl<'f> Weighed<'f> {
    /// What they say of log files.
    pub(crate) fn expected(&self) -> Expected<'f> {
        self.weighing.expected()
    }

    /// What they prove of the time `asked`, of what was delivered.
    pub(crate) fn prove(self, seen: &[Seen], asked: &Asked, delivered: &Delivered) -> Proven {
        let validation = self.weighing.judge_listed(seen, asked, &|key| delivered.unlisted(key));
        tell(&validation, &self.keys, &self.refused);
        tell_longer(&validation, delivered);
        Proven { validation, keys: self.keys, unseen: self.unseen }
    }
}

impl Delivered {
    /// For each digest of a local copy whose signature is missing, the command that writes it beside the copy: `aws s3 sync` keeps no
    /// metadata. In the order of chains.
    pub(crate) fn unsigned(&self, found: &[Found], validation: &Validation) -> Vec<String> {
        let windows = validation.chains.iter().flat_map(|chain| &chain.windows);
        let lacking = windows.filter(|window| window.reasons.contains(&Reason::NoSignature));
        let keys = lacking.filter_map(|window| match &window.digest {
            Some((None, key)) => Some(key),
            _ => None,
        });
        keys.filter_map(|key| {
            let item = self.digests.iter().find(|item| item.key == *key && self.bucket(item).is_none())?;
            let digest = found.iter().filter_map(Found::digest).find(|one| ends_alike(key, &one.key))?;
            Some(format!(
                "aws s3api head-object --bucket {} --key {} > {}",
                shell(&digest.bucket),
                shell(&digest.key),
                shell(&format!("{}.head.json", self.name(item)))
            ))
        })
        .collect()
    }
}

/// True iff both are the same from `AWSLogs/` on.
fn ends_alike(one: &str, other: &str) -> bool {
    let below = |key: &str| ObjectKey::parse(key).map(|key| key.below.to_owned());
    below(one).is_some() && below(one) == below(other)
}

impl Holes {
    /// In words.
    pub(crate) fn told(&self) -> Vec<String> {
        self.all().map(|hole| format!("{}: {}", hole.first.0, hole.first.1)).collect()
    }
}
