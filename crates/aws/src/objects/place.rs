//! In which Region a bucket is: asked once for each bucket, and corrected where S3 sends us elsewhere.

use crate::call::Call;
use crate::endpoint::Target;
use crate::gap::{Class, Failure};
use crate::pace::Service;
use crate::raw::{self, Reply, first};
use crate::session::{Reach, Session};
use crate::wire::Attempt;
use cloudtrail::names::Region;

/// What an answer of S3 means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// A success.
    Here(Reply),
    /// The bucket is in that Region.
    Elsewhere(String),
    /// S3 has nothing of that name.
    Nothing,
}

/// What the answer means that came from `region`.
pub(crate) fn meaning(reply: Reply, region: &str, method: &str) -> Result<Meaning, Failure> {
    if reply.is_success() {
        return Ok(Meaning::Here(reply));
    }
    // 301 PermanentRedirect, 307 of a young bucket, 400 AuthorizationHeaderMalformed and 403 all may name the Region.
    match elsewhere(&reply).filter(|there| there != region) {
        Some(there) => Ok(Meaning::Elsewhere(there)),
        // A page of somebody else's says nothing about objects; S3's answers have a number.
        None if reply.status == 404 && method == "HEAD" && reply.header("x-amz-request-id").is_some() => {
            Ok(Meaning::Nothing)
        }
        None => Err(reply.failure()),
    }
}

/// The Region that the answer names. It will be part of a host's name, so nothing else may look like one.
fn elsewhere(reply: &Reply) -> Option<String> {
    let named = reply.header("x-amz-bucket-region").map(str::to_owned);
    let named = named.or_else(|| first(&reply.text(), "Region"))?;
    Region::parse(&named).is_ok().then_some(named)
}

/// The bucket's Region; where nothing tells it, the Region in which the session begins.
///
/// # Errors
/// The failure, and the action that failed.
pub(crate) async fn find(
    session: &Session,
    reach: &Reach,
    bucket: &str,
) -> Result<String, (Failure, &'static str)> {
    let slot = session.buckets.slot(bucket);
    // Held while it is asked: who comes meanwhile waits for that answer.
    let mut known = slot.lock().await;
    if let Some(region) = &*known {
        return Ok(region.clone());
    }
    let region = ask(session, reach, bucket).await?;
    *known = Some(region.clone());
    Ok(region)
}

async fn ask(session: &Session, reach: &Reach, bucket: &str) -> Result<String, (Failure, &'static str)> {
    const HEAD: &str = "s3:ListBucket";
    const LOCATION: &str = "s3:GetBucketLocation";
    let home = &session.home;
    // Even a refusal names the Region in a header.
    match exchange(session, reach, "HEAD", HEAD, &format!("/{bucket}")).await {
        Ok(reply) if reply.header("x-amz-bucket-region").is_some() => {
            return Ok(elsewhere(&reply).unwrap_or_else(|| home.clone()));
        }
        Ok(reply) if reply.is_success() => return Ok(home.clone()),
        Ok(reply) if reply.status == 404 && reply.header("x-amz-request-id").is_some() => {
            let none = Failure::answered(404, Some("NoSuchBucket"), Some("S3 answers HEAD with 404"));
            return Err((none, HEAD));
        }
        Ok(_) => {}
        Err(failure) => return Err((failure, HEAD)),
    }
    let reply = exchange(session, reach, "GET", LOCATION, &format!("/{bucket}?location")).await;
    let reply = reply.map_err(|failure| (failure, LOCATION))?;
    if !reply.is_success() {
        let named = elsewhere(&reply);
        // What is refused here may be allowed there: the listing or the object will tell.
        return Ok(named.unwrap_or_else(|| home.clone()));
    }
    match first(&reply.text(), "LocationConstraint").as_deref() {
        // The first Regions have names of their own (API_GetBucketLocation).
        None | Some("" | "US") => Ok("us-east-1".to_owned()),
        Some("EU") => Ok("eu-west-1".to_owned()),
        Some(named) if Region::parse(named).is_ok() => Ok(named.to_owned()),
        Some(_) => Err((Failure::new(Class::Final, "the answer names no Region"), LOCATION)),
    }
}

/// The answer, also where it is a refusal; a server that fails is asked again.
async fn exchange(
    session: &Session,
    reach: &Reach,
    method: &'static str,
    action: &'static str,
    uri: &str,
) -> Result<Reply, Failure> {
    let target = Target::s3(&session.caller.partition, &session.home)
        .ok_or_else(|| Failure::new(Class::Final, "the address of S3 in this partition is not known"))?;
    let call = Call::new(Service::S3Objects, action, &reach.account, &session.home);
    let attempt = || -> Attempt<'_, Reply> {
        Box::pin(async {
            let reply = raw::read(reach, &target, method, uri, &[]).await?;
            let passes = matches!(reply.status, 429 | 500..);
            if passes { Err(reply.failure()) } else { Ok(reply) }
        })
    };
    session.wire.send(&call, attempt).await
}

#[cfg(test)]
mod tests {
    use super::{Meaning, meaning};
    use crate::raw::Reply;

    fn reply(status: u16, header: Option<(&str, &str)>, body: &str) -> Reply {
        Reply::made(status, header.as_slice(), body)
    }

    #[test]
    fn the_region_is_taken_from_either_place() {
        let moved = meaning(reply(301, Some(("x-amz-bucket-region", "eu-west-1")), ""), "us-east-1", "GET");
        assert_eq!(moved.unwrap(), Meaning::Elsewhere("eu-west-1".to_owned()));
        let body = "<Error><Code>AuthorizationHeaderMalformed</Code><Region>af-south-1</Region></Error>";
        let moved = meaning(reply(400, None, body), "us-east-1", "GET");
        assert_eq!(moved.unwrap(), Meaning::Elsewhere("af-south-1".to_owned()));
    }

    #[test]
    fn what_cannot_be_a_region_moves_us_nowhere() {
        for name in ["", "evil.example/", "a.b.c.d", "EU", "us-east-1"] {
            let answer = meaning(reply(301, Some(("x-amz-bucket-region", name)), ""), "us-east-1", "GET");
            assert!(answer.is_err(), "{name}: {answer:?}");
        }
    }
}
