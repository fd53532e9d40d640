//! `ETag`, and the lists of tags in `If-Match` and `If-None-Match`.
//!
//! [RFC 9110 §8.8.3](https://www.rfc-editor.org/rfc/rfc9110#section-8.8.3),
//! [§13.1.1](https://www.rfc-editor.org/rfc/rfc9110#section-13.1.1),
//! [§13.1.2](https://www.rfc-editor.org/rfc/rfc9110#section-13.1.2)

use std::{error, fmt};

use http::{HeaderMap, HeaderName, HeaderValue};

use crate::grammar::trim;

/// How many tags of a list are looked at, over all lines of the field.
pub const MAX_TAGS: usize = 1024;

/// The name of one state of a resource. Cloning it is cheap.
///
/// There is no `==`: say [`strong_eq`](Self::strong_eq) or [`weak_eq`](Self::weak_eq), because the two differ and the standard
/// says which to use where.
#[derive(Clone)]
pub struct EntityTag {
    /// As it stands in a field, with its quotes and perhaps `W/` in front.
    value: HeaderValue,
}

impl EntityTag {
    /// A tag that changes with every byte: `"opaque"`.
    ///
    /// # Errors
    ///
    /// [`InvalidEntityTag`] if `opaque` holds a quote, a space or a control character.
    pub fn strong(opaque: impl AsRef<str>) -> Result<Self, InvalidEntityTag> {
        Self::build("\"", opaque.as_ref())
    }

    /// A tag that changes with the meaning: `W/"opaque"`.
    ///
    /// # Errors
    ///
    /// [`InvalidEntityTag`] if `opaque` holds a quote, a space or a control character.
    pub fn weak(opaque: impl AsRef<str>) -> Result<Self, InvalidEntityTag> {
        Self::build("W/\"", opaque.as_ref())
    }

    fn build(prefix: &str, opaque: &str) -> Result<Self, InvalidEntityTag> {
        let invalid = || InvalidEntityTag(opaque.to_owned());
        if !opaque.bytes().all(is_etagc) {
            return Err(invalid());
        }
        let value = [prefix, opaque, "\""].concat();
        let value = HeaderValue::try_from(value).map_err(|_| invalid())?;
        Ok(Self { value })
    }

    /// Reads the value of an `ETag` field; `None` if it is not exactly one tag.
    pub fn parse(value: impl AsRef<[u8]>) -> Option<Self> {
        let text = trim(value.as_ref());
        let (_, rest) = RawTag::read(text)?;
        let value = HeaderValue::from_bytes(text).ok()?;
        rest.is_empty().then_some(Self { value })
    }

    /// Whether it is a weak tag.
    pub fn is_weak(&self) -> bool {
        self.raw().weak
    }

    /// The value of an `ETag` field. Cloning it shares this tag's bytes.
    pub const fn header_value(&self) -> &HeaderValue {
        &self.value
    }

    /// The weak form of this tag: for an answer that means the same in other bytes, as after compression.
    #[must_use]
    pub fn weakened(&self) -> Self {
        if self.is_weak() {
            return self.clone();
        }
        let value = [b"W/", self.value.as_bytes()].concat();
        let value =
            HeaderValue::try_from(value).expect("`W/` in front of a field value is a field value");
        Self { value }
    }

    /// Strong comparison: the same opaque text, and neither is weak.
    pub fn strong_eq(&self, other: &Self) -> bool {
        self.raw().strong_eq(other.raw())
    }

    /// Weak comparison: the same opaque text.
    pub fn weak_eq(&self, other: &Self) -> bool {
        self.raw().weak_eq(other.raw())
    }

    fn raw(&self) -> RawTag<'_> {
        let (weak, quoted) = weak_prefix(self.value.as_bytes());
        let opaque = &quoted[1..quoted.len() - 1];
        RawTag { weak, opaque }
    }
}

impl fmt::Display for EntityTag {
    /// As it stands in the field; bytes beyond ASCII that are not UTF-8 are replaced.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from_utf8_lossy(self.value.as_bytes()))
    }
}

impl fmt::Debug for EntityTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EntityTag({self})")
    }
}

/// An opaque text that cannot stand in an entity tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidEntityTag(String);

impl InvalidEntityTag {
    /// The text as it was given.
    pub fn input(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for InvalidEntityTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "invalid entity tag {:?}: it must not hold quotes, spaces or control characters",
            self.0
        )
    }
}

impl error::Error for InvalidEntityTag {}

/// The tags of an `If-Match` or `If-None-Match` field, over all its lines. It borrows the request and copies nothing.
#[derive(Clone, Debug)]
pub enum EntityTagList<'h> {
    /// `*`: whatever tag there is.
    Any,
    /// Some tags; malformed ones are skipped.
    Tags(Tags<'h>),
}

/// The lines of a list of tags. Made by [`EntityTagList::read`].
#[derive(Clone, Debug)]
pub struct Tags<'h> {
    headers: &'h HeaderMap,
    field: HeaderName,
}

