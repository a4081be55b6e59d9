//! Each record once, and attempts with the call that they belong to: what `invoketrail invocations` counts, as SQL.
//!
//! Held to `logs::ask` (settle, correct, count) by tests that run it. Windows alone, no joins: engines differ in what a join makes of
//! what has no match.

use super::words::delivered;
use super::{Engine, Known, names};
use crate::columns::Table;

/// What is one record: two that say the same id and differ in one of these are two claims, and none hides the other. Corrections are one
/// only if they say the same of the call, too: of others the one delivered last decides.
const COPIES: &str =
    "account, region, recipientaccountid, eventid, corrects_eventid, requestid, eventname, time,
      named, useridentity_arn, corrected_error, corrected_type";

/// Which of the copies that differ is the record: the same as in `logs::ask`.
const DECIDING: &str = "case when delivered = '' then 1 else 0 end,
      case when coalesce(invocationtype, '') = 'Event' then 1 else 0 end,
      case when coalesce(caller_account, function_owner) <> function_owner then 1 else 0 end,
      case when coalesce(invocationtype, '') = 'DryRun' then 1 else 0 end,
      coalesce(errorcode, '')";

/// The select of `invocations_once`.
pub(super) fn once(engine: Engine, known: &Known) -> String {
    let names = names(Table::Invocations, known);
    let columns = |prefix: &str, without: &str| {
        let all = names.iter().filter(|name| **name != without).map(|name| format!("  {prefix}{name}"));
        all.collect::<Vec<_>>().join(",\n")
    };
    let delivered = delivered(engine);
    format!(
        "-- To ask about some days only, make it anew with a condition on `day` after `from invocations`; `calls` then follows it.
select
{},
  copies as copies_dropped,
  first_delivered,
  last_delivered
from (
  select
    *,
    sum(copies_dropped) over (partition by {COPIES}) + count(*) over (partition by {COPIES}) - 1 as copies,
    min(delivered) over (partition by {COPIES}) as first_delivered,
    max(delivered) over (partition by {COPIES}) as last_delivered,
    row_number() over (partition by {COPIES} order by {DECIDING}, delivered, source_file, source_offset) as copy
  from (
    select
      *,
      {delivered} as delivered,
      coalesce(resource_arn, functionname) as named,
      case when coalesce(corrects_eventid, '') = '' then '' else coalesce(errorcode, '') end as corrected_error,
      case when coalesce(corrects_eventid, '') = '' then '' else coalesce(invocationtype, '') end as corrected_type
    from invocations
  ) of_invocations
) of_each
where copy = 1",
        columns("", "copies_dropped"),
    )
}

/// Columns of `calls` that are those of the record.
const SHOWN: [&str; 27] = [
    "function_arn",
    "time",
    "function_owner",
    "caller",
    "caller_account",
    "via",
    "eventtime",
    "eventname",
    "awsregion",
    "recipientaccountid",
    "sourceipaddress",
    "useragent",
    "errorcode",
    "vpcendpointid",
    "eventid",
    "requestid",
    "useridentity_type",
    "useridentity_accesskeyid",
    "useridentity_invokedby",
    "useridentity_issuer_arn",
    "functionname",
    "qualifier",
    "invocationtype",
    "source_arn",
    "executed_version",
    "source_file",
    "source_offset",
];

/// The folder and the account that a record belongs to: nothing is joined across them.
const HOME: &str = "account, region, recipientaccountid";

/// The select of `calls`. Whatever is needed twice is a column of its own, and what is compared is a number out of a window: Spark's
/// optimizer takes minutes, and all memory, for expressions within expressions.
pub(super) fn calls() -> String {
    let shown = SHOWN.map(|name| format!("  {name}")).join(",\n");
    let parts = [("{HOME}", HOME), ("{CLAIM}", CLAIM), ("{SAID}", SAID), ("{shown}", &shown)];
    parts.iter().fold(CALLS.to_owned(), |select, (name, words)| select.replace(name, words))
}

