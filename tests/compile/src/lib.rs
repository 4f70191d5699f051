//! Tests of what compiles and what does not: programs of users, as the compiler sees them.
