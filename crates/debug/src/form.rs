use http::{HeaderMap, header::ACCEPT};
use plywood_header::accept;

/// The form of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Html,
    Problem,
    Text,
}

impl Form {
    /// The form that the client likes best; among equals what it names, and text if it names none.
    pub(crate) fn negotiate(headers: &HeaderMap) -> Self {
        let names = |word: &str| {
            let mut lines = headers
                .get_all(ACCEPT)
                .iter()
                .filter_map(|line| line.to_str().ok());
            lines.any(|line| line.to_ascii_lowercase().contains(word))
        };
        let json = ["application/json", "application/problem+json"];
        let offers = if names("json") {
            [json[0], json[1], "text/html", "text/plain"]
        } else if names("text/html") {
            ["text/html", "text/plain", json[0], json[1]]
        } else {
            ["text/plain", "text/html", json[0], json[1]]
        };
        match accept::best(headers, &offers) {
            Some("text/html") => Self::Html,
            Some(best) if json.contains(&best) => Self::Problem,
            _ => Self::Text,
        }
    }

    pub(crate) const fn content_type(self) -> &'static str {
        match self {
            Self::Html => "text/html; charset=utf-8",
            Self::Problem => "application/problem+json",
            Self::Text => "text/plain; charset=utf-8",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_client_gets_what_it_reads() {
        for (accept, form) in [
            (
                "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
                Form::Html,
            ),
            ("*/*", Form::Text),
            ("application/json", Form::Problem),
            ("application/problem+json", Form::Problem),
            ("application/json, text/plain, */*", Form::Problem),
            ("text/html;q=0.5, application/json;q=0.1", Form::Html),
            ("image/png", Form::Text),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT, accept.parse().unwrap());
            assert_eq!(Form::negotiate(&headers), form, "{accept}");
        }
        assert_eq!(Form::negotiate(&HeaderMap::new()), Form::Text);
    }
}
