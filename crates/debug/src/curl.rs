//! The request as a command for a shell.

use http::Method;

use crate::{asked::Asked, visible::visible};

/// What curl writes by itself.
const BY_ITSELF: [&str; 6] = [
    "host",
    "content-length",
    "connection",
    "transfer-encoding",
    "te",
    "upgrade",
];

/// Asks for the same again, but for the body and the secrets.
pub(crate) fn command(asked: &Asked) -> String {
    let url = asked.shown_url();
    let mut command = match &asked.method {
        // With `--request HEAD` it would wait for a body.
        &Method::HEAD => "curl --head".to_owned(),
        method => format!("curl --include --request {}", quoted(method.as_str())),
    };
    let fields = asked.fields();
    for (option, is_needed) in [
        (
            "--compressed",
            fields.iter().any(|(name, _)| name == "accept-encoding"),
        ),
        // These are patterns to it: `[redacted]` is none that it understands.
        ("--globoff", url.contains(['[', ']', '{', '}'])),
        ("--path-as-is", url.contains("/.")),
    ] {
        if is_needed {
            command.push(' ');
            command.push_str(option);
        }
    }
    for (name, value) in fields {
        if !BY_ITSELF.contains(&&*name) {
            // With a colon it would take the field away.
            let field = if value.is_empty() {
                format!("{name};")
            } else {
                format!("{name}: {value}")
            };
            command.push_str(" \\\n  --header ");
            command.push_str(&quoted(&field));
        }
    }
    command.push_str(" \\\n  ");
    command.push_str(&quoted(&url));
    command
}

/// A word that a shell takes as it is.
fn quoted(word: &str) -> String {
    let word = visible(word).replace('\n', "\\n");
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word;
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    #[test]
    fn a_request_is_a_command_without_its_secrets() {
        let mut request = Request::post("/a'b?token=secret&q=$(rm)")
            .header("host", "localhost:8000")
            .header("content-length", "7")
            .header("x-note", "it's; rm -rf `x`")
            .header("authorization", "Bearer secret")
            .body(())
            .unwrap();
        let expected = r"curl --include --request POST --globoff \
  --header 'x-note: it'\''s; rm -rf `x`' \
  --header 'authorization: Bearer [redacted]' \
  'http://localhost:8000/a'\''b?token=[redacted]&q=$(rm)'";
        assert_eq!(command(&Asked::of(&mut request)), expected);
    }

    #[test]
    fn what_curl_takes_for_an_order_of_its_own_is_none() {
        let mut request = Request::head("/a/../b?x={1,2}")
            .header("host", "localhost")
            .header("accept-encoding", "gzip")
            .header("x-empty", "")
            .body(())
            .unwrap();
        let expected = r"curl --head --compressed --globoff --path-as-is \
  --header 'accept-encoding: gzip' \
  --header 'x-empty;' \
  'http://localhost/a/../b?x={1,2}'";
        assert_eq!(command(&Asked::of(&mut request)), expected);
    }
}
