use std::{fmt, pin::Pin, sync::Arc};

use plywood_core::BoxError;

use crate::{Denied, Page, Visit};

/// A level of the tree: what is there under which name.
///
/// [`#[publish]`](macro@crate::publish) and [`#[derive(Publish)]`](derive@crate::Publish) write it. Write it by hand where names come from elsewhere:
///
/// ```
/// use plywood_core::{Body, BoxError};
/// use plywood_publish::{Directory, Node, Publish, Visit, publish};
/// use tower::ServiceExt;
///
/// /// Every word is a directory.
/// struct Words;
/// struct Word(String);
///
/// impl Directory for Words {
///     async fn lookup<'a>(&'a self, name: &'a str, _: &Visit) -> Result<Option<Node<'a>>, BoxError> {
///         let is_word = name.chars().all(char::is_alphabetic);
///         Ok(is_word.then(|| Node::directory(Word(name.to_owned()))))
///     }
/// }
///
/// #[publish]
/// impl Word {
///     #[publish]
///     fn length(&self) -> String {
///         self.0.chars().count().to_string()
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), BoxError> {
/// let request = http::Request::get("/h%C3%B6lzern/length").body(Body::empty())?;
/// let response = Publish::new(Words).oneshot(request).await?;
/// assert_eq!(response.into_body().try_into_bytes().unwrap(), "7");
/// # Ok(())
/// # }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no directory that can be published",
    note = "put `#[publish]` on an impl block of it, or `#[derive(Publish)]` on the type"
)]
pub trait Directory: Send + Sync {
    /// May this visitor go on, to anything that is here or below? Asked before anything is looked up. By default everybody may.
    ///
    /// # Errors
    ///
    /// Who may not gets the answer that it gives.
    fn access(&self, visit: &Visit) -> impl Future<Output = Result<(), Denied>> + Send {
        let _ = visit;
        async { Ok(()) }
    }

    /// What is here under this name, which is a decoded segment that does not begin with `_`.
    ///
    /// # Errors
    ///
    /// What could not be looked up is the service's error.
    fn lookup<'a>(
        &'a self,
        name: &'a str,
        visit: &Visit,
    ) -> impl Future<Output = Result<Option<Node<'a>>, BoxError>> + Send;

    /// Is this name one of those that are written down here, which are few, and not whatever a visitor may call? Only such a name stands in the
    /// pattern of the [`MatchedRoute`](plywood_core::MatchedRoute), by which metrics count; in the place of others stands `<name>`. The macros
    /// know theirs. By default none is.
    fn is_fixed(&self, name: &str) -> bool {
        let _ = name;
        false
    }

    /// The page of the directory itself. By default there is none.
    fn index(&self) -> Option<Page<'_>> {
        None
    }

    /// The page of all that is not found, here and below. By default there is none.
    fn fallback(&self) -> Option<Page<'_>> {
        None
    }
}

macro_rules! like_what_it_holds {
    ($($holder:ty),*) => {$(
        impl<D: Directory + ?Sized> Directory for $holder {
            fn access(&self, visit: &Visit) -> impl Future<Output = Result<(), Denied>> + Send {
                (**self).access(visit)
            }

            fn lookup<'a>(
                &'a self,
                name: &'a str,
                visit: &Visit,
            ) -> impl Future<Output = Result<Option<Node<'a>>, BoxError>> + Send {
                (**self).lookup(name, visit)
            }

            fn is_fixed(&self, name: &str) -> bool {
                (**self).is_fixed(name)
            }

            fn index(&self) -> Option<Page<'_>> {
                (**self).index()
            }

            fn fallback(&self) -> Option<Page<'_>> {
                (**self).fallback()
            }
        }
    )*};
}

like_what_it_holds!(&D, Box<D>, Arc<D>);

/// What a name leads to.
pub enum Node<'a> {
    /// A level further down.
    Directory(Branch<'a>),
    /// An end, which is called.
    Page(Page<'a>),
}

/// A directory with its type erased.
pub struct Branch<'a>(Box<dyn Erased + 'a>);

impl<'a> Node<'a> {
    /// A directory: one of its own, or one that the tree holds, by reference.
    pub fn directory(directory: impl Directory + 'a) -> Self {
        Self::Directory(Branch(Box::new(directory)))
    }
}

impl Branch<'_> {
    pub(crate) fn directory(&self) -> &dyn Erased {
        &*self.0
    }
}

impl fmt::Debug for Node<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Directory(_) => f.write_str("Directory(..)"),
            Self::Page(page) => f.debug_tuple("Page").field(page).finish(),
        }
    }
}

impl fmt::Debug for Branch<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Branch(..)")
    }
}

/// A future that borrows from the tree.
pub(crate) type Borrowing<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A [`Directory`] whose futures are boxed, so that directories of many types are one.
pub(crate) trait Erased: Send + Sync {
    fn access<'a>(&'a self, visit: &'a Visit) -> Borrowing<'a, Result<(), Denied>>;
    fn lookup<'a: 'v, 'v>(
        &'a self,
        name: &'a str,
        visit: &'v Visit,
    ) -> Borrowing<'v, Result<Option<Node<'a>>, BoxError>>;
    fn is_fixed(&self, name: &str) -> bool;
    fn index(&self) -> Option<Page<'_>>;
    fn fallback(&self) -> Option<Page<'_>>;
}

impl<D: Directory> Erased for D {
    fn access<'a>(&'a self, visit: &'a Visit) -> Borrowing<'a, Result<(), Denied>> {
        Box::pin(Directory::access(self, visit))
    }

    fn lookup<'a: 'v, 'v>(
        &'a self,
        name: &'a str,
        visit: &'v Visit,
    ) -> Borrowing<'v, Result<Option<Node<'a>>, BoxError>> {
        Box::pin(Directory::lookup(self, name, visit))
    }

    fn is_fixed(&self, name: &str) -> bool {
        Directory::is_fixed(self, name)
    }

    fn index(&self) -> Option<Page<'_>> {
        Directory::index(self)
    }

    fn fallback(&self) -> Option<Page<'_>> {
        Directory::fallback(self)
    }
}
