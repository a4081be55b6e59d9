//! What holds the reading of selectors: every form in which they come, every doubt, every error, hostile texts.

mod common;
mod documents;
mod doubts;
mod errors;
mod hostile;
mod recorder_facts;
mod requests;
