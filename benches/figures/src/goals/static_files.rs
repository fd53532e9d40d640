use crate::{
    goal::{
        Bound::AtMost,
        Goal,
        Measured::{self},
        at,
    },
    goals::{measured, unknown},
};

pub(super) const GOALS: &[Goal] = &[
    measured(
        "1 KB and 10 KB that are kept: time, of nginx's",
        AtMost(0.8),
        &[
            file("1 KB", "plywood", "x nginx"),
            file("10 KB", "plywood", "x nginx"),
        ],
    ),
    measured(
        "the same, of nginx's with open_file_cache",
        AtMost(1.0),
        &[
            file("1 KB", "plywood", "x nginx, open_file_cache"),
            file("10 KB", "plywood", "x nginx, open_file_cache"),
        ],
    ),
    measured(
        "the same, of ServeDir's",
        AtMost(0.2),
        &[
            file("1 KB", "plywood", "x tower-http"),
            file("10 KB", "plywood", "x tower-http"),
        ],
    ),
    measured(
        "1 KB and 10 KB without our cache: time, of nginx's",
        AtMost(1.1),
        &[
            file("1 KB", "plywood without cache", "x nginx"),
            file("10 KB", "plywood without cache", "x nginx"),
        ],
    ),
    measured(
        "the same, of ServeDir's",
        AtMost(0.3),
        &[
            file("1 KB", "plywood without cache", "x tower-http"),
            file("10 KB", "plywood without cache", "x tower-http"),
        ],
    ),
    measured(
        "system calls of a file that is kept",
        AtMost(3.0),
        &[calls("plywood, 1 KB")],
    ),
    measured(
        "system calls without our cache",
        AtMost(6.0),
        &[calls("plywood without cache, 1 KB")],
    ),
    measured(
        "100 KB: time, of nginx's",
        AtMost(0.6),
        &[file("100 KB", "plywood", "x nginx")],
    ),
    measured(
        "10 MB: time for the same bytes, of ServeDir's",
        AtMost(1.0),
        &[file("10 MB", "plywood", "x tower-http")],
    ),
    measured(
        "304: time, of nginx's",
        AtMost(1.0),
        &[file("304", "plywood", "x nginx")],
    ),
    measured(
        "304: time, of ServeDir's",
        AtMost(0.333),
        &[file("304", "plywood", "x tower-http")],
    ),
    measured(
        "10,000 slow readers of 10 MB: kB for each",
        AtMost(100.0),
        &[at(
            "static_slow",
            "9900 slow readers of 10 MB",
            "plywood",
            "kB of the server for each",
        )],
    ),
    measured(
        "100,000 files by Zipf's law: bytes kept, of the 16 MiB that are configured",
        AtMost(16_777_216.0),
        &[at(
            "static_zipf",
            "memory and cache",
            "plywood",
            "bytes kept",
        )],
    ),
    unknown(
        "10 MB: at most two chunks of memory for a connection",
        "not measured by itself; slow readers above",
    ),
];

const fn file(size: &'static str, row: &'static str, column: &'static str) -> Measured {
    at("static", size, row, column)
}

const fn calls(row: &'static str) -> Measured {
    at(
        "static_calls",
        "system calls of a request, on one connection",
        row,
        "all",
    )
}
