//! The crates that are published.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::Result;

/// The folder of the workspace.
pub(crate) fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent()
        .expect("it stands in the workspace")
        .to_owned()
}

/// A crate that is published.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Crate {
    /// Its folder in `crates/`.
    pub(crate) folder: String,
    pub(crate) package: String,
    pub(crate) features: Vec<String>,
    pub(crate) has_default: bool,
}

/// All of them, by their folders.
pub(crate) fn all(root: &Path) -> Result<Vec<Crate>> {
    let mut folders = Vec::new();
    for entry in fs::read_dir(root.join("crates"))? {
        let name = entry?.file_name();
        folders.push(
            name.into_string()
                .map_err(|name| format!("{} is no word", name.display()))?,
        );
    }
    folders.sort();
    folders
        .into_iter()
        .map(|folder| read(root, folder))
        .collect()
}

fn read(root: &Path, folder: String) -> Result<Crate> {
    let path = root.join("crates").join(&folder).join("Cargo.toml");
    let manifest =
        fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let mut name = section(&manifest, "package").filter_map(|line| line.strip_prefix("name = "));
    let package = name
        .next()
        .ok_or_else(|| format!("{} has no name", path.display()))?;
    let mut features: Vec<_> = section(&manifest, "features").filter_map(key).collect();
    let has_default = features.contains(&"default");
    features.retain(|feature| *feature != "default");
    Ok(Crate {
        package: package.trim_matches('"').to_owned(),
        features: features.into_iter().map(str::to_owned).collect(),
        has_default,
        folder,
    })
}

/// The lines of one section of a manifest.
pub(crate) fn section<'a>(manifest: &'a str, name: &str) -> impl Iterator<Item = &'a str> {
    let head = format!("[{name}]");
    let lines = manifest
        .lines()
        .skip_while(move |line| *line != head)
        .skip(1);
    lines.take_while(|line| !line.starts_with('['))
}

/// What a line of a manifest gives a value to.
pub(crate) fn key(line: &str) -> Option<&str> {
    let (key, _) = line.split_once([' ', '=', '.'])?;
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    (!key.is_empty() && key.chars().all(is_word)).then_some(key)
}

/// What a command prints; an error with what it says if it fails.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let output = command.output()?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(format!("{command:?}: {}\n{said}", output.status).into());
    }
    Ok(String::from_utf8(output.stdout)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crate_is_read_from_its_folder() {
        let all = all(&root()).unwrap();
        let compression = all
            .iter()
            .find(|member| member.folder == "compression")
            .unwrap();
        assert_eq!(compression.package, "plywood-compression");
        assert!(compression.has_default);
        assert!(compression.features.contains(&"zstd".to_owned()));
        let auth = all.iter().find(|member| member.folder == "auth").unwrap();
        assert_eq!(
            auth.features
                .iter()
                .filter(|name| *name == "password")
                .count(),
            1
        );
        assert!(auth.features.iter().all(|name| !name.contains([':', '"'])));
    }

    #[test]
    fn a_line_of_a_manifest_has_a_key() {
        assert_eq!(key("http.workspace = true"), Some("http"));
        assert_eq!(key("gzip = [\"dep:flate2\"]"), Some("gzip"));
        for line in ["", "# gzip = 1", "    \"dep:ring\",", "]"] {
            assert_eq!(key(line), None, "{line}");
        }
    }
}
