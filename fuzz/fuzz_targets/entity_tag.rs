#![no_main]

use arbitrary::Arbitrary;
use http::{HeaderMap, HeaderValue, Method, header};
use libfuzzer_sys::fuzz_target;
use plywood_header::{
    entity_tag::{EntityTag, EntityTagList},
    preconditions::{self, Verdict},
};

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    fields: Vec<(u8, &'a [u8])>,
    tag: &'a [u8],
}

const FIELDS: &[header::HeaderName] = &[
    header::IF_MATCH,
    header::IF_NONE_MATCH,
    header::IF_MODIFIED_SINCE,
    header::IF_UNMODIFIED_SINCE,
    header::IF_RANGE,
];

fuzz_target!(|input: Input<'_>| {
    let mut headers = HeaderMap::new();
    for (field, line) in input.fields {
        if let Ok(line) = HeaderValue::from_bytes(line) {
            headers.append(FIELDS[usize::from(field) % FIELDS.len()].clone(), line);
        }
    }
    let tag = EntityTag::parse(input.tag);
    if let Some(tag) = &tag {
        let again = EntityTag::parse(tag.header_value()).expect("a tag is read as it is written");
        assert!(again.weak_eq(tag) && again.weakened().is_weak());
        if let Some(list) = EntityTagList::read(&headers, header::IF_MATCH) {
            assert!(!list.holds_strong(tag) || list.holds_weak(tag));
        }
    }
    let now = Some(std::time::UNIX_EPOCH);
    let verdict = |method| preconditions::evaluate(&method, &headers, tag.as_ref(), now);
    assert_eq!(verdict(Method::GET), verdict(Method::HEAD));
    assert_ne!(verdict(Method::PUT), Verdict::NotModified);
    preconditions::if_range(&headers, tag.as_ref(), now);
});
