//! A line of JSON, read as a stranger would.

use serde_json::Value;

use super::{
    super::outcome::{Outcome, Unmet, check},
    line::gives_back,
};

pub(super) fn judge(field: &str, value: &[u8], user: &str, line: &[u8]) -> Outcome {
    let shown = line.escape_ascii();
    let line: Value =
        serde_json::from_slice(line).map_err(|_| Unmet::failed("a line of JSON", &shown))?;
    let is_true = line["client"] == "192.0.2.7" && line["status"] == 200 && line["bytes"] == 5;
    check(is_true, "the client's address, 200 and 5 bytes", &shown)?;
    let logged = |name: &str| line[name].as_str().unwrap_or_default();
    let gives_it_back = match field {
        "method" => is_read_as(logged("method"), value),
        "target" => gives_back(logged("target").as_bytes(), value),
        "basic-user" => logged("user") == user,
        "referer" => match str::from_utf8(value) {
            Ok(_) => gives_back(logged("referer").as_bytes(), value),
            Err(_) => gives_back(logged("referer").as_bytes(), latin1(value).as_bytes()),
        },
        "user-agent" => is_read_as(logged("user_agent"), value),
        _ => true,
    };
    let value = value.escape_ascii();
    check(
        gives_it_back,
        format_args!("a line that gives {value} back"),
        &shown,
    )
}

/// JSON is text: bytes are read as UTF-8 where they are that, else as Latin-1.
fn is_read_as(text: &str, value: &[u8]) -> bool {
    match str::from_utf8(value) {
        Ok(value) => text == value,
        Err(_) => text == latin1(value),
    }
}

fn latin1(value: &[u8]) -> String {
    value.iter().copied().map(char::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_lies_is_refused() {
        let right = r#"{"client":"192.0.2.7","user":"ada","status":200,"bytes":5,"user_agent":"x\"\u00e9"}"#;
        let judged = |line: &str| judge("user-agent", b"x\"\xe9", "ada", line.as_bytes());
        assert!(judged(right).is_ok());
        for (from, to) in [
            ("192.0.2.7", "198.51.100.1"),
            (r#"x\""#, "x\""),
            (r#"x\""#, "x"),
            ("200", "404"),
            (":5", ":0"),
            ("}", "},{}"),
        ] {
            assert!(judged(&right.replace(from, to)).is_err(), "{to}");
        }
    }
}
