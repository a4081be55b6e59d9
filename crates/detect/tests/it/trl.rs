//! Whoever weakens the recording.

use crate::world::{change, found, of, user, with};
use serde_json::json;

#[test]
fn a_stopped_trail_is_found_and_a_refused_call_is_not() {
    let eve = user("111122223333", "eve");
    let stop = change(5, "cloudtrail", "StopLogging", &eve, json!({"name": "main"}));
    let refused = with(stop.clone(), &[("errorCode", json!("AccessDenied"))]);
    let one = found(std::slice::from_ref(&stop));
    let findings = of(&one, "TRL-01");
    assert_eq!(findings.len(), 1);
    assert_eq!(findings[0].principal.as_deref(), Some("arn:aws:iam::111122223333:user/eve"));
    assert!(of(&found(&[refused]), "TRL-01").is_empty());
}
