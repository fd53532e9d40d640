//! A new certificate, when somebody says that there is one.

use std::{future::pending, io};

use tokio::{
    signal::unix::{SignalKind, signal},
    task::spawn_blocking,
};

use crate::Tls;

/// Reads the files of TLS again on each SIGHUP, and never ends. Without files nobody listens to the signal, and it ends the program as ever.
pub(crate) fn on_hangup(tls: Option<&Tls>) -> io::Result<impl Future<Output = ()> + use<>> {
    let tls = tls.filter(|tls| tls.has_files()).cloned();
    let hangup = tls.is_some().then(|| signal(SignalKind::hangup()));
    let mut hangup = hangup.transpose()?;
    Ok(async move {
        while let (Some(tls), Some(hangup)) = (&tls, &mut hangup) {
            if hangup.recv().await.is_none() {
                break;
            }
            let tls = tls.clone();
            let reloaded = spawn_blocking(move || tls.reload()).await;
            match reloaded.unwrap_or_else(|panicked| Err(io::Error::other(panicked))) {
                Ok(()) => tracing::info!("the certificate was read again"),
                Err(error) => tracing::error!(
                    %error,
                    "the certificate could not be read again; what was there is still served"
                ),
            }
        }
        pending::<()>().await;
    })
}
