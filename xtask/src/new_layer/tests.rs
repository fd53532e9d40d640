use std::{ffi::OsStr, io};

use super::*;

/// Whatever is made, and not written.
const MADE: [&str; 6] = [
    "target",
    "node_modules",
    "environment",
    "html",
    "corpus",
    ".git",
];

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        if MADE
            .iter()
            .any(|made| entry.file_name() == OsStr::new(made))
        {
            continue;
        }
        let to = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &to)?;
        } else if entry.file_type()?.is_file() {
            fs::copy(entry.path(), to)?;
        }
    }
    Ok(())
}

#[test]
fn a_new_layer_is_formatted_has_no_warning_and_passes_its_tests() {
    let root = crates::root();
    let house = tempfile::tempdir().unwrap();
    copy(&root, house.path()).unwrap();
    write(house.path(), "brand-new").unwrap();
    let cargo = |words: &[&str]| {
        let mut cargo = Command::new(env!("CARGO"));
        cargo
            .current_dir(&house)
            .args(words)
            .args(["--package", "plywood-brand-new"]);
        // Beside the workspace's own, which whoever runs this test may hold.
        cargo.env("CARGO_TARGET_DIR", root.join("target/new-layer"));
        cargo
            .env("CARGO_INCREMENTAL", "0")
            .env("CARGO_PROFILE_DEV_DEBUG", "0");
        crates::output(&mut cargo).unwrap()
    };
    cargo(&["fmt", "--check"]);
    let tested = cargo(&["test", "--offline"]);
    assert_eq!(tested.matches("test result: ok.").count(), 3, "{tested}");
    assert!(!tested.contains("ok. 0 passed"), "{tested}");
    let lints = ["--", "-D", "warnings"];
    let mut clippy = Command::new(env!("CARGO"));
    clippy.current_dir(&house).args([
        "clippy",
        "--offline",
        "--all-targets",
        "--package",
        "plywood-brand-new",
    ]);
    clippy
        .args(lints)
        .env("CARGO_TARGET_DIR", root.join("target/new-layer"));
    clippy
        .env("CARGO_INCREMENTAL", "0")
        .env("CARGO_PROFILE_DEV_DEBUG", "0");
    crates::output(&mut clippy).unwrap();
}

#[test]
fn it_stands_among_its_siblings() {
    let root = crates::root();
    let manifest = fs::read_to_string(root.join("Cargo.toml")).unwrap();
    let house = fs::read_to_string(root.join(HOUSE)).unwrap();
    for (name, before, after) in [
        ("aaa", "", "access-log"),
        ("cspx", "csp", "csrf"),
        ("zzz", "when", ""),
    ] {
        let manifest = with_dependency(&manifest, name).unwrap();
        let lines: Vec<_> = manifest.lines().collect();
        let at = lines
            .iter()
            .position(|line| line.starts_with(&format!("plywood-{name} =")))
            .unwrap();
        let neighbour = |at: usize, name: &str| lines[at].starts_with(&format!("plywood-{name} ="));
        assert!(
            before.is_empty() || neighbour(at - 1, before),
            "{}",
            lines[at - 1]
        );
        assert!(
            after.is_empty() || neighbour(at + 1, after),
            "{}",
            lines[at + 1]
        );
        let house = with_floor(&house, name).unwrap();
        let (_, second) = house.split_once("// The second:").unwrap();
        let (second, _) = second.split_once("],").unwrap();
        assert!(second.contains(&format!("\"{name}\",\n")), "{second}");
    }
}

#[test]
fn the_name_has_each_of_its_spellings() {
    let text = named(
        "plywood_template plywood-template TemplateLayer X-Template x-template",
        "two-words",
    );
    assert_eq!(
        text,
        "plywood_two_words plywood-two-words TwoWordsLayer X-Two-Words x-two-words"
    );
}

#[test]
fn what_is_no_name_is_refused_before_anything_is_written() {
    let root = crates::root();
    for name in [
        "",
        "Cors",
        "two_words",
        "-x",
        "x--y",
        "plywood-x",
        "csp",
        "a/b",
        "../x",
        "a-name-that-is-much-too-long",
    ] {
        assert!(write(&root, name).is_err(), "{name}");
    }
}
