//! A check that answers something else does not compile, and the compiler says what it should answer.

#[test]
fn what_is_no_verdict_does_not_compile() {
    trybuild::TestCases::new().compile_fail("tests/checks/*.rs");
}
