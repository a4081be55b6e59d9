//! Listings of resources: the one part of the file that may hold a million entries, so it is read straight into the
//! core's values and written straight from them.

use audit::inventory::{Listing, Resource, Serving};
use serde::de::{Deserializer, SeqAccess, Visitor};
use serde::ser::Serializer;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::fmt;

/// `{"resources": [{"arn": "..."}], "gap": null}`
#[derive(Serialize, Deserialize)]
pub(super) struct ListingShape<'a> {
    #[serde(borrow)]
    resources: Resources<'a>,
    gap: Option<usize>,
}

impl<'a> ListingShape<'a> {
    pub(super) fn of(listing: &'a Listing) -> Self {
        ListingShape { resources: Resources(Cow::Borrowed(&listing.resources)), gap: listing.gap }
    }

    pub(super) fn into_listing(self) -> Listing {
        Listing { resources: self.resources.0.into_owned().into(), gap: self.gap }
    }
}

struct Resources<'a>(Cow<'a, [Resource]>);

/// `{"arn": "..."}`; `serving` is left out where the resource is served at home alone, which is nearly always.
#[derive(Serialize, Deserialize)]
struct ResourceShape<'a> {
    #[serde(borrow)]
    arn: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    serving: Option<ServingShape<'a>>,
}

/// `{"also": ["us-west-2"]}` or `{"gap": 3}`
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum ServingShape<'a> {
    Also(Cow<'a, [String]>),
    Gap(usize),
}

impl<'a> ResourceShape<'a> {
    fn of(resource: &'a Resource) -> Self {
        let serving = match &resource.serving {
            Serving::Home => None,
            Serving::Also(regions) => Some(ServingShape::Also(Cow::Borrowed(regions))),
            Serving::Unread(gap) => Some(ServingShape::Gap(*gap)),
        };
        ResourceShape { arn: Cow::Borrowed(&resource.arn), serving }
    }

    fn into_resource(self) -> Resource {
        let serving = match self.serving {
            None => Serving::Home,
            Some(ServingShape::Also(regions)) => Serving::Also(regions.into_owned().into()),
            Some(ServingShape::Gap(gap)) => Serving::Unread(gap),
        };
        Resource { arn: self.arn.into(), serving }
    }
}

impl Serialize for Resources<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(ResourceShape::of))
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Resources<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(Each).map(|resources| Resources(Cow::Owned(resources)))
    }
}

/// Turns each entry into the core's value as it is read.
struct Each;

impl<'de> Visitor<'de> for Each {
    type Value = Vec<Resource>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of resources")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut resources = Vec::new();
        while let Some(shape) = list.next_element::<ResourceShape<'de>>()? {
            resources.push(shape.into_resource());
        }
        // Places are many and kept to the end: what a growing list set aside too much is given back.
        resources.shrink_to_fit();
        Ok(resources)
    }
}
