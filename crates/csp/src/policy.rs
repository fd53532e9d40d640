use std::{fmt, str::FromStr};

use http::HeaderValue;

use crate::{Nonce, PolicyError, PolicyErrorKind};

/// What the word for a new nonce is replaced by, between quotes.
const NONCE: &str = "'nonce'";

/// The directives of [CSP Level 3](https://www.w3.org/TR/CSP3/#csp-directives) and of the specifications that add to it.
const DIRECTIVES: [&str; 25] = [
    "base-uri",
    "child-src",
    "connect-src",
    "default-src",
    "fenced-frame-src",
    "font-src",
    "form-action",
    "frame-ancestors",
    "frame-src",
    "img-src",
    "manifest-src",
    "media-src",
    "object-src",
    "report-to",
    "report-uri",
    "require-trusted-types-for",
    "sandbox",
    "script-src",
    "script-src-attr",
    "script-src-elem",
    "style-src",
    "style-src-attr",
    "style-src-elem",
    "trusted-types",
    "upgrade-insecure-requests",
];

/// These mean something between quotes only.
const KEYWORDS: [&str; 10] = [
    "inline-speculation-rules",
    "none",
    "nonce",
    "report-sample",
    "self",
    "strict-dynamic",
    "trusted-types-eval",
    "unsafe-eval",
    "unsafe-inline",
    "wasm-unsafe-eval",
];

/// The directives of a `Content-Security-Policy`.
///
/// ```
/// use plywood_csp::Policy;
///
/// let policy = Policy::new().directive("img-src", "'self' data: https://cdn.example.com")?;
/// assert_eq!(
///     policy.to_string(),
///     "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'; \
///      img-src 'self' data: https://cdn.example.com",
/// );
///
/// let error = Policy::new().directive("script-src", "self").unwrap_err();
/// assert_eq!(error.to_string(), r#""self" without its quotes is a host of that name: write "'self'""#);
/// # Ok::<(), plywood_csp::PolicyError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy(Vec<Directive>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Directive {
    name: String,
    sources: String,
}

impl Policy {
    /// What suits a site of its own files: `default-src 'self'`, `base-uri 'none'`, `form-action 'self'`, `frame-ancestors 'none'`, `object-src
    /// 'none'`. No script and no style in the page itself runs.
    pub fn new() -> Self {
        "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
            .parse()
            .expect("these are directives")
    }

    /// Sets a directive, in place of the one of this name.
    ///
    /// `sources` are words between spaces. The word `'nonce'` stands for a new [`Nonce`] in each answer. Some directives have none:
    /// `.directive("upgrade-insecure-requests", "")`.
    ///
    /// # Errors
    ///
    /// There is no such directive, or a source cannot be what is meant: see [`PolicyErrorKind`].
    pub fn directive(mut self, name: &str, sources: &str) -> Result<Self, PolicyError> {
        let directive = Directive::parse(name, sources)?;
        match self.0.iter_mut().find(|known| known.name == directive.name) {
            Some(known) => *known = directive,
            None => self.0.push(directive),
        }
        Ok(self)
    }

    /// Takes a directive away.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.0
            .retain(|directive| !directive.name.eq_ignore_ascii_case(name));
        self
    }

    /// Whether each answer needs a nonce of its own.
    pub fn has_nonce(&self) -> bool {
        let mut sources = self
            .0
            .iter()
            .flat_map(|directive| directive.sources.split(' '));
        sources.any(|source| source == NONCE)
    }

    /// The field's value before and after each nonce.
    pub(crate) fn into_pieces(self) -> Vec<String> {
        self.to_string().split(NONCE).map(str::to_owned).collect()
    }
}

/// The value of the field, whose [pieces](Policy::into_pieces) these are.
///
/// Without a nonce its word goes out as it is, and no browser takes it for anything.
pub(crate) fn value(pieces: &[String], nonce: Option<&Nonce>) -> HeaderValue {
    let word = nonce.map_or_else(|| NONCE.to_owned(), |nonce| format!("'nonce-{nonce}'"));
    HeaderValue::try_from(pieces.join(&word)).expect("directives are visible ASCII")
}

impl Directive {
    fn parse(name: &str, sources: &str) -> Result<Self, PolicyError> {
        let name = name.to_ascii_lowercase();
        if !DIRECTIVES.contains(&&*name) {
            return Err(PolicyError::new(PolicyErrorKind::Name, &name));
        }
        let words: Vec<_> = sources.split_ascii_whitespace().collect();
        for word in &words {
            check(word)?;
        }
        let sources = words.join(" ");
        if words.len() > 1 && words.iter().any(|word| word.eq_ignore_ascii_case("'none'")) {
            return Err(PolicyError::new(PolicyErrorKind::NotAlone, &sources));
        }
        Ok(Self { name, sources })
    }
}

