//! The kinds of text of a certain form that some parts can tell apart: all that there are, one text of each.

use super::asked::Part;
use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};

/// What texts look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// `us-east-1`, `us-gov-west-1`: words of small letters, at least two, and a number of one or two digits.
    Region,
    /// Twelve digits.
    Account,
}

/// A text read so far: how far it is within its [`Shape`].
type Step = u8;

impl Shape {
    const START: Step = 0;

    /// One letter further; `None` iff no text of the shape goes on like that.
    fn step(self, at: Step, letter: u8) -> Option<Step> {
        let word = letter.is_ascii_lowercase();
        match self {
            Self::Account => (at < 12 && letter.is_ascii_digit()).then_some(at + 1),
            Self::Region => match at {
                // The first word has two letters or more.
                0 if word => Some(1),
                1 | 2 if word => Some(2),
                2 if letter == b'-' => Some(3),
                // A further word.
                3..=5 if word => Some(4),
                4 if letter == b'-' => Some(5),
                5 if (b'1'..=b'9').contains(&letter) => Some(6),
                6 if letter.is_ascii_digit() => Some(7),
                _ => None,
            },
        }
    }

    /// True iff a text may end there.
    fn may_end(self, at: Step) -> bool {
        match self {
            Self::Account => at == 12,
            Self::Region => at >= 6,
        }
    }

    /// True iff the text has the shape.
    fn has(self, text: &str) -> bool {
        let end = text.bytes().try_fold(Self::START, |at, letter| self.step(at, letter));
        end.is_some_and(|at| self.may_end(at))
    }

    /// The letters that texts may be made of: those of `parts`, and of the rest one of each sort, because no part can tell the
    /// others of that sort from it.
    fn letters(self, parts: &BTreeSet<&Part>) -> Vec<u8> {
        let text = |part: &&Part| match part {
            Part::Any => String::new(),
            Part::Whole(text) | Part::Begins(text) | Part::Ends(text) => text.clone(),
        };
        let listed: BTreeSet<u8> = parts.iter().flat_map(|part| text(part).into_bytes()).collect();
        let mut letters: Vec<u8> = match self {
            Self::Account => (b'0'..=b'9').collect(),
            Self::Region => {
                let mut words: Vec<u8> = (b'a'..=b'z').filter(|letter| listed.contains(letter)).collect();
                words.extend((b'a'..=b'z').rev().find(|letter| !listed.contains(letter)));
                words.push(b'-');
                words.extend(b'0'..=b'9');
                words
            }
        };
        letters.dedup();
        letters
    }
}

/// What is known of a text whose end is not read yet: enough to tell what every part will say of it.
#[derive(Clone, PartialEq, Eq, Hash)]
struct State {
    step: Step,
    /// The text itself, as long as a listed beginning or whole text goes on from it.
    along: Option<String>,
    /// The longest listed beginning that it begins with; it begins with those alone that this one begins with.
    begins: String,
    /// The longest of its ends that a listed end begins with.
    ends: String,
}

/// What makes a kind: the longest listed beginning and end that its texts have, and the listed text that they are.
type Kind = (String, String, Option<String>);

/// Texts of `shape`, one of each kind that `parts` can tell apart: the first of `credible` that is of the kind, else any.
/// `None` iff there are more states to look at than `budget`, from which those that were are taken.
pub(super) fn kinds(
    shape: Shape,
    parts: &BTreeSet<&Part>,
    credible: &[String],
    budget: &mut usize,
) -> Option<Vec<String>> {
    let listed = Listed::of(parts);
    let mut known: HashMap<Kind, ()> = HashMap::new();
    let mut texts: Vec<String> = Vec::new();
    let mut add = |kind: Kind, text: &str| {
        if known.insert(kind, ()).is_none() {
            texts.push(text.to_owned());
        }
    };
    for text in credible.iter().filter(|text| shape.has(text)) {
        add(listed.kind(text), text);
    }
    let letters = shape.letters(parts);
    let start =
        State { step: Shape::START, along: Some(String::new()), begins: String::new(), ends: String::new() };
    let mut seen: HashSet<State> = HashSet::from([start.clone()]);
    let mut queue = VecDeque::from([(start, String::new())]);
    while let Some((state, text)) = queue.pop_front() {
        if shape.may_end(state.step) {
            add(listed.kind(&text), &text);
        }
        for letter in &letters {
            let Some(step) = shape.step(state.step, *letter) else { continue };
            let longer = format!("{text}{}", char::from(*letter));
            let next = listed.next(&state, step, *letter);
            if seen.insert(next.clone()) {
                *budget = budget.checked_sub(1)?;
                queue.push_back((next, longer));
            }
        }
    }
    Some(texts)
}

