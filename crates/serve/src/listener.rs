#[cfg(unix)]
use std::os::fd::OwnedFd;
use std::{
    fmt, io,
    net::SocketAddr,
    path::{Path, PathBuf},
};

use plywood_core::Client;
use tokio::net::TcpListener;
#[cfg(unix)]
use tokio::net::{UnixListener, UnixStream};

use crate::stream;
#[cfg(unix)]
use crate::supervisor;

/// A socket that listens: TCP, or a Unix socket.
///
/// Its `Display` is what a person can open: `http://127.0.0.1:8000`, `unix:/run/app.sock`.
#[derive(Debug)]
pub struct Listener(Socket);

#[derive(Debug)]
enum Socket {
    Tcp(TcpListener),
    #[cfg(unix)]
    Unix(UnixListener, Option<SocketFile>),
}

impl Listener {
    /// Binds to `address`: `127.0.0.1:8000`, `[::1]:8000`, `localhost:8000` (port 0 takes a free one), or `unix:/run/app.sock`.
    ///
    /// A socket file that a dead server left behind is replaced; one on which somebody listens is an error. The file is removed
    /// when the listener is dropped. Who may connect is whoever may write to it, which the process's umask and the folder's mode decide.
    ///
    /// # Errors
    ///
    /// What the system says, with the address in front of it.
    pub async fn bind(address: &str) -> io::Result<Self> {
        let bound = match address.strip_prefix("unix:") {
            #[cfg(unix)]
            Some(path) => bind_unix(Path::new(path)).await,
            #[cfg(not(unix))]
            Some(_) => Err(io::Error::from(io::ErrorKind::Unsupported)),
            None => TcpListener::bind(address).await.map(Self::from),
        };
        bound.map_err(|error| {
            let is_no_address = error.kind() == io::ErrorKind::InvalidInput;
            let hint = if is_no_address || address.contains("//") || address.starts_with(':') {
                "; it should be like 127.0.0.1:8000 or unix:/run/app.sock"
            } else {
                ""
            };
            let text = format!("cannot listen on {address}: {error}{hint}");
            io::Error::new(error.kind(), text)
        })
    }

    /// The next socket that a supervisor has opened and passed to this process, in the supervisor's order; `None` where there is none, or none
    /// left.
    ///
    /// systemd does so for a service with a `.socket` unit ([`sd_listen_fds`](https://www.freedesktop.org/software/systemd/man/latest/sd_listen_fds.html)):
    /// the socket is open before the process starts and while it restarts, and who connects meanwhile waits instead of being refused. The unit says
    /// `Accept=no`, which is its default. A socket's file is the supervisor's, and stays.
    ///
    /// ```no_run
    /// use plywood_serve::{Listener, Server};
    ///
    /// # #[tokio::main] async fn main() -> std::io::Result<()> {
    /// # let app = tower::service_fn(|_: http::Request<plywood_core::Body>| async {
    /// #     Ok::<_, std::convert::Infallible>(http::Response::new(plywood_core::Body::empty()))
    /// # });
    /// let listener = match Listener::inherited()? {
    ///     Some(passed) => passed,
    ///     None => Listener::bind("127.0.0.1:8000").await?,
    /// };
    /// Server::new(listener).serve(app).await
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// When what was passed is no socket that can listen, or the supervisor's variables cannot be read.
    ///
    /// # Panics
    ///
    /// Outside of a Tokio runtime, if there is a socket.
    pub fn inherited() -> io::Result<Option<Self>> {
        Self::passed(None)
    }

    /// The same for the socket of this name: the unit's `FileDescriptorName=`, which is `shop.socket` for a unit of that name if it says
    /// nothing. For a server with two of them, as for HTTP and HTTPS.
    ///
    /// # Errors
    ///
    /// Those of [`inherited`](Self::inherited).
    ///
    /// # Panics
    ///
    /// Outside of a Tokio runtime, if there is such a socket.
    pub fn inherited_as(name: &str) -> io::Result<Option<Self>> {
        Self::passed(Some(name))
    }

    fn passed(name: Option<&str>) -> io::Result<Option<Self>> {
        #[cfg(unix)]
        return supervisor::take(name)?.map(adopt).transpose();
        #[cfg(not(unix))]
        {
            let _ = name;
            Ok(None)
        }
    }

    /// The TCP address that it is bound to; `None` for a Unix socket.
    pub fn local_addr(&self) -> Option<SocketAddr> {
        match &self.0 {
            Socket::Tcp(listener) => listener.local_addr().ok(),
            #[cfg(unix)]
            Socket::Unix(..) => None,
        }
    }

