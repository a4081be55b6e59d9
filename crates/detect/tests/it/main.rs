//! Detections over small worlds: what fires, what does not, what nearly does.

mod facts;
mod trl;
mod world;
