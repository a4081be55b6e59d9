//! The page in a real browser, headless Chromium: it opens without a complaint, its search finds, and an accessibility checker that
//! we did not write finds nothing serious.

use crate::detections;
use crate::frameworks::all;
use crate::page::page_of;
use crate::reports::audited;
use crate::worlds;
use audit::inventory::{Inventory, Resource, Serving};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

/// What Chromium says to the console, and the page as it stands after its script ran.
struct Opened {
    console: Vec<String>,
    page: String,
    took: Duration,
}

fn open(folder: &Path, page: &str, fragment: &str) -> Opened {
    open_with(folder, page, fragment, &[])
}

fn open_with(folder: &Path, page: &str, fragment: &str, flags: &[&str]) -> Opened {
    let chromium = std::env::var("INVOKETRAIL_TEST_CHROMIUM")
        .unwrap_or_else(|_| panic!("set INVOKETRAIL_TEST_CHROMIUM to the browser Chromium, as ./test does"));
    let file = folder.join("report.html");
    std::fs::write(&file, page).unwrap();
    let begun = Instant::now();
    let output = Command::new(chromium)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"])
        .args(["--enable-logging=stderr", "--virtual-time-budget=20000", "--dump-dom"])
        .args(flags)
        .arg(format!("--user-data-dir={}", folder.join("profile").display()))
        .arg(format!("file://{}{fragment}", file.display()))
        .output()
        .unwrap();
    let took = begun.elapsed();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    let console = stderr.lines().filter(|line| line.contains("CONSOLE")).map(str::to_owned).collect();
    Opened { console, page: String::from_utf8(output.stdout).unwrap(), took }
}

/// The rows of the table of resources.
fn rows(page: &str) -> Vec<&str> {
    let table = page.split("id=\"list\"").nth(1).unwrap().split("</table>").next().unwrap();
    table.split("<tr class=").skip(1).collect()
}

#[test]
fn the_page_opens_in_chromium_without_a_complaint_and_its_search_finds() {
    let folder = tempfile::tempdir().unwrap();
    let inventory = worlds::acme();
    let page = page_of(&audited(&inventory));
    let whole = open(folder.path(), &page, "");
    assert_eq!(whole.console, Vec::<String>::new());
    assert!(whole.page.contains("<html lang=\"en\" class=\"js\">"), "its script did not run");
    let all = rows(&whole.page).len();
    let found = open(folder.path(), &page, "#search=111111111111%20EU-west-1");
    assert_eq!(found.console, Vec::<String>::new());
    let hits = rows(&found.page);
    assert!(!hits.is_empty() && hits.len() < all, "{} of {all}", hits.len());
    assert!(hits.iter().all(|row| row.contains("111111111111") && row.contains("eu-west-1")));
    assert!(found.page.contains(&format!("{} of {all}", hits.len())));
}

#[test]
fn the_page_of_findings_opens_without_a_complaint() {
    let folder = tempfile::tempdir().unwrap();
    for found in [detections::hostile(), detections::plain(), detections::nothing()] {
        let page = detections::written(&found, "html");
        let opened = open(folder.path(), &page, "");
        assert_eq!(opened.console, Vec::<String>::new());
        assert!(opened.page.contains("<html lang=\"en\" class=\"js\">"), "its script did not run");
        let folded = opened.page.matches("<li class=\"moment\"").count();
        assert_eq!(
            folded,
            page.matches("<li class=\"moment\"").count(),
            "the browser reads what was written"
        );
    }
}

/// A script that a name smuggles in would not run: the policy refuses what is not ours, and says so.
#[test]
fn chromium_refuses_a_script_that_is_not_ours() {
    let folder = tempfile::tempdir().unwrap();
    let inventory = worlds::acme();
    let page =
        page_of(&audited(&inventory)).replace("</main>", "<script>document.title='taken'</script></main>");
    let opened = open(folder.path(), &page, "");
    assert!(!opened.page.contains("<title>taken"));
    assert!(
        opened.console.iter().any(|line| line.contains("Content Security Policy")),
        "{:?}",
        opened.console
    );
}

