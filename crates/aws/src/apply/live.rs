//! Settings of AWS itself, read and set. Selectors travel as the documents they are, so that members which the SDK does not
//! know survive.

use super::carry_out::{Made, World};
use crate::body::{Body, advanced_selectors, selectors_of_trail};
use crate::call::Call;
use crate::endpoint::Target;
use crate::gap::{Class, Failure};
use crate::options::Limits;
use crate::pace::Service;
use crate::raw;
use crate::session::{Reach, Session};
use audit::change::{Bucket, Change, NewTrail, Setting, State, Turn};
use aws_sdk_cloudtrail::types::Trail;
use aws_smithy_types::body::SdkBody;
use cloudtrail::recorder::RecorderKind;
use std::future::Future;
use tokio::time::sleep;

/// How often something is read back until it is as it was set: CloudTrail is slow to agree with itself at times.
const READ_BACKS: u32 = 5;
/// How often a conflict is waited for: AWS says "a few minutes".
const CONFLICTS: u32 = 12;

pub(super) struct Live<'a> {
    pub(super) session: &'a Session,
    pub(super) limits: Limits,
}

impl World for Live<'_> {
    async fn read(&mut self, change: &Change) -> Result<State, Failure> {
        let reach = self.reach(change).await?;
        let at = At { session: self.session, reach: &reach, change };
        let flag = |trail: Option<Trail>, flag: fn(&Trail) -> Option<bool>| match trail {
            Some(trail) => State::Flag(flag(&trail).unwrap_or(false)),
            None => State::Gone,
        };
        match &change.setting {
            Setting::Bucket(turn) => at.bucket(turn).await.map(State::Bucket),
            Setting::Trail(_) => Ok(State::Trail(at.trail().await?.map(|trail| new_trail(&trail)))),
            Setting::MultiRegion(_) => Ok(flag(at.trail().await?, |trail| trail.is_multi_region_trail)),
            Setting::LogFileValidation(_) => {
                Ok(flag(at.trail().await?, |trail| trail.log_file_validation_enabled))
            }
            Setting::Selectors(_) => or_gone(at.selectors().await.map(State::Selectors)),
            Setting::Logging(_) => or_gone(at.logging().await.map(State::Flag)),
        }
    }

    async fn set(&mut self, change: &Change) -> Result<Made, Failure> {
        let reach = self.reach(change).await?;
        let at = At { session: self.session, reach: &reach, change };
        if at.deletes_bucket_in_use().await? {
            return Ok(Made::Kept);
        }
        for attempt in 0.. {
            match at.set().await {
                Err(failure)
                    if failure.code.as_deref() == Some("ConflictException") && attempt < CONFLICTS =>
                {
                    sleep(self.limits.conflict).await;
                }
                // CloudTrail writes a file within minutes, and log files are never deleted.
                Err(failure)
                    if failure.code.as_deref() == Some("BucketNotEmpty")
                        && matches!(change.setting, Setting::Bucket(Turn { after: None, .. })) =>
                {
                    return Ok(Made::Kept);
                }
                result => return result.map(|()| Made::Set),
            }
        }
        Ok(Made::Set)
    }

    async fn wait(&mut self, attempt: u32) -> bool {
        if attempt >= READ_BACKS {
            return false;
        }
        sleep(self.limits.backoff * 2_u32.pow(attempt)).await;
        true
    }
}

impl Live<'_> {
    async fn reach(&self, change: &Change) -> Result<Reach, Failure> {
        let reach = self.session.reach(&change.target.account).await;
        reach.map_err(|gap| Failure::new(Class::Refused, format!("{}: {}", gap.call, gap.error)))
    }
}

/// One setting at its home.
struct At<'a> {
    session: &'a Session,
    reach: &'a Reach,
    change: &'a Change,
}

