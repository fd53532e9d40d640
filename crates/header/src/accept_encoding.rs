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
}

impl Coding {
    /// The registered name, in lower case.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Zstd => "zstd",
            Self::Br => "br",
            Self::Gzip => "gzip",
            Self::Deflate => "deflate",
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
    let mut weights = Weights::default();
    let lines = headers.get_all(ACCEPT_ENCODING).iter();
    for element in lines
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
            let weight = self.of(*coding).or(self.any).unwrap_or(0);
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

    const fn of(&self, coding: Coding) -> Option<u16> {
        match coding {
            Coding::Zstd => self.zstd,
            Coding::Br => self.br,
            Coding::Gzip => self.gzip,
            Coding::Deflate => self.deflate,
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
