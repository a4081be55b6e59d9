//! What could not be listed.

/// Why a file with that key may be there though nobody saw it, in words; `None` iff it is known not to be there.
pub type Unlisted<'u> = dyn Fn(&str) -> Option<String> + 'u;
