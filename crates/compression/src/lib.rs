//! Response compression for any tower service, correct about caches.
