//! Where to after signing in? Back to the page that was asked for, and never to another site.

use std::borrow::Cow;

use http::{Method, Request, Uri};
use plywood_core::Mount;
use plywood_header::local_reference::local;

use super::site::Site;

/// The longest way back that is kept, in bytes. A longer one is dropped, and the front page stands in for it.
const LONGEST: usize = 2048;

/// The login page's address, with the way back to `next`.
pub(super) fn login(site: &Site, mount: &Mount, next: Option<&str>) -> String {
    let mut address = mount.absolute(&site.login_path());
    if let Some(next) = next {
        address.push_str("?next=");
        address.extend(form_urlencoded::byte_serialize(next.as_bytes()));
    }
    address
}

/// The page that the request asks for, as the way back to it. Only what is safe to repeat has one.
pub(super) fn asked<'r, B>(mount: &'r Mount, request: &'r Request<B>) -> Option<&'r str> {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return None;
    }
    let target = mount.original_uri(request.uri()).path_and_query()?;
    safe(target.as_str())
}

/// The `next` of a query.
pub(super) fn of_query(uri: &Uri) -> Option<Cow<'_, str>> {
    form_urlencoded::parse(uri.query()?.as_bytes())
        .find(|(name, _)| name == "next")
        .map(|(_, next)| next)
}

/// `next` if it is a place on this site.
pub(super) fn safe(next: &str) -> Option<&str> {
    local(next).filter(|next| next.len() <= LONGEST)
}

/// Where a sign-in leads: to `next`, else to the front page. The login form itself is no place to come back to.
pub(super) fn onward(site: &Site, mount: &Mount, next: Option<&str>) -> String {
    let is_door = |next: &&str| {
        let path = next.split(['?', '#']).next().unwrap_or_default();
        [site.login_path(), site.logout_path()]
            .iter()
            .any(|door| path == mount.absolute(door))
    };
    next.and_then(safe)
        .filter(|next| !is_door(next))
        .map_or_else(|| mount.absolute("/"), str::to_owned)
}

/// Where a sign-out leads: to the front page if it is for everybody, else to the login page.
pub(super) fn farewell(site: &Site, mount: &Mount) -> String {
    if site.has_front_page() {
        mount.absolute("/")
    } else {
        login(site, mount, None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sign_in_leads_back_and_never_to_another_site() {
        let (site, mount) = (Site::default(), Mount::default());
        let long = format!("/{}", "x".repeat(LONGEST));
        for (next, place) in [
            ("/inbox?page=2#new", "/inbox?page=2#new"),
            ("/", "/"),
            ("/a?u=https://x.example/", "/a?u=https://x.example/"),
            ("", "/"),
            ("inbox", "/"),
            ("//evil.example", "/"),
            ("///evil.example", "/"),
            ("/\\evil.example", "/"),
            ("\\\\evil.example", "/"),
            ("/\t/evil.example", "/"),
            ("/\n/evil.example", "/"),
            (" //evil.example", "/"),
            ("/.//evil.example", "/"),
            ("https://evil.example", "/"),
            ("https:evil.example", "/"),
            ("javascript:alert(1)", "/"),
            ("/a\r\nset-cookie: x=y", "/"),
            ("/\u{2028}", "/"),
            ("/login", "/"),
            ("/login?next=%2Flogin", "/"),
            ("/logout", "/"),
            (&long, "/"),
        ] {
            assert_eq!(onward(&site, &mount, Some(next)), place, "{next:?}");
        }
        assert_eq!(onward(&site, &mount, None), "/");
    }

    #[test]
    fn the_way_back_leads_through_the_mounts() {
        let mut request = Request::get("/shop/cart?item=3&x=%20").body(()).unwrap();
        Mount::enter(&mut request, "/shop").unwrap();
        let (site, mount) = (Site::default(), Mount::of(&request));

        let next = asked(&mount, &request);
        assert_eq!(next, Some("/shop/cart?item=3&x=%20"));
        let address = login(&site, &mount, next);
        assert_eq!(
            address,
            "/shop/login?next=%2Fshop%2Fcart%3Fitem%3D3%26x%3D%2520"
        );
        let uri = address.parse().unwrap();
        let next = of_query(&uri);
        assert_eq!(
            onward(&site, &mount, next.as_deref()),
            "/shop/cart?item=3&x=%20"
        );
        assert_eq!(onward(&site, &mount, Some("/shop/login")), "/shop/");
        assert_eq!(farewell(&site, &mount), "/shop/login");
    }

    #[test]
    fn only_what_is_safe_to_repeat_has_a_way_back() {
        for (method, target, expected) in [
            (Method::GET, "/inbox", Some("/inbox")),
            (Method::HEAD, "/inbox", Some("/inbox")),
            (Method::POST, "/inbox", None),
            (Method::DELETE, "/inbox", None),
            (Method::GET, "//evil.example/inbox", None),
            (Method::GET, "http://a.example/inbox?x", Some("/inbox?x")),
        ] {
            let request = Request::builder().method(method).uri(target).body(());
            let request = request.unwrap();
            assert_eq!(asked(&Mount::default(), &request), expected, "{target}");
        }
    }
}
