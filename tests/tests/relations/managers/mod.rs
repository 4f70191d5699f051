//! `Author::books.of(&author)`: the rows of a relation of one row, and what changes which they are.

mod foreign_keys;
mod links;
mod models;
mod races;
mod through;
