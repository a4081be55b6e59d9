//! What can be invoked at a place: functions, web functions, MicroVM images. Only listings are read, never one function
//! alone; the exception are web functions, whose endpoints tell in which Regions they are served.

use super::listing::{listed, pages};
use super::read::{ListingRead, Read, ResourceRead};
use super::{Progress, Run};
use crate::body::{Body, list};
use crate::call::Call;
use crate::gap::{Class, Failure};
use crate::pace::Service;
use crate::session::Reach;
use audit::inventory::Serving;
use cloudtrail::arn::Arn;
use cloudtrail::names::ResourceName;
use cloudtrail::resource::{ResourceType, unqualified};
use futures_util::stream::{StreamExt, iter};

/// The largest page that Lambda gives.
const PAGE: i32 = 50;

/// Web functions whose endpoints are asked for at the same time.
const ENDPOINTS_AT_ONCE: usize = 16;

/// `AWS::Lambda::Function` at a place.
pub(crate) async fn functions(run: Run<'_>, reach: &Reach, region: &str) -> ListingRead {
    let client = reach.lambda(region);
    let call = Call::new(Service::Lambda, "lambda:ListFunctions", &reach.account, region);
    let found = pages(async |marker| {
        let answer = run.session.wire.send(&call, || {
            let request = client.list_functions().max_items(PAGE).set_marker(marker.clone());
            Box::pin(async { request.send().await.map_err(Failure::of_sdk) })
        });
        let answer = answer.await?;
        let functions = listed(answer.functions, "functions")?;
        let arns: Vec<Option<String>> = functions.into_iter().map(|function| function.function_arn).collect();
        run.came(&call, arns.len());
        Ok((arns, answer.next_marker))
    });
    let (arns, failure) = found.await;
    listing(arns, failure, ResourceType::Function, &call)
}

/// `AWS::Lambda::WebFunction` whose home is at a place.
pub(crate) async fn web_functions(run: Run<'_>, reach: &Reach, region: &str) -> ListingRead {
    let client = reach.lambda_web(region);
    let call = Call::new(Service::LambdaWeb, "lambda:ListWebFunctions", &reach.account, region);
    let listed = pages(async |token| {
        let body = Body::default();
        let answer = run.session.wire.send(&call, || {
            let request = client.list_web_functions().max_results(PAGE).set_next_token(token.clone());
            let request = request.customize().interceptor(body.clone());
            Box::pin(async { request.send().await.map_err(Failure::of_sdk) })
        });
        let answer = answer.await?;
        listed_in(&body, &call, "functions")?;
        let arns: Vec<Option<String>> =
            answer.functions.into_iter().map(|function| Some(function.function_arn)).collect();
        run.came(&call, arns.len());
        Ok((arns, answer.next_token))
    });
    let (arns, failure) = listed.await;
    let mut found = listing(arns, failure, ResourceType::WebFunction, &call);
    let serving = iter(&found.resources).map(|web| serving(run, reach, region, &web.arn));
    let serving: Vec<Read<Serving>> = serving.buffered(ENDPOINTS_AT_ONCE).collect().await;
    for (resource, serving) in found.resources.iter_mut().zip(serving) {
        resource.serving = serving;
    }
    found
}

/// `AWS::Lambda::MicrovmImage` at a place.
pub(crate) async fn microvm_images(run: Run<'_>, reach: &Reach, region: &str) -> ListingRead {
    let client = reach.lambda_microvms(region);
    let call = Call::new(Service::LambdaMicrovms, "lambda:ListMicrovmImages", &reach.account, region);
    let listed = pages(async |token| {
        let body = Body::default();
        let answer = run.session.wire.send(&call, || {
            let request = client.list_microvm_images().max_results(PAGE).set_next_token(token.clone());
            let request = request.customize().interceptor(body.clone());
            Box::pin(async { request.send().await.map_err(Failure::of_sdk) })
        });
        let answer = answer.await?;
        listed_in(&body, &call, "items")?;
        let arns: Vec<Option<String>> = answer.items.into_iter().map(|image| Some(image.image_arn)).collect();
        run.came(&call, arns.len());
        Ok((arns, answer.next_token))
    });
    let (arns, failure) = listed.await;
    listing(arns, failure, ResourceType::MicrovmImage, &call)
}

