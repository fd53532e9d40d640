//! Plywood's stacks with real servers, real browsers and other people's services.
