//! [`Files`] as the place where tower-http's `ServeDir` finds its files. Needs the feature `tower-http`.
//!
//! ```
//! use http::Request;
//! use plywood_core::{Body, BoxError};
//! use plywood_static::Files;
//! use tower::ServiceExt;
//! use tower_http::services::ServeDir;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), BoxError> {
//! # let directory = tempfile::tempdir()?;
//! # let root = directory.path();
//! std::fs::write(root.join("app.css"), "body { color: teal }")?;
//! std::fs::write(root.join(".env"), "PASSWORD=plywood")?;
//!
//! let files = ServeDir::with_backend("", Files::new(root)?);
//! let request = |path: &str| Request::get(path.to_owned()).body(Body::empty());
//! assert_eq!(files.clone().oneshot(request("/app.css")?).await?.status(), 200);
//! assert_eq!(files.oneshot(request("/.env")?).await?.status(), 404);
//! # Ok(())
//! # }
//! ```
//!
//! The root is enforced, names and links are judged, and what is denied is hidden, as they are here; of [`Files::file`] that one name is
//! found. Everything else (types, tags, ranges) is `ServeDir`'s. A deflated member of an archive that is larger than 64 KiB is an error,
//! because `ServeDir` wants to jump about in it.

use std::{
    future::{Ready, ready},
    io::{self, SeekFrom},
    path::{Component, Path, PathBuf},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::SystemTime,
};

use tokio::{
    io::{AsyncRead, AsyncSeek, ReadBuf},
    task::{JoinHandle, spawn_blocking},
};
use tower_http::services::fs;

use crate::{
    Files, name, read,
    refusal::Refusal,
    source::{Content, Entry},
};

/// How much a thread reads at once, where the system has nothing in memory.
const CHUNK: usize = 64 * 1024;

/// An open file.
#[derive(Debug)]
pub struct File {
    content: Content,
    metadata: Metadata,
    position: u64,
    reading: Option<JoinHandle<io::Result<Vec<u8>>>>,
}

/// What is known of a file or a directory.
#[derive(Clone, Copy, Debug)]
pub struct Metadata {
    is_directory: bool,
    length: u64,
    modified: Option<SystemTime>,
}

impl fs::Backend for Files {
    type File = File;
    type Metadata = Metadata;
    type OpenFuture = Ready<io::Result<File>>;
    type MetadataFuture = Ready<io::Result<Metadata>>;

    fn open(&self, path: PathBuf) -> Self::OpenFuture {
        ready(match self.look(&path) {
            Ok((metadata, Some(content))) => Ok(File {
                content,
                metadata,
                position: 0,
                reading: None,
            }),
            Ok((_, None)) => Err(io::ErrorKind::IsADirectory.into()),
            Err(error) => Err(error),
        })
    }

    fn metadata(&self, path: PathBuf) -> Self::MetadataFuture {
        ready(self.look(&path).map(|(metadata, _)| metadata))
    }
}

impl Files {
    fn look(&self, path: &Path) -> io::Result<(Metadata, Option<Content>)> {
        let names = path.components().filter_map(|component| match component {
            Component::CurDir | Component::RootDir => None,
            other => Some(other.as_os_str().to_str().unwrap_or_default()),
        });
        let names: Vec<_> = names.collect();
        if !names.iter().all(|name| name::can_be_asked_for(name)) {
            return Err(io::ErrorKind::NotFound.into());
        }
        let entry = self.opened(&names.join("/"));
        match entry.map_err(Refusal::into_error)? {
            Entry::Directory => {
                let metadata = Metadata {
                    is_directory: true,
                    length: 0,
                    modified: None,
                };
                Ok((metadata, None))
            }
            Entry::File(opened) if !opened.content.has_ranges() => {
                Err(io::ErrorKind::Unsupported.into())
            }
            Entry::File(opened) => {
                let metadata = Metadata {
                    is_directory: false,
                    length: opened.content.len(),
                    modified: opened.modified,
                };
                Ok((metadata, Some(opened.content)))
            }
        }
    }
}

