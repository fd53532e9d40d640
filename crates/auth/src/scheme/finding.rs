use std::fmt;

use http::{Extensions, HeaderMap};
use plywood_core::Identity;

use crate::{Refusal, verdict::Found};

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

impl Finding {
    /// What a look-up has found, by a scheme for which nobody is no refusal.
    pub(crate) fn of(found: Found) -> Self {
        match found {
            Ok(Some(identity)) => identity.into(),
            Ok(None) => Self::Nothing,
            Err(error) => Refusal::unknown(error).into(),
        }
    }
}

/// The same, proved by this scheme and these methods, unless whoever has found it says by which scheme.
pub(crate) fn proved_by(
    identity: Identity,
    scheme: &'static str,
    methods: &'static str,
) -> Identity {
    if !identity.auth_scheme().is_empty() {
        return identity;
    }
    let identity = identity.scheme(scheme);
    if methods.is_empty() {
        identity
    } else {
        identity.methods(methods)
    }
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
    more: Option<Box<More>>,
}

/// What a scheme leaves in the request beside the identity.
pub(crate) type More = dyn FnOnce(&mut Extensions) + Send;

pub(crate) type Fields = dyn FnOnce(&mut HeaderMap) + Send;

impl Known {
    /// Somebody, of whom the answer says nothing.
    pub const fn new(identity: Identity) -> Self {
        Self {
            identity,
            fields: None,
            more: None,
        }
    }

    /// Edits the fields of the inner service's answer: `Authentication-Info` ([RFC 7615]), a cookie that is issued anew.
    ///
    /// [RFC 7615]: https://www.rfc-editor.org/rfc/rfc7615
    #[must_use]
    pub fn fields(mut self, edit: impl FnOnce(&mut HeaderMap) + Send + 'static) -> Self {
        self.fields = Some(Box::new(edit));
        self
    }

    /// Leaves `word` in the request's extensions too: what else the credentials say, for handlers that ask for it.
    #[must_use]
    pub fn leaving<T: Clone + Send + Sync + 'static>(mut self, word: T) -> Self {
        let before = self.more.take();
        self.more = Some(Box::new(move |extensions| {
            if let Some(before) = before {
                before(extensions);
            }
            extensions.insert(word);
        }));
        self
    }

    /// Who asks.
    pub const fn identity(&self) -> &Identity {
        &self.identity
    }

    /// The same about somebody else, or about the same one with more said of it.
    pub(crate) fn named(mut self, name: impl FnOnce(Identity) -> Identity) -> Self {
        self.identity = name(self.identity);
        self
    }

    /// Leaves who asks in the request; gives the edit of the answer.
    pub(crate) fn leave<B>(self, request: &mut http::Request<B>) -> Option<Box<Fields>> {
        self.identity.leave(request);
        if let Some(more) = self.more {
            more(request.extensions_mut());
        }
        self.fields
    }
}

impl fmt::Debug for Known {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Known").field(&self.identity).finish()
    }
}
