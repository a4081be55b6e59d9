//! Principals that IAM and STS allow: what a believable caller looks like, and how the beginning or the end of one is completed.

/// The characters of which a principal's ARN is made: paths of users may hold all of ASCII that is printed, and by one page
/// of AWS DEL, which therefore comes last.
pub(crate) const CHARACTERS: &str =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.@=+,/:!\"#$%&'()*;<>?[\\]^`{|}~\u{7f}";

pub(crate) const PARTITIONS: [&str; 8] =
    ["aws", "aws-cn", "aws-us-gov", "aws-eusc", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f"];

/// Names and sessions that are put in place of what is open.
const NAMES: [&str; 8] = ["example", "Example", "xy", "q7", "zz-9", "ada", "00", "kim.lee"];

/// True iff the text is the ARN of a root user, a user, a role session or a federated user, as IAM and STS allow them.
pub(crate) fn is_principal(text: &str) -> bool {
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    let ["arn", partition, service, "", account, resource] = parts[..] else { return false };
    let known = PARTITIONS.contains(&partition);
    if !known || account.len() != 12 || !account.bytes().all(|byte| byte.is_ascii_digit()) {
        return false;
    }
    let sections: Vec<&str> = resource.split('/').collect();
    match (service, &sections[..]) {
        ("iam", ["root"]) => true,
        ("iam", ["user", path @ .., name]) => {
            let length: usize = path.iter().map(|one| one.len() + 1).sum();
            let printed = |one: &&str| one.bytes().all(|byte| byte.is_ascii_graphic());
            is_name(name, 1, 64) && length < 512 && path.iter().all(printed)
        }
        ("sts", ["assumed-role", role, session]) => is_name(role, 1, 64) && is_name(session, 2, 64),
        ("sts", ["federated-user", name]) => is_name(name, 2, 32),
        _ => false,
    }
}

fn is_name(text: &str, shortest: usize, longest: usize) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_+=,.@-".contains(&byte);
    (shortest..=longest).contains(&text.len()) && text.bytes().all(allowed)
}

/// The first principal that begins with `start`, ends with `end` and fits, the most believable ones first, as far as such can be
/// made by completing what is there.
pub(crate) fn between(start: &str, end: &str, mut fits: impl FnMut(&String) -> bool) -> Option<String> {
    for name in NAMES.into_iter().map(str::to_owned).chain(single_characters()) {
        let mut some = false;
        for whole in completions(start, &name) {
            let cuts = (start.len()..=whole.len()).rev().filter(|cut| whole.is_char_boundary(*cut));
            for cut in cuts.take(if end.is_empty() { 1 } else { usize::MAX }) {
                let text = format!("{}{end}", &whole[..cut]);
                if is_principal(&text) {
                    some = true;
                    if fits(&text) {
                        return Some(text);
                    }
                }
            }
        }
        // Whether there are any at all does not hang on the name, as long as it is not too short.
        if !some && name == NAMES[0] {
            return None;
        }
    }
    None
}

/// Every character that a name may have, once and twice: where all of [`NAMES`] are taken.
fn single_characters() -> impl Iterator<Item = String> {
    let all = CHARACTERS.chars().filter(|one| is_name(&one.to_string(), 1, 1));
    all.flat_map(|one| [one.to_string(), format!("{one}{one}")])
}

