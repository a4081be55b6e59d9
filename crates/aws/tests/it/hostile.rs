//! The lists that a backout and a plan rest on, answered by somebody who means no good: each answer costs exactly what it would
//! have told, and is never taken for "none".

use crate::acme::{CALLER, world};
use crate::beside::{refused, send};
use crate::op::Op;
use crate::server::{Answer, Request, serve};
use crate::world::{Served, World, opened};
use audit::inventory::Inventory;
use aws::{Accounts, Stop, Wants};
use cloudtrail::recorder::Seen;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A list, what of the inventory rests on it, and the form of a page of it.
struct List {
    call: &'static str,
    is: fn(&Op, &Request) -> bool,
    unread: fn(&Inventory) -> Vec<Option<usize>>,
    /// The member that holds the list, and that of the next page.
    members: Option<(&'static str, &'static str)>,
}

fn gaps<'a, T: 'a>(of: impl Iterator<Item = &'a Seen<T>>) -> Vec<Option<usize>> {
    of.map(Seen::gap).collect()
}

fn lists() -> [List; 5] {
    [
        List {
            call: "lambda:ListEventSourceMappings",
            is: |_, request| request.path.contains("/event-source-mappings"),
            unread: |all| gaps(all.extra.functions.values().map(|facts| &facts.triggers)),
            members: Some(("EventSourceMappings", "NextMarker")),
        },
        List {
            call: "lambda:ListFunctionUrlConfigs",
            is: |_, request| request.path.contains("/urls"),
            unread: |all| gaps(all.extra.functions.values().map(|facts| &facts.urls)),
            members: Some(("FunctionUrlConfigs", "NextMarker")),
        },
        List {
            call: "lambda:ListTags",
            is: |_, request| request.path.starts_with("/2017-03-31/tags"),
            unread: |all| gaps(all.extra.functions.values().map(|facts| &facts.tags)),
            members: None,
        },
        List {
            call: "lambda:GetPolicy",
            is: |_, request| request.path.ends_with("/policy"),
            unread: |all| gaps(all.extra.functions.values().map(|facts| &facts.policy)),
            members: None,
        },
        List {
            call: "cloudtrail:ListTags",
            is: |op, _| op.action == "cloudtrail:ListTags",
            unread: |all| gaps(all.extra.tags.values()),
            members: Some(("ResourceTagList", "NextToken")),
        },
    ]
}

/// The world with two functions in one Region, where `fault` answers first.
async fn served(fault: impl Fn(&Op, &Request) -> Option<Answer> + Send + Sync + 'static) -> Served {
    let mut world = world();
    let caller = world.accounts.get_mut(CALLER).unwrap();
    caller.functions = BTreeMap::from([("eu-west-1", 2)]);
    caller.web.clear();
    let world: Arc<World> = Arc::new(world);
    let asked = Arc::clone(&world);
    let url = serve(move |request| {
        let op = Op::of(&request);
        fault(&op, &request)
            .or_else(|| crate::beside::beside(&request, &op))
            .unwrap_or_else(|| crate::answers::answer(&asked, &op, &request))
    });
    Served { url: url.await, world }
}

/// What the collection, and what is read beside it, come to where the list is answered so; and the gaps of the second.
async fn enriched(list: &List, answer: impl Fn() -> Answer + Send + Sync + 'static) -> (Inventory, usize) {
    let is = list.is;
    let served = served(move |op, request| is(op, request).then(&answer)).await;
    let collected = served.collect(Accounts::Caller).await.unwrap().inventory;
    let before = collected.gaps.len();
    let wants = Wants { tags: true, functions: true, ..Wants::default() };
    let options = served.options(Accounts::Caller);
    let enriched = opened(&options, Stop::new()).await.enrich(collected, wants, &|_, _| {}).await;
    (enriched.inventory, before)
}

async fn costs_itself(list: &List, name: &str, answer: impl Fn() -> Answer + Send + Sync + 'static) {
    let (inventory, before) = enriched(list, answer).await;
    let unread = (list.unread)(&inventory);
    assert!(unread.len() >= 2, "{}: {unread:?}", list.call);
    for gap in unread {
        let gap = &inventory.gaps[gap.unwrap_or_else(|| panic!("{} {name} is taken for none", list.call))];
        assert_eq!(gap.call, list.call, "{name}: {gap:?}");
    }
    let others: Vec<_> = inventory.gaps[before..].iter().filter(|gap| gap.call != list.call).collect();
    assert!(others.is_empty(), "{} {name}: {others:?}", list.call);
}

#[tokio::test]
async fn what_is_answered_well_is_no_gap() {
    for list in lists() {
        let of = served(|_, _| None).await;
        let collected = of.collect(Accounts::Caller).await.unwrap().inventory;
        let wants = Wants { tags: true, functions: true, ..Wants::default() };
        let options = of.options(Accounts::Caller);
        let all = opened(&options, Stop::new()).await.enrich(collected, wants, &|_, _| {}).await.inventory;
        assert!((list.unread)(&all).iter().all(Option::is_none), "{}: {:?}", list.call, all.gaps);
    }
}

#[tokio::test]
async fn an_answer_that_is_none_is_a_gap_and_never_none() {
    for list in lists() {
        costs_itself(&list, "refused", refused).await;
        for body in [
            "{}",
            "",
            "null",
            "[]",
            "{",
            "<html>sorry</html>",
            r#"{"__type":"InternalFailure","message":"try again"}"#,
            r#"{"EventSourceMappings":null,"FunctionUrlConfigs":null,"Tags":null,"Policy":null,"ResourceTagList":null}"#,
            r#"{"EventSourceMappings":{},"FunctionUrlConfigs":7,"Tags":[],"Policy":{},"ResourceTagList":"x"}"#,
            r#"{"EventSourceMappings":[{}],"FunctionUrlConfigs":[7],"Tags":{"a":{}},"Policy":"{","ResourceTagList":[{}]}"#,
        ] {
            costs_itself(&list, body, move || send(200, body)).await;
        }
        let cut = || Answer::Cut { body: r#"{"EventSourceMappings":["#.to_owned() };
        costs_itself(&list, "cut off", cut).await;
    }
}

#[tokio::test]
async fn tokens_that_come_again_or_never_end_are_a_gap() {
    for list in lists() {
        let Some((member, next)) = list.members else { continue };
        let circle = move || send(200, format!(r#"{{"{member}":[],"{next}":"again"}}"#));
        costs_itself(&list, "a circle", circle).await;
        let count = AtomicUsize::new(0);
        let endless = move || {
            let token = count.fetch_add(1, Ordering::Relaxed);
            send(200, format!(r#"{{"{member}":[],"{next}":"{token}"}}"#))
        };
        costs_itself(&list, "tokens without an end", endless).await;
        let huge = move || send(200, format!(r#"{{"{member}":[],"{next}":"{}"}}"#, "x".repeat(100 << 10)));
        costs_itself(&list, "a huge token", huge).await;
    }
}

/// Nobody waits for the end of it, and nobody keeps it.
#[tokio::test]
async fn a_gigabyte_is_a_gap_and_is_not_read() {
    for list in lists() {
        let begin =
            r#"{"EventSourceMappings":[],"FunctionUrlConfigs":[],"Tags":{},"ResourceTagList":[],"x":""#;
        costs_itself(&list, "a gigabyte", move || Answer::Endless { begin, bytes: 1 << 30 }).await;
    }
}
