//! Which operation a request asks for: of which service, by whom, in which Region, about what.

use crate::server::Request;
use serde_json::Value;

/// One operation.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Op {
    /// Named like its IAM action.
    pub(crate) action: String,
    /// Whose credentials signed it.
    pub(crate) signer: String,
    /// The account it is about: the signer, or the one whose role is assumed.
    pub(crate) account: String,
    pub(crate) region: String,
    /// The trail, store, channel or web function it names, if any.
    pub(crate) subject: Option<String>,
    /// The page it asks for, if not the first.
    pub(crate) page: Option<String>,
}

/// The caller's access key begins with this, and an assumed one too; the account follows.
pub(crate) const KEY: &str = "AKIA";

impl Op {
    pub(crate) fn of(request: &Request) -> Self {
        let authorization = request.headers.get("authorization").cloned().unwrap_or_default();
        let scope = authorization.split("Credential=").nth(1).unwrap_or_default();
        let scope: Vec<&str> = scope.split(',').next().unwrap_or_default().split('/').collect();
        let (key, region, service) = (scope[0], scope[2].to_owned(), scope[3]);
        let signer = key.strip_prefix(KEY).unwrap_or(key).to_owned();
        let json: Value = serde_json::from_str(&request.body).unwrap_or_default();
        let action = match (request.headers.get("x-amz-target"), service) {
            (Some(target), _) => target.rsplit('.').next().unwrap_or_default().to_owned(),
            (None, "lambda" | "account") => rest(&request.path).to_owned(),
            _ => form(&request.body, "Action").unwrap_or_default(),
        };
        let subject = ["Name", "TrailName", "EventDataStore", "Channel"]
            .iter()
            .find_map(|member| json.get(member)?.as_str().map(str::to_owned))
            .or_else(|| request.path.strip_suffix("/list-endpoints")?.rsplit('/').next().map(str::to_owned));
        let account = match form(&request.body, "RoleArn") {
            Some(role) => role.split("%3A").nth(4).unwrap_or_default().to_owned(),
            None => signer.clone(),
        };
        let page = ["NextToken", "nextToken"]
            .iter()
            .find_map(|member| json.get(member)?.as_str().map(str::to_owned))
            .or_else(|| form(&request.query, "Marker"))
            .or_else(|| form(&request.query, "nextToken"));
        Op { action: format!("{service}:{action}"), signer, account, region, subject, page }
    }
}

fn rest(path: &str) -> &'static str {
    match path {
        "/listRegions" => "ListRegions",
        "/2015-03-31/functions" | "/2015-03-31/functions/" => "ListFunctions",
        "/2025-03-07/web-functions" => "ListWebFunctions",
        "/2025-09-09/microvm-images" => "ListMicrovmImages",
        path if path.ends_with("/list-endpoints") => "ListWebFunctionEndpoints",
        _ => "Nothing",
    }
}

fn form(text: &str, name: &str) -> Option<String> {
    let prefix = format!("{name}=");
    text.split('&').find_map(|pair| pair.strip_prefix(&prefix)).map(str::to_owned)
}
