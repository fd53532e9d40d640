use std::{borrow::Cow, io, mem, path::Path as FilePath, sync::Arc};

use http::{
    HeaderMap, HeaderValue, Request, Response, StatusCode,
    header::{
        ACCEPT, ACCEPT_LANGUAGE, CACHE_CONTROL, CONTENT_TYPE, LOCATION, X_CONTENT_TYPE_OPTIONS,
    },
};
use plywood_core::{
    Body, Failure, Mount, Path,
    sheet::{Described, Sheet},
};
use plywood_header::{accept_encoding::Coding, vary};

use crate::{
    Cache, FilesLastLayer, FilesLayer, OpenError, content_type,
    found::Found,
    listing, name, navigation,
    options::Options,
    refusal::Refusal,
    root::{Folder, Links},
    source::{Entry, Opened, Source},
    store::Store,
    variants,
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
    source: Source,
    /// The one file that is served, if it is one: whatever the path.
    only: Option<String>,
    index_files: Vec<String>,
    cache_control: Option<HeaderValue>,
    options: Options,
    store: Arc<Store>,
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
        let folder = Folder::new(path).map_err(|error| OpenError::directory(path, error))?;
        Ok(Self::of(Source::Folder(folder), None))
    }

    /// Serves one file, whatever the path: for a route, or a layer [`at`](FilesLayer::at) its path.
    ///
    /// The path is relative to the working directory of the process, and may lead through links, which are followed now. A file that takes
    /// its place later by a rename is served from then on. Its name may be a hidden one.
    ///
    /// ```
    /// use http::Request;
    /// use plywood_core::Body;
    /// use plywood_static::Files;
    /// use tower::ServiceExt;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let directory = tempfile::tempdir()?;
    /// # let root = directory.path();
    /// std::fs::write(root.join("robots.txt"), "User-agent: *")?;
    /// let robots = Files::file(root.join("robots.txt"))?;
    /// let response = robots.oneshot(Request::get("/robots.txt").body(Body::empty())?).await?;
    /// assert_eq!(response.status(), 200);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`OpenError`] if it is not a file, or its directory cannot be opened.
    pub fn file(path: impl AsRef<FilePath>) -> Result<Self, OpenError> {
        let path = path.as_ref();
        let files = || {
            let file = path.canonicalize()?;
            let (Some(parent), Some(name)) = (file.parent(), file.file_name()) else {
                return Err(io::ErrorKind::IsADirectory.into());
            };
            if !file.is_file() {
                return Err(io::ErrorKind::InvalidInput.into());
            }
            let name = name.to_str().ok_or(io::ErrorKind::InvalidFilename)?;
            let folder = Source::Folder(Folder::new(parent)?);
            Ok(Self::of(folder, Some(name.to_owned())))
        };
        files().map_err(|error| OpenError::file(path, error))
    }

    pub(crate) fn of(source: Source, only: Option<String>) -> Self {
        let config = Config {
            source,
            only,
            index_files: vec!["index.html".to_owned()],
            cache_control: Some(HeaderValue::from_static("no-cache")),
            options: Options::default(),
            store: Arc::new(Store::new(Some(Cache::default()))),
        };
        Self {
            config: Arc::new(config),
        }
    }

    /// The files that stand for their directory: the first that is there is served. `index.html` by default.
    ///
    /// A directory without any of them is not found, unless [`listing`](Self::listing) lists it.
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
    pub fn refuse_links(self) -> Self {
        self.links(Links::Refused)
    }

    /// Follows every symbolic link that stays below the root, to files and directories, also where their names are hidden.
    ///
    /// Whoever can make a link there can lead visitors around a guard: with `open -> admin`, `/open/secret.txt` is
    /// `/admin/secret.txt` for everybody. Links that leave the root, and absolute ones, are refused even so.
    #[must_use]
    pub fn follow_links_within_root(self) -> Self {
        self.links(Links::WithinRoot)
    }

    fn links(mut self, links: Links) -> Self {
        match &mut self.config_mut().source {
            Source::Folder(folder) => folder.links = links,
            #[cfg(feature = "embed")]
            Source::Embedded(_) => {}
            #[cfg(feature = "zip")]
            Source::Archive(_) => {}
        }
        self
    }

    /// The layer that puts these files in front of another service: [`FilesLayer`].
    pub fn layer(self) -> FilesLayer {
        FilesLayer::new(self)
    }

    /// The layer that puts these files behind another service, for what it answers with 404: [`FilesLastLayer`].
    pub fn last(self) -> FilesLastLayer {
        FilesLastLayer::new(self)
    }

    fn config_mut(&mut self) -> &mut Config {
        let config = Arc::make_mut(&mut self.config);
        // What is kept was made by the options as they were.
        config.store = Arc::new(config.store.anew());
        config
    }

    pub(crate) fn keep(&mut self, cache: Option<Cache>) {
        self.config_mut().store = Arc::new(Store::new(cache));
    }

    pub(crate) fn store(&self) -> &Store {
        &self.config.store
    }

    pub(crate) fn options(&self) -> &Options {
        &self.config.options
    }

    /// The fields of the file at `path` that its state does not change.
    pub(crate) fn fields(&self, path: &str) -> HeaderMap {
        self.config.fields(path)
    }

    pub(crate) fn options_mut(&mut self) -> &mut Options {
        &mut self.config_mut().options
    }

    /// Answers GET or HEAD with a file, or a redirect to one.
    pub(crate) fn look_up<B>(&self, request: &Request<B>) -> Result<Response<Body>, Refusal> {
        let path = Path::read(request.uri())?;
        if let Some(name) = &self.config.only {
            return self.only(name, request);
        }
        if !path.segments().all(name::is_served) {
            return Err(Refusal::Hidden);
        }
        match self.at(&path, request) {
            Err(Refusal::Missing) => self.missing(&path, request),
            result => result,
        }
    }

    /// The same for what is left of the path below `prefix`. The request is as it was afterwards.
    pub(crate) fn look_up_below<B>(
        &self,
        prefix: &str,
        request: &mut Request<B>,
    ) -> Result<Response<Body>, Refusal> {
        if prefix.is_empty() {
            return self.look_up(request);
        }
        match Path::read(request.uri())?.below(prefix) {
            Some("") => {}
            Some(_) if self.config.only.is_none() => {}
            _ => return Err(Refusal::Missing),
        }
        let mut below = Request::new(());
        *below.method_mut() = request.method().clone();
        *below.uri_mut() = request.uri().clone();
        below.extensions_mut().insert(Mount::of(request));
        Mount::enter(&mut below, prefix)?;
        mem::swap(below.headers_mut(), request.headers_mut());
        let result = self.look_up(&below);
        mem::swap(below.headers_mut(), request.headers_mut());
        result
    }

    /// The answer with the one file that is served.
    fn only<B>(&self, name: &str, request: &Request<B>) -> Result<Response<Body>, Refusal> {
        match self.find(name, request)? {
            Entry::File(hit) => Ok(self.send(hit, request)),
            Entry::Directory => Err(Refusal::Missing),
        }
    }

    /// The answer for a path of names that are served.
    fn at<B>(&self, path: &Path<'_>, request: &Request<B>) -> Result<Response<Body>, Refusal> {
        let relative = path.as_str().trim_start_matches('/');
        if path.has_trailing_slash() {
            return self.directory(relative, path, request);
        }
        #[cfg(feature = "assets")]
        if let Some(response) = self.asset(relative, request)? {
            return Ok(response);
        }
        match self.find(relative, request)? {
            Entry::File(hit) => Ok(self.send(hit, request)),
            Entry::Directory => self.directory(&[relative, "/"].concat(), path, request),
        }
    }

    /// The answer for a directory, whose path is empty or ends with a slash: its index, where the request names it with its slash.
    fn directory<B>(
        &self,
        directory: &str,
        path: &Path<'_>,
        request: &Request<B>,
    ) -> Result<Response<Body>, Refusal> {
        let index = match self.index_of(directory, request) {
            Ok(hit) => Some(hit),
            Err(refusal) if refusal.is_miss() && self.lists(directory) => None,
            Err(refusal) => return Err(refusal),
        };
        if !is_in_place(path, request) {
            return Ok(self.redirect(path, request));
        }
        match index {
            Some(hit) => Ok(self.send(hit, request)),
            None => Ok(listing::answer(self, directory, request)),
        }
    }

    /// Whether the directory at this path is there, and is listed where it has no index.
    fn lists(&self, directory: &str) -> bool {
        let is_directory = || self.config.open(directory.trim_end_matches('/'));
        self.config.options.listing && matches!(is_directory(), Ok(Entry::Directory))
    }

    /// The answer where there is no such file, but all names are served.
    fn missing<B>(&self, path: &Path<'_>, request: &Request<B>) -> Result<Response<Body>, Refusal> {
        #[cfg(feature = "assets")]
        if let Some(response) = self.outdated_asset(path, request)? {
            return Ok(response);
        }
        let Some(index) = &self.config.options.single_page else {
            return Err(Refusal::Missing);
        };
        if !navigation::may_lead_to(path.as_str()) {
            return Err(Refusal::Missing);
        }
        if navigation::is_one(request.headers())
            && let Entry::File(hit) = self.find(index, request)?
        {
            let mut response = self.send(hit, request);
            vary::append(response.headers_mut(), ACCEPT);
            return Ok(response);
        }
        Err(Refusal::NoPage)
    }

    /// The answer for a path with a fingerprint: to be kept for ever, if the file is still the one that it names.
    #[cfg(feature = "assets")]
    fn asset<B>(
        &self,
        path: &str,
        request: &Request<B>,
    ) -> Result<Option<Response<Body>>, Refusal> {
        const FOR_EVER: HeaderValue =
            HeaderValue::from_static("public, max-age=31536000, immutable");
        let assets = self.config.options.assets.as_ref();
        let Some(asset) = assets.and_then(|assets| assets.at(path)) else {
            return Ok(None);
        };
        let Entry::File(hit) = self.find(&asset.path, request)? else {
            return Ok(None);
        };
        let hit = self.in_form(hit, request);
        // What the server in front sends is not looked at here.
        let is_named = self.config.options.handoff.is_none() && asset.is(&hit.found);
        let mut response = self.send_form(hit, request);
        let status = response.status();
        if is_named && (status.is_success() || status == StatusCode::NOT_MODIFIED) {
            response.headers_mut().insert(CACHE_CONTROL, FOR_EVER);
        }
        Ok(Some(response))
    }

    /// The answer for a path with the fingerprint of another state, as a page has it that was open during a deployment.
    #[cfg(feature = "assets")]
    fn outdated_asset<B>(
        &self,
        path: &Path<'_>,
        request: &Request<B>,
    ) -> Result<Option<Response<Body>>, Refusal> {
        let relative = path.as_str().trim_start_matches('/');
        let assets = self.config.options.assets.as_ref();
        let Some(plain) = assets.and_then(|assets| assets.outdated(relative)) else {
            return Ok(None);
        };
        Ok(match self.find(&plain, request)? {
            Entry::File(hit) => Some(self.send(hit, request)),
            Entry::Directory => None,
        })
    }

    /// What stands at `path`, in the visitor's language.
    fn find<'p, B>(&self, path: &'p str, request: &Request<B>) -> Result<Entry<Hit<'p>>, Refusal> {
        let options = &self.config.options;
        if !options.speaks(path) {
            return self.open(path).map(|entry| entry.named(path));
        }
        let preferred = variants::languages(request.headers(), &options.languages);
        for language in preferred {
            if let Some(hit) = self.find_in(path, language)? {
                return Ok(Entry::File(hit));
            }
        }
        match self.open(path) {
            Err(Refusal::Missing) => {}
            result => return result.map(|entry| entry.named(path)),
        }
        for language in &options.languages {
            if let Some(hit) = self.find_in(path, language)? {
                return Ok(Entry::File(hit));
            }
        }
        Err(Refusal::Missing)
    }

    fn find_in<'p>(&self, path: &str, language: &str) -> Result<Option<Hit<'p>>, Refusal> {
        let Some(path) = variants::in_language(path, language) else {
            return Ok(None);
        };
        match self.open(&path) {
            Ok(Entry::File(found)) => Ok(Some(Hit {
                path: path.into(),
                found,
            })),
            Ok(Entry::Directory) => Ok(None),
            Err(refusal) if refusal.is_miss() => Ok(None),
            Err(refusal) => Err(refusal),
        }
    }

    /// The answer with a file: in the form that the request prefers, or by the server in front.
    fn send<B>(&self, hit: Hit<'_>, request: &Request<B>) -> Response<Body> {
        self.send_form(self.in_form(hit, request), request)
    }

    /// The file in the form that the request prefers; as it is for the server in front, which chooses the form.
    fn in_form<'p, B>(&self, hit: Hit<'p>, request: &Request<B>) -> Hit<'p> {
        let (Hit { path, found }, options) = (hit, &self.config.options);
        if !options.precompressed || options.handoff.is_some() {
            return Hit { path, found };
        }
        let open = |coding| self.open_coded(&path, coding, &found);
        let coded = variants::coded(request.headers(), open);
        Hit {
            found: coded.unwrap_or(found),
            path,
        }
    }

    /// The answer with a file in this form.
    fn send_form<B>(&self, hit: Hit<'_>, request: &Request<B>) -> Response<Body> {
        let (method, headers) = (request.method(), request.headers());
        let (Hit { path, found }, options) = (hit, &self.config.options);
        let mut response = match &options.handoff {
            Some(handoff) => {
                let target = handoff.target(&path);
                found.handed_over(method, headers, handoff.field.clone(), target)
            }
            None => found.into_response(method, headers),
        };
        if options.speaks(&path) {
            vary::append(response.headers_mut(), ACCEPT_LANGUAGE);
        }
        response
    }

    /// The file at `path` as it was packed beforehand, unless the original has changed since.
    fn open_coded(&self, path: &str, coding: Coding, original: &Found) -> Option<Arc<Found>> {
        let config = &self.config;
        let open = || config.source.open_coded(path, coding);
        let dress = |opened| config.dress(path, opened, Some(coding));
        let extension = variants::extension(coding);
        let found = config.store.find_beside(path, extension, open, dress)?;
        (found.modified() >= original.modified()).then_some(found)
    }

    /// What the source has at `path`, if it may be seen.
    pub(crate) fn opened(&self, path: &str) -> Result<Entry, Refusal> {
        match &self.config.only {
            Some(name) if name != path => Err(Refusal::Missing),
            _ => self.config.open(path),
        }
    }

    /// The same as it was packed beforehand.
    #[cfg(feature = "assets")]
    pub(crate) fn opened_coded(&self, path: &str, coding: Coding) -> Option<Opened> {
        self.config.source.open_coded(path, coding)
    }

    /// What may be seen of the directory at `path`: see [`Source::entries`].
    pub(crate) fn entries(&self, path: &str) -> io::Result<(Vec<listing::Entry>, bool)> {
        let filter = &self.config.options.filter;
        let (mut entries, is_cut) = self.config.source.entries(path)?;
        entries.retain(|entry| {
            let path = [path, &entry.name].concat();
            if self.config.only.as_ref().is_some_and(|name| *name != path) {
                return false;
            }
            let is_shown = entry.kind == listing::Kind::Directory || filter.allows(&path);
            is_shown && !filter.denies(&path)
        });
        Ok((entries, is_cut))
    }

    /// What stands at `path`.
    fn open(&self, path: &str) -> Result<Entry<Arc<Found>>, Refusal> {
        let config = &self.config;
        let open = || config.open(path);
        let dress = |opened| config.dress(path, opened, None);
        config.store.find(path, open, dress)
    }

    /// The file that stands for `directory`, whose path is empty or ends with a slash; else why none does.
    fn index_of<'p, B>(&self, directory: &str, request: &Request<B>) -> Result<Hit<'p>, Refusal> {
        let mut reason = Refusal::Missing;
        for name in &self.config.index_files {
            let path = [directory, name].concat();
            match self.find(&path, request) {
                Ok(Entry::File(hit)) => return Ok(hit.owned()),
                Ok(Entry::Directory) | Err(Refusal::Missing) => {}
                Err(refusal) if refusal.is_miss() => reason = refusal,
                Err(refusal) => return Err(refusal),
            }
        }
        Err(reason)
    }

    /// The way to a directory's path with its slash.
    fn redirect<B>(&self, path: &Path<'_>, request: &Request<B>) -> Response<Body> {
        let directory = match path.as_str() {
            "/" => "/".to_owned(),
            path => [path, "/"].concat(),
        };
        let location = Mount::of(request).location(&directory, request.uri().query());
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::PERMANENT_REDIRECT;
        let headers = response.headers_mut();
        headers.insert(LOCATION, location);
        // Without it a browser keeps the redirect for good, also when a file takes the directory's place.
        if let Some(cache_control) = &self.config.cache_control {
            headers.insert(CACHE_CONTROL, cache_control.clone());
        }
        response
    }
}

