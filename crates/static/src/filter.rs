//! Which files may be seen, as far as their paths say.

use crate::{Files, pattern::Pattern};

/// Patterns of what is hidden, and of what alone is shown.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filter {
    denied: Vec<Pattern>,
    allowed: Vec<Pattern>,
}

impl Filter {
    /// Whether the file or directory at `path`, or a directory on the way to it, is denied.
    pub(crate) fn denies(&self, path: &str) -> bool {
        let slashes = path.match_indices('/').map(|(at, _)| &path[..at]);
        let mut prefixes = slashes.chain([path]);
        !self.denied.is_empty()
            && prefixes.any(|prefix| self.denied.iter().any(|pattern| pattern.matches(prefix)))
    }

    /// Whether the file at `path` is among those that alone are allowed, if there are such.
    pub(crate) fn allows(&self, path: &str) -> bool {
        self.allowed.is_empty() || self.allowed.iter().any(|pattern| pattern.matches(path))
    }
}

impl Files {
    /// Hides the files and directories that `pattern` speaks of, and all that is below such a directory: they are not found, nor listed.
    ///
    /// Patterns are those of [`header`](Self::header). Hidden names, and what editors leave, are denied without it.
    ///
    /// ```
    /// use plywood_static::Files;
    ///
    /// # let directory = tempfile::tempdir()?;
    /// # let root = directory.path();
    /// let files = Files::new(root)?.deny("*.map").deny("node_modules").deny("/drafts/*.html");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn deny(mut self, pattern: &str) -> Self {
        let filter = &mut self.options_mut().filter;
        filter.denied.push(Pattern::new(pattern));
        self
    }

    /// Shows no files but those of which a `pattern` speaks that was given here: all others are not found, nor listed. All by default.
    ///
    /// Directories need no pattern, but one that is [denied](Self::deny) stays so.
    ///
    /// ```
    /// use plywood_static::Files;
    ///
    /// # let directory = tempfile::tempdir()?;
    /// # let root = directory.path();
    /// let files = Files::new(root)?.allow("*.html").allow("*.css").allow("/images/**");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn allow(mut self, pattern: &str) -> Self {
        let filter = &mut self.options_mut().filter;
        filter.allowed.push(Pattern::new(pattern));
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_denied_hides_what_is_below_it() {
        let denied = ["*.map", "node_modules", "/drafts/*.html"];
        let filter = Filter {
            denied: denied.map(Pattern::new).into(),
            ..Filter::default()
        };
        for (path, is_denied) in [
            ("app.js", false),
            ("app.js.map", true),
            ("js/app.js.map", true),
            ("node_modules", true),
            ("node_modules/a/b.js", true),
            ("x/node_modules/b.js", true),
            ("node_modules.html", false),
            ("drafts", false),
            ("drafts/a.html", true),
            ("drafts/a.css", false),
            ("", false),
        ] {
            assert_eq!(filter.denies(path), is_denied, "{path}");
            assert!(filter.allows(path), "{path}");
        }
    }
}
