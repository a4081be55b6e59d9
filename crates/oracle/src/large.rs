//! Large worlds: many selectors with many values that overlap, made from a number, the same number always the same world.

use crate::worlds::{PLACE, Recorder, World};
use cloudtrail::event::Field;
use cloudtrail::resource::ResourceType;
use cloudtrail::selector::{AdvancedSelector, Condition, FieldSelector, Operator, Selector};

/// How large a world is.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// Recorders.
    pub recorders: usize,
    /// Selectors of each.
    pub selectors: usize,
    /// Values of each selector, over all its fields.
    pub values: usize,
}

/// What the values of a world are like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Any operators with any values.
    Mixed,
    /// Each selector turns something away, none selects.
    Negations,
    /// Values go on from each other.
    Nested,
    /// Each field is split by one value, and selectors are corners of that: only all of them together record everything.
    Corners,
    /// Beginnings and ends of names and callers at once.
    BothEnds,
}

impl Kind {
    /// All of them.
    pub const ALL: [Kind; 5] = [Kind::Mixed, Kind::Negations, Kind::Nested, Kind::Corners, Kind::BothEnds];
}

/// A world of this kind and size about functions.
#[must_use]
pub fn world(kind: Kind, size: Size, seed: u64) -> World {
    let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let mut recorders = Vec::new();
    for _ in 0..size.recorders {
        let selectors = (0..size.selectors).map(|_| selector(kind, size, &mut dice)).collect();
        recorders.push(Recorder { selectors: Some(selectors), certain: true });
    }
    World { recorders }
}

fn selector(kind: Kind, size: Size, dice: &mut Dice) -> Selector {
    let mut fields = vec![
        FieldSelector { field: Field::EventCategory, condition: Condition::equals(["Data"]) },
        FieldSelector {
            field: Field::ResourcesType,
            condition: Condition::equals([ResourceType::Function.as_str()]),
        },
    ];
    let about = [Field::ResourcesArn, Field::UserIdentityArn, Field::EventName];
    for field in about {
        let share = if field == Field::EventName { size.values / 10 } else { size.values * 9 / 20 };
        let mut condition = Condition::default();
        for _ in 0..share.max(1) {
            let operator = operator(kind, field, dice);
            condition.values_mut(operator).push(value(kind, field, operator, dice));
        }
        if kind != Kind::Corners || dice.below(2) == 0 {
            fields.push(FieldSelector { field, condition });
        }
    }
    Selector::Advanced(AdvancedSelector { name: String::new(), fields, doubts: Vec::new() })
}

fn operator(kind: Kind, field: Field, dice: &mut Dice) -> Operator {
    let negations = [Operator::NotStartsWith, Operator::NotEndsWith, Operator::NotEquals];
    match kind {
        Kind::Mixed => Operator::ALL[dice.below(6)],
        Kind::Negations => negations[dice.below(3)],
        Kind::Nested if field == Field::EventName => negations[dice.below(3)],
        Kind::Nested => [Operator::NotStartsWith, Operator::StartsWith, Operator::NotEndsWith][dice.below(3)],
        Kind::Corners => [Operator::StartsWith, Operator::NotStartsWith][dice.below(2)],
        Kind::BothEnds if field == Field::EventName => Operator::NotEquals,
        Kind::BothEnds => [Operator::StartsWith, Operator::EndsWith, Operator::NotEndsWith][dice.below(3)],
    }
}

fn value(kind: Kind, field: Field, operator: Operator, dice: &mut Dice) -> String {
    let longest = match kind {
        Kind::Nested => 12,
        Kind::Corners => 1,
        _ => 4,
    };
    let letters = if kind == Kind::Nested { 2 } else { 8 };
    let text: String = (0..=dice.below(longest)).map(|_| (b'a' + dice.letter(letters)) as char).collect();
    let from_the_end = matches!(operator, Operator::EndsWith | Operator::NotEndsWith);
    match field {
        Field::EventName if from_the_end => text,
        Field::EventName => format!("Invoke{text}"),
        _ if from_the_end => text,
        Field::ResourcesArn => PLACE.arn(ResourceType::Function, &text),
        _ => format!("arn:aws:iam::{}:user/{text}", PLACE.account),
    }
}

/// Numbers that look random (xorshift).
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from((self.0 >> 11) % limit as u64).unwrap_or(0)
    }

    fn letter(&mut self, limit: usize) -> u8 {
        u8::try_from(self.below(limit)).unwrap_or(0)
    }
}
