//! `ocsf_api_activity`: records as events of OCSF's class API Activity (6003), version 1.8.0.

use super::Engine;
use super::words::{Type, Value, integer, matches, milliseconds, row, text};

/// The select.
pub(super) fn select(engine: Engine) -> String {
    let of = |control: bool| {
        let columns = columns(engine, control);
        let columns: Vec<String> =
            columns.iter().map(|(name, value)| format!("  {} as {name}", value.sql(engine))).collect();
        let table = if control { "control_events" } else { "invocations_once" };
        format!("select\n{},\n  account,\n  region,\n  day\nfrom {table}", columns.join(",\n"))
    };
    format!("{}\nunion all\n{}", of(false), of(true))
}

/// Members of the class; those without a value are null.
fn columns(engine: Engine, control: bool) -> Vec<(&'static str, Value)> {
    let mut all = vec![
        ("activity_id", integer("99")),
        ("activity_name", text("eventname")),
        ("category_uid", integer("6")),
        ("category_name", text("'Application Activity'")),
        ("class_uid", integer("6003")),
        ("class_name", text("'API Activity'")),
        ("type_uid", integer("600399")),
        ("type_name", text("'API Activity: Other'")),
        ("severity_id", integer("1")),
        ("severity", text("'Informational'")),
        // `time` of the table is a timestamp, of OCSF a number.
        ("time", integer(milliseconds(engine))),
        ("status_id", integer("case when errorcode is null then 1 else 2 end")),
        ("status", text("case when errorcode is null then 'Success' else 'Failure' end")),
        ("status_code", text("errorcode")),
        ("status_detail", text("errormessage")),
    ];
    all.extend(objects(engine, control));
    all
}

/// Those that are objects.
fn objects(engine: Engine, control: bool) -> Vec<(&'static str, Value)> {
    let is_address = matches(engine, "sourceipaddress", "^[0-9a-fA-F.:]+$");
    let known = "function_arn is not null".to_owned();
    let owner = if control { Value::Null(Type::Text) } else { text("function_owner") };
    let function = row([
        ("uid", text("function_arn")),
        (
            "type",
            text(if control {
                "'AWS::Lambda::Function'"
            } else {
                "coalesce(resource_type, 'AWS::Lambda::Function')"
            }),
        ),
        ("owner", row([("account", row([("uid", owner)]))])),
    ]);
    let user = row([
        ("type", text("useridentity_type")),
        // A user has to have a name or an id.
        ("uid", text("coalesce(caller, 'Unknown')")),
        ("uid_alt", text("useridentity_principalid")),
        ("name", text("useridentity_username")),
        ("credential_uid", text("useridentity_accesskeyid")),
        ("account", row([("uid", text("caller_account"))])),
    ]);
    vec![
        ("metadata", metadata()),
        ("api", api()),
        (
            "actor",
            row([
                ("user", user),
                ("session", row([("issuer", text("useridentity_issuer_arn"))])),
                ("invoked_by", text("useridentity_invokedby")),
            ]),
        ),
        (
            "cloud",
            row([
                ("provider", text("'AWS'")),
                ("region", text("awsregion")),
                ("account", row([("uid", text("recipientaccountid"))])),
            ]),
        ),
        (
            "src_endpoint",
            row([
                ("ip", text(format!("case when {is_address} then sourceipaddress end"))),
                ("domain", text(format!("case when not ({is_address}) then sourceipaddress end"))),
            ]),
        ),
        ("http_request", row([("user_agent", text("useragent"))])),
        ("resources", Value::ListIf(known, Box::new(function))),
    ]
}

/// Which record it is, and who wrote it.
fn metadata() -> Value {
    let feature = row([("name", text("coalesce(eventcategory, eventtype, 'CloudTrail')"))]);
    let product = row([
        ("name", text("'CloudTrail'")),
        ("vendor_name", text("'AWS'")),
        ("version", text("eventversion")),
        ("feature", feature),
    ]);
    row([
        ("version", text("'1.8.0'")),
        ("uid", text("eventid")),
        ("product", product),
        ("original_time", text("eventtime")),
    ])
}

/// What was called.
fn api() -> Value {
    row([
        ("operation", text("eventname")),
        ("service", row([("name", text("eventsource"))])),
        ("request", row([("uid", text("coalesce(requestid, eventid)"))])),
        ("response", row([("error", text("errorcode")), ("message", text("errormessage"))])),
    ])
}
