use std::{
    io::Write,
    path::Path,
    process::{Command, Stdio},
    thread,
};

use serde_json::json;

/// What the HTML Standard has against these pages, each with its name before it: a line for each fault.
///
/// A validator that nobody here wrote reads them (`browser/valid.mjs`). It is given a page with a fault as well, so that it is known to find one.
///
/// # Panics
///
/// When there is no validator, which `./test tools` installs, or it finds no fault where there is one.
pub fn faults_of_html(pages: impl IntoIterator<Item = (String, String)>) -> Vec<String> {
    const FAULTY: &str = "<!doctype html><html lang=\"en\"><title>x</title><p><div></div></p>";
    let known = ("a faulty one".to_owned(), FAULTY.to_owned());
    let lines: Vec<_> = pages
        .into_iter()
        .chain([known])
        .map(|(name, text)| json!({ "name": name, "text": text }).to_string())
        .collect();
    let mut validator = Command::new("node")
        .arg("valid.mjs")
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("browser"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("node is installed by ./test tools");
    let mut input = validator.stdin.take().expect("it is piped");
    let writer = thread::spawn(move || input.write_all(lines.join("\n").as_bytes()));
    let output = validator.wait_with_output().expect("it is read to its end");
    writer
        .join()
        .expect("writing does not panic")
        .expect("the validator reads all");
    assert!(output.status.success(), "see what it says above");
    let said = String::from_utf8(output.stdout).expect("it writes UTF-8");
    let (known, faults): (Vec<_>, Vec<_>) = said
        .lines()
        .partition(|line| line.starts_with("a faulty one "));
    assert!(!known.is_empty(), "the validator finds nothing");
    faults.into_iter().map(str::to_owned).collect()
}
