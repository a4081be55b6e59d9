//! Who called, in words for people.

use crate::sheet::{Column, Row, Sheet};
use cloudtrail::arn::Arn;

/// The columns that name a caller.
pub(crate) const CALLER: [Column; 8] = [
    Column::Arn,
    Column::InvokedBy,
    Column::Kind,
    Column::Issuer,
    Column::UserName,
    Column::PrincipalId,
    Column::CallerAccount,
    Column::OnBehalfOf,
];

/// The caller as people call it: `role deploy, session alice`, `user eve`, `service s3.amazonaws.com`, `anonymous`. Two accounts may
/// have a caller of that name: whoever groups by it groups by the caller's account, too ([`crate::Question::new`]).
pub(crate) fn principal(sheet: &Sheet, row: &Row) -> String {
    let text = |column| sheet.texts.get(row.text(column));
    let (kind, service) = (text(Column::Kind), text(Column::InvokedBy));
    let named = match text(Column::Arn) {
        Some(arn) => of_arn(arn, text(Column::UserName)),
        None if service.is_some() && matches!(kind, Some("AWSService") | None) => {
            return format!("service {}", service.unwrap_or_default());
        }
        None => without_arn(kind, text),
    };
    let named = match text(Column::OnBehalfOf).filter(|user| !user.is_empty()) {
        Some(user) if text(Column::Arn).is_some() => format!("{named}, for Identity Center user {user}"),
        _ => named,
    };
    match service {
        Some(service) => format!("{named}, through {service}"),
        None => named,
    }
}

/// The role of a caller: `role deploy`, whatever the session is called; else as [`principal`].
pub(crate) fn role(sheet: &Sheet, row: &Row) -> String {
    let text = |column| sheet.texts.get(row.text(column));
    let issuer = text(Column::Issuer).and_then(Arn::parse);
    let issued =
        issuer.and_then(|arn| arn.resource.strip_prefix("role/")).map(|role| role.rsplit('/').next());
    let in_session = || {
        let arn = text(Column::Arn).and_then(Arn::parse)?;
        arn.resource.strip_prefix("assumed-role/")?.split('/').next()
    };
    match issued.flatten().or_else(in_session) {
        Some(role) => format!("role {role}"),
        None => principal(sheet, row),
    }
}

fn of_arn(text: &str, user_name: Option<&str>) -> String {
    let Some(arn) = Arn::parse(text) else { return text.to_owned() };
    let last = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
    let (kind, rest) = arn.resource.split_once('/').unwrap_or((arn.resource, ""));
    match (arn.service, kind) {
        ("sts", "assumed-role") => {
            let (role, session) = rest.split_once('/').unwrap_or((rest, ""));
            format!("role {role}, session {session}")
        }
        ("sts", "federated-user") => format!("federated user {}", last(rest)),
        ("iam", "user") => format!("user {}", last(rest)),
        ("iam", "role") => format!("role {}", last(rest)),
        ("iam", "root") => format!("root of {}", arn.account),
        _ => user_name.map_or_else(|| text.to_owned(), |name| format!("user {name}")),
    }
}

/// A caller that has no ARN and is no service.
fn without_arn<'a>(kind: Option<&str>, text: impl Fn(Column) -> Option<&'a str>) -> String {
    let said = |column| text(column).filter(|text| !text.is_empty());
    let (account, id) = (said(Column::CallerAccount), said(Column::PrincipalId));
    if let Some(user) = said(Column::OnBehalfOf) {
        return format!("Identity Center user {user}");
    }
    let anonymous = |word: Option<&str>| {
        word.is_some_and(|word| matches!(word, "ANONYMOUS_PRINCIPAL" | "anonymous" | "ANONYMOUS"))
    };
    if anonymous(account) || anonymous(id) {
        return "anonymous".to_owned();
    }
    match (kind, text(Column::UserName), id, account) {
        (Some("Root"), _, _, Some(account)) => format!("root of {account}"),
        // Providers may each have a user of that name: the id begins with the provider.
        (Some("SAMLUser" | "WebIdentityUser"), Some(user), Some(id), _) if id != user => {
            format!("user {user} (principal {id})")
        }
        (_, Some(user), _, _) => format!("user {user}"),
        // Of a caller of another account, CloudTrail gives the id alone: the name is that account's own business.
        (Some("AWSAccount"), _, Some(id), Some(account)) if id != account => {
            format!("principal {id} of account {account}")
        }
        (Some("AWSAccount"), _, _, Some(account)) => format!("account {account}"),
        (_, _, Some(id), _) => format!("principal {id}"),
        (_, _, None, Some(account)) => format!("account {account}"),
        (Some("Unknown") | None, ..) => "nobody named".to_owned(),
        (Some(kind), ..) => format!("{kind}, nobody named"),
    }
}
