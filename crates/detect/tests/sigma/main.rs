//! Rules in the Sigma format: what they match, what is refused, and what correlations find.
