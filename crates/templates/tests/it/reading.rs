//! Plans become documents: actions, addresses, what is unknown.

use crate::plan::{Change, document, every, function, plan, read, trail};
use serde_json::json;
use templates::document::{Action, Kind, property};
use templates::terraform::{TerraformError, from_reader, from_slice};
use templates::value::{Value, Why};

const DATA: &[u8] = include_bytes!("fixtures/terraform-1.11-data.json");
const MOVED: &[u8] = include_bytes!("fixtures/terraform-1.11-moved.json");
const STATE: &[u8] = include_bytes!("fixtures/terraform-1.11-state.json");

#[test]
fn plans_of_terraform_itself_are_read_and_hold_nothing_that_matters() {
    for bytes in [DATA, MOVED] {
        let document = from_slice(bytes).unwrap();
        assert_eq!((document.resources.len(), document.doubts.len()), (0, 0));
    }
    assert!(matches!(from_slice(STATE), Err(TerraformError::NotAPlan(said)) if said.contains("a state")));
}

#[test]
fn a_plan_of_terraform_with_the_types_of_aws_is_read() {
    // Addresses, indices, moves, replacements and marks as Terraform writes them; only the type is another.
    let text = String::from_utf8(MOVED.to_vec()).unwrap();
    let text =
        text.replace("terraform_data", "aws_lambda_function").replace("\"input\"", "\"function_name\"");
    let document = from_slice(text.as_bytes()).unwrap();
    let told: Vec<(&str, Action, Option<&str>)> = document
        .resources
        .iter()
        .map(|one| (one.address.as_str(), one.action, one.previous_address.as_deref()))
        .collect();
    let created_first = Action::Replace { create_first: true };
    assert_eq!(
        told,
        [
            ("aws_lambda_function.counted[0]", created_first, None),
            ("aws_lambda_function.counted[1]", Action::Delete, None),
            ("aws_lambda_function.each[\"a.b[0]\"]", Action::Forget, None),
            ("aws_lambda_function.each[\"q\\\"uote\"]", Action::Forget, None),
            ("aws_lambda_function.uno", Action::Keep, Some("aws_lambda_function.one")),
            ("module.m[0].aws_lambda_function.inner", Action::Keep, None),
        ]
    );
    let uno = &document.resources[4];
    assert_eq!(uno.is(property::FUNCTION_NAME), Some(&Value::Unknown(Why::Sensitive)));
    // What Terraform wrote for lists of which a part is unknown.
    let text = String::from_utf8(DATA.to_vec()).unwrap();
    let text = text.replace("terraform_data", "aws_cloudtrail").replace("\"input\"", "\"event_selector\"");
    let document = from_slice(text.as_bytes()).unwrap();
    let each = document.resources.iter().find(|one| one.address.contains("a.b[0]")).unwrap();
    let Some(Value::Map(members)) = each.is(property::SELECTORS) else { panic!("{each:?}") };
    assert_eq!(
        members["Z"],
        Value::List(vec![Value::Number("1".to_owned()), Value::Unknown(Why::AfterApply)])
    );
    assert_eq!(members["Y"], Value::Unknown(Why::AfterApply));
}

#[test]
fn every_action_is_read_and_no_other() {
    let of = |actions: &[&'static str]| {
        let change =
            Change::new("aws_cloudtrail.a", actions, trail("main", json!({})), trail("main", json!({})));
        from_slice(plan(&[change]).to_string().as_bytes())
            .map(|document| document.resources.iter().map(|one| one.action).collect::<Vec<_>>())
    };
    assert_eq!(of(&["create"]), Ok(vec![Action::Create]));
    assert_eq!(of(&["read"]), Ok(vec![Action::Keep]));
    assert_eq!(of(&["delete", "create"]), Ok(vec![Action::Replace { create_first: false }]));
    assert_eq!(of(&["create", "delete"]), Ok(vec![Action::Replace { create_first: true }]));
    assert_eq!(of(&["create", "forget"]), Ok(vec![Action::Forget, Action::Create]));
    for odd in [&["exploded"][..], &[], &["create", "create"], &["delete", "forget"]] {
        let path = "$.resource_changes[0].change.actions".to_owned();
        assert_eq!(of(odd), Err(TerraformError::Action { path }), "{odd:?}");
    }
}

#[test]
fn data_sources_and_resources_that_do_not_matter_are_left_out() {
    let data = Change::create("aws_cloudtrail.a", trail("main", json!({}))).more(json!({"mode": "data"}));
    let role = Change::create("aws_iam_role.r", json!({"name": "r"}));
    let admin = Change::create("aws_cloudtrail_organization_delegated_admin_account.a", json!({}));
    assert_eq!(document(&[data, role, admin]).resources, []);
}