/// Acme with so many functions more in its first account and Region.
fn many(functions: usize) -> Inventory {
    let mut inventory = worlds::acme();
    let place = &mut inventory.places[0];
    let prefix = format!("arn:aws:lambda:{}:{}:function:many", place.region, place.account);
    let more =
        (0..functions).map(|n| Resource { arn: format!("{prefix}-{n:05}").into(), serving: Serving::Home });
    place.functions.resources.extend(more);
    place.functions.resources.sort_by(|a, b| a.arn.cmp(&b.arn));
    inventory
}

#[test]
fn ten_thousand_resources_open_and_are_searched() {
    let folder = tempfile::tempdir().unwrap();
    let inventory = many(10_000);
    let opened = open(folder.path(), &page_of(&audited(&inventory)), "#search=many-09999");
    assert_eq!(opened.console, Vec::<String>::new());
    assert_eq!(rows(&opened.page).len(), 1);
    // The start of the browser is a part of this, and other tests run beside it.
    assert!(opened.took < Duration::from_secs(30), "{:?}", opened.took);
}

/// axe-core, which knows the rules of WCAG. The policy of the page would refuse it like any other script, so it is put into a page
/// without one; light and dark, wide and narrow.
#[test]
fn a_checker_of_accessibility_finds_nothing() {
    let axe = std::env::var("INVOKETRAIL_TEST_AXE")
        .unwrap_or_else(|_| panic!("set INVOKETRAIL_TEST_AXE to the file axe.min.js, as ./test does"));
    let axe = std::fs::read_to_string(axe).unwrap().replace("</script", "<\\/script");
    let run = "addEventListener('load', async () => { const found = await axe.run(); const list = document.createElement('pre'); \
        list.id = 'found'; list.textContent = found.passes.length + ' passes;' + found.violations.map((one) => `${one.impact} ${one.id}: ` \
        + one.nodes.map((node) => node.html).join(' ')).join(';'); document.body.append(list); })";
    const LIGHT: [&str; 2] = ["--window-size=1280,900", "--blink-settings=preferredColorScheme=1"];
    const DARK: [&str; 2] = ["--window-size=400,900", "--blink-settings=preferredColorScheme=0"];
    let frameworks = all();
    let looks = [
        (worlds::acme(), LIGHT, &[][..]),
        (worlds::acme(), DARK, &[]),
        (worlds::acme(), LIGHT, &frameworks),
        (worlds::healthy(), DARK, &frameworks),
        (worlds::empty(), LIGHT, &[]),
    ];
    let mut pages: Vec<(String, [&str; 2])> = Vec::new();
    for (inventory, flags, frameworks) in looks {
        let mut audit = audited(&inventory);
        audit.narrow(frameworks);
        pages.push((page_of(&audit), flags));
    }
    for (found, flags) in [
        (detections::hostile(), LIGHT),
        (detections::hostile(), DARK),
        (detections::plain(), DARK),
        (detections::nothing(), LIGHT),
    ] {
        pages.push((detections::written(&found, "html"), flags));
    }
    for (page, flags) in pages {
        let (before, rest) = page.split_once("<meta http-equiv=\"Content-Security-Policy\"").unwrap();
        let (_, after) = rest.split_once('>').unwrap();
        let page = format!("{before}{after}")
            .replace("</body>", &format!("<script>{axe}</script><script>{run}</script></body>"));
        let folder = tempfile::tempdir().unwrap();
        let opened = open_with(folder.path(), &page, "", &flags);
        let found = opened.page.split("<pre id=\"found\">").nth(1).unwrap().split("</pre>").next().unwrap();
        let (passes, violations) = found.split_once(" passes;").unwrap();
        assert!(passes.parse::<usize>().unwrap() > 20, "{passes}");
        assert_eq!(violations, "", "{flags:?}");
    }
}
