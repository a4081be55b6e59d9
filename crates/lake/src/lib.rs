//! Records as tables that every engine reads: rows of delivered records to Parquet and back, one task for each delivered folder.
//!
//! Pure: bytes and records in, bytes out. The same input gives the same bytes, whatever machine, threads and order.

mod columns;
mod ddl;
mod partition;

pub use columns::{Column, Kind, PARTITIONS, Table, Variety};
pub use ddl::{Engine, ddl};
pub use partition::{NotAPartition, Partition};
