//! The audit that a person sees first: one screen, and nothing in it is false or only for the machine.

use crate::reports::{WIDE, audited, text_of};
use crate::worlds;
use audit::finding::Audit;
use audit::inventory::{GapKind, Inventory, Resource, Serving};
use cloudtrail::recorder::Seen;
use report::Layout;

const BRIEF: Layout = Layout { all: false, ..WIDE };

fn acme() -> Inventory {
    store::read_inventory(include_str!("../../../../examples/acme.json").as_bytes()).unwrap()
}

fn brief(audit: &Audit<'_>, layout: &Layout) -> String {
    text_of(|out| report::write_terminal(audit, layout, out))
}

/// Every line of a text keeps to the width, unless one word alone is wider.
fn keeps_to(text: &str, width: usize) {
    for line in text.lines() {
        let words = line.trim().split(' ').map(|word| word.chars().count());
        let wide = words.max().unwrap_or(0) > width / 2;
        assert!(line.chars().count() <= width || wide, "{width}: {line}");
    }
}

#[test]
fn acme_is_one_screen() {
    let inventory = acme();
    let text = brief(&audited(&inventory), &BRIEF);
    // And one line for the next command.
    assert!(text.lines().count() <= 39, "{}: {text}", text.lines().count());
    let narrow = brief(&audited(&inventory), &Layout { width: 80, whole: false, ..BRIEF });
    keeps_to(&narrow, 80);
    assert!(narrow.contains("444455556666") && narrow.contains("eu-west-1"), "{narrow}");
}

#[test]
fn what_is_said_first_is_said_last() {
    for inventory in [acme(), worlds::acme(), worlds::healthy()] {
        for layout in [WIDE, BRIEF] {
            let text = brief(&audited(&inventory), &layout);
            let (_, last) = text.rsplit_once("\n\n").unwrap();
            assert!(text.starts_with(last) && last.lines().count() >= 2, "{text}");
        }
    }
}

#[test]
fn regions_without_functions_are_one_row_that_says_what_a_new_function_would_meet() {
    let mut inventory = worlds::healthy();
    let template = inventory.places[0].clone();
    let mut quiet = |region: &str, trails: bool| {
        let mut place = template.clone();
        place.region = region.to_owned();
        place.functions.resources.clear();
        if !trails {
            place.trails = Seen::Known(Vec::new());
        }
        inventory.places.push(place);
    };
    ["ap-east-1", "ap-south-1", "ca-west-1"].iter().for_each(|region| quiet(region, true));
    quiet("sa-east-1", false);
    inventory.places.sort_by(|a, b| (&a.account, &a.region).cmp(&(&b.account, &b.region)));
    for layout in [WIDE, BRIEF] {
        let text = brief(&audited(&inventory), &layout);
        let told = "4 Regions have no functions; a new one would be recorded in 3, not recorded in 1";
        assert!(text.contains(told) && !text.contains("sa-east-1  "), "{text}");
    }
    let all = brief(&audited(&inventory), &Layout { rows: usize::MAX, ..WIDE });
    assert!(all.contains("sa-east-1") && all.contains("ap-south-1"), "{all}");
}

#[test]
fn web_functions_and_microvms_are_mentioned_where_there_are_any() {
    let healthy = worlds::healthy();
    let audit = audited(&healthy);
    let text = brief(&audit, &BRIEF).to_lowercase();
    assert!(!text.contains("web function") && !text.contains("microvm"), "{text}");
    assert!(brief(&audit, &WIDE).contains("MicroVM"));
    assert!(brief(&audited(&acme()), &BRIEF).contains("1 of 1 web function (intranet)"));
}

/// A finding that only says "see the other one" is not one more, in neither view.
#[test]
fn what_repeats_another_finding_is_folded_into_it() {
    let inventory = acme();
    let audit = audited(&inventory);
    let (short, all) = (brief(&audit, &BRIEF), brief(&audit, &WIDE));
    assert!(!short.contains("for the proof") && !all.contains("for the proof"), "{all}");
    assert!(short.contains("7 advisory findings and 4 warnings: --all"), "{short}");
}

/// What is counted here is numbered there, and by the same numbers.
#[test]
fn causes_and_warnings_are_numbered_alike_in_brief_and_whole() {
    let inventory = acme();
    let audit = audited(&inventory);
    let (short, all) = (brief(&audit, &BRIEF), brief(&audit, &WIDE));
    assert_eq!(all.matches(". warning: ").count(), 4, "{all}");
    for (number, names) in
        [("1", "score and train"), ("2", "orders and stock"), ("4", "archive and export"), ("5", "intranet")]
    {
        let of = |text: &str, number: &str| {
            let mut lines = text.lines().skip_while(|line| !line.starts_with(&format!("  {number}")));
            lines.by_ref().take(5).any(|line| line.contains(names))
        };
        let first = if all.contains(&format!("\n  {number}.1. ")) {
            format!("{number}.1. ")
        } else {
            format!("{number}. ")
        };
        assert!(of(&short, &format!("{number}. ")) && of(&all, &first), "{number} {names}: {short}\n{all}");
    }
}

