//! What breaks one rule each.

use http::{Request, Version, request, response};

use super::script::*;

/// A request and a response that break one rule by their heads.
#[allow(clippy::too_many_lines, reason = "it is a table")]
pub(crate) fn heads() -> Vec<(&'static str, request::Builder, response::Builder)> {
    let range = || get().header("range", "bytes=0-0,2-2");
    let partial = || status(206).header("content-range", "lines 0-0/9");
    vec![
        ("Q2", Request::get("*"), ok()),
        ("Q3", Request::post("example.com:443"), ok()),
        ("Q4", get().header("host", "example.com/x"), ok()),
        ("Q4", get().header("host", "a").header("host", "b"), ok()),
        ("Q5", get().header("content-length", "+5"), ok()),
        ("Q5", get().header("content-length", "0, 5"), ok()),
        (
            "Q6",
            get()
                .header("content-length", "0")
                .header("transfer-encoding", "chunked"),
            ok(),
        ),
        ("Q7", Request::builder().method("get").uri("/x"), ok()),
        ("Q8", Request::connect("/x"), ok()),
        (
            "Q9",
            Request::post("/x").header("transfer-encoding", "chunked, gzip"),
            ok(),
        ),
        (
            "Q9",
            Request::post("/x")
                .version(Version::HTTP_10)
                .header("transfer-encoding", "chunked"),
            ok(),
        ),
        (
            "Q10",
            get().version(Version::HTTP_2).header("connection", "close"),
            ok(),
        ),
        (
            "Q10",
            get()
                .version(Version::HTTP_2)
                .header("te", "trailers, gzip"),
            ok(),
        ),
        (
            "Q12",
            Request::get("http://example.com/x").header("host", "admin.example.com"),
            ok(),
        ),
        ("B5", get().header("content-length", "5"), ok()),
        ("B5", get(), ok().header("content-length", "5")),
        (
            "H1",
            get(),
            ok().header("etag", "\"a\"").header("etag", "\"a\""),
        ),
        (
            "H1",
            get(),
            ok().header("content-length", "0")
                .header("content-length", "0"),
        ),
        ("H2", get(), ok().header("x-build", "17 ")),
        ("H3", get(), ok().header("content-length", "0, 0")),
        ("H4", get(), status(204).header("content-length", "12")),
        (
            "H4",
            Request::connect("example.com:443"),
            ok().header("content-length", "00"),
        ),
        ("H5", get(), ok().header("connection", "close")),
        ("H5", get(), ok().header("transfer-encoding", "chunked")),
        ("H5", get(), ok().header("upgrade", "h2c")),
        ("H6", get(), ok().header("content-type", "html")),
        (
            "H7",
            get(),
            ok().header("last-modified", "2024-01-02T03:04:05Z"),
        ),
        ("H7", get(), ok().header("expires", "-1")),
        ("H8", get(), ok().header("etag", "4f2a")),
        ("H8", get(), ok().header("etag", "w/\"4f2a\"")),
        ("H10", get(), status(204).header("content-encoding", "gzip")),
        (
            "H11",
            get(),
            ok().header("cache-control", "public, private"),
        ),
        ("H11", get(), ok().header("cache-control", "max-age=1h")),
        (
            "H11",
            get(),
            ok().header("cache-control", "private, s-maxage=60"),
        ),
        ("H12", get(), ok().header("set-cookie", "Secure; Path=/")),
        ("H12", get(), ok().header("set-cookie", "=x")),
        ("H13", get(), ok().header("set-cookie", "__Secure-a=1")),
        (
            "H13",
            get(),
            ok().header("set-cookie", "__Host-a=1; Secure"),
        ),
        (
            "H13",
            get(),
            ok().header("set-cookie", "__HOST-a=1; Path=/; Secure; Domain=x.example"),
        ),
        (
            "H14",
            get(),
            ok().header("set-cookie", "a=1; samesite=NONE"),
        ),
        ("H14", get(), ok().header("set-cookie", "a=1; Partitioned")),
        (
            "H15",
            get(),
            ok().header("set-cookie", "a=1")
                .header("cache-control", "Public, max-age=9"),
        ),
        ("H16", get(), status(401)),
        ("H17", get(), status(405)),
        ("H18", get(), status(407)),
        ("H19", get(), status(426)),
        ("H19", get(), status(101)),
        ("H20", range(), status(206)),
        (
            "H20",
            range(),
            status(206).header("content-range", "bytes 9-0/10"),
        ),
        (
            "H20",
            range(),
            status(206).header("content-type", "multipart/byteranges"),
        ),
        (
            "H20",
            range(),
            status(206)
                .header("content-range", "bytes 0-9/100")
                .header("content-length", "0"),
        ),
        ("H21", get(), partial()),
        (
            "H21",
            range().header("if-range", "\"old\""),
            partial().header("etag", "\"new\""),
        ),
        ("H22", range(), status(416)),
        (
            "H22",
            range(),
            status(416).header("content-range", "bytes 0-0/9"),
        ),
        ("H23", get(), status(302)),
        ("H24", get(), status(303).header("location", "/a b")),
        (
            "H24",
            get(),
            status(303).header("location", "/\\example.com"),
        ),
        ("H25", get(), status(304)),
        (
            "H25",
            Request::post("/").header("if-none-match", "\"a\""),
            status(304),
        ),
        (
            "H28",
            Request::head("/x").header("range", "bytes=0-9"),
            status(206).header("content-type", "multipart/byteranges; boundary=b"),
        ),
        (
            "H28",
            Request::head("/x").header("range", "bytes=0-9"),
            status(206).header("content-range", "bytes 5-10/100"),
        ),
        (
            "H29",
            get().header("if-none-match", "\"a\", W/\"b\""),
            status(304).header("etag", "\"c\""),
        ),
        (
            "H29",
            get().header("if-modified-since", "Tue, 02 Jan 2024 03:04:05 GMT"),
            status(304).header("last-modified", "Tue, 02 Jan 2024 03:04:06 GMT"),
        ),
        ("H31", get(), status(102)),
        ("H31", get(), status(103)),
        (
            "H32",
            get(),
            ok().header("content-digest", "sha-256=4REjxQ"),
        ),
        ("H32", get(), ok().header("repr-digest", "sha-256")),
        (
            "H33",
            get(),
            ok().header("cache-control", "max-age=60, max-age=0"),
        ),
        ("H33", get(), ok().header("cache-control", "no-store=1")),
        ("H33", get(), ok().header("cache-control", "max-stale")),
        ("H33", get(), ok().header("cache-control", "max-age")),
        ("H33", get(), ok().header("cache-control", "no store")),
        ("H34", get(), ok().header("set-cookie", "a=1; SameSite=Yes")),
        ("H34", get(), ok().header("set-cookie", "a=1; Path=x")),
        ("H34", get(), ok().header("set-cookie", "a=1; Max-Age=1h")),
        (
            "H34",
            get(),
            ok().header("set-cookie", "a=1; Expires=tomorrow"),
        ),
        (
            "H35",
            get(),
            ok().header("set-cookie", format!("a={}", "x".repeat(4096))),
        ),
        (
            "H35",
            get(),
            ok().header("set-cookie", format!("a=1; Path=/{}", "x".repeat(1024))),
        ),
        (
            "H36",
            get(),
            ok().header("set-cookie", "a=1; Path=/")
                .header("set-cookie", "a=2; path=/; Secure"),
        ),
        (
            "H37",
            get(),
            ok().header("access-control-allow-origin", "*")
                .header("access-control-allow-credentials", "true"),
        ),
        (
            "H37",
            get(),
            ok().header("access-control-allow-origin", "https://a.example/"),
        ),
        (
            "H38",
            get(),
            ok().header("date", "Tue, 02 Jan 2024 03:04:05 GMT")
                .header("last-modified", "Tue, 02 Jan 2024 03:04:06 GMT"),
        ),
        ("H39", get(), ok().header("retry-after", "5 minutes")),
        ("H39", get(), ok().header("age", "-1")),
        ("H40", get(), ok().header("vary", "accept encoding")),
        ("H41", get(), ok().header("allow", "GET POST")),
        ("H42", get(), status(405).header("allow", "GET, POST")),
        ("H43", mounted(), status(303).header("location", "/login")),
        (
            "H43",
            mounted(),
            status(201).header("location", "/shopping"),
        ),
        (
            "H44",
            get().header("host", "example.com"),
            status(303).header("location", "https://evil.example/"),
        ),
        (
            "H44",
            Request::get("http://example.com:8080/"),
            status(303).header("location", "//evil.example:8080/"),
        ),
        ("H45", get(), ok().header("content-encoding", "identity")),
        (
            "H46",
            get().header("accept-encoding", "gzip, br;q=0"),
            ok().header("content-encoding", "br"),
        ),
        ("O1", get(), ok().header("content-encoding", "gzip, GZIP")),
        ("O3", get(), ok().header("vary", "a, b").header("vary", "A")),
    ]
}

