//! An inventory read from a file that anybody may have made.
//!
//! The file is read once, fast; only a file that turns out to be wrong is read again, to say where.

use super::check::check;
use super::extra_facts::{self, ExtraFactsShape};
use super::parts::Text;
use super::plausible;
use super::shape::{
    AccountShape, FileShape, GapKindShape, GapShape, KindShape, OptInShape, PlaceShape, RecorderShape,
    SightingShape,
};
use super::{FORMAT, InventoryFileError};
use audit::inventory::{Account, Gap, GapKind, Inventory, OptIn, Organization, Place, Sighting, TrailStatus};
use cloudtrail::recorder::{Recorder, RecorderKind, StoreStatus};
use cloudtrail::selector::Selectors;
use cloudtrail::selector_json::SelectorsError;
use serde::Deserialize;
use serde_json::error::Category;
use text::shape::in_everyday_words;
use text::visible::excerpt;

/// Bytes of the selectors of one recorder. AWS keeps at most 500 values of 2,048 characters (semantics 3).
const SELECTORS: usize = 4 << 20;

/// Reads `invoketrail.inventory/1`.
///
/// Lists may stand in any order and come back sorted, as the inventory wants them. Members that we do not know are passed
/// over; whatever the audit relies upon is checked.
///
/// # Errors
/// [`InventoryFileError`], in one line, with the place in the file.
pub fn read_inventory(bytes: &[u8]) -> Result<Inventory, InventoryFileError> {
    let text = std::str::from_utf8(bytes)
        .map_err(|error| InventoryFileError::NotText { offset: error.valid_up_to() })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let shape: FileShape<'_> = serde_json::from_str(text).map_err(|error| explain(text, &error))?;
    if shape.format != FORMAT {
        return Err(other_format(&shape.format));
    }
    let mut inventory = inventory(shape)?;
    plausible::check(&inventory)?;
    check(&mut inventory)?;
    Ok(inventory)
}

/// Why the text could not be read: the format first, because another one explains everything else.
fn explain(text: &str, error: &serde_json::Error) -> InventoryFileError {
    #[derive(Deserialize)]
    struct Peek {
        format: Option<serde_json::Value>,
    }
    let problem = excerpt(&in_everyday_words(&error.to_string()), 300);
    match error.classify() {
        Category::Eof if text.trim().is_empty() => return InventoryFileError::Empty,
        Category::Eof => return InventoryFileError::Truncated { problem },
        // What may stand in one of two members is read by its first; a second one looks like broken syntax.
        Category::Syntax if serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok() => {
            let problem = format!("one member, `known` or `gap`, was expected, and there are two: {problem}");
            return InventoryFileError::WrongShape { path: "$".to_owned(), problem };
        }
        Category::Syntax | Category::Io => return InventoryFileError::NotJson { problem },
        Category::Data => {}
    }
    match serde_json::from_str::<Peek>(text) {
        // The shape was wrong before the syntax was: the later problem is the graver one.
        Err(graver) if !graver.is_data() => return explain(text, &graver),
        Err(_) => return InventoryFileError::NotAnInventory { found: "it is not a JSON object".to_owned() },
        Ok(Peek { format: None }) => {
            return InventoryFileError::NotAnInventory { found: "it has no member `format`".to_owned() };
        }
        Ok(Peek { format: Some(serde_json::Value::String(format)) }) if format == FORMAT => {}
        Ok(Peek { format: Some(serde_json::Value::String(format)) }) => return other_format(&format),
        Ok(Peek { format: Some(_) }) => {
            return InventoryFileError::NotAnInventory { found: "its `format` is not text".to_owned() };
        }
    }
    let json = &mut serde_json::Deserializer::from_str(text);
    match serde_path_to_error::deserialize::<_, FileShape<'_>>(json) {
        Err(error) => InventoryFileError::WrongShape {
            path: excerpt(&error.path().to_string(), 200),
            problem: excerpt(&in_everyday_words(&error.inner().to_string()), 300),
        },
        Ok(_) => InventoryFileError::WrongShape { path: ".".to_owned(), problem },
    }
}

fn other_format(format: &str) -> InventoryFileError {
    let version =
        format.strip_prefix("invoketrail.inventory/").and_then(|version| version.parse::<u32>().ok());
    let found = excerpt(format, 60);
    match version {
        Some(2..) => InventoryFileError::FutureVersion { found },
        _ => InventoryFileError::NotAnInventory { found: format!("its format is `{found}`") },
    }
}

fn inventory(shape: FileShape<'_>) -> Result<Inventory, InventoryFileError> {
    let gaps = shape.gaps.len();
    let FileShape {
        recorder_tags,
        cloudtrail_administrators,
        invocations,
        function_tags,
        function_facts,
        ..
    } = shape;
    let extra = ExtraFactsShape {
        recorder_tags,
        cloudtrail_administrators,
        invocations,
        function_tags,
        function_facts,
    };
    let extra = extra_facts::read(extra, gaps, &shape.partition)?;
    let recorders = shape.recorders.into_iter().enumerate().map(|(at, one)| recorder(at, one));
    Ok(Inventory {
        collected_at: shape.collected_at,
        partition: shape.partition,
        caller: shape.caller,
        regions_asked: shape.regions_asked,
        accounts: shape.accounts.into_iter().map(account).collect(),
        recorders: recorders.collect::<Result<_, _>>()?,
        gaps: shape.gaps.into_iter().map(gap).collect(),
        places: shape.places.into_iter().map(place).collect(),
        extra,
    })
}

