//! Facts of functions, for a backout alone: who may invoke each, its URLs, role, tags and triggers.
//!
//! GetPolicy, ListFunctionUrlConfigs and ListTags are calls for each function, paced like all others; roles and event
//! source mappings are listings of the place.

use super::{policy, seen};
use crate::body::{Body, list};
use crate::call::Call;
use crate::collect::{listed, pages};
use crate::gap::{Class, Failure};
use crate::pace::Service;
use crate::session::{Reach, Session};
use audit::extra_facts::{Exposure, FunctionFacts};
use audit::inventory::{Gap, Place};
use cloudtrail::resource::unqualified;
use futures_util::stream::{StreamExt, iter};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Functions of one place that are asked about at the same time.
const AT_ONCE: usize = 8;

type Read<T> = Result<T, Gap>;

/// Facts of one function, as they came.
pub(super) struct FactsRead {
    policy: Read<Exposure>,
    urls: Read<Vec<String>>,
    role: Option<String>,
    tags: Read<BTreeMap<String, String>>,
    triggers: Read<Vec<String>>,
}

/// All functions of a place that cannot be reached.
pub(super) fn unread(place: &Place, gap: &Gap) -> Vec<(Box<str>, FactsRead)> {
    let none = || FactsRead {
        policy: Err(gap.clone()),
        urls: Err(gap.clone()),
        role: None,
        tags: Err(gap.clone()),
        triggers: Err(gap.clone()),
    };
    place.functions.resources.iter().map(|one| (one.arn.clone(), none())).collect()
}

/// With every gap in the inventory's list.
pub(super) fn settled(read: FactsRead, gaps: &mut Vec<Gap>) -> FunctionFacts {
    FunctionFacts {
        policy: seen(read.policy, gaps),
        urls: seen(read.urls, gaps),
        role: read.role,
        tags: seen(read.tags, gaps),
        triggers: seen(read.triggers, gaps),
    }
}

/// The facts of every function at a place, in its order.
pub(super) async fn of(session: &Session, reach: &Reach, place: &Place) -> Vec<(Box<str>, FactsRead)> {
    if place.functions.resources.is_empty() {
        return Vec::new();
    }
    let here = Here { session, reach, region: &place.region };
    let roles = here.roles().await;
    let sources = here.sources().await;
    let facts = iter(&place.functions.resources).map(|one| async {
        let (policy, urls, tags) =
            (here.policy(&one.arn).await, here.urls(&one.arn).await, here.tags(&one.arn).await);
        let triggers = match (&policy, &sources) {
            (Err(gap), _) | (_, Err(gap)) => Err(gap.clone()),
            (Ok(policy), Ok(sources)) => {
                let mut all = sources.get(one.arn.as_ref()).cloned().unwrap_or_default();
                all.extend(policy.services.iter().cloned());
                Ok(all.into_iter().collect())
            }
        };
        let role = roles.get(one.arn.as_ref()).cloned();
        (one.arn.clone(), FactsRead { policy, urls, role, tags, triggers })
    });
    facts.buffered(AT_ONCE).collect().await
}

type Sources = HashMap<String, BTreeSet<String>>;

#[derive(Clone, Copy)]
pub(super) struct Here<'a> {
    pub(super) session: &'a Session,
    pub(super) reach: &'a Reach,
    pub(super) region: &'a str,
}

