//! The ARNs of principals, read byte by byte: where in one a text is, and what may come next.

use crate::principal::PARTITIONS;

/// What principals begin with, up to where names are free; `#` is a digit of the account.
#[derive(Clone, Copy, Debug)]
struct Template {
    follows: Follows,
    parts: [&'static str; 7],
}

/// Kinds of principals: what follows, the service and the resource. Users come first, because the position says what follows.
const SHAPES: [(Follows, &str, &str); 4] = [
    (Follows::User, "iam", "user/"),
    (Follows::Role, "sts", "assumed-role/"),
    (Follows::Federated, "sts", "federated-user/"),
    (Follows::Nothing, "iam", "root"),
];

impl Template {
    /// Those of each partition.
    fn all() -> impl Iterator<Item = Template> {
        PARTITIONS.iter().flat_map(|partition| {
            SHAPES.map(|(follows, service, resource)| Template {
                follows,
                parts: ["arn:", partition, ":", service, "::", "############:", resource],
            })
        })
    }

    fn len(&self) -> usize {
        self.parts.iter().map(|part| part.len()).sum()
    }

    fn get(&self, at: usize) -> Option<u8> {
        self.parts.iter().flat_map(|part| part.bytes()).nth(at)
    }

    /// How many digits of the account stand before that byte.
    fn digits_before(&self, at: usize) -> usize {
        self.parts.iter().flat_map(|part| part.bytes()).take(at).filter(|one| *one == b'#').count()
    }
}

/// An account that a reader knows from AWS's own examples.
const ACCOUNT: &[u8; 12] = b"111122223333";

/// The longest path of a user, with the slashes around it.
const PATH: u16 = 512;

/// What follows the fixed part of a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Follows {
    User,
    Role,
    Federated,
    Nothing,
}

/// Where in the ARN of a principal a text ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Spot {
    /// Within the fixed part of these templates, one bit for each, after so many bytes.
    Fixed { of: u32, at: u8 },
    /// The whole of a root user.
    Root,
    /// In a folder or the name of a user: how long all folders before it are, how long it is, and whether it may be a name.
    User { path: u16, len: u16, named: bool },
    /// In the name of a role.
    Role { len: u8 },
    /// In the name of a session.
    Session { len: u8 },
    /// In the name of a federated user.
    Federated { len: u8 },
}

impl Spot {
    /// Before the first byte.
    pub(crate) fn start() -> Spot {
        Spot::Fixed { of: u32::MAX, at: 0 }
    }

    /// Where one is after one more byte; `None` iff no principal goes on like that.
    pub(crate) fn step(self, byte: u8) -> Option<Spot> {
        let name = byte.is_ascii_alphanumeric() || b"_+=,.@-".contains(&byte);
        match self {
            Spot::Fixed { of, at } => fixed(of, at, byte),
            Spot::User { path, len, .. } if byte == b'/' => {
                let path = path + len + 1;
                (path < PATH).then_some(Spot::User { path, len: 0, named: true })
            }
            Spot::User { path, len, named } => {
                let named = named && name && len < 64;
                let fits = byte.is_ascii_graphic() && (named || path + len + 2 < PATH);
                fits.then_some(Spot::User { path, len: len + 1, named })
            }
            Spot::Role { len: 1.. } if byte == b'/' => Some(Spot::Session { len: 0 }),
            Spot::Role { len } => (name && len < 64).then_some(Spot::Role { len: len + 1 }),
            Spot::Session { len } => (name && len < 64).then_some(Spot::Session { len: len + 1 }),
            Spot::Federated { len } => (name && len < 32).then_some(Spot::Federated { len: len + 1 }),
            Spot::Root => None,
        }
    }

    /// True iff the text is the ARN of a principal.
    pub(crate) fn is_end(self) -> bool {
        match self {
            Spot::Root | Spot::User { len: 1.., named: true, .. } => true,
            Spot::Session { len } | Spot::Federated { len } => len >= 2,
            _ => false,
        }
    }

