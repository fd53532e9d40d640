//! The request as a command for a shell.

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
    let mut command = format!("curl --include --request {}", quoted(asked.method.as_str()));
    for (name, value) in asked.fields() {
        if !BY_ITSELF.contains(&&*name) {
            command.push_str(" \\\n  --header ");
            command.push_str(&quoted(&format!("{name}: {value}")));
        }
    }
    command.push_str(" \\\n  ");
    command.push_str(&quoted(&asked.shown_url()));
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
        let expected = r"curl --include --request POST \
  --header 'x-note: it'\''s; rm -rf `x`' \
  --header 'authorization: Bearer [redacted]' \
  'http://localhost:8000/a'\''b?token=[redacted]&q=$(rm)'";
        assert_eq!(command(&Asked::of(&mut request)), expected);
    }
}
