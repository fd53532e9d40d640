//! What is in the packages that are published.

use std::{fs, path::Path, process::Command};

use crate::crates::{self, Crate, key, section};

fn manifest(path: &str) -> String {
    let path = crates::root().join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn is_source(file: &str) -> bool {
    Path::new(file).extension() == Some("rs".as_ref())
}

fn all() -> Vec<Crate> {
    crates::all(&crates::root()).unwrap()
}

#[test]
fn each_crate_says_what_a_registry_asks_for() {
    for member in all() {
        let manifest = manifest(&format!("crates/{}/Cargo.toml", member.folder));
        let package: Vec<_> = section(&manifest, "package").collect();
        for said in [
            "categories",
            "description",
            "edition",
            "keywords",
            "license",
            "name",
            "readme",
            "repository",
            "rust-version",
            "version",
        ] {
            let lines = package.iter().filter(|line| key(line) == Some(said));
            assert_eq!(lines.count(), 1, "{}: {said}", member.package);
        }
        let words = |name: &str| {
            let line = package.iter().find(|line| key(line) == Some(name)).unwrap();
            line.split('"')
                .skip(1)
                .step_by(2)
                .map(str::to_owned)
                .collect::<Vec<_>>()
        };
        let keywords = words("keywords");
        assert!(
            keywords.len() <= 5 && keywords.iter().all(|word| word.len() <= 20),
            "{keywords:?}"
        );
        let [description] = &*words("description") else {
            panic!("{}", member.package)
        };
        assert!(
            description.len() < 200 && !description.ends_with('.'),
            "{description}"
        );
        let docs: Vec<_> = section(&manifest, "package.metadata.docs.rs").collect();
        assert_eq!(
            docs[..2],
            [
                "all-features = true",
                "rustdoc-args = [\"--cfg\", \"docsrs\"]"
            ]
        );
        let library = self::manifest(&format!("crates/{}/src/lib.rs", member.folder));
        let labels = library.contains("\n#![cfg_attr(docsrs, feature(doc_cfg))]\n");
        assert_eq!(
            labels,
            member.has_default || !member.features.is_empty(),
            "{}",
            member.package
        );
    }
}

#[test]
fn what_is_no_crate_of_the_house_is_not_published() {
    let workspace = manifest("Cargo.toml");
    let members = section(&workspace, "workspace").find(|line| line.starts_with("members = "));
    let members = members.unwrap().split('"').skip(1).step_by(2);
    let others: Vec<_> = members.filter(|member| *member != "crates/*").collect();
    assert!(others.len() > 3, "{others:?}");
    for other in others.into_iter().chain(["fuzz"]) {
        let manifest = manifest(&format!("{other}/Cargo.toml"));
        assert!(
            section(&manifest, "package").any(|line| line == "publish = false"),
            "{other}"
        );
    }
}

#[test]
fn a_package_has_its_licences_and_reads_nothing_outside_of_itself() {
    let root = crates::root();
    for member in all() {
        let mut cargo = Command::new(env!("CARGO"));
        cargo.current_dir(&root).args([
            "package",
            "--list",
            "--allow-dirty",
            "--offline",
            "--package",
            &member.package,
        ]);
        let files = crates::output(&mut cargo).unwrap();
        let files: Vec<_> = files.lines().collect();
        for file in [
            "Cargo.toml",
            "LICENSE-APACHE",
            "LICENSE-MIT",
            "README.md",
            "src/lib.rs",
        ] {
            assert!(files.contains(&file), "{} lacks {file}", member.package);
        }
        let folder = root.join("crates").join(&member.folder);
        for file in files.iter().filter(|file| is_source(file)) {
            let text = fs::read_to_string(folder.join(file)).unwrap();
            let above = "../".repeat(file.matches('/').count() + 1);
            for reads in ["include!(\"", "include_bytes!(\"", "include_str!(\""] {
                assert!(
                    !text.contains(&format!("{reads}{above}")),
                    "{}: {file}",
                    member.package
                );
            }
            // What is joined to the package's folder.
            assert!(!text.contains(".join(\"../"), "{}: {file}", member.package);
        }
        let license = fs::read_to_string(folder.join("LICENSE-MIT")).unwrap();
        assert_eq!(license, manifest("LICENSE-MIT"));
    }
}

#[test]
fn a_readme_reads_on_its_own() {
    for member in all() {
        let package = &member.package;
        let readme = manifest(&format!("crates/{}/README.md", member.folder));
        assert!(readme.starts_with(&format!("# {package}\n\n")), "{package}");
        assert!(
            readme.contains("(https://github.com/plywood-rs/plywood)")
                && readme.contains(&format!("(https://docs.rs/{package})")),
            "{package}"
        );
        for link in readme.split("](").skip(1) {
            assert!(
                link.starts_with("https://"),
                "{package}: {}",
                link.lines().next().unwrap()
            );
        }
        // A page of a registry shows the lines that rustdoc hides.
        let hidden = readme
            .lines()
            .skip(1)
            .find(|line| *line == "#" || line.starts_with("# "));
        assert_eq!(hidden, None, "{package}");
    }
}
