//! For each crate a program that does the crate's job: without axum, and with it.

use std::{fs, path::Path};

use crate::{Result, crates::key};

/// What stands around a crate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Around {
    /// Nothing but tower.
    Tower,
    Axum,
}

impl Around {
    pub(crate) const ALL: [Self; 2] = [Self::Tower, Self::Axum];

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Tower => "alone",
            Self::Axum => "axum",
        }
    }
}

/// What programs use beside the crates of the house, with the features that they need.
const OTHERS: [(&str, &[&str]); 8] = [
    ("axum", &[]),
    ("bytes", &[]),
    ("http", &[]),
    ("http-body-util", &[]),
    ("serde_json", &[]),
    ("tempfile", &[]),
    ("tokio", &["macros", "rt"]),
    ("tower", &["util"]),
];

/// What a program needs beside, by a path in it.
const BESIDE: [(&str, &str, &str); 1] = [("tower", "limit::", "limit")];

/// What programs switch on: the crate, whose macros come through another one.
const SWITCHED: [(&str, &str, &str); 1] = [("dispatch-macros", "plywood-dispatch", "macros")];

/// The program of the crate in a folder: that of its README, unless it has one of its own here.
pub(crate) fn source(root: &Path, folder: &str, around: Around) -> Result<String> {
    let own = own(root, folder, around);
    if around == Around::Axum || own.exists() {
        return Ok(fs::read_to_string(&own).map_err(|error| format!("{}: {error}", own.display()))?);
    }
    let readme = fs::read_to_string(root.join("crates").join(folder).join("README.md"))?;
    let program = of_readme(&readme).ok_or_else(|| {
        format!(
            "crates/{folder}/README.md has no program with a `main`: write {}",
            own.display()
        )
    })?;
    Ok(program.to_owned())
}

fn own(root: &Path, folder: &str, around: Around) -> std::path::PathBuf {
    root.join("xtask/programs")
        .join(around.as_str())
        .join(format!("{folder}.rs"))
}

/// The first program of a README that is a whole one, and runs by itself.
fn of_readme(readme: &str) -> Option<&str> {
    let (_, block) = readme.split_once("\n```rust\n")?;
    let (program, _) = block.split_once("\n```")?;
    program.contains("fn main()").then_some(program)
}

/// The lines of a manifest for what a program names, and for its crate, apart: those of the house, and others'.
#[derive(Debug)]
pub(crate) struct Dependencies {
    pub(crate) ours: Vec<String>,
    pub(crate) others: Vec<String>,
}

impl Dependencies {
    /// What the program names, in the versions that the workspace asks for.
    pub(crate) fn of(root: &Path, folder: &str, program: &str) -> Result<Self> {
        let workspace = fs::read_to_string(root.join("Cargo.toml"))?;
        let (mut ours, mut others) = (Vec::new(), Vec::new());
        let lines = crate::crates::section(&workspace, "workspace.dependencies");
        for line in lines.filter(|line| !line.starts_with('#')) {
            let Some(name) = key(line).filter(|name| names(program, name)) else {
                continue;
            };
            if let Some((_, path)) = line.split_once("path = \"") {
                let path = root.join(path.split('"').next().unwrap_or_default());
                let path = path.display();
                ours.push(format!(
                    "{name} = {{ path = \"{path}\"{} }}",
                    switched(folder, name)
                ));
            } else {
                let known = OTHERS.iter().find(|(known, _)| *known == name);
                let (_, features) = known.ok_or_else(|| {
                    format!("{folder}: {name} is not among those that programs use")
                })?;
                let beside = BESIDE
                    .iter()
                    .filter(|(of, path, _)| *of == name && program.contains(path));
                let beside = beside.map(|(.., feature)| *feature);
                let features: Vec<_> = features.iter().copied().chain(beside).collect();
                let version = line.split('"').nth(1).unwrap_or("*");
                others.push(format!(
                    "{name} = {{ version = {version:?}, features = {features:?} }}"
                ));
            }
        }
        Ok(Self { ours, others })
    }
}

/// What the crate in a folder switches on in a package, as the manifest has it.
fn switched(folder: &str, package: &str) -> String {
    let mut all = SWITCHED.iter();
    let on = all.find(|(of, at, _)| (*of, *at) == (folder, package));
    on.map_or(String::new(), |(.., feature)| {
        format!(", features = [{feature:?}]")
    })
}

/// Does the program name this package? `http::` does not stand in `tower_http::`.
fn names(program: &str, package: &str) -> bool {
    let path = format!("{}::", package.replace('-', "_"));
    program.match_indices(&path).any(|(at, _)| {
        !program[..at].ends_with(|c: char| c == '_' || c == ':' || c.is_alphanumeric())
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::crates;

    #[test]
    fn each_crate_has_both_programs_and_they_name_it() {
        let root = crates::root();
        for member in crates::all(&root).unwrap() {
            for around in Around::ALL {
                let program = source(&root, &member.folder, around).unwrap();
                let dependencies = Dependencies::of(&root, &member.folder, &program).unwrap();
                let package = member
                    .package
                    .strip_suffix("-macros")
                    .unwrap_or(&member.package);
                let line = format!("{package} = ");
                assert!(
                    dependencies.ours.iter().any(|ours| ours.starts_with(&line)),
                    "{member:?}, {around:?}"
                );
                let has_axum = dependencies
                    .others
                    .iter()
                    .any(|other| other.starts_with("axum = "));
                assert_eq!(has_axum, around == Around::Axum, "{member:?}");
            }
        }
    }

    #[test]
    fn no_program_is_here_that_nobody_needs() {
        let root = crates::root();
        let folders: BTreeSet<_> = crates::all(&root)
            .unwrap()
            .into_iter()
            .map(|member| member.folder)
            .collect();
        for around in Around::ALL {
            for entry in fs::read_dir(root.join("xtask/programs").join(around.as_str())).unwrap() {
                let path = entry.unwrap().path();
                let folder = path.file_stem().unwrap().to_str().unwrap();
                assert!(folders.contains(folder), "{}", path.display());
                let readme = root.join("crates").join(folder).join("README.md");
                let readme = fs::read_to_string(readme).unwrap();
                assert!(
                    around == Around::Axum || of_readme(&readme).is_none(),
                    "{folder}: its README has one"
                );
            }
        }
    }

    #[test]
    fn a_program_names_a_package_by_a_path_of_its_own() {
        assert!(names("use http::Request;", "http"));
        assert!(names("use http_body_util::BodyExt;", "http-body-util"));
        assert!(!names("use axum::http::Request;", "http"));
        assert!(!names("use tower_http::cors;", "http"));
    }
}
