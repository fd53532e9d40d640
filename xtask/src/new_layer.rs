//! Writes a crate that looks like its siblings.

use std::{fs, os::unix::fs::symlink, path::Path, process::Command};

use crate::{Result, crates};

/// The files of the crate, with the word `template` where its name stands.
const FILES: [(&str, &str); 7] = [
    ("Cargo.toml", include_str!("../template/manifest.toml")),
    ("README.md", include_str!("../template/README.md")),
    ("src/lib.rs", include_str!("../template/src/lib.rs")),
    ("src/field.rs", include_str!("../template/src/field.rs")),
    ("src/layer.rs", include_str!("../template/src/layer.rs")),
    ("src/service.rs", include_str!("../template/src/service.rs")),
    (
        "tests/template.rs",
        include_str!("../template/tests/template.rs"),
    ),
];

const PROGRAM: &str = include_str!("../template/program.rs");

const HOUSE: &str = "integration-tests/tests/house.rs";

/// crates.io takes no longer keyword, and the name is one.
const LONGEST: usize = 20;

pub(crate) fn run(root: &Path, name: &str) -> Result {
    write(root, name)?;
    print!("{}", NEXT.replace("NAME", name));
    Ok(())
}

const NEXT: &str = "\
crates/NAME is written: an editor that sets a field. The workspace and the house know it. What comes next:

  crates/NAME/src/field.rs          what your layer decides: pure functions, named after their subject, with their tests
  crates/NAME/src/layer.rs          its options, each with its default and the reason for it
  crates/NAME/src/service.rs        what it does; the other kinds of layers are in the documentation of plywood-core
  crates/NAME/src/lib.rs            its sentence, its example, its headings; and README.md and Cargo.toml say the same
  crates/NAME/tests/NAME.rs         what it promises, between two lints
  xtask/programs/axum/NAME.rs       its job around an axum router; try it with `cargo xtask pick-and-mix NAME`
  book/src/dependencies.md          `cargo xtask dependencies`
  crates/plywood                    the facade: its Cargo.toml, lib.rs, prelude.rs
  README.md, CHANGELOG.md, book/    its row, its line, a recipe, its limits

Then `./test fast`.
";

fn write(root: &Path, name: &str) -> Result {
    check(name)?;
    let folder = root.join("crates").join(name);
    if folder.exists() {
        return Err(format!("there is a crates/{name} already").into());
    }
    // What could fail comes first, so that nothing is left half done.
    let manifest = with_dependency(&fs::read_to_string(root.join("Cargo.toml"))?, name)?;
    let house = with_floor(&fs::read_to_string(root.join(HOUSE))?, name)?;
    fs::create_dir_all(folder.join("src"))?;
    fs::create_dir(folder.join("tests"))?;
    for (path, text) in FILES {
        fs::write(folder.join(named(path, name)), named(text, name))?;
    }
    for license in ["LICENSE-APACHE", "LICENSE-MIT"] {
        symlink(Path::new("../..").join(license), folder.join(license))?;
    }
    let program = root.join("xtask/programs/axum").join(format!("{name}.rs"));
    fs::write(program, named(PROGRAM, name))?;
    fs::write(root.join("Cargo.toml"), manifest)?;
    fs::write(root.join(HOUSE), house)?;
    // A longer or a shorter name changes where lines break.
    let mut format = Command::new(env!("CARGO"));
    format
        .current_dir(root)
        .args(["fmt", "--package", &format!("plywood-{name}")]);
    crates::output(&mut format)?;
    Ok(())
}

/// Words in small letters with single hyphens between them.
fn check(name: &str) -> Result {
    let is_word = |word: &str| !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase());
    if !name.split('-').all(is_word) || name.len() > LONGEST {
        return Err(format!("{name:?} is no name: words in small letters with hyphens between them, up to {LONGEST} characters").into());
    }
    if name.starts_with("plywood") {
        return Err(format!(
            "{name:?} is no name: without the \"plywood\", which the package gets"
        )
        .into());
    }
    Ok(())
}

/// The text with the crate's name in it, in each of its spellings.
fn named(text: &str, name: &str) -> String {
    let capital = |word: &str| word[..1].to_ascii_uppercase() + &word[1..];
    let words: Vec<_> = name.split('-').map(capital).collect();
    text.replace(
        "plywood_template",
        &format!("plywood_{}", name.replace('-', "_")),
    )
    .replace("X-Template", &format!("X-{}", words.join("-")))
    .replace("Template", &words.concat())
    .replace("template", name)
}

/// The workspace's manifest with the crate among its siblings.
fn with_dependency(manifest: &str, name: &str) -> Result<String> {
    let line = format!("plywood-{name} = {{ version = \"0.1.0\", path = \"crates/{name}\" }}\n");
    let is_sibling = |line: &str| line.starts_with("plywood-");
    insert(manifest, "[workspace.dependencies]\n", is_sibling, &line)
        .ok_or_else(|| "Cargo.toml lists no siblings".into())
}

/// The test of the house with the crate on the second floor.
fn with_floor(house: &str, name: &str) -> Result<String> {
    let is_name = |line: &str| line.starts_with("        \"");
    insert(
        house,
        "    // The second:",
        is_name,
        &format!("        \"{name}\",\n"),
    )
    .ok_or_else(|| format!("{HOUSE} has no second floor").into())
}

/// Puts a line among its like, in their order, in the first run of them after a mark.
fn insert(text: &str, mark: &str, is_like: impl Fn(&str) -> bool, line: &str) -> Option<String> {
    let mut at = text.find(mark)?;
    let mut place = None;
    for other in text[at..].split_inclusive('\n') {
        match (is_like(other), place) {
            (true, _) if other > line => {
                place = Some(at);
                break;
            }
            (true, _) => place = Some(at + other.len()),
            (false, Some(_)) => break,
            (false, None) => {}
        }
        at += other.len();
    }
    let (before, after) = text.split_at(place?);
    Some([before, line, after].concat())
}

#[cfg(test)]
mod tests;