fn maybe(text: Option<Text<'_>>) -> Option<String> {
    text.map(Text::into_owned)
}

/// An error of which nothing is said is none: AWS's answers are read so, too.
fn error(text: Option<Text<'_>>) -> Option<String> {
    maybe(text).filter(|text| !text.trim().is_empty())
}

fn texts(list: Vec<Text<'_>>) -> Vec<String> {
    list.into_iter().map(Text::into_owned).collect()
}

fn account(shape: AccountShape<'_>) -> Account {
    let opt_in = |state| match state {
        OptInShape::ByDefault => OptIn::ByDefault,
        OptInShape::Enabled => OptIn::Enabled,
        OptInShape::Disabled => OptIn::Disabled,
        OptInShape::Changing => OptIn::Changing,
    };
    Account {
        id: shape.id.into_owned(),
        name: maybe(shape.name),
        state: maybe(shape.state),
        audited: shape.audited,
        organization: shape.organization.into_seen(|organization| {
            organization.map(|organization| Organization {
                id: organization.id.into_owned(),
                management_account: organization.management_account.into_owned(),
            })
        }),
        regions: shape.regions.into_seen(|regions| {
            regions.into_iter().map(|(region, state)| (region.into_owned(), opt_in(state))).collect()
        }),
        stores: shape.stores.into_seen(texts),
    }
}

fn recorder(at: usize, shape: RecorderShape<'_>) -> Result<Recorder, InventoryFileError> {
    let wrong = |error: SelectorsError| InventoryFileError::Selectors {
        recorder: at,
        problem: excerpt(&error.to_string(), 300),
    };
    let selectors = |document: &str| -> Result<Selectors, InventoryFileError> {
        if document.len() > SELECTORS {
            let problem =
                format!("{} bytes are more than {SELECTORS}, the limit for selectors", document.len());
            return Err(InventoryFileError::Selectors { recorder: at, problem });
        }
        cloudtrail::selector_json::from_str(document).map_err(wrong)
    };
    let recorder = Recorder {
        arn: shape.arn.into_owned(),
        name: shape.name.into_owned(),
        kind: match shape.kind {
            KindShape::Trail => RecorderKind::Trail,
            KindShape::EventDataStore => RecorderKind::EventDataStore,
            KindShape::Channel => RecorderKind::Channel,
        },
        account: shape.account.into_owned(),
        home_region: shape.home_region.into_owned(),
        multi_region: shape.multi_region,
        organization: shape.organization,
        selectors: shape.selectors.try_into_seen(|raw| selectors(raw.get()))?,
        status: shape.status.into_seen(|status| StoreStatus::parse(&status)),
        log_file_validation: shape.log_file_validation,
        global_service_events: shape.global_service_events,
        destination: maybe(shape.destination),
    };
    match recorder.selectors.known().and_then(|selectors| contradiction(&selectors.document, &recorder)) {
        Some(problem) => Err(InventoryFileError::Selectors { recorder: at, problem }),
        None => Ok(recorder),
    }
}

/// What stands beside the selectors of a trail or an event data store and is of another one: whose they are is not known then.
fn contradiction(document: &str, recorder: &Recorder) -> Option<String> {
    if recorder.kind == RecorderKind::Channel {
        return None;
    }
    let facts = cloudtrail::selector_json::recorder_facts(document);
    let other = |said: Option<String>, own: &str| said.filter(|said| said != own);
    if let Some(said) =
        other(facts.account, &recorder.account).or_else(|| other(facts.home_region, &recorder.home_region))
    {
        return Some(format!(
            "they say {}, and the recorder is {}",
            excerpt(&said, 100),
            excerpt(&recorder.arn, 300)
        ));
    }
    let limit = facts.one_region.filter(|_| recorder.multi_region);
    limit.map(|said| format!("{said} is set beside them, and the recorder is of all Regions"))
}

fn place(shape: PlaceShape<'_>) -> Place {
    Place {
        account: shape.account.into_owned(),
        region: shape.region.into_owned(),
        trails: shape.trails.into_seen(|trails| trails.into_iter().map(sighting).collect()),
        channels: shape.channels.into_seen(texts),
        functions: shape.functions.into_listing(),
        web_functions: shape.web_functions.into_listing(),
        microvm_images: shape.microvm_images.into_listing(),
    }
}

fn sighting(shape: SightingShape<'_>) -> Sighting {
    Sighting {
        trail: shape.trail.into_owned(),
        status: shape.status.into_seen(|status| TrailStatus {
            logging: status.logging,
            delivery_error: error(status.delivery_error),
            latest_delivery: maybe(status.latest_delivery),
            digest_error: error(status.digest_error),
            stopped_at: maybe(status.stopped_at),
        }),
    }
}

fn gap(shape: GapShape<'_>) -> Gap {
    Gap {
        account: maybe(shape.account),
        region: maybe(shape.region),
        call: shape.call.into_owned(),
        subject: maybe(shape.subject),
        kind: match shape.kind {
            GapKindShape::Refused => GapKind::Refused,
            GapKindShape::Failed => GapKind::Failed,
            GapKindShape::NotOffered => GapKind::NotOffered,
            GapKindShape::Interrupted => GapKind::Interrupted,
            GapKindShape::AfterApply => GapKind::AfterApply,
        },
        error: shape.error.into_owned(),
    }
}
