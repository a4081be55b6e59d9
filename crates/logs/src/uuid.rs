//! UUIDs as AWS writes them: lower case, dashes where they belong.

/// The bits of a UUID as AWS writes it; `None` for any other text.
#[inline]
#[must_use]
pub fn uuid_bits(text: &str) -> Option<u128> {
    let text: &[u8; 36] = text.as_bytes().try_into().ok()?;
    let (mut bits, mut wrong) = (0_u128, 0);
    let parts = [(0, 8), (9, 13), (14, 18), (19, 23), (24, 36)];
    for (from, to) in parts {
        for byte in text.get(from..to)? {
            let digit = DIGITS[*byte as usize];
            wrong |= digit;
            bits = bits << 4 | u128::from(digit & 15);
        }
    }
    let dashes = [8, 13, 18, 23].iter().all(|at| text[*at] == b'-');
    (wrong < 16 && dashes).then_some(bits)
}

/// The UUID of those bits: what [`uuid_bits`] reads.
#[must_use]
pub fn uuid_text(bits: u128) -> String {
    let mut text = String::with_capacity(36);
    write_uuid(bits, &mut text);
    text
}

/// The same, at the end of a text.
pub fn write_uuid(bits: u128, text: &mut String) {
    for (at, byte) in bits.to_be_bytes().into_iter().enumerate() {
        if matches!(at, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        text.push(hex_digit(byte >> 4));
        text.push(hex_digit(byte & 15));
    }
}

/// The digit of a value below 16.
pub(crate) fn hex_digit(value: u8) -> char {
    char::from(b"0123456789abcdef"[usize::from(value & 15)])
}

/// The value of each hexadecimal digit in lower case; more than 15 for any other byte.
const DIGITS: [u8; 256] = {
    let mut digits = [16; 256];
    let mut value = 0;
    while value < 16 {
        digits[b"0123456789abcdef"[value as usize] as usize] = value;
        value += 1;
    }
    digits
};

#[cfg(test)]
mod tests {
    use super::{uuid_bits, uuid_text};

    #[test]
    fn bits_and_text_are_the_same_uuid() {
        let text = "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0";
        assert_eq!(uuid_bits(text).map(uuid_text).as_deref(), Some(text));
        for odd in ["", "0F1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0", "0f1e2d3c04b5a-6978-8796-a5b4c3d2e1f0"] {
            assert_eq!(uuid_bits(odd), None, "{odd}");
        }
    }
}
