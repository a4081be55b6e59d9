//! Endpoints are checked before anything is sent.

use super::check_endpoint;
use crate::error::CollectError;

#[test]
fn endpoints_are_checked_before_anything_is_sent() {
    for good in ["http://127.0.0.1:5000", "https://localhost", "http://[::1]:80/", "https://a.b/c"] {
        assert!(check_endpoint(good, "it").is_ok(), "{good}");
    }
    for bad in ["", "localhost:5000", "http://", "http://:80", "ftp://x", "http://a b", "http://a:99999"] {
        assert!(matches!(check_endpoint(bad, "it"), Err(CollectError::EndpointUrl { .. })), "{bad}");
    }
    for bad in ["http://evil.example", "http://10.0.0.1:80/", "http://localhost.evil.example"] {
        assert!(matches!(check_endpoint(bad, "it"), Err(CollectError::EndpointInClear { .. })), "{bad}");
    }
}

#[test]
fn no_password_of_an_endpoint_is_told() {
    for bad in [
        "https://user:s3cret@example.com/x",
        "http://user:s3cret@127.0.0.1:1",
        "user:s3cret@example.com",
        "https://u:s3cret@a@b",
        "https://a.b/?token=s3cret",
        "https://a.b/#s3cret",
        "ftp://:s3cret@x",
    ] {
        let said = check_endpoint(bad, "AWS_ENDPOINT_URL").unwrap_err();
        assert!(!said.to_string().contains("s3cret"), "{said}");
    }
}
