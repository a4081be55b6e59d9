//! By what records of CloudTrail show themselves among bytes.

/// Every record has it, escaped or not, and nearly all begin with it.
const MARK: &[u8] = b"eventVersion";

/// More than the mark and what has to stand around it: both may stand across two parts.
pub(super) const AROUND: usize = 64;

/// True iff the mark is the name of a member there: who only mentions it is no record. Outside of JSON its value must be one, too.
pub(super) fn has_mark(part: &[u8], json: bool) -> bool {
    let quoted = |rest: &[u8]| {
        let rest = past(rest, |byte| byte == b'\\').strip_prefix(b"\"")?.to_vec();
        let rest = past(&rest, |byte| byte.is_ascii_whitespace()).strip_prefix(b":")?.to_vec();
        let value = past(&rest, |byte| byte == b'\\' || byte.is_ascii_whitespace()).to_vec();
        (json || value.starts_with(b"\"1.")).then_some(())
    };
    memchr::memmem::find_iter(part, MARK).any(|at| {
        let before = at.checked_sub(1).and_then(|at| part.get(at));
        let after = part.get(at + MARK.len()..).unwrap_or_default();
        before == Some(&b'"') && quoted(after.get(..after.len().min(AROUND)).unwrap_or_default()).is_some()
    })
}

fn past(bytes: &[u8], is: impl Fn(u8) -> bool) -> &[u8] {
    let count = bytes.iter().take_while(|byte| is(**byte)).count();
    bytes.get(count..).unwrap_or_default()
}

/// True iff a column of that name is there, in whatever letters.
pub(super) fn has_column(part: &[u8]) -> bool {
    part.windows(MARK.len()).any(|some| some.eq_ignore_ascii_case(MARK))
}

/// `None` where there is nothing but white space, or zeros, as broken disks leave them.
pub(super) fn begins_like_json(text: &[u8]) -> Option<bool> {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    past(text, |byte| byte == 0 || byte.is_ascii_whitespace())
        .first()
        .map(|first| matches!(first, b'{' | b'['))
}
