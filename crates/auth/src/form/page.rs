use std::{fmt, sync::Arc, time::Duration};

use bytes::Bytes;
use http::{
    HeaderMap, HeaderValue, Method, Response, StatusCode,
    header::{
        CACHE_CONTROL, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY,
        X_CONTENT_TYPE_OPTIONS,
    },
    request,
};
use plywood_core::{Body, Failure, Mount, html::escape, path::encode};

use crate::Refusal;

/// What a login page has to show.
///
/// A page of one's own is a form that is sent by POST to [`action`](Self::action), with the fields `username` and `password`, and `remember` where
/// it [`remembers`](Self::remembers).
pub struct Prompt<'r> {
    pub(super) head: &'r request::Parts,
    pub(super) name: &'r str,
    pub(super) trial: Trial,
    pub(super) remembers: bool,
    pub(super) action: &'r str,
}

/// What has become of an attempt to sign in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trial {
    None,
    Wrong,
    TooMany(Duration),
}

impl Prompt<'_> {
    /// Was there an attempt, and was the name or the password wrong? The page must not tell which: it does not know.
    pub fn failed(&self) -> bool {
        self.trial == Trial::Wrong
    }

    /// So long the visitor has to wait, when there were too many wrong attempts: this one was not looked at.
    pub const fn retry_after(&self) -> Option<Duration> {
        match self.trial {
            Trial::TooMany(wait) => Some(wait),
            Trial::None | Trial::Wrong => None,
        }
    }

    /// May visitors ask to [stay signed in](super::FormLoginLayer::remember_me)? Then the form has a field `remember`, with any value, for those who do.
    pub const fn remembers(&self) -> bool {
        self.remembers
    }

    /// The name of the last attempt, as it was typed: **escape it**. Empty at first.
    pub const fn name(&self) -> &str {
        self.name
    }

    /// The name of the last attempt, escaped for HTML text and for quoted attributes.
    pub fn escaped_name(&self) -> String {
        escape(self.name).into_owned()
    }

    /// Where the form is sent, with the way back in its query. Escaped for a quoted attribute.
    pub fn action(&self) -> String {
        escape(self.action).into_owned()
    }

    /// The head of the request, for its languages or its [`Mount`].
    pub const fn head(&self) -> &request::Parts {
        self.head
    }
}

/// Without the head, whose fields hold cookies.
impl fmt::Debug for Prompt<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Prompt")
            .field("name", &self.name)
            .field("trial", &self.trial)
            .field("action", &self.action)
            .finish_non_exhaustive()
    }
}

/// How the login page looks.
#[derive(Clone)]
pub(super) enum Look {
    Built {
        title: Box<str>,
        stylesheet: Option<Box<str>>,
    },
    Own(Arc<Page>),
}

pub(super) type Page = dyn Fn(&Prompt<'_>) -> Response<Body> + Send + Sync;

impl Look {
    /// The page, as an answer.
    ///
    /// A failed attempt is answered with `403` ([RFC 9110 §15.5.4]): credentials were given, they are not sufficient, and others may be
    /// tried. `401` would need a challenge of a scheme that browsers can answer by themselves, and a form is none.
    ///
    /// [RFC 9110 §15.5.4]: https://www.rfc-editor.org/rfc/rfc9110#section-15.5.4
    pub(super) fn answer(&self, prompt: &Prompt<'_>) -> Response<Body> {
        let mut response = match self {
            Self::Built { title, stylesheet } => built(prompt, title, stylesheet.as_deref()),
            Self::Own(page) => page(prompt),
        };
        match prompt.trial {
            Trial::None => {}
            Trial::Wrong => {
                *response.status_mut() = StatusCode::FORBIDDEN;
                let failure = Failure::new("wrong name or password");
                response.extensions_mut().insert(failure);
            }
            Trial::TooMany(wait) => Refusal::throttled(wait).mark(&mut response),
        }
        response
            .headers_mut()
            .insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if prompt.head.method == Method::HEAD {
            *response.body_mut() = Body::empty();
        }
        response
    }
}

impl fmt::Debug for Look {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Built { title, .. } => write!(f, "Built({title:?})"),
            Self::Own(_) => f.write_str("Own(..)"),
        }
    }
}

