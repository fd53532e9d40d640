//! Where it listens.

use plywood_serve::Listener;
use tokio::net::UnixStream;

use crate::{describe, exchange, start};

#[tokio::test]
async fn a_unix_socket_is_served_and_its_file_goes_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("app.sock");
    let address = format!("unix:{}", path.display());

    // A socket that a dead server left behind.
    drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
    assert!(path.exists());

    let server = start(&address, |server| server, tower::service_fn(describe)).await;
    let second = Listener::bind(&address).await.unwrap_err();
    assert!(
        second.to_string().contains("cannot listen on unix:"),
        "{second}"
    );
    let mut stream = UnixStream::connect(&path).await.unwrap();
    let answer = exchange(
        &mut stream,
        "GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
    )
    .await;
    assert!(answer.ends_with("GET HTTP/1.1 http unix: 0"), "{answer}");
    server.end().await;
    assert!(!path.exists());
}

#[tokio::test]
async fn a_file_that_is_no_socket_is_not_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("precious");
    std::fs::write(&path, "data").unwrap();
    Listener::bind(&format!("unix:{}", path.display()))
        .await
        .unwrap_err();
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "data");
}

#[tokio::test]
async fn an_address_that_is_taken_or_wrong_is_named_in_the_error() {
    let first = Listener::bind("127.0.0.1:0").await.unwrap();
    let address = first.local_addr().unwrap().to_string();
    for address in [&*address, "nonsense"] {
        let error = Listener::bind(address).await.unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with(&format!("cannot listen on {address}: "))
        );
    }
    assert_eq!(first.to_string(), format!("http://{address}"));

    let error = Listener::bind("http://127.0.0.1:8000").await.unwrap_err();
    assert!(
        error
            .to_string()
            .ends_with("it should be like 127.0.0.1:8000 or unix:/run/app.sock")
    );
}
