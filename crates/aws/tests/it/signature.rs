//! Whether a request is signed as AWS would sign what it received: Signature Version 4, from its documentation.

use crate::server::Request;
use sha2::{Digest, Sha256};

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn hmac(key: &[u8], text: &[u8]) -> Vec<u8> {
    let mut block = [0_u8; 64];
    block[..key.len()].copy_from_slice(key);
    let inner = Sha256::new().chain_update(block.map(|byte| byte ^ 0x36)).chain_update(text).finalize();
    Sha256::new().chain_update(block.map(|byte| byte ^ 0x5c)).chain_update(inner).finalize().to_vec()
}

/// Panics unless the request of S3 bears the right signature. S3 takes the path as it was sent, and the query sorted.
pub(crate) fn assert_signed(request: &Request, secret: &str) {
    let authorization = &request.headers["authorization"];
    let part = |name: &str| {
        let rest = authorization.split(name).nth(1).unwrap_or_else(|| panic!("no {name} in {authorization}"));
        rest.trim_start_matches('=').split(',').next().unwrap().to_owned()
    };
    let (credential, names, signature) = (part("Credential"), part("SignedHeaders"), part("Signature="));
    let scope: Vec<&str> = credential.split('/').skip(1).collect();
    let mut query: Vec<String> = request
        .query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| if pair.contains('=') { pair.to_owned() } else { format!("{pair}=") })
        .collect();
    query.sort();
    let headers: String =
        names.split(';').map(|name| format!("{name}:{}\n", request.headers[name])).collect();
    let canonical = format!(
        "{}\n{}\n{}\n{headers}\n{names}\n{}",
        request.method,
        request.path,
        query.join("&"),
        request.headers["x-amz-content-sha256"]
    );
    let hashed = hex(&Sha256::digest(canonical.as_bytes()));
    let text = format!("AWS4-HMAC-SHA256\n{}\n{}\n{hashed}", request.headers["x-amz-date"], scope.join("/"));
    let key =
        scope.iter().fold(format!("AWS4{secret}").into_bytes(), |key, part| hmac(&key, part.as_bytes()));
    assert_eq!(hex(&hmac(&key, text.as_bytes())), signature, "{canonical}");
}