/// ARNs that go on from `start`, with `name` where a name is still open.
fn completions(start: &str, name: &str) -> Vec<String> {
    let given: Vec<&str> = start.splitn(6, ':').collect();
    let last = given.len() - 1;
    let part = |at: usize, options: &[&str]| -> Vec<String> {
        let fits = |one: &&&str| match given.get(at) {
            None => true,
            Some(text) if at < last => **one == *text,
            Some(text) => one.starts_with(text),
        };
        options.iter().filter(fits).map(|one| (*one).to_owned()).collect()
    };
    let accounts: Vec<String> = match given.get(4) {
        None => vec!["111122223333".to_owned()],
        Some(text) if last > 4 => vec![(*text).to_owned()],
        Some(text) => (0..10).map(|digit| padded(text, digit)).collect(),
    };
    if part(0, &["arn"]).is_empty() || part(3, &[""]).is_empty() {
        return Vec::new();
    }
    let partitions = part(1, &PARTITIONS);
    let Some(partition) = partitions.first() else { return Vec::new() };
    let mut found = Vec::new();
    for service in part(2, &["sts", "iam"]) {
        let resource = given.get(5).copied().unwrap_or_default();
        for resource in resources(&service, resource, name) {
            let all =
                accounts.iter().map(|account| format!("arn:{partition}:{service}::{account}:{resource}"));
            found.extend(all.filter(|one| one.starts_with(start)));
        }
    }
    found
}

/// The beginning of an account id, filled up to twelve digits.
fn padded(text: &str, digit: u8) -> String {
    let usual = if digit == 0 { "111122223333".get(text.len()..) } else { None };
    match usual {
        Some(rest) => format!("{text}{rest}"),
        None => format!("{text}{}", digit.to_string().repeat(12_usize.saturating_sub(text.len()))),
    }
}

/// Resources of the service that go on from `start`.
fn resources(service: &str, start: &str, name: &str) -> Vec<String> {
    let shapes: &[&[&str]] = match service {
        "sts" => &[&["assumed-role/", "example-role", "/"], &["federated-user/"]],
        _ => &[&["user/"]],
    };
    let mut found: Vec<String> = Vec::new();
    for shape in shapes {
        // The fixed words, as far as `start` has not passed them.
        let word = shape[0];
        if word.starts_with(start) {
            found.push(format!("{}{name}", shape.concat()));
        } else if let Some(rest) = start.strip_prefix(word) {
            let in_role = shape.len() > 1 && !rest.contains('/');
            found.push(if in_role {
                format!("{start}{name}/example-session")
            } else {
                format!("{start}{name}")
            });
            found.push(format!("{start}/{name}"));
            found.push(start.to_owned());
        }
    }
    if service == "iam" && "root".starts_with(start) {
        found.push("root".to_owned());
    }
    found
}

#[cfg(test)]
mod tests {
    use super::{between, is_principal};

    #[test]
    fn what_is_made_is_what_iam_allows() {
        for (start, end) in [
            ("", ""),
            ("arn:aws:iam::1234", ""),
            ("arn:aws:iam::111122223333:user/k", ""),
            ("arn:aws:sts::111122223333:assumed-role/ci", ""),
            ("arn:aws:sts::111122223333:assumed-role/ci/", ""),
            ("arn:aws:sts::111122223333:assumed-role/ci/run-", "7"),
            ("", "/batch"),
            ("", ":user/ada"),
            ("", ":root"),
            ("arn:aws-us", "ada"),
            ("arn:aws:s", "x"),
        ] {
            // All of them are asked, and none is taken.
            let mut made = Vec::new();
            between(start, end, |one| {
                made.push(one.clone());
                false
            });
            assert!(!made.is_empty(), "`{start}` `{end}`");
            for one in made {
                assert!(one.starts_with(start) && one.ends_with(end) && is_principal(&one), "{one}");
            }
        }
        for (start, end) in [("x", ""), ("", ":"), ("arn:aws:iam::x", ""), ("arn:aws:s3", ""), ("", "é")] {
            assert_eq!(between(start, end, |_| true), None, "`{start}` `{end}`");
        }
    }

    #[test]
    fn other_texts_are_no_principals() {
        for text in [
            "",
            "somebody",
            "arn:aws:iam::111122223333:role/ci",
            "arn:aws:iam::11112222333:user/ada",
            "arn:aws:iam::111122223333:user/",
            "arn:aws:iam::111122223333:user/a b",
            "arn:aws:iam::111122223333:user/\u{e000}",
            "arn:aws:sts::111122223333:assumed-role/ci",
            "arn:aws:sts::111122223333:assumed-role/ci/a/b",
        ] {
            assert!(!is_principal(text), "{text}");
        }
    }
}
