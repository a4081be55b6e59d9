//! `cloudtrail_logs`: the columns and structs of AWS's own Athena table of CloudTrail logs.

use super::Engine;
use super::words::{Type, Value, arn_part, json, matched, of_record, row, text};

/// The select.
pub(super) fn select(engine: Engine) -> String {
    let of = |control: bool| {
        let columns = columns(engine, control);
        let columns: Vec<String> =
            columns.iter().map(|(name, value)| format!("  {} as {name}", value.sql(engine))).collect();
        let table = if control { "control_events" } else { "invocations" };
        // The time of ours and the partitions are as useful here.
        format!("select\n{},\n  time,\n  account,\n  region,\n  day\nfrom {table}", columns.join(",\n"))
    };
    format!("{}\nunion all\n{}", of(false), of(true))
}

fn null() -> Value {
    Value::Null(Type::Text)
}

/// In the order of AWS's table (Athena User Guide, "Create a table for CloudTrail logs").
fn columns(engine: Engine, control: bool) -> Vec<(&'static str, Value)> {
    let own = |name: &str| text(name);
    let or = |of_control: &str, of_invocations: String| {
        text(if control { of_control.to_owned() } else { of_invocations })
    };
    let requested = [
        ("functionName", "functionname"),
        ("qualifier", "qualifier"),
        ("invocationType", "invocationtype"),
        ("sourceArn", "source_arn"),
        ("sourceAccount", "source_account"),
    ];
    let mut all = vec![
        ("eventversion", own("eventversion")),
        ("useridentity", identity(engine, control)),
        ("eventtime", own("eventtime")),
        ("eventsource", own("eventsource")),
        ("eventname", own("eventname")),
        ("awsregion", own("awsregion")),
        ("sourceipaddress", own("sourceipaddress")),
        ("useragent", own("useragent")),
        ("errorcode", own("errorcode")),
        ("errormessage", own("errormessage")),
        ("requestparameters", or("requestparameters", json(engine, &requested))),
        ("responseelements", if control { own("responseelements") } else { null() }),
        (
            "additionaleventdata",
            or("additionaleventdata", json(engine, &[("functionVersion", "executed_version")])),
        ),
    ];
    all.extend(rest(control));
    all
}

/// The columns after these.
fn rest(control: bool) -> Vec<(&'static str, Value)> {
    let own = |name: &str| text(name);
    let corrects = if control { null() } else { own("corrects_eventid") };
    let resources = if control {
        Value::Null(Type::List(Box::new(Type::Row(vec![
            ("arn", Type::Text),
            ("accountid", Type::Text),
            ("type", Type::Text),
        ]))))
    } else {
        let one = row([
            ("arn", own("resource_arn")),
            ("accountid", own("resource_accountid")),
            ("type", own("resource_type")),
        ]);
        Value::ListIf(
            "coalesce(resource_arn, resource_accountid, resource_type) is not null".to_owned(),
            Box::new(one),
        )
    };
    vec![
        ("requestid", own("requestid")),
        ("eventid", own("eventid")),
        ("readonly", text("case when readonly then 'true' when not readonly then 'false' end")),
        ("resources", resources),
        ("eventtype", own("eventtype")),
        ("apiversion", null()),
        ("recipientaccountid", own("recipientaccountid")),
        ("serviceeventdetails", null()),
        ("sharedeventid", own("sharedeventid")),
        ("vpcendpointid", own("vpcendpointid")),
        ("vpcendpointaccountid", null()),
        ("eventcategory", own("eventcategory")),
        (
            "addendum",
            row([
                ("reason", null()),
                ("updatedfields", null()),
                ("originalrequestid", null()),
                ("originaleventid", corrects),
            ]),
        ),
        ("sessioncredentialfromconsole", own("sessioncredentialfromconsole")),
        ("edgedevicedetails", null()),
        (
            "tlsdetails",
            row([("tlsversion", null()), ("ciphersuite", null()), ("clientprovidedhostheader", null())]),
        ),
    ]
}

/// `userIdentity`. What the tables do not have is taken out of the record, where that is kept.
fn identity(engine: Engine, control: bool) -> Value {
    let of = |path: &[&str]| if control { text(of_record(engine, path)) } else { null() };
    let attribute = |name| of(&["userIdentity", "sessionContext", "attributes", name]);
    let issuer = "useridentity_issuer_arn";
    let member = |name| text(format!("useridentity_{name}"));
    let issued = |sql: String| text(format!("case when {issuer} is not null then {sql} end"));
    row([
        ("type", member("type")),
        ("principalid", member("principalid")),
        ("arn", member("arn")),
        ("accountid", member("accountid")),
        ("invokedby", member("invokedby")),
        ("accesskeyid", member("accesskeyid")),
        ("username", member("username")),
        ("onbehalfof", row([("userid", member("onbehalfof_userid")), ("identitystorearn", null())])),
        (
            "sessioncontext",
            row([
                (
                    "attributes",
                    row([
                        ("mfaauthenticated", attribute("mfaAuthenticated")),
                        ("creationdate", attribute("creationDate")),
                    ]),
                ),
                (
                    "sessionissuer",
                    row([
                        ("type", issued(format!("case when {issuer} like '%:role/%' then 'Role' end"))),
                        ("principalid", null()),
                        ("arn", text(issuer)),
                        ("accountid", text(arn_part(engine, issuer, 5))),
                        ("username", issued(matched(engine, issuer, "([^/]+)$"))),
                    ]),
                ),
                ("ec2roledelivery", null()),
                (
                    "webidfederationdata",
                    row([("federatedprovider", null()), ("attributes", Value::Null(Type::Map))]),
                ),
            ]),
        ),
    ])
}
