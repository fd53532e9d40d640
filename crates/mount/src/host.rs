//! Which hosts a place may have for a request.

use plywood_core::host::split_port;

/// The host itself, then without its port.
pub(crate) fn candidates(host: &str) -> impl Iterator<Item = &str> {
    let (name, port) = split_port(host);
    [(!port.is_empty()).then_some(host), Some(name)]
        .into_iter()
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_is_compared_first() {
        assert!(candidates("a:80").eq(["a:80", "a"]));
        assert!(candidates("a").eq(["a"]));
        assert!(candidates("[::1]").eq(["[::1]"]));
    }
}