impl<'a> Here<'a> {
    fn call(self, action: &'static str) -> Call<'a> {
        Call::new(Service::Lambda, action, &self.reach.account, self.region)
    }

    /// Execution roles by function. A listing that breaks off leaves the rest unknown.
    async fn roles(self) -> HashMap<String, String> {
        let client = self.reach.lambda(self.region);
        let call = self.call("lambda:ListFunctions");
        let (found, _) = pages(async |marker| {
            let answer = self.session.wire.send(&call, || {
                let request = client.list_functions().max_items(50).set_marker(marker.clone());
                Box::pin(async { request.send().await.map_err(Failure::of_sdk) })
            });
            let answer = answer.await?;
            Ok((listed(answer.functions, "functions")?, answer.next_marker))
        })
        .await;
        let known = found.into_iter().filter_map(|one| {
            let arn = one.function_arn?;
            Some((unqualified(&arn)?.1.to_owned(), one.role?))
        });
        known.collect()
    }

    /// The services of event source mappings by function.
    async fn sources(self) -> Read<Sources> {
        let client = self.reach.lambda(self.region);
        let call = self.call("lambda:ListEventSourceMappings");
        let (found, failure) = pages(async |marker| {
            let answer = self.session.wire.send(&call, || {
                let request = client.list_event_source_mappings().set_marker(marker.clone());
                Box::pin(async { request.send().await.map_err(Failure::of_sdk) })
            });
            let answer = answer.await?;
            Ok((listed(answer.event_source_mappings, "event source mappings")?, answer.next_marker))
        })
        .await;
        if let Some(failure) = failure {
            return Err(failure.gap(&call));
        }
        let mut sources = Sources::new();
        for mapping in found {
            let Some((_, arn)) = mapping.function_arn.as_deref().and_then(unqualified) else {
                // It may be any function's.
                let error = "an event source mapping was listed without its function";
                return Err(Failure::new(Class::Final, error).gap(&call));
            };
            // A source without an ARN is a self-managed Kafka.
            let source = mapping.event_source_arn.as_deref();
            let service = source.and_then(|arn| arn.split(':').nth(2)).unwrap_or("kafka");
            sources.entry(arn.to_owned()).or_default().insert(service.to_owned());
        }
        Ok(sources)
    }

    async fn policy(self, arn: &str) -> Read<Exposure> {
        let client = self.reach.lambda(self.region);
        let call = self.call("lambda:GetPolicy").about(arn);
        let answer = self.session.wire.send(&call, || {
            let request = client.get_policy().function_name(arn);
            Box::pin(async { request.send().await.map_err(Failure::of_sdk) })
        });
        match answer.await {
            Ok(answer) => {
                let text = answer.policy.unwrap_or_default();
                policy::exposure(&text, &self.reach.account)
                    .map_err(|error| Failure::new(Class::Final, error).gap(&call))
            }
            // A function without a policy has none to get.
            Err(failure) if failure.code.as_deref() == Some("ResourceNotFoundException") => {
                Ok(Exposure::default())
            }
            Err(failure) => Err(failure.gap(&call)),
        }
    }

    async fn urls(self, arn: &str) -> Read<Vec<String>> {
        let client = self.reach.lambda(self.region);
        let call = self.call("lambda:ListFunctionUrlConfigs").about(arn);
        let (found, failure) = pages(async |marker| {
            let body = Body::default();
            let answer = self.session.wire.send(&call, || {
                let request =
                    client.list_function_url_configs().function_name(arn).set_marker(marker.clone());
                let request = request.customize().interceptor(body.clone());
                Box::pin(async { request.send().await.map_err(Failure::of_sdk) })
            });
            let answer = answer.await?;
            let document = body.json();
            document
                .and_then(|document| list(&document, "FunctionUrlConfigs").map(drop))
                .map_err(|error| Failure::new(Class::Final, error))?;
            Ok((answer.function_url_configs, answer.next_marker))
        })
        .await;
        match failure {
            Some(failure) => Err(failure.gap(&call)),
            None => Ok(found.into_iter().map(|one| one.auth_type.as_str().to_owned()).collect()),
        }
    }

    /// The tags of a function.
    pub(super) async fn tags(self, arn: &str) -> Read<BTreeMap<String, String>> {
        let client = self.reach.lambda(self.region);
        let call = self.call("lambda:ListTags").about(arn);
        let answer = self.session.wire.send(&call, || {
            let request = client.list_tags().resource(arn);
            Box::pin(async { request.send().await.map_err(Failure::of_sdk) })
        });
        let answer = answer.await.map_err(|failure| failure.gap(&call))?;
        let tags =
            answer.tags.ok_or_else(|| Failure::new(Class::Final, "the answer holds no tags").gap(&call))?;
        Ok(tags.into_iter().collect())
    }
}
