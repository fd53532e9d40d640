//! A rule's pattern, read into segments.

use std::fmt;

use plywood_core::Params;

use crate::BuildErrorKind;

/// The most parameters that a rule may have.
pub const MAX_PARAMETERS: usize = 16;

const _: () = assert!(MAX_PARAMETERS <= Params::MAX, "the request keeps all");

/// What a parameter takes, and what its text is sure to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Converter {
    /// `<int:name>`: a segment of ASCII digits, as many as there are. It is tried before [`String`](Self::String).
    Int,
    /// `<name>` or `<string:name>`: one segment, whatever is in it.
    String,
    /// `<path:name>`: all the rest of the path, slashes included; the last segment of a rule. It is tried last.
    Path,
}

impl Converter {
    /// Its name in a pattern.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Int => "int",
            Self::String => "string",
            Self::Path => "path",
        }
    }

    const EVERY: [Self; 3] = [Self::Int, Self::String, Self::Path];

    /// Does it take this segment, which is not empty?
    pub(crate) fn takes(self, segment: &[u8]) -> bool {
        match self {
            Self::Int => segment.iter().all(u8::is_ascii_digit),
            Self::String | Self::Path => true,
        }
    }
}

impl fmt::Display for Converter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One parameter of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    pub(crate) name: Box<str>,
    pub(crate) converter: Converter,
}

impl Parameter {
    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it takes.
    pub const fn converter(&self) -> Converter {
        self.converter
    }
}

/// A pattern's segments, and whether a slash ends it.
#[derive(Debug, PartialEq)]
pub(crate) struct Pattern<'rule> {
    pub(crate) segments: Vec<Segment<'rule>>,
    pub(crate) slash: bool,
}

#[derive(Debug, PartialEq)]
pub(crate) enum Segment<'rule> {
    Text(&'rule str),
    Parameter(Parameter),
}

type Flaw = (BuildErrorKind, String);

impl<'rule> Pattern<'rule> {
    pub(crate) fn read(pattern: &'rule str) -> Result<Self, Flaw> {
        let Some(rest) = pattern.strip_prefix('/') else {
            let mend = format!("it does not begin with a slash: write \"/{pattern}\"");
            return Err((BuildErrorKind::NoLeadingSlash, mend));
        };
        let (rest, slash) = match rest.strip_suffix('/') {
            Some(rest) => (rest, true),
            None => (rest, rest.is_empty()),
        };
        let segments = if rest.is_empty() && pattern != "//" {
            Vec::new()
        } else {
            rest.split('/').map(segment).collect::<Result<_, _>>()?
        };
        let read = Self { segments, slash };
        read.check_parameters()?;
        Ok(read)
    }

    pub(crate) fn parameters(&self) -> impl DoubleEndedIterator<Item = &Parameter> {
        self.segments.iter().filter_map(|segment| match segment {
            Segment::Text(_) => None,
            Segment::Parameter(parameter) => Some(parameter),
        })
    }

    fn check_parameters(&self) -> Result<(), Flaw> {
        let parameters: Vec<_> = self.parameters().collect();
        if parameters.len() > MAX_PARAMETERS {
            let mend = format!("it has more than {MAX_PARAMETERS} parameters: take a <path:name>");
            return Err((BuildErrorKind::TooManyParameters, mend));
        }
        for (index, parameter) in parameters.iter().enumerate() {
            let name = parameter.name();
            if parameters[..index].iter().any(|other| other.name() == name) {
                let mend = format!("two parameters are named {name:?}: rename one");
                return Err((BuildErrorKind::RepeatedParameter, mend));
            }
        }
        let (_, before) = self.segments.split_last().unzip();
        for segment in before.unwrap_or_default() {
            if let Segment::Parameter(Parameter { name, converter }) = segment
                && *converter == Converter::Path
            {
                let mend =
                    format!("<path:{name}> takes all the rest: it should be the last segment");
                return Err((BuildErrorKind::PathNotLast, mend));
            }
        }
        Ok(())
    }
}

fn segment(text: &str) -> Result<Segment<'_>, Flaw> {
    match (text.find('<'), text.find('>')) {
        (None, None) => plain(text),
        (Some(_), None) => {
            let mend = format!("the bracket in {text:?} is not closed: write \"{text}>\"");
            Err((BuildErrorKind::Bracket, mend))
        }
        (None, Some(_)) => {
            let mend = format!("the bracket in {text:?} is not opened: write \"<{text}\"");
            Err((BuildErrorKind::Bracket, mend))
        }
        (Some(0), Some(end)) if end + 1 == text.len() && !text[1..].contains('<') => {
            parameter(&text[1..end]).map(Segment::Parameter)
        }
        _ => {
            let mend = format!("{text:?} should be text or one parameter, not a mixture");
            Err((BuildErrorKind::MixedSegment, mend))
        }
    }
}

