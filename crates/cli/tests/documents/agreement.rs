//! No document and no exit code says another thing than the answer of the audit.

use crate::worlds;
use audit::answer::Conclusion;
use audit::inventory::{Gap, GapKind, Inventory, Place, Resource, Serving};
use audit::plan::{PlanOptions, after, record};
use audit::{Counted, Options, audit};
use cloudtrail::recorder::Seen;
use proptest::prelude::*;
use report::{Layout, Stamp};
use std::process::Command;

/// What may happen to a world: each hides or takes away a fact of it, or stops something.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Change {
    DropRecorder(usize),
    HideSelectors(usize),
    HideTrails(usize),
    HideFunctions(usize),
    NoFunctions(usize),
    DropPlace(usize),
    DropPlaces,
    StopTrails(usize),
    HideWebFunctions(usize),
    HideMicrovms(usize),
    /// Which Regions serve a web function is not known.
    HideServing(usize),
    /// A Region that was not audited serves a web function.
    ServeElsewhere(usize),
    HideRegions(usize),
    /// A call that nothing rests on.
    HideAccounts,
}

pub(crate) fn change() -> impl Strategy<Value = Change> {
    let at = 0..8_usize;
    (0..14_u8, at).prop_map(|(what, at)| match what {
        0 => Change::DropRecorder(at),
        1 => Change::HideSelectors(at),
        2 => Change::HideTrails(at),
        3 => Change::HideFunctions(at),
        4 => Change::NoFunctions(at),
        5 => Change::DropPlace(at),
        6 => Change::DropPlaces,
        7 => Change::HideWebFunctions(at),
        8 => Change::HideMicrovms(at),
        9 => Change::HideServing(at),
        10 => Change::ServeElsewhere(at),
        11 => Change::HideRegions(at),
        12 => Change::HideAccounts,
        _ => Change::StopTrails(at),
    })
}

pub(crate) fn apply(inventory: &mut Inventory, change: Change) {
    // Each change that hides something leaves its gap; the others have none.
    let gap = inventory.gaps.len();
    let wheel = |at: usize, of: usize| at.checked_rem(of);
    match change {
        Change::DropRecorder(at) => {
            if let Some(at) = wheel(at, inventory.recorders.len()) {
                inventory.recorders.remove(at);
            }
        }
        Change::HideSelectors(at) => {
            if let Some(at) = wheel(at, inventory.recorders.len()) {
                inventory.recorders[at].selectors = Seen::Unread(gap);
            }
        }
        Change::DropPlace(at) => {
            if let Some(at) = wheel(at, inventory.places.len()) {
                inventory.places.remove(at);
            }
        }
        Change::DropPlaces => inventory.places.clear(),
        Change::HideRegions(at) => {
            if let Some(at) = wheel(at, inventory.accounts.len()) {
                inventory.accounts[at].regions = Seen::Unread(gap);
            }
        }
        Change::HideAccounts => {}
        Change::HideTrails(at)
        | Change::HideFunctions(at)
        | Change::HideWebFunctions(at)
        | Change::HideMicrovms(at)
        | Change::HideServing(at)
        | Change::ServeElsewhere(at)
        | Change::NoFunctions(at)
        | Change::StopTrails(at) => {
            let Some(at) = wheel(at, inventory.places.len()) else { return };
            in_place(&mut inventory.places[at], change, gap);
        }
    }
    let hides = !matches!(
        change,
        Change::DropRecorder(_)
            | Change::DropPlace(_)
            | Change::DropPlaces
            | Change::NoFunctions(_)
            | Change::StopTrails(_)
            | Change::ServeElsewhere(_)
    );
    if hides {
        let call = if matches!(change, Change::HideAccounts) {
            "organizations:ListAccounts"
        } else {
            "cloudtrail:GetEventSelectors"
        };
        inventory.gaps.push(Gap {
            account: Some("111111111111".to_owned()),
            region: Some("us-east-1".to_owned()),
            call: call.to_owned(),
            subject: None,
            kind: GapKind::Refused,
            error: "refused".to_owned(),
        });
    }
}

fn in_place(place: &mut Place, change: Change, gap: usize) {
    let home = format!("arn:aws:lambda:{}:{}:web-function/w", place.region, place.account);
    match change {
        Change::HideTrails(_) => place.trails = Seen::Unread(gap),
        Change::HideFunctions(_) => place.functions.gap = Some(gap),
        Change::HideWebFunctions(_) => place.web_functions.gap = Some(gap),
        Change::HideMicrovms(_) => place.microvm_images.gap = Some(gap),
        Change::HideServing(_) => {
            place.web_functions.resources =
                vec![Resource { arn: home.into(), serving: Serving::Unread(gap) }].into();
        }
        Change::ServeElsewhere(_) => {
            let also = Serving::Also(["sa-east-1".to_owned()].into());
            place.web_functions.resources = vec![Resource { arn: home.into(), serving: also }].into();
        }
        Change::NoFunctions(_) => place.functions.resources.clear(),
        _ => {
            if let Seen::Known(trails) = &mut place.trails {
                for status in trails.iter_mut().map(|one| &mut one.status) {
                    if let Seen::Known(status) = status {
                        status.logging = false;
                    }
                }
            }
        }
    }
}

