//! Every command that the program offers to run next is run in a test: each stands here with what runs it, and a new one that stands
//! nowhere fails.

use crate::invariants::is_test;
use crate::tree::root;
use std::collections::BTreeSet;
use std::path::Path;

/// The file, how the offer begins there, and the page of a transcript or the test (file of `crates/cli/tests`, function) in which it is
/// said and tried.
const LEADS: &str = "cmd/said_clearly.rs::what_a_file_is_leads_to_the_command_that_reads_it";

const OFFERS: &[(&str, &str, &str)] = &[
    ("surroundings/src/misread.rs", "invoketrail apply {file}", "bad-input.md"),
    ("surroundings/src/misread.rs", "invoketrail audit --output audit.json", "bad-input.md"),
    ("surroundings/src/misread.rs", "invoketrail audit {file}", "bad-input.md"),
    ("surroundings/src/misread.rs", "invoketrail exceptions check {file}", "bad-input.md"),
    ("surroundings/src/misread.rs", "invoketrail explain --help", "bad-input.md"),
    ("surroundings/src/misread.rs", "invoketrail explain --selectors {file}", "bad-input.md"),
    ("surroundings/src/misread.rs", "invoketrail inventory --output FILE", "bad-input.md"),
    ("surroundings/src/misread.rs", "invoketrail invocations {file}", "bad-input.md"),
    ("surroundings/src/misread.rs", "invoketrail plan --inventory {file} --output plan.json", "bad-input.md"),
    ("surroundings/src/misread.rs", "invoketrail plan --output plan.json", "bad-input.md"),
    ("surroundings/src/misread.rs", "invoketrail undo {file}", "bad-input.md"),
    ("surroundings/src/misread.rs", "invoketrail verify --metrics {file}", "bad-input.md"),
    (
        "cli/src/commands/report.rs",
        "invoketrail audit --inventory {inventory}",
        "cmd/bundles.rs::a_saved_audit_that_says_something_else_than_it_holds_is_refused",
    ),
    (
        "cli/src/commands/exceptions.rs",
        "invoketrail audit --exceptions {file}{longest}{source}",
        "cmd/exceptions.rs::what_is_offered_after_a_check_works_as_typed",
    ),
    (
        "report/src/html/findings.rs",
        "invoketrail explain{} {}",
        "cmd/advised.rs::the_commands_of_the_page_work_as_typed",
    ),
    (
        "report/src/html/findings.rs",
        "invoketrail permissions audit --check",
        "cmd/advised.rs::the_commands_of_the_page_work_as_typed",
    ),
    (
        "report/src/html/findings.rs",
        "invoketrail permissions audit{} --check",
        "cmd/advised.rs::the_commands_of_the_page_work_as_typed",
    ),
    (
        "report/src/html/findings.rs",
        "invoketrail plan",
        "cmd/advised.rs::the_commands_of_the_page_work_as_typed",
    ),
    ("cli/src/commands/proofs.rs", "invoketrail permissions evidence", "permissions.md"),
    (
        "delivery/src/lake/shelf.rs",
        "invoketrail lake write SOURCE --to FOLDER",
        "cmd/lake.rs::what_is_typed_wrongly_is_said",
    ),
    (
        "report/src/lake.rs",
        "invoketrail lake verify {}  # is every folder whole?",
        "cmd/lake.rs::a_lake_answers_as_its_log_files_do",
    ),
    (
        "report/src/lake/checked.rs",
        "invoketrail invocations --lake {place}  # who invoked what?",
        "cmd/lake.rs::what_is_advised_after_a_check_works_as_typed",
    ),
    (
        "report/src/lake/checked.rs",
        "invoketrail lake write {source} --to {place}  # writes what is missing",
        "cmd/lake.rs::what_is_advised_after_a_check_works_as_typed",
    ),
    ("surroundings/src/misread.rs", "invoketrail check --cloudformation {file}", LEADS),
    ("surroundings/src/misread.rs", "invoketrail check --terraform {file}", LEADS),
    ("surroundings/src/misread.rs", "invoketrail logs validate FOLDER", LEADS),
    ("surroundings/src/misread.rs", "invoketrail logs validate FOLDER --public-keys {file}", LEADS),
    ("surroundings/src/misread.rs", "invoketrail undo {file}.journal", LEADS),
    (
        "report/src/explained.rs",
        "invoketrail permissions audit --check",
        "cmd/said_clearly.rs::an_explanation_says_that_nobody_saw_the_function_and_what_to_allow",
    ),
    (
        "cli/src/commands/lake.rs",
        "invoketrail invocations --lake {place} --function '*' --timeline --format jsonl",
        "cmd/said_clearly.rs::an_event_that_a_lake_does_not_have_leads_to_those_that_it_has",
    ),
    (
        "cli/src/commands/lake.rs",
        "invoketrail lake folders SOURCE",
        "cmd/lake.rs::the_same_log_files_give_the_same_bytes_whatever_threads_shards_and_lists",
    ),
    ("cli/src/commands/explain.rs", "invoketrail permissions audit{} --check", "permissions.md"),
    ("cli/src/commands/explain.rs", "invoketrail audit{}{counting}", "README.md"),
    ("cli/src/commands/explain.rs", "invoketrail plan{}{counting}  # {why}", "explain.md"),
    ("cli/src/commands/inventory.rs", "invoketrail audit --inventory {path}", "verify.md"),
    (
        "change/src/undo.rs",
        "invoketrail apply {path}{undoes}{flag}{exceptions}{}",
        "cmd/undone.rs::a_half_done_undo_goes_around_what_others_changed",
    ),
    ("cli/src/commands/verify/gather.rs", "invoketrail inventory --output FILE", "bad-input.md"),
    (
        "report/src/verification/next.rs",
        "invoketrail explain{} {}  # is it recorded at all, and what lets it escape",
        "verify.md",
    ),
    (
        "report/src/verification/next.rs",
        "invoketrail logs validate{rest}{}  # {why}",
        "cmd/proven.rs::a_forged_file_is_no_evidence_and_one_that_is_proven_is_enough",
    ),
    (
        "report/src/verification/next.rs",
        "invoketrail verify{sources} --canary {canary}{}  # an end-to-end proof",
        "verify.md",
    ),
    ("report/src/verification/next.rs", "invoketrail audit{}  # is every invocation recorded?", "verify.md"),
    (
        "cli/src/commands/validate.rs",
        "invoketrail verify{sources}{}  # and do the records of every function arrive?",
        "validate.md",
    ),
    (
        "cli/src/commands/audit.rs",
        "invoketrail inventory --output inventory.json{caller}",
        "cmd/interrupted.rs::an_audit_judges_nothing_on_half_of_it",
    ),
    (
        "cli/src/commands/permissions.rs",
        "invoketrail permissions {job}{} --check  # which of them are missing",
        "permissions.md",
    ),
    (
        "cli/src/commands/permissions.rs",
        "invoketrail permissions {}{again} > policy.json  # attach what is missing",
        "permissions.md",
    ),
    (
        "cli/src/commands/permissions.rs",
        "invoketrail audit{again}",
        "cmd/asked_once.rs::commands_that_read_ask_once_who_asks",
    ),
    (
        "report/src/plan/next.rs",
        "invoketrail audit{caller}{judged}  # {what}",
        "cmd/advised.rs::the_next_command_is_what_works_for_this_owner",
    ),
    (
        "report/src/plan/next.rs",
        "invoketrail apply {}{}{caller}  # ends the exceptions",
        "emulator/ended.rs::an_exception_ends_with_its_reason",
    ),
    (
        "report/src/plan/next.rs",
        "invoketrail permissions plan{caller} --check  # why tags could not be read: they say who manages a trail",
        "emulator/accounts.rs::two_accounts_are_changed_and_everything_of_others_stays",
    ),
    (
        "report/src/plan/next.rs",
        "invoketrail apply {path}{}{caller}",
        "cmd/advised.rs::the_next_command_is_what_works_for_this_owner",
    ),
    (
        "report/src/plan/next.rs",
        "invoketrail plan{}  # AWS Control Tower manages {}, which must not be changed",
        "cmd/advised.rs::the_trail_of_control_tower_is_left_to_it",
    ),
    (
        "cli/src/commands/diff.rs",
        "invoketrail audit --keep",
        "cmd/told_plainly.rs::diff_of_the_only_kept_audit_is_refused",
    ),
    (
        "cli/src/commands/plan.rs",
        "invoketrail audit{facts}{judged}  # what is not recorded, and why",
        "cmd/demo.rs::what_is_advised_after_the_demo_is_about_the_demo",
    ),
    (
        "report/src/invocations/next.rs",
        "invoketrail audit{account}  # is every invocation recorded?",
        "invocations.md",
    ),
    (
        "change/src/apply.rs",
        "invoketrail undo --help",
        "cmd/undone.rs::nothing_is_taken_back_that_no_journal_holds",
    ),
    (
        "report/src/plan/next.rs",
        "invoketrail plan{flags} --output plan.json{caller}",
        "emulator/story.rs::a_plan_that_drops_copies_of_a_recorder_that_others_changed_is_called_stale",
    ),
    ("change/src/apply.rs", "invoketrail plan", "cmd/changed.rs::a_plan_that_deletes_a_trail_is_refused"),
    (
        "report/src/plan/next.rs",
        "invoketrail plan{flag} --format {format}{folder}{}",
        "cmd/advised.rs::apply_names_the_way_of_the_owner",
    ),
    (
        "report/src/plan/next.rs",
        "invoketrail plan{flag} --format markdown{}",
        "cmd/advised.rs::apply_names_the_way_of_the_owner",
    ),
    (
        "report/src/plan/next.rs",
        "invoketrail plan{}",
        "cmd/advised.rs::the_trail_of_control_tower_is_left_to_it",
    ),
    (
        "report/src/plan/next.rs",
        "invoketrail plan --output plan.json{}",
        "cmd/advised.rs::tags_that_were_not_read_are_asked_for",
    ),
    (
        "change/src/apply/again.rs",
        "invoketrail audit{}{}{}",
        "cmd/undone.rs::what_is_advised_keeps_the_files_that_were_named",
    ),
    (
        "change/src/apply/plan_run.rs",
        "invoketrail undo {journal} --merge --output back.json{}{}  # plans to take back what is ours alone",
        "cmd/undone.rs::a_half_done_undo_goes_around_what_others_changed",
    ),
    (
        "change/src/apply/with_journal.rs",
        "invoketrail undo {name}{}{}",
        "cmd/killed.rs::an_undo_that_was_begun_comes_first",
    ),
    (
        "change/src/apply/plan_run.rs",
        "invoketrail undo {journal}{}{}",
        "cmd/undone.rs::a_gap_after_a_successful_apply_is_no_refusal",
    ),
    (
        "change/src/apply/plan_run.rs",
        "invoketrail apply --resume {journal}{managed}{exceptions}{}",
        "cmd/undone.rs::a_gap_after_a_successful_apply_is_no_refusal",
    ),
    (
        "change/src/apply/plan_run.rs",
        "invoketrail plan{}{flags}",
        "emulator/sites.rs::apply_uses_a_bucket_that_is_there_as_wanted_and_refuses_one_in_the_way",
    ),
    (
        "change/src/apply/standing.rs",
        "invoketrail undo {name}{flags}",
        "cmd/killed.rs::an_undo_that_was_begun_comes_first",
    ),
    (
        "change/src/apply/standing.rs",
        "invoketrail undo {journal}{flags}  # looks whether they still do",
        "cmd/in_use.rs::what_was_left_to_others_is_taken_back_once_they_are_gone",
    ),
    (
        "cli/src/commands/explain/pasted.rs",
        "invoketrail audit  # once they are applied: judges all recorders together, and whether they log and deliver",
        "explain-selectors.md",
    ),
    (
        "cli/src/commands/explain/pasted.rs",
        "invoketrail audit  # whether other recorders record what these selectors do not",
        "explain-selectors.md",
    ),
    ("cli/src/commands/invocations/located.rs", "invoketrail permissions evidence", "permissions.md"),
    (
        "cli/src/commands/verify/canary.rs",
        "invoketrail verify --digests{flags}  # and do the records of all functions arrive?",
        "cmd/approval.rs::yes_sends_one_and_its_record_is_found",
    ),
    (
        "cli/src/commands/verify/canary.rs",
        "invoketrail explain{flags} {function}  # is it recorded at all, and by whom",
        "emulator/verify.rs::a_canary_whose_record_does_not_come_says_so",
    ),
    ("report/src/verification.rs", "invoketrail audit", "verify.md"),
    (
        "report/src/next.rs",
        "invoketrail audit --help",
        "cmd/advised.rs::where_nothing_was_looked_at_the_help_is_named",
    ),
    ("report/src/next.rs", "invoketrail plan{source}{of_audit}{format}", "audit.md"),
    (
        "report/src/next.rs",
        "invoketrail plan{source}{of_audit}",
        "documents/brief.rs::what_hangs_on_contradicted_names_is_settled_by_a_plan",
    ),
    ("report/src/next.rs", "invoketrail permissions audit{caller} --check", "permissions.md"),
    ("report/src/next.rs", "invoketrail explain{source} {}", "verify.md"),
    ("report/src/next.rs", "invoketrail audit{source}{of_audit} --output audit.json", "drift.md"),
    ("report/src/plan/aws_cli.rs", "invoketrail apply", "README.md"),
    (
        "report/src/detections/show.rs",
        "invoketrail audit{account}",
        "cmd/detect.rs::what_is_shown_are_the_records_and_commands_that_work",
    ),
    (
        "report/src/detections/show.rs",
        "invoketrail explain{account} {}",
        "cmd/detect.rs::what_is_shown_are_the_records_and_commands_that_work",
    ),
    (
        "report/src/detections/show.rs",
        "invoketrail invocations{logs} --timeline{name} --since {day}",
        "cmd/detect.rs::what_is_shown_are_the_records_and_commands_that_work",
    ),
    (
        "report/src/detections/show.rs",
        "invoketrail plan{account} --output plan.json",
        "cmd/detect.rs::what_is_shown_are_the_records_and_commands_that_work",
    ),
    (
        "cli/src/commands/detect/other.rs",
        "invoketrail invocations{logs} --by function",
        "cmd/detect.rs::an_id_that_is_unknown_names_the_nearest",
    ),
    (
        "cli/src/commands/check.rs",
        "invoketrail inventory --output inventory.json  # then judge the change over it: --inventory",
        "check.md",
    ),
    ("cli/src/commands/check.rs", "invoketrail check --terraform plan.json --output check.json", "check.md"),
    (
        "cli/src/commands/detect/other.rs",
        "invoketrail detect --list",
        "cmd/detect.rs::thresholds_are_explained_and_tried",
    ),
];

