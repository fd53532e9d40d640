//! The figures: which numbers are drawn, in which order.

use crate::{
    goal::{Measured, at},
    goals,
    plot::{Bar, Plot},
    results::{Missing, Results, source},
};

pub(crate) struct Figure {
    /// The name of its file.
    pub(crate) name: &'static str,
    title: &'static str,
    unit: &'static str,
    bars: &'static [Shown],
}

/// A number that is drawn.
struct Shown {
    label: &'static str,
    is_ours: bool,
    measured: Measured,
}

impl Figure {
    pub(crate) fn plot(&self, results: &Results) -> Result<Plot, Missing> {
        let bars: Result<Vec<Bar>, Missing> =
            self.bars.iter().map(|shown| shown.bar(results)).collect();
        Ok(Plot {
            name: self.name,
            title: self.title,
            unit: self.unit,
            bars: bars?,
        })
    }
}

impl Shown {
    fn bar(&self, results: &Results) -> Result<Bar, Missing> {
        Ok(Bar {
            label: self.label.to_owned(),
            spread: self.measured.read(results)?,
            is_ours: self.is_ours,
            goal: goals::bound(&self.measured),
        })
    }
}

const fn ours(label: &'static str, measured: Measured) -> Shown {
    Shown {
        label,
        is_ours: true,
        measured,
    }
}

const fn peer(label: &'static str, measured: Measured) -> Shown {
    Shown {
        label,
        is_ours: false,
        measured,
    }
}

const fn stack(row: &'static str) -> Measured {
    at("stack", "the whole stack", row, "against the peers")
}

const fn line(row: &'static str) -> Measured {
    at("stack", "with a line each", row, "against the peers")
}

const fn layer(row: &'static str) -> Measured {
    at("stack", "each layer alone", row, "added ns")
}

const fn log(row: &'static str) -> Measured {
    at("access_log", "a log to a file", row, "against the trace")
}

const fn session(row: &'static str) -> Measured {
    at("session", "a request", row, "of the peer's")
}

const fn crowd(row: &'static str, column: &'static str) -> Measured {
    at("session", "32 visitors at a time", row, column)
}

const fn store(row: &'static str) -> Measured {
    at("stores", "32 visitors at a time, 2 workers", row, "ratio")
}

/// Both look up the same paths.
const fn lookup(ours: &'static str, peer: &'static str) -> Measured {
    Measured::Over(
        source("routing", "a lookup", ours, "ns"),
        source("routing", "a lookup", peer, "ns"),
    )
}

const fn answer(row: &'static str) -> Measured {
    at(
        "compression",
        "an answer",
        row,
        "times faster than the first",
    )
}

const fn file(size: &'static str, row: &'static str) -> Measured {
    at("static", size, row, "us of processor time")
}

const fn small(protocol: &'static str, row: &'static str) -> Measured {
    at("wire_app", protocol, row, "us of processor time")
}

const fn site(what: &'static str, row: &'static str) -> Measured {
    at("wire_nginx", what, row, "us of processor time")
}

