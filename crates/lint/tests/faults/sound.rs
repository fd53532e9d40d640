//! What is as near to breaking one rule as may be, and breaks none.

use http::{Request, Version, request, response};

use super::script::*;

/// A request, and a response with a body, that are as near to breaking one rule as may be.
#[allow(clippy::too_many_lines, reason = "it is a table")]
pub(crate) fn sound() -> Vec<(
    &'static str,
    request::Builder,
    response::Builder,
    &'static str,
)> {
    let typed = || ok().header("content-type", "text/plain");
    let range = || get().header("range", "bytes=0-9");
    let ranges = || get().header("range", "bytes=0-0,4-5");
    let partial = || status(206).header("content-type", "text/plain");
    let known = || get().header("if-none-match", "\"a\"");
    let date = "Tue, 02 Jan 2024 03:04:05 GMT";
    vec![
        ("Q1", Request::get("http://example.com?item=3"), ok(), ""),
        ("Q2", Request::options("*"), ok(), ""),
        ("Q3", Request::connect("example.com:443"), ok(), ""),
        ("Q4", get().header("host", "[::1]:8080"), ok(), ""),
        ("Q5", get().header("content-length", "0, 0"), ok(), ""),
        ("Q6", get().header("transfer-encoding", "chunked"), ok(), ""),
        ("Q7", Request::builder().method("purge").uri("/x"), ok(), ""),
        (
            "Q8",
            Request::connect("https://example.com/chat").version(Version::HTTP_2),
            ok(),
            "",
        ),
        (
            "Q9",
            get().header("transfer-encoding", "gzip, Chunked"),
            ok(),
            "",
        ),
        (
            "Q10",
            get().version(Version::HTTP_2).header("te", "trailers"),
            ok(),
            "",
        ),
        ("Q10", get().header("connection", "close"), ok(), ""),
        (
            "Q12",
            Request::get("http://example.com/").header("host", "EXAMPLE.com:80"),
            ok(),
            "",
        ),
        ("B5", get(), typed().header("content-length", "3"), "abc"),
        (
            "B5",
            Request::head("/x"),
            typed().header("content-length", "3"),
            "",
        ),
        ("B6", get(), status(204), ""),
        ("B9", get(), typed().header("content-digest", DIGEST), "abc"),
        ("B9", get(), typed().header("repr-digest", DIGEST), "abc"),
        (
            "B9",
            get(),
            typed().header("content-digest", "md5=:AAAA:"),
            "abc",
        ),
        (
            "B9",
            range(),
            partial()
                .header("content-range", "bytes 0-0/3")
                .header("repr-digest", DIGEST),
            "a",
        ),
        (
            "B10",
            ranges(),
            status(206).header("content-type", "multipart/byteranges; boundary=b"),
            PARTS,
        ),
        (
            "H1",
            get(),
            ok().header("vary", "a").header("vary", "b"),
            "",
        ),
        ("H2", get(), ok().header("x-build", "1 7"), ""),
        ("H3", get(), typed().header("content-length", "03"), "abc"),
        ("H4", get(), status(204).header("content-length", "0"), ""),
        (
            "H5",
            get(),
            status(426)
                .header("connection", "upgrade")
                .header("upgrade", "h2c"),
            "",
        ),
        (
            "H6",
            get(),
            ok().header("content-type", "a/b+c ; d=\"e\""),
            "",
        ),
        ("H7", get(), ok().header("expires", "0"), ""),
        ("H8", get(), ok().header("etag", "W/\"4f2a\""), ""),
        (
            "H10",
            known(),
            status(304).header("content-encoding", "gzip"),
            "",
        ),
        (
            "H11",
            get(),
            ok().header("cache-control", "private=\"set-cookie\", s-maxage=60"),
            "",
        ),
        ("H12", get(), ok().header("set-cookie", "a="), ""),
        (
            "H13",
            get(),
            ok().header("set-cookie", "__Host-a=1; Path=/; Secure"),
            "",
        ),
        (
            "H14",
            get(),
            ok().header("set-cookie", "a=1; SameSite=None; Secure"),
            "",
        ),
        (
            "H15",
            get(),
            ok().header("set-cookie", "a=1")
                .header("cache-control", "private, max-age=9"),
            "",
        ),
        (
            "H16",
            get(),
            status(401).header("www-authenticate", "Basic realm=\"x\""),
            "",
        ),
        ("H17", get(), status(405).header("allow", ""), ""),
        (
            "H18",
            get(),
            status(407).header("proxy-authenticate", "Basic"),
            "",
        ),
        (
            "H19",
            get(),
            status(101)
                .header("connection", "upgrade")
                .header("upgrade", "websocket"),
            "",
        ),
        (
            "H20",
            range(),
            partial().header("content-range", "bytes 0-1/*"),
            "ab",
        ),
        (
            "H21",
            range().header("if-range", "\"a\""),
            partial()
                .header("content-range", "bytes 0-0/9")
                .header("etag", "\"a\""),
            "a",
        ),
        (
            "H22",
            range(),
            status(416).header("content-range", "bytes */0"),
            "",
        ),
        ("H23", get(), status(300), ""),
        ("H24", get(), status(303).header("location", "/%20?a[]=b"), ""),
        ("H25", known(), status(304), ""),
        ("H27", Request::head("/x"), ok(), ""),
        ("H27", get(), ok(), ""),
        (
            "H28",
            range(),
            partial().header("content-range", "bytes 0-2/3"),
            "abc",
        ),
        (
            "H28",
            get().header("range", "bytes=-2"),
            partial().header("content-range", "bytes 7-8/9"),
            "hi",
        ),
        (
            "H28",
            ranges(),
            partial().header("content-range", "bytes 0-5/9"),
            "abcdef",
        ),
        (
            "H29",
            get().header("if-none-match", "\"a\", W/\"b\""),
            status(304).header("etag", "\"b\""),
            "",
        ),
        (
            "H29",
            get().header("if-none-match", "*"),
            status(304).header("etag", "\"b\""),
            "",
        ),
        (
            "H29",
            get().header("if-modified-since", date),
            status(304).header("last-modified", date),
            "",
        ),
        (
            "H31",
            get(),
            status(101)
                .header("connection", "upgrade")
                .header("upgrade", "websocket"),
            "",
        ),
        (
            "H32",
            get(),
            ok().header("content-digest", "id-crc32c=:AAAA:;x=1, md5=::"),
            "",
        ),
        (
            "H33",
            get(),
            ok().header(
                "cache-control",
                "max-age=60, MAX-AGE=60, no-cache=\"a\", no-cache=\"b\", wild=\"c, d\", wilder",
            ),
            "",
        ),
        (
            "H34",
            get(),
            ok().header(
                "set-cookie",
                "a=1; Path=/; Max-Age=-1; SameSite=lax; Expires=Thu, 01-Jan-1970 00:00:00 GMT; Wild=1",
            ),
            "",
        ),
        (
            "H35",
            get(),
            ok().header("set-cookie", format!("a={}; Path=/", "x".repeat(4095))),
            "",
        ),
        (
            "H36",
            get(),
            ok().header("set-cookie", "a=1; Path=/")
                .header("set-cookie", "a=1; Path=/x")
                .header("set-cookie", "A=1; Path=/"),
            "",
        ),
        (
            "H37",
            get(),
            ok().header("access-control-allow-origin", "https://a.example:8443")
                .header("access-control-allow-credentials", "true"),
            "",
        ),
        (
            "H37",
            get(),
            ok().header("access-control-allow-origin", "*"),
            "",
        ),
        (
            "H38",
            get(),
            ok().header("date", date).header("last-modified", date),
            "",
        ),
        (
            "H39",
            get(),
            ok().header("retry-after", date).header("age", "0"),
            "",
        ),
        ("H40", get(), ok().header("vary", "*, Accept-Encoding,"), ""),
        ("H41", get(), ok().header("allow", "GET, M-SEARCH"), ""),
        (
            "H42",
            Request::put("/x"),
            status(405).header("allow", "GET, POST"),
            "",
        ),
        (
            "H43",
            mounted(),
            status(303).header("location", "/shop?a"),
            "",
        ),
        ("H43", mounted(), status(303).header("location", "cart"), ""),
        (
            "H44",
            get().header("host", "shop.example.com"),
            status(303).header("location", "https://example.com/"),
            "",
        ),
        (
            "H44",
            get(),
            status(303).header("location", "https://example.com/"),
            "",
        ),
        (
            "H46",
            get().header("accept-encoding", "br;q=0, *"),
            ok().header("content-encoding", "gzip"),
            "",
        ),
        ("H46", get(), ok().header("content-encoding", "br"), ""),
        ("H45", get(), ok().header("content-encoding", "dcb"), ""),
        ("O1", get(), ok().header("content-encoding", "gzip, br"), ""),
        ("O3", get(), ok().header("vary", "a, b"), ""),
    ]
}

/// Bodies that are as near to breaking one rule as may be.
pub(crate) fn sound_bodies() -> Vec<(&'static str, Script)> {
    vec![
        ("B1", script([data("a"), data(""), trailers("x")])),
        (
            "B2",
            Script {
                says_end: true,
                ..script([])
            },
        ),
        ("B4", hinted(0, 3)),
        ("B7", script([data("a"), trailers("grpc-status")])),
        (
            "E2",
            Script {
                frames: vec![Some(Ok(data("a"))), Some(Err("broken".into()))],
                ..script([])
            },
        ),
    ]
}
