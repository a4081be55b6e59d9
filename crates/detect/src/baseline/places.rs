//! From where a call came, as far as it tells one place from another.

use crate::call::Way;
use crate::settings::Settings;
use std::net::IpAddr;

/// A place that calls come from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum CallOrigin {
    /// AWS itself, or a place that the record does not tell.
    Unknown,
    /// An endpoint in somebody's VPC.
    Endpoint(String),
    /// The owner of the network, where a database says.
    Owner(String),
    /// The first 16 bits of the address, of version 6 the first 32: addresses that a cloud or a provider draws share them.
    Net(String),
}

impl CallOrigin {
    /// The same with the first 8 bits of an address alone, of version 6 the first 16: what providers of one part of the world share.
    pub(crate) fn wide(&self) -> CallOrigin {
        match self {
            CallOrigin::Net(net) => {
                CallOrigin::Net(net.split(['.', ':']).next().unwrap_or_default().to_owned())
            }
            other => other.clone(),
        }
    }

    /// What it is, in a few words.
    pub(crate) fn to_words(&self) -> String {
        match self {
            CallOrigin::Unknown => "an unknown place".to_owned(),
            CallOrigin::Endpoint(id) => format!("the VPC endpoint {id}"),
            CallOrigin::Owner(owner) => owner.clone(),
            CallOrigin::Net(net) => format!("the network {net}"),
        }
    }
}

/// The place of a call.
pub(crate) fn place(way: &Way<'_>, settings: &Settings<'_>) -> CallOrigin {
    if !way.endpoint.is_empty() {
        return CallOrigin::Endpoint(way.endpoint.to_owned());
    }
    of_address(way.address, settings)
}

/// The place of an address.
pub(crate) fn of_address(address: &str, settings: &Settings<'_>) -> CallOrigin {
    let Ok(parsed) = address.parse::<IpAddr>() else { return CallOrigin::Unknown };
    if let Some(owner) = settings.addresses.and_then(|known| known.owner(address)) {
        return CallOrigin::Owner(owner);
    }
    CallOrigin::Net(match parsed {
        IpAddr::V4(four) => {
            let [one, two, ..] = four.octets();
            format!("{one}.{two}.0.0/16")
        }
        IpAddr::V6(six) => {
            let [one, two, ..] = six.segments();
            format!("{one:x}:{two:x}::/32")
        }
    })
}

#[cfg(test)]
mod tests {
    use super::{CallOrigin, of_address, place};
    use crate::call::Way;
    use crate::settings::Settings;

    #[test]
    fn addresses_that_a_cloud_draws_are_one_place() {
        let settings = Settings::default();
        let of = |address| of_address(address, &settings);
        assert_eq!(of("3.250.1.2"), of("3.250.200.9"));
        assert_ne!(of("3.250.1.2"), of("3.251.1.2"));
        assert_eq!(of("2001:db8:1::1"), of("2001:db8:2::1"));
        assert_eq!(of("AWS Internal"), CallOrigin::Unknown);
        let way = Way { endpoint: "vpce-1", address: "10.0.0.1", ..Way::default() };
        assert_eq!(place(&way, &settings), CallOrigin::Endpoint("vpce-1".to_owned()));
    }
}
