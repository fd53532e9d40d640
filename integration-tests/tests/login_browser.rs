//! A real Chromium at the login example.

use std::{
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Command, Stdio},
};

use plywood_integration_tests::{Example, free_port};

#[test]
fn a_browser_signs_in_stays_signed_in_over_a_restart_and_signs_out() {
    let data = tempfile::tempdir().unwrap();
    let start = |listen: &str| {
        Example::start(
            "login",
            &["--listen", listen, "--data", data.path().to_str().unwrap()],
        )
    };
    let listen = format!("127.0.0.1:{}", free_port());
    let server = start(&listen);
    let address = server.address().to_owned();

    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("browser");
    let screenshots = Path::new(env!("CARGO_TARGET_TMPDIR")).join("screenshots");
    std::fs::create_dir_all(&screenshots).unwrap();
    let mut browser = Command::new("node")
        .arg("login.mjs")
        .arg(&address)
        .arg(&screenshots)
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("node is installed by ./test tools");
    let mut said = BufReader::new(browser.stdout.take().unwrap()).lines();
    assert_eq!(
        said.next().map(Result::unwrap).as_deref(),
        Some("restart"),
        "see the output above"
    );
    server.stop();
    let _server = start(&listen);
    writeln!(browser.stdin.take().unwrap(), "restarted").unwrap();
    assert_eq!(
        said.next().map(Result::unwrap).as_deref(),
        Some("done"),
        "see the output above"
    );
    assert!(browser.wait().unwrap().success());
}
