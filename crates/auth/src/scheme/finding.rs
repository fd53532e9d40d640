use std::fmt;

use http::HeaderMap;
use plywood_core::Identity;

use crate::Refusal;

/// What a [`Scheme`](crate::Scheme) finds in the head of a request.
#[derive(Debug)]
pub enum Finding {
    /// There are no credentials of this scheme: the next scheme is asked.
    Nothing,
    /// This is who asks.
    Known(Known),
    /// There are credentials of this scheme, and they let nobody in.
    Refused(Refusal),
}

impl From<Identity> for Finding {
    fn from(identity: Identity) -> Self {
        Self::Known(Known::new(identity))
    }
}

impl From<Known> for Finding {
    fn from(known: Known) -> Self {
        Self::Known(known)
    }
}

impl From<Refusal> for Finding {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

/// Who asks, and what the scheme has to say in the answer.
pub struct Known {
    identity: Identity,
    fields: Option<Box<Fields>>,
}

pub(crate) type Fields = dyn FnOnce(&mut HeaderMap) + Send;

impl Known {
    /// Somebody, of whom the answer says nothing.
    pub const fn new(identity: Identity) -> Self {
        let fields = None;
        Self { identity, fields }
    }

    /// Edits the fields of the inner service's answer: `Authentication-Info` ([RFC 7615]), a cookie that is issued anew.
    ///
    /// [RFC 7615]: https://www.rfc-editor.org/rfc/rfc7615
    #[must_use]
    pub fn fields(mut self, edit: impl FnOnce(&mut HeaderMap) + Send + 'static) -> Self {
        self.fields = Some(Box::new(edit));
        self
    }

    pub(crate) fn into_parts(self) -> (Identity, Option<Box<Fields>>) {
        (self.identity, self.fields)
    }
}

impl fmt::Debug for Known {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Known").field(&self.identity).finish()
    }
}
