//! Where calls come from, as it is asked for: an address, a network of addresses, or the name of a service.

use std::net::IpAddr;
use std::str::FromStr;

/// An address, a network (`198.51.100.0/24`, `2001:db8::/32`), or a service (`events.amazonaws.com`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Network(Kind);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    /// The bits of an address, and how many of its first ones count.
    Four(u32, u32),
    Six(u128, u32),
    Service(String),
}

/// The text is none of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "it is not an IP address, not a network such as 198.51.100.0/24 or 2001:db8::/32, and not a service such as events.amazonaws.com"
)]
pub struct NotANetwork;

impl FromStr for Network {
    type Err = NotANetwork;

    fn from_str(text: &str) -> Result<Self, NotANetwork> {
        if is_service(text) {
            return Ok(Network(Kind::Service(text.to_owned())));
        }
        let (address, length) = text.split_once('/').map_or((text, None), |(one, other)| (one, Some(other)));
        let bits = |most: u32| match length {
            None => Some(most),
            // `+8` and the like are no length that anybody writes.
            Some(digits) if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) => {
                digits.parse().ok().filter(|bits| *bits <= most)
            }
            Some(_) => None,
        };
        let parsed = match address.parse().map_err(|_| NotANetwork)? {
            IpAddr::V4(address) => bits(32).map(|bits| Kind::Four(address.to_bits(), bits)),
            IpAddr::V6(address) => bits(128).map(|bits| match (address.to_ipv4_mapped(), bits) {
                (Some(four), 96..) => Kind::Four(four.to_bits(), bits - 96),
                _ => Kind::Six(address.to_bits(), bits),
            }),
        };
        parsed.map(Network).ok_or(NotANetwork)
    }
}

/// `sourceIPAddress` of what AWS does by itself.
fn is_service(text: &str) -> bool {
    text == "AWS Internal" || text.ends_with(".amazonaws.com") || text.ends_with(".amazonaws.com.cn")
}

impl Network {
    /// True iff `sourceIPAddress` is that text: in the network, or the service itself.
    #[must_use]
    pub fn holds(&self, text: &str) -> bool {
        let address = || text.parse::<IpAddr>().ok().map(|address| address.to_canonical());
        match (&self.0, text) {
            (Kind::Service(name), text) => name == text,
            (Kind::Four(network, bits), _) => match address() {
                Some(IpAddr::V4(address)) => {
                    (network ^ address.to_bits()).checked_shr(32 - bits).unwrap_or(0) == 0
                }
                _ => false,
            },
            (Kind::Six(network, bits), _) => match address() {
                Some(IpAddr::V6(address)) => {
                    (network ^ address.to_bits()).checked_shr(128 - bits).unwrap_or(0) == 0
                }
                _ => false,
            },
        }
    }
}

impl std::fmt::Display for Network {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.0 {
            Kind::Four(address, 32) => write!(f, "{}", std::net::Ipv4Addr::from_bits(*address)),
            Kind::Four(address, bits) => write!(f, "{}/{bits}", std::net::Ipv4Addr::from_bits(*address)),
            Kind::Six(address, 128) => write!(f, "{}", std::net::Ipv6Addr::from_bits(*address)),
            Kind::Six(address, bits) => write!(f, "{}/{bits}", std::net::Ipv6Addr::from_bits(*address)),
            Kind::Service(name) => f.write_str(name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Network;

    fn holds(network: &str, text: &str) -> bool {
        network.parse::<Network>().unwrap().holds(text)
    }

    #[test]
    fn addresses_lie_in_their_networks_and_in_no_other() {
        for (network, inside, outside) in [
            ("198.51.100.221", "198.51.100.221", "198.51.100.22"),
            ("198.51.100.0/24", "198.51.100.255", "198.51.101.0"),
            ("10.1.2.3/8", "10.255.0.1", "11.0.0.1"),
            ("0.0.0.0/0", "203.0.113.9", "2001:db8::1"),
            ("2001:db8::/32", "2001:db8:ffff::1", "2001:db9::1"),
            ("2001:0DB8::1", "2001:db8:0:0::1", "2001:db8::2"),
            ("::/0", "2001:db8::1", "203.0.113.9"),
            ("203.0.113.9", "::ffff:203.0.113.9", "::ffff:203.0.113.8"),
            ("::ffff:203.0.113.0/120", "203.0.113.9", "203.0.114.9"),
            ("events.amazonaws.com", "events.amazonaws.com", "s3.events.amazonaws.com"),
        ] {
            assert!(holds(network, inside), "{inside} lies in {network}");
            assert!(!holds(network, outside), "{outside} does not lie in {network}");
            assert!(!holds(network, "AWS Internal") && !holds(network, ""), "{network}");
        }
    }

    #[test]
    fn what_is_mistyped_is_no_network() {
        for text in [
            "",
            "10.0.0.0/33",
            "10.0.0.0/+8",
            "10.0.0.0/",
            "10.0.0",
            "2001:db8::/129",
            "10.0.0.0/8/8",
            "any",
            "/8",
        ] {
            assert!(text.parse::<Network>().is_err(), "{text}");
        }
    }
}
