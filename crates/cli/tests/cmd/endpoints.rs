//! Endpoints of the settings: of one service, of all, and what was typed; for the services that the SDK calls and for those that we
//! call by hand.

use crate::scripted::{Asked, Scripted, refused};
use std::process::Command;

const FUNCTION: &str = "arn:aws:lambda:eu-west-1:111122223333:function:orders";

/// One function, and nothing else that may be read.
fn account() -> Scripted {
    Scripted::answering(|asked: &Asked| {
        if asked.line().contains("/functions") && asked.line().starts_with("GET /2015-03-31") {
            let body = format!(r#"{{"Functions":[{{"FunctionName":"orders","FunctionArn":"{FUNCTION}"}}]}}"#);
            return ("200 OK".to_owned(), body);
        }
        refused("everything")
    })
}

/// One that refuses whatever it is asked.
fn other() -> Scripted {
    Scripted::answering(|_| refused("everything"))
}

/// The services that requests were signed for, each once.
fn services(asked: &[Asked]) -> Vec<String> {
    let mut services: Vec<String> = asked.iter().map(|one| one.service().to_owned()).collect();
    services.sort();
    services.dedup();
    services
}

fn ends(mut command: Command) -> String {
    let output = command.output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(matches!(output.status.code(), Some(0 | 1 | 3 | 4)), "{:?}: {stderr}", output.status);
    stderr
}

/// What asks each service that we call by hand, and the service.
const BY_HAND: [(&[&str], &str, &str); 4] = [
    (&["invocations", "--no-index", "s3://acme-trails/"], "AWS_ENDPOINT_URL_S3", "s3"),
    (&["plan"], "AWS_ENDPOINT_URL_CLOUDWATCH", "monitoring"),
    (&["audit"], "AWS_ENDPOINT_URL_EC2", "ec2"),
    (&["permissions", "apply", "--check"], "AWS_ENDPOINT_URL_IAM", "iam"),
];

#[test]
fn each_service_has_its_own_endpoint_where_the_environment_names_one() {
    for (arguments, variable, service) in BY_HAND {
        let (main, own) = (account(), other());
        let mut command = main.command(arguments);
        command.env(variable, &own.url);
        let stderr = ends(command);
        assert_eq!(services(&own.asked()), [service], "{variable}: {stderr}");
        let elsewhere = services(&main.asked());
        assert!(!elsewhere.iter().any(|one| one == service), "{variable}: {elsewhere:?} {stderr}");
    }
}

#[test]
fn a_profile_names_the_endpoint_of_a_service() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config");
    for ((arguments, _, service), section) in BY_HAND.into_iter().zip(["s3", "cloudwatch", "ec2", "iam"]) {
        let (main, own) = (account(), other());
        let text = format!(
            "[default]\nservices = local\n\n[services local]\n{section} =\n  endpoint_url = {}\n",
            own.url
        );
        std::fs::write(&file, text).unwrap();
        let mut command = main.command(arguments);
        // In the environment a URL for all comes before those of files, so it names each of the others by itself.
        command.env("AWS_CONFIG_FILE", &file).env_remove("AWS_ENDPOINT_URL");
        for sdk in ["STS", "CLOUDTRAIL", "LAMBDA", "LAMBDAWEB", "LAMBDA_WEB", "LAMBDA_MICROVMS", "ACCOUNT"] {
            command.env(format!("AWS_ENDPOINT_URL_{sdk}"), &main.url);
        }
        command.env("AWS_ENDPOINT_URL_ORGANIZATIONS", &main.url);
        command.env("HTTPS_PROXY", "http://127.0.0.1:9");
        let stderr = ends(command);
        assert_eq!(services(&own.asked()), [service], "{stderr}");
    }
}

#[test]
fn what_was_typed_comes_before_the_environment() {
    for (arguments, variable, service) in BY_HAND {
        let (main, own) = (account(), other());
        let mut command = main.command(&[arguments, &["--endpoint-url", &main.url]].concat());
        command.env(variable, &own.url);
        let stderr = ends(command);
        assert!(own.was_left_alone(), "{variable}: {stderr}");
        assert!(services(&main.asked()).iter().any(|one| one == service), "{variable}: {stderr}");
    }
}

#[test]
fn an_endpoint_of_a_file_is_checked_before_anything_is_sent() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config");
    let main = account();
    for url in ["http://logs.example", "https://a b", "no"] {
        let text = format!("[default]\nservices = local\n\n[services local]\ns3 =\n  endpoint_url = {url}\n");
        std::fs::write(&file, text).unwrap();
        let mut command = main.command(&["invocations", "--no-index", "s3://acme-trails/"]);
        command.env("AWS_CONFIG_FILE", &file);
        command.env_remove("AWS_ENDPOINT_URL").env("AWS_ENDPOINT_URL_STS", &main.url);
        let output = command.output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{stderr}");
        assert!(stderr.contains("the endpoint URL of S3 in the AWS configuration"), "{stderr}");
        assert!(main.was_left_alone(), "{stderr}");
    }
}
