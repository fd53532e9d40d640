//! The developer's own calls among those of the libraries.

use std::path::{Component, Path};

use plywood_error::{Frame, Place};

use crate::source::{Excerpt, Root};

/// Calls as they are shown.
#[derive(Clone, Debug)]
pub(crate) enum Calls {
    /// One of the developer's own.
    Own {
        frame: Frame,
        excerpt: Option<Excerpt>,
    },
    /// Several of libraries, and the names of these.
    Folded {
        frames: Vec<Frame>,
        crates: Vec<String>,
    },
}

/// Whose functions are nobody's own, wherever their source lies.
const LIBRARIES: [&str; 16] = [
    "alloc",
    "axum",
    "backtrace",
    "core",
    "futures",
    "h2",
    "http",
    "hyper",
    "matchit",
    "std",
    "test",
    "tokio",
    "tonic",
    "tower",
    "tracing",
    "warp",
];

/// Crates of this house that are no library.
const OWN: [&str; 4] = [
    "plywood_benches",
    "plywood_book",
    "plywood_examples",
    "plywood_integration_tests",
];

/// What stands between whoever panics and the hook that sees it.
const MACHINERY: [&str; 10] = [
    "__rustc::",
    "core::option::expect_failed",
    "core::option::unwrap_failed",
    "core::panicking::",
    "core::result::unwrap_failed",
    "core::slice::index::",
    "rust_begin_unwind",
    "std::panic::panic_any",
    "std::panicking::",
    "std::sys::backtrace::",
];

/// The innermost call first, without what the panic itself called.
pub(crate) fn fold(frames: Vec<Frame>, root: &Root) -> Vec<Calls> {
    let is_machinery = |frame: &Frame| {
        let mut names = MACHINERY.iter();
        names.any(|name| frame.function.starts_with(name))
    };
    // The hook runs within the panic; what called the panic comes behind it.
    let in_hook = |frame: &Frame| frame.function.contains("panic_with_hook");
    let hook = frames.iter().take(40).position(in_hook).unwrap_or(0);
    let panic = frames[hook.min(frames.len())..].iter();
    let start = hook + panic.take_while(|frame| is_machinery(frame)).count();
    let mut folded: Vec<Calls> = Vec::new();
    for frame in frames.into_iter().skip(start) {
        let library = library(&frame, root);
        match (library, folded.last_mut()) {
            (None, _) => {
                let excerpt = frame.place.as_ref().and_then(|place| root.excerpt(place));
                folded.push(Calls::Own { frame, excerpt });
            }
            (Some(name), Some(Calls::Folded { frames, crates })) => {
                frames.push(frame);
                if !crates.contains(&name) {
                    crates.push(name);
                }
            }
            (Some(name), _) => folded.push(Calls::Folded {
                frames: vec![frame],
                crates: vec![name],
            }),
        }
    }
    folded
}

/// The name of the library that a call belongs to; none for the developer's own.
fn library(frame: &Frame, root: &Root) -> Option<String> {
    // Debug information of lines alone has names without their paths; there the file says whose it is.
    let file = frame.place.as_ref().map_or("", Place::file);
    let name = if frame.function.contains("::") {
        crate_of(&frame.function)
    } else {
        crate_of_file(file).unwrap_or_else(|| crate_of(&frame.function))
    };
    let known = |library: &str| {
        name.strip_prefix(library)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('_'))
    };
    let is_ours = name.starts_with("plywood") && !OWN.contains(&name) || is_beside(file);
    let is_library = is_ours || LIBRARIES.iter().any(|library| known(library));
    let has_source = frame
        .place
        .as_ref()
        .is_some_and(|place| root.file(place).is_some());
    // Without a file, as after a build without debug information, the name is all there is.
    let is_named = frame.place.is_none() && name.len() < frame.function.len();
    (is_library || !has_source && !is_named).then(|| name.to_owned())
}

/// `tokio` of `<tokio::task::Join<T> as core::future::Future>::poll`; of `<F as tower::Service>::call`, whose type is anybody's, `tower`.
fn crate_of(function: &str) -> &str {
    let of_trait = function
        .split_once(" as ")
        .filter(|(of_type, _)| of_type.starts_with('<') && !of_type.contains("::"));
    let mut start = of_trait.map_or(function, |(_, of_trait)| of_trait);
    for prefix in ["<", "&", "*", "(", "[", "mut ", "const ", "dyn ", "<"] {
        start = start.strip_prefix(prefix).unwrap_or(start);
    }
    let is_end = |c: char| !c.is_alphanumeric() && c != '_';
    start.split(is_end).next().unwrap_or_default()
}

