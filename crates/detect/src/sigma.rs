//! Rules of the user's own, in the Sigma format.
