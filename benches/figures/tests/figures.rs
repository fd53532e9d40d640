//! What the book and the README show is what the benches' results say.

use std::{collections::BTreeSet, fs, path::Path};

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

#[test]
fn what_is_drawn_is_in_step_with_the_results() {
    let drawn = plywood_figures::drawn(root()).expect("the results have every number");
    for (path, content) in drawn {
        let there = fs::read_to_string(root().join(&path)).unwrap_or_default();
        assert!(
            there == content,
            "{path} is old: `cargo run -p plywood-figures` draws it anew"
        );
    }
}

#[test]
fn no_figure_is_left_over_and_the_chapter_shows_each() {
    let drawn = plywood_figures::drawn(root()).expect("the results have every number");
    let drawn: BTreeSet<_> = drawn.into_keys().collect();
    let chapter =
        fs::read_to_string(root().join("book/src/figures.md")).expect("the chapter is there");
    for entry in fs::read_dir(root().join("book/src/figures")).expect("the folder is there") {
        let name = entry.expect("it can be listed").file_name();
        let name = name.to_string_lossy();
        assert!(
            drawn.contains(&format!("book/src/figures/{name}")),
            "nothing draws {name}"
        );
        assert!(
            chapter.contains(&format!("{{{{#include figures/{name}}}}}")),
            "the chapter lacks {name}"
        );
    }
}

#[test]
fn the_chapter_shows_the_tables_of_every_result() {
    let chapter =
        fs::read_to_string(root().join("book/src/figures.md")).expect("the chapter is there");
    for entry in fs::read_dir(root().join("benches/results")).expect("the folder is there") {
        let name = entry.expect("it can be listed").file_name();
        let include = format!(
            "{{{{#include ../../benches/results/{}}}}}",
            name.to_string_lossy()
        );
        assert!(chapter.contains(&include), "the chapter lacks {include}");
    }
}
