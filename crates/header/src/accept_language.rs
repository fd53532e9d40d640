//! `Accept-Language`: which of our languages would the visitor like best?
//!
//! [RFC 9110 §12.5.4](https://www.rfc-editor.org/rfc/rfc9110#section-12.5.4), [RFC 4647](https://www.rfc-editor.org/rfc/rfc4647)

use http::{HeaderMap, HeaderValue, header::ACCEPT_LANGUAGE};

use crate::grammar::{elements, trim, weight};

/// How many language ranges are considered, over all lines of the field. A browser sends two to ten.
pub const MAX_ELEMENTS: usize = 32;

/// The offer that the visitor prefers; `None` if the field names none of them.
///
/// `offers` are language tags (`de`, `pt-BR`). A range matches a tag that it begins ([RFC 4647 §3.3.1]: `de` matches `de-CH`), and a tag
/// that it comes down to when its ends are taken off ([§3.4]: `de-CH` finds `de`), the latter only for what it wants, as `de-CH;q=0` does not
/// refuse every German. Each offer takes its weight from the range that matches it most closely: the same tag, then a tag that begins it, then one
/// that it begins, then `*`. The greatest weight wins; among equals that which the visitor named first, and among those that `*` alone matches the earlier
/// offer.
///
/// Without the field: `None`, too, as any language will do. Malformed elements are skipped, and those beyond [`MAX_ELEMENTS`] are not read.
///
/// ```
/// use http::{HeaderMap, header::ACCEPT_LANGUAGE};
/// use plywood_header::accept_language::best;
///
/// let mut headers = HeaderMap::new();
/// headers.insert(ACCEPT_LANGUAGE, "de-CH, fr;q=0.9, en;q=0.8".parse().unwrap());
/// assert_eq!(best(&headers, &["en", "fr", "de"]), Some("de"));
/// assert_eq!(best(&headers, &["en", "fr"]), Some("fr"));
/// assert_eq!(best(&headers, &["ja"]), None);
/// ```
///
/// [RFC 4647 §3.3.1]: https://www.rfc-editor.org/rfc/rfc4647#section-3.3.1
/// [§3.4]: https://www.rfc-editor.org/rfc/rfc4647#section-3.4
pub fn best<'o>(headers: &HeaderMap, offers: &[&'o str]) -> Option<&'o str> {
    let lines = headers.get_all(ACCEPT_LANGUAGE).iter();
    choose(lines.map(HeaderValue::as_bytes), offers)
}

/// [`best`], from the field in one line: for whoever keeps it until it knows that a language is to be chosen at all.
pub fn best_of_line<'o>(line: &[u8], offers: &[&'o str]) -> Option<&'o str> {
    choose(std::iter::once(line), offers)
}

fn choose<'h, 'o>(lines: impl Iterator<Item = &'h [u8]>, offers: &[&'o str]) -> Option<&'o str> {
    let elements = lines.flat_map(elements);
    // Read once, and not once for each offer.
    let mut ranges = [None; MAX_ELEMENTS];
    for (range, element) in ranges.iter_mut().zip(elements) {
        *range = parse(element);
    }
    let mut best = None;
    let mut greatest = (0, 0);
    for offer in offers {
        let ranges = ranges.iter().enumerate();
        let closest = ranges
            .filter_map(|(at, range)| {
                let (tag, weight) = (*range)?;
                let closeness = closeness(tag, offer.as_bytes(), weight)?;
                Some((closeness, weight, MAX_ELEMENTS - at))
            })
            .max();
        // Two tags that only `*` matches stand in the same place, and the earlier offer keeps it.
        if let Some((_, weight, place)) = closest
            && weight > 0
            && (weight, place) > greatest
        {
            (best, greatest) = (Some(*offer), (weight, place));
        }
    }
    best
}

