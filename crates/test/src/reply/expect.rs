use http::HeaderValue;
use serde::Serialize;
use serde_json::Value;

use super::Reply;

/// What should have come. Each hands the reply on if it did, and panics with the whole exchange if it did not.
#[expect(clippy::return_self_not_must_use, reason = "the check is the use")]
impl Reply {
    /// Any status at all, an error too.
    pub fn any_status(self) -> Self {
        self.expected();
        self
    }

    /// Any 2xx.
    ///
    /// # Panics
    ///
    /// If the status is another.
    #[track_caller]
    pub fn ok(self) -> Self {
        let status = self.status();
        self.check(status.is_success(), || {
            format!("expected a 2xx, found {status}")
        })
    }

    /// That status.
    ///
    /// # Panics
    ///
    /// If the status is another.
    #[track_caller]
    pub fn expect_status(self, status: u16) -> Self {
        let found = self.status();
        self.check(found.as_u16() == status, || {
            format!("expected the status {status}, found {found}")
        })
    }

    /// A field with that value, in one of its lines.
    ///
    /// # Panics
    ///
    /// If there is no such line.
    #[track_caller]
    pub fn expect_header(self, name: &str, value: &str) -> Self {
        let found: Vec<_> = self.headers().get_all(name).iter().cloned().collect();
        let holds = found.iter().any(|line| line.as_bytes() == value.as_bytes());
        self.check(holds, || {
            format!("expected `{name}: {value}`, found {}", shown(&found))
        })
    }

    /// No such field.
    ///
    /// # Panics
    ///
    /// If there is one.
    #[track_caller]
    pub fn expect_no_header(self, name: &str) -> Self {
        let found: Vec<_> = self.headers().get_all(name).iter().cloned().collect();
        self.check(found.is_empty(), || {
            format!("expected no `{name}`, found {}", shown(&found))
        })
    }

    /// That text, and nothing else.
    ///
    /// # Panics
    ///
    /// If the body is another.
    #[track_caller]
    pub fn expect_text(self, text: &str) -> Self {
        let holds = *self.bytes() == text;
        self.check(holds, || format!("expected the text {text:?}"))
    }

    /// That text, somewhere in the body.
    ///
    /// # Panics
    ///
    /// If it is not there, or the body is not text.
    #[track_caller]
    pub fn expect_text_contains(self, part: &str) -> Self {
        let holds = self.text().contains(part);
        self.check(holds, || format!("expected {part:?} in the text"))
    }

    /// JSON of that value, whatever the order of its keys and its white space.
    ///
    /// # Panics
    ///
    /// If the body is another.
    #[track_caller]
    pub fn expect_json<T: Serialize + ?Sized>(self, value: &T) -> Self {
        let expected = match serde_json::to_value(value) {
            Ok(expected) => expected,
            Err(error) => panic!("the value has no JSON: {error}"),
        };
        let holds = self.json::<Value>() == expected;
        self.check(holds, || format!("expected the JSON {expected}"))
    }

    #[track_caller]
    fn check(self, holds: bool, expected: impl FnOnce() -> String) -> Self {
        assert!(holds, "{}\n\n{self}", expected());
        self
    }
}

fn shown(lines: &[HeaderValue]) -> String {
    if lines.is_empty() {
        return "none".to_owned();
    }
    let lines = lines
        .iter()
        .map(|line| format!("{:?}", String::from_utf8_lossy(line.as_bytes())));
    lines.collect::<Vec<_>>().join(" and ")
}
