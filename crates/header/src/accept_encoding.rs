//! `Accept-Encoding`: in which content coding should we answer?
//!
//! [RFC 9110 §12.5.3](https://www.rfc-editor.org/rfc/rfc9110#section-12.5.3)

use http::{HeaderMap, HeaderValue, header::ACCEPT_ENCODING};

use crate::grammar::{elements, trim, weight};

/// How many codings are considered, over all lines of the field. A browser sends four to six.
pub const MAX_ELEMENTS: usize = 32;

/// A content coding that a server may offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Coding {
    /// `zstd` ([RFC 8878](https://www.rfc-editor.org/rfc/rfc8878)).
    Zstd,
    /// `br` ([RFC 7932](https://www.rfc-editor.org/rfc/rfc7932)).
    Br,
    /// `gzip`, also known as `x-gzip` ([RFC 1952](https://www.rfc-editor.org/rfc/rfc1952)).
    Gzip,
    /// `deflate`: the zlib format ([RFC 1950](https://www.rfc-editor.org/rfc/rfc1950)).
    Deflate,
    /// `dcz`: zstd with a dictionary that the client holds ([RFC 9842](https://www.rfc-editor.org/rfc/rfc9842)). `*` does not mean it.
    Dcz,
    /// `dcb`: brotli with a dictionary that the client holds ([RFC 9842](https://www.rfc-editor.org/rfc/rfc9842)). `*` does not mean it.
    Dcb,
}

impl Coding {
    /// The registered name, in lower case.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Zstd => "zstd",
            Self::Br => "br",
            Self::Gzip => "gzip",
            Self::Deflate => "deflate",
            Self::Dcz => "dcz",
            Self::Dcb => "dcb",
        }
    }

    /// The name as the value of `Content-Encoding`. It is static: nothing is allocated.
    pub const fn header_value(self) -> HeaderValue {
        HeaderValue::from_static(self.as_str())
    }
}

/// What [`negotiate`] chose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Choice {
    /// Answer in this coding.
    Coding(Coding),
    /// Answer as is.
    Identity,
    /// The client refuses every offer, and the plain answer too: 406, or the plain answer all the same.
    NotAcceptable,
}

/// The coding to answer in.
///
/// `offers` are in the server's order of preference. The greatest weight wins, and equal weights go to the earlier offer. An
/// unnamed coding has the weight of `*`, else it is not acceptable. The plain answer (`identity`) is acceptable unless `identity;q=0`
/// says otherwise, or `*;q=0` without an entry of its own; it beats a coding only when it is named with a greater weight.
///
/// Without the field: [`Choice::Identity`]. Any coding would be allowed then, but plain is what such a client surely reads.
/// Malformed elements are skipped, and those beyond [`MAX_ELEMENTS`] are not read.
///
/// ```
/// use http::{HeaderMap, header::ACCEPT_ENCODING};
/// use plywood_header::accept_encoding::{Choice, Coding, negotiate};
///
/// let mut headers = HeaderMap::new();
/// headers.insert(ACCEPT_ENCODING, "gzip, deflate, br;q=0.9".parse().unwrap());
/// let choice = negotiate(&headers, &[Coding::Br, Coding::Gzip]);
/// assert_eq!(choice, Choice::Coding(Coding::Gzip));
/// ```
pub fn negotiate(headers: &HeaderMap, offers: &[Coding]) -> Choice {
    negotiate_lines(headers.get_all(ACCEPT_ENCODING), offers)
}

/// [`negotiate`], from the lines of the field alone: for whoever keeps them until it knows that the answer can be coded at all.
pub fn negotiate_lines<'h>(
    lines: impl IntoIterator<Item = &'h HeaderValue>,
    offers: &[Coding],
) -> Choice {
    let mut weights = Weights::default();
    for element in lines
        .into_iter()
        .flat_map(|line| elements(line.as_bytes()))
        .take(MAX_ELEMENTS)
    {
        weights.note(element);
    }
    weights.choose(offers)
}

/// What the client said of each name, in thousandths.
#[derive(Default)]
struct Weights {
    zstd: Option<u16>,
    br: Option<u16>,
    gzip: Option<u16>,
    deflate: Option<u16>,
    dcz: Option<u16>,
    dcb: Option<u16>,
    identity: Option<u16>,
    any: Option<u16>,
}

