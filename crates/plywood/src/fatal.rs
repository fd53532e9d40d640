use std::fmt;

use plywood_core::BoxError;

/// Why a program ends: any error, in words.
///
/// What `main` returns as an error is written by its `Debug`, which shows how an error is made. This one's shows what it says, and what caused it.
///
/// ```
/// use plywood::prelude::*;
///
/// async fn start() -> Result<(), Fatal> {
///     let listener = Listener::bind("127.0.0.1").await?;
///     let app = plywood::app(service_fn(|_: Request<Body>| async { Ok::<_, std::convert::Infallible>(Response::new(Body::empty())) }));
///     Ok(Server::new(listener).serve(app).await?)
/// }
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// // Where `main` returns it, there is "Error: " before it.
/// assert_eq!(
///     format!("{:?}", start().await.unwrap_err()),
///     "cannot listen on 127.0.0.1: invalid socket address; it should be like 127.0.0.1:8000 or unix:/run/app.sock"
/// );
/// # }
/// ```
pub struct Fatal(BoxError);

impl Fatal {
    /// The error itself.
    pub fn into_inner(self) -> BoxError {
        self.0
    }
}

impl<E: Into<BoxError>> From<E> for Fatal {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl fmt::Debug for Fatal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut said = self.0.to_string();
        f.write_str(&said)?;
        let mut cause = self.0.source();
        while let Some(error) = cause {
            // Many errors tell their cause in their own words.
            let words = error.to_string();
            if !said.contains(&words) {
                write!(f, ": {words}")?;
                said.push_str(&words);
            }
            cause = error.source();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::{error::Error, io};

    use super::*;

    #[derive(Debug)]
    struct Outer(&'static str, io::Error);

    impl fmt::Display for Outer {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(self.0)
        }
    }

    impl Error for Outer {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            Some(&self.1)
        }
    }

    #[test]
    fn an_error_is_told_with_its_causes_and_each_of_them_once() {
        for words in ["no shop", "no shop: it is closed"] {
            let error = Fatal::from(Outer(words, io::Error::other("it is closed")));
            assert_eq!(format!("{error:?}"), "no shop: it is closed");
        }
        assert_eq!(format!("{:?}", Fatal::from("a text")), "a text");
        assert_eq!(Fatal::from("a text").into_inner().to_string(), "a text");
    }
}
