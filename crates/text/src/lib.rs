//! Texts of others, shown to people: nothing in them acts on a terminal, a shell or a document, and what is misspelled finds its name.

pub mod nearest;
pub mod shape;
pub mod visible;