fn plain(text: &str) -> Result<Segment<'_>, Flaw> {
    let (kind, mend) = match text {
        "" => (
            BuildErrorKind::EmptySegment,
            "it has two slashes in a row: write one, because paths are read so".into(),
        ),
        "." | ".." => (
            BuildErrorKind::Unreachable,
            format!("no path has a segment {text:?}: write the path that it leads to"),
        ),
        _ if text.contains(|c: char| c == '\\' || c.is_ascii_control()) => (
            BuildErrorKind::Unreachable,
            format!(
                "no path has the segment {text:?}: leave out backslashes and control characters"
            ),
        ),
        _ => return Ok(Segment::Text(text)),
    };
    Err((kind, mend))
}

/// Reads `name` or `converter:name`.
fn parameter(inner: &str) -> Result<Parameter, Flaw> {
    let (converter, name) = inner.rsplit_once(':').unwrap_or(("string", inner));
    let name_is_a_word = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if !name_is_a_word {
        let mend = format!("{name:?} cannot name a parameter: take letters, digits and \"_\"");
        return Err((BuildErrorKind::ParameterName, mend));
    }
    let known = Converter::EVERY
        .into_iter()
        .find(|known| known.as_str() == converter);
    let Some(converter) = known else {
        let mend = match converter.split_once('(') {
            Some((known, _)) if Converter::EVERY.iter().any(|one| one.as_str() == known) => {
                format!("converter {known:?} takes no arguments: write <{known}:{name}>")
            }
            _ => format!("there is no converter {converter:?}: take int, string or path"),
        };
        return Err((BuildErrorKind::Converter, mend));
    };
    Ok(Parameter {
        name: name.into(),
        converter,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shape(pattern: &str) -> String {
        let read = Pattern::read(pattern).unwrap();
        let segments = read.segments.iter().map(|segment| match segment {
            Segment::Text(text) => (*text).to_owned(),
            Segment::Parameter(Parameter { name, converter }) => format!("{converter}={name}"),
        });
        let slash = if read.slash { " /" } else { "" };
        segments.collect::<Vec<_>>().join(" ") + slash
    }

    #[test]
    fn patterns_are_read_into_segments() {
        for (pattern, expected) in [
            ("/", " /"),
            ("/a", "a"),
            ("/a/", "a /"),
            ("/users/<id>", "users string=id"),
            ("/<string:a>/<int:b>/x/", "string=a int=b x /"),
            ("/f/<path:rest>", "f path=rest"),
            ("/f/<path:rest>/", "f path=rest /"),
            ("/sp ace/ö/b%72", "sp ace ö b%72"),
            ("/.well-known", ".well-known"),
        ] {
            assert_eq!(shape(pattern), expected, "{pattern}");
        }
    }

    #[test]
    fn what_cannot_be_read_says_why() {
        for (pattern, kind) in [
            ("", BuildErrorKind::NoLeadingSlash),
            ("a/b", BuildErrorKind::NoLeadingSlash),
            ("//", BuildErrorKind::EmptySegment),
            ("///", BuildErrorKind::EmptySegment),
            ("//a", BuildErrorKind::EmptySegment),
            ("/a//b", BuildErrorKind::EmptySegment),
            ("/a//", BuildErrorKind::EmptySegment),
            ("/a/../b", BuildErrorKind::Unreachable),
            ("/a\\b", BuildErrorKind::Unreachable),
            ("/<id", BuildErrorKind::Bracket),
            ("/id>", BuildErrorKind::Bracket),
            ("/<any(a/b):x>", BuildErrorKind::Bracket),
            ("/<a>-<b>", BuildErrorKind::MixedSegment),
            ("/x<a>", BuildErrorKind::MixedSegment),
            ("/<a>.html", BuildErrorKind::MixedSegment),
            ("/<<a>", BuildErrorKind::MixedSegment),
            ("/>a<", BuildErrorKind::MixedSegment),
            ("/<>", BuildErrorKind::ParameterName),
            ("/<int:>", BuildErrorKind::ParameterName),
            ("/<1a>", BuildErrorKind::ParameterName),
            ("/<a b>", BuildErrorKind::ParameterName),
            ("/<a>/<int:a>", BuildErrorKind::RepeatedParameter),
            ("/<uuid:a>", BuildErrorKind::Converter),
            ("/<int(min=1):a>", BuildErrorKind::Converter),
            ("/<path:a>/x", BuildErrorKind::PathNotLast),
        ] {
            let (found, mend) = Pattern::read(pattern).unwrap_err();
            assert_eq!(found, kind, "{pattern}: {mend}");
        }
        let many: Vec<_> = (0..=MAX_PARAMETERS).map(|n| format!("/<p{n}>")).collect();
        let (found, _) = Pattern::read(&many.concat()).unwrap_err();
        assert_eq!(found, BuildErrorKind::TooManyParameters);
    }

    proptest! {
        #[test]
        fn reading_never_panics(pattern in "[/<>:a(é .\\\\]{0,12}") {
            let _ = Pattern::read(&pattern);
        }
    }
}
