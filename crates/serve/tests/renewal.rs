//! A certificate that is renewed while the server runs. A file of its own, because a signal is for the whole process, and so is who listens.

#![cfg(all(unix, feature = "tls"))]
#![expect(clippy::unwrap_used, reason = "a test may")]

mod office;

use std::{
    convert::Infallible,
    fmt::{self, Write},
    fs,
    net::SocketAddr,
    process::{Command, id},
    sync::{Arc, Mutex},
    time::Duration,
};

use http::{Request, Response};
use plywood_core::Body;
use plywood_serve::{Listener, Server, Tls};
use rcgen::ExtendedKeyUsagePurpose;
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
};
use tokio::{net::TcpStream, time::sleep};
use tokio_rustls::TlsConnector;
use tower::service_fn;
use tracing::{Event, Metadata, Subscriber, field::Visit, span};

use self::office::Office;

#[tokio::test]
async fn a_hangup_has_the_certificate_read_again_and_one_that_cannot_be_used_is_told_of() {
    let told = Told::default();
    tracing::subscriber::set_global_default(told.clone()).unwrap();
    let office = Office::new("office");
    office.sign("server", ExtendedKeyUsagePurpose::ServerAuth, 4000);
    let (pem, key) = (office.file("server.pem"), office.file("server.key"));
    let first = CertificateDer::from_pem_file(&pem).unwrap();
    let listener = Listener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = Server::new(listener).tls(Tls::open(&pem, &key).unwrap());
    let (tell, ready) = tokio::sync::oneshot::channel();
    let server = server.ready(|_| tell.send(()).unwrap());
    let app =
        service_fn(async |_: Request<Body>| Ok::<_, Infallible>(Response::new(Body::empty())));
    let server = tokio::spawn(server.serve(app));
    ready.await.unwrap();
    assert_eq!(shown(&office, address).await, first);

    office.sign("server", ExtendedKeyUsagePurpose::ServerAuth, 4000);
    let second = CertificateDer::from_pem_file(&pem).unwrap();
    signal("-HUP");
    told.wait_for("the certificate was read again").await;
    assert_eq!(shown(&office, address).await, second);

    fs::write(&pem, "half a file").unwrap();
    signal("-HUP");
    let said = told
        .wait_for("the certificate could not be read again")
        .await;
    assert!(said.contains("server.pem"), "{said}");
    assert_eq!(shown(&office, address).await, second);

    signal("-TERM");
    server.await.unwrap().unwrap();
}

fn signal(name: &str) {
    let killed = Command::new("kill")
        .args([name, &id().to_string()])
        .status();
    assert!(killed.unwrap().success());
}

/// The certificate that a new connection is shown.
async fn shown(office: &Office, address: SocketAddr) -> CertificateDer<'static> {
    let mut roots = RootCertStore::empty();
    let authority = CertificateDer::from_pem_file(office.file("ca.pem")).unwrap();
    roots.add(authority).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let socket = TcpStream::connect(address).await.unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    let stream = TlsConnector::from(Arc::new(config))
        .connect(name, socket)
        .await
        .unwrap();
    stream.get_ref().1.peer_certificates().unwrap()[0].clone()
}

/// What the gateway has told.
#[derive(Clone, Default)]
struct Told(Arc<Mutex<Vec<String>>>);

impl Told {
    fn find(&self, message: &str) -> Option<String> {
        let told = self.0.lock().unwrap();
        told.iter().find(|line| line.contains(message)).cloned()
    }

    /// The event that says this, once it is there.
    async fn wait_for(&self, message: &str) -> String {
        for _ in 0..24_000 {
            if let Some(found) = self.find(message) {
                return found;
            }
            sleep(Duration::from_millis(10)).await;
        }
        panic!("nobody has told that {message}");
    }
}

impl Subscriber for Told {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("plywood_serve")
    }

    fn event(&self, event: &Event<'_>) {
        struct Fields(String);

        impl Visit for Fields {
            fn record_debug(&mut self, field: &tracing::field::Field, value: &dyn fmt::Debug) {
                write!(self.0, "{field}={value:?} ").unwrap();
            }
        }

        let mut fields = Fields(String::new());
        event.record(&mut fields);
        self.0.lock().unwrap().push(fields.0);
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}
    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}
    fn enter(&self, _: &span::Id) {}
    fn exit(&self, _: &span::Id) {}
}
