//! A name from a visitor below a directory of ours, by words alone.

use std::path::{Path, PathBuf};

use crate::name;

/// `directory/name`, if the name stays below the directory; else `None`.
///
/// `.` and `..` are dealt with here, so that the path has none left: `b/..` is the directory itself, `../x` and `a/../../x` are refused. So are
/// absolute names and those with a NUL. On Windows a backslash, a colon and the names of devices are refused too.
///
/// It looks at words and never at the disk, so that a link below the directory may still lead out of it, and hidden names are let through. To
/// send a file, prefer [`Files::download`](crate::Files::download), where the kernel holds the root.
///
/// ```
/// use std::path::Path;
/// use plywood_static::safe_join;
///
/// assert_eq!(safe_join("uploads", "ada/a.png").as_deref(), Some(Path::new("uploads/ada/a.png")));
/// assert_eq!(safe_join("uploads", "../secret.txt"), None);
/// assert_eq!(safe_join("uploads", "/etc/passwd"), None);
/// ```
pub fn safe_join(directory: impl AsRef<Path>, name: &str) -> Option<PathBuf> {
    let foreign = cfg!(windows) && name.contains(['\\', ':']);
    if name.starts_with('/') || name.contains('\0') || foreign {
        return None;
    }
    let mut parts = Vec::new();
    for part in name.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part if cfg!(windows) && name::is_reserved(part) => return None,
            part => parts.push(part),
        }
    }
    let mut path = directory.as_ref().to_owned();
    path.extend(parts);
    Some(path)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_name_below_the_directory_is_joined_and_any_other_is_refused() {
        for (name, expected) in [
            ("x", Some("root/x")),
            ("a/b.txt", Some("root/a/b.txt")),
            ("a//b", Some("root/a/b")),
            ("a/./b", Some("root/a/b")),
            ("a/../b", Some("root/b")),
            ("b/..", Some("root")),
            ("", Some("root")),
            ("a/", Some("root/a")),
            ("..x", Some("root/..x")),
            ("...", Some("root/...")),
            ("../x", None),
            ("..", None),
            ("a/../../x", None),
            ("a/../..", None),
            ("/etc", None),
            ("//etc", None),
            ("/", None),
            ("a\0b", None),
        ] {
            let expected = expected.map(PathBuf::from);
            assert_eq!(safe_join("root", name), expected, "{name:?}");
        }
    }

    #[test]
    fn what_windows_reads_differently_is_refused_there() {
        for name in ["a\\..\\..\\x", "C:x", "NUL", "a/con.txt", "a.txt::$DATA"] {
            assert_eq!(safe_join("root", name).is_some(), cfg!(unix), "{name}");
        }
    }

    proptest! {
        #[test]
        fn what_is_joined_begins_with_the_directory_and_has_no_dot_segment(name in "[a./\\\\]{0,12}") {
            if let Some(path) = safe_join("root", &name) {
                let rest = path.strip_prefix("root").unwrap();
                let plain = |part| matches!(part, std::path::Component::Normal(_));
                prop_assert!(rest.components().all(plain));
            }
        }
    }
}
