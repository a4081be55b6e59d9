//! What a plan to record adds, in words: more invocations only where it adds some.

use audit::answer::Conclusion;
use audit::change::{Setting, Turn};
use audit::code::Code;
use audit::plan::Plan;
use cloudtrail::event::Field;
use cloudtrail::selector::Selector;

/// What is recorded more with a plan after which not every invocation is certainly recorded; and a sentence on those, where the first says nothing of them.
pub(super) fn more(plan: &Plan) -> (String, &'static str) {
    let is_open = plan.invocations_after() == Conclusion::Undetermined;
    let all = if is_open { "but it is not known whether all of them" } else { "but not all of them" };
    let of_invocations = |code: Code| matches!(code, Code::GainResources | Code::GainNew);
    if plan.gained.iter().any(|one| of_invocations(one.code)) {
        return (format!("more Lambda invocations will be recorded, {all}"), "");
    }
    let others: Vec<String> = plan.gained.iter().map(|one| one.to_string()).collect();
    let may = !plan.steps.iter().all(|step| adds_no_invocations(&step.change.setting));
    match (others.is_empty(), may) {
        (true, true) => return (format!("more Lambda invocations may be recorded, {all}"), ""),
        (false, true) => {
            let others = others.join(" and ");
            return (format!("{others} will be recorded, and more Lambda invocations may be, {all}"), "");
        }
        (..) => {}
    }
    let then = match is_open {
        true => " It is not known whether every Lambda invocation is recorded.",
        false => " Not every Lambda invocation will be recorded.",
    };
    let told = match others.is_empty() {
        true => "no more Lambda invocations will be recorded".to_owned(),
        false => format!("{} will be recorded, but no more Lambda invocations", others.join(" and ")),
    };
    (told, then)
}

/// True iff no invocation more is recorded with it: nothing is started or widened, and each new selector is about management events alone.
fn adds_no_invocations(setting: &Setting) -> bool {
    match setting {
        Setting::Bucket(_) | Setting::LogFileValidation(_) => true,
        Setting::Selectors(Turn { before, after }) => {
            let read = |text: &str| cloudtrail::selector_json::from_str(text).ok();
            let (Some(before), Some(after)) = (read(before), read(after)) else { return false };
            let is_management = |one: &Selector| match one {
                Selector::Advanced(one) => one
                    .condition(Field::EventCategory)
                    .is_some_and(|category| category.equals.iter().map(String::as_str).eq(["Management"])),
                Selector::Basic(_) => false,
            };
            after.list.iter().all(|one| before.list.contains(one) || is_management(one))
        }
        Setting::Trail(_) | Setting::MultiRegion(_) | Setting::Logging(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::more;
    use audit::change::{Change, Setting, Target, Turn};
    use audit::code::{Code, Coded};
    use audit::finding::Status;
    use audit::inventory::Inventory;
    use audit::plan::{Outlook, Owner, Plan, PlanOptions, Purpose, Step, drop_copies};
    use cloudtrail::recorder::RecorderKind;

    fn plan(setting: Setting, gained: Vec<Coded>, after: Status) -> Plan {
        let target = Target {
            arn: "arn:aws:cloudtrail:eu-west-1:111122223333:trail/main".to_owned(),
            name: "main".to_owned(),
            kind: RecorderKind::Trail,
            account: "111122223333".to_owned(),
            home_region: "eu-west-1".to_owned(),
        };
        let step = Step {
            change: Change { target, setting },
            because: Coded::default(),
            owner: Owner::Nobody,
            gained: Vec::new(),
            risks: Vec::new(),
            backout: Coded::default(),
        };
        let outlook = Outlook {
            control: "lambda-invocations-recorded".to_owned(),
            before: Status::Fail,
            after,
            excepted: false,
            reason: Coded::default(),
        };
        let bare = drop_copies(&Inventory::default(), &PlanOptions::default());
        Plan { purpose: Purpose::Record, steps: vec![step], gained, outlook: vec![outlook], ..bare }
    }

    /// A gain of management events is none of invocations, and what only may be recorded is not said to be.
    #[test]
    fn more_invocations_are_said_only_where_there_are_more() {
        let selector = |fields: &str| format!(r#"{{"FieldSelectors":[{fields}]}}"#);
        let of = |field: &str, value: &str| format!(r#"{{"Field":"{field}","Equals":["{value}"]}}"#);
        let management = selector(&of("eventCategory", "Management"));
        let invocations = selector(&format!(
            "{},{}",
            of("eventCategory", "Data"),
            of("resources.type", "AWS::Lambda::Function")
        ));
        let turn = |before: &str, after: &str| {
            let list = |all: &str| format!(r#"{{"AdvancedEventSelectors":[{all}]}}"#);
            Setting::Selectors(Turn { before: list(before), after: list(after) })
        };
        let both = format!("{invocations},{management}");
        let every = || Code::GainManagement.says("every management event in 1 account-Region");
        let functions = || Code::GainResources.says("2 functions");
        let validation = Setting::LogFileValidation(Turn { before: false, after: true });
        for (setting, gained, words) in [
            (turn(&management, &both), vec![functions()], "more Lambda invocations will be recorded, but"),
            (turn(&management, &both), vec![], "more Lambda invocations may be recorded, but"),
            (
                turn(&invocations, &both),
                vec![every()],
                "every management event in 1 account-Region will be recorded, but no more Lambda invocations",
            ),
            (
                Setting::Logging(Turn { before: false, after: true }),
                vec![every()],
                "every management event in 1 account-Region will be recorded, and more Lambda invocations may be, but",
            ),
            (validation, vec![], "no more Lambda invocations will be recorded"),
        ] {
            for (after, open) in [(Status::Fail, false), (Status::Undetermined, true)] {
                let (told, then) = more(&plan(setting.clone(), gained.clone(), after));
                assert!(told.starts_with(words), "{told}");
                assert_eq!(then.is_empty(), words.ends_with("but"), "{told} {then}");
                let known = format!("{told}{then}").contains("not known");
                assert_eq!(known, open, "{told} {then}");
            }
        }
    }
}
