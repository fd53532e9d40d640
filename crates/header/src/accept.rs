//! `Accept`: which of our media types would the client like best?
//!
//! [RFC 9110 §12.5.1](https://www.rfc-editor.org/rfc/rfc9110#section-12.5.1)

use http::{HeaderMap, HeaderValue, header::ACCEPT};

use crate::grammar::{is_token, quoted_elements, trim, weight};

/// How many media ranges are considered, over all lines of the field. A browser sends fewer than ten.
pub const MAX_ELEMENTS: usize = 32;

/// The offer that the client prefers; `None` if it accepts none of them.
///
/// `offers` are media types in the server's order of preference, with parameters if they matter (`text/html;level=1`).
/// Each offer takes its weight from the most specific range that matches it: `type/subtype;parameter` before `type/subtype`
/// before `type/*` before `*/*`. The greatest weight wins, and among equals the earlier offer. A range without a
/// structured suffix does not match a type with one: `application/json` says nothing of `application/problem+json`, so offer both.
///
/// Without the field, the first offer. A field without one readable element is no field: malformed elements are skipped, and those
/// beyond [`MAX_ELEMENTS`] are not read.
///
/// ```
/// use http::{HeaderMap, header::ACCEPT};
/// use plywood_header::accept::best;
///
/// let offers = ["text/plain", "text/html", "application/problem+json"];
/// let mut headers = HeaderMap::new();
/// assert_eq!(best(&headers, &offers), Some("text/plain"));
///
/// headers.insert(ACCEPT, "text/html, application/xml;q=0.9, */*;q=0.8".parse().unwrap());
/// assert_eq!(best(&headers, &offers), Some("text/html"));
///
/// headers.insert(ACCEPT, "image/png".parse().unwrap());
/// assert_eq!(best(&headers, &offers), None);
/// ```
pub fn best<'o>(headers: &HeaderMap, offers: &[&'o str]) -> Option<&'o str> {
    let lines = headers.get_all(ACCEPT).iter();
    choose(lines.map(HeaderValue::as_bytes), offers)
}

/// [`best`], from the field in one line: for whoever keeps it until it knows that a media type is to be chosen at all.
pub fn best_of_line<'o>(line: &[u8], offers: &[&'o str]) -> Option<&'o str> {
    choose(std::iter::once(line), offers)
}

fn choose<'h, 'o>(lines: impl Iterator<Item = &'h [u8]>, offers: &[&'o str]) -> Option<&'o str> {
    // Read once, and not once for each offer.
    let mut read = [None; MAX_ELEMENTS];
    let mut count = 0;
    for (place, range) in read.iter_mut().zip(ranges(lines)) {
        *place = Some(range);
        count += 1;
    }
    if count == 0 {
        return offers.first().copied();
    }
    let ranges = &read[..count];
    let mut best = None;
    let mut greatest = 0;
    for offer in offers {
        let weight = weight_of(offer, ranges);
        if weight > greatest {
            (best, greatest) = (Some(*offer), weight);
        }
    }
    best
}

/// The weight of one offer: that of the most specific range that matches it.
fn weight_of(offer: &str, ranges: &[Option<MediaRange<'_>>]) -> u16 {
    let Some(offer) = Offer::parse(offer.as_bytes()) else {
        return 0;
    };
    ranges
        .iter()
        .flatten()
        .filter_map(|range| Some((range.specificity(&offer)?, range.weight)))
        .max()
        .map_or(0, |(_, weight)| weight)
}

/// A media type of ours.
struct Offer<'o> {
    kind: &'o [u8],
    subkind: &'o [u8],
    /// Everything behind the first `;`.
    parameters: &'o [u8],
}

impl<'o> Offer<'o> {
    fn parse(offer: &'o [u8]) -> Option<Self> {
        let (essence, parameters) = split_at(offer, b';').unwrap_or((offer, b""));
        let (kind, subkind) = split_at(trim(essence), b'/')?;
        Some(Self {
            kind,
            subkind,
            parameters,
        })
    }
}

/// The readable media ranges of every line, in order.
fn ranges<'h>(lines: impl Iterator<Item = &'h [u8]>) -> impl Iterator<Item = MediaRange<'h>> {
    lines
        .flat_map(|line| quoted_elements(line, b','))
        .take(MAX_ELEMENTS)
        .filter_map(MediaRange::parse)
}

