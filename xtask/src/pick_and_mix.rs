//! Each crate in a package of its own outside of the workspace, as someone has it who takes that crate alone.

use std::{fs, path::Path, process::Command};

use crate::{
    Result,
    crates::{self, Crate},
    dependencies::tree,
    programs::{Around, Dependencies, source},
};

/// Makes the packages of the crates in these folders, or of all, and runs them.
pub(crate) fn run(root: &Path, folders: &[&str]) -> Result {
    let mut crates = crates::all(root)?;
    if let Some(stranger) = folders
        .iter()
        .find(|folder| crates.iter().all(|member| member.folder != **folder))
    {
        return Err(format!("there is no crates/{stranger}").into());
    }
    crates.retain(|member| folders.is_empty() || folders.contains(&member.folder.as_str()));
    let mut failed = Vec::new();
    println!("{:28} packages that it adds, alone and with axum", "");
    for member in &crates {
        let mut added = Vec::new();
        for around in Around::ALL {
            match try_out(root, member, around) {
                Ok(count) => added.push(format!("{count:4}")),
                Err(error) => {
                    added.push("FAILED".to_owned());
                    failed.push(format!("{}, {}: {error}", member.package, around.as_str()));
                }
            }
        }
        println!("{:28} {}", member.package, added.join(" "));
    }
    println!(
        "{} passed, {} failed",
        crates.len() * 2 - failed.len(),
        failed.len()
    );
    if failed.is_empty() {
        Ok(())
    } else {
        Err(failed.join("\n\n").into())
    }
}

/// Builds and runs the program of a crate; gives how many packages the crate has added to it, itself and its siblings not counted.
fn try_out(root: &Path, member: &Crate, around: Around) -> Result<usize> {
    let program = source(root, &member.folder, around)?;
    let Dependencies { ours, others } = Dependencies::of(root, &member.folder, &program)?;
    let folder = tempfile::tempdir()?;
    fs::create_dir(folder.path().join("src"))?;
    fs::write(folder.path().join("src/main.rs"), program)?;
    // The versions of the workspace, so that nothing is fetched and nothing changes by itself.
    fs::copy(root.join("Cargo.lock"), folder.path().join("Cargo.lock"))?;
    let cargo = |dependencies: &[&[String]], words: &[&str]| -> Result<Command> {
        let manifest = format!(
            "[package]\nname = \"picked\"\nedition = \"2024\"\n\n[dependencies]\n{}\n",
            dependencies.concat().join("\n")
        );
        fs::write(folder.path().join("Cargo.toml"), manifest)?;
        let mut cargo = Command::new(env!("CARGO"));
        cargo.current_dir(folder.path()).args(words);
        // One place for all of them: what two have in common is built once.
        cargo.env("CARGO_TARGET_DIR", root.join("target/pick-and-mix"));
        cargo
            .env("CARGO_INCREMENTAL", "0")
            .env("CARGO_PROFILE_DEV_DEBUG", "0");
        Ok(cargo)
    };
    let without = tree(&mut cargo(&[&others], &["tree"])?)?.all;
    fs::copy(root.join("Cargo.lock"), folder.path().join("Cargo.lock"))?;
    let with = tree(&mut cargo(&[&ours, &others], &["tree"])?)?.all;
    crates::output(&mut cargo(
        &[&ours, &others],
        &["run", "--quiet", "--offline"],
    )?)?;
    let added = with
        .difference(&without)
        .filter(|package| !package.starts_with("plywood"));
    Ok(added.count())
}
