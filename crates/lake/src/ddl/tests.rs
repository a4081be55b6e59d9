//! Of statements as texts. What they do is tried in the engines: `crates/cli/tests/lake`.

use super::{Engine, Known, VIEWS, ddl, ddl_of};
use crate::columns::Table;

#[test]
fn every_engine_has_all_tables_and_views() {
    for engine in Engine::ALL {
        assert_eq!(Engine::parse(engine.as_str()), Some(engine));
        let said = ddl(engine, "s3://acme-lake/trail");
        for name in Table::ALL.map(Table::name).iter().chain(VIEWS.map(|view| view.name).iter()) {
            let made = said
                .lines()
                .any(|line| line.starts_with("create ") && line.split_whitespace().any(|word| word == *name));
            assert!(made, "{}: {name}", engine.as_str());
        }
        assert!(said.ends_with(";\n") && !said.contains('\t'), "{}", engine.as_str());
    }
}

#[test]
fn raw_is_a_column_of_invocations_only_where_it_was_written() {
    let raws = |known: &Known| {
        let said = ddl_of(Engine::Trino, "s3://acme-lake", known);
        said.lines().filter(|line| line.trim_start().starts_with("raw ")).count()
    };
    assert_eq!(raws(&Known::default()), 1, "of control_events alone");
    assert_eq!(raws(&Known { raw: true, ..Known::default() }), 2);
}

#[test]
fn a_place_cannot_end_its_quotes() {
    for engine in Engine::ALL {
        let said = ddl(engine, "s3://acme/o'clock");
        let broken = said.lines().filter(|line| line.contains("o'clock"));
        let kept = broken.filter(|line| !line.contains("o''clock") && !line.contains("o\\'clock"));
        assert_eq!(kept.count(), 0, "{}", engine.as_str());
    }
    assert!(ddl(Engine::Spark, "a\\").contains("'a\\\\/invocations'"));
}

#[test]
fn what_is_known_of_a_lake_is_in_its_projection() {
    let known = Known {
        accounts: vec!["011122223333".to_owned(), "111122223333".to_owned()],
        regions: vec!["eu-west-1".to_owned()],
        first_day: Some("2025-02-01".to_owned()),
        ..Known::default()
    };
    let said = ddl_of(Engine::Athena, "s3://acme-lake", &known);
    for part in ["'011122223333,111122223333'", "'eu-west-1'", "'2025-02-01,NOW'"] {
        assert_eq!(said.matches(part).count(), 3, "{part}");
    }
    assert!(!said.contains("in place of the examples"), "nothing has to be edited");
    assert!(ddl(Engine::Athena, "s3://acme-lake").contains("in place of the examples"));
}

#[test]
fn a_table_without_files_is_an_empty_view_in_duckdb() {
    let known = Known { empty: vec![Table::ControlEvents], ..Known::default() };
    let said = ddl_of(Engine::DuckDb, "lake", &known);
    assert!(!said.contains("lake/control_events/") && said.contains("lake/invocations/*/*/*/*.parquet"));
}
