use http::{Extensions, Request, Response, request, response};

/// Whatever carries extensions: a request, a response, the parts of either, or the extensions themselves.
pub trait Carrier {
    /// The extensions that it carries.
    fn extensions(&self) -> &Extensions;
}

impl Carrier for Extensions {
    fn extensions(&self) -> &Extensions {
        self
    }
}

impl<B> Carrier for Request<B> {
    fn extensions(&self) -> &Extensions {
        self.extensions()
    }
}

impl<B> Carrier for Response<B> {
    fn extensions(&self) -> &Extensions {
        self.extensions()
    }
}

impl Carrier for request::Parts {
    fn extensions(&self) -> &Extensions {
        &self.extensions
    }
}

impl Carrier for response::Parts {
    fn extensions(&self) -> &Extensions {
        &self.extensions
    }
}
