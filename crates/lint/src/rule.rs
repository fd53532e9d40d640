//! The rules of the service contract. Each is one item, and its doc sentence *is* the contract's sentence.

use std::fmt;

/// One rule of the service contract.
///
/// The number is for ever: a rule that is given up leaves a gap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Rule {
    /// Its number: the section's letter and a count, as in `R1`.
    pub id: &'static str,
    /// The section of the contract that it stands in.
    pub section: Section,
    /// Whether breaking it is a fault or a likely mistake.
    pub severity: Severity,
    /// The rule in a sentence.
    pub sentence: &'static str,
    /// The section of the standard that it comes from, as in `RFC 9110 §8.6`.
    pub standard: &'static str,
    /// Where that section can be read.
    pub link: &'static str,
    /// An example that breaks it.
    pub breaks: &'static str,
}

/// The number and the sentence.
impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.id, self.sentence)
    }
}

/// A section of the contract, in the order of the chapter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Section {
    /// What a service is. Letter `T`.
    Types,
    /// `poll_ready` and `call`. Letter `R`.
    Readiness,
    /// What an error ends. Letter `E`.
    Errors,
    /// The request's target, its mounts, its Host and framing. Letter `Q`.
    Target,
    /// What stands in the request's extensions. Letter `X`.
    Extensions,
    /// Frames, trailers, lengths. Letter `B`.
    Bodies,
    /// The fields of a response, and what its status asks for. Letter `H`.
    Headers,
    /// What shows that layers stand in a wrong order. Letter `O`.
    Order,
}

/// How bad it is to break a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Severity {
    /// The standard says SHOULD, or software in the field is known to trip over it.
    Should,
    /// The standard says MUST, or a reader must guess.
    Must,
}

/// The title or the link of a standard's section.
macro_rules! standard {
    (title rfc $number:literal $section:literal) => {
        concat!("RFC ", $number, " §", $section)
    };
    (link rfc $number:literal $section:literal) => {
        concat!(
            "https://www.rfc-editor.org/rfc/rfc",
            $number,
            "#section-",
            $section
        )
    };
    (title page $title:literal $link:literal) => {
        $title
    };
    (link page $title:literal $link:literal) => {
        $link
    };
}

