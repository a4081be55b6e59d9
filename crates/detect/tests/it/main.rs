//! Detections over small worlds: what fires, what does not, what nearly does.

mod facts;
mod inv_change;
mod inv_how;
mod inv_much;
mod inv_ordinary;
mod inv_who;
mod inv_why;
mod trl;
mod world;