/// The page that needs nothing else.
fn built(prompt: &Prompt<'_>, title: &str, stylesheet: Option<&str>) -> Response<Body> {
    let html = Bytes::from(html(prompt, title, stylesheet));
    let policy = if stylesheet.is_some() {
        POLICY_WITH_SHEET
    } else {
        POLICY
    };
    let mut headers = HeaderMap::with_capacity(8);
    headers.insert(CONTENT_LENGTH, html.len().into());
    for (name, value) in [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (CONTENT_SECURITY_POLICY, policy),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        // Not `no-referrer`: under that, browsers send the form with `Origin: null`.
        (REFERRER_POLICY, "same-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    let mut response = Response::new(html.into());
    *response.headers_mut() = headers;
    response
}

fn html(prompt: &Prompt<'_>, title: &str, stylesheet: Option<&str>) -> String {
    let style = match stylesheet {
        Some(path) => {
            let address = Mount::of(prompt.head).absolute(&encode(path));
            format!(r#"<link rel="stylesheet" href="{}">"#, escape(&address))
        }
        None => format!("<style>{STYLE}</style>"),
    };
    let wrong = match prompt.trial {
        Trial::None => None,
        Trial::Wrong => Some("The name or the password is wrong.".to_owned()),
        Trial::TooMany(wait) => Some(too_many(wait)),
    };
    let (alert, described) = match wrong {
        Some(wrong) => (
            format!("<p id=\"wrong\" role=\"alert\">{wrong}</p>\n"),
            " aria-describedby=\"wrong\"",
        ),
        None => (String::new(), ""),
    };
    let remember = if prompt.remembers { REMEMBER } else { "" };
    // Whoever has typed the name already goes on with the password.
    let (on_name, on_password) = if prompt.name.is_empty() {
        (" autofocus", "")
    } else {
        ("", " autofocus")
    };
    format!(
        r#"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
{style}
</head>
<body>
<main>
<h1>{title}</h1>
{alert}<form method="post" action="{action}">
<label for="username">Name</label>
<input id="username" name="username" value="{name}" autocomplete="username" autocapitalize="none" spellcheck="false" required{described}{on_name}>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required{described}{on_password}>
{remember}<button type="submit">Sign in</button>
</form>
</main>
</body>
</html>
"#,
        title = escape(title),
        action = prompt.action(),
        name = prompt.escaped_name(),
    )
}

const REMEMBER: &str = r#"<label class="check"><input name="remember" type="checkbox" value="yes">Stay signed in</label>
"#;

/// In seconds up to a minute, and in minutes beyond: nobody counts nine hundred seconds.
fn too_many(wait: Duration) -> String {
    let seconds = wait.as_secs() + 1;
    let (number, unit) = if seconds > 60 {
        (seconds.div_ceil(60), "minute")
    } else {
        (seconds, "second")
    };
    let plural = if number == 1 { "" } else { "s" };
    format!("There were too many wrong attempts. Try again in {number} {unit}{plural}.")
}

const STYLE: &str = include_str!("page.css");

/// Allows the style above by its hash, and nothing else.
const POLICY: &str = "default-src 'none'; style-src 'sha256-EWS+GKWr76frCJgl7IcsUg+kuyA1wnS25hEK+sddPFc='; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// For a style sheet of one's own, which may bring pictures and fonts of the site along.
const POLICY_WITH_SHEET: &str = "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

#[cfg(test)]
mod tests {
    use base64::{Engine, prelude::BASE64_STANDARD};
    use http::Request;
    use sha2::{Digest, Sha256};

    use super::*;

    fn page(name: &str, trial: Trial, stylesheet: Option<&str>) -> String {
        let (head, ()) = Request::new(()).into_parts();
        let action = "/login?next=%2Fa%26b&x='\"";
        let prompt = Prompt {
            head: &head,
            name,
            trial,
            remembers: false,
            action,
        };
        html(&prompt, "Sign in to <Plywood>", stylesheet)
    }

    #[test]
    fn the_policy_allows_the_style_and_only_that() {
        let hash = BASE64_STANDARD.encode(Sha256::digest(STYLE));
        assert!(POLICY.contains(&format!("'sha256-{hash}'")), "{hash}");
        assert!(page("", Trial::None, None).contains(&format!("<style>{STYLE}</style>")));
        assert!(!STYLE.contains('<'));
        assert!(!POLICY.contains("unsafe"));
    }

    #[test]
    fn what_was_typed_is_shown_as_text() {
        let typed = r#""><script>alert('x')</script>&amp;"#;
        let html = page(typed, Trial::Wrong, None);
        assert!(html.contains(
            r#"value="&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;amp;""#
        ));
        assert!(!html.contains("<script"));
        assert!(html.contains(r#"action="/login?next=%2Fa%26b&amp;x=&#39;&quot;""#));
        assert!(html.contains("<title>Sign in to &lt;Plywood&gt;</title>"));
    }

    #[test]
    fn debug_keeps_the_fields_of_the_request_to_itself() {
        let request = Request::builder().header("cookie", "sid=SECRET");
        let (head, ()) = request.body(()).unwrap().into_parts();
        let prompt = Prompt {
            head: &head,
            name: "ada",
            trial: Trial::Wrong,
            remembers: false,
            action: "/login",
        };
        let shown = format!("{prompt:?}");
        assert!(
            shown.contains("ada") && !shown.contains("SECRET"),
            "{shown}"
        );
    }

    #[test]
    fn a_failure_is_told_without_telling_which_was_wrong() {
        assert!(!page("", Trial::None, None).contains("role=\"alert\""));
        let html = page("ada", Trial::Wrong, None);
        assert!(
            html.contains(r#"<p id="wrong" role="alert">The name or the password is wrong.</p>"#)
        );
        assert!(html.contains(r#"value="ada""#));
    }

    #[test]
    fn who_has_to_wait_learns_how_long() {
        for (wait, said) in [
            (0, "in 1 second."),
            (29, "in 30 seconds."),
            (60, "in 2 minutes."),
            (899, "in 15 minutes."),
        ] {
            let html = page("ada", Trial::TooMany(Duration::from_secs(wait)), None);
            assert!(html.contains(said), "{html}");
        }
    }

    #[test]
    fn every_field_has_its_label_and_its_kind() {
        let html = page("", Trial::None, None);
        for piece in [
            r#"<html lang="en">"#,
            r#"<label for="username">"#,
            r#"id="username" name="username""#,
            r#"autocomplete="username""#,
            r#"<label for="password">"#,
            r#"id="password" name="password" type="password""#,
            r#"autocomplete="current-password""#,
            r#"name="viewport""#,
        ] {
            assert!(html.contains(piece), "{piece}");
        }
    }

    #[test]
    fn a_style_sheet_of_the_site_takes_the_place_of_the_style() {
        let html = page("", Trial::None, Some("/static/a & b.css"));
        assert!(html.contains(r#"<link rel="stylesheet" href="/static/a%20&amp;%20b.css">"#));
        assert!(!html.contains("<style>"));
    }
}