#[derive(Clone, Copy)]
struct MediaRange<'h> {
    kind: &'h [u8],
    subkind: &'h [u8],
    /// Everything from the first `;`, the weight included.
    parameters: &'h [u8],
    weight: u16,
}

impl<'h> MediaRange<'h> {
    fn parse(element: &'h [u8]) -> Option<Self> {
        let (essence, parameters) = split_at(element, b';').unwrap_or((element, b""));
        let (kind, subkind) = split_at(trim(essence), b'/')?;
        if !is_token(kind) || !is_token(subkind) || (kind == b"*" && subkind != b"*") {
            return None;
        }
        let mut q = None;
        for parameter in quoted_elements(parameters, b';') {
            let (name, value) = split_at(parameter, b'=')?;
            if name.eq_ignore_ascii_case(b"q") {
                if q.is_some() {
                    return None;
                }
                q = Some(weight(value)?);
            } else if !is_token(name) {
                return None;
            }
        }
        Some(Self {
            kind,
            subkind,
            parameters,
            weight: q.unwrap_or(1000),
        })
    }

    /// How closely this range describes `offer`; `None` if it does not match.
    fn specificity(&self, offer: &Offer<'_>) -> Option<(u8, usize)> {
        let closeness = if self.kind == b"*" {
            0
        } else if !self.kind.eq_ignore_ascii_case(offer.kind) {
            return None;
        } else if self.subkind == b"*" {
            1
        } else if self.subkind.eq_ignore_ascii_case(offer.subkind) {
            2
        } else {
            return None;
        };
        let mut parameters = 0;
        for wanted in quoted_elements(self.parameters, b';') {
            let (name, value) = split_at(wanted, b'=')?;
            if !name.eq_ignore_ascii_case(b"q") {
                quoted_elements(offer.parameters, b';')
                    .filter_map(|parameter| split_at(parameter, b'='))
                    .find(|(theirs, _)| theirs.eq_ignore_ascii_case(name))
                    .filter(|(_, theirs)| same(theirs, value))?;
                parameters += 1;
            }
        }
        Some((closeness, parameters))
    }
}

fn split_at(text: &[u8], separator: u8) -> Option<(&[u8], &[u8])> {
    let at = text.iter().position(|byte| *byte == separator)?;
    Some((&text[..at], &text[at + 1..]))
}

/// Two parameter values, quoted or not, without regard to case.
fn same(left: &[u8], right: &[u8]) -> bool {
    plain(left).eq(plain(right))
}

