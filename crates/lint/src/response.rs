//! The head of a response, against the request that it answers.

use http::{HeaderMap, HeaderName, Method, StatusCode, header, response::Parts};

use crate::{
    Rule,
    asked::Asked,
    cookies, fields,
    fields::{elements, shown},
    partial,
    report::Report,
    rule,
};

pub(crate) fn check(asked: &Asked, head: &Parts, report: &Report) {
    fields::check(&head.headers, report);
    cookies::check(&head.headers, report);
    if asked.is_final {
        owed_by_status(head, report);
    }
    without_content(head, report);
    hop_by_hop(head, report);
    encoding(&head.headers, report);
    partial::check(asked, head, report);
    let conditional = asked.is_conditional && matches!(asked.method, Method::GET | Method::HEAD);
    let not_modified = head.status == StatusCode::NOT_MODIFIED;
    report.expect(
        !not_modified || conditional,
        rule::NOT_MODIFIED_ON_REQUEST,
        || format!("a 304 for a {} without a condition", asked.method),
    );
}

/// Can an answer with this status have content at all?
pub(crate) fn has_no_content(status: StatusCode) -> bool {
    status.is_informational()
        || matches!(
            status,
            StatusCode::NO_CONTENT | StatusCode::RESET_CONTENT | StatusCode::NOT_MODIFIED
        )
}

/// The field that each status owes. A layer further out may still add it, so only a final answer is asked for it.
fn owed_by_status(head: &Parts, report: &Report) {
    let (field, rule): (HeaderName, Rule) = match head.status.as_u16() {
        101 | 426 => (header::UPGRADE, rule::UPGRADE),
        301 | 302 | 303 | 307 | 308 => (header::LOCATION, rule::LOCATION),
        401 => (header::WWW_AUTHENTICATE, rule::CHALLENGE),
        405 => (header::ALLOW, rule::ALLOW),
        407 => (header::PROXY_AUTHENTICATE, rule::PROXY_CHALLENGE),
        _ => return,
    };
    report.expect(head.headers.contains_key(&field), rule, || {
        format!("a {} without `{field}`", head.status.as_u16())
    });
}

fn without_content(head: &Parts, report: &Report) {
    let status = head.status;
    if !has_no_content(status) || status == StatusCode::NOT_MODIFIED {
        return;
    }
    if let Some(coding) = head.headers.get(header::CONTENT_ENCODING) {
        report.broken(
            rule::NOTHING_IS_ENCODED,
            format!(
                "a {} with {}",
                status.as_u16(),
                shown(&header::CONTENT_ENCODING, coding)
            ),
        );
    }
    if let Some(length) = head.headers.get(header::CONTENT_LENGTH) {
        report.expect(length == "0", rule::NO_LENGTH_WITHOUT_CONTENT, || {
            format!(
                "a {} with {}",
                status.as_u16(),
                shown(&header::CONTENT_LENGTH, length)
            )
        });
    }
}

fn hop_by_hop(head: &Parts, report: &Report) {
    let upgrades = matches!(
        head.status,
        StatusCode::SWITCHING_PROTOCOLS | StatusCode::UPGRADE_REQUIRED
    );
    for name in [
        "connection",
        "keep-alive",
        "proxy-connection",
        "transfer-encoding",
        "upgrade",
    ] {
        let allowed = upgrades && matches!(name, "connection" | "upgrade");
        if let Some(value) = head.headers.get(name)
            && !allowed
        {
            let value = String::from_utf8_lossy(value.as_bytes());
            report.broken(
                rule::HOP_BY_HOP,
                format!("`{name}: {value}` in a {}", head.status.as_u16()),
            );
        }
    }
}

fn encoding(headers: &HeaderMap, report: &Report) {
    let mut codings: Vec<_> = elements(headers, &header::CONTENT_ENCODING)
        .map(str::to_ascii_lowercase)
        .collect();
    if codings.is_empty() {
        return;
    }
    let count = codings.len();
    codings.sort_unstable();
    codings.dedup();
    report.expect(codings.len() == count, rule::ENCODED_ONCE, || {
        format!("{count} codings, of which only {} differ", codings.len())
    });
}
