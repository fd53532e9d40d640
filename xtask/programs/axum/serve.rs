//! An axum router, served with bounds for slow clients and a graceful end.

use std::{
    io::{Read, Write},
    net::TcpStream,
};

use axum::{Router, routing::get};
use plywood_serve::{Listener, Server};

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::io::Result<()> {
    let listener = Listener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr().expect("it is TCP");
    let app = Router::new().route("/", get(async || "hello"));

    let asked = tokio::task::spawn_blocking(move || {
        let mut stream = TcpStream::connect(address)?;
        stream.write_all(b"GET / HTTP/1.1\r\nhost: a.example\r\nconnection: close\r\n\r\n")?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        assert!(answer.starts_with("HTTP/1.1 200 ") && answer.ends_with("\r\n\r\nhello"));
        std::io::Result::Ok(())
    });
    let done = async {
        asked
            .await
            .expect("the client does not panic")
            .expect("it is answered")
    };
    Server::new(listener).serve_until(app, done).await;
    Ok(())
}
