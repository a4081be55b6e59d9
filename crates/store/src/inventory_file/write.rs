//! An inventory written as a file: one entry of each list a line, so that two files can be compared line by line.

use super::FORMAT;
use super::listing::ListingShape;
use super::parts::{SeenShape, list, maybe, member, text, texts};
use super::shape::{
    AccountShape, GapKindShape, GapShape, KindShape, OptInShape, OrganizationShape, PlaceShape,
    RecorderShape, SightingShape, StatusShape,
};
use audit::inventory::{Account, Gap, GapKind, Inventory, OptIn, Place, Sighting};
use cloudtrail::recorder::{Recorder, RecorderKind, Seen};
use cloudtrail::selector::Selectors;
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::io::{self, Write};

/// Writes the inventory as `invoketrail.inventory/1`. The same inventory always gives the same bytes.
///
/// # Errors
/// What the writer says, and [`io::ErrorKind::InvalidData`] iff the document of some selectors is not JSON.
pub fn write_inventory(inventory: &Inventory, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(b"{")?;
    member(out, "format", &FORMAT)?;
    for (name, value) in [("collected_at", &inventory.collected_at), ("partition", &inventory.partition)] {
        out.write_all(b",\n")?;
        member(out, name, value)?;
    }
    out.write_all(b",\n")?;
    member(out, "caller", &inventory.caller)?;
    out.write_all(b",\n")?;
    member(out, "regions_asked", &inventory.regions_asked)?;
    list(out, "accounts", inventory.accounts.iter().map(|one| Ok(account(one))))?;
    list(out, "recorders", inventory.recorders.iter().map(recorder))?;
    list(out, "gaps", inventory.gaps.iter().map(|one| Ok(gap(one))))?;
    list(out, "places", inventory.places.iter().map(|one| Ok(place(one))))?;
    super::extra_facts::write(&inventory.extra, out)?;
    out.write_all(b"}\n")
}

fn account(account: &Account) -> AccountShape<'_> {
    AccountShape {
        id: text(&account.id),
        name: maybe(&account.name),
        state: maybe(&account.state),
        audited: account.audited,
        organization: SeenShape::of(&account.organization, |organization| {
            organization.as_ref().map(|organization| OrganizationShape {
                id: text(&organization.id),
                management_account: text(&organization.management_account),
            })
        }),
        regions: SeenShape::of(&account.regions, |regions| {
            regions.iter().map(|(region, state)| (text(region), opt_in(*state))).collect()
        }),
        stores: SeenShape::of(&account.stores, |stores| texts(stores)),
    }
}

fn opt_in(state: OptIn) -> OptInShape {
    match state {
        OptIn::ByDefault => OptInShape::ByDefault,
        OptIn::Enabled => OptInShape::Enabled,
        OptIn::Disabled => OptInShape::Disabled,
        OptIn::Changing => OptInShape::Changing,
    }
}

fn recorder(recorder: &Recorder) -> io::Result<RecorderShape<'_>> {
    Ok(RecorderShape {
        arn: text(&recorder.arn),
        name: text(&recorder.name),
        kind: match recorder.kind {
            RecorderKind::Trail => KindShape::Trail,
            RecorderKind::EventDataStore => KindShape::EventDataStore,
            RecorderKind::Channel => KindShape::Channel,
        },
        account: text(&recorder.account),
        home_region: text(&recorder.home_region),
        multi_region: recorder.multi_region,
        organization: recorder.organization,
        selectors: selectors(&recorder.selectors)?,
        status: SeenShape::of(&recorder.status, |status| text(status.as_str())),
        log_file_validation: recorder.log_file_validation,
        global_service_events: recorder.global_service_events,
        destination: maybe(&recorder.destination),
    })
}

fn selectors(seen: &Seen<Selectors>) -> io::Result<SeenShape<Cow<'_, RawValue>>> {
    Ok(match seen {
        Seen::Unread(gap) => SeenShape::Gap(*gap),
        Seen::Known(selectors) => SeenShape::Known(Cow::Borrowed(serde_json::from_str(&selectors.document)?)),
    })
}

fn place(place: &Place) -> PlaceShape<'_> {
    PlaceShape {
        account: text(&place.account),
        region: text(&place.region),
        trails: SeenShape::of(&place.trails, |trails| trails.iter().map(sighting).collect()),
        channels: SeenShape::of(&place.channels, |channels| texts(channels)),
        functions: ListingShape::of(&place.functions),
        web_functions: ListingShape::of(&place.web_functions),
        microvm_images: ListingShape::of(&place.microvm_images),
    }
}

fn sighting(sighting: &Sighting) -> SightingShape<'_> {
    SightingShape {
        trail: text(&sighting.trail),
        status: SeenShape::of(&sighting.status, |status| StatusShape {
            logging: status.logging,
            delivery_error: maybe(&status.delivery_error),
            latest_delivery: maybe(&status.latest_delivery),
            digest_error: maybe(&status.digest_error),
            stopped_at: maybe(&status.stopped_at),
        }),
    }
}

fn gap(gap: &Gap) -> GapShape<'_> {
    GapShape {
        account: maybe(&gap.account),
        region: maybe(&gap.region),
        call: text(&gap.call),
        subject: maybe(&gap.subject),
        kind: match gap.kind {
            GapKind::Refused => GapKindShape::Refused,
            GapKind::Failed => GapKindShape::Failed,
            GapKind::NotOffered => GapKindShape::NotOffered,
            GapKind::Interrupted => GapKindShape::Interrupted,
            GapKind::AfterApply => GapKindShape::AfterApply,
        },
        error: text(&gap.error),
    }
}