pub(crate) const FIGURES: &[Figure] = &[
    Figure {
        name: "stack",
        title: "What six layers add to a request",
        unit: "processor time, of what the peers' stack adds",
        bars: &[
            ours("Plywood, six layers", stack("plywood, six layers")),
            ours("Plywood, erased", stack("plywood, erased")),
            peer("peers, ServiceBuilder", stack("peers, ServiceBuilder")),
            peer("peers, axum .layer()", stack("peers, axum .layer()")),
        ],
    },
    Figure {
        name: "stack_lines",
        title: "What six layers add to a request, where both sides write a line about it",
        unit: "processor time, of what the peers' stack adds",
        bars: &[
            ours("Plywood, six layers", line("plywood, six layers")),
            peer("peers, a line each", line("peers, a line each")),
        ],
    },
    Figure {
        name: "layers",
        title: "What each layer adds to a request",
        unit: "nanoseconds of processor time",
        bars: &[
            ours("access-log", layer("access-log")),
            peer(
                "tower-http trace, which writes nothing",
                layer("tower-http trace"),
            ),
            ours("error-pages", layer("error-pages")),
            peer(
                "tower-http catch-panic, which has no pages",
                layer("tower-http catch-panic"),
            ),
            ours("compression that lets pass", layer("compression")),
            peer(
                "tower-http compression, gzip",
                layer("tower-http compression"),
            ),
            ours("session, not touched", layer("session")),
            peer("tower-sessions, not touched", layer("tower-sessions")),
            ours("auth, Basic", layer("auth (Basic)")),
            ours("dispatch, 130 rules", layer("dispatch, 130 rules")),
            peer("axum Router, 130 rules", layer("axum Router, 130 rules")),
        ],
    },
    Figure {
        name: "access_log",
        title: "What a log to a file adds to a request",
        unit: "processor time, of what tower-http's trace with a formatter adds",
        bars: &[
            ours("access-log, Combined", log("access-log, Combined")),
            ours("access-log, JSON", log("access-log, JSON")),
            peer("tower-http trace, fmt", log("tower-http trace, fmt")),
        ],
    },
    Figure {
        name: "session",
        title: "What a session adds to a request",
        unit: "processor time, of what the peer's adds: tower-sessions', for the sealed cookie tower-cookies' private jar's",
        bars: &[
            ours("not touched", session("/untouched, plywood")),
            ours("memory, read", session("/read, plywood")),
            ours("memory, read and written", session("/write, plywood")),
            ours(
                "memory, created, no bound on either side",
                session("/create, without bounds, plywood"),
            ),
            ours("memory, created, ours full", session("/create, plywood")),
            ours(
                "sealed cookie, read and written",
                session("sealed cookie, /write, plywood"),
            ),
        ],
    },
    Figure {
        name: "session_crowd",
        title: "Sessions in memory, 32 visitors at a time",
        unit: "requests a second",
        bars: &[
            ours(
                "Plywood, read, 1 worker",
                crowd("memory, /read, plywood", "1 worker, /s"),
            ),
            ours(
                "Plywood, read, 2 workers",
                crowd("memory, /read, plywood", "2 workers, /s"),
            ),
            peer(
                "tower-sessions, read, 1 worker",
                crowd("memory, /read, peer", "1 worker, /s"),
            ),
            peer(
                "tower-sessions, read, 2 workers",
                crowd("memory, /read, peer", "2 workers, /s"),
            ),
            ours(
                "Plywood, written, 1 worker",
                crowd("memory, /write, plywood", "1 worker, /s"),
            ),
            ours(
                "Plywood, written, 2 workers",
                crowd("memory, /write, plywood", "2 workers, /s"),
            ),
            peer(
                "tower-sessions, written, 1 worker",
                crowd("memory, /write, peer", "1 worker, /s"),
            ),
            peer(
                "tower-sessions, written, 2 workers",
                crowd("memory, /write, peer", "2 workers, /s"),
            ),
        ],
    },
    Figure {
        name: "stores",
        title: "Sessions in a database, 32 visitors at a time",
        unit: "requests a second, of what tower-sessions' own store reaches",
        bars: &[
            ours(
                "SQLite, read",
                crowd("SQLite, /read, plywood", "of the peer's with 2"),
            ),
            ours(
                "SQLite, read and written",
                crowd("SQLite, /write, plywood", "of the peer's with 2"),
            ),
            ours("Redis, read", store("Redis, /read")),
            ours("Redis, read and written", store("Redis, /write")),
            ours("PostgreSQL, read", store("PostgreSQL, /read")),
            ours("PostgreSQL, read and written", store("PostgreSQL, /write")),
        ],
    },
    Figure {
        name: "routing",
        title: "Finding a rule",
        unit: "time of a lookup, of matchit's with the same rules",
        bars: &[
            ours("GitHub's 152 rules", lookup("github", "matchit-github")),
            ours(
                "the same, numbers by a converter",
                lookup("github-typed", "matchit-github"),
            ),
            ours("100 generated rules", lookup("rules-100", "matchit-100")),
            ours(
                "10,000 generated rules",
                lookup("rules-10000", "matchit-10000"),
            ),
        ],
    },
    Figure {
        name: "compression",
        title: "Compressing a page",
        unit: "times as fast as tower-http over the same library, JSON",
        bars: &[
            ours("gzip, 1 kB", answer("json 1k plywood gzip")),
            ours(
                "gzip at its level, 10 kB",
                answer("json 10k plywood gzip, level 6"),
            ),
            ours(
                "gzip at its level, 100 kB",
                answer("json 100k plywood gzip, level 6"),
            ),
            ours(
                "gzip at its level, 1 MB",
                answer("json 1m plywood gzip, level 6"),
            ),
            ours("zstd, 1 kB", answer("json 1k plywood zstd")),
            ours("zstd, 10 kB", answer("json 10k plywood zstd")),
            ours("zstd, 100 kB", answer("json 100k plywood zstd")),
            ours("brotli, 1 kB", answer("json 1k plywood br")),
            ours("brotli, 100 kB", answer("json 100k plywood br")),
        ],
    },
    Figure {
        name: "static",
        title: "A file over a connection",
        unit: "microseconds of the server's processor time",
        bars: &[
            ours("1 KB, Plywood", file("1 KB", "plywood")),
            ours(
                "1 KB, Plywood without its cache",
                file("1 KB", "plywood without cache"),
            ),
            peer("1 KB, nginx", file("1 KB", "nginx")),
            peer(
                "1 KB, nginx with open_file_cache",
                file("1 KB", "nginx, open_file_cache"),
            ),
            peer("1 KB, tower-http's ServeDir", file("1 KB", "tower-http")),
            ours("100 KB, Plywood", file("100 KB", "plywood")),
            peer("100 KB, nginx", file("100 KB", "nginx")),
            peer(
                "100 KB, tower-http's ServeDir",
                file("100 KB", "tower-http"),
            ),
        ],
    },
    Figure {
        name: "app",
        title: "The same small app, whole servers",
        unit: "microseconds of the server's processor time for a request",
        bars: &[
            ours(
                "HTTP/1.1, Plywood's six layers",
                small("HTTP/1.1", "plywood"),
            ),
            peer(
                "HTTP/1.1, axum with the peers' layers",
                small("HTTP/1.1", "peers"),
            ),
            peer(
                "HTTP/1.1, the same without lines",
                small("HTTP/1.1", "peers, no lines"),
            ),
            ours(
                "HTTP/1.1, plywood-serve without layers",
                small("HTTP/1.1", "plywood, bare"),
            ),
            peer(
                "HTTP/1.1, axum without layers",
                small("HTTP/1.1", "axum, bare"),
            ),
            ours("HTTP/2, Plywood's six layers", small("HTTP/2", "plywood")),
            peer(
                "HTTP/2, axum with the peers' layers",
                small("HTTP/2", "peers"),
            ),
            peer(
                "HTTP/2, the same without lines",
                small("HTTP/2", "peers, no lines"),
            ),
            ours(
                "HTTP/2, plywood-serve without layers",
                small("HTTP/2", "plywood, bare"),
            ),
            peer("HTTP/2, axum without layers", small("HTTP/2", "axum, bare")),
        ],
    },
    Figure {
        name: "nginx",
        title: "What nginx does, whole servers",
        unit: "microseconds of the server's processor time for a request",
        bars: &[
            ours("1 KB, Plywood", site("1 KB", "plywood")),
            peer("1 KB, nginx", site("1 KB", "nginx")),
            ours("10 KB, Plywood", site("10 KB", "plywood")),
            peer("10 KB, nginx", site("10 KB", "nginx")),
            ours("100 KB, Plywood", site("100 KB", "plywood")),
            peer("100 KB, nginx", site("100 KB", "nginx")),
            ours(
                "10 KB of HTML by gzip, Plywood",
                site("10 KB of HTML, gzip", "plywood"),
            ),
            peer(
                "10 KB of HTML by gzip, nginx",
                site("10 KB of HTML, gzip", "nginx"),
            ),
            ours(
                "1 KB and a line in the log, Plywood",
                site("1 KB, a log", "plywood"),
            ),
            peer(
                "1 KB and a line in the log, nginx",
                site("1 KB, a log", "nginx"),
            ),
            ours(
                "1 KB behind a password, Plywood",
                site("1 KB, Basic", "plywood"),
            ),
            peer(
                "1 KB behind a password, nginx",
                site("1 KB, Basic", "nginx"),
            ),
            ours("all of it, Plywood", site("all of it", "plywood")),
            peer("all of it, nginx", site("all of it", "nginx")),
        ],
    },
];
