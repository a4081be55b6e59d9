//! Accounts of the organization that are not active, at a terminal.

use super::page::{Page, Style};
use super::quantity::grouped;
use super::recorder_sentences;
use audit::finding::Audit;

/// How many are shown where there is a limit.
const SHOWN: usize = 8;

/// Accounts of the organization that are not active, and what that means.
pub(super) fn inactive(audit: &Audit<'_>, page: &mut Page) {
    let accounts = recorder_sentences::inactive(audit);
    if accounts.is_empty() {
        return;
    }
    page.heading("Accounts that are not active");
    let few = page.few(if page.is_all() { SHOWN } else { 1 });
    for one in accounts.iter().take(few) {
        let name = one.account.name.as_deref().map(|name| format!(" {}", text::visible::visible(name)));
        let head = format!("{}{} {}: ", one.account.id, name.unwrap_or_default(), one.state);
        page.paragraph(2, (Style::Open, &head), (Style::Plain, one.meaning));
    }
    let more = accounts.len().saturating_sub(few);
    if more > 0 {
        let told = format!("and {} more: see all with --format json", grouped(more));
        page.paragraph(2, (Style::Dim, ""), (Style::Dim, &told));
    }
}