#[test]
fn what_cannot_be_looked_into_is_a_doubt_iff_it_changes() {
    for kind in ["aws_cloudformation_stack", "awscc_cloudtrail_trail", "aws_cloudtrail_new_thing"] {
        let address = format!("{kind}.a");
        let of = |change| document(&[change]);
        let made = of(Change::create(&address, json!({"name": "secret"})));
        assert_eq!(made.resources[0].kind, Kind::Other(kind.to_owned()));
        assert_eq!(
            made.doubts.iter().map(|doubt| doubt.about.code()).collect::<Vec<_>>(),
            ["not_looked_into"]
        );
        assert_eq!(of(Change::keep(&address, json!({}))).doubts, []);
    }
}

#[test]
fn attributes_become_properties_of_the_api_with_the_defaults_of_the_provider() {
    let bare = Change::create("aws_cloudtrail.a", json!({"name": "main"}));
    let document = document(&[bare]);
    let one = &document.resources[0];
    for (name, flag) in [
        (property::LOGGING, true),
        (property::GLOBAL_EVENTS, true),
        (property::MULTI_REGION_TRAIL, false),
        (property::ORGANIZATION_TRAIL, false),
        (property::VALIDATION, false),
    ] {
        assert_eq!(one.is(name), Some(&Value::Bool(flag)), "{name}");
    }
    assert_eq!(one.is(property::SELECTORS), Some(&Value::List(Vec::new())));
    let store = |change: Change| read(&plan(&[change])).resources[0].is(property::INGESTION).cloned();
    let address = "aws_cloudtrail_event_data_store.s";
    let said = Value::Unknown(Why::NotSaid);
    assert_eq!(store(Change::create(address, json!({"name": "s"}))), Some(Value::Bool(true)));
    assert_eq!(store(Change::create(address, json!({"suspend": "true"}))), Some(Value::Bool(false)));
    assert_eq!(store(Change::keep(address, json!({"name": "s"}))), Some(said.clone()));
    assert_eq!(store(Change::keep(address, json!({"suspend": ""}))), Some(said));
    assert_eq!(store(Change::keep(address, json!({"suspend": "false"}))), Some(Value::Bool(true)));
}

#[test]
fn the_order_of_members_and_the_way_of_reading_change_nothing() {
    let changes = [
        Change::create("module.a[\"x\"].aws_cloudtrail.main[0]", trail("main", every())),
        Change::create("aws_lambda_function.f[0]", function("f")),
    ];
    let sorted = plan(&changes);
    let expected = read(&sorted);
    // Terraform writes the type before the change, and the changes before the configuration.
    let text = format!(
        r#"{{"resource_changes":{},"configuration":{},"planned_values":{{}},"format_version":"1.2"}}"#,
        sorted["resource_changes"], sorted["configuration"]
    );
    let text = text.replacen(r#"{"address""#, r#"{"type":"aws_cloudtrail","address""#, 1);
    let again = text.replacen(r#","type":"aws_cloudtrail"}"#, "}", 1);
    assert_eq!(from_slice(again.as_bytes()).as_ref(), Ok(&expected));
    assert_eq!(from_reader(again.as_bytes()).as_ref(), Ok(&expected));
    assert_eq!(from_slice(format!("\u{feff}\n{again}").as_bytes()).as_ref(), Ok(&expected));
    assert_eq!(from_reader(format!("\u{feff}{again}").as_bytes()).as_ref(), Ok(&expected));
}

#[test]
fn a_plan_that_is_not_the_whole_change_says_so() {
    let codes = |more: serde_json::Value| {
        let mut plan = plan(&[]);
        plan.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        read(&plan).doubts.iter().map(|doubt| doubt.about.code()).collect::<Vec<_>>()
    };
    assert_eq!(codes(json!({})), Vec::<&str>::new());
    assert_eq!(codes(json!({"deferred_changes": []})), Vec::<&str>::new());
    assert_eq!(codes(json!({"errored": true, "complete": false})), ["plan_errored"]);
    assert_eq!(codes(json!({"complete": false})), ["plan_incomplete"]);
    let deferred = json!({"deferred_changes": [{"reason": "x"}, {"reason": "y"}], "complete": false});
    assert_eq!(codes(deferred), ["plan_deferred"]);
}

#[test]
fn a_deposed_object_is_one_of_its_own() {
    let change = Change::delete("aws_cloudtrail.a", trail("old", json!({}))).more(json!({"deposed": "ab12"}));
    let document = document(&[change, Change::keep("aws_cloudtrail.a", trail("main", json!({})))]);
    assert_eq!(document.resources[0].address, "aws_cloudtrail.a (deposed object ab12)");
    assert_eq!(document.resources[0].action, Action::Delete);
}
