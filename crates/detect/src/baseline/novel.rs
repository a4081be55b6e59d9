//! First calls of functions by principals, and what explains them.

use super::book::Book;
use super::excuses::{NEW_FUNCTION, Past, excuse};
use super::places::place;
use super::uses::{Kind, Principal, Use};
use super::works::Session;
use crate::grouped::{Call, Grouped};
use std::collections::{BTreeMap, HashSet};

/// The first call of a function that is not new, by a principal, after enough was learned.
#[derive(Clone, Debug)]
pub(crate) struct Novel<'f> {
    /// Which principal.
    pub(crate) who: usize,
    /// The number of the function's name.
    pub(crate) function: u32,
    /// When.
    pub(crate) time: i64,
    /// The first calls.
    pub(crate) call: Call<'f>,
    /// True iff the principal called nothing before that day.
    pub(crate) is_new: bool,
    /// Functions that the principal called before.
    pub(crate) known: usize,
    /// Since when the principal is known.
    pub(crate) since: i64,
    /// What explains it; `None` iff nothing does.
    pub(crate) excuse: Option<&'static str>,
}

/// All of them, by principal, then by time.
pub(crate) fn novel<'f>(view: &Grouped<'f>, book: &Book<'f>) -> Vec<Novel<'f>> {
    let mut all = Vec::new();
    for (who, (principal, uses)) in book.by_principal().enumerate() {
        of_principal(view, book, who, principal, uses, &mut all);
    }
    all
}

fn of_principal<'f>(
    view: &Grouped<'f>,
    book: &Book<'f>,
    who: usize,
    principal: &Principal<'f>,
    uses: &[Use<'f>],
    all: &mut Vec<Novel<'f>>,
) {
    let direct: Vec<&Use<'f>> = uses.iter().filter(|one| one.kind == Kind::Direct).collect();
    let Some(first) = direct.first().map(|one| one.time()) else { return };
    let mut by_function: BTreeMap<u32, Vec<&Use<'f>>> = BTreeMap::new();
    for one in &direct {
        by_function.entry(one.call.key.function).or_default().push(one);
    }
    let mut past = Past::new(principal, first, &by_function);
    // Functions that it first called from elsewhere with another program than ever: that makes no habit of calling new ones.
    let mut foreign: HashSet<u32> = HashSet::new();
    for one in direct {
        let function = one.call.key.function;
        if past.is_first(function) {
            let Some(known) = book.function(&one.call) else { continue };
            let old = known.first + NEW_FUNCTION <= one.time();
            if old && book.has_learned(view, known.account, one.time()) {
                let excuse = excuse(view, book, &past, one, known);
                let (is_new, known, since) = (past.is_new(one.time()), past.functions(), first);
                past.judged(one.time(), excuse.is_some());
                all.push(Novel {
                    who,
                    function,
                    time: one.time(),
                    call: one.call,
                    is_new,
                    known,
                    since,
                    excuse,
                });
            } else if !old {
                past.judged(one.time(), true);
            }
            let way = view.way(&one.call);
            let place = place(&way, view.settings);
            let session = Session { principal: principal.caller.name, name: way.session };
            if book.works.is_foreign(session, &place, way.agent, one.time()) {
                foreign.insert(function);
            }
            past.enter_function(function, one.time(), old && !foreign.contains(&function));
        }
        if !foreign.contains(&function) {
            past.enter(view, &one.call);
        }
    }
}
