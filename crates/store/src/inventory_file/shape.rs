//! The shape of the file: what serde reads and writes, and nothing that decides.
//!
//! Members that we do not know are passed over when reading, because later versions may add some.

use super::extra_facts::{AdministratorsShape, CountsShape, FactsShape, FunctionTagsShape, TagsShape};
use super::listing::ListingShape;
use super::parts::{SeenShape, Text};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// The whole file, as it is read. Written member by member: see `write`.
#[derive(Deserialize)]
pub(super) struct FileShape<'a> {
    pub(super) format: String,
    pub(super) collected_at: String,
    pub(super) partition: String,
    pub(super) caller: Option<String>,
    pub(super) regions_asked: Option<Vec<String>>,
    #[serde(borrow)]
    pub(super) accounts: Vec<AccountShape<'a>>,
    #[serde(borrow)]
    pub(super) recorders: Vec<RecorderShape<'a>>,
    #[serde(borrow)]
    pub(super) gaps: Vec<GapShape<'a>>,
    #[serde(borrow)]
    pub(super) places: Vec<PlaceShape<'a>>,
    #[serde(borrow, default)]
    pub(super) recorder_tags: Vec<TagsShape<'a>>,
    #[serde(borrow, default)]
    pub(super) cloudtrail_administrators: Vec<AdministratorsShape<'a>>,
    #[serde(borrow, default)]
    pub(super) invocations: Vec<CountsShape<'a>>,
    #[serde(borrow, default)]
    pub(super) function_tags: Vec<FunctionTagsShape<'a>>,
    #[serde(borrow, default)]
    pub(super) function_facts: Vec<FactsShape<'a>>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct AccountShape<'a> {
    pub(super) id: Text<'a>,
    pub(super) name: Option<Text<'a>>,
    pub(super) state: Option<Text<'a>>,
    pub(super) audited: bool,
    pub(super) organization: SeenShape<Option<OrganizationShape<'a>>>,
    pub(super) regions: SeenShape<BTreeMap<Text<'a>, OptInShape>>,
    pub(super) stores: SeenShape<Vec<Text<'a>>>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct OrganizationShape<'a> {
    pub(super) id: Text<'a>,
    pub(super) management_account: Text<'a>,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum OptInShape {
    ByDefault,
    Enabled,
    Disabled,
    Changing,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum KindShape {
    Trail,
    EventDataStore,
    Channel,
}

#[derive(Serialize, Deserialize)]
pub(super) struct RecorderShape<'a> {
    pub(super) arn: Text<'a>,
    pub(super) name: Text<'a>,
    pub(super) kind: KindShape,
    pub(super) account: Text<'a>,
    pub(super) home_region: Text<'a>,
    pub(super) multi_region: bool,
    pub(super) organization: bool,
    /// The document of AWS as it is: read by `cloudtrail::selector_json`, so that what we do not understand survives.
    pub(super) selectors: SeenShape<Cow<'a, RawValue>>,
    pub(super) status: SeenShape<Text<'a>>,
    pub(super) log_file_validation: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) global_service_events: Option<bool>,
    pub(super) destination: Option<Text<'a>>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct PlaceShape<'a> {
    pub(super) account: Text<'a>,
    pub(super) region: Text<'a>,
    pub(super) trails: SeenShape<Vec<SightingShape<'a>>>,
    pub(super) channels: SeenShape<Vec<Text<'a>>>,
    #[serde(borrow)]
    pub(super) functions: ListingShape<'a>,
    #[serde(borrow)]
    pub(super) web_functions: ListingShape<'a>,
    #[serde(borrow)]
    pub(super) microvm_images: ListingShape<'a>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct SightingShape<'a> {
    pub(super) trail: Text<'a>,
    pub(super) status: SeenShape<StatusShape<'a>>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct StatusShape<'a> {
    pub(super) logging: bool,
    pub(super) delivery_error: Option<Text<'a>>,
    pub(super) latest_delivery: Option<Text<'a>>,
    pub(super) digest_error: Option<Text<'a>>,
    pub(super) stopped_at: Option<Text<'a>>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct GapShape<'a> {
    pub(super) account: Option<Text<'a>>,
    pub(super) region: Option<Text<'a>>,
    pub(super) call: Text<'a>,
    pub(super) subject: Option<Text<'a>>,
    pub(super) kind: GapKindShape,
    pub(super) error: Text<'a>,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum GapKindShape {
    Refused,
    Failed,
    NotOffered,
    Interrupted,
    AfterApply,
}