/// Makes a constant of each rule and the list of them all.
macro_rules! rules {
    ($(
        $(#[doc = $line:literal])+
        $name:ident: $id:literal $section:ident $severity:ident ($($standard:tt)+) breaks $breaks:literal;
    )+) => {
        $(
            $(#[doc = $line])+
            ///
            #[doc = concat!("[", standard!(title $($standard)+), "](", standard!(link $($standard)+), "), rule ", $id, ".")]
            pub const $name: Rule = Rule {
                id: $id,
                section: Section::$section,
                severity: Severity::$severity,
                sentence: concat!($($line),+).trim_ascii(),
                standard: standard!(title $($standard)+),
                link: standard!(link $($standard)+),
                breaks: $breaks,
            };
        )+

        /// Every rule, in the order of the contract.
        pub const ALL: &[Rule] = &[$($name),+];
    };
}

rules! {
    /// The future of a call is not polled again after it was ready.
    FUTURE_ONCE: "T1" Types Must
        (page "std::future::Future" "https://doc.rust-lang.org/std/future/trait.Future.html#panics")
        breaks "a layer that keeps the future in a `select!` loop and polls it once more";

    /// A service is called only after `poll_ready` on the same instance has returned `Ready(Ok(()))`, and once for each
    /// time that it did.
    READY_BEFORE_CALL: "R1" Readiness Must
        (page "tower::Service" "https://docs.rs/tower/latest/tower/trait.Service.html#backpressure")
        breaks "`service.call(request)` right after `Service::new()`, or twice after one `poll_ready`";

    /// Readiness does not travel with a clone: whoever calls later takes the ready service along, and leaves the fresh clone
    /// behind.
    TAKE_THE_READY_ONE: "R2" Readiness Must
        (page "tower::Service" "https://docs.rs/tower/latest/tower/trait.Service.html#be-careful-when-cloning-inner-services")
        breaks "`let mut inner = self.inner.clone(); async move { inner.call(request).await }`";

    /// A service whose `poll_ready` has failed is discarded and not called.
    NOT_AFTER_FAILURE: "E1" Errors Must
        (page "tower::Service" "https://docs.rs/tower/latest/tower/trait.Service.html#tymethod.poll_ready")
        breaks "a layer that drops the error of the inner `poll_ready` and calls on";

    /// An error ends a body: it is not polled again.
    BODY_ERROR_IS_LAST: "E2" Errors Must
        (page "http_body::Body" "https://docs.rs/http-body/latest/http_body/trait.Body.html#tymethod.poll_frame")
        breaks "a body wrapper that skips a frame it could not read and asks for the next one";

    /// A request's target is a path that begins with `/`, with or without scheme and authority before it, unless the next two
    /// rules say otherwise.
    TARGET_HAS_PATH: "Q1" Target Must (rfc 9112 "3.2")
        breaks "a rewriting layer that leaves `?item=3` of `/cart?item=3`";

    /// The target `*` comes with OPTIONS only.
    ASTERISK_IS_FOR_OPTIONS: "Q2" Target Must (rfc 9112 "3.2.4")
        breaks "`GET *`";

    /// A target that is an authority alone comes with CONNECT only.
    AUTHORITY_IS_FOR_CONNECT: "Q3" Target Must (rfc 9112 "3.2.3")
        breaks "`POST example.com:443`";

    /// A request has at most one Host, and it is a host with an optional port.
    HOST: "Q4" Target Must (rfc 9112 "3.2")
        breaks "`Host: example.com/admin`, or two Host fields";

    /// A request's Content-Length is a decimal number, and every copy of it says the same.
    REQUEST_LENGTH: "Q5" Target Must (rfc 9110 "8.6")
        breaks "`Content-Length: +5`, or `5` in one line and `6` in another";

    /// A request never has both a Content-Length and a Transfer-Encoding.
    ONE_FRAMING: "Q6" Target Must (rfc 9112 "6.3")
        breaks "`Content-Length: 5` with `Transfer-Encoding: chunked`, the door of request smuggling";

    /// A gateway leaves `Client` and `Scheme` in each request. (Checked where `LintLayer::behind_gateway` says that
    /// one stands outside.)
    GATEWAY_LEAVES_CLIENT: "X1" Extensions Must
        (page "plywood_core::extensions" "https://docs.rs/plywood-core/latest/plywood_core/extensions/")
        breaks "a gateway that hands on what it parsed and forgets the socket's address";

    /// Nothing follows the trailers of a body.
    TRAILERS_ARE_LAST: "B1" Bodies Must (rfc 9112 "7.1.2")
        breaks "a wrapper that appends a footer without looking for trailers";

    /// When `is_end_stream` says true, no frame follows.
    END_MEANS_END: "B2" Bodies Must
        (page "http_body::Body" "https://docs.rs/http-body/latest/http_body/trait.Body.html#method.is_end_stream")
        breaks "a wrapper with a suffix to add that asks the wrapped body alone";

    /// A body that has ended stays ended: polled again, it gives the end again.
    ENDED_STAYS_ENDED: "B3" Bodies Must
        (page "http_body::Body" "https://docs.rs/http-body/latest/http_body/trait.Body.html#tymethod.poll_frame")
        breaks "a body that starts again from its first frame";

    /// `size_hint` holds: a body gives no fewer bytes than the lower bound, and no more than the upper.
    SIZE_HINT_HOLDS: "B4" Bodies Must
        (page "http_body::Body" "https://docs.rs/http-body/latest/http_body/trait.Body.html#method.size_hint")
        breaks "a compressing wrapper that passes the hint of the plain body through";

    /// Content-Length is the number of bytes in the body. (The answer to HEAD may have an empty body, and a whole one, which
    /// the server drops.)
    LENGTH_IS_TRUE: "B5" Bodies Must (rfc 9110 "8.6")
        breaks "a layer that edits the body and leaves the old `Content-Length`";

    /// An answer of 1xx, 204, 205 or 304 has no content.
    NO_CONTENT: "B6" Bodies Must (rfc 9110 "6.4.1")
        breaks "an error page put into a 304";

    /// Trailers hold no field that frames or routes the message.
    TRAILER_FIELDS: "B7" Bodies Must (rfc 9110 "6.5.1")
        breaks "`Content-Length` among the trailers";

    /// A field whose value is not a list stands once.
    FIELD_STANDS_ONCE: "H1" Headers Must (rfc 9110 "5.3")
        breaks "a layer that appends a second `Content-Type`";

    /// A field's value neither begins nor ends with white space.
    NO_OUTER_SPACE: "H2" Headers Must (rfc 9110 "5.5")
        breaks "`X-Build: 17 ` with a space at its end";

    /// Content-Length is a decimal number.
    LENGTH_IS_A_NUMBER: "H3" Headers Must (rfc 9110 "8.6")
        breaks "`Content-Length: 5, 5`";

    /// An answer of 1xx or 204 announces no length, or a zero that the server takes off.
    NO_LENGTH_WITHOUT_CONTENT: "H4" Headers Must (rfc 9110 "8.6")
        breaks "`204` with `Content-Length: 12`";

    /// The connection is the server's: Connection, Keep-Alive, Proxy-Connection and Transfer-Encoding do not stand in an answer,
    /// and Upgrade stands in 101 and 426 only, with the Connection that names it.
    HOP_BY_HOP: "H5" Headers Must (rfc 9110 "7.6.1")
        breaks "`Transfer-Encoding: chunked` set by a handler that streams";

    /// Content-Type is a media type: a type, a slash and a subtype.
    CONTENT_TYPE: "H6" Headers Must (rfc 9110 "8.3.1")
        breaks "`Content-Type: html`";

    /// Date, Last-Modified and Expires are HTTP dates. (Expires may be `0`, which every reader takes for the past.)
    DATES: "H7" Headers Must (rfc 9110 "5.6.7")
        breaks "`Last-Modified: 2024-01-02T03:04:05Z`";

    /// An `ETag` is quoted, with `W/` before the quotes if it is weak.
    ETAG: "H8" Headers Must (rfc 9110 "8.8.3")
        breaks "`ETag: 4f2a`, or `ETag: w/\"4f2a\"`";

    /// Where the coding of a resource depends on Accept-Encoding, Vary names Accept-Encoding in every answer.
    VARY: "H9" Headers Should (rfc 9110 "12.5.5")
        breaks "a gzipped page that a cache then gives to a client without gzip";

    /// An answer that cannot have content has no Content-Encoding: 1xx, 204, 205.
    NOTHING_IS_ENCODED: "H10" Headers Should (rfc 9110 "8.4")
        breaks "`204` with `Content-Encoding: gzip`";

    /// Cache-Control does not contradict itself: `public` stands with neither `private` nor `no-store`, and a number of seconds
    /// is a number.
    CACHE_CONTROL: "H11" Headers Should (rfc 9111 "5.2.2")
        breaks "`Cache-Control: public, private`, or `max-age=1h`";

    /// A Set-Cookie begins with a name, an equals sign and a value.
    COOKIE_PAIR: "H12" Headers Must (rfc 6265 "4.1.1")
        breaks "`Set-Cookie: Secure; Path=/`";

    /// A cookie named `__Secure-` is Secure; one named `__Host-` is Secure, has the Path `/` and no Domain.
    COOKIE_PREFIX: "H13" Headers Must
        (page "RFC 6265bis §4.1.3" "https://datatracker.ietf.org/doc/html/draft-ietf-httpbis-rfc6265bis#section-4.1.3")
        breaks "`Set-Cookie: __Host-sid=4f2a; Secure`, which every browser drops";

    /// A cookie with `SameSite=None` or `Partitioned` is Secure.
    COOKIE_SECURE: "H14" Headers Must
        (page "RFC 6265bis §5.7" "https://datatracker.ietf.org/doc/html/draft-ietf-httpbis-rfc6265bis#section-5.7")
        breaks "`Set-Cookie: sid=4f2a; SameSite=None`";

    /// An answer that sets a cookie is not `public`.
    COOKIE_IS_PRIVATE: "H15" Headers Should (rfc 9111 "7.3")
        breaks "`Cache-Control: public` on a page that starts a session: a shared cache hands the session on";

    /// A 401 has a WWW-Authenticate.
    CHALLENGE: "H16" Headers Must (rfc 9110 "15.5.2")
        breaks "a bare `401`";

    /// A 405 has an Allow.
    ALLOW: "H17" Headers Must (rfc 9110 "15.5.6")
        breaks "a bare `405`";

    /// A 407 has a Proxy-Authenticate.
    PROXY_CHALLENGE: "H18" Headers Must (rfc 9110 "15.5.8")
        breaks "a bare `407`";

    /// A 101 or 426 has an Upgrade.
    UPGRADE: "H19" Headers Must (rfc 9110 "7.8")
        breaks "`426` that does not say to what";

    /// A 206 has either one Content-Range, which agrees with its length, or the type `multipart/byteranges` with a boundary.
    PARTIAL: "H20" Headers Must (rfc 9110 "15.3.7")
        breaks "`206` with `Content-Range: bytes 0-9/100` and `Content-Length: 100`";

    /// A 206 was asked for: by a Range whose If-Range, if there is one, names this representation.
    PARTIAL_ON_REQUEST: "H21" Headers Must (rfc 9110 "13.1.5")
        breaks "`206` for `If-Range: \"old\"`: a download resumed with bytes of another version";

    /// A 416 has a Content-Range that says the length: `bytes */1234`.
    UNSATISFIED: "H22" Headers Should (rfc 9110 "15.5.17")
        breaks "a bare `416`";

    /// A 301, 302, 303, 307 or 308 has a Location.
    LOCATION: "H23" Headers Should (rfc 9110 "15.4")
        breaks "a bare `302`";

    /// A Location is a URI reference: no space, quote, angle bracket or backslash, nothing beyond ASCII, and each `%` begins an
    /// escape.
    LOCATION_IS_A_REFERENCE: "H24" Headers Must (rfc 9110 "10.2.2")
        breaks "`Location: /a b`, or `/\\example.com`, which a browser takes to another host";

    /// A 304 answers a GET or a HEAD that has a condition.
    NOT_MODIFIED_ON_REQUEST: "H25" Headers Must (rfc 9110 "15.4.5")
        breaks "`304` for a client that has no copy";

    /// A 304 has a Vary if the 200 has one.
    VARY_STAYS: "H26" Headers Must (rfc 9110 "15.4.5")
        breaks "a layer that adds Vary where it compresses, and not to a 304";

    /// No content coding is applied twice.
    ENCODED_ONCE: "O1" Order Should (rfc 9110 "8.4")
        breaks "two compressing layers: `Content-Encoding: gzip, gzip`";

    /// A strong `ETag` names one sequence of bytes: the same resource does not give it with two content codings.
    STRONG_ETAG: "O2" Order Must (rfc 9110 "8.8.1")
        breaks "a compressing layer that keeps the strong ETag of the plain file";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_stand_in_the_order_of_their_numbers() {
        let number = |rule: &Rule| (rule.section, rule.id[1..].parse::<u32>().unwrap());
        for pair in ALL.windows(2) {
            assert!(
                number(&pair[0]) < number(&pair[1]),
                "{} {}",
                pair[0].id,
                pair[1].id
            );
        }
    }

    #[test]
    fn a_sentence_is_one_line_with_single_spaces() {
        for rule in ALL {
            assert!(rule.sentence.ends_with(['.', ')']), "{rule}");
            assert!(!rule.sentence.contains("  "), "{rule}");
            assert!(
                !rule.breaks.is_empty() && rule.link.starts_with("https://"),
                "{rule}"
            );
        }
    }
}
