//! A database of networks in MaxMind's format, the user's own file: to whom an address belongs.

use detect::settings::Addresses;
use maxminddb::Reader;
use serde::Deserialize;
use std::net::IpAddr;
use text::visible::excerpt;

/// See the module.
#[derive(Debug)]
pub struct AddressDatabase(Reader<Vec<u8>>);

/// What is read of an entry: the members of MaxMind's and of IPinfo's files.
#[derive(Deserialize)]
struct Entry {
    autonomous_system_number: Option<u32>,
    autonomous_system_organization: Option<String>,
    asn: Option<String>,
    as_name: Option<String>,
}

impl AddressDatabase {
    /// Of the bytes of a file.
    ///
    /// # Errors
    /// In one line, why it is none.
    pub fn read(bytes: Vec<u8>) -> Result<AddressDatabase, String> {
        if !holds_its_tree(&bytes) {
            return Err("it is cut off or damaged: its metadata does not fit its size".to_owned());
        }
        let reader = Reader::from_source(bytes).map_err(|error| excerpt(&error.to_string(), 200))?;
        Ok(AddressDatabase(reader))
    }
}

/// What the metadata at the end of a file begins with.
const METADATA: &[u8] = b"\xab\xcd\xefMaxMind.com";

/// True iff the search tree is as large as the metadata says, which the reader believes. Without metadata nothing is said.
fn holds_its_tree(bytes: &[u8]) -> bool {
    let Some(end) = bytes.windows(METADATA.len()).rposition(|here| here == METADATA) else { return true };
    let metadata = bytes.get(end..).unwrap_or_default();
    let nodes = number(metadata, b"\x4anode_count", 6);
    let size = number(metadata, b"\x4brecord_size", 5);
    // Two records a node, in bits, and 16 bytes before the data.
    let fits = |(nodes, size): (u64, u64)| nodes * size / 4 + 16 <= end as u64;
    nodes.zip(size).is_some_and(fits)
}

/// The unsigned number of that type (format of MaxMind DB, "Output Data Section") after the key.
fn number(metadata: &[u8], key: &[u8], kind: u8) -> Option<u64> {
    let at = metadata.windows(key.len()).position(|here| here == key)? + key.len();
    let control = *metadata.get(at)?;
    let length = usize::from(control & 0x1f);
    let digits = metadata.get(at + 1..at + 1 + length).filter(|_| control >> 5 == kind && length <= 4)?;
    Some(digits.iter().fold(0, |sum, digit| sum << 8 | u64::from(*digit)))
}

impl Addresses for AddressDatabase {
    fn owner(&self, address: &str) -> Option<String> {
        let address: IpAddr = address.split('/').next()?.parse().ok()?;
        let entry: Entry = self.0.lookup(address).ok()?.decode().ok()??;
        let number = entry.autonomous_system_number.map(|number| format!("AS{number}")).or(entry.asn);
        let name = entry.autonomous_system_organization.or(entry.as_name);
        match (number, name) {
            (Some(number), Some(name)) => Some(format!("{number} {name}")),
            (number, name) => number.or(name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::AddressDatabase;
    use detect::settings::Addresses;

    /// Made by `mmdb_writer` 0.2.7, in the shapes of MaxMind and of IPinfo: 198.51.100.0/24, 203.0.113.0/24, 2001:db8::/32.
    const EXAMPLE: &[u8] = include_bytes!("addresses/example.mmdb");

    #[test]
    fn the_owner_of_a_network_is_read_as_makers_of_databases_write_it() {
        let database = AddressDatabase::read(EXAMPLE.to_vec()).unwrap();
        for (address, owner) in [
            ("198.51.100.7", Some("AS64500 Example Hosting")),
            ("198.51.100.0/24", Some("AS64500 Example Hosting")),
            ("203.0.113.255", Some("AS64501 Example Tunnel")),
            ("2001:db8::7", Some("AS64502 Example Six")),
            ("192.0.2.1", None),
            ("2001:db9::1", None),
            ("events.amazonaws.com", None),
            ("", None),
        ] {
            assert_eq!(database.owner(address).as_deref(), owner, "{address}");
        }
    }

    /// Whatever byte is not as it was, an address has an owner or none.
    #[test]
    fn a_damaged_database_is_refused_or_names_somebody() {
        for at in 0..EXAMPLE.len() {
            let mut bytes = EXAMPLE.to_vec();
            bytes[at] ^= 0x55;
            if let Ok(database) = AddressDatabase::read(bytes) {
                let _: [Option<String>; 2] = ["198.51.100.7", "2001:db8::7"].map(|one| database.owner(one));
            }
            let cut = AddressDatabase::read(EXAMPLE[..at].to_vec());
            assert!(cut.is_err() || cut.is_ok_and(|cut| cut.owner("192.0.2.1").is_none()), "{at}");
        }
    }
}
