//! A plan as Markdown, for a pull request or a ticket.

use super::super::markdown::inert;
use super::lines::{Line, difference};
use super::{headline, owner, subject};
use audit::plan::{Owner, Plan, Step};
use std::fmt::{Result, Write as _};
use text::visible::visible;

/// The plan as Markdown. Inert: no name from outside becomes a link, a mention or HTML.
#[must_use]
pub fn plan_markdown(plan: &Plan, hash: &str) -> String {
    let mut text = String::new();
    // Writing into a string cannot fail.
    let _ = write(plan, hash, &mut text);
    text
}

fn write(plan: &Plan, hash: &str, text: &mut String) -> Result {
    writeln!(text, "**{}**", inert(&headline(plan)))?;
    for (at, one) in plan.steps.iter().enumerate() {
        step(at + 1, one, text)?;
    }
    if !plan.gained.is_empty() && plan.steps.len() > 1 {
        writeln!(text, "\n### Newly recorded, by the whole plan\n")?;
        for gained in &plan.gained {
            writeln!(text, "- {}", inert(gained))?;
        }
    }
    if !plan.losses.is_empty() {
        writeln!(text, "\n### No longer recorded\n")?;
        for loss in &plan.losses {
            writeln!(
                text,
                "- {} by {}: {}",
                inert(&loss.function),
                inert(&loss.recorder),
                inert(&loss.because)
            )?;
        }
    }
    if !plan.refusals.is_empty() {
        writeln!(text, "\n### Not planned\n")?;
        for refusal in &plan.refusals {
            let about = refusal.recorder.as_deref().map_or_else(String::new, |arn| format!("{arn}: "));
            writeln!(
                text,
                "- {}{}. To include it: {}",
                inert(&about),
                inert(&refusal.reason),
                inert(&refusal.nearest)
            )?;
        }
    }
    if !plan.outlook.is_empty() {
        writeln!(text, "\n| Control | Today | Then |\n|---|---|---|")?;
        for one in &plan.outlook {
            writeln!(text, "| {} | {} | {} |", inert(&one.control), one.before.as_str(), one.after.as_str())?;
        }
    }
    if let Some(cost) = &plan.cost {
        writeln!(
            text,
            "\nRecording Lambda costs {} today, and {} then.",
            inert(&super::cost(cost.before, cost.is_least)),
            inert(&super::cost(cost.after, cost.is_least))
        )?;
        for basis in &cost.basis {
            writeln!(text, "- {}", inert(basis))?;
        }
    }
    writeln!(text, "\nPlan hash: `{}`", hash.replace('`', ""))
}

fn step(number: usize, step: &Step, text: &mut String) -> Result {
    writeln!(text, "\n### {number}. {}\n\n{}\n", inert(&subject(step)), inert(&step.because))?;
    let lines: Vec<String> = difference(&step.change)
        .into_iter()
        .map(|line| match line {
            Line::Same(line) => format!("  {line}"),
            Line::Before(line) => format!("- {line}"),
            Line::After(line) => format!("+ {line}"),
            Line::Skipped(n) => format!("@@ {n} lines as before @@"),
        })
        .collect();
    // A fence longer than any run of backticks inside cannot be closed from inside.
    let longest = lines.iter().flat_map(|line| line.split(|one| one != '`')).map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    writeln!(text, "{fence}diff")?;
    for line in lines {
        writeln!(text, "{}", visible(&line))?;
    }
    writeln!(text, "{fence}")?;
    for (label, told) in [("Newly recorded", &step.gained), ("Could break", &step.risks)] {
        for one in told {
            writeln!(text, "- {label}: {}", inert(one))?;
        }
    }
    if let Some(told) = owner(&step.owner) {
        writeln!(text, "- Owner: {}", inert(&told))?;
    }
    writeln!(text, "- Backout: {}", inert(&step.backout))?;
    if matches!(step.owner, Owner::LandingZoneAccelerator { .. }) {
        writeln!(
            text,
            "\nIn `global-config.yaml` of the Landing Zone Accelerator:\n\n```yaml\nlogging:\n  cloudtrail:\n    organizationTrailSettings:\n      lambdaDataEvents: true\n```"
        )?;
    }
    Ok(())
}