/// A file that may be sent, and its path below the root.
#[derive(Debug)]
struct Hit<'p> {
    path: Cow<'p, str>,
    found: Arc<Found>,
}

impl Hit<'_> {
    fn owned<'p>(self) -> Hit<'p> {
        Hit {
            path: Cow::Owned(self.path.into_owned()),
            found: self.found,
        }
    }
}

impl Entry<Arc<Found>> {
    fn named(self, path: &str) -> Entry<Hit<'_>> {
        match self {
            Self::File(found) => Entry::File(Hit {
                path: path.into(),
                found,
            }),
            Self::Directory => Entry::Directory,
        }
    }
}

impl Config {
    fn open(&self, path: &str) -> Result<Entry, Refusal> {
        let filter = &self.options.filter;
        if filter.denies(path) {
            return Err(Refusal::Hidden);
        }
        match self.source.open(path)? {
            Entry::File(_) if !filter.allows(path) => Err(Refusal::Hidden),
            entry => Ok(entry),
        }
    }

    /// What is sent of the file at `path`, perhaps packed.
    fn dress(&self, path: &str, mut opened: Opened, coding: Option<Coding>) -> Found {
        if let Some(digests) = &self.options.digests {
            opened = digests.tag(opened);
        }
        let fields = self.fields(path);
        let found = match coding {
            Some(coding) => Found::coded(opened, fields, coding),
            None => Found::new(opened, fields),
        };
        if self.options.is_undated {
            return found.undated();
        }
        found
    }

    /// The fields of the file at `path` that its state does not change.
    fn fields(&self, path: &str) -> HeaderMap {
        // With what a found file adds, and what a server may.
        let mut fields = HeaderMap::with_capacity(12);
        fields.insert(CONTENT_TYPE, content_type::of(path));
        fields.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        if let Some(cache_control) = &self.cache_control {
            fields.insert(CACHE_CONTROL, cache_control.clone());
        }
        self.options.dress(path, &mut fields);
        fields
    }
}

/// Whether the request named the directory with the slash that makes relative links in its index right. A mount leaves `/` of `/docs`
/// and of `/docs/`.
fn is_in_place<B>(path: &Path<'_>, request: &Request<B>) -> bool {
    match path.as_str() {
        "/" => {
            let mount = Mount::of(request);
            mount.original_uri(request.uri()).path().ends_with('/')
        }
        path => path.ends_with('/'),
    }
}

impl Described for Files {
    fn sheet(&self) -> Sheet {
        Sheet::of::<Self>().reads::<Mount>().tells::<Failure>()
    }
}
