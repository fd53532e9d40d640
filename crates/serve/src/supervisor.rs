//! What a supervisor such as systemd hands over, and what it is told.

#[cfg(unix)]
use std::{
    collections::VecDeque,
    io,
    os::fd::OwnedFd,
    sync::{LazyLock, Mutex, PoisonError},
    time::Duration,
};

/// How long the supervisor may take to hear: it has a queue, which may be full.
#[cfg(unix)]
const PATIENCE: Duration = Duration::from_secs(1);

/// A socket, and the name that the supervisor has for it.
#[cfg(unix)]
type Passed = (Option<String>, OwnedFd);

/// The sockets that nobody has taken yet, in the supervisor's order. They are read from the environment once, because a descriptor has one owner.
#[cfg(unix)]
static PASSED: LazyLock<Result<Mutex<VecDeque<Passed>>, sd_listen_fds::Error>> =
    LazyLock::new(|| {
        let passed = sd_listen_fds::get()?.into_iter();
        let owned = passed.map(|(name, socket)| (name, socket.into_std()));
        Ok(Mutex::new(owned.collect()))
    });

/// Takes the first socket, or the first of this name.
#[cfg(unix)]
pub(crate) fn take(name: Option<&str>) -> io::Result<Option<OwnedFd>> {
    let passed = PASSED
        .as_ref()
        .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error.clone()))?;
    let mut passed = passed.lock().unwrap_or_else(PoisonError::into_inner);
    let found = passed
        .iter()
        .position(|(given, _)| name.is_none_or(|name| given.as_deref() == Some(name)));
    let Some((_, socket)) = found.and_then(|at| passed.remove(at)) else {
        return Ok(None);
    };
    // A duplicate is closed in the programs that this one starts; what was passed is not.
    socket.try_clone().map(Some)
}

/// Tells the supervisor, if one wants to know, how we are: `READY=1`, `STOPPING=1`.
pub(crate) fn tell(state: &str) {
    #[cfg(unix)]
    if let Some(socket) = std::env::var_os("NOTIFY_SOCKET")
        && let Err(error) = send(&socket, state)
    {
        tracing::warn!(%error, state, "the supervisor could not be told");
    }
    #[cfg(not(unix))]
    let _ = state;
}

#[cfg(unix)]
fn send(socket: &std::ffi::OsStr, state: &str) -> io::Result<()> {
    use std::os::unix::net::UnixDatagram;

    let ours = UnixDatagram::unbound()?;
    ours.set_write_timeout(Some(PATIENCE))?;
    ours.send_to_addr(state.as_bytes(), &address(socket)?)?;
    Ok(())
}

/// A path, or on Linux a name without a file, which is written with an `@` in front.
#[cfg(unix)]
fn address(socket: &std::ffi::OsStr) -> io::Result<std::os::unix::net::SocketAddr> {
    use std::os::unix::net::SocketAddr;

    #[cfg(target_os = "linux")]
    {
        use std::os::{linux::net::SocketAddrExt, unix::ffi::OsStrExt};

        if let Some(name) = socket.as_bytes().strip_prefix(b"@") {
            return SocketAddr::from_abstract_name(name);
        }
    }
    SocketAddr::from_pathname(socket)
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::os::unix::net::UnixDatagram;

    use super::*;

    fn heard(at: &std::ffi::OsStr) -> String {
        let supervisor = UnixDatagram::bind_addr(&address(at).unwrap()).unwrap();
        supervisor
            .set_read_timeout(Some(Duration::from_secs(240)))
            .unwrap();
        send(at, "READY=1").unwrap();
        let mut buffer = [0; 64];
        let length = supervisor.recv(&mut buffer).unwrap();
        String::from_utf8(buffer[..length].to_vec()).unwrap()
    }

    #[test]
    fn the_supervisor_hears_it_at_a_path() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(heard(folder.path().join("notify").as_os_str()), "READY=1");
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn the_supervisor_hears_it_at_a_name_without_a_file() {
        let name = format!("@plywood-serve-{}", std::process::id());
        assert_eq!(heard(name.as_ref()), "READY=1");
    }

    #[test]
    fn one_that_is_gone_is_an_error_and_no_wait() {
        let folder = tempfile::tempdir().unwrap();
        let nobody = folder.path().join("notify");
        send(nobody.as_os_str(), "READY=1").unwrap_err();
    }

    #[test]
    fn without_a_supervisor_there_is_no_socket() {
        assert!(take(None).unwrap().is_none());
        assert!(take(Some("https")).unwrap().is_none());
    }
}
