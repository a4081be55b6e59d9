//! What holds the reading of selectors: every form in which they come, every doubt, every error, hostile texts.

mod beside;
mod common;
mod documents;
mod doubts;
mod errors;
mod hostile;
mod requests;
