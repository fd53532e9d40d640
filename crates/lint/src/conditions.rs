//! 304, against the conditions of the request.

use http::{HeaderMap, Method, StatusCode, header, response::Parts};
use plywood_header::{
    date,
    entity_tag::{EntityTag, EntityTagList},
};

use crate::{asked::Asked, fields::shown, report::Report, rule};

pub(crate) fn check(asked: &Asked, head: &Parts, report: &Report) {
    if head.status != StatusCode::NOT_MODIFIED {
        return;
    }
    let fields = [header::IF_NONE_MATCH, header::IF_MODIFIED_SINCE];
    let reads = matches!(asked.method, Method::GET | Method::HEAD);
    let condition = fields
        .iter()
        .find_map(|name| Some((name, asked.condition(name)?)))
        .filter(|_| reads);
    report.expect(condition.is_some(), rule::NOT_MODIFIED_ON_REQUEST, || {
        format!("a 304 for a {} without a condition", asked.method)
    });
    if let (Some(conditions), Some((name, value))) = (&asked.conditions, condition) {
        report.expect(
            same(conditions, &head.headers),
            rule::NOT_MODIFIED_SINCE,
            || {
                let has = [header::ETAG, header::LAST_MODIFIED]
                    .into_iter()
                    .find_map(|name| Some(shown(&name, head.headers.get(&name)?)));
                format!(
                    "a 304 with {} for {}",
                    has.unwrap_or_default(),
                    shown(name, value)
                )
            },
        );
    }
}

/// Do the conditions name the version of this answer? What it does not say is left in its favour.
fn same(conditions: &HeaderMap, headers: &HeaderMap) -> bool {
    if let Some(known) = EntityTagList::read(conditions, header::IF_NONE_MATCH) {
        let etag = headers.get(header::ETAG).and_then(EntityTag::parse);
        return etag.is_none_or(|etag| known.holds_weak(&etag));
    }
    let date = |headers: &HeaderMap, name| headers.get(name).and_then(date::read);
    let since = date(conditions, header::IF_MODIFIED_SINCE);
    let modified = date(headers, header::LAST_MODIFIED);
    since
        .zip(modified)
        .is_none_or(|(since, modified)| modified <= since)
}
