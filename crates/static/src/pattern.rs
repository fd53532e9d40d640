//! Which files does a rule speak of?

/// A pattern of file names, as shells have them.
///
/// `*` is any text within a name, `?` one character, and `**` as a whole segment any number of directories. A pattern without a slash is one of
/// names, wherever they stand; one with a slash is a whole path below the root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pattern(Vec<String>);

impl Pattern {
    pub(crate) fn new(pattern: &str) -> Self {
        let anywhere = !pattern.is_empty() && !pattern.contains('/');
        let segments = pattern.split('/').filter(|segment| !segment.is_empty());
        let start = anywhere.then_some("**").into_iter();
        Self(start.chain(segments).map(str::to_owned).collect())
    }

    /// Whether it speaks of the file at `path`, decoded and relative to the root.
    pub(crate) fn matches(&self, path: &str) -> bool {
        let (mut pattern, mut rest) = (&self.0[..], path);
        let mut retry = None;
        loop {
            match pattern {
                [first, tail @ ..] if first == "**" => {
                    (pattern, retry) = (tail, Some((tail, rest)));
                    continue;
                }
                pattern if rest.is_empty() => return pattern.is_empty(),
                _ => {}
            }
            let (segment, following) = split(rest);
            match pattern {
                [first, tail @ ..] if segment_matches(first, segment) => {
                    (pattern, rest) = (tail, following);
                }
                // The last `**` takes one directory more. Earlier ones need not: what stood between was found as early as it can be.
                _ => {
                    let Some((tail, from)) = retry else {
                        return false;
                    };
                    (pattern, rest) = (tail, split(from).1);
                    retry = Some((tail, rest));
                }
            }
        }
    }
}

/// The first segment, and what follows it.
fn split(path: &str) -> (&str, &str) {
    path.split_once('/').unwrap_or((path, ""))
}

/// `*` and `?` within one segment.
fn segment_matches(pattern: &str, text: &str) -> bool {
    let (mut pattern, mut text) = (pattern.chars(), text.chars());
    let mut retry = None;
    loop {
        let before = text.clone();
        match (pattern.next(), text.next()) {
            (None, None) => return true,
            (Some('*'), _) => {
                retry = Some((pattern.clone(), before.clone()));
                text = before;
            }
            (Some('?'), Some(_)) => {}
            (Some(expected), Some(found)) if expected == found => {}
            _ => {
                let Some((after_star, from)) = &mut retry else {
                    return false;
                };
                if from.next().is_none() {
                    return false;
                }
                (pattern, text) = (after_star.clone(), from.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_pattern_speaks_of_names_or_of_whole_paths() {
        for (pattern, path, expected) in [
            ("*.css", "a.css", true),
            ("*.css", "x/y/a.css", true),
            ("*.css", "a.css.map", false),
            ("*.css", "a.css/b", false),
            ("/*.css", "a.css", true),
            ("/*.css", "x/a.css", false),
            ("/assets/*", "assets/a.css", true),
            ("/assets/*", "assets/x/a.css", false),
            ("assets/*", "assets/a.css", true),
            ("assets/*", "x/assets/a.css", false),
            ("/assets/**", "assets/x/y/a.css", true),
            ("/assets/**", "assets2/a.css", false),
            ("/assets/**/*.js", "assets/a.js", true),
            ("/assets/**/*.js", "assets/x/y/a.js", true),
            ("/assets/**/*.js", "assets/x/y/a.css", false),
            ("**/x/**/y", "a/x/b/x/c/y", true),
            ("**/x/y", "x/x/x/y", true),
            ("**/x/y", "x/y/x", false),
            ("**", "a/b", true),
            ("*", "a/b", true),
            ("a?c", "abc", true),
            ("a?c", "aéc", true),
            ("a?c", "ac", false),
            ("app.*.js", "app.3f2a9c.js", true),
            ("", "a", false),
            ("*", "", false),
        ] {
            assert_eq!(
                Pattern::new(pattern).matches(path),
                expected,
                "{pattern} {path}"
            );
        }
    }

    /// The rule as one would say it, without a thought for the time it takes.
    fn slowly(pattern: &[&str], path: &[&str]) -> bool {
        fn one(pattern: &[char], text: &[char]) -> bool {
            match (pattern, text) {
                ([], []) => true,
                (['*', rest @ ..], _) => (0..=text.len()).any(|at| one(rest, &text[at..])),
                (['?', rest @ ..], [_, tail @ ..]) => one(rest, tail),
                ([a, rest @ ..], [b, tail @ ..]) if a == b => one(rest, tail),
                _ => false,
            }
        }
        let characters = |text: &str| text.chars().collect::<Vec<_>>();
        match (pattern, path) {
            ([], []) => true,
            (["**", rest @ ..], _) => (0..=path.len()).any(|at| slowly(rest, &path[at..])),
            ([a, rest @ ..], [b, tail @ ..]) => {
                one(&characters(a), &characters(b)) && slowly(rest, tail)
            }
            _ => false,
        }
    }

    proptest! {
        #[test]
        fn matching_is_what_the_rule_says(
            pattern in "/([ab?*]{1,3}|\\*\\*)(/([ab?*]{1,3}|\\*\\*)){0,4}",
            path in "[ab]{1,3}(/[ab]{1,3}){0,5}",
        ) {
            let segments: Vec<_> = pattern.split('/').skip(1).collect();
            let expected = slowly(&segments, &path.split('/').collect::<Vec<_>>());
            prop_assert_eq!(Pattern::new(&pattern).matches(&path), expected, "{} {}", pattern, path);
        }
    }
}
