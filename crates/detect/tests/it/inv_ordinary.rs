//! An ordinary month of a company: nothing is told of it.
