//! What holds for any model holds for every one of this program.

#[test]
fn a_model_that_did_not_change_makes_no_migration() {
    // A default with a NUL stands in no schema.
    assert!(amphi_tests::all_models::no_model_changes_at_once(&["Torn"]) > 100);
}
