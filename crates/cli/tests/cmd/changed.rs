//! Plans that somebody wrote or edited, with a hash that fits: what they say of themselves is not believed.

use crate::run::command;

fn apply(case: &str) -> (String, Option<i32>) {
    let plan = format!("crates/cli/tests/cases/apply/{case}");
    let mut command = command(&["apply", &plan, "--endpoint-url", "http://127.0.0.1:9"]);
    command.env("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE").env("AWS_SECRET_ACCESS_KEY", "secret");
    let output = command.output().unwrap();
    let text =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    (text, output.status.code())
}

#[test]
fn a_plan_that_deletes_a_trail_is_refused() {
    let (text, code) = apply("plan-that-deletes-a-trail.json");
    assert_eq!(code, Some(3), "{text}");
    assert!(
        text.contains("it deletes or replaces a trail") && text.contains("nothing was changed"),
        "{text}"
    );
}

#[test]
fn a_plan_with_a_foreign_host_is_refused_when_it_is_read() {
    let (text, code) = apply("plan-with-a-foreign-host.json");
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("plan.steps[0].change"), "{text}");
}
