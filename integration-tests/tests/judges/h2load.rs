//! h2load speaks HTTP/2 with prior knowledge, many streams at a time.

use crate::{output, site::Site, tool};

#[tokio::test(flavor = "multi_thread")]
async fn every_stream_of_http_2_is_answered() {
    let site = Site::start().await;
    for (path, header) in [
        ("/", "accept: text/html"),
        ("/large", "accept-encoding: gzip"),
        ("/static/page.html", "accept-encoding: gzip"),
        ("/visits", "accept: text/html"),
    ] {
        let mut load = tool("h2load");
        load.args([
            "-n",
            "2000",
            "-c",
            "4",
            "-m",
            "50",
            "-H",
            header,
            &site.url(path),
        ]);
        let said = output(load).await;
        assert!(
            said.contains("2000 total, 2000 started, 2000 done, 2000 succeeded, 0 failed, 0 errored, 0 timeout"),
            "{path}: {said}"
        );
        assert!(said.contains("status codes: 2000 2xx"), "{path}: {said}");
    }
}