/// The Regions that serve a web function besides its own: its invocations are recorded where they are served.
async fn serving(run: Run<'_>, reach: &Reach, region: &str, arn: &str) -> Read<Serving> {
    let client = reach.lambda_web(region);
    let name = arn.rsplit('/').next().unwrap_or(arn);
    let call =
        Call::new(Service::LambdaWeb, "lambda:ListWebFunctionEndpoints", &reach.account, region).about(arn);
    let (endpoints, failure) = pages(async |token| {
        let body = Body::default();
        let answer = run.session.wire.send(&call, || {
            let request =
                client.list_web_function_endpoints().function_name(name).set_next_token(token.clone());
            let request = request.customize().interceptor(body.clone());
            Box::pin(async { request.send().await.map_err(Failure::of_sdk) })
        });
        let answer = answer.await?;
        for endpoint in listed_in(&body, &call, "endpoints")? {
            let at_home =
                endpoint.get("endpointType").and_then(serde_json::Value::as_str) == Some("HomeRegion");
            if !at_home {
                list(&endpoint, "regions").map_err(|error| Failure::new(Class::Final, error))?;
            }
        }
        Ok((answer.endpoints, answer.next_token))
    })
    .await;
    if let Some(failure) = failure {
        return Err(failure.gap(&call));
    }
    let mut regions: Vec<String> = endpoints.into_iter().flat_map(|endpoint| endpoint.regions).collect();
    regions.retain(|serving| serving != region);
    regions.sort();
    regions.dedup();
    Ok(if regions.is_empty() { Serving::Home } else { Serving::Also(regions.into()) })
}

/// The list in `member` of the answer that came.
///
/// # Errors
/// A final failure, iff there is none.
fn listed_in(body: &Body, call: &Call<'_>, member: &str) -> Result<Vec<serde_json::Value>, Failure> {
    let listed = body.selected(call.action).and_then(|answer| list(&answer, member).map(<[_]>::to_vec));
    listed.map_err(|error| Failure::new(Class::Final, error))
}

/// The resources of a listing by their unqualified ARNs, sorted, each once. An ARN that is none of that type is not
/// passed over: something is there that we cannot name, so the listing is not complete.
fn listing(
    arns: Vec<Option<String>>,
    failure: Option<Failure>,
    kind: ResourceType,
    call: &Call<'_>,
) -> ListingRead {
    let of_here = |arn: &str| {
        let parsed = Arn::parse(arn);
        let place = parsed.is_some_and(|one| (one.account, one.region) == (call.account, call.region));
        place && arn.rsplit([':', '/']).next().is_some_and(ResourceName::is)
    };
    let mut strange = None;
    let mut resources = Vec::with_capacity(arns.len());
    for arn in arns {
        match arn.as_deref().and_then(unqualified).filter(|(found, arn)| *found == kind && of_here(arn)) {
            Some((_, arn)) => resources.push(ResourceRead { arn: arn.into(), serving: Ok(Serving::Home) }),
            None => strange = Some(arn.unwrap_or_else(|| "nothing".to_owned())),
        }
    }
    resources.sort_by(|a, b| a.arn.cmp(&b.arn));
    resources.dedup_by(|a, b| a.arn == b.arn);
    let strange = strange.map(|arn| {
        let error = format!(
            "the listing holds {arn}, which is not the ARN of a {} of this account and Region",
            kind.noun()
        );
        Failure::new(Class::Final, error)
    });
    ListingRead { resources, gap: failure.or(strange).map(|failure| failure.gap(call)) }
}

impl Run<'_> {
    fn came(self, call: &Call<'_>, count: usize) {
        let (account, region) = (call.account.to_owned(), call.region.to_owned());
        (self.progress)(Progress::Resources { account, region, count });
    }
}

#[cfg(test)]
mod tests {
    use super::listing;
    use crate::call::Call;
    use crate::pace::Service;
    use cloudtrail::resource::ResourceType;

    #[test]
    fn a_resource_of_another_place_is_a_gap() {
        let call = Call::new(Service::Lambda, "lambda:ListFunctions", "111122223333", "eu-west-1");
        let of = |arn: &str| listing(vec![Some(arn.to_owned())], None, ResourceType::Function, &call);
        assert!(of("arn:aws:lambda:eu-west-1:111122223333:function:f:live").gap.is_none());
        for strange in [
            "arn:aws:lambda:us-east-1:111122223333:function:f",
            "arn:aws:lambda:eu-west-1:444455556666:function:f",
            "arn:aws:lambda:eu-west-1:111122223333:function:a\u{202e}b",
        ] {
            let found = of(strange);
            assert!(found.resources.is_empty() && found.gap.is_some(), "{strange:?}");
        }
    }
}
