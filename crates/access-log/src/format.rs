//! What a line says: a pattern in one of the languages that operators know, compiled once.

mod apache;
mod development;
mod json;
mod nginx;
pub(crate) mod plan;
mod suggestion;
mod w3c;

use std::fmt;

pub(crate) use self::nginx::hostname;
use self::plan::Plan;
use crate::FormatError;

/// What a line says, and how: one of the well-known formats, or a pattern of Apache's, nginx's or the W3C's.
///
/// ```
/// use plywood_access_log::{AccessLogLayer, Format};
///
/// let format = Format::apache(r#"%h %l %u %t "%r" %>s %b %{ms}T %{end:%H:%M:%S}t"#)?;
/// let log = AccessLogLayer::new(|line: &[u8]| println!("{}", line.escape_ascii())).format(format);
/// # let _ = log;
/// # Ok::<(), plywood_access_log::FormatError>(())
/// ```
#[derive(Clone)]
pub struct Format {
    name: &'static str,
    pub(crate) plan: Plan,
    /// What stands at the top of a log.
    pub(crate) preamble: Option<Box<str>>,
}

impl Format {
    /// The [Common Log Format](https://httpd.apache.org/docs/2.4/logs.html#common): `%h %l %u %t "%r" %>s %b`.
    pub fn common() -> Self {
        Self::known("common", r#"%h %l %u %t "%r" %>s %b"#)
    }

    /// The [Combined Log Format](https://httpd.apache.org/docs/2.4/logs.html#combined): Common, and
    /// `"%{Referer}i" "%{User-Agent}i"`. The default of the layer, because every tool reads it.
    pub fn combined() -> Self {
        Self::known(
            "combined",
            r#"%h %l %u %t "%r" %>s %b "%{Referer}i" "%{User-Agent}i""#,
        )
    }

    /// The format of that name in Debian's Apache: `%v:%p` before a Combined line, where `%O` stands for `%b`.
    pub fn vhost_combined() -> Self {
        Self::known(
            "vhost_combined",
            r#"%v:%p %h %l %u %t "%r" %>s %O "%{Referer}i" "%{User-Agent}i""#,
        )
    }

    /// A pattern of Apache's [`LogFormat`](https://httpd.apache.org/docs/2.4/mod/mod_log_config.html#formats).
    ///
    /// | directive | is |
    /// |---|---|
    /// | `%h` `%a` | the client's address; `%{c}h` `%{c}a` the peer's own, whatever a proxy proved |
    /// | `%l` | `-` |
    /// | `%u` | the user; a space in the name is written `\x20`, which Apache does not |
    /// | `%t` | when the request came, in brackets; `%{..}t` by `sec`, `msec`, `usec`, `msec_frac`, `usec_frac` or a pattern of `strftime`; `begin:` or `end:` before it says which end of the request |
    /// | `%r` `%m` `%U` `%q` `%H` | the request's first line; its method, decoded path, query with its `?`, and protocol |
    /// | `%s` `%>s` `%<s` | the status |
    /// | `%b` `%B` | the bytes of the body, `-` or `0` for none |
    /// | `%O` `%I` | the same with the heads as HTTP/1.1 writes them; `%I` takes the announced length of the request's body |
    /// | `%D` `%T` | the time it took, in microseconds and seconds; `%{ms}T` `%{us}T` `%{s}T` |
    /// | `%^FB` | the microseconds to the response's head |
    /// | `%v` | the server's name ([`server_name`](crate::AccessLogLayer::server_name)), else the host that was asked |
    /// | `%V` | the host that was asked |
    /// | `%p` | the port that was asked, `%{canonical}p` too; `%{remote}p` the peer's, `%{local}p` that of our end |
    /// | `%P` | the process's id |
    /// | `%X` | `+` when the connection may be kept, `-` when it is closed, `X` when the answer was cut off |
    /// | `%L` | the request's id ([`RequestId`](plywood_core::RequestId)) |
    /// | `%R` | the endpoint that dispatch found |
    /// | `%{Name}i` `%{Name}o` | header fields of the request and the response |
    /// | `%{Name}C` | a cookie, if [`cookies`](crate::AccessLogLayer::cookies) allows |
    /// | `%{NAME}e` | a variable of the environment, read when the format is compiled |
    /// | `%{route}n` | the pattern of the rule that dispatch found; `%{endpoint}n`, `%{auth_scheme}n`, `%{scheme}n`, and `%{ending}n`: how it ended, by [`Ending`](crate::Ending) |
    /// | `%A` | the address of our end ([`Connection`](plywood_core::Connection)) |
    /// | `%k` | how many requests came on the connection before this one |
    /// | `%{NAME}x` | of `mod_ssl`'s variables `SSL_PROTOCOL`, `SSL_CIPHER` (by OpenSSL's name), `SSL_TLS_SNI`, `SSL_SESSION_RESUMED`, `SSL_CLIENT_VERIFY` and `HTTPS`; `%{version}c` and `%{cipher}c` too. Its others are absent: `-` |
    /// | `%f` | the file that [static](https://docs.rs/plywood-static) answered with, in the form that was sent; `-` for every other answer. Its path says where the site lies on this machine: the log needs the protection that it has |
    /// | `%%` | a percent sign |
    ///
    /// Conditions on the status stand before the directive: `%400,501{User-agent}i`, `%!200,304,302{Referer}i`. `\"`, `\n` and `\t` read as in
    /// Apache's configuration.
    ///
    /// # Errors
    ///
    /// When the pattern cannot be understood. The error shows the place.
    pub fn apache(pattern: &str) -> Result<Self, FormatError> {
        apache::compile(pattern).map(|plan| Self::new("apache", plan))
    }

    /// A pattern of nginx's [`log_format`](https://nginx.org/en/docs/http/ngx_http_log_module.html#log_format), with its variables and, at the
    /// front, its `escape=default`, `escape=json` or `escape=none`. What ends a line is escaped with `none`, too.
    ///
    /// Known are `$remote_addr` `$realip_remote_addr` `$remote_port` `$remote_user` `$time_local` `$time_iso8601` `$msec` (all three of the end, as in
    /// nginx) `$request` `$request_method` `$request_uri` `$uri` `$document_uri` `$args` `$query_string` `$is_args` `$arg_NAME` `$status`
    /// `$body_bytes_sent` `$bytes_sent` `$request_length` `$request_time` `$request_completion` `$request_id` `$http_NAME` `$sent_http_NAME` `$cookie_NAME`
    /// `$content_type` `$content_length` `$host` `$hostname` `$server_name` `$server_port` `$server_protocol` `$scheme` `$https` `$pid` `$pipe`
    /// `$connection` `$connection_requests` `$server_addr` `$ssl_protocol` `$ssl_cipher` `$ssl_server_name` `$ssl_session_reused` `$ssl_client_verify`, and
    /// as absent those of what is not there: `$gzip_ratio` `$upstream_NAME` and the other `$ssl_NAME`. Of our own are `$route`, `$endpoint`, `$ending` and
    /// `$first_byte_time`.
    ///
    /// # Errors
    ///
    /// When the pattern cannot be understood. The error shows the place.
    pub fn nginx(pattern: &str) -> Result<Self, FormatError> {
        nginx::compile(pattern).map(|plan| Self::new("nginx", plan))
    }

    /// A JSON object a line.
    ///
    /// `time` (RFC 3339, UTC), `client`, `user`, `method`, `target`, `version`, `host`, `scheme`, `status`, `bytes`, `duration_ms`, `first_byte_ms`,
    /// `ending`, `route`, `endpoint`, `request_id`, `referer`, `user_agent`. These names do not change. A member without a value is left out.
    pub fn json() -> Self {
        Self::new("json", json::plain())
    }

    /// A JSON object a line, in the words of the
    /// [Elastic Common Schema](https://www.elastic.co/docs/reference/ecs/ecs-field-reference).
    pub fn ecs() -> Self {
        Self::new("ecs", json::ecs())
    }

    /// A JSON object a line, in the words of OpenTelemetry's
    /// [semantic conventions](https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-server-span) for HTTP servers.
    pub fn open_telemetry() -> Self {
        Self::new("open_telemetry", json::open_telemetry())
    }

    /// The [W3C's extended format](https://www.w3.org/TR/WD-logfile.html), with its directives at the top of each file and all times in UTC.
    ///
    /// The fields are `date` `time` `time-taken` (seconds) `bytes` `c-ip` `c-port` `cs-method` `cs-uri` `cs-uri-stem` `cs-uri-query` `cs-version` `cs-host`
    /// `cs-username` `cs-bytes` `sc-status` `sc-bytes` `cs(Name)` `sc(Name)` `s-computername` `s-ip` `s-port`, `s-sitename` (always absent), and of our own
    /// `x-route` `x-endpoint` `x-ending` `x-request-id`. A space in a value is written `+`, as IIS does.
    ///
    /// # Errors
    ///
    /// When a field is not known. The error shows the place.
    pub fn w3c(fields: &str) -> Result<Self, FormatError> {
        let plan = w3c::compile(fields)?;
        let names = fields.split_whitespace().collect::<Vec<_>>().join(" ");
        let preamble = format!("#Software: Plywood\n#Version: 1.0\n#Fields: {names}\n");
        Ok(Self {
            preamble: Some(preamble.into()),
            ..Self::new("w3c", plan)
        })
    }

    /// For the eyes of whoever writes the application: `14:49:43 GET /greeting 200 5 B 1.2 ms`, and who asked and what went wrong, if it did.
    ///
    /// `colours` are for a terminal: `std::io::stdout().is_terminal()` says whether there is one.
    pub fn development(colours: bool) -> Self {
        Self::new("development", development::plan(colours))
    }

    /// An empty line, for whoever looks at records alone.
    #[cfg(feature = "metrics")]
    pub(crate) fn nothing() -> Self {
        Self::new("nothing", Plan::new(crate::dress::Dress::Apache))
    }

    const fn new(name: &'static str, plan: Plan) -> Self {
        Self {
            name,
            plan,
            preamble: None,
        }
    }

    fn known(name: &'static str, pattern: &str) -> Self {
        let plan = apache::compile(pattern).expect("a pattern of our own is well-formed");
        Self::new(name, plan)
    }
}

impl fmt::Debug for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Format::{}", self.name)
    }
}
