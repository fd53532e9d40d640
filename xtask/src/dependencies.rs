//! What each crate brings along, as a chapter of the book.

use std::{collections::BTreeSet, fmt::Write, fs, path::Path, process::Command};

use crate::{
    Result,
    crates::{self, Crate},
};

const CHAPTER: &str = "book/src/dependencies.md";

/// Whoever has a tower service over HTTP has these.
const GROUND: [&str; 9] = [
    "bytes",
    "futures-core",
    "http",
    "http-body",
    "http-body-util",
    "itoa",
    "pin-project-lite",
    "tower-layer",
    "tower-service",
];

/// Up to so many are named.
const NAMED: usize = 16;

/// Packages by their names and versions.
pub(crate) type Packages = BTreeSet<String>;

pub(crate) fn run(root: &Path) -> Result {
    fs::write(root.join(CHAPTER), chapter(root)?)?;
    println!("{CHAPTER} is written");
    Ok(())
}

/// Which features of a crate are on.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Features<'a> {
    None,
    Default,
    One(&'a str),
}

/// What a crate brings along on Linux, to run and to be built: all that stands below it.
pub(crate) fn below(root: &Path, member: &Crate, features: Features) -> Result<Packages> {
    let mut command = Command::new(env!("CARGO"));
    command
        .current_dir(root)
        .args(["tree", "--package", &member.package]);
    match features {
        Features::None => command.arg("--no-default-features"),
        Features::Default => &mut command,
        Features::One(feature) => command.args(["--no-default-features", "--features", feature]),
    };
    let mut packages = tree(&mut command)?;
    packages.retain(|package| name(package) != member.package);
    Ok(packages)
}

/// The packages that `cargo tree` finds.
pub(crate) fn tree(command: &mut Command) -> Result<Packages> {
    command.args([
        "--offline",
        "--edges",
        "normal,build",
        "--target",
        "x86_64-unknown-linux-gnu",
    ]);
    let lines = crates::output(command.args(["--prefix", "none"]))?;
    let package = |line: &str| {
        let mut words = line.split(' ');
        Some(format!("{} {}", words.next()?, words.next()?))
    };
    Ok(lines.lines().filter_map(package).collect())
}

fn name(package: &str) -> &str {
    package.split(' ').next().expect("a split has a first part")
}

fn is_ours(package: &str) -> bool {
    name(package).starts_with("plywood")
}

/// What is not ours, and not on the ground.
fn others(packages: &Packages) -> Packages {
    let is_other = |package: &&String| !is_ours(package) && !GROUND.contains(&name(package));
    packages.iter().filter(is_other).cloned().collect()
}

/// The packages of a new program that has axum, by the versions of this workspace.
fn axum(root: &Path) -> Result<Packages> {
    let folder = tempfile::tempdir()?;
    let manifest = "[package]\nname = \"axum-alone\"\nedition = \"2024\"\n\n[dependencies]\naxum = \"0.8\"\n\
        tokio = { version = \"1\", features = [\"macros\", \"rt-multi-thread\"] }\n";
    fs::write(folder.path().join("Cargo.toml"), manifest)?;
    fs::create_dir(folder.path().join("src"))?;
    fs::write(folder.path().join("src/main.rs"), "fn main() {}\n")?;
    fs::copy(root.join("Cargo.lock"), folder.path().join("Cargo.lock"))?;
    tree(Command::new(env!("CARGO")).current_dir(&folder).arg("tree"))
}

fn chapter(root: &Path) -> Result<String> {
    let crates = crates::all(root)?;
    let axum = axum(root)?;
    let mut text = INTRODUCTION.to_owned();
    let mut row = |first: String, packages: &Packages| -> Result {
        let ours: Vec<_> = packages.iter().filter(|package| is_ours(package)).collect();
        let others = others(packages);
        let beside = others.difference(&axum).count();
        let c = if others.iter().any(|package| name(package) == "cc") {
            " C"
        } else {
            ""
        };
        writeln!(
            text,
            "| {first} | {} | {}{c} | {beside} | {} |",
            ours.len(),
            others.len(),
            list(&others)
        )?;
        Ok(())
    };
    for member in &crates {
        let none = below(root, member, Features::None)?;
        let first = format!("[`{0}`](https://docs.rs/{0})", member.package);
        if member.has_default {
            row(first, &below(root, member, Features::Default)?)?;
            row("- without default features".to_owned(), &none)?;
        } else {
            row(first, &none)?;
        }
        for feature in &member.features {
            let more = &below(root, member, Features::One(feature))? - &none;
            if member.package != "plywood" {
                row(format!("- `{feature}`: more"), &more)?;
            }
        }
    }
    Ok(text)
}

