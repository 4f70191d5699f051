//! The integration tests of the facade live in `tests/tests`; this library is empty.
