//! Errors and panics of services of axum, hyper and tonic.
