use std::{
    error::Error,
    fmt,
    sync::Arc,
    time::{Duration, Instant},
};

use plywood_session_core::{BoxError, Data, Key, Record, Store, Timestamp, Update};
use tokio_postgres::{
    Config, Row,
    config::{Host, SslMode},
};

use crate::{
    ConfigError, ConfigErrorKind,
    crowd::{Change, Crowd},
    error::{Cause, ServerError},
    line::{Line, Parameter, Turn},
    row::{Fields, now},
    sweep::Sweep,
    table::Table,
};

/// Sessions in PostgreSQL. A clone is the same store.
///
/// A few connections serve all requests. They are made when they are needed, and anew when they are lost; a statement that was on its way by then
/// is an error, and is not sent twice.
#[derive(Clone)]
pub struct PostgresStore {
    options: Options,
    line: Arc<Line>,
    sweep: Arc<Sweep>,
    crowd: Arc<Crowd>,
}

#[derive(Clone)]
struct Options {
    config: Config,
    server: Arc<str>,
    table: Arc<Table>,
    connections: usize,
    timeout: Duration,
}

impl PostgresStore {
    /// The table unless another is chosen.
    pub const TABLE: &str = "plywood_session";
    /// The most connections unless another number is chosen.
    pub const CONNECTIONS: usize = 8;
    /// The time for one verb unless another is chosen: a second. A request has one or two.
    pub const TIMEOUT: Duration = Duration::from_secs(1);

    /// A store on the server at `url`: `postgres://user[:password]@host[:port]/database`, or several hosts with a comma between them and
    /// `?target_session_attrs=read-write`, of which the primary is found.
    ///
    /// It connects at the first request, and makes its table if there is none. See [`ready`](Self::ready).
    ///
    /// # Errors
    ///
    /// When the address cannot be read, names no host, or asks for TLS.
    pub fn new(url: &str) -> Result<Self, ConfigError> {
        let refused = || ConfigError::new(ConfigErrorKind::Address);
        let mut config: Config = url.parse().map_err(|_| refused())?;
        let server = server(&config).ok_or_else(refused)?;
        if config.get_ssl_mode() == SslMode::Require {
            return Err(ConfigError::new(ConfigErrorKind::Tls));
        }
        if config.get_application_name().is_none() {
            config.application_name("plywood sessions");
        }
        // The firewall between may have forgotten an idle connection by then.
        config.keepalives_idle(Duration::from_secs(60));
        Ok(Self::furnished(Options {
            config,
            server,
            table: Table::new(Self::TABLE)?.into(),
            connections: Self::CONNECTIONS,
            timeout: Self::TIMEOUT,
        }))
    }

    /// The table, alone or after a schema and a dot. Default: [`TABLE`](Self::TABLE), where the connection's search path has it.
    ///
    /// Both are made if they are not there. Two applications on one database need two tables, or a visitor of one is a visitor of the other.
    ///
    /// # Errors
    ///
    /// When the name is not of 1 to 48 of `a`-`z`, `0`-`9` and `_`, or begins with a digit.
    pub fn table(self, name: &str) -> Result<Self, ConfigError> {
        let table = Table::new(name)?.into();
        Ok(Self::furnished(Options {
            table,
            ..self.options
        }))
    }

    /// The most connections at a time, at least one. Default: [`CONNECTIONS`](Self::CONNECTIONS).
    ///
    /// PostgreSQL itself allows 100 to all processes of all machines together, unless it is told otherwise.
    #[must_use]
    pub fn connections(self, most: usize) -> Self {
        Self::furnished(Options {
            connections: most.max(1),
            ..self.options
        })
    }

    /// The time for one verb, with the connection that it may need. Default: [`TIMEOUT`](Self::TIMEOUT).
    #[must_use]
    pub fn timeout(self, time: Duration) -> Self {
        Self::furnished(Options {
            timeout: time,
            ..self.options
        })
    }

