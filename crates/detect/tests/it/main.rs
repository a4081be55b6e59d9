//! Detections over small worlds: what fires, what does not, what nearly does.

mod facts;
mod lam;
mod lam_run;
mod ordinary;
mod recording;
mod trl;
mod trl_bucket;
mod world;
