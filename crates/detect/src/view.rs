//! Facts as detections look at them: grouped, and with what is usual beside them.

use crate::baseline::{Book, Novel, novel};
use crate::facts::Facts;
use crate::grouped::Grouped;
use crate::recorders::{Judgements, judgements};
use crate::settings::Settings;
use std::cell::OnceCell;
use std::ops::Deref;

/// See the module.
pub struct View<'f> {
    grouped: Grouped<'f>,
    judgements: OnceCell<Judgements>,
    /// What baselines ask.
    book: Book<'f>,
    /// First calls of functions by principals, by principal, then by time.
    novel: Vec<Novel<'f>>,
}

impl<'f> Deref for View<'f> {
    type Target = Grouped<'f>;

    fn deref(&self) -> &Grouped<'f> {
        &self.grouped
    }
}

impl<'f> View<'f> {
    /// Of facts in their one form ([`Facts::tidied`]).
    #[must_use]
    pub fn new(facts: &'f Facts, settings: &'f Settings<'f>) -> View<'f> {
        let grouped = Grouped::new(facts, settings);
        let book = Book::of(&grouped);
        let novel = novel(&grouped, &book);
        View { grouped, judgements: OnceCell::new(), book, novel }
    }

    /// What each call does to the recording that changed a recorder.
    #[must_use]
    pub fn judgements(&self) -> &Judgements {
        self.judgements.get_or_init(|| judgements(&self.grouped))
    }

    /// Calls by principal and by function, with what is usual.
    pub(crate) fn book(&self) -> &Book<'f> {
        &self.book
    }

    /// First calls of functions by principals, by principal, then by time.
    pub(crate) fn novel(&self) -> &[Novel<'f>] {
        &self.novel
    }

    /// Why it is not strange that the principal calls the function, if that is known; `None` iff it is strange: a first call that
    /// nothing explains.
    pub(crate) fn novelty(&self, who: usize, function: u32) -> Option<&Novel<'f>> {
        let from = self.novel.partition_point(|one| one.who < who);
        let mut own = self.novel.get(from..).unwrap_or_default().iter().take_while(|one| one.who == who);
        own.find(|one| one.function == function)
    }
}
