//! What keeps no sessions does not compile, and the compiler says what does.

#[test]
fn what_is_no_store_does_not_compile() {
    trybuild::TestCases::new().compile_fail("tests/stores/*.rs");
}
