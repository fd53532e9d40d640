//! Patterns in the languages of Apache and nginx.

use plywood_access_log::Format;

use crate::{Log, apache, full, logged, matches, nginx};

#[test]
fn apaches_directives_say_what_they_do_there() {
    let process = std::process::id().to_string();
    for (pattern, expected) in [
        (
            "%h %a %{c}a %{c}h %l %A %f %k",
            "198.51.100.1 198.51.100.1 192.0.2.7 192.0.2.7 - - - -",
        ),
        ("%u", r"ada\x20lovelace"),
        (
            r#""%r""#,
            r#""POST /a%20b/c?page=2&token=[redacted] HTTP/1.1""#,
        ),
        (r#"\"%m\" \\ %%"#, r#""POST" \ %"#),
        ("%U%q %H", "/a b/c?page=2&token=[redacted] HTTP/1.1"),
        ("%s %>s %<s", "200 200 200"),
        ("%b %B", "5 5"),
        ("%v %V", "shop.example shop.example"),
        ("%p %{canonical}p %{remote}p %{local}p", "8443 8443 40312 -"),
        ("%P %{pid}P", &format!("{process} {process}")),
        ("%X %L %R", "+ id-1 item"),
        (
            "%{User-Agent}i %{Accept}i %{X}i",
            r#"curl/8 \"x\" text/html, image/png -"#,
        ),
        (
            "%{Referer}i",
            "https://ada:[redacted]@a.example/?code=[redacted]",
        ),
        ("%{Authorization}i %{Cookie}i", "[redacted] [redacted]"),
        (
            "%{Content-Type}o %{Set-Cookie}o %{X}o",
            "text/plain [redacted] -",
        ),
        ("%{Location}o", "/next?token=[redacted]"),
        ("%{theme}C %{sid}C %{x}C", "[redacted] [redacted] -"),
        (
            "%{CARGO_PKG_NAME}e %{NOT_SET_ANYWHERE}e",
            "plywood-access-log -",
        ),
        (
            "%{route}n %{endpoint}n %{ending}n %{auth_scheme}n %{scheme}n",
            "/a b/<name> item complete Basic https",
        ),
        (
            "%400,501{User-agent}i %!400,501{User-agent}i",
            r#"- curl/8 \"x\""#,
        ),
        (
            "%200,304>s %!200>s %404B %200{Content-Type}o %500{Content-Type}o",
            "200 - - text/plain -",
        ),
        ("%500P %400h", "- -"),
    ] {
        assert_eq!(apache(pattern), expected, "{pattern}");
    }
}

#[test]
fn numbers_and_times_have_their_form() {
    for (pattern, form) in [
        (
            "%t",
            r"^\[\d\d/[A-Z][a-z][a-z]/\d{4}:\d\d:\d\d:\d\d \+0000\]$",
        ),
        ("%{%Y-%m-%dT%H:%M:%S}t", r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$"),
        (
            "%{sec}t %{begin:msec}t %{end:usec}t",
            r"^\d{10} \d{13} \d{16}$",
        ),
        ("%{msec_frac}t %{usec_frac}t", r"^\d{3} \d{6}$"),
        (
            "%D %T %{s}T %{ms}T %{us}T %^FB",
            r"^\d+ \d+ \d+ \d+ \d+ \d+$",
        ),
        ("%I %O", r"^\d{3} \d{3}$"),
    ] {
        assert!(matches(form, &apache(pattern)), "{pattern}");
    }
    for (pattern, form) in [
        (
            "$time_local",
            r"^\d\d/[A-Z][a-z][a-z]/\d{4}:\d\d:\d\d:\d\d \+0000$",
        ),
        ("$time_iso8601", r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00$"),
        (
            "$msec $request_time $first_byte_time",
            r"^\d{10}\.\d{3} \d+\.\d{3} \d+\.\d{3}$",
        ),
        ("$request_length $bytes_sent $pid", r"^\d{3} \d{3} \d+$"),
    ] {
        assert!(matches(form, &nginx(pattern)), "{pattern}");
    }
}

#[test]
fn all_units_of_a_duration_are_of_one_and_the_same() {
    let line = apache("%D %{us}T %{ms}T %{s}T %T");
    let numbers: Vec<u64> = line
        .split(' ')
        .map(|number| number.parse().unwrap())
        .collect();
    let micros = numbers[0];
    let (millis, seconds) = (micros / 1000, micros / 1_000_000);
    assert_eq!(numbers, [micros, micros, millis, seconds, seconds]);
}

#[test]
fn nginxs_variables_say_what_they_do_there() {
    for (pattern, expected) in [
        (
            "$remote_addr $realip_remote_addr $remote_port",
            "198.51.100.1 192.0.2.7 40312",
        ),
        ("$remote_user", r"ada\x20lovelace"),
        (
            "\"$request\"",
            r#""POST /a%20b/c?page=2&token=[redacted] HTTP/1.1""#,
        ),
        (
            "$request_method $request_uri",
            "POST /a%20b/c?page=2&token=[redacted]",
        ),
        ("$uri$is_args$args", "/a b/c?page=2&token=[redacted]"),
        ("${arg_page}x $arg_token $arg_none", "2x [redacted] -"),
        ("$status $body_bytes_sent $request_completion", "200 5 OK"),
        (
            "$host $server_name $server_port",
            "shop.example shop.example 8443",
        ),
        (
            "$server_protocol $scheme $https $pipe $request_id",
            "HTTP/1.1 https on . id-1",
        ),
        (
            "$http_user_agent $http_cookie",
            r"curl/8 \x22x\x22 [redacted]",
        ),
        (
            "$sent_http_content_type $cookie_theme",
            "text/plain [redacted]",
        ),
        ("$content_length $content_type", "7 -"),
        ("$upstream_addr $ssl_protocol $connection", "- - -"),
        ("$route $endpoint $ending", "/a b/<name> item complete"),
        (
            r#"escape=json {"agent":"$http_user_agent","none":"$http_x"}"#,
            r#"{"agent":"curl/8 \"x\"","none":""}"#,
        ),
        ("escape=none $http_user_agent|$http_x|", r#"curl/8 "x"||"#),
    ] {
        assert_eq!(nginx(pattern), expected, "{pattern}");
    }
}

#[test]
fn the_virtual_host_stands_first() {
    let log = Log::default();
    let layer = log.layer().format(Format::vhost_combined());
    let line = logged(layer.server_name("shop.internal"), &log, full());
    assert!(
        line.starts_with(r"shop.internal:8443 198.51.100.1 - ada\x20lovelace ["),
        "{line}"
    );
}
