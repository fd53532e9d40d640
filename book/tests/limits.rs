//! The chapter of limits says what the code says.

use std::{fs, path::Path};

/// A limit as the chapter writes it (the row's first words, and its number), and where the code has it.
#[rustfmt::skip]
const LIMITS: &[(&str, &str, &str, &str)] = &[
    ("connections at a time", "10,000", "serve/src/server.rs", "max_connections: 10_000"),
    ("connections of one address", "any number", "serve/src/server.rs", "max_connections_per_address: None"),
    ("time for a request's head", "30 s", "serve/src/opening.rs", "header_timeout: Duration::from_secs(30)"),
    ("time for the handshake of TLS", "10 s", "serve/src/opening.rs", "handshake_timeout: Duration::from_secs(10)"),
    ("waiting in the middle", "60 s in all, and one more for every 500 bytes that move", "serve/src/opening.rs", "stall_timeout: Duration::from_secs(60)"),
    ("waiting in the middle", "60 s in all, and one more for every 500 bytes that move", "serve/src/patience.rs", "const BYTES_A_SECOND: u64 = 500;"),
    ("pause between two HTTP/2 pings", "30 s", "serve/src/server.rs", ".keep_alive_interval(self.terms.header_timeout)"),
    ("a request's head", "64 KiB", "serve/src/server.rs", "const BUFFER: usize = 64 * 1024;"),
    ("requests of an HTTP/2 connection", "100", "serve/src/server.rs", "const STREAMS: u32 = 100;"),
    ("buffered bytes of an answer", "64 KiB", "serve/src/server.rs", ".max_send_buf_size(BUFFER)"),
    ("time for requests under way", "30 s", "serve/src/server.rs", "grace: Duration::from_secs(30)"),
    ("pause when no descriptor", "200 ms", "serve/src/server.rs", "const BREATHER: Duration = Duration::from_millis(200);"),
    ("wait for a supervisor", "1 s", "serve/src/supervisor.rs", "const PATIENCE: Duration = Duration::from_secs(1);"),
    ("media ranges in `Accept`", "32", "header/src/accept.rs", "pub const MAX_ELEMENTS: usize = 32;"),
    ("codings in `Accept-Encoding`", "32", "header/src/accept_encoding.rs", "pub const MAX_ELEMENTS: usize = 32;"),
    ("languages in `Accept-Language`", "32", "header/src/accept_language.rs", "pub const MAX_ELEMENTS: usize = 32;"),
    ("tags in `If-Match`", "1024", "header/src/entity_tag.rs", "pub const MAX_TAGS: usize = 1024;"),
    ("ranges in `Range`", "32", "header/src/range.rs", "pub const MAX_RANGES: usize = 32;"),
    ("a cookie's name and value", "4096 bytes", "header/src/cookie/set.rs", "pub const MAX_PAIR: usize = 4096;"),
    ("an attribute of a cookie", "1024 bytes", "header/src/cookie/set.rs", "pub const MAX_ATTRIBUTE: usize = 1024;"),
    ("the name of a download", "255", "header/src/content_disposition.rs", "pub const MAX_NAME: usize = 255;"),
    ("a name, and a password", "4096 bytes each", "auth/src/verdict.rs", "pub const MAX_CREDENTIAL: usize = 4096;"),
    ("the login form's body", "8 KiB", "auth/src/form/layer.rs", "body_limit: 8 * 1024,"),
    ("wrong passwords of one client for one account", "10, then waits of up to 15 minutes", "auth/src/throttle/attempts.rs", "pair: limit(10, 15 * 60),"),
    ("wrong passwords of one client for all accounts", "50, then waits of up to 15 minutes", "auth/src/throttle/attempts.rs", "client: limit(50, 15 * 60),"),
    ("wrong passwords for one account", "30, then waits of up to 30 s", "auth/src/throttle/attempts.rs", "account: limit(30, 30),"),
    ("memory of a wrong password", "an hour", "auth/src/throttle/count.rs", "MEMORY: Duration = Duration::from_secs(60 * 60);"),
    ("counts of wrong passwords", "65,536 each", "auth/src/throttle/table.rs", "const ROOM: usize = 65_536;"),
    ("time for which Basic keeps", "a minute, for accounts that tell their edition", "auth/src/basic/scheme.rs", "const MINUTE: Duration = Duration::from_secs(60);"),
    ("right passwords that Basic keeps", "4096", "auth/src/basic/memory.rs", "const ROOM: usize = 4096;"),
    ("hashing passwords at a time", "half of the processors", "auth/src/password/workers.rs", "Self::new(processors.div_ceil(2))"),
    ("passwords that wait to be hashed", "64", "auth/src/password/workers.rs", "const WAITING: usize = 64;"),
    ("a password file", "16 MiB, looked at once a second", "auth/src/reloaded.rs", "const LARGEST: u64 = 16 << 20;"),
    ("a password file", "16 MiB, looked at once a second", "auth/src/reloaded.rs", "const PAUSE: Duration = Duration::from_secs(1);"),
    ("what verifying a stored hash may cost", HASHES, "auth/src/password/bcrypt.rs", "const MOST: u32 = 16;"),
    ("what verifying a stored hash may cost", HASHES, "auth/src/password/crypt.rs", "const MOST: u32 = 1_000_000;"),
    ("what verifying a stored hash may cost", HASHES, "auth/src/password/pbkdf2.rs", "const MOST: u32 = 10_000_000;"),
    ("what verifying a stored hash may cost", HASHES, "auth/src/password/scrypt.rs", "const MOST_MEMORY: u64 = 128 << 20;"),
    ("what verifying a stored hash may cost", HASHES, "auth/src/password/argon2.rs", "const MOST_MEMORY: u32 = 256 * 1024;"),
    ("credentials of Digest", "8 KiB", "auth/src/digest/credentials.rs", "pub const MAX_AUTHORIZATION: usize = 8192;"),
    ("a nonce of Digest", "5 minutes", "auth/src/digest/nonce.rs", "LIFE: Duration = Duration::from_secs(300);"),
    ("nonces of Digest in use", "65,536", "auth/src/digest/nonce.rs", "CAPACITY: usize = 65_536;"),
    ("counts of a nonce", "64 behind the highest", "auth/src/digest/nonce.rs", "const WINDOW: u32 = u64::BITS;"),
    ("a body that Digest covers", "1 MiB", "auth/src/digest/integrity.rs", "const MAX_SIZE: usize = 1 << 20;"),
    ("the way back", "2048 bytes", "auth/src/form/destination.rs", "const LONGEST: usize = 2048;"),
    ("a Bearer token", "16 KiB", "auth/src/bearer.rs", "pub const MAX_TOKEN: usize = 16 * 1024;"),
    ("keys in a set", "64, in 256 KiB", "auth/src/jwt/set.rs", "pub const MAX_KEYS: usize = 64;"),
    ("keys in a set", "64, in 256 KiB", "auth/src/jwt/set.rs", "pub const MAX_SET: usize = 256 * 1024;"),
    ("keys that are tried", "4", "auth/src/jwt/set.rs", "const MAX_TRIES: usize = 4;"),
    ("how far the clocks", "a minute", "auth/src/jwt/verifier.rs", "leeway: Duration::from_secs(60),"),
    ("fetches of an issuer's keys for unknown", "one in 30 s", "auth/src/jwt/fetched.rs", "const REFETCH_AFTER: Duration = Duration::from_secs(30);"),
    ("time for a fetch", "10 s, and 5 s until the next after a failure", "auth/src/jwt/fetched.rs", "const FETCH_TIMEOUT: Duration = Duration::from_secs(10);"),
    ("time for a fetch", "10 s, and 5 s until the next after a failure", "auth/src/jwt/fetched.rs", "const RETRY_AFTER: Duration = Duration::from_secs(5);"),
    ("keys are fresh", "as the issuer says, from a minute to a day; else 10 minutes", "auth/src/jwt/fetched.rs", "const FRESH: Duration = Duration::from_secs(10 * 60);"),
    ("keys are fresh", "as the issuer says, from a minute to a day; else 10 minutes", "auth/src/jwt/fetched.rs", "const LEAST_FRESH: Duration = Duration::from_secs(60);"),
    ("keys are fresh", "as the issuer says, from a minute to a day; else 10 minutes", "auth/src/jwt/fetched.rs", "const MOST_FRESH: Duration = Duration::from_secs(24 * 60 * 60);"),
    ("keys that cannot be fetched anew", "a day", "auth/src/jwt/fetched.rs", "const KEEP: Duration = Duration::from_secs(24 * 60 * 60);"),
    ("age of a shared ticket", "2 hours", "auth/src/ticket/auth_tkt.rs", "const TIMEOUT: Duration = Duration::from_secs(2 * 60 * 60);"),
    ("a sealed ticket, unused", "a day", "auth/src/ticket/sealed.rs", "const IDLE: Duration = Duration::from_secs(24 * 60 * 60);"),
    ("a sealed ticket, in all", "a week", "auth/src/ticket/sealed.rs", "const ABSOLUTE: Duration = Duration::from_secs(7 * 24 * 60 * 60);"),
    ("cookies of a ticket's name", "4", "auth/src/ticket/cookie.rs", "const MOST: usize = 4;"),
    ("secrets of a sealed ticket", "4, of 32 bytes at least", "auth/src/ticket/sealed.rs", "const MAX_SECRETS: usize = 4;"),
    ("secrets of a sealed ticket", "4, of 32 bytes at least", "auth/src/ticket/sealed.rs", "const MIN_LENGTH: usize = 32;"),
    ("time unused", "a day", "session-core/src/vault.rs", "IDLE_TIMEOUT: Duration = Duration::from_secs(24 * 60 * 60);"),
    ("time in all", "30 days", "session-core/src/vault.rs", "ABSOLUTE_TIMEOUT: Duration = Duration::from_secs(30 * 24 * 60 * 60);"),
    ("the values of one session", "64 KiB", "session-core/src/vault.rs", "MAX_SIZE: usize = 64 * 1024;"),
    ("the cookie's life", "the browser's", "session/src/cookie.rs", "persistent: false,"),
    ("ids that are tried", "4", "session-core/src/session.rs", "MAX_IDS: usize = 4;"),
    ("flash messages", "16", "session-core/src/flash.rs", "MAX_FLASHES: usize = 16;"),
    ("a use that is worth a write", "after a tenth of the idle timeout", "session-core/src/vault.rs", "self.0.rules.idle / 10"),
    ("tries of a save", "32", "session-core/src/progress.rs", "const TRIES: u32 = 32;"),
    ("an urlencoded form that bears", "1 MiB", "csrf/src/layer.rs", "pub const MAX_FORM: usize = 1024 * 1024;"),
    ("what is read of a `multipart/form-data`", "8 KiB", "csrf/src/form.rs", "const MAX_FIRST: usize = 8 * 1024;"),
    ("the boundary of a `multipart/form-data`", "70 characters", "csrf/src/form.rs", "const MAX_BOUNDARY: usize = 70;"),
    ("sessions in a `MemoryStore`", "100,000", "session/src/memory.rs", "MAX_SESSIONS: usize = 100_000;"),
    ("bytes of all sessions", "256 MiB", "session/src/memory.rs", "MAX_BYTES: usize = 256 << 20;"),
    ("time for the store to answer", "1.5 s", "session-core/src/vault.rs", "STORE_TIMEOUT: Duration = Duration::from_millis(1500);"),
    ("lists in lists", "64 deep", "session-core/src/vault.rs", "MAX_DEPTH: usize = 64;"),
    ("the name of a session's owner", "255 bytes", "session-core/src/record.rs", "MAX_OWNER: usize = 255;"),
    ("the values of a session that is sealed", "2.9 KB", "session/src/sealed.rs", "assert!(capacity > 2900"),
    ("secrets in `Keys`", "8, of 32 bytes at least", "session/src/keys.rs", "MAX_KEYS: usize = 8;"),
    ("secrets in `Keys`", "8, of 32 bytes at least", "session/src/keys.rs", "MIN_LENGTH: usize = 32;"),
    ("wait for one command of Redis", "1 s", "session-redis/src/store.rs", "TIMEOUT: Duration = Duration::from_secs(1);"),
    ("commands that wait for Redis", "1024", "session-redis/src/line.rs", "const QUEUE: usize = 1024;"),
    ("wait for one verb of PostgreSQL", "1 s", "session-postgres/src/store.rs", "TIMEOUT: Duration = Duration::from_secs(1);"),
    ("connections to PostgreSQL", "8", "session-postgres/src/store.rs", "CONNECTIONS: usize = 8;"),
    ("changes that wait for a commit of PostgreSQL", "4,096", "session-postgres/src/crowd.rs", "const WAITING: usize = 4096;"),
    ("changes that wait for a commit of PostgreSQL", "4,096", "session-postgres/src/crowd.rs", "const TOGETHER: usize = 64;"),
    ("pause after a failure to connect", "100 ms", "session-redis/src/line.rs", "const PAUSE: Duration = Duration::from_millis(100);"),
    ("pause after a failure to connect", "100 ms", "session-postgres/src/line.rs", "const PAUSE: Duration = Duration::from_millis(100);"),
    ("expired sessions swept from PostgreSQL", "500, each minute", "session-postgres/src/sweep.rs", "const BATCH: i64 = 500;"),
    ("expired sessions swept from PostgreSQL", "500, each minute", "session-postgres/src/sweep.rs", "const EVERY: i64 = 60_000;"),
    ("tombstone", "30 s", "session-core/src/vault.rs", "TOMBSTONE: Duration = Duration::from_secs(30);"),
    ("wait for another process's lock", "5 s", "session-sqlite/src/schema.rs", "{ 100 } else { 5000 };"),
    ("writes in one transaction", "64", "session-sqlite/src/lane.rs", "const BATCH: usize = 64;"),
    ("the write-ahead log", "16 MiB", "session-sqlite/src/schema.rs", "const LOG_SIZE: i32 = 16 << 20;"),
    ("expired sessions swept at", "200, each minute", "session-sqlite/src/verbs.rs", "const SWEEP: u32 = 200;"),
    ("expired sessions swept at", "200, each minute", "session-sqlite/src/lane.rs", "SWEEP_EVERY: Duration = Duration::from_secs(60);"),
    ("a request's body, decoded", "16 MiB", "compression/src/decompression/layer.rs", "const MAX_SIZE: u64 = 16 << 20;"),
    ("the same body, as it was sent", "a hundredth and 64 KiB more", "compression/src/decompression/body.rs", "const OVERHEAD: u64 = 64 * 1024;"),
    ("the same body, as it was sent", "a hundredth and 64 KiB more", "compression/src/decompression/body.rs", "(self.size / 100)"),
    ("how many times it may grow", "100, from the first MiB on", "compression/src/decompression/layer.rs", "const MAX_RATIO: u64 = 100;"),
    ("how many times it may grow", "100, from the first MiB on", "compression/src/decompression/body.rs", "const HARMLESS: u64 = 1 << 20;"),
    ("codings of one body", "1", "compression/src/decompression/codings.rs", "(Self::Plain, Some(coding)) => Self::In(coding),"),
    ("the window of a zstd body", "8 MiB", "compression/src/decompression/decoder/zstandard.rs", "const WINDOW_LOG: u32 = 23;"),
    ("decoded before other tasks", "256 KiB", "compression/src/decompression/body.rs", "const TURN: usize = 256 * 1024;"),
    ("the least that is compressed", "1024 bytes", "compression/src/layer.rs", "const MIN_SIZE: u64 = 1024;"),
    ("compression level", "4 of 9; zstd 3 of 19", "compression/src/effort.rs", "Coding::Zstd | Coding::Dcz => 3,"),
    ("compression level", "4 of 9; zstd 3 of 19", "compression/src/effort.rs", "Coding::Br | Coding::Gzip | Coding::Deflate => 4,"),
    ("compressed in one go", "128 KiB", "compression/src/effort.rs", "const PORTION: usize = 128 * 1024;"),
    ("the first compressed frame", "32 KiB", "compression/src/encoder.rs", "const FRAME: usize = 32 * 1024;"),
    ("a later compressed frame", "128 KiB", "compression/src/encoder.rs", "const LONG_FRAME: usize = 128 * 1024;"),
    ("compressed before other tasks", "256 KiB", "compression/src/service.rs", "2 * job.portion()"),
    ("encoders at work", "256", "compression/src/layer.rs", "const MAX_ENCODERS: usize = 256;"),
    ("encoders at rest", "2 for each processor", "compression/src/pool.rs", "let most = 2 * thread::available_parallelism()"),
    ("compressed answers that are kept", "0 bytes", "compression/src/layer.rs", "cache: None,"),
    ("one stream that is kept", "a quarter of these", "compression/src/cache.rs", "self.cache.most / 4"),
    ("random padding of an answer", "0 bytes", "compression/src/layer.rs", "max_padding: 0,"),
    ("dictionaries that are kept", "16 MiB", "compression/src/dictionary.rs", "const MAX_BYTES: usize = 16 << 20;"),
    ("an answer that becomes a dictionary", "1 MiB", "compression/src/dictionary.rs", "const MAX_LENGTH: usize = 1 << 20;"),
    ("time until an error document begins to be answered", "10 s", "error-pages/src/documents/layer.rs", "patience: Duration::from_secs(10),"),
    ("the page of a maintenance file", "1 MiB, looked at once a second", "error-pages/src/maintenance/flag.rs", "const LONGEST: u64 = 1 << 20;"),
    ("the page of a maintenance file", "1 MiB, looked at once a second", "error-pages/src/maintenance/flag.rs", "const PAUSE: Duration = Duration::from_secs(1);"),
    ("`Retry-After` during maintenance", "5 minutes", "error-pages/src/maintenance/layer.rs", "after: Duration::from_secs(300),"),
    ("a file that leaves in one piece", "64 KiB", "static/src/body.rs", "const SMALL: u64 = 64 * 1024;"),
    ("memory for files that are asked for often", "16 MiB", "static/src/cache.rs", "memory: 16 << 20,"),
    ("descriptors of such files", "128", "static/src/cache.rs", "descriptors: 128,"),
    ("time for which a kept file is believed", "1 s", "static/src/cache.rs", "fresh_for: Duration::from_secs(1),"),
    ("a file that is kept with its bytes", "256 KiB, and a 64th of that memory", "static/src/store.rs", "const LARGEST: usize = 256 * 1024;"),
    ("a file that is hashed for its tag", "256 KiB", "static/src/digests.rs", "const AT_ONCE: u64 = 256 * 1024;"),
    ("tags made of bytes that are known", "4096", "static/src/digests.rs", "const MOST: usize = 4096;"),
    ("files that are read for their tags", "2", "static/src/digests.rs", "const AT_WORK: usize = 2;"),
    ("the part of a streamed file that is in memory", "64 KiB", "static/src/buffer.rs", "const BUFFER: usize = 64 * 1024;"),
    ("names of a directory that a listing", "10,000", "static/src/listing.rs", "const MAX_ENTRIES: usize = 10_000;"),
    ("entries on a page of a listing", "1000", "static/src/listing.rs", "const PAGE: usize = 1000;"),
    ("files with a fingerprint", "65,536, and 64", "static/src/assets.rs", "const MAX_ASSETS: usize = 65_536;"),
    ("files with a fingerprint", "65,536, and 64", "static/src/assets.rs", "const MAX_DEPTH: usize = 64;"),
    ("members of a zip archive", "65,536, and 64 MiB", "static/src/archive/directory.rs", "const MAX_MEMBERS: u64 = 65_536;"),
    ("members of a zip archive", "65,536, and 64 MiB", "static/src/archive/directory.rs", "const MAX_DIRECTORY: u64 = 64 << 20;"),
    ("a deflated member", "64 KiB", "static/src/archive/deflated.rs", "const AT_ONCE: u64 = 64 * 1024;"),
    ("one value from outside", "16 KiB", "access-log/src/layer.rs", "const FIELD_LIMIT: usize = 16 * 1024;"),
    ("lines that wait", "1 MiB", "access-log/src/sink/options.rs", "const CAPACITY: usize = 1 << 20;"),
    ("pause between two reports", "10 s", "access-log/src/sink/trouble.rs", "const AGAIN: Duration = Duration::from_secs(10);"),
    ("a file's size", "unbounded", "access-log/src/sink/file.rs", "max_size: None,"),
    ("pause after a file", "60 s", "access-log/src/sink/rotating.rs", "const PAUSE: Duration = Duration::from_secs(60);"),
    ("a message to syslog", "64 KiB", "access-log/src/sink/syslog.rs", "const LONGEST: usize = 64 * 1024;"),
    ("wait for syslog", "1 s", "access-log/src/sink/syslog.rs", "const PATIENCE: Duration = Duration::from_secs(1);"),
    ("the wait", "50 ms", "access-log/src/sink/options.rs", "const GATHERING: Duration = Duration::from_millis(50);"),
    ("parameters in a rule", "16", "dispatch/src/route.rs", "pub const MAX_PARAMETERS: usize = 16;"),
    ("what a converter of your own takes beside others in a segment", "255 bytes", "dispatch/src/split.rs", "const LONGEST_OWN: usize = 255;"),
    ("size of a regular expression in a rule", "10 MiB", "dispatch/src/regex.rs", "const LARGEST: usize = 10 << 20;"),
    ("bytes of a body that a `Cascade` keeps in memory", "64 KiB", "mount/src/cascade.rs", "memory: 64 * 1024,"),
    ("bytes of a body that a `Cascade` keeps in all", "64 MiB", "mount/src/cascade.rs", "limit: 64 * 1024 * 1024,"),
    ("forwards and includes", "10", "mount/src/recursive/layer.rs", "Self { depth: 10 }"),
    ("segments of a path that `Publish`", "32", "publish/src/service.rs", "depth: 32,"),
    ("bytes of a form that `Publish`", "256 KiB", "publish/src/service.rs", "body: 256 * 1024,"),
    ("fields of a query, and of a form", "1000", "publish/src/service.rs", "fields: 1000,"),
    ("groups in a regular expression", "16", "core/src/extensions/params.rs", "pub const MAX: usize = 16;"),
    ("reports of one cause", "one at once, and one for those that follow, after 15 minutes", "error/src/reports.rs", "pause: Duration::from_secs(15 * 60),"),
    ("reports in an hour", "60", "error/src/reports.rs", "hourly: 60,"),
    ("causes that are told apart", "256", "error/src/reports.rs", "groups: 256,"),
    ("incidents that wait for those", "1024", "error/src/reports.rs", "const QUEUE: usize = 1024;"),
    ("reports that wait for a reporter", "one for each cause that is told apart, and one; tried again after 30 s", "error/src/reports.rs", "let room = self.pace.groups.saturating_add(1);"),
    ("reports that wait for a reporter", "one for each cause that is told apart, and one; tried again after 30 s", "error/src/reports/desk.rs", "const RETRY_AFTER: Duration = Duration::from_secs(30);"),
    ("tries of a report that cannot be reported", "5", "error/src/backlog.rs", "const MAX_TRIES: u32 = 5;"),
    ("a message in an incident", "4 KiB", "error/src/bounded.rs", "const MAX_TEXT: usize = 4096;"),
    ("causes in an incident", "16, and 4 KiB of all together", "error/src/link.rs", "const MAX_LINKS: usize = 16;"),
    ("ids in a report", "32", "error/src/report.rs", "const MAX_IDS: usize = 32;"),
    ("the file of `JsonLines`", "256 MiB", "error/src/json_lines.rs", "max_size: 256 * 1024 * 1024,"),
    ("time for the answer of a webhook", "10 s", "error-webhook/src/webhook.rs", "const PATIENCE: Duration = Duration::from_secs(10);"),
    ("time for each step of sending a mail", "20 s", "error-mail/src/mail.rs", "const PATIENCE: Duration = Duration::from_secs(20);"),
    ("lines of source around", "7 before and 7 after", "debug/src/source.rs", "const AROUND: u32 = 7;"),
    ("a source file on the debug page", "1 MiB", "debug/src/source.rs", "const MAX_FILE: u64 = 1024 * 1024;"),
    ("calls of a panic", "200", "debug/src/trace.rs", "const MAX_FRAMES: usize = 200;"),
    ("events of a request on the debug page", "200, with 1 KiB of fields each", "debug/src/events.rs", "const MAX_EVENTS: usize = 200;"),
    ("events of a request on the debug page", "200, with 1 KiB of fields each", "debug/src/events.rs", "const MAX_FIELDS: usize = 1024;"),
    ("cookies in a client's jar", "1000", "test/src/jar.rs", "const LIMIT: usize = 1000;"),
    ("life of a cookie in a jar", "400 days", "test/src/cookie.rs", "Duration::from_secs(400 * 24 * 60 * 60);"),
    ("answers that a lint remembers", "1024", "lint/src/memory.rs", "const LIMIT: usize = 1024;"),
    ("bytes of a body that a lint compares", "64 KiB", "lint/src/memory.rs", "const HASHED: u64 = 64 * 1024;"),
    ("a line of a part's head", "8 KiB", "lint/src/parts.rs", "const LONGEST_LINE: usize = 8 * 1024;"),
];

