//! The page for a browser: whole, in order, without anything from elsewhere, and inert whatever names it holds.

use crate::reports::{STAMP, audited, text_of};
use crate::worlds;
use audit::finding::Audit;
use audit::inventory::{GapKind, Inventory, Resource, Serving};
use cloudtrail::recorder::Seen;
use report::{AuditDocument, AuditFormat, Layout, NextFlags};
use sha2::{Digest, Sha256};
use text::visible::acts;

/// The page of an audit.
pub(crate) fn page_of(audit: &Audit<'_>) -> String {
    let flags = NextFlags { source: " --inventory acme.json", caller: "", of_audit: "" };
    let document = AuditDocument { audit, stamp: STAMP, since: "", flags, inputs: None };
    text_of(|out| AuditFormat::Html.write(&document, &Layout::default(), out))
}

/// The page without its style and script, which are ours.
fn body(page: &str) -> String {
    page.replace(report::STYLE, "").replace(report::SCRIPT, "")
}

/// What stands between `start` and `end`, each time.
fn between<'a>(text: &'a str, start: &str, end: &str) -> Vec<&'a str> {
    text.split(start).skip(1).filter_map(|rest| rest.split(end).next()).collect()
}

/// As a browser reads it.
fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
}

#[test]
fn the_page_opens_at_the_answer_with_the_words_of_the_terminal() {
    let inventory = worlds::acme();
    let audit = audited(&inventory);
    let page = page_of(&audit);
    let terminal =
        text_of(|out| report::write_terminal(&audit, &Layout { width: 200, ..Layout::default() }, out));
    let mut lines = terminal.lines();
    let (headline, counts) = (lines.next().unwrap(), lines.next().unwrap());
    assert_eq!(between(&page, "<h1 id=\"headline\">", "</h1>"), [headline]);
    assert_eq!(between(&page, "<p class=\"counts\">", "</p>"), [counts]);
    let next =
        report::next_command(&audit, &NextFlags { source: " --inventory acme.json", ..NextFlags::default() });
    assert!(page.contains(&format!("<code>{}</code>", next.0)), "{next:?}");
}

#[test]
fn every_resource_finding_control_recorder_and_gap_is_on_the_page() {
    let inventory = worlds::acme();
    let audit = audited(&inventory);
    let page = unescaped(&body(&page_of(&audit)));
    for place in &audit.places {
        for row in place.planes.iter().flat_map(|plane| &plane.rows) {
            let arn = text::visible::visible(row.arn);
            assert!(page.contains(&format!("<span class=\"arn\">{arn}</span>")), "{arn}");
        }
    }
    for control in &audit.controls {
        assert!(page.contains(&format!("<span class=\"control\">{}</span>", control.id)), "{}", control.id);
    }
    let offered = inventory.gaps.iter().filter(|gap| gap.kind != GapKind::NotOffered);
    let named = inventory.recorders.iter().map(|one| &one.arn).chain(offered.map(|one| &one.error));
    for text in named {
        assert!(page.contains(text::visible::visible(text).as_ref()), "{text}");
    }
    assert!(page.contains("turned it away") && page.contains("recipientAccountId"));
}

/// More causes and recorders than are shown in detail: accounts with a trail each that records reads alone, and one function.
fn many_causes() -> Inventory {
    let one = crate::renderings::inventory();
    let mut many = Inventory { recorders: Vec::new(), places: Vec::new(), ..one.clone() };
    for number in 0..120 {
        let account = format!("{:012}", 200_000_000_000_u64 + number);
        let (mut recorder, mut place) = (one.recorders[0].clone(), one.places[0].clone());
        recorder.name = format!("reads-{number}");
        recorder.arn = format!("arn:aws:cloudtrail:eu-west-1:{account}:trail/{}", recorder.name);
        recorder.account.clone_from(&account);
        let reads = crate::renderings::BASIC.replace("WriteOnly", "ReadOnly");
        recorder.selectors = Seen::Known(crate::renderings::read(&reads));
        if let Seen::Known(sightings) = &mut place.trails {
            sightings.iter_mut().for_each(|one| one.trail.clone_from(&recorder.arn));
        }
        let arn = format!("arn:aws:lambda:eu-west-1:{account}:function:f-{number}").into();
        place.functions.resources = vec![Resource { arn, serving: Serving::Home }].into();
        place.account = account;
        many.recorders.push(recorder);
        many.places.push(place);
    }
    many
}

/// Thousands of findings are told in fewer elements, and none is left out: each cause with its proof, each recorder with its selectors.
#[test]
fn many_causes_are_all_on_the_page_with_their_proofs() {
    let inventory = many_causes();
    let page = body(&page_of(&audited(&inventory)));
    assert!(page.matches("<article class=\"cause").count() >= 120);
    for number in [0, 49, 50, 119] {
        let told = format!("Trail reads-{number} does not record it: selector 0 takes read events only");
        assert!(page.contains(&told), "{told}");
    }
    let short = page.split("<h3>120. ").nth(1).unwrap();
    assert!(
        short.contains("eventName = Invoke") && short.contains("Selector 0: ReadWriteType = ReadOnly"),
        "{}",
        &short[..2000]
    );
}

