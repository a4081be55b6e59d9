//! The binary as a user meets it: golden transcripts with exit codes, and input that is bad, huge or hostile.

#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

#[cfg(unix)]
mod action;
mod advice;
mod advised;
#[cfg(unix)]
mod approval;
mod asked_once;
mod bad_input;
mod bucket;
mod bundles;
mod callers;
mod cases_explain;
mod cases_plan;
mod changed;
mod check;
mod check_accepted;
mod commands_page;
mod decided;
mod demo;
mod detect;
mod detect_state;
mod detect_told;
#[cfg(unix)]
mod doubts;
mod endpoints;
mod evidence;
mod exceptions;
mod first_minute;
mod flights;
mod gallery;
mod history;
mod hostile;
mod in_use;
mod index;
#[cfg(unix)]
mod integrations;
#[cfg(unix)]
mod interrupted;
#[cfg(unix)]
mod journals;
#[cfg(unix)]
mod killed;
#[cfg(feature = "lake")]
mod lake;
#[cfg(feature = "lake")]
mod lake_again;
#[cfg(feature = "lake")]
mod lake_agree;
#[cfg(feature = "lake")]
mod lake_damage;
#[cfg(feature = "lake")]
mod lake_detect;
#[cfg(feature = "lake")]
mod lake_proofs;
#[cfg(feature = "lake")]
mod lake_sources;
#[cfg(feature = "lake")]
mod lake_writers;
mod last_second;
mod late;
mod left_out;
mod limits;
mod live_keys;
mod log_files;
#[cfg(unix)]
mod looks_delivered;
mod mixed;
mod names;
mod no_network;
mod notified;
mod outside;
mod picture;
mod places;
mod progress;
mod proven;
mod proxy;
mod raw_answers;
mod reach;
mod reductions;
mod run;
mod said_clearly;
mod scripted;
mod security;
mod settings;
#[cfg(unix)]
mod shells;
#[cfg(unix)]
mod terminal;
mod told_plainly;
#[cfg(unix)]
mod undone;
#[cfg(unix)]
mod unlisted;
mod unread;
mod verified_again;
#[cfg(unix)]
mod whole;
#[cfg(unix)]
mod written_over;

/// The README, the guides and every page beside this file, run in the folder of the workspace: the paths in it are those that a reader would type.
/// `TRYCMD=overwrite cargo test -p invoketrail --test cmd` writes what the binary says now.
#[test]
fn transcripts() {
    std::env::set_current_dir(run::root()).unwrap();
    let cases = trycmd::TestCases::new();
    cases.case("README.md");
    cases.case("docs/guides/*.md");
    cases.case("crates/cli/tests/cmd/*.md");
    for (name, value) in run::ENVIRONMENT {
        cases.env(name, value);
    }
    cases.run();
}