const COMMANDS: [&str; 17] = [
    "check",
    "audit",
    "explain",
    "plan",
    "apply",
    "undo",
    "backout",
    "restore",
    "verify",
    "invocations",
    "logs",
    "inventory",
    "permissions",
    "exceptions",
    "config",
    "detect",
    "lake",
];

/// What stands in literals of the file and begins with a command of ours, alone or in backticks.
fn offers(text: &str) -> Vec<String> {
    let code = text.split("#[cfg(test)]").next().unwrap_or_default();
    let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
    let parts = |line: &str| -> Vec<String> {
        let begins = line.match_indices("invoketrail ").filter(|(at, _)| {
            line[..*at].ends_with(['"', '`'])
                && COMMANDS.iter().any(|one| line[at + "invoketrail ".len()..].starts_with(one))
        });
        begins.map(|(at, _)| line[at..].split(['"', '`']).next().unwrap_or_default().to_owned()).collect()
    };
    lines.flat_map(parts).collect()
}

fn sources(folder: &Path, found: &mut BTreeSet<(String, String)>) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|end| end == "rs") {
            let name = path.strip_prefix(root().join("crates")).unwrap().to_str().unwrap().to_owned();
            let text = std::fs::read_to_string(&path).unwrap();
            found.extend(offers(&text).into_iter().map(|offer| (name.clone(), offer)));
        }
    }
}