/// The characters of a token or of a quoted string, in lower case.
fn plain(value: &[u8]) -> impl Iterator<Item = u8> {
    let (inside, quoted) = match value {
        [b'"', inside @ .., b'"'] => (inside, true),
        _ => (value, false),
    };
    let mut escaped = false;
    inside.iter().filter_map(move |byte| {
        escaped = quoted && !escaped && *byte == b'\\';
        (!escaped).then(|| byte.to_ascii_lowercase())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGES: &[&str] = &[
        "text/plain",
        "text/html",
        "application/problem+json",
        "application/json",
    ];

    fn asked(lines: &[&str], offers: &[&'static str]) -> Option<&'static str> {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(ACCEPT, HeaderValue::from_bytes(line.as_bytes()).unwrap());
        }
        best(&headers, offers)
    }

    #[test]
    fn the_client_s_preference_decides() {
        for (line, expected) in [
            ("text/html", Some("text/html")),
            ("TEXT/HTML", Some("text/html")),
            ("application/json", Some("application/json")),
            ("application/problem+json", Some("application/problem+json")),
            (
                "application/json, application/problem+json;q=0.1",
                Some("application/json"),
            ),
            ("image/png", None),
            ("text/*", Some("text/plain")),
            ("*/*", Some("text/plain")),
            ("text/plain;q=0.2, text/html;q=0.3", Some("text/html")),
            ("text/plain ; q=0.2 , text/html ; Q=0.3", Some("text/html")),
            ("text/html;q=0.001, image/png", Some("text/html")),
            // The most specific range speaks, however little it says.
            (
                "text/plain;q=0.1, text/*;q=0.9, */*;q=0.5",
                Some("text/html"),
            ),
            ("*/*, text/plain;q=0", Some("text/html")),
            ("*/*;q=0, text/html;q=0.1", Some("text/html")),
            ("text/*;q=0, */*;q=0.1", Some("application/problem+json")),
            ("*/*;q=0", None),
            ("text/html;q=0", None),
            // A browser.
            (
                "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8",
                Some("text/html"),
            ),
            // Equal weights go to the server's order; of two for one range the greater counts.
            ("text/html, text/plain", Some("text/plain")),
            (
                "text/plain;q=0.5, text/html;q=0.6, text/plain;q=0.7",
                Some("text/plain"),
            ),
        ] {
            assert_eq!(asked(&[line], PAGES), expected, "{line}");
        }
    }

    #[test]
    fn parameters_of_a_range_must_be_those_of_the_offer() {
        let levels = &["text/html;level=1", "text/html;level=2", "text/html"];
        for (line, expected) in [
            ("text/html;level=2", Some("text/html;level=2")),
            (r#"text/html; Level="2""#, Some("text/html;level=2")),
            (r#"text/html; level="\2""#, Some("text/html;level=2")),
            ("text/html;level=3", None),
            (
                "text/html;level=1;q=0.1, text/html;q=0.2",
                Some("text/html;level=2"),
            ),
            ("text/html;q=0.1;level=2", Some("text/html;level=2")),
            // RFC 9110 §12.5.1, the long example.
            (
                "text/*;q=0.3, text/plain;q=0.7, text/plain;format=flowed, */*;q=0.5",
                Some("text/html;level=1"),
            ),
        ] {
            assert_eq!(asked(&[line], levels), expected, "{line}");
        }
        let flowed = &["text/plain;format=fixed", "text/plain;format=flowed"];
        let line = "text/*;q=0.3, text/plain;q=0.7, text/plain;format=flowed, */*;q=0.5";
        assert_eq!(asked(&[line], flowed), Some("text/plain;format=flowed"));
        assert_eq!(asked(&[r#"a/b;x="text/plain,text/html""#], PAGES), None);
    }

    #[test]
    fn lines_are_joined() {
        assert_eq!(
            asked(&["text/plain;q=0.5", "text/html"], PAGES),
            Some("text/html")
        );
        assert_eq!(
            asked(&["image/png", "text/html;q=0.1"], PAGES),
            Some("text/html")
        );
    }

    #[test]
    fn malformed_elements_are_skipped() {
        for element in [
            "*",
            "*;q=.2",
            "text",
            "/",
            "text/",
            "/html",
            "*/html",
            "te xt/html",
            "text/html;q=",
            "text/html;q=2",
            "text/html;q=0.1234",
            "text/html;q=1;q=1",
            "text/html;level",
            "text/html;level = 1",
            "text/html;=1",
            "text/html;a b=1",
            "text//html",
            "text/html;q=\"1\"",
        ] {
            assert_eq!(
                asked(&[&format!("{element}, application/json")], PAGES),
                Some("application/json"),
                "{element}"
            );
            assert_eq!(
                asked(&[element], PAGES),
                Some("text/plain"),
                "{element} is no preference"
            );
        }
        assert_eq!(asked(&["text/html;, image/png"], PAGES), Some("text/html"));
        assert_eq!(asked(&[",,text/html,,"], PAGES), Some("text/html"));
    }

    #[test]
    fn without_a_preference_the_first_offer_is_taken() {
        assert_eq!(asked(&[], PAGES), Some("text/plain"));
        assert_eq!(asked(&[""], PAGES), Some("text/plain"));
        assert_eq!(asked(&[" , "], PAGES), Some("text/plain"));
        assert_eq!(asked(&[], &[]), None);
        assert_eq!(asked(&["*/*"], &[]), None);
    }

    #[test]
    fn what_lies_beyond_the_bound_is_not_read() {
        let line = "image/png,".repeat(MAX_ELEMENTS - 1) + "text/html";
        assert_eq!(asked(&[&line], PAGES), Some("text/html"));
        assert_eq!(asked(&["image/png", &line], PAGES), None);
    }
}
