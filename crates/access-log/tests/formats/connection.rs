//! What a gateway has left word of: our end, the place of a request on its connection, TLS.

use bytes::Bytes;
use http::Request;
use plywood_access_log::{AccessLogLayer, Format};
use plywood_core::{Body, ClientCertificate, Connection, extensions::Secured};
use serde_json::{Value, json};

use crate::{Log, answer, exchange, full, logged};

/// The third request on a connection of this kind.
fn third(connection: &Connection) -> Request<Body> {
    let mut request = full();
    let _ = (connection.next_request(), connection.next_request());
    request.extensions_mut().insert(connection.next_request());
    request
}

fn over_tls() -> Connection {
    let tls =
        Secured::new("1.2", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256").server_name("Shop.Example");
    Connection::new(41)
        .local(([192, 0, 2, 1], 8444).into())
        .secured(tls)
}

fn line(format: Format, request: Request<Body>) -> String {
    let log = Log::default();
    let layer: AccessLogLayer = log.layer().format(format);
    logged(layer, &log, request)
}

const APACHE: &str = "%A %{local}p %p %k %{SSL_PROTOCOL}x %{SSL_CIPHER}x %{version}c %{cipher}c %{SSL_TLS_SNI}x %{SSL_SESSION_RESUMED}x %{SSL_CLIENT_VERIFY}x %{HTTPS}x %{SSL_SERVER_S_DN}x";
const NGINX: &str = "$server_addr $server_port $connection $connection_requests $ssl_protocol $ssl_cipher $ssl_server_name $ssl_session_reused $ssl_client_verify $ssl_client_s_dn";

#[test]
fn the_connection_is_said_as_apache_and_nginx_say_it() {
    let apache = |request| line(Format::apache(APACHE).unwrap(), request);
    let nginx = |request| line(Format::nginx(NGINX).unwrap(), request);
    assert_eq!(
        apache(third(&over_tls())),
        "192.0.2.1 8444 8443 2 TLSv1.2 ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2 ECDHE-RSA-AES128-GCM-SHA256 Shop.Example Initial NONE on -"
    );
    assert_eq!(
        nginx(third(&over_tls())),
        "192.0.2.1 8444 41 3 TLSv1.2 ECDHE-RSA-AES128-GCM-SHA256 Shop.Example . NONE -"
    );
    let mut known =
        third(&Connection::new(1).secured(Secured::new("1.3", "TLS_AES_128_GCM_SHA256").resumed()));
    let certificate = ClientCertificate::new([Bytes::from_static(b"der")]).unwrap();
    known.extensions_mut().insert(certificate);
    assert_eq!(
        nginx(known),
        "unix: 8443 1 3 TLSv1.3 TLS_AES_128_GCM_SHA256 - r SUCCESS -"
    );
    // In the clear, and where no gateway has said a word.
    let clear = Connection::new(1).local("[2001:db8::1]:80".parse().unwrap());
    assert_eq!(nginx(third(&clear)), "2001:db8::1 80 1 3 - - - - - -");
    assert_eq!(nginx(full()), "- 8443 - - - - - - - -");
    assert_eq!(apache(full()), "- - 8443 - - - - - - - - on -");
}

#[test]
fn programs_are_told_of_the_connection_too() {
    let parsed =
        |format| -> Value { serde_json::from_str(&line(format, third(&over_tls()))).unwrap() };
    let ecs = parsed(Format::ecs());
    for (name, value) in [
        ("server.ip", json!("192.0.2.1")),
        ("server.port", json!(8444)),
        ("tls.version", json!("1.2")),
        ("tls.cipher", json!("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256")),
        ("tls.client.server_name", json!("Shop.Example")),
        ("tls.resumed", json!(false)),
    ] {
        assert_eq!(ecs[name], value, "{name}");
    }
    let open_telemetry = parsed(Format::open_telemetry());
    for (name, value) in [
        ("network.local.address", json!("192.0.2.1")),
        ("network.local.port", json!(8444)),
        ("tls.protocol.version", json!("1.2")),
        ("tls.cipher", json!("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256")),
        ("tls.resumed", json!(false)),
    ] {
        assert_eq!(open_telemetry[name], value, "{name}");
    }
    let log = Log::default();
    let layer = log.layer().format(Format::w3c("s-ip s-port").unwrap());
    exchange(layer, third(&over_tls()), answer);
    assert_eq!(log.lines().last().unwrap(), "192.0.2.1 8444");
}
