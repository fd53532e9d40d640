//! Cache-Control.

use http::{HeaderMap, header};

use crate::{
    fields::{elements, is_token},
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
    let directives: Vec<_> = elements(headers, &header::CACHE_CONTROL)
        .map(name_and_argument)
        .collect();
    contradictions(&directives, report);
    for (index, each) in directives.iter().enumerate() {
        directive(each, report);
        for earlier in directives[..index]
            .iter()
            .filter(|earlier| differ(earlier, each))
        {
            report.broken(
                rule::CACHE_DIRECTIVE,
                format!("`{}` and `{}`", text(earlier), text(each)),
            );
        }
    }
}

/// A directive and its argument.
type Directive<'h> = (&'h str, Option<&'h str>);

fn contradictions(directives: &[Directive<'_>], report: &Report) {
    let named = |wanted: &str| {
        directives
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(wanted))
    };
    // With an argument, `private` is about some fields alone.
    let says = |wanted| matches!(named(wanted), Some((_, None)));
    let (public, private) = (says("public"), says("private"));
    for (contradicts, found) in [
        (public && private, "`public` and `private`"),
        (public && says("no-store"), "`public` and `no-store`"),
        (
            private && named("s-maxage").is_some(),
            "`private` and `s-maxage`",
        ),
    ] {
        report.expect(!contradicts, rule::CACHE_CONTROL, || found.to_owned());
    }
}

fn text((name, argument): &Directive<'_>) -> String {
    argument.map_or_else(
        || (*name).to_owned(),
        |argument| format!("{name}={argument}"),
    )
}

fn name_and_argument(element: &str) -> (&str, Option<&str>) {
    match element.split_once('=') {
        Some((name, argument)) => (name, Some(argument)),
        None => (element, None),
    }
}

fn directive((name, argument): &Directive<'_>, report: &Report) {
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
    report.expect(holds, rule, || format!("`{}`", text(&(name, *argument))));
}

fn is_seconds(argument: &str) -> bool {
    let digits = argument.trim_matches('"');
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// The same directive with another argument? Lists of names add up.
fn differ((one, first): &Directive<'_>, (other, second): &Directive<'_>) -> bool {
    let adds_up = ["no-cache", "private"]
        .iter()
        .any(|name| name.eq_ignore_ascii_case(one));
    one.eq_ignore_ascii_case(other) && first != second && !adds_up
}
