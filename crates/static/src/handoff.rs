//! Files that the server in front sends in our place.

use http::{HeaderName, HeaderValue};
use plywood_core::path;

/// Which field tells the server in front, and where it has our files.
#[derive(Clone, Debug)]
pub(crate) struct Handoff {
    pub(crate) field: HeaderName,
    prefix: String,
}

impl Handoff {
    /// nginx: the prefix is an internal location.
    pub(crate) fn x_accel_redirect(location: &str) -> Self {
        Self::new("x-accel-redirect", location)
    }

    /// Apache, lighttpd: the prefix is a directory of the disk.
    pub(crate) fn x_sendfile(directory: &str) -> Self {
        Self::new("x-sendfile", directory)
    }

    fn new(field: &'static str, prefix: &str) -> Self {
        Self {
            field: HeaderName::from_static(field),
            prefix: prefix.trim_end_matches('/').to_owned(),
        }
    }

    /// Where the server in front has the file at `path`. It is percent-encoded, as that server decodes it: a plain `?` would begin a query there.
    pub(crate) fn target(&self, file: &str) -> HeaderValue {
        let target = [&*path::encode(&self.prefix), "/", &path::encode(file)].concat();
        HeaderValue::try_from(target).expect("what is encoded is visible ASCII")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_is_encoded_and_joined_with_one_slash() {
        for (prefix, path, expected) in [
            ("/protected", "a.txt", "/protected/a.txt"),
            (
                "/protected/",
                "x/a b?c=d#e%2e.txt",
                "/protected/x/a%20b%3Fc=d%23e%252e.txt",
            ),
            ("/", "é.txt", "/%C3%A9.txt"),
            ("/srv/my files", "a", "/srv/my%20files/a"),
        ] {
            assert_eq!(Handoff::x_accel_redirect(prefix).target(path), expected);
        }
    }
}