/// Of the row of stored hashes.
const HASHES: &str = "bcrypt 16; 1,000,000 rounds of `$5$` and `$6$`; 10,000,000 iterations of PBKDF2; 128 MiB of scrypt; 256 MiB of Argon2";

/// Limits that are hyper's, and so stand in no file of ours.
const HYPERS: &[&str] = &["fields in an HTTP/1.1 head"];

fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The chapter's rows, as cells.
fn rows(chapter: &str) -> Vec<Vec<&str>> {
    chapter
        .lines()
        .filter(|line| line.starts_with("| ") && !line.starts_with("| limit |"))
        .map(|line| line.trim_matches('|').split('|').map(str::trim).collect())
        .collect()
}

#[test]
fn every_number_in_the_chapter_is_the_number_in_the_code() {
    let chapter = read("src/limits.md");
    let rows = rows(&chapter);
    for (limit, number, file, code) in LIMITS {
        assert!(
            rows.iter().any(|row| row[0].starts_with(limit) && row[1] == *number),
            "the chapter has no row {limit:?} with {number:?}"
        );
        assert!(
            read(&format!("../crates/{file}")).contains(code),
            "crates/{file} no longer says {code:?}: is {limit:?} in src/limits.md still {number:?}?"
        );
    }
}

#[test]
fn every_row_of_the_chapter_is_compared() {
    for row in rows(&read("src/limits.md")) {
        assert_eq!(row.len(), 4, "{row:?}");
        let compared =
            LIMITS.iter().map(|limit| limit.0).chain(HYPERS.iter().copied());
        assert!(
            compared.into_iter().any(|limit| row[0].starts_with(limit)),
            "{:?} is not compared with the code",
            row[0]
        );
    }
}

