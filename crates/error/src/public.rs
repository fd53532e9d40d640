use std::borrow::Cow;

/// Something that the visitor may read.
///
/// What an error says in public and what it says in private are different types: a text that was made while the program runs (the words of
/// another error, the name of a file) is public only where somebody has written `Public` around it. A text that stands in the program needs no
/// wrapper.
///
/// ```
/// use plywood_error::{HttpError, Public};
///
/// let fixed = HttpError::not_found().detail("There is no such order.");
/// let made = HttpError::not_found().detail(Public(format!("There is no order {}.", 7)));
/// assert_eq!(made.public_detail(), Some("There is no order 7."));
/// # let _ = fixed;
/// ```
///
/// A `String` alone does not do:
///
/// ```compile_fail,E0277
/// use plywood_error::HttpError;
///
/// let failed = std::fs::read("/etc/shop.toml").unwrap_err();
/// HttpError::not_found().detail(failed.to_string());
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Public<T>(pub T);

/// A text for the visitor.
pub type PublicText = Public<Cow<'static, str>>;

impl From<&'static str> for PublicText {
    fn from(text: &'static str) -> Self {
        Self(Cow::Borrowed(text))
    }
}

impl From<Public<&'static str>> for PublicText {
    fn from(text: Public<&'static str>) -> Self {
        Self(Cow::Borrowed(text.0))
    }
}

impl From<Public<String>> for PublicText {
    fn from(text: Public<String>) -> Self {
        Self(Cow::Owned(text.0))
    }
}
