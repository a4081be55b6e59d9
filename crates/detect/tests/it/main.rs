//! Detections over small worlds: what fires, what does not, what nearly does.

mod facts;
mod recording;
mod trl;
mod world;