/// A response whose body breaks one rule.
pub(crate) fn bodies() -> Vec<(&'static str, response::Builder, Script)> {
    vec![
        ("B1", ok(), script([trailers("x"), data("a")])),
        (
            "B1",
            ok(),
            script([data("a"), trailers("x"), trailers("y")]),
        ),
        (
            "B2",
            ok(),
            Script {
                says_end: true,
                ..script([data("a")])
            },
        ),
        ("B4", ok(), hinted(9, 10)),
        ("B4", ok(), hinted(0, 2)),
        // Right at first, and stale after the first frame.
        ("B4", ok(), hinted(3, 9)),
        (
            "B5",
            ok().header("content-length", "2"),
            script([data("a"), data("bc")]),
        ),
        (
            "B5",
            ok().header("content-length", "4"),
            script([data("a"), data("bc")]),
        ),
        ("B6", status(204), script([data("a")])),
        ("B6", status(205), script([data(""), data("a")])),
        ("B7", ok(), script([data("a"), trailers("content-length")])),
        ("B7", ok(), script([data("a"), trailers("set-cookie")])),
        (
            "B9",
            ok().header("content-digest", DIGEST),
            script([data("ab"), data("d")]),
        ),
        ("B9", ok().header("repr-digest", DIGEST), script([])),
    ]
}
