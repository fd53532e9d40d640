//! Entity tags: two codings of one page must not share a strong one ([RFC 9110 §8.8.3.3]).
//!
//! [RFC 9110 §8.8.3.3]: https://www.rfc-editor.org/rfc/rfc9110#section-8.8.3.3

use http::{HeaderMap, HeaderName, HeaderValue, header};
use plywood_header::{accept_encoding::Coding, entity_tag::EntityTag};

/// What becomes of the strong entity tag of an answer that is compressed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum EntityTags {
    /// `"x"` becomes `W/"x"`: the answer means the same, in other bytes.
    ///
    /// `If-None-Match` works as ever, because it compares weakly. `If-Match` fails, as it must: what the client holds is not byte for byte
    /// what it would change. A client that wants to edit asks with `Accept-Encoding: identity`.
    #[default]
    Weak,
    /// `"x"` becomes `"x-gzip"`, `"x-br"` and so on: a strong tag for each coding.
    ///
    /// In `If-None-Match` and `If-Match` of later requests the suffix is taken off again, so that the inner service finds its own tag.
    Suffixed,
}

/// Changes the tag of an answer that is now in `coding`. A tag that cannot be read might be taken for a strong one: it goes.
pub(crate) fn recode(headers: &mut HeaderMap, kind: EntityTags, coding: Coding) {
    let Some(value) = headers.remove(header::ETAG) else {
        return;
    };
    let Some(tag) = EntityTag::parse(&value) else {
        return;
    };
    let value = match kind {
        _ if tag.is_weak() => value,
        EntityTags::Weak => tag.weakened().header_value().clone(),
        // Each dictionary makes other bytes.
        EntityTags::Suffixed if matches!(coding, Coding::Dcz | Coding::Dcb) => {
            tag.weakened().header_value().clone()
        }
        EntityTags::Suffixed => suffixed(&tag, coding),
    };
    headers.insert(header::ETAG, value);
}

fn suffixed(tag: &EntityTag, coding: Coding) -> HeaderValue {
    let tag = tag.header_value().as_bytes();
    let open = tag.strip_suffix(b"\"").unwrap_or(tag);
    let value = [open, b"-", coding.as_str().as_bytes(), b"\""].concat();
    HeaderValue::try_from(value).expect("a tag and the name of a coding make a field value")
}

/// Puts beside each tag that bears the suffix of one of `codings` the one that the inner service knows.
///
/// The tag itself stays: the inner service may have made it.
pub(crate) fn without_suffixes(headers: &mut HeaderMap, codings: &[Coding]) {
    for field in [header::IF_NONE_MATCH, header::IF_MATCH] {
        let is_ours = |line: &HeaderValue| {
            let pieces = line.as_bytes().split(|byte| *byte == b'"');
            pieces
                .skip(1)
                .step_by(2)
                .any(|opaque| stem(opaque, codings).is_some())
        };
        if headers.get_all(&field).iter().any(is_ours) {
            rewrite(headers, &field, codings);
        }
    }
}

fn rewrite(headers: &mut HeaderMap, field: &HeaderName, codings: &[Coding]) {
    let lines: Vec<_> = headers
        .get_all(field)
        .iter()
        .map(|line| with_stems(line, codings))
        .collect();
    headers.remove(field);
    for line in lines {
        headers.append(field, line);
    }
}

fn with_stems(line: &HeaderValue, codings: &[Coding]) -> HeaderValue {
    let mut text = Vec::with_capacity(2 * line.len());
    let mut pieces = line.as_bytes().split(|byte| *byte == b'"');
    // An entity tag holds no quote and no escape: every second piece is one.
    while let Some(between) = pieces.next() {
        text.extend_from_slice(between);
        let Some(opaque) = pieces.next() else { break };
        let quoted = |text: &mut Vec<u8>, opaque: &[u8]| {
            text.push(b'"');
            text.extend_from_slice(opaque);
            text.push(b'"');
        };
        quoted(&mut text, opaque);
        if let Some(stem) = stem(opaque, codings) {
            text.extend_from_slice(if between.ends_with(b"W/") {
                b", W/"
            } else {
                b", "
            });
            quoted(&mut text, stem);
        }
    }
    HeaderValue::try_from(text).unwrap_or_else(|_| line.clone())
}

