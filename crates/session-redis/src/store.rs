use std::{fmt, sync::Arc, time::Duration};

use plywood_session_core::{BoxError, Key, Record, Store, Timestamp, Update};
use redis::{Client, Cmd, FromRedisValue, IntoConnectionInfo, ProtocolVersion};

use crate::{
    AddressError, AddressErrorKind,
    error::{Cause, ServerError},
    line::Line,
    script::{CREATE, DELETE, DELETE_ALL, Lua, RENAME, TOUCH, UPDATE},
    text,
};

/// Sessions in Redis or Valkey. A clone is the same store.
///
/// One connection serves all requests. It is made at the first one, and anew when it is lost; a command that was on its way by then is an
/// error, and is not sent twice.
#[derive(Clone)]
pub struct RedisStore {
    line: Arc<Line>,
    prefix: Arc<str>,
}

impl RedisStore {
    /// The beginning of all keys unless another is chosen.
    pub const PREFIX: &str = "plywood:session:";
    /// The time for one command unless another is chosen: a second. A request has one or two.
    pub const TIMEOUT: Duration = Duration::from_secs(1);

    /// A store on the server at `url`: `redis://[user:password@]host[:port][/database]`, or `redis+unix:///path`.
    ///
    /// It connects at the first request. See [`ready`](Self::ready).
    ///
    /// # Errors
    ///
    /// When the address cannot be read, or asks for TLS.
    pub fn new(url: &str) -> Result<Self, AddressError> {
        let tls = url.starts_with("rediss:") || url.starts_with("valkeys:");
        let kind = if tls {
            AddressErrorKind::Tls
        } else {
            AddressErrorKind::Malformed
        };
        let refused = |_| AddressError::new(kind);
        let info = url.into_connection_info().map_err(refused)?;
        // Its third version says at once when the connection is lost.
        let settings = info.redis_settings().clone();
        let info = info.set_redis_settings(settings.set_protocol(ProtocolVersion::RESP3));
        let server = info.addr().to_string().into();
        let client = Client::open(info).map_err(refused)?;
        Ok(Self {
            line: Arc::new(Line::new(client, server, Self::TIMEOUT)),
            prefix: Self::PREFIX.into(),
        })
    }

    /// The beginning of all keys. Default: [`PREFIX`](Self::PREFIX).
    ///
    /// Two applications on one database need two, or a visitor of one is a visitor of the other.
    #[must_use]
    pub fn prefix(self, prefix: &str) -> Self {
        Self {
            prefix: prefix.into(),
            ..self
        }
    }

    /// The time for one command, with the connection that it may need. Default: [`TIMEOUT`](Self::TIMEOUT).
    #[must_use]
    pub fn timeout(self, time: Duration) -> Self {
        Self {
            line: Arc::new(self.line.within(time)),
            ..self
        }
    }

    /// Asks the server whether it is there, for a program that will not start without it, or a probe of readiness.
    ///
    /// # Errors
    ///
    /// When it cannot be reached, or refuses us. The error names the server.
    pub async fn ready(&self) -> Result<(), BoxError> {
        Ok(self.line.ask(&redis::cmd("PING")).await?)
    }

    /// `host:port`, or the path of the socket.
    pub fn server(&self) -> &str {
        self.line.server()
    }

    /// Runs a script by its hash, or by its text where the server has not seen it, as after a restart.
    async fn run<T: FromRedisValue, const KEYS: usize>(
        &self,
        script: &Lua,
        keys: [&str; KEYS],
        now: Timestamp,
        arguments: impl Fn(&mut Cmd),
    ) -> Result<T, ServerError> {
        let (source, hash) = &**script;
        let call = |verb, script: &str| {
            let mut command = redis::cmd(verb);
            command.arg(script).arg(KEYS).arg(&keys[..]);
            command.arg(&*self.prefix).arg(now.millis());
            arguments(&mut command);
            command
        };
        let by_hash = call("EVALSHA", hash);
        match self.line.ask(&by_hash).await {
            Err(error) if error.is_unknown_script() => {
                let by_text = call("EVAL", source);
                self.line.ask(&by_text).await
            }
            answer => answer,
        }
    }

