//! Records as tables that every engine reads: rows of delivered records to Parquet and back, one task for each delivered folder.
//!
//! Pure: bytes and records in, bytes out. The same input gives the same bytes, whatever machine, threads and order.

mod columns;
mod control;
mod daily;
mod ddl;
mod invocations;
mod manifest;
mod parquet_file;
mod partition;
mod read;
mod rows;

pub use bytes::Bytes;
pub use columns::{Column, Kind, PARTITIONS, Table, Variety};
pub use control::{ControlEvents, record_hash};
pub use ddl::{Engine, Known, VIEWS, View, ddl, ddl_of};
pub use invocations::{Invocations, MOST_ROWS, Packed};
pub use manifest::{Input, Manifest, ManifestError, Part, Proven, SCHEMA};
pub use parquet_file::PackError;
pub use partition::{NotAPartition, Partition};
pub use read::{EventRow, EventTexts, Found, ReadError, control_rows, find, invocation_rows, row_count};
