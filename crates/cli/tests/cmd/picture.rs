//! The picture of the README is what the binary prints on a terminal, and nothing else.

use crate::run::{command, root};

/// What a person types, and what a terminal with colours shows.
fn session() -> String {
    let typed = ["audit", "--inventory", "examples/acme.json"];
    let output = command(&[&typed[..], &["--color", "always"]].concat()).output().unwrap();
    assert_eq!(output.status.code(), Some(3));
    format!(
        "\u{1b}[1m$ invoketrail {}\u{1b}[0m\n{}{}",
        typed.join(" "),
        String::from_utf8(output.stdout).unwrap(),
        String::from_utf8(output.stderr).unwrap()
    )
}

/// `TRYCMD=overwrite` writes it anew, as it does for the transcripts.
#[test]
fn the_picture_of_the_readme_is_what_a_terminal_shows() {
    let path = root().join("docs/audit.svg");
    let drawn = anstyle_svg::Term::new().min_width_px(720).render_svg(&session());
    if std::env::var_os("TRYCMD").is_some_and(|value| value == "overwrite") {
        std::fs::write(&path, &drawn).unwrap();
    }
    assert!(std::fs::read_to_string(&path).unwrap() == drawn, "docs/audit.svg is of another version");
}
