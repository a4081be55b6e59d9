//! What an answer may lack, in one sentence for all commands that read log files.

use super::quantity::{grouped, quantity, size};
use logs::scan::Account;

/// How much could not be read, or not be applied. True of an account that is not whole; of another it says that nothing is missing.
#[must_use]
pub fn shortfall(of: &Account) -> String {
    let mut told = format!(
        "{} damaged, {} unread",
        quantity(size(of.damaged), ("file is", "files are")),
        grouped(size(of.unread))
    );
    if of.corrections_apart > 0 {
        let many = grouped(size(of.corrections_apart));
        told.push_str(&format!(
            ", {many} corrections too many to be applied, so that calls may be counted twice"
        ));
    }
    told
}

#[cfg(test)]
mod tests {
    use super::shortfall;
    use logs::scan::Account;

    #[test]
    fn files_and_corrections_are_told_apart() {
        let files = Account { files: 9, damaged: 1, unread: 2_000, ..Account::default() };
        assert_eq!(shortfall(&files), "1 file is damaged, 2,000 unread");
        let corrections = Account { files: 9, corrections_apart: 70_000, ..Account::default() };
        let told = "0 files are damaged, 0 unread, 70,000 corrections too many to be applied, so that calls may be counted twice";
        assert_eq!(shortfall(&corrections), told);
    }
}