impl<'h> EntityTagList<'h> {
    /// Reads `field`; `None` if the request does not have it.
    ///
    /// `*` counts only when it stands alone. A malformed element matches nothing, and neither do tags beyond [`MAX_TAGS`].
    pub fn read(headers: &'h HeaderMap, field: HeaderName) -> Option<Self> {
        let mut lines = headers.get_all(&field).iter();
        let first = lines.next()?;
        if trim(first.as_bytes()) == b"*" && lines.next().is_none() {
            return Some(Self::Any);
        }
        Some(Self::Tags(Tags { headers, field }))
    }

    /// Whether `tag` is in the list by strong comparison, as `If-Match` asks. [`Any`](Self::Any) holds every tag.
    pub fn holds_strong(&self, tag: &EntityTag) -> bool {
        self.any(|listed| listed.strong_eq(tag.raw()))
    }

    /// Whether `tag` is in the list by weak comparison, as `If-None-Match` asks. [`Any`](Self::Any) holds every tag.
    pub fn holds_weak(&self, tag: &EntityTag) -> bool {
        self.any(|listed| listed.weak_eq(tag.raw()))
    }

    fn any(&self, matches: impl Fn(RawTag<'_>) -> bool) -> bool {
        match self {
            Self::Any => true,
            Self::Tags(tags) => tags.raw().any(matches),
        }
    }
}

impl Tags<'_> {
    fn raw(&self) -> impl Iterator<Item = RawTag<'_>> {
        let lines = self.headers.get_all(&self.field).iter();
        lines
            .flat_map(|line| RawTags(line.as_bytes()))
            .take(MAX_TAGS)
    }
}

#[derive(Clone, Copy)]
struct RawTag<'h> {
    weak: bool,
    opaque: &'h [u8],
}

impl<'h> RawTag<'h> {
    /// One tag at the start of `text`, and what follows it.
    fn read(text: &'h [u8]) -> Option<(Self, &'h [u8])> {
        let (weak, text) = weak_prefix(text);
        let text = text.strip_prefix(b"\"")?;
        let end = text.iter().position(|byte| !is_etagc(*byte))?;
        let (opaque, rest) = text.split_at(end);
        Some((Self { weak, opaque }, rest.strip_prefix(b"\"")?))
    }

    fn strong_eq(self, other: RawTag<'_>) -> bool {
        !self.weak && !other.weak && self.opaque == other.opaque
    }

    fn weak_eq(self, other: RawTag<'_>) -> bool {
        self.opaque == other.opaque
    }
}

/// The tags of one line. Each step moves past what it looked at, so the whole line costs one pass.
struct RawTags<'h>(&'h [u8]);

impl<'h> Iterator for RawTags<'h> {
    type Item = RawTag<'h>;

    fn next(&mut self) -> Option<RawTag<'h>> {
        loop {
            while let [b' ' | b'\t' | b',', rest @ ..] = self.0 {
                self.0 = rest;
            }
            if self.0.is_empty() {
                return None;
            }
            let read = RawTag::read(self.0);
            self.0 = after_element(self.0);
            // What stands between the closing quote and the comma makes the element malformed.
            if let Some((tag, rest)) = read
                && matches!(trim_start(rest), [] | [b',', ..])
            {
                return Some(tag);
            }
        }
    }
}

/// What follows the comma that ends the element at the start of `text`; a comma between quotes does not.
fn after_element(text: &[u8]) -> &[u8] {
    let mut quoted = false;
    let end = text.iter().position(|byte| {
        quoted ^= *byte == b'"';
        *byte == b',' && !quoted
    });
    end.map_or(b"", |end| &text[end..])
}

fn trim_start(mut text: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] = text {
        text = rest;
    }
    text
}

/// `W/` has a case: `w/` is not weak, it is malformed.
fn weak_prefix(text: &[u8]) -> (bool, &[u8]) {
    match text {
        [b'W', b'/', quoted @ ..] => (true, quoted),
        _ => (false, text),
    }
}

const fn is_etagc(byte: u8) -> bool {
    matches!(byte, 0x21 | 0x23..=0x7e | 0x80..=0xff)
}

#[cfg(test)]
mod tests {
    use http::header::{IF_MATCH, IF_NONE_MATCH};

    use super::*;

    fn tag(text: &str) -> EntityTag {
        EntityTag::parse(text).unwrap()
    }

