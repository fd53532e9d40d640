//! What is no handler does not compile, and the compiler says why.

#[test]
fn what_is_no_handler_does_not_compile() {
    trybuild::TestCases::new().compile_fail("tests/handlers/*.rs");
}
