//! TLS through real sockets, with certificates of the test's own.

#![cfg(feature = "tls")]
#![expect(clippy::unwrap_used, reason = "a test may")]

#[path = "../office/mod.rs"]
mod office;
mod renewal;

use std::{convert::Infallible, fs, net::SocketAddr, sync::Arc, time::Duration};

use http::{Request, Response};
use plywood_core::{Body, Client, ClientCertificate, Connection, Scheme};
use plywood_lint::LintLayer;
use plywood_serve::{ClientAuthority, Listener, Server, Tls};
use rcgen::ExtendedKeyUsagePurpose;
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem::PemObject},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::oneshot,
    task::JoinHandle,
    time::timeout,
};
use tokio_rustls::{TlsConnector, client::TlsStream};
use tower::{Layer, service_fn};

use self::office::Office;

const PATIENCE: Duration = Duration::from_secs(240);

impl Office {
    fn server(&self) -> Tls {
        self.sign("server", ExtendedKeyUsagePurpose::ServerAuth, 4000);
        Tls::open(self.file("server.pem"), self.file("server.key")).unwrap()
    }

    fn server_for(&self, clients: ClientAuthority) -> Tls {
        self.sign("server", ExtendedKeyUsagePurpose::ServerAuth, 4000);
        Tls::open_with_clients(self.file("server.pem"), self.file("server.key"), clients).unwrap()
    }

    /// A client that trusts this office, and shows the certificate of `shown`.
    fn client(&self, shown: Option<(&Self, &str)>, protocols: &[&str]) -> ClientConfig {
        let mut roots = RootCertStore::empty();
        let authority = CertificateDer::from_pem_file(self.file("ca.pem")).unwrap();
        roots.add(authority).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots);
        let mut config = match shown {
            None => builder.with_no_client_auth(),
            Some((office, name)) => {
                let pem = office.file(&format!("{name}.pem"));
                let chain = vec![CertificateDer::from_pem_file(pem).unwrap()];
                let key = PrivateKeyDer::from_pem_file(office.file(&format!("{name}.key")));
                builder.with_client_auth_cert(chain, key.unwrap()).unwrap()
            }
        };
        config.alpn_protocols = protocols
            .iter()
            .map(|name| name.as_bytes().to_vec())
            .collect();
        config
    }
}

struct Running {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    ended: JoinHandle<()>,
}

async fn start(configure: impl FnOnce(Server) -> Server) -> Running {
    let listener = Listener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel();
    let describe = service_fn(async |request: Request<Body>| {
        assert!(Client::of(&request).is_some());
        let certificates = ClientCertificate::of(&request).map_or(0, |shown| shown.chain().len());
        let scheme = Scheme::of(&request).unwrap();
        let text = format!("{:?} {scheme} {certificates}", request.version());
        let response = Response::builder().header("content-type", "text/plain");
        Ok::<_, Infallible>(response.body(Body::from(text)).unwrap())
    });
    let app = LintLayer::new().layer(describe);
    let server = configure(Server::new(listener));
    let ended = tokio::spawn(server.serve_until(app, async {
        let _ = stopped.await;
    }));
    Running {
        address,
        stop,
        ended,
    }
}

impl Running {
    async fn connect(&self, config: ClientConfig) -> std::io::Result<TlsStream<TcpStream>> {
        let socket = TcpStream::connect(self.address).await?;
        let name = ServerName::try_from("localhost").unwrap();
        TlsConnector::from(Arc::new(config))
            .connect(name, socket)
            .await
    }

    /// What is answered to one request over HTTP/1.1; an error where the handshake fails on either side.
    async fn ask(&self, config: ClientConfig) -> std::io::Result<String> {
        let mut stream = self.connect(config).await?;
        let request = "GET / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
        stream.write_all(request.as_bytes()).await?;
        let mut answer = Vec::new();
        timeout(PATIENCE, stream.read_to_end(&mut answer))
            .await
            .unwrap()?;
        Ok(String::from_utf8(answer).unwrap())
    }

