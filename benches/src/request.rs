use http::Request;

use crate::routes;

/// What a browser sends, with a session that will not be touched and credentials for whoever asks for them.
pub(crate) fn request() -> Request<()> {
    Request::get(routes::TARGET)
        .header("host", "example.com")
        .header(
            "user-agent",
            "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
        )
        .header(
            "accept",
            "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
        )
        .header("accept-language", "en-GB,en;q=0.7,de;q=0.3")
        .header("accept-encoding", "gzip, deflate, br, zstd")
        .header("referer", "https://example.com/issues")
        .header("authorization", "Basic YWRhOnBseXdvb2Q=")
        // An id that is well-formed for the peer, and one for us.
        .header(
            "cookie",
            "theme=dark; id=AAAAAAAAAAAAAAAAAAAAAA; __Host-session=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        )
        .body(())
        .expect("it is well-formed")
}
