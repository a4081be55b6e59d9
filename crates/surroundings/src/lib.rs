//! What a command finds around it: environment, settings, clock, terminal, the files that are read, and the session with AWS. It knows no
//! command; only here are environment, clock and terminal read.

pub mod again;
pub mod asking;
pub mod clock;
pub mod config;
pub mod context;
pub mod environment;
pub mod exceptions;
pub mod facts;
pub mod inputs;
pub mod misread;
pub mod mistyped;
pub mod named_file;
pub mod output;
pub mod problem;
pub mod progress;
pub mod remembered;
pub mod saved;
pub mod session;
pub mod settings;
pub mod unknown;
mod variables;
pub mod verbose;
