use std::{
    any::Any,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use http::{Method, Request, response};
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;

use crate::{
    account::{Account, Whose},
    asked::Asked,
    fields::Fields,
    memory::Memory,
    report::Report,
    response::has_no_content,
    rule,
    watch::Watch,
};

pin_project! {
    /// The body that [`Lint`](crate::Lint) gives: the inner one, frame by frame as it comes, with an eye on it.
    #[derive(Debug)]
    pub struct Linted<B> {
        #[pin]
        inner: B,
        account: Account,
    }

    impl<B> PinnedDrop for Linted<B> {
        fn drop(this: Pin<&mut Self>) {
            this.project().account.dropped();
        }
    }
}

/// Watches the body of a request, if it is a [`plywood_core::Body`] that streams. Another type cannot be wrapped, since the inner
/// service asks for just that type, and one whose bytes are at hand needs no watching beyond its length.
pub(crate) fn watch<B: 'static>(request: Request<B>, report: &Arc<Report>) -> Request<B> {
    let mut slot = Some(request);
    let any: &mut dyn Any = &mut slot;
    if let Some(slot) = any.downcast_mut::<Option<Request<plywood_core::Body>>>()
        && let Some(request) = slot.take()
    {
        let (head, body) = request.into_parts();
        let mut account = Account::new(
            &body,
            Whose::Request,
            &head.headers,
            Watch::request(&head.headers),
            Arc::clone(report),
        );
        let body = match body.try_into_bytes() {
            Ok(bytes) => {
                account.at_hand(&bytes);
                bytes.into()
            }
            Err(inner) => plywood_core::Body::new(Linted { inner, account }),
        };
        *slot = Some(Request::from_parts(head, body));
    }
    slot.expect("it is put back when it was taken")
}

impl<B: Body> Linted<B> {
    pub(crate) fn response(
        inner: B,
        asked: &mut Asked,
        head: &response::Parts,
        fields: &Fields<'_>,
        memory: &Arc<Memory>,
        report: Arc<Report>,
    ) -> Self {
        let whose = if has_no_content(head.status) {
            Whose::NoContent(head.status.as_u16())
        } else if asked.method == Method::HEAD {
            Whose::Head
        } else {
            Whose::Response
        };
        let mut watch = None;
        if whose == Whose::Response {
            watch = Watch::response(asked, head, fields, memory, &report);
            let is_empty = inner.size_hint().upper() == Some(0) || inner.is_end_stream();
            report.expect(
                is_empty || fields.content_type.is_some(),
                rule::CONTENT_TYPE_IS_SAID,
                || "content without a `content-type`".to_owned(),
            );
        }
        let account = Account::new(&inner, whose, &head.headers, watch, report);
        Self { inner, account }
    }
}

impl<B: Body> Body for Linted<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        let this = self.project();
        this.account.before_poll(&this.inner.size_hint());
        let said_end = this.inner.is_end_stream();
        let mut inner = this.inner;
        let frame = ready!(inner.as_mut().poll_frame(cx));
        match &frame {
            Some(Ok(frame)) => {
                this.account.frame(frame, said_end);
                if inner.is_end_stream() {
                    this.account.judge();
                }
            }
            Some(Err(_)) => this.account.failed(),
            None => this.account.end(),
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_linted_body_is_small() {
        assert!(size_of::<Linted<()>>() <= 64, "{}", size_of::<Linted<()>>());
    }
}
