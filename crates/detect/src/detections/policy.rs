//! To whom a statement of a resource policy gives access, and whether they belong to us.

use crate::grouped::Grouped;
use serde_json::Value;

/// Who is let in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Whom {
    /// Everybody.
    Anyone,
    /// An account, or one of its principals.
    Account(String),
    /// A service of AWS.
    Service(String),
    /// Something that names no account.
    Other,
}

/// What a condition leaves of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Limit {
    /// All.
    None,
    /// Principals of, or resources in, these accounts.
    Accounts(Vec<String>),
    /// Those of this organization.
    Organization(String),
    /// Something narrower that names no account: a bucket, a network of one's own, a token.
    Otherwise,
}

/// A statement that allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Grant {
    /// Who.
    pub whom: Whom,
    /// Which of them.
    pub limit: Limit,
    /// True iff it only serves calls of a function URL.
    pub url: bool,
}

/// How far a grant reaches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// To everybody.
    Open,
    /// To that account or organization, which is not ours and not allowed; `true` iff a service of AWS calls for it.
    Foreign(String, bool),
    /// To whatever anybody has in that service: nothing says for whom it calls.
    AnyOfService(String),
    /// To our own.
    Own,
}

impl Grant {
    /// What `AddPermission` asks for; `None` where it names nobody.
    pub(super) fn asked(request: &Value) -> Option<Grant> {
        let text = |name: &str| super::field::text(request, name).filter(|text| *text != "*");
        let principal = super::field::text(request, "principal")?;
        let accounts: Vec<String> =
            [text("sourceAccount").map(str::to_owned), text("sourceArn").and_then(account_in)]
                .into_iter()
                .flatten()
                .collect();
        let organization = text("principalOrgID").or_else(|| text("organizationId"));
        let limit = match organization {
            Some(organization) => Limit::Organization(organization.to_owned()),
            None if !accounts.is_empty() => Limit::Accounts(accounts),
            None if text("sourceArn").is_some_and(is_narrow) || text("eventSourceToken").is_some() => {
                Limit::Otherwise
            }
            None => Limit::None,
        };
        let by_url = super::field::flag(request, "invokedViaFunctionUrl") == Some(true);
        let url = text("functionUrlAuthType") == Some("NONE") || by_url;
        Some(Grant { whom: whom(principal), limit, url })
    }

    /// How far it reaches.
    pub(super) fn reach(&self, view: &Grouped<'_>) -> Reach {
        let by_service = matches!(self.whom, Whom::Service(_));
        let foreign = |account: &String| !view.is_allowed(account);
        match (&self.whom, &self.limit) {
            (Whom::Account(account), _) if foreign(account) => Reach::Foreign(account.clone(), false),
            (Whom::Account(_) | Whom::Other, _) | (_, Limit::Otherwise) => Reach::Own,
            (_, Limit::Accounts(accounts)) => match accounts.iter().find(|account| foreign(account)) {
                Some(account) => Reach::Foreign(account.clone(), by_service),
                None => Reach::Own,
            },
            (_, Limit::Organization(organization)) => {
                let known = &view.facts.organizations;
                let ours = known.is_empty() || known.contains(organization);
                if ours { Reach::Own } else { Reach::Foreign(organization.clone(), by_service) }
            }
            (Whom::Anyone, Limit::None) => Reach::Open,
            (Whom::Service(service), Limit::None) => Reach::AnyOfService(service.clone()),
        }
    }
}

/// A policy that stands in a record as an object or as text.
pub(super) fn document(said: Option<&Value>) -> Value {
    match said {
        Some(Value::String(text)) => serde_json::from_str(text).unwrap_or_default(),
        Some(other) => other.clone(),
        None => Value::Null,
    }
}

/// Its statements with that effect.
pub(super) fn statements<'p>(policy: &'p Value, effect: &str) -> Vec<&'p Value> {
    let all = listed(policy.get("Statement").or_else(|| policy.get("statement")));
    let is = |one: &&Value| {
        one.get("Effect")
            .or_else(|| one.get("effect"))
            .and_then(Value::as_str)
            .is_some_and(|said| said == effect)
    };
    all.into_iter().filter(is).collect()
}

/// What it allows.
pub(super) fn grants(policy: &Value) -> Vec<Grant> {
    statements(policy, "Allow").into_iter().flat_map(of_statement).collect()
}

/// True iff the statement speaks of that service: `cloudtrail.amazonaws.com`.
pub(super) fn names_service(statement: &Value, service: &str) -> bool {
    principals(statement).iter().any(|principal| principal == service)
}