    /// Connects, and makes the table or brings it up to date, within half a minute: for a program that will not start without it, or a probe of
    /// readiness. Otherwise the first request does.
    ///
    /// # Errors
    ///
    /// When the server cannot be reached or refuses us, or the table is something else's or a later version's. The error names the server.
    pub async fn ready(&self) -> Result<(), BoxError> {
        let mut turn = self.line.turn_within(READY).await?;
        turn.query("SELECT", &[]).await?;
        Ok(())
    }

    /// `host:port/database`.
    pub fn server(&self) -> &str {
        &self.options.server
    }

    fn furnished(options: Options) -> Self {
        let line = Line::new(
            options.config.clone(),
            Arc::clone(&options.server),
            Arc::clone(&options.table),
            options.connections,
            options.timeout,
        );
        Self {
            options,
            line: line.into(),
            sweep: Arc::default(),
            crowd: Arc::default(),
        }
    }

    fn fields(&self, record: &Record) -> Result<Fields, ServerError> {
        Fields::of(record).map_err(|error| self.damaged(error))
    }

    /// The record of the one row that there may be, unless it has expired.
    fn first(&self, rows: &[Row]) -> Result<Option<Record>, ServerError> {
        let Some(row) = rows.first() else {
            return Ok(None);
        };
        let data: Data = serde_json::from_str(row.get(4)).map_err(|error| self.damaged(error))?;
        let owner: Option<&[u8]> = row.get(3);
        let owner = owner.map(str::from_utf8).transpose();
        let record = Record::restored(
            data,
            row.get::<_, i64>(0).cast_unsigned(),
            Timestamp::from_millis(row.get(1)),
            Timestamp::from_millis(row.get(2)),
            owner.map_err(|error| self.damaged(error))?.map(Into::into),
        );
        Ok((!record.is_expired(Timestamp::now())).then_some(record))
    }

    /// Makes one change.
    async fn replace(&self, change: &Change, time: Duration) -> Result<Update, ServerError> {
        let [version, expires, deadline, owner, data] = change.row.parameters();
        let (key, now) = (change.key.as_slice(), now());
        let all: [Parameter<'_>; 8] = [
            &key,
            version,
            expires,
            deadline,
            owner,
            data,
            &change.expected,
            &now,
        ];
        let mut turn = self.line.turn_within(time).await?;
        let changed = turn.execute(&self.options.table.update, &all).await?;
        self.outcome(&mut turn, changed, key).await
    }

    /// What became of a change of the row under `key`.
    async fn outcome(
        &self,
        turn: &mut Turn<'_>,
        changed: u64,
        key: &[u8],
    ) -> Result<Update, ServerError> {
        if changed == 1 {
            return Ok(Update::Saved);
        }
        let lives = turn
            .query(&self.options.table.lives, &[&key, &now()])
            .await?;
        Ok(if lives.is_empty() {
            Update::Gone
        } else {
            Update::Conflict
        })
    }

    fn damaged(&self, error: impl Error + Send + Sync + 'static) -> ServerError {
        self.line.error(Cause::Data(Arc::new(error)))
    }
}

/// How long a start may take, with another process that makes the table.
const READY: Duration = Duration::from_secs(30);

fn server(config: &Config) -> Option<Arc<str>> {
    let name = |(place, host): (usize, &Host)| {
        let ports = config.get_ports();
        let port = ports.get(place).or(ports.first()).unwrap_or(&5432);
        match host {
            Host::Tcp(host) => format!("{host}:{port}"),
            Host::Unix(path) => path.display().to_string(),
        }
    };
    let hosts: Vec<_> = config.get_hosts().iter().enumerate().map(name).collect();
    let database = config
        .get_dbname()
        .or(config.get_user())
        .unwrap_or_default();
    (!hosts.is_empty()).then(|| format!("{}/{database}", hosts.join(",")).into())
}

