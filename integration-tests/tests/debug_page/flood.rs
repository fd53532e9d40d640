//! Many panics at a time.
