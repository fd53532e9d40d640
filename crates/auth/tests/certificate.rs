//! Certificates of clients, as a gateway leaves them.

#![cfg(feature = "certificate")]
#![allow(clippy::unwrap_used, reason = "a failed test says where by itself")]

use std::convert::Infallible;

use http::{Request, Response};
use plywood_auth::{
    AuthLayer, Verdict,
    certificate::{Certificate, ClientCertificates, InvalidCertificate},
};
use plywood_core::{Body, ClientCertificate, Identity};
use plywood_lint::LintLayer;
use proptest::prelude::*;
use rcgen::{CertificateParams, DnType, KeyPair, SanType, SerialNumber, date_time_ymd};
use tower::{ServiceBuilder, ServiceExt, service_fn};

fn certificate(change: impl FnOnce(&mut CertificateParams)) -> Vec<u8> {
    let mut params = CertificateParams::new(vec!["host.example".to_owned()]).unwrap();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params
        .distinguished_name
        .push(DnType::OrganizationName, "Engines");
    params.distinguished_name.push(DnType::CommonName, "ada");
    params.not_before = date_time_ymd(2000, 1, 1);
    params.not_after = date_time_ymd(4000, 1, 1);
    params.serial_number = Some(SerialNumber::from(0x00ab_cdef_u64));
    change(&mut params);
    let signed = params.self_signed(&KeyPair::generate().unwrap()).unwrap();
    signed.der().to_vec()
}

#[test]
fn what_a_certificate_says_is_read() {
    let der = certificate(|params| {
        let names = &mut params.subject_alt_names;
        names.push(SanType::Rfc822Name("ada@a.example".try_into().unwrap()));
        names.push(SanType::URI("spiffe://a.example/ada".try_into().unwrap()));
        names.push(SanType::IpAddress([192, 0, 2, 1].into()));
        names.push(SanType::IpAddress("2001:db8::1".parse().unwrap()));
    });
    let read = Certificate::read(&der).unwrap();
    assert_eq!(read.subject(), "CN=ada,O=Engines");
    assert_eq!(read.issuer(), "CN=ada,O=Engines");
    assert_eq!(read.common_name(), Some("ada"));
    assert_eq!(read.emails().collect::<Vec<_>>(), ["ada@a.example"]);
    assert_eq!(read.hosts().collect::<Vec<_>>(), ["host.example"]);
    assert_eq!(read.uris().collect::<Vec<_>>(), ["spiffe://a.example/ada"]);
    let ips: Vec<_> = read.ips().map(|ip| ip.to_string()).collect();
    assert_eq!(ips, ["192.0.2.1", "2001:db8::1"]);
    assert_eq!(read.serial(), "abcdef");
    assert_eq!(read.fingerprint().len(), 64);
    assert_ne!(
        read.fingerprint(),
        Certificate::read(&certificate(|_| ()))
            .unwrap()
            .fingerprint()
    );
}

#[test]
fn a_name_cannot_pass_for_another() {
    let der = certificate(|params| {
        params
            .distinguished_name
            .push(DnType::CommonName, "ada,OU=Operations");
    });
    let read = Certificate::read(&der).unwrap();
    assert_eq!(read.subject(), "CN=ada\\,OU\\=Operations,O=Engines");
    let der = certificate(|params| params.distinguished_name.push(DnType::CommonName, "a\nb"));
    let read = Certificate::read(&der).unwrap();
    assert_eq!(read.common_name(), None);
    assert!(read.subject().starts_with("CN=#"), "{}", read.subject());
}

#[test]
fn what_follows_or_lacks_makes_it_none() {
    let der = certificate(|_| ());
    for wrong in [&der[..der.len() - 1], &[&der[..], &[0]].concat(), &[]] {
        assert_eq!(Certificate::read(wrong).err(), Some(InvalidCertificate));
    }
}

#[tokio::test]
async fn who_it_is_is_for_the_closure_to_say() {
    let find = |read: &Certificate<'_>| match read.common_name() {
        Some("down") => Verdict::from(Err("the directory is down")),
        Some("slow") => Verdict::later(async { Ok(Some(Identity::new("slow"))) }),
        Some("ada") => Some(Identity::new("ada")).into(),
        _ => None.into(),
    };
    let app = ServiceBuilder::new()
        .layer(LintLayer::new())
        .layer(AuthLayer::new(ClientCertificates::new(find)))
        .layer(LintLayer::new())
        .service(service_fn(async |request: Request<Body>| {
            let caller = Identity::of(&request).unwrap();
            assert_eq!(caller.auth_scheme(), "certificate");
            assert!(caller.has_method("pop"));
            Ok::<_, Infallible>(Response::new(Body::empty()))
        }));
    let named = |name: &'static str| {
        certificate(|params| params.distinguished_name.push(DnType::CommonName, name))
    };
    for (shown, status) in [
        (Some(named("ada")), 200),
        (Some(named("slow")), 200),
        (Some(named("down")), 503),
        (Some(named("eve")), 403),
        (
            Some(certificate(|params| {
                params.not_after = date_time_ymd(2001, 1, 1);
            })),
            403,
        ),
        (
            Some(certificate(|params| {
                params.not_before = date_time_ymd(3000, 1, 1);
            })),
            403,
        ),
        (Some(b"nonsense".to_vec()), 403),
        (None, 403),
    ] {
        let mut request = Request::get("/").header("host", "a.example");
        // Nothing that a client writes is looked at.
        request = request
            .header("x-client-cert", "ada")
            .header("ssl-client-s-dn", "CN=ada");
        let mut request = request.body(Body::empty()).unwrap();
        let shown = shown.and_then(|der| ClientCertificate::new([der.into()]));
        if let Some(shown) = shown {
            request.extensions_mut().insert(shown);
        }
        let Ok(response) = app.clone().oneshot(request).await;
        assert_eq!(response.status(), status);
    }
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(place: prop::sample::Index, byte: u8) {
        let mut der = certificate(|_| ());
        let place = place.index(der.len());
        der[place] = byte;
        if let Ok(read) = Certificate::read(&der) {
            let _ = format!("{read:?} {} {}", read.serial(), read.issuer());
            let _ = (read.common_name(), read.ips().count(), read.hosts().count());
        }
    }
}
