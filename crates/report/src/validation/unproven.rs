//! Why no digest proves a log file, in words, and how many log files there are of which that is so.

use logs::digest::{Chain, Unproven, UnprovenFile, Validation};
use logs::{ObjectKey, text_of};
use std::collections::BTreeSet;

/// The true reason, as far as what was read shows it.
pub(super) fn why(validation: &Validation, file: &UnprovenFile) -> String {
    let key = ObjectKey::parse(&file.key);
    let of = |chain: &Chain| {
        key.as_ref().is_some_and(|key| {
            (chain.organization.as_deref(), chain.account.as_str(), chain.region.as_str())
                == (key.organization, key.account, key.region)
        })
    };
    let here = || validation.chains.iter().filter(|one| of(&one.chain));
    // What could not be listed may hold digests.
    let listed = validation.unlisted.is_empty();
    let first = || {
        let begins = here().flat_map(|one| &one.windows).filter(|window| window.digest.is_some());
        let first = begins.map(|window| window.from).min()?;
        key.as_ref().and_then(ObjectKey::delivered).filter(|at| listed && *at < first).map(|_| first)
    };
    match file.why {
        Unproven::Young => "delivered after the newest digest; the next one may list it".to_owned(),
        Unproven::Unverified => "only digests that could not be verified list it".to_owned(),
        Unproven::Unread | Unproven::Unreferenced if first().is_some() => format!(
            "delivered before the first digest that is there, which begins at {}",
            first().map(text_of).unwrap_or_default()
        ),
        Unproven::Unread => {
            "no digest that was read lists it, and not all digests of its account and Region could be read"
                .to_owned()
        }
        Unproven::Unreferenced if listed && key.is_some() && here().next().is_none() => {
            "no digest of its trail, account and Region is there".to_owned()
        }
        Unproven::Unreferenced if !listed => {
            "no digest that was found lists it, and not everything could be listed".to_owned()
        }
        Unproven::Unreferenced => {
            "no digest lists it: backfill is pending, another trail delivered it, or it is forged".to_owned()
        }
    }
}

/// How many log files there are, listed or not; `None` where several chains may list the same file.
pub(super) fn all_files(validation: &Validation) -> Option<u64> {
    let mut places = BTreeSet::new();
    let apart = validation
        .chains
        .iter()
        .all(|one| places.insert((&one.chain.organization, &one.chain.account, &one.chain.region)));
    let unproven = u64::try_from(validation.unproven.len()).ok()?;
    apart.then(|| validation.totals.files.listed + unproven)
}
