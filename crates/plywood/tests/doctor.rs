//! The order of our own layers, looked over.

use plywood::{
    core::sheet::{Described, Weight},
    doctor,
    doctor::tower_http,
    prelude::*,
};

fn log() -> AccessLogLayer {
    AccessLogLayer::new(Lines::stdout())
}

fn login() -> FormLoginLayer {
    FormLoginLayer::new(|_, _| None)
}

fn basic() -> BasicAuthLayer {
    BasicAuthLayer::new(|_, _| None)
}

fn session() -> SessionLayer {
    SessionLayer::new(MemoryStore::new())
}

#[test]
fn the_stack_of_the_book_is_in_order_and_prints_itself() -> Result<(), BoxError> {
    let dispatch = Dispatch::<BoxError>::builder().build()?;
    let onion = doctor(&[
        &log(),
        &ErrorPagesLayer::new(),
        &CompressionLayer::new(),
        &session(),
        &login(),
        &RequireLayer::signed_in(),
        &dispatch,
    ]);
    assert_eq!(onion.advice(), []);
    assert_eq!(
        onion.to_string(),
        "\
AccessLogLayer            reads Client, Connection, Mount, Scheme, RequestId, Identity; hears Identity, MatchedRoute; counts the bytes
| ErrorPagesLayer         reads Mount, RequestId; hears Failure, Incident
| | CompressionLayer      hears NoCompress; changes the bytes
| | | SessionLayer        reads Scheme; leaves Session; tells Failure
| | | | FormLoginLayer    needs Session; reads Mount, Identity, Client; leaves Identity; tells Identity, Failure; compares the path; may refuse
| | | | | RequireLayer    needs Identity; tells Failure; compares the path; may refuse
| | | | | | Dispatch      reads Mount; leaves Mount, MatchedRoute, Params; tells MatchedRoute, Failure
"
    );
    Ok(())
}

/// A stack, and the advice that it gets.
type Case<'c> = (&'c [&'c dyn Described], &'c [(Weight, &'c str)]);

#[test]
fn an_order_that_cannot_work_is_told_and_what_to_do() {
    use Weight::{Doubtful, Wrong};
    let (session, login, basic, require) = (session(), login(), basic(), RequireLayer::signed_in());
    let (log, pages, compression) = (log(), ErrorPagesLayer::new(), CompressionLayer::new());
    let (cors, slashes) = (tower_http::cors(), tower_http::normalize_path());
    let lint = plywood_lint::LintLayer::new();
    let cases: [Case<'_>; 9] = [
        (&[&log, &pages, &lint, &cors, &slashes, &basic], &[]),
        (&[&basic, &session, &login], &[]),
        (
            &[&login, &session],
            &[(
                Wrong,
                "FormLoginLayer needs Session, which SessionLayer leaves only inside of it: put SessionLayer outside of FormLoginLayer.",
            )],
        ),
        (
            &[&require],
            &[(
                Wrong,
                "RequireLayer needs Identity, and nothing outside of it leaves one: \
                 add plywood_auth::FormLoginLayer or BasicAuthLayer outside of it.",
            )],
        ),
        (
            &[&require, &basic],
            &[(
                Wrong,
                "RequireLayer needs Identity, which BasicAuthLayer leaves only inside of it: put BasicAuthLayer outside of RequireLayer.",
            )],
        ),
        (
            &[&basic, &cors],
            &[(
                Wrong,
                "What BasicAuthLayer refuses lacks the marks of CorsLayer: put CorsLayer outside of BasicAuthLayer.",
            )],
        ),
        (
            &[&basic, &slashes],
            &[(
                Wrong,
                "BasicAuthLayer decides by a path that NormalizePathLayer then rewrites: put NormalizePathLayer outside of BasicAuthLayer.",
            )],
        ),
        (
            &[&compression, &log],
            &[(
                Doubtful,
                "AccessLogLayer counts bytes that CompressionLayer then changes: put AccessLogLayer outside of CompressionLayer, \
                 if those on the wire are meant.",
            )],
        ),
        (
            &[&basic, &pages],
            &[(
                Doubtful,
                "BasicAuthLayer tells Failure, which ErrorPagesLayer does not hear inside of it: \
                 put ErrorPagesLayer outside of BasicAuthLayer.",
            )],
        ),
    ];
    for (stack, expected) in cases {
        let onion = doctor(stack);
        let found = onion.advice();
        let found: Vec<_> = found
            .iter()
            .map(|advice| (advice.weight(), advice.to_string()))
            .collect();
        let expected: Vec<_> = expected
            .iter()
            .map(|(weight, text)| (*weight, (*text).to_owned()))
            .collect();
        assert_eq!(found, expected, "\n{onion}");
    }
}
