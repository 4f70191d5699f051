//! What does not compile, and what is said then. The messages are a part of what we promise: read each `.stderr` as a user would.
//!
//! After a change of a message: `TRYBUILD=overwrite cargo test -p amphi-compile-tests --test messages`, then read the difference.

#[test]
fn mistakes_are_compile_errors_that_say_what_to_write() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("ui/attributes/*.rs");
    cases.compile_fail("ui/derives/*.rs");
    cases.compile_fail("ui/queries/*.rs");
    cases.compile_fail("ui/relations/*.rs");
}
