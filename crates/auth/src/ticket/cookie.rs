use http::{
    HeaderMap, HeaderValue,
    header::{CACHE_CONTROL, COOKIE, Entry, SET_COOKIE},
};
use plywood_header::cookie::{SameSite, SetCookie};

use super::TicketError;

/// The cookie that a ticket travels in.
#[derive(Clone, Debug)]
pub(super) struct Cookie {
    pub(super) name: Box<str>,
    pub(super) domain: Option<Box<str>>,
    pub(super) secure: bool,
}

/// So many cookies of the name are looked at: another path or domain may have set one too.
const MOST: usize = 4;

impl Cookie {
    /// What a request has under its name.
    pub(super) fn sent<'h>(&self, headers: &'h HeaderMap) -> impl Iterator<Item = &'h str> {
        plywood_header::cookie::find_all(headers, &self.name).take(MOST)
    }

    /// Sets it, until the browser is closed.
    pub(super) fn set(&self, value: &str) -> Result<HeaderValue, TicketError> {
        let cookie = self.dressed(SetCookie::new(&*self.name, value));
        let cookie = match &self.domain {
            Some(domain) => cookie.domain(&**domain),
            None => cookie,
        };
        cookie.build().map_err(|_| TicketError::Unwritable)
    }

    /// Takes it back, of this host and of the domain.
    pub(super) fn removals(&self) -> Vec<HeaderValue> {
        let of_host = self.dressed(SetCookie::removal(&*self.name));
        let of_domain = self
            .domain
            .as_deref()
            .map(|domain| of_host.clone().domain(domain));
        let removals = [of_host].into_iter().chain(of_domain);
        removals.filter_map(|cookie| cookie.build().ok()).collect()
    }

    /// Adds a ticket that was issued anew, unless the answer sets the cookie or takes it back already: whoever signs out stays out.
    pub(super) fn renew(&self, headers: &mut HeaderMap, cookie: HeaderValue) {
        let is_ours = |set: &HeaderValue| {
            let rest = set.as_bytes().strip_prefix(self.name.as_bytes());
            rest.is_some_and(|rest| rest.starts_with(b"="))
        };
        if !headers.get_all(SET_COOKIE).iter().any(is_ours) {
            headers.append(SET_COOKIE, cookie);
        }
    }

    fn dressed<'c>(&self, cookie: SetCookie<'c>) -> SetCookie<'c> {
        let cookie = cookie.path("/").http_only().same_site(SameSite::Lax);
        if self.secure { cookie.secure() } else { cookie }
    }
}

/// What stands in the answer to somebody with a ticket: it is for this client alone.
pub(super) fn keep_private(headers: &mut HeaderMap) {
    plywood_header::vary::append(headers, COOKIE);
    if let Entry::Vacant(vacant) = headers.entry(CACHE_CONTROL) {
        vacant.insert(HeaderValue::from_static("private"));
    }
}