impl At<'_> {
    fn call(&self, service: Service, action: &'static str) -> Call<'_> {
        let target = &self.change.target;
        Call::new(service, action, &self.reach.account, &target.home_region).about(&target.arn)
    }

    fn client(&self) -> aws_sdk_cloudtrail::Client {
        self.reach.cloudtrail(&self.change.target.home_region)
    }

    /// Sends a write; failures name the call, because its permission may be missing.
    async fn write<T, F>(&self, action: &'static str, request: impl Fn() -> F) -> Result<T, Failure>
    where
        F: Future<Output = Result<T, Failure>> + Send,
    {
        let call = self.call(Service::CloudTrailWrite, action);
        self.session.wire.send(&call, || Box::pin(request())).await.map_err(|failure| named(failure, action))
    }

    /// True iff it deletes a bucket that a trail delivers to: the trail that it was made for is gone by then, where it was made at all. A bucket is empty until the first log file comes, and again after
    /// each that a lifecycle rule removes.
    async fn deletes_bucket_in_use(&self) -> Result<bool, Failure> {
        let Setting::Bucket(Turn { before: Some(bucket), after: None }) = &self.change.setting else {
            return Ok(false);
        };
        let uses = |trail: &Trail| trail.s3_bucket_name.as_ref() == Some(&bucket.name);
        Ok(self.trails().await?.iter().any(uses))
    }

    async fn trail(&self) -> Result<Option<Trail>, Failure> {
        let arn = &self.change.target.arn;
        Ok(self.trails().await?.into_iter().find(|trail| trail.trail_arn.as_ref() == Some(arn)))
    }

    /// All trails that record in the Region.
    async fn trails(&self) -> Result<Vec<Trail>, Failure> {
        const ACTION: &str = "cloudtrail:DescribeTrails";
        let client = self.client();
        let call = self.call(Service::CloudTrail, ACTION);
        let answer = self.session.wire.send(&call, || {
            let request = client.describe_trails().include_shadow_trails(true);
            Box::pin(async { request.send().await.map_err(Failure::of_sdk) })
        });
        let answer = answer.await.map_err(|failure| named(failure, ACTION))?;
        answer.trail_list.ok_or_else(|| Failure::new(Class::Final, "the answer holds no list of trails"))
    }

    async fn logging(&self) -> Result<bool, Failure> {
        const ACTION: &str = "cloudtrail:GetTrailStatus";
        let client = self.client();
        let call = self.call(Service::CloudTrail, ACTION);
        let answer = self.session.wire.send(&call, || {
            let request = client.get_trail_status().name(&self.change.target.arn);
            Box::pin(async { request.send().await.map_err(Failure::of_sdk) })
        });
        let answer = answer.await.map_err(|failure| named(failure, ACTION))?;
        answer.is_logging.ok_or_else(|| Failure::new(Class::Final, "the answer does not say whether it logs"))
    }

    async fn selectors(&self) -> Result<String, Failure> {
        let (client, body, arn) = (self.client(), Body::default(), &self.change.target.arn);
        let read = if self.change.target.kind == RecorderKind::EventDataStore {
            const ACTION: &str = "cloudtrail:GetEventDataStore";
            let call = self.call(Service::CloudTrail, ACTION);
            let answer = self.session.wire.send(&call, || {
                let request = client.get_event_data_store().event_data_store(arn);
                let request = request.customize().interceptor(body.clone());
                Box::pin(async { request.send().await.map_err(Failure::of_sdk) })
            });
            answer.await.map_err(|failure| named(failure, ACTION))?;
            body.json().and_then(|document| advanced_selectors(&document))
        } else {
            const ACTION: &str = "cloudtrail:GetEventSelectors";
            let call = self.call(Service::CloudTrail, ACTION);
            let answer = self.session.wire.send(&call, || {
                let request = client.get_event_selectors().trail_name(arn);
                let request = request.customize().interceptor(body.clone());
                Box::pin(async { request.send().await.map_err(Failure::of_sdk) })
            });
            answer.await.map_err(|failure| named(failure, ACTION))?;
            body.json().and_then(|document| selectors_of_trail(&document))
        };
        let written = read.and_then(|selectors| {
            cloudtrail::selector_json::as_found(&selectors).map_err(|error| error.to_string())
        });
        written.map_err(|error| Failure::new(Class::Final, error))
    }

    async fn bucket(&self, turn: &Turn<Option<Bucket>>) -> Result<Option<Bucket>, Failure> {
        let Some(wanted) = turn.after.as_ref().or(turn.before.as_ref()) else { return Ok(None) };
        let target = self.s3()?;
        let call = self.call(Service::S3, "s3:GetBucketPolicy");
        let path = format!("/{}", wanted.name);
        let owner = Some(self.change.target.account.as_str());
        let request = raw::Rest { method: "GET", path: &path, query: "policy", body: "", owner };
        let answer = self.session.wire.send(&call, || Box::pin(raw::rest(self.reach, &target, request)));
        match answer.await {
            Ok(policy) => Ok(Some(Bucket { name: wanted.name.clone(), policy: canonical(&policy) })),
            Err(failure) => match failure.code.as_deref() {
                Some("NoSuchBucket") => Ok(None),
                Some("NoSuchBucketPolicy") => {
                    Ok(Some(Bucket { name: wanted.name.clone(), policy: String::new() }))
                }
                _ => Err(named(failure, "s3:GetBucketPolicy")),
            },
        }
    }

    fn s3(&self) -> Result<Target, Failure> {
        let partition = &self.session.caller.partition;
        Target::s3(partition, &self.change.target.home_region)
            .ok_or_else(|| Failure::new(Class::Final, "the address of S3 in this partition is not known"))
    }

    async fn set(&self) -> Result<(), Failure> {
        let (client, target) = (self.client(), &self.change.target);
        match &self.change.setting {
            Setting::Bucket(turn) => self.set_bucket(turn).await,
            Setting::Trail(turn) => match &turn.after {
                Some(new) => self.create(new).await,
                None => {
                    // A delegated administrator names the management account's trail by its ARN.
                    let own = target.owner() == target.account;
                    let name = if own { &target.name } else { &target.arn };
                    let request = || client.delete_trail().name(name);
                    self.write("cloudtrail:DeleteTrail", || async {
                        request().send().await.map(drop).map_err(Failure::of_sdk)
                    })
                    .await
                }
            },
            Setting::MultiRegion(turn) => {
                let request = || client.update_trail().name(&target.arn).is_multi_region_trail(turn.after);
                self.write("cloudtrail:UpdateTrail", || async {
                    request().send().await.map(drop).map_err(Failure::of_sdk)
                })
                .await
            }
            Setting::LogFileValidation(turn) => {
                let request =
                    || client.update_trail().name(&target.arn).enable_log_file_validation(turn.after);
                self.write("cloudtrail:UpdateTrail", || async {
                    request().send().await.map(drop).map_err(Failure::of_sdk)
                })
                .await
            }
            Setting::Selectors(turn) => self.put_selectors(&turn.after).await,
            Setting::Logging(turn) if turn.after => {
                let request = || client.start_logging().name(&target.arn);
                self.write("cloudtrail:StartLogging", || async {
                    request().send().await.map(drop).map_err(Failure::of_sdk)
                })
                .await
            }
            Setting::Logging(_) => {
                let request = || client.stop_logging().name(&target.arn);
                self.write("cloudtrail:StopLogging", || async {
                    request().send().await.map(drop).map_err(Failure::of_sdk)
                })
                .await
            }
        }
    }

    async fn create(&self, new: &NewTrail) -> Result<(), Failure> {
        let client = self.client();
        let request = || {
            client
                .create_trail()
                .name(&self.change.target.name)
                .s3_bucket_name(&new.bucket)
                .is_organization_trail(new.organization)
                .is_multi_region_trail(new.multi_region)
                .enable_log_file_validation(new.log_file_validation)
        };
        self.write("cloudtrail:CreateTrail", || async {
            request().send().await.map(drop).map_err(Failure::of_sdk)
        })
        .await
    }

    /// The SDK builds and signs the request; its body is ours, because the SDK's types would lose what they do not know.
    async fn put_selectors(&self, document: &str) -> Result<(), Failure> {
        let (client, target) = (self.client(), &self.change.target);
        let wrong = |error: serde_json::Error| Failure::new(Class::Final, error.to_string());
        let mut body: serde_json::Map<String, serde_json::Value> =
            serde_json::from_str(document).map_err(wrong)?;
        let store = target.kind == RecorderKind::EventDataStore;
        let name = if store { "EventDataStore" } else { "TrailName" };
        body.insert(name.to_owned(), target.arn.clone().into());
        let body = serde_json::to_string(&body).map_err(wrong)?;
        if store {
            let request = || {
                let body = body.clone();
                client
                    .update_event_data_store()
                    .event_data_store(&target.arn)
                    .customize()
                    .mutate_request(move |request| replace(request, &body))
            };
            self.write("cloudtrail:UpdateEventDataStore", || async {
                request().send().await.map(drop).map_err(Failure::of_sdk)
            })
            .await
        } else {
            let request = || {
                let body = body.clone();
                client
                    .put_event_selectors()
                    .trail_name(&target.arn)
                    .customize()
                    .mutate_request(move |request| replace(request, &body))
            };
            self.write("cloudtrail:PutEventSelectors", || async {
                request().send().await.map(drop).map_err(Failure::of_sdk)
            })
            .await
        }
    }

    async fn set_bucket(&self, turn: &Turn<Option<Bucket>>) -> Result<(), Failure> {
        let target = self.s3()?;
        let send = async |action: &'static str, method, path: &str, query, body: &str| {
            let call = self.call(Service::S3, action);
            // A bucket of another account that has this name is not ours to touch. CreateBucket knows no owner yet.
            let owner = Some(self.change.target.account.as_str()).filter(|_| action != "s3:CreateBucket");
            let request = raw::Rest { method, path, query, body, owner };
            let answer = self.session.wire.send(&call, || Box::pin(raw::rest(self.reach, &target, request)));
            answer.await.map(drop).map_err(|failure| named(failure, action))
        };
        let Some(bucket) = &turn.after else {
            let Some(bucket) = &turn.before else { return Ok(()) };
            return send("s3:DeleteBucket", "DELETE", &format!("/{}", bucket.name), "", "").await;
        };
        let path = format!("/{}", bucket.name);
        let region = &self.change.target.home_region;
        // us-east-1 is the one Region that must not be named there.
        let place = if region == "us-east-1" {
            String::new()
        } else {
            format!(
                "<CreateBucketConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\
                 <LocationConstraint>{region}</LocationConstraint></CreateBucketConfiguration>"
            )
        };
        match send("s3:CreateBucket", "PUT", &path, "", &place).await {
            // A run that was cut off may have made it; what it holds is read back.
            Err(failure) if failure.code.as_deref() == Some("BucketAlreadyOwnedByYou") => {}
            result => result?,
        }
        const CLOSED: &str = "<PublicAccessBlockConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\
             <BlockPublicAcls>true</BlockPublicAcls><IgnorePublicAcls>true</IgnorePublicAcls>\
             <BlockPublicPolicy>true</BlockPublicPolicy><RestrictPublicBuckets>true</RestrictPublicBuckets>\
             </PublicAccessBlockConfiguration>";
        send("s3:PutBucketPublicAccessBlock", "PUT", &path, "publicAccessBlock", CLOSED).await?;
        send("s3:PutBucketPolicy", "PUT", &path, "policy", &bucket.policy).await
    }
}