    #[test]
    fn a_tag_is_read_as_it_is_written() {
        for (text, weak) in [
            (r#""""#, false),
            (r#""a""#, false),
            (r#"W/"a""#, true),
            (r#""a,b""#, false),
            (r#""W/""#, false),
            (r#""\""#, false),
            ("\"é\"", false),
        ] {
            let tag = tag(text);
            assert_eq!((tag.to_string().as_str(), tag.is_weak()), (text, weak));
            assert_eq!(tag.header_value().as_bytes(), text.as_bytes());
        }
    }

    #[test]
    fn what_is_not_exactly_one_tag_is_none() {
        for text in [
            "",
            "a",
            "*",
            "\"",
            "\"a",
            "a\"",
            "W/",
            "W/\"",
            "W/a",
            "w/\"a\"",
            "W /\"a\"",
            "W/ \"a\"",
            "\"a b\"",
            "\"a\"b\"",
            "\"a\", \"b\"",
            "\"a\"b",
            "'a'",
            "\"a\tb\"",
            "\"a\x7f\"",
            "\"a\n\"",
        ] {
            assert!(EntityTag::parse(text).is_none(), "{text:?}");
        }
    }

    #[test]
    fn a_tag_is_made_of_an_opaque_text() {
        assert_eq!(
            EntityTag::strong("5f-1a").unwrap().to_string(),
            r#""5f-1a""#
        );
        assert_eq!(
            EntityTag::weak(String::from("5f-1a")).unwrap().to_string(),
            r#"W/"5f-1a""#
        );
        for opaque in ["a\"b", "a b", "a\nb", "a\tb", "\x7f"] {
            assert_eq!(EntityTag::strong(opaque).unwrap_err().input(), opaque);
            assert_eq!(EntityTag::weak(opaque).unwrap_err().input(), opaque);
        }
    }

    #[test]
    fn tags_compare_as_in_the_table_of_the_standard() {
        // RFC 9110 §8.8.3.2
        for (left, right, strong, weak) in [
            (r#"W/"1""#, r#"W/"1""#, false, true),
            (r#"W/"1""#, r#"W/"2""#, false, false),
            (r#"W/"1""#, r#""1""#, false, true),
            (r#""1""#, r#""1""#, true, true),
            (r#""a""#, r#""A""#, false, false),
        ] {
            for (left, right) in [(tag(left), tag(right)), (tag(right), tag(left))] {
                assert_eq!(
                    (left.strong_eq(&right), left.weak_eq(&right)),
                    (strong, weak),
                    "{left} {right}"
                );
            }
        }
    }

    #[test]
    fn weakening_keeps_the_opaque_text_and_happens_once() {
        assert_eq!(tag(r#""a""#).weakened().to_string(), r#"W/"a""#);
        assert_eq!(tag(r#""a""#).weakened().weakened().to_string(), r#"W/"a""#);
    }

    fn sent(lines: &[&str]) -> HeaderMap {
        let lines = lines
            .iter()
            .map(|line| HeaderValue::from_bytes(line.as_bytes()).unwrap());
        lines.map(|line| (IF_NONE_MATCH, line)).collect()
    }

    #[test]
    fn a_tag_is_found_among_others() {
        for (lines, weak, strong) in [
            (&[r#""x""#][..], true, true),
            (&[r#"W/"x""#], true, false),
            (&[r#""a", "x""#], true, true),
            (&[r#""a","x","b""#], true, true),
            (&[r#""a"	,	W/"x" ,"#], true, false),
            (&[r#""a""#, r#", ,"x""#], true, true),
            (&[r#"W/"x", "x""#], true, true),
            (&[r#""a,"x","#], false, false),
            (&[r#""a", b, "x""#], true, true),
            (&[r#"a"b"c, "x""#], true, true),
            (&[r#""a b", "x""#], true, true),
            (&["*", r#""x""#], true, true),
            (&[r#"*, "x""#], true, true),
            (&["*"], true, true),
            (&[" * "], true, true),
            (&["*, *"], false, false),
            (&["*", "*"], false, false),
            (&[r#""a, "x""#, r#""y""#], false, false),
            (&[r#""x" "x""#], false, false),
            (&[r#""x"y"#], false, false),
            (&[r#"w/"x""#], false, false),
            (&["x"], false, false),
            (&[r#""X""#], false, false),
            (&[r#""x "#], false, false),
            (&[r#"",x,""#], false, false),
            (&[""], false, false),
        ] {
            let headers = sent(lines);
            let list = EntityTagList::read(&headers, IF_NONE_MATCH).unwrap();
            assert_eq!(list.holds_weak(&tag(r#""x""#)), weak, "{lines:?}");
            assert_eq!(list.holds_strong(&tag(r#""x""#)), strong, "{lines:?}");
            assert!(EntityTagList::read(&headers, IF_MATCH).is_none());
        }
    }

    #[test]
    fn tags_beyond_the_bound_match_nothing() {
        let line = r#""a","#.repeat(MAX_TAGS - 1) + r#""x""#;
        let holds = |lines: &[&str]| {
            let headers = sent(lines);
            EntityTagList::read(&headers, IF_NONE_MATCH)
                .unwrap()
                .holds_weak(&tag(r#""x""#))
        };
        assert!(holds(&[&line]));
        assert!(!holds(&[r#""a""#, &line]));
    }
}
