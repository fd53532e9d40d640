//! The chores of the house.

use std::{env, error::Error, process::ExitCode};

mod crates;
mod dependencies;
mod new_layer;
#[cfg(test)]
mod packages;
mod pick_and_mix;
mod programs;

type Result<T = ()> = std::result::Result<T, Box<dyn Error>>;

const CHORES: &str = "\
cargo xtask new-layer NAME      writes crates/NAME, a layer that looks like its siblings
cargo xtask dependencies        writes book/src/dependencies.md: what each crate brings along
cargo xtask pick-and-mix [..]   makes packages outside of the workspace, each with one crate, without axum and with it, and runs them;
                                all crates, or those that are named by their folders
";

fn main() -> ExitCode {
    let words: Vec<_> = env::args().skip(1).collect();
    let words: Vec<_> = words.iter().map(String::as_str).collect();
    let root = crates::root();
    let done = match *words {
        ["new-layer", name] => new_layer::run(&root, name),
        ["dependencies"] => dependencies::run(&root),
        ["pick-and-mix", ref folders @ ..] => pick_and_mix::run(&root, folders),
        _ => Err(CHORES.into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
