//! One account: its organization, its Regions, its event data stores, and its places.

use super::organization::Target;
use super::read::{AccountRead, PlaceRead, Read, StoresRead};
use super::{Progress, Run, asked, organization, places, regions, stores};
use crate::error::CollectError;
use crate::session::Reach;
use audit::inventory::{Gap, Organization};
use futures_util::future::{join, join_all};
use std::collections::BTreeMap;

/// Reads an account that was asked for. `organization` is known beforehand iff the organization was asked for.
///
/// # Errors
/// [`CollectError::NoRegion`] iff a Region was asked for that the account's listing does not name.
pub(crate) async fn read(
    run: Run<'_>,
    target: Target,
    organization: Option<Read<Option<Organization>>>,
) -> Result<AccountRead, CollectError> {
    let usable = target.usable();
    let mut account = AccountRead {
        id: target.id,
        name: target.name,
        state: target.state,
        audited: usable,
        organization: Ok(None),
        regions: Ok(BTreeMap::new()),
        stores: StoresRead::none(),
        places: Vec::new(),
    };
    let reach = if usable { Some(run.session.reach(&account.id).await) } else { None };
    match reach {
        // Nobody can work in it, so it has no Regions to speak of.
        None => account.organization = organization.unwrap_or(Ok(None)),
        Some(Ok(reach)) => fill(run, &reach, organization, &mut account).await?,
        Some(Err(gap)) => close(run, &gap, organization, &mut account)?,
    }
    (run.progress)(Progress::Account { id: account.id.clone() });
    Ok(account)
}

async fn fill(
    run: Run<'_>,
    reach: &Reach,
    organization: Option<Read<Option<Organization>>>,
    account: &mut AccountRead,
) -> Result<(), CollectError> {
    let looked_up = async {
        match organization {
            Some(known) => known,
            None => organization::of(run.session, reach).await,
        }
    };
    (account.organization, account.regions) = join(looked_up, regions::of(run.session, reach)).await;
    let wanted = regions::audited(&account.regions, asked(run.options).as_deref(), &run.session.home)?;
    (run.progress)(Progress::Regions { account: reach.account.clone(), count: wanted.len() });
    let places = join_all(wanted.iter().map(|region| places::read(run, reach, region)));
    let stores = stores::of(run, reach, &account.regions, &wanted);
    (account.places, account.stores) = join(places, stores).await;
    Ok(())
}

/// Nothing of the account could be read, for one reason.
fn close(
    run: Run<'_>,
    gap: &Gap,
    organization: Option<Read<Option<Organization>>>,
    account: &mut AccountRead,
) -> Result<(), CollectError> {
    account.organization = organization.unwrap_or(Err(gap.clone()));
    account.regions = Err(gap.clone());
    account.stores = StoresRead::unread(gap);
    let wanted = regions::audited(&account.regions, asked(run.options).as_deref(), &run.session.home)?;
    account.places = wanted.iter().map(|region| PlaceRead::unread(&account.id, region, gap)).collect();
    Ok(())
}

/// Reads an account that was not asked for but owns recorders of those that were: its event data stores alone.
pub(crate) async fn manager(run: Run<'_>, organization: Organization) -> AccountRead {
    let id = organization.management_account.clone();
    let mut account = AccountRead {
        id: id.clone(),
        name: None,
        state: None,
        audited: false,
        organization: Ok(Some(organization)),
        regions: Ok(BTreeMap::new()),
        stores: StoresRead::none(),
        places: Vec::new(),
    };
    match run.session.reach(&id).await {
        Ok(reach) => {
            account.regions = regions::of(run.session, &reach).await;
            let home = std::slice::from_ref(&run.session.home);
            account.stores = stores::of(run, &reach, &account.regions, home).await;
        }
        Err(gap) => {
            // The caller may be the organization's delegated administrator, who sees its stores from an account of its own;
            // that account's own stores come with them, and are theirs by their ARNs. What is not seen that way may still
            // exist, so the listing stays unread.
            account.regions = Err(gap.clone());
            account.stores = StoresRead::unread(&gap);
            let own = run.session.own();
            let regions = regions::of(run.session, &own).await;
            let home = std::slice::from_ref(&run.session.home);
            let seen = stores::of(run, &own, &regions, home).await;
            account.stores.seen.extend(seen.seen.into_iter().filter(|store| store.account == id));
        }
    }
    account
}
