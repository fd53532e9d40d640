//! URL dispatch for tower services: rules, methods, mounts.
