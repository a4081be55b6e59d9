//! Putting things into the emulator, with plain HTTP requests: it reads whose they are from the credential scope, and
//! checks no signature.

use std::io::{Read, Write};
use std::net::TcpStream;

/// An account of the emulator, called with the keys of a role in it.
pub(crate) struct Seed {
    host: String,
    pub(crate) key: String,
}

/// The address of the emulator.
pub(crate) fn url() -> String {
    std::env::var("INVOKETRAIL_TEST_MOTO_URL").unwrap_or_else(|_| {
        panic!("set INVOKETRAIL_TEST_MOTO_URL to the address of a moto server, like http://127.0.0.1:5000")
    })
}

impl Seed {
    /// The account of that id, which the emulator makes when it is first named.
    pub(crate) fn account(id: &str) -> Seed {
        let host = url().trim_start_matches("http://").trim_end_matches('/').to_owned();
        let anybody = Seed { host, key: "AKIAANYBODY".to_owned() };
        let role = format!("arn%3Aaws%3Aiam%3A%3A{id}%3Arole%2FSeed");
        let body = format!("Action=AssumeRole&Version=2011-06-15&RoleSessionName=seed&RoleArn={role}");
        let answer = anybody.send("POST /", ("sts", "us-east-1"), FORM, &body);
        let key = answer.split("<AccessKeyId>").nth(1).and_then(|rest| rest.split('<').next());
        Seed { key: key.unwrap_or_else(|| panic!("no key in {answer}")).to_owned(), ..anybody }
    }

    /// A role for functions to run as.
    pub(crate) fn role(&self) {
        let body = "Action=CreateRole&Version=2010-05-08&RoleName=runner&AssumeRolePolicyDocument=%7B%7D";
        self.send("POST /", ("iam", "us-east-1"), FORM, body);
    }

    pub(crate) fn functions(&self, account: &str, region: &str, count: usize) {
        // The smallest file that is a zip archive: its directory, empty.
        let code = "UEsFBgAAAAAAAAAAAAAAAAAAAAAAAA==";
        for at in 0..count {
            let body = format!(
                r#"{{"FunctionName":"f{at:04}","Runtime":"python3.12","Handler":"a.b","Role":"arn:aws:iam::{account}:role/runner","Code":{{"ZipFile":"{code}"}}}}"#
            );
            let answer = self.send("POST /2015-03-31/functions", ("lambda", region), JSON, &body);
            // A conflict says that an earlier run has made it.
            let made = answer.starts_with("HTTP/1.1 201") || answer.starts_with("HTTP/1.1 409");
            assert!(made, "CreateFunction: {answer}");
        }
    }

    #[allow(dead_code, reason = "the tests of another crate share this file")]
    pub(crate) fn tag_function(&self, arn: &str, region: &str, tags: &str) {
        let path = format!("POST /2017-03-31/tags/{}", arn.replace(':', "%3A"));
        let answer = self.send(&path, ("lambda", region), JSON, &format!(r#"{{"Tags":{tags}}}"#));
        assert!(answer.starts_with("HTTP/1.1 20"), "TagResource: {answer}");
    }

    pub(crate) fn bucket(&self, name: &str) {
        self.send(&format!("PUT /{name}"), ("s3", "us-east-1"), "", "");
    }

    /// An object, with its metadata as header lines. Only the host's name says which account it goes to, so names of buckets
    /// are unique.
    pub(crate) fn object(&self, bucket: &str, key: &str, headers: &str, body: &str) {
        let answer = self.send(&format!("PUT /{bucket}/{key}"), ("s3", "us-east-1"), headers, body);
        assert!(answer.starts_with("HTTP/1.1 200"), "PutObject: {answer}");
    }

    /// A call of the query protocol.
    pub(crate) fn query(&self, service: &str, region: &str, body: &str) {
        let answer = self.send("POST /", (service, region), FORM, body);
        assert!(answer.starts_with("HTTP/1.1 200"), "{body}: {answer}");
    }

    pub(crate) fn cloudtrail(&self, region: &str, operation: &str, body: &str) {
        let answer = self.send("POST /", ("cloudtrail", region), &json(operation), body);
        assert!(answer.starts_with("HTTP/1.1 200"), "{operation}: {answer}");
    }

    pub(crate) fn send(
        &self,
        target: &str,
        (service, region): (&str, &str),
        headers: &str,
        body: &str,
    ) -> String {
        let Seed { host, key } = self;
        let mut stream = TcpStream::connect(host).unwrap();
        let request = format!(
            "{target} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n{headers}\
             authorization: AWS4-HMAC-SHA256 Credential={key}/20260101/{region}/{service}/aws4_request, \
             SignedHeaders=host, Signature=0\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }
}

const FORM: &str = "content-type: application/x-www-form-urlencoded\r\n";
const JSON: &str = "content-type: application/json\r\n";

fn json(operation: &str) -> String {
    let target = format!("com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.{operation}");
    format!("content-type: application/x-amz-json-1.1\r\nx-amz-target: {target}\r\n")
}
