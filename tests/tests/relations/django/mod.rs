//! Relations answer as Django's do: the same rows and queries, compared with what Django said.
//!
//! `tests/django` has Django's half: the models, the rows (`data.json`), the queries, and the answers of each database (`answers.json`).
//! A query here has the name that it has there. Where amphi answers otherwise on purpose, that is recorded beside Django's answer.

mod answers;
mod conditions;
mod counts;
mod data;
mod delete;
mod expressions;
mod forward;
mod load;
mod managers;
mod many_to_many;
mod models;
mod one_to_one;
mod plain;
mod prefetch;
mod quantifiers;
mod reverse;
mod selves;
mod subqueries;
mod told;
mod undone;
