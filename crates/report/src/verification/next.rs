//! The natural next command after a verification.

use super::{Verification, VerifiedFunction, day};
use crate::shell::{shell, shell_file, shell_flag};
use audit::answer::Conclusion;
use audit::evidence::Outcome;
use cloudtrail::time::DAY_MILLIS;

/// Milliseconds of a month: more of a copy is not read unasked.
const MONTH: i64 = 30 * DAY_MILLIS;

/// How a verification was asked for, as far as the next command depends on it. Flags have a space before them.
pub struct AfterVerification<'a> {
    /// The places that were typed.
    pub sources: &'a [String],
    /// The files of public keys that were typed.
    pub public_keys: &'a [String],
    /// The begin that was typed.
    pub since: Option<&'a str>,
    /// The end that was typed.
    pub until: Option<&'a str>,
    /// True iff digests were asked for.
    pub digests: bool,
    /// True iff the account is made up: nobody can call its functions, and its files are not the user's.
    pub demo: bool,
    /// The flags that lead to the same facts.
    pub source: &'a str,
    /// The flags that lead to the same caller of AWS.
    pub caller: &'a str,
    /// The command that was typed, with these flags instead of its format and output.
    pub again: &'a dyn Fn(&str) -> String,
}

impl AfterVerification<'_> {
    /// The natural next command, and what it is for.
    #[must_use]
    pub fn next(&self, verification: &Verification) -> String {
        let of = |wanted| verification.functions.iter().find(move |one| one.decided.outcome == wanted);
        let open = of(Outcome::Undetermined).filter(|_| self.demo);
        let tampered = verification.of_digests() == Conclusion::No;
        if !self.demo && tampered {
            self.validate(verification)
        } else if let Some(there) = &verification.elsewhere {
            let since = there.start.max(there.end.saturating_sub(MONTH));
            let days = format!(" --since {} --until {}", day(since), day(there.end));
            format!("{}  # the days of the log files that are there", (self.again)(&days))
        } else if let Some(missing) = of(Outcome::Missing).or(open) {
            format!(
                "invoketrail explain{} {}  # is it recorded at all, and what lets it escape",
                self.source,
                shell(&missing.arn)
            )
        } else if !self.demo && verification.functions.iter().any(VerifiedFunction::is_unproven) {
            self.validate(verification)
        } else if let Some(open) = of(Outcome::Undetermined) {
            let sources: String = self
                .sources
                .iter()
                .filter(|one| one.starts_with("s3://"))
                .map(|one| format!(" {}", shell(one)))
                .collect();
            let canary = shell(&open.arn);
            format!("invoketrail verify{sources} --canary {canary}{}  # an end-to-end proof", self.caller)
        } else if self.digests {
            format!("invoketrail audit{}  # is every invocation recorded?", self.source)
        } else {
            format!("{}  # and are the files as they were delivered?", (self.again)(" --digests"))
        }
    }

    /// The command that shows what digests prove of the same files.
    fn validate(&self, verification: &Verification) -> String {
        let mut rest = String::new();
        for source in self.sources {
            rest.push_str(&format!(" {}", shell_file(source)));
        }
        for path in self.public_keys {
            rest.push_str(&shell_flag("public-keys", path));
        }
        for (flag, time) in [("since", self.since), ("until", self.until)] {
            rest.extend(time.map(|time| shell_flag(flag, time)));
        }
        let why = match verification.of_digests() {
            Conclusion::No => "which files are not as they were delivered",
            _ => "what digests prove, and what they do not",
        };
        format!("invoketrail logs validate{rest}{}  # {why}", self.caller)
    }
}
