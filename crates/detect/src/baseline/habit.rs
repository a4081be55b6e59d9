//! In which way something is done: days on which a principal did it in one way are a habit, days on which each time all was different are
//! none.

use super::names::is_of_people;
use crate::change::Who;

/// The ways of a deed, each of a program and of what else does not change by chance: the network it comes from, and what its sessions are
/// called. Of a person both are the person: colleagues share the role and the network, and the habit of one is not the habit of another.
pub(crate) fn ways<'t>(agent: &'t str, address: &'t str, who: &'t Who) -> [(&'t str, &'t str); 2] {
    let program = program(agent);
    match person(who) {
        Some(person) => [(program, person); 2],
        None => [(program, network(address)), (program, title(&who.session))],
    }
}

/// Which of the people that share a role it was: the sign-in of an organization, or of a directory, names the session after its user.
pub(crate) fn person(who: &Who) -> Option<&str> {
    person_of(&who.name, &who.session)
}

/// The same by the name of the role and the name of the session.
pub(crate) fn person_of<'t>(role: &str, session: &'t str) -> Option<&'t str> {
    let named = session.contains('@') || (is_of_people(role) && !session.is_empty());
    named.then_some(session)
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

/// Words that libraries and people put before any session's name: they tell no habit from another.
const GENERIC: [&str; 9] =
    ["session", "botocore", "boto", "awssession", "awscli", "assumed", "assume", "role", "rolesession"];

/// The letters that a session's name begins with, iff they are a word that says something (`AWSCodeBuild-1f2e` begins with one, `1f2e`, `beef12`
/// and `session-7` do not); else the whole name, which nothing else is called.
pub(super) fn title(session: &str) -> &str {
    let end = session.find(|one: char| !one.is_ascii_alphabetic()).unwrap_or(session.len());
    let word = session.get(..end).unwrap_or_default();
    let drawn = word.len() < 4 || word.bytes().all(|one| one.is_ascii_hexdigit());
    let generic = GENERIC.iter().any(|known| word.eq_ignore_ascii_case(known));
    if drawn || generic { session } else { word }
}

#[cfg(test)]
mod tests {
    use super::{title, ways};
    use crate::change::Who;

    #[test]
    fn a_way_is_the_same_on_another_day() {
        assert_eq!(title("AWSCodeBuild-1f2e-99"), "AWSCodeBuild");
        assert_eq!(title("beef12"), "beef12");
        assert_eq!(title("session-9533"), "session-9533");
        let who = |session: &str| Who { session: session.to_owned(), ..Who::default() };
        let run = who("run-77");
        let [by_network, by_session] = ways("[aws-cli/2.15.0 x]", "198.51.100.7", &run);
        assert_eq!(by_network, ("aws-cli", "198.51"));
        assert_eq!(by_session, ("aws-cli", "run-77"));
        assert_eq!(ways("", "2001:db8:1::1", &who(""))[0], ("", "2001:db8"));
    }

    #[test]
    fn people_who_share_a_role_and_a_network_share_no_habit() {
        let role = "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Dev_1";
        let who =
            |session: &str| Who { name: role.to_owned(), session: session.to_owned(), ..Who::default() };
        let (ann, bob) = (who("ann"), who("bob@example.org"));
        assert_eq!(ways("aws-cli/2", "198.51.100.7", &ann), [("aws-cli", "ann"); 2]);
        assert_eq!(ways("aws-cli/2", "198.51.100.7", &bob), [("aws-cli", "bob@example.org"); 2]);
    }
}
