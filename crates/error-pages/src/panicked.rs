use std::{any::Any, error::Error, fmt};

/// A panic, as an error.
#[derive(Debug)]
pub(crate) struct Panicked(String);

impl Panicked {
    /// What the panic said, if it said it in words.
    pub(crate) fn new(payload: &(dyn Any + Send)) -> Self {
        let text = if let Some(text) = payload.downcast_ref::<&str>() {
            (*text).to_owned()
        } else if let Some(text) = payload.downcast_ref::<String>() {
            text.clone()
        } else {
            "without words".to_owned()
        };
        Self(text)
    }
}

impl fmt::Display for Panicked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "panicked: {}", self.0)
    }
}

impl Error for Panicked {}
