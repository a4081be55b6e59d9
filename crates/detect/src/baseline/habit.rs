//! In which way something is done: days on which a principal did it in one way are a habit, days on which each time all was different are
//! none.

/// The ways of a deed, each of a program and of what else does not change by chance: the network it comes from, and what its sessions are
/// called.
pub(crate) fn ways<'t>(agent: &'t str, address: &'t str, session: &'t str) -> [(&'t str, &'t str); 2] {
    let program = program(agent);
    [(program, network(address)), (program, title(session))]
}

/// The program in a user agent, without its version.
fn program(agent: &str) -> &str {
    let bare = agent.trim_start_matches('[');
    let end = bare.find(['/', ' ', ']']).unwrap_or(bare.len());
    bare.get(..end).unwrap_or(bare)
}

/// Of an address of version 4 what stands before its second dot, of version 6 before the second colon.
pub(crate) fn network(address: &str) -> &str {
    let mark = if address.contains(':') { ':' } else { '.' };
    let end = address.match_indices(mark).nth(1).map_or(address.len(), |(at, _)| at);
    address.get(..end).unwrap_or(address)
}

/// The letters that a session's name begins with, iff they are a word (`AWSCodeBuild-1f2e` begins with one, `1f2e` and `beef12` do not); of a
/// person the whole name; else the whole name, which nothing else is called.
fn title(session: &str) -> &str {
    if session.contains('@') {
        return session;
    }
    let end = session.find(|one: char| !one.is_ascii_alphabetic()).unwrap_or(session.len());
    let word = session.get(..end).unwrap_or_default();
    let drawn = word.len() < 4 || word.bytes().all(|one| one.is_ascii_hexdigit());
    if drawn { session } else { word }
}

#[cfg(test)]
mod tests {
    use super::{title, ways};

    #[test]
    fn a_way_is_the_same_on_another_day() {
        assert_eq!(title("AWSCodeBuild-1f2e-99"), "AWSCodeBuild");
        assert_eq!(title("beef12"), "beef12");
        assert_eq!(title("ann@example.org"), "ann@example.org");
        let [by_network, by_session] = ways("[aws-cli/2.15.0 x]", "198.51.100.7", "run-77");
        assert_eq!(by_network, ("aws-cli", "198.51"));
        assert_eq!(by_session, ("aws-cli", "run-77"));
        assert_eq!(ways("", "2001:db8:1::1", "")[0], ("", "2001:db8"));
    }
}
