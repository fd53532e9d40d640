//! The first field of a `multipart/form-data` ([RFC 7578](https://www.rfc-editor.org/rfc/rfc7578)): no more of it is read here.

/// What the beginning of a body holds.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum First<'a> {
    /// The value of the field that was looked for.
    Value(&'a [u8]),
    /// It is another field, or no field.
    Other,
    /// The field has not ended yet.
    Unfinished,
}

/// Looks for the value of the field `name` at the beginning of a body.
pub(crate) fn first<'a>(body: &'a [u8], boundary: &str, name: &str) -> First<'a> {
    let delimiter = ["\r\n--", boundary].concat();
    // The first delimiter has no line before it.
    let opening = [&delimiter[2..], "\r\n"].concat();
    let Some(part) = body.strip_prefix(opening.as_bytes()) else {
        let is_begun = opening.as_bytes().starts_with(body);
        return if is_begun {
            First::Unfinished
        } else {
            First::Other
        };
    };
    let Some(end) = find(part, b"\r\n\r\n") else {
        return First::Unfinished;
    };
    if !is_named(&part[..end], name) {
        return First::Other;
    }
    let value = &part[end + 4..];
    match find(value, delimiter.as_bytes()) {
        Some(end) => First::Value(&value[..end]),
        None => First::Unfinished,
    }
}

/// Whether one of the part's header fields is `Content-Disposition: form-data; name="<name>"`.
fn is_named(head: &[u8], name: &str) -> bool {
    let wanted = format!("form-data; name=\"{name}\"");
    let mut lines = head.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
    lines.any(|line| {
        let mut halves = line.splitn(2, |byte| *byte == b':');
        let (field, value) = (halves.next(), halves.next());
        field.is_some_and(|field| field.eq_ignore_ascii_case(b"content-disposition"))
            && value.is_some_and(|value| value.trim_ascii() == wanted.as_bytes())
    })
}

fn find(text: &[u8], part: &[u8]) -> Option<usize> {
    text.windows(part.len()).position(|window| window == part)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const BODY: &[u8] =
        b"--x\r\nContent-Disposition: form-data; name=\"t\"\r\n\r\nabc\r\n--x\r\nmore";

    #[test]
    fn the_first_field_is_read_as_far_as_it_goes() {
        assert_eq!(first(BODY, "x", "t"), First::Value(b"abc"));
        for cut in 0..BODY.len() - 6 {
            assert_eq!(first(&BODY[..cut], "x", "t"), First::Unfinished, "{cut}");
        }
    }

    #[test]
    fn another_field_is_another() {
        for (boundary, name) in [("x", "u"), ("y", "t"), ("x\r\n", "t"), ("", "t")] {
            assert_eq!(
                first(BODY, boundary, name),
                First::Other,
                "{boundary:?} {name}"
            );
        }
        for body in [
            "csrf=abc",
            "\r\n--x\r\n",
            "--x--\r\n",
            "preamble\r\n--x\r\n",
        ] {
            assert_eq!(first(body.as_bytes(), "x", "t"), First::Other, "{body:?}");
        }
        let file = String::from_utf8_lossy(BODY).replace("\"t\"", "\"t\"; filename=\"t\"");
        assert_eq!(first(file.as_bytes(), "x", "t"), First::Other);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_harm(body in any::<Vec<u8>>(), boundary in "[a-z]{0,3}") {
            first(&body, &boundary, "t");
        }
    }
}
