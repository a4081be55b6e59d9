//! The gallery in the docs: Acme's audit in every format, as the command writes it today.

use crate::run::{root, run};
use report::AuditFormat;

/// `TRYCMD=overwrite` writes the files.
#[test]
fn the_reports_of_acme_in_the_docs_are_those_of_today() {
    let page = std::fs::read_to_string(root().join("docs/gallery.md")).unwrap();
    for format in AuditFormat::ALL {
        let said = run(&["audit", "--inventory", "examples/acme.json", "--format", format.name()]);
        assert_eq!(said.code, Some(3), "{}", said.stderr);
        let name = format!("gallery/acme.{}", format.suffix());
        let path = root().join("docs").join(&name);
        if std::env::var("TRYCMD").is_ok_and(|value| value == "overwrite") {
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, &said.stdout).unwrap();
        }
        let kept = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(kept == said.stdout, "docs/{name} is not what `audit --format {}` writes", format.name());
        assert!(page.contains(&format!("({name})")), "docs/gallery.md does not lead to {name}");
    }
}
