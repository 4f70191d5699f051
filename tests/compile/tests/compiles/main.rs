//! What compiles: models of every shape, under names and lints of the user. Each module is a program of its own.

mod arrays;
mod defaults_and_times;
mod embeddables;
mod enums_and_newtypes;
mod hooks;
mod keys;
mod models_in_functions;
mod models_in_modules;
mod names_of_the_user;
mod raw_identifiers;
mod relations;
mod relations_to_many;
mod serialize;
mod values;
mod versions;