impl Store for PostgresStore {
    async fn create(&self, key: &Key, record: Record) -> Result<bool, BoxError> {
        let (key, now, row) = (key.as_bytes().as_slice(), now(), self.fields(&record)?);
        let [version, expires, deadline, owner, data] = row.parameters();
        let mut turn = self.line.turn().await?;
        let all: [Parameter<'_>; 7] = [&key, version, expires, deadline, owner, data, &now];
        let created = turn.execute(&self.options.table.create, &all).await?;
        drop(turn);
        self.sweep.when_due(now, &self.line);
        Ok(created == 1)
    }

    async fn load(&self, key: &Key) -> Result<Option<Record>, BoxError> {
        let key = key.as_bytes().as_slice();
        let mut turn = self.line.turn().await?;
        let rows = turn
            .query(&self.options.table.load, &[&key, &now()])
            .await?;
        Ok(self.first(&rows)?)
    }

    async fn update(&self, key: &Key, expected: u64, record: Record) -> Result<Update, BoxError> {
        let change = Change {
            key: *key.as_bytes(),
            expected: expected.cast_signed(),
            row: self.fields(&record)?,
        };
        let (time, came) = (self.options.timeout, Instant::now());
        if let Some(_alone) = self.crowd.alone() {
            return Ok(self.replace(&change, time).await?);
        }
        let change = Arc::new(change);
        if self.crowd.together(&change, &self.line).await? {
            return Ok(Update::Saved);
        }
        let left = time.saturating_sub(came.elapsed());
        Ok(self.replace(&change, left).await?)
    }

    async fn rename(
        &self,
        key: &Key,
        expected: u64,
        new: &Key,
        record: Record,
        tombstone: Record,
    ) -> Result<Update, BoxError> {
        let (key, now, row) = (key.as_bytes().as_slice(), now(), self.fields(&record)?);
        let (new, left) = (new.as_bytes().as_slice(), self.fields(&tombstone)?);
        let [version, expires, deadline, owner, data] = row.parameters();
        let [
            left_version,
            left_expires,
            left_deadline,
            left_owner,
            left_data,
        ] = left.parameters();
        let expected = expected.cast_signed();
        let mut turn = self.line.turn().await?;
        let all: [Parameter<'_>; 14] = [
            &key,
            version,
            expires,
            deadline,
            owner,
            data,
            &expected,
            &now,
            &new,
            left_version,
            left_expires,
            left_deadline,
            left_owner,
            left_data,
        ];
        let changed = turn.execute(&self.options.table.rename, &all).await?;
        Ok(self.outcome(&mut turn, changed, key).await?)
    }

    async fn touch(&self, key: &Key, expires: Timestamp) -> Result<bool, BoxError> {
        let (key, expires) = (key.as_bytes().as_slice(), expires.millis());
        let mut turn = self.line.turn().await?;
        let all: [Parameter<'_>; 3] = [&key, &expires, &now()];
        Ok(turn.execute(&self.options.table.touch, &all).await? == 1)
    }

    async fn delete(&self, key: &Key) -> Result<Option<Record>, BoxError> {
        let key = key.as_bytes().as_slice();
        let mut turn = self.line.turn().await?;
        let rows = turn.query(&self.options.table.delete, &[&key]).await?;
        Ok(self.first(&rows)?)
    }

    async fn delete_all(&self, owner: &str, except: Option<&Key>) -> Result<u64, BoxError> {
        let except = except.map(|key| key.as_bytes().as_slice());
        let mut turn = self.line.turn().await?;
        let all: [Parameter<'_>; 2] = [&owner.as_bytes(), &except];
        Ok(turn.execute(&self.options.table.delete_all, &all).await?)
    }
}

/// Without the password.
impl fmt::Debug for PostgresStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresStore")
            .field("server", &self.options.server)
            .field("table", &self.options.table.name())
            .field("connections", &self.options.connections)
            .field("timeout", &self.options.timeout)
            .finish_non_exhaustive()
    }
}