impl Weights {
    fn note(&mut self, element: &[u8]) {
        let (name, weight) = match element.iter().position(|byte| *byte == b';') {
            None => (element, Some(1000)),
            Some(at) => (
                trim(&element[..at]),
                weight_parameter(trim(&element[at + 1..])),
            ),
        };
        let Some(weight) = weight else { return };
        let is = |known: &str| name.eq_ignore_ascii_case(known.as_bytes());
        let slot = match name.len() {
            1 if is("*") => &mut self.any,
            2 if is("br") => &mut self.br,
            3 if is("dcz") => &mut self.dcz,
            3 if is("dcb") => &mut self.dcb,
            4 if is("gzip") => &mut self.gzip,
            4 if is("zstd") => &mut self.zstd,
            6 if is("x-gzip") => &mut self.gzip,
            7 if is("deflate") => &mut self.deflate,
            8 if is("identity") => &mut self.identity,
            _ => return,
        };
        // `None` is less than any weight; of two entries for one name the kinder counts.
        *slot = (*slot).max(Some(weight));
    }

    fn choose(&self, offers: &[Coding]) -> Choice {
        let mut choice = None;
        let mut greatest = 0;
        for coding in offers {
            let weight = self.of(*coding).unwrap_or(0);
            if weight > greatest {
                (choice, greatest) = (Some(*coding), weight);
            }
        }
        match choice {
            Some(_) if self.identity > Some(greatest) => Choice::Identity,
            Some(coding) => Choice::Coding(coding),
            None if self.identity.or(self.any) == Some(0) => Choice::NotAcceptable,
            None => Choice::Identity,
        }
    }

    fn of(&self, coding: Coding) -> Option<u16> {
        match coding {
            Coding::Zstd => self.zstd.or(self.any),
            Coding::Br => self.br.or(self.any),
            Coding::Gzip => self.gzip.or(self.any),
            Coding::Deflate => self.deflate.or(self.any),
            // Whoever holds a dictionary names them (RFC 9842 §6.1); `*` alone is no proof that it can use one.
            Coding::Dcz => self.dcz,
            Coding::Dcb => self.dcb,
        }
    }
}