impl fs::File for File {
    type Metadata = Metadata;
    type MetadataFuture<'a> = Ready<io::Result<Metadata>>;

    fn metadata(&self) -> Self::MetadataFuture<'_> {
        ready(Ok(self.metadata))
    }
}

impl fs::Metadata for Metadata {
    fn is_dir(&self) -> bool {
        self.is_directory
    }

    fn modified(&self) -> io::Result<SystemTime> {
        self.modified
            .ok_or_else(|| io::ErrorKind::Unsupported.into())
    }

    fn len(&self) -> u64 {
        self.length
    }
}

impl File {
    /// What the next read gives, if that is no more than `room`; or the thread that reads it.
    fn next(&mut self, room: usize) -> io::Result<Vec<u8>> {
        let rest = self.metadata.length.saturating_sub(self.position);
        let length = usize::try_from(rest).unwrap_or(CHUNK).min(room).min(CHUNK);
        let (handle, start) = match &self.content {
            _ if length == 0 => return Ok(Vec::new()),
            Content::Bytes(bytes) => {
                let start = usize::try_from(self.position).unwrap_or(bytes.len());
                return Ok(bytes[start..start + length].to_vec());
            }
            Content::Slice(handle, whole) => (handle, whole.start),
            #[cfg(feature = "zip")]
            Content::Framed(_) | Content::Deflated(_) => {
                return Err(io::ErrorKind::Unsupported.into());
            }
        };
        let mut buffer = vec![0; length];
        let start = start + self.position;
        match read::from_memory(&handle.file, start, &mut buffer) {
            Ok(count) => {
                handle.is_as_found()?;
                buffer.truncate(count);
                return Ok(buffer);
            }
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Err(error),
            Err(_) => {}
        }
        let handle = Arc::clone(handle);
        self.reading = Some(spawn_blocking(move || {
            read::with_a_wait(&handle.file, start, &mut buffer)?;
            handle.is_as_found()?;
            Ok(buffer)
        }));
        Err(io::ErrorKind::WouldBlock.into())
    }
}

impl AsyncRead for File {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.reading.is_none() {
            match this.next(buffer.remaining()) {
                Ok(bytes) => {
                    this.position += bytes.len() as u64;
                    buffer.put_slice(&bytes);
                    return Poll::Ready(Ok(()));
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
        let Some(reading) = &mut this.reading else {
            return Poll::Ready(Ok(()));
        };
        let result = ready!(Pin::new(reading).poll(cx));
        this.reading = None;
        let bytes = result.map_err(io::Error::from)??;
        // Another buffer may have less room than the one for which the thread was sent.
        let taken = bytes.len().min(buffer.remaining());
        buffer.put_slice(&bytes[..taken]);
        this.position += taken as u64;
        Poll::Ready(Ok(()))
    }
}

impl AsyncSeek for File {
    fn start_seek(self: Pin<&mut Self>, position: SeekFrom) -> io::Result<()> {
        let this = self.get_mut();
        let position = match position {
            SeekFrom::Start(position) => Some(position),
            SeekFrom::End(offset) => this.metadata.length.checked_add_signed(offset),
            SeekFrom::Current(offset) => this.position.checked_add_signed(offset),
        };
        this.reading = None;
        this.position = position.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(())
    }

    fn poll_complete(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<u64>> {
        Poll::Ready(Ok(self.position))
    }
}

#[cfg(test)]
mod tests {
    use http::{Request, Response};
    use http_body_util::BodyExt;
    use plywood_core::{Body, BoxError};
    use tower::ServiceExt;
    use tower_http::services::ServeDir;

    use super::*;