    fn name(&self, key: &Key) -> String {
        let mut name = String::with_capacity(self.prefix.len() + 64);
        name.push_str(&self.prefix);
        for byte in key.as_bytes() {
            for half in [byte >> 4, byte & 15] {
                name.push(char::from(b"0123456789abcdef"[usize::from(half)]));
            }
        }
        name
    }

    fn text(&self, record: &Record) -> Result<String, ServerError> {
        text::write(record).map_err(|error| self.damaged(error))
    }

    /// The record that was found, unless it has expired.
    fn record(&self, found: Option<&[u8]>) -> Result<Option<Record>, ServerError> {
        let record = found.map(text::read).transpose();
        let record = record.map_err(|error| self.damaged(error))?;
        Ok(record.filter(|record| !record.is_expired(Timestamp::now())))
    }

    fn damaged(&self, error: impl Into<BoxError>) -> ServerError {
        self.line.error(Cause::Data(error.into().into()))
    }
}

/// What a script says that compares a version.
fn outcome(answer: u8) -> Update {
    match answer {
        0 => Update::Saved,
        1 => Update::Conflict,
        _ => Update::Gone,
    }
}

impl Store for RedisStore {
    async fn create(&self, key: &Key, record: Record) -> Result<bool, BoxError> {
        let (name, now, text) = (self.name(key), Timestamp::now(), self.text(&record)?);
        let left = text::left(&record, now);
        let create = self.run(&CREATE, [&name], now, |command| {
            command.arg(&text).arg(left);
        });
        Ok(create.await?)
    }

    async fn load(&self, key: &Key) -> Result<Option<Record>, BoxError> {
        let mut command = redis::cmd("GET");
        command.arg(self.name(key));
        let found: Option<Vec<u8>> = self.line.ask(&command).await?;
        Ok(self.record(found.as_deref())?)
    }

    async fn update(&self, key: &Key, expected: u64, record: Record) -> Result<Update, BoxError> {
        let (name, now, text) = (self.name(key), Timestamp::now(), self.text(&record)?);
        let left = text::left(&record, now);
        let beginning = text::beginning(&record, expected);
        let update = self.run(&UPDATE, [&name], now, |command| {
            command.arg(&text).arg(left).arg(expected).arg(&beginning);
        });
        Ok(outcome(update.await?))
    }

    async fn rename(
        &self,
        key: &Key,
        expected: u64,
        new: &Key,
        record: Record,
        tombstone: Record,
    ) -> Result<Update, BoxError> {
        let (name, new, now) = (self.name(key), self.name(new), Timestamp::now());
        let (text, stone) = (self.text(&record)?, self.text(&tombstone)?);
        let (left, stones) = (text::left(&record, now), text::left(&tombstone, now));
        let rename = self.run(&RENAME, [&name, &new], now, |command| {
            command.arg(&text).arg(left).arg(expected);
            command.arg(&stone).arg(stones);
        });
        Ok(outcome(rename.await?))
    }

    async fn touch(&self, key: &Key, expires: Timestamp) -> Result<bool, BoxError> {
        let name = self.name(key);
        let touch = self.run(&TOUCH, [&name], Timestamp::now(), |command| {
            command.arg(expires.millis());
        });
        Ok(touch.await?)
    }

    async fn delete(&self, key: &Key) -> Result<Option<Record>, BoxError> {
        let name = self.name(key);
        let delete = self.run(&DELETE, [&name], Timestamp::now(), |_| {});
        let found: Option<Vec<u8>> = delete.await?;
        Ok(self.record(found.as_deref())?)
    }

    async fn delete_all(&self, owner: &str, except: Option<&Key>) -> Result<u64, BoxError> {
        let index = format!("{}owner:{owner}", self.prefix);
        let except = except.map(|key| self.name(key));
        let delete_all = self.run(&DELETE_ALL, [&index], Timestamp::now(), |command| {
            command.arg(owner).arg(except.as_deref());
        });
        Ok(delete_all.await?)
    }
}

impl fmt::Debug for RedisStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisStore")
            .field("server", &self.server())
            .field("prefix", &self.prefix)
            .field("timeout", &self.line.timeout())
            .finish()
    }
}