/// `q=0.5`; nothing else may follow the name of a coding.
fn weight_parameter(text: &[u8]) -> Option<u16> {
    match text {
        [b'q' | b'Q', b'=', value @ ..] => weight(value),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: &[Coding] = &[Coding::Zstd, Coding::Br, Coding::Gzip, Coding::Deflate];

    fn asked(lines: &[&str], offers: &[Coding]) -> &'static str {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(
                ACCEPT_ENCODING,
                HeaderValue::from_bytes(line.as_bytes()).unwrap(),
            );
        }
        match negotiate(&headers, offers) {
            Choice::Coding(coding) => coding.as_str(),
            Choice::Identity => "identity",
            Choice::NotAcceptable => "none",
        }
    }

    #[test]
    fn the_greatest_weight_wins_and_the_server_decides_between_equals() {
        for (line, expected) in [
            ("gzip, deflate, br, zstd", "zstd"),
            ("gzip, deflate, br", "br"),
            ("gzip, deflate", "gzip"),
            ("deflate", "deflate"),
            ("gzip;q=0.9, br;q=0.8, zstd;q=0.1", "gzip"),
            ("gzip;q=1.0, br;q=0.001", "gzip"),
            ("gzip;q=0.50, br;q=0.5", "br"),
            ("compress, gzip", "gzip"),
            ("compress", "identity"),
            ("gzip, br, zstd, dcb, dcz", "zstd"),
            ("GZip", "gzip"),
            ("x-gzip", "gzip"),
            ("X-GZIP;Q=0.5", "gzip"),
            ("gzip ;\tq=0.5 , br ; q=0.4", "gzip"),
            (",, gzip ,,", "gzip"),
            ("gzip;q=0.2, deflate;q=0.1, gzip;q=0.05", "gzip"),
            ("gzip;q=0, gzip", "gzip"),
        ] {
            assert_eq!(asked(&[line], ALL), expected, "{line}");
        }
        assert_eq!(asked(&["gzip, br"], &[Coding::Gzip, Coding::Br]), "gzip");
        assert_eq!(
            asked(&["gzip;q=0.9, br"], &[Coding::Gzip, Coding::Br]),
            "br"
        );
        assert_eq!(asked(&["br"], &[Coding::Gzip]), "identity");
    }

    #[test]
    fn dictionaries_are_used_only_where_they_are_named() {
        const OFFERS: &[Coding] = &[Coding::Dcz, Coding::Dcb, Coding::Gzip];
        for (line, expected) in [
            ("gzip, br, zstd, dcb, dcz", "dcz"),
            ("gzip, DCB", "dcb"),
            ("gzip, dcz;q=0.5", "gzip"),
            ("*", "gzip"),
            ("gzip;q=0, *", "identity"),
            ("dcz;q=0, gzip", "gzip"),
        ] {
            assert_eq!(asked(&[line], OFFERS), expected, "{line}");
        }
    }

    #[test]
    fn the_star_speaks_for_what_is_not_named() {
        for (line, expected) in [
            ("*", "zstd"),
            ("*;q=0.5", "zstd"),
            ("*;q=0.5, gzip", "gzip"),
            ("*, zstd;q=0", "br"),
            ("gzip;q=0, *", "zstd"),
            ("*;q=0, br", "br"),
            ("gzip;q=0.1, *;q=0", "gzip"),
            ("*;q=0", "none"),
            ("*;q=0, identity", "identity"),
            ("*;q=0, identity;q=0.1", "identity"),
            ("*;q=0, compress", "none"),
        ] {
            assert_eq!(asked(&[line], ALL), expected, "{line}");
        }
    }

    #[test]
    fn identity_is_the_last_resort_unless_it_is_named() {
        for (line, expected) in [
            ("identity", "identity"),
            ("identity, gzip", "gzip"),
            ("identity;q=0.5, gzip;q=0.5", "gzip"),
            ("identity;q=0.6, gzip;q=0.5", "identity"),
            ("identity;q=1, *;q=0.5", "identity"),
            ("identity;q=0, gzip;q=0.1", "gzip"),
            ("identity;q=0", "none"),
            ("identity;q=0, compress", "none"),
            ("gzip;q=0", "identity"),
            ("", "identity"),
        ] {
            assert_eq!(asked(&[line], ALL), expected, "{line}");
        }
        assert_eq!(asked(&[], ALL), "identity");
        assert_eq!(asked(&["identity;q=0"], &[]), "none");
        assert_eq!(asked(&["gzip"], &[]), "identity");
    }

    #[test]
    fn lines_are_joined() {
        assert_eq!(asked(&["gzip", "br, zstd;q=0"], ALL), "br");
        assert_eq!(asked(&["*;q=0", "gzip"], ALL), "gzip");
        assert_eq!(asked(&["", "gzip"], ALL), "gzip");
    }

    #[test]
    fn malformed_elements_are_skipped() {
        for element in [
            "gzip;q=",
            "gzip;q=0.1234",
            "gzip;q=2",
            "gzip;q=-1",
            "gzip;q=.5",
            "gzip;q=1.001",
            "gzip;q",
            "gzip;",
            "gzip;level=1",
            "gzip;q=1;level=1",
            "gzip q=1",
            "gzip;q=nan",
            "g zip",
            "gzip;q = 1",
            "gzip\u{a0}",
            "\u{a0}",
            ";q=1",
            "=",
        ] {
            assert_eq!(asked(&[element], ALL), "identity", "{element}");
            assert_eq!(
                asked(&[&format!("{element}, br;q=0.1")], ALL),
                "br",
                "{element}"
            );
        }
    }

    #[test]
    fn what_lies_beyond_the_bound_is_not_read() {
        let line = "compress,".repeat(MAX_ELEMENTS - 1) + "gzip";
        assert_eq!(asked(&[&line], ALL), "gzip");
        assert_eq!(asked(&["compress", &line], ALL), "identity");
    }

    #[test]
    fn a_coding_is_written_by_its_registered_name() {
        for coding in [ALL, &[Coding::Dcz, Coding::Dcb]].concat() {
            assert_eq!(coding.header_value(), coding.as_str());
            assert_eq!(asked(&[coding.as_str()], &[coding]), coding.as_str());
        }
    }
}
