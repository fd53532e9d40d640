//! Draws what the book shows of the benches: see the library.

use std::{fs, path::Path, process::ExitCode};

fn main() -> ExitCode {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let files = match plywood_figures::drawn(&root) {
        Ok(files) => files,
        Err(missing) => {
            eprintln!("{missing}");
            return ExitCode::FAILURE;
        }
    };
    for (path, content) in &files {
        if let Err(error) = fs::write(root.join(path), content) {
            eprintln!("{path}: {error}");
            return ExitCode::FAILURE;
        }
    }
    println!("{} files are drawn", files.len());
    ExitCode::SUCCESS
}