/// Where there is no room, each cause that is left out is named, and no count is without its column.
#[test]
fn a_narrow_screen_names_the_causes_that_it_leaves_out_and_drops_no_count() {
    let inventory = acme();
    let text = brief(&audited(&inventory), &Layout { width: 60, whole: false, ..BRIEF });
    assert!(!text.contains("too narrow for"), "{text}");
    assert!(text.contains("Part.") && text.contains("Undet.") && text.contains("All"), "{text}");
    let words: Vec<&str> = text.split_whitespace().collect();
    let text = words.join(" ");
    assert!(text.contains("5. intranet: not recorded") && text.contains("(--all)"), "{text}");
}

#[test]
fn each_cause_is_told_once_with_its_remedy() {
    let inventory = acme();
    let text = brief(&audited(&inventory), &BRIEF);
    assert_eq!(text.matches("InvokeExecution").count(), 1, "{text}");
    assert_eq!(text.matches("Fix: ").count(), 5, "{text}");
    assert!(text.contains("2 of 14 functions (orders and stock) in 444455556666 eu-west-1, and new ones"));
}

/// Whatever there is, it is not longer: accounts, Regions, functions, causes, gaps, long names.
#[test]
fn no_world_is_longer_than_sixty_lines() {
    for (accounts, regions, functions) in [(1, 1, 0), (1, 30, 3), (40, 17, 50), (200, 4, 1)] {
        let inventory = many(accounts, regions, functions);
        let audit = audited(&inventory);
        for width in [80, 100] {
            let text = brief(&audit, &Layout { width, whole: false, ..BRIEF });
            let lines = text.lines().count();
            assert!(lines <= 60, "{accounts} {regions} {functions} at {width}: {lines}\n{text}");
            keeps_to(&text, width);
        }
    }
}

/// Acme of these tests, many times over: each account with trails of its own, whose selectors differ in names of 100 letters.
fn many(accounts: usize, regions: usize, functions: usize) -> Inventory {
    let base = worlds::acme();
    let mut inventory = base.clone();
    inventory.places.clear();
    for account in 0..accounts {
        let id = format!("{:012}", 300_000_000_000_usize + account);
        for region in 0..regions {
            let mut place = base.places[(account + region) % base.places.len()].clone();
            place.account.clone_from(&id);
            place.region = format!("zz-test-{region:02}");
            place.functions.resources = (0..functions)
                .map(|at| {
                    let arn =
                        format!("arn:aws:lambda:{}:{id}:function:f{at:03}-{}", place.region, "x".repeat(40));
                    Resource { arn: arn.into(), serving: Serving::Home }
                })
                .collect();
            inventory.places.push(place);
        }
    }
    inventory.places.sort_by(|a, b| (&a.account, &a.region).cmp(&(&b.account, &b.region)));
    inventory
}

#[test]
fn the_next_plan_is_one_that_its_owner_can_use() {
    let flags = report::NextFlags { source: " --inventory acme.json", caller: "", of_audit: "" };
    let next = |tag: Option<(&str, &str)>| {
        let mut inventory = acme();
        for recorder in &inventory.recorders {
            let tags = tag.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
            inventory.extra.tags.insert(recorder.arn.clone(), Seen::Known(tags));
        }
        report::next_command(&audited(&inventory), &flags).0
    };
    let plan = "invoketrail plan --inventory acme.json";
    assert_eq!(next(None), plan);
    assert_eq!(
        next(Some(("managed-by", "terraform"))),
        format!("{plan} --format terraform --output-dir terraform")
    );
    assert_eq!(
        next(Some(("aws:cloudformation:stack-name", "audit"))),
        format!("{plan} --format cloudformation --output-dir cloudformation")
    );
    assert_eq!(next(Some(("aws:cloudformation:stack-name", "StackSet-AWSControlTower-x"))), plan);
}

#[test]
fn what_hangs_on_contradicted_names_is_settled_by_a_plan() {
    let flags = report::NextFlags { source: " --inventory acme.json", caller: "", of_audit: "" };
    let mut inventory = worlds::healthy();
    // A missing permission comes first.
    inventory.gaps.iter_mut().for_each(|gap| gap.kind = GapKind::Failed);
    let selectors = r#"[{"FieldSelectors":[{"Field":"eventCategory","Equals":["Management"]}]},
        {"FieldSelectors":[{"Field":"eventCategory","Equals":["Data"]},
        {"Field":"resources.type","Equals":["AWS::Lambda::Function"]},
        {"Field":"eventName","NotEquals":["InvokeFunctionUrl"]}]}]"#;
    let selectors = cloudtrail::selector_json::from_str(selectors).unwrap();
    inventory.recorders.iter_mut().for_each(|one| one.selectors = Seen::Known(selectors.clone()));
    let audit = audited(&inventory);
    assert!(matches!(audit.answer(), audit::answer::Answer::Undetermined(_)), "{:?}", audit.answer());
    let finding = audit.controls[0].findings.iter().find(|one| one.proof.is_some()).unwrap();
    assert!(finding.help.is_some(), "{finding:?}");
    let (command, why) = report::next_command(&audit, &flags);
    assert_eq!(command, "invoketrail plan --inventory acme.json");
    assert!(why.starts_with("settles it"), "{why}");
}
