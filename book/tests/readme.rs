//! The README tells what is there.

use std::{fs, path::Path};

fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path);
    fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// What stands between the lines of an anchor.
fn part(program: &str, anchor: &str) -> String {
    let (_, rest) = program
        .split_once(&format!("// ANCHOR: {anchor}\n"))
        .expect("the part begins");
    let (part, _) = rest
        .split_once(&format!("// ANCHOR_END: {anchor}\n"))
        .expect("the part ends");
    part.to_owned()
}

#[test]
fn its_program_for_a_project_of_ones_own_is_a_recipe_that_is_tested() {
    let recipe = read("book/recipes/wrap_a_minimal_app.rs");
    let program = [part(&recipe, "app"), part(&recipe, "main")].join("\n");
    assert!(
        read("README.md").contains(&format!("```rust,no_run\n{program}```")),
        "README.md shows another program"
    );
}

#[test]
fn what_it_links_to_is_there() {
    let readme = read("README.md");
    let mut links = 0;
    for link in readme.split("](").skip(1) {
        let link = link.split(')').next().expect("a link ends");
        if !link.contains("://") {
            let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(link);
            assert!(file.exists(), "README.md links to {link}");
            links += 1;
        }
    }
    assert!(links > 30, "only {links} links were found");
}

#[test]
fn the_facade_tells_of_every_feature() {
    let (told, manifest) = (
        read("crates/plywood/FEATURES.md"),
        read("crates/plywood/Cargo.toml"),
    );
    let features = manifest.split("\n[features]\n").nth(1).expect("it has some");
    let features = features.split("\n[").next().expect("a table ends");
    let mut named = 0;
    for line in features.lines() {
        let Some((name, _)) = line.split_once(" = ") else {
            continue;
        };
        if name != "default" {
            assert!(told.contains(&format!("`{name}`")), "{name}");
            named += 1;
        }
    }
    assert!(named > 30, "only {named} features were found");
}
