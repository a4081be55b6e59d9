//! CloudTrail's log files to records, at the speed of gunzip, with an account of every byte.

mod accounted;
mod ahead;
mod ask;
mod beginning;
mod container;
mod control;
pub mod digest;
mod fast;
mod hash;
mod home;
mod inflate;
mod json;
mod left_out;
mod memory;
mod object_key;
mod plain;
mod qualifier;
mod read;
mod record;
pub mod scan;
mod sheet;
mod sink;
mod time;
mod uuid;
mod via;
mod who;

pub use accounted::{Accounted, KEPT_REFUSALS, Reason, Refused};
#[cfg(all(target_os = "linux", target_env = "gnu"))]
pub use ahead::{is_in_memory, read_soon};
pub use ask::{
    Answer, Attempt, Cell, Dimension, Filter, Group, Invocations, Lag, Line, MOST_DIMENSIONS, Named, Network,
    NotANetwork, Pattern, Question, Scratch, Spill, Table, TableRow, Tally, Timeline, Way,
};
pub use beginning::{BEGINNING, Beginning, beginning, look};
pub use container::unread;
pub use control::ControlCall;
pub use hash::{Sha256, hex, sha256, sha256_many, unhex, write_hex};
pub use home::Home;
pub use inflate::{DEFAULT_LIMIT, Inflated, Inflater, Trouble};
pub use left_out::LeftOut;
pub use memory::give_back_large_buffers;
pub use object_key::{Folder, ObjectKey, is_account, is_day, is_log_file, is_region, minute};
pub use qualifier::QualifierFinder;
pub use read::{Reader, read_plainly};
pub use record::{Aggregated, Caller, Function, Identity, Record, Requested, Text};
pub use sheet::{Column, Columns, Facts, Marks, Row, SHEET_VERSION, Sheet, Texts};
pub use sink::{Event, Sink, Wanted};
pub use time::{milliseconds, text_of, write_text_of};
pub use uuid::{uuid_bits, uuid_text, write_uuid};
pub use via::Via;
