//! Whom a function's resource policy lets invoke it.

use audit::extra_facts::Exposure;
use serde_json::Value;
use std::collections::BTreeSet;

/// Condition keys that narrow who may invoke. One that we do not know is not taken to.
const NARROWING: [&str; 9] = [
    "aws:sourcearn",
    "aws:sourceaccount",
    "aws:sourceorgid",
    "aws:sourceorgpaths",
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:principalarn",
    "aws:principalaccount",
    "lambda:eventsourcetoken",
];

/// Reads a policy document; `own` is the function's account.
///
/// # Errors
/// One line, iff the text is no policy.
pub(super) fn exposure(text: &str, own: &str) -> Result<Exposure, String> {
    let policy: Value =
        serde_json::from_str(text).map_err(|error| format!("the policy is not JSON: {error}"))?;
    let statements = match policy.get("Statement") {
        Some(Value::Array(list)) => list.iter().collect(),
        Some(one @ Value::Object(_)) => vec![one],
        _ => return Err("the policy has no statement".to_owned()),
    };
    let (mut public, mut accounts, mut services) = (false, BTreeSet::new(), BTreeSet::new());
    for statement in statements.into_iter().filter(|one| one.get("Effect") == Some(&Value::from("Allow"))) {
        let narrowed = narrowed(statement.get("Condition"));
        for principal in principals(statement) {
            match principal {
                Principal::Anybody => public |= !narrowed,
                Principal::Account(id) if id != own => drop(accounts.insert(id)),
                Principal::Account(_) => {}
                Principal::Service(name) => drop(services.insert(name)),
            }
        }
    }
    Ok(Exposure {
        public,
        accounts: accounts.into_iter().collect(),
        services: services.into_iter().collect(),
    })
}

enum Principal {
    Anybody,
    Account(String),
    Service(String),
}

fn principals(statement: &Value) -> Vec<Principal> {
    // NotPrincipal lets in everybody but those: nearly anybody.
    if statement.get("NotPrincipal").is_some() {
        return vec![Principal::Anybody];
    }
    match statement.get("Principal") {
        Some(Value::String(text)) => vec![of_aws(text)],
        Some(Value::Object(kinds)) => {
            let of_kind = kinds.iter().flat_map(|(kind, who)| {
                texts(who).map(move |text| match kind.as_str() {
                    "Service" => Principal::Service(text.split('.').next().unwrap_or(text).to_owned()),
                    _ => of_aws(text),
                })
            });
            of_kind.collect()
        }
        _ => Vec::new(),
    }
}

/// `*`, an account, or the ARN of somebody in one. Whoever is none of these is counted as anybody.
fn of_aws(text: &str) -> Principal {
    let account = if text.starts_with("arn:") { text.split(':').nth(4).unwrap_or_default() } else { text };
    if account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit()) {
        Principal::Account(account.to_owned())
    } else {
        Principal::Anybody
    }
}

fn texts(value: &Value) -> impl Iterator<Item = &str> {
    let list = value.as_array().map_or(&[][..], Vec::as_slice);
    value.as_str().into_iter().chain(list.iter().filter_map(Value::as_str))
}

fn narrowed(condition: Option<&Value>) -> bool {
    let operators = condition.and_then(Value::as_object);
    let keys = operators.into_iter().flat_map(|all| all.values()).filter_map(Value::as_object);
    keys.flat_map(|keys| keys.keys()).any(|key| NARROWING.contains(&key.to_ascii_lowercase().as_str()))
}

#[cfg(test)]
mod tests {
    use super::exposure;

    fn of(principal: &str, condition: &str) -> audit::extra_facts::Exposure {
        let text = format!(
            r#"{{"Statement":[{{"Effect":"Allow","Principal":{principal},"Action":"lambda:InvokeFunction"{condition}}}]}}"#
        );
        exposure(&text, "111111111111").unwrap()
    }

    #[test]
    fn anybody_is_anybody_unless_narrowed() {
        assert!(of("\"*\"", "").public);
        assert!(of("{\"AWS\":\"*\"}", "").public);
        let url = r#","Condition":{"StringEquals":{"lambda:FunctionUrlAuthType":"NONE"}}"#;
        assert!(of("\"*\"", url).public, "a URL without authentication is open to all");
        let organization = r#","Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-1"}}"#;
        assert!(!of("\"*\"", organization).public);
    }

    #[test]
    fn accounts_and_services_are_named() {
        let told = of(
            r#"{"AWS":["arn:aws:iam::222222222222:root","111111111111"],"Service":"s3.amazonaws.com"}"#,
            "",
        );
        assert_eq!(
            (told.public, told.accounts, told.services),
            (false, vec!["222222222222".to_owned()], vec!["s3".to_owned()])
        );
    }

    #[test]
    fn what_is_no_policy_is_an_error() {
        for text in ["", "[]", "{}", "{\"Statement\":7}"] {
            assert!(exposure(text, "1").is_err(), "{text}");
        }
    }
}
