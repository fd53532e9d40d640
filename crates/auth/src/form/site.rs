use std::borrow::Cow;

use http::Uri;
use plywood_core::path::{Malformed, Path, encode};

use crate::area::{Area, prefix};

/// The parts of a site, as the login form divides it.
#[derive(Clone, Debug)]
pub(super) struct Site {
    login: Box<str>,
    logout: Box<str>,
    pub(super) below: Area,
    pub(super) open: Area,
    /// Guards nothing.
    pub(super) optional: bool,
}

/// The part in which a request falls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Zone {
    /// The login page.
    Login,
    /// Where a POST signs out.
    Logout,
    /// Nobody gets in without being signed in.
    Guarded,
    /// Everybody gets in; who is signed in is known.
    Free,
    /// Everybody gets in, and the session is not read.
    Open,
}

impl Site {
    pub(super) fn login(&mut self, path: &str) {
        self.login = prefix(path).into();
    }

    pub(super) fn logout(&mut self, path: &str) {
        self.logout = prefix(path).into();
    }

    /// The login page's path, as it can stand in a URI.
    pub(super) fn login_path(&self) -> Cow<'_, str> {
        encode(absolute(&self.login))
    }

    /// The path that signs out, as it can stand in a URI.
    pub(super) fn logout_path(&self) -> Cow<'_, str> {
        encode(absolute(&self.logout))
    }

    /// Is the site's front page for everybody?
    pub(super) fn has_front_page(&self) -> bool {
        self.zone(&Uri::from_static("/"))
            .is_ok_and(|zone| matches!(zone, Zone::Free | Zone::Open))
    }

    /// The zone of a request. Where a guarded and an open prefix both fit, the longer one decides, and of equals the guard.
    pub(super) fn zone(&self, uri: &Uri) -> Result<Zone, Malformed> {
        let path = Path::read(uri)?;
        let at = |place| matches!(path.below(place), Some("" | "/"));
        if at(&self.login) {
            return Ok(Zone::Login);
        }
        if at(&self.logout) {
            return Ok(Zone::Logout);
        }
        let guarded = if self.optional {
            None
        } else if self.below.is_empty() {
            Some(0)
        } else {
            self.below.nearest(&path)
        };
        Ok(match (guarded, self.open.nearest(&path)) {
            (None, None) => Zone::Free,
            (guarded, Some(open)) if guarded.is_none_or(|guarded| guarded < open) => Zone::Open,
            _ => Zone::Guarded,
        })
    }
}

impl Default for Site {
    fn default() -> Self {
        Self {
            login: "/login".into(),
            logout: "/logout".into(),
            below: Area::default(),
            open: Area::default(),
            optional: false,
        }
    }
}

/// The root has lost its slash as a prefix.
fn absolute(path: &str) -> &str {
    if path.is_empty() { "/" } else { path }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site(below: &[&str], open: &[&str]) -> Site {
        let mut site = Site::default();
        for prefix in below {
            site.below.add(prefix);
        }
        for prefix in open {
            site.open.add(prefix);
        }
        site
    }

    #[test]
    fn everything_is_guarded_unless_it_is_opened() {
        let site = site(&[], &["/static"]);
        for (target, zone) in [
            ("/", Zone::Guarded),
            ("/inbox", Zone::Guarded),
            ("/login", Zone::Login),
            ("/login/", Zone::Login),
            ("//%6cogin", Zone::Login),
            ("/login/x", Zone::Guarded),
            ("/loginx", Zone::Guarded),
            ("/logout", Zone::Logout),
            ("/static/style.css", Zone::Open),
            ("/%73tatic/style.css", Zone::Open),
            ("/statics", Zone::Guarded),
        ] {
            assert_eq!(site.zone(&target.parse().unwrap()), Ok(zone), "{target}");
        }
        assert!(!site.has_front_page());
    }

    #[test]
    fn the_longer_prefix_decides_and_of_equals_the_guard() {
        let site = site(
            &["/admin", "/static/private", "/both"],
            &["/static", "/admin/logo", "/both"],
        );
        for (target, zone) in [
            ("/", Zone::Free),
            ("/admin", Zone::Guarded),
            ("/admin/logo/x", Zone::Open),
            ("/static/x", Zone::Open),
            ("/static/private/x", Zone::Guarded),
            ("/both", Zone::Guarded),
        ] {
            assert_eq!(site.zone(&target.parse().unwrap()), Ok(zone), "{target}");
        }
        assert!(site.has_front_page());
    }

    #[test]
    fn a_form_that_is_optional_guards_nothing() {
        let mut site = site(&["/admin"], &["/static"]);
        site.optional = true;
        for (target, zone) in [
            ("/", Zone::Free),
            ("/admin", Zone::Free),
            ("/login", Zone::Login),
            ("/static/x", Zone::Open),
        ] {
            assert_eq!(site.zone(&target.parse().unwrap()), Ok(zone), "{target}");
        }
        assert!(site.has_front_page());
    }

    #[test]
    fn a_path_without_one_reading_is_in_no_zone() {
        for target in ["/static/../admin", "/static%2f..%2fadmin", "/login%5c", "*"] {
            let zone = site(&[], &["/static"]).zone(&target.parse().unwrap());
            assert!(zone.is_err(), "{target}");
        }
    }

    #[test]
    fn the_places_may_be_chosen() {
        let mut site = Site::default();
        site.login("/sign in/");
        site.logout("/bye");
        let uri = Uri::from_static("/sign%20in");
        assert_eq!(site.zone(&uri), Ok(Zone::Login));
        assert_eq!(site.login_path(), "/sign%20in");
        assert_eq!(site.logout_path(), "/bye");
    }
}