/// What a headline says, read by its words alone.
fn said(headline: &str) -> Conclusion {
    let has = |words: &[&str]| words.iter().any(|word| headline.contains(word));
    if has(&["Not every Lambda invocation", "not every invocation", "control fails", "controls fail"]) {
        Conclusion::No
    } else if has(&["Cannot tell", "it is not known", "There is nothing to audit"]) {
        Conclusion::Undetermined
    } else {
        Conclusion::Yes
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn documents_and_answer_agree(base in 0..3_u8, changes in prop::collection::vec(change(), 0..6)) {
        let mut inventory = match base {
            0 => worlds::acme(),
            1 => worlds::healthy(),
            _ => worlds::empty(),
        };
        changes.into_iter().for_each(|change| apply(&mut inventory, change));
        let audit = audit(&inventory, &Options::default());
        let answer = audit.answer().conclusion();
        let stamp = Stamp { version: "0", generated_at: "2026-01-01T00:00:00Z", counted: Counted::All, drift: None };
        let text = |write: &dyn Fn(&mut Vec<u8>)| {
            let mut out = Vec::new();
            write(&mut out);
            String::from_utf8(out).unwrap()
        };
        let json = text(&|out| report::write_json(&audit, &stamp, None, out).unwrap());
        let json: serde_json::Value = serde_json::from_str(&json).unwrap();
        prop_assert_eq!(&json["answer"], answer.as_str());
        let lines = text(&|out| report::write_jsonl(&audit, &stamp, out).unwrap());
        let first: serde_json::Value = serde_json::from_str(lines.lines().next().unwrap()).unwrap();
        prop_assert_eq!(&first["answer"], answer.as_str());
        let terminal = text(&|out| report::write_terminal(&audit, &Layout::default(), out).unwrap());
        let head = |text: &str| text.split("\n\n").next().unwrap().replace('\n', " ");
        let headline = head(&terminal);
        prop_assert_eq!(said(&headline), answer, "{}", headline);
        let brief = Layout { all: false, ..Layout::default() };
        let brief = text(&|out| report::write_terminal(&audit, &brief, out).unwrap());
        prop_assert_eq!(head(&brief), headline);
        prop_assert!(brief.lines().count() <= 60, "{}", brief);
        let markdown = text(&|out| report::write_markdown(&audit, out).unwrap());
        let plain: String = markdown.lines().next().unwrap().replace(['*', '\\'], "");
        prop_assert_eq!(said(&plain), answer, "{}", plain);
        let assessed = crate::assessment::answer(&crate::formats::written(&audit, "oscal"));
        prop_assert_eq!(assessed, answer.as_str());
    }
}

/// The answer that the words of a plan's headline give. They say nothing of controls that are not about invocations, because a plan
/// need not mend those.
fn said_of_plan(headline: &str) -> Conclusion {
    let has = |words: &[&str]| words.iter().any(|word| headline.contains(word));
    if has(&["is not known whether", "is it known whether"]) {
        Conclusion::Undetermined
    } else if has(&["Nothing can be changed now", "not every Lambda invocation", "but not all of them"]) {
        Conclusion::No
    } else {
        Conclusion::Yes
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    /// What a plan says of the account once it is carried out is what an audit says then.
    #[test]
    fn a_plan_and_the_audit_after_it_agree(
        base in 0..3_u8,
        changes in prop::collection::vec(change(), 0..5),
        all_kinds in any::<bool>(),
    ) {
        let mut inventory = match base {
            0 => worlds::acme(),
            1 => worlds::healthy(),
            _ => worlds::empty(),
        };
        changes.into_iter().for_each(|change| apply(&mut inventory, change));
        let plan = record(&inventory, &PlanOptions { all_kinds, ..PlanOptions::default() });
        let steps: Vec<_> = plan.steps.iter().map(|step| step.change.clone()).collect();
        let then = after(&inventory, &steps);
        let then = audit(&then, &Options::default());
        let text = report::plan_text(&plan, "", &Layout::default());
        let headline = text.split("\n\n").next().unwrap().replace('\n', " ");
        let markdown = report::plan_markdown(&plan, "");
        let plain = markdown.lines().next().unwrap().replace(['*', '\\'], "");
        prop_assert_eq!(plain.trim(), headline.trim());
        let about = then.about_invocations();
        let claims = headline.contains("every Lambda invocation is recorded.")
            || headline.contains("every Lambda invocation will be recorded")
            || headline.contains("every Lambda invocation is recorded,")
            || headline.contains("everything is recorded");
        let claims = claims && !headline.contains("whether every");
        prop_assert!(!claims || about <= Conclusion::Yes, "{}", headline);
        let answer = plan.answer();
        match then.answer().conclusion() {
            Conclusion::Undetermined => prop_assert!(answer >= Conclusion::Undetermined, "{}", headline),
            Conclusion::Yes if plan.refusals.is_empty() => {
                prop_assert_eq!(answer, Conclusion::Yes, "{}", headline);
            }
            _ => {}
        }
        prop_assert!(about != Conclusion::No || answer >= Conclusion::Undetermined, "{}", headline);
        if plan.refusals.is_empty() {
            prop_assert_eq!(said_of_plan(&headline), answer, "{}", headline);
        }
    }
}

/// The exit code is that of the answer which the JSON holds.
#[test]
fn the_exit_code_is_that_of_the_answer() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    for folder in ["examples", "crates/cli/tests/cases/audit"] {
        for entry in std::fs::read_dir(root.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_none_or(|extension| extension != "json") {
                continue;
            }
            let mut command = Command::new(env!("CARGO_BIN_EXE_invoketrail"));
            command.args(["audit", "--format", "json", "--inventory"]).arg(&path).env_clear();
            let output = command.output().unwrap();
            let code = output.status.code().unwrap();
            let Ok(json) = serde_json::from_slice::<serde_json::Value>(&output.stdout) else {
                assert_eq!(code, 1, "{path:?}");
                continue;
            };
            let wanted = match json["answer"].as_str().unwrap() {
                "yes" => 0,
                "no" => 3,
                "undetermined" => 4,
                other => panic!("{other}"),
            };
            assert_eq!(code, wanted, "{path:?}");
        }
    }
}
