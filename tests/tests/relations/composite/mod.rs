//! Models whose primary key is several fields, and what points at them.

mod keys;
mod models;
mod modes;
mod relations;
