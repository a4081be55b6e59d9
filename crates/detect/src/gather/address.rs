//! Addresses and names of sessions, as far as they tell one caller from another.

use std::net::IpAddr;

/// The network of an address: its first 24 bits, of version 6 the first 48; anything else as it is.
pub(super) fn network(address: &str) -> String {
    match address.parse() {
        Ok(IpAddr::V4(four)) => {
            let [one, two, three, _] = four.octets();
            format!("{one}.{two}.{three}.0/24")
        }
        Ok(IpAddr::V6(six)) => {
            let [one, two, three, ..] = six.segments();
            format!("{one:x}:{two:x}:{three:x}::/48")
        }
        Err(_) => address.to_owned(),
    }
}

/// The session's name, with `#` for what looks drawn by chance: words with six digits or more on end, words of eight and more
/// hexadecimal digits, and words of more than 24 letters.
pub(crate) fn session(name: &str) -> String {
    let mut short = String::with_capacity(name.len().min(64));
    let mut word = String::new();
    for one in name.chars().take(128).chain(['\0']) {
        if one.is_ascii_alphanumeric() {
            word.push(one);
            continue;
        }
        short.push_str(if is_drawn(&word) { "#" } else { &word });
        word.clear();
        if one != '\0' {
            short.push(one);
        }
    }
    short
}

fn is_drawn(word: &str) -> bool {
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    let longest = word.split(|one: char| !one.is_ascii_digit()).map(str::len).max().unwrap_or(0);
    let hexadecimal = word.len() >= 8 && digits > 0 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    longest >= 6 || hexadecimal || word.len() > 24
}

#[cfg(test)]
mod tests {
    use super::{network, session};

    #[test]
    fn addresses_of_one_network_are_one() {
        assert_eq!(network("198.51.100.77"), "198.51.100.0/24");
        assert_eq!(network("2001:db8:1:2::9"), "2001:db8:1::/48");
        assert_eq!(network("AWS Internal"), "AWS Internal");
    }

    #[test]
    fn sessions_that_are_drawn_are_one() {
        for (name, short) in [
            ("i-0a1b2c3d4e5f60718", "i-#"),
            ("botocore-session-1700000000", "botocore-session-#"),
            ("anna@acme.example", "anna@acme.example"),
            ("orders-2024", "orders-2024"),
            ("ZrXlmkqIgPkOFhWRtYcDsABvNeJuQwTf", "#"),
            ("", ""),
        ] {
            assert_eq!(session(name), short, "{name}");
        }
    }
}
