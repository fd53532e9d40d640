//! The access log in Common and Combined form, written at the end of the body.