/// Every element is closed in its order, headings step by one, tables have heads, and what a label names is there.
#[test]
fn the_page_is_well_formed_and_its_headings_are_in_order() {
    for inventory in [worlds::acme(), worlds::healthy(), worlds::empty(), many_causes()] {
        let page = body(&page_of(&audited(&inventory)));
        let (mut open, mut level): (Vec<&str>, u32) = (Vec::new(), 0);
        for tag in between(&page, "<", ">") {
            let name = tag.trim_start_matches('/').split([' ', '/']).next().unwrap();
            if tag.starts_with('!') || ["meta", "input"].contains(&name) {
                continue;
            }
            if tag.starts_with('/') {
                assert_eq!(open.pop(), Some(name), "{tag} in {open:?}");
                continue;
            }
            open.push(name);
            if let Some(depth) = name.strip_prefix('h').and_then(|depth| depth.parse::<u32>().ok()) {
                assert!(depth <= level + 1, "h{depth} follows h{level}");
                level = depth;
            }
        }
        assert_eq!(open, Vec::<&str>::new());
        assert_eq!((page.matches("<h1").count(), page.matches("<main>").count()), (1, 1));
        let ids = between(&page, " id=\"", "\"");
        for id in &ids {
            assert_eq!(ids.iter().filter(|other| *other == id).count(), 1, "{id}");
        }
        let named =
            between(&page, "aria-labelledby=\"", "\"").into_iter().chain(between(&page, "href=\"#", "\""));
        for id in named {
            assert!(ids.contains(&id), "nothing is called {id}");
        }
    }
}

/// Names that are markup, that end the script or an attribute, that reverse text: none has a meaning.
#[test]
fn hostile_names_are_inert_on_the_page() {
    let hostile = "x\"'></script><script>alert(1)</script><img src=//evil.example onerror=alert(1)>&amp;\u{1b}[2J\u{202e}\r\n`</style>`";
    let mut inventory: Inventory = worlds::acme();
    for account in &mut inventory.accounts {
        account.name = Some(hostile.to_owned());
    }
    for recorder in &mut inventory.recorders {
        recorder.name = hostile.to_owned();
        recorder.destination = Some(hostile.to_owned());
    }
    for gap in &mut inventory.gaps {
        gap.error = hostile.to_owned();
    }
    inventory.caller = Some(hostile.to_owned());
    let page = page_of(&audited(&inventory));
    let rest = body(&page);
    assert!(!rest.chars().any(|one| acts(one) && one != '\n'));
    assert_eq!((rest.matches("<script").count(), rest.matches("</script").count()), (1, 1));
    assert_eq!((rest.matches("<style").count(), rest.matches("</style").count()), (1, 1));
    assert!(!rest.contains("<img") && !rest.contains("\"'>"));
    // No name reaches an attribute's name or a tag: all that begins with `<` is ours.
    let ours = [
        "!DOCTYPE", "html", "head", "meta", "title", "style", "script", "body", "a", "header", "footer",
        "nav", "main", "section", "article", "h1", "h2", "h3", "p", "ul", "ol", "li", "dl", "dt", "dd",
        "div", "span", "code", "button", "svg", "rect", "table", "thead", "tbody", "tr", "th", "td",
        "details", "summary", "small", "time", "q", "mark", "form", "label", "input", "select", "option",
    ];
    for tag in between(&rest, "<", ">") {
        let name = tag.trim_start_matches('/').split([' ', '>']).next().unwrap();
        assert!(ours.contains(&name), "<{tag}>");
    }
}

/// One file: no address to load from, no style or script but the two whose hashes the policy names.
#[test]
fn the_page_loads_nothing_and_runs_only_what_its_policy_names() {
    let inventory = worlds::acme();
    let page = page_of(&audited(&inventory));
    for outside in [
        " src=",
        "url(",
        "@import",
        "<link",
        "<iframe",
        "<base",
        "fetch(",
        "XMLHttpRequest",
        "innerHTML",
        "eval(",
    ] {
        assert!(!page.contains(outside), "{outside}");
    }
    let body = body(&page);
    assert!(between(&body, "href=\"", "\"").iter().all(|to| to.starts_with('#')));
    assert!(!body.contains(" style=") && !body.contains(" onclick="));
    let policy = between(&page, "Content-Security-Policy\" content=\"", "\"")[0];
    for (kind, text) in [("style", report::STYLE), ("script", report::SCRIPT)] {
        let wanted = format!("{kind}-src 'sha256-{}'", base64(&Sha256::digest(text)));
        assert!(policy.contains(&wanted), "{wanted} is the hash of report.{kind}; the policy is {policy}");
        assert!(page.contains(&format!("<{kind}>{text}</{kind}>")));
        assert!(!text.chars().any(|one| acts(one) && one != '\n') && !text.contains("</"), "{kind}");
    }
    assert!(policy.starts_with("default-src 'none';"));
}

fn base64(bytes: &[u8]) -> String {
    const SIGNS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let sign = |three: u32, at: usize| char::from(SIGNS[(three >> (18 - 6 * at)) as usize & 63]);
    let mut text = String::new();
    for piece in bytes.chunks(3) {
        let three = (0..3).fold(0, |sum, at| (sum << 8) | u32::from(*piece.get(at).unwrap_or(&0)));
        text.extend((0..4).map(|at| if at <= piece.len() { sign(three, at) } else { '=' }));
    }
    text
}
