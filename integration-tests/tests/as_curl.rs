//! What `as_curl` tells is what was sent: curl itself is asked to say it again.

use std::{fmt::Write, process::Command};

use plywood::prelude::*;
use plywood_test::{Client as TestClient, Multipart, RequestBuilder};

/// Says what it was asked, byte for byte.
async fn echo(request: Request<Body>) -> Result<Response<Body>, BoxError> {
    let (head, body) = request.into_parts();
    let mut text = format!("{} {}\n", head.method, head.uri);
    let mut names: Vec<_> = head.headers.keys().collect();
    names.sort_by_key(|name| name.as_str());
    // Curl names itself, and takes whatever comes.
    names.retain(|name| !["accept", "user-agent", "host"].contains(&name.as_str()));
    for name in names {
        for value in head.headers.get_all(name) {
            writeln!(text, "{name}: {:?}", value.as_bytes())?;
        }
    }
    let body = http_body_util::BodyExt::collect(body).await?.to_bytes();
    writeln!(text, "{body:?}")?;
    Ok(Response::new(text.into()))
}

#[tokio::test(flavor = "multi_thread")]
async fn curl_sends_what_the_client_sends() {
    let listener = Listener::bind("127.0.0.1:0").await.unwrap();
    let url = listener.to_string();
    let server = tokio::spawn(Server::new(listener).serve(service_fn(echo)));

    let client = TestClient::new(service_fn(echo)).base(&url);
    client.store_cookie("sid=4f2a; Path=/");
    let files = Multipart::new()
        .text("title", "it's \"here\" $HOME `ls` \\ !")
        .file(
            "photo",
            "a.png",
            "image/png",
            b"\x89PNG\r\n\0\xff%d".as_slice(),
        );
    let requests: [fn(&TestClient) -> RequestBuilder; 10] = [
        |client| client.get("/a/../b?x=%20&y='1'"),
        |client| {
            client
                .get("/")
                .header("x-empty", "")
                .header("x-quote", "it's")
        },
        |client| {
            client
                .get("/")
                .header("accept-language", "de")
                .basic_auth("ada", "p:w")
        },
        |client| {
            client
                .post("/form")
                .form(&[("name", "ä & ö"), ("b", "@file")])
        },
        |client| client.post("/json").json(&["it's", "\u{1}\u{7f}"]),
        |client| client.post("/empty"),
        |client| client.put("/text").body("@/etc/hostname"),
        |client| client.patch("/bytes").body(b"\0%s\\n\xff\n".as_slice()),
        |client| client.delete("/a"),
        |client| client.options("*"),
    ];
    let mut all: Vec<_> = requests.iter().map(|request| request(&client)).collect();
    all.push(client.post("/files").multipart(&files));
    for request in all {
        let command = request.as_curl();
        let sent = request.await.ok();
        let output = Command::new("sh").args(["-c", &command]).arg("--").output();
        let output = output.unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        assert_eq!(said, sent.text(), "{command}");
    }
    server.abort();
}
