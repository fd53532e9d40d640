//! Cache-Control.

use http::{HeaderMap, header};

use crate::{
    fields::{elements, is_token, names},
    report::Report,
    rule,
};

/// What a directive of an answer takes after its name.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Argument {
    Nothing,
    Seconds,
    /// Names of fields, or nothing.
    Names,
    /// Such a directive stands in requests alone.
    OfRequests,
}

const DIRECTIVES: [(&str, Argument); 16] = [
    ("immutable", Argument::Nothing),
    ("max-age", Argument::Seconds),
    ("max-stale", Argument::OfRequests),
    ("min-fresh", Argument::OfRequests),
    ("must-revalidate", Argument::Nothing),
    ("must-understand", Argument::Nothing),
    ("no-cache", Argument::Names),
    ("no-store", Argument::Nothing),
    ("no-transform", Argument::Nothing),
    ("only-if-cached", Argument::OfRequests),
    ("private", Argument::Names),
    ("proxy-revalidate", Argument::Nothing),
    ("public", Argument::Nothing),
    ("s-maxage", Argument::Seconds),
    ("stale-if-error", Argument::Seconds),
    ("stale-while-revalidate", Argument::Seconds),
];

pub(crate) fn check(headers: &HeaderMap, report: &Report) {
    if !headers.contains_key(header::CACHE_CONTROL) {
        return;
    }
    let says = |directive| names(headers, &header::CACHE_CONTROL, directive);
    let age_when_shared = elements(headers, &header::CACHE_CONTROL).any(|element| {
        name_and_argument(element)
            .0
            .eq_ignore_ascii_case("s-maxage")
    });
    for (contradicts, found) in [
        (says("public") && says("private"), "`public` and `private`"),
        (
            says("public") && says("no-store"),
            "`public` and `no-store`",
        ),
        (
            says("private") && age_when_shared,
            "`private` and `s-maxage`",
        ),
    ] {
        report.expect(!contradicts, rule::CACHE_CONTROL, || found.to_owned());
    }
    for (index, element) in elements(headers, &header::CACHE_CONTROL).enumerate() {
        directive(element, report);
        let earlier = elements(headers, &header::CACHE_CONTROL).take(index);
        for earlier in earlier.filter(|earlier| differ(earlier, element)) {
            report.broken(
                rule::CACHE_DIRECTIVE,
                format!("`{earlier}` and `{element}`"),
            );
        }
    }
}

fn name_and_argument(element: &str) -> (&str, Option<&str>) {
    match element.split_once('=') {
        Some((name, argument)) => (name, Some(argument)),
        None => (element, None),
    }
}

fn directive(element: &str, report: &Report) {
    let (name, argument) = name_and_argument(element);
    let known = DIRECTIVES
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(name));
    let (holds, rule) = match (known.map(|(_, takes)| takes), argument) {
        (Some(Argument::Seconds), Some(argument)) => (is_seconds(argument), rule::CACHE_CONTROL),
        (Some(Argument::Seconds | Argument::OfRequests), _)
        | (Some(Argument::Nothing), Some(_)) => (false, rule::CACHE_DIRECTIVE),
        (Some(Argument::Nothing | Argument::Names), _) => (true, rule::CACHE_DIRECTIVE),
        // One that the standard does not know is an extension.
        (None, _) => (is_token(name), rule::CACHE_DIRECTIVE),
    };
    report.expect(holds, rule, || format!("`{element}`"));
}

fn is_seconds(argument: &str) -> bool {
    let digits = argument.trim_matches('"');
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// The same directive with another argument? Lists of names add up.
fn differ(one: &str, other: &str) -> bool {
    let ((one, first), (other, second)) = (name_and_argument(one), name_and_argument(other));
    let adds_up = ["no-cache", "private"]
        .iter()
        .any(|name| name.eq_ignore_ascii_case(one));
    one.eq_ignore_ascii_case(other) && first != second && !adds_up
}
