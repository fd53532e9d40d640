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

/// Up to so many are all named.
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

/// What stands below a package.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    pub(crate) all: Packages,
    /// What the package asks for itself.
    direct: Packages,
}

/// What a crate brings along on Linux, to run and to be built.
pub(crate) fn below(root: &Path, member: &Crate, features: Features) -> Result<Tree> {
    let mut command = Command::new(env!("CARGO"));
    command
        .current_dir(root)
        .args(["tree", "--package", &member.package]);
    match features {
        Features::None => command.arg("--no-default-features"),
        Features::Default => &mut command,
        Features::One(feature) => command.args(["--no-default-features", "--features", feature]),
    };
    tree(&mut command)
}

/// What `cargo tree` finds.
pub(crate) fn tree(command: &mut Command) -> Result<Tree> {
    command.args(["--offline", "--edges", "normal,build", "--prefix", "depth"]);
    let lines = crates::output(command.args(["--target", "x86_64-unknown-linux-gnu"]))?;
    let mut tree = Tree::default();
    for line in lines.lines() {
        let at = line.find(|c: char| !c.is_ascii_digit()).unwrap_or(0);
        let (depth, package) = line.split_at(at);
        let package: Vec<_> = package.split(' ').take(2).collect();
        match depth {
            "0" => {}
            "1" => {
                tree.all.insert(package.join(" "));
                tree.direct.insert(package.join(" "));
            }
            _ => {
                tree.all.insert(package.join(" "));
            }
        }
    }
    Ok(tree)
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
    let mut cargo = Command::new(env!("CARGO"));
    Ok(tree(cargo.current_dir(&folder).arg("tree"))?.all)
}

fn chapter(root: &Path) -> Result<String> {
    let crates = crates::all(root)?;
    let axum = axum(root)?;
    let mut text = INTRODUCTION.to_owned();
    let mut row = |first: &str, packages: &Packages, direct: &Packages| -> Result {
        let ours = packages.iter().filter(|package| is_ours(package)).count();
        let others = others(packages);
        let beside = others.difference(&axum).count();
        let has_c = others.iter().any(|package| name(package) == "cc");
        let (count, c) = (others.len(), if has_c { " C" } else { "" });
        let which = list(&others, direct);
        writeln!(
            text,
            "| {first} | {ours} | {count}{c} | {beside} | {which} |"
        )?;
        Ok(())
    };
    for member in &crates {
        let none = below(root, member, Features::None)?;
        let link = format!("[`{0}`](https://docs.rs/{0})", member.package);
        if member.has_default {
            let default = below(root, member, Features::Default)?;
            row(&link, &default.all, &default.direct)?;
            row("- without default features", &none.all, &none.direct)?;
        } else {
            row(&link, &none.all, &none.direct)?;
        }
        for feature in &member.features {
            if member.package != "plywood" {
                let with = below(root, member, Features::One(feature))?;
                row(
                    &format!("- `{feature}`: more"),
                    &(&with.all - &none.all),
                    &with.direct,
                )?;
            }
        }
    }
    Ok(text)
}

/// Their names; of many those alone on which the crate depends itself.
fn list(packages: &Packages, direct: &Packages) -> String {
    let names = |packages: &Packages| -> Vec<String> {
        let names: BTreeSet<_> = packages.iter().map(|package| name(package)).collect();
        names.into_iter().map(str::to_owned).collect()
    };
    match packages.len() {
        0 => "-".to_owned(),
        1..=NAMED => names(packages).join(", "),
        many => {
            let direct = packages & direct;
            format!(
                "{}, and {} below them",
                names(&direct).join(", "),
                many - direct.len()
            )
        }
    }
}

const INTRODUCTION: &str = "\
# What a crate brings along

If you use one crate, you do not pay for the others. This is what each one adds to a program on Linux, including everything below it and everything needed to
build it. The table is generated by `cargo xtask dependencies`, and a test fails if it is out of date.

- *ours* are Plywood crates: the types that layers share, and pure header parsers. They are small, and mostly the same for all.
- *others* come from elsewhere, beyond what any HTTP service on tower has anyway: `bytes`, `futures-core`, `http`, `http-body`, `http-body-util`, `itoa`,
  `pin-project-lite`, `tower-layer`, `tower-service`. *C* means that a C compiler is needed.
- *with axum* are those that a program with axum 0.8 and tokio does not have already.

The row of a feature shows what the feature adds. The facade's features add what those of the crates do.

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
            &[
                "plywood-dispatch-macros",
                "plywood-error-mail",
                "plywood-publish-macros",
                "plywood-serve",
                "plywood-session-postgres",
                "plywood-session-redis",
            ],
        ),
        ("tempfile", &["plywood-mount"]),
        ("tokio-postgres", &["plywood-session-postgres"]),
        ("tower-http", &["plywood"]),
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
        let mut wrong = Vec::new();
        for member in crates::all(&root).unwrap() {
            let packages = below(&root, &member, Features::Default).unwrap().all;
            let mut ours: Vec<_> = packages.iter().map(|package| name(package)).collect();
            ours.retain(|name| name.starts_with("plywood"));
            ours.push(&member.package);
            for (dear, bringers) in DEAR {
                let brings = packages.iter().any(|package| name(package) == *dear);
                let may = bringers.iter().any(|bringer| ours.contains(bringer));
                if brings != may {
                    let verb = if brings { "brings" } else { "no longer brings" };
                    wrong.push(format!("{} {verb} {dear}", member.package));
                }
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
    }

    #[test]
    fn of_a_long_list_the_direct_ones_are_named() {
        let packages = |count: usize| (10..10 + count).map(|at| format!("p{at} v1")).collect();
        let direct = packages(2);
        assert_eq!(list(&packages(0), &direct), "-");
        assert_eq!(list(&packages(3), &direct), "p10, p11, p12");
        assert!(list(&packages(16), &direct).ends_with("p24, p25"));
        assert_eq!(list(&packages(17), &direct), "p10, p11, and 15 below them");
    }
}
