//! Links that open an editor at a line.

use std::{fmt::Write, path::Path};

/// How an editor is told to open a file.
#[derive(Clone, Debug)]
pub(crate) struct Editor(String);

/// Where several are called by one name each. `{file}`, `{line}` and `{column}` are filled in.
const KNOWN: [(&str, &str); 8] = [
    ("vscode", "vscode://file/{file}:{line}:{column}"),
    ("vscodium", "vscodium://file/{file}:{line}:{column}"),
    ("cursor", "cursor://file/{file}:{line}:{column}"),
    ("zed", "zed://file/{file}:{line}:{column}"),
    (
        "idea",
        "idea://open?file=/{file}&line={line}&column={column}",
    ),
    (
        "emacs",
        "emacs://open?url=file:///{file}&line={line}&column={column}",
    ),
    (
        "sublime",
        "subl://open?url=file:///{file}&line={line}&column={column}",
    ),
    (
        "macvim",
        "mvim://open?url=file:///{file}&line={line}&column={column}",
    ),
];

impl Editor {
    /// By its name or by a pattern of a link. None where the link could run something in the page, or leads to the network.
    pub(crate) fn of(name: &str) -> Option<Self> {
        let known = KNOWN.iter().find(|(known, _)| *known == name);
        let pattern = known.map_or(name, |(_, pattern)| pattern);
        let (scheme, _) = pattern.split_once("://")?;
        let is_scheme = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c));
        let forbidden = [
            "javascript",
            "data",
            "vbscript",
            "blob",
            "file",
            "http",
            "https",
        ];
        let is_safe = !forbidden.contains(&&*scheme.to_ascii_lowercase());
        let is_plain = pattern.chars().all(|c| c.is_ascii_graphic());
        (is_scheme && is_safe && is_plain).then(|| Self(pattern.to_owned()))
    }

    pub(crate) fn link(&self, file: &Path, line: u32, column: u32) -> String {
        let file = file.to_string_lossy().replace('\\', "/");
        let file = encoded(file.trim_start_matches('/'));
        let filled = self.0.replace("{line}", &line.to_string());
        let filled = filled.replace("{column}", &column.to_string());
        // Last, because a file may be called `{line}`.
        filled.replace("{file}", &file)
    }
}

impl Default for Editor {
    fn default() -> Self {
        Self(KNOWN[0].1.to_owned())
    }
}

fn encoded(path: &str) -> String {
    let mut text = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"/-_.~:".contains(&byte) {
            text.push(char::from(byte));
        } else {
            // Writing to a string does not fail.
            let _ = write!(text, "%{byte:02X}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_editor_has_a_link_or_a_name() {
        let link =
            |name: &str| Editor::of(name).map(|editor| editor.link(Path::new("/src/a b.rs"), 7, 3));
        assert_eq!(link("vscode").unwrap(), "vscode://file/src/a%20b.rs:7:3");
        assert_eq!(
            link("idea").unwrap(),
            "idea://open?file=/src/a%20b.rs&line=7&column=3"
        );
        assert_eq!(
            link("mine://x?{file}#{line}").unwrap(),
            "mine://x?src/a%20b.rs#7"
        );
        for name in [
            "javascript://%0aalert(1)//{file}",
            "JavaScript://x",
            "data://text/html,x",
            "https://evil.example/{file}",
            "nothing",
            "",
            "a b://x",
            "x\"://y",
            "vscode://file/ {file}",
        ] {
            assert!(Editor::of(name).is_none(), "{name}");
        }
    }

    #[test]
    fn a_files_name_stays_a_files_name() {
        let link = Editor::default().link(Path::new("/a\"<{line}>?#&'.rs"), 7, 3);
        assert_eq!(
            link,
            "vscode://file/a%22%3C%7Bline%7D%3E%3F%23%26%27.rs:7:3"
        );
    }
}
