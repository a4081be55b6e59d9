//! The text of `Fn::Sub`, cut into what stays and what is a name.

/// A piece of the text.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece<'t> {
    /// It stays as it is.
    Text(&'t str),
    /// The name in `${name}`.
    Name(&'t str),
}

/// The pieces, in order. `${!name}` stays as the text `${name}`; `${` without its `}` stays as it is.
pub(super) fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let Some((inside, behind)) = after.split_once('}') else { break };
        pieces.push(Piece::Text(before));
        match inside.strip_prefix('!') {
            Some(_) => {
                pieces.push(Piece::Text("${"));
                pieces.push(Piece::Text(after.get(1..inside.len() + 1).unwrap_or_default()));
            }
            None => pieces.push(Piece::Name(inside.trim())),
        }
        rest = behind;
    }
    pieces.push(Piece::Text(rest));
    pieces.retain(|piece| *piece != Piece::Text(""));
    pieces
}

#[cfg(test)]
mod tests {
    use super::{Piece, pieces};

    #[test]
    fn names_and_literals() {
        let read = pieces("a${B}-${!c}${ D.E }${");
        let wanted = [
            Piece::Text("a"),
            Piece::Name("B"),
            Piece::Text("-"),
            Piece::Text("${"),
            Piece::Text("c}"),
            Piece::Name("D.E"),
            Piece::Text("${"),
        ];
        assert_eq!(read, wanted);
    }
}