/// True iff one of the statement's actions covers that one: `s3:PutObject`.
pub(super) fn covers(statement: &Value, action: &str) -> bool {
    let action = action.to_ascii_lowercase();
    texts(statement.get("Action").or_else(|| statement.get("action"))).iter().any(|said| {
        let said = said.to_ascii_lowercase();
        match said.split_once('*') {
            Some((before, _)) => action.starts_with(before),
            None => said == action,
        }
    })
}

fn of_statement(statement: &Value) -> Vec<Grant> {
    let limit = limit(statement.get("Condition").or_else(|| statement.get("condition")));
    let condition = statement.get("Condition").map(ToString::to_string).unwrap_or_default();
    let url = condition.contains("FunctionUrlAuthType") || condition.contains("InvokedViaFunctionUrl");
    let named = principals(statement);
    named.iter().map(|principal| Grant { whom: whom(principal), limit: limit.clone(), url }).collect()
}

fn principals(statement: &Value) -> Vec<String> {
    if statement.get("NotPrincipal").is_some() {
        return vec!["*".to_owned()];
    }
    match statement.get("Principal").or_else(|| statement.get("principal")) {
        Some(Value::Object(kinds)) => {
            let kinds = kinds.iter().filter(|(kind, _)| *kind == "AWS" || *kind == "Service" || *kind == "*");
            kinds.flat_map(|(_, who)| texts(Some(who))).collect()
        }
        other => texts(other),
    }
}

fn whom(principal: &str) -> Whom {
    if principal == "*" {
        return Whom::Anyone;
    }
    if is_account(principal) {
        return Whom::Account(principal.to_owned());
    }
    if principal.starts_with("arn:") {
        return match principal.split(':').nth(4) {
            Some(account) if is_account(account) => Whom::Account(account.to_owned()),
            Some("*") => Whom::Anyone,
            _ => Whom::Other,
        };
    }
    let service = [".amazonaws.com", ".amazon.com", ".amazonaws.com.cn", ".amazonaws.eu"];
    let is_service = service.iter().any(|end| principal.ends_with(end));
    if is_service { Whom::Service(principal.to_owned()) } else { Whom::Other }
}

fn limit(condition: Option<&Value>) -> Limit {
    let Some(Value::Object(operators)) = condition else { return Limit::None };
    let (mut accounts, mut otherwise) = (Vec::new(), false);
    for (operator, keys) in operators {
        let operator = operator.to_ascii_lowercase();
        // What is negated, or counts only where the key is there, leaves the door open.
        if operator.contains("not") || operator.ends_with("ifexists") || operator == "null" {
            continue;
        }
        for (key, values) in keys.as_object().into_iter().flatten() {
            let values: Vec<String> =
                texts(Some(values)).into_iter().filter(|value| is_narrow(value)).collect();
            let Some(first) = values.first() else { continue };
            match key.to_ascii_lowercase().as_str() {
                "aws:principalorgid" | "aws:sourceorgid" => return Limit::Organization(first.clone()),
                "aws:principalaccount" | "aws:sourceaccount" | "aws:sourcearn" | "aws:principalarn" => {
                    accounts.extend(values.iter().filter_map(|value| account_in(value)));
                    otherwise = true;
                }
                "aws:sourcevpc"
                | "aws:sourcevpce"
                | "lambda:eventsourcetoken"
                | "aws:principalorgpaths"
                | "aws:sourceorgpaths"
                | "aws:vpcsourceip" => otherwise = true,
                _ => {}
            }
        }
    }
    match (accounts.is_empty(), otherwise) {
        (false, _) => Limit::Accounts(accounts),
        (true, true) => Limit::Otherwise,
        (true, false) => Limit::None,
    }
}

/// The account that a text is or that an ARN lies in.
pub(super) fn account_in(said: &str) -> Option<String> {
    let account = if said.starts_with("arn:") { said.split(':').nth(4)? } else { said };
    is_account(account).then(|| account.to_owned())
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// True iff it says more than that anything will do.
fn is_narrow(value: &str) -> bool {
    let tail = value.strip_prefix("arn:").unwrap_or(value);
    let tail = tail.strip_prefix("aws").unwrap_or(tail);
    tail.chars().any(|one| !matches!(one, '*' | ':' | '?'))
}

fn listed(value: Option<&Value>) -> Vec<&Value> {
    match value {
        Some(Value::Array(all)) => all.iter().collect(),
        Some(Value::Null) | None => Vec::new(),
        Some(one) => vec![one],
    }
}

/// A text or several.
pub(super) fn texts(value: Option<&Value>) -> Vec<String> {
    listed(value).into_iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests;
