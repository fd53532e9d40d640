//! Lines of JSON: objects whose members have the names that a program expects.

use http::header;

use super::plan::Plan;
use crate::{
    dress::Dress,
    field::{AtEnd, Field, OfConnection, OfRequest, Unit},
    time::TimeFormat,
};

/// An object that begins with the time, after which each member brings its own comma.
struct Object(Plan);

impl Object {
    fn new(time: &str) -> Self {
        let mut plan = Plan::new(Dress::Json);
        let name = format!("{{\"{time}\":");
        let time = Field::Request(OfRequest::Time(TimeFormat::Rfc3339));
        plan.field(name.as_bytes(), time, None);
        Self(plan)
    }

    fn member(mut self, name: &str, field: Field) -> Self {
        self.0
            .field(format!(",\"{name}\":").as_bytes(), field, None);
        self
    }

    fn of(self, name: &str, field: OfRequest) -> Self {
        self.member(name, Field::Request(field))
    }

    fn on(self, name: &str, field: OfConnection) -> Self {
        self.of(name, OfRequest::Connection(field))
    }

    fn at(self, name: &str, field: AtEnd) -> Self {
        self.member(name, Field::Ending(field))
    }

    fn constant(mut self, text: &str) -> Self {
        self.0.text(b",");
        self.0.text(text.as_bytes());
        self
    }

    fn end(mut self) -> Plan {
        self.0.text(b"}");
        self.0
    }
}

pub(super) fn plain() -> Plan {
    Object::new("time")
        .of("client", OfRequest::Client)
        .of("method", OfRequest::Method)
        .of("target", OfRequest::Target)
        .of("version", OfRequest::Protocol { number: true })
        .of("host", OfRequest::Host)
        .of("scheme", OfRequest::Scheme)
        .of("request_id", OfRequest::RequestId)
        .member("referer", Field::request_header(header::REFERER))
        .member("user_agent", Field::request_header(header::USER_AGENT))
        .at("user", AtEnd::User)
        .at("route", AtEnd::Route)
        .at("endpoint", AtEnd::Endpoint)
        .at("status", AtEnd::Status)
        .at("bytes", AtEnd::Bytes)
        .at(
            "duration_ms",
            AtEnd::Duration(Unit::MillisecondsWithMicroseconds),
        )
        .at(
            "first_byte_ms",
            AtEnd::FirstByte(Unit::MillisecondsWithMicroseconds),
        )
        .at("ending", AtEnd::Ending)
        .end()
}

pub(super) fn ecs() -> Plan {
    Object::new("@timestamp")
        .constant(r#""ecs.version":"8.17.0","event.kind":"event","event.category":["web"],"event.type":["access"],"event.dataset":"plywood.access""#)
        .of("source.address", OfRequest::Client)
        .of("source.ip", OfRequest::ClientIp)
        .of("source.port", OfRequest::PeerPort)
        .on("server.ip", OfConnection::Local)
        .on("server.port", OfConnection::LocalPort)
        .on("tls.version", OfConnection::TlsVersion { number: true })
        .on("tls.cipher", OfConnection::Cipher { iana: true })
        .on("tls.client.server_name", OfConnection::NamedServer)
        .on("tls.resumed", OfConnection::IsResumed)
        .of("http.version", OfRequest::Protocol { number: true })
        .of("http.request.method", OfRequest::Method)
        .of("http.request.id", OfRequest::RequestId)
        .of("http.request.body.bytes", OfRequest::Length { head: false })
        .member("http.request.referrer", Field::request_header(header::REFERER))
        .of("url.original", OfRequest::Target)
        .of("url.path", OfRequest::RawPath)
        .of("url.query", OfRequest::Query { mark: false })
        .of("url.scheme", OfRequest::Scheme)
        .of("url.domain", OfRequest::Host)
        .of("url.port", OfRequest::Port)
        .member("user_agent.original", Field::request_header(header::USER_AGENT))
        .member("http.response.mime_type", Field::response_header(header::CONTENT_TYPE))
        .at("user.name", AtEnd::User)
        .at("http.response.status_code", AtEnd::Status)
        .at("http.response.body.bytes", AtEnd::Bytes)
        .at("event.duration", AtEnd::Duration(Unit::Nanoseconds))
        .at("event.outcome", AtEnd::EventOutcome)
        .at("event.reason", AtEnd::Ending)
        .at("labels.route", AtEnd::Route)
        .end()
}

pub(super) fn open_telemetry() -> Plan {
    Object::new("time")
        .constant(r#""event.name":"http.server.access","network.protocol.name":"http""#)
        .of(
            "network.protocol.version",
            OfRequest::Protocol { number: true },
        )
        .of("network.peer.address", OfRequest::Peer)
        .of("network.peer.port", OfRequest::PeerPort)
        .on("network.local.address", OfConnection::Local)
        .on("network.local.port", OfConnection::LocalPort)
        .on(
            "tls.protocol.version",
            OfConnection::TlsVersion { number: true },
        )
        .on("tls.cipher", OfConnection::Cipher { iana: true })
        .on("tls.client.server_name", OfConnection::NamedServer)
        .on("tls.resumed", OfConnection::IsResumed)
        .of("client.address", OfRequest::Client)
        .of("http.request.method", OfRequest::Method)
        .of("http.request.body.size", OfRequest::Length { head: false })
        .of("url.scheme", OfRequest::Scheme)
        .of("url.path", OfRequest::RawPath)
        .of("url.query", OfRequest::Query { mark: false })
        .of("server.address", OfRequest::Host)
        .of("server.port", OfRequest::Port)
        .member(
            "user_agent.original",
            Field::request_header(header::USER_AGENT),
        )
        .at("enduser.id", AtEnd::User)
        .at("http.route", AtEnd::Route)
        .at("http.response.status_code", AtEnd::Status)
        .at("http.response.body.size", AtEnd::Bytes)
        .at(
            "http.server.request.duration",
            AtEnd::Duration(Unit::SecondsWithMicroseconds),
        )
        .at("error.type", AtEnd::ErrorType)
        .end()
}
