//! The documents and the arguments agree.

use super::Cli;
use clap::{CommandFactory, Parser};

/// The words of a command line as a shell takes them apart: quotes, comments, and whatever comes after a pipe left out.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quote, mut begun) = (Vec::new(), String::new(), None, false);
    for one in line.chars() {
        match (quote, one) {
            (Some(open), one) if one == open => quote = None,
            (None, '\'' | '"') => (quote, begun) = (Some(one), true),
            (None, '#' | '|' | '>' | '\\') if !begun => break,
            (None, ' ') => {
                if begun {
                    words.push(std::mem::take(&mut word));
                }
                begun = false;
            }
            (_, one) => {
                word.push(one);
                begun = true;
            }
        }
    }
    if begun {
        words.push(word);
    }
    words
}

/// Every command that the documents show is one that the program takes.
#[test]
fn the_documents_show_commands_that_there_are() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut pages = vec![root.join("README.md")];
    for folder in ["docs/guides", "docs/concepts", "docs/reference"] {
        pages.extend(std::fs::read_dir(root.join(folder)).unwrap().map(|entry| entry.unwrap().path()));
    }
    pages.retain(|page| page.extension().is_some_and(|suffix| suffix == "md"));
    let mut seen = 0;
    for page in pages {
        let text = std::fs::read_to_string(&page).unwrap();
        for line in text.lines() {
            let line = line.trim_start_matches("$ ");
            if line.starts_with("invoketrail ") && !line.ends_with(':') {
                let told = Cli::try_parse_from(words(line));
                assert!(told.is_ok(), "{}: {line}\n{}", page.display(), told.err().unwrap());
                seen += 1;
            }
        }
    }
    assert!(seen > 20, "{seen}");
}

#[test]
fn accounts_are_named_alike_wherever_records_are_asked_about() {
    for command in ["verify", "invocations"] {
        for flags in [
            &["--accounts", "111122223333,444455556666"][..],
            &["--account", "111122223333,444455556666"],
            &["--account", "111122223333", "--accounts", "444455556666"],
        ] {
            let typed = [&["invoketrail", command, "logs"], flags].concat();
            let parsed = format!("{:?}", Cli::try_parse_from(typed).unwrap());
            assert!(parsed.contains(r#"["111122223333", "444455556666"]"#), "{command} {flags:?}: {parsed}");
        }
    }
}

#[test]
fn lists_are_split_at_commas_and_a_file_is_an_inventory() {
    let parsed = |line: &str| Cli::try_parse_from(words(line)).unwrap().command;
    let super::Command::Audit(audit) =
        parsed("invoketrail audit --region eu-west-1,us-east-1 --region eu-north-1")
    else {
        unreachable!()
    };
    assert_eq!(audit.source.live.region, ["eu-west-1", "us-east-1", "eu-north-1"]);
    let super::Command::Audit(audit) = parsed("invoketrail audit acme.json") else { unreachable!() };
    assert_eq!(audit.file.as_deref(), Some(std::path::Path::new("acme.json")));
    for wrong in
        ["audit a.json --inventory b.json", "audit a.json --profile x", "audit --region eu-west-1,Frankfurt"]
    {
        assert!(Cli::try_parse_from(words(&format!("invoketrail {wrong}"))).is_err(), "{wrong}");
    }
}

#[test]
fn no_sentence_of_the_help_is_wrapped_by_hand() {
    fn judge(command: &clap::Command) {
        let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
        // An example is indented; whatever else there is ends where its sentence does, so that the terminal's width alone wraps it.
        for line in help.lines().filter(|line| !line.is_empty() && !line.starts_with("  ")) {
            assert!(line.ends_with(['.', ':']), "{}: {line}", command.get_name());
        }
        command.get_subcommands().for_each(judge);
    }
    judge(&Cli::command());
}
