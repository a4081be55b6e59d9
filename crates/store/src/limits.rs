//! How much is read of each kind of input, so that no file, pipe or device can fill the memory.
//!
//! `docs/reference/limits.md` lists the same figures; a test compares. Log files and digest files have a limit of their own,
//! `logs::DEFAULT_LIMIT`.

use super::recognized::FileKind;
use std::io::{self, Read};

const MIB: u64 = 1 << 20;

/// How much is read of one kind of input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// What it is, with its article: `an inventory`.
    pub noun: &'static str,
    /// Bytes.
    pub bytes: u64,
    /// Values of JSON: a document of a few bytes each can take fifty times its size in memory. `None` iff it is not JSON.
    pub values: Option<u64>,
    /// What to do about one that is larger, in one line.
    pub help: &'static str,
}

/// Inventories and baselines. A million functions are 85 MB and 1.2 million values.
pub const INVENTORY: Limit = Limit {
    noun: "an inventory",
    bytes: 256 * MIB,
    values: Some(4_000_000),
    help: "collect fewer accounts into each inventory: --accounts",
};

/// An audit that was saved as JSON, with its inventory in it.
pub const AUDIT: Limit = Limit {
    noun: "a saved audit",
    bytes: 256 * MIB,
    // All but what it was decided from is left where it is: the values of that are counted as those of an inventory.
    values: None,
    help: "save it as a bundle, whose parts are read one by one: invoketrail audit --bundle FILE.tar.zst",
};

/// `verify --metrics`. An hour of a function is three values.
pub const METRICS: Limit = Limit {
    noun: "a file of metrics",
    bytes: 128 * MIB,
    values: Some(6_000_000),
    help: "split it by functions or by days, and verify each part",
};

/// Plans, journals and exceptions.
pub const DOCUMENT: Limit = Limit {
    noun: "a document",
    bytes: 64 * MIB,
    values: Some(1_000_000),
    help: "plan for fewer accounts at once: --accounts",
};

/// `explain --selectors`.
pub const SELECTORS: Limit = Limit {
    noun: "a document with event selectors",
    bytes: 16 * MIB,
    values: Some(1_000_000),
    help: "AWS keeps at most 500 values for a trail: give only what `aws cloudtrail get-event-selectors` prints",
};

/// `check --terraform`, which is read front to back and not kept.
pub const TERRAFORM_PLAN: Limit = Limit {
    noun: "a Terraform plan",
    bytes: 1024 * MIB,
    values: None,
    help: "plan a part of it at once: terraform plan -target",
};

/// `check --cloudformation`. CloudFormation takes 1 MB; what is written out of it has a limit of its own.
pub const TEMPLATE: Limit = Limit {
    noun: "a CloudFormation template",
    bytes: 16 * MIB,
    values: None,
    help: "CloudFormation takes templates of at most 1 MB: check that this is the file you mean",
};

/// `--public-keys`, and what `aws s3api head-object` printed beside a digest.
pub const KEYS: Limit = Limit {
    noun: "a file of public keys",
    bytes: 4 * MIB,
    values: Some(1_000_000),
    help: "give only what `aws cloudtrail list-public-keys` prints",
};

/// `invoketrail.toml` and `plan --prices`.
pub const SETTINGS: Limit = Limit {
    noun: "a file of settings",
    bytes: MIB,
    values: None,
    help: "check that this is the file you mean: settings are a few lines",
};

/// `detect --networks`.
pub const NETWORKS: Limit = Limit {
    noun: "a file of networks",
    bytes: MIB,
    values: None,
    help: "check that this is the file you mean, or join networks into larger ones",
};

/// `detect --asn`.
pub const ADDRESSES: Limit = Limit {
    noun: "a database of networks",
    bytes: 256 * MIB,
    values: None,
    help: "give a database that holds networks and their owners alone, such as GeoLite2-ASN.mmdb",
};

/// What AWS answered, in a bundle: read line by line out of a scratch file, so that it takes no memory.
pub const ANSWERS: Limit = Limit {
    noun: "the answers of AWS in a bundle",
    bytes: 4096 * MIB,
    values: None,
    help: "collect fewer accounts into each bundle: --accounts",
};

/// All of them, for the page about them.
pub const ALL: [Limit; 12] = [
    INVENTORY,
    AUDIT,
    ANSWERS,
    METRICS,
    DOCUMENT,
    SELECTORS,
    TERRAFORM_PLAN,
    TEMPLATE,
    KEYS,
    SETTINGS,
    NETWORKS,
    ADDRESSES,
];

/// Why an input was not read to its end.
#[derive(Debug, thiserror::Error)]
pub enum Unread {
    /// What the file system says.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// It is too large.
    #[error("{0}")]
    TooLarge(String),
}

