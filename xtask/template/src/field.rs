use http::{HeaderName, HeaderValue, StatusCode};

pub(crate) const NAME: HeaderName = HeaderName::from_static("x-template");

/// What an answer of this status gets.
pub(crate) fn value(status: StatusCode, on_errors: bool) -> Option<HeaderValue> {
    let is_error = status.is_client_error() || status.is_server_error();
    (on_errors || !is_error).then_some(HeaderValue::from_static("1"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_marked_where_they_are_to_be() {
        for (status, on_errors, marked) in [
            (200, false, true),
            (304, false, true),
            (404, false, false),
            (500, false, false),
            (200, true, true),
            (404, true, true),
        ] {
            let status = StatusCode::from_u16(status).unwrap();
            assert_eq!(value(status, on_errors).is_some(), marked, "{status}");
        }
    }
}
