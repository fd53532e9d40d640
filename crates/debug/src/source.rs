//! Lines of source code around a place.

use std::{
    env, fs,
    io::Read,
    path::{Component, Path, PathBuf},
};

use plywood_error::Place;

/// Lines before and after.
const AROUND: u32 = 7;
/// No source file that a person has written is larger.
const MAX_FILE: u64 = 1024 * 1024;
/// Characters of a line that are shown.
const MAX_LINE: usize = 300;

/// The folder below which files may be shown.
#[derive(Clone, Debug)]
pub(crate) struct Root(Option<PathBuf>);

/// Lines of a file.
#[derive(Clone, Debug)]
pub(crate) struct Excerpt {
    /// The file below the root.
    pub(crate) path: PathBuf,
    /// The number of the first line, from 1.
    pub(crate) first: u32,
    pub(crate) lines: Vec<String>,
    /// The line that it is about.
    pub(crate) marked: u32,
}

impl Root {
    /// `folder`, if it is there.
    pub(crate) fn of(folder: &Path) -> Self {
        Self(folder.canonicalize().ok())
    }

    /// The workspace of the program that runs, as cargo says; without cargo, of the current folder.
    pub(crate) fn of_this_program() -> Self {
        let package = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
        let Some(package) = package.or_else(|| env::current_dir().ok()) else {
            return Self(None);
        };
        let workspace = package
            .ancestors()
            .find(|folder| folder.join("Cargo.lock").is_file());
        Self::of(workspace.unwrap_or(&package))
    }

    /// The file of a place, if it is one of the developer's own: below the root, and neither made by a build nor somebody else's.
    pub(crate) fn file(&self, place: &Place) -> Option<PathBuf> {
        let root = self.0.as_ref()?;
        let named = Path::new(place.file());
        // The compiler names files of a workspace from its root. Links are followed before the file is judged.
        let file = root.join(named).canonicalize().ok()?;
        let below = file.strip_prefix(root).ok()?;
        let is_foreign = |part: Component<'_>| {
            let name = part.as_os_str().to_string_lossy();
            matches!(&*name, "target" | "vendor") || name.starts_with('.')
        };
        let is_rust = file.extension().is_some_and(|extension| extension == "rs");
        (is_rust && !below.components().any(is_foreign)).then_some(file)
    }

    /// The lines around a place of a file of the developer's own.
    pub(crate) fn excerpt(&self, place: &Place) -> Option<Excerpt> {
        let path = self.file(place)?;
        let mut text = Vec::new();
        let file = fs::File::open(&path).ok()?;
        file.take(MAX_FILE).read_to_end(&mut text).ok()?;
        let text = String::from_utf8_lossy(&text);
        let first = place.line().saturating_sub(AROUND).max(1);
        let lines = text.lines().skip(first as usize - 1);
        let after = place.line().saturating_add(AROUND + 1);
        let count = after.saturating_sub(first);
        let lines: Vec<_> = lines.take(count as usize).map(shortened).collect();
        // The file is another one by now.
        let is_there =
            place.line().saturating_sub(first) < u32::try_from(lines.len()).unwrap_or(u32::MAX);
        is_there.then(|| Excerpt {
            path,
            first,
            lines,
            marked: place.line(),
        })
    }
}

impl Excerpt {
    /// The lines with their numbers, and whether it is the one.
    pub(crate) fn numbered(&self) -> impl Iterator<Item = (u32, &str, bool)> {
        let lines = (self.first..).zip(&self.lines);
        lines.map(|(number, line)| (number, line.as_str(), number == self.marked))
    }
}

fn shortened(line: &str) -> String {
    match line.char_indices().nth(MAX_LINE) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> (tempfile::TempDir, Root) {
        let folder = tempfile::tempdir().unwrap();
        for name in ["src", "target", ".cargo"] {
            fs::create_dir(folder.path().join(name)).unwrap();
        }
        let lines: Vec<_> = (1..=30).map(|line| format!("line {line}")).collect();
        let text = lines.join("\n");
        for name in [
            "src/main.rs",
            "target/made.rs",
            ".cargo/config.rs",
            "src/secrets.env",
        ] {
            fs::write(folder.path().join(name), &text).unwrap();
        }
        let root = Root::of(folder.path());
        (folder, root)
    }

    #[test]
    fn seven_lines_on_each_side_and_the_line_itself_are_shown() {
        let (_folder, root) = folder();
        for (line, first, count) in [
            (15, 8, 15),
            (1, 1, 8),
            (3, 1, 10),
            (30, 23, 8),
            (28, 21, 10),
        ] {
            let excerpt = root.excerpt(&Place::new("src/main.rs", line, 1)).unwrap();
            assert_eq!(
                (excerpt.first, excerpt.lines.len()),
                (first, count),
                "{line}"
            );
            let marked: Vec<_> = excerpt.numbered().filter(|(.., marked)| *marked).collect();
            assert_eq!(marked, [(line, &*format!("line {line}"), true)]);
        }
        for line in [31, u32::MAX] {
            let past = Place::new("src/main.rs", line, 1);
            assert!(root.excerpt(&past).is_none());
        }
        assert!(
            root.excerpt(&Place::new("src/main.rs", 0, 1))
                .is_some_and(|excerpt| excerpt.first == 1)
        );
    }

    #[test]
    fn only_source_files_below_the_root_are_shown() {
        let (folder, root) = folder();
        let outside = tempfile::tempdir().unwrap();
        let secret = outside.path().join("secret.rs");
        fs::write(&secret, "secret\n").unwrap();
        let inside = folder.path().join("src/main.rs");
        assert!(
            root.excerpt(&Place::new(inside.to_str().unwrap().to_owned(), 1, 1))
                .is_some()
        );
        for file in [
            secret.to_str().unwrap().to_owned(),
            format!(
                "../{}/secret.rs",
                outside.path().file_name().unwrap().to_str().unwrap()
            ),
            "src/secrets.env".to_owned(),
            "target/made.rs".to_owned(),
            ".cargo/config.rs".to_owned(),
            "/etc/passwd".to_owned(),
            "src/nothing.rs".to_owned(),
            "src\0.rs".to_owned(),
        ] {
            assert!(
                root.excerpt(&Place::new(file.clone(), 1, 1)).is_none(),
                "{file}"
            );
        }
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(&secret, folder.path().join("src/link.rs")).unwrap();
            assert!(root.excerpt(&Place::new("src/link.rs", 1, 1)).is_none());
        }
        assert!(
            Root::of(Path::new("/no/such/folder"))
                .excerpt(&Place::new("/etc/x.rs", 1, 1))
                .is_none()
        );
    }

    #[test]
    fn this_file_is_found() {
        let root = Root::of_this_program();
        let excerpt = root.excerpt(&Place::here()).unwrap();
        let (_, line, _) = excerpt.numbered().find(|(.., marked)| *marked).unwrap();
        assert!(line.contains("Place::here()"));
    }
}
