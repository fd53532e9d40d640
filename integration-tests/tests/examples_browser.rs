//! A real Chromium at every page of the examples, with axe, which finds what keeps people out.

#![expect(clippy::unwrap_used, reason = "a test may")]

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
};

use plywood_integration_tests::Example;
use tempfile::TempDir;

/// An example that listens on a port of its own, over a folder of its own.
struct Site {
    example: Example,
    _data: TempDir,
}

impl Site {
    fn start(name: &str, fill: impl FnOnce(&Path)) -> Self {
        let data = tempfile::tempdir().unwrap();
        fill(data.path());
        let folder = data.path().to_str().unwrap();
        let arguments = ["--listen", "127.0.0.1:0", "--data", folder];
        Self {
            example: Example::start(name, &arguments),
            _data: data,
        }
    }
}

fn films(folder: &Path) {
    let trips = folder.join("trips");
    fs::create_dir(&trips).unwrap();
    fs::write(trips.join("a long way.webm"), "no film").unwrap();
    fs::write(folder.join("notes & more.txt"), "hello\n").unwrap();
    fs::write(folder.join(format!("{}.bin", "wide-".repeat(40))), "wide\n").unwrap();
}

#[test]
fn a_chromium_browser_finds_nobody_kept_out_of_the_pages_of_the_examples() {
    let sites = [
        Site::start("login", |_| ()),
        Site::start("blog", |_| ()),
        Site::start("files", films),
        Site::start("axum_inside", |_| ()),
    ];
    let screenshots = Path::new(env!("CARGO_TARGET_TMPDIR")).join("screenshots");
    fs::create_dir_all(&screenshots).unwrap();
    let browser = Command::new("node")
        .arg("examples.mjs")
        .arg(&screenshots)
        .args(sites.iter().map(|site| site.example.address()))
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("browser"))
        .stdin(Stdio::null())
        .status()
        .expect("node is installed by ./test tools");
    assert!(browser.success(), "see the output above");
}