impl Limit {
    /// Whether it is the limit of files of this kind.
    #[must_use]
    pub fn is_of(&self, kind: FileKind) -> bool {
        let noun = self.noun;
        match kind {
            FileKind::Inventory => noun == INVENTORY.noun,
            FileKind::Audit => noun == INVENTORY.noun || noun == AUDIT.noun,
            FileKind::Metrics => noun == METRICS.noun,
            FileKind::Plan | FileKind::Journal | FileKind::Exceptions | FileKind::Framework => {
                noun == DOCUMENT.noun
            }
            FileKind::Selectors => noun == SELECTORS.noun,
            FileKind::PublicKeys => noun == KEYS.noun,
            FileKind::Report
            | FileKind::LogFile
            | FileKind::Digest
            | FileKind::TerraformPlan
            | FileKind::Template
            | FileKind::Html
            | FileKind::Hcl
            | FileKind::Packed => false,
        }
    }

    /// All of it. `expected` is the size that somebody told, which may be wrong: it only saves memory.
    ///
    /// # Errors
    /// [`Unread::TooLarge`] iff there is more than the limit; no more than that is read.
    pub fn read(&self, from: impl Read, expected: u64) -> Result<Vec<u8>, Unread> {
        let mut bytes = Vec::new();
        if expected <= self.bytes {
            bytes.reserve_exact(usize::try_from(expected).unwrap_or(0).saturating_add(1));
        }
        from.take(self.bytes + 1).read_to_end(&mut bytes)?;
        self.check(&bytes)?;
        Ok(bytes)
    }

    /// Whether bytes that were read under another limit are within this one.
    ///
    /// # Errors
    /// [`Unread::TooLarge`] iff there are more bytes or values than the limit.
    pub fn check(&self, bytes: &[u8]) -> Result<(), Unread> {
        let too_large = |more: String| Err(Unread::TooLarge(more));
        if bytes.len() as u64 > self.bytes {
            let most = self.bytes / MIB;
            return too_large(format!("it is larger than {most} MiB, the limit for {}", self.noun));
        }
        match self.values {
            // No value is shorter than a byte.
            Some(most) if bytes.len() as u64 > most && values(bytes) > most => {
                too_large(format!("it holds more than {} values, the limit for {}", grouped(most), self.noun))
            }
            _ => Ok(()),
        }
    }
}

/// At least as many as there are values in the JSON: each but the first follows a comma or begins what holds it.
fn values(bytes: &[u8]) -> u64 {
    // Sums of bytes are what a processor adds by the dozen.
    let some =
        |chunk: &[u8]| chunk.iter().map(|byte| u8::from(matches!(byte, b',' | b'[' | b'{'))).sum::<u8>();
    bytes.chunks(255).map(|chunk| u64::from(some(chunk))).sum::<u64>() + 1
}

/// `4,000,000`
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{ALL, DOCUMENT, Limit, Unread, values};
    use std::io::Read;

    #[test]
    fn what_never_ends_is_read_to_its_limit_alone() {
        struct Counting(u64);
        impl Read for Counting {
            fn read(&mut self, to: &mut [u8]) -> std::io::Result<usize> {
                to.fill(b' ');
                self.0 += to.len() as u64;
                Ok(to.len())
            }
        }
        let small = Limit { bytes: 1 << 20, ..DOCUMENT };
        let mut endless = Counting(0);
        let said = small.read(&mut endless, 0).unwrap_err();
        assert!(matches!(&said, Unread::TooLarge(why) if why.contains("1 MiB")), "{said}");
        assert_eq!(endless.0, small.bytes + 1);
    }

    #[test]
    fn a_size_that_was_told_wrongly_changes_nothing() {
        for expected in [0, 1, 10, 11, u64::MAX] {
            assert_eq!(DOCUMENT.read(&b"0123456789"[..], expected).unwrap(), b"0123456789");
        }
    }

    #[test]
    fn values_are_counted_before_they_are_made() {
        assert!(values(br#"{"a": [1, 2, {"b": []}]}"#) >= 6);
        let limit = Limit { values: Some(1000), ..DOCUMENT };
        let many = format!("[{}0]", "[0],".repeat(1000));
        assert!(limit.read(many.as_bytes(), 0).unwrap_err().to_string().contains("1,000 values"));
        let long = format!("[\"{}\"]", "x".repeat(100_000));
        assert!(limit.read(long.as_bytes(), 0).is_ok());
    }

    /// The page is what people read before they make something larger.
    #[test]
    fn the_page_lists_every_limit() {
        let page = include_str!("../../../docs/reference/limits.md");
        for limit in ALL {
            let size = format!("{} MiB", limit.bytes >> 20);
            let values = limit.values.map(super::grouped).unwrap_or_else(|| "-".to_owned());
            let row = page.lines().find(|line| line.starts_with('|') && line.contains(limit.noun));
            let row = row.unwrap_or_default();
            assert!(row.contains(&size) && row.contains(&values), "{row}");
        }
    }
}