fn check(source: &str) -> Result<(), PolicyError> {
    let bad = |kind| Err(PolicyError::new(kind, source));
    let lower = source.to_ascii_lowercase();
    if !source
        .bytes()
        .all(|byte| byte.is_ascii_graphic() && !matches!(byte, b',' | b';'))
    {
        bad(PolicyErrorKind::Character)
    } else if KEYWORDS.contains(&&*lower) {
        bad(PolicyErrorKind::Unquoted)
    } else if lower.starts_with("'nonce-") {
        bad(PolicyErrorKind::FixedNonce)
    } else {
        Ok(())
    }
}

impl Default for Policy {
    fn default() -> Self {
        Self::new()
    }
}

/// Reads a policy as it stands in the field, with `'nonce'` where a nonce shall be.
///
/// A directive that stands there twice is taken as the first says, as browsers do.
impl FromStr for Policy {
    type Err = PolicyError;

    fn from_str(text: &str) -> Result<Self, PolicyError> {
        let mut policy = Self(Vec::new());
        for directive in text.split(';').map(str::trim_ascii) {
            let (name, sources) = directive
                .split_once(|c: char| c.is_ascii_whitespace())
                .unwrap_or((directive, ""));
            if !name.is_empty()
                && !policy
                    .0
                    .iter()
                    .any(|known| known.name.eq_ignore_ascii_case(name))
            {
                policy = policy.directive(name, sources)?;
            }
        }
        Ok(policy)
    }
}

/// As it stands in the field, with `'nonce'` where a nonce will be.
impl fmt::Display for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, directive) in self.0.iter().enumerate() {
            let separator = if at == 0 { "" } else { "; " };
            write!(f, "{separator}{}", directive.name)?;
            if !directive.sources.is_empty() {
                write!(f, " {}", directive.sources)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_mistake_is_told_with_what_would_be_right() {
        use PolicyErrorKind::{Character, FixedNonce, Name, NotAlone, Unquoted};
        for (name, sources, kind, input) in [
            ("scripts", "'self'", Name, "scripts"),
            ("", "'self'", Name, ""),
            ("script-src;img-src", "", Name, "script-src;img-src"),
            ("script-src", "self", Unquoted, "self"),
            (
                "script-src",
                "'self' Unsafe-Inline",
                Unquoted,
                "Unsafe-Inline",
            ),
            ("script-src", "nonce", Unquoted, "nonce"),
            ("script-src", "'none' 'self'", NotAlone, "'none' 'self'"),
            ("script-src", "'nonce-abc'", FixedNonce, "'nonce-abc'"),
            ("img-src", "a.example;", Character, "a.example;"),
            ("img-src", "a.example, b.example", Character, "a.example,"),
            (
                "img-src",
                "b\u{fc}cher.example",
                Character,
                "b\u{fc}cher.example",
            ),
            ("img-src", "a\u{0}", Character, "a\u{0}"),
        ] {
            let error = Policy::new().directive(name, sources).unwrap_err();
            assert_eq!(
                (error.kind(), error.input()),
                (kind, input),
                "{name} {sources}"
            );
        }
    }

    #[test]
    fn a_directive_replaces_its_namesake_and_can_go() {
        let policy = Policy::new()
            .directive("Default-Src", "  'none' ")
            .unwrap()
            .without("form-action")
            .without("base-uri")
            .without("frame-ancestors")
            .without("OBJECT-SRC")
            .directive("upgrade-insecure-requests", "")
            .unwrap();
        assert_eq!(
            policy.to_string(),
            "default-src 'none'; upgrade-insecure-requests"
        );
        assert!(!policy.has_nonce());
    }

    #[test]
    fn of_two_namesakes_in_a_text_the_first_stands() {
        let policy: Policy = "img-src a.example; ; IMG-SRC b.example;".parse().unwrap();
        assert_eq!(policy.to_string(), "img-src a.example");
    }

    #[test]
    fn a_nonce_stands_wherever_its_word_does() {
        let policy: Policy = "script-src 'nonce' 'strict-dynamic'; style-src 'nonce'"
            .parse()
            .unwrap();
        assert!(policy.has_nonce());
        let nonce = Nonce::of_bytes([0xff; 16]);
        assert_eq!(
            value(&policy.clone().into_pieces(), Some(&nonce)),
            "script-src 'nonce-/////////////////////w==' 'strict-dynamic'; style-src 'nonce-/////////////////////w=='"
        );
        assert_eq!(
            value(&policy.clone().into_pieces(), None),
            policy.to_string()
        );
    }

    proptest! {
        #[test]
        fn what_is_read_is_written_and_read_again(
            text in "(script-src|img-src|sandbox|x)?[ '\\-a-z:/.*;\t]{0,40}(; ?style-src[ '\\-a-z]{0,20})?",
        ) {
            if let Ok(policy) = text.parse::<Policy>() {
                prop_assert_eq!(policy.to_string().parse::<Policy>().unwrap(), policy.clone());
                value(&policy.into_pieces(), Some(&Nonce::of_bytes([7; 16])));
            }
        }

        #[test]
        fn no_text_makes_a_field_that_cannot_be_sent(text in any::<String>()) {
            if let Ok(policy) = text.parse::<Policy>() {
                value(&policy.into_pieces(), None);
            }
        }
    }
}