#[test]
fn every_offer_is_run_in_a_test() {
    let mut found = BTreeSet::new();
    for folder in [
        "crates/change/src",
        "crates/cli/src",
        "crates/delivery/src",
        "crates/report/src",
        "crates/surroundings/src",
    ] {
        sources(&root().join(folder), &mut found);
    }
    let listed: BTreeSet<(String, String)> =
        OFFERS.iter().map(|(file, offer, _)| ((*file).to_owned(), (*offer).to_owned())).collect();
    let new: Vec<_> = found.difference(&listed).collect();
    let old: Vec<_> = listed.difference(&found).collect();
    assert!(new.is_empty(), "offers that no test runs: name it here, {new:#?}");
    assert!(old.is_empty(), "offers that are not made any more: {old:#?}");
    for (file, offer, tried) in OFFERS {
        let tests = root().join("crates/cli/tests");
        match tried.split_once("::") {
            Some((test, function)) => {
                let text = std::fs::read_to_string(tests.join(test)).unwrap_or_default();
                assert!(is_test(&text, function), "{file}: {offer}: no test {tried}");
            }
            None => {
                let page =
                    if *tried == "README.md" { root().join(tried) } else { tests.join("cmd").join(tried) };
                let text = std::fs::read_to_string(page).unwrap_or_default();
                let fixed = offer.split('{').next().unwrap_or_default();
                assert!(text.contains(fixed), "{file}: {offer}: {tried} does not hold it");
            }
        }
    }
}
