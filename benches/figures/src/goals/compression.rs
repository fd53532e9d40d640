use crate::{
    goal::{
        Bound::{AtLeast, AtMost},
        Goal,
        Measured::{self, Less, Number, Over},
        at,
    },
    goals::{asserted, measured},
    results::{Source, source},
};

pub(super) const GOALS: &[Goal] = &[
    measured(
        "an answer that is left alone: ns added",
        AtMost(60.0),
        &[Number(layer("compression", "added ns"))],
    ),
    measured(
        "the same: allocations",
        AtMost(0.0),
        &[Number(layer("compression", "added allocations"))],
    ),
    measured(
        "gzip, 1 kB: times as fast as tower-http over zlib-rs; JSON, HTML",
        AtLeast(1.4),
        &[
            faster("json 1k plywood gzip"),
            faster("html 1k plywood gzip"),
        ],
    ),
    measured(
        "gzip at its level, 10 kB; JSON, HTML",
        AtLeast(1.1),
        &[
            faster("json 10k plywood gzip, level 6"),
            faster("html 10k plywood gzip, level 6"),
        ],
    ),
    measured(
        "gzip at its level, 100 kB and 1 MB; JSON, HTML",
        AtLeast(1.0),
        &[
            faster("json 100k plywood gzip, level 6"),
            faster("json 1m plywood gzip, level 6"),
            faster("html 100k plywood gzip, level 6"),
            faster("html 1m plywood gzip, level 6"),
        ],
    ),
    measured(
        "gzip at its level, JSON of 10 kB, 100 kB, 1 MB: times as fast as tower-http as shipped",
        AtLeast(1.8),
        &[
            Over(
                shipped("json 10k tower-http gzip", "us"),
                answer("json 10k plywood gzip, level 6", "us"),
            ),
            Over(
                shipped("json 100k tower-http gzip", "us"),
                answer("json 100k plywood gzip, level 6", "us"),
            ),
            Over(
                shipped("json 1m tower-http gzip", "us"),
                answer("json 1m plywood gzip, level 6", "us"),
            ),
        ],
    ),
    measured(
        "gzip at our level, JSON of 100 kB: times as fast as tower-http as shipped",
        AtLeast(2.8),
        &[Over(
            shipped("json 100k tower-http gzip", "us"),
            answer("json 100k plywood gzip", "us"),
        )],
    ),
    measured(
        "the same: bytes, of theirs",
        AtMost(1.06),
        &[Over(
            shipped("json 100k tower-http gzip", "ratio of sizes"),
            answer("json 100k plywood gzip", "ratio of sizes"),
        )],
    ),
    measured(
        "zstd, 1 kB: times as fast as tower-http; JSON, HTML",
        AtLeast(5.0),
        &[
            faster("json 1k plywood zstd"),
            faster("html 1k plywood zstd"),
        ],
    ),
    measured(
        "zstd, 10 kB",
        AtLeast(2.0),
        &[
            faster("json 10k plywood zstd"),
            faster("html 10k plywood zstd"),
        ],
    ),
    measured(
        "zstd, 100 kB",
        AtLeast(1.1),
        &[
            faster("json 100k plywood zstd"),
            faster("html 100k plywood zstd"),
        ],
    ),
    measured(
        "brotli, 100 kB: times as fast as tower-http; JSON, HTML",
        AtLeast(1.2),
        &[
            faster("json 100k plywood br"),
            faster("html 100k plywood br"),
        ],
    ),
    measured(
        "the same: memory, of theirs",
        AtMost(0.3),
        &[
            Over(
                answer("json 100k plywood br", "bytes allocated"),
                answer("json 100k tower-http br", "bytes allocated"),
            ),
            Over(
                answer("html 100k plywood br", "bytes allocated"),
                answer("html 100k tower-http br", "bytes allocated"),
            ),
        ],
    ),
    measured(
        "allocations of a compressed answer beyond the bare service's: 1 kB, 100 kB, 1 MB",
        AtMost(4.0),
        &[
            Less(
                answer("json 1k plywood gzip", "allocations"),
                answer("small bare", "allocations"),
            ),
            Less(
                answer("json 100k plywood gzip", "allocations"),
                answer("small bare", "allocations"),
            ),
            Less(
                answer("json 1m plywood gzip", "allocations"),
                answer("small bare", "allocations"),
            ),
        ],
    ),
    asserted(
        "bytes allocated: at most twice those of the result",
        "a test of the crate asserts it",
    ),
    asserted(
        "a page of 91 KB of which 5 % of the lines changed, by a dictionary: at most 7.5 % of its gzip size",
        "a test of the crate asserts it",
    ),
    measured(
        "with `libdeflate`: gzip, 1 kB; JSON, HTML",
        AtLeast(2.2),
        &[
            libdeflate("json 1k plywood gzip"),
            libdeflate("html 1k plywood gzip"),
        ],
    ),
    measured(
        "with `libdeflate`: gzip at its level, 100 kB; JSON, HTML",
        AtLeast(1.3),
        &[
            libdeflate("json 100k plywood gzip, level 6"),
            libdeflate("html 100k plywood gzip, level 6"),
        ],
    ),
];

const fn layer(row: &'static str, column: &'static str) -> Source {
    source("stack", "each layer alone", row, column)
}

const fn answer(row: &'static str, column: &'static str) -> Source {
    source("compression", "an answer", row, column)
}

const fn faster(row: &'static str) -> Measured {
    Number(answer(row, "times faster than the first"))
}

const fn shipped(row: &'static str, column: &'static str) -> Source {
    source("compression_shipped", "an answer", row, column)
}

const fn libdeflate(row: &'static str) -> Measured {
    at(
        "compression_libdeflate",
        "an answer",
        row,
        "times faster than the first",
    )
}
