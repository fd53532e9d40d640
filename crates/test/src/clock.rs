use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, SystemTime},
};

/// A clock that stands still until it is stepped. A clone shows the same time.
///
/// A [`Client`](crate::Client::clock) takes it for its cookies, and so does any layer that is told the time by a function.
///
/// ```
/// use std::time::{Duration, SystemTime};
/// use plywood_test::Clock;
///
/// let clock = Clock::new();
/// let read = clock.reader();
/// let before = read();
/// clock.step(Duration::from_secs(60));
/// assert_eq!(read(), before + Duration::from_secs(60));
/// ```
#[derive(Clone, Debug)]
pub struct Clock(Arc<Mutex<SystemTime>>);

impl Clock {
    /// A clock that stands at the present.
    #[must_use]
    pub fn new() -> Self {
        Self::at(SystemTime::now())
    }

    /// A clock that stands at that time.
    #[must_use]
    pub fn at(time: SystemTime) -> Self {
        Self(Arc::new(Mutex::new(time)))
    }

    /// What it shows.
    pub fn now(&self) -> SystemTime {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets so much time pass.
    pub fn step(&self, time: Duration) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) += time;
    }

    /// What it shows, as a function: for a layer that takes its time from one.
    pub fn reader(&self) -> impl Fn() -> SystemTime + Clone + Send + Sync + 'static + use<> {
        let clock = self.clone();
        move || clock.now()
    }
}

/// [`Clock::new`].
impl Default for Clock {
    fn default() -> Self {
        Self::new()
    }
}