#[test]
fn every_option_that_the_chapter_names_is_there() {
    let chapter = read("src/limits.md");
    let named = rows(&chapter).into_iter().flat_map(|row| row[3].split('`'));
    for (owner, option) in named.filter_map(|name| name.split_once("::")) {
        let folder = match owner {
            "Server" => "serve/src/server.rs",
            "AccessLogLayer" => "access-log/src/layer.rs",
            "LineOptions" => "access-log/src/sink/options.rs",
            "LogFile" => "access-log/src/sink/file.rs",
            "AuthTkt" => "auth/src/ticket/auth_tkt.rs",
            "FetchedKeys" => "auth/src/jwt/fetched.rs",
            "SealedTicket" => "auth/src/ticket/sealed.rs",
            "Verifier" => "auth/src/jwt/verifier.rs",
            "FormLoginLayer" => "auth/src/form/layer.rs",
            "Attempts" => "auth/src/throttle/attempts.rs",
            "Basic" => "auth/src/basic/scheme.rs",
            "Digest" => "auth/src/digest/scheme.rs",
            "IntegrityLayer" => "auth/src/digest/integrity.rs",
            "Workers" => "auth/src/password/workers.rs",
            "SessionLayer" => "session/src/layer.rs",
            "MemoryStore" => "session/src/memory.rs",
            "RedisStore" => "session-redis/src/store.rs",
            "PostgresStore" => "session-postgres/src/store.rs",
            "CompressionLayer" => "compression/src/layer.rs",
            "CsrfLayer" => "csrf/src/layer.rs",
            "Publish" => "publish/src/service.rs",
            "Cascade" => "mount/src/cascade.rs",
            "RecursiveLayer" => "mount/src/recursive/layer.rs",
            "Cache" => "static/src/cache.rs",
            "Dictionaries" => "compression/src/dictionary.rs",
            "ErrorDocumentsLayer" => "error-pages/src/documents/layer.rs",
            "MaintenanceLayer" => "error-pages/src/maintenance/layer.rs",
            "DecompressionLayer" => "compression/src/decompression/layer.rs",
            "ReportsBuilder" => "error/src/reports.rs",
            "JsonLines" => "error/src/json_lines.rs",
            "Webhook" => "error-webhook/src/webhook.rs",
            _ => panic!("{owner} is new: say here where it is"),
        };
        let code = read(&format!("../crates/{folder}"));
        assert!(
            code.contains(&format!("fn {option}(")),
            "{owner} has no {option}"
        );
    }
}
