//! Documents out of an audit.
