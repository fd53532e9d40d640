//! Files that the server in front sends in our place.

use http::{HeaderName, HeaderValue};
use plywood_core::path;

/// Which field tells the server in front, and where it has our files.
#[derive(Clone, Debug)]
pub(crate) struct Handoff {
    pub(crate) field: HeaderName,
    prefix: String,
    /// Does that server decode nothing?
    is_plain: bool,
}

impl Handoff {
    /// nginx: the prefix is an internal location.
    pub(crate) fn x_accel_redirect(location: &str) -> Self {
        Self::new("x-accel-redirect", location)
    }

    /// Apache: the prefix is a directory of the disk.
    pub(crate) fn x_sendfile(directory: &str) -> Self {
        Self::new("x-sendfile", directory)
    }

    /// The same for an Apache that takes the path as it stands.
    pub(crate) fn x_sendfile_plain(directory: &str) -> Self {
        Self {
            is_plain: true,
            ..Self::x_sendfile(directory)
        }
    }

    fn new(field: &'static str, prefix: &str) -> Self {
        Self {
            field: HeaderName::from_static(field),
            prefix: prefix.trim_end_matches('/').to_owned(),
            is_plain: false,
        }
    }

    /// Where the server in front has the file at `path`. It is percent-encoded, as that server decodes it: a plain `?` would begin a query there.
    pub(crate) fn target(&self, file: &str) -> HeaderValue {
        if self.is_plain
            && let Ok(target) = HeaderValue::try_from([&*self.prefix, "/", file].concat())
        {
            return target;
        }
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

    #[test]
    fn a_server_that_decodes_nothing_gets_the_path_as_it_is() {
        let handoff = Handoff::x_sendfile_plain("/srv/my files/");
        for (path, expected) in [
            ("a.txt", "/srv/my files/a.txt"),
            ("x/a b?c=d#e%2e.txt", "/srv/my files/x/a b?c=d#e%2e.txt"),
            ("é.txt", "/srv/my files/é.txt"),
            // No field can hold it as it is.
            ("a\nb", "/srv/my%20files/a%0Ab"),
        ] {
            assert_eq!(handoff.target(path).as_bytes(), expected.as_bytes());
        }
    }
}
