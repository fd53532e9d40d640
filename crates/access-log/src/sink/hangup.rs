use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

/// A `SIGHUP` that is waited for.
#[derive(Debug)]
pub(super) struct Hangup {
    flag: Arc<AtomicBool>,
    id: signal_hook::SigId,
}

impl Hangup {
    pub(super) fn listen() -> io::Result<Self> {
        let flag = Arc::<AtomicBool>::default();
        let id = signal_hook::flag::register(signal_hook::consts::SIGHUP, Arc::clone(&flag))?;
        Ok(Self { flag, id })
    }

    pub(super) fn came(&self) -> bool {
        self.flag.swap(false, Ordering::Relaxed)
    }
}

impl Drop for Hangup {
    fn drop(&mut self) {
        signal_hook::low_level::unregister(self.id);
    }
}
