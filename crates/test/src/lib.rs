//! An in-process client for any HTTP service, with a cookie jar.
