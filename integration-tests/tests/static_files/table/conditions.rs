//! Preconditions, alone and with ranges.

use super::{
    Known, Row,
    Whose::{Apache, Both, Nginx},
    row,
};

const BOTH_DATES: &str = "Apache forgets the second date once the first has held";
const NOT_EXACT: &str = "nginx compares dates for equality, by default";
const NO_DATE: &str = "what is no date is ignored: RFC 9110 §13.1.4";
const POST: &str = "files take no content, whichever conditions; Apache answers like GET, nginx looks first whether there is a file";
const RANGE_LAST: &str =
    "the range comes last, so that If-None-Match has its say: RFC 9110 §13.2.2";
const TAG_WINS: &str = "a tag makes the date beside it void: RFC 9110 §13.1.3 and §13.1.4";
const TWO_LINES: &str = "two lines are one list, as in every field that is a list";
const YEAR_1970: &str = "Apache takes the first second of 1970 for no date";

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    row("GET", "/range.bin", &["If-None-Match: {ETAG}"], &[]),
    row("GET", "/range.bin", &["If-Match: {ETAG}"], &[]),
    row("GET", "/range.bin", &["If-None-Match: W/{ETAG}"], &[]),
    row("GET", "/range.bin", &["If-Match: W/{ETAG}"], &[]),
    row("GET", "/range.bin", &["If-None-Match: \"x\""], &[]),
    row("GET", "/range.bin", &["If-Match: \"x\""], &[]),
    row("GET", "/range.bin", &["If-None-Match: *"], &[]),
    row("GET", "/range.bin", &["If-Match: *"], &[]),
    row("GET", "/range.bin", &["If-None-Match: \"x\", {ETAG}"], &[]),
    row("GET", "/range.bin", &["If-Match: \"x\", {ETAG}"], &[]),
    row("GET", "/range.bin", &["If-None-Match: \"x\",W/{ETAG}"], &[]),
    row("GET", "/range.bin", &["If-Match: \"x\",W/{ETAG}"], &[]),
    row("GET", "/range.bin", &["If-None-Match: x"], &[]),
    row("GET", "/range.bin", &["If-Match: x"], &[]),
    row("GET", "/range.bin", &["If-None-Match: "], &[]),
    row("GET", "/range.bin", &["If-Match: "], &[]),
    row("GET", "/range.bin", &["If-Modified-Since: Tue, 02 Jan 2024 03:04:05 GMT"], &[]),
    row("GET", "/range.bin", &["If-Unmodified-Since: Tue, 02 Jan 2024 03:04:05 GMT"], &[]),
    row("GET", "/range.bin", &["If-Modified-Since: Tue, 02 Jan 2024 03:04:06 GMT"], &[Known(Nginx, &["status 304/200"], NOT_EXACT)]),
    row("GET", "/range.bin", &["If-Unmodified-Since: Tue, 02 Jan 2024 03:04:06 GMT"], &[]),
    row("GET", "/range.bin", &["If-Modified-Since: Tue, 02 Jan 2024 03:04:04 GMT"], &[]),
    row("GET", "/range.bin", &["If-Unmodified-Since: Tue, 02 Jan 2024 03:04:04 GMT"], &[]),
    row("GET", "/range.bin", &["If-Modified-Since: Tuesday, 02-Jan-24 03:04:05 GMT"], &[]),
    row("GET", "/range.bin", &["If-Unmodified-Since: Tuesday, 02-Jan-24 03:04:05 GMT"], &[]),
    row("GET", "/range.bin", &["If-Modified-Since: Tue Jan  2 03:04:05 2024"], &[]),
    row("GET", "/range.bin", &["If-Unmodified-Since: Tue Jan  2 03:04:05 2024"], &[]),
    row("GET", "/range.bin", &["If-Modified-Since: yesterday"], &[]),
    row("GET", "/range.bin", &["If-Unmodified-Since: yesterday"], &[Known(Nginx, &["status 200/412"], NO_DATE)]),
    row("GET", "/range.bin", &["If-Modified-Since: "], &[]),
    row("GET", "/range.bin", &["If-Unmodified-Since: "], &[Known(Nginx, &["status 200/412"], NO_DATE)]),
    row("GET", "/range.bin", &["If-Modified-Since: Thu, 01 Jan 1970 00:00:00 GMT"], &[]),
    row("GET", "/range.bin", &["If-Unmodified-Since: Thu, 01 Jan 1970 00:00:00 GMT"], &[Known(Apache, &["status 412/200"], YEAR_1970)]),
    row("GET", "/range.bin", &["If-None-Match: \"x\"", "If-Modified-Since: Tue, 02 Jan 2024 03:04:05 GMT"], &[]),
    row("GET", "/range.bin", &["If-None-Match: {ETAG}", "If-Modified-Since: Tue, 02 Jan 2024 03:04:04 GMT"], &[Known(Both, &["status 304/200"], TAG_WINS)]),
    row("GET", "/range.bin", &["If-Match: {ETAG}", "If-Unmodified-Since: Tue, 02 Jan 2024 03:04:04 GMT"], &[Known(Both, &["status 200/412"], TAG_WINS)]),
    row("GET", "/range.bin", &["If-Match: \"x\"", "If-Unmodified-Since: Tue, 02 Jan 2024 03:04:06 GMT"], &[]),
    row("GET", "/range.bin", &["If-Match: {ETAG}", "If-None-Match: {ETAG}"], &[]),
    row("GET", "/range.bin", &["If-Match: \"x\"", "If-None-Match: {ETAG}"], &[]),
    row("GET", "/range.bin", &["If-None-Match: \"x\"", "If-None-Match: {ETAG}"], &[Known(Nginx, &["status 304/400"], TWO_LINES)]),
    row("GET", "/range.bin", &["If-Unmodified-Since: Tue, 02 Jan 2024 03:04:04 GMT", "If-None-Match: {ETAG}"], &[]),
    row("GET", "/range.bin", &["If-Unmodified-Since: Tue, 02 Jan 2024 03:04:05 GMT", "If-Modified-Since: Tue, 02 Jan 2024 03:04:05 GMT"], &[Known(Apache, &["status 304/200"], BOTH_DATES)]),
    row("GET", "/range.bin", &["Range: bytes=0-4", "If-Range: {ETAG}"], &[]),
    row("GET", "/range.bin", &["Range: bytes=0-4", "If-Range: W/{ETAG}"], &[]),
    row("GET", "/range.bin", &["Range: bytes=0-4", "If-Range: \"x\""], &[]),
    row("GET", "/range.bin", &["Range: bytes=0-4", "If-Range: Tue, 02 Jan 2024 03:04:05 GMT"], &[]),
    row("GET", "/range.bin", &["Range: bytes=0-4", "If-Range: Tue, 02 Jan 2024 03:04:06 GMT"], &[]),
    row("GET", "/range.bin", &["Range: bytes=0-4", "If-Range: Tue, 02 Jan 2024 03:04:04 GMT"], &[]),
    row("GET", "/range.bin", &["Range: bytes=0-4", "If-Range: x"], &[]),
    row("GET", "/range.bin", &["Range: bytes=0-4", "If-Range: "], &[]),
    row("GET", "/range.bin", &["Range: bytes=0-4", "If-Range: *"], &[]),
    row("GET", "/range.bin", &["Range: bytes=0-4", "If-Range: {ETAG}, \"x\""], &[]),
    row("GET", "/range.bin", &["Range: bytes=0-4", "If-None-Match: {ETAG}"], &[]),
    row("GET", "/range.bin", &["Range: bytes=0-4", "If-Match: \"x\""], &[]),
    row("GET", "/range.bin", &["Range: bytes=0-4", "If-Match: {ETAG}"], &[]),
    row("GET", "/range.bin", &["Range: bytes=0-4", "If-Modified-Since: Tue, 02 Jan 2024 03:04:05 GMT"], &[]),
    row("GET", "/range.bin", &["Range: bytes=0-4", "If-Range: \"x\"", "If-None-Match: {ETAG}"], &[Known(Apache, &["status 304/200"], RANGE_LAST)]),
    row("GET", "/range.bin", &["Range: bytes=1000-", "If-Range: {ETAG}"], &[]),
    row("GET", "/range.bin", &["Range: bytes=1000-", "If-Range: \"x\""], &[]),
    row("GET", "/range.bin", &["Range: bytes=1000-", "If-None-Match: {ETAG}"], &[]),
    row("GET", "/range.bin", &["If-Range: {ETAG}"], &[]),
    row("GET", "/range.bin", &["Range: bytes=0-1,4-5", "If-Range: {ETAG}"], &[]),
    row("GET", "/range.bin", &["Range: bytes=0-1,4-5", "If-Range: \"x\""], &[]),
    row("GET", "/none.txt", &["If-Match: *"], &[]),
    row("GET", "/none.txt", &["If-None-Match: *"], &[]),
    row("GET", "/none.txt", &["If-Match: \"x\""], &[]),
    row("POST", "/range.bin", &["If-None-Match: *"], &[Known(Apache, &["status 405/412"], POST)]),
    row("POST", "/range.bin", &["If-Match: \"x\""], &[Known(Apache, &["status 405/412"], POST)]),
    row("POST", "/range.bin", &["If-Unmodified-Since: Tue, 02 Jan 2024 03:04:04 GMT"], &[Known(Apache, &["status 405/412"], POST)]),
];
