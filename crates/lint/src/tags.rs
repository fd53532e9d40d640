use std::{
    collections::HashMap,
    hash::{BuildHasher, RandomState},
    sync::{Mutex, PoisonError},
};

use http::{StatusCode, header, response::Parts};
use plywood_header::entity_tag::EntityTag;

use crate::{asked::Asked, fields, report::Report, rule};

/// How many tags one lint remembers; then it begins anew.
const LIMIT: usize = 1024;

/// Under which content coding each strong `ETag` of each resource was seen. Hashes alone, so that it stays small.
#[derive(Debug, Default)]
pub(crate) struct Tags {
    hasher: RandomState,
    codings: Mutex<HashMap<u64, u64>>,
}

impl Tags {
    /// Checks that no strong `ETag` is shared by two codings.
    pub(crate) fn check(&self, asked: &Asked, head: &Parts, report: &Report) {
        let (StatusCode::OK, Some(resource)) = (head.status, &asked.resource) else {
            return;
        };
        let Some(value) = head.headers.get(header::ETAG) else {
            return;
        };
        if EntityTag::parse(value).is_none_or(|tag| tag.is_weak()) {
            return;
        }
        let coding = head
            .headers
            .get(header::CONTENT_ENCODING)
            .map(http::HeaderValue::as_bytes);
        let tag = self.hasher.hash_one((resource, value.as_bytes()));
        let coding = self
            .hasher
            .hash_one(coding.unwrap_or(b"identity").to_ascii_lowercase());
        let first = {
            let mut codings = self.codings.lock().unwrap_or_else(PoisonError::into_inner);
            if codings.len() >= LIMIT {
                codings.clear();
            }
            *codings.entry(tag).or_insert(coding)
        };
        report.expect(first == coding, rule::STRONG_ETAG, || {
            format!(
                "{} of `{resource}`, seen with another coding before",
                fields::shown(&header::ETAG, value)
            )
        });
    }
}
