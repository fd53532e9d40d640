//! The gateway that serves any HTTP service over TCP and Unix sockets.
