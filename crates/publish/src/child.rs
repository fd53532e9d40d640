use plywood_core::BoxError;

use crate::{Directory, Node};

/// What a function may return that gives a directory: the directory itself or a reference to it, `None` where there is none, an error where it
/// could not be found out.
///
/// What is not published is no directory, and does not compile:
///
/// ```compile_fail,E0277
/// # use plywood_publish::publish;
/// struct Site;
/// struct NotPublished;
///
/// #[publish]
/// impl Site {
///     #[publish(directory)]
///     fn folder(&self) -> NotPublished {
///         NotPublished
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no directory that can be published",
    note = "a function of `#[publish(directory)]` or `#[publish(lookup)]` should return a directory, or an `Option` or a `Result` of one"
)]
pub trait Child<'a> {
    /// The node that it is, if it is one.
    ///
    /// # Errors
    ///
    /// Its own.
    fn node(self) -> Result<Option<Node<'a>>, BoxError>;
}

impl<'a, D: Directory + 'a> Child<'a> for D {
    fn node(self) -> Result<Option<Node<'a>>, BoxError> {
        Ok(Some(Node::directory(self)))
    }
}

impl<'a, D: Directory + 'a> Child<'a> for Option<D> {
    fn node(self) -> Result<Option<Node<'a>>, BoxError> {
        Ok(self.map(Node::directory))
    }
}

impl<'a, C: Child<'a>, E: Into<BoxError>> Child<'a> for Result<C, E> {
    fn node(self) -> Result<Option<Node<'a>>, BoxError> {
        self.map_err(Into::into)?.node()
    }
}
