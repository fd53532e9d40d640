//! Which of several forms of a file the visitor gets: packed beforehand, or in another language.

use http::HeaderMap;
use plywood_header::{
    accept_encoding::{Choice, Coding, negotiate},
    accept_language,
};

/// The codings in which a file may stand beside itself, the densest first.
pub(crate) const CODINGS: [Coding; 3] = [Coding::Br, Coding::Zstd, Coding::Gzip];

/// What a packed file adds to the name of its original.
pub(crate) const fn extension(coding: Coding) -> &'static str {
    match coding {
        Coding::Br => ".br",
        Coding::Zstd => ".zst",
        _ => ".gz",
    }
}

/// The first that `open` finds, in the order of what the request prefers; `None` where it prefers the plain form, or nothing else is there. Who
/// refuses even that gets it all the same: a server may ([RFC 9110 §12.5.3](https://www.rfc-editor.org/rfc/rfc9110#section-12.5.3)).
pub(crate) fn coded<T>(
    headers: &HeaderMap,
    mut open: impl FnMut(Coding) -> Option<T>,
) -> Option<T> {
    let (mut left, mut count) = (CODINGS, CODINGS.len());
    while let Choice::Coding(coding) = negotiate(headers, &left[..count]) {
        if let Some(found) = open(coding) {
            return Some(found);
        }
        let at = left[..count].iter().position(|other| *other == coding)?;
        left.copy_within(at + 1..count, at);
        count -= 1;
    }
    None
}

/// The name of a page in a language: `page.de.html` of `page.html`; `None` for what is no page.
pub(crate) fn in_language(path: &str, language: &str) -> Option<String> {
    let (stem, extension) = path.rsplit_once('.')?;
    let is_page = ["html", "htm", "xhtml"].contains(&extension);
    is_page.then(|| [stem, ".", language, ".", extension].concat())
}

/// The languages in the order in which a page is looked for: what the visitor likes best, and so on.
pub(crate) fn languages<'l>(headers: &HeaderMap, offers: &'l [String]) -> Vec<&'l str> {
    let mut left: Vec<&str> = offers.iter().map(String::as_str).collect();
    let mut order = Vec::with_capacity(left.len());
    while let Some(best) = accept_language::best(headers, &left) {
        left.retain(|language| *language != best);
        order.push(best);
    }
    order
}

#[cfg(test)]
mod tests {
    use http::header::{ACCEPT_ENCODING, ACCEPT_LANGUAGE};

    use super::*;

    #[test]
    fn the_best_form_that_is_there_is_taken() {
        for (accept, there, expected) in [
            (
                "gzip, br, zstd",
                &[Coding::Gzip, Coding::Br][..],
                Some(Coding::Br),
            ),
            ("gzip, br, zstd", &[Coding::Gzip], Some(Coding::Gzip)),
            (
                "gzip, br;q=0.5",
                &[Coding::Gzip, Coding::Br],
                Some(Coding::Gzip),
            ),
            ("br;q=0.5, gzip;q=0", &[Coding::Gzip], None),
            ("gzip", &[], None),
            ("identity, gzip;q=0.5", &[Coding::Gzip], None),
            (
                "identity;q=0, gzip;q=0.1",
                &[Coding::Gzip],
                Some(Coding::Gzip),
            ),
            ("identity;q=0", &[Coding::Gzip], None),
            ("*", &[Coding::Zstd], Some(Coding::Zstd)),
            ("", &[Coding::Gzip], None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT_ENCODING, accept.parse().unwrap());
            let found = coded(&headers, |coding| there.contains(&coding).then_some(coding));
            assert_eq!(found, expected, "{accept} {there:?}");
        }
        assert_eq!(coded(&HeaderMap::new(), Some), None);
    }

    #[test]
    fn pages_have_languages_and_other_files_have_none() {
        for (path, expected) in [
            ("a.html", Some("a.de.html")),
            ("x.y/a.b.htm", Some("x.y/a.b.de.htm")),
            ("a.css", None),
            ("html", None),
        ] {
            assert_eq!(in_language(path, "de").as_deref(), expected);
        }
        let mut headers = HeaderMap::new();
        headers.insert(
            ACCEPT_LANGUAGE,
            "fr, de-CH;q=0.9, en;q=0.8".parse().unwrap(),
        );
        let offers = ["en", "de", "ja"].map(str::to_owned);
        assert_eq!(languages(&headers, &offers), ["de", "en"]);
    }
}
