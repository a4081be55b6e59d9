//! Lakes: delivered folders to tables of Parquet and back, each folder by itself, whoever writes it and however often.

mod answer;
mod catalogue;
mod check;
mod feed;
mod folder_writer;
mod folders;
mod known;
mod proofs;
mod scan;
mod shelf;
mod show;
mod write;

pub use answer::{Lake, learn_from};
pub(crate) use answer::{delivered_of, sheets_of};
pub use check::{Checked, Fault, FaultKind, check};
pub use folders::{Chosen, Folders, NotChosen, folders};
pub use known::known;
pub use proofs::Digested;
pub use shelf::{LakeError, LakePlace};
pub use show::{Shown, Unseen, show};
pub use write::{ToWrite, Written, write};