/// Is it a file of a library that lies beside this one? Whoever works on Plywood itself has its source below the root.
fn is_beside(file: &str) -> bool {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).parent();
    let below = beside.and_then(|beside| Path::new(file).strip_prefix(beside).ok());
    below.is_some_and(|below| below.components().nth(1) == Some(Component::Normal("src".as_ref())))
}

/// `tokio` of `/home/ada/.cargo/registry/src/index.crates.io-1949cf8c6b5b557f/tokio-1.54.1/src/task.rs`, and `core` of `/rustc/1/library/core/src/ops.rs`.
fn crate_of_file(file: &str) -> Option<&str> {
    let (_, rest) = file
        .split_once("/registry/src/")
        .and_then(|(_, rest)| rest.split_once('/'))
        .or_else(|| file.split_once("/library/"))?;
    let folder = rest.split('/').next()?;
    let is_version = |rest: &str| rest.starts_with(|c: char| c.is_ascii_digit());
    let name = folder
        .match_indices('-')
        .find(|(at, _)| is_version(&folder[at + 1..]));
    Some(name.map_or(folder, |(at, _)| &folder[..at]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(function: &str, file: Option<&'static str>) -> Frame {
        Frame {
            function: function.into(),
            place: file.map(|file| Place::new(file, 3, 1)),
        }
    }

    #[test]
    fn the_crate_of_a_function_is_found() {
        for (function, name) in [
            ("demo::pages::home::{{closure}}", "demo"),
            (
                "<tokio::task::Join<T> as core::future::Future>::poll",
                "tokio",
            ),
            ("<&mut dyn demo::Shop as demo::Till>::pay", "demo"),
            (
                "<F as futures_core::future::TryFuture>::try_poll",
                "futures_core",
            ),
            ("<&mut S as tower::Service<R>>::call", "tower"),
            ("main", "main"),
            ("_start", "_start"),
            ("", ""),
        ] {
            assert_eq!(crate_of(function), name, "{function}");
        }
    }

    #[test]
    fn the_crate_of_a_file_is_found() {
        for (file, name) in [
            (
                "/home/ada/.cargo/registry/src/index.crates.io-1949cf8c6b5b557f/http-body-util-0.1.5/src/lib.rs",
                Some("http-body-util"),
            ),
            (
                "/rustc/59807616e1fa2540724bfbac14d7976d7e4a3860/library/core/src/ops/function.rs",
                Some("core"),
            ),
            ("/home/ada/shop/src/main.rs", None),
            ("", None),
        ] {
            assert_eq!(crate_of_file(file), name, "{file}");
        }
    }

    #[test]
    fn libraries_are_folded_and_the_panics_own_calls_are_gone() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("main.rs"), "one\ntwo\nthree\n").unwrap();
        let root = Root::of(folder.path());
        let calls = fold(
            vec![
                frame("plywood_debug::trace::take", None),
                frame("std::panicking::rust_panic_with_hook", None),
                frame(
                    "core::panicking::panic_fmt",
                    Some("/rustc/1/library/core/src/panicking.rs"),
                ),
                frame("demo::pay::{{closure}}", Some("main.rs")),
                frame("std::panicking::catch_unwind::do_call", None),
                frame(
                    "<F as tower::Service>::call",
                    Some("/registry/tower/src/lib.rs"),
                ),
                frame("tower::util::call", None),
                frame("tokio_util::poll", None),
                frame("demo::without_a_file", None),
                frame("_start", None),
            ],
            &root,
        );
        let told = calls.iter().map(|calls| match calls {
            Calls::Own { frame, excerpt } => format!("{} {}", frame.function, excerpt.is_some()),
            Calls::Folded { frames, crates } => format!("{} of {crates:?}", frames.len()),
        });
        assert_eq!(
            told.collect::<Vec<_>>(),
            [
                "demo::pay::{{closure}} true",
                r#"4 of ["std", "tower", "tokio_util"]"#,
                "demo::without_a_file false",
                r#"1 of ["_start"]"#,
            ]
        );
    }
}
