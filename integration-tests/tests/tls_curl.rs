//! curl at a server that speaks TLS, with and without a certificate of its own.

#![expect(clippy::unwrap_used, reason = "a test may")]

#[path = "../../crates/serve/tests/office/mod.rs"]
mod office;

use std::{process::Command, sync::mpsc, thread::JoinHandle};

use plywood::{
    auth::certificate::ClientCertificates,
    prelude::*,
    serve::{ClientAuthority, Tls},
};
use rcgen::ExtendedKeyUsagePurpose;
use tokio::sync::oneshot;

use self::office::Office;

/// A server on a thread of its own.
struct Running {
    port: u16,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Running {
    fn start(tls: Tls) -> Self {
        let (tell, told) = mpsc::channel();
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build();
            runtime.unwrap().block_on(async {
                let listener = Listener::bind("127.0.0.1:0").await.unwrap();
                tell.send(listener.local_addr().unwrap().port()).unwrap();
                let stopped = async {
                    let _ = stopped.await;
                };
                Server::new(listener)
                    .tls(tls)
                    .serve_until(app(), stopped)
                    .await;
            });
        });
        Self {
            port: told.recv().unwrap(),
            stop: Some(stop),
            thread: Some(thread),
        }
    }

    /// What curl prints, and its exit status.
    fn curl(&self, path: &str, arguments: &[&str]) -> (i32, String) {
        let url = format!("https://localhost:{}{path}", self.port);
        let resolve = format!("localhost:{}:127.0.0.1", self.port);
        let output = Command::new("curl")
            .args(["--silent", "--max-time", "240", "--resolve", &resolve])
            .args(["--write-out", "%{http_version} %{http_code}"])
            .args(arguments)
            .arg(url)
            .output()
            .expect("curl is installed by ./test tools");
        let printed = String::from_utf8_lossy(&output.stdout).into_owned();
        (output.status.code().unwrap(), printed)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(Err(_)) = self.thread.take().map(JoinHandle::join) {
            assert!(std::thread::panicking(), "the server broke");
        }
    }
}

/// Greets, by whom the certificate names below `/staff`.
fn app() -> App {
    let known = ClientCertificates::new(|certificate| certificate.common_name().map(Identity::new));
    plywood::app(
        ServiceBuilder::new()
            .layer(ErrorPagesLayer::new())
            .layer(AuthLayer::new(known).below("/staff"))
            .service(service_fn(async |request: Request<Body>| {
                let scheme = Scheme::of(&request).unwrap_or_default();
                let name = Identity::of(&request).map_or("a stranger", Identity::name);
                let text = format!("hello, {name} by {scheme}\n");
                Ok::<_, BoxError>(Response::new(Body::from(text)))
            })),
    )
}

#[test]
fn curl_comes_over_tls_by_the_protocol_it_likes() {
    let office = Office::new("office");
    office.sign("server", ExtendedKeyUsagePurpose::ServerAuth, 4000);
    let tls = Tls::open(office.file("server.pem"), office.file("server.key")).unwrap();
    let server = Running::start(tls);
    let authority = office.file("ca.pem");
    let authority = authority.to_str().unwrap();
    for (arguments, version) in [
        (&["--http1.1"][..], "1.1"),
        (&["--http2"], "2"),
        (&["--no-alpn", "--http1.1"], "1.1"),
        (&["--tls-max", "1.2", "--http2"], "2"),
        (&["--tlsv1.3"], "2"),
    ] {
        let (status, printed) = server.curl("/", &[&["--cacert", authority], arguments].concat());
        let expected = format!("hello, a stranger by https\n{version} 200");
        assert_eq!((status, printed), (0, expected), "{arguments:?}");
    }
    // 60: the peer's certificate is of nobody that curl knows.
    assert_eq!(server.curl("/", &[]).0, 60);
    let old = server.curl("/", &["--cacert", authority, "--tls-max", "1.1"]);
    assert_ne!(old.0, 0, "{old:?}");
}

#[test]
fn curl_shows_a_certificate_where_one_is_wanted() {
    let (office, other) = (Office::new("office"), Office::new("office"));
    office.sign("server", ExtendedKeyUsagePurpose::ServerAuth, 4000);
    for (office, name, until) in [
        (&office, "ada", 4000),
        (&office, "old", 2001),
        (&other, "eve", 4000),
    ] {
        office.sign(name, ExtendedKeyUsagePurpose::ClientAuth, until);
    }
    let open = |authority| {
        Tls::open_with_clients(
            office.file("server.pem"),
            office.file("server.key"),
            authority,
        )
    };
    let optional = ClientAuthority::optional(office.file("ca.pem")).unwrap();
    let optional = Running::start(open(optional).unwrap());
    let required = ClientAuthority::required(office.file("ca.pem")).unwrap();
    let required = Running::start(open(required).unwrap());
    let curl = |server: &Running, path, shown: Option<(&Office, &str)>, version| {
        let authority = office.file("ca.pem");
        let mut arguments = vec![
            "--cacert".to_owned(),
            authority.display().to_string(),
            format!("--http{version}"),
        ];
        if let Some((office, name)) = shown {
            for (flag, kind) in [("--cert", "pem"), ("--key", "key")] {
                let file = office.file(&format!("{name}.{kind}"));
                arguments.extend([flag.to_owned(), file.display().to_string()]);
            }
        }
        server.curl(
            path,
            &arguments.iter().map(String::as_str).collect::<Vec<_>>(),
        )
    };
    for version in ["1.1", "2"] {
        let greeted = |name: &str| (0, format!("hello, {name} by https\n{version} 200"));
        let ada = Some((&office, "ada"));
        for server in [&optional, &required] {
            assert_eq!(curl(server, "/staff", ada, version), greeted("ada"));
            assert_eq!(curl(server, "/", ada, version), greeted("a stranger"));
            for wrong in [(&office, "old"), (&other, "eve")] {
                let (status, printed) = curl(server, "/", Some(wrong), version);
                assert!(
                    status != 0 && printed.ends_with(" 000"),
                    "{status} {printed}"
                );
            }
        }
        assert_eq!(curl(&optional, "/", None, version), greeted("a stranger"));
        let (status, printed) = curl(&optional, "/staff", None, version);
        assert!(
            status == 0 && printed.ends_with(" 403"),
            "{status} {printed}"
        );
        let (status, printed) = curl(&required, "/", None, version);
        assert!(
            status != 0 && printed.ends_with(" 000"),
            "{status} {printed}"
        );
    }
}
