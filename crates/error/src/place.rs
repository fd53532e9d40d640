use std::{borrow::Cow, fmt, panic::Location};

/// A place in the source: a file, a line and a column.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Place {
    file: Cow<'static, str>,
    line: u32,
    column: u32,
}

impl Place {
    /// A place of your own reckoning. Lines and columns count from 1.
    pub fn new(file: impl Into<Cow<'static, str>>, line: u32, column: u32) -> Self {
        let file = file.into();
        Self { file, line, column }
    }

    /// Where this is called; with `#[track_caller]` on a function, where that is called.
    #[track_caller]
    pub fn here() -> Self {
        Location::caller().into()
    }

    /// The file, as the compiler was given it: mostly relative to the workspace.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// The line, from 1.
    pub const fn line(&self) -> u32 {
        self.line
    }

    /// The column, from 1.
    pub const fn column(&self) -> u32 {
        self.column
    }

    /// The file without what differs from machine to machine: the compiler's own hash, and the folders of cargo and of the toolchain.
    pub fn stable_file(&self) -> &str {
        let file = &*self.file;
        for (folder, depth) in [
            // Then the registry's name.
            ("/registry/src/", 1),
            // Then the repository's name with a hash, and the commit.
            ("/git/checkouts/", 2),
            ("/lib/rustlib/src/rust/", 0),
        ] {
            if let Some((_, rest)) = file.split_once(folder) {
                return below(rest, depth);
            }
        }
        file.strip_prefix("/rustc/")
            .map_or(file, |rest| below(rest, 1))
    }
}

/// The path without its first folders.
fn below(path: &str, folders: u32) -> &str {
    (0..folders).fold(path, |path, _| {
        path.split_once('/').map_or(path, |(_, rest)| rest)
    })
}

impl From<&'static Location<'static>> for Place {
    fn from(location: &'static Location<'static>) -> Self {
        Self::new(location.file(), location.line(), location.column())
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_the_same_on_every_machine() {
        for (file, stable) in [
            ("crates/error/src/place.rs", "crates/error/src/place.rs"),
            (
                "/home/ada/.cargo/registry/src/index.crates.io-1949cf8c6b5b557f/bytes-1.10.0/src/lib.rs",
                "bytes-1.10.0/src/lib.rs",
            ),
            (
                "/rustc/29483883eed69d5fb4db01964cdf2af4d86e9cb2/library/core/src/option.rs",
                "library/core/src/option.rs",
            ),
            (
                "/home/ada/.rustup/toolchains/stable-x86_64-unknown-linux-gnu/lib/rustlib/src/rust/library/core/src/option.rs",
                "library/core/src/option.rs",
            ),
            (
                "/home/ada/.cargo/git/checkouts/shop-7a1ca467d7f2b7ab/29d3f25/till/src/lib.rs",
                "till/src/lib.rs",
            ),
        ] {
            assert_eq!(Place::new(file, 1, 1).stable_file(), stable);
        }
    }

    #[test]
    fn here_is_where_it_is_called() {
        let (here, line) = (Place::here(), line!());
        assert_eq!(here.line(), line);
        assert!(here.to_string().starts_with(file!()));
    }
}
