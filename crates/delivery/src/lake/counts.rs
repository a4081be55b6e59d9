//! The counts of a log file, as the manifest of a lake keeps them.

use lake::Input;
use logs::scan::Counts;

/// The counts of an input, as an account enters them.
pub(super) fn counts(input: &Input) -> Counts {
    Counts { invocations: input.invocations, control: input.control, aggregated: input.aggregated }
}