/// What parts list, ready to be asked about a text.
struct Listed<'p> {
    wholes: HashSet<&'p str>,
    begins: HashSet<&'p str>,
    ends: HashSet<&'p str>,
    /// All beginnings of `wholes` and `begins`.
    paths: HashSet<&'p str>,
    /// All beginnings of `ends`.
    ways: HashSet<&'p str>,
}

impl<'p> Listed<'p> {
    fn of(parts: &BTreeSet<&'p Part>) -> Self {
        let mut listed = Listed {
            wholes: HashSet::new(),
            begins: HashSet::new(),
            ends: HashSet::new(),
            paths: HashSet::from([""]),
            ways: HashSet::from([""]),
        };
        for part in parts {
            match part {
                Part::Any => {}
                Part::Whole(text) => {
                    listed.wholes.insert(text);
                    listed.paths.extend(beginnings(text));
                }
                Part::Begins(text) => {
                    listed.begins.insert(text);
                    listed.paths.extend(beginnings(text));
                }
                Part::Ends(text) => {
                    listed.ends.insert(text);
                    listed.ways.extend(beginnings(text));
                }
            }
        }
        listed
    }

    fn kind(&self, text: &str) -> Kind {
        let begins = beginnings(text).filter(|start| self.begins.contains(start)).last().unwrap_or_default();
        let cuts = text.char_indices().map(|(at, _)| &text[at..]);
        let ends = cuts.clone().find(|end| self.ends.contains(end)).unwrap_or_default();
        let whole = self.wholes.contains(text).then(|| text.to_owned());
        (begins.to_owned(), ends.to_owned(), whole)
    }

    fn next(&self, state: &State, step: Step, letter: u8) -> State {
        let letter = char::from(letter);
        let along = state.along.as_ref().map(|text| format!("{text}{letter}"));
        let along = along.filter(|text| self.paths.contains(text.as_str()));
        let hit = along.as_deref().filter(|text| self.begins.contains(text));
        let begins = hit.unwrap_or(&state.begins).to_owned();
        let end = format!("{}{letter}", state.ends);
        let cuts = end.char_indices().map(|(at, _)| &end[at..]);
        let ends = cuts.clone().find(|cut| self.ways.contains(cut)).unwrap_or_default().to_owned();
        State { step, along, begins, ends }
    }
}

/// Every beginning of the text that is not empty, the shortest first.
fn beginnings(text: &str) -> impl Iterator<Item = &str> {
    text.char_indices().map(|(at, letter)| &text[..at + letter.len_utf8()])
}

#[cfg(test)]
mod tests {
    use super::super::asked::Part;
    use super::{Shape, kinds};
    use std::collections::BTreeSet;

    fn of(shape: Shape, parts: &[Part]) -> Vec<String> {
        kinds(shape, &parts.iter().collect(), &[], &mut 10_000).unwrap()
    }

    #[test]
    fn only_texts_of_the_shape_count() {
        for (text, wanted) in [
            ("us-east-1", true),
            ("us-gov-west-1", true),
            ("eusc-de-east-12", true),
            ("us-1", false),
            ("us-east", false),
            ("us-east-0", false),
            ("Us-east-1", false),
            ("us--east-1", false),
            ("us-east-1a", false),
            ("us-east-123", false),
        ] {
            assert_eq!(Shape::Region.has(text), wanted, "{text}");
        }
        assert!(Shape::Account.has("111122223333") && !Shape::Account.has("11112222333"));
    }

    #[test]
    fn every_kind_is_found_and_none_is_made_up() {
        let begins = |text: &str| Part::Begins(text.to_owned());
        let ends = |text: &str| Part::Ends(text.to_owned());
        let whole = |text: &str| Part::Whole(text.to_owned());
        // All first digits are listed: nothing is left over.
        let digits: Vec<Part> = (0..10).map(|digit| begins(&digit.to_string())).collect();
        assert_eq!(of(Shape::Account, &digits).len(), 10);
        // Beginning and end overlap in the only text of that kind.
        let parts = [begins("11111111111"), ends("11111111112"), whole("111111111112")];
        let found: BTreeSet<String> = of(Shape::Account, &parts).into_iter().collect();
        assert!(found.contains("111111111112"), "{found:?}");
        assert_eq!(found.len(), 4, "{found:?}");
        let parts = [begins("us-"), whole("us-east-1"), ends("-1"), begins("us-east-"), ends("west-1")];
        assert_eq!(of(Shape::Region, &parts).len(), 10);
    }

    #[test]
    fn what_no_text_can_be_is_no_kind() {
        assert_eq!(of(Shape::Region, &[Part::Whole("*".to_owned()), Part::Ends("é-1".to_owned())]).len(), 1);
        assert_eq!(of(Shape::Account, &[Part::Begins("x".to_owned())]).len(), 1);
    }
}
