use http::{Extensions, HeaderMap, Method, Request, Uri, Version};
use plywood_core::Carrier;

/// A request without its body, as a choice of what to log sees it.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct RequestHead<'r> {
    /// The method.
    pub method: &'r Method,
    /// The target as it was sent, whatever [`Mount`](plywood_core::Mount) was entered outside.
    pub uri: &'r Uri,
    /// The version of HTTP.
    pub version: Version,
    /// The header fields.
    pub headers: &'r HeaderMap,
    /// What was left in the request outside of the log.
    pub extensions: &'r Extensions,
}

impl<'r> RequestHead<'r> {
    /// Of `request`, whose target was `uri` before any mount.
    pub(crate) fn new<B>(request: &'r Request<B>, uri: &'r Uri) -> Self {
        Self {
            method: request.method(),
            uri,
            version: request.version(),
            headers: request.headers(),
            extensions: request.extensions(),
        }
    }

    /// The host that was asked, without its port: of the target, else of `Host`.
    pub(crate) fn host(&self) -> Option<&'r str> {
        let authority = self.authority()?;
        Some(match authority.strip_prefix('[') {
            Some(_) => &authority[..authority.find(']').map_or(authority.len(), |end| end + 1)],
            None => authority.split(':').next().unwrap_or(authority),
        })
    }

    /// The port that was asked, if one was named.
    pub(crate) fn port(&self) -> Option<u16> {
        let authority = self.authority()?;
        let after = authority.rsplit(']').next()?;
        after.rsplit_once(':')?.1.parse().ok()
    }

    fn authority(&self) -> Option<&'r str> {
        let authority = match self.uri.authority() {
            Some(authority) => authority.as_str(),
            None => self.headers.get(http::header::HOST)?.to_str().ok()?,
        };
        let host = authority.rsplit('@').next().unwrap_or(authority);
        Some(host).filter(|host| !host.is_empty())
    }
}

impl Carrier for RequestHead<'_> {
    fn extensions(&self) -> &Extensions {
        self.extensions
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_is_told_from_its_port() {
        for (target, field, host, port) in [
            ("/", None, None, None),
            ("/", Some(""), None, None),
            ("/", Some("a.example"), Some("a.example"), None),
            ("/", Some("a.example:81"), Some("a.example"), Some(81)),
            ("/", Some("[::1]:81"), Some("[::1]"), Some(81)),
            ("/", Some("[::1]"), Some("[::1]"), None),
            ("/", Some("a:b:c"), Some("a"), None),
            ("http://u:p@b:1/", Some("a:2"), Some("b"), Some(1)),
        ] {
            let mut request = Request::get(target).body(()).unwrap();
            if let Some(field) = field {
                let host = field.parse().unwrap();
                request.headers_mut().insert("host", host);
            }
            let uri = request.uri().clone();
            let head = RequestHead::new(&request, &uri);
            assert_eq!((head.host(), head.port()), (host, port));
        }
    }
}
