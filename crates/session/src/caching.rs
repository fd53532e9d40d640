//! What a cache may do with an answer that depends on a session.

use http::{
    HeaderMap, HeaderValue,
    header::{CACHE_CONTROL, COOKIE},
};
use plywood_header::vary;
use plywood_session_core::Use;

const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");

/// Tells caches that the answer is one visitor's. Nothing is said of an answer that did not depend on the session.
///
/// A `Cache-Control` that the handler set stays, with one exception: beside a `Set-Cookie` it becomes private, because a shared
/// cache would hand one visitor's session to the next.
pub(crate) fn mark(headers: &mut HeaderMap, used: Use, sets_cookie: bool) {
    if used == Use::Untouched {
        return;
    }
    vary::append(headers, COOKIE);
    if !headers.contains_key(CACHE_CONTROL) {
        if used != Use::Looked {
            headers.insert(CACHE_CONTROL, NO_STORE);
        }
    } else if sets_cookie {
        make_private(headers);
    }
}

/// Takes out what lets a shared cache store the answer, and forbids it.
///
/// [RFC 9111 §5.2.2](https://www.rfc-editor.org/rfc/rfc9111#section-5.2.2)
fn make_private(headers: &mut HeaderMap) {
    let lines: Vec<&str> = headers
        .get_all(CACHE_CONTROL)
        .iter()
        .map(|line| line.to_str().unwrap_or("\""))
        .collect();
    if lines.iter().any(|line| line.contains('"')) {
        // `private="Set-Cookie"` keeps the rest of the answer public, so that a quoted directive is not to be trusted here.
        headers.insert(CACHE_CONTROL, NO_STORE);
        return;
    }
    let directives = || lines.iter().flat_map(|line| line.split(',')).map(str::trim);
    let named = |directive: &str, name: &str| {
        let end = directive.find('=').unwrap_or(directive.len());
        directive[..end].trim().eq_ignore_ascii_case(name)
    };
    let shared = |directive: &&str| named(directive, "public") || named(directive, "s-maxage");
    let is_private = directives().any(|it| named(it, "private") || named(it, "no-store"));
    if is_private && !directives().any(|directive| shared(&directive)) {
        return;
    }
    let private = (!is_private).then_some("private");
    let kept = directives().filter(|directive| !directive.is_empty() && !shared(directive));
    let text = private
        .into_iter()
        .chain(kept)
        .collect::<Vec<_>>()
        .join(", ");
    let value = text
        .try_into()
        .expect("it is made of parts of header values");
    headers.insert(CACHE_CONTROL, value);
}

#[cfg(test)]
mod tests {
    use http::header::VARY;

    use super::*;

    fn marked(set: &[&str], used: Use, sets_cookie: bool) -> (Option<String>, bool) {
        let mut headers = HeaderMap::new();
        for value in set {
            headers.append(CACHE_CONTROL, value.parse().unwrap());
        }
        mark(&mut headers, used, sets_cookie);
        let lines: Vec<&str> = headers
            .get_all(CACHE_CONTROL)
            .iter()
            .map(|line| line.to_str().unwrap())
            .collect();
        let varies = headers.get(VARY).is_some_and(|vary| vary == "cookie");
        ((!lines.is_empty()).then(|| lines.join(" | ")), varies)
    }

    #[test]
    fn an_answer_that_used_the_session_is_not_stored_unless_the_handler_says_so() {
        for (set, used, expected, varies) in [
            (&[] as &[_], Use::Untouched, None, false),
            (&[], Use::Looked, None, true),
            (&[], Use::Read, Some("no-store"), true),
            (&[], Use::Unsaved, Some("no-store"), true),
            (&["max-age=60"], Use::Read, Some("max-age=60"), true),
            (&["public"], Use::Read, Some("public"), true),
            (&["public"], Use::Untouched, Some("public"), false),
        ] {
            let (control, vary) = marked(set, used, false);
            assert_eq!(
                (control.as_deref(), vary),
                (expected, varies),
                "{set:?} {used:?}"
            );
        }
    }

    #[test]
    fn beside_a_cookie_nothing_is_public() {
        for (set, expected) in [
            (&[] as &[_], "no-store"),
            (&["no-store"], "no-store"),
            (&["private, max-age=60"], "private, max-age=60"),
            (&["max-age=60"], "private, max-age=60"),
            (&["public"], "private"),
            (&["Public, Max-Age=60"], "private, Max-Age=60"),
            (
                &["public,, s-maxage=600 ,max-age=60"],
                "private, max-age=60",
            ),
            (&["max-age=60", "S-MaxAge = 5"], "private, max-age=60"),
            (&["public, private"], "private"),
            (&["no-store, public"], "no-store"),
            (&["no-store", "no-cache"], "no-store | no-cache"),
            (&["private=\"set-cookie\", max-age=60"], "no-store"),
            (&["no-cache=\"a, public\""], "no-store"),
            (&["s-maxage-not=1"], "private, s-maxage-not=1"),
        ] {
            let (control, varies) = marked(set, Use::Unsaved, true);
            assert_eq!(control.as_deref(), Some(expected), "{set:?}");
            assert!(varies);
        }
    }
}
