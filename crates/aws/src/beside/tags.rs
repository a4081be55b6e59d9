//! The tags of trails and event data stores, from their owners.

use crate::call::Call;
use crate::collect::{listed, pages};
use crate::gap::{Class, Failure};
use crate::pace::Service;
use crate::session::{Reach, Session};
use audit::inventory::{Gap, Inventory};
use aws_sdk_cloudtrail::types::ResourceTag;
use cloudtrail::recorder::RecorderKind;
use futures_util::future::join_all;
use std::collections::BTreeMap;

/// As many resources as ListTags takes at once.
const BATCH: usize = 20;

pub(super) type Tags = Result<BTreeMap<String, String>, Gap>;

/// The tags of every trail and event data store of the inventory, by ARN.
pub(super) async fn of(session: &Session, inventory: &Inventory) -> Vec<(String, Tags)> {
    let mut by_home: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
    for recorder in inventory.recorders.iter().filter(|one| one.kind != RecorderKind::Channel) {
        by_home.entry((&recorder.account, &recorder.home_region)).or_default().push(&recorder.arn);
    }
    let reads = by_home.into_iter().map(|((account, region), arns)| async move {
        match session.reach(account).await {
            Ok(reach) => {
                let batches = arns.chunks(BATCH).map(|arns| batch(session, &reach, region, arns));
                join_all(batches).await.into_iter().flatten().collect()
            }
            Err(gap) => unread(&arns, &gap),
        }
    });
    join_all(reads).await.into_iter().flatten().collect()
}

fn unread(arns: &[&str], gap: &Gap) -> Vec<(String, Tags)> {
    arns.iter().map(|arn| ((*arn).to_owned(), Err(gap.clone()))).collect()
}

async fn batch(session: &Session, reach: &Reach, region: &str, arns: &[&str]) -> Vec<(String, Tags)> {
    let call = Call::new(Service::CloudTrail, "cloudtrail:ListTags", &reach.account, region);
    match list(session, reach, region, arns, &call).await {
        Ok(mut found) => {
            // A resource that the answer leaves out was not told of: that is no "no tags".
            let absent = || Failure::new(Class::Final, "the answer does not name this resource");
            let of = |arn: &&str| {
                let tags = match found.remove(*arn) {
                    Some(tags) => Ok(tags),
                    None => Err(absent().gap(&call.about(arn))),
                };
                ((*arn).to_owned(), tags)
            };
            arns.iter().map(of).collect()
        }
        Err(failure) => unread(arns, &failure.gap(&call)),
    }
}

async fn list(
    session: &Session,
    reach: &Reach,
    region: &str,
    arns: &[&str],
    call: &Call<'_>,
) -> Result<BTreeMap<String, BTreeMap<String, String>>, Failure> {
    let client = reach.cloudtrail(region);
    let ids: Vec<String> = arns.iter().map(|arn| (*arn).to_owned()).collect();
    let (found, failure) = pages(async |next| {
        let answer = session.wire.send(call, || {
            let request =
                client.list_tags().set_resource_id_list(Some(ids.clone())).set_next_token(next.clone());
            Box::pin(async { request.send().await.map_err(Failure::of_sdk) })
        });
        let answer = answer.await?;
        Ok((listed(answer.resource_tag_list, "tags")?, answer.next_token))
    })
    .await;
    match failure {
        Some(failure) => Err(failure),
        None => Ok(gathered(found)),
    }
}

/// By resource; one that stands on two pages has the tags of both. One that stands anywhere without a list is left out: its tags
/// are unknown.
fn gathered(found: Vec<ResourceTag>) -> BTreeMap<String, BTreeMap<String, String>> {
    let mut all: BTreeMap<String, Option<BTreeMap<String, String>>> = BTreeMap::new();
    for one in found {
        let Some(id) = one.resource_id else { continue };
        let tags = all.entry(id).or_insert_with(|| Some(BTreeMap::new()));
        match (&mut *tags, one.tags_list) {
            (Some(tags), Some(listed)) => {
                tags.extend(listed.into_iter().map(|tag| (tag.key, tag.value.unwrap_or_default())));
            }
            _ => *tags = None,
        }
    }
    all.into_iter().filter_map(|(id, tags)| Some((id, tags?))).collect()
}

#[cfg(test)]
mod tests {
    use super::{ResourceTag, gathered};
    use aws_sdk_cloudtrail::types::Tag;

    #[test]
    fn one_page_without_tags_makes_them_unknown() {
        let tag = |key: &str| Tag::builder().key(key).value("x").build().unwrap();
        let of = |id: &str| ResourceTag::builder().resource_id(id);
        let (first, second) = (of("a").tags_list(tag("one")).build(), of("a").tags_list(tag("two")).build());
        let (none, empty) = (of("b").build(), of("c").set_tags_list(Some(Vec::new())).build());
        let known = of("b").tags_list(tag("one")).build();
        let all = gathered(vec![first, known, none, second, empty]);
        assert_eq!(all.keys().collect::<Vec<_>>(), ["a", "c"]);
        assert_eq!((all["a"].len(), all["c"].len()), (2, 0));
    }
}
