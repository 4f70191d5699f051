//! Deleting what others point at: `on_delete`, what is counted, and what stands in the way.

mod circles;
mod filters;
mod obstacles;
mod rules;
mod size;
mod transactions;
