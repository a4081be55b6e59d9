//! UUIDs of version 5 (RFC 9562): the same thing has the same one in each document.

use sha1_smol::Sha1;

/// Version 5 of `https://invoketrail.dev/ns/oscal` in the namespace of URLs.
const NAMESPACE: u128 = 0x748d_90c9_d5da_5630_afbb_1d60_5dc9_905c;

/// The UUID of what has these names. Each is hashed with its length, so that no two lists of names are the same bytes.
pub(super) fn uuid<'t>(names: impl IntoIterator<Item = &'t str>) -> String {
    let mut name = Vec::with_capacity(256);
    for one in names {
        name.extend_from_slice(&(one.len() as u64).to_be_bytes());
        name.extend_from_slice(one.as_bytes());
    }
    version_5(NAMESPACE, &name)
}

fn version_5(namespace: u128, name: &[u8]) -> String {
    let mut hash = Sha1::new();
    hash.update(&namespace.to_be_bytes());
    hash.update(name);
    let first =
        hash.digest().bytes().into_iter().take(16).fold(0_u128, |sum, one| sum << 8 | u128::from(one));
    let versioned = first & !(0xf << 76) | 0x5 << 76;
    let hex = format!("{:032x}", versioned & !(0x3 << 62) | 0x2 << 62);
    [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
}

#[cfg(test)]
mod tests {
    use super::{NAMESPACE, uuid, version_5};

    /// `uuid.uuid5` of Python says the same.
    #[test]
    fn they_are_as_others_make_them() {
        let dns = 0x6ba7_b810_9dad_11d1_80b4_00c0_4fd4_30c8;
        assert_eq!(version_5(dns, b"www.example.com"), "2ed6657d-e927-568b-95e1-2665a8aea6a2");
        let url = 0x6ba7_b811_9dad_11d1_80b4_00c0_4fd4_30c8;
        let own = version_5(url, b"https://invoketrail.dev/ns/oscal");
        assert_eq!(own.replace('-', ""), format!("{NAMESPACE:032x}"));
    }

    #[test]
    fn names_that_read_alike_together_are_others() {
        assert_ne!(uuid(["ab", "c"]), uuid(["a", "bc"]));
        assert_eq!(uuid(["ab", "c"]), uuid(["ab", "c"]));
    }
}
