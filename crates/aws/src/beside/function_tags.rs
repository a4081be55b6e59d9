//! The tags of single functions, where an exception asks for them.

use super::functions::Here;
use super::seen;
use crate::call::Call;
use crate::collect::Collected;
use crate::gap::{Class, Failure};
use crate::pace::Service;
use crate::session::Session;
use audit::inventory::{Gap, Inventory};
use cloudtrail::arn::Arn;
use futures_util::stream::{StreamExt, iter};
use std::collections::BTreeMap;

/// Functions that are asked about at the same time.
const AT_ONCE: usize = 64;

type Tags = Result<BTreeMap<String, String>, Gap>;

impl Session {
    /// Reads the tags of these functions (`lambda:ListTags`, a call for each) and adds them to the inventory; what cannot be read is a gap.
    pub async fn read_function_tags(&self, mut inventory: Inventory, arns: &[&str]) -> Collected {
        self.begin();
        let reads =
            iter(arns).map(|arn| async move { (Box::<str>::from(*arn), self.function_tags(arn).await) });
        let reads: Vec<(Box<str>, Tags)> = reads.buffered(AT_ONCE).collect().await;
        for (arn, tags) in reads {
            let tags = seen(tags, &mut inventory.gaps);
            inventory.extra.function_tags.insert(arn, tags);
        }
        Collected { inventory, requests: self.requests(), interrupted: self.wire.interrupted() }
    }

    async fn function_tags(&self, arn: &str) -> Tags {
        let Some(Arn { account, region, .. }) = Arn::parse(arn) else {
            let call = Call::new(Service::Lambda, "lambda:ListTags", "", "").about(arn);
            return Err(Failure::new(Class::Final, "this is not an ARN").gap(&call));
        };
        let reach = self.reach(account).await?;
        Here { session: self, reach: &reach, region }.tags(arn).await
    }
}