/// Their names, or how many there are.
fn list(packages: &Packages) -> String {
    let names: BTreeSet<_> = packages.iter().map(|package| name(package)).collect();
    let names: Vec<_> = names.into_iter().collect();
    match names.len() {
        0 => "-".to_owned(),
        1..=NAMED => names.join(", "),
        many => format!(
            "{}, and {} more",
            names[..NAMED - 1].join(", "),
            many - NAMED + 1
        ),
    }
}

const INTRODUCTION: &str = "\
# What a crate brings along

Whoever takes one crate does not pay for another. This is what each one adds to a program, on Linux, with all that stands below it and all that is needed to
build it. It is written by `cargo xtask dependencies`, and a test fails when it is no longer so.

- *ours* are crates of Plywood: the words that layers share, and pure readers of header fields. They are small, and the same for all.
- *others* are everybody else's, beyond what any HTTP service over tower has: `bytes`, `futures-core`, `http`, `http-body`, `http-body-util`, `itoa`,
  `pin-project-lite`, `tower-layer`, `tower-service`. *C* wants a C compiler.
- *with axum* are those of them that a program with axum 0.8 and tokio does not have already.

A feature's row is what it adds. The facade's features add what the crates' do.

| crate | ours | others | with axum | which |
|---|---|---|---|---|
";

#[cfg(test)]
mod tests {
    use super::*;

    /// What costs much to build, and by which crates alone it comes without being asked for.
    const DEAR: &[(&str, &[&str])] = &[
        ("argon2", &[]),
        ("backtrace", &["plywood-debug"]),
        ("bcrypt", &[]),
        ("brotli", &[]),
        ("cap-std", &["plywood-static"]),
        ("cc", &["plywood-error-mail", "plywood-session-sqlite"]),
        ("flate2", &["plywood-compression"]),
        ("html5gum", &["plywood-test"]),
        ("hyper", &["plywood-serve"]),
        ("jiff", &["plywood-access-log", "plywood-error"]),
        ("lettre", &["plywood-error-mail"]),
        ("libdeflater", &[]),
        ("metrics", &[]),
        ("redis", &["plywood-session-redis"]),
        ("regex", &[]),
        ("ring", &["plywood-error-mail"]),
        ("rusqlite", &["plywood-session-sqlite"]),
        ("rust-embed", &[]),
        ("rustls", &["plywood-error-mail"]),
        ("scrypt", &[]),
        ("sha-crypt", &[]),
        (
            "syn",
            &["plywood-dispatch-macros", "plywood-publish-macros"],
        ),
        ("tempfile", &["plywood-mount"]),
        ("tokio-postgres", &["plywood-session-postgres"]),
        ("tower-http", &[]),
        ("tracing-subscriber", &[]),
        ("x509-parser", &[]),
        ("zstd", &[]),
    ];

    #[test]
    fn the_chapter_of_the_book_is_not_stale() {
        let root = crates::root();
        let written = fs::read_to_string(root.join(CHAPTER)).unwrap_or_default();
        assert!(
            written == chapter(&root).unwrap(),
            "{CHAPTER} is stale; look whether the difference is wanted after `cargo xtask dependencies`"
        );
    }

    #[test]
    fn what_is_dear_comes_to_those_alone_who_ask_for_it() {
        let root = crates::root();
        for member in crates::all(&root).unwrap() {
            if member.package == "plywood" {
                continue;
            }
            let packages = below(&root, &member, Features::Default).unwrap();
            let ours = packages.iter().map(|package| name(package));
            let mut reached: Vec<_> = ours.filter(|name| name.starts_with("plywood")).collect();
            reached.push(&member.package);
            for (dear, bringers) in DEAR {
                let brings = packages.iter().any(|package| name(package) == *dear);
                let may = bringers.iter().any(|bringer| reached.contains(bringer));
                assert_eq!(brings, may, "{} and {dear}", member.package);
            }
        }
    }

    #[test]
    fn a_long_list_ends_with_a_number() {
        let packages = |count: usize| (10..10 + count).map(|at| format!("p{at} v1")).collect();
        assert_eq!(list(&packages(0)), "-");
        assert_eq!(list(&packages(2)), "p10, p11");
        assert!(list(&packages(16)).ends_with("p24, p25"));
        assert!(list(&packages(17)).ends_with("p24, and 2 more"));
    }
}
