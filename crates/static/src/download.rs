use std::{
    fs::File,
    hash::{DefaultHasher, Hash, Hasher},
    path::Path as FilePath,
    sync::Arc,
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use http::{
    HeaderMap, HeaderName, HeaderValue, Method, Request, Response,
    header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS},
};
use plywood_core::Body;
use plywood_header::{content_disposition, entity_tag::EntityTag};

use crate::{
    Files, OpenError, content_type,
    found::Found,
    name,
    refusal::Refusal,
    root,
    source::{Content, Entry, Opened},
};

/// A file or bytes that a handler sends, with all that HTTP has for files: type, name, validators, preconditions, ranges.
///
/// ```
/// use http::{Request, Response, StatusCode};
/// use plywood_core::{Body, BoxError};
/// use plywood_static::Download;
///
/// fn report(request: &Request<Body>) -> Response<Body> {
///     let table = "day;visitors\nmonday;7\n";
///     Download::bytes(table, "Übersicht.csv").attachment().respond(request)
/// }
///
/// let request = Request::get("/report").header("range", "bytes=0-2").body(Body::empty())?;
/// let response = report(&request);
/// assert_eq!(response.status(), StatusCode::PARTIAL_CONTENT);
/// assert_eq!(response.headers()["content-type"], "text/csv; charset=utf-8");
/// assert_eq!(
///     response.headers()["content-disposition"],
///     r#"attachment; filename="_bersicht.csv"; filename*=UTF-8''%C3%9Cbersicht.csv"#
/// );
/// # Ok::<(), BoxError>(())
/// ```
///
/// Whoever calls [`respond`](Self::respond) has decided that this visitor may have it: no guard comes after.
///
/// What visitors have uploaded is best sent as an [`attachment`](Self::attachment), or a page of theirs runs its scripts as one of yours.
#[derive(Debug)]
pub struct Download {
    opened: Opened,
    fields: HeaderMap,
    name: String,
    handoff: Option<(HeaderName, HeaderValue)>,
}

impl Download {
    /// The file at `path`, which is the program's own and no visitor's: for those, [`Files::download`] has a root. Its name is the last part of the path.
    ///
    /// # Errors
    ///
    /// [`OpenError`] if it is not a file, or cannot be opened.
    pub fn open(path: impl AsRef<FilePath>) -> Result<Self, OpenError> {
        let path = path.as_ref();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        match root::open_file(path) {
            Ok(opened) => Ok(Self::of(opened, &name)),
            Err(refusal) => Err(OpenError::file(path, refusal.into_error())),
        }
    }

    /// An open file, which goes by `name`.
    ///
    /// # Errors
    ///
    /// [`OpenError`] if it is a directory, a pipe or a device, or the system cannot say.
    pub fn file(file: File, name: &str) -> Result<Self, OpenError> {
        match root::opened(file) {
            Ok(opened) => Ok(Self::of(opened, name)),
            Err(refusal) => Err(OpenError::file(name.as_ref(), refusal.into_error())),
        }
    }

    /// Bytes, which go by `name`. Their entity tag is made of them all; there is no date until [`last_modified`](Self::last_modified) gives one.
    pub fn bytes(bytes: impl Into<Bytes>, name: &str) -> Self {
        let bytes = bytes.into();
        let opened = Opened {
            etag: Some(tag_of(&bytes)),
            content: Content::Bytes(bytes),
            modified: None,
            identity: None,
            is_unpacked: false,
        };
        Self::of(opened, name)
    }

    fn of(opened: Opened, name: &str) -> Self {
        let mut fields = HeaderMap::with_capacity(12);
        fields.insert(CONTENT_TYPE, content_type::of(name));
        fields.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        fields.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        Self {
            opened,
            fields,
            name: name.to_owned(),
            handoff: None,
        }
    }

    /// Another name: for the type, and for the name under which it is saved. A visitor may have chosen it: see [`content_disposition::file_name`].
    #[must_use]
    pub fn name(mut self, name: &str) -> Self {
        self.fields.insert(CONTENT_TYPE, content_type::of(name));
        name.clone_into(&mut self.name);
        if let Some(value) = self.fields.get(CONTENT_DISPOSITION) {
            let is_attachment = value.as_bytes().starts_with(b"attachment");
            return if is_attachment {
                self.attachment()
            } else {
                self.inline()
            };
        }
        self
    }

    /// To be saved, under its name, and not shown ([RFC 6266](https://www.rfc-editor.org/rfc/rfc6266)). By default nothing is said, and browsers show
    /// what they can.
    #[must_use]
    pub fn attachment(mut self) -> Self {
        let value = content_disposition::attachment(&self.name);
        self.fields.insert(CONTENT_DISPOSITION, value);
        self
    }

    /// To be shown, and saved under its name when the visitor wants that.
    #[must_use]
    pub fn inline(mut self) -> Self {
        let value = content_disposition::inline(&self.name);
        self.fields.insert(CONTENT_DISPOSITION, value);
        self
    }

