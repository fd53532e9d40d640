//! plywood-static over a socket: which targets lead out of the root?

use plywood_core::BoxError;
use plywood_static::Files;
use serde_json::Value;

use super::{
    case,
    exchange::{self, Answer},
    loopback::Loopback,
    outcome::{Outcome, Unmet, check},
    tree::Tree,
};

const CANARY: &str = "canary-7c1e5f0b";

/// A document root, what lies beside it, and the server.
pub(crate) struct Root {
    tree: Tree,
    server: Loopback,
}

impl Root {
    pub(crate) fn start() -> Result<Self, BoxError> {
        let tree = Tree::new()?;
        for name in ["secret.txt", "root-secret/secret.txt", "rootsecret.txt"] {
            tree.file(&format!("base/{name}"), format!("{CANARY}\n"))?;
        }
        for (name, content) in [
            ("index.html", "ok-index"),
            ("a.txt", "ok-a"),
            ("sub/inner.txt", "ok-inner"),
            ("a..b.txt", "ok-dots"),
            ("..foo", "ok-dotdotfoo"),
            (".../x.txt", "ok-three"),
            ("%2e%2e/x.txt", "ok-literal"),
            ("dir with space/s.txt", "ok-space"),
            ("a+b.txt", "ok-plus"),
            ("a;b.txt", "ok-semi"),
            ("é.txt", "ok-utf"),
            ("~t.txt", "ok-tilde"),
            ("a\\b.txt", "ok-back"),
            ("100%.txt", "ok-pct"),
            ("a#b.txt", "ok-hash"),
            ("a?b.txt", "ok-q"),
        ] {
            tree.file(&format!("base/root/{name}"), format!("{content}\n"))?;
        }
        tree.link("base/root/link-out.txt", "../secret.txt")?
            .link("base/root/link-up", "..")?
            .link("base/root/link-in.txt", "a.txt")?
            .pipe("base/root/fifo")?;
        let server = Loopback::start(Files::new(tree.path("base/root"))?)?;
        Ok(Self { tree, server })
    }

    fn get(&self, target: &[u8]) -> Result<Answer, Unmet> {
        self.server.ask(&exchange::request(b"GET", target, &[]))
    }
}

pub(crate) fn run(case: &Value, root: &Root) -> Outcome {
    let secret = root.tree.path("base/secret.txt");
    let absolute = secret.to_string_lossy();
    let target = case::latin1(case::text(case, "target")?)?;
    let target = replaced(
        &target,
        b"{ABS}",
        absolute.trim_start_matches('/').as_bytes(),
    );
    let answer = root.get(&target)?;
    stays_inside(&answer)?;
    match case["status"].as_u64() {
        Some(status) => is_served(case, status, &answer)?,
        None => is_harmless(case, &answer)?,
    }
    let alive = root.get(b"/a.txt")?;
    check(
        alive.body == b"ok-a\n",
        "a server that stays up",
        alive.status,
    )
}

/// Whatever else it is, it must not come from outside the root.
fn stays_inside(answer: &Answer) -> Outcome {
    // Of the names beside the root, one is enough to know a listing by; the others stand in honest targets.
    for forbidden in [CANARY, "root:x:0", "rootsecret.txt", "root-secret"] {
        check(
            !answer.holds(forbidden.as_bytes()),
            format_args!("no {forbidden} in the body"),
            answer.body.escape_ascii(),
        )?;
    }
    check(
        answer.status < 500,
        "no error of the server's",
        answer.status,
    )?;
    let location = answer.field("location");
    let leads_inside = location.is_none_or(|location| {
        let path = location.split(['?', '#']).next().unwrap_or("");
        path.starts_with('/')
            && !path.starts_with("//")
            && !path.contains('\\')
            && !path.split('/').any(|segment| segment == "..")
    });
    check(
        leads_inside,
        "a redirect inside the root",
        location.unwrap_or(""),
    )
}

/// A name that is there: its content, or another status that the case allows.
fn is_served(case: &Value, status: u64, answer: &Answer) -> Outcome {
    let body = case::text(case, "body")?;
    let got = u64::from(answer.status);
    let alternatives = case["alternatives"].as_array().into_iter().flatten();
    let is_alternative = alternatives
        .filter_map(Value::as_u64)
        .any(|status| status == got);
    let is_it = got == status && answer.body == body.as_bytes();
    check(
        is_it || is_alternative,
        format_args!("{status} {}", body.escape_default()),
        format_args!("{got} {}", answer.body.escape_ascii()),
    )
}

/// A name that is not there: refused, sent elsewhere, or taken for another one inside.
fn is_harmless(case: &Value, answer: &Answer) -> Outcome {
    let for_windows = case["windows"] == true;
    let is_right = match answer.status {
        400 | 404 => true,
        403 | 405 | 414 | 431 | 300..=399 => !for_windows,
        200 => !for_windows && (answer.body.starts_with(b"ok-") || answer.body.is_empty()),
        _ => false,
    };
    check(
        is_right,
        "a refusal, a redirect, or a file inside the root",
        format_args!("{} {}", answer.status, answer.body.escape_ascii()),
    )
}

fn replaced(text: &[u8], mark: &[u8], by: &[u8]) -> Vec<u8> {
    match text.windows(mark.len()).position(|window| window == mark) {
        Some(at) => [&text[..at], by, &text[at + mark.len()..]].concat(),
        None => text.to_vec(),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use http::HeaderMap;

    use super::*;

    fn answer(status: u16, body: &str, location: Option<&'static str>) -> Answer {
        let location = location.map(|location| (http::header::LOCATION, location.parse().unwrap()));
        Answer {
            status,
            headers: HeaderMap::from_iter(location),
            body: body.into(),
            took: Duration::ZERO,
        }
    }

    #[test]
    fn what_comes_from_outside_is_known_by_its_looks() {
        for (status, body, location, inside) in [
            (200, "ok-a\n", None, true),
            (404, "", None, true),
            (308, "", Some("/sub/?a=//b"), true),
            (200, CANARY, None, false),
            (404, CANARY, None, false),
            (200, "root:x:0:0:root:/root:/bin/bash", None, false),
            (200, "<a href=\"rootsecret.txt\">", None, false),
            (500, "", None, false),
            (308, "", Some("//example.com/"), false),
            (308, "", Some("https://example.com/"), false),
            (308, "", Some("/\\example.com/"), false),
            (308, "", Some("/../secret.txt"), false),
        ] {
            let verdict = stays_inside(&answer(status, body, location));
            assert_eq!(verdict.is_ok(), inside, "{status} {body} {location:?}");
        }
    }
}