/// The select, with names of its parts in braces.
const CALLS: &str = "with
-- What each record tells of: its own event, or the one that it corrects.
told as (
  select
    *,
    case when coalesce(corrects_eventid, '') = '' then 0 else 1 end as correction,
    case when coalesce(corrects_eventid, '') = '' then eventid else corrects_eventid end as event,
    case when coalesce(requestid, '') = '' then eventid else '' end as alone
  from invocations_once
),
-- A call and its attempts have one request and function: they have one place, which is named by an event of it.
known as (
  select
    *,
    max(correction) over (partition by {HOME}, event) as corrected,
    min(last_delivered) over (partition by {HOME}, event, correction) as least_delivered,
    min(eventid) over (partition by {HOME}, function_arn, requestid, alone) as place,
    dense_rank() over (partition by {HOME}, event, correction order by {CLAIM}) as claim,
    dense_rank() over (partition by {HOME}, event, correction order by {SAID}) as said
  from told
),
compared as (
  select
    *,
    case when correction = 1 then said else claim end as says,
    case when correction = 0 or least_delivered = '' then '' else last_delivered end as delivery,
    case when correction = 0 then '' else eventtime end as moment
  from known
),
-- Of several corrections the one delivered last decides; where that is unknown or the same, the latest.
ranked as (
  select
    *,
    rank() over (partition by {HOME}, event, correction order by delivery desc, moment desc) as newness,
    row_number() over (partition by {HOME}, event, correction, says order by eventid) as same
  from compared
),
-- Where corrections contradict each other, or records differ that claim to be the event, nothing is replaced.
judged as (
  select
    *,
    min(says) over (partition by {HOME}, event, correction, newness) as least_says,
    max(says) over (partition by {HOME}, event, correction, newness) as greatest_says
  from ranked
),
differing as (
  select
    *,
    case when newness = 1 and least_says <> greatest_says then 1 else 0 end as differs,
    case when correction = 1 and newness = 1 and same = 1 then 1 else 0 end as newest,
    case when correction = 1 and newness = 1 and same = 1 then place else '' end as newest_place
  from judged
),
decided as (
  select
    *,
    max(differs) over (partition by {HOME}, event) as undecided,
    max(newest_place) over (partition by {HOME}, event) as target
  from differing
),
-- A correction and what it replaces are settled together, so that attempts of either request go with it.
moved as (
  select
    *,
    case when corrected = 1 and undecided = 0 and target <> place then target else '' end as own_target,
    case when corrected = 0 then 1 when undecided = 0 then newest when correction = 1 and same > 1 then 0 else 1 end as kept
  from decided
),
placed as (
  select
    *,
    max(own_target) over (partition by {HOME}, place) as other_place
  from moved
),
counted as (
  select
    *,
    case when eventname = 'InvokeExecution' then 1 else 0 end as attempt,
    case when eventname = 'InvokeExecution' then 0 else 1 end as a_call,
    case when eventname = 'InvokeExecution' then time end as attempted,
    case when other_place = '' then place else other_place end as together
  from placed
  where kept = 1
),
settled as (
  select
    *,
    sum(attempt) over (partition by {HOME}, together) as attempts_of_all,
    sum(a_call) over (partition by {HOME}, together) as calls_of_all,
    min(attempted) over (partition by {HOME}, together) as first_of_attempts,
    max(attempted) over (partition by {HOME}, together) as last_of_attempts,
    row_number() over (partition by {HOME}, together, attempt order by time, eventid) as number
  from counted
)
-- Attempts are counted with the first call; without one, by themselves.
select
{shown},
  account,
  region,
  day,
  a_call as calls,
  case when attempt = 1 then 1 when number = 1 then attempts_of_all else 0 end as attempts,
  attempt as orphans,
  case when attempt = 0 and attempts_of_all = 0 and coalesce(invocationtype, '') not in ('Event', 'DryRun') and errorcode is null
    and eventname like 'Invoke%' and eventname not like 'InvokeAsync%' then 1 else 0 end as ran,
  case when attempt = 0 and (attempts_of_all > 0 or coalesce(invocationtype, '') = 'Event' or eventname like 'InvokeAsync%')
    then 1 else 0 end as async_calls,
  case when attempt = 0 and errorcode is not null then 1 else 0 end as errors,
  case when attempt = 0 and coalesce(invocationtype, '') = 'DryRun' then 1 else 0 end as dry_runs,
  case when attempt = 0 and coalesce(caller_account, function_owner) <> function_owner then 1 else 0 end as cross_account,
  case when attempt = 0 and number = 1 and first_of_attempts < time then first_of_attempts else time end as first_time,
  case when attempt = 0 and number = 1 and last_of_attempts > time then last_of_attempts else time end as last_time
from settled
where attempt = 0 or calls_of_all = 0";

/// In what records differ that claim to be one event.
const CLAIM: &str = "requestid, eventname, eventtime, resource_arn, functionname, useridentity_arn";
/// In what corrections of one event contradict each other.
const SAID: &str =
    "function_arn, caller, requestid, eventname, eventtime, errorcode, invocationtype, via, function_owner,
      caller_account";
