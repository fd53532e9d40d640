//! The architecture: arrows point down, never sideways. And the papers: each crate stands in all of them.

#![expect(clippy::unwrap_used, reason = "a test may")]

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;

/// The floors of the house, lowest first. A crate may depend on the floors below its own.
const FLOORS: [&[&str]; 4] = [
    // The first floor: words and tools.
    &[
        "core",
        "dispatch-macros",
        "error",
        "header",
        "publish-macros",
        "rule",
        "session-core",
    ],
    // The second: layers, services, gateways, back ends.
    &[
        "access-log",
        "auth",
        "compression",
        "csp",
        "csrf",
        "debug",
        "dispatch",
        "error-mail",
        "error-pages",
        "error-webhook",
        "lint",
        "mount",
        "publish",
        "serve",
        "session",
        "session-postgres",
        "session-redis",
        "session-sqlite",
        "static",
        "test",
        "when",
    ],
    // The third: the facade.
    &["plywood"],
    // The roof.
    &[
        "examples",
        "integration-tests",
        "benches",
        "figures",
        "book",
        "xtask",
    ],
];

/// These stand below the other words of their floor, which may use them: core, the header fields, which an error may set, and the syntax of
/// rules, which a macro reads, too.
const CORE: [&str; 3] = ["core", "header", "rule"];

/// What the tests of the second floor may also use.
const PROOF: [&str; 2] = ["lint", "test"];

/// The one arrow within the second floor. Both are tools of tests and stand in no stack: the client puts the lint between itself and the
/// service, so that no test has to.
const BESIDE: (&str, &str) = ("test", "lint");

struct Arrow {
    from: String,
    to: String,
    dev: bool,
    features: Vec<String>,
}

fn arrows() -> Vec<Arrow> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--format-version=1", "--offline"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let mut arrows = Vec::new();
    for package in metadata["packages"].as_array().unwrap() {
        for dependency in package["dependencies"].as_array().unwrap() {
            arrows.push(Arrow {
                from: short(package["name"].as_str().unwrap()).to_owned(),
                to: short(dependency["name"].as_str().unwrap()).to_owned(),
                dev: dependency["kind"] == "dev",
                features: serde_json::from_value(dependency["features"].clone()).unwrap(),
            });
        }
    }
    arrows
}

fn short(package: &str) -> &str {
    package.strip_prefix("plywood-").unwrap_or(package)
}

fn floor(short: &str) -> Option<usize> {
    FLOORS.iter().position(|floor| floor.contains(&short))
}

#[test]
fn every_crate_has_its_place_in_the_house() {
    let mut strangers: Vec<_> = arrows()
        .into_iter()
        .map(|arrow| arrow.from)
        .filter(|from| floor(from).is_none())
        .collect();
    strangers.dedup();
    assert!(
        strangers.is_empty(),
        "give these a floor in this file: {strangers:?}"
    );
}

#[test]
fn arrows_point_down_and_never_sideways() {
    for Arrow { from, to, dev, .. } in arrows() {
        let (Some(high), Some(low)) = (floor(&from), floor(&to)) else {
            continue;
        };
        let allowed = low < high
            || (high == 0 && low == 0 && CORE.contains(&&*to))
            || (dev && high == 1 && PROOF.contains(&&*to))
            || (&*from, &*to) == BESIDE
            || high == FLOORS.len() - 1;
        assert!(
            allowed,
            "{from} must not depend on {to}: what one layer leaves for another is a type of the first floor"
        );
    }
}

#[test]
fn the_first_floor_has_no_layer_and_no_runtime_and_its_tools_do_not_know_tower() {
    for arrow in arrows() {
        if arrow.dev || floor(&arrow.from) != Some(0) {
            continue;
        }
        let Arrow {
            from, to, features, ..
        } = arrow;
        assert_ne!(to, "tower-layer", "{from} must hold no layer");
        assert!(
            to != "tokio" || features.iter().all(|feature| feature == "sync"),
            "{from} must not bring a runtime"
        );
        assert!(
            from != "header" || !to.starts_with("tower"),
            "the pure tools must not know tower"
        );
    }
}

#[test]
fn the_facade_has_no_http_logic_of_its_own() {
    let below: Vec<_> = arrows()
        .into_iter()
        .filter(|arrow| arrow.from == "plywood" && !arrow.dev && floor(&arrow.to).is_none())
        .map(|arrow| arrow.to)
        .collect();
    let arranging = [
        "http",
        "tower",
        "tower-http",
        "tower-layer",
        "tower-service",
        "tokio",
        "tracing",
    ];
    assert!(
        below.iter().all(|to| arranging.contains(&&**to)),
        "the third floor names and arranges: {below:?}"
    );
}

#[test]
fn no_layer_knows_a_framework() {
    for Arrow { from, to, dev, .. } in arrows() {
        let framework = ["axum", "warp", "tonic", "hyper"].contains(&&*to);
        assert!(
            dev || !framework || floor(&from) == Some(3) || from == "serve",
            "{from} must not depend on {to}"
        );
    }
}

fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap().to_owned()
}

fn paper(name: &str) -> String {
    fs::read_to_string(root().join(name)).unwrap()
}

/// The crates that are published.
fn crates() -> BTreeSet<String> {
    let entries = fs::read_dir(root().join("crates")).unwrap();
    entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect()
}

#[test]
fn every_crate_has_a_section_on_its_security() {
    let security = paper("SECURITY.md");
    let headings = security
        .lines()
        .filter_map(|line| line.strip_prefix("### "));
    let sections: BTreeSet<_> = headings
        .flat_map(|heading| heading.split(", "))
        .map(str::to_owned)
        .collect();
    assert_eq!(sections, crates());
}

#[test]
fn every_crate_stands_in_the_readme_and_in_the_changelog() {
    let (readme, changelog) = (paper("README.md"), paper("CHANGELOG.md"));
    for name in crates() {
        assert!(readme.contains(&format!("(crates/{name})")), "{name}");
        assert!(changelog.contains(&format!("**{name}**")), "{name}");
    }
}

/// The text of all tests of the crates, and of those that are here.
fn sources(folder: &Path, text: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, text);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            text.push_str(&fs::read_to_string(path).unwrap());
        }
    }
}

#[test]
fn what_is_promised_of_security_is_shown_by_tests_that_are_there() {
    let mut text = String::new();
    for folder in ["crates", "integration-tests/src", "integration-tests/tests"] {
        sources(&root().join(folder), &mut text);
    }
    let functions: BTreeSet<_> = text
        .split("fn ")
        .filter_map(|after| after.split(['(', '<']).next())
        .collect();
    let security = paper("SECURITY.md");
    // What stands between backticks: every second piece. Names of tests are sentences.
    let named = security.split('`').skip(1).step_by(2);
    let tests: BTreeSet<_> = named
        .filter(|name| {
            name.trim_matches('_').matches('_').count() > 1 && !name.contains(['/', '.', ':'])
        })
        .collect();
    assert!(tests.len() > 100, "{}", tests.len());
    let missing: Vec<_> = tests.difference(&functions).collect();
    assert!(missing.is_empty(), "{missing:?}");
}
