//! The natural next command after an answer about invocations.

use crate::shell::shell_flag;
use logs::{Dimension, Invocations, Table};

/// The command that was typed, without the flags that are named (and whether a value follows), and with others.
pub type Again<'a> = dyn Fn(&[(&str, bool)], &str) -> String + 'a;

/// The natural next command, and what it is for. `by` is what calls were grouped by, as it was typed; `account` are the flags that lead
/// to the same account, each with a space before it; `filters` are the flags that named which calls.
#[must_use]
pub fn invocations_next(
    found: &Invocations,
    by: &[String],
    filters: &[&str],
    account: &str,
    again: &Again<'_>,
) -> String {
    let busiest = |table: &Table| {
        let group = table.rows().max_by_key(|group| group.cell.records())?;
        let by = if by.is_empty() { Some(0) } else { by.iter().position(|one| one == "function") };
        group.label(by?).map(str::to_owned)
    };
    match found {
        Invocations::Groups(table) => match busiest(table) {
            Some(function) => {
                let flags = format!(" --timeline{}", shell_flag("function", &function));
                let command =
                    again(&[("by", true), ("sort", true), ("function", true), ("timeline", false)], &flags);
                format!("{command}  # each call of the busiest function")
            }
            None if !filters.is_empty() && !table.is_empty() => {
                let command = again(&[("by", true), ("sort", true), ("timeline", false)], " --timeline");
                format!("{command}  # each of these calls")
            }
            None if !filters.is_empty() => {
                let without: Vec<(&str, bool)> = filters.iter().map(|flag| (*flag, true)).collect();
                format!("{}  # all that was read, to see the names", again(&without, ""))
            }
            None => format!("invoketrail audit{account}  # is every invocation recorded?"),
        },
        Invocations::Timeline(_) => {
            let caller = Dimension::Principal.as_str();
            let command = again(
                &[("by", true), ("timeline", false), ("limit", true)],
                &format!(" --by {caller},source"),
            );
            format!("{command}  # who calls, and from where")
        }
    }
}
