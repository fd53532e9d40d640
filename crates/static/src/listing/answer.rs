//! The answer that lists a directory.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use http::{
    HeaderValue, Method, Request, Response,
    header::{
        ACCEPT, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS,
    },
};
use http_body::Frame;
use plywood_core::{Body, Mount, Path};
use plywood_header::{accept, vary};
use tokio::{runtime::Handle, task::JoinHandle};

use super::{Listing, View, json, page};
use crate::Files;

const HTML: &str = "text/html;charset=utf-8";
const JSON: &str = "application/json;charset=utf-8";

/// The page that lists the directory at `path` of `source`, in the form that the request prefers. It is read while it is sent.
pub(crate) fn answer<B>(files: &Files, path: &str, request: &Request<B>) -> Response<Body> {
    let is_json = accept::best(request.headers(), &[HTML, JSON]) == Some(JSON);
    let body = if *request.method() == Method::HEAD {
        Body::empty()
    } else {
        let page = Page {
            files: files.clone(),
            directory: path.to_owned(),
            path: seen(request),
            view: View::read(request.uri().query()),
            is_json,
        };
        Body::new(Pending::Unread(Box::new(page)))
    };
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.reserve(6);
    let content_type = if is_json {
        "application/json"
    } else {
        "text/html; charset=utf-8"
    };
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(
        CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(page::POLICY),
    );
    vary::append(headers, ACCEPT);
    response
}

/// The path as the visitor sees it, above any mount.
fn seen<B>(request: &Request<B>) -> String {
    let mount = Mount::of(request);
    let path = Path::read(mount.original_uri(request.uri()));
    path.map_or_else(|_| "/".to_owned(), |path| path.as_str().to_owned())
}

struct Page {
    files: Files,
    directory: String,
    path: String,
    view: View,
    is_json: bool,
}

impl Page {
    fn write(self) -> io::Result<Bytes> {
        let (entries, is_cut) = self.files.entries(&self.directory)?;
        let mut listing = Listing {
            path: self.path,
            has_parent: !self.directory.is_empty(),
            view: self.view,
            entries,
            is_cut,
        };
        listing.sort();
        let text = if self.is_json {
            json::render(&listing)
        } else {
            page::render(&listing)
        };
        Ok(text.into())
    }
}

/// A page that is written when it is asked for, on a thread that may wait.
enum Pending {
    Unread(Box<Page>),
    Reading(JoinHandle<io::Result<Bytes>>),
    Done,
}

impl http_body::Body for Pending {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let this = self.get_mut();
        let result = loop {
            match std::mem::replace(this, Self::Done) {
                Self::Unread(page) => match Handle::try_current() {
                    Ok(runtime) => {
                        *this = Self::Reading(runtime.spawn_blocking(|| page.write()));
                    }
                    Err(_) => break page.write(),
                },
                Self::Reading(mut reading) => {
                    let Poll::Ready(result) = Pin::new(&mut reading).poll(cx) else {
                        *this = Self::Reading(reading);
                        return Poll::Pending;
                    };
                    break result.unwrap_or_else(|error| Err(error.into()));
                }
                Self::Done => return Poll::Ready(None),
            }
        };
        Poll::Ready(Some(result.map(Frame::data)))
    }

    fn is_end_stream(&self) -> bool {
        matches!(self, Self::Done)
    }
}
