//! The configuration file of `invocations`: what it sets, and that a flag wins.

use crate::run::run;

#[test]
fn settings_say_where_to_write_and_which_region_and_a_flag_wins() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (settings, of_settings, of_flag) = (path("s.toml"), path("calls.json"), path("other.json"));
    let text = format!("region = 'eu-west-1'\nformat = 'json'\noutput = '{of_settings}'\nno-index = true\n");
    std::fs::write(&settings, text).unwrap();
    let arguments = ["invocations", "examples/logs", "--config", &settings];
    let calls = |text: &str| {
        let document: serde_json::Value = serde_json::from_str(text).unwrap();
        document["total"]["calls"].as_u64().unwrap()
    };

    let said = run(&arguments);
    assert_eq!(said.code, Some(0), "{}", said.stderr);
    let by_hand =
        run(&["invocations", "examples/logs", "--no-index", "--region", "eu-west-1", "--format", "json"]);
    assert!(calls(&by_hand.stdout) > 0, "{}", by_hand.stdout);
    assert_eq!(said.stdout, by_hand.stdout);
    assert_eq!(std::fs::read_to_string(&of_settings).unwrap(), said.stdout);

    std::fs::remove_file(&of_settings).unwrap();
    let flags = ["--region", "us-east-1", "--output", &of_flag, "--format", "csv"];
    let said = run(&[&arguments[..], &flags].concat());
    assert_eq!(said.code, Some(0), "{}", said.stderr);
    assert!(said.stdout.starts_with("function,"), "{}", said.stdout);
    assert!(!std::fs::exists(&of_settings).unwrap());
    let elsewhere = calls(&std::fs::read_to_string(&of_flag).unwrap());
    assert!(elsewhere > calls(&by_hand.stdout), "{elsewhere}");
}
