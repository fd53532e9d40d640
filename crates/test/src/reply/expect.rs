use http::HeaderValue;

use super::Reply;
use crate::{Statuses, diff};

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

    /// That status, or one of those: `404`, `400..=499`, `[301, 308]`.
    ///
    /// # Panics
    ///
    /// If the status is another.
    #[track_caller]
    #[expect(clippy::needless_pass_by_value, reason = "a literal reads better")]
    pub fn expect_status(self, status: impl Statuses) -> Self {
        let found = self.status();
        self.check(status.include(found), || {
            format!("expected the status {status:?}, found {found}")
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
        let found = self.bytes().clone();
        self.check(found == text, || {
            let difference = diff::lines(text, &String::from_utf8_lossy(&found));
            format!("expected the text {text:?}\n{difference}")
        })
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

    /// That text nowhere in the body.
    ///
    /// # Panics
    ///
    /// If it is there, or the body is not text.
    #[track_caller]
    pub fn expect_text_lacks(self, part: &str) -> Self {
        let holds = !self.text().contains(part);
        self.check(holds, || format!("expected no {part:?} in the text"))
    }

    /// A cookie that this reply sets, with that value.
    ///
    /// # Panics
    ///
    /// If it sets no such cookie, or another value.
    #[track_caller]
    pub fn expect_cookie(self, name: &str, value: &str) -> Self {
        let cookies = self.cookies();
        let mut named = cookies.iter().filter(|cookie| cookie.name() == name);
        let holds = named.any(|cookie| cookie.value() == value);
        self.check(holds, || {
            let found: Vec<_> = cookies.iter().map(ToString::to_string).collect();
            format!("expected the cookie `{name}={value}`, found {found:?}")
        })
    }

    #[track_caller]
    pub(super) fn check(self, holds: bool, expected: impl FnOnce() -> String) -> Self {
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