/// True iff the bucket is there and is another account's, or in another Region, or is shown to others only.
pub(super) fn is_of_others(failure: &Failure) -> bool {
    let code = failure.code.as_deref().unwrap_or_default();
    failure.class == Class::Refused
        || matches!(
            code,
            "MethodNotAllowed"
                | "PermanentRedirect"
                | "AuthorizationHeaderMalformed"
                | "IllegalLocationConstraintException"
        )
}

/// What AWS says of a recorder that does not exist is an answer, too.
fn or_gone(read: Result<State, Failure>) -> Result<State, Failure> {
    const NONE: [&str; 2] = ["TrailNotFoundException", "EventDataStoreNotFoundException"];
    match read {
        Err(failure) if failure.code.as_deref().is_some_and(|code| NONE.contains(&code)) => Ok(State::Gone),
        read => read,
    }
}

/// Another body for a request that is not signed yet.
fn replace(request: &mut aws_smithy_runtime_api::client::orchestrator::HttpRequest, body: &str) {
    *request.body_mut() = SdkBody::from(body);
    request.headers_mut().insert("content-length", body.len().to_string());
}

fn named(failure: Failure, action: &str) -> Failure {
    Failure { error: format!("{action}: {}", failure.error), ..failure }
}

fn new_trail(trail: &Trail) -> NewTrail {
    NewTrail {
        bucket: trail.s3_bucket_name.clone().unwrap_or_default(),
        organization: trail.is_organization_trail.unwrap_or(false),
        multi_region: trail.is_multi_region_trail.unwrap_or(false),
        log_file_validation: trail.log_file_validation_enabled.unwrap_or(false),
        of_others: of_others(trail),
    }
}