    async fn ask(files: &Files, target: &str, range: Option<&'static str>) -> (u16, Vec<u8>) {
        let mut request = Request::new(Body::empty());
        *request.uri_mut() = target.parse().unwrap();
        if let Some(range) = range {
            let range = http::HeaderValue::from_static(range);
            request.headers_mut().insert("range", range);
        }
        let files = ServeDir::with_backend("", files.clone());
        let response: Result<Response<_>, BoxError> =
            files.oneshot(request).await.map_err(Into::into);
        let response = response.unwrap();
        let status = response.status().as_u16();
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        (status, bytes.to_vec())
    }

    #[tokio::test]
    async fn the_other_service_sends_these_files_and_no_others() {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path().join("root");
        std::fs::create_dir_all(root.join("docs")).unwrap();
        let large: Vec<u8> = (0..300_000_u32).map(|i| (i % 251) as u8).collect();
        std::fs::write(root.join("large.bin"), &large).unwrap();
        std::fs::write(root.join("docs/index.html"), "ok-docs").unwrap();
        std::fs::write(root.join(".env"), "secret").unwrap();
        std::fs::write(directory.path().join("secret.txt"), "secret").unwrap();
        #[cfg(unix)]
        std::os::unix::fs::symlink("../secret.txt", root.join("out.txt")).unwrap();
        let files = Files::new(&root).unwrap();

        assert_eq!(ask(&files, "/large.bin", None).await, (200, large.clone()));
        let part = ask(&files, "/large.bin", Some("bytes=250000-250009")).await;
        assert_eq!(part, (206, large[250_000..250_010].to_vec()));
        let index = ask(&files, "/docs/", None).await;
        assert_eq!(index, (200, b"ok-docs".to_vec()));
        for target in [
            "/.env",
            "/out.txt",
            "/%2e%2e/secret.txt",
            "/none",
            "/large.bin/x",
        ] {
            let (status, body) = ask(&files, target, None).await;
            assert_eq!((status, body.len()), (404, 0), "{target}");
        }
    }

    #[tokio::test]
    async fn the_other_service_finds_nothing_that_is_denied_and_of_one_file_no_neighbour() {
        let root = tempfile::tempdir().unwrap();
        for name in ["a.key", "a.txt", "robots.txt"] {
            std::fs::write(root.path().join(name), name).unwrap();
        }
        let files = Files::new(root.path()).unwrap().deny("*.key");
        assert_eq!(ask(&files, "/a.key", None).await.0, 404);
        assert_eq!(ask(&files, "/a.txt", None).await.0, 200);
        let allowed = Files::new(root.path()).unwrap().allow("*.txt");
        assert_eq!(ask(&allowed, "/a.key", None).await.0, 404);
        assert_eq!(ask(&allowed, "/a.txt", None).await.0, 200);

        let robots = Files::file(root.path().join("robots.txt")).unwrap();
        let expected = (200, b"robots.txt".to_vec());
        assert_eq!(ask(&robots, "/robots.txt", None).await, expected);
        for target in ["/a.txt", "/a.key", "/"] {
            assert_eq!(ask(&robots, target, None).await.0, 404, "{target}");
        }
    }

    #[tokio::test]
    async fn a_file_that_is_overwritten_while_it_is_read_is_an_error() {
        use tokio::io::AsyncReadExt;

        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("a.bin");
        std::fs::write(&path, vec![b'a'; 3 * CHUNK]).unwrap();
        let other = std::fs::File::options().write(true).open(&path).unwrap();
        other.set_modified(SystemTime::UNIX_EPOCH).unwrap();
        let files = Files::new(root.path()).unwrap();
        let mut file = fs::Backend::open(&files, "a.bin".into()).await.unwrap();
        let mut buffer = vec![0; CHUNK];
        file.read_exact(&mut buffer).await.unwrap();
        std::fs::write(&path, vec![b'b'; 3 * CHUNK]).unwrap();
        assert!(file.read_exact(&mut buffer).await.is_err());
    }
}
