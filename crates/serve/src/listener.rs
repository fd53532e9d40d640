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

/// A socket that listens: TCP, or a Unix socket.
///
/// Its `Display` is what a person can open: `http://127.0.0.1:8000`, `unix:/run/app.sock`.
#[derive(Debug)]
pub struct Listener(Socket);

#[derive(Debug)]
enum Socket {
    Tcp(TcpListener),
    #[cfg(unix)]
    Unix(UnixListener, SocketFile),
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
            let hint = if error.kind() == io::ErrorKind::InvalidInput || address.contains("//") {
                "; it should be like 127.0.0.1:8000 or unix:/run/app.sock"
            } else {
                ""
            };
            let text = format!("cannot listen on {address}: {error}{hint}");
            io::Error::new(error.kind(), text)
        })
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

impl fmt::Display for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Socket::Tcp(listener) => match listener.local_addr() {
                Ok(address) => write!(f, "http://{address}"),
                Err(_) => f.write_str("a closed socket"),
            },
            #[cfg(unix)]
            Socket::Unix(_, file) => write!(f, "unix:{}", file.0.display()),
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
    Ok(Listener(Socket::Unix(
        listener,
        SocketFile(path.to_owned()),
    )))
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
