//! Static files as a tower service, with the root enforced by the kernel.
