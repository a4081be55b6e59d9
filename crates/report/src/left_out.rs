//! Files that were found and not read: the same words and members in every answer.

use super::member::Object;
use super::page::{Page, Style};
use super::quantity::{grouped, size};
use logs::LeftOut;
use text::visible::visible;

/// All of them in one sentence; `None` iff there is none.
#[must_use]
pub fn left_out_sentence(left_out: &LeftOut) -> Option<String> {
    let kinds = [
        (left_out.digests, "of digests"),
        (left_out.insights, "of Insights"),
        (left_out.network_activity, "of network activity"),
        (left_out.other, "not from CloudTrail"),
    ];
    let some = kinds.iter().filter(|(n, _)| *n > 0);
    let told: Vec<String> = some.map(|(n, what)| format!("{} {what}", grouped(size(*n)))).collect();
    if told.is_empty() {
        return None;
    }
    let mut names: Vec<String> = left_out.names.iter().map(|name| visible(name).into_owned()).collect();
    match size(left_out.other).saturating_sub(names.len()) {
        0 => {}
        more => names.push(format!("{} more", grouped(more))),
    }
    let named = if names.is_empty() { String::new() } else { format!(" ({})", names.join(", ")) };
    Some(format!("Files left out: {}{named}.", told.join(", ")))
}

/// The sentence for a person.
pub(super) fn line(left_out: &LeftOut, page: &mut Page) {
    if let Some(told) = left_out_sentence(left_out) {
        page.paragraph(0, (Style::Dim, ""), (Style::Plain, &told));
    }
}

/// The member of an account of reading.
pub(super) fn member(left_out: &LeftOut, object: &mut Object<'_>) {
    object.object("left_out", |object| {
        object.number("digests", size(left_out.digests));
        object.number("insights", size(left_out.insights));
        object.number("network_activity", size(left_out.network_activity));
        object.number("other", size(left_out.other));
        object.texts("names", left_out.names.iter().map(String::as_str));
    });
}
