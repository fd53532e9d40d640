use bytes::Bytes;
use plywood_core::Body;

/// What a request carries: bytes, which can be sent again and shown, or a stream, which is sent once.
#[derive(Debug)]
pub(crate) enum Payload {
    Bytes(Bytes),
    /// `None` when it has been sent.
    Stream(Option<Body>),
}

impl Payload {
    pub(crate) fn new(body: Body) -> Self {
        match body.try_into_bytes() {
            Ok(bytes) => Self::Bytes(bytes),
            Err(stream) => Self::Stream(Some(stream)),
        }
    }

    pub(crate) const fn bytes(&self) -> Option<&Bytes> {
        match self {
            Self::Bytes(bytes) => Some(bytes),
            Self::Stream(_) => None,
        }
    }

    /// The body of one request. A stream is gone then.
    pub(crate) fn body(&mut self) -> Body {
        match self {
            Self::Bytes(bytes) => bytes.clone().into(),
            Self::Stream(stream) => stream.take().unwrap_or_default(),
        }
    }

    pub(crate) const fn is_gone(&self) -> bool {
        matches!(self, Self::Stream(None))
    }
}

impl Default for Payload {
    fn default() -> Self {
        Self::Bytes(Bytes::new())
    }
}
