//! Our own files: the inventory file, and the way in which every file is written.
//!
//! Nothing here decides anything. A format has a version in its first member and only ever grows.

mod addresses;
mod atomic;
mod bundle;
mod change_shape;
mod check_file;
mod database;
mod detect_files;
mod document;
mod exception_match;
mod exceptions_file;
mod file_identity;
mod framework_file;
mod history;
mod index;
pub mod inventory_file;
mod journal;
mod lake_files;
mod leftovers;
pub mod limits;
mod metrics_file;
mod ours;
mod place_files;
mod plan_check;
mod plan_file;
mod prices_file;
mod recognized;
mod saved_audit;
mod scratch;
mod settings_file;
mod state;

pub use addresses::AddressDatabase;
pub use atomic::{can_write, write_atomically, write_privately};
pub use bundle::{
    Answers, Bundle, BundleError, Damage, Decided, FileEntry, KeptAnswers, MANIFEST, Part, bundle_target,
    is_archive, is_input, read_bundle, sum_of, write_bundle,
};
pub use check_file::{CheckBaseline, read_check};
pub use detect_files::{
    DetectSettings, read_detect_exceptions, read_detect_settings, read_networks, read_open_findings,
    read_rules,
};
pub use document::DocumentError;
pub use exceptions_file::{alone_with, is_day, read_exceptions, write_exceptions};
pub use file_identity::FileIdentity;
pub use framework_file::{FrameworkError, among, built_in_frameworks, chosen, read_framework};
pub use history::{History, HistoryError, Kept};
pub use index::{Batch, Index, IndexError};
pub use inventory_file::{InventoryFileError, read_inventory, write_inventory};
pub use journal::{
    JournalError, JournalFile, JournalRead, discard, hold, put_back, read_journal, set_aside, undo_of,
    undos_of,
};
pub use lake_files::{LakeFile, LakeFolder};
pub use metrics_file::{HourlyCounts, read_metrics};
pub use ours::make_private_folder;
pub use place_files::of_other_places;
pub use plan_file::{PlanFileError, plan_hash, read_plan, write_plan};
pub use prices_file::read_prices;
pub use recognized::{FileKind, recognized};
pub use saved_audit::{SavedAudit, read_audit, write_inputs};
pub use scratch::{ScratchFiles, ScratchFolder};
pub use settings_file::{Setting, WrongSetting, read_settings};
pub use state::{State, StateError, same_organization};
