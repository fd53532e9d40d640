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
    /// It may be what was wanted: only the author can know. A lint tells of it, and goes on.
    Advice,
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

    /// A call that was begun is awaited to its end. (It may be dropped, when the client is gone or a timeout is over; this only says
    /// so.)
    AWAITED: "T2" Types Advice
        (page "tower::Service" "https://docs.rs/tower/latest/tower/trait.Service.html#tymethod.call")
        breaks "a `select!` whose other branch was first: what the handler had half done stays half done";

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

    /// The methods of the standard are written in capitals: `get` is another method than `GET`.
    METHOD_IN_CAPITALS: "Q7" Target Should (rfc 9110 "9.1")
        breaks "`get /`, which no route for GET answers";

    /// CONNECT comes with an authority.
    CONNECT_HAS_AUTHORITY: "Q8" Target Must (rfc 9110 "9.3.6")
        breaks "`CONNECT /x`";

    /// The Transfer-Encoding of a request ends in `chunked`, and does not come with HTTP/1.0.
    TRANSFER_CODING: "Q9" Target Must (rfc 9112 "6.3")
        breaks "`Transfer-Encoding: chunked, gzip`, whose end nobody can tell";

    /// A request of HTTP/2 or later has no field of the connection's, and its TE says nothing but `trailers`.
    NO_CONNECTION_FIELDS: "Q10" Target Must (rfc 9113 "8.2.2")
        breaks "`Connection: close` in HTTP/2, left there by a translating proxy";

    /// A request of HTTP/1.1 has a Host. (Checked where `LintLayer::behind_gateway` says that a gateway stands outside.)
    HOST_IS_THERE: "Q11" Target Must (rfc 9112 "3.2")
        breaks "a gateway that takes what HTTP/1.0 allowed";

    /// Where the target names a host too, Host names the same.
    HOST_AGREES: "Q12" Target Should (rfc 9113 "8.3.1")
        breaks "`GET http://example.com/` with `Host: admin.example.com`: who guards by one and routes by the other is passed";

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

    /// Trailers hold no field that must be known before the content: of framing, routing, authentication, caching or its form.
    TRAILER_FIELDS: "B7" Bodies Must (rfc 9110 "6.5.1")
        breaks "`Content-Length` among the trailers";

    /// A body that was begun is read to its end. (It may be dropped, when the client is gone; this only says so.)
    READ_TO_THE_END: "B8" Bodies Advice
        (page "http_body::Body" "https://docs.rs/http-body/latest/http_body/trait.Body.html")
        breaks "a wrapper that forgets the rest of the body when its own part is done";

    /// Content-Digest is the digest of the content, and Repr-Digest that of the whole representation.
    DIGEST_IS_TRUE: "B9" Bodies Must (rfc 9530 "2")
        breaks "a layer that edits or compresses the body and leaves the old `Content-Digest`";

    /// A body of `multipart/byteranges` has parts, each with a Content-Range and just as many bytes, each after its boundary, and an
    /// end.
    PARTS: "B10" Bodies Must (rfc 9110 "14.6")
        breaks "a part of `Content-Range: bytes 0-9/100` with twelve bytes in it";

    /// A field whose value is not a list stands once.
    FIELD_STANDS_ONCE: "H1" Headers Must (rfc 9110 "5.3")
        breaks "a layer that appends a second `Content-Type`";

    /// A field's value neither begins nor ends with white space.
    NO_OUTER_SPACE: "H2" Headers Must (rfc 9110 "5.5")
        breaks "`X-Build: 17 ` with a space at its end";

    /// Content-Length is a decimal number.
    LENGTH_IS_A_NUMBER: "H3" Headers Must (rfc 9110 "8.6")
        breaks "`Content-Length: 5, 5`";

    /// An answer of 1xx or 204, and one of 2xx to CONNECT, announces no length, or a zero that the server takes off.
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

    /// Cache-Control does not contradict itself: `public` stands with neither `private` nor `no-store`, `private` not with
    /// `s-maxage`, and a number of seconds is a number.
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

    /// Content has a Content-Type, unless nobody knows it.
    CONTENT_TYPE_IS_SAID: "H27" Headers Advice (rfc 9110 "8.3")
        breaks "`Response::new(\"<p>hello\".into())`: the client guesses what it is";

    /// A 206 for one range has bytes of that range, and not as `multipart/byteranges`.
    RANGE_AS_ASKED: "H28" Headers Must (rfc 9110 "15.3.7")
        breaks "`Content-Range: bytes 50-59/100` for `Range: bytes=0-9`";

    /// A 304 is about the version that the client has.
    NOT_MODIFIED_SINCE: "H29" Headers Must (rfc 9110 "13.1.2")
        breaks "a `304` with `ETag: \"new\"` for `If-None-Match: \"old\"`";

    /// A 304 has a Cache-Control, Content-Location, `ETag` and Expires if the 200 has them.
    VALIDATORS_STAY: "H30" Headers Must (rfc 9110 "15.4.5")
        breaks "a bare `304`: the copy is renewed, and nobody knows for how long";

    /// The answer of a service is final: of the 1xx, only 101 ends a call.
    FINAL_STATUS: "H31" Headers Must (rfc 9110 "15.2")
        breaks "a service that answers `100` to an `Expect`, which is the server's to answer";

    /// Content-Digest and Repr-Digest are dictionaries of byte sequences.
    DIGEST_SYNTAX: "H32" Headers Must (rfc 9530 "2")
        breaks "`Content-Digest: sha-256=4REjxQ`, without the colons around the bytes";

    /// A directive of Cache-Control has the argument that it takes, and one value, and is meant for an answer.
    CACHE_DIRECTIVE: "H33" Headers Should (rfc 9111 "5.2.2")
        breaks "`Cache-Control: max-age=60, max-age=0`, `no-store=1` or `max-stale`";

    /// The attributes of a cookie can be understood: a Path begins with `/`, Max-Age is a number, Expires a date, `SameSite` is
    /// Strict, Lax or None.
    COOKIE_ATTRIBUTES: "H34" Headers Should (rfc 6265 "4.1.1")
        breaks "`Set-Cookie: sid=4f2a; SameSite=Yes`, which a browser ignores";

    /// The name and the value of a cookie have no more than 4096 bytes together, and an attribute no more than 1024.
    COOKIE_SIZE: "H35" Headers Should
        (page "RFC 6265bis §5.6" "https://datatracker.ietf.org/doc/html/draft-ietf-httpbis-rfc6265bis#section-5.6")
        breaks "a session kept in a cookie that grew: the browser drops it without a word";

    /// One answer sets a cookie once.
    COOKIE_ONCE: "H36" Headers Should (rfc 6265 "4.1.1")
        breaks "two layers that set `sid`";

    /// Access-Control-Allow-Origin is `*`, `null` or one origin, and not `*` where credentials are allowed.
    ALLOWED_ORIGIN: "H37" Headers Must
        (page "Fetch §3.3" "https://fetch.spec.whatwg.org/#http-access-control-allow-origin")
        breaks "`Access-Control-Allow-Origin: *` with `Access-Control-Allow-Credentials: true`, which every browser refuses";

    /// Last-Modified is not later than Date.
    MODIFIED_BEFORE_DATE: "H38" Headers Must (rfc 9110 "8.8.2.1")
        breaks "a file from tomorrow, served with its own date";

    /// Age is a number of seconds, and Retry-After is one or an HTTP date.
    SECONDS: "H39" Headers Must (rfc 9110 "10.2.3")
        breaks "`Retry-After: 5 minutes`";

    /// Vary is a list of field names, or `*`.
    VARY_IS_NAMES: "H40" Headers Must (rfc 9110 "12.5.5")
        breaks "`Vary: accept encoding`";

    /// Allow is a list of methods.
    ALLOW_IS_METHODS: "H41" Headers Must (rfc 9110 "10.2.1")
        breaks "`Allow: GET POST`";

    /// A 405 does not allow the method that it refuses.
    ALLOW_IS_TRUE: "H42" Headers Advice (rfc 9110 "15.5.6")
        breaks "`405` with `Allow: GET, POST` for a POST";

    /// A Location that begins with `/` stays within the mount.
    LOCATION_IN_MOUNT: "H43" Headers Advice (rfc 9110 "10.2.2")
        breaks "`Location: /login` in an app that is mounted at `/shop`, where `Mount::absolute` says `/shop/login`";

    /// A Location leads to the host that was asked, or to a relative of it.
    LOCATION_AT_HOME: "H44" Headers Advice (rfc 9110 "17.5")
        breaks "`Location: https://evil.example/`, taken unseen from `?next=`";

    /// A Content-Encoding does not name `identity`, which is the absence of a coding.
    CODING_IS_ONE: "H45" Headers Should (rfc 9110 "8.4.1")
        breaks "`Content-Encoding: identity`";

    /// A Content-Encoding is one that the client accepts, if it says what it accepts.
    CODING_IS_ACCEPTED: "H46" Headers Advice (rfc 9110 "12.5.3")
        breaks "`Content-Encoding: br` for `Accept-Encoding: gzip`";

    /// Where the type or the language of a resource depends on Accept or Accept-Language, Vary names that field in every answer.
    VARY_ON_KIND: "H47" Headers Should (rfc 9110 "12.5.5")
        breaks "one address for JSON and HTML: a cache gives the one to who asks for the other";

    /// No content coding is applied twice.
    ENCODED_ONCE: "O1" Order Should (rfc 9110 "8.4")
        breaks "two compressing layers: `Content-Encoding: gzip, gzip`";

    /// A strong `ETag` names one sequence of bytes: the same resource does not give it with two content codings, nor with other bytes.
    STRONG_ETAG: "O2" Order Must (rfc 9110 "8.8.1")
        breaks "a compressing layer that keeps the strong ETag of the plain file";

    /// Vary names a field once.
    VARY_ONCE: "O3" Order Advice (rfc 9110 "12.5.5")
        breaks "two layers that each append `Vary: Accept-Encoding`";
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