/// A range and its weight in thousandths.
fn parse(element: &[u8]) -> Option<(&[u8], u16)> {
    let mut pieces = element.splitn(2, |byte| *byte == b';');
    let tag = trim(pieces.next()?);
    let is_tag = tag == b"*"
        || tag.split(|byte| *byte == b'-').all(|part| {
            (1..=8).contains(&part.len()) && part.iter().all(u8::is_ascii_alphanumeric)
        });
    let weight = match pieces.next().map(trim) {
        None => 1000,
        Some([b'q' | b'Q', b'=', value @ ..]) => weight(value)?,
        Some(_) => return None,
    };
    is_tag.then_some((tag, weight))
}

/// How closely the range describes the offer, and not at all where it does not.
fn closeness(range: &[u8], offer: &[u8], weight: u16) -> Option<usize> {
    if range == b"*" {
        Some(0)
    } else if range.eq_ignore_ascii_case(offer) {
        Some(usize::MAX)
    } else if begins(range, offer) {
        Some(range.len() + usize::from(u16::MAX))
    } else if weight > 0 && begins(offer, range) {
        Some(1)
    } else {
        None
    }
}

/// Is `short` the first whole part of `long`, or several of them?
fn begins(short: &[u8], long: &[u8]) -> bool {
    long.get(short.len()) == Some(&b'-') && long[..short.len()].eq_ignore_ascii_case(short)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(lines: &[&str], offers: &[&'static str]) -> Option<&'static str> {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(ACCEPT_LANGUAGE, HeaderValue::from_str(line).unwrap());
        }
        best(&headers, offers)
    }

    #[test]
    fn the_visitor_s_preference_decides() {
        let offers = &["en", "de", "fr", "zh"];
        for (line, expected) in [
            ("de", Some("de")),
            ("DE", Some("de")),
            ("de-CH", Some("de")),
            ("de-Latn-CH-1996", Some("de")),
            ("zh-TW,zh;q=0.9,en-US;q=0.8,en;q=0.7", Some("zh")),
            ("fr-CH, fr;q=0.9, en;q=0.8, de;q=0.7, *;q=0.5", Some("fr")),
            ("da, en-gb;q=0.8, en;q=0.7", Some("en")),
            ("en;q=0.5, de;q=0.6", Some("de")),
            // Among equals that which is named first.
            ("fr, de", Some("fr")),
            ("de, fr", Some("de")),
            ("*", Some("en")),
            ("ja, *;q=0.1", Some("en")),
            ("*, en;q=0", Some("de")),
            ("*;q=0, de", Some("de")),
            ("*;q=0.9, de;q=0.1", Some("en")),
            // One dialect is unwanted, the language is not.
            ("de-CH;q=0, de", Some("de")),
            ("de-CH;q=0, *;q=0.1", Some("en")),
            // The closest range speaks for the offer.
            ("de-CH, de;q=0.1, en;q=0.5", Some("en")),
            ("ja", None),
            ("en;q=0", None),
            ("", None),
            ("deu", None),
            ("d", None),
            ("de_CH", None),
            ("de-", None),
            ("-de", None),
            ("de;q=x", None),
            ("de;level=1", None),
            ("de;q=x, fr", Some("fr")),
            ("de ; q=0.5 , fr;Q=0.6", Some("fr")),
        ] {
            assert_eq!(asked(&[line], offers), expected, "{line}");
        }
        assert_eq!(asked(&[], offers), None);
        assert_eq!(asked(&["fr;q=0.1", "de"], offers), Some("de"));
    }

    #[test]
    fn a_range_matches_the_dialects_that_it_begins() {
        let offers = &["pt-BR", "pt-PT", "sl"];
        for (line, expected) in [
            ("pt", Some("pt-BR")),
            ("pt-PT", Some("pt-PT")),
            ("pt-PT, pt;q=0.5", Some("pt-PT")),
            ("pt, pt-BR;q=0", Some("pt-PT")),
            ("p", None),
            ("sl-rozaj", Some("sl")),
        ] {
            assert_eq!(asked(&[line], offers), expected, "{line}");
        }
    }

    #[test]
    fn what_is_beyond_the_bound_is_not_read() {
        let many = "ja,".repeat(MAX_ELEMENTS - 1);
        assert_eq!(asked(&[&format!("{many}de")], &["de"]), Some("de"));
        assert_eq!(asked(&[&format!("{many}ja,de")], &["de"]), None);
    }
}
