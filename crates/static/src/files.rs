#[cfg(feature = "assets")]
mod asset;
mod look_up;
mod send;

use std::{io, path::Path as FilePath, sync::Arc};

use http::HeaderValue;
use plywood_core::{
    Failure, Mount, ServedFile,
    sheet::{Described, Sheet},
};

use crate::{
    Cache, FilesLastLayer, FilesLayer, OpenError,
    options::Options,
    root::{Folder, Links},
    source::Source,
    store::Store,
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

    pub(crate) fn options_mut(&mut self) -> &mut Options {
        &mut self.config_mut().options
    }
}

impl Described for Files {
    fn sheet(&self) -> Sheet {
        Sheet::of::<Self>()
            .reads::<Mount>()
            .tells::<Failure>()
            .tells::<ServedFile>()
    }
}