    /// The `Content-Type`. By default it is chosen by the extension of the name.
    #[must_use]
    pub fn content_type(mut self, value: HeaderValue) -> Self {
        self.fields.insert(CONTENT_TYPE, value);
        self
    }

    /// For how long it may be used again without asking, in whole seconds: `Cache-Control: private, max-age=…`. By default it is `no-cache`, which
    /// asks each time and costs a 304.
    ///
    /// `private`, because a handler has mostly looked at who asks; what is for everybody says so by [`cache_control`](Self::cache_control).
    #[must_use]
    pub fn max_age(self, age: Duration) -> Self {
        let value = format!("private, max-age={}", age.as_secs());
        self.cache_control(
            HeaderValue::try_from(value).expect("words and digits are a field value"),
        )
    }

    /// The `Cache-Control`, or `None` for no such field. `no-cache` by default.
    #[must_use]
    pub fn cache_control(mut self, value: impl Into<Option<HeaderValue>>) -> Self {
        match value.into() {
            Some(value) => self.fields.insert(CACHE_CONTROL, value),
            None => self.fields.remove(CACHE_CONTROL),
        };
        self
    }

    /// The entity tag. By default it is made of a file's length and date, or of all the bytes.
    #[must_use]
    pub fn etag(mut self, etag: EntityTag) -> Self {
        self.opened.etag = Some(etag);
        self
    }

    /// When it was last changed. By default the file's own date; bytes have none.
    #[must_use]
    pub fn last_modified(mut self, time: SystemTime) -> Self {
        self.opened.modified = Some(time);
        self
    }

    /// The answer to `request`: all of it, a part, that nothing has changed, or that a precondition failed. Other methods than GET and HEAD get all of it.
    pub fn respond<B>(self, request: &Request<B>) -> Response<Body> {
        self.respond_to(request.method(), request.headers())
    }

    /// The same for a request of which these parts are at hand.
    pub fn respond_to(self, method: &Method, headers: &HeaderMap) -> Response<Body> {
        let found = Arc::new(Found::new(self.opened, self.fields));
        match self.handoff {
            Some((field, target)) => found.handed_over(method, headers, field, target),
            None => found.into_response(method, headers),
        }
    }
}

impl Files {
    /// The file at `path`, for a handler that sends it: `path` may come from a visitor.
    ///
    /// It is decoded, relative, and holds to the rules by which files are served: no dot segments, no hidden names, no way out of the root. An index does
    /// not stand for its directory. The fields that were chosen for the file ([`header`](Self::header), [`cache_control`](Self::cache_control)) go along.
    ///
    /// ```
    /// use http::{Request, Response, StatusCode};
    /// use plywood_core::Body;
    /// use plywood_static::Files;
    ///
    /// # let directory = tempfile::tempdir()?;
    /// # let root = directory.path();
    /// std::fs::write(root.join("invoice.pdf"), "%PDF")?;
    /// let invoices = Files::new(root)?;
    ///
    /// let request = Request::get("/invoice").body(Body::empty())?;
    /// let response = invoices.download("invoice.pdf")?.attachment().respond(&request);
    /// assert_eq!(response.headers()["content-type"], "application/pdf");
    /// assert!(invoices.download("../secret.txt").is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`OpenError`] of the kind [`NotFound`](std::io::ErrorKind::NotFound) if there is no such file or it is not served, of
    /// another if the system cannot open it.
    pub fn download(&self, path: &str) -> Result<Download, OpenError> {
        let opened = if path.split('/').all(name::can_be_asked_for) {
            self.opened(path)
        } else {
            Err(Refusal::Hidden)
        };
        let refusal = match opened {
            Ok(Entry::File(opened)) => {
                let handoff = self.options().handoff.as_ref();
                return Ok(Download {
                    opened,
                    fields: self.fields(path),
                    name: path.rsplit('/').next().unwrap_or(path).to_owned(),
                    handoff: handoff.map(|handoff| (handoff.field.clone(), handoff.target(path))),
                });
            }
            Ok(Entry::Directory) => Refusal::Missing,
            Err(refusal) => refusal,
        };
        Err(OpenError::file(path.as_ref(), refusal.into_error()))
    }
}

/// A tag of all the bytes. Two hashes of 64 bits, because one would come twice among some billions of states.
fn tag_of(bytes: &Bytes) -> EntityTag {
    let hash = |salt: u8| {
        let mut hasher = DefaultHasher::new();
        (salt, bytes).hash(&mut hasher);
        hasher.finish()
    };
    EntityTag::strong(format!("{:016x}{:016x}", hash(0), hash(1)))
        .expect("hexadecimal digits are an entity tag")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_bytes_have_another_tag() {
        let tag = |bytes: &'static str| tag_of(&Bytes::from_static(bytes.as_bytes()));
        assert!(tag("a").strong_eq(&tag("a")));
        assert!(!tag("a").weak_eq(&tag("b")));
        assert!(!tag("").weak_eq(&tag("\0")));
    }
}
