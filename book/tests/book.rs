//! The book holds together: every chapter is listed, every recipe has its program, every shown part is there.

use std::{fs, path::Path};

fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The names of the files in a folder, without their extension, sorted.
fn names(folder: &str) -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut names: Vec<_> = fs::read_dir(folder)
        .expect("the folder is there")
        .map(|entry| entry.expect("it can be listed").path())
        .filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned()))
        .collect();
    names.sort();
    names
}

#[test]
fn the_summary_the_chapters_and_the_programs_name_the_same_recipes() {
    let programs = names("recipes");
    assert_eq!(names("src/recipes"), programs);
    let (summary, manifest) = (read("src/SUMMARY.md"), read("Cargo.toml"));
    for name in &programs {
        assert!(
            summary.contains(&format!("(recipes/{name}.md)")),
            "SUMMARY.md lacks {name}"
        );
        assert!(
            manifest.contains(&format!("path = \"recipes/{name}.rs\"\ntest = true")),
            "Cargo.toml lacks {name}"
        );
    }
    assert_eq!(summary.matches("(recipes/").count(), programs.len());
}

#[test]
fn every_chapter_that_the_summary_lists_is_there() {
    for link in read("src/SUMMARY.md").split("](").skip(1) {
        let path = link.split(')').next().expect("a link ends");
        assert!(!read(&format!("src/{path}")).is_empty());
    }
}

#[test]
fn every_example_has_a_page_that_shows_it() {
    let (summary, manifest) =
        (read("src/SUMMARY.md"), read("../examples/Cargo.toml"));
    let examples: Vec<_> = manifest.split("[[example]]\n").skip(1).collect();
    let value = |example: &str, key: &str| -> String {
        let line = example.lines().find_map(|line| line.strip_prefix(key));
        line.expect("it has both").trim_matches(['"', ' ', '=']).to_owned()
    };
    for example in &examples {
        let (name, path) = (value(example, "name"), value(example, "path"));
        assert!(summary.contains(&format!("(examples/{name}.md)")), "{name}");
        let page = read(&format!("src/examples/{name}.md"));
        for include in page.split("{{#include ../../").skip(1) {
            assert!(
                !read(include.split("}}").next().expect("an include ends"))
                    .is_empty()
            );
        }
        assert!(
            page.contains(&format!("examples/{path}}}}}")),
            "{name} shows another"
        );
        assert!(read("src/examples.md").contains(&format!("(examples/{name}.md)")));
    }
    assert_eq!(summary.matches("(examples/").count(), examples.len());
}

#[test]
fn every_part_that_a_chapter_shows_is_in_its_program() {
    for name in names("recipes") {
        let (chapter, program) = (
            read(&format!("src/recipes/{name}.md")),
            read(&format!("recipes/{name}.rs")),
        );
        let mut shown = 0;
        for include in chapter.split("{{#include ").skip(1) {
            let include = include.split("}}").next().expect("an include ends");
            if let Some(file) = include.strip_prefix("../../deploy/") {
                assert!(!read(&format!("deploy/{file}")).is_empty());
                continue;
            }
            let anchor = include
                .strip_prefix(&format!("../../recipes/{name}.rs:"))
                .unwrap_or_else(|| panic!("{name}: {include}"));
            assert!(
                program.contains(&format!("// ANCHOR: {anchor}\n")),
                "{name}: {anchor}"
            );
            assert!(
                program.contains(&format!("// ANCHOR_END: {anchor}\n")),
                "{name}: {anchor}"
            );
            shown += 1;
        }
        let parts = program.matches("// ANCHOR: ").count();
        assert_eq!(shown, parts, "{name}: the chapter shows each part once");
        assert!(
            program.contains("// ANCHOR: test\n"),
            "{name} shows its test"
        );
    }
}

#[test]
fn every_recipe_lists_the_crates_that_its_program_names() {
    let manifest = read("Cargo.toml");
    let crates: Vec<_> =
        names_in(manifest.split("[dev-dependencies]\n").nth(1).expect("it has some"));
    for name in names("recipes") {
        let chapter = read(&format!("src/recipes/{name}.md"));
        let blocks = chapter.split("```toml\n").skip(1);
        let listed: Vec<_> = blocks
            .flat_map(|block| {
                names_in(block.split("```").next().expect("a block ends"))
            })
            .collect();
        for listed in &listed {
            assert!(
                crates.contains(listed),
                "{name}: {listed} is no dependency of the book"
            );
        }
        let program = read(&format!("recipes/{name}.rs"));
        for named in &crates {
            let path = format!("{}::", named.replace('-', "_"));
            assert!(
                !names_crate(&program, &path) || listed.contains(named),
                "{name} does not list {named}"
            );
        }
    }
}

/// Does a path of the program begin so? `http::` does not stand in `tower_http::`, nor `tower_http::` in `plywood::tower_http::`.
fn names_crate(program: &str, path: &str) -> bool {
    program.match_indices(path).any(|(at, _)| {
        !program[..at]
            .ends_with(|c: char| c == '_' || c == ':' || c.is_alphanumeric())
    })
}

/// The names before the equals signs of a piece of a manifest, up to the next table that lists no dependencies.
fn names_in(dependencies: &str) -> Vec<&str> {
    dependencies
        .lines()
        .take_while(|line| !line.starts_with("[lints"))
        .filter_map(|line| line.split_once('='))
        .map(|(name, _)| name.trim().trim_end_matches(".workspace"))
        .collect()
}

#[test]
fn every_file_for_deploying_is_shown() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy");
    let chapters: String = names("recipes")
        .iter()
        .map(|name| read(&format!("src/recipes/{name}.md")))
        .collect();
    for file in fs::read_dir(folder).expect("the folder is there") {
        let file = file.expect("it can be listed").file_name();
        let file = file.to_str().expect("its name is text");
        assert!(
            chapters.contains(&format!("{{{{#include ../../deploy/{file}}}}}")),
            "no chapter shows deploy/{file}"
        );
    }
}

#[test]
fn the_house_has_a_room_for_every_crate() {
    let (picture, chapter) = (read("src/house.svg"), read("src/house.md"));
    let words: Vec<_> = picture
        .split(['>', '<', ' ', ';'])
        .map(|word| word.trim_end_matches("&#160"))
        .collect();
    for name in names("../crates") {
        assert!(words.contains(&&*name), "the picture lacks {name}");
        assert!(
            chapter.contains(&format!("`{name}`")),
            "the chapter lacks {name}"
        );
    }
}
