//! The accounts and Regions of a document that stands alone, without any recorder and function.

use super::elsewhere;
use super::homes::Homes;
use crate::document::{Document, property};
use crate::value::Value;
use audit::inventory::{Account, Gap, GapKind, Inventory, Listing, OptIn, Place};
use cloudtrail::recorder::Seen;
use std::collections::{BTreeMap, BTreeSet};

/// Every place where the document has something, or a recorder of it records before the change, seen and empty.
pub(super) fn base(document: &Document, homes: &Homes) -> Inventory {
    let elsewhere = elsewhere::regions(document, homes);
    let mut places: BTreeSet<(&str, &str)> = homes.places().collect();
    for (account, regions) in &elsewhere {
        places.extend(regions.iter().map(|region| (account.as_str(), region.as_str())));
    }
    let regions: BTreeSet<&str> = places.iter().map(|(_, region)| *region).collect();
    let ids: BTreeSet<&str> = places.iter().map(|(account, _)| *account).collect();
    let mut gaps = Vec::new();
    // Of one account it does not matter whether it is in an organization: nothing else is in this world.
    let organization = if ids.len() > 1 && has_organization(document) {
        gaps.push(Gap {
            account: None,
            region: None,
            call: "organizations:DescribeOrganization".to_owned(),
            subject: None,
            kind: GapKind::AfterApply,
            error: "the file does not say which accounts are in the organization".to_owned(),
        });
        Seen::Unread(0)
    } else {
        Seen::Known(None)
    };
    let accounts = ids.into_iter().map(|id| Account {
        id: id.to_owned(),
        name: None,
        state: None,
        audited: true,
        organization: organization.clone(),
        regions: Seen::Known(
            places
                .iter()
                .filter(|(account, _)| *account == id)
                .map(|(_, region)| ((*region).to_owned(), OptIn::Enabled))
                .collect::<BTreeMap<_, _>>(),
        ),
        stores: Seen::Known(Vec::new()),
    });
    Inventory {
        collected_at: String::new(),
        partition: homes.partition.clone(),
        caller: None,
        regions_asked: Some(regions.into_iter().map(str::to_owned).collect()),
        accounts: accounts.collect(),
        places: places.into_iter().map(|(account, region)| empty(account, region)).collect(),
        recorders: Vec::new(),
        gaps,
        extra: audit::extra_facts::ExtraFacts::default(),
    }
}

fn empty(account: &str, region: &str) -> Place {
    Place {
        account: account.to_owned(),
        region: region.to_owned(),
        trails: Seen::Known(Vec::new()),
        channels: Seen::Known(Vec::new()),
        functions: Listing::default(),
        web_functions: Listing::default(),
        microvm_images: Listing::default(),
    }
}

/// True iff a recorder is one of an organization, or may be.
fn has_organization(document: &Document) -> bool {
    let names = [property::ORGANIZATION_TRAIL, property::ORGANIZATION_STORE];
    document.resources.iter().any(|one| {
        let sides = names.iter().flat_map(|name| [one.was(name), one.is(name)]);
        sides.flatten().any(|flag| *flag != Value::Bool(false))
    })
}
