use std::{fmt, sync::Arc, time::Duration};

use plywood_session_core::{BoxError, Data, Key, Record, Store, Timestamp, Update};
use redis::{Client, Cmd, FromRedisValue, IntoConnectionInfo, ProtocolVersion};

use crate::{
    AddressError, AddressErrorKind,
    error::{Cause, ServerError},
    line::Line,
    script::{CREATE, DELETE, DELETE_ALL, Lua, RENAME, TOUCH, UPDATE},
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

/// What a server answers when it is asked for a record: version, expires, deadline, data, owner.
type Fields = (
    Option<u64>,
    Option<i64>,
    Option<i64>,
    Option<Vec<u8>>,
    Option<String>,
);

const FIELDS: [&str; 5] = ["version", "expires", "deadline", "data", "owner"];

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
    async fn run<T: FromRedisValue>(
        &self,
        script: &Lua,
        keys: &[String],
        arguments: &[Argument<'_>],
    ) -> Result<T, ServerError> {
        let (source, hash) = &**script;
        match self
            .line
            .ask(&self.call("EVALSHA", hash, keys, arguments))
            .await
        {
            Err(error) if error.is_unknown_script() => {
                self.line
                    .ask(&self.call("EVAL", source, keys, arguments))
                    .await
            }
            answer => answer,
        }
    }

    fn call(&self, verb: &str, script: &str, keys: &[String], arguments: &[Argument<'_>]) -> Cmd {
        let mut command = redis::cmd(verb);
        command.arg(script).arg(keys.len()).arg(keys);
        command.arg(&*self.prefix).arg(Timestamp::now().millis());
        for argument in arguments {
            match argument {
                Argument::Number(number) => command.arg(number),
                Argument::Version(version) => command.arg(version),
                Argument::Text(text) => command.arg(text),
            };
        }
        command
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

    fn data(&self, record: &Record) -> Result<String, ServerError> {
        serde_json::to_string(&*record.data).map_err(|error| self.damaged(error))
    }

    fn record(&self, fields: Fields) -> Result<Option<Record>, ServerError> {
        let (Some(version), expires, deadline, data, owner) = fields else {
            return Ok(None);
        };
        let (Some(expires), Some(deadline), Some(data)) = (expires, deadline, data) else {
            return Err(self.damaged("a field is missing"));
        };
        let data: Data = serde_json::from_slice(&data).map_err(|error| self.damaged(error))?;
        let record = Record::restored(
            data,
            version,
            Timestamp::from_millis(expires),
            Timestamp::from_millis(deadline),
            owner.map(Into::into),
        );
        Ok((!record.is_expired(Timestamp::now())).then_some(record))
    }

    fn damaged(&self, error: impl Into<BoxError>) -> ServerError {
        self.line.error(Cause::Data(error.into().into()))
    }
}

/// What a script is told beside its keys.
enum Argument<'a> {
    Number(i64),
    Version(u64),
    Text(&'a str),
}

/// A record in the order in which the scripts read it. The owner comes last, because it may not be there.
fn arguments<'a>(record: &'a Record, data: &'a str) -> impl Iterator<Item = Argument<'a>> {
    let owner = record.owner.as_deref().map(Argument::Text);
    let fields = [
        Argument::Version(record.version),
        Argument::Number(record.expires.millis()),
        Argument::Number(record.deadline.millis()),
        Argument::Text(data),
    ];
    fields.into_iter().chain(owner)
}

fn update(answer: u8) -> Update {
    match answer {
        0 => Update::Saved,
        1 => Update::Conflict,
        _ => Update::Gone,
    }
}

impl Store for RedisStore {
    async fn create(&self, key: &Key, record: Record) -> Result<bool, BoxError> {
        let data = self.data(&record)?;
        let arguments: Vec<_> = arguments(&record, &data).collect();
        Ok(self.run(&CREATE, &[self.name(key)], &arguments).await?)
    }

    async fn load(&self, key: &Key) -> Result<Option<Record>, BoxError> {
        let mut command = redis::cmd("HMGET");
        command.arg(self.name(key)).arg(&FIELDS);
        let fields = self.line.ask(&command).await?;
        Ok(self.record(fields)?)
    }

    async fn update(&self, key: &Key, expected: u64, record: Record) -> Result<Update, BoxError> {
        let data = self.data(&record)?;
        let mut all = vec![Argument::Version(expected)];
        all.extend(arguments(&record, &data));
        Ok(update(self.run(&UPDATE, &[self.name(key)], &all).await?))
    }

    async fn rename(
        &self,
        key: &Key,
        expected: u64,
        new: &Key,
        record: Record,
        tombstone: Record,
    ) -> Result<Update, BoxError> {
        let (left, data) = (self.data(&tombstone)?, self.data(&record)?);
        let mut all = vec![Argument::Version(expected)];
        all.extend(arguments(&tombstone, &left));
        all.extend(arguments(&record, &data));
        let keys = [self.name(key), self.name(new)];
        Ok(update(self.run(&RENAME, &keys, &all).await?))
    }

    async fn touch(&self, key: &Key, expires: Timestamp) -> Result<bool, BoxError> {
        let expires = [Argument::Number(expires.millis())];
        Ok(self.run(&TOUCH, &[self.name(key)], &expires).await?)
    }

    async fn delete(&self, key: &Key) -> Result<Option<Record>, BoxError> {
        let fields = self.run(&DELETE, &[self.name(key)], &[]).await?;
        Ok(self.record(fields)?)
    }

    async fn delete_all(&self, owner: &str, except: Option<&Key>) -> Result<u64, BoxError> {
        let index = format!("{}owner:{owner}", self.prefix);
        let except = except.map(|key| self.name(key));
        let mut all = vec![Argument::Text(owner)];
        all.extend(except.as_deref().map(Argument::Text));
        Ok(self.run(&DELETE_ALL, &[index], &all).await?)
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
