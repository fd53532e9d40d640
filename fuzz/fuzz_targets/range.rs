#![no_main]

use arbitrary::Arbitrary;
use http::{HeaderMap, HeaderValue, header::RANGE};
use libfuzzer_sys::fuzz_target;
use plywood_header::range::{MAX_RANGES, Ranges, Resolution, unsatisfied};

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    line: &'a [u8],
    length: u64,
}

fuzz_target!(|input: Input<'_>| {
    let Input { line, length } = input;
    let Ok(line) = HeaderValue::from_bytes(line) else {
        return;
    };
    let headers = HeaderMap::from_iter([(RANGE, line)]);
    let Some(ranges) = Ranges::read(&headers) else {
        return;
    };
    let mut slices = match ranges.resolve(length) {
        Resolution::Whole => return assert_eq!(length, 0),
        Resolution::Single(slice) => vec![slice],
        Resolution::Several(slices) => slices,
        Resolution::Unsatisfiable => return drop(unsatisfied(length)),
    };
    assert!((1..=MAX_RANGES).contains(&slices.len()));
    slices.sort_unstable();
    for slice in &slices {
        assert!(slice.start <= slice.end_inclusive && slice.end_inclusive < length);
        drop(slice.content_range(length));
    }
    assert!(
        slices
            .windows(2)
            .all(|pair| pair[0].end_inclusive < pair[1].start)
    );
});
