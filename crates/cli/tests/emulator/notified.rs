//! Findings told to SNS, EventBridge and Security Hub, as the emulator has them.

use super::seed::Seed;
use super::{run, url};
use serde_json::{Value, json};

const ACCOUNT: &str = "310000000061";
const JSON: &str = "content-type: application/x-amz-json-1.0\r\n";

/// A call of a service that speaks JSON; the answer's body.
fn call(seed: &Seed, (service, target): (&str, &str), body: &Value) -> Value {
    let headers = format!("{JSON}x-amz-target: {target}\r\n");
    let answer = seed.send("POST /", (service, "us-east-1"), &headers, &body.to_string());
    assert!(answer.starts_with("HTTP/1.1 200"), "{target}: {answer}");
    serde_json::from_str(answer.split("\r\n\r\n").nth(1).unwrap_or("{}")).unwrap_or_default()
}

/// A queue with its address; whoever may write to it.
fn queue(seed: &Seed, name: &str) -> (String, String) {
    let made = call(seed, ("sqs", "AmazonSQS.CreateQueue"), &json!({"QueueName": name}));
    (made["QueueUrl"].as_str().unwrap().to_owned(), format!("arn:aws:sqs:us-east-1:{ACCOUNT}:{name}"))
}

/// What waits in it.
fn received(seed: &Seed, queue: &str) -> Vec<Value> {
    let body = json!({"QueueUrl": queue, "MaxNumberOfMessages": 10});
    let got = call(seed, ("sqs", "AmazonSQS.ReceiveMessage"), &body);
    let messages = got["Messages"].as_array().cloned().unwrap_or_default();
    messages.iter().map(|one| serde_json::from_str(one["Body"].as_str().unwrap()).unwrap()).collect()
}

#[test]
fn a_topic_a_bus_and_security_hub_take_findings() {
    let seed = Seed::account(ACCOUNT);
    seed.role();
    seed.functions(ACCOUNT, "us-east-1", 2);
    let topic = format!("arn:aws:sns:us-east-1:{ACCOUNT}:alerts");
    let (topics, topics_arn) = queue(&seed, "from-topic");
    let (events, events_arn) = queue(&seed, "from-bus");
    seed.query("sns", "us-east-1", "Action=CreateTopic&Version=2010-03-31&Name=alerts");
    let encoded = |text: &str| text.replace(':', "%3A");
    let subscribe = format!(
        "Action=Subscribe&Version=2010-03-31&Protocol=sqs&TopicArn={}&Endpoint={}",
        encoded(&topic),
        encoded(&topics_arn)
    );
    seed.query("sns", "us-east-1", &subscribe);
    let rule = json!({"Name": "all", "EventPattern": "{\"source\":[\"invoketrail\"]}"});
    call(&seed, ("events", "AWSEvents.PutRule"), &rule);
    let targets = json!({"Rule": "all", "Targets": [{"Id": "1", "Arn": events_arn}]});
    call(&seed, ("events", "AWSEvents.PutTargets"), &targets);
    seed.send("POST /accounts", ("securityhub", "us-east-1"), "content-type: application/json\r\n", "{}");
    let bus = format!("arn:aws:events:us-east-1:{ACCOUNT}:event-bus/default");
    let said = run(&seed, &["audit", "--notify", &topic, "--notify", &bus, "--notify", "security-hub"]);
    assert_eq!(said.code, Some(4), "{}{}", said.stdout, said.stderr);
    assert!(!said.stderr.contains("not notified"), "{} at {}", said.stderr, url());
    let message = received(&seed, &topics).pop().unwrap();
    assert!(message["Message"].as_str().unwrap().contains("new findings"), "{message}");
    let event = received(&seed, &events).pop().unwrap();
    assert_eq!(event["detail-type"], "InvokeTrail findings");
    assert_eq!(event["detail"]["format"], "invoketrail.notice/1");
    let answer =
        seed.send("POST /findings", ("securityhub", "us-east-1"), "content-type: application/json\r\n", "{}");
    assert!(answer.contains(":function:f0000") && answer.contains("lambda-invocations-recorded"), "{answer}");
}