    /// The same without the lengths that only the longest texts get to: of two texts the shorter one can go on like the other.
    pub(crate) fn without_lengths(self) -> Spot {
        match self {
            Spot::User { len, named, .. } => Spot::User { path: 0, len: len.min(1), named },
            Spot::Role { len } => Spot::Role { len: len.min(1) },
            Spot::Session { len } => Spot::Session { len: len.min(2) },
            Spot::Federated { len } => Spot::Federated { len: len.min(2) },
            Spot::Fixed { .. } | Spot::Root => self,
        }
    }

    /// The bytes that may come next where few may, those first that a reader believes; `None` where names are free.
    pub(crate) fn next(self) -> Option<Vec<u8>> {
        let Spot::Fixed { of, at } = self else { return None };
        let mut bytes: Vec<u8> = Vec::new();
        for (_, template) in alive(of) {
            match template.get(usize::from(at)) {
                Some(b'#') => {
                    bytes.push(ACCOUNT[template.digits_before(usize::from(at))]);
                    bytes.extend(b'0'..=b'9');
                }
                other => bytes.extend(other),
            }
        }
        let mut seen = [false; 256];
        bytes.retain(|byte| !std::mem::replace(&mut seen[usize::from(*byte)], true));
        Some(bytes)
    }
}

/// The templates of a set.
fn alive(of: u32) -> impl Iterator<Item = (usize, Template)> {
    Template::all().enumerate().filter(move |(at, _)| of & (1 << at) != 0)
}

fn fixed(of: u32, at: u8, byte: u8) -> Option<Spot> {
    let goes_on = |template: &Template| match template.get(usize::from(at)) {
        Some(b'#') => byte.is_ascii_digit(),
        Some(one) => one == byte,
        None => false,
    };
    let mut next = 0_u32;
    let mut whole = None;
    for (which, template) in alive(of).filter(|(_, template)| goes_on(template)) {
        next |= 1 << which;
        if template.len() == usize::from(at) + 1 {
            whole = Some(template.follows);
        }
    }
    match whole {
        // No template goes on from another.
        Some(Follows::User) => Some(Spot::User { path: 0, len: 0, named: true }),
        Some(Follows::Role) => Some(Spot::Role { len: 0 }),
        Some(Follows::Federated) => Some(Spot::Federated { len: 0 }),
        Some(Follows::Nothing) => Some(Spot::Root),
        None => (next != 0).then_some(Spot::Fixed { of: next, at: at + 1 }),
    }
}

#[cfg(test)]
mod tests {
    use super::Spot;
    use crate::principal::{PARTITIONS, is_principal};

    fn is_read(text: &str) -> bool {
        text.bytes().try_fold(Spot::start(), Spot::step).is_some_and(Spot::is_end)
    }

    #[test]
    fn what_is_read_is_what_iam_allows() {
        assert_eq!(PARTITIONS.len() * 4, 32, "each template has its bit");
        let long = |n: usize| "a".repeat(n);
        let mut resources = vec!["root".to_owned(), "roots".to_owned(), "user".to_owned(), String::new()];
        for name in ["", "a", "ab", "a:b", "a b", "x/y", "/", "//a", "!/a", "a!", "a/b/c"] {
            resources.extend(
                ["user/", "assumed-role/", "federated-user/", "role/"].map(|one| format!("{one}{name}")),
            );
        }
        for n in [31, 32, 33, 63, 64, 65, 445, 446, 447, 448, 509, 510, 511, 512, 513] {
            for word in ["user/", "user/x/", "assumed-role/", "assumed-role/r/", "federated-user/"] {
                let ends = ["", "/a", "/aa"].map(|end| format!("{word}{}{end}", long(n)));
                resources.extend(ends);
                resources.push(format!("{word}!{}/{}", long(n), long(64)));
            }
        }
        for head in
            ["arn:aws:iam::", "arn:aws:sts::", "arn:aws-iso-b:sts::", "arn:aws-cn:iam::", "arn:aws-x:iam::"]
        {
            for account in ["111122223333", "00000000000", "1111222233334", "aws"] {
                for resource in &resources {
                    let text = format!("{head}{account}:{resource}");
                    assert_eq!(is_read(&text), is_principal(&text), "{text}");
                }
            }
        }
    }
}
