//! Records into files, as CloudTrail delivers: some minutes later, some of them late, some twice, some by two trails.

use super::company::Company;
use super::drawn::whole;
use super::record::Rec;
use super::stage::Hush;
use crate::files::{Origin, Packer};
use crate::rng::Rng;
use std::collections::BTreeMap;
use std::io;
use std::path::Path;

/// How much was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// Log files.
    pub files: u64,
    /// Records in them, each delivery counted.
    pub records: u64,
    /// Records that stand in another file, too.
    pub duplicates: u64,
    /// Bytes of JSON.
    pub bytes: u64,
}

impl Written {
    pub(super) fn add(&mut self, other: Written) {
        self.files += other.files;
        self.records += other.records;
        self.duplicates += other.duplicates;
        self.bytes += other.bytes;
    }
}

/// Whose trail, account, Region, and when: what one file is for.
type Slot = (bool, usize, usize, i64);

/// Writes the records of one day.
pub(super) fn day(
    company: &Company,
    day: i64,
    mut records: Vec<Rec>,
    hushes: &[Hush],
    root: &Path,
    packer: &mut Packer,
) -> io::Result<Written> {
    records.sort_by(|one, other| (one.at, &one.id).cmp(&(other.at, &other.id)));
    let mut rng = Rng::new(company.seed ^ 0xDE11, day as u64);
    let mut slots: BTreeMap<Slot, Vec<usize>> = BTreeMap::new();
    let mut written = Written::default();
    for (at, record) in records.iter().enumerate() {
        let (account, region) = (record.account, record.region);
        let late = delay(&mut rng);
        if record.kept || !hushes.iter().any(|hush| hush.swallows(record, false)) {
            slots.entry((false, account, region, slot(record, late))).or_default().push(at);
            // CloudTrail delivers at least once.
            if rng.permille(6) {
                slots.entry((false, account, region, slot(record, late + 900))).or_default().push(at);
                written.duplicates += 1;
            }
        }
        if account == company.twice && !hushes.iter().any(|hush| hush.swallows(record, true)) {
            let late = delay(&mut rng);
            slots.entry((true, account, region, slot(record, late))).or_default().push(at);
            written.duplicates += 1;
        }
    }
    for ((local, account, region, delivered), mine) in slots {
        let origin = Origin {
            prefix: "",
            organization: (!local).then_some(company.organization.as_str()),
            account: &company.accounts[account].id,
            region: &company.regions[region],
        };
        let texts: Vec<&str> = mine.iter().map(|at| records[*at].text.as_str()).collect();
        let content = format!("{{\"Records\":[{}]}}", texts.join(","));
        packer.write(root, &origin.log_key(delivered, &mut rng), content.as_bytes())?;
        written.files += 1;
        written.records += mine.len() as u64;
        written.bytes += content.len() as u64;
    }
    Ok(written)
}

/// Seconds until a record is delivered.
fn delay(rng: &mut Rng) -> i64 {
    let usual = 90 + whole(rng, 420);
    // A few come hours late.
    if rng.permille(4) { usual + 1800 + whole(rng, 4 * 3600) } else { usual }
}

/// The end of the file that takes the record: each place has files of its own length.
fn slot(record: &Rec, late: i64) -> i64 {
    let length = [300, 600, 900][(record.account * 7 + record.region * 5) % 3];
    ((record.at + late) / length + 1) * length
}