fn stem<'t>(opaque: &'t [u8], codings: &[Coding]) -> Option<&'t [u8]> {
    codings.iter().find_map(|coding| {
        let stem = opaque.strip_suffix(coding.as_str().as_bytes())?;
        stem.strip_suffix(b"-")
    })
}

/// Whether `lines` of `If-None-Match` name the suffixed form of the tag in `headers`; then the client holds that coding.
pub(crate) fn held_coding(
    headers: &HeaderMap,
    lines: &[HeaderValue],
    codings: &[Coding],
) -> Option<Coding> {
    let tag = EntityTag::parse(headers.get(header::ETAG)?)?;
    let holds = |coding: &&Coding| {
        let wanted = suffixed(&tag, **coding);
        let wanted = wanted.as_bytes();
        let mut windows = lines
            .iter()
            .flat_map(|line| line.as_bytes().windows(wanted.len()));
        windows.any(|at| at == wanted)
    };
    codings.iter().find(holds).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    const CODINGS: &[Coding] = &[Coding::Gzip, Coding::Br];

    fn after(tag: &str, kind: EntityTags) -> Option<String> {
        let mut headers = HeaderMap::new();
        headers.insert(header::ETAG, tag.parse().unwrap());
        recode(&mut headers, kind, Coding::Gzip);
        headers
            .get(header::ETAG)
            .map(|tag| tag.to_str().unwrap().to_owned())
    }

    #[test]
    fn no_strong_tag_survives() {
        for (before, weak, suffixed) in [
            ("\"abc\"", Some("W/\"abc\""), Some("\"abc-gzip\"")),
            ("W/\"abc\"", Some("W/\"abc\""), Some("W/\"abc\"")),
            ("\"\"", Some("W/\"\""), Some("\"-gzip\"")),
            ("abc", None, None),
            ("\"abc", None, None),
            ("w/\"abc\"", None, None),
        ] {
            assert_eq!(after(before, EntityTags::Weak).as_deref(), weak, "{before}");
            assert_eq!(
                after(before, EntityTags::Suffixed).as_deref(),
                suffixed,
                "{before}"
            );
        }
    }

    #[test]
    fn the_inner_service_finds_its_own_tag() {
        for (sent, expected) in [
            (r#""a""#, r#""a""#),
            (r#""a-gzip""#, r#""a-gzip", "a""#),
            (
                r#""a-br", "b", W/"c-gzip""#,
                r#""a-br", "a", "b", W/"c-gzip", W/"c""#,
            ),
            (r#""a-zstd""#, r#""a-zstd""#),
            (r#""-gzip""#, r#""-gzip", """#),
            (r#""gzip""#, r#""gzip""#),
            (r#""a-gzip"#, r#""a-gzip", "a""#),
            ("*", "*"),
            ("a-gzip", "a-gzip"),
        ] {
            for field in [header::IF_MATCH, header::IF_NONE_MATCH] {
                let mut headers = HeaderMap::new();
                headers.append(&field, sent.parse().unwrap());
                headers.append(&field, HeaderValue::from_static("\"x-gzip\""));
                without_suffixes(&mut headers, CODINGS);
                let lines: Vec<_> = headers.get_all(&field).iter().collect();
                assert_eq!(lines, [expected, r#""x-gzip", "x""#], "{sent}");
            }
        }
    }

    #[test]
    fn the_coding_that_a_client_holds_is_seen() {
        let mut headers = HeaderMap::new();
        headers.insert(header::ETAG, HeaderValue::from_static("\"a\""));
        for (line, expected) in [
            (r#""a""#, None),
            (r#""a-gzip""#, Some(Coding::Gzip)),
            (r#""x", "a-br""#, Some(Coding::Br)),
            (r#""aa-br""#, None),
        ] {
            let lines = [line.parse().unwrap()];
            assert_eq!(held_coding(&headers, &lines, CODINGS), expected, "{line}");
        }
    }
}
