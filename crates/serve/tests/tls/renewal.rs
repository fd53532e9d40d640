//! Files that are read again.

use std::{fs, sync::Arc};

use plywood_serve::{ClientAuthority, Tls};
use rcgen::ExtendedKeyUsagePurpose;
use rustls::pki_types::{CertificateDer, pem::PemObject};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use tokio_rustls::client::TlsStream;

use crate::{office::Office, start};

/// The certificate that the server shows.
fn shown(stream: &TlsStream<TcpStream>) -> CertificateDer<'static> {
    stream.get_ref().1.peer_certificates().unwrap()[0].clone()
}

#[tokio::test]
async fn a_new_certificate_is_for_new_connections_and_a_broken_one_for_nobody() {
    let office = Office::new("office");
    let tls = office.server();
    let handle = tls.clone();
    let server = start(|server| server.tls(tls)).await;
    let file = office.file("server.pem");
    let first = CertificateDer::from_pem_file(&file).unwrap();
    let mut open = server.connect(office.client(None, &[])).await.unwrap();
    assert_eq!(shown(&open), first);

    // Until somebody says so, nothing changes.
    office.sign("server", ExtendedKeyUsagePurpose::ServerAuth, 4000);
    let second = CertificateDer::from_pem_file(&file).unwrap();
    let before = server.connect(office.client(None, &[])).await.unwrap();
    assert_eq!(shown(&before), first);
    handle.reload().unwrap();
    let after = server.connect(office.client(None, &["h2"])).await.unwrap();
    assert_eq!(shown(&after), second);
    assert_eq!(after.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));

    // A connection that was open stays.
    let request = "GET / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
    open.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    open.read_to_string(&mut answer).await.unwrap();
    assert!(answer.ends_with("https 0"), "{answer}");

    // The new certificate is there, and its key is not yet.
    let key = fs::read(office.file("server.key")).unwrap();
    office.sign("server", ExtendedKeyUsagePurpose::ServerAuth, 4000);
    fs::write(office.file("server.key"), key).unwrap();
    let refused = handle.reload().unwrap_err().to_string();
    assert!(refused.contains("server.pem"), "{refused}");
    fs::remove_file(&file).unwrap();
    handle.reload().unwrap_err();
    let still = server.connect(office.client(None, &[])).await.unwrap();
    assert_eq!(shown(&still), second);
    drop((before, after, still));
    server.end().await;
}

#[tokio::test]
async fn the_authority_of_clients_is_read_again_too() {
    let (office, other) = (Office::new("office"), Office::new("other"));
    for office in [&office, &other] {
        office.sign("ada", ExtendedKeyUsagePurpose::ClientAuth, 4000);
    }
    let staff = office.file("staff.pem");
    fs::copy(office.file("ca.pem"), &staff).unwrap();
    let tls = office.server_for(ClientAuthority::required(&staff).unwrap());
    let handle = tls.clone();
    let server = start(|server| server.tls(tls)).await;
    let is_let_in = async |issuer: &Office| {
        let answer = server.ask(office.client(Some((issuer, "ada")), &[])).await;
        answer.is_ok_and(|answer| answer.ends_with("https 1"))
    };
    assert!(is_let_in(&office).await && !is_let_in(&other).await);
    fs::copy(other.file("ca.pem"), &staff).unwrap();
    handle.reload().unwrap();
    assert!(!is_let_in(&office).await && is_let_in(&other).await);
    // Without an authority nobody would be looked at: what was there stays.
    fs::write(&staff, "").unwrap();
    handle.reload().unwrap_err();
    assert!(!is_let_in(&office).await && is_let_in(&other).await);
    server.end().await;
}

#[test]
fn a_configuration_of_ones_own_has_nothing_to_be_read_again() {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(rustls::server::ResolvesServerCertUsingSni::new()));
    Tls::new(config).reload().unwrap();
}
