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

    /// The file without what differs from machine to machine: the compiler's own hash, and the registry's folder.
    pub fn stable_file(&self) -> &str {
        let file = &*self.file;
        if let Some((_, rest)) = file.split_once("/registry/src/") {
            return rest.split_once('/').map_or(rest, |(_, rest)| rest);
        }
        if let Some(rest) = file.strip_prefix("/rustc/") {
            return rest.split_once('/').map_or(rest, |(_, rest)| rest);
        }
        file
    }
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
