//! Ranges.

use super::{
    Known, Row,
    Whose::{Apache, Both, Nginx},
    row,
};

const EMPTY: &str = "no range of nothing can be satisfied; Apache sends the nothing";
const EMPTY_ELEMENTS: &str = "empty elements and spaces of a list are skipped: RFC 9110 §5.6.1";
const EMPTY_SUFFIX: &str = "a suffix of no bytes cannot be satisfied: RFC 9110 §14.1.2";
const HEAD_RANGE: &str = "ranges are for GET only: RFC 9110 §14.2";
const HUGE: &str = "a position behind the end is one, however large: RFC 9110 §14.1.2";
const MANY: &str = "parts with their heads would be longer than the file";
const MERGED: &str = "ranges that meet are sent as one";
const NOT_A_RANGE: &str = "what is no range is ignored: RFC 9110 §14.2";
const POST: &str = "files take no content, whichever conditions; Apache answers like GET, nginx looks first whether there is a file";
const TWO_RANGES: &str = "two lines of a field that is no list are no range; nginx takes the first";

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    row("GET", "/range.bin", &["Range: bytes=0-0"], &[]),
    row("GET", "/range.bin", &["Range: bytes=0-"], &[]),
    row("GET", "/range.bin", &["Range: bytes=5-9"], &[]),
    row("GET", "/range.bin", &["Range: bytes=-1"], &[]),
    row("GET", "/range.bin", &["Range: bytes=-0"], &[Known(Apache, &["status 416/200"], EMPTY_SUFFIX)]),
    row("GET", "/range.bin", &["Range: bytes=-1000"], &[]),
    row("GET", "/range.bin", &["Range: bytes=-1001"], &[]),
    row("GET", "/range.bin", &["Range: bytes=0-999"], &[]),
    row("GET", "/range.bin", &["Range: bytes=0-1000"], &[]),
    row("GET", "/range.bin", &["Range: bytes=999-"], &[]),
    row("GET", "/range.bin", &["Range: bytes=1000-"], &[]),
    row("GET", "/range.bin", &["Range: bytes=1000-1001"], &[]),
    row("GET", "/range.bin", &["Range: bytes=9-5"], &[Known(Nginx, &["status 200/416"], NOT_A_RANGE)]),
    row("GET", "/range.bin", &["Range: bytes="], &[]),
    row("GET", "/range.bin", &["Range: bytes=-"], &[Known(Nginx, &["status 200/416"], NOT_A_RANGE)]),
    row("GET", "/range.bin", &["Range: bytes=a-b"], &[Known(Nginx, &["status 200/416"], NOT_A_RANGE)]),
    row("GET", "/range.bin", &["Range: bytes=0"], &[Known(Nginx, &["status 200/416"], NOT_A_RANGE)]),
    row("GET", "/range.bin", &["Range: bytes=0-x"], &[Known(Nginx, &["status 200/416"], NOT_A_RANGE)]),
    row("GET", "/range.bin", &["Range: bytes=0-1,"], &[Known(Nginx, &["status 206/416"], EMPTY_ELEMENTS)]),
    row("GET", "/range.bin", &["Range: bytes=,0-1"], &[Known(Nginx, &["status 206/416"], EMPTY_ELEMENTS), Known(Apache, &["status 206/200"], EMPTY_ELEMENTS)]),
    row("GET", "/range.bin", &["Range: bytes=,"], &[Known(Nginx, &["status 200/416"], NOT_A_RANGE)]),
    row("GET", "/range.bin", &["Range: bytes=0-1,3-4"], &[]),
    row("GET", "/range.bin", &["Range: bytes=0-1, 3-4"], &[Known(Apache, &["status 206/200"], EMPTY_ELEMENTS)]),
    row("GET", "/range.bin", &["Range: bytes=0-1 ,\t3-4"], &[Known(Nginx, &["status 206/416"], EMPTY_ELEMENTS), Known(Apache, &["status 206/200"], EMPTY_ELEMENTS)]),
    row("GET", "/range.bin", &["Range: bytes=3-4,0-1"], &[]),
    row("GET", "/range.bin", &["Range: bytes=0-5,3-9"], &[Known(Nginx, &["body", "content-length 10/of parts", "content-range bytes 0-9/1000/-", "content-type application/octet-stream/multipart/byteranges; boundary=B"], MERGED)]),
    row("GET", "/range.bin", &["Range: bytes=0-4,5-9"], &[Known(Nginx, &["body", "content-length 10/of parts", "content-range bytes 0-9/1000/-", "content-type application/octet-stream/multipart/byteranges; boundary=B"], MERGED)]),
    row("GET", "/range.bin", &["Range: bytes=0-1,0-1"], &[Known(Nginx, &["body", "content-length 2/of parts", "content-range bytes 0-1/1000/-", "content-type application/octet-stream/multipart/byteranges; boundary=B"], MERGED)]),
    row("GET", "/range.bin", &["Range: bytes=0-1,1000-"], &[]),
    row("GET", "/range.bin", &["Range: bytes=1000-,0-1"], &[]),
    row("GET", "/range.bin", &["Range: bytes=1000-,2000-"], &[]),
    row("GET", "/range.bin", &["Range: bytes=0-1,9-5"], &[Known(Nginx, &["status 200/206"], NOT_A_RANGE)]),
    row("GET", "/range.bin", &["Range: bytes=0-1,x"], &[Known(Nginx, &["status 200/416"], NOT_A_RANGE)]),
    row("GET", "/range.bin", &["Range: bytes=0-,-1"], &[Known(Nginx, &["status 206/200"], EMPTY_ELEMENTS)]),
    row("GET", "/range.bin", &["Range: bytes=0-99,200-299,-100"], &[]),
    row("GET", "/range.bin", &["Range: bytes= 0-1"], &[Known(Apache, &["status 206/200"], EMPTY_ELEMENTS)]),
    row("GET", "/range.bin", &["Range: bytes =0-1"], &[]),
    row("GET", "/range.bin", &["Range: bytes=0 - 1"], &[Known(Nginx, &["status 200/206"], NOT_A_RANGE)]),
    row("GET", "/range.bin", &["Range: Bytes=0-1"], &[]),
    row("GET", "/range.bin", &["Range: BYTES=0-1"], &[]),
    row("GET", "/range.bin", &["Range: items=0-1"], &[]),
    row("GET", "/range.bin", &["Range: bytes 0-1"], &[]),
    row("GET", "/range.bin", &["Range: 0-1"], &[]),
    row("GET", "/range.bin", &["Range: bytes=0-1;q=1"], &[Known(Nginx, &["status 200/416"], NOT_A_RANGE)]),
    row("GET", "/range.bin", &["Range: bytes=00-001"], &[]),
    row("GET", "/range.bin", &["Range: bytes=+0-1"], &[Known(Nginx, &["status 200/416"], NOT_A_RANGE)]),
    row("GET", "/range.bin", &["Range: bytes=0-1-2"], &[Known(Nginx, &["status 200/416"], NOT_A_RANGE)]),
    row("GET", "/range.bin", &["Range: bytes=--1"], &[Known(Nginx, &["status 200/416"], NOT_A_RANGE)]),
    row("GET", "/range.bin", &["Range: bytes=18446744073709551615-"], &[Known(Apache, &["status 416/200"], HUGE)]),
    row("GET", "/range.bin", &["Range: bytes=18446744073709551616-"], &[Known(Apache, &["status 416/200"], HUGE)]),
    row("GET", "/range.bin", &["Range: bytes=0-18446744073709551615"], &[Known(Nginx, &["status 206/416"], HUGE), Known(Apache, &["status 206/200"], HUGE)]),
    row("GET", "/range.bin", &["Range: bytes=0-18446744073709551616"], &[Known(Nginx, &["status 206/416"], HUGE), Known(Apache, &["status 206/200"], HUGE)]),
    row("GET", "/range.bin", &["Range: bytes=-18446744073709551616"], &[Known(Nginx, &["status 206/416"], HUGE), Known(Apache, &["status 206/200"], HUGE)]),
    row("GET", "/range.bin", &["Range: bytes=99999999999999999999999-"], &[Known(Apache, &["status 416/200"], HUGE)]),
    row("GET", "/range.bin", &["Range: bytes={60}"], &[Known(Both, &["status 200/206"], MANY)]),
    row("GET", "/range.bin", &["Range: bytes={300}"], &[Known(Nginx, &["status 200/206"], MANY)]),
    row("HEAD", "/range.bin", &["Range: bytes=0-4"], &[Known(Both, &["status 200/206"], HEAD_RANGE)]),
    row("HEAD", "/range.bin", &["Range: bytes=1000-"], &[Known(Both, &["status 200/416"], HEAD_RANGE)]),
    row("POST", "/range.bin", &["Range: bytes=0-4"], &[Known(Apache, &["status 405/206"], POST)]),
    row("GET", "/range.bin", &["Range: bytes=0-1", "Range: bytes=3-4"], &[Known(Nginx, &["status 200/206"], TWO_RANGES)]),
    row("GET", "/empty.txt", &["Range: bytes=0-0"], &[Known(Both, &["status 416/200"], EMPTY)]),
    row("GET", "/empty.txt", &["Range: bytes=0-"], &[Known(Both, &["status 416/200"], EMPTY)]),
    row("GET", "/empty.txt", &["Range: bytes=-1"], &[]),
    row("GET", "/empty.txt", &["Range: bytes=-0"], &[Known(Both, &["status 416/200"], EMPTY)]),
    row("GET", "/none.txt", &["Range: bytes=0-1"], &[]),
    row("GET", "/sub", &["Range: bytes=0-1"], &[]),
    row("GET", "/sub/", &["Range: bytes=0-1"], &[]),
];
