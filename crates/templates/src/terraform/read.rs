//! A plan read in one go: what has a shape is kept, all else is skipped.

use super::TerraformError;
use super::shape::{Shape, matters};
use crate::value::Value;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::fmt;

/// Values of a plan that are kept at most.
const LIMIT: usize = 1_000_000;

/// What was kept of a plan.
pub(super) struct Kept {
    /// The document without its changes and its prior state.
    pub(super) top: Value,
    /// What was taken out of long lists.
    pub(super) found: Lists,
}

/// What is taken out of long lists while they are read.
#[derive(Default)]
pub(super) struct Lists {
    /// The changes of resources that matter.
    pub(super) changes: Vec<Found<usize>>,
    /// Data sources that say which account a provider works in.
    pub(super) identities: Vec<Value>,
}

/// One of a list.
pub(super) struct Found<P> {
    /// Its position.
    pub(super) at: P,
    /// What was kept of it.
    pub(super) value: Value,
}

/// Reads a plan.
pub(super) fn read<'de, R: serde_json::de::Read<'de>>(
    mut from: serde_json::Deserializer<R>,
) -> Result<Kept, TerraformError> {
    let reader = Reader::default();
    let seed = Seed { reader: &reader, shape: Shape::Plan };
    let read = seed.deserialize(&mut from).and_then(|top| from.end().map(|()| top));
    match read {
        Ok(top) => Ok(Kept { top, found: reader.found.into_inner() }),
        Err(error) => Err(reader.error_of(&error)),
    }
}

/// A step of the path to where the reader is.
enum Step {
    Member(String),
    Item(usize),
}

#[derive(Default)]
struct Reader {
    /// Where it is. What fails leaves it as it is, so that it names the place.
    path: RefCell<Vec<Step>>,
    /// What it refused, iff it is not the JSON itself.
    refused: RefCell<Option<TerraformError>>,
    kept: Cell<usize>,
    found: RefCell<Lists>,
}

impl Reader {
    fn path(&self) -> String {
        let mut path = String::from("$");
        for step in self.path.borrow().iter() {
            match step {
                Step::Member(name) => {
                    path.push('.');
                    path.extend(name.chars().take(80));
                }
                Step::Item(at) => path.push_str(&format!("[{at}]")),
            }
        }
        path
    }

    /// The error in our words: what the JSON reader says may hold a value of the file.
    fn error_of(&self, error: &serde_json::Error) -> TerraformError {
        use serde_json::error::Category;
        if let Some(refused) = self.refused.borrow_mut().take() {
            return refused;
        }
        let (line, column, path) = (error.line(), error.column(), self.path());
        match error.classify() {
            Category::Eof => TerraformError::Cut { line, column, path },
            Category::Io => {
                let kind = error.io_error_kind().map(|kind| kind.to_string());
                TerraformError::Unreadable(kind.unwrap_or_default())
            }
            Category::Syntax | Category::Data if error.to_string().starts_with("recursion limit") => {
                TerraformError::TooDeep { path }
            }
            Category::Syntax | Category::Data => TerraformError::NotJson { line, column, path },
        }
    }

    fn refuse<E: Error>(&self, error: TerraformError) -> E {
        self.refused.borrow_mut().get_or_insert(error);
        E::custom("")
    }

    /// Counts one value more.
    fn keep<E: Error>(&self, value: Value) -> Result<Value, E> {
        self.kept.set(self.kept.get() + 1);
        if self.kept.get() > LIMIT {
            return Err(self.refuse(TerraformError::TooLarge { path: self.path(), limit: LIMIT }));
        }
        Ok(value)
    }

    fn within<T, E>(&self, step: Step, read: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
        self.path.borrow_mut().push(step);
        let value = read()?;
        self.path.borrow_mut().pop();
        Ok(value)
    }

    /// Takes an item out of its list iff that list is long; `None` then.
    fn take(&self, shape: Shape, at: usize, value: Value) -> Option<Value> {
        let text = |name: &str| value.get(name).and_then(Value::as_text);
        match shape {
            Shape::Changes => {
                let is_object = matches!(value, Value::Map(_));
                // What is not an object is refused later, with its place.
                if !is_object || text("type").is_none_or(|kind| matters(kind).is_some()) {
                    self.found.borrow_mut().changes.push(Found { at, value });
                }
                None
            }
            Shape::StateResources => {
                if text("mode") == Some("data") && text("type") == Some("aws_caller_identity") {
                    self.found.borrow_mut().identities.push(value);
                }
                None
            }
            _ => Some(value),
        }
    }
}

#[derive(Clone, Copy)]
struct Seed<'r> {
    reader: &'r Reader,
    shape: Shape,
}

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        match self.shape {
            Shape::Nothing => deserializer.deserialize_ignored_any(IgnoredAny).map(|_| Value::Null),
            _ => deserializer.deserialize_any(self),
        }
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        self.reader.keep(Value::Null)
    }

    fn visit_bool<E: Error>(self, flag: bool) -> Result<Value, E> {
        self.reader.keep(Value::Bool(flag))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Value, E> {
        self.reader.keep(Value::Number(number.to_string()))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Value, E> {
        self.reader.keep(Value::Number(number.to_string()))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Value, E> {
        self.reader.keep(Value::Number(number.to_string()))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Value, E> {
        self.reader.keep(Value::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let (mut kept, mut at) = (Vec::new(), 0);
        loop {
            let seed = Seed { shape: self.shape.item(), ..self };
            let item = self.reader.within(Step::Item(at), || items.next_element_seed(seed))?;
            let Some(item) = item else { return self.reader.keep(Value::List(kept)) };
            // One stands for all of what is only there.
            let keeps = seed.shape != Shape::Nothing || (self.shape == Shape::There && kept.is_empty());
            if let Some(item) = self.reader.take(self.shape, at, item).filter(|_| keeps) {
                kept.push(item);
            }
            at += 1;
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut kept = BTreeMap::new();
        while let Some(Name { name, shape }) = members.next_key_seed(Naming { shape: self.shape })? {
            let Some(name) = name else {
                members.next_value::<IgnoredAny>()?;
                continue;
            };
            let seed = Seed { shape, ..self };
            if kept.contains_key(&name) {
                self.reader.path.borrow_mut().push(Step::Member(name));
                return Err(self.reader.refuse(TerraformError::Twice { path: self.reader.path() }));
            }
            let step = Step::Member(name.clone());
            let value = self.reader.within(step, || members.next_value_seed(seed))?;
            kept.insert(name, value);
        }
        self.reader.keep(Value::Map(kept))
    }
}

/// The name of a member and the shape that it gives; `None` iff it is not kept, so that its name need not be.
struct Name {
    name: Option<String>,
    shape: Shape,
}

#[derive(Clone, Copy)]
struct Naming {
    shape: Shape,
}

impl<'de> DeserializeSeed<'de> for Naming {
    type Value = Name;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Name, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Naming {
    type Value = Name;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a member")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Name, E> {
        let shape = self.shape.member(name);
        Ok(Name { name: (shape != Shape::Nothing).then(|| name.to_owned()), shape })
    }
}
