//! An audit as one HTML page: the answer, a map of accounts and Regions, findings with their proofs, and everything they rest on.
//! Nothing is fetched, and nothing from outside can act: templates escape every text, and each piece is made visible as a whole.

mod findings;
mod frameworks;
mod map;
mod mark;
mod overview;
mod proof;
mod resources;
mod sections;

use super::audit_document::AuditDocument;
use super::headline::headline;
use super::page::Layout;
use audit::finding::Audit;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use std::io::{self, Write};
use text::visible::visible;

/// The page's style sheet.
pub const STYLE: &str = include_str!("html/report.css");

/// The page's script. Without it everything is there, and nothing can be searched or copied with one press.
pub const SCRIPT: &str = include_str!("html/report.js");

/// Nothing is loaded, and nothing runs but our own style and script, by their hashes: a test compares.
const POLICY: &str = "default-src 'none'; \
    style-src 'sha256-gVmomSUye73LQN9UdQ1hS54NPFYwbBiOzMxsqqq5jg8='; \
    script-src 'sha256-+7G/kWZFYgnOefmUX5IdFVIv/5IUABOdlPLu7Kky4Tc='; \
    base-uri 'none'; form-action 'none'";

/// The sections, with the names that the table of contents gives them.
const SECTIONS: [(&str, &str); 7] = [
    ("answer", "Answer"),
    ("map", "Map"),
    ("findings", "Findings"),
    ("controls", "Controls"),
    ("recorders", "Recorders"),
    ("resources", "Resources"),
    ("gaps", "Gaps"),
];

/// Writes what a template made. Every character that could act on whoever looks at it is shown instead; ours has none.
pub(super) fn put(markup: Markup, out: &mut dyn Write) -> io::Result<()> {
    let text = markup.into_string();
    out.write_all(visible(&text).as_bytes())?;
    out.write_all(b"\n")
}

/// See [`super::AuditFormat`].
pub(crate) fn document(document: &AuditDocument<'_>, _: &Layout, out: &mut dyn Write) -> io::Result<()> {
    let audit = document.audit;
    put(head(&headline(audit)), out)?;
    // Our own, and the only text with line breaks that mean something.
    write!(out, "<style>{STYLE}</style>\n<script>{SCRIPT}</script>\n</head>\n")?;
    put(contents(audit, document), out)?;
    out.write_all(b"<main>\n")?;
    put(overview::overview(document), out)?;
    put(map::map(audit), out)?;
    findings::findings(document, out)?;
    put(sections::controls(audit), out)?;
    put(frameworks::frameworks(audit), out)?;
    put(sections::accepted(audit), out)?;
    sections::recorders(audit, out)?;
    resources::resources(audit, out)?;
    put(sections::gaps(audit), out)?;
    put(sections::inactive(audit), out)?;
    put(sections::drift(document), out)?;
    out.write_all(b"</main>\n")?;
    put(foot(document), out)?;
    out.write_all(b"</body></html>\n")
}

/// The beginning of a page with that headline, to the end of what it says of itself.
pub(super) fn head(headline: &str) -> Markup {
    let title = format!("{headline} - InvokeTrail");
    html! {
        (DOCTYPE)
        (PreEscaped("<html lang=\"en\">"))
        (PreEscaped("<head>"))
        meta charset="utf-8";
        meta name="viewport" content="width=device-width, initial-scale=1";
        meta http-equiv="Content-Security-Policy" content=(POLICY);
        meta name="color-scheme" content="light dark";
        meta name="referrer" content="no-referrer";
        meta name="robots" content="noindex";
        title { (title) }
    }
}

/// The beginning of the body: the table of contents.
fn contents(audit: &Audit<'_>, document: &AuditDocument<'_>) -> Markup {
    let there = |id: &str| match id {
        "map" => !audit.places.is_empty(),
        "gaps" => sections::has_gaps(audit),
        _ => true,
    };
    html! {
        (PreEscaped("<body>"))
        a.skip href="#answer" { "Skip to the answer" }
        header.top {
            p.brand { "InvokeTrail" }
            nav aria-label="Sections" {
                ul {
                    @for (id, name) in SECTIONS.iter().filter(|(id, _)| there(id)) {
                        li { a href=(format!("#{id}")) { (name) } }
                    }
                    @if !audit.frameworks.is_empty() { li { a href="#frameworks" { "Frameworks" } } }
                    @if !audit.accepted.is_empty() { li { a href="#exceptions" { "Exceptions" } } }
                    @if document.stamp.drift.is_some() { li { a href="#changes" { "Changes" } } }
                }
            }
        }
    }
}

fn foot(document: &AuditDocument<'_>) -> Markup {
    html! {
        footer {
            p { "InvokeTrail " (document.stamp.version) ", " time datetime=(document.stamp.generated_at) { (document.stamp.generated_at) } }
        }
    }
}
