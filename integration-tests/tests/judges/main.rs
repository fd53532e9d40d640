//! What others say of a site behind all layers: tools that nobody here wrote.
//!
//! They are installed by `./test tools`.

#![expect(clippy::unwrap_used, reason = "a test may")]

mod h2load;
mod httplint;
mod redbot;
mod routing;
mod schemathesis;
mod site;
mod slowhttptest;
mod traversal;

use std::{ffi::OsStr, path::Path, process::Stdio};

use tokio::process::Command;

/// A tool of the virtual environment for Python.
fn python_tool(name: &str) -> Command {
    let environment = Path::new(env!("CARGO_MANIFEST_DIR")).join("judges/environment");
    tool(environment.join("bin").join(name))
}

/// A tool that ends with the test, and runs in a folder where it may leave what it likes.
fn tool(name: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(name);
    command
        .stdin(Stdio::null())
        .current_dir(env!("CARGO_TARGET_TMPDIR"))
        .kill_on_drop(true);
    command
}

/// Runs a tool, and gives what it prints.
async fn output(mut command: Command) -> String {
    let output = command
        .output()
        .await
        .unwrap_or_else(|error| panic!("{command:?}: {error}; `./test tools` installs it"));
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "{command:?}: {}\n{said}\n{complaint}",
        output.status
    );
    said
}
