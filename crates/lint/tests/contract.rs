//! The book's chapter is what the rules say.

use std::{env, fs, path::Path};

#[test]
fn the_chapter_of_the_book_is_not_stale() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../book/src/contract.md");
    let contract = plywood_lint::contract();
    if env::var_os("UPDATE_CONTRACT").is_some_and(|value| value == "1") {
        fs::write(&path, &contract).unwrap();
    }
    let chapter = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        chapter == contract,
        "book/src/contract.md is stale; run UPDATE_CONTRACT=1 cargo test -p plywood-lint --test contract"
    );
}