/// What others set of a trail: members that it has none of where it is created as a plan creates it (API reference, CreateTrail).
fn of_others(trail: &Trail) -> Vec<&'static str> {
    let is_set = |text: &Option<String>| text.as_ref().is_some_and(|text| !text.is_empty());
    let set = [
        ("S3KeyPrefix", is_set(&trail.s3_key_prefix)),
        ("SnsTopicARN", is_set(&trail.sns_topic_arn)),
        ("CloudWatchLogsLogGroupArn", is_set(&trail.cloud_watch_logs_log_group_arn)),
        ("KmsKeyId", is_set(&trail.kms_key_id)),
        ("HasInsightSelectors", trail.has_insight_selectors == Some(true)),
    ];
    set.into_iter().filter_map(|(member, is_set)| is_set.then_some(member)).collect()
}

/// JSON compact and with sorted members; what is no JSON stays as it is.
fn canonical(text: &str) -> String {
    let value: Option<serde_json::Value> = serde_json::from_str(text).ok();
    value.map_or_else(|| text.to_owned(), |value| value.to_string())
}

#[cfg(test)]
mod tests {
    use super::of_others;
    use aws_sdk_cloudtrail::types::Trail;

    #[test]
    fn what_others_set_of_a_trail_is_named_and_nothing_else() {
        let bare = Trail::builder().name("x").s3_bucket_name("b").is_multi_region_trail(true);
        let bare = bare.include_global_service_events(true).sns_topic_arn("").has_insight_selectors(false);
        assert!(of_others(&bare.clone().build()).is_empty());
        for (trail, member) in [
            (bare.clone().s3_key_prefix("p"), "S3KeyPrefix"),
            (bare.clone().sns_topic_arn("t"), "SnsTopicARN"),
            (bare.clone().cloud_watch_logs_log_group_arn("g"), "CloudWatchLogsLogGroupArn"),
            (bare.clone().kms_key_id("k"), "KmsKeyId"),
            (bare.clone().has_insight_selectors(true), "HasInsightSelectors"),
        ] {
            assert_eq!(of_others(&trail.build()), [member]);
        }
    }
}
