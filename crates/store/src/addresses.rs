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
        let reader = Reader::from_source(bytes).map_err(|error| excerpt(&error.to_string(), 200))?;
        Ok(AddressDatabase(reader))
    }
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
