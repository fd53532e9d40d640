//! A hundred thousand cookies that nobody has issued.

use std::sync::atomic::{AtomicUsize, Ordering};

use http::{HeaderValue, Request, header::COOKIE};
use plywood_core::{Body, BoxError};
#[cfg(feature = "keys")]
use plywood_session::Keys;
use plywood_session::{MemoryStore, SessionLayer};
use plywood_session_core::{Id, Key, Record, Store, Timestamp, Update};

use crate::{
    site,
    visitor::{self, App, Visitor, app, sealed},
};

/// Counts what is written.
#[derive(Clone, Default)]
struct Counted {
    store: MemoryStore,
    writes: std::sync::Arc<AtomicUsize>,
}

impl Counted {
    fn writes(&self) -> usize {
        self.writes.load(Ordering::Relaxed)
    }

    fn write(&self) -> &MemoryStore {
        self.writes.fetch_add(1, Ordering::Relaxed);
        &self.store
    }
}

impl Store for Counted {
    async fn create(&self, key: &Key, record: Record) -> Result<bool, BoxError> {
        Store::create(self.write(), key, record).await
    }

    async fn load(&self, key: &Key) -> Result<Option<Record>, BoxError> {
        Store::load(&self.store, key).await
    }

    async fn update(&self, key: &Key, expected: u64, record: Record) -> Result<Update, BoxError> {
        Store::update(self.write(), key, expected, record).await
    }

    async fn rename(
        &self,
        key: &Key,
        expected: u64,
        new: &Key,
        record: Record,
        tombstone: Record,
    ) -> Result<Update, BoxError> {
        Store::rename(self.write(), key, expected, new, record, tombstone).await
    }

    async fn touch(&self, key: &Key, expires: Timestamp) -> Result<bool, BoxError> {
        Store::touch(self.write(), key, expires).await
    }

    async fn delete(&self, key: &Key) -> Result<Option<Record>, BoxError> {
        Store::delete(self.write(), key).await
    }

    async fn delete_all(&self, owner: &str, except: Option<&Key>) -> Result<u64, BoxError> {
        Store::delete_all(self.write(), owner, except).await
    }
}

/// A generator that is always the same, so that what fails once fails again.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        // xorshift64*
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let rolled = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
        usize::try_from(rolled).unwrap() % sides
    }

    /// A field that holds no session of anybody: `live` is damaged, cut, repeated, stretched or left out.
    fn cookie(&mut self, live: &str, dead: &str) -> Vec<u8> {
        let value = &live["__Host-session=".len()..];
        let mut bytes = match self.roll(8) {
            0 => dead.to_owned(),
            1 => format!("__Host-session={}", &value[..self.roll(value.len())]),
            2 => format!("{live}{}", "A".repeat(1 + self.roll(5000))),
            3 => format!("__Host-session={}", "x".repeat(self.roll(5000))),
            4 => format!("session={value}; __Secure-session={value}; __HOST-SESSION={value}"),
            5 => format!("__Host-session=\"{value}\"; __Host-session={dead}"),
            6 => vec![dead; 1 + self.roll(50)].join("; "),
            _ => format!("__Host-session={}", Id::random().unwrap().as_str()),
        }
        .into_bytes();
        for _ in 0..self.roll(4) {
            let place = self.roll(bytes.len());
            // No change of one byte makes a live cookie of these, but one that is none yet is left to be that.
            let byte = u8::try_from(self.roll(256)).unwrap();
            if HeaderValue::from_bytes(&[byte]).is_ok() {
                bytes[place] = byte;
            }
        }
        bytes
    }
}

async fn bombarded(app: &App, cookies: u32, sign_out: bool) -> String {
    let visitor = Visitor::new(app);
    visitor.get("/sign-in").await;
    let live = visitor.pair();
    // A session that is over: what is replayed.
    let over = Visitor::new(app);
    over.get("/sign-in").await;
    let dead = over.pair();
    if sign_out {
        over.get("/sign-out").await;
    }
    let dead = if sign_out {
        dead
    } else {
        "__Host-session=".to_owned()
    };

    let mut dice = Dice(u64::from(cookies));
    for _ in 0..cookies {
        let cookie = dice.cookie(&live, &dead);
        let Ok(field) = HeaderValue::from_bytes(&cookie) else {
            continue;
        };
        let path = ["/user", "/known", "/", "/sign-out"][dice.roll(4)];
        let request = Request::get(path).header(COOKIE, field);
        let response = sealed(app, request.body(Body::empty()).unwrap()).await;
        let response = response.expect("no cookie is an error");
        assert!(response.status().is_success(), "{}", response.status());
        let text = visitor::text(response).await;
        assert_ne!(text, "ada", "{}", String::from_utf8_lossy(&cookie));
    }
    live
}

#[tokio::test]
async fn no_cookie_that_was_not_issued_is_a_session_an_error_or_a_write() {
    let store = Counted::default();
    let app = app(SessionLayer::new(store.clone()), site);
    let live = bombarded(&app, 60_000, true).await;
    // Two sign-ins and a sign-out.
    assert_eq!(store.writes(), 3);
    assert_eq!(store.store.len(), 1);
    let visitor = Visitor::with_pair(&app, &live);
    assert_eq!(visitor.text("/user").await, "ada");
}

#[cfg(feature = "keys")]
#[tokio::test]
async fn no_sealed_or_signed_cookie_that_was_not_issued_is_a_session_or_an_error() {
    let keys = || Keys::new(b"7bc38b1d09e2c4f65a13de9b4a70612f").unwrap();
    let sealing = app(SessionLayer::sealed(keys()), site);
    let live = bombarded(&sealing, 20_001, false).await;
    let visitor = Visitor::with_pair(&sealing, &live);
    assert_eq!(visitor.text("/user").await, "ada");

    let store = Counted::default();
    let signing = app(SessionLayer::new(store.clone()).signed(keys()), site);
    bombarded(&signing, 20_000, true).await;
    assert_eq!(store.writes(), 3);
}
