//! Lakes: delivered folders to tables of Parquet and back, each folder by itself, whoever writes it and however often.

mod answer;
mod catalogue;
mod check;
mod counts;
mod feed;
mod folder_writer;
mod folders;
mod job;
mod kept;
mod known;
mod log_files;
mod proofs;
mod scan;
mod shelf;
mod show;
mod write;

pub use answer::{Lake, learn_from};
pub use check::{Checked, Fault, FaultKind, check};
pub use folders::{Chosen, Folders, NotChosen, folders};
pub use known::known;
pub(crate) use log_files::{delivered_of, sheets_of};
pub use proofs::Digested;
pub use shelf::{LakeError, LakePlace};
pub use show::{Shown, Unseen, show};
pub use write::{ToWrite, Written, write};
