//! What a plan needs beside an audit: tags, counts and facts, and the gaps where they cannot be had.

use crate::acme::{CALLER, MANAGEMENT, OTHER, members, world};
use crate::answers;
use crate::op::Op;
use crate::server::{Answer, Request, serve};
use crate::world::{Served, World, opened};
use audit::inventory::Inventory;
use aws::{Accounts, Stop, Wants};
use cloudtrail::recorder::Seen;
use std::sync::Arc;

const ALL: Wants = Wants { tags: true, administrators: true, invocations: true, functions: true };

pub(crate) fn send(status: u16, body: impl Into<String>) -> Answer {
    Answer::Send { status, headers: Vec::new(), body: body.into() }
}

pub(crate) fn refused() -> Answer {
    Answer::Send {
        status: 403,
        headers: vec![("x-amzn-errortype", "AccessDeniedException".to_owned())],
        body: r#"{"__type":"AccessDeniedException","Message":"no"}"#.to_owned(),
    }
}

/// The series of every query of a GetMetricData request: as many invocations a day as its number, for two days.
fn metric_data(body: &str) -> String {
    let ids = body.split('&').filter(|pair| pair.contains(".Id=")).filter_map(|pair| pair.split('=').nth(1));
    let series: Vec<String> = ids
        .map(|id| {
            let n = &id[1..];
            format!(
                "<member><Id>{id}</Id><Values><member>{n}</member><member>{n}</member></Values>\
                 <StatusCode>Complete</StatusCode></member>"
            )
        })
        .collect();
    format!(
        "<GetMetricDataResponse><GetMetricDataResult><MetricDataResults>{}</MetricDataResults>\
         </GetMetricDataResult></GetMetricDataResponse>",
        series.concat()
    )
}