    async fn end(self) {
        self.stop.send(()).unwrap();
        timeout(PATIENCE, self.ended).await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn a_request_over_tls_comes_by_https() {
    let office = Office::new("office");
    let tls = office.server();
    let server = start(|server| server.tls(tls)).await;
    for protocols in [&[][..], &["http/1.1"]] {
        let answer = server.ask(office.client(None, protocols)).await.unwrap();
        assert!(answer.ends_with("HTTP/1.1 https 0"), "{answer}");
    }
    server.end().await;
}

#[tokio::test]
async fn what_was_agreed_on_is_left_with_the_request() {
    let office = Office::new("office");
    let tls = office.server();
    let listener = Listener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let app = service_fn(async |request: Request<Body>| {
        let connection = Connection::of(&request).unwrap();
        let tls = connection.tls().unwrap();
        let text = format!(
            "{} {} {:?} {} {}",
            tls.version(),
            tls.cipher(),
            tls.named_server(),
            tls.is_resumed(),
            connection.local_addr().unwrap()
        );
        Ok::<_, Infallible>(Response::new(Body::from(text)))
    });
    let (stop, stopped) = oneshot::channel::<()>();
    let ended = tokio::spawn(Server::new(listener).tls(tls).serve_until(app, async {
        let _ = stopped.await;
    }));
    let server = Running {
        address,
        stop,
        ended,
    };
    let mut client = office.client(None, &[]);
    client.resumption = rustls::client::Resumption::in_memory_sessions(8);
    for (resumed, suite) in [
        (false, "TLS_AES_256_GCM_SHA384"),
        (true, "TLS_AES_256_GCM_SHA384"),
    ] {
        let answer = server.ask(client.clone()).await.unwrap();
        let said = answer.rsplit("\r\n").next().unwrap();
        let expected = format!("1.3 {suite} Some(\"localhost\") {resumed} {address}");
        assert_eq!(said, expected);
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut roots = RootCertStore::empty();
    let authority = CertificateDer::from_pem_file(office.file("ca.pem")).unwrap();
    roots.add(authority).unwrap();
    let older = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS12])
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let answer = server.ask(older).await.unwrap();
    let said = answer.rsplit("\r\n").next().unwrap();
    assert!(said.starts_with("1.2 TLS_ECDHE_"), "{said}");
    server.end().await;
}

#[tokio::test]
async fn the_protocol_is_the_one_that_was_agreed_upon() {
    let office = Office::new("office");
    let tls = office.server();
    let server = start(|server| server.tls(tls)).await;
    let stream = server
        .connect(office.client(None, &["h2", "http/1.1"]))
        .await
        .unwrap();
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
    // HTTP/1.1 on a connection for HTTP/2 is closed, without an answer.
    assert!(
        !server
            .ask(office.client(None, &["h2"]))
            .await
            .is_ok_and(|answer| !answer.is_empty())
    );
    assert!(
        server
            .connect(office.client(None, &["gopher"]))
            .await
            .is_err()
    );
    drop(stream);
    server.end().await;
}

#[tokio::test]
async fn a_client_shows_a_certificate_of_the_authority_or_is_turned_away() {
    let (office, other) = (Office::new("office"), Office::new("other"));
    let client = ExtendedKeyUsagePurpose::ClientAuth;
    office.sign("ada", client.clone(), 4000);
    office.sign("old", client.clone(), 2001);
    office.sign("web", ExtendedKeyUsagePurpose::ServerAuth, 4000);
    other.sign("eve", client, 4000);
    let authority = ClientAuthority::required(office.file("ca.pem")).unwrap();
    let tls = office.server_for(authority);
    let required = start(|server| server.tls(tls)).await;
    let authority = ClientAuthority::optional(office.file("ca.pem")).unwrap();
    let tls = office.server_for(authority);
    let optional = start(|server| server.tls(tls)).await;
    for (shown, when_required, when_optional) in [
        (Some((&office, "ada")), Some(1), Some(1)),
        (None, None, Some(0)),
        (Some((&office, "old")), None, None),
        (Some((&office, "web")), None, None),
        (Some((&other, "eve")), None, None),
    ] {
        let name = shown.map(|shown| shown.1);
        for (server, expected) in [(&required, when_required), (&optional, when_optional)] {
            let answer = server.ask(office.client(shown, &[])).await;
            match expected {
                Some(certificates) => {
                    let answer = answer.unwrap();
                    assert!(
                        answer.ends_with(&format!("https {certificates}")),
                        "{name:?}: {answer}"
                    );
                }
                None => assert!(!answer.is_ok_and(|answer| !answer.is_empty()), "{name:?}"),
            }
        }
    }
    required.end().await;
    optional.end().await;
}

#[tokio::test]
async fn a_handshake_that_does_not_come_holds_nobody_up() {
    let office = Office::new("office");
    let tls = office.server();
    // Long enough for a busy machine to shake hands with who does.
    let soon = Duration::from_secs(20);
    let server = start(|server| server.tls(tls).handshake_timeout(soon)).await;
    let mut silent = Vec::new();
    for first in [&b""[..], b"\x16\x03\x01", b"GET / HTTP/1.1\r\n\r\n"] {
        let mut socket = TcpStream::connect(server.address).await.unwrap();
        socket.write_all(first).await.unwrap();
        silent.push(socket);
    }
    let answer = server.ask(office.client(None, &[])).await.unwrap();
    assert!(answer.ends_with("https 0"), "{answer}");
    for mut socket in silent {
        let mut rest = Vec::new();
        // Closed, with an alert or without one.
        let _ = timeout(PATIENCE, socket.read_to_end(&mut rest))
            .await
            .unwrap();
        assert!(rest.len() < 16, "{rest:?}");
    }
    server.end().await;
}

#[tokio::test]
async fn one_that_has_not_shaken_hands_does_not_hold_up_the_end() {
    let office = Office::new("office");
    let tls = office.server();
    let forever = Duration::from_secs(3600);
    let server = start(|server| server.tls(tls).handshake_timeout(forever).grace(forever)).await;
    let _silent = TcpStream::connect(server.address).await.unwrap();
    // It was accepted before this one was answered.
    server.ask(office.client(None, &[])).await.unwrap();
    server.end().await;
}

#[test]
fn files_that_cannot_be_used_are_named() {
    let (office, other) = (Office::new("office"), Office::new("other"));
    for office in [&office, &other] {
        office.sign("server", ExtendedKeyUsagePurpose::ServerAuth, 4000);
    }
    let (pem, key) = (office.file("server.pem"), office.file("server.key"));
    let empty = office.file("empty.pem");
    fs::write(&empty, "nothing in here\n").unwrap();
    assert!(Tls::open(&pem, &key).is_ok());
    for (pem, key, named) in [
        (&empty, &key, "empty.pem"),
        (&pem, &empty, "empty.pem"),
        (&office.file("none.pem"), &key, "none.pem"),
        (&pem, &other.file("server.key"), "server.pem"),
        (&key, &key, "server.key"),
    ] {
        let error = Tls::open(pem, key).unwrap_err().to_string();
        assert!(error.contains(named), "{error}");
    }
    // An authority that cannot be read lets nobody in, and does not start.
    for file in [&empty, &office.file("none.pem"), &key] {
        assert!(ClientAuthority::required(file).is_err());
        assert!(ClientAuthority::optional(file).is_err());
    }
    let garbage = office.file("garbage.pem");
    fs::write(
        &garbage,
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    )
    .unwrap();
    assert!(ClientAuthority::required(&garbage).is_err());
}
