use std::fmt::Write;

use crate::rule::{ALL, Rule, Section, Severity};

/// Every rule of the service contract, in its order.
///
/// ```
/// let rules = plywood_lint::rules();
/// assert!(rules.iter().any(|rule| rule.id == "R1"));
/// ```
pub const fn rules() -> &'static [Rule] {
    ALL
}

/// The service contract as a chapter of Markdown: what the book shows is what the lint checks.
///
/// ```
/// let chapter = plywood_lint::contract();
/// assert!(plywood_lint::rules().iter().all(|rule| chapter.contains(rule.sentence)));
/// ```
pub fn contract() -> String {
    let mut chapter = String::from(INTRODUCTION);
    for (section, title, prose) in SECTIONS {
        write!(chapter, "\n## {title}\n\n{prose}").expect("a string takes all");
        for rule in ALL.iter().filter(|rule| rule.section == section) {
            write_rule(&mut chapter, rule);
        }
    }
    chapter
}

fn write_rule(chapter: &mut String, rule: &Rule) {
    let Rule {
        id,
        sentence,
        standard,
        link,
        breaks,
        ..
    } = rule;
    let weight = match rule.severity {
        Severity::Must => "",
        Severity::Should => " *(should)*",
        Severity::Advice => " *(advice)*",
    };
    write!(
        chapter,
        "\n<a id=\"{id}\"></a>**{id}**{weight} {sentence} [{standard}]({link})  \n*Breaks it:* {breaks}.\n"
    )
    .expect("a string takes all");
}

const INTRODUCTION: &str = "\
<!-- Generated from the rules in crates/lint/src/rule.rs. Change them there, then run
     UPDATE_CONTRACT=1 cargo test -p plywood-lint --test contract -->

# The service contract

What a layer may expect of the service inside it and of the caller outside it. Every sentence with a number is a rule that
`plywood-lint` checks: put a `LintLayer` anywhere into a stack, and it watches both sides. In tests it panics with the rule's
number; in development it warns. Plywood's own layers are tested between two of them.

A rule marked *should* follows a SHOULD of its standard, or what is known to go wrong in the field. One marked *advice* may be
broken on purpose: it is told of through `tracing`, and nothing panics unless the lint is `strict`. The others are MUSTs. A
rule is switched off with `LintLayer::without(rule, \"reason\")`.
";

const SECTIONS: [(Section, &str, &str); 8] = [
    (
        Section::Types,
        "Types",
        "\
A service is a tower `Service<Request<B>, Response = Response<ResBody>>` that is `Clone + Send + 'static` and whose future is
`Send + 'static`; the word for it is `HttpService`. A body is an `http_body::Body` with frames of `Bytes`, an error that converts
into `BoxError`, and `Send + 'static`; the word is `HttpBody`. A layer asks no more than that of what it wraps: no `Sync`, no
`Unpin`, no framework's type. The compiler checks this much. Methods, field names and field values are valid by their types:
`http` does not let a line break into a value.
",
    ),
    (
        Section::Readiness,
        "Readiness",
        "\
A service may hold something while it is ready: a permit, a connection. What is held belongs to that instance, and for one call.
A layer that only passes the call through forwards `poll_ready` and is done. A layer that calls later moves the ready service into
its future with `plywood_core::take_ready`.
",
    ),
    (
        Section::Errors,
        "Errors",
        "\
A layer answers, it does not throw: its `Error` is the inner service's, and a refusal is a response with its reason as a `Failure`
in the response's extensions. Only the error pages turn an error into a response, and outside them the error is `Infallible`.
",
    ),
    (
        Section::Target,
        "The request target and mounts",
        "\
The path is read by `plywood_core::Path` alone, so that a guard and a handler cannot disagree about it. A service below a mount sees the
rest of the path, which begins with `/` again; what was consumed stands in the `Mount`, and so does the URI as it came. Whoever
builds a URL reads it there.
",
    ),
    (
        Section::Extensions,
        "Extensions",
        "\
Layers do not know each other. What one leaves for another is a type of `plywood_core::extensions`, and that module says for each
who leaves it and who reads it. A layer leaves the extensions that it does not know as they are, in the request and in the response.
",
    ),
    (
        Section::Bodies,
        "Bodies",
        "\
A body is a stream of frames: data, then perhaps trailers. It may be dropped at any time, and that is no error: the client is
gone, or the server has what it needs. Whoever acts at the end of a body acts on its drop too (`plywood_core::Watched`). A layer
does not buffer, unless its documentation says so and names the limit.

The answer to a HEAD may have the body that GET would have had. The server drops it, so that a service need not know; a service
that does know leaves it empty and keeps the Content-Length.
",
    ),
    (
        Section::Headers,
        "Headers",
        "\
A response says the truth about its body, whoever changed it last. A layer does not overwrite what the inner service set on
purpose, unless that is its point.

What a status owes (H16 to H19 and H23) a layer further out may still add. Only the outermost lint asks for it.
",
    ),
    (
        Section::Order,
        "The order of layers",
        "\
From the outside in: access log, error pages, compression, session, auth, dispatch. The log counts the bytes that were sent, so it
stands outside compression; the error pages stand outside of all that refuses, to fill what it left empty; a layer that needs the
session stands inside it. Each layer says on its `Sheet` what it reads, leaves and does, and `plywood::doctor` looks over a stack at
start-up: it prints the stack as an onion and warns of an order that cannot work.

A layer applied twice must not corrupt an answer, and these are the marks of an order that did.
",
    ),
];