pub(crate) fn beside(request: &Request, op: &Op) -> Option<Answer> {
    let path = request.path.as_str();
    if op.action == "monitoring:GetMetricData" {
        return Some(send(200, metric_data(&request.body)));
    }
    if op.action == "cloudtrail:ListTags" {
        let asked: serde_json::Value = serde_json::from_str(&request.body).unwrap();
        let tags: Vec<serde_json::Value> = asked["ResourceIdList"]
            .as_array()
            .unwrap()
            .iter()
            .map(|id| serde_json::json!({"ResourceId": id, "TagsList": [{"Key": "managed-by", "Value": "terraform"}]}))
            .collect();
        return Some(send(200, serde_json::json!({ "ResourceTagList": tags }).to_string()));
    }
    if path.ends_with("/policy") {
        let none = Answer::Send {
            status: 404,
            headers: vec![("x-amzn-errortype", "ResourceNotFoundException".to_owned())],
            body: "{}".to_owned(),
        };
        let open = r#"{"Statement":[{"Effect":"Allow","Principal":"*","Action":"lambda:InvokeFunction"}]}"#;
        let open = serde_json::json!({ "Policy": open }).to_string();
        return Some(if path.contains("f0000") { send(200, open) } else { none });
    }
    if path.contains("/urls") {
        let url = r#"{"FunctionUrlConfigs":[{"FunctionUrl":"https://x","FunctionArn":"a","CreationTime":"t",
            "LastModifiedTime":"t","AuthType":"NONE"}]}"#;
        return Some(send(200, if path.contains("f0000") { url } else { r#"{"FunctionUrlConfigs":[]}"# }));
    }
    if path.starts_with("/2017-03-31/tags") {
        return Some(send(200, r#"{"Tags":{"env":"dev"}}"#));
    }
    path.starts_with("/2015-03-31/event-source-mappings").then(|| send(200, r#"{"EventSourceMappings":[]}"#))
}

/// The world, in which `fault` may answer first.
pub(crate) async fn served(
    fault: impl Fn(&Op, &Request) -> Option<Answer> + Send + Sync + 'static,
) -> Served {
    let world: Arc<World> = Arc::new(world());
    let asked = Arc::clone(&world);
    let url = serve(move |request| {
        let op = Op::of(&request);
        asked.asked.lock().unwrap().push(op.clone());
        fault(&op, &request)
            .or_else(|| beside(&request, &op))
            .unwrap_or_else(|| answers::answer(&asked, &op, &request))
    });
    Served { url: url.await, world }
}

async fn enriched(served: &Served, wants: Wants) -> Inventory {
    let collected = served.collect(Accounts::Caller).await.unwrap();
    let options = served.options(Accounts::Caller);
    opened(&options, Stop::new()).await.enrich(collected.inventory, wants, &|_, _| {}).await.inventory
}

fn key(region: &str) -> (String, String) {
    (CALLER.to_owned(), region.to_owned())
}

#[tokio::test]
async fn counts_tags_and_facts_are_read() {
    let served = served(|_, _| None).await;
    let inventory = enriched(&served, ALL).await;
    let gaps: Vec<_> = inventory.gaps.iter().map(|gap| (&gap.call, &gap.error)).collect();
    let counts = inventory.extra.invocations[&key("us-east-1")].known().unwrap_or_else(|| panic!("{gaps:?}"));
    assert_eq!(counts.len(), 120);
    assert_eq!(counts.values().sum::<u64>(), 2 * (0..120).sum::<u64>());
    let tagged = inventory.extra.tags.values().filter(|tags| tags.known().is_some()).count();
    assert_eq!(tagged, inventory.extra.tags.len());
    assert_eq!(inventory.extra.functions.len(), 123);
    let open = inventory.extra.functions.iter().filter(|(arn, _)| arn.ends_with("f0000"));
    for (arn, facts) in open {
        assert!(facts.policy.known().unwrap().public, "{arn}");
        assert_eq!(facts.urls.known().unwrap(), &["NONE"]);
        assert_eq!(facts.tags.known().unwrap()["env"], "dev");
    }
    let closed = inventory.extra.functions.values().filter(|facts| !facts.policy.known().unwrap().public);
    assert!(closed.count() >= 120);
}

#[tokio::test]
async fn five_hundred_functions_are_one_call() {
    let served = served(|_, _| None).await;
    enriched(&served, Wants { invocations: true, ..Wants::default() }).await;
    assert_eq!(served.count("monitoring:GetMetricData"), 2, "two Regions hold functions");
}

#[tokio::test]
async fn what_is_refused_is_a_gap_and_never_a_zero() {
    let served = served(|op, _| {
        let of_beside = matches!(op.action.as_str(), "monitoring:GetMetricData" | "cloudtrail:ListTags");
        of_beside.then(refused)
    })
    .await;
    let inventory = enriched(&served, ALL).await;
    let here = &inventory.extra.invocations[&key("us-east-1")];
    let gap = &inventory.gaps[here.gap().unwrap()];
    assert_eq!(gap.call, "cloudwatch:GetMetricData");
    assert!(inventory.extra.tags.values().all(|tags| matches!(tags, Seen::Unread(_))));
}

#[tokio::test]
async fn an_answer_that_leaves_a_function_out_is_a_gap() {
    let served = served(|op, _| {
        let short = "<GetMetricDataResponse><GetMetricDataResult><MetricDataResults><member><Id>m0</Id>\
                     <StatusCode>Complete</StatusCode></member></MetricDataResults></GetMetricDataResult>\
                     </GetMetricDataResponse>";
        (op.action == "monitoring:GetMetricData").then(|| send(200, short))
    })
    .await;
    let inventory = enriched(&served, Wants { invocations: true, ..Wants::default() }).await;
    assert!(inventory.extra.invocations[&key("us-east-1")].gap().is_some());
}

#[tokio::test]
async fn a_recorder_that_the_answer_does_not_name_has_unread_tags() {
    let served =
        served(|op, _| (op.action == "cloudtrail:ListTags").then(|| send(200, r#"{"ResourceTagList":[]}"#)))
            .await;
    let inventory = enriched(&served, Wants { tags: true, ..Wants::default() }).await;
    assert!(!inventory.extra.tags.is_empty());
    assert!(inventory.extra.tags.values().all(|tags| tags.gap().is_some()));
}

#[tokio::test]
async fn tags_of_single_functions_are_read_and_a_refusal_is_a_gap() {
    let is_kept =
        |request: &Request| request.path.starts_with("/2017-03-31/tags") && request.path.contains("f0001");
    let served = served(move |_, request| is_kept(request).then(refused)).await;
    let collected = served.collect(Accounts::Caller).await.unwrap();
    let arn = |name: &str| format!("arn:aws:lambda:us-east-1:{CALLER}:function:{name}");
    let (read, kept) = (arn("f0000"), arn("f0001"));
    let session = opened(&served.options(Accounts::Caller), Stop::new()).await;
    let inventory =
        session.read_function_tags(collected.inventory, &[read.as_str(), kept.as_str()]).await.inventory;
    assert_eq!(inventory.extra.function_tags.len(), 2, "no other was asked about");
    assert_eq!(inventory.extra.function_tags[read.as_str()].known().unwrap()["env"], "dev");
    let gap = inventory.extra.function_tags[kept.as_str()].gap().unwrap();
    assert_eq!(inventory.gaps[gap].subject.as_deref(), Some(kept.as_str()));
}

/// Members that the organization's delegated administrator for CloudTrail reads, who cannot reach the management account.
fn without_management(
    fault: impl Fn(&Op, &Request) -> Option<Answer> + Send + Sync + 'static,
) -> impl Future<Output = Served> {
    served(move |op, request| {
        let management = op.action == "sts:AssumeRole" && op.account == MANAGEMENT;
        if management { Some(refused()) } else { fault(op, request) }
    })
}

async fn administrators(served: &Served, accounts: Accounts) -> Inventory {
    let collected = served.collect(accounts.clone()).await.unwrap();
    let wants = Wants { administrators: true, ..Wants::default() };
    let options = served.options(accounts);
    opened(&options, Stop::new()).await.enrich(collected.inventory, wants, &|_, _| {}).await.inventory
}

const LIST: &str = "organizations:ListDelegatedAdministrators";

#[tokio::test]
async fn delegated_administrators_are_read_where_the_management_account_is_out_of_reach() {
    let pages = |op: &Op, request: &Request| {
        if op.action != LIST {
            return None;
        }
        assert!(
            request.body.contains(r#""ServicePrincipal":"cloudtrail.amazonaws.com""#),
            "{}",
            request.body
        );
        let first = !request.body.contains("NextToken");
        let page = if first {
            format!(r#"{{"DelegatedAdministrators":[{{"Id":"{OTHER}"}}],"NextToken":"t"}}"#)
        } else {
            format!(r#"{{"DelegatedAdministrators":[{{"Id":"{CALLER}"}}]}}"#)
        };
        Some(send(200, page))
    };
    let served = without_management(pages).await;
    let inventory = administrators(&served, members()).await;
    let mut wanted = vec![CALLER.to_owned(), OTHER.to_owned()];
    wanted.sort();
    let found: Vec<_> = inventory.extra.administrators.values().collect();
    assert_eq!(found, [&Seen::Known(wanted)]);
    assert_eq!(served.count(LIST), 2);

    // Nobody needs to know where the management account can be reached, or one account is all there is.
    let served = self::served(pages).await;
    assert!(administrators(&served, members()).await.extra.administrators.is_empty());
    assert_eq!(served.count(LIST), 0);
    let served = without_management(pages).await;
    assert!(administrators(&served, Accounts::Caller).await.extra.administrators.is_empty());
    assert_eq!(served.count(LIST), 0);
}

#[tokio::test]
async fn administrators_that_cannot_be_read_are_a_gap_and_never_none() {
    let answers: [fn() -> Answer; 4] = [
        refused,
        || send(200, "{}"),
        || send(200, r#"{"DelegatedAdministrators":[{}]}"#),
        || send(200, r#"{"DelegatedAdministrators":[],"NextToken":"t"}"#),
    ];
    for answer in answers {
        let served = without_management(move |op, _| (op.action == LIST).then(answer)).await;
        let collected = served.collect(members()).await.unwrap().inventory;
        let inventory = administrators(&served, members()).await;
        let gaps: Vec<_> = inventory.extra.administrators.values().map(Seen::gap).collect();
        let [Some(gap)] = gaps.as_slice() else { panic!("{gaps:?}") };
        assert_eq!(inventory.gaps[*gap].call, LIST);
        assert_eq!(inventory.gaps.len(), collected.gaps.len() + 1);
    }
}
