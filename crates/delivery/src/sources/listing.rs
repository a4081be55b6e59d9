//! What lies in a bucket for a question: which objects, where they lie, and what becomes of each.

mod looks;
mod steps;

pub(crate) use steps::list_all;

use super::loose::{LooseContent, MISNAMED, STRANGE};
use super::refusal::Refusal;
use crate::layout::is_log;
use aws::Listed;
use logs::LeftOut;
use steps::Step;

/// Objects that are looked into because of what they are called or where they lie: each is a request.
const LOOKED_INTO: usize = 1_000;

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
    looked: Vec<(Listed, Result<LooseContent, String>)>,
    /// Prefixes that could not be listed, and why.
    pub(crate) unread: Vec<(String, Refusal)>,
    /// At least one listing was answered.
    pub(super) answered: bool,
    /// Folders to go into.
    steps: Vec<Step>,
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
                Ok(LooseContent::Nothing) => chosen.left_out.add_other(listed.key),
                Ok(LooseContent::Records) if !is_log(&listed.key) => {
                    chosen.unread.push((listed.key, MISNAMED.to_owned()))
                }
                Ok(LooseContent::Records) => match beside {
                    Some(why) => chosen.unread.push((listed.key, why.to_owned())),
                    None => chosen.read.push(listed),
                },
                Ok(LooseContent::Unread(why)) | Err(why) => chosen.unread.push((listed.key, why)),
            }
        }
        if self.many > 0 {
            let many = self.many;
            let why = format!(
                "{many} objects are not named or placed like log files, and are too many to be looked into: name the prefix that CloudTrail delivers to"
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
