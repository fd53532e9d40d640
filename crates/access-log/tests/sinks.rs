//! What takes no lines does not compile, and the compiler says what does.

#[test]
fn what_is_no_sink_does_not_compile() {
    trybuild::TestCases::new().compile_fail("tests/sinks/*.rs");
}
