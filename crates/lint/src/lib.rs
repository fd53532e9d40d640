//! The service contract of Plywood, checked by a layer.
