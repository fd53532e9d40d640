use std::{path::Path as FilePath, sync::Arc};

use http::{
    HeaderValue, Request, Response, StatusCode,
    header::{CACHE_CONTROL, LOCATION},
};
use plywood_core::{
    Body, Failure, Mount, Path,
    sheet::{Described, Sheet},
};

use crate::{
    FilesLayer, OpenError,
    found::Found,
    name,
    refusal::Refusal,
    root::{Entry, Links, Root},
};

/// A directory of files, as a service that answers by itself.
///
/// The directory is opened once, in [`new`](Self::new), and all clones share it. A service that is asked below a mount point reads its
/// [`Mount`] and redirects to where it stands.
#[derive(Clone, Debug)]
pub struct Files {
    config: Arc<Config>,
}

#[derive(Clone, Debug)]
struct Config {
    root: Arc<Root>,
    links: Links,
    index_files: Vec<String>,
    cache_control: Option<HeaderValue>,
}

impl Files {
    /// Serves what is below the directory `root`.
    ///
    /// The path is relative to the working directory of the process, and may itself lead through links. It names the directory that
    /// stands there now: where a deployment later puts another directory in its place, the old one is served until the next start.
    ///
    /// # Errors
    ///
    /// [`OpenError`] if it is not a directory, or cannot be opened.
    pub fn new(root: impl AsRef<FilePath>) -> Result<Self, OpenError> {
        let path = root.as_ref();
        let root = Root::new(path).map_err(|error| OpenError::new(path, error))?;
        let config = Config {
            root: Arc::new(root),
            links: Links::ToNeighbours,
            index_files: vec!["index.html".to_owned()],
            cache_control: Some(HeaderValue::from_static("no-cache")),
        };
        Ok(Self {
            config: Arc::new(config),
        })
    }

    /// The files that stand for their directory: the first that is there is served. `index.html` by default.
    ///
    /// A directory without any of them is not found, and none at all means that no directory is. Nothing is ever listed.
    #[must_use]
    pub fn index_files(mut self, names: impl IntoIterator<Item: Into<String>>) -> Self {
        self.config_mut().index_files = names.into_iter().map(Into::into).collect();
        self
    }

    /// The `Cache-Control` of every file, or `None` for no such field. `no-cache` by default.
    ///
    /// `no-cache` lets browsers keep a file and makes them ask each time whether it has changed, which costs a 304. Without the
    /// field they guess how long it stays fresh, and show yesterday's stylesheet under today's page.
    /// [RFC 9111 §5.2](https://www.rfc-editor.org/rfc/rfc9111#section-5.2)
    ///
    /// ```
    /// use http::HeaderValue;
    /// use plywood_static::Files;
    ///
    /// # let directory = tempfile::tempdir()?;
    /// # let root = directory.path();
    /// let files = Files::new(root)?.cache_control(HeaderValue::from_static("max-age=3600"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn cache_control(mut self, value: impl Into<Option<HeaderValue>>) -> Self {
        self.config_mut().cache_control = value.into();
        self
    }

    /// Follows no symbolic link at all.
    ///
    /// By default a link is followed where it stands for a file and its target is the plain name of another file in the same
    /// directory, because such a link cannot lead around a guard on a directory. A guard on that one file it can lead around.
    #[must_use]
    pub fn refuse_links(mut self) -> Self {
        self.config_mut().links = Links::Refused;
        self
    }

    /// Follows every symbolic link that stays below the root, to files and directories, also where their names are hidden.
    ///
    /// Whoever can make a link there can lead visitors around a guard: with `open -> admin`, `/open/secret.txt` is
    /// `/admin/secret.txt` for everybody. Links that leave the root, and absolute ones, are refused even so.
    #[must_use]
    pub fn follow_links_within_root(mut self) -> Self {
        self.config_mut().links = Links::WithinRoot;
        self
    }

    /// The layer that puts these files in front of another service: [`FilesLayer`].
    pub fn layer(self) -> FilesLayer {
        FilesLayer::new(self)
    }

    fn config_mut(&mut self) -> &mut Config {
        Arc::make_mut(&mut self.config)
    }

    /// Answers GET or HEAD with a file, or a redirect to one.
    pub(crate) fn look_up<B>(&self, request: &Request<B>) -> Result<Response<Body>, Refusal> {
        let path = Path::read(request.uri())?;
        if !path.segments().all(name::is_served) {
            return Err(Refusal::Hidden);
        }
        let mount = Mount::of(request);
        let relative = path.as_str().trim_start_matches('/');
        let (found, in_place) = if path.has_trailing_slash() {
            let in_place = !relative.is_empty() || has_slash(&mount, request);
            (self.index_of(relative)?, in_place)
        } else {
            match self.open(relative)? {
                Some(found) => (found, true),
                None => (self.index_of(&[relative, "/"].concat())?, false),
            }
        };
        let cache_control = self.config.cache_control.as_ref();
        if in_place {
            return Ok(found.into_response(request.method(), request.headers(), cache_control));
        }
        let directory = match path.as_str() {
            "/" => "/".to_owned(),
            path => [path, "/"].concat(),
        };
        let location = mount.location(&directory, request.uri().query());
        Ok(redirect(location, cache_control))
    }

    /// The file at `path`; `None` if there is a directory.
    fn open(&self, path: &str) -> Result<Option<Found>, Refusal> {
        match self.config.root.open(path, self.config.links)? {
            Entry::File(file, metadata) => Ok(Some(Found::new(file, &metadata, path))),
            Entry::Directory => Ok(None),
        }
    }

    /// The file that stands for `directory`, whose path is empty or ends with a slash.
    fn index_of(&self, directory: &str) -> Result<Found, Refusal> {
        for name in &self.config.index_files {
            match self.open(&[directory, name].concat()) {
                Ok(Some(found)) => return Ok(found),
                Ok(None) | Err(Refusal::Missing) => {}
                Err(refusal) => return Err(refusal),
            }
        }
        Err(Refusal::Missing)
    }
}

/// Whether the request for the root was sent with the slash that makes relative links in its index right: a mount leaves `/` of
/// `/docs` and of `/docs/`.
fn has_slash<B>(mount: &Mount, request: &Request<B>) -> bool {
    mount.original_uri(request.uri()).path().ends_with('/')
}

fn redirect(location: HeaderValue, cache_control: Option<&HeaderValue>) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::PERMANENT_REDIRECT;
    let headers = response.headers_mut();
    headers.insert(LOCATION, location);
    // Without it a browser keeps the redirect for good, also when a file takes the directory's place.
    if let Some(cache_control) = cache_control {
        headers.insert(CACHE_CONTROL, cache_control.clone());
    }
    response
}

impl Described for Files {
    fn sheet(&self) -> Sheet {
        Sheet::of::<Self>().reads::<Mount>().tells::<Failure>()
    }
}
