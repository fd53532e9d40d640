//! The fields of a query or a form: pure, over text.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

/// Why the fields cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unreadable {
    /// A name or a value is not UTF-8 once decoded.
    NotUtf8,
    /// There are more than so many.
    TooMany(usize),
}

/// Reads [`application/x-www-form-urlencoded`](https://url.spec.whatwg.org/#urlencoded-parsing), but for bytes that are no UTF-8, which others would
/// read otherwise than we do.
pub(crate) fn read(text: &str, most: usize) -> Result<Vec<(String, String)>, Unreadable> {
    let pairs = text.split('&').filter(|pair| !pair.is_empty());
    let mut fields = Vec::new();
    for pair in pairs {
        if fields.len() == most {
            return Err(Unreadable::TooMany(most));
        }
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        fields.push((decode(name)?, decode(value)?));
    }
    Ok(fields)
}

fn decode(text: &str) -> Result<String, Unreadable> {
    let spaced = text.replace('+', " ");
    let decoded = percent_decode_str(&spaced).decode_utf8();
    decoded
        .map(Cow::into_owned)
        .map_err(|_| Unreadable::NotUtf8)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn fields_are_read_as_browsers_write_them() {
        let pairs = |pairs: &[(&str, &str)]| {
            let pairs = pairs
                .iter()
                .map(|&(name, value)| (name.to_owned(), value.to_owned()));
            Ok(pairs.collect::<Vec<_>>())
        };
        assert_eq!(read("", 9), pairs(&[]));
        assert_eq!(
            read("a=1&&b=%20+c&d", 9),
            pairs(&[("a", "1"), ("b", "  c"), ("d", "")])
        );
        assert_eq!(
            read("a=1=2&a=100%&%61;b=x", 9),
            pairs(&[("a", "1=2"), ("a", "100%"), ("a;b", "x")])
        );
        assert_eq!(read("a=%C3%A9", 9), pairs(&[("a", "é")]));
    }

    #[test]
    fn what_is_no_text_or_too_much_is_not_read() {
        assert_eq!(read("a=%ff", 9), Err(Unreadable::NotUtf8));
        assert_eq!(read("%c0%ae=1", 9), Err(Unreadable::NotUtf8));
        assert_eq!(read("a&b&c", 2), Err(Unreadable::TooMany(2)));
        assert!(read("a&b&&", 2).is_ok());
    }

    proptest! {
        #[test]
        fn it_agrees_with_the_standard_wherever_the_text_is_text(text in "[a-c=&+%0-9A-Fé ;]{0,40}") {
            let theirs: Vec<_> = form_urlencoded::parse(text.as_bytes()).into_owned().collect();
            if let Ok(ours) = read(&text, usize::MAX) {
                prop_assert_eq!(ours, theirs);
            } else {
                let is_broken = |text: &str| text.contains(char::REPLACEMENT_CHARACTER);
                let any = theirs.iter().any(|(name, value)| is_broken(name) || is_broken(value));
                prop_assert!(any, "{:?}", theirs);
            }
        }
    }
}
