//! Detections over small worlds: what fires, what does not, what nearly does.

mod covered;
mod facts;
mod habits;
mod inv_change;
mod inv_how;
mod inv_much;
mod inv_ordinary;
mod inv_person;
mod inv_who;
mod inv_why;
mod lam;
mod lam_run;
mod ordinary;
mod recording;
mod strangers;
mod trl;
mod trl_bucket;
mod world;
