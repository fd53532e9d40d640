//! What cannot be published does not compile, and the compiler says what to do.

#[test]
fn what_cannot_be_published_does_not_compile() {
    trybuild::TestCases::new().compile_fail("tests/ui/*.rs");
}
