//! What does not say what it does cannot be looked over, and the compiler says where it goes instead.

#[test]
fn what_has_no_sheet_is_not_looked_over() {
    trybuild::TestCases::new().compile_fail("tests/sheets/*.rs");
}
