//! From the path of a request to the file that answers it.

use std::{borrow::Cow, io, mem, sync::Arc};

use http::{
    Request, Response, StatusCode,
    header::{ACCEPT, CACHE_CONTROL, LOCATION},
};
use plywood_core::{Body, Mount, Path, ServedFile};
use plywood_header::vary;

use super::{Config, Files};
use crate::{found::Found, listing, name, navigation, refusal::Refusal, source::Entry, variants};

impl Files {
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
        ServedFile::want_likewise(request, &mut below);
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

    /// What stands at `path`, in the visitor's language.
    pub(super) fn find<'p, B>(
        &self,
        path: &'p str,
        request: &Request<B>,
    ) -> Result<Entry<Hit<'p>>, Refusal> {
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

    /// What stands at `path`.
    fn open(&self, path: &str) -> Result<Entry<Arc<Found>>, Refusal> {
        let config = &self.config;
        let open = || config.open(path);
        let dress = |opened| config.dress(path, opened, None);
        config.store.find(path, open, dress)
    }

    /// What the source has at `path`, if it may be seen.
    pub(crate) fn opened(&self, path: &str) -> Result<Entry, Refusal> {
        match &self.config.only {
            Some(name) if name != path => Err(Refusal::Missing),
            _ => self.config.open(path),
        }
    }

    /// What may be seen of the directory at `path`: see [`Source::entries`](crate::source::Source::entries).
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
pub(super) struct Hit<'p> {
    pub(super) path: Cow<'p, str>,
    pub(super) found: Arc<Found>,
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