    pub(crate) async fn accept(&self) -> io::Result<(stream::Socket, Client)> {
        match &self.0 {
            Socket::Tcp(listener) => {
                let (socket, peer) = listener.accept().await?;
                // Small answers should leave at once. A connection that refuses this is as good as gone, and will say so itself.
                let _ = socket.set_nodelay(true);
                Ok((stream::Socket::Tcp(socket), Client::tcp(peer)))
            }
            #[cfg(unix)]
            Socket::Unix(listener, _) => {
                let (socket, _) = listener.accept().await?;
                Ok((stream::Socket::Unix(socket), Client::unix()))
            }
        }
    }
}

impl From<TcpListener> for Listener {
    fn from(listener: TcpListener) -> Self {
        Self(Socket::Tcp(listener))
    }
}

/// The socket's file, if it has one, is somebody else's to remove.
#[cfg(unix)]
impl From<UnixListener> for Listener {
    fn from(listener: UnixListener) -> Self {
        Self(Socket::Unix(listener, None))
    }
}

impl fmt::Display for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Socket::Tcp(listener) => match listener.local_addr() {
                Ok(address) => write!(f, "http://{address}"),
                Err(_) => f.write_str("a closed socket"),
            },
            #[cfg(unix)]
            Socket::Unix(_, Some(file)) => write!(f, "unix:{}", file.0.display()),
            #[cfg(unix)]
            Socket::Unix(listener, None) => {
                let address = listener.local_addr().ok();
                match address.as_ref().and_then(|address| address.as_pathname()) {
                    Some(path) => write!(f, "unix:{}", path.display()),
                    None => f.write_str("a Unix socket without a file"),
                }
            }
        }
    }
}

/// Removes the socket's file when the listener goes.
#[derive(Debug)]
struct SocketFile(PathBuf);

impl Drop for SocketFile {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

#[cfg(unix)]
async fn bind_unix(path: &Path) -> io::Result<Listener> {
    let listener = match UnixListener::bind(path) {
        Err(error) if error.kind() == io::ErrorKind::AddrInUse && is_left_behind(path).await => {
            std::fs::remove_file(path)?;
            UnixListener::bind(path)?
        }
        bound => bound?,
    };
    let file = SocketFile(path.to_owned());
    Ok(Listener(Socket::Unix(listener, Some(file))))
}

/// Listens on a socket that somebody else has opened.
#[cfg(unix)]
fn adopt(socket: OwnedFd) -> io::Result<Listener> {
    // Which of the two it is, its address tells.
    let tcp = std::net::TcpListener::from(socket);
    if tcp.local_addr().is_ok() {
        tcp.set_nonblocking(true)?;
        return TcpListener::from_std(tcp).map(Listener::from);
    }
    let unix = std::os::unix::net::UnixListener::from(OwnedFd::from(tcp));
    unix.local_addr().map_err(|error| {
        let text = format!("what was passed to listen on is no such socket: {error}");
        io::Error::new(error.kind(), text)
    })?;
    unix.set_nonblocking(true)?;
    UnixListener::from_std(unix).map(Listener::from)
}

/// Is this the socket of a server that is gone? Only a socket that refuses a connection is; any other file is somebody's.
#[cfg(unix)]
async fn is_left_behind(path: &Path) -> bool {
    UnixStream::connect(path)
        .await
        .is_err_and(|error| error.kind() == io::ErrorKind::ConnectionRefused)
        && std::fs::symlink_metadata(path).is_ok_and(|file| {
            use std::os::unix::fs::FileTypeExt;
            file.file_type().is_socket()
        })
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_socket_that_is_passed_is_known_by_its_address_and_its_file_stays() {
        let tcp = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = tcp.local_addr().unwrap();
        let listener = adopt(tcp.into()).unwrap();
        assert_eq!(listener.local_addr(), Some(address));
        assert_eq!(listener.to_string(), format!("http://{address}"));

        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("app.sock");
        let unix = std::os::unix::net::UnixListener::bind(&path).unwrap();
        let listener = adopt(unix.into()).unwrap();
        assert_eq!(listener.to_string(), format!("unix:{}", path.display()));
        assert!(listener.local_addr().is_none());
        drop(listener);
        assert!(path.exists());
    }

    #[tokio::test]
    async fn what_is_no_socket_is_told() {
        let file = tempfile::tempfile().unwrap();
        let error = adopt(file.into()).unwrap_err().to_string();
        assert!(
            error.starts_with("what was passed to listen on is no such socket: "),
            "{error}"
        );
    }
}
