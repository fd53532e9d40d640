use std::{
    convert::Infallible,
    fs::{self, File},
    path::{Path, PathBuf},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use bytes::Bytes;
use http::{Method, Request, Response};
use http_body_util::BodyExt;
use plywood_core::Body;
use plywood_lint::LintLayer;
use plywood_static::Files;
use tempfile::TempDir;
use tower::{Layer, Service, ServiceExt};

/// What must never be given away.
pub(crate) const CANARY: &str = "canary-4f2a9c\n";

/// A document root with something to hide beside it.
pub(crate) struct Site {
    base: TempDir,
    configured: Option<Files>,
}

impl Site {
    pub(crate) fn new() -> Self {
        let site = Self {
            base: tempfile::tempdir().unwrap(),
            configured: None,
        };
        fs::create_dir(site.root()).unwrap();
        fs::write(site.base().join("secret.txt"), CANARY).unwrap();
        site
    }

    pub(crate) fn base(&self) -> &Path {
        self.base.path()
    }

    pub(crate) fn root(&self) -> PathBuf {
        self.base().join("root")
    }

    /// A file, with its directories.
    pub(crate) fn file(self, name: &str, content: &[u8]) -> Self {
        let path = self.root().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
        self
    }

    /// A file that was last modified on `Tue, 02 Jan 2024 03:04:05 GMT`.
    pub(crate) fn settled(self, name: &str, content: &[u8]) -> Self {
        self.dated(
            name,
            content,
            UNIX_EPOCH + Duration::from_secs(1_704_164_645),
        )
    }

    /// A file that has not come to rest, however long the test takes: its date is ahead.
    pub(crate) fn young(self, name: &str, content: &[u8]) -> Self {
        self.dated(name, content, SystemTime::now() + Duration::from_secs(3600))
    }

    fn dated(self, name: &str, content: &[u8], modified: SystemTime) -> Self {
        let site = self.file(name, content);
        let file = File::options().write(true).open(site.root().join(name));
        file.unwrap().set_modified(modified).unwrap();
        site
    }

    #[cfg(unix)]
    pub(crate) fn link(self, name: &str, target: &str) -> Self {
        std::os::unix::fs::symlink(target, self.root().join(name)).unwrap();
        self
    }

    /// Serves with these options; the files must stand already.
    pub(crate) fn with(mut self, options: impl FnOnce(Files) -> Files) -> Self {
        self.configured = Some(options(self.files()));
        self
    }

    pub(crate) fn files(&self) -> Files {
        match &self.configured {
            Some(files) => files.clone(),
            None => Files::new(self.root()).unwrap(),
        }
    }

    pub(crate) async fn get(&self, target: &str) -> Response<Body> {
        self.ask(Method::GET, target, &[]).await
    }

    pub(crate) async fn ask(
        &self,
        method: Method,
        target: &str,
        fields: &[(&str, &str)],
    ) -> Response<Body> {
        let mut request = Request::builder().method(method).uri(target);
        for (name, value) in fields {
            request = request.header(*name, *value);
        }
        call(self.files(), request.body(Body::empty()).unwrap()).await
    }

    /// The status of a GET, and its body as text.
    pub(crate) async fn text(&self, target: &str) -> (u16, String) {
        let response = self.get(target).await;
        let status = response.status().as_u16();
        let bytes = bytes(response.into_body()).await;
        (status, String::from_utf8(bytes.to_vec()).unwrap())
    }
}

/// Calls `service` behind a lint.
pub(crate) async fn call<S>(service: S, request: Request<Body>) -> Response<Body>
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible>,
{
    let linted = LintLayer::new().layer(service);
    let Ok(response) = linted.oneshot(request).await;
    response.map(Body::new)
}

pub(crate) async fn bytes(body: Body) -> Bytes {
    body.collect().await.unwrap().to_bytes()
}
