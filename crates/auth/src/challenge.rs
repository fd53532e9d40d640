//! The challenges of a 401, to which each auth layer adds its own while the answer passes it on the way out.

use http::{HeaderMap, HeaderValue, Response, StatusCode, header::WWW_AUTHENTICATE};

/// Says that it is possible to sign in, and not how: of a layer that does not know, for one further out that does.
pub(crate) const SIGN_IN: HeaderValue = HeaderValue::from_static("SignIn");

/// Marks a 401 whose challenges are of this crate.
#[derive(Clone, Copy)]
struct Ours;

/// Does this answer ask to sign in, and may a layer say how? A 401 that the inner service has challenged by itself is left alone.
pub(crate) fn is_wanted<B>(response: &Response<B>) -> bool {
    response.status() == StatusCode::UNAUTHORIZED
        && (!response.headers().contains_key(WWW_AUTHENTICATE)
            || response.extensions().get::<Ours>().is_some())
}

/// Was the request made by a script of a page? Browsers say so, and programs do not ([Fetch Metadata]).
///
/// For a challenge of Basic or Digest a browser would open its own dialog over the page: where there is a login form, its script is told of
/// that alone.
///
/// [Fetch Metadata]: https://www.w3.org/TR/fetch-metadata/#sec-fetch-mode-header
pub(crate) fn is_script(headers: &HeaderMap) -> bool {
    let mode = headers.get("sec-fetch-mode");
    mode.is_some_and(|mode| mode != "navigate")
}

/// Does the answer say where a login form is?
pub(crate) fn names_form<B>(response: &Response<B>) -> bool {
    let challenges = response.headers().get_all(WWW_AUTHENTICATE);
    let mut challenges = challenges.iter().map(HeaderValue::as_bytes);
    challenges.any(|challenge| challenge.starts_with(b"SignIn form="))
}

/// Takes all challenges away, in favour of those that will be added.
pub(crate) fn clear<B>(response: &mut Response<B>) {
    response.headers_mut().remove(WWW_AUTHENTICATE);
}

/// Puts `challenges` before those that are there.
pub(crate) fn add<B>(response: &mut Response<B>, challenges: Vec<HeaderValue>) {
    if challenges.is_empty() {
        return;
    }
    let there = response.headers().get_all(WWW_AUTHENTICATE);
    let there: Vec<_> = there
        .iter()
        .filter(|challenge| **challenge != SIGN_IN && !challenges.contains(challenge))
        .cloned()
        .collect();
    response.headers_mut().remove(WWW_AUTHENTICATE);
    for challenge in challenges.into_iter().chain(there) {
        response.headers_mut().append(WWW_AUTHENTICATE, challenge);
    }
    response.extensions_mut().insert(Ours);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn challenges(response: &Response<()>) -> Vec<&str> {
        let fields = response.headers().get_all(WWW_AUTHENTICATE).iter();
        fields.map(|field| field.to_str().unwrap()).collect()
    }

    #[test]
    fn an_outer_layer_s_challenges_come_first_and_none_comes_twice() {
        let mut response = Response::new(());
        assert!(!is_wanted(&response));
        *response.status_mut() = StatusCode::UNAUTHORIZED;
        assert!(is_wanted(&response));
        add(&mut response, vec![SIGN_IN]);
        assert_eq!(challenges(&response), ["SignIn"]);
        for (challenge, expected) in [
            ("Basic", &["Basic"][..]),
            ("Bearer", &["Bearer", "Basic"]),
            ("Basic", &["Basic", "Bearer"]),
        ] {
            assert!(is_wanted(&response));
            add(&mut response, vec![HeaderValue::from_static(challenge)]);
            assert_eq!(challenges(&response), expected);
        }
    }

    #[test]
    fn what_the_inner_service_has_challenged_is_left_alone() {
        let mut response = Response::new(());
        *response.status_mut() = StatusCode::UNAUTHORIZED;
        let own = HeaderValue::from_static("Negotiate");
        response.headers_mut().insert(WWW_AUTHENTICATE, own);
        assert!(!is_wanted(&response));
    }
}
