//! The published list of controls against the controls.

use crate::world::World;
use audit::finding::Weight;
use audit::{Options, audit};

#[test]
fn every_control_is_described_as_it_is() {
    let page = include_str!("../../../../docs/reference/controls.md");
    let world = World::member();
    let told = audit(&world.inventory, &Options::default());
    let rows: Vec<String> = told
        .controls
        .iter()
        .map(|control| {
            let weight = match control.weight {
                Weight::Required => "required",
                Weight::Advisory => "advisory",
            };
            format!("| `{}` | {weight} | {} |", control.id, control.title)
        })
        .collect();
    let published: Vec<&str> = page.lines().filter(|line| line.starts_with("| `")).collect();
    assert_eq!(published, rows);
}
