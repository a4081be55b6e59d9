//! `examples/logs` and `examples/metrics.json`: three days of Acme, as far as its trails record them.

mod metrics;
mod story;

use crate::calendar::seconds;
use crate::digests::{Signer, Trail};
use crate::files::Origin;
use crate::truth::Truth;
use std::io;
use std::path::Path;
use story::Story;

/// Three days.
const FROM: [i64; 3] = [2026, 11, 20];
const DAYS: i64 = 3;

/// The account that owns the organization.
const MANAGEMENT: &str = "111122223333";
const SHOP: &str = "444455556666";
const DATA: &str = "777788889999";
const VIRGINIA: &str = "us-east-1";
const IRELAND: &str = "eu-west-1";

/// Writes the example below `examples`: always the same bytes.
pub fn write(examples: &Path) -> io::Result<Truth> {
    let logs = examples.join("logs");
    let mut story = Story::new(&logs);
    story.tell()?;
    std::fs::write(examples.join("metrics.json"), metrics::text(&story.executions))?;
    // Digests of the second day of the shop's own trail; its files of the first and the third day stand in none.
    let signer = Signer::new()?;
    let origin = Origin { prefix: "", organization: None, account: SHOP, region: VIRGINIA };
    let trail = Trail { name: "shop-all", home: VIRGINIA, bucket: "acme-log-archive" };
    let (from, to) = (seconds([2026, 11, 21], [0, 0, 0]), seconds([2026, 11, 22], [0, 0, 0]));
    let mine: Vec<_> =
        story.delivered.iter().filter(|(of, _)| *of == origin).map(|(_, file)| file.clone()).collect();
    signer.write(&logs, origin, trail, from, to, &mine)?;
    let keys = signer.public_keys(seconds([2026, 11, 1], [0, 0, 0]), seconds([2026, 12, 15], [0, 0, 0]));
    std::fs::write(logs.join("public-keys.json"), keys)?;
    Ok(story.truth)
}
